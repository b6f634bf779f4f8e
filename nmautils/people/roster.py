"""The roster: who is in the course, and by which numbers each platform knows them.

It is a text file beside ``course.toml``, ``roster.csv``, one line a person, that may be kept by
hand. Its first four columns are `COLUMNS`. A column with the name of one of `PLATFORMS` holds the
numbers that this platform has for the person, with blanks between them. All other columns are
the instructor's own and stay as they are.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

from nmautils.errors import CourseError, HandInError
from nmautils.grading.model.limits import FILE_NAME_BYTES
from nmautils.grading.safe.text import printable

from .tables import guarded, read_table, unguarded, write_table

__all__ = [
    "COLUMNS",
    "FILE_NAME",
    "NUMBER_FOR_EACH_ASSIGNMENT",
    "PLATFORMS",
    "Clues",
    "Person",
    "Roster",
    "UnknownPerson",
    "account",
    "has_other_number",
    "is_id",
    "is_rounded",
    "read_roster",
    "same",
    "spelled",
    "spellings",
    "squeezed",
    "write_roster",
]

FILE_NAME = "roster.csv"
COLUMNS = ("id", "last_name", "first_name", "email")
PLATFORMS = (
    "blackboard",
    "brightspace",
    "canvas",
    "classroom",
    "drive",
    "gradescope",
    "ilias",
    "moodle",
    "sakai",
)
# Here a person has one number for each assignment; elsewhere two numbers are two people.
NUMBER_FOR_EACH_ASSIGNMENT = frozenset({"moodle"})

_WORDS_TURNED = 12  # words of a name that are tried from each of them on
_NAME_CHARACTERS = 200  # of a name for which near ones are looked for
# What a spreadsheet makes of a long number.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")


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
    other : mapping
        What stands in columns of the instructor's own.
    """

    id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What they are called, or their id."""
        return spelled(self) or self.id


def spelled(person: Person) -> str:
    """Give somebody's name; empty if it is not known."""
    return " ".join(filter(None, [person.first_name, person.last_name]))


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


@lru_cache(maxsize=1 << 16)
def squeezed(name: str) -> str:
    """Give the letters and digits of a name, in one way of writing them.

    A name without any, of emoji alone, stays as it is.
    """
    plain = _plain(name)
    letters = "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LMN")
    # Marks without a letter, such as the one that makes an emoji colourful, are no name.
    has_letters = any(unicodedata.category(sign)[0] in "LN" for sign in letters)
    return _plain(letters) if has_letters else account(plain)


