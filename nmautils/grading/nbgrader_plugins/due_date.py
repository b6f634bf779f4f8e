"""The due date of ``course.toml`` as a step of nbgrader's."""

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from nmautils.grading.record.late import update_due_date

from .course_directory import course_directory

__all__ = ["DueDate"]


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
