"""Take out characters that do something else than stand for themselves."""

import re
from typing import Any

__all__ = ["joined_text", "last_states", "no_formula", "plain_characters", "printable"]

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,40}[ -/]{0,8}[@-~]"  # colours and movements of the cursor
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]{0,4000}(?:\x07|\x1b\\|\x9c)?"  # titles and links
    r"|\x1b[ -/]{0,8}[0-~]?"
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff"
    "\u202a-\u202e\u2066-\u2069"  # these change the order in which text is read
    "\ud800-\udfff"  # halves of a character, which no file can hold
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n|[\u2028\u2029\x85]")
# What a spreadsheet begins a formula with, in wide letters too, whatever blanks stand before.
_FORMULA = re.compile("[\\s\ufeff\0]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\\t\\r]")


def joined_text(value: Any) -> str:
    """Join a text that a notebook holds in one piece or in lines; nothing if it is not a text."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def plain_characters(text: str) -> str:
    """Take out colour codes, control characters and marks of the reading direction."""
    text = _LINE_ENDS.sub("\n", _ANSI.sub("", text))
    return _CONTROL.sub("", text.replace("\r", "\n"))


def last_states(text: str) -> str:
    """Give a text as a terminal leaves it: of an overwritten line only the last state."""
    text = _LINE_ENDS.sub("\n", _ANSI.sub("", text))
    lines = []
    for line in text.split("\n"):
        states = [state for state in line.split("\r") if state.strip()]
        lines.append(states[-1] if states else "")
    return _CONTROL.sub("", "\n".join(lines))


def printable(text: str) -> str:
    """Leave nothing in a line that could move the cursor or end the line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def no_formula(text: str) -> str:
    """Quote the text of a cell that a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
