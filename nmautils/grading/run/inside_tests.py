"""Judge a test cell that ran in the student's process, by what it showed there.

nbgrader's guide teaches such cells: asserts, or a number as the last value. The points are those
that nbgrader gives. Whatever the cell showed is a stranger's word, since the student's code can
change anything in that process: such a test can be fooled, and what it hides can be read there.
So once a test of an assignment hides something, all that is said of its tests are words of ours and
of the author's. What comes from the process chooses among them, and adds none of its own: a message
in another coding, or the name of a class, would carry what is hidden to the student.
"""

import ast
import builtins
import contextlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nmautils.cells import BEGIN_HIDDEN, END_HIDDEN
from nmautils.checks import NOT_SOLVED, CheckResult, Score
from nmautils.checks.answer import without_magics
from nmautils.grading.model import words
from nmautils.grading.model.limits import TEST_HINT_CHARACTERS
from nmautils.grading.safe.text import plain_characters

from .judge import Verdict
from .kernel import CellRun, Kernel, StudentError

__all__ = ["TooMany", "hides", "judge_inside", "points_by_outputs", "put_files"]

NAME_CHARACTERS = 100
# Errors whose names are said where something is hidden.
KNOWN_ERRORS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
}

# Runs in the student's process, in the folder in which the notebook runs.
_PUT_FILE = """
def put_file(name, content):
    import pathlib
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.tobytes())
"""


class TooMany(ValueError):
    """A test gave more points than it is worth, or showed its value in no text."""


def put_files(kernel: Kernel, files: Mapping[str, bytes], seconds: float) -> None:
    """Put the files of a release beside the notebook, before anything of the student's runs.

    They are those of the release, not those that the student handed in: a right answer must not
    depend on changed data, nor a wrong one pass with them.
    """
    for name, content in files.items():
        array = np.frombuffer(content, dtype=np.uint8)
        with contextlib.suppress(StudentError):
            kernel.ask(_PUT_FILE, "put_file", (name, array), {}, seconds)


def points_by_outputs(outputs: Iterable[Mapping[str, Any]], possible: float) -> float:
    """Give the points of a test cell by what it showed, as nbgrader's ``determine_grade`` does.

    An error, or anything in the error stream, gives none. A number as the last value gives as
    many points. Anything else, or nothing, gives all.

    Raises
    ------
    TooMany
        If the number is larger than `possible`; nbgrader grades nothing of such a hand-in.
    """
    for output in outputs:
        kind = output["output_type"]
        if kind == "error" or (kind == "stream" and output["name"] == "stderr"):
            return 0.0
        if _is_value(output):
            text = output["data"].get("text/plain", "")
            if not text:
                raise TooMany("its value has no text")
            try:
                number = float(text)
            except ValueError:
                return possible
            if number > possible:
                raise TooMany(f"it gave {number:g} points, and is worth {possible:g}")
            return number if number >= 0 else possible  # not a number is no number below 0 either
    return possible


def hides(test: str, shown: str) -> bool:
    """Tell whether a test has lines that students do not see."""
    return bool(_hidden_lines(test, shown))


def judge_inside(
    test: str,
    shown: str,
    run: CellRun | None,
    possible: float,
    *,
    untouched: bool = False,
    secrets: bool = False,
) -> Verdict:
    """Judge a test that ran in the student's process.

    Parameters
    ----------
    test, shown : str
        The whole cell, and what students see of it.
    run : CellRun or None
        How it went; None if it could not be run any more.
    possible : float
        What it is worth.
    untouched : bool
        Whether the answer above it is as it was released.
    secrets : bool
        Whether another test of the assignment hides something, which the process may know.
    """
    problem, hint, earned = "", "", 0.0
    if run is None:
        hint = words.TEST_NOT_RUN
    elif run.status != "ok":
        hint = _why(test, shown, run, secrets)
    else:
        try:
            earned = points_by_outputs(run.outputs, possible)
            said = words.TEST_GAVE_PART if any(map(_is_value, run.outputs)) else words.TEST_WARNED
            hint = said.format(earned, possible)
        except TooMany as error:
            problem, hint = f"the test went wrong: {error}", words.TEST_WENT_WRONG
    mistake = ""
    if untouched and run is not None and _error(run)[0] == "NotImplementedError":
        mistake, hint = NOT_SOLVED, words.ANSWER_LEFT
    name, passed = _name(shown), earned >= possible and not problem
    if run is None or run.status != "ok":
        passed = False  # also where the test is worth nothing
    results = [CheckResult(name, possible, passed, "" if passed else hint, mistake)]
    if 0 < earned < possible:
        results = [
            CheckResult(name, earned, True),
            CheckResult(words.TEST_REST, possible - earned, False, hint),
        ]
    return Verdict(Score("", results), problem)


