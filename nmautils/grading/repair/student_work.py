"""What of a submission is the student's own work, piece by piece."""

from collections.abc import Iterable
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind

from .match_cells import Matching, plain
from .python_cells import Code, Unit, as_python, joined

__all__ = ["Piece", "collect_pieces"]

GIVEN_CODE = (Kind.SETUP, Kind.DEMO, Kind.EXPLORE, Kind.GIVEN)
# What a test cell takes from the library of checks.
CHECKING = frozenset({"Checks", "Mistake", "probe"})
MAX_HALVES = 4


@dataclass(eq=False)
class Piece:
    """Text of the student's, from one cell or from two that belong together.

    Parameters
    ----------
    at : int
        Position in the submission.
    cell : NotebookNode
        Where it stood.
    source : str
        The text, without what belongs to cells of the release.
    slot : int or None
        The answer of the release that its cell stands for, by its marks.
    after : int or None
        The given cell of the release that it was written into.
    is_code : bool
        Whether it is run; else it is text.
    merged : bool
        Whether something that belongs to the release was taken out.
    halves : bool
        Whether it was joined from several cells.
    """

    at: int
    cell: NotebookNode
    source: str
    slot: int | None = None
    after: int | None = None
    is_code: bool = True
    merged: bool = False
    halves: bool = False


def collect_pieces(match: Matching) -> list[Piece]:
    """Collect all that a student has written, in the order of the submission.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.

    Returns
    -------
    list of Piece
        Cells that hold just what a cell of the release holds are left out, and so is what was
        changed in a given cell; what was added there is kept as far as it defines something.
    """
    pieces = []
    missing = match.missing()
    for at, cell in enumerate(match.cells):
        index = match.found[at]
        if match.exact[at] or not cell.source.strip():
            continue
        kind = None if index is None else match.kinds[index]
        piece = Piece(at, cell, cell.source)
        if kind == Kind.QUESTION:
            piece.slot, piece.is_code = index, False
        elif kind == Kind.EXERCISE:
            piece.slot, piece.source = index, as_python(cell.source)
            _take_out(piece, match, missing)
        elif kind is None:
            piece.is_code = cell.cell_type == "code"
            if not piece.is_code and _seems_an_answer(cell.source, match):
                piece.is_code, piece.source = True, as_python(cell.source)
            if piece.is_code:
                _take_out(piece, match, missing)
        elif kind == Kind.TEST:
            piece.after, piece.source = index, _added(cell, index, match)
            _take_out(piece, match, ())
            if not match.parse(piece.source).names & match.slot_names:
                piece.source = ""
        elif index in match.codes:
            piece.after, piece.source = index, _added(cell, index, match)
            _take_out(piece, match, ())
        else:
            given = set(map(str.strip, match.release[index].source.split("\n")))
            lines = cell.source.split("\n")
            piece.source = "\n".join(x for x in lines if not x.strip() or x.strip() not in given)
            piece.after, piece.is_code = index, _seems_an_answer(piece.source, match)
            if piece.is_code:
                piece.source = as_python(piece.source)
                _take_out(piece, match, missing)
        if piece.source.strip() and plain(piece.source) not in match.by_text:
            pieces.append(piece)
    return _join_halves(pieces, match)


def _seems_an_answer(text: str, match: Matching) -> bool:
    """Tell whether the text of a cell that is not for code is an answer's code."""
    if not any(name in text for name in match.slot_names):
        return False
    code = match.parse(as_python(text))
    return code.parsed and bool(code.names & match.slot_names)


