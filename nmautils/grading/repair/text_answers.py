"""Which of a student's texts is the answer to which question."""

import re
from collections.abc import Iterable
from typing import Any

from nmautils.cells import Kind

from .match_cells import Matching, plain
from .student_work import Piece

__all__ = ["choose_texts", "pictures"]

MAX_TEXT = 100_000
MAX_PICTURES = 5_000_000

_PICTURES = {"image/png", "image/jpeg", "image/gif"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def choose_texts(match: Matching, pieces: Iterable[Piece]) -> dict[int, list[Piece]]:
    """Find the answer to each question.

    The cell of the question itself counts, the last one worked on if there are copies. If there
    is none, texts count that stand where it should be, before the next cell of the release, and
    what was added to the question.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    pieces : iterable of Piece
        What the student has written and what is not an answer in code.

    Returns
    -------
    dict of int to list of Piece
        For each answer cell of the release what it is made of.
    """
    found: dict[int, list[Piece]] = {}
    texts = [piece for piece in pieces if _is_text(piece, match)]
    questions = [i for i, kind in enumerate(match.kinds) if kind == Kind.QUESTION]
    stubs = {plain(match.release[i].source) for i in questions}
    texts = [piece for piece in texts if plain(piece.source) not in stubs]
    for slot in questions:
        own = [piece for piece in texts if piece.slot == slot]
        if own:
            found[slot] = own[-1:]
    free = {piece.at: piece for piece in texts if piece.slot is None and piece.after is None}
    added = {piece.after: piece for piece in texts if piece.after is not None}
    for slots, places in _places(match, [slot for slot in questions if slot not in found]):
        here = [free[at] for at in places if at in free]
        for slot in slots:
            above = added.get(slot - 1)
            share = _share(here, slots, slot)
            if above is not None or share:
                found[slot] = ([above] if above is not None else []) + share
    return found


def _is_text(piece: Piece, match: Matching) -> bool:
    """Tell whether a piece is prose, be it in a cell for code."""
    return not piece.is_code or (piece.after is None and not match.parse(piece.source).parsed)


def _places(match: Matching, slots: list[int]) -> Iterable[tuple[list[int], list[int]]]:
    """For answers that were not found give the positions at which they may stand."""
    where: dict[int, int] = {}
    for at, index in enumerate(match.found):
        if index is not None:
            where.setdefault(index, at)
    groups: dict[int, list[int]] = {}
    for slot in slots:
        before = max((i for i in where if i <= slot), default=None)
        groups.setdefault(-1 if before is None else where[before], []).append(slot)
    for start, group in groups.items():
        places = _unknown(match, start + 1, 1)
        if start in (where.get(slot) for slot in group):
            places = _unknown(match, start - 1, -1)[::-1] + places
        elif not places:
            after = min((i for i in where if i > group[-1]), default=None)
            if after is not None:
                places = _unknown(match, where[after] - 1, -1)[::-1]
        yield group, places


def _unknown(match: Matching, start: int, step: int) -> list[int]:
    """Give the positions from `start` on that are not cells of the release."""
    places = []
    while 0 <= start < len(match.found) and match.found[start] is None:
        places.append(start)
        start += step
    return places


def _share(here: list[Piece], slots: list[int], slot: int) -> list[Piece]:
    """Give the texts of one answer, if those of several stand together: one each, in order."""
    place = slots.index(slot)
    if place == len(slots) - 1:
        return here[place:]
    return here[place : place + 1]


def pictures(pieces: Iterable[Piece]) -> dict[str, Any]:
    """Give the attached pictures of some texts, and nothing else that may be attached."""
    kept: dict[str, Any] = {}
    room = MAX_PICTURES
    for piece in pieces:
        for name, bundle in piece.cell.get("attachments", {}).items():
            for kind, data in bundle.items():
                if kind not in _PICTURES or not isinstance(data, str) or len(data) > room:
                    continue
                if _BASE64.fullmatch(data):
                    kept[name[:200]] = {kind: data}
                    room -= len(data)
    return kept
