"""The mistakes behind a wrong value or an error, and the hints that go with them."""

import ast
import contextlib
import difflib
import re
import traceback
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from nmautils.checks.answer import Answer, answer_of, given_answer, in_history, parse
from nmautils.checks.compare import Comparison
from nmautils.checks.missing import MISSING_HERE, NOT_SOLVED, why_missing
from nmautils.checks.probe import files_of_probes, is_probed, names_probed_last, passed_a_probe
from nmautils.checks.slips import ErrorHint, Raised
from nmautils.checks.slips_by_error import slip_of_error, slip_of_last_resort
from nmautils.checks.slips_by_text import BLANK_LEFT, NOT_KEPT, PRINTED, slips_of_text
from nmautils.checks.slips_of_variables import variable_of_notebook
from nmautils.checks.stale import text_that_made

__all__ = [
    "BLANK_LEFT",
    "NOT_SOLVED",
    "CheckFailed",
    "ErrorHint",
    "KnownError",
    "Mistake",
    "explain",
    "look_closer",
]

# Longer error texts are cut before they are searched for known mistakes.
LONGEST_ERROR = 2000

# How an author writes a known error: pattern, name, hint, and perhaps a pattern for the line.
KnownError: TypeAlias = ErrorHint | tuple[str, str, str] | tuple[str, str, str, str]


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
    stopped : str, optional
        What kept the check from being judged at all, the same text for the same cause.
    compared : Comparison, optional
        The student's numbers and the expected ones, if they are worth a picture.
    """

    def __init__(
        self,
        hint: str,
        mistake: str = "",
        stopped: str = "",
        compared: Comparison | None = None,
    ) -> None:
        super().__init__(hint)
        self.compared = compared
        self.hint = hint
        self.mistake = mistake
        self.stopped = stopped


def explain(error: BaseException, known: Iterable[KnownError] = ()) -> CheckFailed:
    """Find out what an exception of a check's body says about the student's answer.

    Parameters
    ----------
    error : BaseException
        What the body raised.
    known : iterable of ErrorHint or tuple, optional
        As ``errors`` of `nmautils.checks.Checks`.

    Returns
    -------
    CheckFailed
        With a hint and, if known, the name of the mistake.
    """
    # By name throughout: judged from outside, an error is not of the built-in class.
    kind, text = type(error).__name__, _text(error)
    line = _line_of(error)
    if "ellipsis" in text.lower():
        return CheckFailed(_blank_at(line, text), BLANK_LEFT, BLANK_LEFT)
    stopped = f"{kind} at {line}" if line else text
    undefined = re.match(r"NameError: name '(\w+)' is not defined", text)
    if undefined and is_probed(undefined[1]) and not (line and _answer_text()):
        return _missing(undefined[1])
    answer = _answer_text(line)
    hints = [each for each in map(_as_hint, known) if each.fits(text, line)]
    # What is known by its place goes before what is known by a piece of the error's text.
    found = (
        next((each for each in hints if each.at), None)
        or slip_of_error(Raised(text, line, answer))
        or next(iter(hints), None)
        or slip_of_last_resort(Raised(text, line, answer))
    )
    if found is not None:
        return CheckFailed(found.hint + _came(text, line), found.name, stopped)
    if kind == "NotImplementedError":
        return _still_raises(line)
    if undefined:
        return CheckFailed(_undefined(undefined[1], line, answer), "undefined name", stopped)
    if not _is_students(error):
        return CheckFailed(
            "What came back does not have the form asked for; look at the text of the "
            f"exercise once more. ({_shorten(text)})"
        )
    if not line and "state_dict" in text:
        return CheckFailed(_other_layers(text), "layers not as asked", stopped)
    return CheckFailed(f"Your code raised {_shorten(text)}{_where(line)}.", "", stopped)


def look_closer(failure: CheckFailed) -> CheckFailed:
    """Look at the text of the answer where the checks alone cannot name what went wrong.

    A slip that is one whatever the numbers say, such as ``optimizer.step`` without parentheses,
    goes before a name that was found by a trait of the value.
    """
    if failure.mistake in {NOT_SOLVED, BLANK_LEFT, MISSING_HERE}:
        return failure
    text = _answer_text()
    slips = slips_of_text(text)
    variable = variable_of_notebook(text)
    if variable is not None:
        slips = (*slips, variable)
    sure = next((slip for slip in slips if slip.sure), None)
    if sure is not None and not failure.stopped:
        return CheckFailed(sure.hint, sure.name)
    if not failure.mistake and slips:
        hint = f"{slips[0].hint} ({failure.hint.strip()})"
        return CheckFailed(hint, slips[0].name, failure.stopped)
    # Where the value has its name, these say how it came to be.
    how = next((slip for slip in slips if slip.name in {BLANK_LEFT, PRINTED, NOT_KEPT}), None)
    if how is not None and how.name != failure.mistake:
        return CheckFailed(f"{failure.hint} {how.hint}", failure.mistake, failure.stopped)
    return failure


def _missing(name: str) -> CheckFailed:
    """Say why a name that a probe reaches for is not there."""
    answer = answer_of(name)
    if answer is None and not in_history():
        answer = Answer("", untouched=True)  # nothing is known of it
    slip = why_missing(name, answer)
    return CheckFailed(slip.hint, slip.name, f"{slip.name} {name}")


def _still_raises(line: str) -> CheckFailed:
    answer = _answer_text()
    code = re.sub(r"#[^\n]*", "", "".join(answer.split('"""')[::2]))
    others = [
        text
        for text in map(str.strip, code.split("\n"))
        if text and not text.startswith(("raise NotImplementedError", "def ", "class "))
    ]
    if others:
        return CheckFailed(
            f"The line that raises NotImplementedError is still in your answer{_where(line)}, and "
            "Python stops there. Delete that line.",
            "line that raises left in",
            NOT_SOLVED,
        )
    return CheckFailed("it still raises NotImplementedError.", NOT_SOLVED, NOT_SOLVED)


