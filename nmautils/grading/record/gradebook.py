"""Results into nbgrader's gradebook and ``autograded/``, each submission at once or not at all.

First the record is written, then the files, then all rows in one transaction, which also notes
the record they came from. Whoever ends in between leaves a record that the next run finds
unsaved and saves again, without grading again.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat.v4 import reads as reads_unchecked
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, is_grade, is_task
from sqlalchemy import Column, MetaData, String, Table, func, inspect, select

from nmautils.course.build import (
    generate_assignment,
    load_notebook,
    nbgrader_directory,
    tools_on_path,
)
from nmautils.errors import CourseError
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import Graded

from .late import update_due_date
from .records import write_atomically, write_record

__all__ = [
    "Course",
    "Saved",
    "count_unread",
    "has_gradebook",
    "is_in_place",
    "open_course",
    "prepare",
    "read_saved",
    "save",
]

# Formgrader may hold the database for a moment; sqlite3 itself gives up after five seconds.
PATIENCE = 60

# The one table of our own, which nbgrader does not look at: what its rows were made from.
_SAVED = Table(
    "nmautils_saved",
    MetaData(),
    Column("submitted_notebook_id", String(32), primary_key=True),
    Column("record", String(64), nullable=False),
    Column("submission", String(64), nullable=False),
)


@dataclass
class Course:
    """The gradebook of a course, open, and what is configured about it.

    Attributes
    ----------
    root : Path
        Folder of the course.
    gradebook : Gradebook
        nbgrader's.
    converter : Autograde
        nbgrader's, for its settings.
    penalties : AssignLatePenalties
        nbgrader's step, for the late policy that is plugged in.
    """

    root: Path
    gradebook: Gradebook
    converter: Autograde
    penalties: AssignLatePenalties
    _cells: dict[str, "_Cells"] = field(default_factory=dict)

    def penalty(self, student: str, score: float, seconds_late: float) -> float | None:
        """Points that a late hand-in loses, as nbgrader's own step finds them."""
        if seconds_late <= 0:
            return None
        points = self.penalties.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return None if points is None else min(max(points, 0), score)


@dataclass(frozen=True)
class _Cells:
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
    """
    root = Path(root).resolve()
    coursedir = nbgrader_directory(root)
    converter = Autograde(coursedir=coursedir, config=coursedir.config)
    penalties = AssignLatePenalties(parent=converter)
    penalties.init_plugin()
    url = coursedir.db_url
    if url.startswith("sqlite") and "?" not in url:
        url += f"?timeout={PATIENCE}"
    with tools_on_path():
        gradebook = Gradebook(url, coursedir.course_id)
    with gradebook:
        yield Course(root, gradebook, converter, penalties)


def has_gradebook(root: str | Path) -> bool:
    """Tell whether a course has a gradebook already, without making one."""
    url = nbgrader_directory(Path(root).resolve()).db_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).is_file()


# --- the assignment ----------------------------------------------------------------------------


def prepare(course: Course, bundle: Bundle) -> None:
    """Make sure that the gradebook knows an assignment as it was released, and when it is due.

    Raises
    ------
    CourseError
        If it does not, and cannot be told without making the release anew.
    """
    name = bundle.assignment
    wanted = {
        cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points)
        for cell in bundle.notebook().cells
        if is_grade(cell) or is_task(cell)
    }
    if _known_points(course, name) != wanted:
        _record_assignment(course, name)
        if _known_points(course, name) != wanted:
            raise _not_as_released(name)
    _SAVED.create(course.gradebook.engine, checkfirst=True)
    update_due_date(course.gradebook, course.root, name)
    course._cells[name] = _find_cells(course, name)


def _known_points(course: Course, name: str) -> dict[str, float]:
    found = {}
    for kind in (GradeCell, TaskCell):
        rows = course.gradebook.db.execute(
            select(kind.name, kind.max_score)
            .join(Notebook, kind.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .where(Assignment.name == name, Notebook.name == name)
        )
        found.update((cell, float(points)) for cell, points in rows)
    course.gradebook.db.rollback()
    return found


def _record_assignment(course: Course, name: str) -> None:
    """Do what ``nbgrader generate_assignment`` does to the gradebook, if release/ is its work."""
    released = load_notebook(course.root / "release" / name / f"{name}.ipynb")
    with tempfile.TemporaryDirectory(prefix="nmautils-release-") as folder:
        made = generate_assignment(course.root, name, Path(folder), record=False)
        if load_notebook(made / f"{name}.ipynb") != released:
            raise _not_as_released(name)
        generate_assignment(course.root, name, Path(folder), record=True)


def _not_as_released(name: str) -> CourseError:
    return CourseError(
        f"the gradebook does not know {name} as it is in release/, and release/ is not made from "
        f"the source as it is; run `nmautils build {name}`"
    )


def _find_cells(course: Course, name: str) -> _Cells:
    db = course.gradebook.db
    assignment = course.gradebook.find_assignment(name).id
    notebook = course.gradebook.find_notebook(name, name).id

    def ids(*kinds: type) -> dict[str, str]:
        return {
            name: key
            for kind in kinds
            for name, key in db.execute(
                select(kind.name, kind.id).where(kind.notebook_id == notebook)
            )
        }

    cells = _Cells(assignment, notebook, ids(GradeCell, TaskCell), ids(SolutionCell, TaskCell))
    db.rollback()
    return cells


# --- what is there -----------------------------------------------------------------------------


def read_saved(course: Course, assignment: str) -> dict[str, Saved]:
    """Read what the gradebook holds of an assignment, by student; nothing is changed."""
    engine, db = course.gradebook.engine, course.gradebook.db
    if not inspect(engine).has_table(_SAVED.name):
        return {}
    rows = db.execute(
        select(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
            SubmittedNotebook.score,
            SubmittedNotebook.late_submission_penalty,
            _SAVED.c.record,
            _SAVED.c.submission,
        )
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(_SAVED, _SAVED.c.submitted_notebook_id == SubmittedNotebook.id)
        .where(Assignment.name == assignment)
    ).all()
    db.rollback()
    found = {}
    for student, timestamp, extension, due, score, penalty, record, submission in rows:
        late = 0.0
        if timestamp is not None and due is not None:
            late = (timestamp - due - extension if extension else timestamp - due).total_seconds()
        now = course.penalty(student, score, late)
        found[student] = Saved(record, submission, timestamp, penalty, now)
    return found


def count_unread(course: Course, assignment: str) -> int:
    """Count the submissions of which a cell waits for a person's points."""
    found = course.gradebook.db.execute(
        select(func.count(SubmittedAssignment.id))
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == assignment, SubmittedAssignment.needs_manual_grade)
    ).scalar()
    course.gradebook.db.rollback()
    return found


