"""Due dates and the late policy, both from ``course.toml``."""

import math
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor

from nmautils.course.settings import Late, due_utc, read_settings
from nmautils.grading.nbgrader_plugins.course_directory import course_directory

__all__ = ["DueDate", "LatePolicy", "late_share", "update_due_date"]

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
    over = seconds_late - 60 * late.grace_minutes
    if over <= 0:
        return 0.0
    return min(late.maximum, math.ceil(over / DAY) * late.per_day)


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's late penalty by the section ``[late]`` of ``course.toml``."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off; None if the hand-in came within the grace period."""
        settings = read_settings(course_directory(self).root)
        share = late_share(total_seconds_late, settings.late)
        return round(share * score, 6) if share else None


class DueDate(NbGraderPreprocessor):
    """Write the due date of ``course.toml`` into the gradebook before a hand-in is graded.

    An assignment without a due date there keeps the one that the gradebook has.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Leave the notebook as it is; update its assignment."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            update_due_date(gradebook, course_directory(self).root, where["assignment"])
        return nb, resources


def update_due_date(gradebook: Gradebook, root: str | Path, assignment: str) -> None:
    """Give an assignment in the gradebook the due date of ``course.toml``, if that has one."""
    tutorial = read_settings(root).tutorials.get(assignment)
    due = due_utc(tutorial) if tutorial else None
    if due is None:
        return
    entry = gradebook.find_assignment(assignment)
    if entry.duedate != due:
        entry.duedate = due
        gradebook.db.commit()
