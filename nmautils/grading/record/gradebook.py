"""The gradebook of a course: what it knows of an assignment, and what it holds of each hand-in.

`nmautils.grading.record.saving` writes a graded submission into it.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.utils import is_grade, is_task
from sqlalchemy import Column, MetaData, String, Table, func, inspect, select
from traitlets import import_item

from nmautils.course.gradebook import (
    CONFIG_FILE,
    gradebook_place,
    nbgrader_directory,
    open_gradebook,
    wait_until_free,
)
from nmautils.course.plain import folders_of, how_to_release, is_plain
from nmautils.errors import CourseError
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.model.results import Graded

from .late import Lateness, Terms, terms_of, update_due_date

__all__ = [
    "SAVED",
    "Cells",
    "Course",
    "Saved",
    "count_unread",
    "digest_of",
    "files_of",
    "is_in_place",
    "open_course",
    "prepare",
    "read_saved",
]

# The one table of our own, which nbgrader does not look at: what its rows were made from.
SAVED = Table(
    "nmautils_saved",
    MetaData(),
    Column("submitted_notebook_id", String(32), primary_key=True),
    Column("record", String(64), nullable=False),
    Column("submission", String(64), nullable=False),
)


READ_ONLY = 0o444  # nbgrader's default for what autograding writes


@dataclass
class Course:
    """The gradebook of a course, open, and what is configured about it.

    Attributes
    ----------
    root : Path
        Folder of the course.
    gradebook : Gradebook
        nbgrader's.
    directory : CourseDirectory
        nbgrader's, with the configuration.
    policy : LateSubmissionPlugin
        The late policy that is plugged in.
    place : str
        Where the gradebook lies, for messages.
    terms : Terms
        What decides on marks beside the gradebook.
    cells : dict
        Keys of the rows of each assignment that is prepared.
    """

    root: Path
    gradebook: Gradebook
    directory: CourseDirectory
    policy: LateSubmissionPlugin
    place: str
    terms: Terms = field(default_factory=Terms)
    cells: dict[str, "Cells"] = field(default_factory=dict)

    @cached_property
    def mode(self) -> int:
        """Permissions of the files that are written."""
        config = self.directory.config
        said = any(f"{kind}.permissions" in config for kind in ("Autograde", "BaseConverter"))
        if said or self.directory.groupshared:
            return int(str(self._converter.permissions), 8)
        return READ_ONLY

    @cached_property
    def _converter(self) -> Any:
        # Only for the few who share folders: with it comes all of nbconvert.
        from nbgrader.converters import Autograde

        return Autograde(coursedir=self.directory, config=self.directory.config)

    def share(self, assignment: str, student: str) -> None:
        """Give the group its rights on what was written for a hand-in, if that is configured."""
        if self.directory.groupshared:
            self._converter.set_permissions(assignment, student)

    def penalty(self, student: str, score: float, late: Lateness) -> float | None:
        """Points that a late hand-in loses, bounded as nbgrader's own step bounds them."""
        if late.seconds <= 0:
            return None
        self.policy.deadline = late.deadline
        points = self.policy.late_submission_penalty(student, score, late.seconds)
        return None if points is None else min(max(points, 0), score)


@dataclass(frozen=True)
class Cells:
    """Keys of an assignment's rows that are the same for everybody."""

    assignment: str
    notebook: str
    graded: dict[str, str]
    commented: dict[str, str]


@dataclass(frozen=True)
class Saved:
    """What the gradebook holds of a submission.

    Attributes
    ----------
    record, submission : str
        Digest of the record that it came from, and of the file that was handed in.
    timestamp : datetime or None
        When it was handed in.
    penalty : float or None
        Points taken off.
    due_penalty : float or None
        Points to be taken off by the policy, due date, extension and marks of now.
    """

    record: str
    submission: str
    timestamp: datetime | None
    penalty: float | None
    due_penalty: float | None


@contextlib.contextmanager
def open_course(root: str | Path) -> Iterator[Course]:
    """Open the gradebook of a course; it is made if there is none.

    Parameters
    ----------
    root : str or Path
        Folder of the course, with ``nbgrader_config.py``.

    Raises
    ------
    GradebookError
        If the database cannot be opened, read or written.
    """
    root = Path(root).resolve()
    directory = nbgrader_directory(root)
    policy = _late_policy(directory)
    with open_gradebook(root, directory) as gradebook:
        yield Course(root, gradebook, directory, policy, gradebook_place(directory), terms_of(root))


def _late_policy(directory: CourseDirectory) -> LateSubmissionPlugin:
    """Make the plug-in that nbgrader's step ``AssignLatePenalties`` would make."""
    kind = directory.config.AssignLatePenalties.get("plugin_class", LateSubmissionPlugin)
    try:
        return (import_item(kind) if isinstance(kind, str) else kind)(parent=directory)
    except (ImportError, TypeError) as error:
        raise CourseError(
            f"{CONFIG_FILE}: AssignLatePenalties.plugin_class is no late policy: {error}"
        ) from None


# --- the assignment ----------------------------------------------------------------------------


def prepare(course: Course, bundle: Bundle) -> None:
    """Make sure that the gradebook knows an assignment as it was released, and when it is due.

    Raises
    ------
    CourseError
        If it does not, and cannot be told without making the release anew.
    GradebookError
        If another program holds the gradebook for too long.
    """
    wait_until_free(course.place)
    name = bundle.assignment
    wanted = {
        cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points)
        for cell in bundle.notebook.cells
        if is_grade(cell) or is_task(cell)
    }
    if _known_points(course, name) != wanted:
        _record_assignment(course, name)
        if _known_points(course, name) != wanted:
            raise _not_as_released(course, name)
    SAVED.create(course.gradebook.engine, checkfirst=True)
    update_due_date(course.gradebook, course.root, name)
    course.cells[name] = _find_cells(course, name)


