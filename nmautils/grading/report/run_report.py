"""What one run of grading did, and where each hand-in stands afterwards."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nmautils.grading.model.limits import REASONS_IN_LINE
from nmautils.grading.model.results import Graded
from nmautils.grading.model.words import count
from nmautils.grading.safe.text import printable

from .regraded import Moved, moved_by

__all__ = [
    "Lines",
    "Report",
    "Standing",
    "compared",
    "first_reasons",
    "line_about",
    "line_about_once_more",
    "one_line",
]


class Lines:
    """How a run tells what it does: printed lines, unless a child does something else."""

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, flush=True)

    def begin(self, total: int) -> None:
        """Announce the number of submissions that are to be graded or saved."""

    def step(self, line: str) -> None:
        """Print the result of one of them."""
        self.say(line)


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
    inside : dict
        From assignments to their tests that ran in the students' own processes.
    regraded : Counter
        How many were graded that had been graded before, by assignment.
    moved : list of Moved
        What that changed.
    stale : dict
        From assignments to the students whose feedback page is older than the marks.
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
    inside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    regraded: Counter[str] = field(default_factory=Counter)
    moved: list[Moved] = field(default_factory=list)
    stale: dict[str, list[str]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    pages: list[Path] = field(default_factory=list)
    seconds: float = 0.0
    stopped: bool = False

    def stand(self, graded: Graded, problem: str) -> Standing:
        """Note where a hand-in stands that was graded, and what its folder says against it."""
        reasons = (*graded.reasons, problem)
        standing = Standing(
            graded.student,
            graded.assignment,
            graded.score,
            round(sum(exercise.points for exercise in graded.exercises), 6),
            tuple(dict.fromkeys(filter(None, reasons))),
        )
        self.standings[graded.student, graded.assignment] = standing
        return standing

    def compare(self, graded: Graded) -> None:
        """Note what the last grading changed of a hand-in that had been graded before."""
        self.regraded[graded.assignment] += 1
        self.moved += moved_by(graded)

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


def line_about(graded: Graded, standing: Standing, note: str) -> str:
    """Say in a line how a submission went."""
    seconds = graded.seconds.get("total")
    parts = [f"{standing.score:g}/{standing.possible:g}"]
    if seconds is not None:
        parts.append(f"{seconds:.1f} s")
    if note:
        parts.append(note)
    if graded.repairs:
        parts.append(f"{len(graded.repairs)} repaired")
    parts += dict.fromkeys(f"{event.kind} in {event.cell}" for event in graded.events)
    parts += [f"needs you: {why}" for why in first_reasons(standing.needs_person)]
    return "  ".join(map(printable, parts))


def line_about_once_more(before: Sequence[Graded | None]) -> str:
    """Say that some are graded once more, why, and how long that may take.

    Parameters
    ----------
    before : sequence of Graded or None
        What came out of each before: a result if it ran out of time, None if its worker was lost.
    """
    late = [graded.seconds.get("total", 0) for graded in before if graded is not None]
    parts = []
    if late:
        parts.append(f"{count(len(late), 'hand-in')} ran out of time beside others")
    if len(late) < len(before):
        lost = len(before) - len(late)
        parts.append(f"{count(lost, 'hand-in')} lost the worker")
    seconds = sum(late)
    how_long = f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
    return (
        f"{' and '.join(parts)}: graded once more, one at a time"
        f"{f', which may take {how_long}' if late else ''}"
    )


def compared(alone: Graded, among_others: Graded | None) -> Graded:
    """Ask a person about a submission whose time ran out only while others were being graded."""
    if among_others is None or among_others.score == alone.score:
        return alone
    why = (
        f"it ran out of time beside other hand-ins and got {among_others.score:g} points; alone it "
        f"got {alone.score:g}, which count"
    )
    return replace(alone, needs_person=(*alone.needs_person, why))


def first_reasons(reasons: Sequence[str]) -> list[str]:
    """Give the first reasons for a person to look, and how many more there are."""
    more = len(reasons) - REASONS_IN_LINE
    return [*reasons[:REASONS_IN_LINE], *([f"and {more} more"] if more > 0 else [])]


def one_line(error: BaseException) -> str:
    """Give the name and text of an error in a line."""
    return printable(f"{type(error).__name__}: {' '.join(str(error).split())}".strip(": "))[:300]
