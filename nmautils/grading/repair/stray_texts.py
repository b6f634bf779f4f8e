"""Find what may be the answer to a question that was left as it was.

Where it stands decides first, then what it calls itself: people write all their answers into one
cell at the end, or below the code of another answer.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, exercise_of, grade_id_of
from nmautils.grading.model.limits import STRAY_CELLS
from nmautils.grading.model.outline import headings_of, titles_of

from .match_cells import Matching, plain
from .pictures_shown import picture_shown
from .prose import pieces_of, prose_of, words_in
from .python_cells import Code
from .student_work import Work

__all__ = ["find_stray_texts"]

# Words that make a text something that a person has to see: near a question, or where it names
# one; and elsewhere, in a cell for text.
STRAY_WORDS, ELSEWHERE_WORDS = 3, 8
# How many words may stand before a question's name in a line, and before a mere number.
BEFORE_NAME, BEFORE_NUMBER = 4, 1
LINES = 500  # of a text that are searched for names
LINE_CHARACTERS = 200  # of a line in which a name may stand

_TOKEN = re.compile(r"[0-9]+(?:[.][0-9]+)*|[^\W\d_]+")


def find_stray_texts(
    match: Matching, texts: Mapping[int, Collection[Work]], used: Iterable[Work]
) -> dict[int, list[Work]]:
    """Find what may be the answer to a question that was left as it was, wherever it stands.

    That is prose in cells for code, up to the next exercise or question, and a picture from a
    file that one of them shows; cells for text, or for code that only say something, that are not
    where an answer is looked for; comments in a check; and every text that names the question.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    texts : dict of int to list of Work
        The answers to questions that were found.
    used : iterable of Work
        What is an answer, of any kind, already.

    Returns
    -------
    dict of int to list of Work
        For the question's cell of the release what was found, as Markdown.
    """
    questions = [question for question in match.of_kind(Kind.QUESTION) if question not in texts]
    if not questions:
        return {}
    taken = {item.at for item in used}
    found: dict[int, dict[int, str]] = {question: {} for question in questions}
    shown: dict[int, NotebookNode] = {}
    for question in questions:
        for at, below in _around(match, question, taken):
            if prose := _prose(match, at, below):
                found[question][at] = prose
            elif picture := picture_shown(match, at):
                found[question][at], shown[at] = picture.source, picture
    near = {at for places in found.values() for at in places}
    answers = {item.at for items in texts.values() for item in items}
    # What stands at an answered question is more on it, and no answer to another one.
    answered = {
        at
        for question in texts
        for at, below in _around(match, question, taken)
        if not below and match.cells[at].cell_type == "code"
    }
    names = _Names(match)
    for at in range(len(match.cells)):
        if match.found[at] in questions or _is_as_given(match, at):
            continue
        for question, text in _elsewhere(match, at, names, at in near | answers | answered):
            if question in found and len(found[question]) < STRAY_CELLS:
                found[question].setdefault(at, text)
    return {
        question: [
            Work(at, shown.get(at, match.cells[at]), text, is_code=False)
            for at, text in places.items()
        ]
        for question, places in found.items()
        if places
    }


def _elsewhere(
    match: Matching, at: int, names: "_Names", placed: bool
) -> Iterable[tuple[int, str]]:
    """Give the questions that a cell may answer although it stands somewhere else, and its text.

    If it is `placed`, it is known already which question its place makes it the answer to.
    """
    cell, index = match.cells[at], match.found[at]
    given = "" if index is None else match.release[index].source
    if cell.cell_type == "code":
        code, anywhere = match.parse(cell.source), True
        for text in pieces_of(code, given):
            named = names.in_text(text)
            anywhere = anywhere and not named
            if named and words_in(text) >= STRAY_WORDS:
                yield from ((question, text) for question in named)
        if anywhere and not placed and (text := _said_anywhere(match, at, code, given)):
            yield from ((question, text) for question in names.questions)
        return
    lines = cell.source.split("\n")
    text = "\n".join(line for line in lines if not line.strip() or line.strip() not in names.given)
    enough = words_in(text)
    picture = "](attachment:" in text
    if named := names.in_text(text):
        if enough >= STRAY_WORDS or picture:
            yield from ((question, text.strip()) for question in named)
    elif (
        index is None
        and not placed
        and not names.holds(text)
        and (enough >= ELSEWHERE_WORDS or picture)
    ):
        yield from ((question, text.strip()) for question in names.questions)


def _said_anywhere(match: Matching, at: int, code: Code, given: str) -> str:
    """Give what a cell for code says that may belong to any question: all of it, or a check's."""
    index = match.found[at]
    if index is None:
        text = prose_of(code, beside_code=False)
    else:
        text = prose_of(code, given) if match.kinds[index] is Kind.TEST else ""
    return text if words_in(text) >= ELSEWHERE_WORDS else ""


