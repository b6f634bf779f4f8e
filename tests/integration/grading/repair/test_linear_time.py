"""Long cells below a question take no long time to look through."""

import time

import pytest
from nbformat.v4 import new_code_cell

from nmautils.grading.repair.rebuild import repair
from tests.damaged.corpus import as_bytes, below, cell
from tests.support.small_release import nb, release

__all__ = ["nb", "release"]

SLOW = ["# (\n", '"a " + ', "x = '''\n", "# a b c d\n\n", "a = b = "]


@pytest.mark.parametrize("piece", SLOW)
def test_many_long_cells_below_a_question_take_no_long_time(release, nb, piece):
    started = time.process_time()
    for _ in range(30):
        below(nb, cell(nb, "why"), new_code_cell(piece * (10_000 // len(piece)) + "1"))
    repair(release, as_bytes(nb))
    assert time.process_time() - started < 20
