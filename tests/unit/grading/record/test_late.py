"""The late policy of course.toml, and what becomes of its due dates in the gradebook."""

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest

from nmautils.course.settings import Late, read_settings
from nmautils.grading.nbgrader_plugins.late_policy import LatePolicy
from nmautils.grading.record import late as module
from nmautils.grading.record.gradebook import Course
from nmautils.grading.record.late import late_share, update_due_date
from tests.support.paths import ROOT

HOUR, DAY = 3600, 24 * 3600
GRACE = 15 * 60
POLICY = Late(grace_minutes=15, per_day=0.1, maximum=0.45)


@pytest.mark.parametrize(
    ("seconds", "share"),
    [
        (-DAY, 0),
        (0, 0),
        (GRACE - 1, 0),
        (GRACE, 0),
        (GRACE + 1, 0.1),
        (DAY, 0.1),
        (DAY + GRACE, 0.1),
        (DAY + GRACE + 1, 0.2),
        (4 * DAY, 0.4),
        (4 * DAY + GRACE, 0.4),
        (4 * DAY + GRACE + 1, 0.45),
        (30 * DAY, 0.45),
    ],
)
def test_each_day_begun_after_the_grace_costs_its_share(seconds, share):
    assert late_share(seconds, POLICY) == pytest.approx(share)


def test_no_policy_costs_nothing():
    assert late_share(100 * DAY, Late()) == 0


def test_without_grace_the_first_second_counts():
    policy = Late(grace_minutes=0, per_day=0.25, maximum=1.0)
    assert [late_share(seconds, policy) for seconds in (0, 0.5, DAY, DAY + 0.5)] == [
        0,
        0.25,
        0.25,
        0.5,
    ]


# Points


def course_of(late_submission_penalty):
    plugin = SimpleNamespace(late_submission_penalty=late_submission_penalty)
    return Course(Path(), None, None, SimpleNamespace(plugin_inst=plugin), "")


@pytest.mark.parametrize(
    ("seconds", "points", "expected"),
    [(-1, 3, None), (0, 3, None), (1, 3, 3), (1, None, None), (1, 0, 0), (1, -2, 0), (1, 9, 8)],
)
def test_a_penalty_is_between_nothing_and_all_points(seconds, points, expected):
    asked = []

    def policy(*given):
        asked.append(given)
        return points

    assert course_of(policy).penalty("ada", 8, seconds) == expected
    assert asked == ([("ada", 8, seconds)] if seconds > 0 else [])


def test_points_are_a_rounded_share_or_none(monkeypatch, tmp_path):
    settings = SimpleNamespace(late=Late(grace_minutes=15, per_day=1 / 3, maximum=1.0))
    place = "nmautils.grading.nbgrader_plugins.late_policy"
    monkeypatch.setattr(f"{place}.settings_of", lambda root: settings)
    policy = LatePolicy()
    assert policy.late_submission_penalty("ada", 10.0, GRACE) is None
    assert policy.late_submission_penalty("ada", 10.0, GRACE + 1) == 3.333333
    assert policy.late_submission_penalty("ada", 10.0, 9 * DAY) == 10.0


# Due dates

TUTORIAL = "tutorial1_decoding"
DUE = datetime(2031, 2, 3, 22, 59)


class Book:
    """A gradebook with one assignment."""

    def __init__(self, due):
        self.entry, self.commits = SimpleNamespace(duedate=due), 0
        self.db = SimpleNamespace(commit=self.commit)

    def commit(self):
        self.commits += 1

    def find_assignment(self, name):
        assert name == TUTORIAL
        return self.entry


def updated(monkeypatch, before, due, assignment=TUTORIAL):
    settings = read_settings(ROOT)
    tutorial = settings.tutorials[TUTORIAL]
    known = {TUTORIAL: replace(tutorial, due=due)}
    monkeypatch.setattr(module, "settings_of", lambda root: SimpleNamespace(tutorials=known))
    book = Book(before)
    update_due_date(book, ROOT, assignment)
    return book.entry.duedate, book.commits


def test_the_due_date_of_the_course_goes_into_the_gradebook_once(monkeypatch):
    due = DUE.replace(tzinfo=timezone.utc)
    monkeypatch.setattr(module, "due_utc", lambda tutorial: tutorial.due and DUE)
    assert updated(monkeypatch, None, due) == (DUE, 1)
    assert updated(monkeypatch, datetime(2030, 1, 1), due) == (DUE, 1)
    assert updated(monkeypatch, DUE, due) == (DUE, 0)


def test_no_due_date_leaves_what_the_gradebook_has(monkeypatch):
    monkeypatch.setattr(module, "due_utc", lambda tutorial: tutorial.due)
    assert updated(monkeypatch, DUE, None) == (DUE, 0)
    assert updated(monkeypatch, DUE, datetime(2030, 1, 1), "another") == (DUE, 0)
