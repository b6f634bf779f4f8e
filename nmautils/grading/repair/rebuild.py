"""Rebuild a submission: the notebook of the release, with the student's own work put into it.

Of what was handed in only the answers, the student's own cells and, to be looked at, the
outputs of given cells are taken. Everything else is the release's.
"""

from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict

from nmautils.cells import Kind, grade_id_of

from .code_answers import Answers, choose_answers
from .match_cells import Matching, plain
from .place_cells import place_pieces
from .python_cells import Parser, silence
from .repair_notes import Notes, label
from .student_work import Piece, collect_pieces
from .text_answers import MAX_TEXT, choose_texts, pictures

__all__ = ["rebuild"]

MAX_OWN = 2_000
MAX_COPIES = 20
MAX_SOURCE = 1_000_000
MAX_SOURCES = 5_000_000

# Kinds of cells whose outputs are shown as they were handed in.
SHOWN = {Kind.SETUP, Kind.DEMO, Kind.EXPLORE, Kind.OWN}


def rebuild(release: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Put a student's work into the notebook of the release.

    Parameters
    ----------
    release : NotebookNode
        The student version.
    submitted : NotebookNode
        What was handed in, as `read_notebook` gives it. Neither is changed.

    Returns
    -------
    NotebookNode
        The release, with the text of the answers and the student's own cells, each before the
        cell of the release that it stood before. ``cell.metadata.nmautils.kind`` says what a
        cell is, see `nmautils.cells.Kind`.
    list of str
        What was repaired, a sentence each, to the student.
    """
    parse = Parser()
    notes = Notes()
    cells = _bounded(release.cells, submitted.cells, notes)
    match = Matching(release.cells, cells, parse)
    pieces = collect_pieces(match)
    answers = choose_answers(match, pieces)
    taken = answers.taken
    texts = choose_texts(match, [piece for piece in pieces if piece not in taken])
    taken |= {piece for used in texts.values() for piece in used}
    own = [piece for piece in pieces if piece not in taken and _is_own(piece, match)]
    places = place_pieces(match, own, answers, notes)

    notes.of_notebook(release, submitted, match)
    notes.of_answers(match, answers, texts)
    notes.of_given(match, [piece for piece in own if piece.after is not None])

    rebuilt = []
    for index in range(len(release.cells) + 1):
        rebuilt += [_own_cell(piece, parse, notes) for piece in places.get(index, ())]
        if index < len(release.cells):
            rebuilt.append(_cell(index, match, answers, texts, notes))
    _name_own_cells(rebuilt, {cell["id"] for cell in release.cells})
    notebook = from_dict({**deepcopy({**release, "cells": []}), "cells": rebuilt})
    return notebook, notes.sentences()


def _bounded(
    release: list[NotebookNode], cells: list[NotebookNode], notes: Notes
) -> list[NotebookNode]:
    """Leave out what no honest notebook has, so that the work to do has a bound."""
    marks = {grade_id_of(cell) for cell in release} - {None}
    ids = {cell["id"] for cell in release}
    texts = {plain(cell.source) for cell in release}

    def of_release(cell: NotebookNode) -> str:
        """Say by what a cell can be told to be one of the release, if it is."""
        mark, text = grade_id_of(cell), plain(cell.source)
        if mark in marks:
            return f"mark {mark}"
        for identity in (cell["id"], cell.metadata.get("id")):
            if isinstance(identity, str) and identity in ids:
                return f"id {identity}"
        return f"text {text}" if text in texts else ""

    small = [cell for cell in cells if len(cell.source) <= MAX_SOURCE]
    keys = [of_release(cell) for cell in small]
    kept = []
    left = Counter(keys)
    own = letters = dropped = 0
    for cell, key in zip(small, keys, strict=True):
        left[key] -= 1
        if key:
            # Of many copies the last ones may count.
            if left[key] < MAX_COPIES:
                kept.append(cell)
        elif cell.source.strip():
            own, letters = own + 1, letters + len(cell.source)
            if own <= MAX_OWN and letters <= MAX_SOURCES:
                kept.append(cell)
            else:
                dropped += 1
    notes.of_limits(len(cells) - len(small), dropped)
    return [_with_newlines(cell) for cell in kept]


def _with_newlines(cell: NotebookNode) -> NotebookNode:
    if "\r" not in cell.source:
        return cell
    source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    return NotebookNode({**cell, "source": source})


def _is_own(piece: Piece, match: Matching) -> bool:
    """Tell whether a piece that answers nothing is kept as a cell of the student's own."""
    return piece.after is None or match.kinds[piece.after] != Kind.TEST


def _own_cell(piece: Piece, parse: Parser, notes: Notes) -> NotebookNode:
    source = piece.source.strip("\n") if piece.after is not None else piece.source
    kind = piece.cell.cell_type if not piece.is_code else "code"
    if piece.after is not None or piece.slot is not None:
        # The rest of a given cell, or of an answer that had become something else.
        kind = "code" if piece.is_code else "markdown"
    cell = from_dict({"id": "", "cell_type": kind, "metadata": {}, "source": source})
    if kind == "code":
        cell.source, found = silence(source, parse)
        notes.of_silence("a cell of your own", found)
        cell.execution_count, cell.outputs = None, deepcopy(piece.cell.get("outputs", []))
    elif attached := pictures([piece]):
        cell.attachments = from_dict(attached)
    return _dressed(cell, Kind.OWN)


def _cell(
    index: int, match: Matching, answers: Answers, texts: dict[int, list[Piece]], notes: Notes
) -> NotebookNode:
    """Make one cell of the release, with what the student has put into it."""
    cell = deepcopy(match.release[index])
    if index in answers.sources:
        cell.source, found = silence(answers.sources[index], match.parse)
        notes.of_silence(f"the cell {label(match, index)}", found)
    elif index in texts:
        cell.source = _written(texts[index], label(match, index), notes)
        cell.pop("attachments", None)
        if attached := pictures(texts[index]):
            cell.attachments = from_dict(attached)
    if cell.cell_type == "code":
        cell.execution_count, cell.outputs = None, []
        if match.kinds[index] in SHOWN:
            cell.outputs = _submitted_outputs(index, match)
    return _dressed(cell, match.kinds[index])


def _written(pieces: Iterable[Piece], what: str, notes: Notes) -> str:
    text = "\n\n".join(piece.source for piece in pieces)
    if len(text) > MAX_TEXT:
        notes.add(f"Your answer to {what} is very long: only its first {MAX_TEXT:,} letters count.")
        text = text[:MAX_TEXT]
    return text


def _submitted_outputs(index: int, match: Matching) -> list[Any]:
    found = []
    for cell, place in zip(match.cells, match.found, strict=True):
        if place == index and cell.get("outputs"):
            found = cell.outputs
    return deepcopy(found)


def _dressed(cell: NotebookNode, kind: Kind) -> NotebookNode:
    outputs = "submitted" if cell.get("outputs") else "none"
    cell.metadata["nmautils"] = from_dict({"kind": kind.value, "outputs": outputs})
    return cell


def _name_own_cells(cells: Iterable[NotebookNode], taken: set[str]) -> None:
    """Give the student's own cells ids that no cell of the release has."""
    number = 0
    for cell in cells:
        while not cell["id"]:
            number += 1
            if f"own-{number}" not in taken:
                cell["id"] = f"own-{number}"
