"""Run a test cell where no line of a student's ever runs.

The checks, the reference values and the score live in this process. What the cell marks with
``@probe`` is taken out of it as text; a call of a probe goes to the student's process and comes
back as plain data or as an error with a name.
"""

import ast
import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from nmautils import check
from nmautils.check import CheckFailed, CheckResult, Score

from .kernel import ProbeFailed

__all__ = ["Ask", "Verdict", "compile_test", "judge"]

# Called with source and name of a probe, its arguments and its named arguments.
Ask = Callable[[str, str, tuple, dict], Any]


@dataclass(frozen=True)
class Verdict:
    """What a test cell found.

    Parameters
    ----------
    score : Score or None
        Points and checks; None if the test cell itself failed.
    problem : str
        Why it failed, in a line for the instructor.
    """

    score: Score | None
    problem: str = ""

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """The named checks."""
        return self.score.results if self.score is not None else ()


@lru_cache(maxsize=100)
def compile_test(test: str) -> tuple[CodeType, CodeType, dict[str, str]]:
    """Compile a test cell: all but its last line, its last line, and the text of its probes."""
    *body, last = ast.parse(test).body
    probes = {
        node.name: _bare(node)
        for node in body
        if isinstance(node, ast.FunctionDef) and _marked(node)
    }
    value = ast.Expression(last.value)
    return (
        compile(ast.Module(body, []), "<test>", "exec"),
        compile(value, "<test>", "eval"),
        probes,
    )


def judge(test: str, ask: Ask, seed: int) -> Verdict:
    """Run a test cell against a student's process.

    Parameters
    ----------
    test : str
        Source of the cell, hidden part included; its last line is the value, a `Score`.
    ask : callable
        How to reach the student's process.
    seed : int
        Where the inputs of the checks come from.

    Returns
    -------
    Verdict
        Never an exception, whatever the student's process answers.
    """
    try:
        body, value, probes = compile_test(test)
    except (SyntaxError, ValueError, AttributeError) as error:
        return Verdict(None, f"the test cell is not as it should be ({error})")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        with _probes_asked(probes, ask, seed), contextlib.redirect_stdout(io.StringIO()):
            exec(body, namespace)
            score = eval(value, namespace)
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return Verdict(None, f"the test cell itself failed ({text})")
    if not isinstance(score, Score):
        return Verdict(None, "the test cell does not end with checks.report()")
    return Verdict(score)


def _marked(node: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "probe" for d in node.decorator_list)


def _bare(node: ast.FunctionDef) -> str:
    """Source of a function without its decorators."""
    decorators, node.decorator_list = node.decorator_list, []
    source = ast.unparse(node)
    node.decorator_list = decorators
    return source


@contextlib.contextmanager
def _probes_asked(probes: dict[str, str], ask: Ask, seed: int):
    """Let ``from nmautils.check import probe`` give a mark that sends calls away."""
    mark = check.probe

    def probe(function: Callable) -> Callable:
        mark(function)  # it keeps a list of the names that an answer has to define
        source = probes[function.__name__]

        def called(*given: Any, **named: Any) -> Any:
            try:
                return ask(source, function.__name__, given, named)
            except ProbeFailed as error:
                raise CheckFailed(str(error)) from None

        return called

    seeded = os.environ.get("NMAUTILS_CHECK_SEED")
    os.environ["NMAUTILS_CHECK_SEED"] = str(seed)
    check.probe = probe
    try:
        yield
    finally:
        check.probe = mark
        del os.environ["NMAUTILS_CHECK_SEED"]
        if seeded is not None:
            os.environ["NMAUTILS_CHECK_SEED"] = seeded
