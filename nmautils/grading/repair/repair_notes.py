"""Tell the student what was repaired in a submission."""

from collections import Counter
from collections.abc import Iterable

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, grade_id_of, tags_of
from nmautils.grading.model.limits import REPAIR_SENTENCES, WRITTEN_CHARACTERS

from .code_answers import Answers
from .match_cells import Matching
from .student_work import Work

__all__ = ["Notes", "label"]

# Every sentence, by what it is about.
SENTENCES = {
    "more": "There were {count} more repairs like these.",
    # The notebook as a whole.
    "long cells": "{count} of the cells were far too long and were left out.",
    "many cells": "There were too many cells, or too long ones; {count} of your own were left out.",
    "kernel": "The notebook asked for the kernel `{name}`; Python 3 is used.",
    "tag": "The tag `{name}`, which changes how a cell is run, was removed.",
    "order": "Some cells of the tutorial had been moved; they are back in their order.",
    "earlier": "The notebook is from the release of {day}. Checks and given cells that have "
    "changed since then are used as they are now.",
    "other notebook": "None of the cells is one of this tutorial's. Did you hand in the right "
    "notebook?",
    # Answers.
    "shared cell": "The answers to {name} stood in one cell; each was put to its place.",
    "copies": "The cell {name} was there {times}; the last one you worked on counts.",
    "unanswered": "The cell {name} was missing; it has been put back, unanswered.",
    "empty": "The cell {name} was empty; its first state has been put back.",
    "lost mark": "The cell {name} had lost the mark by which exercises are found, and was "
    "recognised all the same.",
    "lost marks": "The cells {name} had lost the marks by which exercises are found, and were "
    "recognised all the same.",
    "by place": "Your answer to {name} was recognised by its place.",
    "other cell": "Your answer to {name} stood in another cell; it was put to its place.",
    "by definition": "Your answer to {name} was recognised by what it defines.",
    "cut in two": "The cell {name} was cut in two; its parts were joined.",
    "merged": "The cell {name} was merged with another cell of the tutorial; they are two cells "
    "again.",
    "type": "The cell {name} had become a {before} cell; it is a {after} cell again.",
    "several cells": "Your answer to {name} stood in several cells; they were joined.",
    "long answer": "Your answer to {name} is very long: only its first {count:,} letters count.",
    "stray": "The cell {name} was left as it was, but what you wrote in another cell may be its "
    "answer: a person will look at it.",
    "moved up": "The cell that makes `{made}` stood below {name}, which needs it; it was moved "
    "above.",
    # Checks.
    "check missing": "The check of {name} was missing; it has been put back.",
    "check changed": "The check of {name} had been changed; the original is used.",
    "check a text": "The check of {name} had become a text cell; it is a code cell again.",
    # Given cells.
    "given": "{count} given cells were {what}.",
    "one given": "1 given cell was {what}.",
    "added": "What you added to given cells was kept, as far as it defines something, in cells of "
    "your own below them.",
    # A line that is left out.
    "leftover": "In {where} the line that raises NotImplementedError was still there; it was left "
    "out.",
}
# Tags that make Jupyter skip a cell or ignore its errors.
RUN_TAGS = {"skip-execution", "raises-exception"}


def label(match: Matching, index: int) -> str:
    """Name a cell of the release as a student knows it."""
    if match.kinds[index] == Kind.EXERCISE and match.exercises[index]:
        return _listed(f"`{name}`" for name in sorted(match.exercises[index]))
    if match.kinds[index] == Kind.QUESTION:
        for cell in reversed(match.release[:index]):
            heading = cell.source.strip().split("\n")[0]
            if cell.cell_type == "markdown" and heading.startswith("#"):
                return f"“{heading.lstrip('# ').partition(':')[0]}”"
    return f"`{grade_id_of(match.release[index])}`"


def _test_label(match: Matching, index: int) -> str:
    exercises = [exercise for exercise in match.exercises if exercise < index]
    return label(match, exercises[-1]) if exercises else label(match, index)


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


