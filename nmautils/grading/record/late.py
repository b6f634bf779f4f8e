"""Due dates, the late policy, what was agreed with single students, and what lateness costs.

The points that a late hand-in loses are computed whenever marks are read, by `Terms.penalty`, so
they follow points that a person gave, a new due date and a new arrangement at once. What
nbgrader's gradebook has stored is for formgrader, and `bring_into_step` renews it.
"""

import math
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from nmautils.course.plain import CONFIG_FILE, folders_of, read_config, settings_of
from nmautils.course.settings import FILE_NAME, Late, Settings, due_utc, read_settings
from nmautils.grading.model.names import folder_and_notebook
from nmautils.people import arrangements as agreed
from nmautils.people import roster as people
from nmautils.people.arrangements import Arrangements, read_arrangements
from nmautils.people.collected import COLLECTED_FILE, read_collected
from nmautils.people.roster import Roster, read_roster

from .book import read_book

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

__all__ = [
    "Lateness",
    "Terms",
    "bring_into_step",
    "days_late",
    "late_points",
    "late_share",
    "terms_of",
    "update_due_date",
]

DAY = 24 * 60 * 60
CLOSE = 1e-9  # points


def late_share(
    seconds_late: float, late: Late, due: datetime | None = None, zone: tzinfo | None = None
) -> float:
    """Share of the marks that a late hand-in costs.

    Parameters
    ----------
    seconds_late : float
        Seconds after the due date.
    late : Late
        The section ``[late]`` of ``course.toml``.
    due, zone : optional
        As in `days_late`.

    Returns
    -------
    float
        Between 0 and ``late.maximum``: ``late.per_day`` for each day begun after the grace.
    """
    days = days_late(_after_grace(seconds_late, late), due, zone)
    return min(late.maximum, days * late.per_day)


def _after_grace(seconds_late: float, late: Late) -> float:
    return seconds_late - 60 * late.grace_minutes


def late_points(
    score: float, seconds_late: float, settings: Settings, deadline: datetime | None
) -> float:
    """Points that a late hand-in loses by ``course.toml``.

    Parameters
    ----------
    score : float
        What was earned, points that a person gave included.
    seconds_late : float
        Seconds after the deadline.
    settings : Settings
        Of the course.
    deadline : datetime or None
        The due date with the student's extension, in UTC.
    """
    share = late_share(seconds_late, settings.late, deadline, settings.zone)
    return max(0.0, min(score, round(share * score, 6)))


def days_late(seconds: float, due: datetime | None = None, zone: tzinfo | None = None) -> int:
    """Count the days begun after a due date.

    Parameters
    ----------
    seconds : float
        How much later than the due date.
    due : datetime, optional
        The due date, with the student's extension; in UTC if it has no zone.
    zone : tzinfo, optional
        Where a day ends at the due date's time of the clock, also when the clocks change. Without
        a due date or a zone, a day has 24 hours.
    """
    days = math.ceil(max(0.0, seconds) / DAY)
    if days == 0 or due is None or zone is None:
        return days
    due = due if due.tzinfo else due.replace(tzinfo=timezone.utc)
    # Changes of the clocks add or take some hours, in all less than a day.
    for fewer in range(max(days - 1, 1), days + 1):
        if seconds <= _seconds_to(due, fewer, zone):
            return fewer
    return days + 1


def _seconds_to(due: datetime, days: int, zone: tzinfo) -> float:
    """Seconds from a due date to the same time of the clock some days later."""
    try:
        later = due.astimezone(zone) + timedelta(days=days)
        # A time that the clocks show twice, or not at all, is the later of the two it may be.
        ends = (later.replace(fold=fold).astimezone(timezone.utc) for fold in (0, 1))
        return (max(ends) - due).total_seconds()
    except OverflowError:  # after the last day of the calendar
        return math.inf


