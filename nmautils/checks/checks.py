"""Checks of an exercise: points, hints, and the name of the mistake behind a wrong value.

A test cell reads like this::

    @probe
    def respond(state, r):
        net = DeepNetReLU(5, 3)
        net.load_state_dict(state)
        return net(r)

    checks = Checks("relu_forward")
    with checks("the output has one column", points=1):
        checks.shape(respond(state, r), (7, 1))
    ### BEGIN HIDDEN TESTS
    with checks("the output has one column"):
        checks.close(respond(state, r), reference(state, r))
    ### END HIDDEN TESTS
    checks.report()

Only functions marked with `probe` touch the student's definitions; they take and return
plain data (numbers, strings, lists, dicts, arrays, tensors), so that a grader can run them
in another process than the checks. What comes back is the student's word: points rest on
numbers that the checks compare with their own on random inputs.
"""

import contextlib
import dis
import html
import io
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

import numpy as np

from nmautils.device import in_notebook

__all__ = [
    "NOT_SOLVED",
    "CheckFailed",
    "CheckResult",
    "Checks",
    "Mistake",
    "Score",
    "note_probed",
    "probe",
    "solved",
]

DEFAULT_SEED = 2020

# Name of the mistake of an exercise in which nothing has been written yet.
NOT_SOLVED = "not solved yet"

# Longer error texts are cut before they are searched for known mistakes.
LONGEST_ERROR = 2000

# What the probes reach for: these names are missing when an exercise has not been solved, any
# other missing name is a slip in an answer.
_PROBED: set[str] = set()
# The probes themselves: an error that passed through one is the student's.
_PROBES: set[CodeType] = set()


