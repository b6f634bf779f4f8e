"""Nothing of an answer or of a hidden test is left in the student version."""

from collections.abc import Iterator

from nbformat import NotebookNode

from nmautils.cells import (
    BEGIN_HIDDEN,
    BEGIN_SCHEME,
    BEGIN_SOLUTION,
    BEGIN_WORKED_OUT,
    END_HIDDEN,
    END_SCHEME,
    END_SOLUTION,
    END_WORKED_OUT,
    Kind,
    kind_of,
)
from nmautils.course.problems import Problem
from nmautils.course.scaffold import solution_lines, split_regions, stub_of

__all__ = ["check_leaks", "secret_lines", "visible"]

_MARKS = (
    *(BEGIN_SOLUTION, END_SOLUTION),
    *(BEGIN_SCHEME, END_SCHEME),
    *(BEGIN_HIDDEN, END_HIDDEN),
    *(BEGIN_WORKED_OUT, END_WORKED_OUT),
)
# Shorter lines (`return total`, `else:`) stand in many notebooks and give nothing away.
_TELLING = 20


def check_leaks(stamped: NotebookNode, student: NotebookNode, where: str) -> Iterator[Problem]:
    """Look for marks, outputs and telling lines of answers and hidden tests."""
    marks = [mark.removeprefix("### ") for mark in _MARKS]
    secrets = secret_lines(stamped)
    for cell in student.cells:
        label = f"cell {cell.get('id', '?')}"
        for mark in [*marks, "# blank:"]:
            if mark in cell.source:
                yield Problem(where, f"{label}: {mark!r} is left in the student version")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Problem(where, f"{label}: has outputs")
        if cell.cell_type == "code":
            lines = {line.strip() for line in cell.source.split("\n")}
            leaked = [line for line in secrets if line in lines]
        else:
            leaked = [line for line in secrets if line in cell.source]
        for line in leaked:
            yield Problem(where, f"{label}: shows {line!r} of {secrets[line]}")


def secret_lines(stamped: NotebookNode) -> dict[str, str]:
    """Telling lines that no student may see, each with what it belongs to.

    No secret is what stands openly before its exercise, around the marks of the same cell or
    in a blank; nor, for hidden tests and mark schemes, what stands openly anywhere.
    """
    secrets: dict[str, str] = {}
    openly = [visible(cell) for cell in stamped.cells]
    for index, cell in enumerate(stamped.cells):
        answer, test = _hidden(cell)
        for lines, given in [
            (answer, "\n".join(openly[: index + 1])),
            (test, "\n".join(openly)),
        ]:
            for line in (line.strip() for line in lines):
                if len(line) >= _TELLING and line not in given:
                    secrets.setdefault(line, f"{kind_of(cell)} {cell.id}")
    return secrets


_REGIONS = {
    Kind.EXERCISE: [(BEGIN_SOLUTION, END_SOLUTION)],
    Kind.TEST: [(BEGIN_HIDDEN, END_HIDDEN), (BEGIN_WORKED_OUT, END_WORKED_OUT)],
    Kind.QUESTION: [(BEGIN_SCHEME, END_SCHEME), (BEGIN_SOLUTION, END_SOLUTION)],
}


def visible(cell: NotebookNode) -> str:
    """What students see of a source cell, blanks included."""
    kind, text = kind_of(cell), str(cell.source)
    if kind is Kind.EXERCISE:
        return stub_of(text)
    for begin, end in _REGIONS.get(kind, []):
        parts = split_regions(text, begin, end)
        text = "\n".join(line for marked, part in parts if not marked for line in part)
    return text


def _hidden(cell: NotebookNode) -> tuple[list[str], list[str]]:
    """Lines of an answer, and of hidden tests or a mark scheme, in a source cell."""
    kind = kind_of(cell)
    if kind is Kind.EXERCISE:
        return solution_lines(cell.source), []
    answer: list[str] = []
    secret: list[str] = []
    for begin, end in _REGIONS.get(kind, []):
        lines = answer if begin == BEGIN_SOLUTION else secret
        for marked, part in split_regions(cell.source, begin, end):
            lines += part[1:-1] if marked else []
    return answer, secret
