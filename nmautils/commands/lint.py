"""``nmautils lint``: check the style of the notebooks' code and text."""

import argparse

from nmautils.commands._shared import add_names, add_root, built_root_of, print_problems
from nmautils.course.lint import lint

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils lint``."""
    add_names(parser, "tutorial")
    add_root(parser)


def run(args: argparse.Namespace) -> int:
    """Check the style, and print what is wrong."""
    return print_problems(lint(built_root_of(args), args.tutorials))
