"""What was agreed with single people: more time for an assignment, or none asked of them.

It is a text file beside ``course.toml``, ``arrangements.csv``, one line for a person and an
assignment, that may be kept by hand. It holds before and after a hand-in, and is read each time
that marks are.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timezone, tzinfo
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from nmautils.course.gradebook import find_gradebook, has_gradebook, read_only
from nmautils.course.plain import CONFIG_FILE, folders_of, settings_of
from nmautils.course.settings import Settings
from nmautils.errors import CourseError
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.safe.text import printable

from .roster import Clues, Roster, UnknownPerson, read_roster, same
from .tables import column_name, read_table, write_table

__all__ = [
    "COLUMNS",
    "FILE_NAME",
    "TIME_FORM",
    "Arrangement",
    "Arrangements",
    "Clock",
    "assignments_of",
    "known_as",
    "known_students",
    "note_arrangement",
    "read_arrangements",
]

FILE_NAME = "arrangements.csv"
COLUMNS = ("student", "assignment", "until", "days", "excused", "note")
# What a person is told to write.
TIME_FORM = "2030-01-31T23:59 (with +01:00 behind it, unless the course's zone is meant)"

MOST_DAYS = 3660
_LIKE_OURS = 0.75  # of a column's name; `untill` is, `asked by` is not
_YES = {"yes", "y", "true", "x", "1"}
_NO = {"", "no", "n", "false", "0"}
_END_OF_DAY = time(23, 59)


@dataclass(frozen=True)
class Arrangement:
    """What was agreed with somebody on an assignment.

    Parameters
    ----------
    until : datetime or None
        Until when they may hand in, with its zone.
    days : int
        How many days longer than the others they may hand in, in place of `until`.
    excused : bool
        Whether nothing is asked of them, so that no mark counts.
    note : str
        Why, for whoever reads the file.
    """

    until: datetime | None = None
    days: int = 0
    excused: bool = False
    note: str = ""

    @property
    def has_effect(self) -> bool:
        """Whether it changes anything for its person."""
        return self.excused or self.until is not None or self.days > 0


@dataclass(frozen=True)
class Arrangements:
    """All arrangements of a course.

    Parameters
    ----------
    made : mapping
        By the ids of students and the names of assignments.
    unknown : tuple of str
        What to tell of lines about somebody whom nothing else in the course knows, a line each.
    """

    made: Mapping[tuple[str, str], Arrangement] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def of(self, student: str, assignment: str) -> Arrangement:
        """Give what was agreed; one without effect if nothing was."""
        return self.made.get((student, folder_and_notebook(assignment)[0]), Arrangement())

    def excused(self, assignment: str) -> set[str]:
        """Give the ids of those who need not hand in an assignment."""
        folder = folder_and_notebook(assignment)[0]
        return {who for (who, what), each in self.made.items() if what == folder and each.excused}


@dataclass(frozen=True)
class Clock:
    """How a time of an assignment is read that does not say everything.

    Parameters
    ----------
    zone : tzinfo
        Of times without one: the course's, else the due date's, else UTC.
    due : time
        Of dates without a time: when the assignment is due, else the end of the day.
    """

    zone: tzinfo = timezone.utc
    due: time = _END_OF_DAY

    @classmethod
    def of(cls, settings: Settings, assignment: str) -> "Clock":
        """Find out what a course says."""
        tutorial = settings.tutorials.get(folder_and_notebook(assignment)[0])
        due = tutorial.due if tutorial else None
        zone = settings.zone or (due.tzinfo if due else None) or timezone.utc
        return cls(zone, due.astimezone(zone).time() if due else _END_OF_DAY)

    def read(self, text: str) -> datetime:
        """Read a time as the file has it, in ISO's form.

        Raises
        ------
        ValueError
            If it has another form, or is at an end of the calendar.
        """
        when = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
        if len(text) <= len("2030-01-31"):
            when = datetime.combine(when, self.due)
        if when.tzinfo is None:
            # Of a time that the clocks show twice, or not at all, the later one is meant.
            when = max((when.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1)), key=_in_utc)
        _in_utc(when)
        return when


def _in_utc(when: datetime) -> datetime:
    try:
        return when.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError("at an end of the calendar") from None


def assignments_of(root: Path) -> list[str]:
    """Give the names of a course's assignments: those of ``course.toml`` in order, then others."""
    folders = folders_of(root)
    there = {path.name for place in (folders.release, folders.source) for path in _folders(place)}
    return list(dict.fromkeys([*settings_of(root).tutorials, *sorted(there)]))


def _folders(place: Path) -> Iterable[Path]:
    return (path for path in place.glob("[!.]*") if path.is_dir())


def read_arrangements(root: Path) -> Arrangements:
    """Read the arrangements of a course; none if it has no such file.

    Raises
    ------
    CourseError
        If a line of the file says nothing that can be held to, with its number.
    """
    if not (root / FILE_NAME).exists():
        return Arrangements()
    reader = _Reader.of(root)
    found = _lines(reader)
    known = reader.known if found and reader.roster is None else []
    unknown = [
        f"{root / FILE_NAME}, line {line}: nobody is called {printable(who)!r} in submitted/ or "
        f"the gradebook{_guess(who, known)}; it counts for whoever hands in by this id"
        for (who, _), _, _, line in found
        if known and who not in known
    ]
    return Arrangements({key: made for key, made, _, _ in found}, tuple(unknown))


def known_students(root: Path) -> list[str]:
    """Give the ids of those who have handed in anything, or stand in the gradebook."""
    known = {path.name for path in folders_of(root).submitted.glob("[!.]*") if path.is_dir()}
    if (root / CONFIG_FILE).is_file() and has_gradebook(root):
        with read_only(find_gradebook(root)) as query:
            known |= {student for (student,) in query("SELECT id FROM student")}
    return sorted(known)


