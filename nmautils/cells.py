"""What a cell is: one vocabulary for building, repairing and reporting.

A cell's kind follows from its type, nbgrader's metadata and its tags. Lines such as ``### BEGIN
SOLUTION`` in a source cell enclose what students do not see.
"""

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "BEGIN_HIDDEN",
    "BEGIN_SCHEME",
    "BEGIN_SOLUTION",
    "BEGIN_WORKED_OUT",
    "END_HIDDEN",
    "END_SCHEME",
    "END_SOLUTION",
    "END_WORKED_OUT",
    "OWN_ID",
    "TAGGED",
    "WORTH",
    "Kind",
    "exercise_of",
    "grade_id_of",
    "is_probed",
    "is_read_by_a_person",
    "is_students",
    "is_task",
    "is_test",
    "kind_of",
    "nbgrader_of",
    "own_number",
    "packages_of",
    "runs_inside",
    "tags_of",
]

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
BEGIN_WORKED_OUT, END_WORKED_OUT = "### BEGIN WORKED OUT", "### END WORKED OUT"
BEGIN_SCHEME, END_SCHEME = "### BEGIN MARK SCHEME", "### END MARK SCHEME"

# What the heading of an exercise or question ends with: points and minutes.
WORTH = re.compile(r" \((\d+(?:\.\d+)?) points?, about (\d+) minutes?\)$")


class Kind(str, Enum):
    """The kinds of cells; the value is what stands in files."""

    SETUP = "setup"  # code, tagged: imports, data and definitions that an answer may need
    DEMO = "demo"  # code, tagged: shows, trains, plots; nothing graded depends on it
    EXPLORE = "explore"  # code, tagged: an interactive figure
    EXERCISE = "exercise"  # code that a student writes
    TEST = "test"  # code that checks an exercise and gives its points
    QUESTION = "question"  # text that a student writes and a person grades
    TEXT = "text"  # any other text
    GIVEN = "given"  # code of the release without a tag, as nbgrader's own courses have it
    OWN = "own"  # a cell that the student added

    def __str__(self) -> str:
        return self.value


# How the id of a cell of the student's own begins in a rebuilt notebook; its number follows.
OWN_ID = "own-"
TAGGED = (Kind.SETUP, Kind.DEMO, Kind.EXPLORE)


def nbgrader_of(cell: "NotebookNode") -> dict[str, Any]:
    """Give nbgrader's metadata of a cell; nothing if there are none that are well formed."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def tags_of(cell: "NotebookNode") -> set[str]:
    """Give the tags of a cell."""
    tags = cell.metadata.get("tags")
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def grade_id_of(cell: "NotebookNode") -> str | None:
    """Give the grade id of a cell, None if it has none."""
    name = nbgrader_of(cell).get("grade_id")
    return name if isinstance(name, str) and name else None


def kind_of(cell: "NotebookNode") -> Kind:
    """Give the kind of a cell of the source or of the release.

    What only a build has to refuse, such as a code cell with two tags, is given its first kind
    here.
    """
    mark = nbgrader_of(cell)
    if cell.cell_type != "code":
        return Kind.QUESTION if mark.get("solution") or mark.get("grade") else Kind.TEXT
    if mark.get("solution"):
        return Kind.EXERCISE
    if mark.get("grade"):
        return Kind.TEST
    tags = tags_of(cell)
    return next((kind for kind in TAGGED if kind.value in tags), Kind.GIVEN)


def own_number(cell: "NotebookNode") -> int:
    """Give the number of a cell that the student added, as pages call it; 0 for any other."""
    ours = cell.metadata.get("nmautils")
    is_own = isinstance(ours, dict) and ours.get("kind") == Kind.OWN.value
    number = cell["id"].removeprefix(OWN_ID)
    return int(number) if is_own and number.isdecimal() else 0


def packages_of(notebook: "NotebookNode") -> list[str]:
    """Give what a course adds to the packages that answers may import, as its notebook says."""
    ours = notebook.metadata.get("nmautils")
    found = ours.get("packages") if isinstance(ours, dict) else None
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def is_test(cell: "NotebookNode") -> bool:
    """Tell whether a cell is an automatic test."""
    return kind_of(cell) is Kind.TEST


def is_probed(test: str) -> bool:
    """Tell whether a test cell reaches the student's code by probes, so that it runs outside."""
    return "@probe" in test


def runs_inside(test: str) -> bool:
    """Tell whether a test cell is one of asserts, as nbgrader's guide teaches.

    It runs in the student's process. One that uses our checks is meant to have a probe.
    """
    return not is_probed(test) and "checks.report()" not in test


def is_students(cell: "NotebookNode") -> bool:
    """Tell whether a cell of the release is code that nbgrader lets a student change freely."""
    return kind_of(cell) is Kind.GIVEN and not nbgrader_of(cell).get("locked")


def is_task(cell: "NotebookNode") -> bool:
    """Tell whether a cell is a task: a student answers it anywhere, a person gives its points."""
    return bool(nbgrader_of(cell).get("task"))


def is_read_by_a_person(cell: "NotebookNode") -> bool:
    """Tell whether a person gives a cell's points: an answer with points, or a task."""
    mark = nbgrader_of(cell)
    if is_task(cell):
        return True
    return bool(mark.get("grade")) and (bool(mark.get("solution")) or cell.cell_type != "code")


def exercise_of(grade_id: str) -> str:
    """Give the name of the exercise that a graded cell belongs to."""
    return grade_id.removesuffix("_test")
