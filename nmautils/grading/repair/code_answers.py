"""Which of a student's cells is the answer to which exercise."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from nmautils.cells import Kind

from .match_cells import Matching
from .python_cells import Unit, joined
from .student_work import Piece

__all__ = ["Answers", "choose_answers"]

FINISHED, BEGUN, OTHER, NOTHING = 3, 2, 1, 0


@dataclass
class Answers:
    """The answers to a notebook's coding exercises.

    Parameters
    ----------
    pieces : dict of int to list of Piece
        For each answer cell of the release the pieces it was made of.
    sources : dict of int to str
        Their code.
    copies : list of Piece
        Older versions, which are not run.
    shared : list of list of int
        Answers that stood in one cell.
    """

    pieces: dict[int, list[Piece]] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    copies: list[Piece] = field(default_factory=list)
    shared: list[list[int]] = field(default_factory=list)

    @property
    def taken(self) -> set[Piece]:
        """All pieces that are no cells of the student's own."""
        return {piece for used in self.pieces.values() for piece in used} | set(self.copies)


def choose_answers(match: Matching, pieces: list[Piece]) -> Answers:
    """Find the answer to each coding exercise.

    The cell of the exercise itself counts, the last one if there are copies; if it was not
    worked on, or is gone, then the last cell that defines what the exercise asks for, one above
    the test before one below it.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    pieces : list of Piece
        What the student has written.
    """
    answers = Answers()
    code = [piece for piece in pieces if piece.is_code]
    for slot, names in match.slots.items():
        own = [piece for piece in code if piece.slot == slot and _is_for(piece, names, match)]
        found = _best(slot, names, own, code, match)
        if found:
            answers.pieces[slot] = found
            answers.sources[slot] = "\n\n\n".join(piece.source.strip("\n") for piece in found)
    _share_out(answers, match)
    used = answers.taken
    for piece in code:
        if piece in used or piece.slot is None:
            continue
        # Another version of the answer; what defines something else is the student's own.
        if match.parse(piece.source).names & match.slots[piece.slot]:
            answers.copies.append(piece)
    return answers


def _is_for(piece: Piece, names: frozenset[str], match: Matching) -> bool:
    """Tell whether a cell with an exercise's mark does not answer only another exercise."""
    made = match.parse(piece.source).names
    return bool(made & names) or not made & match.slot_names


def _best(
    slot: int, names: frozenset[str], own: list[Piece], code: list[Piece], match: Matching
) -> list[Piece]:
    others = [p for p in code if p not in own and match.parse(p.source).names & names]
    others = _above_the_test(slot, others, match)
    for level in (FINISHED, BEGUN, OTHER):
        for candidates in (own, others):
            fitting = [p for p in candidates if _level(p, names, match) == level]
            if level == OTHER and len(names) > 1:
                parts = _in_parts(names, own + others, match)
                if parts:
                    return parts
            if fitting:
                return fitting[-1:]
    return []


def _above_the_test(slot: int, pieces: list[Piece], match: Matching) -> list[Piece]:
    """Sort pieces so that those above the exercise's test, as it stands now, come last."""
    tests = [i for i, kind in enumerate(match.kinds) if kind == Kind.TEST and i > slot]
    places = [at for at, index in enumerate(match.found) if tests and index == tests[0]]
    return sorted(pieces, key=lambda piece: (bool(places) and piece.at < places[-1], piece.at))


def _level(piece: Piece, names: frozenset[str], match: Matching) -> int:
    code = match.parse(piece.source)
    if not code.source.strip():
        return NOTHING
    if not code.parsed or not names <= code.names:
        return OTHER
    blanks = any(unit.has_blanks for unit in code.units if unit.names & names)
    return BEGUN if blanks else FINISHED


def _in_parts(names: frozenset[str], pieces: list[Piece], match: Matching) -> list[Piece]:
    """Give the last piece for each of several names, if every name is defined somewhere."""
    last = {}
    for piece in sorted(pieces, key=lambda piece: piece.at):
        for name in match.parse(piece.source).names & names:
            last[name] = piece
    if set(last) != names:
        return []
    return sorted(set(last.values()), key=lambda piece: piece.at)


def _share_out(answers: Answers, match: Matching) -> None:
    """Where one cell answers several exercises, give each what belongs to it."""
    by_piece: dict[Piece, list[int]] = {}
    for slot, pieces in answers.pieces.items():
        for piece in pieces:
            by_piece.setdefault(piece, []).append(slot)
    for piece, slots in by_piece.items():
        if len(slots) > 1 and all(len(answers.pieces[slot]) == 1 for slot in slots):
            slots.sort()
            answers.shared.append(slots)
            units = match.parse(piece.source).units
            if units:
                for slot, part in _parts(units, slots, match).items():
                    answers.sources[slot] = part


def _parts(units: Iterable[Unit], slots: list[int], match: Matching) -> dict[int, str]:
    """Cut a cell: shared definitions to the first exercise, code that runs to the last."""
    parts: dict[int, list[Unit]] = {slot: [] for slot in slots}
    for unit in units:
        owner = next((slot for slot in slots if unit.names & match.slots[slot]), None)
        if owner is None:
            owner = slots[0] if unit.is_declaration else slots[-1]
        parts[owner].append(unit)
    return {slot: joined(part) for slot, part in parts.items()}
