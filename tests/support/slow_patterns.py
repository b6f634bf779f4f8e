"""Find regular expressions that can take more than linear time, by looking at them.

A pattern is turned into an automaton of its single letters. It takes at least quadratic time on
some text if a stretch of it can be read in two loops, or can be left to the search for a place to
begin, and what follows may fail: then each way to divide the stretch is tried. (Weber and Seidl,
"On the degree of ambiguity of finite automata", 1991: the criterion IDA.)

Counts below `MANY` are taken for one, `(?=...)` for something that may fail, and what stands
before a pattern (`^`, `\\b`, `(?<!...)`) for a letter before it. Nothing is run or timed.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from nmautils.grading.model import limits

try:
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_parse as parser

__all__ = ["Pattern", "is_slow", "patterns_of"]

MANY = 500  # a count from here on is a loop
CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"}
ANCHORED = {"match", "fullmatch"}

ALPHABET = [*map(chr, range(128)), *"\x85\xa0é图\u0660\u2028\U0001f600"]
ALL = (1 << len(ALPHABET)) - 1


def _mask(test) -> int:
    return sum(1 << i for i, letter in enumerate(ALPHABET) if test(letter))


WORD, LINE_END = _mask(lambda c: re.match(r"\w", c)), 1 << ALPHABET.index("\n")
CATEGORIES = {
    name: _mask(lambda c, sign=sign: re.match(sign, c))
    for name, sign in {
        "CATEGORY_SPACE": r"\s",
        "CATEGORY_NOT_SPACE": r"\S",
        "CATEGORY_DIGIT": r"\d",
        "CATEGORY_NOT_DIGIT": r"\D",
        "CATEGORY_WORD": r"\w",
        "CATEGORY_NOT_WORD": r"\W",
    }.items()
}


@dataclass
class _Part:
    """What is known of a part of a pattern; `last_of_all` if nothing after it may fail."""

    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)
    last_of_all: set[int] = field(default_factory=set)
    empty: bool = True
    empty_at_end: bool = True


class _Automaton:
    def __init__(self, pattern: str, flags: int, anchored: bool, whole: bool) -> None:
        self.sets: list[int] = []
        self.follow: list[set[int]] = []
        self.nested = False
        self.groups: dict[int, int] = {}
        tree = parser.parse(pattern, flags)
        self.flags = flags | tree.state.flags
        items = list(tree)
        start = _Part()
        if not anchored:
            anywhere = self._letter(ALL)
            (place,) = anywhere.first
            self.follow[place].add(place)
            start = self._then(anywhere, self._before(items))
            start.empty = True  # the first place of all
        body = self._sequence(items)
        end = self._check() if whole else _Part()
        self.whole = self._then(self._then(start, body), end)

    def _letter(self, letters: int) -> _Part:
        self.sets.append(letters)
        self.follow.append(set())
        place = {len(self.sets) - 1}
        return _Part(place, set(place), set(place), False, False)

    def _check(self) -> _Part:
        """Something that reads no letter and may fail."""
        return _Part(empty=True, empty_at_end=False)

    def _then(self, one: _Part, other: _Part) -> _Part:
        for place in one.last:
            self.follow[place] |= other.first
        return _Part(
            one.first | (other.first if one.empty else set()),
            other.last | (one.last if other.empty else set()),
            other.last_of_all | (one.last_of_all if other.empty_at_end else set()),
            one.empty and other.empty,
            one.empty_at_end and other.empty_at_end,
        )

    def _sequence(self, items: Iterable) -> _Part:
        whole = _Part()
        for item in items:
            whole = self._then(whole, self._part(*item))
        return whole

    def _before(self, items: list) -> _Part:
        """A letter that has to stand before the pattern, as far as its beginning says so."""
        while items and str(items[0][0]) == "SUBPATTERN":
            items = list(items[0][1][-1])
        if not items:
            return _Part()
        name, value = str(items[0][0]), items[0][1]
        if name == "AT" and "BEGINNING" in str(value):
            return self._letter(LINE_END if self.flags & re.MULTILINE else 0)
        if name == "AT" and str(value) == "AT_BOUNDARY":
            return self._letter(ALL & ~WORD)
        if name == "ASSERT" and value[0] < 0 and len(value[1]):
            letters = self._letters(*value[1][-1])
            return self._letter(letters) if letters is not None else _Part()
        if name == "ASSERT_NOT" and value[0] < 0 and len(value[1]) == 1:
            letters = self._letters(*value[1][0])
            return self._letter(ALL & ~letters) if letters is not None else _Part()
        return _Part()

    def _letters(self, name, value) -> int | None:
        """The letters that an item for one letter stands for; None for any other item."""
        name = str(name)
        if name == "LITERAL":
            return self._cased(_mask(lambda c: ord(c) == value))
        if name == "NOT_LITERAL":
            return ALL & ~self._cased(_mask(lambda c: ord(c) == value))
        if name == "ANY":
            return ALL if self.flags & re.DOTALL else ALL & ~LINE_END
        if name != "IN":
            return None
        letters, negated = 0, False
        for kind, what in value:
            if str(kind) == "NEGATE":
                negated = True
            elif str(kind) == "RANGE":
                letters |= _mask(lambda c, what=what: what[0] <= ord(c) <= what[1])
            elif str(kind) == "CATEGORY":
                letters |= CATEGORIES[str(what)]
            else:
                letters |= _mask(lambda c, what=what: ord(c) == what)
        letters = self._cased(letters)
        return ALL & ~letters if negated else letters

    def _cased(self, letters: int) -> int:
        if not self.flags & re.IGNORECASE:
            return letters
        kept = {c.lower() for i, c in enumerate(ALPHABET) if letters >> i & 1}
        return letters | _mask(lambda c: c.lower() in kept)

    def _part(self, name, value) -> _Part:
        letters = self._letters(name, value)
        name = str(name)
        if letters is not None:
            return self._letter(letters)
        if name == "SUBPATTERN":
            begin = len(self.sets)
            part = self._sequence(value[-1])
            if value[0] is not None:
                self.groups[value[0]] = _union(self.sets[begin:])
            return part
        if name == "GROUPREF":
            return self._letter(self.groups.get(value, ALL))
        if name == "BRANCH":
            parts = [self._sequence(branch) for branch in value[1]]
            return _Part(
                set().union(*(part.first for part in parts)),
                set().union(*(part.last for part in parts)),
                set().union(*(part.last_of_all for part in parts)),
                any(part.empty for part in parts),
                any(part.empty_at_end for part in parts),
            )
        if name.endswith("_REPEAT"):
            least, most, items = value
            before = len(self.sets)
            part = self._sequence(items)
            if most >= MANY:
                loops = any(place in self.follow[place] for place in range(before, len(self.sets)))
                # A loop that can be the whole of a loop divides a stretch in any number of ways.
                whole = part.first & part.last
                self.nested |= loops and any(p in self.follow[p] for p in whole)
                for place in part.last:
                    self.follow[place] |= part.first
            if least == 0:
                part.empty = part.empty_at_end = True
            return part
        if name in ("ATOMIC_GROUP",):
            return self._sequence(value)
        return self._check()  # AT, ASSERT, ASSERT_NOT

    def ambiguous(self) -> bool:
        """Tell whether a stretch can be read in two loops, before something that may fail."""
        reach = [self._reachable(place) for place in range(len(self.sets))]
        loops = [place for place in range(len(self.sets)) if place in reach[place]]
        for one, other in product(loops, loops):
            if one == other or other not in reach[one] or other in self.whole.last_of_all:
                continue
            if self._both(one, other, reach):
                return True
        return False

    def _reachable(self, start: int) -> set[int]:
        seen, todo = set(), [start]
        while todo:
            for place in self.follow[todo.pop()] - seen:
                seen.add(place)
                todo.append(place)
        return seen

    def _both(self, one: int, other: int, reach: list[set[int]]) -> bool:
        """One word leads from one loop back to it, to the other, and from there back to it."""
        start, goal = (one, one, other), (one, other, other)
        seen, todo = {start}, [start]
        while todo:
            x, y, z = todo.pop()
            for a in self.follow[x]:
                if one not in reach[a] and a != one:
                    continue
                for b in self.follow[y]:
                    both = self.sets[a] & self.sets[b]
                    if not both or (other not in reach[b] and b != other):
                        continue
                    for c in self.follow[z]:
                        new = (a, b, c)
                        # Where the match may end, it ends, and nothing is tried again.
                        if c in self.whole.last_of_all or new in seen:
                            continue
                        if both & self.sets[c]:
                            if new == goal:
                                return True
                            seen.add(new)
                            todo.append(new)
        return False


def _union(sets: Iterable[int]) -> int:
    whole = 0
    for letters in sets:
        whole |= letters
    return whole


def is_slow(pattern: str, flags: int = 0, how: str = "search") -> bool:
    """Tell whether a pattern can take quadratic time or more, used by a function of `re`."""
    automaton = _Automaton(pattern, flags, how in ANCHORED, how == "fullmatch")
    return automaton.nested or automaton.ambiguous()


# --- the patterns of a package -------------------------------------------------------------------


@dataclass(frozen=True)
class Pattern:
    """A pattern in the source: where, what, and how it is used."""

    path: Path
    line: int
    text: str
    flags: int
    how: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"


def patterns_of(path: Path) -> Iterator[Pattern]:
    """Give the patterns that a module hands to `re`; what is put into one stands as ``name``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    names = {id(value): name for name, value in values.items()}
    used: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        whose, how = node.func.value, node.func.attr
        if not (isinstance(whose, ast.Name) and whose.id == "re" and how in CALLS and node.args):
            continue
        if how == "compile":
            uses = used.get(names.get(id(node), ""), set()) & CALLS
            how = uses.pop() if len(uses) == 1 else "search"
        flags = [part.attr for part in ast.walk(node) if _is_flag(part)]
        number = 0
        for flag in flags:
            number |= getattr(re, flag)
        yield Pattern(path, node.lineno, _text(node.args[0], values), number, how)


def _is_flag(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "re"
        and node.attr.isupper()
    )


def _text(node: ast.expr, values: dict[str, ast.expr], depth: int = 0) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, values, depth) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, values, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, values, depth) + _text(node.right, values, depth)
    if isinstance(node, ast.Name) and node.id in values and depth < 10:
        return _text(values[node.id], values, depth + 1)
    if isinstance(node, ast.Name) and node.id.isupper():
        return str(getattr(limits, node.id, MANY))
    return "name"
