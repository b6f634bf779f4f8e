"""Judges an answer with the test cell of its exercise, in this process.

The answer, and the probes of the test cell, run in a namespace that holds what the notebook's
set-up cells give; the rest of the test cell runs in a namespace of its own, as it does in a
grader that never lets the two meet. So a check that reaches for a student's definition outside
a probe, or for a variable of the notebook, fails here.

Only for answers that are trusted: there is no sandbox.
"""

import ast
import contextlib
import functools
import io
import linecache
import re
import traceback
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from nbformat import NotebookNode

from nmautils.cells import Kind, kind_of
from nmautils.checks import Answer, CellError, Score, answer_given, probe
from nmautils.checks.answer import without_magics

__all__ = ["given_source", "judge", "student_namespace"]

# The first line of a solution cell as it is released.
_STUB = re.compile(r"raise NotImplementedError")
_GIVEN = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)


def given_source(notebook: NotebookNode) -> str:
    """Join the imports and the definitions of a notebook's set-up cells.

    An answer may count on these and on nothing else: the data that other lines load are for the
    notebook's own cells.
    """
    lines = []
    for cell in notebook.cells:
        if kind_of(cell) is Kind.SETUP:
            body = ast.parse(without_magics(cell.source)).body
            lines += [ast.unparse(node) for node in body if isinstance(node, _GIVEN)]
    return "\n".join(lines)


def student_namespace(given: str) -> dict[str, Any]:
    """Run what `given_source` found, in a namespace for an answer."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(_compiled(given, "<setup>"), namespace)
    return namespace


def judge(
    exercise: str,
    test: str,
    answer: str,
    given: str,
    extra: Mapping[str, Any] | None = None,
    apart: bool = True,
    channel: Callable[[str, Callable[..., Any]], Callable[..., Any]] | None = None,
) -> Score:
    """Judge an answer, hidden part of the test included.

    Parameters
    ----------
    exercise : str
        Its grade id.
    test : str
        The test cell.
    answer : str
        The solution cell.
    given : str
        What the notebook gives; see `given_source`.
    extra : mapping, optional
        Further variables of the student's notebook.
    apart : bool
        Keep the checks away from the student's namespace; False runs the test cell as a
        notebook does.
    channel : callable, optional
        Called with name and function of each probe; what it returns takes the probe's place.

    Returns
    -------
    Score
        Points, with the results of the checks.
    """
    import numpy as np
    import torch

    student = student_namespace(given)
    student.update(extra or {})
    # For what the answer itself draws.
    np.random.seed(0)
    torch.manual_seed(0)
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        told = _run_cell(answer, student)
        if not apart:
            with answer_given(told):
                exec(_compiled(test, f"<{exercise}_test>"), student)
            return Score(exercise, student["checks"].results)
        probes, checks = _split(exercise, test)
        before = set(student)
        student["probe"] = probe
        exec(probes, student)
        judging = {name: student[name] for name in student if name not in before | {"probe"}}
        if channel:
            judging = {name: channel(name, function) for name, function in judging.items()}
        judging["__name__"] = "__main__"
        with answer_given(told):
            exec(checks, judging)
    return Score(exercise, judging["checks"].results)


def _run_cell(source: str, student: dict[str, Any]) -> Answer:
    """Run a solution cell; one that stops leaves its names undefined, and the notebook goes on."""
    untouched = _STUB.match(source) is not None and "..." in source.partition("\n")[2]
    lines = source.splitlines(keepends=True)
    linecache.cache["<answer>"] = (len(source), None, lines, "<answer>")
    try:
        exec(compile(source, "<answer>", "exec"), student)
    except Exception as error:
        line = getattr(error, "lineno", None)
        line = line or traceback.extract_tb(error.__traceback__)[-1].lineno
        return Answer(source, CellError(type(error).__name__, str(error), line or 0), untouched)
    return Answer(source, untouched=untouched)


@functools.cache
def _compiled(source: str, name: str) -> CodeType:
    return compile(source, name, "exec")


@functools.cache
def _split(exercise: str, test: str) -> tuple[CodeType, CodeType]:
    """Compile the probes of a test cell, and the rest of it."""
    probes: list[ast.stmt] = []
    checks: list[ast.stmt] = []
    for node in ast.parse(test).body:
        decorators = getattr(node, "decorator_list", [])
        marked = any(isinstance(d, ast.Name) and d.id == "probe" for d in decorators)
        (probes if marked else checks).append(node)
    name = f"<{exercise}_test>"
    return (
        compile(ast.Module(probes, []), name, "exec"),
        compile(ast.Module(checks, []), name, "exec"),
    )
