"""Results as the grader makes them, made without running a notebook: for tests of pages.

Checks come from running answers of the corpus through the source's test cells in this process,
pictures from the solution notebooks.
"""

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import replace

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from nmautils.cells import Kind, exercise_of, grade_id_of, kind_of
from nmautils.checks import NOT_SOLVED, CheckResult, Score
from nmautils.grading.model.outline import title_of, titles_of
from nmautils.grading.model.results import (
    Event,
    EventKind,
    ExerciseResult,
    Graded,
    QuestionResult,
)
from nmautils.grading.safe.outputs import clean_cell, clean_outputs
from tests.support.answers_runner import ANSWERS, ROOT, graded_cells, read_answer, run

UNWRITTEN = CheckResult("it is there", 0.0, False, "Complete the exercise above.", NOT_SOLVED)


@functools.cache
def read(folder: str, tutorial: str) -> NotebookNode:
    """A notebook of the repository; not to be changed."""
    return nbformat.read(ROOT / folder / tutorial / f"{tutorial}.ipynb", as_version=4)


@functools.cache
def judged(tutorial: str, exercise: str, answer: str) -> tuple[str, tuple[CheckResult, ...]]:
    """Source of an answer, ``right/NAME`` or ``mistakes/NAME``, and what the checks say of it."""
    source = read_answer(ANSWERS / tutorial / exercise / f"{answer}.py").source
    lines = source.splitlines()
    while lines[0].startswith("# ") or not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines), run(tutorial, exercise, source).results


def graded(
    tutorial: str,
    answers: Mapping[str, str] = {},
    written: Mapping[str, str] = {},
    *,
    ended: Mapping[str, str] = {},
    own: tuple[NotebookNode, ...] = (),
    student: str = "ada",
    **others,
) -> Graded:
    """A result.

    Parameters
    ----------
    tutorial : str
        Which.
    answers : mapping
        From exercises to answers of the corpus; the others are untouched.
    written : mapping
        From Think! cells to what stands there.
    ended : mapping
        From exercises whose checks could not be run to why.
    own : tuple of NotebookNode
        Cells that the student put after the first exercise's test.
    student : str
        Whose.
    **others
        More fields of `Graded`.
    """
    nb = copy.deepcopy(read("release", tutorial))
    title, titles = title_of(nb), titles_of(nb)
    solved = {cell.source: cell for cell in read("solutions", tutorial).cells}
    exercises, questions = [], []
    for position, cell in enumerate(nb.cells):
        kind, name, outputs = kind_of(cell), grade_id_of(cell) or "", "none"
        heading = titles.get(exercise_of(name), "")
        if kind == Kind.TEST:
            outputs, exercise = "graded", exercise_of(name)
            checks = judged_or_not(tutorial, exercise, answers.get(exercise), exercise in ended)
            cell.source = graded_cells(tutorial)[name]
            score = Score(exercise, checks)
            data = {"text/plain": repr(score), "text/html": score._repr_html_()}
            cell.outputs = [new_output("execute_result", data=data, execution_count=position)]
            points = cell.metadata.nbgrader.points
            exercises.append(ExerciseResult(name, points, float(score), tuple(checks), heading))
        elif kind == Kind.QUESTION:
            cell.source = written.get(name, cell.source)
            clean_cell(cell)
            points = cell.metadata.nbgrader.points
            questions.append(QuestionResult(name, points, name in written, heading))
        elif kind == Kind.EXERCISE:
            outputs = "graded"
            if name in answers:
                cell.source = judged(tutorial, name, answers[name])[0]
        elif kind == Kind.DEMO and cell.source in solved and answers:
            outputs = "submitted"
            cell.outputs = clean_outputs(solved[cell.source].outputs)
        cell.metadata["nmautils"] = {"kind": kind.value, "outputs": outputs}
    for cell in own:
        cell.metadata["nmautils"] = {"kind": "own", "outputs": "graded"}
        clean_cell(cell)
    place = [cell.metadata["nmautils"]["kind"] for cell in nb.cells].index("test") + 1
    nb.cells[place:place] = own
    values = {
        "bundle": "b",
        "submission": f"s-{student}",
        "seed": 7,
        "title": title,
        "notebook": nbformat.writes(nb),
        "exercises": tuple(exercises),
        "questions": tuple(questions),
        "events": tuple(
            Event(f"{name}_test", EventKind.TIME_OUT, text) for name, text in ended.items()
        ),
    }
    return Graded(student, tutorial, **values | others)


def judged_or_not(tutorial: str, exercise: str, answer: str | None, ended: bool):
    """Checks of an answer, of no answer, or of one that took too long."""
    if ended:
        return ()
    return judged(tutorial, exercise, answer)[1] if answer else (UNWRITTEN,)


def notebook_of(result: Graded) -> NotebookNode:
    """The graded notebook of a result."""
    return nbformat.reads(result.notebook, as_version=4)


def with_notebook(result: Graded, change: Callable[[NotebookNode], object]) -> Graded:
    """A result whose notebook was changed."""
    nb = notebook_of(result)
    change(nb)
    return replace(result, notebook=nbformat.writes(nb))


def with_checks(result: Graded, name: str, *checks: CheckResult, score: float = 0.0) -> Graded:
    """A result whose test `name` found other checks."""
    return replace(
        result,
        exercises=tuple(
            replace(each, checks=checks, score=score) if each.grade_id == name else each
            for each in result.exercises
        ),
    )