# --- one hand-in ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lateness:
    """How late a hand-in counts as.

    Parameters
    ----------
    seconds : float
        Seconds after the deadline; 0 if it came in time, or nobody knows when.
    deadline : datetime or None
        The due date with the student's extension, in UTC without a zone.
    days : int or None
        Days that the course counts as late; None if it has no ``course.toml``.
    excused : bool
        Whether the student is excused, so that no mark counts.
    time_unknown : bool
        Whether nobody knows when it came, though that would matter.
    """

    seconds: float = 0.0
    deadline: datetime | None = None
    days: int | None = None
    excused: bool = False
    time_unknown: bool = False


@dataclass(frozen=True)
class Terms:
    """What decides on marks beside the gradebook; nothing, if all is left out.

    Parameters
    ----------
    settings : Settings or None
        None in a course without ``course.toml``, whose due dates are those of the gradebook.
    computed : bool
        Whether the policy is that of ``course.toml``, so that penalties are computed here. Else
        the gradebook's own hold.
    roster : Roster or None
        Who is in the course.
    arrangements : Arrangements
        Extensions and excuses.
    without_time : collection of (str, str)
        Student and assignment of hand-ins of which a platform does not say when they came.
    """

    settings: Settings | None = None
    computed: bool = False
    roster: Roster | None = None
    arrangements: Arrangements = field(default_factory=Arrangements)
    without_time: Collection[tuple[str, str]] = ()

    @property
    def zone(self) -> tzinfo | None:
        """Where the course's clocks are, if it says so."""
        return self.settings.zone if self.settings else None

    def due(self, assignment: str, known: datetime | None) -> datetime | None:
        """Give the due date of ``course.toml``, else the gradebook's; in UTC without a zone."""
        tutorials = self.settings.tutorials if self.settings else {}
        tutorial = tutorials.get(folder_and_notebook(assignment)[0])
        return (due_utc(tutorial) if tutorial else None) or known

    def deadline(
        self, student: str, assignment: str, due: datetime | None, extension: timedelta | None
    ) -> datetime | None:
        """Give the due date of one student, in UTC without a zone.

        An extension in the gradebook holds if ``arrangements.csv`` says nothing of the student.
        """
        start = self.due(assignment, due)
        made = self.arrangements.of(student, assignment)
        if start is None:
            return None
        if made.until is not None:
            return max(start, made.until.astimezone(timezone.utc).replace(tzinfo=None))
        try:
            if made.days:
                zone, there = self.zone or timezone.utc, start.replace(tzinfo=timezone.utc)
                return start + timedelta(seconds=_seconds_to(there, made.days, zone))
            return start + (extension or timedelta())
        except OverflowError:
            return datetime.max

    def lateness(
        self,
        student: str,
        assignment: str,
        timestamp: datetime | None,
        due: datetime | None,
        extension: timedelta | None = None,
    ) -> Lateness:
        """Say how late a hand-in counts as.

        Parameters
        ----------
        student, assignment : str
            Whose and of which.
        timestamp, due, extension : optional
            What the gradebook has of it, in UTC without a zone.
        """
        deadline = self.deadline(student, assignment, due, extension)
        excused = self.arrangements.of(student, assignment).excused
        folder = folder_and_notebook(assignment)[0]
        unknown = timestamp is None or (student, folder) in self.without_time
        seconds = 0.0
        if not (deadline is None or timestamp is None or unknown or excused):
            seconds = max(0.0, (timestamp - deadline).total_seconds())
        days = None
        if self.settings is not None:
            days = days_late(_after_grace(seconds, self.settings.late), deadline, self.zone)
        return Lateness(seconds, deadline, days, excused, unknown and deadline is not None)

    def penalty(self, late: Lateness, score: float, stored: float | None = None) -> float:
        """Points that a hand-in loses: the one place that says so to all who read marks.

        Parameters
        ----------
        late : Lateness
            How late it counts as.
        score : float
            What was earned in a notebook.
        stored : float, optional
            What the gradebook has, which holds under a policy of nbgrader's.
        """
        if late.excused:
            return 0.0
        if self.settings is None or not self.computed:
            return float(stored or 0.0)
        return late_points(score, late.seconds, self.settings, late.deadline)


