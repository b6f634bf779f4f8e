"""Who gained and who lost when a class was graded again, exercise by exercise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nmautils.cells import exercise_of
from nmautils.grading.model.limits import NAMES_IN_LINE
from nmautils.grading.model.results import Graded
from nmautils.grading.model.words import count
from nmautils.grading.safe.text import printable

__all__ = ["Moved", "moved_by", "points_before", "table_of"]


@dataclass(frozen=True)
class Moved:
    """The points of one exercise that one student has now, and had before."""

    student: str
    assignment: str
    exercise: str
    title: str
    before: float
    after: float

    @property
    def by(self) -> float:
        """How many points were gained; below zero if they were lost."""
        return round(self.after - self.before, 6)

    def __str__(self) -> str:
        where = f"{self.student}/{self.assignment} {self.exercise}"
        return printable(f"{where} {self.before:g} → {self.after:g}")


def points_before(now: Graded, before: Mapping[str, float]) -> dict[str, float]:
    """Give the points before, of each test that gives others now."""
    return {
        exercise.grade_id: before[exercise.grade_id]
        for exercise in now.exercises
        if before.get(exercise.grade_id, exercise.score) != exercise.score
    }


def moved_by(graded: Graded) -> list[Moved]:
    """Give what the last grading of a hand-in changed."""
    return [
        Moved(
            graded.student,
            graded.assignment,
            exercise_of(exercise.grade_id),
            exercise.title or exercise_of(exercise.grade_id),
            graded.before[exercise.grade_id],
            exercise.score,
        )
        for exercise in graded.exercises
        if exercise.grade_id in graded.before
    ]


def table_of(assignment: str, regraded: int, moved: Sequence[Moved]) -> list[str]:
    """Say in a few lines what grading again changed.

    Parameters
    ----------
    assignment : str
        Name of the assignment.
    regraded : int
        How many hand-ins of it were graded again.
    moved : sequence of Moved
        What changed.
    """
    sums: dict[str, float] = {}
    for one in moved:
        sums[one.student] = sums.get(one.student, 0) + one.by
    totals = [round(total, 6) for total in sums.values()]
    up, down = sum(total > 0 for total in totals), sum(total < 0 for total in totals)
    lines = [
        f"{assignment}: {count(regraded, 'hand-in')} graded again: {up} gained, {down} lost, "
        f"{regraded - up - down} as before"
    ]
    by_exercise: dict[str, list[Moved]] = {}
    for one in moved:
        by_exercise.setdefault(one.exercise, []).append(one)
    width = max(map(len, by_exercise), default=0)
    for exercise, those in by_exercise.items():
        gained, lost = _side(those, 1), _side(those, -1)
        lines.append(f"  {exercise:<{width}}  {gained:>12} gained  {lost:>12} lost")
    # Whoever lost is to be looked at first.
    for word, those in (
        ("lost", [one for one in moved if one.by < 0]),
        ("gained", [one for one in moved if one.by > 0]),
    ):
        if those:
            lines.append(f"  {word}: {_listed(assignment, those)}")
    return lines


def _side(moved: Iterable[Moved], sign: int) -> str:
    """Say how many gained, or lost, and how many points in all."""
    points = [one.by for one in moved if one.by * sign > 0]
    return f"{len(points)} ({sum(points):+g})" if points else "0"


def _listed(assignment: str, moved: Sequence[Moved]) -> str:
    named = ", ".join(map(str, moved[:NAMES_IN_LINE]))
    more = len(moved) - NAMES_IN_LINE
    return f"{named}, and {more} more: see summary/{assignment}.html" if more > 0 else named
