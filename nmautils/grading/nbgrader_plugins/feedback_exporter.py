"""What ``nbgrader generate_feedback`` and formgrader's button plug in: our own page."""

from typing import Any

from nbconvert.exporters import Exporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import default

from nmautils.grading.report.feedback import read_page
from nmautils.grading.report.page import render

__all__ = ["FeedbackExporter", "GradebookMarks"]


class GradebookMarks(NbGraderPreprocessor):
    """Write what the gradebook knows of a submission into the notebook before its page is made.

    Points and comments go to where nbgrader's own step puts them; besides, whether a person has
    yet to mark a cell, when it was handed in, and what that cost.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change the page's notebook in place; the autograded one stays as it is."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            submitted = gradebook.find_submission_notebook(
                where["notebook"], where["assignment"], where["student"]
            )
            grades = {grade.name: grade for grade in submitted.grades}
            comments = {comment.name: comment.comment for comment in submitted.comments}
            for cell in nb.cells:
                graded = cell.metadata.get("nbgrader", {})
                name = graded.get("grade_id")
                if name in grades:
                    graded.score = grades[name].score
                    graded.points = grades[name].max_score
                    graded.open = bool(grades[name].needs_manual_grade)
                if comments.get(name):
                    graded.comment = comments[name]
            where["late_penalty"] = submitted.late_submission_penalty or 0.0
            where["timestamp"] = submitted.assignment.timestamp
            where["seconds_late"] = submitted.assignment.total_seconds_late
        return nb, resources


class FeedbackExporter(Exporter):
    """Turns a graded notebook into the page that its author gets."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, Any]:
        """Run the preprocessors and make the page."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return render("feedback.html.j2", page=read_page(nb, resources)), resources
