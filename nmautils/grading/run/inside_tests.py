"""Judge a test cell that ran in the student's process, by what it showed there.

nbgrader's guide teaches such cells: asserts, or a number as the last value. The points are those
that nbgrader gives. Whatever the cell showed is a stranger's word, since the student's code can
change anything in that process: such a test can be fooled, and what it hides can be read there.
So no line of a hidden part is said to a student.
"""

import ast
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

__all__ = ["TooMany", "judge_inside", "points_by_outputs", "put_files"]

NAME_CHARACTERS = 100
# Shorter lines, such as `try:`, are in many messages by chance.
TELLING_CHARACTERS = 8


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


def judge_inside(
    test: str, shown: str, run: CellRun | None, possible: float, *, untouched: bool = False
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
    """
    problem, hint, earned = "", "", 0.0
    if run is None:
        hint = words.TEST_NOT_RUN
    elif run.status != "ok":
        hint = _why(test, run)
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


def _why(test: str, run: CellRun) -> str:
    """Say why a test failed, in one line that holds nothing of its hidden part."""
    if run.status == "time-out":
        return words.TEST_TOO_LONG
    if run.status != "error":
        return words.TEST_ENDED
    kind, message = _error(run)
    message = " ".join(plain_characters(message).split())
    hidden, lines, failed = _hidden_lines(test), test.split("\n"), _assert_at(test, run.line)
    # A magic such as `%%time` runs the rest of its cell, and the line of that is not known.
    known = 0 < run.line <= len(lines) and not lines[run.line - 1].startswith("%%")
    if hidden and (run.line in hidden or not known):
        # Only what the author wrote as a message: the student's process could say anything.
        return _constant(failed) or words.TEST_HIDDEN_FAILED.format(kind)
    if kind not in ("", "AssertionError"):
        hint = f"{kind}: {message}" if message else kind
    elif message:
        hint = message
    elif not known:
        hint = words.TEST_FAILED
    elif failed is not None:
        hint = words.TEST_DOES_NOT_HOLD.format(" ".join(ast.unparse(failed.test).split()))
    else:
        hint = words.TEST_LINE_FAILED.format(lines[run.line - 1].strip())
    secrets = (" ".join(lines[number - 1].split()) for number in hidden)
    if any(len(secret) >= TELLING_CHARACTERS and secret in hint for secret in secrets):
        return words.TEST_HIDDEN_FAILED.format(kind)
    return hint[:TEST_HINT_CHARACTERS]


def _hidden_lines(test: str) -> set[int]:
    """Give the numbers of the lines that students do not see, from 1 on."""
    found, inside = set(), False
    for number, line in enumerate(test.split("\n"), start=1):
        if BEGIN_HIDDEN in line:
            inside = True
        if inside:
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
