"""The late policy of ``course.toml`` as nbgrader's plug-in, and the due date as a step."""

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor

from nmautils.course.plain import settings_of
from nmautils.grading.record.late import late_share, update_due_date

from .course_directory import course_directory

__all__ = ["DueDate", "LatePolicy"]


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's late penalty by the section ``[late]`` of ``course.toml``."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off; None if the hand-in came within the grace period."""
        settings = settings_of(course_directory(self).root)
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
