"""Feedback pages: what a student gets to read.

The page is about the student's work: marks, checks with their hints, answers with what they
printed and drew, and what a person wrote. No test's source is on it, hidden or visible.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup
from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, exercise_of
from nmautils.checks import CheckResult
from nmautils.grading.safe.markdown import render_markdown
from nmautils.grading.safe.outputs import clean_outputs
from nmautils.grading.safe.text import plain_characters

from .page import count, highlighted, points

__all__ = ["Page", "read_page"]

UNTOUCHED = "not solved yet"
NO_RESPONSE = "No response."  # what nbgrader writes where nothing was changed


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
    check: str = ""
    checks: list[CheckResult] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)
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
        return bool(self.checks) and all(check.mistake == UNTOUCHED for check in self.checks)

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
        earned = sum(check.earned for check in self.checks)
        if not self.checks or abs(earned - self.score) < 0.005:
            return ""
        return (
            f"A person set these {points(self.score)} points; "
            f"the checks alone give {points(earned)}."
        )


@dataclass
class Page:
    """What a feedback page says."""

    title: str
    student: str = ""
    handed_in: str = ""
    late: str = ""
    penalty: float = 0.0
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
        if not waiting:
            return ""
        verb = "is" if waiting == 1 else "are"
        return f"{count(waiting, 'written answer')} {verb} not marked yet, so the total may grow."


def read_page(nb: NotebookNode, resources: Any = None) -> Page:
    """Collect what the page of a graded notebook says.

    Parameters
    ----------
    nb : NotebookNode
        Graded by us or, without ``metadata.nmautils``, by nbgrader's own steps.
    resources : mapping, optional
        nbconvert's; under ``"nbgrader"`` stands what `GradebookMarks` found.
    """
    return _Reader(nb, (resources or {}).get("nbgrader", {})).page


class _Reader:
    """Goes through a notebook once, from top to bottom."""

    def __init__(self, nb: NotebookNode, where: Any) -> None:
        ours = nb.metadata.get("nmautils")
        self.ours = ours is not None
        ours = ours or {}
        self.events = [dict(event) for event in ours.get("events", [])]
        self.telling = set() if self.ours else _hidden_lines(nb)
        self.heading = ""
        self.waiting: list[Cell] = []
        self.exercises: dict[str, Exercise] = {}
        self.page = Page(
            _title(nb) or where.get("assignment", "Feedback"),
            student=where.get("student", ""),
            handed_in=_moment(where.get("timestamp")),
            late=_duration(where.get("seconds_late", 0)),
            penalty=float(where.get("late_penalty", 0.0)),
            problem=ours.get("problem", ""),
            repairs=list(ours.get("repairs", [])),
        )
        for cell in nb.cells:
            self._read(cell)
        self._flush()
        self.page.exercises = list(self.exercises.values())
        titles = {name: exercise.title for name, exercise in self.exercises.items()}
        for event in self.events:
            place = titles.get(exercise_of(event.get("cell", "")), event.get("cell", ""))
            self.page.events.append(f"{place}: {event['text']}" if place else event["text"])

    def _read(self, cell: NotebookNode) -> None:
        kind = cell.metadata.get("nmautils", {}).get("kind") or _kind(cell)
        if kind in (Kind.TEXT, Kind.GIVEN):
            headings = re.findall(r"^#{1,6} +(.+?)[ #]*$", cell.source, re.MULTILINE)
            if headings:
                self._flush()
                self.heading = plain_characters(headings[-1])
        elif kind in (Kind.EXERCISE, Kind.QUESTION):
            self._answer(cell, written=kind == Kind.QUESTION)
        elif kind == Kind.TEST:
            self._test(cell)
        elif kind == Kind.OWN:
            self.waiting.append(self._cell(cell, "Your own cell"))
        elif kind in (Kind.DEMO, Kind.EXPLORE):
            self._demo(cell, pictures_only=kind == Kind.EXPLORE)

    def _exercise(self, name: str) -> Exercise:
        if name not in self.exercises:
            title = self.heading or name.replace("_", " ").capitalize()
            self.exercises[name] = Exercise(name, title)
        return self.exercises[name]

    def _answer(self, cell: NotebookNode, written: bool) -> None:
        graded = cell.metadata.nbgrader
        exercise = self._exercise(graded.grade_id)
        exercise.cells += self.waiting
        self.waiting = []
        exercise.cells.append(self._cell(cell, "Your answer"))
        if written:
            exercise.written = True
            exercise.open = bool(graded.get("open"))
            self._points(exercise, graded)

    def _test(self, cell: NotebookNode) -> None:
        graded = cell.metadata.nbgrader
        exercise = self._exercise(exercise_of(graded.grade_id))
        title = re.match(r"# @title (.{1,100})", cell.source)
        exercise.check = title[1].strip() if title else "Checks"
        if self.ours:
            checks = cell.metadata.get("nmautils", {}).get("checks", [])
            exercise.checks = [CheckResult(**check) for check in checks]
        else:
            self._scrub(cell)
            exercise.checks = _checks_in_table(cell.outputs)
        exercise.events = self._events_of(graded.grade_id)
        if not exercise.checks:
            printed = [o for o in cell.outputs if o.output_type != "execute_result"]
            exercise.remarks = _shown(printed)
            if not exercise.events:
                exercise.events = ["These checks did not run, so they give no points."]
        exercise.comment = _comment(graded)
        self._points(exercise, graded)

    def _points(self, exercise: Exercise, graded: Any) -> None:
        exercise.points = float(graded.get("points") or 0.0)
        score = graded.get("score")
        if score is None:
            score = sum(check.earned for check in exercise.checks)
        exercise.score = float(score)

    def _cell(self, cell: NotebookNode, label: str) -> Cell:
        shown = Cell(label)
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "code":
            self._scrub(cell)
            shown.code = highlighted(plain_characters(cell.source))
            shown.outputs = _shown(cell.outputs)
        else:
            shown.words = Markup(render_markdown(cell.source, cell.get("attachments")))
        shown.comment = _comment(cell.metadata.get("nbgrader", {}))
        shown.events = self._events_of(name) if name else []
        return shown

    def _demo(self, cell: NotebookNode, pictures_only: bool) -> None:
        self._scrub(cell)
        outputs = _shown(cell.outputs)
        if pictures_only:
            outputs = [output for output in outputs if output["kind"] == "picture"]
        if outputs and self.exercises:
            exercise = next(reversed(self.exercises.values()))
            exercise.demos.append(outputs)
            exercise.submitted = cell.metadata.get("nmautils", {}).get("outputs") == "submitted"

    def _flush(self) -> None:
        """Leave the student's own cells to the exercise they come after."""
        if self.waiting and self.exercises:
            next(reversed(self.exercises.values())).own += self.waiting
        else:
            self.page.before += self.waiting
        self.waiting = []

    def _events_of(self, name: str) -> list[str]:
        return [event["text"] for event in self.events if event.get("cell") == name]

    def _scrub(self, cell: NotebookNode) -> None:
        """Where tests ran in the student's process, take their lines out of what it shows."""
        if not self.ours:
            for output in cell.outputs:
                _scrub(output, self.telling)


