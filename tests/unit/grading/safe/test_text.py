"""Text keeps the characters that stand for themselves."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.grading.safe.text import last_states, no_formula, plain_characters

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[31mred\x1b[0m text", "red text"),
        ("\x1b]0;title\x07x\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "xlink"),
        (" 10%|#\r 50%|###\r100%|#####\n", "100%|#####\n"),
        ("done\r\nagain\r\n", "done\nagain\n"),
        ("a\0b\x08c\u202ed\u2066e", "abcde"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_of_printed_text_the_last_state_is_left_in_plain_characters(printed, shown):
    assert last_states(printed) == shown


@given(st.text(st.characters() | st.sampled_from("\x1b\r\n\x9b[;m\x07\u202e\u2028")))
def test_no_character_is_left_that_acts(text):
    for cleaned in (plain_characters(text), last_states(text)):
        assert not ACTING.search(cleaned)
        assert plain_characters(cleaned) == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text):
    assert plain_characters(text) == text
    assert last_states(f"x{text}") == f"x{text}"


@pytest.mark.parametrize("begin", ["", " ", "\t", "\xa0", "\ufeff", " \0 ", "\r\n"])
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_what_begins_a_formula_is_quoted_whatever_blanks_stand_before(begin, sign):
    assert no_formula(f"{begin}{sign}1+1") == f"'{begin}{sign}1+1"


@pytest.mark.parametrize("text", ["", "Jane", "O'Brien-=", "1+1", "ada@example.org", "陳", "  "])
def test_a_text_that_is_no_formula_stays_as_it_is(text):
    assert no_formula(text) == text
