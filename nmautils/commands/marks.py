"""``nmautils marks``: show the marks in nbgrader's gradebook."""

import argparse
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.gradebook import find_gradebook, gradebook_place, has_gradebook, read_only
from nmautils.errors import GradebookError, UsageError
from nmautils.grading.record.book import read_book
from nmautils.grading.record.marks import marks

__all__ = ["add_arguments", "run"]

_WITHOUT_END = 10_000  # columns, for a table that is only measured


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
    console = Console()
    for name in dict.fromkeys(row["assignment"] for row in rows):
        of_it = [row for row in rows if row["assignment"] == name]
        for table in _table(name, of_it, console.width):
            console.print(table)
    if not rows:
        print("nobody is in the gradebook yet; run `nmautils collect`, then `nmautils grade`")
    return 0


def _table(assignment: str, rows: list[dict[str, Any]], width: int) -> list[Table]:
    """Make the table of an assignment; names of exercises that do not fit are numbers in it."""
    exercises = list(rows[0]["exercises"])
    table, wide = _filled(assignment, exercises, rows), Console(width=_WITHOUT_END)
    if Measurement.get(wide, wide.options, table).maximum <= width:
        return [table]
    numbers = [str(number) for number in range(1, len(exercises) + 1)]
    names = Table.grid(padding=(0, 2, 0, 0))
    for number, name in zip(numbers, exercises, strict=True):
        names.add_row(number, name)
    return [_filled(assignment, numbers, rows), names]


def _filled(assignment: str, heads: list[str], rows: list[dict[str, Any]]) -> Table:
    table = Table(title=assignment)
    for column in ["student", *heads, "late", "score", "of", ""]:
        # A number that is cut or broken over lines would be read as another one.
        left = column in {"student", ""}
        table.add_column(
            column, justify="left" if left else "right", no_wrap=not left, overflow="fold"
        )
    for row in rows:
        notes = ["look at it"] * row["needs_grading"]
        if not row["handed_in"]:
            notes.append("nothing handed in")
        elif row["duedate"] and not row["timestamp"]:
            notes.append("time unknown")  # so whether it is late is not known either
        late = f"-{row['late_submission_penalty']:g}" if row["late_submission_penalty"] else ""
        table.add_row(
            row["student_id"],
            *(f"{number:g}" for number in row["exercises"].values()),
            late,
            f"{row['score']:g}",
            f"{row['max_score']:g}",
            ", ".join(notes),
        )
    return table
