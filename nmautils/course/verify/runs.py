"""The solution runs with full marks; the untouched student version stops in its exercises only."""

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from nmautils.cells import Kind, kind_of, runs_inside
from nmautils.course import expected
from nmautils.course.problems import Problem
from nmautils.course.verify.stubs import signatures
from nmautils.errors import CourseError

__all__ = ["check_solution_run", "check_student_run", "score_of"]


def check_solution_run(stamped: NotebookNode, profile: str, where: str) -> Iterator[Problem]:
    """Run the solution: no error anywhere, full points in each test cell."""
    where = f"{where} (profile {profile})"
    try:
        done = expected.execute(expected.solution_notebook(stamped), profile, allow_errors=True)
    except CourseError as error:
        yield Problem(where, str(error))
        return
    for cell in done.cells:
        if cell.cell_type != "code":
            continue
        label = f"cell {cell.id}"
        for output in cell.outputs:
            if output.output_type == "error":
                yield Problem(where, f"{label}: raised {output.ename}: {_short(output.evalue)}")
        yield from _check_stderr(cell, where)
        if kind_of(cell) is Kind.TEST:
            points = cell.metadata.nbgrader.points
            value = score_of(cell)
            if _passed_silently(cell):
                value = points
            if value is None or abs(value - points) > 1e-9:
                yield Problem(where, f"{label}: the solution gets {value} of {points} points")


def check_student_run(student: NotebookNode, profile: str, where: str) -> Iterator[Problem]:
    """Run the untouched student version: it stops in its exercises and nowhere else."""
    where = f"{where} (profile {profile})"
    try:
        done = expected.execute(student, profile, allow_errors=True)
    except CourseError as error:
        yield Problem(where, str(error))
        return
    names: set[str] = set()
    for cell in done.cells:
        if cell.cell_type != "code":
            continue
        label, kind = f"cell {cell.id}", kind_of(cell)
        raised = [output for output in cell.outputs if output.output_type == "error"]
        if kind is Kind.EXERCISE:
            body = ast.parse(cell.source).body
            names |= {key for key in signatures(body) if "." not in key}
            if [output.ename for output in raised] != ["NotImplementedError"]:
                yield Problem(where, f"{label}: untouched, it must raise NotImplementedError")
            continue
        for output in raised:
            if _has_asserts(cell):
                continue  # that is how it says that the exercise is not solved
            yield Problem(
                where,
                f"{label}: fails in the untouched notebook with {output.ename}: "
                f"{_short(output.evalue)}",
            )
        yield from _check_stderr(cell, where)
        value = score_of(cell) if kind is Kind.TEST else None
        if _passed_silently(cell):
            value = cell.metadata.nbgrader.points
        if kind is Kind.TEST and not raised and (value is None or value != 0):
            yield Problem(where, f"{label}: untouched gives {value} points, must be 0.0")
        if kind in (Kind.DEMO, Kind.EXPLORE) and not raised and not cell.outputs:
            used = sorted(names & _names_in(cell.source))
            if used:
                yield Problem(
                    where, f"{label}: needs {', '.join(used)} and must say so while it is missing"
                )


def score_of(cell: NotebookNode) -> float | None:
    """The score nbgrader would read: the first result, as a number; None if there is none."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data["text/plain"])
            except (KeyError, ValueError):
                return None
    return None


def _has_asserts(cell: NotebookNode) -> bool:
    """Tell whether a test fails by an error: it gives all points if it ends and shows nothing."""
    return (
        kind_of(cell) is Kind.TEST
        and runs_inside(cell.source)
        and re.search(r"^[ \t]*(?:assert|raise)\b", cell.source, re.MULTILINE) is not None
    )


def _passed_silently(cell: NotebookNode) -> bool:
    """Tell whether a test of asserts ended without an error and without a value."""
    shown = {output.output_type for output in cell.outputs}
    return _has_asserts(cell) and not shown & {"error", "execute_result"}


def _check_stderr(cell: NotebookNode, where: str) -> Iterator[Problem]:
    text = "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    )
    if not text.strip():
        return
    if kind_of(cell) is Kind.TEST:
        yield Problem(
            where, f"cell {cell.id}: writes to stderr, which costs all points: {_short(text)}"
        )
    elif "Traceback (most recent call last)" in text:
        yield Problem(where, f"cell {cell.id}: a traceback on stderr: {_short(text)}")


def _names_in(source: str) -> set[str]:
    """Names that a cell reads; cells with magics count as reading none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _short(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:120] if lines else ""
