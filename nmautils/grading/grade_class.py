"""``nmautils grade``: grade whoever handed in something new, several at a time.

`grade` runs in threads, each with processes of its own, or on a Dask cluster. Only this process
touches the course: it saves each result as it comes. A run that is stopped, in whatever way,
goes on where it was when the same command is given again.
"""

import argparse
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nmautils.course.gradebook import has_gradebook
from nmautils.course.settings import find_root, read_settings
from nmautils.errors import SandboxMissing
from nmautils.grading.intake.submissions import HandIn, find_hand_ins, known_assignments
from nmautils.grading.model.assignment import Bundle, freeze
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.record.gradebook import (
    Course,
    count_unread,
    is_in_place,
    open_course,
    prepare,
    read_saved,
)
from nmautils.grading.record.records import (
    grading_lock,
    is_current,
    read_record,
    read_records,
    seed_for,
)
from nmautils.grading.record.saving import save
from nmautils.grading.report.class_summary import write_summary
from nmautils.grading.run.cluster import Cluster
from nmautils.grading.run.grader import not_graded
from nmautils.grading.run.sandbox.bubblewrap import check_sandbox

__all__ = ["Local", "Report", "grade_class"]

# How often a submission is sent to workers that end; Dask itself has tried each time.
ATTEMPTS = 2


class Lines:
    """Where a run says what it does: lines of text, one after the other."""

    def say(self, line: str) -> None:
        """Say something."""
        print(line, flush=True)

    def begin(self, total: int) -> None:
        """Say that so many submissions are to come."""

    def step(self, line: str) -> None:
        """Say how one of them went."""
        self.say(line)


class Bar(Lines):
    """The same for a terminal, with a bar below the lines that tells the time left."""

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


class Place(Protocol):
    """Where submissions are graded: threads of this machine, or a cluster."""

    places: int

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Have one graded."""

    def is_lost(self, error: BaseException) -> bool:
        """Whether an error is not of the submission's making, so that it is sent again."""

    def close(self) -> None:
        """Drop what is not finished."""


