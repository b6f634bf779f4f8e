"""``make demo``: build the student version, let a class hand in, grade it, compare the marks.

Everything happens in ``demo/``, a course of its own, with the commands that an instructor
types. A second run finds the class graded and only looks at the marks again; whatever went
into them has a fingerprint, and if that differs everything is made anew.
"""

import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from nmautils.course.contract import EXERCISES
from nmautils.course.settings import read_settings
from nmautils.grading.record.marks import marks
from tests.sample_class.roster import CLASS, DECODING, Student, write_inbox
from tests.support.paths import ROOT

DEMO = ROOT / "demo"
COURSE_FILES = ["course.toml", "nbgrader_config.py"]
TUTORIALS = list(dict.fromkeys(student.tutorial for student in CLASS))


class CommandFailed(RuntimeError):
    """A command of the demo ended with a status it should not have."""


def main() -> int:
    """Run the demo; the status is 1 if a mark is not what it should be."""
    started = time.monotonic()
    made_of = fingerprint()
    kept = DEMO / "fingerprint.txt"
    if not kept.is_file() or kept.read_text() != made_of:
        shutil.rmtree(DEMO, ignore_errors=True)
        DEMO.mkdir()
    (DEMO / "log.txt").unlink(missing_ok=True)
    try:
        set_up()
        refused = grade()
    except CommandFailed as error:
        print(error, file=sys.stderr)
        return 1
    rows = []
    for tutorial in TUTORIALS:
        compared = compare(tutorial, refused)
        print_table(tutorial, compared)
        rows += compared
    good = all(ok for *_, ok in rows)
    if good:
        kept.write_text(made_of)
        print(f"{len(rows)} rows, all as expected ({time.monotonic() - started:.0f} s)")
    else:
        kept.unlink(missing_ok=True)
        print("a row is not as expected: see demo/log.txt")
    print()
    for what, path in [
        ("a feedback page", f"demo/feedback/gus/{DECODING}/{DECODING}.html"),
        ("the class at a glance", f"demo/summary/{DECODING}.html"),
        ("the marks", "demo/grades.csv"),
        ("the release notebook", f"demo/release/{DECODING}/{DECODING}.ipynb"),
    ]:
        missing = "" if (ROOT / path).is_file() else "  (missing)"
        good = good and not missing
        print(f"{what + ':':24}{path}{missing}")
    return 0 if good else 1


def fingerprint() -> str:
    """Hash of everything that marks depend on."""
    folders = ["nmautils", "source", "tests/answers", "tests/sample_class"]
    paths = [ROOT / name for name in COURSE_FILES]
    for folder in folders:
        paths += (ROOT / folder).rglob("*")
    digest = hashlib.sha256(f"{sys.version} {version('nbgrader')}".encode())
    for path in sorted(paths):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def set_up() -> None:
    """Make demo/ a course with a release, and let the class hand in."""
    if (DEMO / "inbox").is_dir():
        return
    for name in COURSE_FILES:
        shutil.copy(ROOT / name, DEMO)
    due = {}
    for tutorial in TUTORIALS:
        shutil.copytree(ROOT / "source" / tutorial, DEMO / "source" / tutorial)
        due[tutorial] = read_settings(DEMO).tutorials[tutorial].due.timestamp()
    command("nmautils", "build", *TUTORIALS, "--only", "release")
    releases = {
        tutorial: nbformat.read(DEMO / "release" / tutorial / f"{tutorial}.ipynb", as_version=4)
        for tutorial in TUTORIALS
    }
    unfinished = DEMO / "inbox.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    write_inbox(unfinished, releases, due)
    unfinished.rename(DEMO / "inbox")


def grade() -> dict[str, str]:
    """Collect, grade, write feedback and marks; give what collecting refused."""
    report = command("nmautils", "collect", status=1)
    command("nmautils", "grade", follow=r"(\[ *\d+/\d+\].*)")
    for tutorial in TUTORIALS:
        command("nbgrader", "generate_feedback", tutorial)
    command("nbgrader", "export")
    lines = re.findall(r"^needs you  (.+?): (.+)$", report, flags=re.MULTILINE)
    return dict(lines)


