"""When something was handed in: what a platform's list says, and what a time in an archive tells."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from nmautils.errors import CourseError
from nmautils.grading.safe.text import printable
from nmautils.people.tables import read_table

from .owners import Owner
from .timestamps import parse_time

__all__ = ["Times", "are_of_download"]

# Whoever packs an archive is done with all of it in a few minutes.
_OF_ONE_DOWNLOAD = timedelta(minutes=10)
_NONE = {"", "-", "–"}
_WORKSHEET = "Last modified (submission)"
_NUMBER = re.compile(r"(\d+)\s*$")
_DAY = re.compile(r"^\s*[^\W\d_]+,\s*")  # "Friday, 30 January 2026, 3:00 PM"


def are_of_download(times: Iterable[datetime]) -> bool:
    """Tell whether times of several hand-ins lie so close that they are the one of a download."""
    times = list(times)
    return len(times) > 1 and max(times) - min(times) <= _OF_ONE_DOWNLOAD


class Times:
    """Times of hand-ins that a file says: Moodle's grading worksheet, or a table of three columns.

    Parameters
    ----------
    path : Path, optional
        The file. It has the columns ``student``, ``assignment`` and ``time``, or those of
        Moodle's grading worksheet.
    zone : tzinfo, optional
        Of times that name none.

    Raises
    ------
    CourseError
        If it cannot be read; one line, with the number of the line there.
    """

    def __init__(self, path: Path | None = None, zone: tzinfo | None = None) -> None:
        self.by_number: dict[str, datetime] = {}
        self.by_student: dict[tuple[str, str], datetime] = {}
        if path is None:
            return
        if not path.is_file():
            raise CourseError(f"no file {path}")
        for line, row in read_table(path, ()):
            worksheet = _WORKSHEET in row and "Identifier" in row
            if not worksheet and not {"student", "assignment", "time"} <= row.keys():
                raise CourseError(
                    f"{path} has neither the columns student, assignment and time nor those of "
                    f"Moodle's grading worksheet, Identifier and {_WORKSHEET!r}"
                )
            text = row[_WORKSHEET if worksheet else "time"]
            if text in _NONE:
                continue
            try:
                time = parse_time(_DAY.sub("", text), zone)
            except (ValueError, OverflowError):
                raise CourseError(
                    f"{path}, line {line}: no time is {printable(text)!r}; in a worksheet in "
                    "another language write it as 2030-01-31 23:30+01:00"
                ) from None
            if not worksheet:
                self.by_student[row["student"], row["assignment"]] = time
            elif number := _NUMBER.search(row["Identifier"]):
                self.by_number[number[1]] = time

    def of(self, owner: Owner, student: str, assignment: str) -> datetime | None:
        """Give the time of a hand-in in UTC; None if the file does not say it."""
        if owner.platform == "moodle" and owner.number in self.by_number:
            return self.by_number[owner.number]
        return next(
            (
                self.by_student[name, assignment]
                for name in (student, owner.name, owner.full)
                if (name, assignment) in self.by_student
            ),
            None,
        )