# --- a course ------------------------------------------------------------------------------------

# Where the policy of course.toml stands, and where it stood.
POLICIES = (
    "nmautils.grading.nbgrader_plugins.late_policy.LatePolicy",
    "nmautils.grading.late.LatePolicy",
)


def terms_of(root: str | Path) -> Terms:
    """Read what decides on a course's marks beside its gradebook.

    Raises
    ------
    CourseError
        If one of its files has a mistake.
    """
    root = Path(root).resolve()
    names = (FILE_NAME, CONFIG_FILE, people.FILE_NAME, agreed.FILE_NAME, COLLECTED_FILE)
    return _terms_of(root, tuple(_changed(root / name) for name in names))


def _changed(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)  # for feedback, which asks once for each page
def _terms_of(root: Path, changed: tuple[tuple[int, ...], ...]) -> Terms:
    settings = read_settings(root) if (root / FILE_NAME).is_file() else None
    arrangements = read_arrangements(root)
    for line in arrangements.unknown:
        # Whatever reads marks tells it; only this place sees all who do.
        print(f"nmautils: {line}", file=sys.stderr)
    return Terms(
        settings,
        settings is not None and _has_our_policy(root),
        read_roster(root),
        arrangements,
        _without_time(root),
    )


def _has_our_policy(root: Path) -> bool:
    if not (root / CONFIG_FILE).is_file():
        return False
    kind = read_config(root).AssignLatePenalties.get("plugin_class", "")
    name = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
    return name in POLICIES


def _without_time(root: Path) -> frozenset[tuple[str, str]]:
    """Find the hand-ins of which the platform does not say when they came."""
    submitted, found = folders_of(root).submitted, set()
    for (student, assignment), came in read_collected(root).items():
        folder = folder_and_notebook(assignment)[0]
        # A person may have written down since when it came.
        stamp = submitted / student / folder / "timestamp.txt"
        if came.time is None and not stamp.exists():
            found.add((student, folder))
    return frozenset(found)


def update_due_date(gradebook: "Gradebook", root: str | Path, assignment: str) -> None:
    """Give an assignment in the gradebook the due date of ``course.toml``, if that has one."""
    tutorial = settings_of(root).tutorials.get(assignment)
    due = due_utc(tutorial) if tutorial else None
    if due is None:
        return
    entry = gradebook.find_assignment(assignment)
    if entry.duedate != due:
        entry.duedate = due
        gradebook.db.commit()


STORE = "UPDATE submitted_notebook SET late_submission_penalty = :points WHERE id = :row"


def bring_into_step(
    gradebook: "Gradebook",
    terms: Terms,
    penalty: Callable[[str, float, Lateness], float | None],
    only: tuple[str, str] | None = None,
) -> int:
    """Store the penalties of now in a gradebook, where formgrader finds them.

    Parameters
    ----------
    gradebook : Gradebook
        nbgrader's, open for writing.
    terms : Terms
        What decides beside it.
    penalty : callable
        Gives the points that a student loses of a notebook's score.
    only : (str, str), optional
        The student and assignment to look at, by default all.

    Returns
    -------
    int
        How many were changed.
    """
    from sqlalchemy import text  # which only those load who write

    book = read_book(lambda statement: gradebook.db.execute(text(statement)).all())
    due = {assignment.name: assignment.duedate for assignment in book.assignments}
    changed = []
    for (assignment, student), submission in book.submissions.items():
        if only not in (None, (student, assignment)):
            continue
        late = terms.lateness(
            student, assignment, submission.timestamp, due[assignment], submission.extension
        )
        for notebook in submission.notebooks:
            points = penalty(student, notebook.score, late)
            if abs((points or 0.0) - (notebook.late_submission_penalty or 0.0)) > CLOSE:
                changed.append({"points": points, "row": notebook.key})
    if changed:
        gradebook.db.execute(text(STORE), changed)
    gradebook.db.commit()
    return len(changed)
