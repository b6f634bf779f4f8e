"""Run a test cell in a process that never runs a line of a student's.

The checks, the reference values and the score live in this process. What the cell marks with
``@probe`` is taken out of it as text; a call of a probe goes to the student's process and comes
back as plain data or as an error with a name.
"""

import ast
import contextlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from nmautils import check
from nmautils.checks import Answer, CheckFailed, CheckResult, Score, answer_given, globals_of
from nmautils.checks.missing import MISSING_HERE

from .kernel import MissingThere, ProbeFailed

__all__ = ["Ask", "Verdict", "compile_test", "judge"]

# Called with source and name of a probe, its arguments and its named arguments.
Ask = Callable[[str, str, tuple[Any, ...], dict[str, Any]], Any]


@dataclass(frozen=True)
class Verdict:
    """The result of a test cell.

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
        return self.score.pictured() if self.score is not None else ()


@dataclass(frozen=True)
class Compiled:
    """A test cell, ready to be run.

    Parameters
    ----------
    body, value : code
        All but its last line, and its last line, which must be an expression.
    probes : dict of str
        The text of each probe, without its mark.
    reached : frozenset of str
        What the probes take from the notebook.
    """

    body: CodeType
    value: CodeType
    probes: dict[str, str]
    reached: frozenset[str]


@lru_cache(maxsize=100)
def compile_test(test: str) -> Compiled:
    """Compile a test cell; `SyntaxError` or `ValueError` if that does not work."""
    *body, last = ast.parse(test).body
    if not isinstance(last, ast.Expr):
        raise SyntaxError("the last line is not an expression")
    probes = {
        node.name: _bare(node)
        for node in body
        if isinstance(node, ast.FunctionDef) and _marked(node)
    }
    code = compile(ast.Module(body, []), "<test>", "exec")
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    return Compiled(
        body=code,
        value=compile(ast.Expression(last.value), "<test>", "eval"),
        probes=probes,
        reached=frozenset().union(*(globals_of(p) for p in inner if p.co_name in probes)),
    )


def judge(test: str, ask: Ask, seed: int, answer: Answer | None = None) -> Verdict:
    """Run a test cell against a student's process.

    Parameters
    ----------
    test : str
        Source of the cell, hidden part included; its last line is the value, a `Score`.
    ask : callable
        How to reach the student's process.
    seed : int
        Where the inputs of the checks come from.
    answer : Answer, optional
        The cell of the exercise, which hints look at; never run here.

    Returns
    -------
    Verdict
        Never an exception, whatever the student's process answers.
    """
    try:
        compiled = compile_test(test)
    except (SyntaxError, ValueError) as error:
        return Verdict(None, f"the test cell is not as it should be ({error})")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        with (
            _probes_asked(compiled, ask, seed),
            answer_given(answer),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            exec(compiled.body, namespace)
            score = eval(compiled.value, namespace)
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return Verdict(None, f"the test cell itself failed ({text})")
    if not isinstance(score, Score):
        return Verdict(None, "the test cell does not end with checks.report()")
    score.marked = True
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
def _probes_asked(compiled: Compiled, ask: Ask, seed: int) -> Iterator[None]:
    """Have ``nmautils.check.probe`` send calls to the student's process while a test runs."""
    mark = check.probe
    check.note_probed(compiled.reached)

    def probe(function: Callable[..., Any]) -> Callable[..., Any]:
        source = compiled.probes[function.__name__]

        def called(*given: Any, **named: Any) -> Any:
            try:
                return ask(source, function.__name__, given, named)
            except ProbeFailed as error:
                cause = MISSING_HERE if isinstance(error, MissingThere) else ""
                raise CheckFailed(str(error), cause, stopped=str(error)) from None

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
