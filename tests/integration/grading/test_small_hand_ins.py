"""Hand-ins that differ from a solved notebook by a line or two, and what must come of each.

`tests/hand_ins/README.md` says what the files mean. A part of them runs by default.
"""

import pytest

from nmautils.grading.run import pool
from tests.support.amount import some
from tests.support.small_hand_ins import all_hand_ins, grade_hand_in, what_is_wrong


@pytest.fixture(scope="module", autouse=True)
def warm_grader():
    yield
    pool.close()


@pytest.mark.parametrize("hand_in", some(all_hand_ins(), 6), ids=str)
def test_a_small_hand_in_comes_out_as_it_says(hand_in):
    graded = grade_hand_in(hand_in)
    assert what_is_wrong(hand_in, graded) == [], (graded.events, graded.needs_person)
