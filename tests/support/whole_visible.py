"""A released notebook of two exercises whose visible checks carry all points of their cells."""

import copy
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from nmautils.course.build import generate_assignment
from tests.support.grading_class import NAME, released, solve, source_notebook, write_course
from tests.support.notebooks import find_cell

# The hidden part goes on with each check, on other inputs, and adds no points.
TEST = """from nmautils.check import Checks, probe


@probe
def call_{name}(x):
    return {name}(x)


checks = Checks("{name}")
with checks("{name} of 4", points=1):
    checks.close(call_{name}(4), {at4}, hint="That is not {name} of 4.")
with checks("{name} of nothing", points=1):
    checks.close(call_{name}(0), 0, hint="Nothing stays nothing.")
### BEGIN HIDDEN TESTS
with checks("{name} of 4"):
    checks.close(call_{name}(10), {at10})
### END HIDDEN TESTS
checks.report()"""


def release(root: Path) -> NotebookNode:
    """Build the course in a folder; give its student version."""
    notebook = source_notebook()
    find_cell(notebook, "double_test").source = TEST.format(name="double", at4=8, at10=20)
    find_cell(notebook, "halve_test").source = TEST.format(name="halve", at4=2, at10=5)
    write_course(root, notebook=notebook)
    generate_assignment(root, NAME, root / "release")
    return released(root)


def states(student: NotebookNode) -> dict[str, NotebookNode]:
    """The notebook solved, half solved with a mistake in it, and untouched."""
    half = copy.deepcopy(student)
    find_cell(half, "double").source = "def double(x):\n    return x + 4"
    return {"solved": solve(student), "half": half, "untouched": student}