def _known_points(course: Course, name: str) -> dict[str, float]:
    found: dict[str, float] = {}
    folder, notebook = folder_and_notebook(name)
    for kind in (GradeCell, TaskCell):
        rows = course.gradebook.db.execute(
            select(kind.name, kind.max_score)
            .join(Notebook, kind.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .where(Assignment.name == folder, Notebook.name == notebook)
        )
        found.update((cell, float(points)) for cell, points in rows)
    course.gradebook.db.rollback()
    return found


def _record_assignment(course: Course, name: str) -> None:
    """Do what ``nbgrader generate_assignment`` does to the gradebook, if release/ is its work."""
    from nmautils.course.build import generate_assignment, load_notebook  # with all of nbconvert

    if is_plain(course.root):
        raise _not_as_released(course, name)
    released = load_notebook(course.root / "release" / name / f"{name}.ipynb")
    with tempfile.TemporaryDirectory(prefix="nmautils-release-") as folder:
        made = generate_assignment(course.root, name, Path(folder), record=False)
        if load_notebook(made / f"{name}.ipynb") != released:
            raise _not_as_released(course, name)
        generate_assignment(course.root, name, Path(folder), record=True)


def _not_as_released(course: Course, name: str) -> CourseError:
    folder = folder_and_notebook(name)[0]
    if is_plain(course.root):
        # Without --force nbgrader leaves what is released as it is, and the gradebook too.
        advice = how_to_release(course.root, f"{folder} --force")
        return CourseError(f"the gradebook does not know {name} as it is in release/; run {advice}")
    advice = how_to_release(course.root, folder)
    return CourseError(
        f"the gradebook does not know {name} as it is in release/, and release/ is not made from "
        f"the source as it is; run {advice}"
    )


def _find_cells(course: Course, name: str) -> Cells:
    db = course.gradebook.db
    folder, its_name = folder_and_notebook(name)
    assignment = course.gradebook.find_assignment(folder).id
    notebook = course.gradebook.find_notebook(its_name, folder).id

    def ids(kind: type[GradeCell] | type[SolutionCell] | type[TaskCell]) -> dict[str, str]:
        rows = db.execute(select(kind.name, kind.id).where(kind.notebook_id == notebook))
        return dict(map(tuple, rows))

    tasks = ids(TaskCell)
    cells = Cells(assignment, notebook, ids(GradeCell) | tasks, ids(SolutionCell) | tasks)
    db.rollback()
    return cells


# --- what is there -----------------------------------------------------------------------------


def read_saved(course: Course, assignment: str) -> dict[str, Saved]:
    """Read what the gradebook holds of an assignment, by student; nothing is changed."""
    engine, db = course.gradebook.engine, course.gradebook.db
    if not inspect(engine).has_table(SAVED.name):
        return {}
    folder, notebook = folder_and_notebook(assignment)
    # For all at once: nbgrader's own `score` of a notebook would search all grades once for each.
    scores = (
        select(Grade.notebook_id, func.sum(Grade.score).label("score"))
        .group_by(Grade.notebook_id)
        .subquery()
    )
    rows = db.execute(
        select(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
            func.coalesce(scores.c.score, 0.0),
            SubmittedNotebook.late_submission_penalty,
            SAVED.c.record,
            SAVED.c.submission,
        )
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(SAVED, SAVED.c.submitted_notebook_id == SubmittedNotebook.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .outerjoin(scores, scores.c.notebook_id == SubmittedNotebook.id)
        .where(Assignment.name == folder, Notebook.name == notebook)
    ).all()
    db.rollback()
    found = {}
    for student, timestamp, extension, due, score, penalty, record, submission in rows:
        late = course.terms.lateness(student, assignment, timestamp, due, extension)
        now = course.penalty(student, score, late)
        found[student] = Saved(record, submission, timestamp, penalty, now)
    return found


def count_unread(course: Course, assignment: str) -> int:
    """Count the submissions of which a cell waits for a person's points."""
    folder, notebook = folder_and_notebook(assignment)
    # nbgrader's own `needs_manual_grade` of a notebook would search all grades once for each.
    found = course.gradebook.db.execute(
        select(func.count(Grade.notebook_id.distinct()))
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(Assignment, Notebook.assignment_id == Assignment.id)
        .where(
            Assignment.name == folder,
            Notebook.name == notebook,
            Grade.needs_manual_grade,
        )
    ).scalar()
    course.gradebook.db.rollback()
    return int(found or 0)


def is_in_place(
    course: Course, graded: Graded, timestamp: datetime | None, saved: Saved | None
) -> bool:
    """Tell whether files and rows of a record are all there, so that nothing is to be saved."""
    if saved is None or saved.record != digest_of(graded):
        return False
    if timestamp is not None and saved.timestamp != timestamp:
        return False
    if abs((saved.penalty or 0) - (saved.due_penalty or 0)) > 1e-9:
        return False
    notebook, stamp = files_of(course, graded)
    try:
        size = notebook.stat().st_size
    except FileNotFoundError:
        size = 0
    return size == len(graded.notebook.encode()) and (timestamp is None or stamp.is_file())


def digest_of(graded: Graded) -> str:
    """Give the digest of a record, by which the gradebook's rows name it."""
    return hashlib.sha256(graded.to_json().encode()).hexdigest()


def files_of(course: Course, graded: Graded) -> tuple[Path, Path]:
    """Give the paths of the graded notebook and of its time."""
    assignment, notebook = folder_and_notebook(graded.assignment)
    folder = folders_of(course.root).autograded / graded.student / assignment
    return folder / f"{notebook}.ipynb", folder / "timestamp.txt"
