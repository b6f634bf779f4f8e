"""Collect what a student has written, cell by cell."""

from collections.abc import Iterable
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind
from nmautils.grading.model.limits import JOINED_CELLS

from .match_cells import Matching, plain
from .python_cells import Code, Unit, as_python, joined

__all__ = ["Work", "collect_work"]

GIVEN_CODE = (Kind.SETUP, Kind.DEMO, Kind.EXPLORE, Kind.GIVEN)
# What of an earlier release may have made what an answer needs.
EARLIER_CODE = (Kind.SETUP, Kind.GIVEN)
# What a test cell takes from the library of checks.
CHECKING = frozenset({"Checks", "Mistake", "probe"})


@dataclass(eq=False)
class Work:
    """What a student has written in one cell, or in several that belong together.

    Parameters
    ----------
    at : int
        Position of the cell in the submission.
    cell : NotebookNode
        The cell, as it was handed in.
    source : str
        The text, without what belongs to cells of the release.
    answer : int or None
        The answer of the release that its cell stands for, by its marks.
    after : int or None
        The given cell of the release that it was written into.
    is_code : bool
        Whether it is run; otherwise it is text.
    merged : bool
        Whether something that belongs to the release was taken out.
    halves : bool
        Whether it was joined from several cells.
    """

    at: int
    cell: NotebookNode
    source: str
    answer: int | None = None
    after: int | None = None
    is_code: bool = True
    merged: bool = False
    halves: bool = False


def collect_work(match: Matching) -> list[Work]:
    """Collect all that a student has written, in the order of the submission.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.

    Returns
    -------
    list of Work
        Cells that hold just what a cell of the release holds are left out, and so is what was
        changed in a given cell; what was added there is kept as far as it defines something.
    """
    work = []
    missing = match.missing()
    for at, cell in enumerate(match.cells):
        index = match.found[at]
        if match.exact[at] or not cell.source.strip() or index in match.students:
            continue
        earlier = match.earlier.get(at)
        if index is None and earlier is not None and earlier not in EARLIER_CODE:
            continue  # this release has no such cell any more
        kind = None if index is None else match.kinds[index]
        item = Work(at, cell, cell.source)
        if earlier is not None and cell.cell_type == "code":
            item.after, item.source = index, _only_then(cell, match)
        elif index is None:
            item.is_code = cell.cell_type == "code"
            if not item.is_code and _seems_an_answer(cell.source, match):
                item.is_code, item.source = True, as_python(cell.source)
            if item.is_code:
                _take_out(item, match, missing)
        elif kind is Kind.QUESTION:
            item.answer, item.is_code = index, False
        elif kind is Kind.EXERCISE:
            item.answer, item.source = index, as_python(cell.source)
            _take_out(item, match, missing)
        elif index in match.codes:
            item.after, item.source = index, _added(cell, index, match)
            _take_out(item, match, ())
            if kind is Kind.TEST and not match.parse(item.source).names & match.answer_names:
                item.source = ""
        else:
            given = set(map(str.strip, match.release[index].source.split("\n")))
            lines = cell.source.split("\n")
            item.source = "\n".join(x for x in lines if not x.strip() or x.strip() not in given)
            item.after, item.is_code = index, _seems_an_answer(item.source, match)
            if item.is_code:
                item.source = as_python(item.source)
                _take_out(item, match, missing)
        if item.source.strip() and plain(item.source) not in match.by_text:
            work.append(item)
    return _join_halves(work, match)


def _seems_an_answer(text: str, match: Matching) -> bool:
    """Tell whether the text of a cell that is not for code is an answer's code."""
    if not any(name in text for name in match.answer_names):
        return False
    code = match.parse(as_python(text))
    return code.parsed and bool(code.names & match.answer_names)


def _take_out(item: Work, match: Matching, missing: Iterable[int]) -> None:
    """Take out statements of tests, and of given cells that are missing elsewhere."""
    code = match.parse(item.source)
    tests = match.probing
    given = [i for i in sorted(missing) if match.kinds[i] in GIVEN_CODE and i in match.codes]
    if not code.parsed:
        rest = item.source
        texts = [match.release[i].source for i in (*tests, *given)]
        texts += [unit.text for i in tests for unit in match.codes[i].units if not unit.is_import]
        for text in map(str.strip, texts):
            rest = rest.replace(text, "") if "\n" in text else rest
        item.merged = rest != item.source
        item.source = rest
        # What is left may be code now.
        code = match.parse(rest)
    units = list(code.units)
    for i in given:
        units = _without_run(units, match.codes[i])
    for i in tests:
        units = _without_test(units, match.codes[i], match.answer_names)
    if len(units) < len(code.units):
        item.merged = True
        # Imports that only the test needed are not the student's work.
        item.source = "" if all(unit.is_import for unit in units) else joined(units)


def _without_run(units: list[Unit], given: Code) -> list[Unit]:
    """Leave out all statements of a given cell where they follow one another."""
    keys, length = [unit.key for unit in units], len(given.keys)
    for start in range(len(keys) - length + 1 if length else 0):
        if keys[start] == given.keys[0] and tuple(keys[start : start + length]) == given.keys:
            return units[:start] + units[start + length :]
    return units


def _without_test(units: list[Unit], test: Code, answer_names: frozenset[str]) -> list[Unit]:
    """Leave out a test's statements, and changed ones that use the variables of the test."""
    keys = {unit.key for unit in test.units if not unit.is_import}
    if not any(unit.key in keys for unit in units):
        return units
    made = CHECKING.union(*(unit.names for unit in test.units)) - answer_names

    def is_students(unit: Unit) -> bool:
        if unit.key in keys:
            return False
        if unit.names & answer_names:
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
        answers = code.names & match.answer_names
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


def _only_then(cell: NotebookNode, match: Matching) -> str:
    """Give what a set-up cell of an earlier release makes and none that is run makes any more."""
    given = [match.codes[i] for i in match.codes if match.kinds[i] in EARLIER_CODE]
    now = frozenset().union(*(unit.stored for code in given for unit in code.units))
    return joined(
        unit
        for unit in match.parse(cell.source).units
        if (unit.stored - now if unit.is_import else unit.stored and not unit.stored & now)
    )


def _join_halves(work: list[Work], match: Matching) -> list[Work]:
    """Join cells that are code only together, for instance of a cell that was split by accident."""
    filled = [at for at, cell in enumerate(match.cells) if cell.source.strip()]
    rank = {at: i for i, at in enumerate(filled)}
    result: list[Work] = []
    i = 0
    while i < len(work):
        group = _halves(work, i, rank, match)
        item = work[i]
        if len(group) > 1:
            item.source = "\n".join(part.source for part in group)
            item.halves = True
            item.answer = next((part.answer for part in group if part.answer is not None), None)
            item.merged = any(part.merged for part in group)
            _take_out(item, match, match.missing())
        result.append(item)
        i += len(group)
    return result


def _halves(work: list[Work], i: int, rank: dict[int, int], match: Matching) -> list[Work]:
    """Give the cells from `i` on that are code only when joined; the first alone if none."""
    group = [work[i]]
    while len(group) < JOINED_CELLS and i + len(group) < len(work):
        following = work[i + len(group)]
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
