"""``releases.csv``: what students were given and when, and nothing that they were not."""

import csv
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.course.releases import (
    FILE_NAME,
    Change,
    changes_before,
    hash_of,
    remember_release,
    replayed,
)
from nmautils.errors import CourseError

NOON = datetime(2030, 5, 3, 12, tzinfo=timezone.utc)


def release(**texts):
    """A notebook with a cell for each name."""
    return new_notebook(cells=[new_markdown_cell(text, id=name) for name, text in texts.items()])


def remember(root, day, **texts):
    return remember_release(root, "tiny", release(**texts), now=NOON + timedelta(days=day))


def lines(root):
    return (root / FILE_NAME).read_text().splitlines()


def test_only_what_changed_gets_a_line(tmp_path):
    assert remember(tmp_path, 0, a="one", b="two")
    assert remember(tmp_path, 2, a="one", b="three")
    assert remember(tmp_path, 4, a="one")
    assert lines(tmp_path) == [
        "assignment,released,cell,kind,hash",
        f"tiny,2030-05-03T12:00:00+00:00,a,text,{hash_of('one')}",
        f"tiny,2030-05-03T12:00:00+00:00,b,text,{hash_of('two')}",
        f"tiny,2030-05-05T12:00:00+00:00,b,text,{hash_of('three')}",
        "tiny,2030-05-07T12:00:00+00:00,b,text,",
    ]


def test_the_same_release_once_more_writes_nothing(tmp_path):
    remember(tmp_path, 0, a="one", b="two")
    before = (tmp_path / FILE_NAME).stat().st_mtime_ns
    assert not remember(tmp_path, 1, a="one\n", b="  two")
    assert (tmp_path / FILE_NAME).stat().st_mtime_ns == before


def test_assignments_do_not_meet(tmp_path):
    remember(tmp_path, 0, a="one")
    remember_release(tmp_path, "other", release(a="else"), now=NOON)
    assert not remember(tmp_path, 1, a="one")
    assert changes_before(tmp_path, "other", release(a="else")) == ()


def test_the_date_is_that_of_the_course(tmp_path):
    late = datetime(2030, 5, 3, 23, 30, tzinfo=timezone.utc)
    remember_release(tmp_path, "tiny", release(a="one"), timezone(timedelta(hours=2)), late)
    assert "2030-05-04T01:30:00+02:00" in lines(tmp_path)[1]


def test_releases_stay_in_order_whatever_a_clock_says(tmp_path):
    for text in ("one", "two", "three"):
        remember(tmp_path, 0, a=text)
    remember(tmp_path, -5, a="four")
    times = [line.split(",")[1][11:19] for line in lines(tmp_path)[1:]]
    assert times == ["12:00:00", "12:00:01", "12:00:02", "12:00:03"]
    assert lines(tmp_path)[-1].endswith(hash_of("four"))


def test_without_a_file_nothing_is_known(tmp_path):
    assert changes_before(tmp_path, "tiny", release(a="one")) == ()


def test_whether_the_release_of_now_was_noted_makes_no_difference(tmp_path):
    remember(tmp_path, 0, a="one")
    now = release(a="two")
    before = changes_before(tmp_path, "tiny", now)
    assert [change.hash for change in before] == [hash_of("one")]
    remember(tmp_path, 1, a="two")
    assert changes_before(tmp_path, "tiny", now) == before


def test_a_release_that_was_taken_back_is_an_earlier_one(tmp_path):
    for day, text in enumerate(["one", "two", "one"]):
        remember(tmp_path, day, a=text)
    before = changes_before(tmp_path, "tiny", release(a="one"))
    assert [cells["a"][1] for _, cells in replayed(before)] == [hash_of("one"), hash_of("two")]


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2", "3"]), min_size=1),
        min_size=1,
        max_size=6,
    )
)
def test_every_release_comes_back_as_it_was(tmp_path_factory, releases):
    root = tmp_path_factory.mktemp("course")
    kept = []
    for day, texts in enumerate(releases):
        if remember(root, day, **texts):
            kept.append({name: ("text", hash_of(text)) for name, text in texts.items()})
    with (root / FILE_NAME).open(newline="") as file:
        rows = [Change(*row[1:]) for row in list(csv.reader(file))[1:]]
    assert [cells for _, cells in replayed(rows)] == kept


def test_a_cell_that_says_nothing_is_left_out(tmp_path):
    remember_release(tmp_path, "tiny", new_notebook(cells=[new_code_cell(" ", id="x")]))
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<<<<<<< HEAD", "line 3: not five cells"),
        ("tiny,3 May,a,text,00", "line 3: Invalid isoformat"),
        ("tiny,2030-05-03,a,riddle,00", "line 3: 'riddle' is not a valid Kind"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, line, said):
    remember(tmp_path, 0, a="one")
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(CourseError, match=rf"^[^\n]*{said}[^\n]*$"):
        changes_before(tmp_path, "tiny", release(a="two"))


def test_other_columns_and_other_encodings_are_refused(tmp_path):
    (tmp_path / FILE_NAME).write_text("a,b\n")
    with pytest.raises(CourseError, match="the columns are not assignment"):
        changes_before(tmp_path, "tiny", release(a="two"))
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(CourseError, match="is not UTF-8"):
        changes_before(tmp_path, "tiny", release(a="two"))


@pytest.mark.parametrize(
    "when",
    ["9999-12-31T23:59:59+00:00", "9999-12-31", "0001-01-01T00:00:00+14:00", "0001-01-01"],
)
@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_a_time_at_an_end_of_the_calendar_is_one_line(tmp_path, when, hours):
    zone = timezone(timedelta(hours=hours))
    remember(tmp_path, 0, a="one")
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write(f"tiny,{when},a,text,{hash_of('two')}\n")
    for ask in (
        lambda: remember_release(tmp_path, "tiny", release(a="three"), zone),
        lambda: changes_before(tmp_path, "tiny", release(a="three")),
    ):
        with pytest.raises(CourseError, match=r"line 3: .* is at an end of the calendar") as error:
            ask()
        assert "\n" not in str(error.value)
