"""Bring the people of several lists into the roster: who is one person, and who may be.

What is not certain is asked for and not merged. Nothing that stands in the roster is replaced.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from nmautils.grading.safe.text import printable

from .platform_lists import Listed, PlatformList, spelled
from .roster import (
    FILE_NAME,
    NUMBER_FOR_EACH_ASSIGNMENT,
    Person,
    Roster,
    account,
    has_other_number,
    same,
    spellings,
)

__all__ = ["Merged", "check", "merge"]

_NAMED = 10  # people that are named in one line
_MORE_COLUMNS = "give the list a column with their ids or e-mail addresses"


@dataclass
class Merged:
    """What came of a merge.

    Attributes
    ----------
    roster : Roster
        The new one; equal to the old one if nothing is new.
    new, changed : list of str
        A line for each person.
    questions : list of str
        What a person has to decide.
    notes : list of str
        What else is worth knowing.
    """

    roster: Roster
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def merge(
    roster: Roster,
    lists: Sequence[PlatformList],
    used: Collection[Person] = (),
    clean: Callable[[str], str] = str,
) -> Merged:
    """Bring lists into a roster.

    Parameters
    ----------
    roster : Roster
        May be empty; is not changed.
    lists : sequence of PlatformList
        What platforms exported, each one's people after those of the one before.
    used : collection of Person
        Who has a folder or a row in the gradebook already: their ids stay.
    clean : callable
        Makes the name of a folder of a text; empty if that has nothing for one.
    """
    merging = _Merging(roster, used, clean)
    for each in lists:
        merging.add(each)
    merging.name_the_gone(lists)
    done = merging.done
    done.roster = Roster(tuple(merging.people.values()))
    before = {person.id: person for person in roster.people}
    for person in done.roster.people:
        old = before.get(person.id)
        if old is None:
            done.new.append(printable(f"{person.id}: {_described(person)}"))
        elif old != person:
            done.changed.append(printable(f"{person.id}: {_told(old, person)}"))
    done.questions += check(done.roster)
    return done


def check(roster: Roster) -> list[str]:
    """Ask about people who may stand in a roster twice."""
    asked = {}
    for one, other in _similar(roster.people):
        if same(one.email, other.email):
            why = f"both have the address {one.email}"
        elif _told_apart(one, other):
            continue
        else:
            why = "nothing tells them apart but their ids"
        asked[one.id, other.id] = printable(
            f"{FILE_NAME}: {one.id} ({one.name}) and {other.id} ({other.name}) may be one person, "
            f"{why}: make one line of them, or give each an e-mail address of their own"
        )
    return list(asked.values())


# --- kinds of clues, the surest first ------------------------------------------------------------

# Gives the clues of a person or, with what an id may be made of, of a row.
_Kind = Callable[[Person, Sequence[str]], set[str]]


def _numbers_of(person: Person, ids: Sequence[str]) -> set[str]:
    return {
        f"{platform} {account(number)}"
        for platform, numbers in person.numbers.items()
        for number in numbers
    }


def _addresses_of(person: Person, ids: Sequence[str]) -> set[str]:
    """Addresses, of which some are names of accounts."""
    return {account(text) for text in (person.email, *ids) if "@" in text}


def _ids_of(person: Person, ids: Sequence[str]) -> set[str]:
    """What may be somebody's id; the first part of an address may, together with the name."""
    return {account(text) for text in (person.id, *ids, person.email.partition("@")[0])} - {""}


def _names_of(person: Person, ids: Sequence[str]) -> set[str]:
    return spellings(person) if spelled(person) or person.id else set()


