"""``nmautils marks``: show the marks in nbgrader's gradebook."""

import argparse
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.gradebook import find_gradebook, gradebook_place, has_gradebook, read_only
from nmautils.errors import GradebookError, UsageError
from nmautils.grading.record.book import read_book
from nmautils.grading.record.marks import marks
from nmautils.grading.safe.text import printable

__all__ = ["add_arguments", "run"]

_WITHOUT_END = 10_000  # columns, for a table that is only measured
_NARROW = 6  # columns to which a student's name and the notes may be folded


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
    """Make the table of an assignment; names of exercises that do not fit are numbers in it.

    If there are too many of them even so, they stand in tables of their own below.
    """
    names = list(rows[0]["exercises"])
    table = _filled(assignment, dict(zip(names, names, strict=True)), rows)
    if _fits(table, width):
        return [table]
    numbers = {name: str(number) for number, name in enumerate(names, 1)}
    listed = Table.grid(padding=(0, 2, 0, 0))
    for name, number in numbers.items():
        listed.add_row(number, name)
    folded = _over(row["student_id"] for row in rows) + _over(_totals(row)[-1] for row in rows)
    table = _filled(assignment, numbers, rows)
    if _fits(table, width, folded):
        return [table, listed]
    tables = [_filled(assignment, {}, rows)]
    while numbers:
        some = list(numbers)
        table = _filled("", _part(numbers, some), rows, totals=False)
        while len(some) > 1 and not _fits(table, width, _over(row["student_id"] for row in rows)):
            some.pop()
            table = _filled("", _part(numbers, some), rows, totals=False)
        tables.append(table)
        numbers = {name: number for name, number in numbers.items() if name not in some}
    return [*tables, listed]


def _part(numbers: dict[str, str], names: list[str]) -> dict[str, str]:
    return {name: numbers[name] for name in names}


def _over(texts: Iterable[str]) -> int:
    return max(0, max(map(len, texts)) - _NARROW)


def _fits(table: Table, width: int, folded: int = 0) -> bool:
    """Tell whether a table fits if its texts may be folded by so many columns."""
    wide = Console(width=_WITHOUT_END)
    return Measurement.get(wide, wide.options, table).maximum - folded <= width


def _filled(
    title: str, heads: dict[str, str], rows: list[dict[str, Any]], totals: bool = True
) -> Table:
    """Make a table of these exercises, by what stands above their columns, and of the totals."""
    table = Table(title=title or None)
    last = ["late", "score", "of", ""] if totals else []
    for column in ["student", *heads.values(), *last]:
        # A number that is cut or broken over lines would be read as another one.
        left = column in {"student", ""}
        table.add_column(
            column, justify="left" if left else "right", no_wrap=not left, overflow="fold"
        )
    for row in rows:
        # A folder may have any name: nothing in it is a command to a terminal, or to the table.
        student = Text(printable(row["student_id"]))
        marks_of_it = (f"{row['exercises'][name]:g}" for name in heads)
        table.add_row(student, *marks_of_it, *(_totals(row) if totals else ()))
    return table


def _totals(row: dict[str, Any]) -> tuple[str, ...]:
    notes = ["look at it"] * row["needs_grading"]
    if not row["handed_in"]:
        notes.append("nothing handed in")
    elif row["duedate"] and not row["timestamp"]:
        notes.append("time unknown")  # so whether it is late is not known either
    late = f"-{row['late_submission_penalty']:g}" if row["late_submission_penalty"] else ""
    return late, f"{row['score']:g}", f"{row['max_score']:g}", ", ".join(notes)
