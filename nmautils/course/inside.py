"""Which tests run in the student's own process, so that code that is written to can fool them."""

from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from nmautils.cells import grade_id_of, is_test, runs_inside
from nmautils.course.settings import read_settings
from nmautils.course.stamp import source_notebook
from nmautils.errors import CourseError

__all__ = ["inside_of", "line_of", "told_inside"]


def inside_of(notebook: NotebookNode) -> list[str]:
    """Give the grade ids of the tests without probes, in order."""
    tests = [cell for cell in notebook.cells if is_test(cell) and runs_inside(cell.source)]
    return [name for cell in tests if (name := grade_id_of(cell))]


def told_inside(root: str | Path, tutorials: Iterable[str] = ()) -> list[str]:
    """Say which tests are tested inside, in a line for each tutorial that has some."""
    settings = read_settings(root)
    lines = []
    for tutorial in settings.select(list(tutorials)):
        try:
            _, stamped, _ = source_notebook(settings, tutorial)
        except CourseError:
            continue  # `verify` tells what is wrong
        if names := inside_of(stamped):
            lines.append(line_of(tutorial, names))
    return lines


def line_of(tutorial: str, names: list[str]) -> str:
    """Say in a line which tests of a tutorial are tested inside."""
    return (
        f"{tutorial}: tested inside, where a student's code can fool the test: {', '.join(names)}"
    )
