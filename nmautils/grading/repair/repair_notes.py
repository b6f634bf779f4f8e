"""What was repaired in a submission, told to the student."""

from collections import Counter
from collections.abc import Iterable

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, grade_id_of

from .code_answers import Answers
from .match_cells import Matching
from .student_work import Piece

__all__ = ["Notes", "label"]

MAX_SENTENCES = 60
# Tags by which Jupyter passes over a cell or over its errors.
RUN_TAGS = {"skip-execution", "raises-exception"}


def label(match: Matching, index: int) -> str:
    """Call a cell of the release by a name that its reader knows."""
    if match.kinds[index] == Kind.EXERCISE and match.slots[index]:
        return _listed(f"`{name}`" for name in sorted(match.slots[index]))
    if match.kinds[index] == Kind.QUESTION:
        for cell in reversed(match.release[:index]):
            heading = cell.source.strip().split("\n")[0]
            if cell.cell_type == "markdown" and heading.startswith("#"):
                return f"“{heading.lstrip('# ').partition(':')[0]}”"
    return f"`{grade_id_of(match.release[index])}`"


def _test_label(match: Matching, index: int) -> str:
    slots = [slot for slot in match.slots if slot < index]
    return label(match, slots[-1]) if slots else label(match, index)


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


class Notes:
    """Sentences on what was done, in the order in which they should be read."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._rest: list[str] = []

    def add(self, sentence: str) -> None:
        """Add a sentence, unless it is there already."""
        if sentence not in self._rest:
            self._rest.append(sentence)

    def sentences(self) -> list[str]:
        """Give all sentences."""
        sentences = self._first + self._rest
        if len(sentences) > MAX_SENTENCES:
            more = len(sentences) - MAX_SENTENCES
            sentences = [*sentences[:MAX_SENTENCES], f"There were {more} more repairs like these."]
        return sentences

    def of_limits(self, large: int, many: int) -> None:
        """Say what was left out because there was too much of it."""
        if large:
            self._first.append(f"{large} of the cells were far too long and were left out.")
        if many:
            self._first.append(
                f"There were too many cells, or too long ones; {many} of your own were left out."
            )

    def of_notebook(self, release: NotebookNode, submitted: NotebookNode, match: Matching) -> None:
        """Say what was wrong with the notebook as a whole."""
        name = _kernel(submitted)
        if name and name != _kernel(release):
            self._first.append(f"The notebook asked for the kernel `{name}`; Python 3 is used.")
        ours = set().union(*map(_tags, match.release))
        tags = set()
        for cell, index in zip(match.cells, match.found, strict=True):
            given = ours if index is None else _tags(match.release[index])
            tags |= (_tags(cell) & RUN_TAGS) - given
        for tag in sorted(tags):
            self._first.append(f"The tag `{tag}`, which changes how a cell is run, was removed.")
        if not _in_order(match.found):
            self._first.append(
                "Some cells of the tutorial had been moved; they are back in their order."
            )

    def of_answers(self, match: Matching, answers: Answers, texts: dict[int, list[Piece]]) -> None:
        """Say how answers were found, and what became of their tests."""
        if not (answers.pieces or texts or any(index is not None for index in match.found)):
            self._first.append(
                "None of the cells is one of this tutorial's. Did you hand in the right notebook?"
            )
        counts = self._counts(match, answers)
        for slots in answers.shared:
            names = _listed(label(match, slot) for slot in slots)
            self.add(f"The answers to {names} stood in one cell; each was put to its place.")
        lost = []
        for index, kind in enumerate(match.kinds):
            if kind == Kind.TEST:
                self._of_test(match, index)
            elif kind in (Kind.EXERCISE, Kind.QUESTION):
                name = label(match, index)
                used = answers.pieces.get(index) or texts.get(index)
                found = index in match.found
                if counts[index] > 1:
                    self.add(
                        f"The cell {name} was there {_times(counts[index])}; the last one you "
                        "worked on counts."
                    )
                if not used and not found:
                    self.add(f"The cell {name} was missing; it has been put back, unanswered.")
                elif not used:
                    self._of_unused(match, index, name)
                else:
                    self._of_used(match, index, name, used)
                if found and self._lost_mark(match, index, used):
                    lost.append(name)
        if lost:
            self.add(
                f"The {'cells' if len(lost) > 1 else 'cell'} {_listed(lost)} had lost the marks by "
                "which exercises are found, and were recognised all the same."
                if len(lost) > 1
                else f"The cell {lost[0]} had lost the mark by which exercises are found, and was "
                "recognised all the same."
            )

    def _counts(self, match: Matching, answers: Answers) -> Counter[int]:
        counts = Counter(index for index in match.found if index is not None)
        kept = {piece.at for used in answers.pieces.values() for piece in used}
        kept |= {piece.at for piece in answers.copies}
        for at, index in enumerate(match.found):
            # What had an exercise's mark but is something else is no copy of it.
            if index in match.slots and not match.exact[at] and at not in kept:
                counts[index] -= 1
        return counts

    def _of_test(self, match: Matching, index: int) -> None:
        name = _test_label(match, index)
        places = [at for at, found in enumerate(match.found) if found == index]
        if not places:
            self.add(f"The check of {name} was missing; it has been put back.")
        elif not any(match.exact[at] for at in places):
            self.add(f"The check of {name} had been changed; the original is used.")
        elif all(match.cells[at].cell_type != "code" for at in places):
            self.add(f"The check of {name} had become a text cell; it is a code cell again.")

    def _of_unused(self, match: Matching, index: int, name: str) -> None:
        cells = [c for c, found in zip(match.cells, match.found, strict=True) if found == index]
        if all(not cell.source.strip() for cell in cells):
            self.add(f"The cell {name} was empty; its first state has been put back.")

    def _of_used(self, match: Matching, index: int, name: str, used: list[Piece]) -> None:
        wanted = match.release[index].cell_type
        own = [piece for piece in used if match.found[piece.at] == index]
        if not own:
            if wanted == "markdown":
                self.add(f"Your answer to {name} was recognised by its place.")
            elif index in match.found:
                self.add(f"Your answer to {name} stood in another cell; it was put to its place.")
            else:
                self.add(f"Your answer to {name} was recognised by what it defines.")
        for piece in used:
            if piece.halves:
                self.add(f"The cell {name} was cut in two; its parts were joined.")
            if piece.merged:
                self.add(
                    f"The cell {name} was merged with another cell of the tutorial; they are two "
                    "cells again."
                )
            if piece.cell.cell_type != wanted:
                before, after = ("code", "text") if wanted == "markdown" else ("text", "code")
                if piece.cell.cell_type != "code":
                    before = "raw" if piece.cell.cell_type == "raw" else before
                self.add(f"The cell {name} had become a {before} cell; it is a {after} cell again.")
        if len(used) > 1:
            self.add(f"Your answer to {name} stood in several cells; they were joined.")

    def _lost_mark(self, match: Matching, index: int, used: list[Piece] | None) -> bool:
        wanted = grade_id_of(match.release[index])
        if used:
            cells = [piece.cell for piece in used if match.found[piece.at] == index]
        else:
            cells = [c for c, found in zip(match.cells, match.found, strict=True) if found == index]
        return bool(cells) and all(grade_id_of(cell) != wanted for cell in cells)

    def of_given(self, match: Matching, added: list[Piece]) -> None:
        """Say what became of the cells that are the same for everybody."""
        given = [
            i
            for i, kind in enumerate(match.kinds)
            if kind not in (Kind.EXERCISE, Kind.QUESTION, Kind.TEST)
        ]
        counts = Counter(match.found)
        intact = {i for i, exact in zip(match.found, match.exact, strict=True) if exact}
        missing = sum(not counts[i] for i in given)
        changed = sum(bool(counts[i]) and i not in intact for i in given)
        copied = sum(counts[i] > 1 for i in given)
        retyped = sum(
            index in given and cell.cell_type != match.release[index].cell_type
            for cell, index in zip(match.cells, match.found, strict=True)
            if index is not None
        )
        for count, what in (
            (missing, "missing: put back"),
            (changed, "not as given: the original counts"),
            (copied, "there more than once: one of each is enough"),
            (retyped, "of another type: put right"),
        ):
            if count:
                were = "1 given cell was" if count == 1 else f"{count} given cells were"
                self.add(f"{were} {what}.")
        if added:
            self.add(
                "What you added to given cells was kept, as far as it defines something, in cells "
                "of your own below them."
            )

    def of_silence(self, where: str, found: list[str]) -> None:
        """Say which lines of a cell were commented out."""
        if "leftover" in found:
            self.add(
                f"In {where} the line that raises NotImplementedError was still there; it was "
                "left out."
            )
        if "online" in found:
            self.add(
                f"In {where} lines that install, download or need Colab were left out: grading "
                "is done without a network."
            )


def _kernel(notebook: NotebookNode) -> str:
    spec = notebook.metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    return "".join(c for c in name if c.isprintable())[:40] if isinstance(name, str) else ""


def _tags(cell: NotebookNode) -> set[str]:
    tags = cell.metadata.get("tags")
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def _in_order(found: Iterable[int | None]) -> bool:
    """Tell whether every cell that is there can be met in the release's order."""
    places: dict[int, list[int]] = {}
    for at, index in enumerate(found):
        if index is not None:
            places.setdefault(index, []).append(at)
    last = -1
    for index in sorted(places):
        last = next((at for at in places[index] if at > last), None)
        if last is None:
            return False
    return True
