"""Feedback pages that are older than the marks they show."""

from glob import escape
from pathlib import Path

from nmautils.course.plain import folders_of
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.record.records import record_path

__all__ = ["is_stale", "stale_pages"]


def is_stale(root: str | Path, assignment: str, student: str) -> bool:
    """Tell whether a hand-in was graded, or its marks saved, after its feedback page was written.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignment, student : str
        Which and whose. Without a page nothing is stale.

    Notes
    -----
    The times of files are compared. Saving writes the graded notebook each time, also if only the
    time of the hand-in was another one.
    """
    folders, (folder, notebook) = folders_of(root), folder_and_notebook(assignment)
    where = Path(student, folder)
    page = _changed(folders.feedback / where / f"{notebook}.html")
    graded = _changed(folders.autograded / where / f"{notebook}.ipynb")
    return 0 < page < max(graded, _changed(record_path(root, assignment, student)))


def stale_pages(root: str | Path, assignment: str) -> list[str]:
    """Name the students whose page has to be written again, see `is_stale`."""
    folder, notebook = folder_and_notebook(assignment)
    pages = sorted(folders_of(root).feedback.glob(f"*/{escape(folder)}/{escape(notebook)}.html"))
    students = [page.parent.parent.name for page in pages]
    return [student for student in students if is_stale(root, assignment, student)]


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
