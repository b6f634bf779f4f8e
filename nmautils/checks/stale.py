"""An answer that was changed and did not get as far as being made: the version before it counts.

Python keeps what an earlier run of the cell has made, so a cell that is broken now may pass all
checks, until the notebook is started anew.
"""

import difflib
import re
from contextlib import suppress
from dataclasses import replace

from nmautils.checks.answer import (
    Answer,
    Slip,
    given_answer,
    is_defined,
    is_near,
    newest_first,
    parse,
)
from nmautils.checks.missing import made_at, why_missing
from nmautils.checks.probe import names_probed_last

__all__ = ["text_that_made", "why_stale"]

# How much of two cells agrees, if one is the other under a new name.
ALIKE = 0.6
MOST_LINES = 500  # of cells that are compared


def why_stale() -> Slip | None:
    """Say what keeps the student's latest cell from being what is checked; None if nothing does.

    Only a notebook can be in this state: a grader runs each cell once, from the top.
    """
    if given_answer() is not None:
        return None
    for name in names_probed_last():
        with suppress(Exception):  # it serves a remark, which must not be what fails
            slip = _stale(name) if is_defined(name) else None
            if slip is not None:
                sentence, line, code = slip.hint.partition("\n")
                hint = f"{sentence} Until then, your version before that is checked.{line}{code}"
                return Slip(slip.name, hint)
    return None


def text_that_made(name: str) -> str:
    """Give the cell that made what `name` is now, or was meant to make it; nothing if unknown."""
    with suppress(Exception):
        cells = list(newest_first(name))
        made = next((cell for cell in cells if made_at(name, cell)), None)
        if is_defined(name) and made is not None:
            return made.text
        return cells[0].text if cells else ""
    return ""


def _stale(name: str) -> Slip | None:
    cells = list(newest_first(name))
    made = next((i for i, cell in enumerate(cells) if made_at(name, cell)), None)
    if made is None:  # it came from elsewhere, an import for instance
        return None
    for cell in cells[:made]:
        if _was_meant(cell, name, cells[made]):
            return why_missing(name, replace(cell, untouched=False))
    return None


def _was_meant(cell: Answer, name: str, made: Answer) -> bool:
    """Tell whether a cell is a later version of the one that made `name`, and no cell beside it."""
    tree, text = parse(cell.text), cell.text
    written = re.findall(r"^[ \t#]*(?:def|class)[ \t]+(\w+)", text, re.M)
    at_margin = [getattr(node, "name", "") for node in tree.body] if tree is not None else written
    if name in at_margin:
        return True
    # Whoever writes `train2` beside `train` means to have both.
    near = [each for each in written if each == name or (name not in each and is_near(each, name))]
    if not near:
        return False
    for other in near:
        text = text.replace(other, name)
    one, two = (
        [line.strip("# \t") for line in each.splitlines()[:MOST_LINES] if line.strip("# \t")]
        for each in (text, made.text)
    )
    return difflib.SequenceMatcher(None, one, two).ratio() >= ALIKE
