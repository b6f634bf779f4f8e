"""What ``nmautils extend`` and ``nmautils excuse`` do with what was agreed."""

import argparse
from datetime import datetime, timezone, tzinfo
from pathlib import Path

from nmautils.commands._people import assignment_meant, student_meant
from nmautils.commands._shared import add_root, root_of
from nmautils.course.gradebook import has_gradebook, wait_until_free
from nmautils.course.plain import CONFIG_FILE, folders_of
from nmautils.errors import GradebookError, GradingBusy
from nmautils.grading.record.late import bring_into_step
from nmautils.grading.record.marks import read_marks
from nmautils.grading.record.records import grading_lock
from nmautils.grading.safe.text import printable
from nmautils.people.arrangements import Arrangement, note_arrangement

__all__ = ["add_whom", "agree", "moment", "whom"]


def add_whom(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that both commands have."""
    parser.add_argument(
        "student", metavar="STUDENT", help="whom: an id; with a roster also a name or an address"
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="from which assignment")
    parser.add_argument("--note", metavar="TEXT", help="why, to be kept in arrangements.csv")
    parser.add_argument(
        "--new", action="store_true", help="it is a student whom nothing here knows yet"
    )
    add_root(parser)


def whom(args: argparse.Namespace) -> tuple[Path, str, str]:
    """Give the folder of the course, the student's id and the assignment that are meant."""
    root = root_of(args).resolve()
    assignment = assignment_meant(root, args.assignment)
    return root, student_meant(root, args.student, args.new), assignment


def moment(when: datetime, zone: tzinfo) -> str:
    """Say a time, which is in UTC without a zone, as the clocks of a zone show it."""
    try:
        there = when.replace(tzinfo=timezone.utc).astimezone(zone)
    except OverflowError:  # at the ends of the calendar
        there, zone = when, timezone.utc
    return f"{there:%A}, {there.day} {there:%B %Y, %H:%M} {zone}"


def agree(root: Path, student: str, assignment: str, made: Arrangement, said: str) -> None:
    """Write down what was agreed, say so, and say what becomes of a mark that is there."""
    note_arrangement(root, student, assignment, made)
    print(printable(said))
    if not ((root / CONFIG_FILE).is_file() and has_gradebook(root)):
        return
    if not any(row["handed_in"] for row in read_marks(root, [assignment], [student])):
        return
    _store(root, student, assignment)
    for row in read_marks(root, [assignment], [student]):
        print(f"mark now: {_mark(row['score'], row['max_score'], row['late_submission_penalty'])}")
    if (folders_of(root).feedback / student / assignment).exists():
        print(
            f"the feedback page is older: `nbgrader generate_feedback {assignment} --student "
            f"{printable(student)} --force` writes it again"
        )


def _mark(score: float | None, possible: float, late: float) -> str:
    if score is None:
        return "excused"
    return f"{score:g} of {possible:g}" + (f", {late:g} taken off for lateness" if late else "")


def _store(root: Path, student: str, assignment: str) -> None:
    """Store the new penalty in the gradebook, where formgrader finds it."""
    from nmautils.grading.record.gradebook import open_course  # with all of nbgrader

    try:
        with grading_lock(root), open_course(root) as course:
            wait_until_free(course.place)
            bring_into_step(course.gradebook, course.terms, course.penalty, (student, assignment))
    except (GradingBusy, GradebookError) as error:
        print(f"it holds, but formgrader shows it only after the next `nmautils grade`: {error}")
