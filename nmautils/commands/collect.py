"""``nmautils collect``."""

import argparse

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.grading.intake.collect import collect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_names(parser, "assignment")
    add_root(parser)
    parser.add_argument(
        "--inbox", metavar="DIR", default="inbox", help="where the files are (default: inbox)"
    )


def run(args: argparse.Namespace) -> int:
    """Collect, and give the exit status: 1 if something needs a person."""
    done = collect(root_of(args), args.assignments, args.inbox)
    print(
        f"{len(done.new)} collected, {len(done.unchanged)} unchanged, {len(done.older)} older, "
        f"{len(done.refused)} {'needs' if len(done.refused) == 1 else 'need'} you"
    )
    return 1 if done.refused else 0
