"""``nmautils time``."""

import argparse

from nmautils.commands._shared import add_root, root_of
from nmautils.grading.intake.set_time import set_time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("student", metavar="STUDENT", help="as the folder in submitted/ is called")
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument(
        "when", metavar="WHEN", nargs="+", help="as 2030-01-31 23:30+01:00, or in the course's zone"
    )
    add_root(parser)


def run(args: argparse.Namespace) -> int:
    """Write when a hand-in came."""
    time = set_time(root_of(args), args.student, args.assignment, " ".join(args.when))
    print(f"{args.student}/{args.assignment}: {time} UTC; `nmautils grade` counts lateness by it")
    return 0
