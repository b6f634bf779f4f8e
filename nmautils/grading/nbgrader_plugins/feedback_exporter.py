"""What ``nbgrader generate_feedback`` and formgrader's button plug in: our own page."""

from typing import Any

from nbconvert.exporters import Exporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import default

from nmautils.course.gradebook import read_only
from nmautils.errors import CourseError, GradingFailed
from nmautils.grading.model.names import name_of
from nmautils.grading.record.book import Lookup
from nmautils.grading.record.late import terms_of
from nmautils.grading.record.marks import marks_of
from nmautils.grading.record.records import read_record
from nmautils.grading.report.feedback import feedback_page_apart
from nmautils.grading.report.names import called

from .course_directory import check_gradebook, course_directory, say_errors_in_one_line

__all__ = ["FeedbackExporter", "GradebookMarks"]

RESULT = "nmautils_result"


class GradebookMarks(NbGraderPreprocessor):
    """Find the record of a submission and what the gradebook holds of it, for the exporter."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Leave the notebook as it is; put record and marks into `resources`."""
        where = resources["nbgrader"]
        student = where["student"]
        assignment = name_of(where["assignment"], where["notebook"])
        directory, said = course_directory(self), list[str]()
        graded = read_record(directory.root, assignment, student, said.append)
        if graded is None:
            found = said[0] if said else "there is no record of its grading"
            raise GradingFailed(
                f"{student}/{assignment}: {found}; run `nmautils grade {assignment}` or "
                f"`nbgrader autograde {assignment} --force`"
            )
        terms = terms_of(directory.root)
        with read_only(directory) as query:
            marks = marks_of(Lookup(query), assignment, student, terms)
            name = called(terms.roster, query, student)
        resources[RESULT] = graded, marks, name
        return nb, resources


class FeedbackExporter(Exporter):
    """Turns the result of a submission into the page that its author gets."""

    output_mimetype = "text/html"

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config, **kw)  # type: ignore[no-untyped-call]  # nbconvert has no types
        say_errors_in_one_line(self)
        check_gradebook(self)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(  # type: ignore[override]  # a page is text, as in HTMLExporter
        self, filename: str, resources: Any = None, **kw: Any
    ) -> tuple[str, Any]:
        """Make the page without the graded notebook, since the record holds all that it shows."""
        return self.from_notebook_node(new_notebook(), resources, **kw)

    def from_notebook_node(  # type: ignore[override]  # a page is text, as in HTMLExporter
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, Any]:
        """Run the preprocessors and make the page."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        if RESULT not in resources:
            raise CourseError(
                "GenerateFeedback.preprocessors in nbgrader_config.py has to name "
                f"{__name__}.{GradebookMarks.__name__}"
            )
        graded, marks, name = resources.pop(RESULT)
        return feedback_page_apart(graded, marks, name), resources
