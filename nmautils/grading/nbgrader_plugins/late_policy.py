"""The late policy of ``course.toml`` as nbgrader's plug-in."""

from datetime import datetime
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin

from nmautils.course.plain import settings_of
from nmautils.grading.record.late import late_share

from .course_directory import course_directory

__all__ = ["DueDate", "LatePolicy"]  # noqa: F822  (given by __getattr__)


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's late penalty by the section ``[late]`` of ``course.toml``.

    Attributes
    ----------
    deadline : datetime or None
        The due date with the student's extension, in UTC, which nbgrader does not pass on.
        If nobody has set it, it is looked up for the submission that nbgrader works on.
    """

    deadline: datetime | None = None

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off; None if the hand-in came within the grace period."""
        settings = settings_of(course_directory(self).root)
        deadline = self.deadline or self._deadline_of(student_id)
        share = late_share(total_seconds_late, settings.late, deadline, settings.zone)
        return round(share * score, 6) if share else None

    def _deadline_of(self, student: str) -> datetime | None:
        step = self.parent  # AssignLatePenalties, with its gradebook open
        if getattr(step, "gradebook", None) is None:
            return None
        due: datetime | None = step.gradebook.find_submission(step.assignment_id, student).duedate
        return due


def __getattr__(name: str) -> Any:
    # It is a step of nbconvert, which `nmautils grade` need not load for the policy.
    if name == "DueDate":
        from .due_date import DueDate

        return DueDate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
