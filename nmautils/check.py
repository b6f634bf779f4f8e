"""Checks of an exercise: points, hints, and the name of the mistake behind a wrong value.

A test cell reads like this::

    @probe
    def respond(state, r):
        net = DeepNetReLU(5, 3)
        net.load_state_dict(state)
        return net(r)

    checks = Checks("relu_forward")
    with checks("the output has one column", points=1):
        checks.shape(respond(state, r), (7, 1))
    checks.report()

Only functions marked with `probe` touch the student's definitions; they take and return
plain data (numbers, strings, lists, dicts, arrays, tensors), so that a grader can run them
in another process than the checks.
"""

import contextlib
import html
import io
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nmautils.device import in_notebook

__all__ = ["CheckFailed", "CheckResult", "Checks", "Mistake", "Score", "probe", "solved"]

DEFAULT_SEED = 2020

# What the probes reach for: these names are missing when an exercise has not been solved, any
# other missing name is a slip in an answer.
_PROBED: set[str] = set()


def probe(function: Callable) -> Callable:
    """Mark a function that reaches into the student's definitions.

    Run by a student or by plain nbgrader this is the identity. A grader that judges from
    outside finds the mark in the source of the test cell and runs the function's body where
    the student's code lives.

    Parameters
    ----------
    function : callable
        Takes and returns plain data: numbers, strings, lists, dicts, arrays, tensors.

    Returns
    -------
    callable
        `function`, unchanged.
    """
    _PROBED.update(function.__code__.co_names)
    return function


def solved(*names: str, made: Sequence[str] = ()) -> bool:
    """Tell whether the definitions an exercise asks for exist; say what is missing if not.

    Parameters
    ----------
    *names : str
        Names that a solution cell of the notebook defines, for instance ``"train"``.
    made : sequence of str, optional
        Names that earlier cells have made with these, for instance ``["net_mse"]``.

    Returns
    -------
    bool
        True when all of them are defined where this function is called.

    Notes
    -----
    The released solution cell stops at its first line until a student works on it, so an
    untouched exercise leaves its name undefined.
    """
    namespace = sys._getframe(1).f_globals
    missing = [name for name in names if name not in namespace]
    if missing:
        print(
            f"Skipped: this cell needs your {' and '.join(missing)}. "
            "Complete the exercise, run its cell, then run this one again."
        )
        return False
    missing = [name for name in made if name not in namespace]
    if missing:
        print(
            f"Skipped: this cell needs {' and '.join(missing)}, which an earlier cell makes with "
            "your answer. Run that cell first."
        )
    return not missing


@dataclass(frozen=True)
class Mistake:
    """A known wrong way to solve an exercise.

    Parameters
    ----------
    name : str
        What went wrong, in a few words.
    hint : str
        What to do about it, in a sentence.
    value : callable
        Called without arguments; gives what this mistake would have produced on the input
        of the check. Only called when the student's value is wrong.
    """

    name: str
    hint: str
    value: Callable[[], Any]


