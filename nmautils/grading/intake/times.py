"""When something was handed in: by a platform's list, or by the time of a file."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TypeVar

from nmautils.course.settings import FILE_NAME, read_settings
from nmautils.errors import CourseError
from nmautils.grading.safe.text import printable
from nmautils.people.tables import read_cells, read_file, read_table

from .filenames import HandInName, Known, nobody
from .found import Found
from .owners import Owner
from .timestamps import FORMAT, parse_said

__all__ = ["Calendar", "Times", "are_of_download", "in_utc"]

# Whoever packs an archive is done with all of it in a few minutes.
_OF_ONE_DOWNLOAD = timedelta(minutes=10)
_SHOWN = 8  # lines of a list
_Of = TypeVar("_Of")
_NONE = {"", "-", "–"}
_WORKSHEET = "Last modified (submission)"
_DAY = re.compile(r"^\s*[^\W\d_]+,\s*")  # "Friday, 30 January 2026, 3:00 PM"


def are_of_download(times: Iterable[datetime]) -> bool:
    """Tell whether times of several hand-ins lie so close that they are the one of a download."""
    times = list(times)
    return len(times) > 1 and max(times) - min(times) <= _OF_ONE_DOWNLOAD


@dataclass(frozen=True)
class Calendar:
    """Time zone and due dates of a course, as far as ``course.toml`` has them."""

    zone: tzinfo | None = None
    due: dict[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> "Calendar":
        """Read them; a course made by nbgrader alone has none."""
        if not (root / FILE_NAME).is_file():
            return cls()
        settings = read_settings(root)
        return cls(settings.zone, {name: each.due for name, each in settings.tutorials.items()})

    def in_utc(self, time: datetime, assignment: str) -> datetime:
        """Convert a time to UTC; without a zone it is in the course's, else the due date's."""
        return in_utc(time, self.zone_of(assignment) or timezone.utc)

    def zone_of(self, assignment: str) -> tzinfo | None:
        """Give the zone of times that name none; None if nothing is known."""
        due = self.due.get(assignment)
        return self.zone or (due.tzinfo if due else None)

    def due_in_utc(self, assignment: str) -> datetime | None:
        """Give when an assignment is due, in UTC without a zone; None if that is open."""
        due = self.due.get(assignment)
        return due and in_utc(due, due.tzinfo)

    def time_of(self, name: HandInName, found: Found) -> tuple[datetime, str]:
        """When a file was handed in, in UTC without a zone, and where that is known from.

        Some archives carry the time of the download. What their platform does not mark as late
        came until it was due. The words are those of `nmautils.grading.intake.versions`.
        """
        time = self.in_utc(name.time or found.time_below(name.level), name.assignment)
        if name.time:
            return time, "platform"
        if name.late is None:
            return time, "packed" if found.archives else "file"
        due = self.due_in_utc(name.assignment)
        return time if due is None or name.late else min(time, due), "mark"


def in_utc(time: datetime, zone: tzinfo | None) -> datetime:
    """Convert a time to the naive UTC that nbgrader stores, to the second."""
    time = time if time.tzinfo else time.replace(tzinfo=zone)
    with suppress(OverflowError):  # at an end of the calendar no zone makes a difference
        time = time.astimezone(timezone.utc)
    return time.replace(tzinfo=None, microsecond=0)


class Times:
    """Times of hand-ins that a file says: Moodle's grading worksheet, or a table of three columns.

    Parameters
    ----------
    path : Path, optional
        The file. It has the columns ``student``, ``assignment`` and ``time``, or those of
        Moodle's grading worksheet.
    zone : tzinfo, optional
        Of times that name none.
    known : callable
        Who of the roster is meant by a name.

    Raises
    ------
    CourseError
        If it cannot be read; one line, with the number of the line there.
    """

    def __init__(
        self, path: Path | None = None, zone: tzinfo | None = None, known: Known = nobody
    ) -> None:
        self.by_number: dict[str, datetime] = {}
        self.by_student: dict[tuple[str, str], datetime] = {}
        self._lines: dict[object, tuple[int, str]] = {}  # that have said nothing so far
        self._meant: dict[tuple[str, str], str] = {}  # whom a line has been taken to mean
        if path is None:
            return
        if not path.is_file():
            raise CourseError(f"no file {path}")
        head = set(read_cells(read_file(path), str(path))[0][1])
        worksheet = {_WORKSHEET, "Identifier"} <= head
        if not worksheet and not {"student", "assignment", "time"} <= head:
            raise CourseError(
                f"{path} has neither the columns student, assignment and time nor those of "
                f"Moodle's grading worksheet, Identifier and {_WORKSHEET!r}"
            )
        for line, row in read_table(path, ()):
            text = row[_WORKSHEET if worksheet else "time"]
            if text in _NONE:
                continue
            try:
                time = parse_said(_DAY.sub("", text), zone)
            except (ValueError, OverflowError):
                raise CourseError(
                    f"{path}, line {line}: no time is {printable(text)!r}; write it, also in a "
                    f"worksheet in another language, as {FORMAT}"
                ) from None
            if worksheet:
                number, said = _number_behind(row["Identifier"]), row["Identifier"]
                if number:
                    self._take(self.by_number, number, time, said, path, line)
            else:
                student = known(row["student"]) or row["student"]
                key, said = (student, row["assignment"]), f"{row['student']} {row['assignment']}"
                self._take(self.by_student, key, time, said, path, line)

    def _take(
        self, table: dict[_Of, datetime], key: _Of, time: datetime, said: str, path: Path, line: int
    ) -> None:
        if table.setdefault(key, time) != time:
            raise CourseError(
                f"{path}, line {line}: {printable(said)} has another time in line "
                f"{self._lines[key][0]}: leave the one that counts"
            )
        self._lines.setdefault(key, (line, said))

    def unused(self) -> str:
        """Name the lines of the file that are of no hand-in; empty if there are none."""
        lines = [f"line {line} ({said})" for line, said in self._lines.values()]
        more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        return ", ".join(lines[:_SHOWN]) + more

    def of(self, owner: Owner, student: str, assignment: str) -> datetime | None:
        """Give the time of a hand-in in UTC; None if the file does not say it."""
        if owner.platform == "moodle" and owner.number in self.by_number:
            self._lines.pop(owner.number, None)
            return self.by_number[owner.number]
        for name in (student, owner.name, owner.full):
            if (name, assignment) in self.by_student:
                other = self._meant.setdefault((name, assignment), student)
                if other != student:
                    raise CourseError(
                        f"the list of times says {printable(name)!r}, which may be "
                        f"{printable(other)} or {printable(student)}: write their ids there"
                    )
                self._lines.pop((name, assignment), None)
                return self.by_student[name, assignment]
        return None


def _number_behind(identifier: str) -> str:
    """Give the number of ``Participant 12345``, whatever the word in front of it is."""
    return identifier[len(identifier.rstrip("0123456789")) :]
