"""How long grading takes: `make bench`, or `python -m benchmarks.grading [options]`.

One sample class, made of the answers in ``tests/answers``, is graded by stock nbgrader, by
nbgrader with this course's configuration, by otter without containers, and by `nmautils grade`,
one after the other and round by round, so that a machine that becomes slower does so for all.
Every mark is compared with the one that the answers deserve. `--write PAGE` puts the tables into
a page between its two marks.
"""

import argparse
import ctypes
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from benchmarks.otter_assignment import OTTER, grade_with_otter, write_assignment
from nmautils.course.contract import EXERCISES
from nmautils.grading.record.records import read_record
from tests.sample_class.roster import Student
from tests.support.answers_runner import Answer, all_answers

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "bench"
TUTORIALS = list(EXERCISES)
MARKS = "<!-- begin: benchmarks.grading -->", "<!-- end: benchmarks.grading -->"

STOCK, OURS = "nbgrader autograde, stock", "nmautils grade, 1 job"
# As a course that uses nbgrader and nothing else has it.
STOCK_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"

PR_SET_CHILD_SUBREAPER = 36


# --- the class ---------------------------------------------------------------------------------


def sample_class(tutorial: str, size: int) -> list[Student]:
    """Make students of whom every other one gets everything right, each in another way."""
    answers: dict[tuple[str, bool], list[Answer]] = defaultdict(list)
    for answer in all_answers():
        # Marks that are a matter of chance cannot be compared, and no stock grader survives
        # an answer that overwrites what the notebook's demonstrations need.
        if answer.tutorial == tutorial and answer.varies == (answer.points, answer.points):
            answers[answer.exercise, answer.right].append(answer)
    students = []
    for i in range(size):
        right = i % 2 == 0
        chosen = []
        for exercise in EXERCISES[tutorial]:
            known = answers[exercise, right]
            answer = known[(7 * i) % len(known)]
            chosen.append(f"{'right' if right else 'mistakes'}/{answer.path.stem}")
        students.append(Student(f"s{i:03}", "", tuple(chosen), "", tutorial=tutorial))
    return students


