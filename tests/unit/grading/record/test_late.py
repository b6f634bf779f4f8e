"""The late policy of course.toml."""

import pytest

from nmautils.course.settings import Late
from nmautils.grading.record.late import late_share

HOUR, DAY = 3600, 24 * 3600


@pytest.mark.parametrize(
    ("seconds", "share"),
    [
        (0, 0),
        (15 * 60, 0),
        (15 * 60 + 1, 0.1),
        (DAY, 0.1),
        (DAY + 15 * 60 + 1, 0.2),
        (4 * DAY, 0.4),
        (30 * DAY, 0.5),
    ],
)
def test_each_day_begun_after_the_grace_costs_its_share(seconds, share):
    late = Late(grace_minutes=15, per_day=0.1, maximum=0.5)
    assert late_share(seconds, late) == pytest.approx(share)


def test_no_policy_costs_nothing():
    assert late_share(100 * DAY, Late()) == 0
