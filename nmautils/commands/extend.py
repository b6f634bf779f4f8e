"""``nmautils extend``: give one student more time for an assignment."""

import argparse
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from nmautils.commands._agreed import add_whom, agree, moment, whom
from nmautils.course.gradebook import has_gradebook
from nmautils.course.plain import CONFIG_FILE, settings_of
from nmautils.errors import UsageError
from nmautils.grading.intake.timestamps import parse_time
from nmautils.grading.record.late import terms_of
from nmautils.grading.record.marks import open_book
from nmautils.grading.safe.text import printable
from nmautils.people.arrangements import MOST_DAYS, TIME_FORM, Arrangements, Clock

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``nmautils extend``."""
    add_whom(parser)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--until",
        metavar="WHEN",
        help=f"until when: {TIME_FORM}; a date alone ends at the time when the assignment is due",
    )
    how.add_argument(
        "--days", type=_days, metavar="N", help="so many days longer, by the course's clock"
    )
    how.add_argument("--undo", action="store_true", help="take an extension back")
    parser.epilog = (
        "Before or after the hand-in. It is kept in arrangements.csv, and holds from now on: "
        "nothing has to be graded again."
    )


def _days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"from 1 to {MOST_DAYS}")
    return number


def run(args: argparse.Namespace) -> int:
    """Write the extension down, and say what it means."""
    root, student, assignment = whom(args)
    terms = terms_of(root)
    before = terms.arrangements.of(student, assignment)
    made = replace(before, until=None, days=args.days or 0, note=args.note or before.note)
    due = terms.due(assignment, _known_due(root, assignment))
    if args.undo:
        had = before.until is not None or before.days
        said = f"{student} has no extension for {assignment}" + " any more" * bool(had)
        agree(root, student, assignment, made, said)
        return 0
    clock = Clock.of(settings_of(root), assignment)
    if args.until:
        made = replace(made, until=_until(args.until, clock))
    own = replace(terms, arrangements=Arrangements({(student, assignment): made}))
    deadline = own.deadline(student, assignment, due, None)
    if due is None or deadline is None:
        said = "is noted, and counts once there is a due date"
        agree(root, student, assignment, made, f"{assignment} is not due yet: the extension {said}")
        return 0
    if deadline <= due:
        raise UsageError(f"--until is not after the due date, {moment(due, clock.zone)}")
    said = f"{student} may hand in {assignment} until {moment(deadline, clock.zone)}"
    excused = ", but is excused all the same" * made.excused
    agree(root, student, assignment, made, said + excused)
    return 0


def _known_due(root: Path, assignment: str) -> datetime | None:
    """Give the due date that the gradebook has, if there is one."""
    if not ((root / CONFIG_FILE).is_file() and has_gradebook(root)):
        return None
    known = {each.name: each.duedate for each in open_book(root).assignments}
    return known.get(assignment)


def _until(said: str, clock: Clock) -> datetime:
    """Read a time as a person writes it, its date from the year on."""
    # Nobody can tell which of 03.04. and 4/3 is the month.
    if re.match(r"\d{4}-\d\d?-\d\d?(?!\d)", said):
        with suppress(ValueError, OverflowError):
            return clock.read(said).astimezone(clock.zone)
        if ":" in said:
            with suppress(ValueError, OverflowError):
                found = parse_time(said, clock.zone)
                return found.replace(tzinfo=timezone.utc).astimezone(clock.zone)
    raise UsageError(f"--until is {printable(said)!r}: write {TIME_FORM}")