def same(one: str, other: str) -> bool:
    """Tell whether two ids or addresses are one, whatever their case and form of letters."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def account(number: str) -> str:
    """Give the number or name of an account as it is compared; one with blanks loses them."""
    return _plain(re.sub(r"\s", "", _plain(number)))


def _plain(text: str) -> str:
    # Folding may need a second time what it made of the first; the standard asks for it too.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text).strip()


def spellings(person: Person) -> set[str]:
    """Give the squeezed forms in which platforms write somebody's name.

    Where a family name begins is not known of all names, so each word may come first.
    """
    words = [*person.first_name.split(), *person.last_name.split()] or [person.id]
    starts: Iterable[int] = range(len(words))
    if len(words) > _WORDS_TURNED:
        starts = (0, len(person.first_name.split()))
    return {squeezed(" ".join(words[start:] + words[:start])) for start in starts} - {""}


def is_rounded(text: str) -> bool:
    """Tell whether a spreadsheet has made a long number short."""
    return bool(_ROUNDED.fullmatch(text))


def has_other_number(person: Person, platform: str, numbers: Iterable[str]) -> bool:
    """Tell whether a platform knows a person by other numbers alone, so it is somebody else."""
    if platform in NUMBER_FOR_EACH_ASSIGNMENT:
        return False
    known = {account(number) for number in person.numbers.get(platform, ())} - {""}
    said = {account(number) for number in numbers} - {""}
    return bool(known and said) and not known & said


@dataclass(frozen=True)
class Roster:
    """All people of a course, in the order of the file."""

    people: tuple[Person, ...] = ()

    def find(self, clues: Clues) -> Person:
        """Find the one person meant: by platform number, then e-mail, then id, then name.

        The first of these that is known to the roster decides, and none after it is asked. A name
        does not mean a person whom the platform is known to call by another number.

        Raises
        ------
        UnknownPerson
            If nobody is meant, or more than one; in one line, with the nearest names.
        """
        for kind, wanted in (
            (f"number {clues.platform}", account(clues.number)),
            ("email", _plain(clues.email)),
            ("id", _plain(clues.id)),
            ("name", squeezed(clues.name)),
        ):
            found = self._known.get((kind, wanted), []) if wanted else []
            if kind == "name":
                others = (clues.platform, [clues.number])
                found = [person for person in found if not has_other_number(person, *others)]
            if len(found) == 1:
                return found[0]
            if found:
                listed = ", ".join(person.id for person in found)
                raise UnknownPerson(
                    f"{_said(clues)} may be any of {printable(listed)}: {_how_to_tell(clues)}"
                )
        raise UnknownPerson(f"{_said(clues)} is not in {FILE_NAME}{self._nearest(clues)}")

    @cached_property
    def _known(self) -> dict[tuple[str, str], list[Person]]:
        """Everybody by all that may mean them: made once, since it is asked for each hand-in."""
        known = defaultdict(list)
        for person in self.people:
            for key in dict.fromkeys(_keys(person)):
                known[key].append(person)
        return dict(known)

    def _nearest(self, clues: Clues) -> str:
        wanted = squeezed(clues.name or clues.id or clues.email.partition("@")[0])
        names = [key for kind, key in self._known if kind in ("id", "name")]
        close = get_close_matches(wanted[:_NAME_CHARACTERS], names, n=3, cutoff=0.6)
        people = [
            person
            for name in close
            for kind in ("name", "id")
            for person in self._known.get((kind, name), [])
        ]
        shown = dict.fromkeys(_shown(person, clues.platform) for person in people)
        return f"; nearest: {printable(', '.join(shown))}" if shown else ""


def _keys(person: Person) -> Iterator[tuple[str, str]]:
    for platform, numbers in person.numbers.items():
        yield from ((f"number {platform}", account(number)) for number in numbers)
    yield "email", _plain(person.email)
    yield "id", _plain(person.id)
    yield from (("name", name) for name in spellings(person))


def _said(clues: Clues) -> str:
    number = f"{clues.platform} {clues.number}".strip() if clues.number else ""
    said = clues.name or clues.id or clues.email
    return printable(f"{said} ({number})" if said and number else said or number or "nobody")


def _shown(person: Person, platform: str) -> str:
    numbers = " ".join(sorted(person.numbers.get(platform, ())))
    return f"{person.name} ({person.id}{f', {platform} {numbers}' if numbers else ''})"


def _how_to_tell(clues: Clues) -> str:
    if clues.platform and clues.number:
        number = printable(clues.number)
        return f"write {number} into the column {clues.platform} of the right line of {FILE_NAME}"
    return "put it into a folder that is called by the right one of these ids"


def read_roster(root: Path) -> Roster | None:
    """Read the roster of a course; None if it has none.

    Raises
    ------
    CourseError
        If the file cannot be read, an id cannot be the name of a folder, or two people have one
        id or one number; with the line.
    """
    path = root / FILE_NAME
    if not path.exists():
        return None
    people, seen = [], dict[tuple[str, str], int]()
    for line, row in read_table(path, COLUMNS[:1], (*COLUMNS, *PLATFORMS)):
        person = _person(row)
        if why := _wrong(person):
            raise CourseError(f"{path}, line {line}: {printable(why)}")
        keys = [("id", _plain(person.id))]
        for platform, numbers in person.numbers.items():
            keys += [(platform, key) for key in sorted({account(number) for number in numbers})]
        for key in keys:
            if key in seen:
                raise CourseError(
                    f"{path}, line {line}: {printable(' '.join(key))} stands in line {seen[key]} "
                    "too: each belongs to one person"
                )
            seen[key] = line
        people.append(person)
    return Roster(tuple(people))


def _person(row: Mapping[str, str]) -> Person:
    some = {name: frozenset(row.get(name, "").split()) for name in PLATFORMS}
    return Person(
        id=unicodedata.normalize("NFC", row["id"]),  # as folders are called here
        last_name=unguarded(row.get("last_name", "")),
        first_name=unguarded(row.get("first_name", "")),
        email=unguarded(row.get("email", "")),
        numbers={name: numbers for name, numbers in some.items() if numbers},
        other={name: row[name] for name in row if name not in (*COLUMNS, *PLATFORMS)},
    )


def _wrong(person: Person) -> str:
    """Say what is wrong with a person's line, if something is."""
    for text in (person.id, *(number for some in person.numbers.values() for number in some)):
        if is_rounded(text):
            return f"{text} is what a spreadsheet makes of a long number: write it out, as text"
    return "" if is_id(person.id) else f"the id {person.id!r} cannot be the name of a folder"


def is_id(text: str) -> bool:
    """Tell whether a text can be somebody's id, of which a folder is made."""
    # nbgrader makes no feedback for anybody if there is a line break in one name.
    if {unicodedata.category(sign) for sign in text} & {"Cc", "Cs", "Zl", "Zp"}:
        return False
    fits = 0 < len(text.encode()) <= FILE_NAME_BYTES and text == text.strip()
    return fits and not text.startswith(".") and not set(text) & set("/\\")


def write_roster(root: Path, roster: Roster) -> None:
    """Write the roster of a course, in the order of last names."""
    used = {platform for person in roster.people for platform in person.numbers}
    own = dict.fromkeys(column for person in roster.people for column in person.other)
    people = sorted(roster.people, key=lambda p: (_plain(p.last_name), _plain(p.first_name), p.id))
    rows = [
        {
            **person.other,
            "id": person.id,
            "last_name": guarded(person.last_name.strip()),
            "first_name": guarded(person.first_name.strip()),
            "email": guarded(person.email.strip()),
            **{name: " ".join(sorted(some)) for name, some in person.numbers.items()},
        }
        for person in people
    ]
    write_table(root / FILE_NAME, [*COLUMNS, *sorted(used), *own], rows)
