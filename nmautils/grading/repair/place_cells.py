"""Where a student's own cells stand between the cells of the release."""

import builtins
from bisect import bisect_left
from collections.abc import Iterable

from nmautils.cells import Kind

from .code_answers import Answers
from .match_cells import Matching
from .repair_notes import Notes, label
from .student_work import Piece

__all__ = ["place_pieces"]


def place_pieces(
    match: Matching, own: list[Piece], answers: Answers, notes: Notes
) -> dict[int, list[Piece]]:
    """Give each own cell its place: before the next cell of the release in the submission.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    own : list of Piece
        The student's own cells, in order.
    answers : Answers
        Their answers.
    notes : Notes
        Gets a sentence if a definition is moved above the answer that needs it.

    Returns
    -------
    dict of int to list of Piece
        By index of the release's cell before which they stand; the number of its cells stands
        for the end.
    """
    anchors = _anchors(match, own, answers)
    at = [position for position, _ in anchors]
    missing = [i for i in sorted(match.missing()) if match.kinds[i] == Kind.TEST]
    targets: dict[Piece, int] = {}
    for piece in own:
        if piece.after is not None:
            targets[piece] = piece.after + 1
            continue
        place = bisect_left(at, piece.at)
        before = anchors[place - 1][1] if place else -1
        following = anchors[place][1] if place < len(anchors) else len(match.release)
        # A test that was deleted there needs what stood above it.
        tests = (i for i in missing if before < i < following)
        targets[piece] = next(tests, following)
    _raise_definitions(match, targets, answers, notes)
    placed: dict[int, list[Piece]] = {}
    for piece in sorted(targets, key=lambda piece: (piece.after is None, piece.at)):
        placed.setdefault(targets[piece], []).append(piece)
    return placed


def _anchors(match: Matching, own: list[Piece], answers: Answers) -> list[tuple[int, int]]:
    """Choose the cells that stand in the release's order: most of them, whatever was moved."""
    index_at = {at: index for at, index in enumerate(match.found) if index is not None}
    for piece in own:
        # The rest of an answer's cell that was split is a cell of its own.
        if piece.after is None:
            index_at.pop(piece.at, None)
    for slot in sorted(answers.pieces, reverse=True):
        for piece in answers.pieces[slot]:
            index_at.setdefault(piece.at, slot)
    # Longest increasing run, by patience sorting.
    tops: list[int] = []
    ends: list[int] = []
    previous: dict[int, int | None] = {}
    for at in sorted(index_at):
        place = bisect_left(tops, index_at[at])
        previous[at] = ends[place - 1] if place else None
        tops[place : place + 1] = [index_at[at]]
        ends[place : place + 1] = [at]
    chain: list[tuple[int, int]] = []
    at_end = ends[-1] if ends else None
    while at_end is not None:
        chain.append((at_end, index_at[at_end]))
        at_end = previous[at_end]
    return chain[::-1]


def _raise_definitions(
    match: Matching, targets: dict[Piece, int], answers: Answers, notes: Notes
) -> None:
    """Move an own cell that defines what an answer needs above it, should it stand below."""
    makers: dict[str, list[Piece]] = {}
    for piece in targets:
        code = match.parse(piece.source)
        if piece.is_code and code.is_declaration:
            for name in code.provided - match.slot_names:
                makers.setdefault(name, []).append(piece)
    if not makers:
        return
    for slot in sorted(answers.sources):
        # The test calls the answer: what stands above the test is early enough.
        test = next((i for i in range(slot, len(match.kinds)) if match.kinds[i] == Kind.TEST), slot)
        known = set(dir(builtins)) | _provided_above(match, slot)
        todo = [*_needed([answers.sources[slot]], match)]
        while todo:
            name = todo.pop()
            if name in known or name not in makers:
                continue
            known.add(name)
            if any(targets[piece] <= test for piece in makers[name]):
                continue
            piece = makers[name][-1]
            targets[piece] = slot
            todo += _needed([piece.source], match)
            notes.add(
                f"The cell that makes `{name[:40]}` stood below {label(match, slot)}, which needs "
                "it; it was moved above."
            )


def _needed(sources: Iterable[str], match: Matching) -> set[str]:
    return set().union(*(match.parse(source).needed for source in sources))


def _provided_above(match: Matching, slot: int) -> set[str]:
    above = (code for i, code in match.codes.items() if i < slot and match.kinds[i] == Kind.SETUP)
    return set().union(*(code.provided for code in above))
