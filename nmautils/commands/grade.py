"""``nmautils grade``: grade what was handed in, several at a time."""

import argparse
import os
import shlex
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.gradebook import gradebook_place, nbgrader_directory
from nmautils.course.packages import check_packages
from nmautils.course.plain import folders_of, settings_of
from nmautils.grading.grade_class import Backend, Lines, Local, Report, grade_class
from nmautils.grading.model import words
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.model.words import count
from nmautils.grading.report.regraded import table_of
from nmautils.grading.report.run_report import first_reasons
from nmautils.grading.run import pool
from nmautils.grading.run.sandbox.walls import check_walls, name_of_walls
from nmautils.grading.safe.text import printable

__all__ = ["Bar", "add_arguments", "finish", "run"]


class Bar(Lines):
    """Lines on a terminal, with a bar below them that shows the time left."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        )

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def say(self, line: str) -> None:
        """Say something."""
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def begin(self, total: int) -> None:
        """Draw the bar."""
        self._task = self._bar.add_task("grading", total=total)

    def step(self, line: str) -> None:
        """Say how one went, and move the bar."""
        self.say(line)
        self._bar.advance(self._task)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils grade``."""
    add_names(parser, "assignment")
    parser.add_argument(
        "--student", action="append", default=[], metavar="NAME", help="only this one; repeatable"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_jobs, metavar="N", help="how many at a time (default: one per core)"
    )
    where.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler to grade at, as tls://10.0.0.1:8786"
    )
    of_tls = "for a cluster at tls://; else as Dask's settings say"
    parser.add_argument(
        "--tls-ca-file", metavar="FILE", default="", help=f"certificate of the authority {of_tls}"
    )
    parser.add_argument("--tls-cert", metavar="FILE", default="", help=f"certificate {of_tls}")
    parser.add_argument("--tls-key", metavar="FILE", default="", help=f"key {of_tls}")
    parser.add_argument(
        "--cluster-without-tls",
        action="store_true",
        help="use a cluster on other machines though the way there is not encrypted",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="grade again what is graded, with the same inputs; after a stop it goes on",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be graded")
    parser.add_argument("--full", action="store_true", help="run demonstrations as well")
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run strangers' code with your own rights"
    )
    add_root(parser)


def _jobs(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(args: argparse.Namespace) -> int:
    """Grade; the status is 1 if something needs a person."""
    root = root_of(args)
    grading = settings_of(root).grading
    check_packages(grading.packages)
    limits = Limits.of(grading)
    options = {"sandbox": not args.no_sandbox, "full": args.full, "limits": limits}

    def place() -> Backend:
        if args.cluster:
            from nmautils.grading.run.cluster import Cluster, Tls

            tls = Tls(args.tls_ca_file, args.tls_cert, args.tls_key)
            without = args.cluster_without_tls
            return Cluster(args.cluster, pool.grade, tls=tls, without_tls=without, **options)
        check_walls(name_of_walls(not args.no_sandbox))
        return Local(args.jobs or usable_cores(), pool.grade, **options)

    with ExitStack() as stack:
        stack.callback(pool.close)
        lines = stack.enter_context(Bar()) if Console().is_terminal else Lines()
        report = grade_class(
            root,
            args.assignments,
            args.student,
            place=None if args.dry_run else place,
            full=args.full,
            force=args.force,
            lines=lines,
        )
    return finish(root, report, args.dry_run)


def finish(root: Path, report: Report, dry_run: bool = False) -> int:
    """Say what a run did and where things are; give the exit status."""
    if dry_run:
        counts = report.planned
        todo = ", ".join(f"{counts[why]} {why}" for why in sorted(counts) if why)
        print(f"would be graded: {todo or 'nothing'}; up to date: {counts['']}")
        return 0
    for assignment in sorted({assignment for _, assignment in report.standings}):
        print(_summary(report, assignment))
    for assignment, number in sorted(report.regraded.items()):
        moved = [one for one in report.moved if one.assignment == assignment]
        for line in table_of(assignment, number, moved):
            print(line)
    inside = sorted({name for _, name in (*report.graded, *report.saved)} & report.inside.keys())
    for assignment in inside:
        print(f"{assignment}: {words.TESTED_INSIDE}: {', '.join(report.inside[assignment])}")
    if inside:
        print(words.CAN_BE_FOOLED)
    if report.needs_person:
        print("needs you:")
    for (student, assignment), reasons in sorted(report.needs_person.items()):
        print(f"  {printable(f'{student}/{assignment}: ' + '; '.join(first_reasons(reasons)))}")
    number = len(report.graded)
    each = f", {report.seconds / number:.2f} s each" if number else ""
    print(
        f"{number} graded, {report.planned['']} up to date, {len(report.saved)} saved that were "
        f"graded before, {len(report.failed)} failed; {report.seconds:.1f} s{each}"
    )
    if report.needs_person:
        print(
            "look at a hand-in by `nmautils show STUDENT ASSIGNMENT`; JupyterLab and "
            "`nbgrader validate` run a hand-in with your own rights"
        )
    if number or report.saved:
        marks = gradebook_place(nbgrader_directory(root))
        notebooks = folders_of(root).autograded
        print(
            f"marks: {marks} (`nmautils marks` shows them), notebooks: {notebooks}; next: read in "
            "formgrader, then `nmautils export` (marks) and `nmautils return` (feedback)"
        )
    for page in report.pages:
        print(f"summary: {page}")
    for assignment, stale in sorted(report.stale.items()):
        folder, _ = folder_and_notebook(assignment)
        print(
            f"{assignment}: {count(len(stale), 'feedback page')} older than the marks; nothing is "
            "written or sent before you say so: "
            f"`nbgrader generate_feedback {shlex.quote(folder)} --force`"
        )
    if report.stopped:
        print("stopped; what was graded is saved, and the same command goes on from there")
    return report.status


def _summary(report: Report, assignment: str) -> str:
    """One line on the marks of an assignment."""
    standings = [s for s in report.standings.values() if s.assignment == assignment]
    scores = [standing.score for standing in standings]
    line = (
        f"{assignment}: {count(len(scores), 'hand-in')}, automatic marks {min(scores):g} to "
        f"{max(scores):g}, mean {sum(scores) / len(scores):.2f}, of {standings[0].possible:g}"
    )
    unread = report.unread.get(assignment, 0)
    return line + (f"; {unread} to be read in formgrader" if unread else "")
