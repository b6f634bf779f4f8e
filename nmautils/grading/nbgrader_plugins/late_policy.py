"""The late policy of ``course.toml`` as nbgrader's plug-in."""

from typing import Any

from nbgrader.plugins import LateSubmissionPlugin

from nmautils.course.settings import read_settings
from nmautils.grading.record.late import late_share

from .course_directory import course_directory

__all__ = ["DueDate", "LatePolicy"]  # noqa: F822  (given by __getattr__)


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's late penalty by the section ``[late]`` of ``course.toml``."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off; None if the hand-in came within the grace period."""
        settings = read_settings(course_directory(self).root)
        share = late_share(total_seconds_late, settings.late)
        return round(share * score, 6) if share else None


def __getattr__(name: str) -> Any:
    # It is a step of nbconvert, which `nmautils grade` need not load for the policy.
    if name == "DueDate":
        from .due_date import DueDate

        return DueDate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