class _Names:
    """What the questions of a release are called, by which a text may say that it answers one."""

    def __init__(self, match: Matching) -> None:
        self.questions = match.of_kind(Kind.QUESTION)
        self.given = {line.strip() for cell in match.release for line in cell.source.split("\n")}
        self._all = "\n".join(plain(cell.source) for cell in match.release)
        titles = titles_of(NotebookNode(cells=match.release))
        self._whole: list[tuple[int, tuple[str, ...]]] = []
        self._numbers: dict[str, list[int]] = {}
        kinds: set[str] = set()
        for question in self.questions:
            title = titles.get(exercise_of(grade_id_of(match.release[question]) or ""), "")
            front, colon, behind = title.partition(":")
            words = _tokens(front)
            if words and words[-1][0].isdigit():
                if len(words) > 1:
                    self._whole.append((question, words[-2:]))
                if "." in words[-1]:
                    self._numbers.setdefault(words[-1], []).append(question)
                kinds.add(words[0])
            subject = _tokens(behind if colon else front)
            if len(subject) > 1:
                self._whole.append((question, subject))
        # What else has a number of its own: a text on exercise 1.3 does not answer question 1.3.
        self._other = {
            word
            for cell in match.release
            for heading in headings_of(cell)
            for word in _before_number(_tokens(heading.partition(":")[0]))
        } - kinds
        self._kinds = kinds - self._other

    def holds(self, text: str) -> bool:
        """Tell whether a text is a part of one that was given, whatever its line breaks."""
        return bool(text.strip()) and plain(text) in self._all

    def in_text(self, text: str) -> list[int]:
        """Give the questions that a text names at the beginning of one of its lines."""
        named: set[int] = set()
        for line in text.split("\n", LINES)[:LINES]:
            named |= self._in_line(line[:LINE_CHARACTERS])
        return sorted(named)

    def _in_line(self, line: str) -> set[int]:
        tokens = _tokens(line)
        named: set[int] = set()
        for question, name in self._whole:
            starts = range(min(BEFORE_NAME + 1, len(tokens) - len(name) + 1))
            if any(tokens[i : i + len(name)] == name for i in starts):
                named.add(question)
        for place, token in enumerate(tokens[: BEFORE_NUMBER + 1]):
            if token in self._numbers and not self._other.intersection(tokens[:place]):
                named.update(self._numbers[token])
        if not named and tokens and tokens[0] in self._kinds:
            behind = line.casefold().partition(tokens[0])[2].lstrip(" *_")
            if behind.startswith(("!", ":")):
                named.update(self.questions)
        return named


def _around(match: Matching, question: int, taken: Collection[int]) -> Iterable[tuple[int, bool]]:
    """Give the cells that may answer a question, and whether a heading stands between."""
    above = [match.places[i][0] for i in range(question) if i in match.places][-1:]
    start, below, seen = (above[0] + 1 if above else 0), False, 0
    for at in range(start, len(match.cells)):
        index = match.found[at]
        kind = None if index is None else match.kinds[index]
        if index != question and kind in (Kind.EXERCISE, Kind.QUESTION):
            return
        if index is not None and kind is Kind.TEXT and index > question:
            below = below or match.release[index].source.lstrip().startswith("#")
        if index == question or at in taken:
            continue
        if _is_as_given(match, at):
            continue
        yield at, below
        seen += 1
        if seen == STRAY_CELLS:
            return


def _is_as_given(match: Matching, at: int) -> bool:
    """Tell whether a cell is a release's, with nothing said in it besides."""
    if at in match.earlier:
        return True
    index = match.found[at]
    if index is None:
        return False
    cell, given = match.cells[at], match.release[index].source
    if plain(cell.source) != plain(given):
        return False
    return cell.cell_type != "code" or _comments(cell.source) <= _comments(given)


def _comments(source: str) -> set[str]:
    return {line.strip() for line in source.split("\n") if line.lstrip().startswith("#")}


def _prose(match: Matching, at: int, below: bool) -> str:
    """Give the prose of a cell; below a heading only if the cell holds nothing else."""
    cell, index = match.cells[at], match.found[at]
    given = "" if index is None else match.release[index].source
    if cell.cell_type == "code":
        return prose_of(match.parse(cell.source), given, beside_code=not below)
    known = {line.strip() for line in given.split("\n")}
    text = "\n".join(x for x in cell.source.split("\n") if not x.strip() or x.strip() not in known)
    return text.strip() if "![" in text or words_in(text) >= STRAY_WORDS else ""


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text.casefold()))


def _before_number(tokens: tuple[str, ...]) -> Iterable[str]:
    """Give the word before the first number, as the kind of thing that is numbered."""
    for word, following in pairwise(tokens):
        if following[0].isdigit():
            return () if word[0].isdigit() else (word,)
    return ()
