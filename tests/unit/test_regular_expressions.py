"""No regular expression of the package can take more than linear time on a stranger's text."""

import functools
import re

import pytest

from tests.support.paths import ROOT
from tests.support.slow_patterns import is_slow, patterns_of

SLOW = {
    r"^( {0,3})#{1,6}[ \t]+(.*?)[ \t#]*$": re.M,
    r"\s*/(?=>)": 0,
    r"\s+$": 0,
    r"(a+)+b": 0,
    r"(?:a*)*b": 0,
    r"(?:a|a)*b": 0,
    r"(\w+\s*)+:": 0,
    r".*,.*;": 0,
    r"^\s*x": re.M,
    r"\w+=": 0,
    r"#.*x": re.S,
    r"^a*[ab]*$": 0,
    r"x{600,}y": 0,
    r"(?:ab)*c": 0,
    r"(?:\s*\w)*": 0,
    r"[A-Z]+[a-z]*!": re.I,
}
QUICK = {
    r"^[ \t]*x": re.M,
    r"(?<!\s)\s*/>": 0,
    r'(?<=")[^"]*;': 0,
    r"\b\w+=": 0,
    r"\s+": 0,
    r"[a-z]+": 0,
    r"<img[^<>]*>": 0,
    r"a*b*c": 0,
    r"^a*b": 0,
    r"(?:[^()]|\([^()]*\))*": 0,
    r"x{1,40}y{1,40}": 0,
    r"\A.*$": re.S,
    r"`([^`]+)`": 0,
    r"^(?:[^\n]*\n)*?end": re.S,
}


@pytest.mark.parametrize("pattern", SLOW)
def test_a_slow_pattern_is_found(pattern):
    assert is_slow(pattern, SLOW[pattern], "search")


@pytest.mark.parametrize("pattern", QUICK)
def test_a_quick_pattern_is_left_alone(pattern):
    how = "match" if pattern.startswith(r"\A") or pattern == r"a*b*c" else "search"
    assert not is_slow(pattern, QUICK[pattern], how)


def test_how_a_pattern_is_used_counts():
    assert is_slow(r"\s*x", 0, "search")
    assert not is_slow(r"\s*x", 0, "match")
    assert not is_slow(r"\s*\w*", 0, "match")
    assert is_slow(r"(?:\s*\w?)*", 0, "fullmatch")


PACKAGE = ROOT / "nmautils"
# What a student or a stranger writes is read here; the rest reads what a course's authors write.
FOLDERS = [PACKAGE / "checks", PACKAGE / "grading", PACKAGE / "precheck"]
MODULES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.py"))]
MODULES += [PACKAGE / "cells.py", PACKAGE / "handing_in.py"]

# Why a pattern that looks slow is not.
SPARED = {
    "copies.py": "the name of a file has at most 255 bytes",
    "filenames.py": "the name of a file has at most 255 bytes",
    "lms.py": "the name of a file has at most 255 bytes",
    "verbatim.py": "what opens a formula or a code span closes one that was open before, so that "
    "of each of the eight lengths of ticks one alone is looked for in vain in a line",
}


@functools.cache
def patterns(path):
    """Read when first asked for: every worker collects this file, and one runs it."""
    return list(patterns_of(path))


def all_patterns():
    return [pattern for path in MODULES for pattern in patterns(path)]


def test_all_patterns_are_seen():
    call = re.compile(r"\bre\.(?:compile|search|sub|match|fullmatch|findall)\(")
    calls = sum(len(call.findall(path.read_text(encoding="utf-8"))) for path in MODULES)
    assert len(all_patterns()) >= calls > 50


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_pattern_can_take_more_than_linear_time(path):
    if path.name not in SPARED:
        found = [p for p in patterns(path) if is_slow(p.text, p.flags, p.how)]
        assert [f"{p} {p.text}" for p in found] == []


def test_none_is_spared_that_need_not_be():
    slow = {p.path.name for p in all_patterns() if is_slow(p.text, p.flags, p.how)}
    assert slow == set(SPARED)
