"""The mistakes behind a wrong value or an error, and the hints that go with them."""

import contextlib
import re
import traceback
from collections.abc import Iterable, Iterator
from typing import Any

from nmautils.checks.probe import is_probed, passed_a_probe

__all__ = ["BLANK_LEFT", "NOT_SOLVED", "CheckFailed", "Mistake", "explain"]

# Names of mistakes that every exercise knows.
NOT_SOLVED = "not solved yet"
BLANK_LEFT = "blank left over"

# Longer error texts are cut before they are searched for known mistakes.
LONGEST_ERROR = 2000


class Mistake:
    """A known wrong way to solve an exercise.

    Parameters
    ----------
    name : str
        What went wrong, in a few words.
    hint : str
        What to do about it, in a sentence.
    *values : array_like or callable
        What this mistake gives on the input of the check, in one form or in several. A callable
        is called without arguments, and only when the student's value is wrong.
    """

    def __init__(self, name: str, hint: str, *values: Any) -> None:
        self.name = name
        self.hint = hint
        self.values = values

    def outcomes(self) -> Iterator[Any]:
        """Go through what the mistake gives; what cannot be computed here is left out."""
        for value in self.values:
            with contextlib.suppress(Exception):
                yield value() if callable(value) else value


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


def explain(error: BaseException, known: Iterable[tuple[str, str, str]] = ()) -> CheckFailed:
    """Find out what an exception of a check's body says about the student's answer.

    Parameters
    ----------
    error : BaseException
        What the body raised.
    known : iterable of (pattern, name, hint), optional
        As ``errors`` of `nmautils.checks.Checks`.

    Returns
    -------
    CheckFailed
        With a hint and, if known, the name of the mistake.
    """
    # By name throughout: judged from outside, an error is not of the built-in class.
    kind, text = type(error).__name__, _text(error)
    if "ellipsis" in text.lower():
        return CheckFailed(
            f"A blank `...` is still in your answer; replace it. ({_shorten(text)})",
            BLANK_LEFT,
        )
    for pattern, name, hint in known:
        if re.search(pattern, text, flags=re.DOTALL):
            return CheckFailed(f"{hint} ({_shorten(text)})", name)
    if kind == "NotImplementedError":
        return CheckFailed("it still raises NotImplementedError.", NOT_SOLVED)
    undefined = re.match(r"NameError: name '(\w+)' is not defined", text)
    if undefined and not is_probed(undefined[1]):
        return CheckFailed(
            f"Your code uses {undefined[1]}, which is not defined{_where(error)}. Is it "
            "misspelt, or a variable of another cell? Work with the arguments.",
            "undefined name",
        )
    if undefined:
        return CheckFailed(
            f"{undefined[1]} is not defined. Complete the exercise above (delete the line "
            "that raises NotImplementedError), run its cell, then run this one.",
            NOT_SOLVED,
        )
    if not _is_students(error):
        return CheckFailed(
            "What came back does not have the form asked for; look at the text of the "
            f"exercise once more. ({_shorten(text)})"
        )
    return CheckFailed(f"Your code raised {_shorten(text)}{_where(error)}.")


def _text(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    except Exception:  # an error whose own text fails
        return type(error).__name__


def _shorten(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _is_students(error: BaseException) -> bool:
    """Whether an error arose in the student's process, or in a probe called right here."""
    return hasattr(error, "where") or passed_a_probe(error)


def _where(error: BaseException) -> str:
    """Say in which line of the student's cell an error arose, if it was one."""
    line = getattr(error, "where", None)
    if not isinstance(line, str):
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if "ipykernel" in frame.filename or frame.filename.startswith("<")
        ]
        line = frames[-1].line if frames else None
    return f", at `{_shorten(line)}`" if line else ""