def _title(nb: NotebookNode) -> str:
    for cell in nb.cells:
        found = re.search(r"^# +(.+)$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found:
            return plain_characters(found[1]).strip()
    return ""


def _kind(cell: NotebookNode) -> str:
    """What sort of cell it is, when the grader has not said so."""
    graded = cell.metadata.get("nbgrader", {})
    if graded.get("grade") and (graded.get("solution") or cell.cell_type == "markdown"):
        return Kind.QUESTION
    if graded.get("grade"):
        return Kind.TEST
    if graded.get("solution"):
        return Kind.EXERCISE
    if cell.cell_type != "code":
        return Kind.TEXT
    tags = cell.metadata.get("tags", [])
    return next((kind for kind in (Kind.SETUP, Kind.DEMO, Kind.EXPLORE) if kind in tags), Kind.OWN)


def _comment(graded: Any) -> Markup | None:
    text = graded.get("comment") or ""
    if text == NO_RESPONSE:
        return Markup("<p>You left this as it was.</p>")
    return Markup(render_markdown(text)) if text.strip() else None


def _moment(when: datetime | None) -> str:
    return f"{when.day} {when:%B %Y, %H:%M} UTC" if when else ""


def _duration(seconds: float) -> str:
    days, hours = divmod(round(seconds / 3600), 24)
    parts = [count(days, "day")] * bool(days) + [count(hours, "hour")] * bool(hours)
    return " and ".join(parts) if seconds > 0 else ""


def _shown(outputs: Iterable[NotebookNode]) -> list[dict[str, Any]]:
    """Outputs as the template wants them, cleaned once more whoever graded them."""
    shown: list[dict[str, Any]] = []
    figures = 0
    outputs = list(outputs)
    stopped = any(output.get("ename") == "CellTimeoutError" for output in outputs)
    for output in clean_outputs(outputs):
        if output.output_type == "stream":
            shown.append({"kind": "text", "text": output.text})
        elif output.output_type == "error":
            # Where a stopped cell happened to be says nothing: that it was stopped is said.
            if not (stopped and output.ename == "KeyboardInterrupt"):
                shown.append({"kind": "error", "parts": output.traceback})
        elif "image/png" in output.data:
            figures += 1
            text = output.data.get("text/plain", "<")
            text = f"Figure {figures} that this cell drew" if text.startswith("<") else text
            shown.append({"kind": "picture", "png": output.data["image/png"], "text": text})
        else:
            shown.append({"kind": "text", "text": output.data["text/plain"]})
    return shown


# Notebooks graded by nbgrader's own steps, whose tests ran in the student's process ---------------

_REGIONS = {
    "### BEGIN HIDDEN TESTS": "### END HIDDEN TESTS",
    "### BEGIN MARK SCHEME": "### END MARK SCHEME",
}
# Short lines (`x = 1`, `else:`) may stand in anybody's code and give nothing away.
_TELLING = 12


def _hidden_lines(nb: NotebookNode) -> set[str]:
    """Lines of the hidden tests that should not turn up anywhere on the page."""
    telling, end = set(), ""
    for cell in nb.cells:
        end = ""
        for line in map(str.strip, cell.source.split("\n")):
            if end and end not in line:
                if len(line) >= _TELLING and not line.startswith("#"):
                    telling.add(line)
            else:
                end = next((close for begin, close in _REGIONS.items() if begin in line), "")
    return telling


def _scrub(output: NotebookNode, telling: set[str]) -> None:
    """Take lines of hidden tests out of one output."""
    if output.output_type == "stream":
        output.text = _without(output.text, telling)
    elif output.output_type == "error":
        if _tells(output.evalue, telling):
            output.evalue = ""
        output.traceback = [frame for frame in output.traceback if not _tells(frame, telling)]
    else:
        for kind, data in output.data.items():
            if kind.startswith("text/"):
                output.data[kind] = _without(data, telling)


def _tells(text: str, telling: set[str]) -> bool:
    text = html.unescape(plain_characters(text))
    return any(line in text for line in telling)


def _without(text: str | list[str], telling: set[str]) -> str:
    text = "".join(text)
    if not _tells(text, telling):
        return text
    # A table of checks is one long line: there only the telling words go.
    for line in telling:
        text = text.replace(line, "(hidden)").replace(html.escape(line), "(hidden)")
    return "\n".join(line for line in text.split("\n") if not _tells(line, telling))


class _Table(HTMLParser):
    """Reads the rows of the table that a `Score` shows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[list[str]]] = []  # rows of cells of texts
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag == "td" and self.rows:
            self.rows[-1].append([""])
            self.inside = True
        elif tag == "br" and self.inside:
            self.rows[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1][-1] += data


def _checks_in_table(outputs: Iterable[NotebookNode]) -> list[CheckResult]:
    """Read the checks back from the table that the test cell showed."""
    table = _Table()
    for output in outputs:
        table.feed("".join(output.get("data", {}).get("text/html", "")))
    checks = []
    for row in table.rows[:100]:
        if len(row) != 3 or not (worth := re.fullmatch(r"[\d.e+-]+ / ([\d.e+-]+)", row[2][0])):
            continue
        name, hint = row[1][0], " ".join(row[1][1:])
        try:
            checks.append(CheckResult(name, float(worth[1]), "\u2714" in row[0][0], hint))
        except ValueError:
            continue
    return checks