def known_as(said: str, known: Iterable[str]) -> str | None:
    """Find the one student who has an id, in whatever case it is written."""
    known = list(known)
    alike = [student for student in known if same(student, said)]
    return said if said in known else alike[0] if len(alike) == 1 else None


def _guess(said: str, known: Iterable[str]) -> str:
    close = get_close_matches(said, list(known), n=1)
    return f" (did you mean {printable(close[0])!r}?)" if close else ""


_Key = tuple[str, str]


def _lines(reader: "_Reader") -> list[tuple[_Key, Arrangement, dict[str, str], int]]:
    """Read whom each line is about, what it says, its cells as they are, and its number."""
    path = reader.root / FILE_NAME
    if not path.exists():
        return []
    found: list[tuple[_Key, Arrangement, dict[str, str], int]] = []
    first: dict[_Key, int] = {}
    rows = read_table(path, COLUMNS[:2], COLUMNS)
    if rows:
        _check_columns(path, rows[0][1])
    for line, row in rows:
        try:
            key = reader.key(row)
            if key in first:
                raise ValueError(f"line {first[key]} is about the same student and assignment")
            found.append((key, reader.arrangement(row, key[1]), row, line))
        except (ValueError, UnknownPerson) as error:
            raise CourseError(f"{path}, line {line}: {error}") from None
        first[key] = line
    return found


def _check_columns(path: Path, columns: Iterable[str]) -> None:
    """Refuse a column that is meant to be one of ours, since what it says would be lost."""
    for column in columns:
        close = get_close_matches(column_name(column), COLUMNS, n=1, cutoff=_LIKE_OURS)
        if column not in COLUMNS and close:
            raise CourseError(
                f"{path} has a column {printable(column)!r} (did you mean {close[0]!r}?); a column "
                "of your own needs a name that is less like ours"
            )


@dataclass(frozen=True)
class _Reader:
    """Reads lines of one course."""

    root: Path
    settings: Settings
    roster: Roster | None
    assignments: list[str]

    @classmethod
    def of(cls, root: Path) -> "_Reader":
        return cls(root, settings_of(root), read_roster(root), assignments_of(root))

    def key(self, row: Mapping[str, str]) -> _Key:
        return self._student(row["student"]), self._assignment(row["assignment"])

    def _student(self, said: str) -> str:
        if self.roster is None:
            return known_as(said, self.known) or said
        if any(person.id == said for person in self.roster.people):
            return said
        try:
            return self.roster.find(Clues(id=said, name=said, email=said)).id
        except UnknownPerson:
            # Who has handed in is somebody, though the roster does not say who.
            if found := known_as(said, self.known):
                return found
            raise

    @cached_property
    def known(self) -> list[str]:
        return known_students(self.root)

    def _assignment(self, said: str) -> str:
        name = folder_and_notebook(said)[0]
        if self.assignments and name not in self.assignments:
            guess = _guess(name, self.assignments)
            raise ValueError(f"there is no assignment {printable(said)!r}{guess}")
        return name

    def arrangement(self, row: Mapping[str, str], assignment: str) -> Arrangement:
        until, days = row.get("until", ""), row.get("days", "")
        if until and days:
            raise ValueError("until and days are both given: keep one of them")
        return Arrangement(
            self._until(until, assignment) if until else None,
            _days(days) if days else 0,
            _is_yes(row.get("excused", "")),
            row.get("note", ""),
        )

    def _until(self, said: str, assignment: str) -> datetime:
        try:
            return Clock.of(self.settings, assignment).read(said)
        except ValueError:
            raise ValueError(f"until is {printable(said)!r}, write {TIME_FORM}") from None


def _days(said: str) -> int:
    # Excel may have written a whole number as 2.0 or 2,0.
    whole = re.fullmatch("([0-9]{1,4})(?:[.,]0+)?", said)
    if whole is None or int(whole[1]) > MOST_DAYS:
        raise ValueError(
            f"days is {printable(said)!r}, must be a whole number, at most {MOST_DAYS}"
        )
    return int(whole[1])


def _is_yes(said: str) -> bool:
    if said.casefold() in _YES | _NO:
        return said.casefold() in _YES
    raise ValueError(f"excused is {printable(said)!r}, must be yes or no")


def note_arrangement(root: Path, student: str, assignment: str, made: Arrangement) -> None:
    """Write what was agreed with somebody in place of what was agreed before.

    Lines and columns that others wrote stay. A line that says nothing any more goes.

    Parameters
    ----------
    root : Path
        Folder of the course.
    student, assignment : str
        Whom and what it is about.
    made : Arrangement
        What holds from now on.
    """
    wanted = student, folder_and_notebook(assignment)[0]
    rows = {key: row for key, _, row, _ in _lines(_Reader.of(root))}
    row = rows.pop(wanted, {}) | {
        "student": student,
        "assignment": wanted[1],
        "until": made.until.isoformat(timespec="seconds") if made.until else "",
        "days": str(made.days or ""),
        "excused": "yes" if made.excused else "",
        "note": made.note,
    }
    others = [value for column, value in row.items() if column not in COLUMNS]
    if made.has_effect or any(others):
        rows[wanted] = row
    columns = dict.fromkeys([*COLUMNS, *(column for each in rows.values() for column in each)])
    in_order = sorted(rows.values(), key=lambda each: (each["assignment"], each["student"]))
    write_table(root / FILE_NAME, list(columns), in_order)
