"""``nmautils marks``: show the marks in nbgrader's gradebook."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.plain import folders_of
from nmautils.errors import UsageError
from nmautils.grading.record.late import terms_of
from nmautils.grading.record.marks import marks, open_book
from nmautils.grading.safe.text import printable

__all__ = ["add_arguments", "run"]

# To this part of a line, and at least so many letters, a name and the notes may be folded.
_PART, _NARROW = 1 / 4, 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils marks``."""
    add_names(parser, "assignment")
    add_root(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils marks``: print the marks as a table per assignment."""
    root = root_of(args).resolve()
    book, terms = open_book(root), terms_of(root)
    known = [assignment.name for assignment in book.assignments]
    for name in args.assignments:
        if name not in known:
            raise UsageError(f"unknown assignment {name!r}; graded are: {', '.join(known)}")
    rows = marks(book, args.assignments, terms=terms)
    console = Console()
    for name in dict.fromkeys(row["assignment"] for row in rows):
        of_it = [row for row in rows if row["assignment"] == name]
        notes = [_notes(row, folders_of(root).submitted) for row in of_it]
        for table in _tables(name, of_it, notes, console.width):
            console.print(table)
    if not rows:
        print("nobody is in the gradebook yet; run `nmautils collect`, then `nmautils grade`")
    return 0


def _notes(row: dict[str, Any], submitted: Path) -> str:
    if row["excused"]:
        return "excused"
    notes = ["look at it"] * row["needs_grading"] + ["time unknown"] * row["time_unknown"]
    if not row["handed_in"]:
        there = os.path.lexists(submitted / row["student_id"] / row["assignment"])
        notes.append("not graded yet" if there else "nothing handed in")
    return ", ".join(notes)


# --- tables that fit -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of a table; a number that is folded would be read as another one."""

    head: str
    cells: list[str]
    folds: bool = False

    def least(self, line: int) -> int:
        """How many letters wide it has to be where a line has so many."""
        width = max(map(cell_len, [self.head, *self.cells]))
        return min(width, max(_NARROW, int(_PART * line))) if self.folds else width


def _tables(title: str, rows: list[dict[str, Any]], notes: list[str], width: int) -> list[Table]:
    """Make the table of an assignment, as several that fit if one does not.

    Names of exercises that do not fit are numbers in it, and are listed below.
    """
    names = list(dict.fromkeys(name for row in rows for name in row["exercises"]))
    tables = _split(title, dict(zip(names, names, strict=True)), rows, notes, width)
    if len(tables) == 1 or not names:
        return tables
    listed = Table.grid(padding=(0, 2, 0, 0))
    numbers = {name: str(number) for number, name in enumerate(names, 1)}
    for name, number in numbers.items():
        listed.add_row(number, Text(name, overflow="fold"))
    return [*_split(title, numbers, rows, notes, width), listed]


def _split(
    title: str, heads: dict[str, str], rows: list[dict[str, Any]], notes: list[str], width: int
) -> list[Table]:
    """Fill tables with the columns of exercises one after another, then with the totals."""
    student = _Column("student", [_name(row) for row in rows], folds=True)
    groups = [
        [_Column(head, [f"{row['exercises'].get(name, 0.0):g}" for row in rows])]
        for name, head in heads.items()
    ]
    totals = _totals(rows, notes)
    groups += [totals] if _fits([student, *totals], width) else [[each] for each in totals]
    parts: list[list[_Column]] = [[]]
    for group in groups:
        if parts[-1] and not _fits([student, *parts[-1], *group], width):
            parts.append([])
        parts[-1] += group
    return [_table(title * (part is parts[0]), [student, *part]) for part in parts]


def _totals(rows: list[dict[str, Any]], notes: list[str]) -> list[_Column]:
    late = (row["late_submission_penalty"] for row in rows)
    scores = (row["score"] for row in rows)
    return [
        _Column("late", [f"-{points:g}" if points else "" for points in late]),
        _Column("score", ["" if score is None else f"{score:g}" for score in scores]),
        _Column("of", [f"{row['max_score']:g}" for row in rows]),
        _Column("", notes, folds=True),
    ]


def _name(row: dict[str, Any]) -> str:
    # A folder may have any name: nothing in it is a command to a terminal.
    name = ", ".join(filter(None, [row["last_name"], row["first_name"]]))
    return printable(f"{name} ({row['student_id']})" if name else row["student_id"])


def _fits(columns: Sequence[_Column], width: int) -> bool:
    lines_and_blanks = 3 * len(columns) + 1
    return sum(column.least(width) for column in columns) + lines_and_blanks <= width


def _table(title: str, columns: Sequence[_Column]) -> Table:
    table = Table(title=title or None)
    for column in columns:
        align: Any = "left" if column.folds else "right"
        table.add_column(
            Text(column.head), justify=align, no_wrap=not column.folds, overflow="fold"
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, cells))  # nothing in them is a command to the table
    return table
