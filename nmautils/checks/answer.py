"""The cell that a student answered an exercise in: its text, and the error it ended with.

A grader knows the cell and says so by `answer_given`. In a notebook it is looked for in IPython's
history: the last cell that was run and that defines the name asked for, a name like it, or that is
the released cell of the exercise.
"""

import ast
import contextlib
import difflib
import linecache
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any

__all__ = [
    "Answer",
    "CellError",
    "Slip",
    "answer_given",
    "answer_of",
    "at_line",
    "error_in_cell",
    "given_answer",
    "in_history",
    "is_defined",
    "is_near",
    "magics_as_pass",
    "newest_first",
    "notebook_variables",
    "parse",
    "without_magics",
]

# Whatever a student typed, reading it ends in one of these at worst.
TROUBLES = (SyntaxError, ValueError, RecursionError, MemoryError)
# Longer cells are not read: no answer is that long, and reading takes time.
LONGEST_CELL = 50_000

# IPython's own lines, which are no Python: %magics, !commands, help with a question mark.
_MAGIC_LINE = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*|\w[\w, ]*=[ \t]*[%!].*)$")
_DEFINED = re.compile(r"^[ \t#]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.M)
_ASSIGNED = re.compile(r"^(\w+)[ \t]*=(?!=)", re.M)
_STUB = re.compile(r"NotImplementedError\(\s*[\"']Exercise: complete (\w+)")


@dataclass(frozen=True)
class Slip:
    """A known slip: its name in a few words, and what to do about it in a sentence or two."""

    name: str
    hint: str
    # Whether it is one whatever the checks found, so that it goes before another name for it.
    sure: bool = False


@dataclass(frozen=True)
class CellError:
    """The error that a cell ended with.

    Parameters
    ----------
    kind : str
        Its class, for instance ``"NameError"``.
    message : str
        Its text.
    line : int
        Where in the cell, counted from 1; 0 if that is not known.
    code : str
        That line.
    """

    kind: str
    message: str
    line: int = 0
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """What is known of the cell of an exercise.

    Parameters
    ----------
    text : str
        What stands in it.
    error : CellError or None
        What it ended with; None if it ran to its end, or if that is not known.
    untouched : bool
        Whether it is still as it was released.
    ran : bool
        Whether it was run as it stands.
    """

    text: str
    error: CellError | None = None
    untouched: bool = False
    ran: bool = True


_GIVEN: ContextVar[Answer | None] = ContextVar("given answer", default=None)


@contextlib.contextmanager
def answer_given(answer: Answer | None) -> Iterator[None]:
    """Have the checks of the body know the cell that holds the answer."""
    token = _GIVEN.set(answer)
    try:
        yield
    finally:
        _GIVEN.reset(token)


def given_answer() -> Answer | None:
    """Give the answer that a grader has named; None in a notebook."""
    return _GIVEN.get()


def in_history() -> bool:
    """Tell whether cells that were run can be looked up, as in a notebook."""
    return _shell() is not None


def answer_of(name: str) -> Answer | None:
    """Give the cell that defines `name` or was meant to; None if there is none.

    Never an exception: it serves hints, and a hint must not be what fails.
    """
    given = _GIVEN.get()
    if given is not None:
        return given
    shell = _shell()
    if shell is None:
        return None
    try:
        return next(_from_history(shell, name), None)
    except Exception:
        return None


def newest_first(name: str) -> Iterator[Answer]:
    """Go through the cells of the history that define `name` or were meant to."""
    shell = _shell()
    if shell is not None:
        yield from _from_history(shell, name)


def is_defined(name: str) -> bool:
    """Tell whether the notebook has something of this name now."""
    shell = _shell()
    return shell is not None and name in shell.user_ns


def notebook_variables() -> Mapping[str, Any] | None:
    """Give the variables of the notebook that runs now; None outside of one."""
    shell = _shell()
    return shell.user_ns if shell is not None else None


def parse(text: str) -> ast.Module | None:
    """Read a cell as Python, without IPython's own lines; None if it cannot be read."""
    if len(text) > LONGEST_CELL:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(without_magics(text))
    except TROUBLES:
        return None


def without_magics(text: str) -> str:
    """Put ``pass`` where IPython's own lines stand, so that lines keep their numbers."""
    if text.lstrip().startswith("%%"):
        text = text.replace("%%", "#%", 1)
    return magics_as_pass(text)


def magics_as_pass(text: str) -> str:
    """Put ``pass`` where each line of IPython's own stands, and no fewer lines than before."""
    lines, goes_on = [], False
    for line in text.split("\n"):
        found = _MAGIC_LINE.match(line)
        lines.append("" if goes_on else f"{found[1]}pass" if found else line)
        # One that ends in a backslash goes on in the next line.
        goes_on = (goes_on or found is not None) and line.endswith("\\")
    return "\n".join(lines)


def is_near(name: str, wanted: str) -> bool:
    """Tell whether somebody who wrote `name` may have meant `wanted`."""
    small, other = name.casefold(), wanted.casefold()
    return (
        small == other
        or (len(other) > 2 and other in small)
        or difflib.SequenceMatcher(None, small, other).ratio() >= 0.8
    )


# --- IPython's history ----------------------------------------------------------------------------


def _shell() -> Any:
    """Give IPython's shell, without importing IPython where it is not in use."""
    module = sys.modules.get("IPython")
    get = getattr(module, "get_ipython", None)
    return get() if callable(get) else None


def _from_history(shell: Any, name: str) -> Iterator[Answer]:
    manager = getattr(shell, "history_manager", None)
    raw = list(getattr(manager, "input_hist_raw", None) or shell.user_ns.get("In") or ())
    python = list(getattr(manager, "input_hist_parsed", None) or raw)
    # The last entry is the cell that asks.
    for position in range(len(raw) - 2, -1, -1):
        if _may_answer(raw[position], name):
            text = raw[position]
            yield Answer(
                text,
                _error_of(shell, text, python[position] if position < len(python) else text),
                untouched=_is_stub(text, name, raw[:position]),
            )


def _may_answer(text: str, name: str) -> bool:
    """Tell whether a cell defines `name`, a name like it, or is the released cell for it."""
    # Checks and demonstrations mention the name as well.
    if "nmautils.check" in text or "@probe" in text or len(text) > LONGEST_CELL:
        return False
    if name in _STUB.findall(text):
        return True
    made = _DEFINED.findall(text) + _ASSIGNED.findall(text)
    return name in made or any(is_near(other, name) for other in _DEFINED.findall(text))


def _is_stub(text: str, name: str, earlier: Iterable[str]) -> bool:
    """Tell whether a cell that was run is still as it was released.

    The release is not at hand. It has the line that raises and blanks, and a cell in which
    somebody wrote differs from the one that was run first.
    """
    if name not in _STUB.findall(text) or "..." not in text.partition("\n")[2]:
        return False
    first = next((cell for cell in earlier if name in _STUB.findall(cell)), text)
    return first.split() == text.split()


def _error_of(shell: Any, raw: str, python: str) -> CellError | None:
    """Find the error that a cell of the history ended with, as far as IPython remembers it."""
    last = getattr(shell, "last_execution_result", None)
    if (
        last is not None
        and getattr(getattr(last, "info", None), "raw_cell", "").rstrip("\n") == raw
    ):
        error = last.error_before_exec or last.error_in_exec
        return error_in_cell(error, raw) if error is not None else None
    error = getattr(sys, "last_value", None)
    if error is None:
        return None
    files = [_file(frame) for frame in _frames(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        files.append(error.filename)
    ours = {raw.strip(), python.strip()}
    if any("".join(linecache.getlines(file)).strip() in ours for file in files):
        return error_in_cell(error, raw)
    return None


def error_in_cell(error: BaseException, text: str) -> CellError:
    """Describe an error that a cell with this text raised while it ran."""
    if isinstance(error, SyntaxError):
        line, message = error.lineno or 0, str(error.msg)
    else:
        frames = [frame for frame in _frames(error.__traceback__) if _is_cell(_file(frame))]
        # The first of them is the cell that ran; later ones may be of cells that it calls.
        own = [frame for frame in frames if _file(frame) == _file(frames[0])]
        line, message = own[-1].tb_lineno if own else 0, _message(error)
    if line and text.strip():  # IPython drops blank lines at the top
        line += len(text.splitlines()) - len(text.lstrip().splitlines())
    return at_line(CellError(type(error).__name__, message, line), text)


def at_line(error: CellError, text: str) -> CellError:
    """Add the code of the line to an error of a cell; a line that is not there is left out."""
    lines = text.splitlines()
    if not 0 < error.line <= len(lines):
        return CellError(error.kind, error.message)
    return CellError(error.kind, error.message, error.line, lines[error.line - 1].strip())


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _file(frame: TracebackType) -> str:
    return frame.tb_frame.f_code.co_filename


def _is_cell(file: str) -> bool:
    """Tell whether a file's name is one that IPython makes up for a cell."""
    return "ipykernel" in file or file.startswith("<ipython-input")


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an error whose own text fails
        return ""
