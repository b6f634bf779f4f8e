"""Repair what was handed in: the notebook of the release, with the student's own work put into it.

Only the answers, the student's own cells and, for a person to look at, the outputs of given
cells are taken from what was handed in. Everything else is the release's.
"""

from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict

from nmautils.cells import OWN_ID, Kind, grade_id_of, kind_of
from nmautils.course.releases import Change
from nmautils.grading.intake.read import read_submission
from nmautils.grading.model.limits import (
    CELL_CHARACTERS,
    CELL_COPIES,
    OWN_CELLS,
    OWN_CHARACTERS,
    WRITTEN_CHARACTERS,
)
from nmautils.grading.safe.attached import attach_pictures
from nmautils.grading.safe.code import PLAIN, is_quick_to_colour

from .code_answers import Answers, choose_answers
from .earlier import History
from .match_cells import Matching, plain
from .place_cells import place_work
from .python_cells import Parser, comment_out
from .repair_notes import Notes, label
from .stray_texts import find_stray_texts
from .student_work import Work, collect_work
from .text_answers import choose_texts

__all__ = ["Repaired", "rebuild", "repair"]

# Kinds of cells whose outputs are shown as they were handed in.
SHOWN = {Kind.SETUP, Kind.DEMO, Kind.EXPLORE, Kind.OWN}

# Stands above text that may be the answer to a question which was left as it was.
STRAY = "*(This cell was left as it was. What follows stands in another cell.)*"


@dataclass(frozen=True)
class Repaired:
    """A submission that is ready to be run.

    Parameters
    ----------
    notebook : NotebookNode
        The release with the student's work in it, see `rebuild`.
    notes : tuple of str
        What was repaired, a sentence each, to the student.
    needs_person : tuple of str
        Why an instructor should look at the file; empty if there is no reason to.
    """

    notebook: NotebookNode
    notes: tuple[str, ...]
    needs_person: tuple[str, ...]


def repair(release: NotebookNode, raw: bytes, history: Iterable[Change] = ()) -> Repaired:
    """Read what a student has handed in, and rebuild it.

    Parameters
    ----------
    release : NotebookNode
        The student version; it is not changed.
    raw : bytes
        Content of the file.
    history : iterable of Change
        What earlier releases were, see `nmautils.course.releases.changes_before`.

    Raises
    ------
    ValueError
        If nothing can be read: one line that says why.
    """
    handed_in = read_submission(raw)
    repaired = _repaired(release, handed_in.notebook, History(history))
    return Repaired(
        repaired.notebook,
        (*handed_in.notes, *repaired.notes),
        (*handed_in.needs_person, *repaired.needs_person),
    )


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
    repaired = _repaired(release, submitted)
    return repaired.notebook, list(repaired.notes)


def _repaired(
    release: NotebookNode, submitted: NotebookNode, history: History | None = None
) -> Repaired:
    parse = Parser()
    notes = Notes()
    cells = _bounded(release.cells, submitted.cells, notes)
    match = Matching(release.cells, cells, parse, history)
    work = collect_work(match)
    answers = choose_answers(match, work)
    taken = answers.taken
    texts = choose_texts(match, [item for item in work if item not in taken])
    taken |= {item for used in texts.values() for item in used}
    stray = find_stray_texts(match, texts, taken)
    own = [
        item
        for item in work
        if item not in taken and (item.after is None or match.kinds[item.after] != Kind.TEST)
    ]
    places = place_work(match, own, answers, notes)

    notes.of_notebook(release, submitted, match)
    notes.of_answers(match, answers, texts)
    added = [item for item in own if item.after is not None and item.at not in match.earlier]
    notes.of_given(match, added)

    rebuilt = []
    for index in range(len(release.cells) + 1):
        rebuilt += [_own_cell(item, parse, notes) for item in places.get(index, ())]
        if index < len(release.cells):
            rebuilt.append(_cell(index, match, answers, texts, notes))
        if index in stray:
            _write(rebuilt[-1], stray[index])
            rebuilt[-1].source = f"{STRAY}\n\n{rebuilt[-1].source}"
            notes.of_stray(label(match, index))
    _name_own_cells(rebuilt, {cell["id"] for cell in release.cells})
    notebook = from_dict({**deepcopy({**release, "cells": []}), "cells": rebuilt})
    needs_person = (
        f"{grade_id_of(release.cells[index])}: {label(match, index)} was left as it was, but text "
        f"in another cell may be the answer"
        for index in stray
    )
    return Repaired(notebook, tuple(notes.sentences()), tuple(needs_person))


