"""Marks out of nbgrader's gradebook: a row for each student and assignment, and those of one.

What lateness costs is computed here and now, by `nmautils.grading.record.late.Terms`. So the
table, exports, feedback pages and whatever else reads marks say the same number.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nmautils.cells import exercise_of
from nmautils.course.gradebook import find_gradebook, gradebook_place, has_gradebook, read_only
from nmautils.errors import GradebookError
from nmautils.grading.model.names import folder_and_notebook
from nmautils.people.roster import Clues, Person, Roster, UnknownPerson

from . import book
from .late import Terms, terms_of

if TYPE_CHECKING:
    from nbgrader.api import Assignment, Gradebook, Student

__all__ = [
    "NO_RESPONSE",
    "STOCK_COLUMNS",
    "CellMark",
    "SubmissionMarks",
    "marks",
    "marks_of",
    "open_book",
    "read_marks",
]

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
    """What a submission has earned.

    Parameters
    ----------
    timestamp : datetime or None
        When it was handed in, in UTC without a zone; None if nobody knows.
    seconds_late : float
        Seconds after the due date, extensions taken off.
    penalty : float
        Points taken off.
    cells : dict
        From grade ids to the marks of their cells.
    days_late : int or None
        Days that the course counts as late; None if that was not reckoned.
    zone : tzinfo or None
        Where the course's clocks are; None means UTC.
    excused : bool
        Whether the student is excused, so that no mark counts.
    """

    timestamp: datetime | None = None
    seconds_late: float = 0.0
    penalty: float = 0.0
    cells: dict[str, CellMark] = field(default_factory=dict)
    days_late: int | None = None
    zone: tzinfo | None = None
    excused: bool = False

    @property
    def due(self) -> datetime | None:
        """The due date of a late hand-in, with the student's extension, in UTC without a zone."""
        if self.timestamp is None or self.seconds_late <= 0:
            return None
        return self.timestamp - timedelta(seconds=self.seconds_late)


