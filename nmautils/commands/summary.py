"""``nmautils summary``: write a page on how the class did."""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.plain import settings_of
from nmautils.errors import CourseError, UsageError
from nmautils.grading.model.names import meant_by, released_names
from nmautils.grading.model.results import Graded
from nmautils.grading.record.records import left_out, read_records
from nmautils.grading.report.class_summary import write_summary
from nmautils.grading.safe.text import printable

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils summary``."""
    add_names(parser, "assignment", "all graded")
    add_root(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils summary``: write the pages and say where they are."""
    root = root_of(args).resolve()
    known = list(settings_of(root).tutorials) or released_names(root)
    wanted = []
    for said in args.assignments:
        names = meant_by(said, known)
        if not names:
            raise UsageError(f"unknown assignment {said!r}; there are: {', '.join(known)}")
        wanted += names
    written = 0
    for name in dict.fromkeys(wanted or known):
        students: list[str] = []
        records = _noting(students, read_records(root, name, warn=_warn))
        first = next(records, None)
        if first is not None:
            print(write_summary(root, name, chain([first], records)))
            if missing := left_out(root, name, students):
                _warn(f"left out of {name}: {', '.join(map(printable, missing))}")
            written += 1
        elif name in args.assignments:
            raise CourseError(
                f"nobody's {name} has been graded yet; run `nmautils grade {name}` first"
            )
    if not written:
        raise CourseError("nothing has been graded yet; run `nmautils grade` first")
    return 0


def _noting(students: list[str], records: Iterator[Graded]) -> Iterator[Graded]:
    """Pass records on, since a class of them needs a gigabyte, and note whose they are."""
    for record in records:
        students.append(record.student)
        yield record


def _warn(line: str) -> None:
    print(line, file=sys.stderr)