def _bounded(
    release: list[NotebookNode], cells: list[NotebookNode], notes: Notes
) -> list[NotebookNode]:
    """Leave out cells beyond the limits, which no honest notebook reaches."""
    marks = {grade_id_of(cell) for cell in release} - {None}
    ids = {cell["id"] for cell in release}
    texts = {plain(cell.source) for cell in release}

    def of_release(cell: NotebookNode) -> str:
        """Give what shows that a cell is one of the release; nothing if it is the student's own."""
        mark, text = grade_id_of(cell), plain(cell.source)
        if mark in marks:
            return f"mark {mark}"
        for identity in (cell["id"], cell.metadata.get("id")):
            if isinstance(identity, str) and identity in ids:
                return f"id {identity}"
        return f"text {text}" if text in texts else ""

    questions = {key for cell in release if kind_of(cell) is Kind.QUESTION for key in _keys(cell)}

    def with_pictures_attached(cell: NotebookNode) -> NotebookNode:
        """Take the pictures out of a student's text, which they make very long."""
        key = of_release(cell)
        if cell.cell_type == "code" or (key and key not in questions):
            return cell
        source, attachments = attach_pictures(cell.source, cell.get("attachments"))
        if source == cell.source:
            return cell
        return NotebookNode({**cell, "source": source, "attachments": from_dict(attachments)})

    cells = [with_pictures_attached(cell) for cell in cells]
    small = [cell for cell in cells if len(cell.source) <= CELL_CHARACTERS]
    keys = [of_release(cell) for cell in small]
    kept = []
    left = Counter(keys)
    own = characters = dropped = 0
    for cell, key in zip(small, keys, strict=True):
        left[key] -= 1
        if key:
            # The last copies are kept, since one of them may count.
            if left[key] < CELL_COPIES:
                kept.append(cell)
        elif cell.source.strip():
            own, characters = own + 1, characters + len(cell.source)
            if own <= OWN_CELLS and characters <= OWN_CHARACTERS:
                kept.append(cell)
            else:
                dropped += 1
    notes.of_limits(len(cells) - len(small), dropped)
    return [_with_newlines(cell) for cell in kept]


def _keys(cell: NotebookNode) -> Iterable[str]:
    """Give what may show that a cell of a submission is this one of the release."""
    yield f"mark {grade_id_of(cell)}"
    yield f"id {cell['id']}"


def _with_newlines(cell: NotebookNode) -> NotebookNode:
    if "\r" not in cell.source:
        return cell
    source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    return NotebookNode({**cell, "source": source})


def _own_cell(item: Work, parse: Parser, notes: Notes) -> NotebookNode:
    source = item.source.strip("\n") if item.after is not None else item.source
    kind = item.cell.cell_type if not item.is_code else "code"
    if item.after is not None or item.answer is not None:
        # What was added to a given cell, or a former answer that is something else now.
        kind = "code" if item.is_code else "markdown"
    cell = from_dict({"id": "", "cell_type": kind, "metadata": {}, "source": source})
    if kind == "code":
        cell.source, found = comment_out(source, parse)
        notes.of_commented_out("a cell of your own", found)
        cell.execution_count, cell.outputs = None, deepcopy(item.cell.get("outputs", []))
    else:
        _write(cell, [item])
        cell.source = cell.source.strip("\n") if item.after is not None else cell.source
    return _marked(cell, Kind.OWN)


def _cell(
    index: int, match: Matching, answers: Answers, texts: dict[int, list[Work]], notes: Notes
) -> NotebookNode:
    """Make one cell of the release, with what the student has put into it."""
    cell = deepcopy(match.release[index])
    if index in answers.sources:
        cell.source, found = comment_out(answers.sources[index], match.parse)
        notes.of_commented_out(f"the cell {label(match, index)}", found)
    elif index in texts:
        _write(cell, texts[index])
        if len(cell.source) > WRITTEN_CHARACTERS:
            # `clean_markdown` cuts the text and marks the place.
            notes.of_long(label(match, index))
    elif index in match.students and (theirs := match.cells_of(index)):
        cell.source, found = comment_out(theirs[-1].source, match.parse)
        notes.of_commented_out("a given cell", found)
    if cell.cell_type == "code":
        cell.execution_count, cell.outputs = None, []
        if match.kinds[index] in SHOWN:
            shown = [c.outputs for c in match.cells_of(index) if c.get("outputs")]
            cell.outputs = deepcopy(shown[-1]) if shown else []
    return _marked(cell, match.kinds[index])


def _write(cell: NotebookNode, work: Iterable[Work]) -> None:
    """Put a text into a cell, and the pictures that it shows, and no others."""
    cell.pop("attachments", None)
    sources: list[str] = []
    attached: dict[str, Any] = {}
    for item in work:
        # Two cells may each have another picture of the same name.
        source, pictures = attach_pictures(item.source, item.cell.get("attachments"), attached)
        sources.append(source)
        attached |= pictures
    cell.source = "\n\n".join(sources)
    if attached:
        cell.attachments = from_dict(attached)


def _marked(cell: NotebookNode, kind: Kind) -> NotebookNode:
    outputs = "submitted" if cell.get("outputs") else "none"
    cell.metadata["nmautils"] = from_dict({"kind": kind.value, "outputs": outputs})
    if kind in (Kind.OWN, Kind.EXERCISE) and not is_quick_to_colour(cell.source):
        cell.metadata["magics_language"] = PLAIN
    return cell


def _name_own_cells(cells: Iterable[NotebookNode], taken: set[str]) -> None:
    """Give the student's own cells ids that no cell of the release has."""
    number = 0
    for cell in cells:
        while not cell["id"]:
            number += 1
            if f"{OWN_ID}{number}" not in taken:
                cell["id"] = f"{OWN_ID}{number}"
