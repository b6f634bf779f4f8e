"""A page on how a class did in an assignment, for those who teach it.

First who needs a person, then marks, exercises, checks and mistakes, then time and repairs. The
page needs nothing but itself and is written into the course's folder, since it names students.
"""

import math
import os
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nmautils.cells import exercise_of
from nmautils.checks import NOT_SOLVED
from nmautils.course.plain import folders_of, settings_of
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.model.results import ExerciseResult, Graded
from nmautils.grading.model.words import count
from nmautils.grading.record.records import left_out, write_atomically
from nmautils.people.arrangements import read_arrangements
from nmautils.people.roster import Person, Roster, read_roster

from .page import render
from .regraded import Moved, moved_by

__all__ = ["Summary", "bins", "summarise", "write_summary"]

SHOWN = 12  # rows of a table of checks, mistakes or repairs
SLOWEST = 5


@dataclass
class LookAt:
    """A submission that somebody should look at."""

    student: str
    reasons: list[str]
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class ExerciseSummary:
    """How one exercise went."""

    name: str
    title: str
    points: float
    scores: list[float] = field(default_factory=list)
    untouched: int = 0
    inside: bool = False

    @property
    def mean(self) -> float:
        """Mean of the points earned."""
        return statistics.fmean(self.scores)

    @property
    def full(self) -> float:
        """Share of submissions with all points."""
        return sum(score >= self.points - 1e-9 for score in self.scores) / len(self.scores)


@dataclass
class Failure:
    """A check that failed, or a mistake that was named, and how often."""

    exercise: str
    name: str
    count: int
    share: float
    hint: str = ""


@dataclass
class Bar:
    """A bar of a histogram: from where to where, and how many."""

    low: float
    high: float
    count: int


