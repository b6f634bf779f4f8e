"""Find a picture that a student's own cell takes from a file and shows, as an answer may be drawn.

The file stayed with the student; what is left of it is the cell's output. A figure that the cell
computes is no answer of this kind.
"""

import ast
from collections.abc import Iterable, Iterator

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell

from nmautils.grading.model.limits import CELL_OUTPUTS_READ

from .match_cells import Matching

__all__ = ["picture_shown"]

_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".heic", ".svg", ".tif", ".tiff")
_READING = {"Image", "SVG", "imread", "imread_v2", "open", "open_image", "read_image"}
_FORMS = ("image/png", "image/jpeg")


def picture_shown(match: Matching, at: int) -> NotebookNode | None:
    """Give a cell of text with the pictures of the student's own cell `at`, if it reads a file.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    at : int
        Position of the cell in the submission.

    Returns
    -------
    NotebookNode or None
        The cell; None if none of its own is shown there.
    """
    cell = match.cells[at]
    if cell.cell_type != "code" or match.found[at] is not None:
        return None
    nodes = [node for unit in match.parse(cell.source).units for node in unit.nodes]
    name = next(_files(nodes), "")
    if not name:
        return None
    pictures = {
        f"shown-{number}.{form[6:]}": {form: data}
        for number, (form, data) in enumerate(_pictures(cell), start=1)
    }
    lines = [f"![{name}](attachment:{picture})" for picture in pictures]
    shown: NotebookNode = new_markdown_cell(
        "\n\n".join(lines) or f"(the picture {name}, which is not here)"
    )
    shown.attachments = pictures
    return shown


def _files(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    """Give the names of files of pictures that statements read."""
    for node in nodes:
        for part in ast.walk(node):
            if not isinstance(part, ast.Call) or _called(part.func) not in _READING:
                continue
            values = [*part.args, *(keyword.value for keyword in part.keywords)]
            for value in values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    name = value.value.replace("\\", "/").rpartition("/")[2]
                    if name.lower().endswith(_ENDINGS):
                        yield "".join(x for x in name if x.isalnum() or x in " ._-")[:100]


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _pictures(cell: NotebookNode) -> Iterable[tuple[str, str]]:
    """Give the pictures among the outputs of a cell."""
    for output in cell.get("outputs", [])[:CELL_OUTPUTS_READ]:
        data = output.get("data")
        for form in _FORMS if isinstance(data, dict) else ():
            if isinstance(data.get(form), str):
                yield form, data[form]
                break
