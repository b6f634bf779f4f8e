"""What formgrader plugs in: a submission opens on what the student wrote.

Formgrader itself stays as it is. Its exporter runs this step on the notebook that it is about to
show: the file is not changed, and the live notebook has everything.
"""

import html
from collections.abc import Iterator
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell

from nmautils.cells import Kind, exercise_of, grade_id_of, is_read_by_a_person, is_task
from nmautils.grading.model.outline import headings_of, titles_of

__all__ = ["AnswersFirst"]

GIVEN, TEST = "nmautils-given", "nmautils-test"
SHOW_ALL = "nmautils-show-all"
HIDDEN = (Kind.TEXT, Kind.SETUP, Kind.DEMO, Kind.EXPLORE)

# A browser that does not know :has() leaves this out and shows all, as without this step.
STYLE = f"""
.celltag_{TEST} .input_area {{ max-height: 9em; overflow: auto; }}
body:not(:has(#{SHOW_ALL}:checked)) .cell:is(.celltag_{GIVEN}, :has(.{GIVEN})) {{ display: none; }}
.nbgrader_cell .score {{ scroll-margin-top: 120px; }}
"""


class AnswersFirst(Preprocessor):
    """Hide what is the same for everybody, and show the tests in few lines.

    What stays is what the student wrote, the text of the exercise above it, the scores and the
    outcome of the checks. A box on the page shows the rest.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mark the cells; other pages than formgrader's, which have no submission, stay."""
        if not resources.get("submission_id"):
            return nb, resources
        asked = _asked(nb)
        for i, cell in enumerate(nb.cells):
            kind = _kind(cell)
            if kind is Kind.TEST:
                _tag(cell, TEST)
            elif kind in HIDDEN and i not in asked and not is_task(cell):
                if cell.cell_type == "code":
                    _tag(cell, GIVEN)
                else:
                    cell.source = f'<span class="{GIVEN}"></span>\n\n{cell.source}'
        nb.cells.insert(0, _top(nb))
        return nb, resources


def _kind(cell: NotebookNode) -> Kind | None:
    """Give the kind that our grading noted; a notebook that something else graded has none."""
    ours = cell.metadata.get("nmautils", {})
    return Kind(ours["kind"]) if "kind" in ours else None


def _asked(nb: NotebookNode) -> set[int]:
    """Give the cells of text that ask for an answer: from the last heading above it on."""
    asked: set[int] = set()
    section: list[int] = []
    for i, cell in enumerate(nb.cells):
        kind = _kind(cell)
        if kind in (Kind.EXERCISE, Kind.QUESTION) or is_task(cell):
            asked.update(section)
            section = []
        elif kind is Kind.TEXT:
            section = [i] if headings_of(cell) else [*section, i]
    return asked


def _tag(cell: NotebookNode, tag: str) -> None:
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), tag]


def _top(nb: NotebookNode) -> NotebookNode:
    """Make the cell above all others: links to the scores, the box that shows the rest, the style.

    The page's own list of styles is made by a later step, which leaves out what stands in it.
    """
    given = [cell for cell in nb.cells if _kind(cell) is not Kind.OWN]
    titles = titles_of(NotebookNode(cells=given))
    links = " · ".join(
        f'<a href="#{html.escape(name)}">{html.escape(titles.get(exercise_of(name), name))}</a>'
        for name in _scored(nb)
    )
    box = (
        f'<label><input type="checkbox" id="{SHOW_ALL}"> show the cells that everybody got</label>'
    )
    style = f"<style>{''.join(STYLE.splitlines())}</style>"
    top: NotebookNode = new_markdown_cell(f"{style}\n\n{links}<br>{box}")
    return top


def _scored(nb: NotebookNode) -> Iterator[str]:
    for cell in nb.cells:
        name = grade_id_of(cell)
        if name and (_kind(cell) is Kind.TEST or is_read_by_a_person(cell)):
            yield name
