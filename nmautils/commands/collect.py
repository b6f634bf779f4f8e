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
    parser.add_argument(
        "--times",
        metavar="FILE",
        help="says when hand-ins came: Moodle's grading worksheet, or a table with the columns "
        "student, assignment and time",
    )
    parser.add_argument(
        "--ignore",
        metavar="PLACE",
        nargs="+",
        default=[],
        help="what `needs you` names and you have dealt with; it is kept in ignored.csv",
    )


def run(args: argparse.Namespace) -> int:
    """Collect, and give the exit status: 1 if something needs a person."""
    done = collect(
        root_of(args), args.assignments, args.inbox, times=args.times, dealt_with=args.ignore
    )
    ignored = f", {done.ignored} dealt with before" if done.ignored else ""
    print(
        f"{len(done.new)} collected, {len(done.unchanged)} unchanged, {len(done.older)} older, "
        f"{len(done.refused)} {'needs' if len(done.refused) == 1 else 'need'} you{ignored}"
    )
    return 1 if done.refused else 0
