"""Find out which cell of the release each cell of a submission is, or was."""

import re
from collections.abc import Iterable
from functools import lru_cache

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, grade_id_of, is_probed, is_students, kind_of
from nmautils.grading.intake.read import UNNAMED
from nmautils.grading.model.limits import PARSED_CELL_CHARACTERS

from .earlier import History
from .python_cells import Parser

__all__ = ["Matching", "plain"]

# Share of words that an edited cell must have in common with the given one.
ALIKE = 0.6

_WORD = re.compile(r"\w+")


# Most cells of a submission hold what those of the release hold, and these are known before.
@lru_cache(maxsize=1000)
def plain(text: str) -> str:
    """Give a text without its line breaks and other white space."""
    return " ".join(text.split())


def _uses_checks(test: str) -> bool:
    """Tell whether a test of the release, whose hidden part is missing, uses our checks."""
    return is_probed(test) or "nmautils" in test or "checks" in test


class Matching:
    """Which cell of the release each cell of a submission stands for.

    A cell is recognised by what it holds, if that is what a cell of the release holds; else by
    its grade id, by its cell id, and, if it is an edit of a given cell between two that were
    recognised, by the words the two have in common.

    Parameters
    ----------
    release : list of NotebookNode
        Cells of the student version.
    cells : list of NotebookNode
        Cells of the submission.
    parse : Parser
        For the code of both.
    history : History, optional
        What is known of earlier releases.

    Attributes
    ----------
    kinds : list of Kind
        Kind of each cell of the release.
    students : set of int
        Cells of the release that a student may change freely: their text counts as it stands.
    probing : list of int
        Tests that reach answers by probes. Lines of others may as well be the student's own.
    codes : dict of int to Code
        Code of each code cell of the release.
    exercises : dict of int to frozenset of str
        Names that each exercise's cell in the release defines.
    answer_names : frozenset of str
        All of them.
    found : list of int or None
        For each cell of the submission the index of the release's cell.
    exact : list of bool
        Whether it holds what that cell holds.
    places : dict of int to list of int
        For the index of each cell of the release that was found, where it stands in the submission.
    earlier : dict of int to Kind
        For each cell of the submission that is one of an earlier release, and not of this one,
        of which kind it was there. One that this release has no cell for is in `found` as None.
    from_release : EarlierRelease or None
        That earlier release.
    """

    def __init__(
        self,
        release: list[NotebookNode],
        cells: list[NotebookNode],
        parse: Parser,
        history: History | None = None,
    ) -> None:
        self.release, self.cells, self.parse = release, cells, parse
        self.kinds = [kind_of(cell) for cell in release]
        self.students = {i for i, cell in enumerate(release) if is_students(cell)}
        self.probing = [i for i in self.of_kind(Kind.TEST) if _uses_checks(release[i].source)]
        self.codes = {
            i: parse(cell.source) for i, cell in enumerate(release) if cell.cell_type == "code"
        }
        self.exercises = {i: self.codes[i].names for i in self.of_kind(Kind.EXERCISE)}
        self.answer_names = frozenset().union(*self.exercises.values())
        self.by_mark = {grade_id_of(c): i for i, c in enumerate(release) if grade_id_of(c)}
        self.by_id = {c["id"]: i for i, c in enumerate(release) if not c["id"].startswith(UNNAMED)}
        self.by_text: dict[str, list[int]] = {}
        for i, cell in enumerate(release):
            self.by_text.setdefault(plain(cell.source), []).append(i)
        self.found: list[int | None] = []
        self.exact: list[bool] = []
        self._by_marks_and_text()
        self._by_likeness()
        self._by_place()
        self.earlier: dict[int, Kind] = {}
        self._of_earlier_releases(history or History())
        self.places: dict[int, list[int]] = {}
        for at, index in enumerate(self.found):
            if index is not None:
                self.places.setdefault(index, []).append(at)

    def of_kind(self, kind: Kind) -> list[int]:
        """Give the cells of the release of one kind."""
        return [i for i, its_kind in enumerate(self.kinds) if its_kind == kind]

    def cells_of(self, index: int) -> list[NotebookNode]:
        """Give the cells of the submission that stand for a cell of the release."""
        return [self.cells[at] for at in self.places.get(index, ())]

    def missing(self) -> set[int]:
        """Give the cells of the release that no cell of the submission stands for."""
        return set(range(len(self.release))) - self.places.keys()

    def _by_marks_and_text(self) -> None:
        by_code: dict[tuple[str, ...], int] = {}
        for i, code in self.codes.items():
            if code.parsed and code.units:
                by_code.setdefault(code.keys, i)
        sizes = {len(keys) for keys in by_code}
        last = -1
        index: int | None
        for cell in self.cells:
            text = plain(cell.source)
            same = self.by_text.get(text, []) if text else []
            marked = self._marked(cell)
            if marked in same:
                index, exact = marked, True
            elif same:
                # If several cells of the release hold this, the next one is most likely meant.
                index, exact = next((i for i in same if i > last), same[0]), True
            else:
                index = marked
                if index is None and cell.cell_type == "code" and text:
                    code = self.parse(cell.source)
                    if len(code.units) in sizes:
                        index = by_code.get(code.keys)
                # All of a test may be hidden, so that its cell is empty in the release.
                exact = index is not None and (
                    plain(self.release[index].source) == text or self._same_code(cell, index)
                )
            self.found.append(index)
            self.exact.append(exact)
            last = last if index is None else index

    def _marked(self, cell: NotebookNode) -> int | None:
        # Colab keeps a cell's id in the metadata.
        for key, known in (
            (grade_id_of(cell), self.by_mark),
            (cell["id"], self.by_id),
            (cell.metadata.get("id"), self.by_id),
        ):
            if isinstance(key, str) and key in known:
                return known[key]
        return None

    def _same_code(self, cell: NotebookNode, index: int) -> bool:
        if index not in self.codes or cell.cell_type == "markdown":
            return False
        code, wanted = self.parse(cell.source), self.codes[index]
        return bool(code.parsed and code.units and code.keys == wanted.keys)

    def _by_likeness(self) -> None:
        """Recognise edited cells that have lost their marks, by their words and their place."""
        words = {i: _words(cell.source) for i, cell in enumerate(self.release)}
        seen = set(self.found)
        upcoming = self._next_found()
        last = -1
        for at, cell in enumerate(self.cells):
            index = self.found[at]
            if index is not None:
                last = index
                continue
            if not cell.source.strip() or len(cell.source) > PARSED_CELL_CHARACTERS:
                continue
            gap = [i for i in range(last + 1, upcoming[at]) if i not in seen]
            places = [i for i in gap if self.kinds[i] not in (Kind.EXERCISE, Kind.QUESTION)]
            places += self.of_kind(Kind.TEST)
            index = self._most_alike(cell, places, words)
            if index is not None:
                self.found[at] = last = index
                seen.add(index)

    def _by_place(self) -> None:
        """Recognise a cell that a student may change freely if it alone can be in its place."""
        upcoming = self._next_found()
        last = -1
        unknown: dict[tuple[int, int], list[int]] = {}
        for at, index in enumerate(self.found):
            if index is not None:
                last = index
            elif self.cells[at].cell_type == "code" and self.cells[at].source.strip():
                unknown.setdefault((last, upcoming[at]), []).append(at)
        for (before, after), places in unknown.items():
            gap = self.students & set(range(before + 1, after)) - set(self.found)
            answers = self.parse(self.cells[places[0]].source).names & self.answer_names
            if len(gap) == len(places) == 1 and not answers:
                self.found[places[0]] = gap.pop()

    def _of_earlier_releases(self, history: History) -> None:
        """Take what an earlier release had for given, and not for the student's work."""
        for at, cell in enumerate(self.cells):
            kind = None if self.exact[at] else history.kind_of(cell.source)
            index = self.found[at]
            if kind is None or (index is not None and self.kinds[index] is not kind):
                continue
            self.earlier[at] = kind
            # What set-up cells made then may be what an answer needs.
            self.exact[at] = index is not None and kind not in (Kind.SETUP, Kind.GIVEN)
        self.from_release = history.most_like(
            (cell.source for cell in self.cells), (self.cells[at].source for at in self.earlier)
        )

    def is_new(self, index: int) -> bool:
        """Tell whether a cell of the release was not there yet in the one of the submission."""
        return self.from_release is not None and not self.from_release.has(self.release[index])

    def _next_found(self) -> list[int]:
        """Give for each cell of the submission the next cell below it that was recognised."""
        upcoming, following = [], len(self.release)
        for index in reversed(self.found):
            upcoming.append(following)
            following = following if index is None else index
        return upcoming[::-1]

    def _most_alike(
        self, cell: NotebookNode, places: Iterable[int], words: dict[int, frozenset[str]]
    ) -> int | None:
        mine = _words(cell.source)
        highest, best = ALIKE, None
        for i in places:
            # Mostly the sizes already show that two cells differ.
            if not words[i] or not ALIKE <= len(mine) / len(words[i]) <= 1 / ALIKE:
                continue
            share = len(mine & words[i]) / len(mine | words[i])
            if share >= highest and self.release[i].cell_type == cell.cell_type:
                highest, best = share, i
        if best is not None and cell.cell_type == "code":
            answers = self.parse(cell.source).names & self.answer_names
            return None if answers else best
        return best


@lru_cache(maxsize=1000)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text[:PARSED_CELL_CHARACTERS]))
