"""The page of `nmautils show`: a hand-in to look at, with nothing on it that could act.

It is made of the file as it was handed in, cell by cell, by the same cleaning as the feedback
page. Nothing of the file runs, and only a child process with limits reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbformat.notebooknode import NotebookNode

from nmautils.cells import grade_id_of
from nmautils.errors import HandInError
from nmautils.grading.intake.read import read_submission
from nmautils.grading.intake.submissions import HandIn, find_hand_ins, submitted_path
from nmautils.grading.model.limits import (
    OWN_CELLS,
    PARSED_CELL_CHARACTERS,
    SHOWN_CHARACTERS,
    WRITTEN_CHARACTERS,
)
from nmautils.grading.model.results import Graded
from nmautils.grading.record.records import read_record
from nmautils.grading.safe.attached import attach_pictures
from nmautils.grading.safe.markdown import render_markdown
from nmautils.grading.safe.outputs import clean_outputs
from nmautils.grading.safe.text import plain_characters

from .apart import Apart
from .page import highlighted, render

__all__ = ["find_and_show", "hand_in_page", "page_path", "pages_apart"]


@dataclass
class Cell:
    """A cell as the page shows it: its text in one of three ways, and what it showed."""

    label: str
    words: Markup | None = None
    code: Markup | None = None
    plain: str = ""
    outputs: list[NotebookNode] = field(default_factory=list)


def page_path(root: Path, assignment: str, student: str) -> Path:
    """Where the page of a hand-in is written, if nobody wants it elsewhere."""
    return root / "shown" / student / f"{assignment}.html"


def pages_apart() -> Apart:
    """Give what makes the page of a hand-in in a child process, called as `find_and_show` is."""
    return Apart(find_and_show)


def find_and_show(root: Path, assignment: str, student: str, release: NotebookNode) -> str:
    """Look for a hand-in and make its page.

    Parameters
    ----------
    root : Path
        Folder of the course.
    assignment, student : str
        Which and whose.
    release : NotebookNode
        The assignment's student version.

    Raises
    ------
    HandInError
        If nothing of it can be shown: one line that says why, and where it lies.
    """
    (hand_in,) = find_hand_ins(root, assignment, release, student)
    try:
        return hand_in_page(hand_in, hand_in.read(), read_record(root, assignment, student))
    except HandInError as error:
        where = hand_in.path or submitted_path(root, assignment, student)
        raise HandInError(f"{error} ({where})") from None


def hand_in_page(hand_in: HandIn, raw: bytes, record: Graded | None = None) -> str:
    """Make the page of a hand-in from the bytes of its file.

    Raises
    ------
    HandInError
        If they cannot be read.
    """
    reading = read_submission(raw)
    reasons = [hand_in.problem, *reading.needs_person, *(record.needs_person if record else ())]
    cells = list(_cells(reading.notebook))
    return render(
        "hand_in.html.j2",
        student=hand_in.student,
        assignment=hand_in.assignment,
        note=hand_in.note,
        when=_when(hand_in.timestamp),
        reasons=list(dict.fromkeys(filter(None, reasons))),
        notes=list(dict.fromkeys([*reading.notes, *(record.repairs if record else ())])),
        problem=record.problem if record else "",
        graded=record is not None,
        cells=cells,
        left_out=len(reading.notebook.cells) - len(cells),
    )


def _when(time: datetime | None) -> str:
    return f"{time.day} {time:%B %Y, %H:%M} UTC" if time else ""


def _cells(notebook: NotebookNode) -> Iterator[Cell]:
    """The cells of a notebook until the page is long enough."""
    room = SHOWN_CHARACTERS
    for number, cell in enumerate(notebook.cells[:OWN_CELLS], 1):
        text = cell.source
        pictures: dict[str, dict[str, str]] = {}
        if cell.cell_type != "code":
            # First, since a picture that was pasted is longer than any text.
            text, pictures = attach_pictures(text, cell.get("attachments"))
        source = plain_characters(text[:PARSED_CELL_CHARACTERS])
        room -= len(source)
        if room < 0:
            return
        name = plain_characters(grade_id_of(cell) or "")[:80]
        shown = Cell(f"{number}: {name}" if name else str(number))
        if cell.cell_type == "markdown" or pictures:
            # The rest is cut, which the text then says.
            shown.words = Markup(render_markdown(text[: 2 * WRITTEN_CHARACTERS], pictures))
        elif cell.cell_type == "code":
            shown.code = highlighted(source)
            shown.outputs = clean_outputs(_outputs(cell))
        else:
            shown.plain = source
        yield shown


def _outputs(cell: NotebookNode) -> list[Any]:
    outputs = cell.get("outputs")
    return outputs if isinstance(outputs, list) else []
