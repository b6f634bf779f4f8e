"""Write when a hand-in came, because a person knows it and no file does."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from nmautils.course.plain import folders_of
from nmautils.errors import UsageError
from nmautils.grading.model.names import released_names
from nmautils.grading.safe.text import printable
from nmautils.people.collected import Collected, note_collected, read_collected

from .submissions import submitted_path, write_timestamp
from .times import Calendar
from .timestamps import FORMAT, parse_said
from .who import People

__all__ = ["set_time"]


def set_time(root: Path, student: str, assignment: str, when: str) -> datetime:
    """Write the time of a hand-in into ``timestamp.txt`` and ``collected.csv``.

    It stays when the hand-in is collected again, until the platform itself says another.

    Parameters
    ----------
    root : Path
        Folder of the course.
    student, assignment : str
        Whose, by id or by a name in the roster, and of which.
    when : str
        The time, in the course's zone if it names none.

    Returns
    -------
    datetime
        In UTC, without a zone.

    Raises
    ------
    UsageError
        If there is no such hand-in, or `when` is no time; one line.
    """
    root = Path(root).resolve()
    known = released_names(root)
    if assignment not in known:
        listed = ", ".join(known) or f"none in {folders_of(root).release}"
        raise UsageError(f"unknown assignment {printable(assignment)!r}; released are: {listed}")
    folder = submitted_path(root, assignment, student).parent
    if not folder.is_dir():
        student = People(root).known(student) or student
        folder = submitted_path(root, assignment, student).parent
    if not student or Path(student).name != student or not folder.is_dir():
        raise UsageError(f"{printable(student)} has handed in nothing for {assignment}")
    calendar = Calendar.of(root)
    try:
        time = parse_said(when, calendar.zone)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"no time is {printable(when)!r} ({error}); write {FORMAT}") from None
    time = time.replace(microsecond=0)
    write_timestamp(folder, time)
    due = calendar.due_in_utc(assignment)
    note = read_collected(root).get((student, assignment)) or Collected(student, assignment)
    late = "yes" if due is not None and time > due else "no"
    note_collected(root, [replace(note, time=time, late=late, by="person")])
    return time
