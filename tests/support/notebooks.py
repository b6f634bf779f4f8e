"""Notebooks of the repository, and cells in them."""

import nbformat
from nbformat.notebooknode import NotebookNode

from tests.support.paths import ROOT


def committed(folder: str, tutorial: str) -> NotebookNode:
    """Read a notebook of ``source``, ``release`` or ``solutions``."""
    return nbformat.read(ROOT / folder / tutorial / f"{tutorial}.ipynb", as_version=4)


def find_cell(nb: NotebookNode, grade_id: str) -> NotebookNode:
    """Return the cell with this grade id."""
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
