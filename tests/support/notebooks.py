"""Notebooks of the repository, and cells in them."""

from collections.abc import Collection

import nbformat
from nbformat.notebooknode import NotebookNode

from tests.support.paths import ROOT


def committed(folder: str, tutorial: str) -> NotebookNode:
    """Read a notebook of ``source``, ``release`` or ``solutions``."""
    return nbformat.read(ROOT / folder / tutorial / f"{tutorial}.ipynb", as_version=4)


def find_cell(nb: NotebookNode, grade_id: str) -> NotebookNode:
    """Return the cell with this grade id."""
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def solved(
    tutorial: str, exercises: Collection[str] | None = None, written: str | None = "Because it is."
) -> NotebookNode:
    """Return the release with exercises solved (by default all), and a text as each answer."""
    nb = committed("release", tutorial)
    for cell in nb.cells:
        mark = cell.metadata.get("nbgrader", {})
        if not mark.get("solution"):
            continue
        if cell.cell_type == "markdown":
            cell.source = cell.source if written is None else written
        elif exercises is None or mark["grade_id"] in exercises:
            answer = ROOT / "solutions" / tutorial / f"{mark['grade_id']}.py"
            cell.source = answer.read_text(encoding="utf-8")
    return nb