@dataclass
class Summary:
    """All that a summary page says; see `summarise`."""

    assignment: str
    students: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    possible: float = 0.0
    scores: list[float] = field(default_factory=list)
    people: list[LookAt] = field(default_factory=list)
    exercises: list[ExerciseSummary] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    mistakes: list[Failure] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    slowest: list[tuple[str, dict[str, float]]] = field(default_factory=list)
    repaired: int = 0
    repairs: list[tuple[str, int]] = field(default_factory=list)
    events: list[tuple[str, int]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    @property
    def inside(self) -> bool:
        """Whether any test ran in the students' own processes."""
        return any(exercise.inside for exercise in self.exercises)

    @property
    def submissions(self) -> int:
        """How many are counted."""
        return len(self.students)

    @property
    def mean(self) -> float:
        """Mean of the marks."""
        return statistics.fmean(self.scores)

    @property
    def median(self) -> float:
        """Median of the marks."""
        return statistics.median(self.scores)

    @property
    def full(self) -> int:
        """How many have all points."""
        return sum(score >= self.possible - 1e-9 for score in self.scores)


def summarise(assignment: str, records: Iterable[Graded]) -> Summary:
    """Count what a class did, reading each record once.

    Parameters
    ----------
    assignment : str
        Name of the assignment.
    records : iterable of Graded
        One for each student. Those whose file could not be read have no marks here; they only
        stand among those that need a person.
    """
    summary = Summary(assignment)
    exercises: dict[str, ExerciseSummary] = {}
    failed: Counter[tuple[str, str]] = Counter()
    named: Counter[tuple[str, str]] = Counter()
    hints: dict[tuple[str, str], Counter[str]] = {}
    repairs: Counter[str] = Counter()
    events: Counter[str] = Counter()
    times = []
    for graded in records:
        summary.students.append(graded.student)
        if graded.reasons:
            summary.people.append(LookAt(graded.student, list(dict.fromkeys(graded.reasons))))
        summary.repaired += bool(graded.repairs)
        repairs.update(set(graded.repairs))
        events.update({event.kind.value for event in graded.events})
        summary.moved += moved_by(graded)
        if graded.seconds.get("total"):
            times.append((graded.student, graded.seconds))
        if graded.problem:
            continue
        summary.scores.append(graded.score)
        for result in graded.exercises:
            name = exercise_of(result.grade_id)
            if name not in exercises:
                exercises[name] = ExerciseSummary(
                    name, result.title or name, result.points, inside=result.inside
                )
            _count(result, exercises[name], failed, named, hints)
    summary.exercises = list(exercises.values())
    summary.possible = sum(exercise.points for exercise in summary.exercises)
    summary.failures = _most(failed, exercises)
    summary.mistakes = _most(named, exercises, hints)
    times.sort(key=lambda one: -one[1]["total"])
    summary.seconds = [seconds["total"] for _, seconds in times]
    summary.slowest = times[:SLOWEST]
    summary.repairs = repairs.most_common(SHOWN)
    summary.events = events.most_common()
    summary.moved.sort(key=lambda one: one.by)
    return summary


def _count(
    result: ExerciseResult,
    exercise: ExerciseSummary,
    failed: Counter[tuple[str, str]],
    named: Counter[tuple[str, str]],
    hints: dict[tuple[str, str], Counter[str]],
) -> None:
    """Add one submission's exercise; a check or mistake counts once for each submission."""
    exercise.scores.append(result.score)
    wrong = [check for check in result.checks if not check.passed]
    if wrong and all(check.mistake == NOT_SOLVED for check in result.checks):
        exercise.untouched += 1
        return
    failed.update({(exercise.name, check.name) for check in wrong})
    named.update({(exercise.name, check.mistake) for check in wrong if check.mistake})
    for check in wrong:
        if check.mistake:
            hints.setdefault((exercise.name, check.mistake), Counter())[check.hint] += 1


def _most(
    counted: Counter[tuple[str, str]],
    exercises: dict[str, ExerciseSummary],
    hints: dict[tuple[str, str], Counter[str]] | None = None,
) -> list[Failure]:
    """Rank what was counted; shares are of the submissions that had worked on the exercise."""
    ranked = []
    for (name, what), number in counted.most_common(SHOWN):
        exercise = exercises[name]
        worked = len(exercise.scores) - exercise.untouched
        hint = (hints or {}).get((name, what), Counter()).most_common(1)
        said = hint[0][0] if hint else ""
        ranked.append(Failure(exercise.title, what, number, number / worked, said))
    return ranked


def bins(
    values: Iterable[float], most: int = 20, top: float = 0.0, least: float = 0.0
) -> list[Bar]:
    """Count values in bars of a round width.

    Parameters
    ----------
    values : iterable of float
        Not negative.
    most : int, optional
        Bars at most.
    top : float, optional
        Where the last bar ends at the earliest, if no value is larger.
    least : float, optional
        Width of a bar at least.

    Returns
    -------
    list of Bar
        From 0 on, without a gap; the largest possible value counts in the last bar.
    """
    values = list(values)
    top = max([*values, top])
    if top <= 0:
        return [Bar(0.0, 1.0, len(values))] if values else []
    power = 10.0 ** math.floor(math.log10(top / most))
    steps = (step * power for step in (1, 2, 5, 10, 20))
    width = max(least, next(step for step in steps if step * most >= top * 0.999))
    number = max(1, math.ceil(top / width - 1e-9))
    bars = [Bar(round(i * width, 9), round((i + 1) * width, 9), 0) for i in range(number)]
    for value in values:
        bars[min(int(value / width + 1e-9), number - 1)].count += 1
    return bars


def write_summary(root: str | Path, assignment: str, records: Iterable[Graded]) -> Path:
    """Write the summary page of an assignment.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignment : str
        Name of the assignment.
    records : iterable of Graded
        What has been graded.

    Returns
    -------
    Path
        ``summary/<assignment>.html`` below `root`.
    """
    root = Path(root)
    excused = read_arrangements(root).excused(assignment)
    summary = summarise(assignment, (each for each in records if each.student not in excused))
    summary.left_out = left_out(root, assignment, {*summary.students, *excused})
    summary.absent, summary.excused = _without_hand_in(root, assignment, summary, excused)
    for person in summary.people:
        person.links = _links(root, assignment, person.student)
    page = render(
        "summary.html.j2",
        summary=summary,
        title=_title(root, assignment),
        marks=_chart(bins(summary.scores, top=summary.possible, least=0.5), "points", summary),
        times=_chart(bins(summary.seconds, most=12), "seconds"),
        when=datetime.now(timezone.utc).strftime("%d %B %Y, %H:%M UTC").lstrip("0"),
    )
    path = root / "summary" / f"{assignment}.html"
    write_atomically(path, page.encode())
    return path


def _without_hand_in(
    root: Path, assignment: str, summary: Summary, excused: set[str]
) -> tuple[list[str], list[str]]:
    """Name who of the roster has not handed in, and who need not."""
    roster = read_roster(root) or Roster()
    places, folder = folders_of(root), folder_and_notebook(assignment)[0]
    known = {*summary.students, *summary.left_out, *excused}
    absent = [
        _said(person)
        for person in roster.people
        if person.id not in known and not os.path.lexists(places.submitted / person.id / folder)
    ]
    people = {person.id: person for person in roster.people}
    return absent, [_said(people.get(student, Person(student))) for student in sorted(excused)]


def _said(person: Person) -> str:
    return f"{person.name} ({person.id})" if person.name != person.id else person.id


def _title(root: Path, assignment: str) -> str:
    tutorial = settings_of(root).tutorials.get(assignment)
    return f"Tutorial {tutorial.order}: {tutorial.title}" if tutorial else assignment


def _links(root: Path, assignment: str, student: str) -> list[tuple[str, str]]:
    """Addresses, from the page, of what there is to look at."""
    folder, notebook = folder_and_notebook(assignment)
    graded = f"{student}/{folder}/{notebook}"
    places = folders_of(root)
    found = [
        ("handed in", places.submitted / student / folder),
        ("graded", places.autograded / f"{graded}.ipynb"),
        ("feedback", places.feedback / f"{graded}.html"),
    ]
    page = (root / "summary" / assignment).parent
    return [(name, quote(os.path.relpath(place, page))) for name, place in found if place.exists()]


def _chart(bars: list[Bar], unit: str, summary: Summary | None = None) -> dict[str, Any]:
    """Where the parts of a histogram stand, in a drawing 720 wide and 220 high."""
    if not bars:
        return {}
    width, height = 720.0, 180.0
    highest = max(bar.count for bar in bars)
    step = width / len(bars)
    drawn = [
        {
            "x": round(i * step + 2, 2),
            "y": round(height - height * 0.88 * bar.count / highest, 2),
            "width": round(step - 4, 2),
            "height": round(height * 0.88 * bar.count / highest, 2),
            "middle": round((i + 0.5) * step, 2),
            "count": bar.count,
            "name": f"{bar.low:g} to {bar.high:g} {unit}: {count(bar.count, 'submission')}",
        }
        for i, bar in enumerate(bars)
    ]
    # On a narrow screen seven numbers below the axis still fit.
    every = next(step for step in (1, 2, 4, 5, 10) if len(bars) <= 7 * step)
    edges = [*(bar.low for bar in bars), bars[-1].high]
    ticks = [(round(i * step, 2), f"{edges[i]:g}") for i in range(0, len(edges), every)]
    chart = {"bars": drawn, "ticks": ticks, "unit": unit}
    if summary and summary.scores:
        chart["mean"] = round(width * summary.mean / bars[-1].high, 2)
    return chart
