"""``nmautils show``: look at a hand-in without opening it in JupyterLab."""

import argparse
import contextlib
from difflib import get_close_matches
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from nmautils.commands._shared import add_root, root_of
from nmautils.course.plain import folders_of, how_to_release
from nmautils.errors import CourseError, GradingFailed, HandInError, UsageError
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.intake.submissions import folders_with, submitted_path
from nmautils.grading.model.names import folder_and_notebook, meant_by, released_names
from nmautils.grading.record.records import write_atomically
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
    releases = {name: _release(root, args.student, name) for name in names}
    # Only who writes a page loads what cleans it.
    from nmautils.grading.report.hand_in_page import page_path, pages_apart

    status = 0
    with contextlib.closing(pages_apart()) as page_of:
        for name, release in releases.items():
            path = Path(args.to) if args.to else page_path(root, name, args.student)
            try:
                page = page_of(root, name, args.student, release)
            except HandInError as error:
                print(printable(f"nothing to show: {error}"))
                status = 1
            except GradingFailed as error:
                where = submitted_path(root, name, args.student).parent
                print(printable(f"nothing to show: {error} ({where})"))
                status = 1
            else:
                write_atomically(path, page.encode())
                print(printable(str(path)))
    return status


def _names(root: Path, said: str) -> list[str]:
    known = released_names(root)
    names = meant_by(said, known)
    if not names:
        listed = ", ".join(known) or f"none in {root}; run {how_to_release(root, '')} first"
        raise UsageError(f"unknown assignment {said!r}; released are: {listed}")
    return names


def _release(root: Path, student: str, assignment: str) -> NotebookNode:
    """Read the student version of what a student has handed in."""
    folder, notebook = folder_and_notebook(assignment)
    path = folders_of(root).release / folder / f"{notebook}.ipynb"
    try:
        release = read_notebook(path.read_bytes())
    except HandInError:
        advice = how_to_release(root, folder)
        raise CourseError(f"{path} is no notebook; run {advice}") from None
    handed_in = [path.name for path in folders_with(root, assignment)]
    if student not in handed_in:
        close = get_close_matches(student, handed_in, n=1)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        where = folders_of(root).submitted
        raise UsageError(f"{student!r} has not handed in {assignment}{guess}: see {where}")
    return release
