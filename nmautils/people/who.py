"""Who may be one person: by which clues people are compared, and what speaks against them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from .roster import Person, account, has_other_number, same, spelled, spellings

__all__ = [
    "Kind",
    "addresses_of",
    "alike_by",
    "bears",
    "contradicts",
    "ids_of",
    "is_other",
    "loosely_same",
    "names_of",
    "numbers_of",
    "similar",
    "told_apart",
]

# --- kinds of clues, the surest first ------------------------------------------------------------

# Gives the clues of a person or, with what an id may be made of, of a row of a list.
Kind = Callable[[Person, Sequence[str]], set[str]]


def numbers_of(person: Person, ids: Sequence[str] = ()) -> set[str]:
    """Numbers of accounts, each with its platform."""
    return {
        f"{platform} {account(number)}"
        for platform, numbers in person.numbers.items()
        for number in numbers
    }


def addresses_of(person: Person, ids: Sequence[str] = ()) -> set[str]:
    """Addresses, of which some are names of accounts."""
    return {account(text) for text in (person.email, *ids) if "@" in text}


def ids_of(person: Person, ids: Sequence[str] = ()) -> set[str]:
    """What may be somebody's id; the first part of an address may, together with the name."""
    return {account(text) for text in (person.id, *ids, person.email.partition("@")[0])} - {""}


def names_of(person: Person, ids: Sequence[str] = ()) -> set[str]:
    """Names in the forms that platforms write; an id is one for whom nothing else is known."""
    return spellings(person) if spelled(person) or person.id else set()


# --- who is who ----------------------------------------------------------------------------------


def bears(person: Person, ids: Iterable[str]) -> bool:
    """Tell whether one of these is a person's id."""
    return any(same(person.id, text) for text in ids)


def is_other(person: Person, said: Person) -> bool:
    """Tell whether a platform knows the two by different numbers, so that they are two people."""
    return any(
        has_other_number(person, platform, numbers) for platform, numbers in said.numbers.items()
    )


def contradicts(kind: Kind, person: Person, said: Person, ids: Sequence[str]) -> bool:
    """Tell whether anything speaks against an address, an id or a name that fits."""
    if kind is ids_of and bears(person, ids):
        both_named = spelled(person) and spelled(said)
        return is_other(person, said) or bool(both_named and not loosely_same(person, said))
    return is_other(person, said) if kind is addresses_of else told_apart(person, said)


def told_apart(one: Person, other: Person) -> bool:
    """Tell whether two people of one name are known to be two."""
    addresses = one.email and other.email and not same(one.email, other.email)
    return bool(addresses) or is_other(one, other)


def alike_by(person: Person, ids: Sequence[str] = ()) -> set[str]:
    """One of these two people have in common if their names are `loosely_same`."""
    return {*_words(person), *names_of(person)}


def _words(person: Person) -> frozenset[str]:
    """Give the words of a name without accents, and as German writes without its dots."""
    text = unicodedata.normalize("NFKD", spelled(person).casefold())
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Mn")
    for wide, narrow in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ø", "o"), ("ł", "l")):
        text = text.replace(wide, narrow)
    return frozenset(re.findall(r"\w+", text))


def loosely_same(one: Person, other: Person) -> bool:
    """Tell whether two names may be one: with an accent less, or a second first name more."""
    if spelled(one) and spelled(other) and spellings(one) & spellings(other):
        return True
    words, others = _words(one), _words(other)
    if words == others:
        return bool(words)
    return min(len(words), len(others)) > 1 and (words <= others or others <= words)


def similar(people: Iterable[Person]) -> Iterable[tuple[Person, Person]]:
    """Give pairs of people who have one address, or names that may be one."""
    addressed, named = defaultdict(list), defaultdict(list)
    for person in people:
        for key in addresses_of(person):
            addressed[key].append(person)
        for key in alike_by(person):
            named[key].append(person)
    for group in addressed.values():
        yield from combinations(group, 2)
    for group in named.values():
        for one, other in combinations(group, 2):
            if loosely_same(one, other):
                yield one, other
