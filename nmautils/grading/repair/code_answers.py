"""Find the answer to each coding exercise among a student's cells."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from nmautils.cells import Kind

from .match_cells import Matching
from .python_cells import Unit, joined
from .student_work import Work

__all__ = ["Answers", "choose_answers"]

FINISHED, BEGUN, OTHER, NOTHING = 3, 2, 1, 0


@dataclass
class Answers:
    """The answers to a notebook's coding exercises.

    Parameters
    ----------
    work : dict of int to list of Work
        For the index of each exercise's cell in the release, what its answer was made of.
    sources : dict of int to str
        The code of each answer.
    copies : list of Work
        Older versions, which are not run.
    shared : list of list of int
        Answers that stood in one cell.
    """

    work: dict[int, list[Work]] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    copies: list[Work] = field(default_factory=list)
    shared: list[list[int]] = field(default_factory=list)

    @property
    def taken(self) -> set[Work]:
        """All work that is not kept in cells of the student's own."""
        return {item for used in self.work.values() for item in used} | set(self.copies)


def choose_answers(match: Matching, work: list[Work]) -> Answers:
    """Find the answer to each coding exercise.

    The cell of the exercise itself counts, the last one if there are copies; if it was not
    worked on, or is gone, then the last cell that defines what the exercise asks for, one above
    the test before one below it.

    Parameters
    ----------
    match : Matching
        Tells which cell is which.
    work : list of Work
        What the student has written.
    """
    answers = Answers()
    code = [item for item in work if item.is_code]
    for exercise, names in match.exercises.items():
        own = [item for item in code if item.answer == exercise and _is_for(item, names, match)]
        found = _best(exercise, names, own, code, match)
        if found:
            answers.work[exercise] = found
            answers.sources[exercise] = "\n\n\n".join(item.source.strip("\n") for item in found)
    _divide_shared(answers, match)
    used = answers.taken
    for item in code:
        if item in used or item.answer is None:
            continue
        # It is another version of the answer, unless it defines only something else.
        if match.parse(item.source).names & match.exercises[item.answer]:
            answers.copies.append(item)
    return answers


def _is_for(item: Work, names: frozenset[str], match: Matching) -> bool:
    """Tell whether a cell marked as one exercise may answer it: not if it answers another."""
    made = match.parse(item.source).names
    return bool(made & names) or not made & match.answer_names


def _best(
    exercise: int, names: frozenset[str], own: list[Work], code: list[Work], match: Matching
) -> list[Work]:
    others = [p for p in code if p not in own and match.parse(p.source).names & names]
    others = _above_the_test(exercise, others, match)
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


def _above_the_test(exercise: int, work: list[Work], match: Matching) -> list[Work]:
    """Sort cells: first those below the exercise's test in the submission, then those above it."""
    tests = (i for i in match.of_kind(Kind.TEST) if i > exercise)
    places = match.places.get(next(tests, -1))
    return sorted(work, key=lambda item: (bool(places and item.at < places[-1]), item.at))


def _level(item: Work, names: frozenset[str], match: Matching) -> int:
    code = match.parse(item.source)
    if not code.source.strip():
        return NOTHING
    if not code.parsed or not names <= code.names:
        return OTHER
    blanks = any(unit.has_blanks for unit in code.units if unit.names & names)
    return BEGUN if blanks else FINISHED


def _in_parts(names: frozenset[str], work: list[Work], match: Matching) -> list[Work]:
    """Give the last cell that defines each name, if every name is defined somewhere."""
    last = {}
    for item in sorted(work, key=lambda item: item.at):
        for name in match.parse(item.source).names & names:
            last[name] = item
    if set(last) != names:
        return []
    return sorted(set(last.values()), key=lambda item: item.at)


def _divide_shared(answers: Answers, match: Matching) -> None:
    """Give each exercise its part of a cell that answers several."""
    by_work: dict[Work, list[int]] = {}
    for exercise, work in answers.work.items():
        for item in work:
            by_work.setdefault(item, []).append(exercise)
    for item, exercises in by_work.items():
        if len(exercises) > 1 and all(len(answers.work[exercise]) == 1 for exercise in exercises):
            exercises.sort()
            answers.shared.append(exercises)
            units = match.parse(item.source).units
            if units:
                for exercise, part in _parts(units, exercises, match).items():
                    answers.sources[exercise] = part


def _parts(units: Iterable[Unit], exercises: list[int], match: Matching) -> dict[int, str]:
    """Cut a cell: the first exercise gets shared definitions, the last one code that runs."""
    parts: dict[int, list[Unit]] = {exercise: [] for exercise in exercises}
    for unit in units:
        owner = next((e for e in exercises if unit.names & match.exercises[e]), None)
        if owner is None:
            owner = exercises[0] if unit.is_declaration else exercises[-1]
        parts[owner].append(unit)
    return {exercise: joined(part) for exercise, part in parts.items()}
