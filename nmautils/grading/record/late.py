"""Due dates and the late policy, both from ``course.toml``."""

import math
from pathlib import Path

from nbgrader.api import Gradebook

from nmautils.course.plain import settings_of
from nmautils.course.settings import Late, due_utc

__all__ = ["late_share", "update_due_date"]

DAY = 24 * 60 * 60


def late_share(seconds_late: float, late: Late) -> float:
    """Share of the marks that a late hand-in costs.

    Parameters
    ----------
    seconds_late : float
        Seconds after the due date.
    late : Late
        The section ``[late]`` of ``course.toml``.

    Returns
    -------
    float
        Between 0 and ``late.maximum``: ``late.per_day`` for each day begun after the grace.
    """
    over = max(0.0, seconds_late - 60 * late.grace_minutes)
    return min(late.maximum, math.ceil(over / DAY) * late.per_day)


def update_due_date(gradebook: Gradebook, root: str | Path, assignment: str) -> None:
    """Give an assignment in the gradebook the due date of ``course.toml``, if that has one."""
    tutorial = settings_of(root).tutorials.get(assignment)
    due = due_utc(tutorial) if tutorial else None
    if due is None:
        return
    entry = gradebook.find_assignment(assignment)
    if entry.duedate != due:
        entry.duedate = due
        gradebook.db.commit()
