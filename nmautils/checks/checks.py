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
    ### BEGIN HIDDEN TESTS
    with checks("the output has one column"):
        checks.close(respond(state, r), reference(state, r))
    ### END HIDDEN TESTS
    checks.report()

Only functions marked with `probe` touch the student's definitions; they take and return
plain data (numbers, strings, lists, dicts, arrays, tensors), so that a grader can run them
in another process than the checks. Their results cannot be trusted, so points depend on
numbers that the checks compare with their own, for random inputs.
"""

import contextlib
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nmautils.checks.compare import Comparison, compare
from nmautils.checks.mistakes import (
    BLANK_LEFT,
    CheckFailed,
    KnownError,
    Mistake,
    explain,
    look_closer,
)
from nmautils.checks.probe import ASIDE, quietly
from nmautils.checks.score import CheckResult, Score, capital
from nmautils.checks.stale import why_stale
from nmautils.device import in_notebook

__all__ = ["Checks"]

DEFAULT_SEED = 2020


@dataclass
class Checks:
    """The named checks of one exercise.

    Parameters
    ----------
    exercise : str
        Grade id of the exercise.
    errors : iterable of ErrorHint or (pattern, name, hint) or (pattern, name, hint, at), optional
        Regular expressions for the text ``"ErrorType: message"`` of an exception that the
        student's code may raise, each with the name of the mistake behind it and a hint; ``at``
        is a regular expression for the student's line in which it arose.
    seed : int, optional
        Seed of `rng`; by default the environment variable ``NMAUTILS_CHECK_SEED``, else a
        fixed number. A grader sets it per submission, so that inputs differ between
        students and a regrade repeats exactly.
    title : str, optional
        How students know the exercise, for instance ``"Exercise 2.2"``.

    Attributes
    ----------
    rng : numpy.random.Generator
        Where test inputs come from; the global generators stay untouched.
    results : list of CheckResult
        Outcomes so far, in order.
    compared : dict
        Numbers of failed checks that are worth a picture, by the names of the checks.
    """

    exercise: str
    errors: Iterable[KnownError] = ()
    seed: int | None = None
    title: str = ""
    results: list[CheckResult] = field(default_factory=list, init=False)
    compared: dict[str, Comparison] = field(default_factory=dict, init=False, repr=False)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        # Until the report, builtins are Python's own in the cell that makes the checks.
        ASIDE.take(sys._getframe(2).f_globals)
        if self.seed is None:
            self.seed = int(os.environ.get("NMAUTILS_CHECK_SEED", DEFAULT_SEED))
        self.rng = np.random.default_rng(self.seed)
        self.errors = tuple(self.errors)

    @contextlib.contextmanager
    def __call__(self, name: str, points: float | None = None) -> Iterator["Checks"]:
        """Run the body as the check `name`, worth `points`, and record the result.

        An exception in the body ends the check, not the cell. Prints, warnings and progress
        bars of the student's code are not shown.

        Parameters
        ----------
        name : str
            What the check is about.
        points : float, optional
            What it is worth. Without points the body goes on with the check of that name,
            which holds if all of its parts do; so a check that students can run has a hidden
            part with random numbers.
        """
        earlier = [i for i, result in enumerate(self.results) if result.name == name]
        if earlier and points is not None:
            raise ValueError(f"there is a check {name!r} already; give points once")
        if not earlier and points is None:
            raise ValueError(f"there is no check {name!r} to go on with; give its points")
        failure: CheckFailed | None = None
        try:
            with quietly():
                yield self
        except CheckFailed as error:
            failure = error
        except AssertionError as error:
            failure = CheckFailed(str(error) or "this does not hold.")
        except (Exception, SystemExit) as error:
            failure = explain(error, self.errors)
        if points is not None:
            self.results.append(CheckResult(name, float(points), True))
        place = earlier[0] if earlier else -1
        if failure is not None and self.results[place].passed:
            if failure.compared is not None:
                self.compared[name] = failure.compared
            failure = look_closer(failure)
            self.results[place] = replace(
                self.results[place],
                passed=False,
                hint=failure.hint,
                mistake=failure.mistake,
                stopped=failure.stopped,
            )

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
        forgive: bool = False,
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
        forgive : bool, optional
            Let the value of a known mistake pass as well. For checks of shape or type, which a
            wrong formula should not cost; the numbers still have to be computed, so an array
            whose entries are all the same is not let through.
        rtol, atol : float, optional
            Relative and absolute tolerance, as in `numpy.allclose`.
        """
        came, wanted = _array(value), _array(expected)
        if _agree(came, wanted, rtol, atol):
            return
        for mistake in mistakes:
            for would_be in _arrays(mistake.outcomes()):
                if _agree(came, would_be, rtol, atol) and not _agree(would_be, wanted, rtol, atol):
                    if forgive and (would_be.size == 1 or np.ptp(would_be) > atol):
                        return
                    raise CheckFailed(mistake.hint, mistake.name, "", compare(came, wanted))
        if came.shape != wanted.shape:  # the hint is about the numbers
            raise CheckFailed(f"Expected shape {wanted.shape}, got {came.shape}.")
        if not np.all(np.isfinite(came)):
            what = "There are values that are not finite (nan or inf)."
        else:
            worst = np.unravel_index(np.argmax(np.abs(came - wanted)), came.shape)
            what = f"Expected {wanted[worst]:.6g}, got {came[worst]:.6g}"
            what += f" at index {tuple(int(i) for i in worst)}." if came.ndim else "."
        raise CheckFailed(f"{hint} {what}".strip(), compared=compare(came, wanted))

    def report(self) -> Score:
        """Sum the points, show the checks, and give the score as the value of the cell."""
        ASIDE.put_back()
        stale = why_stale()
        notice = f"{capital(stale.name)}: {stale.hint}" if stale is not None else ""
        score = Score(self.exercise, self.results, self.title, self.compared, notice)
        if not in_notebook():
            print(score.text())
        if os.environ.get("NBGRADER_VALIDATING") and not all(r.passed for r in self.results):
            # nbgrader's Validate shows what a cell writes here, or else only "Partial credit". It
            # gives no marks; where those are given, this would cost all points.
            print(_narrow(score.text()), file=sys.stderr)
        return score


