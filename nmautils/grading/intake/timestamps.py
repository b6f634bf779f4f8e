"""Read the time that a person, nbgrader or `collect` wrote into ``timestamp.txt``."""

import os
import re
import warnings
from datetime import datetime, timedelta, timezone, tzinfo

from dateutil import parser, tz

__all__ = ["FORMAT", "parse_said", "parse_time", "parse_utc"]

# What a person is told to write.
FORMAT = "2030-01-31 23:30+01:00; the offset may be left out if course.toml names a `zone`"
# Hours that short names stand for, as lists of time zones do not have all of them.
_HOURS = {
    **{"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3},
    **{"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
_FROM_THE_YEAR = re.compile(r"\d{4}-\d\d?-\d\d?(?!\d)")
_MONTH_IN_LETTERS = re.compile(
    r"(?:\d{1,2}\.? [^\W\d_]{3,}\.?|[^\W\d_]{3,}\.? \d{1,2}),? \d{4}(?!\d)"
)
_HALVES_OF_A_DAY = {"am", "pm", "a.m.", "p.m."}
_SOME_DAYS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


def parse_time(text: str, zone: tzinfo | None = None) -> datetime:
    """Read a time that may name its zone, and say so if it does in a way that nobody knows.

    Parameters
    ----------
    text : str
        What stands in the file.
    zone : tzinfo, optional
        Where a time without a zone is meant; by default in UTC.

    Returns
    -------
    datetime
        In UTC, without a zone.

    Raises
    ------
    ValueError, OverflowError
        If the text says no time, only a part of one, or an unknown zone.
    """
    head, _, last = text.rpartition(" ")
    if head and last[:1].isalpha() and last.lower() not in _HALVES_OF_A_DAY:
        text, zone = head.strip(), _zone_named(last)
    elif head and _is_offset(last):
        text = f"{head.strip()}{last}"
    with warnings.catch_warnings():
        warnings.simplefilter("error", parser.UnknownTimezoneWarning)
        try:
            if not _seconds_behind(text):
                _check_whole(text)
            return parse_utc(text, zone)
        except parser.UnknownTimezoneWarning:
            raise ValueError("unknown time zone") from None


def parse_said(text: str, zone: tzinfo | None = None) -> datetime:
    """Read a time that a person or a list says, as `parse_time` does.

    Its date begins with the year, or names the month in letters: nobody can tell which of 03.04.
    and 4/3 is the month.

    Raises
    ------
    ValueError, OverflowError
        If the text says no time, or the date has another form.
    """
    if not _FROM_THE_YEAR.match(text) and not _MONTH_IN_LETTERS.match(text):
        raise ValueError("its date does not begin with the year")
    return parse_time(text, zone)


def parse_utc(text: str, zone: tzinfo | None = None) -> datetime:
    """Read a time as nbgrader's function of this name does, which needs all of nbgrader.

    Parameters
    ----------
    text : str
        Anything that dateutil takes for a time. A zone may stand behind a space as a name; a
        number there counts in seconds, as in nbgrader.
    zone : tzinfo, optional
        Where a time without a zone is meant; by default in UTC, as in nbgrader.

    Returns
    -------
    datetime
        In UTC, without a zone.

    Raises
    ------
    ValueError, OverflowError
        If the text says no time.
    """
    parts = text.split(" ")
    if len(parts) == 3:
        name = parts[2]
        found: int | tzinfo | None
        try:
            found = int(name)
        except ValueError:
            found = _listed(name)
        time: datetime = parser.parse(f"{parts[0]} {parts[1]} TZ", tzinfos={"TZ": found})
    else:
        time = parser.parse(text)
    if time.tzinfo is None and zone is not None:
        time = time.replace(tzinfo=zone)
    offset = time.utcoffset()
    return time if offset is None else (time - offset).replace(tzinfo=None)


def _listed(name: str) -> tzinfo | None:
    """Find a zone in the lists of time zones."""
    if os.path.isabs(name.lstrip(":")) or ".." in name:  # dateutil would open this file
        raise ValueError(f"unknown time zone: {name}")
    found: tzinfo | None = tz.gettz(name)
    return found


def _zone_named(name: str) -> tzinfo:
    if name.upper() in ("Z", "UTC", "GMT"):
        return timezone.utc
    if name.upper() in _HOURS:
        return timezone(timedelta(hours=_HOURS[name.upper()]))
    found = _listed(name)
    if found is None:
        raise ValueError(f"unknown time zone: {name}")
    return found


def _is_offset(text: str) -> bool:
    """Tell whether a text is such as +0100 or -03:30; nbgrader takes the first for seconds."""
    digits = text[1:].replace(":", "")
    right = text[:1] in ("+", "-") and len(digits) == 4 and digits.isascii() and digits.isdigit()
    return right and int(digits[:2]) <= 14 and int(digits[2:]) < 60


def _seconds_behind(text: str) -> bool:
    parts = text.split(" ")
    return len(parts) == 3 and parts[2].lstrip("+-").isdigit()


def _check_whole(text: str) -> None:
    """Refuse a time without its day or year, for which dateutil would take today's."""
    first, second = (parser.parse(text, default=day, ignoretz=True) for day in _SOME_DAYS)
    if first != second:
        raise ValueError(f"no whole date: {text}")
