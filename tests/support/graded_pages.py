"""Graded notebooks as the grader writes them, made without running one: for tests of pages.

Checks come from running answers of the corpus through the source's test cells in this process,
pictures from the solution notebooks.
"""

import copy
import functools
from collections.abc import Mapping

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from nmautils.cells import exercise_of
from nmautils.checks import CheckResult, Score
from nmautils.grading.model.results import Event, ExerciseResult, Graded
from nmautils.grading.safe.outputs import clean_cell, clean_outputs
from tests.support.answers_runner import graded_cells, read_answer, run, without_head
from tests.support.notebooks import committed
from tests.support.paths import ANSWERS

UNWRITTEN = CheckResult("it is there", 0.0, False, "Complete the exercise above.", "not solved yet")


@functools.cache
def read(folder: str, tutorial: str) -> NotebookNode:
    """A notebook of the repository; not to be changed."""
    return committed(folder, tutorial)


@functools.cache
def judged(tutorial: str, exercise: str, answer: str) -> tuple[str, tuple[CheckResult, ...]]:
    """Source of an answer, ``right/NAME`` or ``mistakes/NAME``, and what the checks say of it."""
    source = read_answer(ANSWERS / tutorial / exercise / f"{answer}.py").source
    return without_head(source), run(tutorial, exercise, source).results


def graded_notebook(
    tutorial: str,
    answers: Mapping[str, str] = {},
    written: Mapping[str, str] = {},
    *,
    ended: Mapping[str, str] = {},
    own: tuple[NotebookNode, ...] = (),
    **said,
) -> NotebookNode:
    """A graded notebook.

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
    **said
        Goes into ``metadata.nmautils``: repairs, events, problem.
    """
    nb = copy.deepcopy(read("release", tutorial))
    solved = {cell.source: cell for cell in read("solutions", tutorial).cells}
    events = [
        {"cell": f"{name}_test", "kind": "time-out", "text": text} for name, text in ended.items()
    ]
    nb.metadata["nmautils"] = {"repairs": [], "events": events, "problem": "", **said}
    for position, cell in enumerate(list(nb.cells)):
        graded = cell.metadata.get("nbgrader", {})
        name, kind, outputs = graded.get("grade_id", ""), "text", "none"
        if graded.get("grade") and cell.cell_type == "code":
            kind, outputs = "test", "graded"
            exercise = exercise_of(name)
            checks = judged_or_not(tutorial, exercise, answers.get(exercise), exercise in ended)
            cell.source = graded_cells(tutorial)[name]
            score = Score(exercise, checks)
            data = {"text/plain": repr(score), "text/html": score._repr_html_()}
            cell.outputs = [new_output("execute_result", data=data, execution_count=position)]
            graded.score = float(score)
            cell.metadata["nmautils"] = {"checks": [vars(check) for check in checks]}
        elif graded.get("grade"):
            kind = "question"
            cell.source = written.get(name, cell.source)
            clean_cell(cell)
        elif graded.get("solution"):
            kind, outputs = "exercise", "graded"
            if name in answers:
                cell.source = judged(tutorial, name, answers[name])[0]
        elif cell.cell_type == "code":
            kind = next(tag for tag in cell.metadata.tags if tag in ("setup", "demo", "explore"))
            if kind == "demo" and cell.source in solved and answers:
                outputs = "submitted"
                cell.outputs = clean_outputs(solved[cell.source].outputs)
        ours = cell.metadata.setdefault("nmautils", {})
        ours.update({"kind": kind, "outputs": outputs})
    kinds = [cell.metadata["nmautils"]["kind"] for cell in nb.cells]
    for cell in own:
        cell.metadata["nmautils"] = {"kind": "own", "outputs": "graded"}
        clean_cell(cell)
    place = kinds.index("test") + 1
    nb.cells[place:place] = own
    return nbformat.reads(nbformat.writes(nb), as_version=4)


def judged_or_not(tutorial: str, exercise: str, answer: str | None, ended: bool):
    """Checks of an answer, of no answer, or of one that took too long."""
    if ended:
        return ()
    return judged(tutorial, exercise, answer)[1] if answer else (UNWRITTEN,)


def graded(student: str, tutorial: str, nb: NotebookNode, **others) -> Graded:
    """The result that belongs to a notebook of `graded_notebook`."""
    ours = nb.metadata.nmautils
    exercises = tuple(
        ExerciseResult(
            cell.metadata.nbgrader.grade_id,
            cell.metadata.nbgrader.points,
            cell.metadata.nbgrader.score,
            tuple(CheckResult(**check) for check in cell.metadata.nmautils.checks),
        )
        for cell in nb.cells
        if cell.metadata.nmautils.kind == "test"
    )
    values = {
        "bundle": "b",
        "submission": f"s-{student}",
        "seed": 7,
        "notebook": nbformat.writes(nb),
        "exercises": exercises,
        "repairs": tuple(ours.repairs),
        "problem": ours.problem,
        "events": tuple(Event(**event) for event in ours.events),
    }
    return Graded(student, tutorial, **values | others)
