"""What may be written for a newer Python asks a person; an ordinary slip does not."""

import sys

import pytest

from nmautils.grading.run import newer_python
from nmautils.grading.run.newer_python import may_be_newer

NEWER = {
    "an f-string in an f-string": ('print(f"{d["a"]}")', "f-string: unmatched '['"),
    "a text in an f-string": ('f"{", ".join(x)}"', "f-string: expecting '}'"),
    "a type": ("type Number = float", "invalid syntax"),
    "a generic type": ("x = 1\n    type Pair[T] = tuple[T, T]", "invalid syntax"),
    "a generic function": ("async def first[T](x: list[T]) -> T: ...", "expected '('"),
    "a generic class": ("class Box[T]:\n    pass", "invalid syntax"),
}
SLIPS = {
    "a bracket": ("print((1)", "'(' was never closed"),
    "a colon": ("def f(x)\n    return x", "expected ':'"),
    "an index": ("x[1 = 2", "'[' was never closed"),
    "a call of type": ("type(x) = 3", "cannot assign to function call"),
    "an attribute": ("self.def[0]", "invalid syntax"),
    "a comparison": ("type x == 3", "invalid syntax"),
}


@pytest.fixture(autouse=True)
def old(monkeypatch):
    monkeypatch.setattr(newer_python.sys, "version_info", (3, 11, 7))


@pytest.mark.parametrize(("source", "message"), NEWER.values(), ids=NEWER)
def test_newer_syntax_is_known(source, message):
    assert may_be_newer(source, message)


@pytest.mark.parametrize(("source", "message"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_the_students_own(source, message):
    assert not may_be_newer(source, message)


def test_a_python_that_reads_it_asks_nobody(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    assert not any(may_be_newer(source, message) for source, message in NEWER.values())
    assert may_be_newer("try:\n    f()\nexcept A, B:\n    pass", "multiple exception types")
