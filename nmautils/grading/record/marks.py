"""Marks out of nbgrader's gradebook, a row per student and assignment, and a table of them."""

import argparse
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry
from rich.console import Console
from rich.table import Table

from nmautils.cells import exercise_of
from nmautils.course.settings import find_root

__all__ = ["STOCK_COLUMNS", "marks"]

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


def marks(
    gradebook: Gradebook, assignments: list[str] | None = None, students: list[str] | None = None
) -> list[dict[str, Any]]:
    """Marks of every student in every assignment.

    Parameters
    ----------
    gradebook : Gradebook
        nbgrader's, open.
    assignments, students : list of str, optional
        Names to keep; None or nothing means all.

    Returns
    -------
    list of dict
        One per assignment and student: the columns of nbgrader's own export, ``needs_grading``
        (whether a person has to look), and ``exercises``, from names to points. Who handed
        nothing in has zeros and an empty ``timestamp``.
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


def _earned(gradebook: Gradebook, assignment: Assignment, student: str) -> dict[str, Any]:
    exercises = {
        exercise_of(cell.name): 0.0
        for notebook in assignment.notebooks
        for cell in notebook.grade_cells
    }
    try:
        submission = gradebook.find_submission(assignment.name, student)
    except MissingEntry:
        return {
            "timestamp": None,
            "raw_score": 0.0,
            "late_submission_penalty": 0.0,
            "score": 0.0,
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
        "needs_grading": bool(submission.needs_manual_grade),
        "exercises": exercises,
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils marks``."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    parser.add_argument("--root", metavar="DIR", help="folder with course.toml")


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils marks``: print the gradebook as a table per assignment."""
    root = Path(args.root) if args.root else find_root()
    database = root.resolve() / "gradebook.db"
    if not database.is_file():
        raise FileNotFoundError(
            f"no {database}; run `nmautils build` and `nbgrader autograde` first"
        )
    with Gradebook(f"sqlite:///{database}") as gradebook:
        known = [assignment.name for assignment in gradebook.assignments]
        for name in args.assignments:
            if name not in known:
                raise ValueError(f"unknown assignment {name!r}; graded are: {', '.join(known)}")
        rows = marks(gradebook, args.assignments)
    for name in dict.fromkeys(row["assignment"] for row in rows):
        Console().print(_table(name, [row for row in rows if row["assignment"] == name]))
    if not rows:
        print("nobody is in the gradebook yet; run `nmautils collect`, then `nbgrader autograde`")
    return 0


def _table(assignment: str, rows: list[dict[str, Any]]) -> Table:
    exercises = list(rows[0]["exercises"])
    table = Table(title=assignment)
    for column in ["student", *exercises, "late", "score", "of", ""]:
        table.add_column(column, justify="left" if column == "student" else "right")
    for row in rows:
        note = "" if row["timestamp"] else "nothing handed in"
        note = "look at it" if row["needs_grading"] else note
        numbers = [row["exercises"][name] for name in exercises]
        late = f"-{row['late_submission_penalty']:g}" if row["late_submission_penalty"] else ""
        table.add_row(
            row["student_id"],
            *(f"{number:g}" for number in numbers),
            late,
            f"{row['score']:g}",
            f"{row['max_score']:g}",
            note,
        )
    return table
