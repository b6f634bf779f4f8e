"""What a whole class takes, stage by stage: `python -m benchmarks.whole_class --students N`.

Each student hands in all tutorials, half of them right and half with known mistakes, as files of an
inbox. The commands are those that an instructor types, with two jobs, from ``collect`` to exported
marks. Every mark is compared with the one that the answers deserve. Then all results are saved once
more in an empty gradebook, to see what a submission costs there with more and more rows in it.
``--write PAGE`` puts the tables into a page between its two marks.
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path

import nbformat

from benchmarks.grading import PLACE, ROOT, TUTORIALS, Timing, make_course, run, sample_class, write
from nmautils.course.gradebook import find_gradebook, read_only
from nmautils.grading.model.assignment import freeze
from nmautils.grading.record.book import read_book
from nmautils.grading.record.gradebook import open_course, prepare
from nmautils.grading.record.marks import marks
from nmautils.grading.record.records import read_records
from nmautils.grading.record.saving import save
from tests.sample_class.roster import Student

MARKS = "<!-- begin: benchmarks.whole_class -->", "<!-- end: benchmarks.whole_class -->"
HANDED_IN = datetime(2030, 6, 1, 12)  # before every due date
SLICES = (0.0, 0.5, 1.0)  # of all rows: where the gradebook's share is looked at


@dataclass
class Stage:
    """A command, what it took, and the memory of its main process in MB, in order."""

    name: str
    arguments: list[str]
    took: Timing = field(default_factory=lambda: Timing(0, 0))
    memory: list[float] = field(default_factory=list)

    def run(self, folder: Path) -> None:
        """Run it in the folder of the course; 1 is the status if somebody should look at one."""
        command = [sys.executable, "-m", *self.arguments]
        self.took = run(command, folder, (0, 1), lambda pid: self.memory.extend(resident(pid)))
        print(f"{self.name:32}{self.took.wall:9.1f} s{self.took.cpu:9.1f} s CPU", flush=True)

    def memory_at(self, share: float) -> float:
        """Median of the memory around a share of the run; the start is over after a tenth."""
        kept = self.memory[len(self.memory) // 10 :] or [0.0]
        width = max(1, len(kept) // 10)
        first = min(round(share * len(kept)), len(kept) - width)
        return statistics.median(kept[first : first + width])


def resident(pid: int) -> Iterator[float]:
    """Give the memory of a process in MB; nothing if it has just ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return
    yield pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def stages(tutorials: list[str]) -> list[Stage]:
    """What an instructor types, in order."""
    grade = ["nmautils.cli", "grade", "--jobs", "2"]
    feedback = [
        Stage(f"feedback pages, tutorial {number}", ["nbgrader", "generate_feedback", tutorial])
        for number, tutorial in enumerate(tutorials, 1)
    ]
    return [
        Stage("collect", ["nmautils.cli", "collect"]),
        Stage("grade, two jobs", grade),
        Stage("grade again, nothing new", grade),
        Stage("summary", ["nmautils.cli", "summary"]),
        *feedback,
        Stage("marks as a table", ["nmautils.cli", "marks"]),
        Stage("exported marks", ["nbgrader", "export"]),
    ]


def fill_inbox(folder: Path, classes: dict[str, list[Student]]) -> None:
    """Write what the class hands in, a folder a student."""
    seconds = HANDED_IN.timestamp()
    for tutorial, students in classes.items():
        name = f"{tutorial}.ipynb"
        release = nbformat.read(folder / "release" / tutorial / name, as_version=4)
        files: dict[tuple[str, ...], bytes] = {}  # students with the same answers hand in the same
        for student in students:
            if student.answers not in files:
                files[student.answers] = student.notebook(release)
            target = folder / "inbox" / student.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[student.answers])
            os.utime(target, (seconds, seconds))


def wrong_marks(folder: Path, classes: dict[str, list[Student]]) -> list[str]:
    """Describe each mark that is not the one that the answers deserve."""
    with read_only(find_gradebook(folder)) as query:
        rows = marks(read_book(query))
    given = {(row["assignment"], row["student_id"]): row["raw_score"] for row in rows}
    return [
        f"{student.name} in {tutorial} got {found}, not {student.total:g}"
        for tutorial, students in classes.items()
        for student in students
        if (found := given.get((tutorial, student.name))) is None
        or abs(found - student.total) > 1e-6
    ]


