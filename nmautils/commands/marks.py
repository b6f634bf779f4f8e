"""``nmautils marks``: show the marks in nbgrader's gradebook."""

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.gradebook import find_gradebook, gradebook_place, has_gradebook, read_only
from nmautils.errors import GradebookError, UsageError
from nmautils.grading.record.book import read_book
from nmautils.grading.record.marks import marks

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils marks``."""
    add_names(parser, "assignment")
    add_root(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils marks``: print the gradebook as a table per assignment."""
    root = root_of(args).resolve()
    place = find_gradebook(root)
    if not has_gradebook(root):
        raise GradebookError(f"no {gradebook_place(place)}; run `nmautils grade` first")
    with read_only(place) as query:
        book = read_book(query)
    known = [assignment.name for assignment in book.assignments]
    for name in args.assignments:
        if name not in known:
            raise UsageError(f"unknown assignment {name!r}; graded are: {', '.join(known)}")
    rows = marks(book, args.assignments)
    for name in dict.fromkeys(row["assignment"] for row in rows):
        Console().print(_table(name, [row for row in rows if row["assignment"] == name]))
    if not rows:
        print("nobody is in the gradebook yet; run `nmautils collect`, then `nmautils grade`")
    return 0


def _table(assignment: str, rows: list[dict[str, Any]]) -> Table:
    exercises = list(rows[0]["exercises"])
    table = Table(title=assignment)
    for column in ["student", *exercises, "late", "score", "of", ""]:
        table.add_column(column, justify="left" if column == "student" else "right")
    for row in rows:
        notes = ["look at it"] * row["needs_grading"]
        if not row["handed_in"]:
            notes.append("nothing handed in")
        elif row["duedate"] and not row["timestamp"]:
            notes.append("time unknown")  # so whether it is late is not known either
        numbers = [row["exercises"][name] for name in exercises]
        late = f"-{row['late_submission_penalty']:g}" if row["late_submission_penalty"] else ""
        table.add_row(
            row["student_id"],
            *(f"{number:g}" for number in numbers),
            late,
            f"{row['score']:g}",
            f"{row['max_score']:g}",
            ", ".join(notes),
        )
    return table
