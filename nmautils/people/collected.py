"""``collected.csv`` beside ``course.toml``: where each hand-in came from, so that marks find back.

It is kept by `nmautils collect`, one line for each student and assignment. It is also the memory
of accounts: the number that a platform once had for a student means this student ever after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from pathlib import Path

from nmautils.errors import CourseError

from .tables import read_table, write_table

__all__ = [
    "COLLECTED_FILE",
    "LATE",
    "Collected",
    "accounts_in",
    "note_collected",
    "read_collected",
]

COLLECTED_FILE = "collected.csv"
LATE = ("yes", "no", "unknown")


@dataclass(frozen=True)
class Collected:
    """Where a hand-in came from.

    Parameters
    ----------
    student, assignment : str
        As in ``submitted/``.
    platform : str
        A key of `nmautils.people.roster.Person.numbers`, such as ``"canvas"``; empty if a person
        has put the file into the inbox.
    number : str
        Number or name of the account there; empty if the platform tells none.
    entry : str
        The exact name of the outermost file or folder that the platform wrote.
    time : datetime or None
        When it was handed in, in UTC without a zone; None if that is unknown.
    late : str
        Whether it was late, by what the platform marks or by the due date of the course:
        ``"yes"``, ``"no"`` or ``"unknown"``.
    by : str
        ``"person"`` if a person has said the time; it is kept then.
    """

    student: str
    assignment: str
    platform: str = ""
    number: str = ""
    entry: str = ""
    time: datetime | None = None
    late: str = "unknown"
    by: str = ""


_COLUMNS = tuple(each.name for each in fields(Collected))


def read_collected(root: Path) -> dict[tuple[str, str], Collected]:
    """Read what was collected; nothing if that was not noted.

    Returns
    -------
    dict
        By student and assignment.

    Raises
    ------
    CourseError
        If the file is wrong: one line, with the number of the line there.
    """
    return {
        (each.student, each.assignment): each
        for each in (_of_row(root / COLLECTED_FILE, *found) for found in _rows(root))
    }


def accounts_in(collected: Mapping[tuple[str, str], Collected]) -> dict[tuple[str, str], str]:
    """Give the student of each platform and account number that is remembered."""
    return {
        (each.platform, each.number): each.student
        for each in collected.values()
        if each.platform and each.number
    }


def note_collected(root: Path, entries: Iterable[Collected]) -> None:
    """Write lines for hand-ins; those of others, and columns that are not known here, are kept."""
    entries = list(entries)
    if not entries:
        return
    rows = {(row["student"], row["assignment"]): row for _, row in _rows(root)}
    for each in entries:
        key = (each.student, each.assignment)
        rows[key] = {**rows.get(key, {}), **_row(each)}
    more = dict.fromkeys(column for row in rows.values() for column in row if column)
    columns = [*_COLUMNS, *(column for column in more if column not in _COLUMNS)]
    write_table(root / COLLECTED_FILE, columns, [rows[key] for key in sorted(rows)])


def _rows(root: Path) -> list[tuple[int, dict[str, str]]]:
    path = root / COLLECTED_FILE
    return read_table(path, _COLUMNS[:2]) if path.exists() else []


def _of_row(path: Path, line: int, row: dict[str, str]) -> Collected:
    text, late = row.get("time", ""), row.get("late", "") or "unknown"
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
        if time is not None and time.tzinfo is not None:
            time = time.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise CourseError(
            f"{path}, line {line}: no time is {text!r}; write it as 2030-01-31T23:30:00+01:00"
        ) from None
    if late not in LATE:
        raise CourseError(f"{path}, line {line}: late is {late!r}, not one of {', '.join(LATE)}")
    return Collected(
        row["student"],
        row["assignment"],
        row.get("platform", ""),
        row.get("number", ""),
        row.get("entry", ""),
        time,
        late,
        row.get("by", ""),
    )


def _row(each: Collected) -> dict[str, str]:
    texts = {column: str(getattr(each, column) or "") for column in _COLUMNS}
    time = each.time and each.time.replace(tzinfo=timezone.utc).isoformat()
    return {**texts, "time": time or ""}
