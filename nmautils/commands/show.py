"""``nmautils show``: look at a hand-in without opening it in JupyterLab."""

import argparse
from difflib import get_close_matches
from pathlib import Path

from nmautils.commands._shared import add_root, root_of
from nmautils.course.plain import folders_of, how_to_release
from nmautils.errors import CourseError, HandInError, UsageError
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.intake.submissions import HandIn, find_hand_ins, submitted_path
from nmautils.grading.model.names import folder_and_notebook, meant_by, released_names
from nmautils.grading.record.records import read_record
from nmautils.grading.safe.text import printable

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``nmautils show``."""
    parser.add_argument("student", metavar="STUDENT", help="whose")
    parser.add_argument(
        "assignment", metavar="ASSIGNMENT", help="which; a folder means all its notebooks"
    )
    parser.add_argument(
        "--to", metavar="FILE", help="where to write (default: shown/STUDENT/ASSIGNMENT.html)"
    )
    add_root(parser)
    parser.epilog = (
        "The page holds text and pictures only, and nothing of the hand-in runs. To open it in "
        "JupyterLab or to check it by `nbgrader validate` runs it with your own rights."
    )


def run(args: argparse.Namespace) -> int:
    """Write a page for each notebook, and say where; the status is 1 if one cannot be shown."""
    root = root_of(args).resolve()
    names = _names(root, args.assignment)
    if args.to and len(names) > 1:
        raise UsageError(f"--to takes one page, and there are {', '.join(names)}: say which")
    hand_ins = [_find(root, args.student, name) for name in names]
    return max([_show(root, hand_in, args.to) for hand_in in hand_ins])


def _show(root: Path, hand_in: HandIn, to: str | None) -> int:
    # Only who writes a page loads what cleans it.
    from nmautils.grading.report.hand_in_page import page_path, write_page

    record = read_record(root, hand_in.assignment, hand_in.student)
    path = Path(to) if to else page_path(root, hand_in)
    try:
        write_page(path, hand_in, record)
    except HandInError as error:
        where = hand_in.path or submitted_path(root, hand_in.assignment, hand_in.student)
        print(printable(f"nothing to show: {error} ({where})"))
        return 1
    print(printable(str(path)))
    return 0


def _names(root: Path, said: str) -> list[str]:
    known = released_names(root)
    names = meant_by(said, known)
    if not names:
        listed = ", ".join(known) or f"none in {root}; run {how_to_release(root, '')} first"
        raise UsageError(f"unknown assignment {said!r}; released are: {listed}")
    return names


def _find(root: Path, student: str, assignment: str) -> HandIn:
    folder, notebook = folder_and_notebook(assignment)
    release = folders_of(root).release / folder / f"{notebook}.ipynb"
    try:
        released = read_notebook(release.read_bytes())
    except HandInError:
        advice = how_to_release(root, folder)
        raise CourseError(f"{release} is no notebook; run {advice}") from None
    hand_ins = {one.student: one for one in find_hand_ins(root, assignment, released)}
    if student not in hand_ins:
        close = get_close_matches(student, hand_ins, n=1)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        raise UsageError(
            f"{student!r} has not handed in {assignment}{guess}: see {folders_of(root).submitted}"
        )
    return hand_ins[student]