def is_in_place(
    course: Course, graded: Graded, timestamp: datetime | None, saved: Saved | None
) -> bool:
    """Tell whether files and rows of a record are all there, so that nothing is to be saved."""
    if saved is None or saved.record != _digest(graded):
        return False
    if timestamp is not None and saved.timestamp != timestamp:
        return False
    if abs((saved.penalty or 0) - (saved.due_penalty or 0)) > 1e-9:
        return False
    notebook, stamp = _files(course, graded)
    try:
        size = notebook.stat().st_size
    except FileNotFoundError:
        size = 0
    return size == len(graded.notebook.encode()) and (timestamp is None or stamp.is_file())


def _digest(graded: Graded) -> str:
    return hashlib.sha256(graded.to_json().encode()).hexdigest()


def _files(course: Course, graded: Graded) -> tuple[Path, Path]:
    folder = course.root / "autograded" / graded.student / graded.assignment
    return folder / f"{graded.assignment}.ipynb", folder / "timestamp.txt"


# --- saving ------------------------------------------------------------------------------------


def save(
    course: Course, graded: Graded, timestamp: datetime | None = None, *, journal: bool = True
) -> None:
    """Save a graded submission: its record, its files, and all of its rows.

    Parameters
    ----------
    course : Course
        From `open_course`, with the assignment prepared.
    graded : Graded
        What came out of grading.
    timestamp : datetime, optional
        When it was handed in, in UTC without a zone; None keeps what the gradebook has.
    journal : bool
        Whether to write the record; False if it was read from there.

    Notes
    -----
    Scores and comments that a person gave stay. Their cells are marked to be looked at again if
    another file was handed in since, or if the automatic score came out otherwise. A file that
    could not be read gets zeros, and is to be looked at as well.
    """
    if journal:
        write_record(course.root, graded)
    write_files(course, graded, timestamp)
    write_rows(course, graded, timestamp)


def write_files(course: Course, graded: Graded, timestamp: datetime | None) -> None:
    """Put the graded notebook to where formgrader and feedback look for it.

    The disk is not waited for: what a power cut takes is found missing, and made of the record.
    """
    notebook, stamp = _files(course, graded)
    mode = int(str(course.converter.permissions), 8)
    if graded.notebook:
        write_atomically(notebook, graded.notebook.encode(), mode, sync=False)
    else:
        notebook.unlink(missing_ok=True)
    if timestamp is not None:
        write_atomically(stamp, f"{timestamp} UTC\n".encode(), mode, sync=False)
    if course.converter.coursedir.groupshared:
        course.converter.set_permissions(graded.assignment, graded.student)


