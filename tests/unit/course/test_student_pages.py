"""What the students' README and the notice on data say, from course.toml."""

import re
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from nmautils.course.settings import Late, Publish, Repository, read_settings
from nmautils.course.student_pages import Published, data_page, date_of, readme
from nmautils.data import RECORDINGS
from tests.support.paths import ROOT, TINY_COURSE

WHEEL = "library/nmautils-1-py3-none-any.whl"


@pytest.fixture
def course():
    return read_settings(ROOT)


def page(settings, names=(), licence=True):
    tutorials = [Published(name) for name in names or settings.tutorials]
    return readme(settings, tutorials, WHEEL, "3.10", licence)


def test_it_lists_the_tutorials_with_badges_minutes_and_due_dates(course):
    rows = [line for line in page(course).splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 4
    for number, (name, row) in enumerate(zip(course.tutorials, rows, strict=True), start=1):
        tutorial = course.tutorials[name]
        assert row.startswith(f"| {number} | [{tutorial.title}](release/{name}/{name}.ipynb) | [![")
        assert "colab.research.google.com/github/nmautils/nmautils-course/blob/main/" in row
        assert row.endswith(f" | {tutorial.minutes} | 30 June 2030, 23:59 (UTC) |")


def test_a_course_that_publishes_one_after_another_keeps_their_numbers(course):
    text = page(course, ["tutorial3_normative_encoding"])
    assert "\n| 3 | [Building and" in text
    assert "tutorial1" not in text
    assert "(tutorial" not in text.split("In each notebook stands:")[1]


def test_elsewhere_than_on_github_nothing_speaks_of_badges(course):
    elsewhere = replace(course, repository=Repository("a", "b", host="gitlab.com"))
    text = page(elsewhere)
    assert "| Open in |" not in text
    assert "badge" not in text
    assert "colab.research" not in text
    assert page(course).count("badges open") == 1


def test_due_dates_are_told_by_the_clock_of_the_course():
    settings = read_settings(TINY_COURSE)
    due = settings.tutorials["tiny"].due
    assert date_of(settings, due) == "31 January 2031, 12:00 (UTC+01:00)"
    berlin = replace(settings, course=replace(settings.course, zone="Europe/Berlin"))
    summer = datetime(2031, 7, 1, 10, 0, tzinfo=timezone.utc)
    assert date_of(berlin, summer) == "1 July 2031, 12:00 (Europe/Berlin)"
    assert date_of(berlin, None) == ""


def test_without_due_dates_nothing_speaks_of_late_days(course):
    undated = {name: replace(tutorial, due=None) for name, tutorial in course.tutorials.items()}
    text = page(replace(course, tutorials=undated))
    assert "Due" not in text
    assert re.search(r"\blate\b", text) is None


def test_it_says_where_to_hand_in_and_what_late_days_cost(course):
    assert "hand it in where your course collects it." in page(course)
    said = page(replace(course, publish=Publish("On [our page](https://example.org).\n")))
    assert "keep its name, and hand it in: On [our page](https://example.org).\n" in said
    assert "15 minutes late are still in time. Each day late that has begun costs 10% of" in said
    assert "the marks, at most 50%." in said
    free = page(replace(course, late=Late()))
    assert re.search(r"\blate\b", free) is None


def test_it_says_how_to_start_and_how_to_look_over_ones_work(course):
    text = page(course)
    assert f"$ python -m pip install jupyterlab ./{WHEEL}\n" in text
    assert "with Python 3.10 or later" in text
    assert "`nma.checklist()`" in text


def test_it_gives_credit_to_the_creators_of_each_tutorial(course):
    text = page(course)
    assert "Carsen Stringer (tutorials 1, 2 and 4); Jorge A. Menendez, Yalda" in text
    assert "> Adapted in idea from" in text
    assert "CC BY 4.0" in text
    assert "[LICENSE](LICENSE)" in text
    assert "LICENSE" not in page(course, licence=False)


def test_the_notice_says_where_recordings_come_from_and_on_what_terms():
    text = data_page([Published("a"), Published("b", recordings=True)])
    for recording in RECORDINGS.values():
        assert recording.url in text
        assert recording.md5 in text
    assert "10.1016/j.cell.2021.03.042" in text
    assert "on what terms you may use them" in text
    assert "simulated recordings" in text


def test_the_notice_names_files_that_come_with_a_notebook_and_says_if_there_are_no_data():
    text = data_page([Published("a", ("release/a/mice.csv",))])
    assert "- `release/a/mice.csv`" in text
    assert "osf.io" not in text
    assert data_page([Published("a")]) == (
        "# Data\n\nThe notebooks use no data but what they make themselves.\n"
    )
