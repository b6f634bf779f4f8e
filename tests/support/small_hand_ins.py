"""Small hand-ins: a file that says what differs from a solved notebook, and what is right.

`tests/hand_ins/README.md` describes the form of the files.
"""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from nmautils.grading.model.assignment import Bundle, freeze
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run import pool
from tests.support.notebooks import find_cell, solved
from tests.support.paths import ROOT, TESTS

FOLDER = TESTS / "hand_ins"
LIMITS = Limits(cell_seconds=10, probe_seconds=10, grace_seconds=1)

_SECTION = re.compile(r"^# --- (code|markdown) cell: (.+)$", re.MULTILINE)
_IMPORTS = "import matplotlib.pyplot as plt"


@dataclass(frozen=True)
class HandIn:
    """A file of the corpus.

    Parameters
    ----------
    name : str
        Of the file, without its ending.
    expect : tuple of str
        What must come of it, a word or two each.
    tutorial : str
        Which.
    cells : tuple of (str, str, str)
        Type, place and text of each cell that differs.
    """

    name: str
    expect: tuple[str, ...]
    tutorial: str
    cells: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        return self.name


def read_hand_in(path: Path) -> HandIn:
    """Read one file."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# (expect|tutorial): ([^;\n]+)", text, flags=re.MULTILINE))
    _, *parts = _SECTION.split(text)
    cells = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return HandIn(
        path.stem,
        tuple(part.strip() for part in head["expect"].split(",")),
        head["tutorial"].strip(),
        tuple((kind, place.strip(), source.strip("\n")) for kind, place, source in cells),
    )


def all_hand_ins(folder: Path = FOLDER) -> list[HandIn]:
    """Read the corpus, sorted by name."""
    return [read_hand_in(path) for path in sorted(folder.glob("*.py"))]


def notebook_of(hand_in: HandIn) -> bytes:
    """Make the file that is handed in."""
    nb = solved(hand_in.tutorial)
    after = next(i for i, cell in enumerate(nb.cells) if cell.source.startswith(_IMPORTS)) + 1
    for i, (kind, place, source) in enumerate(hand_in.cells):
        if place == "own cell":
            assert kind == "code"
            nb.cells.insert(after, new_code_cell(source, id=f"own-{i}"))
            after += 1
        elif place == "imports":
            nb.cells[after - 1].source = source
        else:
            find_cell(nb, place).source = source
    return nbformat.writes(nb).encode()


@functools.cache
def bundle_of(tutorial: str) -> Bundle:
    """Freeze an assignment of the repository."""
    return freeze(ROOT, tutorial)


def grade_hand_in(hand_in: HandIn) -> Graded:
    """Grade it as an instructor does."""
    submission = Submission(hand_in.name, notebook_of(hand_in), 1)
    return pool.grade(bundle_of(hand_in.tutorial), submission, limits=LIMITS)


def what_is_wrong(hand_in: HandIn, graded: Graded) -> list[str]:
    """List what did not come out as the file says."""
    return [wanted for wanted in hand_in.expect if not _holds(wanted, graded)]


def _holds(wanted: str, graded: Graded) -> bool:
    """Tell whether one of the words after ``# expect:`` is true."""
    scores = {result.grade_id.removesuffix("_test"): result for result in graded.exercises}
    hints = "\n".join(
        f"{check.mistake}: {check.hint}"
        for result in graded.exercises
        for check in result.checks
        if not check.passed
    )
    word, _, rest = wanted.partition(" ")
    match word:
        case "full":
            return all(result.score == result.points for result in graded.exercises)
        case "person":
            return any(rest in line for line in graded.needs_person)
        case "nobody":
            return graded.needs_person == ()
        case "told":
            return any(rest in event.text for event in graded.events)
        case "untold":
            return all(rest not in event.text for event in graded.events)
        case "silent":
            return graded.events == ()
        case "hint":
            return rest in hints
        case "never":
            return rest not in hints
        case "submitted":
            return not graded.problem
    exercise = scores[word]
    points = float(rest.partition("/")[0])
    return abs(exercise.score - points) < 1e-9