def write_rows(course: Course, graded: Graded, timestamp: datetime | None) -> None:
    """Write everything the gradebook holds of a submission, in one transaction."""
    db = course.gradebook.db
    try:
        submission, notebook = _submission(course, graded, timestamp)
        before = db.execute(
            select(_SAVED.c.submission).where(_SAVED.c.submitted_notebook_id == notebook.id)
        ).scalar()
        _write_grades(course, graded, notebook, before != graded.submission)
        _write_comments(course, graded, notebook)
        db.flush()
        late = submission.total_seconds_late
        score = (
            late
            and db.execute(
                select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook.id)
            ).scalar()
        )
        notebook.late_submission_penalty = course.penalty(graded.student, score, late)
        db.execute(_SAVED.delete().where(_SAVED.c.submitted_notebook_id == notebook.id))
        db.execute(
            _SAVED.insert().values(
                submitted_notebook_id=notebook.id,
                record=_digest(graded),
                submission=graded.submission,
            )
        )
        db.commit()
    except BaseException:
        db.rollback()
        raise
    finally:
        # A class of thousands should not stay in memory.
        db.expunge_all()


def _submission(
    course: Course, graded: Graded, timestamp: datetime | None
) -> tuple[SubmittedAssignment, SubmittedNotebook]:
    db, cells = course.gradebook.db, course._cells[graded.assignment]
    if db.get(Student, graded.student) is None:
        db.add(Student(id=graded.student))
    submission = db.execute(
        select(SubmittedAssignment).filter_by(
            assignment_id=cells.assignment, student_id=graded.student
        )
    ).scalar()
    if submission is None:
        submission = SubmittedAssignment(assignment_id=cells.assignment, student_id=graded.student)
        db.add(submission)
        db.flush()
    if timestamp is not None:
        submission.timestamp = timestamp
    notebook = db.execute(
        select(SubmittedNotebook).filter_by(assignment_id=submission.id, notebook_id=cells.notebook)
    ).scalar()
    if notebook is None:
        notebook = SubmittedNotebook(assignment_id=submission.id, notebook_id=cells.notebook)
        db.add(notebook)
        db.flush()
    return submission, notebook


def _rows(course: Course, kind: type, notebook: SubmittedNotebook) -> dict[str, Any]:
    """Grades or comments of a submission that are there already, by the cell's key."""
    found = course.gradebook.db.execute(select(kind).filter_by(notebook_id=notebook.id))
    return {row.cell_id: row for row in found.scalars()}


def _write_grades(
    course: Course, graded: Graded, notebook: SubmittedNotebook, changed: bool
) -> None:
    db, cells = course.gradebook.db, course._cells[graded.assignment]
    scores: dict[str, float | None] = {e.grade_id: float(e.score) for e in graded.exercises}
    scores |= dict.fromkeys(graded.unanswered, 0.0)
    if graded.problem:
        scores = dict.fromkeys(cells.graded, 0.0)
    rows = _rows(course, Grade, notebook)
    for name, cell in cells.graded.items():
        row = rows.get(cell)
        if row is None:
            row = Grade(cell_id=cell, notebook_id=notebook.id, needs_manual_grade=False)
            db.add(row)
        score = scores.get(name)
        if graded.problem:
            row.needs_manual_grade = True
        elif row.manual_score is None:
            row.needs_manual_grade = score is None
        elif changed or row.auto_score != score:
            row.needs_manual_grade = True
        row.auto_score = score


def _write_comments(course: Course, graded: Graded, notebook: SubmittedNotebook) -> None:
    db, cells = course.gradebook.db, course._cells[graded.assignment]
    untouched = _untouched(graded)
    rows = _rows(course, Comment, notebook)
    for name, cell in cells.commented.items():
        row = rows.get(cell)
        if row is None:
            row = Comment(cell_id=cell, notebook_id=notebook.id)
            db.add(row)
        row.auto_comment = "No response." if name in untouched else None


def _untouched(graded: Graded) -> set[str]:
    """Grade ids of the cells to be filled in that are as they were released."""
    if not graded.notebook:
        return set()
    # Our own notebook need not be validated, which takes longer than all the rest of saving.
    cells = reads_unchecked(graded.notebook).cells
    return {
        cell.metadata.nbgrader.grade_id
        for cell in cells
        if "nbgrader" in cell.metadata
        and not is_task(cell)
        and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    }