class Local:
    """Threads of this machine; `grade` itself has a process for each.

    Parameters
    ----------
    jobs : int
        How many.
    grade : callable
        `nmautils.grading.run.pool.grade`.
    **options
        More of what `grade` takes.
    """

    def __init__(self, jobs: int, grade: Callable[..., Graded], **options: Any) -> None:
        self.places = jobs
        self._grade, self._options = grade, options
        self._executor = ThreadPoolExecutor(jobs, thread_name_prefix="grade")

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Have one graded."""
        return self._executor.submit(self._grade, bundle, submission, **self._options)

    def is_lost(self, error: BaseException) -> bool:
        """Nothing is lost here."""
        return False

    def close(self) -> None:
        """Drop what is not begun."""
        self._executor.shutdown(wait=False, cancel_futures=True)


# --- the plan ----------------------------------------------------------------------------------


@dataclass
class Task:
    """A hand-in and what is to be done about it.

    ``why`` is ``"new"``, ``"changed"``, ``"tests changed"`` or ``"again"`` if it is to be graded,
    ``"unsaved"`` if its record only has to be saved, ``""`` if it is up to date.
    """

    hand_in: HandIn
    bundle: Bundle
    why: str
    attempts: int = 0

    @property
    def label(self) -> str:
        """Student and assignment, for a line of output."""
        return f"{_printable(self.hand_in.student)}  {self.hand_in.assignment}"


@dataclass(frozen=True)
class Standing:
    """Where a hand-in stands: its automatic marks, and why a person should look at it."""

    student: str
    assignment: str
    score: float
    possible: float
    needs_person: tuple[str, ...]


@dataclass
class Report:
    """What a run did.

    Attributes
    ----------
    planned : Counter
        How many were to be done, by the reason.
    graded : list of (str, str)
        Student and assignment of each that was graded.
    saved : list of (str, str)
        Of each whose record had only to be saved.
    failed : dict
        From student and assignment to why it was not graded or not saved.
    standings : dict
        From student and assignment to `Standing`, those up to date included.
    unread : dict
        From assignments to how many submissions have cells that wait for a person's points.
    pages : list of Path
        The summary page of each assignment of which something was saved.
    seconds : float
        Wall time of grading and saving.
    stopped : bool
        Whether somebody stopped it.
    """

    planned: Counter[str] = field(default_factory=Counter)
    graded: list[tuple[str, str]] = field(default_factory=list)
    saved: list[tuple[str, str]] = field(default_factory=list)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    pages: list[Path] = field(default_factory=list)
    seconds: float = 0.0
    stopped: bool = False

    @property
    def needs_person(self) -> dict[tuple[str, str], list[str]]:
        """Why somebody should look, for each that somebody should look at."""
        needs = {
            key: list(standing.needs_person)
            for key, standing in self.standings.items()
            if standing.needs_person
        }
        for key, why in self.failed.items():
            needs.setdefault(key, []).append(why)
        return needs

    @property
    def status(self) -> int:
        """Exit status: 0, 1 if somebody has to look, 130 if it was stopped."""
        if self.stopped:
            return 130
        return 1 if self.needs_person else 0


def plan(
    root: Path,
    bundles: dict[str, Bundle],
    students: Sequence[str],
    course: Course | None,
    report: Report,
    *,
    full: bool = False,
    force: bool = False,
    say: Callable[[str], None],
) -> list[Task]:
    """Find what is to be done; nothing is changed.

    Parameters
    ----------
    root : Path
        Folder of the course.
    bundles : dict
        What each assignment is graded by.
    students : sequence of str
        Whom to look at; nobody means everybody.
    course : Course or None
        The gradebook; None if there is none yet.
    report : Report
        Gets the standings of those that are up to date.
    full, force : bool
        As for `grade_class`.
    say : callable
        Takes one line at a time.

    Raises
    ------
    ValueError
        If a student has handed in nothing.
    """
    excluded = _excluded(course)
    tasks, seen = [], set()
    for assignment, bundle in bundles.items():
        saved = read_saved(course, assignment) if course else {}
        for hand_in in find_hand_ins(root, assignment, bundle.notebook()):
            student = hand_in.student
            seen.add(student)
            if student in excluded or (students and student not in students):
                continue
            if not _is_text(student):
                report.failed[student, assignment] = hand_in.refused
                continue
            raw, _ = _read(hand_in)
            digest = Submission(student, raw, 0).digest
            record = read_record(root, assignment, student, say)
            if force or not is_current(record, bundle, digest, full):
                why = _why(record, bundle, digest)
            elif course and is_in_place(course, record, hand_in.timestamp, saved.get(student)):
                why = ""
                _stand(report, record, bundle, hand_in)
            else:
                why = "unsaved"
            report.planned[why] += 1
            tasks.append(Task(hand_in, bundle, why))
    for student in students:
        if student not in seen:
            close = get_close_matches(student, seen, n=1)
            guess = f" (did you mean {close[0]!r}?)" if close else ""
            raise ValueError(f"{student!r} has handed in nothing{guess}: see submitted/")
    return tasks


def _excluded(course: Course | None) -> set[str]:
    names = course.converter.coursedir.student_id_exclude if course else ""
    return set(filter(None, names.split(",")))


def _is_text(student: str) -> bool:
    try:
        student.encode()
    except UnicodeEncodeError:
        return False
    return True


def _why(record: Graded | None, bundle: Bundle, digest: str) -> str:
    if record is None:
        return "new"
    if record.submission != digest:
        return "changed"
    return "again" if record.bundle == bundle.digest else "tests changed"


def _read(hand_in: HandIn) -> tuple[bytes, str]:
    """Read a hand-in: its bytes, or none and why."""
    try:
        return hand_in.read(), ""
    except ValueError as error:
        return b"", str(error)


# --- a run -------------------------------------------------------------------------------------


def grade_class(
    root: str | Path,
    assignments: Sequence[str] = (),
    students: Sequence[str] = (),
    *,
    place: Callable[[], Place] | None,
    full: bool = False,
    force: bool = False,
    lines: Lines | None = None,
) -> Report:
    """Grade whatever was handed in and is not graded yet.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignments, students : sequence of str
        Which and whose; nothing means all.
    place : callable or None
        Gives where to grade, called only if there is something to grade; None only plans.
    full : bool
        Whether demonstrations are run as well.
    force : bool
        Whether to grade again what is up to date, with the same test inputs.
    lines : Lines, optional
        Where to say what is done; by default it is printed.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If an assignment or a student is unknown, or nothing was handed in.
    RuntimeError
        If another process is grading, or a sandbox is missing.
    """
    root = Path(root).resolve()
    bundles = _bundles(root, assignments)
    report = Report()
    lines = lines or Lines()
    options = {"full": full, "force": force, "say": lines.say}
    if place is None:
        with ExitStack() as stack:
            # Opening a gradebook that is not there would make one.
            course = stack.enter_context(open_course(root)) if has_gradebook(root) else None
            tasks = plan(root, bundles, students, course, report, **options)
        for task in tasks:
            if task.why:
                lines.say(f"{task.label}  {task.why}")
        return report
    with grading_lock(root), open_course(root) as course:
        for bundle in bundles.values():
            prepare(course, bundle)
        tasks = plan(root, bundles, students, course, report, **options)
        _Run(course, report, lines).go(tasks, place)
        report.unread = {name: count_unread(course, name) for name in bundles}
        for name in sorted({name for _, name in (*report.graded, *report.saved)}):
            report.pages.append(write_summary(root, name, read_records(root, name)))
    return report


def _bundles(root: Path, assignments: Sequence[str]) -> dict[str, Bundle]:
    known = known_assignments(root)
    for name in assignments:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none; run `nmautils build` first"
            raise ValueError(f"unknown assignment {name!r}; released are: {listed}")
    handed_in = {path.name for path in root.glob("submitted/*/*")}
    wanted = [name for name in (assignments or sorted(known)) if name in handed_in]
    if not wanted:
        what = " and ".join(assignments) or "anything that is released"
        raise ValueError(f"nobody has handed in {what}; run `nmautils collect` first")
    return {name: freeze(root, name) for name in dict.fromkeys(wanted)}


class _Run:
    """One run over the tasks of a plan, whose results are saved as they come."""

    def __init__(self, course: Course, report: Report, lines: Lines) -> None:
        self._course, self._report, self._lines = course, report, lines
        self._started = time.monotonic()
        self._done, self._total = 0, 0

    def go(self, tasks: list[Task], place: Callable[[], Place]) -> None:
        unsaved = [task for task in tasks if task.why == "unsaved"]
        waiting = deque(task for task in tasks if task.why not in ("", "unsaved"))
        self._total = len(unsaved) + len(waiting)
        self._lines.begin(self._total)
        try:
            for task in unsaved:
                self._save_again(task)
            if waiting:
                with _closing(place()) as at:
                    self._grade(waiting, at)
        except KeyboardInterrupt:
            self._report.stopped = True
        self._report.seconds = time.monotonic() - self._started

    def _grade(self, waiting: deque[Task], at: Place) -> None:
        lost = self._work(waiting, at)
        # Whoever was there when a worker ended goes on alone, which shows who ended it.
        while lost:
            lost += self._work(deque([lost.popleft()]), at)

    def _work(self, waiting: deque[Task], at: Place) -> deque[Task]:
        """Grade and save all; give those that were lost with a worker."""
        flying: dict[Future[Graded], Task] = {}
        lost: deque[Task] = deque()
        while waiting or flying:
            # A few more than are at work, so that nobody waits for this thread.
            while waiting and len(flying) < 2 * at.places:
                task = waiting.popleft()
                future = self._submit(task, at)
                if future is not None:
                    flying[future] = task
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                task = flying.pop(future)
                if not self._take(future, task, at):
                    lost.append(task)
        return lost

    def _submit(self, task: Task, at: Place) -> "Future[Graded] | None":
        hand_in = task.hand_in
        raw, why = _read(hand_in)
        submission = Submission(hand_in.student, raw, 0)
        seed = seed_for(self._course.root, hand_in.assignment, hand_in.student, submission.digest)
        submission = replace(submission, seed=seed)
        if why:
            self._save(task, not_graded(task.bundle, submission, False, why))
            return None
        task.attempts += 1
        return at.submit(task.bundle, submission)

    def _take(self, future: "Future[Graded]", task: Task, at: Place) -> bool:
        """Save what came; False if nothing came and it is worth another try."""
        try:
            graded = future.result()
        except SandboxMissing:
            raise  # nobody else's submission would fare better
        except (Exception, SystemExit) as error:
            lost = at.is_lost(error)
            if lost and task.attempts < ATTEMPTS:
                return False
            why = "its worker ended each time" if lost else _one_line(error)
            self._fail(task, f"not graded: {why}")
        else:
            self._save(task, graded)
        return True

    def _save(self, task: Task, graded: Graded) -> None:
        try:
            save(self._course, graded, task.hand_in.timestamp)
        except Exception as error:
            self._fail(task, f"not saved, grade again to try once more: {_one_line(error)}")
            return
        self._report.graded.append((graded.student, graded.assignment))
        standing = _stand(self._report, graded, task.bundle, task.hand_in)
        self._line(task, _about(graded, standing, task.hand_in.note))

    def _save_again(self, task: Task) -> None:
        hand_in = task.hand_in
        record = read_record(self._course.root, hand_in.assignment, hand_in.student)
        try:
            save(self._course, record, hand_in.timestamp, journal=False)
        except Exception as error:
            self._fail(task, f"not saved: {_one_line(error)}")
            return
        self._report.saved.append((hand_in.student, hand_in.assignment))
        standing = _stand(self._report, record, task.bundle, hand_in)
        self._line(task, f"{standing.score:g}/{standing.possible:g}  saved, graded before")

    def _fail(self, task: Task, why: str) -> None:
        self._report.failed[task.hand_in.student, task.hand_in.assignment] = why
        self._line(task, why)

    def _line(self, task: Task, text: str) -> None:
        self._done += 1
        width = len(str(self._total))
        self._lines.step(f"[{self._done:>{width}}/{self._total}] {task.label}  {text}")


@contextmanager
def _closing(place: Place) -> Iterator[Place]:
    try:
        yield place
    finally:
        place.close()


def _stand(report: Report, graded: Graded, bundle: Bundle, hand_in: HandIn) -> Standing:
    needs = (*graded.needs_person, graded.problem, hand_in.problem)
    standing = Standing(
        graded.student,
        graded.assignment,
        graded.score,
        round(sum(exercise.points for exercise in graded.exercises), 6),
        tuple(dict.fromkeys(filter(None, needs))),
    )
    report.standings[graded.student, graded.assignment] = standing
    return standing


def _about(graded: Graded, standing: Standing, note: str) -> str:
    seconds = graded.seconds.get("total")
    parts = [f"{standing.score:g}/{standing.possible:g}"]
    if seconds is not None:
        parts.append(f"{seconds:.1f} s")
    if note:
        parts.append(note)
    if graded.repairs:
        parts.append(f"{len(graded.repairs)} repaired")
    parts += [f"{event.kind} in {event.cell}" for event in graded.events]
    parts += [f"needs you: {why}" for why in standing.needs_person]
    return "  ".join(map(_printable, parts))


def _one_line(error: BaseException) -> str:
    return _printable(f"{type(error).__name__}: {' '.join(str(error).split())}".strip(": "))[:300]


def _printable(text: str) -> str:
    """Leave nothing in a line that could move the cursor or end the line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


