"""Find the answer to each question among a student's texts."""

from collections.abc import Iterable

from nmautils.cells import Kind

from .match_cells import Matching, plain
from .student_work import Work

__all__ = ["choose_texts"]


def choose_texts(match: Matching, work: Iterable[Work]) -> dict[int, list[Work]]:
    """Find the answer to each question.

    The cell of the question itself counts, the last one worked on if there are copies. If there
    is none, texts count that stand where it should be, before the next cell of the release, and
    what was added to the question.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    work : iterable of Work
        What the student has written and what is not an answer in code.

    Returns
    -------
    dict of int to list of Work
        For each answer cell of the release what it is made of.
    """
    found: dict[int, list[Work]] = {}
    texts = [item for item in work if _is_text(item, match)]
    questions = match.of_kind(Kind.QUESTION)
    stubs = {plain(match.release[i].source) for i in questions}
    texts = [item for item in texts if plain(item.source) not in stubs]
    for question in questions:
        own = [item for item in texts if item.answer == question]
        if own:
            found[question] = own[-1:]
    free = {item.at: item for item in texts if item.answer is None and item.after is None}
    added = {item.after: item for item in texts if item.after is not None}
    for group, places in _places(match, [i for i in questions if i not in found]):
        here = [free[at] for at in places if at in free]
        for question in group:
            above = added.get(question - 1)
            share = _share(here, group, question)
            if above is not None or share:
                found[question] = ([above] if above is not None else []) + share
    return found


def _is_text(item: Work, match: Matching) -> bool:
    """Tell whether something is prose, even if it stands in a cell for code."""
    return not item.is_code or (item.after is None and not match.parse(item.source).parsed)


def _places(match: Matching, questions: list[int]) -> Iterable[tuple[list[int], list[int]]]:
    """Give the positions at which answers may stand that were not found."""
    where = {index: places[0] for index, places in match.places.items()}
    groups: dict[int, list[int]] = {}
    for question in questions:
        before = max((i for i in where if i <= question), default=None)
        groups.setdefault(-1 if before is None else where[before], []).append(question)
    for start, group in groups.items():
        places = _unknown(match, start + 1, 1)
        if start in (where.get(question) for question in group):
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


def _share(here: list[Work], questions: list[int], question: int) -> list[Work]:
    """Give one answer its texts, where those of several stand together: one each, in order."""
    place = questions.index(question)
    if place == len(questions) - 1:
        return here[place:]
    return here[place : place + 1]
