"""Runs answers through the test cells of the source notebooks, in this process.

An answer is a file below ``tests/answers/<tutorial>/<exercise>/<right or mistakes>/``; see the
README there. `nmautils.course.trial` does the judging.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from nmautils.cells import BEGIN_HIDDEN, END_HIDDEN
from nmautils.checks import Score
from nmautils.course import trial
from nmautils.course.scaffold import split_regions
from nmautils.course.worked_out import show_worked_out, work_out
from tests.support.paths import ANSWERS, ROOT


@dataclass(frozen=True)
class Answer:
    """A file of the corpus.

    Parameters
    ----------
    path : Path
        Where it is.
    tutorial, exercise : str
        Assignment and grade id it belongs to.
    right : bool
        Whether it deserves full marks.
    about : str
        What it does, in a line.
    points : float
        Marks it should get.
    varies : tuple of float
        Lowest and highest marks it may get with other seeds of the checks; both are `points`
        but for mistakes whose outcome is a matter of chance.
    names : str
        Text that the feedback should contain; empty for right answers, and for the few
        mistakes that the feedback cannot name.
    also : tuple of str
        Texts one of which the first named row may contain in the place of `names`.
    source : str
        What goes into the solution cell.
    """

    path: Path
    tutorial: str
    exercise: str
    right: bool
    about: str
    points: float
    varies: tuple[float, float]
    names: str
    also: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        return f"{self.exercise}-{self.path.parent.name}-{self.path.stem}"


def read_answer(path: Path) -> Answer:
    """Read one file of the corpus, with the comments at its head."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# (about|points|varies|names|also): (.+)$", text, flags=re.MULTILINE))
    kind, exercise, tutorial = (parent.name for parent in list(path.parents)[:3])
    if not {"about", "points"} <= head.keys():
        raise ValueError(f"{path} lacks its '# about:' or '# points:' line.")
    lowest, _, highest = head.get("varies", head["points"]).partition(" to ")
    return Answer(
        path,
        tutorial,
        exercise,
        kind == "right",
        head["about"],
        float(head["points"]),
        (float(lowest), float(highest or lowest)),
        head.get("names", ""),
        tuple(filter(None, head.get("also", "").split("; "))),
        text,
    )


def without_head(source: str) -> str:
    """Drop the comments that say what an answer is, which no student would write."""
    lines = source.splitlines()
    while lines and (lines[0].startswith("# ") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines)


def all_answers() -> list[Answer]:
    """Read the whole corpus, sorted by path."""
    return [read_answer(path) for path in sorted(ANSWERS.glob("*/*/*/*.py"))]


@functools.cache
def graded_cells(tutorial: str) -> dict[str, str]:
    """Map the grade ids of a source notebook to the cells' text, hidden tests included."""
    notebook = jupytext.read(ROOT / "source" / tutorial / f"{tutorial}.md")
    return {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


@functools.cache
def given(tutorial: str) -> str:
    """Give what a solution cell may count on: what set-up cells import and define."""
    return trial.given_source(jupytext.read(ROOT / "source" / tutorial / f"{tutorial}.md"))


@functools.cache
def released_test(tutorial: str, exercise: str) -> str:
    """Give the test cell of an exercise as students have it."""
    source = graded_cells(tutorial)[f"{exercise}_test"]
    shown = show_worked_out(source, work_out(source))
    parts = split_regions(shown, BEGIN_HIDDEN, END_HIDDEN)
    return "\n".join("\n".join(lines) for hidden, lines in parts if not hidden)


def run(
    tutorial: str,
    exercise: str,
    source: str,
    extra: dict[str, Any] | None = None,
    apart: bool = True,
    visible: bool = False,
    channel: Callable[[str, Callable], Callable] | None = None,
) -> Score:
    """Judge an answer with the exercise's test cell, hidden part included.

    Parameters
    ----------
    tutorial, exercise : str
        Which test cell.
    source : str
        The solution cell.
    extra : dict, optional
        Further variables of the student's notebook.
    apart : bool
        Keep the checks away from the student's namespace; False runs the test cell as a
        notebook does.
    visible : bool
        Run the test cell as students have it.
    channel : callable, optional
        Called with name and function of each probe; what it returns takes the probe's place.

    Returns
    -------
    Score
        Points, with the results of the checks.
    """
    whole = graded_cells(tutorial)[f"{exercise}_test"]
    test = released_test(tutorial, exercise) if visible else whole
    answer = without_head(source)
    return trial.judge(exercise, test, answer, given(tutorial), extra, apart, channel)


def feedback(score: Score) -> str:
    """Join what the failed checks say: names of mistakes and hints."""
    return "\n".join(f"{r.mistake}: {r.hint}" for r in score.results if not r.passed)