def make_course(folder: Path, classes: dict[str, list[Student]]) -> None:
    """Write a course as it is when a class has handed in, with nbgrader's data base."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    for tutorial, students in classes.items():
        shutil.copytree(ROOT / "source" / tutorial, folder / "source" / tutorial)
        run([sys.executable, "-m", "nbgrader", "generate_assignment", tutorial], folder)
        path = folder / "release" / tutorial / f"{tutorial}.ipynb"
        release = nbformat.read(path, as_version=4)
        for student in students:
            target = folder / "submitted" / student.name / tutorial / path.name
            target.parent.mkdir(parents=True)
            target.write_bytes(student.notebook(release))
            (target.parent / "timestamp.txt").write_text("2030-06-01 12:00:00 UTC\n")


def copy_course(base: Path, folder: Path, sizes: dict[str, int], config: str = "") -> None:
    """Copy a course with the first students only; with another configuration if one is given."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    for hand_in in sorted(folder.glob("submitted/*/*")):
        if int(hand_in.parent.name[1:]) >= sizes.get(hand_in.name, 0):
            shutil.rmtree(hand_in)
    if config:
        (folder / "nbgrader_config.py").write_text(config)


# --- measuring ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timing:
    """What a command took: wall and processor seconds of everything it started."""

    wall: float
    cpu: float

    def __add__(self, other: "Timing") -> "Timing":
        return Timing(self.wall + other.wall, self.cpu + other.cpu)


def environment() -> dict[str, str]:
    """The same surroundings for everybody: small recordings, one thread, no network."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "NMAUTILS_PROFILE": "small",
        "NMAUTILS_DATA": "simulated",
        "NMAUTILS_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ended(process: subprocess.Popen, seconds: float = 0.25) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def run(
    command: list[str],
    folder: Path,
    accept: tuple[int, ...] = (0,),
    watch: Callable[[int], None] = lambda pid: None,
) -> Timing:
    """Run a command, wait for all that it has started, and say what that took.

    Parameters
    ----------
    command : list of str
        What to run.
    folder : Path
        Where, and where its output goes to.
    accept : tuple of int
        Exit statuses that are right.
    watch : callable
        Called with the process's id several times a second.

    Raises
    ------
    RuntimeError
        If it ends with another status than those accepted.
    """
    # Orphans come to this process, so that their processor time is counted as well.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started = _children(), time.perf_counter()
    with (folder / "bench.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        while (status := _ended(process)) is None:
            watch(process.pid)
    wall = time.perf_counter() - started
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    if status not in accept:
        raise RuntimeError(f"{' '.join(command)} ended with {status}: see {folder}/bench.log")
    return Timing(wall, _children() - before)


# --- the graders -------------------------------------------------------------------------------

# From tutorial and student to points of the automatic tests.
Marks = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Way:
    """A way to grade the class.

    Parameters
    ----------
    name : str
        As it stands in the table.
    folder : str
        Of its course, below `PLACE`.
    tutorials : list of str
        Which it grades.
    few : bool
        Whether it only grades the first few of each tutorial, since its time per submission
        does not depend on how many there are.
    grade : callable
        From the folder and the tutorials to what each took; one entry ``"all"`` if it is one
        command for all of them.
    marks : callable
        From the folder to the marks it gave.
    config : str
        In place of this course's ``nbgrader_config.py``.
    """

    name: str
    folder: str
    tutorials: list[str]
    few: bool
    grade: Callable[[Path, list[str]], dict[str, Timing]]
    marks: Callable[[Path], Marks] = field(default=lambda folder: gradebook_marks(folder))
    config: str = ""


def by_nbgrader(folder: Path, tutorials: list[str]) -> dict[str, Timing]:
    """``nbgrader autograde``, a command per tutorial."""
    command = [sys.executable, "-m", "nbgrader", "autograde"]
    return {tutorial: run([*command, tutorial], folder) for tutorial in tutorials}


def by_nmautils(*options: str) -> Callable[[Path, list[str]], dict[str, Timing]]:
    """``nmautils grade``, one command for all tutorials."""

    def grade(folder: Path, tutorials: list[str]) -> dict[str, Timing]:
        command = [sys.executable, "-m", "nmautils.cli", "grade", *tutorials, *options]
        return {"all": run(command, folder, accept=(0, 1))}  # 1: somebody should look at one

    return grade


def by_otter(folder: Path, tutorials: list[str]) -> dict[str, Timing]:
    """`otter.run` without containers, a process per tutorial."""
    return {tutorial: run(grade_with_otter(folder, tutorial), folder) for tutorial in tutorials}


def gradebook_marks(folder: Path) -> Marks:
    """Read automatic marks from nbgrader's data base."""
    marks = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for hand_in in folder.glob("submitted/*/*"):
            student, tutorial = hand_in.parent.name, hand_in.name
            try:
                found = gradebook.find_submission_notebook(tutorial, tutorial, student)
            except MissingEntry:
                continue
            marks[tutorial, student] = sum(grade.auto_score or 0.0 for grade in found.grades)
    return marks


def otter_marks(folder: Path) -> Marks:
    """Read what `grade_with_otter` wrote."""
    return {
        (path.stem.removeprefix("marks-"), student): points
        for path in folder.glob("marks-*.json")
        for student, points in json.loads(path.read_text()).items()
    }


def all_ways(tutorials: list[str], full: list[str]) -> list[Way]:
    """Everything that is compared, stock nbgrader first."""
    ways = [
        Way(STOCK, "stock", tutorials, True, by_nbgrader, config=STOCK_CONFIG),
        Way("otter run, no containers", "otter", tutorials, True, by_otter, otter_marks),
        Way("nbgrader autograde, this course", "plugged", tutorials, False, by_nbgrader),
        Way(OURS, "jobs1", tutorials, False, by_nmautils("--jobs", "1")),
        Way("nmautils grade, 2 jobs", "jobs2", tutorials, False, by_nmautils("--jobs", "2")),
    ]
    if full:
        options = by_nmautils("--jobs", "1", "--full")
        ways.append(Way("nmautils grade --full, 1 job", "full", full, False, options))
    return ways


# --- where the time goes -----------------------------------------------------------------------


def shares_of_stock(folder: Path) -> dict[str, float]:
    """Seconds per submission by what the cell is for, from the times nbclient notes in it."""
    spent: dict[str, float] = defaultdict(float)
    notebooks = list(folder.glob("autograded/*/*/*.ipynb"))
    for path in notebooks:
        for cell in nbformat.read(path, as_version=4).cells:
            times = cell.metadata.get("execution", {})
            begin, end = times.get("iopub.execute_input"), times.get("iopub.status.idle")
            if not (begin and end):
                continue
            seconds = (_moment(end) - _moment(begin)).total_seconds()
            tags, nbgrader = cell.metadata.get("tags", []), cell.metadata.get("nbgrader", {})
            if "setup" in tags:
                spent["set-up cells: imports, data"] += seconds
            elif nbgrader.get("grade"):
                spent["tests"] += seconds
            elif nbgrader.get("solution"):
                spent["answers"] += seconds
            else:
                spent["demonstrations, explorers"] += seconds
    return {share: seconds / len(notebooks) for share, seconds in spent.items()}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def shares_of_ours(folder: Path) -> dict[str, float]:
    """Seconds per submission by share, as the records have them."""
    names = {
        "ready": "kernel: fork and sandbox",
        "cells": "answers, the student's own cells",
        "tests": "judging: checks and probes",
    }
    spent: dict[str, float] = defaultdict(float)
    hand_ins = list(folder.glob("submitted/*/*"))
    for hand_in in hand_ins:
        seconds = read_record(folder, hand_in.name, hand_in.parent.name).seconds
        for key, share in names.items():
            spent[share] += seconds[key]
        spent["reading, repair, writing"] += seconds["total"] - sum(seconds[key] for key in names)
    return {share: seconds / len(hand_ins) for share, seconds in spent.items()}


