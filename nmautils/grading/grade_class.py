"""Grade all new hand-ins of a class, several at a time.

Submissions are graded in threads, each with processes of its own, or on a Dask cluster. Only this
process writes to the course: it saves each result as soon as it arrives. After a stop of any kind
the same command continues where the run ended.
"""

import shlex
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from nmautils.course.gradebook import has_gradebook
from nmautils.course.plain import is_plain
from nmautils.course.releases import remember_release
from nmautils.errors import GradingFailed, SandboxMissing, UsageError
from nmautils.grading.intake.submissions import HandIn, can_be_an_id, find_hand_ins
from nmautils.grading.model import words
from nmautils.grading.model.assignment import Bundle, freeze
from nmautils.grading.model.limits import WORKER_ATTEMPTS
from nmautils.grading.model.names import handed_in_names
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.record.forced import ForcedRun
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
from nmautils.grading.report.regraded import points_before
from nmautils.grading.report.run_report import (
    Lines,
    Report,
    compared,
    line_about,
    line_about_once_more,
    one_line,
)
from nmautils.grading.report.stale_pages import stale_pages
from nmautils.grading.run.local import Backend, Local
from nmautils.grading.safe.text import printable

# Up to so many submissions, what all of a class import is not imported ahead.
FEW = 3

__all__ = ["Backend", "Lines", "Local", "Report", "grade_class"]


# --- the plan ----------------------------------------------------------------------------------


@dataclass
class Task:
    """A hand-in and what has to be done with it.

    ``why`` is ``"new"``, ``"changed"``, ``"tests changed"`` or ``"again"`` if it is to be graded,
    ``"unsaved"`` if its record only has to be saved, ``""`` if it is up to date. ``before`` has the
    points of the last grading, by the tests' grade ids; None if there was none. ``among_others``
    is its result if it ran out of time while others were being graded.
    """

    hand_in: HandIn
    bundle: Bundle
    why: str
    before: dict[str, float] | None = None
    attempts: int = 0
    among_others: Graded | None = None

    @property
    def label(self) -> str:
        """Student and assignment, for a line of output."""
        return f"{printable(self.hand_in.student)}  {self.hand_in.assignment}"


def plan(
    root: Path,
    bundles: dict[str, Bundle],
    students: Sequence[str],
    course: Course | None,
    report: Report,
    *,
    full: bool = False,
    force: bool = False,
    done: Collection[tuple[str, str]] = (),
    say: Callable[[str], None],
) -> list[Task]:
    """Find out what has to be done, without changing anything.

    Parameters
    ----------
    root : Path
        Folder of the course.
    bundles : dict
        The frozen assignments, by name.
    students : sequence of str
        Whose hand-ins to look at; by default those of all.
    course : Course or None
        The gradebook; None if there is none yet.
    report : Report
        Where the standings of hand-ins that are up to date are noted.
    full, force : bool
        As for `grade_class`.
    done : collection of (str, str)
        Student and assignment of each that was graded before this run with `force` was stopped.
    say : callable
        Called with one line of text at a time.

    Raises
    ------
    UsageError
        If a student has handed in nothing.
    """
    excluded = _excluded(course)
    tasks, seen = [], set()
    for assignment, bundle in bundles.items():
        saved = read_saved(course, assignment) if course else {}
        for hand_in in find_hand_ins(root, assignment, bundle.notebook):
            student = hand_in.student
            seen.add(student)
            if student in excluded or (students and student not in students):
                continue
            if not can_be_an_id(student):
                report.failed[student, assignment] = hand_in.refused
                continue
            raw, _ = _read(hand_in)
            digest = Submission(student, raw, 0).digest
            record = read_record(root, assignment, student, say)
            was_done = (student, assignment) in done
            again = force and not was_done
            if again or record is None or not is_current(record, bundle, digest, full):
                why = _why(record, bundle, digest)
            elif course and is_in_place(course, record, hand_in.timestamp, saved.get(student)):
                why = ""
                report.stand(record, hand_in.problem)
            else:
                why = "unsaved"
            if record is not None and was_done and why in ("", "unsaved"):
                report.compare(record)
            report.planned[why] += 1
            tasks.append(Task(hand_in, bundle, why, _points(record)))
    for student in students:
        if student not in seen:
            close = get_close_matches(student, seen, n=1)
            guess = f" (did you mean {close[0]!r}?)" if close else ""
            raise UsageError(f"{student!r} has handed in nothing{guess}: see submitted/")
    return tasks


def _excluded(course: Course | None) -> set[str]:
    names = course.directory.student_id_exclude if course else ""
    return set(filter(None, names.split(",")))


