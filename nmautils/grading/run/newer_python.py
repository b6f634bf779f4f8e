"""Syntax that a newer Python reads and the one that grades does not.

What is found is only what a line looks like: it can ask a person, never give or take points.
"""

import re
import sys

__all__ = ["VERSION", "may_be_newer"]

VERSION = ".".join(map(str, sys.version_info[:2]))

# (from which version on, what it looks like at the beginning of a line)
_FORMS = (
    ((3, 12), re.compile(r"^[ \t]{0,80}type [^\W\d]\w{0,80}(?:\[[^\]\n]{1,200}\])? ?=[^=]", re.M)),
    ((3, 12), re.compile(r"^[ \t]{0,80}(?:async )?(?:def|class) \w{1,80}\[", re.M)),
    ((3, 14), re.compile(r"^[ \t]{0,80}except [\w.]{1,80}(?:, ?[\w.]{1,80}){1,9}:", re.M)),
    ((3, 14), re.compile(r"\b[tT][rR]?[\"']")),
)
# What Python before 3.12 says of f-strings that 3.12 reads.
_OF_F_STRINGS = re.compile(
    r"f-string: (?:unmatched|expecting '}'|expression )|f-string expression "
)
_F_STRINGS = (3, 12)


def may_be_newer(source: str, message: str) -> bool:
    """Tell whether a cell that cannot be read may be written for a newer Python.

    Parameters
    ----------
    source : str
        The cell.
    message : str
        What Python says of it.
    """
    here = sys.version_info[:2]
    if here < _F_STRINGS and _OF_F_STRINGS.search(message):
        return True
    return any(here < version and form.search(source) for version, form in _FORMS)
