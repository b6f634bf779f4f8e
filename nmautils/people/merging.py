"""Bring the people of several lists into the roster: who is one person, and who may be.

What is not certain is asked for and not merged. Nothing that stands in the roster is replaced.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from nmautils.grading.safe.text import printable

from .platform_lists import Listed, PlatformList
from .roster import (
    FILE_NAME,
    NUMBER_FOR_EACH_ASSIGNMENT,
    Person,
    Roster,
    account,
    is_id,
    same,
    spelled,
)
from .who import (
    Kind,
    addresses_of,
    alike_by,
    bears,
    contradicts,
    ids_of,
    is_other,
    loosely_same,
    names_of,
    numbers_of,
    similar,
    told_apart,
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
    done = _once(roster, lists, used, clean)
    # A later list may answer what an earlier one asks; the next call has to find nothing more.
    while (again := _once(done.roster, lists, used, clean)).roster != done.roster:
        done = again
    done = again
    before = {person.id: person for person in roster.people}
    for person in done.roster.people:
        old = before.get(person.id)
        if old is None:
            done.new.append(printable(f"{person.id}: {_described(person)}"))
        elif old != person:
            done.changed.append(printable(f"{person.id}: {_told(old, person)}"))
    done.questions += check(done.roster)
    return done


def _once(
    roster: Roster,
    lists: Sequence[PlatformList],
    used: Collection[Person],
    clean: Callable[[str], str],
) -> Merged:
    merging = _Merging(roster, used, clean)
    for each in lists:
        merging.add(each)
    merging.name_the_gone(lists)
    merging.done.roster = Roster(tuple(merging.people.values()))
    return merging.done


def check(roster: Roster) -> list[str]:
    """Ask about people who may stand in a roster twice."""
    asked = {}
    for one, other in similar(roster.people):
        if same(one.email, other.email):
            why = f"both have the address {one.email}"
        elif told_apart(one, other):
            continue
        else:
            why = "nothing tells them apart but their ids"
        asked[one.id, other.id] = printable(
            f"{FILE_NAME}: {one.id} ({one.name}) and {other.id} ({other.name}) may be one person, "
            f"{why}: make one line of them, or give each an e-mail address of their own"
        )
    return list(asked.values())


_KINDS: tuple[Kind, ...] = (numbers_of, addresses_of, ids_of, names_of)


class _Index:
    """People by one kind of clue: made once, since it is asked for each row of a list."""

    def __init__(self, people: Iterable[Person], kind: Kind) -> None:
        self.kind = kind
        self.people = defaultdict(list)
        for person in people:
            for key in kind(person, ()):
                self.people[key].append(person)

    def meant_by(self, person: Person, ids: Sequence[str] = ()) -> list[Person]:
        """Give those who share a clue with somebody, in the order of the clues."""
        keys = sorted(self.kind(person, ids))
        return list({p.id: p for key in keys for p in self.people.get(key, ())}.values())


class _Step:
    """One list, and the people before it was read: two rows of one list are two people."""

    def __init__(self, people: Sequence[Person], rows: Iterable[Listed]) -> None:
        self.taken: set[str] = set()
        self.doubtful: set[str] = set()
        self.by_name = _Index(people, alike_by)
        self.indexes = {kind: _Index(people, kind) for kind in _KINDS}
        rows_of = ((name, row.line) for row in rows for name in names_of(row.person))
        self.rows_of = defaultdict(set)
        for name, line in rows_of:
            self.rows_of[name].add(line)

    def is_alone(self, row: Listed) -> bool:
        """Tell whether no other row of the list has this name."""
        return not any(self.rows_of[name] - {row.line} for name in names_of(row.person))

    def alike(self, row: Listed) -> list[Person]:
        """Give the people whose names may be the same in another spelling."""
        return [
            person
            for person in self.by_name.meant_by(row.person)
            if person.id not in self.taken
            and loosely_same(person, row.person)
            and not told_apart(person, row.person)
        ]

    def meant_by(self, kind: Kind, row: Listed) -> list[Person]:
        """Give the people whom a row may mean by this kind of clue."""
        people = self.indexes[kind].meant_by(row.person, row.ids)
        if kind is ids_of:
            return [
                person
                for person in people
                if bears(person, row.ids) or loosely_same(person, row.person)
            ]
        if kind is names_of:
            free = [
                person
                for person in people
                if person.id not in self.taken and not is_other(person, row.person)
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
        self.taken = set(map(account, self.people))
        self.used = [p for p in used if is_id(p.id) and account(p.id) not in self.taken]
        self.used_by_account = _Index(self.used, lambda p, ids: {*ids_of(p, ids), *addresses_of(p)})
        self.used_by_name = _Index([Person(person.id) for person in self.used], names_of)
        self.clean = clean
        self.done = Merged(roster)
        self.met: dict[str, set[str]] = defaultdict(set)  # ids of those in lists of a platform

    def add(self, listed: PlatformList) -> None:
        """Match the people of one list, the surest clues first, and add those who are new."""
        self.done.notes += [f"left out   {line}" for line in listed.left_out]
        rows = _joined(listed.people)
        step = _Step(tuple(self.people.values()), rows)
        for kind in _KINDS:
            rows = self._match(listed, kind, rows, step)
        for row in rows:
            self._add_new(listed, row, step)

    def _match(
        self, listed: PlatformList, kind: Kind, rows: list[Listed], step: _Step
    ) -> list[Listed]:
        """Settle the rows of which this kind of clue is known; give the others back."""
        found = {row.line: step.meant_by(kind, row) for row in rows}
        claimed = Counter(person.id for people in found.values() for person in people)
        known = step.taken | step.doubtful
        for row in rows:
            people = found[row.line]
            if len(people) == 1 and (
                kind is numbers_of
                or (
                    claimed[people[0].id] == 1
                    and people[0].id not in known
                    and not contradicts(kind, people[0], row.person, row.ids)
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
        if spelled(said) and not loosely_same(said, after):
            self.done.notes.append(
                printable(
                    f"differs    {person.id}: {spelled(said)} in {listed.where}, {spelled(after)} "
                    f"in {FILE_NAME}, which stays"
                )
            )
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

    def _add_new(self, listed: PlatformList, row: Listed, step: _Step) -> None:
        if alike := step.alike(row):
            self._ask(listed, row, alike)
            return
        if not (_has_clues(row) or step.is_alone(row)):
            self._ask_about(listed, row, f"is not alone with this name there: {_MORE_COLUMNS}")
            return
        name = self._free_id(row, step)
        if not name:
            self._ask_about(
                listed,
                row,
                "is new, and nothing in the list makes an id that is theirs alone: write a line "
                f"for them, with an id of your choice, into {FILE_NAME}",
            )
            return
        self.people[name] = replace(row.person, id=name)
        self.taken.add(account(name))
        self.met[listed.form.platform].add(name)

    def _free_id(self, row: Listed, step: _Step) -> str:
        """Make an id of what the platform calls somebody; empty if each of them is taken."""
        old = self.used_by_account.meant_by(Person("", email=row.person.email), row.ids)
        if not old and step.is_alone(row):
            old = self.used_by_name.meant_by(row.person)
        free = [person.id for person in old if account(person.id) not in self.taken]
        if len(free) == 1:
            return free[0]
        texts = [*row.ids, row.person.email]
        parts = [text.partition("@")[0] for text in texts]
        wholes = [text for text, part in zip(texts, parts, strict=True) if self.clean(part)]
        name = "_".join(filter(None, [row.person.first_name, row.person.last_name]))
        others = self.taken | {account(person.id) for person in self.used}
        for text in map(self.clean, [*parts, *wholes, name]):
            if text and account(text) not in others:
                return text
        return ""

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


# --- rows of one list ----------------------------------------------------------------------------


def _joined(rows: Iterable[Listed]) -> list[Listed]:
    """Make one of the rows of a list that have one account, such as of somebody in two groups."""
    joined: list[Listed] = []
    by_key: dict[str, int] = {}
    for row in rows:
        keys = numbers_of(row.person)
        if not keys and row.person.email:
            keys = {f"{account(row.person.email)} {sorted(names_of(row.person))}"}
        place = next((by_key[key] for key in sorted(keys) if key in by_key), len(joined))
        if place == len(joined):
            joined.append(row)
        by_key.update(dict.fromkeys(keys, place))
    return joined


def _has_clues(row: Listed) -> bool:
    """Tell whether a list says more of somebody than a name."""
    return bool(row.person.numbers or row.person.email or row.ids)


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
