"""The late policy of ``course.toml`` as nbgrader's plug-in."""

from datetime import datetime
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin

from nmautils.course.plain import settings_of
from nmautils.grading.record.late import late_points, terms_of

from .course_directory import course_directory

__all__ = ["DueDate", "LatePolicy"]  # noqa: F822  (given by __getattr__)


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's late penalty by the section ``[late]`` of ``course.toml``.

    Attributes
    ----------
    deadline : datetime or None
        The due date with the student's extension, in UTC, which nbgrader does not pass on.
        If nobody has set it, nbgrader's own step is at work: the deadline of the submission is
        looked up, and its lateness counted again, by ``arrangements.csv`` too.
    """

    deadline: datetime | None = None

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off; None if the hand-in came within the grace period."""
        root = course_directory(self).root
        deadline, seconds = self.deadline, total_seconds_late
        step = self.parent  # AssignLatePenalties, with its gradebook open
        if deadline is None and getattr(step, "gradebook", None) is not None:
            found = step.gradebook.find_submission(step.assignment_id, student_id)
            late = terms_of(root).lateness(
                student_id,
                step.assignment_id,
                found.timestamp,
                found.assignment.duedate,
                found.extension,
            )
            deadline, seconds = late.deadline, late.seconds
        return late_points(score, seconds, settings_of(root), deadline) or None


def __getattr__(name: str) -> Any:
    # It is a step of nbconvert, which `nmautils grade` need not load for the policy.
    if name == "DueDate":
        from .due_date import DueDate

        return DueDate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