# --- the run -----------------------------------------------------------------------------------


@dataclass
class Results:
    """What a run has found: per way, the timings of each round, and how many were graded."""

    timings: dict[str, list[dict[str, Timing]]]
    graded: dict[str, dict[str, int]]
    wrong: list[str]
    shares: dict[str, dict[str, float]]


def bench(ways: list[Way], each: int, few: int, rounds: int) -> Results:
    """Grade the class in every way, round by round."""
    tutorials = list(dict.fromkeys(t for way in ways for t in way.tutorials))
    classes = {tutorial: sample_class(tutorial, each) for tutorial in tutorials}
    expected = {
        (tutorial, student.name): student.total
        for tutorial, students in classes.items()
        for student in students
    }
    base = PLACE / "base"
    print("making the course", flush=True)
    make_course(base, classes)
    results = Results(defaultdict(list), {}, [], {})
    for number in range(rounds):
        for way in ways:
            folder = PLACE / way.folder
            size = min(few, each) if way.few else each
            sizes = dict.fromkeys(way.tutorials, size)
            copy_course(base, folder, sizes, way.config)
            if way.grade is by_otter:
                write_assignment(folder, way.tutorials)
            took = way.grade(folder, way.tutorials)
            results.timings[way.name].append(took)
            results.graded[way.name] = sizes
            total = sum(took.values(), Timing(0, 0))
            count = sum(sizes.values())
            print(
                f"round {number + 1}  {way.name:34}{count:5} submissions"
                f"{total.wall / count:8.2f} s each{total.cpu / count:8.2f} s CPU",
                flush=True,
            )
            results.wrong += differences(way, way.marks(folder), expected, sizes)
    for name, find in (("stock", shares_of_stock), ("jobs1", shares_of_ours)):
        if any(way.folder == name for way in ways):
            results.shares[name] = find(PLACE / name)
    return results


def differences(way: Way, marks: Marks, expected: Marks, sizes: dict[str, int]) -> list[str]:
    """Describe each mark that is not what the answers deserve."""
    found = []
    for (tutorial, student), points in expected.items():
        if int(student[1:]) < sizes.get(tutorial, 0):
            given = marks.get((tutorial, student))
            if given is None or abs(given - points) > 1e-6:
                found.append(f"{way.name}: {student} in {tutorial} got {given}, not {points:g}")
    return found


# --- the tables --------------------------------------------------------------------------------


def per_submission(results: Results, way: str, tutorial: str | None = None) -> Timing | None:
    """Median over rounds of seconds per submission; None where a command did all tutorials."""
    sizes = results.graded[way]
    walls, cpus = [], []
    for took in results.timings[way]:
        if tutorial is not None and tutorial not in took:
            return None
        total = took[tutorial] if tutorial else sum(took.values(), Timing(0, 0))
        count = sizes[tutorial] if tutorial else sum(sizes.values())
        walls.append(total.wall / count)
        cpus.append(total.cpu / count)
    return Timing(statistics.median(walls), statistics.median(cpus))


def over(results: Results, way: str, tutorials: list[str]) -> Timing | None:
    """Seconds per submission over some of the tutorials, each counting the same."""
    if set(tutorials) == set(results.graded[way]):
        parts = [per_submission(results, way, t) for t in tutorials]
        if None in parts:
            return per_submission(results, way)
    else:
        parts = [per_submission(results, way, t) for t in tutorials]
        if None in parts:
            return None
    total = sum(parts, Timing(0, 0))
    return Timing(total.wall / len(parts), total.cpu / len(parts))