def _as_hint(known: KnownError) -> ErrorHint:
    return known if isinstance(known, ErrorHint) else ErrorHint(*known)


def _answer_text(line: str = "") -> str:
    """Give the cell of the answer that the probes of this check cell reach for, or nothing."""
    given = given_answer()
    if given is not None:
        return given.text
    # The cell that ran last may have failed: what is checked is then of a cell before it.
    texts = [text for name in names_probed_last() if (text := text_that_made(name))]
    # A probe may also reach for a given class, whose cell has neither the line nor slips.
    at_fault = [text for text in texts if line in text and (line or slips_of_text(text))]
    return (at_fault or texts or [""])[-1]


def _undefined(name: str, line: str, answer: str) -> str:
    near = difflib.get_close_matches(name, _variables(answer, line) - {name}, 1, 0.8)
    if near:
        advice = f"Did you mean `{near[0]}`?"
    elif re.search(rf"\b{name}\s*\(", line):
        advice = "Is it misspelt, or made in another cell?"
    else:
        advice = "Is it misspelt, or a variable of another cell? Work with the arguments."
    return f"Your code uses {name}, which is not defined{_where(line)}. {advice}"


def _variables(answer: str, line: str) -> set[str]:
    """Give the names that may have been meant: those of the answer, and what it is asked for."""
    tree = parse(answer)
    names = set(names_probed_last())
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    # Given classes stand in other cells, and texts of the answer name them.
    return names | set(re.findall(r"\b[A-Z]\w*[a-z]\w*", answer))


def _blank_at(line: str, text: str) -> str:
    said = _where(line) if line else f" ({_shorten(text)})"
    return f"A blank `...` is still in your answer; replace it{said}."


def _other_layers(text: str) -> str:
    """Say in the student's words that parameters could not be handed to a network."""
    sizes = re.findall(r"torch\.Size\(\[([\d, ]*)\]\)", text)
    if "size mismatch" in text and len(sizes) >= 2:
        return (
            f"A layer's weights have the shape ({sizes[1]}), and ({sizes[0]}) was expected; look "
            "at the sizes that the layer is made with."
        )
    return (
        "The layers are not those that the exercise asks for; look at their names, and whether "
        "each has its weights and its biases."
    )


def _text(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    except Exception:  # an error whose own text fails
        return type(error).__name__


def _shorten(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _came(text: str, line: str) -> str:
    """Say which error it was, unless it speaks of calls that the student did not write."""
    if line:
        return f" ({_shorten(text)}{_where(line)})"
    about_signature = re.search(r"\(\) (got|takes|missing)", text)
    return f" ({_shorten(text)})" if about_signature else ""


def _is_students(error: BaseException) -> bool:
    """Whether an error arose in the student's process, or in a probe called right here."""
    return hasattr(error, "where") or passed_a_probe(error)


def _line_of(error: BaseException) -> str:
    """Give the line of the student's in which an error arose; nothing if it was none of theirs."""
    line = getattr(error, "where", None)
    if not isinstance(line, str):
        ours = files_of_probes()
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if ("ipykernel" in frame.filename or frame.filename.startswith("<"))
            and frame.filename not in ours
        ]
        line = frames[-1].line if frames else None
    return (line or "").strip()


def _where(line: str) -> str:
    return f", at `{_shorten(line)}`" if line else ""
