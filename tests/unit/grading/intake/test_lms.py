"""The table of the forms that learning platforms give."""

from datetime import datetime

import pytest

from nmautils.grading.intake.filenames import parse_name
from nmautils.grading.intake.lms import FORMS, read_digits
from tests.support.paths import ROOT

T1 = "tutorial1_decoding"


def test_every_platform_has_one_form_and_a_row_in_the_guide():
    platforms = [form.platform for form in FORMS]
    assert len(platforms) == len(set(platforms))
    guide = (ROOT / "docs" / "teaching" / "collect.md").read_text(encoding="utf-8")
    assert [name for name in platforms if f"| {name}" not in guide] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.platform)
def test_the_example_of_a_form_is_read(form):
    name = parse_name(form.example.split("/"), {T1})
    assert name.assignment == T1
    assert name.student.lower().replace("_", "") in {"janedoe", "doejane"}
    assert name.account == (f"{form.number} 12345" if form.number else "")
    time = name.time and name.time.replace(tzinfo=None)
    assert time == (datetime(2026, 1, 30, 15, 0) if form.time else None)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.platform)
def test_an_example_is_of_its_own_form_alone(form):
    top = form.example.split("/")[0].removesuffix(".ipynb")
    assert [other for other in FORMS if other.pattern.fullmatch(top)] == [form]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2016-01-30-15-00-07", datetime(2016, 1, 30, 15, 0, 7)),
        ("2016-01-30 15.00.07", datetime(2016, 1, 30, 15, 0, 7)),
        ("2016-01-30T15:00:07Z", datetime(2016, 1, 30, 15, 0, 7)),
        ("2016-01-30_15-00UTC", datetime(2016, 1, 30, 15, 0)),
        ("x2016-01-30 23:59:59x", datetime(2016, 1, 30, 23, 59, 59)),
        # What is behind the minutes is read as seconds or, if it cannot be, not at all.
        ("2016-01-30 15:00:7", datetime(2016, 1, 30, 15, 0)),
        ("2016-01-30 15:00:07.5", datetime(2016, 1, 30, 15, 0, 7)),
        ("2016-01-30", None),
        ("2016-01-30x15:00", None),
        ("2016-1-30 15:00", None),
        ("12016-01-30 15:00", None),
        ("2016-01-30 15:000", None),
        ("2016-02-30 15:00", None),
        ("2016-01-30 24:00", None),
        # Moved to another time zone, these could be outside of the calendar.
        ("0001-01-01 00:00", None),
        ("0002-01-01 00:00", datetime(2, 1, 1)),
        ("9998-12-31 23:59", datetime(9998, 12, 31, 23, 59)),
        ("9999-12-31 23:59", None),
    ],
)
def test_a_time_in_digits_is_read(text, time):
    assert read_digits(text) == time


@pytest.mark.parametrize(
    ("platform", "text", "groups"),
    [
        ("Moodle", "A_1_assignsubmission_file_", ("A", "1", "")),
        ("Moodle", "A_B_12_assignsubmission_file_x.y", ("A_B", "12", "x.y")),
        ("Moodle", "A_1_assignsubmission_onlinetext_x", ("A", "1", "x")),
        ("Moodle", "A_1_2_assignsubmission_file", ("A_1", "2", "")),
        ("Moodle", "A__assignsubmission_file_", None),
        ("Moodle", "_1_assignsubmission_file_", None),
        ("Moodle", "A_x_assignsubmission_file_", None),
        ("Moodle", "A_1_assignsubmission_", None),
        ("Canvas", "a_1_2_x", ("a", "1", "x")),
        ("Canvas", "a b_late_12_34_x_y", ("a b", "12", "x_y")),
        ("Canvas", "a_1_2_3_x", ("a", "1", "3_x")),
        ("Canvas", "a_1_2_", None),
        ("Canvas", "_1_2_x", None),
        ("Canvas", "a_b_1_2_x", None),
        ("Canvas", "a_1_x", None),
        ("Blackboard", "a_attempt_x", ("a", None, "x")),
        ("Blackboard", "T_1_a_ATTEMPT_x_y", ("a", None, "x_y")),
        ("Blackboard", "_attempt_x", None),
        ("Blackboard", "a_attempt_", None),
        ("Blackboard", "T_a_attempt_x_b_attempt_y", ("a", None, "x_b_attempt_y")),
        ("Brightspace", "1-2 - A B - Jan 3, 2026 1126 AM", ("A B", None, None)),
        ("Brightspace", "1-2 - A-B - January 30, 2026 3:00 pm - x - y", ("A-B", None, "x - y")),
        ("Brightspace", "1 - A - Jan 3, 2026 1126 AM", None),
        ("Brightspace", "1-2 - A - 3 Jan 2026", None),
        ("Sakai", "Doe, Jane(janedoe)", ("janedoe", None, None)),
        ("Sakai", "Doe, (janedoe)", ("janedoe", None, None)),
        ("Sakai", "Doe Jane(janedoe)", None),
        ("Sakai", "Doe, Jane (a)(b)", None),
        ("nbgrader", "a+x+2026-01-30 15:00:00 UTC", ("a", None, "x")),
        ("nbgrader", "a+x+2026-01-30 15:00:00.123456 UTC+y", ("a", None, "x")),
        ("nbgrader", "a+x+2026-01-30_15_00_00 UTC+y", ("a", None, "x")),
        ("nbgrader", "a+2026-01-30 15:00:00 UTC", None),
        ("nbgrader", "a+x+30 Jan 2026", None),
    ],
)
def test_the_patterns_take_what_the_platforms_write_and_nothing_else(platform, text, groups):
    (form,) = [form for form in FORMS if form.platform == platform]
    match = form.pattern.fullmatch(text)
    found = match and tuple(match.groupdict().get(group) for group in ("name", "id", "rest"))
    assert found == groups


@pytest.mark.parametrize(
    ("platform", "text", "time"),
    [
        ("Brightspace", "1-2 - A - Dec 3, 2026 1126 AM", datetime(2026, 12, 3, 11, 26)),
        ("Brightspace", "1-2 - A - Dec 3, 2026 1200 AM", datetime(2026, 12, 3, 0, 0)),
        ("Brightspace", "1-2 - A - Dec 3, 2026 12:30 PM", datetime(2026, 12, 3, 12, 30)),
        ("Brightspace", "1-2 - A - September 3, 2026 959 pm", datetime(2026, 9, 3, 21, 59)),
        ("Brightspace", "1-2 - A - Dec 32, 2026 1126 AM", None),
        ("Brightspace", "1-2 - A - Dec 3, 2026 1326 AM", None),
        ("Blackboard", "T_a_attempt_2026-01-30-15-00-07", datetime(2026, 1, 30, 15, 0, 7)),
        ("Blackboard", "2020-01-01 10.00_a_attempt_x", None),
        ("nbgrader", "a+x+2026-01-30 15:00:07.9 UTC+z", datetime(2026, 1, 30, 15, 0, 7)),
        ("nbgrader", "a+2020-01-01 10.00+2026-01-30 15:00:07 UTC", datetime(2026, 1, 30, 15, 0, 7)),
    ],
)
def test_the_time_of_a_platform_is_read(platform, text, time):
    (form,) = [form for form in FORMS if form.platform == platform]
    found = form.time(text)
    assert (found and found.replace(tzinfo=None)) == time
