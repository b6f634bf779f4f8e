"""First steps of ``nbgrader autograde``: read what came, and put back what was lost.

`rebuild` does the work on the cells. nbgrader's own steps then restore the sources of the test
cells, hidden parts included, from its database.
"""

from pathlib import Path
from typing import Any, NoReturn

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from nbgrader.preprocessors import NbGraderPreprocessor

from .matching import grade_id_of
from .reading import read_notebook
from .rebuild import rebuild

__all__ = ["RepairCells", "SubmissionExporter", "course_directory", "rebuild"]


def course_directory(step: Any) -> CourseDirectory:
    """Find the course directory that a plug-in of nbgrader works for."""
    owner = step
    while owner is not None:
        if getattr(owner, "coursedir", None) is not None:
            return owner.coursedir
        owner = getattr(owner, "parent", None)
    return CourseDirectory(config=step.config)


class SubmissionExporter(NotebookExporter):
    """nbgrader's notebook exporter, except that a submission only ever fails for itself.

    What cannot be read raises a plain one-line `ValueError`, after which nbgrader goes on with
    the next student; so do nbgrader's schema exceptions, which would otherwise end the run.
    Before a submission is read, the automatic scores of an earlier hand-in are forgotten, so
    that a new hand-in can never keep points of the old one.
    """

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Read, repair and convert the notebook of one submission."""
        where = (resources or {}).get("nbgrader", {})
        _forget_scores(where)
        raw = file_stream.buffer.read() if hasattr(file_stream, "buffer") else file_stream.read()
        whose = f"{where.get('notebook', 'notebook')} of {where.get('student', 'a student')}"
        try:
            notebook = read_notebook(raw if isinstance(raw, bytes) else raw.encode())
        except ValueError as error:
            self._give_up(f"{whose}: {error}. Ask for the file again.")
        try:
            return self.from_notebook_node(notebook, resources=resources, **kw)
        except (SchemaTooOldError, SchemaTooNewError) as error:
            self._give_up(f"{whose}: damaged nbgrader metadata ({error}). Look at the file.")

    def _give_up(self, why: str) -> NoReturn:
        # nbgrader prints a traceback as well; this line is the one to read.
        self.log.error(why)
        raise ValueError(why) from None


def _forget_scores(where: dict[str, str]) -> None:
    if "db_url" not in where:
        return
    with Gradebook(where["db_url"]) as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(
                where["notebook"], where["assignment"], where["student"]
            )
        except MissingEntry:
            return
        for grade in submitted.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()


class RepairCells(NbGraderPreprocessor):
    """Rebuild a submission from the release, with the student's own work put into it.

    What was done is kept in ``nb.metadata.nmautils.repairs`` for the feedback page.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rebuild one notebook."""
        release = self._release(resources["nbgrader"])
        notes: list[str] = []
        if release is None:
            _drop_later_duplicates(nb)
        else:
            nb, notes = rebuild(release, nb)
        nb.metadata["nmautils"] = {"repairs": notes}
        for note in notes:
            self.log.warning("%s: %s", resources["nbgrader"].get("student"), note)
        return nb, resources

    def _release(self, where: dict[str, str]) -> NotebookNode | None:
        course = course_directory(self)
        folder = course.format_path(course.release_directory, ".", where["assignment"])
        path = Path(folder) / f"{where['notebook']}.ipynb"
        if not path.is_file():
            self.log.warning("no %s to repair by: only copies are removed", path)
            return None
        return read_notebook(path.read_bytes())


def _drop_later_duplicates(nb: NotebookNode) -> None:
    """Without a release to go by: let every grade id, of several cells the last, count once."""
    seen = set()
    for cell in reversed(nb.cells):
        cell.metadata.pop("tags", None)
        name = grade_id_of(cell)
        if name is None or name in seen:
            cell.metadata.pop("nbgrader", None)
        seen.add(name)
