"""Find the places of a student's own cells between the cells of the release."""

import builtins
from bisect import bisect_left

from nmautils.cells import Kind

from .code_answers import Answers
from .match_cells import Matching
from .repair_notes import Notes
from .student_work import Work

__all__ = ["place_work"]


def place_work(
    match: Matching, own: list[Work], answers: Answers, notes: Notes
) -> dict[int, list[Work]]:
    """Place each own cell before the cell of the release that followed it in the submission.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    own : list of Work
        The student's own cells, in order.
    answers : Answers
        Their answers.
    notes : Notes
        Gets a sentence if a definition is moved above the answer that needs it.

    Returns
    -------
    dict of int to list of Work
        By index of the release's cell before which they stand; the number of its cells stands
        for the end.
    """
    anchors = _anchors(match, own, answers)
    at = [position for position, _ in anchors]
    missing = [i for i in match.of_kind(Kind.TEST) if i not in match.places]
    targets: dict[Work, int] = {}
    for item in own:
        if item.after is not None:
            targets[item] = item.after + 1
            continue
        place = bisect_left(at, item.at)
        before = anchors[place - 1][1] if place else -1
        following = anchors[place][1] if place < len(anchors) else len(match.release)
        # If the student deleted a test between these two, the cell may have belonged above it.
        tests = (i for i in missing if before < i < following)
        targets[item] = next(tests, following)
    _move_definitions_up(match, targets, answers, notes)
    placed: dict[int, list[Work]] = {}
    for item in sorted(targets, key=lambda item: (item.after is None, item.at)):
        placed.setdefault(targets[item], []).append(item)
    return placed


def _anchors(match: Matching, own: list[Work], answers: Answers) -> list[tuple[int, int]]:
    """Choose as many cells as possible that stand in the release's order."""
    index_at = {at: index for at, index in enumerate(match.found) if index is not None}
    for item in own:
        # What remains of a divided answer becomes an own cell.
        if item.after is None:
            index_at.pop(item.at, None)
    for exercise in sorted(answers.work, reverse=True):
        for item in answers.work[exercise]:
            index_at.setdefault(item.at, exercise)
    # The longest increasing subsequence, found by patience sorting.
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


def _move_definitions_up(
    match: Matching, targets: dict[Work, int], answers: Answers, notes: Notes
) -> None:
    """Move own cells that define what an answer needs above it, if they stand below."""
    makers: dict[str, list[Work]] = {}
    for item in targets:
        code = match.parse(item.source)
        if item.is_code and code.is_declaration:
            for name in code.provided - match.answer_names:
                makers.setdefault(name, []).append(item)
    if not makers:
        return
    for exercise in sorted(answers.sources):
        # The test calls the answer: what stands above the test is early enough.
        test = next((i for i in match.of_kind(Kind.TEST) if i >= exercise), exercise)
        above = (match.codes[i] for i in match.of_kind(Kind.SETUP) if i < exercise)
        known = set(dir(builtins)).union(*(code.provided for code in above))
        todo = [*match.parse(answers.sources[exercise]).needed]
        while todo:
            name = todo.pop()
            if name in known or name not in makers:
                continue
            known.add(name)
            if any(targets[item] <= test for item in makers[name]):
                continue
            item = makers[name][-1]
            targets[item] = exercise
            todo += match.parse(item.source).needed
            notes.of_moved(match, exercise, name)
