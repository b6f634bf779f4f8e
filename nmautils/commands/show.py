"""``nmautils show``: look at a hand-in without opening it in JupyterLab."""

import argparse
from difflib import get_close_matches
from pathlib import Path

from nmautils.commands._shared import add_root, root_of
from nmautils.errors import CourseError, HandInError, UsageError
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.intake.submissions import HandIn, find_hand_ins, known_assignments
from nmautils.grading.record.records import read_record
from nmautils.grading.safe.text import printable

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``nmautils show``."""
    parser.add_argument("student", metavar="STUDENT", help="whose")
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="which")
    parser.add_argument(
        "--to", metavar="FILE", help="where to write (default: shown/STUDENT/ASSIGNMENT.html)"
    )
    add_root(parser)
    parser.epilog = (
        "The page holds text and pictures only, and nothing of the hand-in runs. To open it in "
        "JupyterLab or to check it by `nbgrader validate` runs it with your own rights."
    )


def run(args: argparse.Namespace) -> int:
    """Write the page, and say where it is; the status is 1 if nothing can be shown."""
    # Only who writes a page loads what cleans it.
    from nmautils.grading.report.hand_in_page import page_path, write_page

    root = root_of(args).resolve()
    hand_in = _find(root, args.student, args.assignment)
    record = read_record(root, hand_in.assignment, hand_in.student)
    path = Path(args.to) if args.to else page_path(root, hand_in)
    try:
        write_page(path, hand_in, record)
    except HandInError as error:
        where = hand_in.path or root / "submitted" / hand_in.student / hand_in.assignment
        print(printable(f"nothing to show: {error} ({where})"))
        return 1
    print(printable(str(path)))
    return 0


def _find(root: Path, student: str, assignment: str) -> HandIn:
    known = known_assignments(root)
    if assignment not in known:
        listed = ", ".join(sorted(known)) or f"none in {root}; run `nmautils build` first"
        raise UsageError(f"unknown assignment {assignment!r}; released are: {listed}")
    release = root / "release" / assignment / f"{assignment}.ipynb"
    try:
        released = read_notebook(release.read_bytes())
    except HandInError:
        raise CourseError(f"{release} is no notebook; run `nmautils build {assignment}`") from None
    hand_ins = {one.student: one for one in find_hand_ins(root, assignment, released)}
    if student not in hand_ins:
        close = get_close_matches(student, hand_ins, n=1)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        raise UsageError(f"{student!r} has not handed in {assignment}{guess}: see submitted/")
    return hand_ins[student]
