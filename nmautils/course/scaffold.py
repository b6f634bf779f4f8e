"""From a solved cell to the student's cell.

Inside ``### BEGIN SOLUTION … ### END SOLUTION`` a line says after ``# blank:`` what the student
sees in its place, and lines without that mark vanish::

    ### BEGIN SOLUTION
    total = sum(values)  # blank: total = ...
    mean = total / len(values)  # blank: mean = ...
    ### END SOLUTION

:class:`Scaffold` stands in the place of nbgrader's ``ClearSolutions``.
"""

import ast
import re
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from nmautils.cells import BEGIN_SCHEME, BEGIN_SOLUTION, END_SCHEME, END_SOLUTION, grade_id_of
from nmautils.errors import CourseError

WRITTEN_ANSWER = "*Your answer here.*"
_BLANK = re.compile(r"\s*#\s*blank:[ ]?(.*)$")


class ScaffoldError(CourseError):
    """A solved cell that no student's cell can be made of."""


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def split_regions(
    source: str, begin: str = BEGIN_SOLUTION, end: str = END_SOLUTION
) -> list[tuple[bool, list[str]]]:
    """Cut a cell's lines at its marks.

    Returns
    -------
    list of (marked, lines)
        In order; the mark lines themselves are the first and last of a marked part.

    Raises
    ------
    ScaffoldError
        If the marks are nested or unbalanced.
    """
    parts: list[tuple[bool, list[str]]] = [(False, [])]
    inside = False
    for line in source.split("\n"):
        if begin in line:
            if inside:
                raise ScaffoldError(f"a second {begin!r} before {end!r}")
            inside = True
            parts.append((True, [line]))
        elif end in line:
            if not inside:
                raise ScaffoldError(f"{end!r} without {begin!r}")
            inside = False
            parts[-1][1].append(line)
            parts.append((False, []))
        else:
            parts[-1][1].append(line)
    if inside:
        raise ScaffoldError(f"{begin!r} without {end!r}")
    return parts


def without_marked(source: str) -> str:
    """A written cell's text without model answers and mark schemes, marks included.

    Unbalanced marks leave the text as it is; :class:`Scaffold` reports them.
    """
    try:
        for begin, end in [(BEGIN_SOLUTION, END_SOLUTION), (BEGIN_SCHEME, END_SCHEME)]:
            parts = split_regions(source, begin, end)
            source = "\n".join("\n".join(lines) for marked, lines in parts if not marked and lines)
    except ScaffoldError:
        return source
    return source


