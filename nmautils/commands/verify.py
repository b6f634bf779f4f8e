"""``nmautils verify``: prove that solutions and student version are right."""

import argparse

from nmautils.commands._shared import add_names, add_root, built_root_of, print_problems
from nmautils.course.inside import told_inside
from nmautils.course.private import told_private
from nmautils.course.verify import verify
from nmautils.course.verify.mutants import problems_of, try_mutants

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
    parser.add_argument(
        "--mutants",
        action="store_true",
        help="test the tests, and nothing else: they must notice every small change of an answer",
    )


def run(args: argparse.Namespace) -> int:
    """Verify, and print what is wrong."""
    if args.mutants:
        return _run_mutants(args)
    root = built_root_of(args)
    for line in [*told_private(root), *told_inside(root, args.tutorials)]:
        print(line)
    return print_problems(verify(root, args.tutorials, args.quick, PROFILES[args.profile]))


def _run_mutants(args: argparse.Namespace) -> int:
    """Try the mutants of each exercise, and print those that get full marks."""
    root = built_root_of(args)
    tallies = try_mutants(root, args.tutorials, say=lambda line: print(line, flush=True))
    problems = [problem for tally in tallies for problem in problems_of(tally)]
    for problem in problems:
        print(f"\n{problem}")
    if problems:
        print(f"\n{len(problems)} problem{'s' if len(problems) > 1 else ''} found")
        return 1
    print("no problems found")
    return 0
