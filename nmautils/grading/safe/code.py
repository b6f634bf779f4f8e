"""Tell whether the words of a stranger's code can be coloured in a moment.

The rules by which Pygments reads IPython's code begin with any number of blanks or of letters and
dots, and are tried at every place: a long run of either takes time that grows with its square.
"""

import re

from nmautils.grading.model.limits import COLOURED_CHARACTERS, COLOURED_LINES, COLOURED_RUN

__all__ = ["PLAIN", "is_quick_to_colour"]

# For a cell's ``metadata.magics_language``: nbconvert, and so formgrader, shows it as it is.
PLAIN = "text"

_RUN = re.compile(rf"\s{{{COLOURED_RUN}}}|[\w.*]{{{COLOURED_RUN}}}")


def is_quick_to_colour(source: str) -> bool:
    """Tell whether a code cell is neither too long nor made of long runs."""
    return (
        len(source) <= COLOURED_CHARACTERS
        and source.count("\n") < COLOURED_LINES
        and not _RUN.search(source)
    )
