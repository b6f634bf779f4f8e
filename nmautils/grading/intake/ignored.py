"""``ignored.csv`` beside ``course.toml``: what a person has dealt with, so it is asked once."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from nmautils.errors import UsageError
from nmautils.people.tables import read_table, write_table

__all__ = ["IGNORED_FILE", "ignore", "still_asked"]

IGNORED_FILE = "ignored.csv"
_COLUMNS = ("place", "digest", "why")

Refused = Sequence[tuple[str, str]]


def still_asked(
    root: Path, refused: Refused, marks: Mapping[str, str]
) -> tuple[list[tuple[str, str]], int]:
    """Leave out what was dealt with and has not changed since.

    Parameters
    ----------
    root : Path
        Folder of the course.
    refused : sequence of (str, str)
        Places in the inbox, and why each needs a person.
    marks : mapping
        Of places, by what their files are known again.

    Returns
    -------
    list of (str, str), int
        What is left, and how many were left out.
    """
    known = set(_rows(root))
    left = [
        (where, why) for where, why in refused if (where, _digest(where, why, marks)) not in known
    ]
    return left, len(refused) - len(left)


def ignore(
    root: Path, places: Collection[str], refused: Refused, marks: Mapping[str, str]
) -> list[str]:
    """Remember that places in the inbox were dealt with, and all that lies in them.

    Returns
    -------
    list of str
        What was remembered.

    Raises
    ------
    UsageError
        If nothing at a place needs a person.
    """
    rows = _rows(root)
    remembered = []
    for place in places:
        place = place.strip("/")
        found = [
            (where, why)
            for where, why in refused
            if where == place or where.startswith(f"{place}/")
        ]
        if not found:
            raise UsageError(
                f"nothing needs you at {place}; give a place as the line says it, as in "
                "`needs you  PLACE: …`"
            )
        for where, why in found:
            rows[where, _digest(where, why, marks)] = why
            remembered.append(where)
    texts = [dict(zip(_COLUMNS, (*key, why), strict=True)) for key, why in sorted(rows.items())]
    write_table(root / IGNORED_FILE, _COLUMNS, texts)
    return remembered


def _rows(root: Path) -> dict[tuple[str, str], str]:
    path = root / IGNORED_FILE
    rows = read_table(path, _COLUMNS[:2]) if path.exists() else []
    return {(row["place"], row["digest"]): row.get("why", "") for _, row in rows}


def _digest(where: str, why: str, marks: Mapping[str, str]) -> str:
    """Tell a file and what is wrong with it in a few letters."""
    text = f"{marks.get(where, '')}\0{why}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
