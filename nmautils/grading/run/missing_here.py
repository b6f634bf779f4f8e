"""What is not there where notebooks are graded, and the calls that failed for the want of it."""

import re

from nmautils.grading.model import words

from .elsewhere import NO_FOLDER
from .left_out import PLATFORMS, LeftOut, missing_module

__all__ = ["MissingHere"]

_NOBODY_TYPES = {"EOFError", "StdinNotImplementedError"}
# By the error: what an answer asks that is otherwise elsewhere.
_ASKS_WHERE = {
    "AssertionError": re.compile(r"\b(?:is_cuda|cuda|mps)\b"),
    "KeyError": re.compile(r"\bos\.environ\b"),
}


class MissingHere:
    """Knows the names that lines which were left out would have made."""

    def __init__(self) -> None:
        self._names: dict[str, LeftOut] = {}

    def note(self, left: LeftOut) -> None:
        """Note a line; what it could not find in turn is missing for the same reason."""
        wanted = re.findall(r"name '(\w+)' is not defined", left.message)
        root = next((self._names[name] for name in wanted if name in self._names), left)
        self._names.update(dict.fromkeys(left.names, root))

    def explain(
        self, kind: str, text: str, exercise: str, answer: str = ""
    ) -> tuple[str, str] | None:
        """Say why a call failed, to the student and to the instructor.

        Parameters
        ----------
        kind, text : str
            Name and text of the error.
        exercise : str
            Whose checks called.
        answer : str
            The code that was called.

        Returns
        -------
        tuple of str or None
            None if it failed for another reason.
        """
        undefined = re.match(r"name '(\w+)' is not defined", text)
        if kind == "NameError" and undefined and undefined[1] in self._names:
            left = self._names[undefined[1]]
            told = words.NEEDS_LEFT_OUT.format(undefined[1], left.text, left.why)
            told = f"{told} {words.PERSON_TOLD}"
            return told, words.PERSON_NEEDED.format(exercise, left.text)
        module = missing_module(kind, text)
        if module in PLATFORMS:
            platform = PLATFORMS[module]
            why = words.PERSON_PLATFORM.format(platform)
            return words.CALL_NEEDS_PLATFORM.format(platform), f"{exercise}: {why}"
        if module:
            why = words.PERSON_MODULE.format(module)
            return words.CALL_NEEDS_MODULE.format(module), f"{exercise}: {why}"
        no_folder = NO_FOLDER.match(text) if kind == "RuntimeError" else None
        if kind == "FileNotFoundError" or no_folder:
            short = " ".join((no_folder[0] if no_folder else text).split())[:200]
            why = words.PERSON_FILE.format(short)
            return words.CALL_NEEDS_FILE.format(short), f"{exercise}: {why}"
        if kind in _NOBODY_TYPES and re.search(r"\binput\(", answer):
            return words.CALL_ASKS_PERSON, f"{exercise}: {words.PERSON_INPUT}"
        asked = _ASKS_WHERE[kind].search(answer) if kind in _ASKS_WHERE else None
        if asked:
            told = words.CALL_NEEDS_PLACE.format(asked[0])
            return told, f"{exercise}: {words.PERSON_PLACE}"
        return None