def _name(shown: str) -> str:
    """Name a test by its docstring, or by the comment at its top, as students see it."""
    first = shown.strip().partition("\n")[0].strip()
    if first.startswith(("'", '"')):
        try:
            body = ast.parse(without_magics(shown)).body
            first = ast.get_docstring(ast.Module(body, [])) or ""
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            first = first.strip("'\"")
    elif first.startswith("#"):
        first = re.sub(r"^#+\s*(@title\s+)?", "", first)
    else:
        first = ""
    line = plain_characters(first.strip().partition("\n")[0]).strip()
    hidden = line.startswith(BEGIN_HIDDEN.lstrip("# "))
    return line[:NAME_CHARACTERS] if line and not hidden else words.TEST_INSIDE


def _error(run: CellRun) -> tuple[str, str]:
    for output in run.outputs:
        if output["output_type"] == "error":
            return output["ename"], output["evalue"]
    return "", ""


def _is_value(output: Mapping[str, Any]) -> bool:
    """Tell whether an output is the value of a cell's last line; see `CellOutputs`."""
    return bool(output.get("metadata", {}).get("result"))


def _why(test: str, shown: str, run: CellRun, secrets: bool) -> str:
    """Say why a test failed, in one line that holds nothing of what is hidden."""
    if run.status == "time-out":
        return words.TEST_TOO_LONG
    if run.status != "error":
        return words.TEST_ENDED
    hidden = _hidden_lines(test, shown)
    may_say = not hidden and not secrets
    hint = _by_the_process(test, run) if may_say else _by_the_author(test, hidden, run)
    return hint[:TEST_HINT_CHARACTERS]


def _by_the_author(test: str, hidden: set[int], run: CellRun) -> str:
    """Say why, in words that stood there before the student's code ran."""
    kind = _error(run)[0]
    kind = kind if kind in KNOWN_ERRORS else words.AN_ERROR
    failed, line = _assert_at(test, run.line), _line_at(test, run.line)
    spanned = range(failed.lineno, (failed.end_lineno or 0) + 1) if failed else [run.line]
    if (hidden and not line) or not hidden.isdisjoint(spanned):
        return _constant(failed) or words.TEST_HIDDEN_FAILED.format(kind)
    if not line:
        return words.TEST_FAILED
    if kind != "AssertionError":
        return words.TEST_LINE_RAISED.format(line, kind)
    return _constant(failed) or _not_held(failed, line)


def _by_the_process(test: str, run: CellRun) -> str:
    """Say why, in the words of the error, of a test of which all is shown."""
    kind, message = _error(run)
    message = " ".join(plain_characters(message).split())
    if kind not in ("", "AssertionError"):
        return f"{kind}: {message}" if message else kind
    line = _line_at(test, run.line)
    if message or not line:
        return message or words.TEST_FAILED
    return _not_held(_assert_at(test, run.line), line)


def _line_at(test: str, number: int) -> str:
    """Give a line of a test; nothing if it is not known which."""
    lines = test.split("\n")
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    # A magic such as `%%time` runs the rest of its cell, and the line of that is not known.
    return "" if line.startswith("%%") else line


def _not_held(failed: ast.Assert | None, line: str) -> str:
    if failed is None:
        return words.TEST_LINE_FAILED.format(line)
    return words.TEST_DOES_NOT_HOLD.format(" ".join(ast.unparse(failed.test).split()))


def _hidden_lines(test: str, shown: str) -> set[int]:
    """Give the numbers of the lines that students do not see, from 1 on.

    They are told by what was released too: nbgrader may be set to other marks than these.
    """
    seen = {"", *(line.strip() for line in shown.split("\n"))}
    found, inside = set(), False
    for number, line in enumerate(test.split("\n"), start=1):
        if BEGIN_HIDDEN in line:
            inside = True
        if inside or line.strip() not in seen:
            found.add(number)
        if END_HIDDEN in line:
            inside = False
    return found


def _assert_at(test: str, line: int) -> ast.Assert | None:
    """Find the assert that spans a line; None where there is none, or no Python."""
    try:
        tree = ast.parse(without_magics(test))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or 0):
            return node
    return None


def _constant(failed: ast.Assert | None) -> str:
    """Give the message of an assert if it is written out."""
    message = failed.msg if failed is not None else None
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        return " ".join(message.value.split())[:TEST_HINT_CHARACTERS]
    return ""