def read_marks(
    root: str | Path,
    assignments: Collection[str] | None = None,
    students: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Read the marks of a course as they count now; see `marks`.

    Raises
    ------
    GradebookError
        If there is no gradebook yet, or it cannot be read.
    """
    return marks(open_book(root), assignments, students, terms_of(root))


def open_book(root: str | Path) -> book.Book:
    """Read the whole gradebook of a course.

    Raises
    ------
    GradebookError
        If there is none yet, or it cannot be read.
    """
    root = Path(root).resolve()
    place = find_gradebook(root)
    if not has_gradebook(root):
        raise GradebookError(f"no {gradebook_place(place)}; run `nmautils grade` first")
    with read_only(place) as query:
        return book.read_book(query)


def marks(
    gradebook: "Gradebook | book.Book",
    assignments: Collection[str] | None = None,
    students: Collection[str] | None = None,
    terms: Terms | None = None,
) -> list[dict[str, Any]]:
    """Marks of every student in every assignment.

    Parameters
    ----------
    gradebook : Gradebook or Book
        nbgrader's, open, or what `read_book` has read of it, which is a hundred times as fast.
    assignments, students : collection of str, optional
        Names to keep; None or nothing means all.
    terms : Terms, optional
        What decides beside the gradebook; by default nothing, so that its own penalties hold.

    Returns
    -------
    list of dict
        One per assignment and student: the columns of nbgrader's own export, ``handed_in``,
        ``needs_grading`` (whether a person has to look), ``excused``, ``time_unknown`` (whether
        nobody knows if it is late), and ``exercises``, from names to points. Who handed nothing in
        has zeros. Who is excused has no ``score``: it is None.

        Assignments are in the order of ``course.toml``, students in that of their names. Who
        stands in the roster alone has a row too.
    """
    terms = terms or Terms()
    rows, everybody = [], _everybody(gradebook.students, terms.roster)
    for assignment in _in_order(gradebook.assignments, terms):
        if assignments and assignment.name not in assignments:
            continue
        for student in everybody:
            if students and student.id not in students:
                continue
            row = {
                "assignment": assignment.name,
                "duedate": terms.due(assignment.name, assignment.duedate),
                "student_id": student.id,
                "last_name": student.last_name,
                "first_name": student.first_name,
                "email": student.email,
                "max_score": assignment.max_score,
            }
            rows.append(row | _earned(gradebook, assignment, student.id, terms))
    return rows


def _in_order(
    assignments: "list[Assignment] | list[book.Assignment]", terms: Terms
) -> "list[Assignment | book.Assignment]":
    """Sort assignments as ``course.toml`` does; behind them stand others as the gradebook does."""
    first = list(terms.settings.tutorials) if terms.settings else []
    known = {name: number for number, name in enumerate(first)}
    return sorted(assignments, key=lambda each: known.get(each.name, len(known)))


def _everybody(
    students: "list[Student] | list[book.Student]", roster: Roster | None
) -> list[book.Student]:
    """Give all people of the gradebook and the roster, whose names count before others."""
    people = {person.id: person for person in roster.people} if roster else {}
    found = []
    for student in students:
        person = people.get(student.id) or _person(student.id, roster)
        people.pop(person.id, None)
        found.append(
            book.Student(
                student.id,
                person.first_name or student.first_name,
                person.last_name or student.last_name,
                person.email or student.email,
            )
        )
    for person in people.values():
        names = person.first_name, person.last_name, person.email
        found.append(book.Student(person.id, *names))
    return sorted(found, key=_by_name)


def _person(student: str, roster: Roster | None) -> Person:
    """Find a student whose id the roster writes in another way; somebody unknown has no names."""
    with suppress(UnknownPerson):
        return (roster or Roster()).find(Clues(id=student))
    return Person(student)


def _by_name(student: book.Student) -> tuple[str, str, str]:
    last, first = student.last_name or "", student.first_name or ""
    return last.casefold(), first.casefold(), student.id


def _earned(
    gradebook: "Gradebook | book.Book",
    assignment: "Assignment | book.Assignment",
    student: str,
    terms: Terms,
) -> dict[str, Any]:
    exercises = {
        exercise_of(cell.name): 0.0
        for notebook in assignment.notebooks
        for cell in notebook.grade_cells
    }
    try:
        submission = gradebook.find_submission(assignment.name, student)
    except ValueError:  # nbgrader's MissingEntry is one
        excused = terms.arrangements.of(student, assignment.name).excused
        return {
            "timestamp": None,
            "raw_score": 0.0,
            "late_submission_penalty": 0.0,
            "score": None if excused else 0.0,
            "handed_in": False,
            "needs_grading": False,
            "excused": excused,
            "time_unknown": False,
            "exercises": exercises,
        }
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            exercises[exercise_of(grade.name)] = float(grade.score or 0.0)
    late = terms.lateness(
        student,
        assignment.name,
        submission.timestamp,
        assignment.duedate,
        submission.extension,
    )
    penalty = sum(
        terms.penalty(late, notebook.score, notebook.late_submission_penalty)
        for notebook in submission.notebooks
    )
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": None if late.excused else max(0.0, submission.score - penalty),
        "handed_in": True,
        "needs_grading": bool(submission.needs_manual_grade),
        "excused": late.excused,
        "time_unknown": late.time_unknown,
        "exercises": exercises,
    }


def marks_of(
    gradebook: "Gradebook | book.Lookup",
    assignment: str,
    student: str,
    terms: Terms | None = None,
) -> SubmissionMarks:
    """Read the marks of one submission, cell by cell.

    Parameters
    ----------
    gradebook : Gradebook or Lookup
        nbgrader's, open, or what reads single submissions of it.
    assignment, student : str
        Which and whose.
    terms : Terms, optional
        As in `marks`.

    Raises
    ------
    nbgrader.api.MissingEntry or GradebookError
        If the gradebook does not know the submission: the first if it is nbgrader's own.
    """
    terms = terms or Terms()
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
    whole = submitted.assignment
    late = terms.lateness(
        student, folder, whole.timestamp, whole.assignment.duedate, whole.extension
    )
    score = sum(grade.score or 0.0 for grade in grades.values())
    return SubmissionMarks(
        timestamp=None if late.time_unknown else whole.timestamp,
        seconds_late=late.seconds,
        penalty=terms.penalty(late, score, submitted.late_submission_penalty),
        cells=cells,
        days_late=late.days,
        zone=terms.zone,
        excused=late.excused,
    )
