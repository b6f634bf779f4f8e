"""Whose is each folder of an export of Gradescope: read from the list that it puts beside them.

The folders are called ``submission_987654321``, so nothing but the list tells.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml
from dateutil import parser

from nmautils.errors import HandInError
from nmautils.grading.safe.text import printable

__all__ = ["LIST_NAME", "Submitter", "read_list"]

LIST_NAME = "submission_metadata.yml"


# What an autograder there said fills most of the list, and nothing of it is needed.
_RESULTS = re.compile(
    rb"^  :(?:results|history):.*\n(?:    .*\n|  -.*\n| *\n){0,100000}", re.MULTILINE
)


@dataclass(frozen=True)
class Submitter:
    """Who handed in a folder of the export, and when; `problem` says why that cannot be told."""

    name: str
    account: str = ""
    time: datetime | None = None
    problem: str = ""
    number: str = field(default="", compare=False)
    email: str = field(default="", compare=False)


class _PlainLoader(yaml.SafeLoader):
    """Reads texts, lists and tables, and nothing that grows while it is read."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("it refers to parts of itself")
        return super().compose_node(parent, index)


# A number such as 007 and a time stay as they are written.
_PlainLoader.yaml_implicit_resolvers = {}


def read_list(raw: bytes) -> dict[str, Submitter]:
    """Read the list of an export.

    Parameters
    ----------
    raw : bytes
        Content of ``submission_metadata.yml``.

    Returns
    -------
    dict
        Of the name of each folder, who handed it in.

    Raises
    ------
    HandInError
        If it is no such list; one line on why.
    """
    try:
        data = yaml.load(_RESULTS.sub(b"", raw), _PlainLoader)
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        why = printable(str(error).split("\n")[0][:100])
        raise HandInError(f"cannot be read ({why}): export the assignment again") from None
    if not isinstance(data, dict):
        raise HandInError("names no submissions: export the assignment again")
    return {folder: _submitter(entry) for folder, entry in data.items() if isinstance(folder, str)}


def _submitter(entry: Any) -> Submitter:
    people = _get(entry, "submitters")
    people = people if isinstance(people, list) else []
    names = [_get(person, "name") for person in people]
    if not names or not all(isinstance(name, str) and name for name in names):
        return Submitter("", problem="Gradescope's list does not say whose it is")
    if len(names) > 1:
        together = printable(", ".join(names))
        problem = f"handed in by {together} together: copy it into a folder for each of them"
        return Submitter("", problem=problem)
    sid, email = (_text(_get(people[0], key)) for key in ("sid", "email"))
    account = f"Gradescope {sid or email}" if sid or email else ""
    time = _time(_get(entry, "created_at"))
    return Submitter(names[0], account, time, "", sid or email, email)


def _get(table: Any, key: str) -> Any:
    """Look up a key, which Gradescope writes with a colon before it."""
    return table.get(f":{key}", table.get(key)) if isinstance(table, dict) else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _time(text: Any) -> datetime | None:
    try:
        time: datetime = parser.isoparse(str(text).replace(" ", "T", 1).replace(" ", ""))
    except (ValueError, OverflowError):
        return None
    return time if 1 < time.year < 9999 else None
