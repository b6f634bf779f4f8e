"""The roster: who is in the course, and by which numbers each platform knows them.

It is a text file beside ``course.toml``, ``roster.csv``, one line a person, that may be kept by
hand. Its first four columns are `COLUMNS`; each further one is a platform's name, and holds the
numbers that this platform has for the person, with blanks between them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from nmautils.errors import CourseError, HandInError
from nmautils.grading.safe.text import printable

from .tables import read_table, write_table

__all__ = [
    "COLUMNS",
    "FILE_NAME",
    "Clues",
    "Person",
    "Roster",
    "UnknownPerson",
    "read_roster",
    "same",
    "spellings",
    "squeezed",
    "write_roster",
]

FILE_NAME = "roster.csv"
COLUMNS = ("id", "last_name", "first_name", "email")


class UnknownPerson(HandInError):
    """The roster does not say who somebody is."""


@dataclass(frozen=True)
class Person:
    """Somebody in the course.

    Parameters
    ----------
    id : str
        The name of their folder in ``submitted/``, and their id in nbgrader's gradebook.
    last_name, first_name, email : str
        Empty if unknown.
    numbers : mapping
        Of each platform, such as ``"canvas"``, the numbers or names of accounts that it knows them
        by.
    """

    id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What they are called, or their id."""
        return " ".join(filter(None, [self.first_name, self.last_name])) or self.id


@dataclass(frozen=True)
class Clues:
    """What a platform says of somebody; all of it may be empty.

    Parameters
    ----------
    platform, number : str
        A key of `Person.numbers`, and one of its values.
    email, id, name : str
        Names come in any form: ``Jane Doe``, ``Doe, Jane``, ``doejane``.
    """

    platform: str = ""
    number: str = ""
    email: str = ""
    id: str = ""
    name: str = ""


def squeezed(name: str) -> str:
    """Give the letters and digits of a name, in one way of writing them."""
    return re.sub(r"[\W_]", "", _plain(name))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", folded).strip()


@dataclass(frozen=True)
class Roster:
    """All people of a course, in the order of the file."""

    people: tuple[Person, ...] = ()

    def find(self, clues: Clues) -> Person:
        """Find the one person meant: by platform number, then e-mail, then id, then name.

        The first of these that is known to the roster decides, and none after it is asked.

        Raises
        ------
        UnknownPerson
            If nobody is meant, or more than one; in one line, with the nearest names.
        """
        for found in (
            self._by_number(clues),
            self._that(lambda person: same(person.email, clues.email), clues.email),
            self._that(lambda person: same(person.id, clues.id), clues.id),
            self._that(lambda person: squeezed(clues.name) in spellings(person), clues.name),
        ):
            if len(found) == 1:
                return found[0]
            if found:
                listed = ", ".join(printable(person.id) for person in found)
                raise UnknownPerson(
                    f"{_said(clues)} may be any of {listed}: write the number of the platform "
                    f"into {FILE_NAME}, or use folders of their ids"
                )
        raise UnknownPerson(f"{_said(clues)} is not in {FILE_NAME}{self._nearest(clues)}")

    def _by_number(self, clues: Clues) -> list[Person]:
        number, platform = clues.number, clues.platform
        return self._that(lambda person: number in person.numbers.get(platform, ()), number)

    def _that(self, fits: Callable[[Person], bool], wanted: str) -> list[Person]:
        return [person for person in self.people if fits(person)] if wanted.strip() else []

    def _nearest(self, clues: Clues) -> str:
        names = {spelling: person for person in self.people for spelling in spellings(person)}
        wanted = squeezed(clues.name or clues.id or clues.email.partition("@")[0])
        close = get_close_matches(wanted, list(names), n=3, cutoff=0.6)
        people = dict.fromkeys(f"{names[key].name} ({names[key].id})" for key in close)
        return f"; nearest: {printable(', '.join(people))}" if people else ""


def same(one: str, other: str) -> bool:
    """Tell whether two ids or addresses are one, whatever their case and form of letters."""
    return bool(one) and _plain(one) == _plain(other)


def spellings(person: Person) -> set[str]:
    """Give the squeezed forms in which platforms write somebody's name."""
    first, last = person.first_name, person.last_name
    return {squeezed(name) for name in (first + last, last + first)} - {""}


def _said(clues: Clues) -> str:
    number = f"{clues.platform} {clues.number}".strip()
    return printable(clues.name or clues.id or clues.email or number or "nobody")


def read_roster(root: Path) -> Roster | None:
    """Read the roster of a course; None if it has none.

    Raises
    ------
    CourseError
        If the file cannot be read, or two people have one id or one number; with the line.
    """
    path = root / FILE_NAME
    if not path.exists():
        return None
    table = read_table(path, COLUMNS[:1])
    people, seen = [], dict[tuple[str, str], int]()
    for line, row in table:
        numbers = {
            column: frozenset(value.split())
            for column, value in row.items()
            if column not in COLUMNS and value.strip()
        }
        person = Person(*(row.get(column, "").strip() for column in COLUMNS), numbers)
        keys = [("id", _plain(person.id))]
        keys += [(platform, number) for platform, some in numbers.items() for number in some]
        for key in keys:
            if key in seen:
                raise CourseError(
                    f"{path}, line {line}: {' '.join(map(printable, key))} stands in line "
                    f"{seen[key]} too: each belongs to one person"
                )
            seen[key] = line
        people.append(person)
    return Roster(tuple(people))


def write_roster(root: Path, roster: Roster) -> None:
    """Write the roster of a course, in the order of last names, and nothing if it is cut off."""
    platforms = sorted({platform for person in roster.people for platform in person.numbers})
    people = sorted(roster.people, key=lambda p: (_plain(p.last_name), _plain(p.first_name), p.id))
    rows = [
        {
            "id": person.id,
            "last_name": person.last_name,
            "first_name": person.first_name,
            "email": person.email,
            **{name: " ".join(sorted(some)) for name, some in person.numbers.items()},
        }
        for person in people
    ]
    write_table(root / FILE_NAME, [*COLUMNS, *platforms], rows)
