"""Save a graded submission: its record, its files, and its rows in nbgrader's gradebook.

First the record is written, then the files, then all rows in one transaction, which also notes
the record they came from. A run that ends in between leaves a record that the next run finds
unsaved and saves again, without grading again.
"""

from datetime import datetime
from typing import Any

from nbformat.v4 import reads as reads_unchecked
from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import compute_checksum, is_task
from sqlalchemy import select

from nmautils.course.gradebook import database_errors, wait_until_free
from nmautils.grading.model.assignment import folder_and_notebook
from nmautils.grading.model.results import Graded

from .gradebook import SAVED, Course, digest_of, files_of
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
    mode = int(str(course.converter.permissions), 8)
    if graded.notebook:
        write_atomically(notebook, graded.notebook.encode(), mode, sync=False)
    else:
        notebook.unlink(missing_ok=True)
    if timestamp is not None:
        write_atomically(stamp, f"{timestamp} UTC\n".encode(), mode, sync=False)
    if course.converter.coursedir.groupshared:
        folder, _ = folder_and_notebook(graded.assignment)
        course.converter.set_permissions(folder, graded.student)


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
        finally:
            # A class of thousands should not stay in memory.
            course.gradebook.db.expunge_all()


def _write_rows(course: Course, graded: Graded, timestamp: datetime | None) -> None:
    db = course.gradebook.db
    submission, notebook = _submission(course, graded, timestamp)
    before = db.execute(
        select(SAVED.c.submission).where(SAVED.c.submitted_notebook_id == notebook.id)
    ).scalar()
    _write_grades(course, graded, notebook, before != graded.submission)
    _write_comments(course, graded, notebook)
    db.flush()
    late, penalty = submission.total_seconds_late, None
    if late > 0:
        score = db.execute(
            select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook.id)
        ).scalar()
        penalty = course.penalty(graded.student, score, late)
    notebook.late_submission_penalty = penalty
    db.execute(SAVED.delete().where(SAVED.c.submitted_notebook_id == notebook.id))
    db.execute(
        SAVED.insert().values(
            submitted_notebook_id=notebook.id,
            record=digest_of(graded),
            submission=graded.submission,
        )
    )


def _submission(
    course: Course, graded: Graded, timestamp: datetime | None
) -> tuple[SubmittedAssignment, SubmittedNotebook]:
    db, cells = course.gradebook.db, course.cells[graded.assignment]
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


def _rows(
    course: Course, kind: type[Grade] | type[Comment], notebook: SubmittedNotebook
) -> dict[str, Any]:
    """Grades or comments of a submission that are there already, by the cell's key."""
    found = course.gradebook.db.execute(select(kind).filter_by(notebook_id=notebook.id))
    return {row.cell_id: row for row in found.scalars()}


def _write_grades(
    course: Course, graded: Graded, notebook: SubmittedNotebook, changed: bool
) -> None:
    db, cells = course.gradebook.db, course.cells[graded.assignment]
    scores: dict[str, float | None] = {e.grade_id: float(e.score) for e in graded.exercises}
    scores |= {question.grade_id: 0.0 for question in graded.questions if not question.answered}
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
    db, cells = course.gradebook.db, course.cells[graded.assignment]
    untouched = _untouched(graded)
    rows = _rows(course, Comment, notebook)
    for name, cell in cells.commented.items():
        row = rows.get(cell)
        if row is None:
            row = Comment(cell_id=cell, notebook_id=notebook.id)
            db.add(row)
        row.auto_comment = NO_RESPONSE if name in untouched else None


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
