"""The answers of ``tests/answers`` as a class: each student hands in one answer per exercise."""

import shutil
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import nbformat

from nmautils.course.contract import EXERCISES
from tests.support.answers_runner import Answer, all_answers
from tests.support.notebooks import committed
from tests.support.paths import ROOT

COURSE_FILES = ("course.toml", "nbgrader_config.py")

# Student id and the answers, by exercise.
Student = tuple[str, dict[str, Answer]]


def students(tutorial: str, every: int = 1) -> Iterator[Student]:
    """Deal the answers of a tutorial out, so that each is handed in by somebody.

    Parameters
    ----------
    tutorial : str
        Which.
    every : int
        Keep only every so many-th answer.
    """
    answers = [answer for answer in all_answers() if answer.tutorial == tutorial]
    piles = [[a for a in answers if a.exercise == name][::every] for name in EXERCISES[tutorial]]
    for i, dealt in enumerate(zip_longest(*piles)):
        given = {answer.exercise: answer for answer in dealt if answer is not None}
        yield f"{tutorial.split('_')[0]}-{i:03}", given


def make_course(root: Path, tutorials: list[str]) -> Path:
    """Copy what an instructor has of some tutorials; there is no gradebook yet."""
    root.mkdir(parents=True, exist_ok=True)
    for name in COURSE_FILES:
        shutil.copy(ROOT / name, root)
    for tutorial in tutorials:
        for folder in ("source", "release"):
            shutil.copytree(ROOT / folder / tutorial, root / folder / tutorial)
    return root


def notebook(tutorial: str, answers: dict[str, str]) -> bytes:
    """The release with the text of these answers in its solution cells."""
    nb = committed("release", tutorial)
    for cell in nb.cells:
        answer = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if answer is not None:
            cell.source = answer
    return nbformat.writes(nb).encode()


def hand_in(root: Path, tutorial: str, student: str, raw: bytes) -> Path:
    """Put a notebook to where it is graded."""
    path = root / "submitted" / student / tutorial / f"{tutorial}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def wrong_marks(score: dict[str, float], answers: dict[str, Answer]) -> list[str]:
    """List the exercises whose marks are not those that the answer deserves."""
    wrong = []
    for exercise, answer in answers.items():
        lowest, highest = answer.varies
        if not lowest <= score[f"{exercise}_test"] <= highest:
            wrong.append(f"{answer}: {score[f'{exercise}_test']:g}, not {answer.points:g}")
    return wrong
