"""Lines that were left out of a cell, as the grader reads them, and what they mean."""

import re
from dataclasses import dataclass
from typing import Any

from nmautils.grading.model import words
from nmautils.grading.model.limits import LEFT_OUT_CHARACTERS, LEFT_OUT_LINES, LEFT_OUT_NAMES
from nmautils.grading.safe.text import plain_characters

from .elsewhere import (
    FOLDER_OF_A_PLATFORM,
    NO_FOLDER,
    NO_NETWORK,
    NOTHING_FOUND,
    is_cut_short,
    missing_program,
)

__all__ = ["PLATFORMS", "LeftOut", "missing_module", "read_left_out", "why_person"]

# Modules of a platform, which bring nothing that an answer could need.
PLATFORMS = {
    **dict.fromkeys(("google", "colab"), "Colab"),
    **dict.fromkeys(("kaggle_datasets", "kaggle_secrets", "kaggle_web_client"), "Kaggle"),
}
_RUN_ONCE = "%%timeit"  # see `Statements.begin`
# What sets up a place or a look, and computes nothing.
_SETS_UP = re.compile(
    r"chdir|mkdir|makedirs|savefig|\bmount\b|style\.use|rcParams|matplotlib\.use|set_matplotlib|"
    r"^[%!](?!%|run\b)|get_ipython\(\)|\bpip\b|\bconda\b|environ"
)
_OF_GOOGLE = re.compile(
    r"(?:import|from) google\.(?!colab\b)(\w+)|from google import (?!colab\b)(\w+)"
)
_FROM_OUTSIDE = {
    "CalledProcessError",
    "ConnectionError",
    "ConnectionRefusedError",
    "FileNotFoundError",
    "HTTPError",
    "ImportError",
    "gaierror",
    "URLError",
}


@dataclass(frozen=True)
class LeftOut:
    """A line that was left out.

    Parameters
    ----------
    line : int
        Which of the cell, from 1; 0 if unknown.
    text : str
        What stands there.
    error, message : str
        Its error; the first is empty if it was not tried.
    names : tuple of str
        What it would have made.
    """

    line: int
    text: str
    error: str
    message: str
    names: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What a student reads about it."""
        where = words.LINE_LEFT_OUT if self.line else words.SOMETHING_LEFT_OUT
        said = f"{where.format(line=self.line, text=self.text)} {self.why}"
        return f"{said} {words.PERSON_TOLD}" if why_person(self) else said

    @property
    def why(self) -> str:
        """Say why it was left out."""
        module = _missing_in(self)
        if module and module in PLATFORMS:
            return words.ONLY_ON_ITS_PLATFORM.format(PLATFORMS[module])
        if module:
            return words.NO_MODULE.format(module)
        if program := missing_program(self.error, self.message, self.text):
            return words.NO_PROGRAM.format(program)
        if not self.error:
            timed = self.text.startswith(_RUN_ONCE)
            return words.RUN_ONCE if timed else words.NOT_TRIED
        if self.error == "NameError":
            return words.USES_LEFT_OUT
        return words.FAILED_HERE.format(f"{self.error}: {self.message}".removesuffix(": "))


def read_left_out(reply: Any) -> tuple[LeftOut, ...]:
    """Read what a kernel says that it left out: a stranger's word, taken within bounds."""
    rows = reply if isinstance(reply, list) else []
    read = []
    for row in rows[:LEFT_OUT_LINES]:
        if not isinstance(row, list) or len(row) != 5:
            continue
        line, *texts, names = row
        if type(line) is not int or not 0 <= line < 10**6 or not isinstance(names, list):
            continue
        if all(isinstance(text, str) for text in [*texts, *names]):
            text, error, message = map(_one_line, texts)
            kept = tuple(n for n in names[:LEFT_OUT_NAMES] if n[:100].isidentifier())
            error = error if error.isidentifier() else "Error" if error else ""
            read.append(LeftOut(line, text, error, message, kept))
    return tuple(read)


def _one_line(text: str) -> str:
    """Make a line that any page and any file can hold."""
    text = text[:LEFT_OUT_CHARACTERS].encode("utf-8", "replace").decode()
    return " ".join(plain_characters(text).replace("`", "'").split())


def missing_module(error: str, message: str) -> str:
    """Give the module that an error says is missing, by the first part of its name."""
    found = re.match(r"No module named '([\w-]+)", message)
    return found[1] if found and error in {"ModuleNotFoundError", "ImportError"} else ""


def _missing_in(left: LeftOut) -> str:
    """Give the module that a line lacks: of Google's, one alone is Colab's."""
    module = missing_module(left.error, left.message)
    other = _OF_GOOGLE.search(left.text) if module == "google" else None
    return f"google.{other[1] or other[2]}" if other else module


def why_person(left: LeftOut) -> str:
    """Say why a person must look at a submission from which a line was left out; or nothing."""
    if re.match(r"%(?!%|run\b)", left.text):
        return ""
    module = _missing_in(left)
    if module:
        return "" if module in PLATFORMS else words.PERSON_MODULE.format(module)
    imported = re.match(r"(?:import|from) ([\w.]+)(?: [^;]*)?$", left.text)
    if imported and not _is_backend(left):
        if imported[1].startswith("."):
            return words.PERSON_MODULE.format(imported[1])
        if left.error and not left.message.startswith(("cannot import name", "No module")):
            why = f"{left.text}: {left.error}: {left.message}"
            return words.PERSON_BROKEN.format(imported[1].partition(".")[0], why)
        return words.PERSON_LINE.format(left.text)
    if re.match(r"%run\b", left.text):
        return words.PERSON_FILE.format(left.text)
    if left.text.startswith(_RUN_ONCE) and not left.error:
        return ""
    if left.text.startswith("%%"):
        return words.PERSON_LINE.format(left.text)
    if program := missing_program(left.error, left.message, left.text):
        return words.PERSON_PROGRAM.format(program)
    if _SETS_UP.search(left.text):
        return ""
    empty = left.error in NOTHING_FOUND
    if (
        left.error == "FileNotFoundError"
        or is_cut_short(left.error, left.message)
        or NO_FOLDER.search(left.message)
        or (empty and FOLDER_OF_A_PLATFORM.search(left.text))
    ):
        return words.PERSON_FILE.format(left.text)
    if NO_NETWORK.search(left.message) or (left.error in _FROM_OUTSIDE and not _is_backend(left)):
        return words.PERSON_LINE.format(left.text)
    return ""


def _is_backend(left: LeftOut) -> bool:
    """Tell whether what failed is only how figures are shown."""
    return left.error == "ImportError" and "backend" in left.message
