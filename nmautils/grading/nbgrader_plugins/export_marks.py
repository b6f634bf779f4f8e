"""What ``nbgrader export`` plugs in: two CSV files, one of hand-ins and one of students."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy import text
from traitlets import Bool

from nmautils.course.gradebook import database_errors, gradebook_place, wait_until_free
from nmautils.errors import GradebookError, GradingBusy, NmautilsError
from nmautils.grading.record.book import read_book
from nmautils.grading.record.late import Lateness, Terms, bring_into_step, terms_of
from nmautils.grading.record.marks import STOCK_COLUMNS, marks
from nmautils.grading.record.records import grading_lock
from nmautils.grading.safe.text import no_formula

from .course_directory import check_gradebook, course_directory

__all__ = ["MarksExport"]


class MarksExport(ExportPlugin):
    """``nbgrader export``: nbgrader's columns first, then one per exercise.

    ``needs_grading`` says whether a person has to look at the submission, ``excused`` whether its
    student is excused; then there is no score. A second file has one row per student, with the
    final mark of each assignment and the total. Cells that a spreadsheet would take for a formula
    are quoted.

    Penalties for lateness are those of now. They are stored in the gradebook too, so that
    formgrader says the same.
    """

    exercises = Bool(True, help="Whether there is a column per exercise.").tag(config=True)
    by_student = Bool(
        True, help="Whether a second file, NAME_by_student.csv, has one row per student."
    ).tag(config=True)
    absent_is_zero = Bool(
        False, help="Whether that file shows 0, not nothing, for who handed nothing in."
    ).tag(config=True)

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        check_gradebook(self)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that ``--to`` names, by default ``grades.csv``, and the one beside it."""
        destination = Path(self.to or "grades.csv")
        # One that was made by no command knows of no course.
        terms = Terms() if self.parent is None else self._terms()
        if terms.computed:
            self._bring_into_step(gradebook, terms)
        book = read_book(lambda statement: gradebook.db.execute(text(statement)).all())
        chosen = [str(name) for name in self.assignment], [str(name) for name in self.student]
        rows = marks(book, *chosen, terms)
        self._write(destination, _of_hand_ins(rows, self.exercises))
        if self.by_student and destination.is_file():  # not a pipe
            beside = destination.with_name(f"{destination.stem}_by_student{destination.suffix}")
            self._write(beside, _of_students(rows, self.absent_is_zero))

    def _terms(self) -> Terms:
        try:
            return terms_of(course_directory(self).root)
        except NmautilsError as error:
            self.log.error("%s", error)
            sys.exit(1)

    def _bring_into_step(self, gradebook: Gradebook, terms: Terms) -> None:
        directory = course_directory(self)
        place = gradebook_place(directory)

        def penalty(student: str, score: float, late: Lateness) -> float | None:
            return terms.penalty(late, score) or None

        try:
            with grading_lock(directory.root), database_errors(place):
                wait_until_free(place)
                bring_into_step(gradebook, terms, penalty)
        except (GradebookError, GradingBusy) as error:
            gradebook.db.rollback()
            self.log.warning("formgrader may still show other late penalties: %s", error)

    def _write(self, path: Path, table: Iterable[Sequence[Any]]) -> None:
        self.log.info("Exporting grades to %s", path)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([_cell(value) for value in row] for row in table)


def _of_hand_ins(rows: Sequence[dict[str, Any]], exercises: bool) -> Iterator[list[Any]]:
    """Give nbgrader's table, longer by our columns."""
    names = list(dict.fromkeys(name for row in rows for name in row["exercises"]))
    ours = ["needs_grading", "excused", *names] if exercises else []
    yield [*STOCK_COLUMNS, *ours]
    for row in rows:
        flat = row | row["exercises"]
        yield [flat.get(column) for column in [*STOCK_COLUMNS, *ours]]


def _of_students(rows: Sequence[dict[str, Any]], absent_is_zero: bool) -> Iterator[list[Any]]:
    """Give a table with a row for each student; who is excused has neither points nor possible."""
    assignments = list(dict.fromkeys(row["assignment"] for row in rows))
    of_each: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        of_each.setdefault(row["student_id"], {})[row["assignment"]] = row
    yield ["id", "last_name", "first_name", "email", *assignments, "total", "of"]
    for student, its in of_each.items():
        person = next(iter(its.values()))
        counted = [row for row in its.values() if not row["excused"]]
        yield [
            student,
            *(person[column] for column in ("last_name", "first_name", "email")),
            *(_mark(its[name], absent_is_zero) for name in assignments),
            round(sum(row["score"] for row in counted), 6),
            sum(row["max_score"] for row in counted),
        ]


def _mark(row: dict[str, Any], absent_is_zero: bool) -> float | str | None:
    if row["excused"]:
        return "excused"
    mark: float = row["score"]
    return mark if row["handed_in"] or absent_is_zero else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return no_formula(value) if isinstance(value, str) else str(value)