def _why(record: Graded | None, bundle: Bundle, digest: str) -> str:
    if record is None:
        return "new"
    if record.submission != digest:
        return "changed"
    return "again" if record.bundle == bundle.digest else "tests changed"


def _points(record: Graded | None) -> dict[str, float] | None:
    if record is None:
        return None
    return {exercise.grade_id: exercise.score for exercise in record.exercises}


def _read(hand_in: HandIn) -> tuple[bytes, str]:
    """Read the bytes of a hand-in; if that fails, return none and the reason."""
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
    place: Callable[[], Backend] | None,
    full: bool = False,
    force: bool = False,
    lines: Lines | None = None,
) -> Report:
    """Grade all hand-ins that are not graded yet.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignments, students : sequence of str
        Names of those to grade; by default all.
    place : callable or None
        Makes the place where submissions are graded; only called if there are any. With None
        the plan is printed and nothing is graded.
    full : bool
        Whether to run demonstrations as well.
    force : bool
        Whether to grade again what is up to date, with the same test inputs. A run that was
        stopped goes on from there if it is asked for the same again.
    lines : Lines, optional
        How the run tells what it does; by default it prints lines.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        If an assignment or a student is unknown, or nothing was handed in.
    GradingBusy
        If another process is grading.
    SandboxMissing
        If there is no sandbox.
    """
    root = Path(root).resolve()
    bundles = {name: freeze(root, name) for name in handed_in_names(root, assignments)}
    report = Report()
    lines = lines or Lines()
    forced = ForcedRun.find(root, assignments, students, full) if force else None
    done = forced.done if forced else set()
    find_tasks = partial(
        plan,
        root,
        bundles,
        students,
        report=report,
        full=full,
        force=force,
        done=done,
        say=lines.say,
    )
    if place is None:
        with ExitStack() as stack:
            # Opening a gradebook that is not there would make one.
            course = stack.enter_context(open_course(root)) if has_gradebook(root) else None
            tasks = find_tasks(course=course)
        for task in tasks:
            if task.why:
                lines.say(f"{task.label}  {task.why}")
        return report
    with grading_lock(root), open_course(root) as course:
        for bundle in bundles.values():
            prepare(course, bundle)
            if is_plain(root):
                # Elsewhere the command that makes a release notes it.
                remember_release(root, bundle.assignment, bundle.notebook)
        tasks = find_tasks(course=course)
        if forced:
            if done:
                lines.say(words.GOES_ON.format(len(done), forced.path))
            forced.begin()
        _Run(course, report, lines, full, forced).go(tasks, place)
        if forced and not report.stopped:
            forced.end()
        report.inside = {name: each.inside for name, each in bundles.items() if each.inside}
        report.unread = {name: count_unread(course, name) for name in bundles}
        report.stale = {name: stale for name in bundles if (stale := stale_pages(root, name))}
        for name in sorted({name for _, name in (*report.graded, *report.saved)}):
            report.pages.append(write_summary(root, name, read_records(root, name)))
    return report