def command(program: str, *arguments: str, status: int = 0, follow: str = "") -> str:
    """Run a command in demo/ as an instructor would, off line; its output goes to demo/log.txt.

    Parameters
    ----------
    program, *arguments : str
        ``nmautils`` or ``nbgrader``, and what follows.
    status : int
        The exit status it should end with.
    follow : str
        Regular expression; its group is printed for each line of output that matches.

    Returns
    -------
    str
        What it printed.

    Raises
    ------
    CommandFailed
        If the status is another one.
    """
    print(f"$ {program} {' '.join(arguments)}", flush=True)
    module = {"nmautils": "nmautils.cli", "nbgrader": "nbgrader"}[program]
    bin_folder = Path(sys.executable).parent
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=DEMO,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(bin_folder), os.environ.get("PATH", "")]),
            "PYTHONPATH": str(ROOT),
            "NMAUTILS_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    output = []
    try:
        for line in process.stdout:
            output.append(line)
            match = re.search(follow, line) if follow else None
            if match:
                print(f"    {match[1]}", flush=True)
    finally:
        if process.poll() is None and sys.exc_info()[0] is not None:
            process.terminate()
        ended = process.wait()
    text = "".join(output)
    with (DEMO / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"$ {program} {' '.join(arguments)}\n{text}\n")
    if ended != status:
        tail = "".join(output[-15:])
        raise CommandFailed(
            f"{tail}`{program} {' '.join(arguments)}` ended with {ended}, not {status}; "
            "all of its output is in demo/log.txt"
        )
    return text


Row = tuple[str, str, str, str, bool]


def compare(tutorial: str, refused: dict[str, str]) -> list[Row]:
    """Put expected and actual marks side by side, a row per hand-in."""
    handed_in = [student for student in CLASS if student.tutorial == tutorial]
    with Gradebook(f"sqlite:///{DEMO / 'gradebook.db'}") as gradebook:
        graded = {
            row["student_id"]: row for row in marks(gradebook, [tutorial]) if row["handed_in"]
        }
    rows: list[Row] = []
    for student in handed_in:
        if student.refused:
            why = refused.get(student.file, "")
            actual = "refused" if why else "collected"
            ok = student.refused in why and student.name not in graded
            rows.append((student.name, student.about, "refused", actual, ok))
        elif not student.superseded:
            rows.append(_row(student, graded.get(student.name)))
    expected_names = {s.name for s in handed_in if not s.refused}
    for name in sorted(set(graded) - expected_names):
        rows.append((name, "nobody of the class", "", f"{graded[name]['score']:g}", False))
    return rows


def _row(student: Student, graded: dict | None) -> Row:
    expected = f"{_sum(student.expected)} = {student.total:g}"
    if graded is None:
        return student.name, student.about, expected, "not graded", False
    exercises = {name: graded["exercises"].get(name) for name in student.expected}
    actual = f"{_sum(exercises)} = {graded['score']:g}"
    ok = exercises == student.expected and abs(graded["score"] - student.total) < 1e-9
    on_page = shown(student)
    unnamed = [text for text in student.diagnoses if text.lower() not in on_page]
    about = student.about
    if unnamed:
        about += f" [feedback does not say: {'; '.join(unnamed)}]"
    return student.name, about, expected, actual, ok and not unnamed


def _sum(points: dict[str, float]) -> str:
    return " + ".join(f"{earned or 0:g}" for earned in points.values())


def shown(student: Student) -> str:
    """Words of a student's feedback page, in lower case."""
    page = DEMO / "feedback" / student.name / student.tutorial / f"{student.tutorial}.html"
    return plain(page.read_text(encoding="utf-8")) if page.is_file() else ""


def plain(page: str) -> str:
    """Words of a piece of HTML, in lower case."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).lower().split())


def print_table(tutorial: str, rows: list[Row]) -> None:
    """Print the table of one tutorial."""
    table = Table()
    for column in ("student", "what they did", "expected", "actual", "ok"):
        table.add_column(column, overflow="fold")
    for name, about, expected, actual, ok in rows:
        table.add_row(name, about, expected, actual, "yes" if ok else "NO")
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(f"\n{tutorial}: {' + '.join(EXERCISES[tutorial])} = marks after lateness")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
