"""The late policy of course.toml, and what becomes of its due dates in the gradebook."""

import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.preprocessors import AssignLatePenalties

from nmautils.course.settings import Late, read_settings
from nmautils.grading.nbgrader_plugins.late_policy import LatePolicy
from nmautils.grading.record import late as module
from nmautils.grading.record.gradebook import Course
from nmautils.grading.record.late import (
    Lateness,
    Terms,
    days_late,
    late_points,
    late_share,
    terms_of,
    update_due_date,
)
from nmautils.people.arrangements import Arrangement, Arrangements
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


# The clocks of the course's zone. In Berlin they go back on 25 October 2026 at 3 in the night, and
# forward on 28 March 2027 at 2.

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("zone", "due", "handed_in", "days"),
    [
        (BERLIN, "2026-10-24 23:59", "2026-10-25 23:50", 1),  # 24 h 51 min
        (BERLIN, "2026-10-24 23:59", "2026-10-25 23:59", 1),
        (BERLIN, "2026-10-24 23:59", "2026-10-26 00:00", 2),
        (BERLIN, "2026-10-24 23:59", "2026-10-31 23:59", 7),
        (BERLIN, "2026-10-24 23:59", "2026-11-01 00:00", 8),
        (BERLIN, "2027-03-27 23:59", "2027-03-28 23:59", 1),  # 23 h
        (BERLIN, "2027-03-27 23:59", "2027-03-29 00:00", 2),  # 23 h 1 min
        (BERLIN, "2027-03-27 02:30", "2027-03-28 03:30", 1),  # 2:30 is left out that day
        (BERLIN, "2027-03-27 02:30", "2027-03-28 03:31", 2),
        (BERLIN, "2026-10-24 02:30", "2026-10-25 03:00", 2),  # 2:30 is there twice that day
        (BERLIN, "2026-10-24 23:59", "2027-03-30 00:00", 157),  # the clocks change twice
        (BERLIN, "2026-10-24 23:59", "2026-10-24 23:58", 0),
        ("America/New_York", "2026-10-31 23:59", "2026-11-01 23:59", 1),
        ("Australia/Lord_Howe", "2026-04-04 23:59", "2026-04-05 23:59", 1),  # by half an hour
        ("Pacific/Apia", "2011-12-28 12:00", "2011-12-31 12:00", 2),  # there was no 30th
        ("Asia/Kolkata", "2026-10-24 23:59", "2026-10-25 23:59", 1),
        ("UTC", "2026-10-24 23:59", "2026-10-26 00:00", 2),
    ],
)
def test_a_day_ends_at_the_same_time_of_the_clock(zone, due, handed_in, days):
    zone = ZoneInfo(zone)
    due, handed_in = (
        datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(timezone.utc)
        for text in (due, handed_in)
    )
    late = (handed_in - due).total_seconds()
    assert days_late(late, due, zone) == days
    assert days_late(late, due.replace(tzinfo=None), zone) == days  # as the gradebook has it


def test_of_a_time_that_the_clocks_show_twice_the_later_one_ends_the_day():
    zone, due = ZoneInfo(BERLIN), datetime(2026, 10, 24, 0, 30)  # 2:30 in Berlin
    assert days_late(25 * HOUR, due, zone) == 1
    assert days_late(25 * HOUR + 1, due, zone) == 2