def probe(function: Callable) -> Callable:
    """Mark a function that reaches into the student's definitions.

    Run by a student or by plain nbgrader this is the identity. A grader that judges from
    outside finds the mark in the source of the test cell and runs the function's body where
    the student's code lives.

    Parameters
    ----------
    function : callable
        Takes and returns plain data: numbers, strings, lists, dicts, arrays, tensors.

    Returns
    -------
    callable
        `function`, unchanged.
    """
    note_probed(globals_of(function.__code__))
    _PROBES.add(function.__code__)
    return function


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
        print(
            f"Skipped: this cell needs your {' and '.join(missing)}. "
            "Complete the exercise, run its cell, then run this one again."
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
    """Leave out what is printed, warned of or shown as progress meanwhile."""
    nowhere = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        warnings.simplefilter("ignore")
        yield


@dataclass(frozen=True)
class Mistake:
    """A known wrong way to solve an exercise.

    Parameters
    ----------
    name : str
        What went wrong, in a few words.
    hint : str
        What to do about it, in a sentence.
    value : callable
        Called without arguments; gives what this mistake would have produced on the input
        of the check. Only called when the student's value is wrong.
    """

    name: str
    hint: str
    value: Callable[[], Any]


class CheckFailed(AssertionError):
    """A check that did not hold.

    Parameters
    ----------
    hint : str
        What was expected, what came, and what to do.
    mistake : str, optional
        Name of the known mistake that explains it.
    """

    def __init__(self, hint: str, mistake: str = "") -> None:
        super().__init__(hint)
        self.hint = hint
        self.mistake = mistake


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one named check: the points it carries and, if it failed, why."""

    name: str
    points: float
    passed: bool
    hint: str = ""
    mistake: str = ""

    @property
    def earned(self) -> float:
        """Points this check contributes to the score."""
        return self.points if self.passed else 0.0


@dataclass
class Checks:
    """The named checks of one exercise.

    Parameters
    ----------
    exercise : str
        Grade id of the exercise.
    errors : iterable of (pattern, name, hint), optional
        Regular expressions for the text ``"ErrorType: message"`` of an exception that the
        student's code may raise, each with the name of the mistake behind it and a hint.
    seed : int, optional
        Seed of `rng`; by default the environment variable ``NMAUTILS_CHECK_SEED``, else a
        fixed number. A grader sets it per submission, so that inputs differ between
        students and a regrade repeats exactly.

    Attributes
    ----------
    rng : numpy.random.Generator
        Where test inputs come from; the global generators stay untouched.
    results : list of CheckResult
        Outcomes so far, in order.
    """

    exercise: str
    errors: Iterable[tuple[str, str, str]] = ()
    seed: int | None = None
    results: list[CheckResult] = field(default_factory=list, init=False)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        if self.seed is None:
            self.seed = int(os.environ.get("NMAUTILS_CHECK_SEED", DEFAULT_SEED))
        self.rng = np.random.default_rng(self.seed)
        self.errors = tuple(self.errors)

    @contextlib.contextmanager
    def __call__(self, name: str, points: float | None = None):
        """Run the body as the check `name`, worth `points`; record how it went.

        Whatever the body raises ends the check, not the cell. What the student's code
        prints, warns or shows as progress meanwhile is left out.

        Parameters
        ----------
        name : str
            What the check is about.
        points : float, optional
            What it is worth. Without points the body goes on with the check of that name,
            which holds if all of its parts do; so a check that students can run has a hidden
            part with random numbers.
        """
        earlier = [i for i, result in enumerate(self.results) if result.name == name]
        if bool(earlier) == (points is not None):
            raise ValueError(
                f"there is a check {name!r} already; give points once"
                if earlier
                else f"there is no check {name!r} to go on with; give its points"
            )
        failure: CheckFailed | None = None
        try:
            with quietly():
                yield self
        except CheckFailed as error:
            failure = error
        except AssertionError as error:
            failure = CheckFailed(str(error) or "this does not hold.")
        except (Exception, SystemExit) as error:
            failure = self._explain(error)
        if not earlier:
            self.results.append(CheckResult(name, float(points), True))
        place = earlier[0] if earlier else -1
        if failure is not None and self.results[place].passed:
            self.results[place] = replace(
                self.results[place], passed=False, hint=failure.hint, mistake=failure.mistake
            )

    def _explain(self, error: BaseException) -> CheckFailed:
        # By name throughout: judged from outside, an error is not of the built-in class.
        kind, text = type(error).__name__, _text(error)
        if "ellipsis" in text.lower():
            return CheckFailed(
                f"A blank `...` is still in your answer; replace it. ({_shorten(text)})",
                "blank left over",
            )
        for pattern, name, hint in self.errors:
            if re.search(pattern, text, flags=re.DOTALL):
                return CheckFailed(f"{hint} ({_shorten(text)})", name)
        if kind == "NotImplementedError":
            return CheckFailed("it still raises NotImplementedError.", NOT_SOLVED)
        undefined = re.match(r"NameError: name '(\w+)' is not defined", text)
        if undefined and undefined[1] not in _PROBED:
            return CheckFailed(
                f"Your code uses {undefined[1]}, which is not defined{_where(error)}. Is it "
                "misspelt, or a variable of another cell? Work with the arguments.",
                "undefined name",
            )
        if undefined:
            return CheckFailed(
                f"{undefined[1]} is not defined. Complete the exercise above (delete the line "
                "that raises NotImplementedError), run its cell, then run this one.",
                NOT_SOLVED,
            )
        if not _is_students(error):
            return CheckFailed(
                "What came back does not have the form asked for; look at the text of the "
                f"exercise once more. ({_shorten(text)})"
            )
        return CheckFailed(f"Your code raised {_shorten(text)}{_where(error)}.")

    def require(self, condition: bool, hint: str, mistake: str = "") -> None:
        """Fail with `hint` (and the name of the mistake, if known) unless `condition`."""
        if not condition:
            raise CheckFailed(hint, mistake)

    def shape(
        self,
        value: Any,
        expected: Sequence[int],
        mistakes: Mapping[tuple[int, ...], tuple[str, str]] | None = None,
    ) -> None:
        """Require that an array, tensor or nested list has the shape `expected`.

        Parameters
        ----------
        value : array_like
            What came.
        expected : sequence of int
            Shape asked for.
        mistakes : mapping, optional
            From a wrong shape to the (name, hint) of the mistake behind it.
        """
        came = _array(value).shape
        if came == tuple(expected):
            return
        name, hint = (mistakes or {}).get(came, ("", ""))
        raise CheckFailed(f"{hint} Expected shape {tuple(expected)}, got {came}.".strip(), name)

    def close(
        self,
        value: Any,
        expected: Any,
        *,
        hint: str = "",
        mistakes: Iterable[Mistake] = (),
        forgive: bool = False,
        rtol: float = 1e-4,
        atol: float = 1e-6,
    ) -> None:
        """Require that numbers agree; name the mistake that explains them if they do not.

        Parameters
        ----------
        value, expected : array_like
            Numbers, arrays, tensors or nested lists. Any floating type will do.
        hint : str, optional
            Said when no known mistake explains the value.
        mistakes : iterable of Mistake, optional
            Tried in order; the first that gives the student's value is the diagnosis.
        forgive : bool, optional
            Let the value of a known mistake pass as well. For checks of shape or type, which a
            wrong formula should not cost; the numbers still have to be computed, so an array
            whose entries are all the same is not let through.
        rtol, atol : float, optional
            Relative and absolute tolerance, as in `numpy.allclose`.
        """
        came, wanted = _array(value), _array(expected)
        if _agree(came, wanted, rtol, atol):
            return
        for mistake in mistakes:
            would_be = _value_of(mistake)
            if would_be is None:
                continue
            if _agree(came, would_be, rtol, atol) and not _agree(would_be, wanted, rtol, atol):
                if forgive and (would_be.size == 1 or np.ptp(would_be) > atol):
                    return
                raise CheckFailed(mistake.hint, mistake.name)
        if came.shape != wanted.shape:
            what = f"Expected shape {wanted.shape}, got {came.shape}."
        elif not np.all(np.isfinite(came)):
            what = "There are values that are not finite (nan or inf)."
        else:
            worst = np.unravel_index(np.argmax(np.abs(came - wanted)), came.shape)
            what = f"Expected {wanted[worst]:.6g}, got {came[worst]:.6g}"
            what += f" at index {tuple(int(i) for i in worst)}." if came.ndim else "."
        raise CheckFailed(f"{hint} {what}".strip())

    def report(self) -> "Score":
        """Sum the points, show the checks, and give the score as the value of the cell."""
        score = Score(self.exercise, self.results)
        if not in_notebook():
            print(score.text())
        return score


class Score(float):
    """Points earned, a plain float that shows its checks as a table in a notebook.

    Its ``repr`` is the bare number, which nbgrader reads as partial credit.

    Parameters
    ----------
    exercise : str
        Grade id of the exercise.
    results : sequence of CheckResult
        Outcomes that make up the score.
    """

    def __new__(cls, exercise: str, results: Sequence[CheckResult]) -> "Score":
        self = super().__new__(cls, round(sum(r.earned for r in results), 6))
        self.exercise = exercise
        self.results = tuple(results)
        self.possible = round(sum(r.points for r in results), 6)
        return self

    def __repr__(self) -> str:
        return repr(float(self))

    @property
    def untouched(self) -> bool:
        """Whether every check failed because nothing has been written yet."""
        return bool(self.results) and all(r.mistake == NOT_SOLVED for r in self.results)

    def headline(self) -> str:
        """One line on how the exercise stands."""
        if self.untouched:
            return f"{self.exercise}: {NOT_SOLVED}"
        passed = sum(r.passed for r in self.results)
        return (
            f"{self.exercise}: {passed} of {len(self.results)} checks hold, "
            f"{float(self):g} of {self.possible:g} points"
        )

    def text(self) -> str:
        """Give the table of checks as plain text, one line each."""
        if self.untouched:
            return f"{self.headline()}\n  {self.results[0].hint}"
        lines = [
            f"  {'ok  ' if r.passed else 'FAIL'}  {r.name} ({r.earned:g}/{r.points:g})"
            + ("" if r.passed else f"\n        {_diagnosis(r)}")
            for r in self.results
        ]
        return "\n".join([self.headline(), *lines])

    def _repr_html_(self) -> str:
        # Colours with enough contrast on light and dark pages; no style sheet to load.
        head = f"<strong>{html.escape(self.headline())}</strong>"
        if self.untouched:
            return f'<p style="margin:0.3em 0">{head}<br>{html.escape(self.results[0].hint)}</p>'
        rows = "".join(map(_table_row, self.results))
        return f'<p style="margin:0.3em 0">{head}</p><table>{rows}</table>'


def _table_row(result: CheckResult) -> str:
    colour, mark = ("#1a9c74", "&#10004;") if result.passed else ("#d55e00", "&#10008;")
    hint = "" if result.passed else f"<br><em>{html.escape(_diagnosis(result))}</em>"
    return (
        f'<tr><td style="text-align:center;color:{colour}">{mark}</td>'
        f'<td style="text-align:left;white-space:normal">{html.escape(result.name)}{hint}</td>'
        f'<td style="text-align:right;white-space:nowrap">{result.earned:g} / {result.points:g}'
        "</td></tr>"
    )


def _diagnosis(result: CheckResult) -> str:
    if not result.mistake:
        return result.hint
    return f"{result.mistake[0].upper()}{result.mistake[1:]}: {result.hint}"


def _array(value: Any) -> np.ndarray:
    """Turn numbers, lists, arrays or tensors into a float64 array, or fail with a hint."""
    if value is ...:
        raise CheckFailed("A blank `...` is still in your answer; replace it.", "blank left over")
    if value is None:
        raise CheckFailed("Nothing came back (None). Does your function return its result?")
    try:
        array = _as_numpy(value) if hasattr(value, "detach") else np.asarray(value)
    except Exception:
        array = None
    # NumPy would read numbers out of text, and drop the imaginary part of complex ones.
    if array is None or array.dtype.kind not in "biuf":
        raise CheckFailed(f"Expected numbers, got {_kind_of(value, array)}.")
    return array.astype(np.float64)


def _as_numpy(tensor: Any) -> np.ndarray:
    tensor = tensor.detach().cpu()
    # NumPy lacks some of torch's types, such as bfloat16.
    return (tensor.double() if tensor.is_floating_point() else tensor).numpy()


def _kind_of(value: Any, array: np.ndarray | None) -> str:
    if array is not None and array.dtype.kind == "c":
        return "complex ones"
    if array is not None and array.dtype.kind in "SU" and array.ndim:
        return "text"
    return type(value).__name__


def _value_of(mistake: Mistake) -> np.ndarray | None:
    """What a mistake would give; nothing where it cannot be computed for this answer."""
    try:
        return _array(mistake.value())
    except Exception:
        return None


def _agree(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> bool:
    """Whether all of `a` is close to `b`, entry by entry; nan only matches nan."""
    return a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)


def _text(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    except Exception:  # an error whose own text fails
        return type(error).__name__


def _shorten(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _is_students(error: BaseException) -> bool:
    """Whether an error arose in the student's process, or in a probe called right here."""
    if hasattr(error, "where"):
        return True
    return any(frame.f_code in _PROBES for frame, _ in traceback.walk_tb(error.__traceback__))


def _where(error: BaseException) -> str:
    """Say in which line of the student's cell an error arose, if it was one."""
    if isinstance(getattr(error, "where", None), str):
        line = error.where
    else:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if "ipykernel" in frame.filename or frame.filename.startswith("<")
        ]
        line = frames[-1].line if frames else ""
    return f", at `{_shorten(line)}`" if line else ""
