"""What ``nbgrader export`` plugs in: a CSV file with a column per exercise."""

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy import text
from traitlets import Bool

from nmautils.grading.record.book import read_book
from nmautils.grading.record.marks import STOCK_COLUMNS, marks

from .course_directory import check_gradebook

__all__ = ["MarksExport"]


class MarksExport(ExportPlugin):
    """``nbgrader export`` with nbgrader's columns first and then one per exercise.

    ``needs_grading`` says whether a person has to look at the submission. Cells that a
    spreadsheet would take for a formula are quoted.
    """

    exercises = Bool(True, help="Whether there is a column per exercise.").tag(config=True)

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        check_gradebook(self)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that ``--to`` names, by default ``grades.csv``."""
        destination = Path(self.to or "grades.csv")
        book = read_book(lambda statement: gradebook.db.execute(text(statement)).all())
        rows = marks(book, [str(a) for a in self.assignment], [str(s) for s in self.student])
        names = list(dict.fromkeys(name for row in rows for name in row["exercises"]))
        extra = ["needs_grading", *names] if self.exercises else []
        self.log.info("Exporting grades to %s", destination)
        with destination.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*STOCK_COLUMNS, *extra])
            for row in rows:
                flat = row | row["exercises"]
                writer.writerow([_csv(flat.get(column)) for column in [*STOCK_COLUMNS, *extra]])


def _csv(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" and text else text
