"""``nmautils excuse``: let no mark of one student's count for an assignment."""

import argparse
from dataclasses import replace

from nmautils.commands._agreed import add_whom, agree, whom
from nmautils.people.arrangements import read_arrangements

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``nmautils excuse``."""
    add_whom(parser)
    parser.add_argument("--undo", action="store_true", help="let the mark count again")
    parser.epilog = (
        "Before or after the hand-in. It is kept in arrangements.csv, and holds from now on: "
        "nothing has to be graded again."
    )


def run(args: argparse.Namespace) -> int:
    """Write it down, and say what it means."""
    root, student, assignment = whom(args)
    before = read_arrangements(root).of(student, assignment)
    made = replace(before, excused=not args.undo, note=args.note or before.note)
    if args.undo:
        said = f"{student} is not excused from {assignment}" + " any more" * before.excused
    else:
        said = f"{student} is excused from {assignment}: no mark counts"
    agree(root, student, assignment, made, said)
    return 0
