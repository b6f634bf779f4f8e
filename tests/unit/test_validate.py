"""Arguments are taken up to their bounds, and refused past them in one line."""

import math
import re

import numpy as np
import pytest

from nmautils.validate import not_negative, positive, same_length, whole


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_a_whole_number_is_given_back_as_an_int(value):
    assert type(whole("n", value, 3)) is int
    assert whole("n", value, 0, 3) == 3


@pytest.mark.parametrize("value", [2, -1, 3.0, True, "3", None, np.array([3, 4]), math.nan])
def test_anything_else_is_no_whole_number_of_at_least_3(value):
    message = f"n is {value!r}: give a whole number of at least 3"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        whole("n", value, 3)


def test_a_whole_number_has_a_largest_value_where_one_is_named():
    with pytest.raises(ValueError, match=r"^n is 4: give a whole number from 1 to 3$"):
        whole("n", 4, 1, 3)


@pytest.mark.parametrize("value", [1e-300, 2, np.float32(0.5), np.array(1.5)])
def test_positive_numbers_are_given_back_as_floats(value):
    assert type(positive("x", value)) is float
    assert positive("x", value) == not_negative("x", value) == value


@pytest.mark.parametrize("value", [-1e-300, math.nan, math.inf, True, "1", None, np.ones(2)])
def test_what_is_no_finite_number_is_neither_positive_nor_0(value):
    with pytest.raises(ValueError, match=r"^x is .*: give a number above 0$"):
        positive("x", value)
    with pytest.raises(ValueError, match=r"^x is .*: give 0 or a number above 0$"):
        not_negative("x", value)


def test_0_is_not_negative_but_not_positive_either():
    assert not_negative("x", 0) == 0
    with pytest.raises(ValueError, match=r"^x is 0: give a number of degrees above 0$"):
        positive("x", 0, "degrees")


def test_lengths_are_named_where_they_differ():
    same_length(a=[1, 2], b=np.ones((2, 5)))
    same_length()
    with pytest.raises(ValueError, match="lengths differ: a has 2, b has 3; give one entry"):
        same_length(a=[1, 2], b="xyz")
