"""What learning platforms call the hand-ins that they give out: one table, a form for each.

To add a form, add an entry to `FORMS`. The test of the table reads every example.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime

__all__ = ["DIGITS", "FORMS", "Form", "read_digits"]

# 2026-01-30-15-00-00, 2026-01-30 15.00, 2026-01-30T15:00:00Z, but not a part of a longer number
DIGITS = re.compile(
    r"(?<!\d)(\d{4})-(\d\d)-(\d\d)[-_T ](\d\d)[-:.](\d\d)(?:[-:.](\d\d))?(?:Z|UTC)?(?!\d)"
)


def read_digits(text: str) -> datetime | None:
    """Find a time that is written in digits, from the year down."""
    match = DIGITS.search(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(digits or 0) for digits in match.groups())
    if not MINYEAR < year < MAXYEAR:  # in another time zone it could be outside the calendar
        return None
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


@dataclass(frozen=True)
class Form:
    """How one platform names the file or the folder of a hand-in.

    Parameters
    ----------
    platform : str
        Name of the platform, for messages.
    pattern : re.Pattern
        Matches the whole name of a file (without its ending) or of a folder. Its group
        ``name`` is the student, ``id`` the number that the platform knows the student by, and
        ``rest`` what the student called the file; the last two may be missing.
    example : str
        A path from the inbox down: ``tutorial1_decoding`` of Jane Doe, number 12345, handed in at
        15:00 on 30 January 2026. The test of the table expects these.
    number : str
        What the number in ``id`` is called in messages. It tells apart people of one name, so
        leave it empty if the number is another one for each attempt.
    time : callable or None
        Finds the time of handing in that the platform writes into the name. None if it writes
        none: then the time of the file counts, which may be that of the download. Every name is
        shown to the readers of all forms, so a reader must know its own way of writing.
    """

    platform: str
    pattern: re.Pattern[str]
    example: str
    number: str = ""
    time: Callable[[str], datetime | None] | None = None


# The first form that matches counts.
FORMS = (
    Form(
        "Moodle",
        re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)"),
        "Jane Doe_12345_assignsubmission_file_/tutorial1_decoding.ipynb",
        number="Moodle",
    ),
    Form(
        "Canvas",
        re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<id>\d+)_\d+_(?P<rest>.+)", re.IGNORECASE),
        "doejane_LATE_12345_67890_tutorial1_decoding-1.ipynb",
        number="Canvas",
    ),
    Form(
        "Blackboard",
        re.compile(r"(?:.*_)?(?P<name>[^_]+)_attempt_(?P<rest>.+)", re.IGNORECASE),
        "Tutorial 1_janedoe_attempt_2026-01-30-15-00-00_tutorial1_decoding.ipynb",
        time=read_digits,
    ),
)