def _narrow(text: str, width: int = 82) -> str:
    """Break lines: nbgrader cuts what is longer than this."""
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent=" " * (len(line) - len(line.lstrip())))
        for line in text.split("\n")
    )


def _array(value: Any) -> npt.NDArray[np.float64]:
    """Turn numbers, lists, arrays or tensors into a float64 array, or fail with a hint."""
    if value is ...:
        raise CheckFailed("A blank `...` is still in your answer; replace it.", BLANK_LEFT)
    if value is None:
        raise CheckFailed("Nothing came back (None). Does your function return its result?")
    array: npt.NDArray[Any] | None
    try:
        array = _as_numpy(value) if hasattr(value, "detach") else np.asarray(value)
    except Exception:
        array = None
    # NumPy would read numbers out of text, and drop the imaginary part of complex ones.
    if array is None or array.dtype.kind not in "biuf":
        raise CheckFailed(f"Expected numbers, got {_kind_of(value, array)}.")
    return array.astype(np.float64)


def _as_numpy(tensor: Any) -> npt.NDArray[Any]:
    tensor = tensor.detach().cpu()
    # NumPy lacks some of torch's types, such as bfloat16.
    array: npt.NDArray[Any] = (tensor.double() if tensor.is_floating_point() else tensor).numpy()
    return array


def _kind_of(value: Any, array: npt.NDArray[Any] | None) -> str:
    if array is not None and array.dtype.kind == "c":
        return "complex ones"
    if array is not None and array.dtype.kind in "SU" and array.ndim:
        return "text"
    return type(value).__name__


def _arrays(values: Iterable[Any]) -> Iterator[npt.NDArray[np.float64]]:
    """Go through the values that are numbers."""
    for value in values:
        with contextlib.suppress(CheckFailed):
            yield _array(value)


def _agree(a: npt.NDArray[Any], b: npt.NDArray[Any], rtol: float, atol: float) -> bool:
    """Whether all of `a` is close to `b`, entry by entry; nan only matches nan."""
    return a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
