"""Marks out of a gradebook by a few statements, as plain values.

nbgrader's own objects ask the database once for each cell of each student. Here are plain values
under the same names, so `nmautils.grading.record.marks` takes either; they need neither nbgrader
nor its database library.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nmautils.course.gradebook import Query
from nmautils.errors import GradebookError

__all__ = ["Book", "Lookup", "read_book"]


@dataclass(frozen=True)
class Cell:
    """A cell with points."""

    name: str


@dataclass(frozen=True)
class Notebook:
    """A notebook of an assignment: its cells with automatic or given points, without tasks."""

    grade_cells: list[Cell]


@dataclass(frozen=True)
class Assignment:
    """An assignment, and what it is worth."""

    name: str
    duedate: datetime | None
    max_score: float
    notebooks: list[Notebook]


@dataclass(frozen=True)
class Student:
    """A student."""

    id: str
    first_name: str | None
    last_name: str | None
    email: str | None


@dataclass(frozen=True)
class Grade:
    """The points of one cell."""

    name: str
    score: float


@dataclass
class SubmittedNotebook:
    """A notebook that was handed in; `key` is that of its row."""

    key: str = ""
    late_submission_penalty: float | None = None
    score: float = 0.0
    grades: list[Grade] = field(default_factory=list)


@dataclass
class Submission:
    """What one student handed in for an assignment."""

    timestamp: datetime | None
    extension: timedelta | None = None
    score: float = 0.0
    needs_manual_grade: bool = False
    notebooks: list[SubmittedNotebook] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """A gradebook, read once."""

    assignments: list[Assignment]
    students: list[Student]
    submissions: dict[tuple[str, str], Submission]

    def find_submission(self, assignment: str, student: str) -> Submission:
        """Give a submission; ValueError if there is none, as nbgrader's ``MissingEntry`` is."""
        try:
            return self.submissions[assignment, student]
        except KeyError:
            raise ValueError(f"no submission of {student} for {assignment}") from None


ASSIGNMENTS = "SELECT id, name, duedate FROM assignment ORDER BY duedate, name"
NOTEBOOKS = "SELECT id, assignment_id FROM notebook ORDER BY name"
CELLS = """
SELECT base_cell.notebook_id, base_cell.name, grade_cells.max_score, task_cells.max_score
FROM base_cell
LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
LEFT JOIN task_cells ON task_cells.id = base_cell.id
"""
STUDENTS = "SELECT id, first_name, last_name, email FROM student ORDER BY last_name, first_name, id"
SUBMISSIONS = """
SELECT submitted_assignment.id, assignment.name, submitted_assignment.student_id,
       submitted_assignment.timestamp, submitted_assignment.extension
FROM submitted_assignment JOIN assignment ON assignment.id = submitted_assignment.assignment_id
"""
SUBMITTED = "SELECT id, assignment_id, late_submission_penalty FROM submitted_notebook"
GRADES = """
SELECT grade.notebook_id, base_cell.name, COALESCE(grade.manual_score, grade.auto_score),
       grade.extra_credit, grade.needs_manual_grade
FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
"""


def read_book(query: Query) -> Book:
    """Read a whole gradebook.

    Parameters
    ----------
    query : callable
        From `nmautils.course.gradebook.read_only`.
    """
    submissions: dict[str, Submission] = {}
    by_name: dict[tuple[str, str], Submission] = {}
    for key, assignment, student, timestamp, extension in query(SUBMISSIONS):
        submission = Submission(_moment(timestamp), _duration(extension))
        submissions[key] = by_name[assignment, student] = submission
    notebooks: dict[str, tuple[Submission, SubmittedNotebook]] = {}
    for key, submission_key, penalty in query(SUBMITTED):
        submission, notebook = submissions[submission_key], SubmittedNotebook(key, penalty)
        submission.notebooks.append(notebook)
        notebooks[key] = submission, notebook
    for key, name, points, extra, waits in query(GRADES):
        submission, notebook = notebooks[key]
        score = _score(points, extra)
        notebook.grades.append(Grade(name, score))
        notebook.score += score
        submission.score += score
        submission.needs_manual_grade |= bool(waits)
    students = [Student(*row) for row in query(STUDENTS)]
    return Book(_assignments(query), students, by_name)


