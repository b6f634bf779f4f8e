"""What several commands ask for and print."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from nmautils.course.plain import folders_of
from nmautils.course.problems import Problem
from nmautils.course.settings import find_root
from nmautils.errors import CourseError
from nmautils.grading.model.words import count

__all__ = ["add_names", "add_root", "built_root_of", "print_problems", "root_of"]


def add_names(parser: argparse.ArgumentParser, what: str, default: str = "all") -> None:
    """Declare names of assignments or tutorials as arguments; none means `default`."""
    parser.add_argument(f"{what}s", nargs="*", metavar=what.upper(), help=f"default: {default}")


def add_root(parser: argparse.ArgumentParser) -> None:
    """Declare the option that says where the course is."""
    parser.add_argument("--root", metavar="DIR", help="folder of the course, by default this one")


def root_of(args: argparse.Namespace) -> Path:
    """Give the folder of the course: the one that was said, or the nearest one above."""
    return Path(args.root) if args.root else find_root()


def built_root_of(args: argparse.Namespace) -> Path:
    """Give the folder of a course that is built here, not by nbgrader alone.

    Raises
    ------
    CourseError
        If it is a course of nbgrader's.
    """
    root = root_of(args)
    if folders_of(root).plain:  # a configuration that needs course.toml says so
        raise CourseError(
            "this is a course of nbgrader's, without course.toml: use "
            "`nbgrader generate_assignment`"
        )
    return root


def print_problems(problems: Iterable[Problem]) -> int:
    """Print problems, one a line, or that there are none; give the exit status."""
    problems = list(problems)
    for problem in problems:
        print(" ".join(str(problem).split()))
    if problems:
        print(f"{count(len(problems), 'problem')} found")
        return 1
    print("no problems found")
    return 0
