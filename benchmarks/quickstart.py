"""Ordinary courses of nbgrader's, graded by it and here: ``python -m benchmarks.quickstart``.

nbgrader's own quickstart course and three others (`tests.support.ordinary_courses`), each with six
hand-ins, are graded by `nbgrader autograde` and by `nmautils grade` with one job, one after the
other. Several students hand in the same, since both take some seconds to start. No course has a
`course.toml`. Every row of the two gradebooks is compared. `--write PAGE` puts the table into a
page between its two marks.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from nbgrader.api import Gradebook

from benchmarks.grading import ROOT, Timing, run, write
from tests.support.ordinary_courses import COURSES, MARKS, make_course

PLACE = ROOT / "build" / "bench" / "quickstart"
BETWEEN = "<!-- begin: benchmarks.quickstart -->", "<!-- end: benchmarks.quickstart -->"

# Student, notebook and cell; automatic points and whether a person has to look.
Rows = dict[tuple[str, str, str], tuple[float | None, bool]]


def rows_of(root: Path) -> Rows:
    """Read all automatic points from a gradebook."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, notebook.name, grade.name): (
                grade.auto_score,
                grade.needs_manual_grade,
            )
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def grade_both(name: str, copies: int) -> tuple[Timing, Timing, int]:
    """Grade a course twice; give both times, and how many rows differ."""
    course = COURSES[name]
    ours, stock = (PLACE / f"{name} {way}" for way in ("ours", "stock"))
    for folder in (ours, stock):
        shutil.rmtree(folder, ignore_errors=True)
    ours.mkdir(parents=True)
    make_course(ours, course)
    for student in course.answers:
        for number in range(1, copies):
            submitted = ours / "submitted"
            shutil.copytree(submitted / student, submitted / f"{student} {number}")
    shutil.copytree(ours, stock)
    python = [sys.executable, "-m"]
    by_nbgrader = run([*python, "nbgrader", "autograde", name], stock)
    by_us = run([*python, "nmautils.cli", "grade", "--jobs", "1", "--root", str(ours)], ours)
    one, other = rows_of(ours), rows_of(stock)
    differ = sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())
    total: dict[str, float] = {}
    for (student, _, _), (score, _) in one.items():
        total[student] = total.get(student, 0.0) + (score or 0.0)
    differ += sum(total[student] != points for student, points in MARKS[name].items())
    return by_nbgrader, by_us, differ


def table(names: list[str], copies: int) -> tuple[str, int]:
    """Grade the courses; give a table, and how many rows differ in all."""
    load = os.getloadavg()[0]
    lines = [
        f"Load of the machine when this began: {load:.1f}. Times in seconds.",
        "",
        "| Course | hand-ins | notebooks | nbgrader autograde | nmautils grade "
        "| its CPU time | our CPU time | rows that differ |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    wrong = 0
    for name in names:
        stock, ours, differ = grade_both(name, copies)
        wrong += differ
        hand_ins = copies * len(COURSES[name].answers)
        notebooks = hand_ins * len(list((PLACE / f"{name} ours" / "release").glob("*/*.ipynb")))
        lines.append(
            f"| {name} | {hand_ins} | {notebooks} | {stock.wall:.1f} | {ours.wall:.1f} "
            f"| {stock.cpu:.1f} | {ours.cpu:.1f} | {differ} |"
        )
    return "\n".join(lines), wrong


def main(arguments: list[str] | None = None) -> int:
    """Run and report; the status is 1 if a mark differs."""
    parser = argparse.ArgumentParser(prog="benchmarks.quickstart", description=__doc__)
    parser.add_argument("--courses", nargs="+", default=list(COURSES), choices=list(COURSES))
    parser.add_argument("--copies", type=int, default=5, help="students with the same hand-in")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    args = parser.parse_args(arguments)
    text, wrong = table(args.courses, args.copies)
    print(text)
    if args.write:
        write(args.write, text, BETWEEN)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
