"""Which cells are as released: nbgrader's checksum, computed without nbgrader."""

import copy

import pytest
from nbgrader.utils import compute_checksum

from nmautils.course.contract import EXERCISES
from nmautils.precheck.check import checksum
from tests.support.notebooks import committed


@pytest.mark.parametrize("tutorial", EXERCISES)
def test_it_is_nbgraders(tutorial):
    marked = [c for c in committed("release", tutorial).cells if c.metadata.get("nbgrader")]
    assert len(marked) >= 4
    for cell in marked:
        assert checksum(cell) == compute_checksum(cell) == cell.metadata.nbgrader["checksum"]
        changed = copy.deepcopy(cell)
        changed.source += " "
        assert checksum(changed) == compute_checksum(changed) != checksum(cell)


def test_points_that_are_no_number_match_nothing():
    cell = committed("release", "tutorial1_decoding").cells
    test = next(c for c in cell if c.metadata.get("nbgrader", {}).get("grade"))
    test.metadata.nbgrader["points"] = "many"
    assert checksum(test) == ""
