"""The authoring part of the course's own nbgrader_config.py."""

from pathlib import Path

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    LockCells,
    SaveCells,
)

from nmautils.course.expected import ShowExpected
from nmautils.course.scaffold import Scaffold
from nmautils.course.settings import read_settings

root = Path(__file__).resolve().parent
course = read_settings(root)
c = get_config()  # noqa: F821  (nbgrader puts it here)

# --- authoring: nbgrader generate_assignment ---------------------------------------------------
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = course.course.id
# The text notebook and the kept pictures hold the solutions: they must not reach release/.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "*.md",
    "expected",
]
# nbgrader's list with Scaffold in place of ClearSolutions, and the expected pictures added.
c.GenerateAssignment.preprocessors = [
    LockCells,
    Scaffold,
    ClearOutput,
    ShowExpected,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]
