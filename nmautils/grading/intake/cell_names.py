"""Which assignment a notebook is of, told by the names of its cells and not by its own."""

from collections.abc import Collection
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from nmautils.cells import grade_id_of
from nmautils.course.plain import folders_of
from nmautils.errors import HandInError
from nmautils.grading.model.names import folder_and_notebook, released_names

from .files import read_regular
from .read import UNNAMED, read_notebook

__all__ = ["CellNames", "names_in"]


def names_in(notebook: NotebookNode) -> set[str]:
    """Give the ids and grade_ids of a notebook's cells."""
    ids = {cell.id for cell in notebook.cells if not cell.id.startswith(UNNAMED)}
    return ids | {name for cell in notebook.cells if (name := grade_id_of(cell))}


class CellNames:
    """The names of the cells of every release.

    Parameters
    ----------
    root : Path
        Folder of the course.
    assignments : collection of str
        Which, by what their files are called.
    """

    def __init__(self, root: Path, assignments: Collection[str]) -> None:
        self.names: dict[str, set[str]] = {}
        release = folders_of(root).release
        parts = map(folder_and_notebook, released_names(root))
        folders = {notebook: folder for folder, notebook in parts}
        for assignment in sorted(assignments):
            try:
                folder = folders.get(assignment, assignment)
                raw = read_regular(release / folder / f"{assignment}.ipynb")
                self.names[assignment] = names_in(read_notebook(raw))
            except HandInError:  # it is not released, so nothing can be told
                self.names[assignment] = set()

    def assignment_of(self, notebook: NotebookNode) -> str:
        """Name the one assignment that most of a notebook's cells are of; empty if none is.

        Parameters
        ----------
        notebook : NotebookNode
            What was handed in.
        """
        found = names_in(notebook)
        shared = {assignment: len(names & found) for assignment, names in self.names.items()}
        first, second = [*sorted(shared.values(), reverse=True), 0, 0][:2]
        if first == 0 or first < 2 * second:
            return ""
        return next(assignment for assignment, count in shared.items() if count == first)
