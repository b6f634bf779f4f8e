"""``nmautils verify``: prove that solutions and student version are right."""

import argparse

from nmautils.commands._shared import add_names, add_root, print_problems, root_of
from nmautils.course.verify import verify

__all__ = ["add_arguments", "run"]

PROFILES = {"small": ("small",), "full": ("full",), "both": ("small", "full")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils verify``."""
    add_names(parser, "tutorial")
    add_root(parser)
    parser.add_argument("--quick", action="store_true", help="do not run the notebooks")
    parser.add_argument(
        "--profile", choices=list(PROFILES), default="small", help="size at which they are run"
    )


def run(args: argparse.Namespace) -> int:
    """Verify, and print what is wrong."""
    return print_problems(verify(root_of(args), args.tutorials, args.quick, PROFILES[args.profile]))