# --- the command -------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils grade``."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    parser.add_argument(
        "--student", action="append", default=[], metavar="NAME", help="only this one; repeatable"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_jobs, metavar="N", help="how many at a time (default: one per core)"
    )
    where.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler to grade at, as tcp://10.0.0.1:8786"
    )
    parser.add_argument(
        "--force", action="store_true", help="grade again what is graded, with the same inputs"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be graded")
    parser.add_argument("--full", action="store_true", help="run demonstrations as well")
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run strangers' code with your own rights"
    )
    parser.add_argument("--root", metavar="DIR", help="folder with course.toml")


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
    """Carry out ``nmautils grade``; the status is 1 if something needs a person."""
    from .run import pool as engine

    root = Path(args.root) if args.root else find_root()
    options = {
        "sandbox": not args.no_sandbox,
        "full": args.full,
        "limits": engine.limits_of(read_settings(root)),
    }

    def place() -> Place:
        if args.cluster:
            return Cluster(args.cluster, engine.grade, **options)
        if not args.no_sandbox:
            check_sandbox()
        return Local(args.jobs or usable_cores(), engine.grade, **options)

    with ExitStack() as stack:
        stack.callback(engine.close)
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
    if report.needs_person:
        print("needs you:")
    for (student, assignment), reasons in sorted(report.needs_person.items()):
        print(f"  {_printable(f'{student}/{assignment}: ' + '; '.join(reasons))}")
    number = len(report.graded)
    each = f", {report.seconds / number:.2f} s each" if number else ""
    print(
        f"{number} graded, {report.planned['']} up to date, {len(report.saved)} saved that were "
        f"graded before, {len(report.failed)} failed; {report.seconds:.1f} s{each}"
    )
    if number or report.saved:
        print(
            f"marks: {root / 'gradebook.db'} (`nmautils marks` shows them), notebooks: "
            f"{root / 'autograded'}; next: `nbgrader generate_feedback`, `nbgrader export`"
        )
    for page in report.pages:
        print(f"summary: {page}")
    if report.stopped:
        print("stopped; what was graded is saved, and the same command goes on from there")
    return report.status


def _summary(report: Report, assignment: str) -> str:
    """One line on the marks of an assignment."""
    standings = [s for s in report.standings.values() if s.assignment == assignment]
    scores = [standing.score for standing in standings]
    line = (
        f"{assignment}: {len(scores)} hand-ins, automatic marks {min(scores):g} to "
        f"{max(scores):g}, mean {sum(scores) / len(scores):.2f}, of {standings[0].possible:g}"
    )
    unread = report.unread.get(assignment, 0)
    return line + (f"; {unread} to be read in formgrader" if unread else "")
