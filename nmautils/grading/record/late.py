"""Due dates and the late policy, both from ``course.toml``."""

import math
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from nmautils.course.plain import settings_of
from nmautils.course.settings import Late, Settings, due_utc

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

from .marks import SubmissionMarks

__all__ = ["days_late", "late_share", "update_due_date", "with_days"]

DAY = 24 * 60 * 60


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


def with_days(marks: SubmissionMarks, settings: Settings) -> SubmissionMarks:
    """Add to the marks of a submission how many days it is late as its course counts them."""
    over = _after_grace(marks.seconds_late, settings.late)
    zone = settings.zone
    return replace(marks, days_late=days_late(over, marks.due, zone), zone=zone)


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
