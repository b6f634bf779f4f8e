"""Save a graded submission: its record, its files, and its rows in nbgrader's gradebook.

First the record is written, then the files, then all rows in one transaction, which also notes
the record they came from. A run that ends in between leaves a record that the next run finds
unsaved and saves again, without grading again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbformat.v4 import reads as reads_unchecked
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import compute_checksum, is_task
from sqlalchemy import Table, bindparam, insert, select, update

from nmautils.course.gradebook import database_errors, wait_until_free
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.model.results import Graded

from .gradebook import SAVED, Course, digest_of, files_of
from .late import Lateness
from .marks import NO_RESPONSE
from .records import write_atomically, write_record

__all__ = ["save"]


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
    notebook, stamp = files_of(course, graded)
    if graded.notebook:
        write_atomically(notebook, graded.notebook.encode(), course.mode, sync=False)
    else:
        notebook.unlink(missing_ok=True)
    if timestamp is not None:
        write_atomically(stamp, f"{timestamp} UTC\n".encode(), course.mode, sync=False)
    course.share(folder_and_notebook(graded.assignment)[0], graded.student)


def write_rows(course: Course, graded: Graded, timestamp: datetime | None) -> None:
    """Write everything the gradebook holds of a submission, in one transaction."""
    wait_until_free(course.place)
    with database_errors(course.place):
        try:
            _write_rows(course, graded, timestamp)
            course.gradebook.db.commit()
        except BaseException:
            course.gradebook.db.rollback()
            raise


@dataclass(frozen=True)
class _Rows:
    """The rows of a submission that its grades and comments belong to.

    ``before`` is the digest of the file that they were made from; None if there is none.
    """

    assignment: str
    notebook: str
    late: Lateness
    before: str | None


# Statements on whole tables: as objects of nbgrader's, the same rows take three times as long.
STUDENT: Table = Student.__table__
ASSIGNMENT: Table = Assignment.__table__
SUBMISSION: Table = SubmittedAssignment.__table__
NOTEBOOK: Table = SubmittedNotebook.__table__
GRADE: Table = Grade.__table__
COMMENT: Table = Comment.__table__

# They are made once, which takes longer than to carry them out.
FIND = (
    select(
        SUBMISSION.c.id,
        SUBMISSION.c.timestamp,
        SUBMISSION.c.extension,
        ASSIGNMENT.c.duedate,
        NOTEBOOK.c.id,
        SAVED.c.submission,
    )
    .join(ASSIGNMENT, ASSIGNMENT.c.id == SUBMISSION.c.assignment_id)
    .outerjoin(
        NOTEBOOK,
        (NOTEBOOK.c.assignment_id == SUBMISSION.c.id)
        & (NOTEBOOK.c.notebook_id == bindparam("notebook")),
    )
    .outerjoin(SAVED, SAVED.c.submitted_notebook_id == NOTEBOOK.c.id)
    .where(
        SUBMISSION.c.assignment_id == bindparam("assignment_id"),
        SUBMISSION.c.student_id == bindparam("student_id"),
    )
)
# Grades or comments of a submission that are there already.
THERE = {
    table: select(table).where(table.c.notebook_id == bindparam("notebook"))
    for table in (GRADE, COMMENT)
}
CHANGE = {table: update(table).where(table.c.id == bindparam("row")) for table in THERE}
SET_PENALTY = update(NOTEBOOK).where(NOTEBOOK.c.id == bindparam("row"))
SET_SAVED = update(SAVED).where(SAVED.c.submitted_notebook_id == bindparam("row"))


def _write_rows(course: Course, graded: Graded, timestamp: datetime | None) -> None:
    db = course.gradebook.db
    rows = _submission(course, graded, timestamp)
    _write_grades(course, graded, rows)
    _write_comments(course, graded, rows)
    penalty = None
    if rows.late.seconds > 0:
        of_notebook = SubmittedNotebook.id == rows.notebook
        score = db.execute(select(SubmittedNotebook.score).where(of_notebook)).scalar()
        penalty = course.penalty(graded.student, score, rows.late)
    db.execute(SET_PENALTY, {"row": rows.notebook, "late_submission_penalty": penalty})
    saved = {"record": digest_of(graded), "submission": graded.submission}
    if rows.before is None:
        db.execute(insert(SAVED), {"submitted_notebook_id": rows.notebook, **saved})
    else:
        db.execute(SET_SAVED, {"row": rows.notebook, **saved})


def _submission(course: Course, graded: Graded, timestamp: datetime | None) -> _Rows:
    """Find the rows of a submission, or make them."""
    db, cells = course.gradebook.db, course.cells[graded.assignment]
    key = {"assignment_id": cells.assignment, "student_id": graded.student}
    found = db.execute(FIND, {**key, "notebook": cells.notebook}).first()
    if found is None:
        if db.execute(select(STUDENT.c.id).filter_by(id=graded.student)).first() is None:
            db.execute(insert(STUDENT).values(id=graded.student))
        values = {**key, "timestamp": timestamp}
        (made,) = db.execute(insert(SUBMISSION), values).inserted_primary_key
        due = db.execute(select(ASSIGNMENT.c.duedate).filter_by(id=cells.assignment)).scalar()
        found = (made, timestamp, None, due, None, None)
    submission, before, extension, due, notebook, saved = found
    if timestamp is not None and timestamp != before:
        db.execute(
            update(SUBMISSION).where(SUBMISSION.c.id == submission).values(timestamp=timestamp)
        )
    if notebook is None:
        values = {"assignment_id": submission, "notebook_id": cells.notebook}
        (notebook,) = db.execute(insert(NOTEBOOK), values).inserted_primary_key
    late = course.terms.lateness(
        graded.student, graded.assignment, timestamp or before, due, extension
    )
    return _Rows(submission, notebook, late, saved)


def _there(course: Course, table: Table, rows: _Rows) -> dict[str, Any]:
    """Rows of a submission that are there already, by the cell's key."""
    found = course.gradebook.db.execute(THERE[table], {"notebook": rows.notebook})
    return {row.cell_id: row for row in found}


