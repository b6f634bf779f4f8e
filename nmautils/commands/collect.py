"""``nmautils collect``."""

import argparse
from pathlib import Path

from nmautils.course.settings import find_root
from nmautils.grading.intake.collect import collect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    parser.add_argument("--root", metavar="DIR", help="folder with course.toml")
    parser.add_argument(
        "--inbox", metavar="DIR", default="inbox", help="where the files are (default: inbox)"
    )


def run(args: argparse.Namespace) -> int:
    """Collect, and give the exit status: 1 if something needs a person."""
    root = Path(args.root) if args.root else find_root()
    done = collect(root, args.assignments, args.inbox)
    print(
        f"{len(done.new)} collected, {len(done.unchanged)} unchanged, {len(done.older)} older, "
        f"{len(done.refused)} need you"
    )
    return 1 if done.refused else 0