@pytest.mark.parametrize("hours", [0, 1, 23, 24, 25, 47, 48, 49, 4_000, 9_600])
def test_without_a_zone_or_in_one_without_summer_time_a_day_has_24_hours(hours):
    due = datetime(2026, 10, 24, 21, 59)
    days = -(-hours // 24)
    assert days_late(hours * HOUR) == days_late(hours * HOUR, due) == days
    assert days_late(hours * HOUR, due, timezone(timedelta(hours=2))) == days


def test_the_grace_belongs_to_each_day_in_the_night_of_the_change_too():
    zone, due = ZoneInfo(BERLIN), datetime(2026, 10, 24, 21, 59)
    shares = [
        late_share(seconds, POLICY, due, zone)
        for seconds in (GRACE, GRACE + 1, 25 * HOUR + GRACE, 25 * HOUR + GRACE + 1)
    ]
    assert shares == pytest.approx([0, 0.1, 0.1, 0.2])


def test_the_end_of_the_calendar_is_no_error():
    zone, due = ZoneInfo(BERLIN), datetime(9999, 12, 31, 12)
    assert days_late(DAY, due, zone) == 1


def settings_in(zone, late=POLICY, due=None):
    """Settings of a course there, in which the first tutorial is due then."""
    settings = read_settings(ROOT)
    first = replace(settings.tutorials[TUTORIAL], due=due)
    course = replace(settings.course, zone=zone)
    return replace(settings, course=course, late=late, tutorials={TUTORIAL: first})


# Points


def course_of(late_submission_penalty):
    plugin = SimpleNamespace(late_submission_penalty=late_submission_penalty)
    return Course(Path(), None, None, plugin, "")


@pytest.mark.parametrize(
    ("seconds", "points", "expected"),
    [(-1, 3, None), (0, 3, None), (1, 3, 3), (1, None, None), (1, 0, 0), (1, -2, 0), (1, 9, 8)],
)
def test_a_penalty_is_between_nothing_and_all_points(seconds, points, expected):
    asked = []

    def policy(*given):
        asked.append(given)
        return points

    course = course_of(policy)
    assert course.penalty("ada", 8, Lateness(seconds, DUE)) == expected
    assert asked == ([("ada", 8, seconds)] if seconds > 0 else [])
    assert not asked or course.policy.deadline == DUE


def test_points_are_a_rounded_share_or_none(monkeypatch, tmp_path):
    settings = SimpleNamespace(late=Late(grace_minutes=15, per_day=1 / 3, maximum=1.0), zone=None)
    place = "nmautils.grading.nbgrader_plugins.late_policy"
    monkeypatch.setattr(f"{place}.settings_of", lambda root: settings)
    policy = LatePolicy()
    assert policy.late_submission_penalty("ada", 10.0, GRACE) is None
    assert policy.late_submission_penalty("ada", 10.0, GRACE + 1) == 3.333333
    assert policy.late_submission_penalty("ada", 10.0, 9 * DAY) == 10.0


def test_nbgraders_own_step_and_ours_take_the_same_points(monkeypatch):
    settings = SimpleNamespace(late=Late(per_day=0.1, maximum=1.0), zone=ZoneInfo("Europe/Berlin"))
    place = "nmautils.grading.nbgrader_plugins.late_policy"
    monkeypatch.setattr(f"{place}.settings_of", lambda root: settings)
    terms = Terms(settings_in(BERLIN, settings.late))
    monkeypatch.setattr(f"{place}.terms_of", lambda root: terms)
    due, late = datetime(2026, 10, 24, 21, 59), 24 * HOUR + 51 * 60
    asked = []

    def find_submission(*given):
        asked.append(given)
        handed_in = due + timedelta(seconds=late)
        assignment = SimpleNamespace(duedate=due)
        return SimpleNamespace(timestamp=handed_in, extension=None, assignment=assignment)

    monkeypatch.setattr(AssignLatePenalties, "plugin_class", LatePolicy)
    stock = AssignLatePenalties()
    stock.init_plugin()
    stock.gradebook = SimpleNamespace(find_submission=find_submission)
    stock.assignment_id = TUTORIAL
    assert isinstance(stock.plugin_inst, LatePolicy)
    assert stock.plugin_inst.late_submission_penalty("ada", 8.0, late) == 0.8
    assert asked == [(TUTORIAL, "ada")]
    ours = AssignLatePenalties()
    ours.init_plugin()
    course = Course(Path(), None, None, ours.plugin_inst, "")
    assert course.penalty("ada", 8.0, Lateness(late, due)) == 0.8
    agreed = Arrangements({("ada", TUTORIAL): Arrangement(days=1)})  # of 25 hours
    monkeypatch.setattr(f"{place}.terms_of", lambda root: replace(terms, arrangements=agreed))
    assert stock.plugin_inst.late_submission_penalty("ada", 8.0, late) is None


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


@pytest.mark.parametrize(
    ("handed_in", "days"),
    [
        (datetime(2026, 10, 24, 21, 59), 0),
        (datetime(2026, 10, 24, 22, 10), 0),  # within the grace
        (datetime(2026, 10, 24, 22, 20), 1),
        (datetime(2026, 10, 25, 22, 50), 1),  # 25 hours, since the clocks change
        (datetime(2026, 10, 25, 23, 20), 2),
    ],
)
def test_the_days_that_a_page_says_are_those_that_cost_something(handed_in, days):
    due = datetime(2026, 10, 24, 21, 59)
    terms = Terms(settings_in(BERLIN), computed=True)
    late = terms.lateness("ada", "another", handed_in, due)
    assert (late.days, terms.zone, late.deadline) == (days, ZoneInfo(BERLIN), due)
    assert late.seconds == max(0.0, (handed_in - due).total_seconds())
    assert terms.penalty(late, 10.0) == pytest.approx(days)


# What was agreed with single students


def terms(due, zone=BERLIN, computed=True, **made):
    """What decides in a course where this was agreed with ada."""
    arrangements = Arrangements({("ada", TUTORIAL): Arrangement(**made)})
    return Terms(settings_in(zone, due=due), computed, None, arrangements)


def in_berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN))