def _write(course: Course, table: Table, new: list[Any], changed: list[Any]) -> None:
    """Add rows, and change those of whom ``row`` is the key."""
    if new:
        course.gradebook.db.execute(insert(table), new)
    if changed:
        course.gradebook.db.execute(CHANGE[table], changed)


def _write_grades(course: Course, graded: Graded, rows: _Rows) -> None:
    cells = course.cells[graded.assignment]
    scores: dict[str, float | None] = {e.grade_id: float(e.score) for e in graded.exercises}
    scores |= {question.grade_id: 0.0 for question in graded.questions if not question.answered}
    if graded.problem:
        scores = dict.fromkeys(cells.graded, 0.0)
    there, new, changed = _there(course, GRADE, rows), [], []
    for name, cell in cells.graded.items():
        row, score = there.get(cell), scores.get(name)
        if graded.problem:
            waits = True
        elif row is None or row.manual_score is None:
            waits = score is None
        elif rows.before != graded.submission or row.auto_score != score:
            waits = True
        else:
            waits = row.needs_manual_grade
        values = {"auto_score": score, "needs_manual_grade": waits}
        if row is None:
            new.append({"cell_id": cell, "notebook_id": rows.notebook, **values})
        else:
            changed.append({"row": row.id, **values})
    _write(course, GRADE, new, changed)


def _write_comments(course: Course, graded: Graded, rows: _Rows) -> None:
    untouched = _untouched(graded)
    there, new, changed = _there(course, COMMENT, rows), [], []
    for name, cell in course.cells[graded.assignment].commented.items():
        values = {"auto_comment": NO_RESPONSE if name in untouched else None}
        row = there.get(cell)
        if row is None:
            new.append({"cell_id": cell, "notebook_id": rows.notebook, **values})
        else:
            changed.append({"row": row.id, **values})
    _write(course, COMMENT, new, changed)


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