class _Run:
    """One run over the tasks of a plan, whose results are saved as they come."""

    def __init__(
        self,
        course: Course,
        report: Report,
        lines: Lines,
        full: bool,
        forced: ForcedRun | None = None,
    ) -> None:
        self._course, self._report, self._lines, self._full = course, report, lines, full
        self._forced = forced
        self._started = time.monotonic()
        self._done, self._total = 0, 0

    def go(self, tasks: list[Task], place: Callable[[], Backend]) -> None:
        unsaved = [task for task in tasks if task.why == "unsaved"]
        waiting = deque(task for task in tasks if task.why not in ("", "unsaved"))
        self._total = len(unsaved) + len(waiting)
        self._lines.begin(self._total)
        try:
            for task in unsaved:
                self._save_again(task)
            if waiting:
                with _closing(place()) as at:
                    at.many = len(waiting) > FEW
                    self._grade(waiting, at)
        except KeyboardInterrupt:
            self._report.stopped = True
        self._report.seconds = time.monotonic() - self._started

    def _grade(self, waiting: deque[Task], at: Backend) -> None:
        lost = self._work(waiting, at)
        # These were being graded when a worker ended, or ran out of time beside others. One of them
        # may be the cause: to find out which, they are graded one at a time.
        if lost:
            self._lines.say(line_about_once_more([task.among_others for task in lost]))
        while lost:
            lost += self._work(deque([lost.popleft()]), at)

    def _work(self, waiting: deque[Task], at: Backend) -> deque[Task]:
        """Grade and save all; return those that are to be graded once more, alone."""
        flying: dict[Future[Graded], tuple[Task, Submission]] = {}
        lost: deque[Task] = deque()
        # Also the last one that comes back, since others ran beside it before.
        crowded = len(waiting) > 1 and at.places > 1
        while waiting or flying:
            # A few more than there are places, so that no place waits for this thread.
            while waiting and len(flying) < 2 * at.places:
                task = waiting.popleft()
                sent = self._submit(task, at)
                if sent is not None:
                    flying[sent[0]] = task, sent[1]
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                task, submission = flying.pop(future)
                if not self._take(future, task, submission, at, crowded):
                    lost.append(task)
        return lost

    def _submit(self, task: Task, at: Backend) -> "tuple[Future[Graded], Submission] | None":
        hand_in = task.hand_in
        raw, why = _read(hand_in)
        submission = Submission(hand_in.student, raw, 0)
        seed = seed_for(self._course.root, hand_in.assignment, hand_in.student, submission.digest)
        submission = replace(submission, seed=seed)
        if why:
            self._refuse(task, submission, why)
            return None
        task.attempts += 1
        return at.submit(task.bundle, submission), submission

    def _take(
        self,
        future: "Future[Graded]",
        task: Task,
        submission: Submission,
        at: Backend,
        crowded: bool,
    ) -> bool:
        """Save a result; return False if there is none and the task should be tried again."""
        try:
            graded = future.result()
        except SandboxMissing:
            raise  # no other submission could be graded either
        except (Exception, SystemExit) as error:
            lost = at.is_lost(error)
            # The first time others were beside it, of which one may have ended the worker.
            if lost and task.attempts <= WORKER_ATTEMPTS:
                return False
            if lost or isinstance(error, GradingFailed):
                # It has had its tries, and would hold up every run with more of them.
                ended = f"{words.WORKER_ENDED}, {words.times(task.attempts)}"
                why = ended if lost else printable(str(error))
                self._refuse(task, submission, why, _what_to_do(task.hand_in, why))
            else:
                self._fail(task, f"not graded: {one_line(error)}")
        else:
            if crowded and graded.ran_out_of_time:
                task.among_others = graded
                return False
            self._save(task, compared(graded, task.among_others))
        return True

    def _refuse(self, task: Task, submission: Submission, why: str, person: str = "") -> None:
        # All else that is in there runs in other processes, so it is not loaded before.
        from nmautils.grading.run.grader import not_graded

        self._save(task, not_graded(task.bundle, submission, self._full, why, person))

    def _save(self, task: Task, graded: Graded) -> None:
        if task.before and (before := points_before(graded, task.before)):
            graded = replace(graded, before=before)
        try:
            save(self._course, graded, task.hand_in.timestamp)
        except Exception as error:
            self._fail(task, f"not saved, grade again to try once more: {one_line(error)}")
            return
        self._report.graded.append((graded.student, graded.assignment))
        if self._forced:
            self._forced.note(graded.student, graded.assignment)
        if task.before is not None:
            self._report.compare(graded)
        standing = self._report.stand(graded, task.hand_in.problem)
        self._line(task, line_about(graded, standing, task.hand_in.note))

    def _save_again(self, task: Task) -> None:
        hand_in = task.hand_in
        record = read_record(self._course.root, hand_in.assignment, hand_in.student)
        if record is None:
            self._fail(task, "not saved: its record is gone, grade again to make a new one")
            return
        try:
            save(self._course, record, hand_in.timestamp, journal=False)
        except Exception as error:
            self._fail(task, f"not saved: {one_line(error)}")
            return
        self._report.saved.append((hand_in.student, hand_in.assignment))
        standing = self._report.stand(record, hand_in.problem)
        self._line(task, f"{standing.score:g}/{standing.possible:g}  saved, graded before")

    def _fail(self, task: Task, why: str) -> None:
        self._report.failed[task.hand_in.student, task.hand_in.assignment] = why
        self._line(task, why)

    def _line(self, task: Task, text: str) -> None:
        self._done += 1
        width = len(str(self._total))
        self._lines.step(f"[{self._done:>{width}}/{self._total}] {task.label}  {text}")


@contextmanager
def _closing(place: Backend) -> Iterator[Backend]:
    try:
        yield place
    finally:
        place.close()


def _what_to_do(hand_in: HandIn, why: str) -> str:
    """Say to the instructor what became of a hand-in without a result, and what to do."""
    student, assignment = shlex.quote(hand_in.student), shlex.quote(hand_in.assignment)
    return words.PERSON_NOT_GRADED.format(why, student=student, assignment=assignment)
