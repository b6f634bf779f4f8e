"""All of a gradebook in seven statements, for marks of a whole class.

nbgrader's own objects ask the database once for each cell of each student. Here are plain values
under the same names, so `nmautils.grading.record.marks.marks` takes either; they need neither
nbgrader nor its database library.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nmautils.course.gradebook import Query

__all__ = ["Book", "read_book"]


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
    """A notebook that was handed in."""

    grades: list[Grade] = field(default_factory=list)


@dataclass
class Submission:
    """What one student handed in for an assignment."""

    timestamp: datetime | None
    score: float = 0.0
    late_submission_penalty: float = 0.0
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
       submitted_assignment.timestamp
FROM submitted_assignment JOIN assignment ON assignment.id = submitted_assignment.assignment_id
"""
SUBMITTED = "SELECT id, assignment_id, late_submission_penalty FROM submitted_notebook"
# A person's points count before ours, and extra points come on top of either.
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
    for key, assignment, student, timestamp in query(SUBMISSIONS):
        submissions[key] = by_name[assignment, student] = Submission(_moment(timestamp))
    notebooks: dict[str, tuple[Submission, SubmittedNotebook]] = {}
    for key, submission_key, penalty in query(SUBMITTED):
        submission, notebook = submissions[submission_key], SubmittedNotebook()
        submission.notebooks.append(notebook)
        submission.late_submission_penalty += penalty or 0.0
        notebooks[key] = submission, notebook
    for key, name, points, extra, waits in query(GRADES):
        submission, notebook = notebooks[key]
        score = 0.0 if points is None else points + (extra or 0.0)
        notebook.grades.append(Grade(name, score))
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


def _moment(value: Any) -> datetime | None:
    """A time, which SQLite keeps as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
