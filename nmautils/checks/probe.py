"""Where a test cell reaches into a student's definitions, and whether these exist."""

import contextlib
import dis
import io
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import update_wrapper, wraps
from types import CodeType, FunctionType
from typing import Any, ParamSpec, TypeVar

from nmautils.checks.answer import answer_of
from nmautils.checks.missing import NOT_SOLVED, why_missing
from nmautils.checks.set_aside import BUILTINS, SetAside, redefined

__all__ = [
    "ASIDE",
    "ProbeGlobals",
    "files_of_probes",
    "globals_of",
    "is_probed",
    "names_probed_last",
    "note_probed",
    "passed_a_probe",
    "probe",
    "quietly",
    "solved",
]

P = ParamSpec("P")
R = TypeVar("R")

# What the probes reach for: these names are missing when an exercise has not been solved, any
# other missing name is a slip in an answer.
_PROBED: set[str] = set()
# The probes themselves: an error that passed through one is the student's.
_PROBES: set[CodeType] = set()
# What the probes of each cell reach for, the cell that was run last at the end.
_REACHED: dict[str, set[str]] = {}

# What the check cell that is running has set aside.
ASIDE = SetAside()


class ProbeGlobals(dict[str, Any]):
    """What a probe sees of a notebook: all its variables, but Python's own builtins.

    A student may call a variable `sum` or `list`; a probe that uses these means Python's. All
    other names are looked up in the notebook at each use, so a definition that is run again is
    seen.

    Parameters
    ----------
    notebook : mapping
        Variables of the notebook; they are not copied.
    """

    def __init__(self, notebook: Mapping[str, Any]) -> None:
        super().__init__()
        self._notebook = notebook

    def __missing__(self, name: str) -> Any:
        return BUILTINS[name] if name in BUILTINS else self._notebook[name]


def probe(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that reaches into the student's definitions.

    Run by a student or by plain nbgrader, the function stays what it is, except that builtins
    such as ``sum`` are Python's own even where the notebook has a variable of that name. A grader
    that judges from outside finds the mark in the source of the test cell and runs the function's
    body where the student's code lives.

    Parameters
    ----------
    function : callable
        Takes and returns plain data: numbers, strings, lists, dicts, arrays, tensors.

    Returns
    -------
    callable
        `function`, or a twin of it that has Python's own builtins.
    """
    reached = globals_of(function.__code__)
    note_probed(reached)
    file = function.__code__.co_filename
    _REACHED[file] = _REACHED.pop(file, set()) | reached
    _PROBES.add(function.__code__)
    notebook = getattr(function, "__globals__", {})
    if reached & BUILTINS.keys():
        function = _with_own_builtins(function)
    return _as_it_was(function) if redefined(notebook) else function


def _with_own_builtins(function: Callable[P, R]) -> Callable[P, R]:
    if not isinstance(function, FunctionType):
        return function
    twin = FunctionType(
        function.__code__,
        ProbeGlobals(function.__globals__),
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    update_wrapper(twin, function)
    del vars(twin)["__wrapped__"]  # it is no wrapper
    return twin


def _as_it_was(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def called(*given: P.args, **named: P.kwargs) -> R:
        with ASIDE.as_it_was():
            return function(*given, **named)

    return called


def names_probed_last() -> list[str]:
    """Give what the probes of the cell that was run last take from the notebook."""
    if not _REACHED:
        return []
    return sorted(_REACHED[next(reversed(_REACHED))] - BUILTINS.keys())


def files_of_probes() -> set[str]:
    """Give the names under which Python knows the cells with probes."""
    return set(_REACHED)


def is_probed(name: str) -> bool:
    """Tell whether a probe reaches for this name."""
    return name in _PROBED


def passed_a_probe(error: BaseException) -> bool:
    """Tell whether an error passed through a function marked with `probe`."""
    return any(frame.f_code in _PROBES for frame, _ in traceback.walk_tb(error.__traceback__))


def note_probed(names: Iterable[str]) -> None:
    """Note which definitions the probes reach for.

    `probe` does so itself. A grader that puts something else in its place calls this with the
    names that the exercise asks for: a ``NameError`` about one of them then reads "not solved
    yet", any other one "undefined name".

    Parameters
    ----------
    names : iterable of str
        For instance ``["DeepNetReLU"]``.
    """
    _PROBED.update(names)


def globals_of(code: CodeType) -> set[str]:
    """Give the names that a function takes from its module, its comprehensions included."""
    found = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= globals_of(inner)
    return found


def solved(*names: str, made: Sequence[str] = ()) -> bool:
    """Tell whether the definitions an exercise asks for exist; say what is missing if not.

    Parameters
    ----------
    *names : str
        Names that a solution cell of the notebook defines, for instance ``"train"``.
    made : sequence of str, optional
        Names that earlier cells have made with these, for instance ``["net_mse"]``.

    Returns
    -------
    bool
        True when all of them are defined where this function is called.

    Notes
    -----
    The released solution cell stops at its first line until a student works on it, so an
    untouched exercise leaves its name undefined.
    """
    namespace = sys._getframe(1).f_globals
    missing = [name for name in names if name not in namespace]
    if missing:
        reasons = [
            slip.hint
            for name in missing
            if (answer := answer_of(name))
            and (slip := why_missing(name, answer)).name != NOT_SOLVED
        ]
        needed = f"Skipped: this cell needs your {' and '.join(missing)}. "
        print(
            needed
            + (
                "\n".join(reasons)
                or "Complete the exercise, run its cell, then run this one again."
            )
        )
        return False
    missing = [name for name in made if name not in namespace]
    if missing:
        print(
            f"Skipped: this cell needs {' and '.join(missing)}, which an earlier cell makes with "
            "your answer. Run that cell first."
        )
    return not missing


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Swallow prints, warnings and progress bars of the body."""
    nowhere = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        warnings.simplefilter("ignore")
        yield