def _take_out(piece: Piece, match: Matching, missing: Iterable[int]) -> None:
    """Take out of a piece what was merged into it of tests, and of given cells not there."""
    code = match.parse(piece.source)
    tests = [i for i, kind in enumerate(match.kinds) if kind == Kind.TEST]
    given = [i for i in sorted(missing) if match.kinds[i] in GIVEN_CODE and i in match.codes]
    if not code.parsed:
        rest = piece.source
        texts = [match.release[i].source for i in (*tests, *given)]
        texts += [unit.text for i in tests for unit in match.codes[i].units if not unit.is_import]
        for text in map(str.strip, texts):
            rest = rest.replace(text, "") if "\n" in text else rest
        piece.merged = rest != piece.source
        piece.source = rest
        # What is left may be code now.
        code = match.parse(rest)
    units = list(code.units)
    for i in given:
        units = _without_run(units, match.codes[i])
    for i in tests:
        units = _without_test(units, match.codes[i], match.slot_names)
    if len(units) < len(code.units):
        piece.merged = True
        # Imports that only the test needed are no work of the student's.
        piece.source = "" if all(unit.is_import for unit in units) else joined(units)


def _without_run(units: list[Unit], given: Code) -> list[Unit]:
    """Leave out all statements of a given cell where they follow one another."""
    keys, length = [unit.key for unit in units], len(given.keys)
    for start in range(len(keys) - length + 1 if length else 0):
        if keys[start] == given.keys[0] and tuple(keys[start : start + length]) == given.keys:
            return units[:start] + units[start + length :]
    return units


def _without_test(units: list[Unit], test: Code, slot_names: frozenset[str]) -> list[Unit]:
    """Leave out a test's statements, and edited ones that work with what they made."""
    keys = {unit.key for unit in test.units if not unit.is_import}
    if not any(unit.key in keys for unit in units):
        return units
    made = CHECKING.union(*(unit.names for unit in test.units)) - slot_names

    def is_students(unit: Unit) -> bool:
        if unit.key in keys:
            return False
        if unit.names & slot_names:
            return True
        if unit.is_import:
            return not unit.provided & CHECKING
        return not unit.used & (CHECKING if unit.is_definition else made)

    return [unit for unit in units if is_students(unit)]


def _added(cell: NotebookNode, index: int, match: Matching) -> str:
    """Give what an edited given cell defines beyond what the release has there."""
    if cell.cell_type == "markdown":
        return ""
    source, given = as_python(cell.source), match.codes[index]
    code = match.parse(source)
    if not code.parsed:
        text = match.release[index].source.strip()
        answers = code.names & match.slot_names
        return source.replace(text, "") if answers and text in source else ""
    keys = set(given.keys)
    known = given.names | (CHECKING if match.kinds[index] == Kind.TEST else frozenset())
    return joined(
        unit
        for unit in code.units
        if unit.key not in keys
        and unit.is_declaration
        and not unit.names & given.names
        and not (unit.is_definition and unit.used & known & CHECKING)
    )


def _join_halves(pieces: list[Piece], match: Matching) -> list[Piece]:
    """Join cells that are code only together, as when one was split in two by accident."""
    filled = [at for at, cell in enumerate(match.cells) if cell.source.strip()]
    rank = {at: i for i, at in enumerate(filled)}
    result: list[Piece] = []
    i = 0
    while i < len(pieces):
        group = _halves(pieces, i, rank, match)
        piece = pieces[i]
        if len(group) > 1:
            piece.source = "\n".join(part.source for part in group)
            piece.halves = True
            piece.slot = next((part.slot for part in group if part.slot is not None), None)
            piece.merged = any(part.merged for part in group)
            _take_out(piece, match, match.missing())
        result.append(piece)
        i += len(group)
    return result


def _halves(pieces: list[Piece], i: int, rank: dict[int, int], match: Matching) -> list[Piece]:
    """Give the pieces from `i` on that must be joined to be code; the first alone if none."""
    group = [pieces[i]]
    while len(group) < MAX_HALVES and i + len(group) < len(pieces):
        following = pieces[i + len(group)]
        near = rank[following.at] == rank[group[-1].at] + 1
        if not near or any(
            part.after is not None or not part.is_code or part.source.lstrip().startswith("%%")
            for part in (group[-1], following)
        ):
            break
        group.append(following)
        alone = all(match.parse(part.source, dedent=False).parsed for part in group)
        together = "\n".join(part.source for part in group)
        if not alone and match.parse(together, dedent=False).parsed:
            return group
        if alone:
            break
    return group[:1]
