"""``nmautils publish``: write the repository that students open."""

import argparse
import shlex

from nmautils.commands._shared import add_root, root_of
from nmautils.course.plain import settings_of
from nmautils.course.private import KEEP_PRIVATE
from nmautils.course.publish import Publication, publish
from nmautils.course.settings import Repository
from nmautils.grading.model.words import count
from nmautils.grading.safe.text import printable

__all__ = ["add_arguments", "run"]

_NAMED = 10  # files of others, in one line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``nmautils publish``."""
    parser.add_argument(
        "target",
        metavar="DIR|REPOSITORY",
        help="a folder, or the address of a git repository, which is committed to and pushed",
    )
    parser.add_argument(
        "tutorials",
        nargs="*",
        metavar="TUTORIAL",
        help="default: all; those that are published already stay",
    )
    parser.add_argument(
        "--force", action="store_true", help="write over files that somebody else wrote or changed"
    )
    add_root(parser)
    parser.epilog = (
        "What is published holds the student version, the library and a README, and nothing of "
        "source, solutions or tests. [repository] in course.toml says where students find it."
    )


def run(args: argparse.Namespace) -> int:
    """Publish, and say what changed and what to do next."""
    root = root_of(args)
    done = publish(root, args.target, args.tutorials, args.force)
    for name in done.changed:
        print(printable(name))
    if not done.changed:
        print("everything is up to date")
    if done.strangers:
        more = len(done.strangers) - _NAMED
        named = ", ".join(map(printable, done.strangers[:_NAMED]))
        print(f"left alone, since others put it there: {named}{f' and {more} more' * (more > 0)}")
    print(
        f"{printable(done.place)} holds {count(len(done.tutorials), 'tutorial')} and nothing of "
        "source, solutions or tests"
    )
    print(_next(done, settings_of(root).repository))
    for note in done.notes:
        print(printable(note))
    print(KEEP_PRIVATE)
    return 0


def _next(done: Publication, repository: Repository) -> str:
    """Say whether students have it, and else how they get it."""
    if done.commit:
        return f"committed as {done.commit} and pushed to {repository.branch}"
    if done.commit is not None:
        return "nothing to commit"
    here = f"git -C {shlex.quote(done.place)}"
    if done.is_clone:
        # Never all files: what others put there is theirs to publish, or to keep.
        ours = shlex.join(sorted(done.files))
        gone = shlex.join(sorted(set(done.changed) - {*done.files}))
        steps = [f"{here} rm --quiet --cached --ignore-unmatch -- {gone}"] if gone else []
        steps += [f"{here} add --force -- {ours}", f'{here} commit -m "Publish"', f"{here} push"]
        return f"students have it after: {' && '.join(steps)}"
    where = f" at {repository.url}" if repository.name else ", for instance at a git host"
    return (
        f"students have it when it lies where they can open it{where}: make an empty repository "
        "there, then run nmautils publish with its address"
    )
