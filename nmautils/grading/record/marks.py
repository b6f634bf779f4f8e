"""Marks out of nbgrader's gradebook: a row for each student and assignment, and those of one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from nmautils.cells import exercise_of
from nmautils.grading.model.names import folder_and_notebook

from . import book

if TYPE_CHECKING:
    from nbgrader.api import Assignment, Gradebook

__all__ = ["NO_RESPONSE", "STOCK_COLUMNS", "CellMark", "SubmissionMarks", "marks", "marks_of"]

# The comment that nbgrader gives to an answer that was left as it was released.
NO_RESPONSE = "No response."

STOCK_COLUMNS = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
]


@dataclass(frozen=True)
class CellMark:
    """What the gradebook holds of one cell.

    Parameters
    ----------
    score, points : float
        What was earned, by the checks or by a person, and what the cell is worth.
    open : bool
        Whether a person has yet to mark it.
    comment : str
        What a person wrote, as Markdown.
    untouched : bool
        Whether the cell was left as it was released, and no person wrote a comment.
    """

    score: float | None = None
    points: float | None = None
    open: bool = False
    comment: str = ""
    untouched: bool = False


@dataclass(frozen=True)
class SubmissionMarks:
    """What the gradebook holds of a submission.

    Parameters
    ----------
    timestamp : datetime or None
        When it was handed in, in UTC without a zone.
    seconds_late : float
        Seconds after the due date, extensions taken off.
    penalty : float
        Points taken off.
    cells : dict
        From grade ids to the marks of their cells.
    days_late : int or None
        Days that the course counts as late, see `nmautils.grading.record.late.with_days`; None
        if that was not reckoned.
    zone : tzinfo or None
        Where the course's clocks are; None means UTC.
    """

    timestamp: datetime | None = None
    seconds_late: float = 0.0
    penalty: float = 0.0
    cells: dict[str, CellMark] = field(default_factory=dict)
    days_late: int | None = None
    zone: tzinfo | None = None

    @property
    def due(self) -> datetime | None:
        """The due date of a late hand-in, with the student's extension, in UTC without a zone."""
        if self.timestamp is None or self.seconds_late <= 0:
            return None
        return self.timestamp - timedelta(seconds=self.seconds_late)


def marks(
    gradebook: "Gradebook | book.Book",
    assignments: list[str] | None = None,
    students: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Marks of every student in every assignment.

    Parameters
    ----------
    gradebook : Gradebook or Book
        nbgrader's, open, or what `read_book` has read of it, which is a hundred times as fast.
    assignments, students : list of str, optional
        Names to keep; None or nothing means all.

    Returns
    -------
    list of dict
        One per assignment and student: the columns of nbgrader's own export, ``handed_in``,
        ``needs_grading`` (whether a person has to look), and ``exercises``, from names to points.
        Who handed nothing in has zeros; an empty ``timestamp`` alone says that the time is unknown.
    """
    rows = []
    for assignment in gradebook.assignments:
        if assignments and assignment.name not in assignments:
            continue
        for student in gradebook.students:
            if students and student.id not in students:
                continue
            row = {
                "assignment": assignment.name,
                "duedate": assignment.duedate,
                "student_id": student.id,
                "last_name": student.last_name,
                "first_name": student.first_name,
                "email": student.email,
                "max_score": assignment.max_score,
            }
            rows.append(row | _earned(gradebook, assignment, student.id))
    return rows


def _earned(
    gradebook: "Gradebook | book.Book", assignment: "Assignment | book.Assignment", student: str
) -> dict[str, Any]:
    exercises = {
        exercise_of(cell.name): 0.0
        for notebook in assignment.notebooks
        for cell in notebook.grade_cells
    }
    try:
        submission = gradebook.find_submission(assignment.name, student)
    except ValueError:  # nbgrader's MissingEntry is one
        return {
            "timestamp": None,
            "raw_score": 0.0,
            "late_submission_penalty": 0.0,
            "score": 0.0,
            "handed_in": False,
            "needs_grading": False,
            "exercises": exercises,
        }
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            exercises[exercise_of(grade.name)] = float(grade.score or 0.0)
    penalty = submission.late_submission_penalty or 0.0
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
        "handed_in": True,
        "needs_grading": bool(submission.needs_manual_grade),
        "exercises": exercises,
    }


def marks_of(
    gradebook: "Gradebook | book.Lookup", assignment: str, student: str
) -> SubmissionMarks:
    """Read the marks of one submission, cell by cell.

    Raises
    ------
    nbgrader.api.MissingEntry or GradebookError
        If the gradebook does not know the submission: the first if it is nbgrader's own.
    """
    folder, notebook = folder_and_notebook(assignment)
    submitted = gradebook.find_submission_notebook(notebook, folder, student)
    grades = {grade.name: grade for grade in submitted.grades}
    said = {comment.name: comment.comment or "" for comment in submitted.comments}
    cells = {}
    for name in {**grades, **said}:
        grade, comment = grades.get(name), said.get(name, "")
        cells[name] = CellMark(
            score=float(grade.score or 0.0) if grade else None,
            points=float(grade.max_score or 0.0) if grade else None,
            open=bool(grade and grade.needs_manual_grade),
            comment="" if comment == NO_RESPONSE else comment,
            untouched=comment == NO_RESPONSE,
        )
    return SubmissionMarks(
        timestamp=submitted.assignment.timestamp,
        seconds_late=float(submitted.assignment.total_seconds_late),
        penalty=float(submitted.late_submission_penalty or 0.0),
        cells=cells,
    )