class _Step:
    """The people before a list was read: two rows of one list are two people."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.taken: set[str] = set()
        self.doubtful: set[str] = set()
        self.indexes: dict[_Kind, defaultdict[str, list[Person]]] = {}

    def meant_by(self, kind: _Kind, row: Listed) -> list[Person]:
        """Give the people whom a row may mean by this kind of clue."""
        if kind not in self.indexes:
            index = self.indexes[kind] = defaultdict(list)
            for person in self.people:
                for key in kind(person, ()):
                    index[key].append(person)
        index = self.indexes[kind]
        meant = {p.id: p for key in sorted(kind(row.person, row.ids)) for p in index.get(key, ())}
        people = list(meant.values())
        if kind is _ids_of:
            return [
                person
                for person in people
                if _bears(person, row.ids) or _loosely_same(person, row.person)
            ]
        if kind is _names_of:
            free = [
                person
                for person in people
                if person.id not in self.taken and not _is_other(person, row.person)
            ]
            # Who is left of several of one name need not be meant.
            return people if free else []
        return people


class _Merging:
    """One merge: the people as they are so far, and what was found out."""

    def __init__(
        self, roster: Roster, used: Collection[Person], clean: Callable[[str], str]
    ) -> None:
        self.people = {person.id: person for person in roster.people}
        self.used = [person for person in used if person.id not in self.people]
        self.clean = clean
        self.done = Merged(roster)
        self.met: dict[str, set[str]] = defaultdict(set)  # ids of those in lists of a platform

    def add(self, listed: PlatformList) -> None:
        """Match the people of one list, the surest clues first, and add those who are new."""
        self.done.notes += [f"left out   {line}" for line in listed.left_out]
        all_rows = rows = _joined(listed.people)
        step = _Step(tuple(self.people.values()))
        for kind in (_numbers_of, _addresses_of, _ids_of, _names_of):
            rows = self._match(listed, kind, rows, step)
        for row in rows:
            self._add_new(listed, row, all_rows, step)

    def _match(
        self, listed: PlatformList, kind: _Kind, rows: list[Listed], step: _Step
    ) -> list[Listed]:
        """Settle the rows of which this kind of clue is known; give the others back."""
        found = {row.line: step.meant_by(kind, row) for row in rows}
        claimed = [person.id for people in found.values() for person in people]
        known = step.taken | step.doubtful
        for row in rows:
            people = found[row.line]
            if len(people) == 1 and (
                kind is _numbers_of
                or (
                    claimed.count(people[0].id) == 1
                    and people[0].id not in known
                    and not _contradicts(kind, people[0], row)
                )
            ):
                step.taken.add(people[0].id)
                self._fill(listed, people[0], row)
            elif people:
                step.doubtful |= {person.id for person in people}
                self._ask(listed, row, people)
        return [row for row in rows if not found[row.line]]

    def _fill(self, listed: PlatformList, person: Person, row: Listed) -> None:
        """Note what a list knows more about somebody."""
        self.met[listed.form.platform].add(person.id)
        before, said = self.people[person.id], row.person
        numbers = dict(before.numbers)
        for platform, some in said.numbers.items():
            old = numbers.get(platform, frozenset())
            known = {account(number) for number in old}
            if more := {number for number in some if account(number) not in known}:
                numbers[platform] = old | more
        after = replace(before, numbers=numbers, email=before.email or said.email)
        if not spelled(before):
            after = replace(after, first_name=said.first_name, last_name=said.last_name)
        self.people[person.id] = after
        if said.email and not same(said.email, after.email):
            self.done.notes.append(
                printable(
                    f"differs    {person.id}: {said.email} in {listed.where}, {after.email} in "
                    f"{FILE_NAME}, which stays"
                )
            )

    def _ask(self, listed: PlatformList, row: Listed, people: Collection[Person]) -> None:
        self.met[listed.form.platform] |= {person.id for person in people}
        who = " or ".join(f"{person.id} ({person.name})" for person in people)
        how = _how_to_tell(row, people)
        self._ask_about(listed, row, f"may be {who} of {FILE_NAME}: {how}")

    def _ask_about(self, listed: PlatformList, row: Listed, what: str) -> None:
        where = f"{listed.where}, line {row.line}"
        self.done.questions.append(printable(f"{where}: {_said(row)} {what}"))

    def _add_new(
        self, listed: PlatformList, row: Listed, all_rows: Iterable[Listed], step: _Step
    ) -> None:
        alike = [
            person
            for person in step.people
            if person.id not in step.taken
            and _loosely_same(person, row.person)
            and not _told_apart(person, row.person)
        ]
        if alike:
            self._ask(listed, row, alike)
            return
        if not _clues(row) and len(_of_one_name(row, all_rows)) > 1:
            self._ask_about(listed, row, "is not alone with this name there: " + _MORE_COLUMNS)
            return
        name = self._free_id(row, all_rows)
        if not name:
            self._ask_about(
                listed,
                row,
                "is new, and nothing in the list makes an id that is theirs alone: write a line "
                f"for them, with an id of your choice, into {FILE_NAME}",
            )
            return
        self.people[name] = replace(row.person, id=name)
        self.met[listed.form.platform].add(name)

    def _free_id(self, row: Listed, all_rows: Iterable[Listed]) -> str:
        """Make an id of what the platform calls somebody; empty if each of them is taken."""
        free = [person for person in self.used if not self._is_taken(person.id)]
        texts = [row.person.email, *row.ids]
        old = [p for p in free if same(p.email, row.person.email) or _bears(p, texts)]
        if not old:
            names = _names_of(row.person, ())
            if len(_of_one_name(row, all_rows)) == 1:
                old = [p for p in free if spellings(Person(p.id)) & names]
        if len(old) == 1:
            return old[0].id
        said = [*row.ids, row.person.email]
        parts = [text.partition("@")[0] for text in said]
        said = parts + [text for text, part in zip(said, parts, strict=True) if self.clean(part)]
        said.append("_".join(filter(None, [row.person.first_name, row.person.last_name])))
        for name in map(self.clean, said):
            if name and not self._is_taken(name) and not any(same(name, p.id) for p in free):
                return name
        return ""

    def _is_taken(self, name: str) -> bool:
        return any(same(name, taken) for taken in self.people)

    def name_the_gone(self, lists: Sequence[PlatformList]) -> None:
        """Name those whom a platform lists no more, and those who are used and not listed."""
        for platform in sorted({each.form.platform for each in lists} - {""}):
            where = ", ".join(each.where for each in lists if each.form.platform == platform)
            gone = [
                person.id
                for person in self.people.values()
                if platform in person.numbers and person.id not in self.met[platform]
            ]
            self._name(gone, f"gone       not in {where}, and still in {FILE_NAME}")
        nobody = [person.id for person in self.used if person.id not in self.people]
        self._name(nobody, f"unknown    in submitted/ or in the gradebook, and not in {FILE_NAME}")

    def _name(self, people: list[str], why: str) -> None:
        if people:
            more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
            self.done.notes.append(printable(f"{why}: {', '.join(people[:_NAMED])}{more}"))


# --- who is who ----------------------------------------------------------------------------------


def _bears(person: Person, ids: Iterable[str]) -> bool:
    return any(same(person.id, text) for text in ids)


def _is_other(person: Person, said: Person) -> bool:
    """Tell whether a platform knows the two by different numbers, so that they are two people."""
    return any(
        has_other_number(person, platform, numbers) for platform, numbers in said.numbers.items()
    )


def _contradicts(kind: _Kind, person: Person, row: Listed) -> bool:
    """Tell whether anything speaks against an address, an id or a name that fits."""
    said = row.person
    if _is_other(person, said):
        return True
    if kind is _names_of:
        return bool(person.email and said.email and not same(person.email, said.email))
    both_named = bool(spelled(person) and spelled(said))
    return kind is _ids_of and both_named and not _loosely_same(person, said)


def _told_apart(one: Person, other: Person) -> bool:
    """Tell whether two people of one name are known to be two."""
    addresses = one.email and other.email and not same(one.email, other.email)
    return bool(addresses) or _is_other(one, other)


def _words(person: Person) -> frozenset[str]:
    """Give the words of a name without accents, and as German writes without its dots."""
    text = unicodedata.normalize("NFKD", spelled(person).casefold())
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Mn")
    for wide, narrow in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ø", "o"), ("ł", "l")):
        text = text.replace(wide, narrow)
    return frozenset(re.findall(r"\w+", text))


def _loosely_same(one: Person, other: Person) -> bool:
    """Tell whether two names may be one: with an accent less, or a second first name more."""
    if spelled(one) and spelled(other) and spellings(one) & spellings(other):
        return True
    words, others = _words(one), _words(other)
    if words == others:
        return bool(words)
    return min(len(words), len(others)) > 1 and (words <= others or others <= words)


def _similar(people: Iterable[Person]) -> Iterable[tuple[Person, Person]]:
    """Give pairs of people who have one address, or names that may be one."""
    groups = defaultdict(list)
    for person in people:
        for key in {*_addresses_of(person, ()), *_words(person), *_names_of(person, ())}:
            groups[key].append(person)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if same(one.email, other.email) or _loosely_same(one, other):
                yield one, other


def _joined(rows: Iterable[Listed]) -> list[Listed]:
    """Make one of the rows of a list that have one account, such as of somebody in two groups."""
    joined: list[Listed] = []
    by_key: dict[str, int] = {}
    for row in rows:
        keys = _numbers_of(row.person, ())
        if not keys and row.person.email:
            keys = {f"{account(row.person.email)} {sorted(_words(row.person))}"}
        place = next((by_key[key] for key in sorted(keys) if key in by_key), len(joined))
        if place == len(joined):
            joined.append(row)
        by_key.update(dict.fromkeys(keys, place))
    return joined


def _clues(row: Listed) -> bool:
    """Tell whether a list says more of somebody than a name."""
    return bool(row.person.numbers or row.person.email or row.ids)


def _of_one_name(row: Listed, rows: Iterable[Listed]) -> list[Listed]:
    names = _names_of(row.person, ())
    return [each for each in rows if each is row or names & _names_of(each.person, ())]


# --- words ---------------------------------------------------------------------------------------


def _said(row: Listed) -> str:
    said = _described(row.person)
    if said != spelled(row.person) or not row.ids:
        return said
    return f"{said} ({', '.join(row.ids)})" if said else ", ".join(row.ids)


def _described(person: Person) -> str:
    clues = ", ".join([*_pairs(person), *filter(None, [person.email])])
    name = spelled(person)
    return f"{name} ({clues})" if name and clues else name or clues


def _pairs(person: Person) -> list[str]:
    return [
        f"{platform} {number}"
        for platform, some in sorted(person.numbers.items())
        for number in sorted(some)
    ]


def _how_to_tell(row: Listed, people: Collection[Person]) -> str:
    """Say how to write down who somebody is, so that nobody asks again."""
    address, new = row.person.email, "or into a new line with an id of your choice"
    room = address and not any(person.email for person in people)
    for platform, some in sorted(row.person.numbers.items()):
        if platform not in NUMBER_FOR_EACH_ASSIGNMENT or not room:
            return f"write {min(some)} into the column {platform} of the right line, {new}"
    if address:
        instead = "" if room else " instead of the address there"
        return f"write {address} into the right line{instead}, {new}"
    return _MORE_COLUMNS


def _told(before: Person, after: Person) -> str:
    told = [pair for pair in _pairs(after) if pair not in _pairs(before)]
    if after.email != before.email:
        told.append(after.email)
    if spelled(after) != spelled(before):
        told.append(spelled(after))
    return ", ".join(told)