def defined_names(source: str) -> list[str]:
    """Names of the classes and functions that a cell defines at its top level, in order."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def solution_lines(source: str) -> list[str]:
    """Code lines between the marks, as the solution has them (without ``# blank:``)."""
    lines = []
    for marked, part in split_regions(source):
        if marked:
            lines += [_BLANK.sub("", line) for line in part[1:-1]]
    return [line for line in lines if _is_code(line)]


def answer_of(source: str) -> str:
    """The solved cell without marks: what a person would have written."""
    lines: list[str] = []
    for marked, part in split_regions(source):
        for line in part[1:-1] if marked else part:
            kept = _BLANK.sub("", line) if marked else line
            if kept.strip() or not line.strip():
                lines.append(kept)
    return "\n".join(lines).strip("\n")


def stub_of(source: str) -> str:
    """The student's cell made of a solved one.

    Raises
    ------
    ScaffoldError
        If marks are missing or unbalanced, nothing is defined, or the result does not parse.
    """
    parts = split_regions(source)
    if not any(marked for marked, _ in parts):
        raise ScaffoldError(f"a solution cell needs {BEGIN_SOLUTION!r} and {END_SOLUTION!r}")
    try:
        names = defined_names(answer_of(source))
    except SyntaxError as error:
        raise ScaffoldError(f"the solution does not parse: {error.msg}") from None
    if not names:
        raise ScaffoldError("a solution cell must define a class or a function")

    lines: list[str] = []
    blanks: set[int] = set()
    for marked, part in parts:
        if not marked:
            lines += part
            continue
        kept = []
        for line in part[1:-1]:
            match = _BLANK.search(line)
            if match:
                kept.append((_indent(line) + match[1]).rstrip())
        if not any(_is_code(line) for line in kept):
            kept.append(_indent(part[0]) + "...")
        blanks |= set(range(len(lines), len(lines) + len(kept)))
        lines += kept
    lines = _fill_suites(lines, blanks)
    first = (
        f'raise NotImplementedError("Exercise: complete {names[0]}")'
        "  # delete this line, then replace every ..."
    )
    stub = first + "\n\n\n" + "\n".join(lines).strip("\n")
    try:
        ast.parse(stub)
    except SyntaxError as error:
        raise ScaffoldError(
            f"the student's cell would not parse in its line {error.lineno}: {error.msg}"
        ) from None
    return stub


def _fill_suites(lines: list[str], blanks: set[int]) -> list[str]:
    """Put ``...`` under a blank's header line (``for …:``) whose body vanished."""
    filled: list[str] = []
    for index, line in enumerate(lines):
        filled.append(line)
        header = line.split("  #")[0].rstrip()
        if index not in blanks or not _is_code(line) or not header.endswith(":"):
            continue
        following = next((later for later in lines[index + 1 :] if _is_code(later)), "")
        if len(_indent(following)) <= len(_indent(line)):
            filled.append(_indent(line) + "    ...")
    return filled


def question_of(source: str) -> str:
    """The student's version of a written question: no model answer, no mark scheme.

    Raises
    ------
    ScaffoldError
        If marks are nested or unbalanced.
    """
    parts = split_regions(source, BEGIN_SCHEME, END_SCHEME)
    source = "\n".join("\n".join(lines) for marked, lines in parts if not marked and lines)
    parts = split_regions(source)
    if not any(marked for marked, _ in parts):
        return WRITTEN_ANSWER
    pieces = [WRITTEN_ANSWER if marked else "\n".join(lines) for marked, lines in parts]
    text = "\n".join(piece for piece in pieces if piece)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def solved_question_of(source: str) -> str:
    """A written question as the solution notebook shows it: answer and scheme, no marks."""
    lines = []
    for line in source.split("\n"):
        if BEGIN_SCHEME in line:
            lines += ["", "**Mark scheme**", ""]
        elif BEGIN_SOLUTION in line:
            lines += ["", "**Model answer**", ""]
        elif END_SOLUTION not in line and END_SCHEME not in line:
            lines.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def student_source(cell: NotebookNode) -> str:
    """What the student sees of a solution cell (code or Markdown); other cells as they are.

    Raises
    ------
    ScaffoldError
        See :func:`stub_of` and :func:`question_of`.
    """
    source: str = cell.source
    if not utils.is_solution(cell):
        return source
    return stub_of(source) if cell.cell_type == "code" else question_of(source)


class Scaffold(NbGraderPreprocessor):
    """nbgrader preprocessor that turns solution cells into the student's cells."""

    enforce_metadata = Bool(
        True, help="Whether solution marks outside solution cells are an error."
    ).tag(config=True)
    written_answer = Unicode(
        WRITTEN_ANSWER, help="What stands in the place of a written answer."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        self.notebook = resources.get("nbgrader", {}).get("notebook", "notebook")
        nb, resources = super().preprocess(nb, resources)
        nb.metadata.pop("celltoolbar", None)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        label = grade_id_of(cell) or cell.get("id", cell_index)
        try:
            if utils.is_solution(cell):
                cell.source = student_source(cell).replace(WRITTEN_ANSWER, self.written_answer)
            elif self.enforce_metadata and not utils.is_task(cell):
                for mark in [BEGIN_SOLUTION, END_SOLUTION, BEGIN_SCHEME, END_SCHEME]:
                    if mark in cell.source:
                        raise ScaffoldError(f"{mark!r} in a cell that is not a solution cell")
        except ScaffoldError as error:
            raise ScaffoldError(f"{self.notebook}, cell {label}: {error}") from None
        return cell, resources
