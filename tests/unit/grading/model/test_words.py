"""Numbers of things, as commands and pages say them."""

import pytest

from nmautils.grading.model.words import count, noun


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 checks"), (1, "1 check"), (2, "2 checks"), (1_200, "1,200 checks")],
)
def test_a_noun_goes_with_its_number(number, said):
    assert count(number, "check") == said


@pytest.mark.parametrize(("points", "said"), [(1.0, "point"), (0.5, "points"), (3.0, "points")])
def test_points_need_not_be_whole(points, said):
    assert noun(points, "point") == said