class CheckFailed(AssertionError):
    """A check that did not hold.

    Parameters
    ----------
    hint : str
        What was expected, what came, and what to do.
    mistake : str, optional
        Name of the known mistake that explains it.
    """

    def __init__(self, hint: str, mistake: str = "") -> None:
        super().__init__(hint)
        self.hint = hint
        self.mistake = mistake


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one named check: the points it carries and, if it failed, why."""

    name: str
    points: float
    passed: bool
    hint: str = ""
    mistake: str = ""

    @property
    def earned(self) -> float:
        """Points this check contributes to the score."""
        return self.points if self.passed else 0.0


@dataclass
class Checks:
    """The named checks of one exercise.

    Parameters
    ----------
    exercise : str
        Grade id of the exercise.
    errors : iterable of (pattern, name, hint), optional
        Regular expressions for the text ``"ErrorType: message"`` of an exception that the
        student's code may raise, each with the name of the mistake behind it and a hint.
    seed : int, optional
        Seed of `rng`; by default the environment variable ``NMAUTILS_CHECK_SEED``, else a
        fixed number. A grader sets it per submission, so that inputs differ between
        students and a regrade repeats exactly.

    Attributes
    ----------
    rng : numpy.random.Generator
        Where test inputs come from; the global generators stay untouched.
    results : list of CheckResult
        Outcomes so far, in order.
    """

    exercise: str
    errors: Iterable[tuple[str, str, str]] = ()
    seed: int | None = None
    results: list[CheckResult] = field(default_factory=list, init=False)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        if self.seed is None:
            self.seed = int(os.environ.get("NMAUTILS_CHECK_SEED", DEFAULT_SEED))
        self.rng = np.random.default_rng(self.seed)
        self.errors = tuple(self.errors)

    @contextlib.contextmanager
    def __call__(self, name: str, points: float):
        """Run the body as the check `name`, worth `points`; record how it went.

        Whatever the body raises ends the check, not the cell. What the student's code
        prints, warns or shows as progress meanwhile is left out.
        """
        failure: CheckFailed | None = None
        quiet = io.StringIO()
        try:
            with (
                warnings.catch_warnings(),
                contextlib.redirect_stdout(quiet),
                contextlib.redirect_stderr(quiet),
            ):
                warnings.simplefilter("ignore")
                yield self
        except CheckFailed as error:
            failure = error
        except AssertionError as error:
            failure = CheckFailed(str(error) or "this does not hold.")
        except (Exception, SystemExit) as error:
            failure = self._explain(error)
        self.results.append(
            CheckResult(name, float(points), True)
            if failure is None
            else CheckResult(name, float(points), False, failure.hint, failure.mistake)
        )

    def _explain(self, error: BaseException) -> CheckFailed:
        text = f"{type(error).__name__}: {error}"
        if "ellipsis" in text.lower():
            return CheckFailed(
                f"A blank `...` is still in your answer; replace it. ({_shorten(text)})",
                "blank left over",
            )
        for pattern, name, hint in self.errors:
            if re.search(pattern, text, flags=re.DOTALL):
                return CheckFailed(f"{hint} ({_shorten(text)})", name)
        if isinstance(error, NotImplementedError):
            return CheckFailed("it still raises NotImplementedError.", "not solved yet")
        undefined = re.match(r"NameError: name '(\w+)' is not defined", text)
        if undefined and undefined[1] not in _PROBED:
            return CheckFailed(
                f"Your code uses {undefined[1]}, which is not defined{_where(error)}. Is it "
                "misspelt, or a variable of another cell? Work with the arguments.",
                "undefined name",
            )
        if undefined:
            return CheckFailed(
                f"{undefined[1]} is not defined. Complete the exercise above (delete the line "
                "that raises NotImplementedError), run its cell, then run this one.",
                "not solved yet",
            )
        return CheckFailed(f"Your code raised {_shorten(text)}{_where(error)}.")

    def require(self, condition: bool, hint: str, mistake: str = "") -> None:
        """Fail with `hint` (and the name of the mistake, if known) unless `condition`."""
        if not condition:
            raise CheckFailed(hint, mistake)

    def shape(
        self,
        value: Any,
        expected: Sequence[int],
        mistakes: Mapping[tuple[int, ...], tuple[str, str]] | None = None,
    ) -> None:
        """Require that an array, tensor or nested list has the shape `expected`.

        Parameters
        ----------
        value : array_like
            What came.
        expected : sequence of int
            Shape asked for.
        mistakes : mapping, optional
            From a wrong shape to the (name, hint) of the mistake behind it.
        """
        came = _array(value).shape
        if came == tuple(expected):
            return
        name, hint = (mistakes or {}).get(came, ("", ""))
        raise CheckFailed(f"{hint} Expected shape {tuple(expected)}, got {came}.".strip(), name)

    def close(
        self,
        value: Any,
        expected: Any,
        *,
        hint: str = "",
        mistakes: Iterable[Mistake] = (),
        rtol: float = 1e-4,
        atol: float = 1e-6,
    ) -> None:
        """Require that numbers agree; name the mistake that explains them if they do not.

        Parameters
        ----------
        value, expected : array_like
            Numbers, arrays, tensors or nested lists. Any floating type will do.
        hint : str, optional
            Said when no known mistake explains the value.
        mistakes : iterable of Mistake, optional
            Tried in order; the first that gives the student's value is the diagnosis.
        rtol, atol : float, optional
            Relative and absolute tolerance, as in `numpy.allclose`.
        """
        came, wanted = _array(value), _array(expected)
        if _agree(came, wanted, rtol, atol):
            return
        for mistake in mistakes:
            would_be = _array(mistake.value())
            if _agree(came, would_be, rtol, atol) and not _agree(would_be, wanted, rtol, atol):
                raise CheckFailed(mistake.hint, mistake.name)
        if came.shape != wanted.shape:
            what = f"Expected shape {wanted.shape}, got {came.shape}."
        elif not np.all(np.isfinite(came)):
            what = "There are values that are not finite (nan or inf)."
        else:
            worst = np.unravel_index(np.argmax(np.abs(came - wanted)), came.shape)
            what = f"Expected {wanted[worst]:.6g}, got {came[worst]:.6g}"
            what += f" at index {tuple(int(i) for i in worst)}." if came.ndim else "."
        raise CheckFailed(f"{hint} {what}".strip())

    def report(self) -> "Score":
        """Sum the points, show the checks, and give the score as the value of the cell."""
        score = Score(self.exercise, self.results)
        if not in_notebook():
            print(score.text())
        return score


class Score(float):
    """Points earned, a plain float that shows its checks as a table in a notebook.

    Its ``repr`` is the bare number, which nbgrader reads as partial credit.

    Parameters
    ----------
    exercise : str
        Grade id of the exercise.
    results : sequence of CheckResult
        Outcomes that make up the score.
    """

    def __new__(cls, exercise: str, results: Sequence[CheckResult]) -> "Score":
        self = super().__new__(cls, round(sum(r.earned for r in results), 6))
        self.exercise = exercise
        self.results = tuple(results)
        self.possible = round(sum(r.points for r in results), 6)
        return self

    def __repr__(self) -> str:
        return repr(float(self))

    @property
    def untouched(self) -> bool:
        """Whether every check failed because nothing has been written yet."""
        return bool(self.results) and all(r.mistake == "not solved yet" for r in self.results)

    def headline(self) -> str:
        """One line on how the exercise stands."""
        if self.untouched:
            return f"{self.exercise}: not solved yet"
        passed = sum(r.passed for r in self.results)
        return (
            f"{self.exercise}: {passed} of {len(self.results)} checks hold, "
            f"{float(self):g} of {self.possible:g} points"
        )

    def text(self) -> str:
        """Give the table of checks as plain text, one line each."""
        if self.untouched:
            return f"{self.headline()}\n  {self.results[0].hint}"
        lines = [
            f"  {'ok  ' if r.passed else 'FAIL'}  {r.name} ({r.earned:g}/{r.points:g})"
            + ("" if r.passed else f"\n        {_diagnosis(r)}")
            for r in self.results
        ]
        return "\n".join([self.headline(), *lines])

    def _repr_html_(self) -> str:
        # Colours with enough contrast on light and dark pages; no style sheet to load.
        head = f"<strong>{html.escape(self.headline())}</strong>"
        if self.untouched:
            return f'<p style="margin:0.3em 0">{head}<br>{html.escape(self.results[0].hint)}</p>'
        rows = "".join(map(_table_row, self.results))
        return f'<p style="margin:0.3em 0">{head}</p><table>{rows}</table>'


def _table_row(result: CheckResult) -> str:
    colour, mark = ("#1a9c74", "&#10004;") if result.passed else ("#d55e00", "&#10008;")
    hint = "" if result.passed else f"<br><em>{html.escape(_diagnosis(result))}</em>"
    return (
        f'<tr><td style="text-align:center;color:{colour}">{mark}</td>'
        f'<td style="text-align:left;white-space:normal">{html.escape(result.name)}{hint}</td>'
        f'<td style="text-align:right;white-space:nowrap">{result.earned:g} / {result.points:g}'
        "</td></tr>"
    )


def _diagnosis(result: CheckResult) -> str:
    if not result.mistake:
        return result.hint
    return f"{result.mistake[0].upper()}{result.mistake[1:]}: {result.hint}"


def _array(value: Any) -> np.ndarray:
    """Turn numbers, lists, arrays or tensors into a float64 array, or fail with a hint."""
    if value is ...:
        raise CheckFailed("A blank `...` is still in your answer; replace it.", "blank left over")
    if value is None:
        raise CheckFailed("Nothing came back (None). Does your function return its result?")
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise CheckFailed(f"Expected numbers, got {type(value).__name__}.") from None


def _agree(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)


def _shorten(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _where(error: BaseException) -> str:
    """Say in which line of the student's cell an error arose, if it was one."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in frame.filename or frame.filename.startswith("<")
    ]
    return f", at `{frames[-1].line}`" if frames and frames[-1].line else ""
