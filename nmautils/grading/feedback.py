"""The step of ``nbgrader generate_feedback`` that keeps hidden tests hidden."""

import html
import re
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from .marks import exercise_of

__all__ = ["HideHiddenTests", "cut_hidden"]

REGIONS = [
    ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
    ("### BEGIN MARK SCHEME", "### END MARK SCHEME"),
]
IN_PLACE = "# (hidden checks ran here; the table below says how they went)"

# The source of a test is long and has been seen; its table of checks is what to read.
STYLE = """<style>
a.anchor-link { display: none; }
img { max-width: 100%; height: auto; }
summary { display: list-item; cursor: pointer; }
div.nbgrader_cell:has(.panel-heading code) .input_area { max-height: 9em; overflow: auto; }
div.output_html td { padding: 0.3em 1em 0.3em 0; vertical-align: top; }
div.output_html tr + tr { border-top: 1px solid #ddd; }
</style>"""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Short lines (`x = 1`, `else:`) may stand in anybody's code and give nothing away.
_TELLING = 12


def cut_hidden(source: str) -> tuple[str, list[str]]:
    """Take the hidden regions out of a cell's source.

    Parameters
    ----------
    source : str
        Source of a cell, with any number of hidden regions. A region that does not end
        goes to the end of the cell.

    Returns
    -------
    shown : str
        The source with a comment in place of each region.
    hidden : list of str
        The lines that were cut, stripped, without the marks.
    """
    shown, hidden = [], []
    end = None
    for line in source.split("\n"):
        if end is not None:
            if end in line:
                end = None
            else:
                hidden.append(line.strip())
            continue
        end = next((close for begin, close in REGIONS if begin in line), None)
        shown.append(line if end is None else IN_PLACE)
    return "\n".join(shown), [line for line in hidden if line]


class HideHiddenTests(NbGraderPreprocessor):
    """Cut hidden tests out of a feedback page; the tables of checks with their hints stay.

    Lines of hidden tests also disappear from outputs and tracebacks of the whole notebook,
    since all of it ran in one process. At the top of the page stand the points by exercise
    and what was repaired.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change the page's notebook in place; the autograded one stays as it is."""
        telling: set[str] = set()
        for cell in nb.cells:
            cell.source, hidden = cut_hidden(cell.source)
            telling |= {line for line in hidden if len(line) >= _TELLING and line[0] != "#"}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = _without_interrupt(cell.outputs)
                for output in cell.outputs:
                    _scrub(output, telling)
        nb.cells.insert(0, new_markdown_cell(_summary(nb)))
        return nb, resources


def _summary(nb: NotebookNode) -> str:
    """Text for the top of the page: points by exercise, with links, and what was repaired."""
    lines = [STYLE, ""]
    for cell in nb.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade"):
            name, points = nbgrader["grade_id"], nbgrader["points"]
            earned = nbgrader.get("score") or 0
            exercise = exercise_of(name)
            lines.append(f"- **[{exercise}](#{name})**: {earned:g} of {points:g} points")
    repairs = nb.metadata.get("nmautils", {}).get("repairs", [])
    if repairs:
        lines += ["", "**Before grading, this notebook was repaired:**", ""]
        lines += [f"- {repair}" for repair in repairs]
    return "\n".join(lines)


def _without_interrupt(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out where a stopped cell happened to be: that it was stopped is said anyway."""
    errors = {output.ename for output in outputs if output.output_type == "error"}
    if "CellTimeoutError" not in errors:
        return outputs
    return [output for output in outputs if output.get("ename") != "KeyboardInterrupt"]


def _scrub(output: NotebookNode, telling: set[str]) -> None:
    """Take lines of hidden tests out of one output."""
    if output.output_type == "stream":
        output.text = _without(output.text, telling)
    elif output.output_type == "error":
        frames = [frame for frame in output.traceback if not _tells(frame, telling)]
        output.traceback = frames or [f"{output.ename}: {output.evalue}"]
        if _tells(output.evalue, telling):
            output.evalue, output.traceback = "", [output.ename]
    else:
        for kind, data in output.data.items():
            if kind.startswith("text/") and isinstance(data, str):
                output.data[kind] = _without(data, telling)


def _tells(text: str, telling: set[str]) -> bool:
    text = html.unescape(_COLOUR.sub("", text))
    return any(line in text for line in telling)


def _without(text: str, telling: set[str]) -> str:
    if not _tells(text, telling):
        return text
    # A table of checks is one long line: there only the telling words go.
    for line in telling:
        text = text.replace(line, "(hidden)").replace(html.escape(line), "(hidden)")
    return "\n".join(line for line in text.split("\n") if not _tells(line, telling))