def tables(results: Results, ways: list[Way]) -> str:
    """Write the results as Markdown."""
    names = {way.name: way for way in ways}
    stock = next((name for name, way in names.items() if way.folder == "stock"), None)
    lines = [
        "| | submissions | wall s each | CPU s each | a minute | times stock |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, way in names.items():
        took = over(results, name, way.tutorials)
        base = over(results, stock, way.tutorials) if stock else None
        count = sum(results.graded[name].values())
        ratio = f"{base.wall / took.wall:.1f}" if base else ""
        label = name if len(way.tutorials) > 2 else f"{name} (tutorials 1 and 2)"
        lines.append(
            f"| {label} | {count} | {took.wall:.2f} | {took.cpu:.2f} | {60 / took.wall:.1f} "
            f"| {ratio} |"
        )
    lines += ["", "By tutorial, where a command grades one (wall s each / CPU s each):", ""]
    tutorials = ways[0].tutorials
    lines += [
        "| | " + " | ".join(f"{i}" for i in range(1, len(tutorials) + 1)) + " |",
        "|---|" + "---:|" * len(tutorials),
    ]
    for name in names:
        sizes = results.graded[name]
        cells = [per_submission(results, name, t) if t in sizes else None for t in tutorials]
        if any(cells):
            shown = [f"{c.wall:.2f} / {c.cpu:.2f}" if c else "" for c in cells]
            lines.append(f"| {name} | " + " | ".join(shown) + " |")
    for title, folder in ((STOCK, "stock"), (OURS, "jobs1")):
        if folder in results.shares:
            lines += ["", *shares_table(results, title, results.shares[folder])]
    agree = "All marks are those that the answers deserve."
    lines += ["", agree if not results.wrong else "Marks that are not as they should be:"]
    lines += [f"- {line}" for line in sorted(set(results.wrong))]
    return "\n".join(lines)


def shares_table(results: Results, way: str, shares: dict[str, float]) -> list[str]:
    """Rows of where a submission's time goes, the rest of the command included."""
    took = results.timings[way][-1]
    wall = sum(took.values(), Timing(0, 0)).wall / sum(results.graded[way].values())
    rest = "command and kernel: start and end; data base, files"
    rows = {**shares, rest: wall - sum(shares.values())}
    lines = [f"Where the {wall:.2f} s of a submission go, {way} (last round):", ""]
    lines += ["| | s | share |", "|---|---:|---:|"]
    for share, seconds in sorted(rows.items(), key=lambda row: -row[1]):
        lines.append(f"| {share} | {seconds:.3f} | {seconds / wall:.0%} |")
    return lines


def surroundings(each: int, few: int, rounds: int, load: float) -> str:
    """Say on what and of what the numbers are."""
    return (
        f"Measured on {datetime.now():%Y-%m-%d}: {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, torch {version('torch')}, nbgrader "
        f"{version('nbgrader')}, otter-grader 7.0.0; {rounds} round(s), medians; {each} "
        f"submissions per tutorial, of which the slow ways grade the first {min(few, each)}. Load "
        f"before it began: {load:.1f} (0 on a machine that rests; other work spoils the ratios)."
    )


def write(page: Path, text: str, marks: tuple[str, str] = MARKS) -> None:
    """Put text between the marks of a page."""
    begin, end = marks
    old = page.read_text(encoding="utf-8")
    head, _, rest = old.partition(begin)
    _, found, tail = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no line {begin} with a line {end} after it")
    page.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run and report; the status is 1 if a mark differs."""
    parser = argparse.ArgumentParser(prog="benchmarks.grading", description=__doc__)
    parser.add_argument("--each", type=int, default=12, help="submissions per tutorial")
    parser.add_argument("--few", type=int, default=2, help="of these, for the slow ways")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tutorials", nargs="+", default=TUTORIALS, choices=TUTORIALS)
    parser.add_argument("--ways", nargs="+", help="stock, otter, plugged, jobs1, jobs2 or full")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args(arguments)
    ways = all_ways(options.tutorials, [t for t in TUTORIALS[:2] if t in options.tutorials])
    if options.ways:
        ways = [way for way in ways if way.folder in options.ways]
    if any(way.folder == "otter" for way in ways) and not OTTER.is_file():
        print(f"no {OTTER.relative_to(ROOT)}, so otter is left out; `make bench` installs it")
        ways = [way for way in ways if way.folder != "otter"]
    started, load = time.perf_counter(), os.getloadavg()[0]
    results = bench(ways, options.each, options.few, options.rounds)
    head = surroundings(options.each, options.few, options.rounds, load)
    text = f"{head}\n\n{tables(results, ways)}"
    print(f"\n{text}\n\n({time.perf_counter() - started:.0f} s)")
    if options.write:
        write(options.write, text)
    return 1 if results.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