class Notes:
    """Sentences on what was done, in the order in which they should be read."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._rest: list[str] = []

    def _add(self, about: str, **parts: object) -> None:
        """Add a sentence of the table, unless it is there already."""
        sentence = SENTENCES[about].format(**parts)
        if sentence not in self._rest:
            self._rest.append(sentence)

    def _add_first(self, about: str, **parts: object) -> None:
        """Add a sentence on the notebook as a whole."""
        self._first.append(SENTENCES[about].format(**parts))

    def sentences(self) -> list[str]:
        """Give all sentences."""
        sentences = self._first + self._rest
        more = len(sentences) - REPAIR_SENTENCES
        if more > 0:
            sentences[REPAIR_SENTENCES:] = [SENTENCES["more"].format(count=more)]
        return sentences

    def of_limits(self, large: int, many: int) -> None:
        """Say what was left out because there was too much of it."""
        if large:
            self._add_first("long cells", count=large)
        if many:
            self._add_first("many cells", count=many)

    def of_notebook(self, release: NotebookNode, submitted: NotebookNode, match: Matching) -> None:
        """Say what was wrong with the notebook as a whole."""
        name = _kernel(submitted)
        if name and name != _kernel(release):
            self._add_first("kernel", name=name)
        ours = set[str]().union(*map(tags_of, match.release))
        tags: set[str] = set()
        for cell, index in zip(match.cells, match.found, strict=True):
            given = ours if index is None else tags_of(match.release[index])
            tags |= (tags_of(cell) & RUN_TAGS) - given
        for tag in sorted(tags):
            self._add_first("tag", name=tag)
        if match.from_release is not None:
            self._add_first("earlier", day=match.from_release.day)
        elif not _in_order(match.places):  # which may be that of another release
            self._add_first("order")

    def of_answers(self, match: Matching, answers: Answers, texts: dict[int, list[Work]]) -> None:
        """Say how answers were found, and what was repaired of their tests."""
        if not (answers.work or texts or match.places):
            self._add_first("other notebook")
        counts = self._counts(match, answers)
        for exercises in answers.shared:
            names = _listed(label(match, exercise) for exercise in exercises)
            self._add("shared cell", name=names)
        lost = []
        for index, kind in enumerate(match.kinds):
            if kind == Kind.TEST:
                self._of_test(match, index)
            elif kind in (Kind.EXERCISE, Kind.QUESTION):
                name = label(match, index)
                used = answers.work.get(index) or texts.get(index)
                found = index in match.places
                if (count := counts[index]) > 1:
                    times = "twice" if count == 2 else f"{count} times"
                    self._add("copies", name=name, times=times)
                if not used and not found:
                    if not match.is_new(index):
                        self._add("unanswered", name=name)
                elif not used:
                    if not any(cell.source.strip() for cell in match.cells_of(index)):
                        self._add("empty", name=name)
                else:
                    self._of_used(match, index, name, used)
                if found and self._lost_mark(match, index, used):
                    lost.append(name)
        if lost:
            self._add("lost marks" if len(lost) > 1 else "lost mark", name=_listed(lost))

    def _counts(self, match: Matching, answers: Answers) -> Counter[int]:
        counts = Counter({index: len(places) for index, places in match.places.items()})
        kept = {item.at for used in answers.work.values() for item in used}
        kept |= {item.at for item in answers.copies}
        for at, index in enumerate(match.found):
            # A cell with an exercise's mark that holds something else is no copy of it.
            if index in match.exercises and not match.exact[at] and at not in kept:
                counts[index] -= 1
        return counts

    def _of_test(self, match: Matching, index: int) -> None:
        name = _test_label(match, index)
        places = match.places.get(index, [])
        if not places:
            if not match.is_new(index):
                self._add("check missing", name=name)
        elif not any(match.exact[at] for at in places):
            self._add("check changed", name=name)
        elif all(match.cells[at].cell_type != "code" for at in places):
            self._add("check a text", name=name)

    def _of_used(self, match: Matching, index: int, name: str, used: list[Work]) -> None:
        wanted = match.release[index].cell_type
        own = [item for item in used if match.found[item.at] == index]
        if not own:
            if wanted == "markdown":
                self._add("by place", name=name)
            elif index in match.places:
                self._add("other cell", name=name)
            else:
                self._add("by definition", name=name)
        for item in used:
            if item.halves:
                self._add("cut in two", name=name)
            if item.merged:
                self._add("merged", name=name)
            if item.cell.cell_type != wanted:
                before, after = ("code", "text") if wanted == "markdown" else ("text", "code")
                if item.cell.cell_type != "code":
                    before = "raw" if item.cell.cell_type == "raw" else before
                self._add("type", name=name, before=before, after=after)
        if len(used) > 1:
            self._add("several cells", name=name)

    def _lost_mark(self, match: Matching, index: int, used: list[Work] | None) -> bool:
        wanted = grade_id_of(match.release[index])
        cells = match.cells_of(index)
        if used:
            cells = [item.cell for item in used if match.found[item.at] == index]
        return bool(cells) and all(grade_id_of(cell) != wanted for cell in cells)

    def of_given(self, match: Matching, added: list[Work]) -> None:
        """Say what was repaired of the cells that are the same for everybody."""
        given = [
            i
            for i, kind in enumerate(match.kinds)
            if kind not in (Kind.EXERCISE, Kind.QUESTION, Kind.TEST)
            and match.release[i].source.strip()
        ]
        fixed = [i for i in given if i not in match.students]
        counts = Counter(match.found)
        intact = {i for i, exact in zip(match.found, match.exact, strict=True) if exact}
        intact |= {match.found[at] for at in match.earlier}
        missing = sum(not counts[i] and not match.is_new(i) for i in given)
        changed = sum(bool(counts[i]) and i not in intact for i in fixed)
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
                self._add("one given" if count == 1 else "given", count=count, what=what)
        if added:
            self._add("added")

    def of_commented_out(self, where: str, found: bool) -> None:
        """Say that the line of a cell that was to be deleted was commented out."""
        if found:
            self._add("leftover", where=where)

    def of_long(self, name: str) -> None:
        """Say that a written answer is longer than what is shown of it."""
        self._add("long answer", name=name, count=WRITTEN_CHARACTERS)

    def of_stray(self, name: str) -> None:
        """Say that the answer to a question may stand in another cell."""
        self._add("stray", name=name)

    def of_moved(self, match: Matching, exercise: int, made: str) -> None:
        """Say that a definition was moved above the answer that needs it."""
        self._add("moved up", made=made[:40], name=label(match, exercise))


def _kernel(notebook: NotebookNode) -> str:
    spec = notebook.metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    return "".join(c for c in name if c.isprintable())[:40] if isinstance(name, str) else ""


def _in_order(places: dict[int, list[int]]) -> bool:
    """Tell whether every cell that is there can be met in the release's order."""
    last = -1
    for index in sorted(places):
        following = [at for at in places[index] if at > last]
        if not following:
            return False
        last = following[0]
    return True
