"""``nmautils build``: make notebooks, solutions and the student version."""

import argparse
from pathlib import Path

from nmautils.commands._shared import add_names, add_root, built_root_of
from nmautils.course.build import PARTS, build
from nmautils.course.gradebook import has_gradebook, open_gradebook
from nmautils.course.stamp import shown

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils build``."""
    add_names(parser, "tutorial")
    add_root(parser)
    parser.add_argument("--only", choices=PARTS, action="append", help="write only this part")
    parser.add_argument(
        "--refresh", action="store_true", help="run the solutions even if nothing changed"
    )


def run(args: argparse.Namespace) -> int:
    """Build, and say which files changed."""
    root = built_root_of(args)
    parts = args.only or PARTS
    if "release" in parts:
        _check_gradebook(root)
    changed = build(root, args.tutorials, args.refresh, parts, say=print)
    for path in changed:
        print(f"{'wrote' if path.exists() else 'removed'} {shown(path, root)}")
    if not changed:
        print("everything is up to date")
    return 0


def _check_gradebook(root: Path) -> None:
    """Find a gradebook that cannot be used before the solutions run; nbgrader would not name it."""
    if has_gradebook(root):
        with open_gradebook(root, write=True):
            pass
