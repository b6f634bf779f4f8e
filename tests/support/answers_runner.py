"""Runs answers through the test cells of the source notebooks, in this process.

An answer is a file below ``tests/answers/<tutorial>/<exercise>/<right or mistakes>/``; see the
README there. `run` puts the answer, and the probes of the test cell, in a namespace that holds
what the contract promises; the rest of the test cell runs in a namespace of its own, as it
does in a grader that never lets the two meet. So a check that reaches for a student's
definition outside a probe, or for a variable of the notebook, fails here.
"""

import ast
import contextlib
import functools
import io
import linecache
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from nmautils import checks as told
from nmautils.cells import BEGIN_HIDDEN, END_HIDDEN
from nmautils.checks import CellError, Score, answer_given, probe
from nmautils.course.scaffold import split_regions
from nmautils.course.worked_out import show_worked_out, work_out
from tests.support.paths import ANSWERS, ROOT

# What every answer may use (the classes handed out are added from the notebook's own cells).
SCOPE = """
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter1d
from scipy.stats import zscore
from torch import nn, optim
"""

# The first line of a solution cell as it is released.
_STUB = re.compile(r"raise NotImplementedError")


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
    source: str

    def __str__(self) -> str:
        return f"{self.exercise}-{self.path.parent.name}-{self.path.stem}"


def read_answer(path: Path) -> Answer:
    """Read one file of the corpus, with the comments at its head."""
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# (about|points|varies|names): (.+)$", text, flags=re.MULTILINE))
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
def given_classes(tutorial: str) -> str:
    """Join the classes that the notebook defines, or imports by name, in its set-up cells."""
    notebook = jupytext.read(ROOT / "source" / tutorial / f"{tutorial}.md")
    cells = [c.source for c in notebook.cells if "setup" in c.metadata.get("tags", ())]
    imports = re.findall(r"^from nmautils import .+$", "\n".join(cells), flags=re.MULTILINE)
    return "\n\n".join([*imports, *(cell for cell in cells if cell.startswith("class "))])


@functools.cache
def released_test(tutorial: str, exercise: str) -> str:
    """Give the test cell of an exercise as students have it."""
    source = graded_cells(tutorial)[f"{exercise}_test"]
    shown = show_worked_out(source, work_out(source))
    parts = split_regions(shown, BEGIN_HIDDEN, END_HIDDEN)
    return "\n".join("\n".join(lines) for hidden, lines in parts if not hidden)


@functools.cache
def _split(tutorial: str, exercise: str, visible: bool) -> tuple[Any, Any]:
    """Compile the probes of a test cell, and the rest of it."""
    name = f"<{exercise}_test>"
    probes, checks = [], []
    whole = graded_cells(tutorial)[f"{exercise}_test"]
    for node in ast.parse(released_test(tutorial, exercise) if visible else whole).body:
        decorators = getattr(node, "decorator_list", [])
        marked = any(isinstance(d, ast.Name) and d.id == "probe" for d in decorators)
        (probes if marked else checks).append(node)
    return tuple(compile(ast.Module(part, []), name, "exec") for part in (probes, checks))


def student_namespace(tutorial: str) -> dict[str, Any]:
    """Give the names that a solution cell may count on, and nothing else."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(SCOPE, namespace)
    exec(given_classes(tutorial), namespace)
    return namespace


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
    student = student_namespace(tutorial)
    student.update(extra or {})
    # For what the answer itself draws.
    student["np"].random.seed(0)
    student["torch"].manual_seed(0)
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        answer = _run_cell(source, student)
        if not apart:
            with answer_given(answer):
                exec(graded_cells(tutorial)[f"{exercise}_test"], student)
            return Score(exercise, student["checks"].results)
        probes, checks = _split(tutorial, exercise, visible)
        before = set(student)
        student["probe"] = probe
        exec(probes, student)
        judge = {name: student[name] for name in student if name not in before | {"probe"}}
        if channel:
            judge = {name: channel(name, function) for name, function in judge.items()}
        judge["__name__"] = "__main__"
        with answer_given(answer):
            exec(checks, judge)
    return Score(exercise, judge["checks"].results)


def _run_cell(source: str, student: dict[str, Any]) -> told.Answer:
    """Run a solution cell; one that stops leaves its names undefined, and the notebook goes on."""
    text = without_head(source)
    untouched = _STUB.match(text) is not None and "..." in text.partition("\n")[2]
    linecache.cache["<answer>"] = (len(text), None, text.splitlines(keepends=True), "<answer>")
    try:
        exec(compile(text, "<answer>", "exec"), student)
    except Exception as error:
        line = (
            getattr(error, "lineno", None) or traceback.extract_tb(error.__traceback__)[-1].lineno
        )
        return told.Answer(text, CellError(type(error).__name__, str(error), line or 0), untouched)
    return told.Answer(text, untouched=untouched)


def feedback(score: Score) -> str:
    """Join what the failed checks say: names of mistakes and hints."""
    return "\n".join(f"{r.mistake}: {r.hint}" for r in score.results if not r.passed)