def _assignments(query: Query) -> list[Assignment]:
    cells: dict[str, list[Cell]] = defaultdict(list)
    points: dict[str, float] = defaultdict(float)  # of a notebook, tasks included
    for notebook, name, graded, task in query(CELLS):
        if graded is not None:
            cells[notebook].append(Cell(name))
        points[notebook] += (graded or 0.0) + (task or 0.0)
    notebooks: dict[str, list[str]] = defaultdict(list)
    for notebook, assignment in query(NOTEBOOKS):
        notebooks[assignment].append(notebook)
    return [
        Assignment(
            name,
            _moment(due),
            sum(points[notebook] for notebook in notebooks[key]),
            [Notebook(cells[notebook]) for notebook in notebooks[key]],
        )
        for key, name, due in query(ASSIGNMENTS)
    ]


# --- one submission ----------------------------------------------------------------------------


@dataclass(frozen=True)
class CellGrade:
    """The points of one cell, what it is worth, and whether a person has yet to mark it."""

    name: str
    score: float
    max_score: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class Comment:
    """What a person or the grader said about a cell."""

    name: str
    comment: str | None


@dataclass(frozen=True)
class Due:
    """When an assignment is due."""

    duedate: datetime | None


@dataclass(frozen=True)
class HandedIn:
    """When something was handed in, and until when it could be."""

    timestamp: datetime | None
    extension: timedelta | None
    assignment: Due


@dataclass(frozen=True)
class MarkedNotebook:
    """All marks of one notebook."""

    assignment: HandedIn
    late_submission_penalty: float | None
    grades: list[CellGrade]
    comments: list[Comment]


ONE = """
SELECT submitted_notebook.id, submitted_notebook.late_submission_penalty,
       submitted_assignment.timestamp, submitted_assignment.extension, assignment.duedate
FROM submitted_notebook
JOIN notebook ON notebook.id = submitted_notebook.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
WHERE notebook.name = :notebook AND assignment.name = :assignment
  AND submitted_assignment.student_id = :student
"""
ITS_GRADES = """
SELECT base_cell.name, COALESCE(grade.manual_score, grade.auto_score), grade.extra_credit,
       COALESCE(grade_cells.max_score, task_cells.max_score, 0.0), grade.needs_manual_grade
FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
LEFT JOIN task_cells ON task_cells.id = base_cell.id
WHERE grade.notebook_id = :id
"""
ITS_COMMENTS = """
SELECT base_cell.name, COALESCE(comment.manual_comment, comment.auto_comment)
FROM comment JOIN base_cell ON base_cell.id = comment.cell_id
WHERE comment.notebook_id = :id
"""


@dataclass(frozen=True)
class Lookup:
    """A gradebook of which the marks of single submissions are read.

    Parameters
    ----------
    query : callable
        From `nmautils.course.gradebook.read_only`.
    """

    query: Query

    def find_submission_notebook(
        self, notebook: str, assignment: str, student: str
    ) -> MarkedNotebook:
        """Read the marks of a notebook.

        Raises
        ------
        GradebookError
            If the gradebook does not know it.
        """
        names = {"notebook": notebook, "assignment": assignment, "student": student}
        for key, penalty, timestamp, extension, due in self.query(ONE, names):
            return MarkedNotebook(
                HandedIn(_moment(timestamp), _duration(extension), Due(_moment(due))),
                penalty,
                [
                    CellGrade(name, _score(points, extra), most, bool(waits))
                    for name, points, extra, most, waits in self.query(ITS_GRADES, {"id": key})
                ],
                [Comment(*row) for row in self.query(ITS_COMMENTS, {"id": key})],
            )
        raise GradebookError(
            f"the gradebook has no marks of {student} for {assignment}; run `nmautils grade`"
        )


def _score(points: float | None, extra: float | None) -> float:
    """A person's points count before ours, and extra points come on top of either."""
    return 0.0 if points is None else points + (extra or 0.0)


def _duration(value: Any) -> timedelta | None:
    """A span of time, which SQLite keeps as the moment that long after 1970 began."""
    if isinstance(value, str):
        return datetime.fromisoformat(value) - datetime(1970, 1, 1)
    found: timedelta | None = value
    return found


def _moment(value: Any) -> datetime | None:
    """A time, which SQLite keeps as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