def deadline(due, extension=None, student="ada", known=None, **made):
    found = terms(due, **made).deadline(student, TUTORIAL, known, extension)
    return found and found.replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ({}, "2026-10-24 23:59"),
        ({"until": in_berlin("2026-10-25 23:59")}, "2026-10-25 23:59"),
        ({"until": datetime(2026, 10, 25, 12, tzinfo=timezone.utc)}, "2026-10-25 13:00"),
        ({"until": in_berlin("2026-10-01 23:59")}, "2026-10-24 23:59"),  # nobody has less time
        ({"days": 1}, "2026-10-25 23:59"),  # 25 hours
        ({"days": 7}, "2026-10-31 23:59"),
        ({"excused": True}, "2026-10-24 23:59"),
    ],
)
def test_more_time_is_by_the_clock_of_the_course(made, expected):
    assert deadline(in_berlin("2026-10-24 23:59"), **made) == in_berlin(expected)


def test_without_a_zone_a_day_more_has_24_hours():
    due = datetime(2026, 10, 24, 21, 59, tzinfo=timezone.utc)
    assert deadline(due, zone=None, days=1) == due + timedelta(days=1)


def test_arrangements_count_before_an_extension_in_the_gradebook():
    due = in_berlin("2026-10-24 23:59")
    week, later = timedelta(days=7), in_berlin("2026-10-26 23:59")
    assert deadline(due, week) == due.astimezone(timezone.utc) + week
    assert deadline(due, week, until=later) == later
    assert deadline(due, week, "bob", until=later) == due.astimezone(timezone.utc) + week
    assert deadline(due, week, excused=True) == due.astimezone(timezone.utc) + week


def test_the_due_date_of_the_course_counts_before_that_of_the_gradebook():
    due = in_berlin("2026-10-24 23:59")
    assert deadline(due, known=datetime(2030, 1, 1)) == due
    assert deadline(None, known=datetime(2026, 10, 24, 21, 59), days=1) == due + timedelta(days=1)
    assert deadline(None, days=3, until=due) is None


@pytest.mark.parametrize("made", [{"days": 3660}, {"until": in_berlin("9999-12-31 12:00")}, {}])
def test_an_extension_past_the_end_of_the_calendar_is_no_error(made):
    due = datetime(9999, 12, 31, 11, tzinfo=timezone.utc)
    late = terms(due, **made).lateness(
        "ada", TUTORIAL, datetime(9999, 12, 31, 11), None, timedelta(days=2)
    )
    assert (late.seconds, late.days) == (0, 0)


