"""Feedback pages: what a student gets to read.

The page is about the student's work: marks, checks with their hints, answers with what they
printed and drew, and what a person wrote. No test's source is on it, hidden or visible.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone, tzinfo
from typing import Any

from markupsafe import Markup
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import reads as reads_unchecked

from nmautils.cells import Kind, exercise_of, grade_id_of, is_task, own_number
from nmautils.checks import NOT_SOLVED, Cause, CheckResult, Picture, causes_of
from nmautils.errors import GradingFailed
from nmautils.grading.model import words
from nmautils.grading.model.outline import headings_of
from nmautils.grading.model.results import ExerciseResult, Graded, QuestionResult
from nmautils.grading.model.words import count
from nmautils.grading.record.late import days_late
from nmautils.grading.record.marks import CellMark, SubmissionMarks
from nmautils.grading.safe.markdown import render_markdown
from nmautils.grading.safe.outputs import clean_outputs
from nmautils.grading.safe.pictures import clean_png
from nmautils.grading.safe.text import plain_characters, printable

from .apart import Apart
from .page import highlighted, points, render

__all__ = ["Page", "feedback_page", "feedback_page_apart", "read_page"]

TEMPLATE = "feedback.html.j2"


@dataclass
class Cell:
    """A cell of the student's, as the page shows it."""

    label: str
    words: Markup | None = None
    code: Markup | None = None
    outputs: list[dict[str, Any]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    comment: Markup | None = None


@dataclass
class Exercise:
    """An exercise: its answer, its checks, and what stands between it and the next one."""

    grade_id: str
    title: str
    cells: list[Cell] = field(default_factory=list)
    own: list[Cell] = field(default_factory=list)
    demos: list[list[dict[str, Any]]] = field(default_factory=list)
    submitted: bool = False
    written: bool = False
    open: bool = False
    points: float = 0.0
    score: float = 0.0
    earned: float = 0.0
    check: str = ""
    checks: list[CheckResult] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    comment: Markup | None = None

    @property
    def anchor(self) -> str:
        """Where links to the exercise lead."""
        return re.sub(r"[^\w-]", "-", f"exercise-{self.grade_id}")

    @property
    def passed(self) -> int:
        """How many checks hold."""
        return sum(check.passed for check in self.checks)

    @property
    def untouched(self) -> bool:
        """Whether nothing has been written yet."""
        return bool(self.checks) and all(check.mistake == NOT_SOLVED for check in self.checks)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What decides several checks at once, to be said once above them."""
        return causes_of(self.checks)

    @property
    def decided(self) -> set[int]:
        """Positions of checks that one of the `causes` kept from being judged."""
        return {i for cause in self.causes for i in cause.rows}

    @property
    def repeated(self) -> set[int]:
        """Positions of failed checks that say what a check before them said."""
        said = [(check.mistake, check.hint) for check in self.checks]
        return {i for i, what in enumerate(said) if any(what) and what in said[:i]}

    @property
    def diagnosis(self) -> CheckResult | None:
        """What to look at first: a failed check, rather one whose mistake has a name."""
        failed = [check for check in self.checks if not check.passed]
        return next((check for check in failed if check.mistake), failed[0] if failed else None)

    @property
    def state(self) -> str:
        """How the points stand, in a word for the style sheet."""
        if self.open:
            return "open"
        if self.score >= self.points:
            return "full"
        return "part" if self.score > 0 else "zero"

    @property
    def changed(self) -> str:
        """Say so if a person gave other points than the checks."""
        if not self.checks or abs(self.earned - self.score) < 0.005:
            return ""
        return words.CHANGED.format(points(self.score), points(self.earned))


@dataclass
class Page:
    """What a feedback page says."""

    title: str
    student: str = ""
    handed_in: str = ""
    late: str = ""
    penalty: float = 0.0
    excused: bool = False
    problem: str = ""
    repairs: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    before: list[Cell] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)

    @property
    def possible(self) -> float:
        """Points of all exercises."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def total(self) -> float:
        """Points earned, late penalty taken off."""
        return max(0.0, sum(exercise.score for exercise in self.exercises) - self.penalty)

    @property
    def share(self) -> float:
        """Part of the points that was earned, between 0 and 1."""
        return min(1.0, self.total / self.possible) if self.possible else 0.0

    @property
    def open(self) -> str:
        """Say how much is not marked yet."""
        waiting = sum(exercise.open for exercise in self.exercises)
        if waiting > 1:
            return words.MANY_OPEN.format(waiting)
        return words.ONE_OPEN if waiting else ""


def feedback_page(graded: Graded, marks: SubmissionMarks, name: str = "") -> str:
    """Make the page of a result, as HTML; `name` is what the student is called."""
    return render(TEMPLATE, page=read_page(graded, marks, name))


def feedback_page_apart(graded: Graded, marks: SubmissionMarks, name: str = "") -> str:
    """Make the page of a result in a child process that is ended when it takes too long.

    Raises
    ------
    GradingFailed
        If there is no page: one line that names the student.
    """
    try:
        return _APART(graded, marks, name)
    except GradingFailed as error:
        where = printable(f"{graded.student}/{graded.assignment}")
        raise GradingFailed(f"{where}: no feedback page: {error}") from None


_APART = Apart(lambda graded, marks, name: feedback_page(graded, marks, name))


def read_page(graded: Graded, marks: SubmissionMarks, name: str = "") -> Page:
    """Collect what the page of a result says.

    Parameters
    ----------
    graded : Graded
        The result.
    marks : SubmissionMarks
        What the gradebook holds of it: points and comments of a person count before ours.
    name : str
        What the student is called, by default the id.
    """
    page = _Reader(graded, marks).page
    page.student = name or page.student
    return page


class _Reader:
    """Goes once through the notebook of a result, from top to bottom."""

    def __init__(self, graded: Graded, marks: SubmissionMarks) -> None:
        self.graded, self.marks = graded, marks
        self.tests = {result.grade_id: result for result in graded.exercises}
        self.questions = {result.grade_id: result for result in graded.questions}
        self.waiting: list[Cell] = []
        self.exercises: dict[str, Exercise] = {}
        self.page = Page(
            plain_characters(graded.title).strip() or graded.assignment,
            student=graded.student,
            handed_in=_moment(marks.timestamp, marks.zone),
            late=_lateness(marks),
            penalty=marks.penalty,
            excused=marks.excused,
            problem=graded.problem,
            repairs=list(graded.repairs),
        )
        # Our own notebook need not be validated.
        for cell in reads_unchecked(graded.notebook).cells if graded.notebook else ():
            self._read(cell)
        self._flush()
        self.page.exercises = list(self.exercises.values())
        for event in graded.events:
            known = self.exercises.get(exercise_of(event.cell))
            place = known.title if known else event.cell
            if place.startswith(words.AN_OWN_CELL.format("")):
                place = words.YOUR.format(place)
            self.page.events.append(f"{place}: {event.text}" if place else event.text)

    def _read(self, cell: NotebookNode) -> None:
        kind = Kind(cell.metadata.nmautils.kind)
        name = grade_id_of(cell) or ""
        if kind == Kind.TEXT:
            if headings_of(cell):
                self._flush()
            if is_task(cell):
                self._read_by_a_person(name)
        elif kind in (Kind.EXERCISE, Kind.QUESTION):
            exercise = self._exercise(name)
            exercise.cells += [*self.waiting, self._cell(cell, words.ANSWER)]
            self.waiting = []
            if name in self.questions:
                self._read_by_a_person(name)
        elif kind == Kind.TEST:
            self._test(cell, name)
        elif kind == Kind.OWN:
            label = words.OWN_CELL.format(own_number(cell) or "").strip()
            self.waiting.append(self._cell(cell, label))
        elif kind in (Kind.DEMO, Kind.EXPLORE):
            self._demo(cell, pictures_only=kind == Kind.EXPLORE)

    def _read_by_a_person(self, name: str) -> None:
        exercise = self._exercise(name)
        exercise.written, exercise.open = True, self._mark(name).open
        exercise.comment = self._comment(name) if not exercise.cells else None
        self._points(exercise, self.questions[name], 0.0)

    def _mark(self, name: str) -> CellMark:
        return self.marks.cells.get(name, CellMark())

    def _exercise(self, name: str) -> Exercise:
        if name not in self.exercises:
            tests, questions = self.tests, self.questions
            result = tests.get(f"{name}_test") or tests.get(name) or questions.get(name)
            title = plain_characters(result.title) if result else ""
            self.exercises[name] = Exercise(name, title or name)
        return self.exercises[name]

    def _test(self, cell: NotebookNode, name: str) -> None:
        exercise, result = self._tested_by(name), self.tests[name]
        title = re.match(r"# @title (.{1,100})", cell.source)
        exercise.check = title[1].strip() if title else words.CHECKS
        events = self._events_of(name)
        if not result.checks and not events:
            events = [words.NO_CHECKS]
        exercise.events += events
        exercise.checks += [
            replace(check, picture=_sound(check.picture)) for check in result.checks
        ]
        exercise.earned += result.score
        if comment := self._comment(name):
            exercise.comment = (exercise.comment or Markup()) + comment
        self._points(exercise, result, result.score)

    def _tested_by(self, name: str) -> Exercise:
        """Give the exercise that a test belongs to: by its name, or else the last one above it."""
        own = exercise_of(name)
        above = next(reversed(self.exercises.values()), None)
        if own in self.exercises or above is None or above.written:
            return self._exercise(own)
        if above.title == above.grade_id:
            above.title = plain_characters(self.tests[name].title) or above.title
        return above

    def _points(
        self, exercise: Exercise, result: ExerciseResult | QuestionResult, score: float
    ) -> None:
        mark = self._mark(result.grade_id)
        exercise.points += result.points if mark.points is None else mark.points
        exercise.score += score if mark.score is None else mark.score

    def _cell(self, cell: NotebookNode, label: str) -> Cell:
        shown = Cell(label)
        if cell.cell_type == "code":
            shown.code = highlighted(plain_characters(cell.source))
            shown.outputs = _shown(cell.outputs)
        else:
            shown.words = Markup(render_markdown(cell.source, cell.get("attachments")))
        if name := grade_id_of(cell):
            shown.comment, shown.events = self._comment(name), self._events_of(name)
        return shown

    def _demo(self, cell: NotebookNode, pictures_only: bool) -> None:
        outputs = _shown(cell.outputs)
        if pictures_only:
            outputs = [output for output in outputs if output["kind"] == "picture"]
        if outputs and self.exercises:
            exercise = next(reversed(self.exercises.values()))
            exercise.demos.append(outputs)
            exercise.submitted = cell.metadata.nmautils.outputs == "submitted"

    def _flush(self) -> None:
        """Leave the student's own cells to the exercise they come after."""
        if self.waiting and self.exercises:
            next(reversed(self.exercises.values())).own += self.waiting
        else:
            self.page.before += self.waiting
        self.waiting = []

    def _events_of(self, name: str) -> list[str]:
        return [event.text for event in self.graded.events if event.cell == name]

    def _comment(self, name: str) -> Markup | None:
        mark = self._mark(name)
        if mark.untouched:
            return Markup("<p>{}</p>").format(words.UNTOUCHED)
        return Markup(render_markdown(mark.comment)) if mark.comment.strip() else None


def _sound(picture: Picture | None) -> Picture | None:
    """Keep a picture of a check unless its file is damaged."""
    if picture is None or not picture.png:
        return picture
    png = clean_png(picture.png)
    return replace(picture, png=png) if png else None


def _moment(when: datetime | None, zone: tzinfo | None = None) -> str:
    """Say a time, which is in UTC, as the clocks of the course show it."""
    if when is None:
        return ""
    try:
        there = when.replace(tzinfo=timezone.utc).astimezone(zone or timezone.utc)
    except OverflowError:  # at the ends of the calendar
        there, zone = when, None
    return f"{there.day} {there:%B %Y, %H:%M} {zone or 'UTC'}"


def _lateness(marks: SubmissionMarks) -> str:
    """Say how many days a hand-in was late, as they are counted, and when it was due."""
    if marks.seconds_late <= 0:
        return ""
    days = days_late(marks.seconds_late) if marks.days_late is None else marks.days_late
    due = _moment(marks.due, marks.zone)
    parts = [count(days, "day")] * bool(days) + [words.DUE.format(due)] * bool(due)
    return "; ".join(parts)


def _shown(outputs: Iterable[NotebookNode]) -> list[dict[str, Any]]:
    """Outputs as the template wants them, cleaned once more."""
    shown: list[dict[str, Any]] = []
    figures = 0
    for output in clean_outputs(outputs):
        if output.output_type == "stream":
            shown.append({"kind": "text", "text": output.text})
        elif output.output_type == "error":
            shown.append({"kind": "error", "parts": output.traceback})
        elif "image/png" in output.data:
            figures += 1
            text = output.data.get("text/plain", "<")
            text = words.FIGURE.format(figures) if text.startswith("<") else text
            shown.append({"kind": "picture", "png": output.data["image/png"], "text": text})
        else:
            shown.append({"kind": "text", "text": output.data["text/plain"]})
    return shown
