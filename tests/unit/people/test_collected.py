"""Where hand-ins came from is noted, and read as Excel and people leave it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.errors import CourseError
from nmautils.people.collected import (
    COLLECTED_FILE,
    Collected,
    accounts_in,
    note_collected,
    read_collected,
)

JANE = Collected(
    "jane", "t1", "canvas", "12345", "doejane_12345_6_t1.ipynb", datetime(2030, 1, 31, 22), "no"
)
# Letters of any alphabet, as names of files have them; blanks at the ends are not kept.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
TEXT = TEXT.map(str.strip)


def test_what_was_noted_is_read_again(tmp_path):
    assert read_collected(tmp_path) == {}
    bob = Collected("bob", "t1")
    note_collected(tmp_path, [JANE, bob])
    note_collected(tmp_path, [])
    assert read_collected(tmp_path) == {("jane", "t1"): JANE, ("bob", "t1"): bob}
    assert (tmp_path / COLLECTED_FILE).read_text(encoding="utf-8").splitlines() == [
        "student,assignment,platform,number,entry,time,late,by",
        "bob,t1,,,,,unknown,",
        "jane,t1,canvas,12345,doejane_12345_6_t1.ipynb,2030-01-31T22:00:00+00:00,no,",
    ]
    assert accounts_in(read_collected(tmp_path)) == {("canvas", "12345"): "jane"}


def test_a_new_note_replaces_the_one_of_the_same_hand_in_and_keeps_columns_of_others(tmp_path):
    (tmp_path / COLLECTED_FILE).write_bytes(
        "\ufeffstudent;assignment;mine;platform\r\nann;t1;Zoë;moodle\r\njane;t1;x;\r\n".encode()
    )
    note_collected(tmp_path, [JANE])
    assert read_collected(tmp_path) == {
        ("ann", "t1"): Collected("ann", "t1", "moodle"),
        ("jane", "t1"): JANE,
    }
    head, ann, jane = (tmp_path / COLLECTED_FILE).read_text(encoding="utf-8").splitlines()
    assert head.endswith(",mine")
    assert ann.endswith(",Zoë")
    assert jane.endswith(",x")


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2030-01-31T23:30:00+01:00", datetime(2030, 1, 31, 22, 30)),
        ("2030-01-31T23:30:00Z", datetime(2030, 1, 31, 23, 30)),
        ("2030-01-31 23:30", datetime(2030, 1, 31, 23, 30)),
    ],
)
def test_a_time_is_in_utc(tmp_path, time, read):
    text = f"student,assignment,time\nann,t1,{time}\n"
    (tmp_path / COLLECTED_FILE).write_text(text)
    assert read_collected(tmp_path)["ann", "t1"].time == read


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("ann,t1,yesterday,no", "line 3: no time is 'yesterday'"),
        ("ann,t1,,perhaps", "line 3: late is 'perhaps'"),
        (",t1,,no", "line 3: no student"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_number(tmp_path, row, why):
    text = f"student,assignment,time,late\nbob,t1,,no\n{row}\n"
    (tmp_path / COLLECTED_FILE).write_text(text)
    with pytest.raises(CourseError) as error:
        read_collected(tmp_path)
    assert why in str(error.value)
    assert str(error.value).isprintable()


@given(st.dictionaries(st.tuples(TEXT.filter(bool), TEXT.filter(bool)), TEXT, max_size=5))
def test_any_names_are_read_as_they_were_written(tmp_path_factory, entries):
    root = tmp_path_factory.mktemp("course")
    notes = {key: Collected(*key, "moodle", "7", entry) for key, entry in entries.items()}
    note_collected(root, notes.values())
    assert read_collected(root) == notes