@pytest.mark.parametrize(
    ("made", "days"),
    [({}, 3), ({"days": 1}, 2), ({"days": 3}, 0), ({"excused": True}, 0)],
)
def test_what_was_agreed_decides_how_many_days_cost(made, days):
    found = terms(in_berlin("2026-10-24 23:59"), **made)
    handed_in = datetime(2026, 10, 27, 22, 59)
    late = found.lateness("ada", TUTORIAL, handed_in, None)
    assert (late.days, late.excused) == (days, "excused" in made)
    assert found.penalty(late, 24.0) == pytest.approx(2.4 * days)
    assert found.lateness("bob", TUTORIAL, handed_in, None).days == 3


@pytest.mark.parametrize(("timestamp", "said"), [(None, True), (datetime(2030, 1, 1), True)])
def test_nobody_loses_points_for_a_time_that_nobody_knows(timestamp, said):
    found = replace(terms(in_berlin("2026-10-24 23:59")), without_time={("ada", TUTORIAL)})
    late = found.lateness("ada", TUTORIAL, timestamp, None)
    assert (late.seconds, late.days, late.time_unknown) == (0, 0, said)
    assert found.penalty(late, 24.0, stored=2.0) == 0
    assert not found.lateness("bob", TUTORIAL, datetime(2026, 10, 1), None).time_unknown
    undated = replace(found, settings=settings_in(BERLIN))
    assert not undated.lateness("ada", TUTORIAL, timestamp, None).time_unknown


def test_a_platform_that_does_not_say_when_costs_nobody_points(tmp_path, monkeypatch):
    known = {
        ("ada", "tiny"): None,
        ("bob", "tiny"): None,  # but a person has written it down
        ("cleo", "tiny"): DUE,
        ("dora", "tiny/one"): None,
    }
    read = {key: SimpleNamespace(time=time, late="unknown") for key, time in known.items()}
    fake = SimpleNamespace(read_collected=lambda root: read)
    monkeypatch.setitem(sys.modules, "nmautils.people.collected", fake)
    lines = [f"{who},{what},{time or ''},unknown" for (who, what), time in known.items()]
    text = "\n".join(["student,assignment,time,late", *lines])
    (tmp_path / "collected.csv").write_text(text)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "submitted/bob/tiny").mkdir(parents=True)
    (tmp_path / "submitted/bob/tiny/timestamp.txt").write_text("2031-02-03 22:59")
    found = terms_of(tmp_path)
    assert found.without_time == {("ada", "tiny"), ("dora", "tiny")}
    later = DUE + timedelta(days=3)
    assert found.lateness("dora", "tiny/two", later, DUE).time_unknown
    assert found.lateness("bob", "tiny", later, DUE).seconds == 3 * DAY


def test_under_a_policy_of_nbgraders_the_stored_penalty_holds_but_for_the_excused():
    due, when = in_berlin("2026-10-24 23:59"), datetime(2026, 10, 27, 22, 59)
    for found in (Terms(), terms(due, computed=False)):
        late = found.lateness("ada", TUTORIAL, when, due.replace(tzinfo=None))
        assert found.penalty(late, 24.0, 3.5) == 3.5
        assert found.penalty(late, 24.0, None) == 0
    found = terms(due, computed=False, excused=True)
    assert found.penalty(found.lateness("ada", TUTORIAL, when, None), 24.0, 3.5) == 0


@given(st.floats(-5, 1e6), st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**7), st.booleans())
def test_a_penalty_never_exceeds_what_was_earned(score, per_day, maximum, seconds, zoned):
    settings = settings_in(BERLIN if zoned else None, Late(5, per_day, maximum))
    points = late_points(score, seconds, settings, DUE)
    assert 0 <= points <= max(0, score)
    assert points == pytest.approx(
        max(0, score) * late_share(seconds, settings.late, DUE, settings.zone), abs=1e-6
    )