def saving(folder: Path, tutorials: list[str]) -> list[float]:
    """Save all results in an empty gradebook; give the processor seconds of each, in order."""
    fresh = folder.with_name(f"{folder.name}-saving")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name in ("course.toml", "nbgrader_config.py", "source", "release"):
        copy = shutil.copytree if (folder / name).is_dir() else shutil.copy
        copy(folder / name, fresh / name)
    seconds = []
    with open_course(fresh) as course:
        for tutorial in tutorials:
            prepare(course, freeze(fresh, tutorial))
        records = (read_records(folder, tutorial) for tutorial in tutorials)
        for found in zip_longest(*records):
            for graded in filter(None, found):
                before = time.process_time()
                save(course, graded, HANDED_IN, journal=False)
                seconds.append(time.process_time() - before)
    shutil.rmtree(fresh)
    return seconds


def shares(seconds: list[float]) -> list[tuple[int, float]]:
    """Rows that were there, and the median of what a submission took then."""
    width = max(1, len(seconds) // 20)
    starts = (round(part * (len(seconds) - width)) for part in SLICES)
    return [(start, statistics.median(seconds[start : start + width])) for start in starts]


def tables(done: list[Stage], number: int, saved: list[float]) -> str:
    """Write what was seen as Markdown."""
    whole = sum((stage.took for stage in done), Timing(0, 0))
    lines = ["| stage | wall time | processor time | memory of the main process |"]
    lines += ["|---|---:|---:|---:|"]
    for stage in done:
        memory = " / ".join(f"{stage.memory_at(part):.0f}" for part in SLICES)
        lines.append(
            f"| {stage.name} | {stage.took.wall:.1f} s | {stage.took.cpu:.1f} s | {memory} MB |"
        )
    minutes = f"{whole.wall / 60:.1f} min"
    lines.append(f"| **all of it** | **{minutes}** | **{whole.cpu / 60:.1f} min** | |")
    grade = done[1].took
    lines += [
        "",
        "Memory is that at the beginning, in the middle and at the end of the command.",
        f"Grading took {grade.wall / number:.2f} s a submission, {grade.cpu / number:.2f} s of "
        "processor time, the start of the jobs included.",
        "",
        "| submissions in the gradebook | to save one more, processor time |",
        "|---:|---:|",
    ]
    lines += [f"| {rows:,} | {1000 * each:.1f} ms |" for rows, each in shares(saved)]
    return "\n".join(lines)


def surroundings(students: int, tutorials: list[str], load: float) -> str:
    """Say on what and of what the numbers are."""
    return (
        f"Measured on {datetime.now():%Y-%m-%d}: {students:,} students × {len(tutorials)} "
        f"tutorials, {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, nbgrader {version('nbgrader')}. "
        f"Load before it began: {load:.1f} (0 on a machine that rests)."
    )


def main(arguments: list[str] | None = None) -> int:
    """Run and report; the status is 1 if a mark is wrong."""
    parser = argparse.ArgumentParser(prog="benchmarks.whole_class", description=__doc__)
    parser.add_argument("--students", type=int, default=1000, help="who hands in (default: 1000)")
    parser.add_argument("--tutorials", nargs="+", default=TUTORIALS, choices=TUTORIALS)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args(arguments)
    tutorials, load = options.tutorials, os.getloadavg()[0]
    folder = PLACE / "class"
    classes = {tutorial: sample_class(tutorial, options.students) for tutorial in tutorials}
    print("making the course and its inbox", flush=True)
    make_course(folder, {tutorial: [] for tutorial in tutorials})
    fill_inbox(folder, classes)
    done = stages(tutorials)
    for stage in done:
        stage.run(folder)
    wrong = wrong_marks(folder, classes)
    text = tables(done, options.students * len(tutorials), saving(folder, tutorials))
    text = f"{surroundings(options.students, tutorials, load)}\n\n{text}"
    print(f"\n{text}\n")
    print("\n".join(wrong) or "all marks are those that the answers deserve")
    if options.write and not wrong:
        write(ROOT / options.write, text, MARKS)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
