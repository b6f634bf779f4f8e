"""What stands in submitted/ is found, and its times are read."""

import copy
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from nmautils.errors import HandInError
from nmautils.grading.intake.submissions import (
    find_hand_ins,
    parse_utc,
    read_timestamp,
    submitted_path,
    write_timestamp,
)
from nmautils.grading.model.limits import NOTEBOOK_FILE_BYTES, TIMESTAMP_BYTES
from nmautils.grading.model.names import released_names

NAME = "tiny"
# Forms of time that nbgrader reads, and some that it does not.
TIMES = [
    "2030-05-01 08:00:00",
    "2030-05-01 08:00:00.250000",
    "2030-05-01T08:00:00Z",
    "2030-05-01T08:00:00+02:00",
    "2030-05-01 08:00:00+0200",
    "2030-05-01 08:00:00 UTC",
    "2030-05-01 08:00:00 Europe/Berlin",
    "2030-05-01 08:00:00 EST5EDT",
    "2030-05-01 08:00:00 NOWHERE",
    "2030-05-01 08:00:00 +0200",
    "2030-05-01 08:00:00 -7200",
    "2030-05-01 08:00:00 9999999",
    "May 1, 2030 8:00 am",
    "1 May 2030",
    "Wed May 1 08:00:00 2030",
    "2030-05-01",
    "8:00",
    "20300501T080000",
    "0001-01-01 00:00:00+02:00",
    "yesterday",
    "",
    "2030-13-45 99:00:00",
    "9" * 400,
]


def cell(name, source="x = 1"):
    made = new_code_cell(source, id=name)
    made.metadata.nbgrader = {"grade_id": f"{name}_grade"}
    return made


RELEASE = new_notebook(cells=[cell("one"), cell("two"), cell("three")])


def put(root, student, files, assignment=NAME):
    folder = root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / name).write_bytes(raw)
    return folder


def only(root):
    (found,) = find_hand_ins(root, NAME, RELEASE)
    return found


def test_hand_ins_are_found_in_the_order_of_the_students(tmp_path):
    assert find_hand_ins(tmp_path, NAME, RELEASE) == []
    for student in ("bob", "ann", ".hidden"):
        put(tmp_path, student, {f"{NAME}.ipynb": RELEASE})
    put(tmp_path, "cat", {f"{NAME}.ipynb": RELEASE}, "another")
    (tmp_path / "submitted" / "notes.txt").write_text("not a student")
    found = find_hand_ins(tmp_path, NAME, RELEASE)
    assert [hand_in.student for hand_in in found] == ["ann", "bob"]
    assert found[0].path == submitted_path(tmp_path, NAME, "ann")
    assert json.loads(found[0].read()) == RELEASE
    assert (found[0].note, found[0].problem, found[0].refused) == ("", "", "")


def test_links_are_refused_and_not_followed(tmp_path):
    elsewhere = put(tmp_path / "elsewhere", "eve", {f"{NAME}.ipynb": RELEASE})
    students = tmp_path / "submitted"
    (students / "ann").mkdir(parents=True)
    (students / "ann" / NAME).symlink_to(elsewhere, target_is_directory=True)
    (students / "bob").symlink_to(elsewhere.parent, target_is_directory=True)
    put(tmp_path, "cat", {})
    (students / "cat" / NAME / f"{NAME}.ipynb").symlink_to(elsewhere / f"{NAME}.ipynb")
    ann, bob, cat = find_hand_ins(tmp_path, NAME, RELEASE)
    assert ann.refused == f"{NAME} is a link or a file, not a folder"
    assert bob.refused == "submitted/bob is a link"
    for hand_in in (ann, bob, cat):
        with pytest.raises(HandInError, match="a link"):
            hand_in.read()


@pytest.mark.parametrize("student", ["new\nline", "a\x1b[2J", "b\x07", "c\x7f"])
def test_a_name_that_moves_the_cursor_is_refused(tmp_path, student):
    put(tmp_path, student, {f"{NAME}.ipynb": b"{}"})
    assert "rename it" in only(tmp_path).refused


@pytest.mark.parametrize("student", ["Zoë", "山田　太郎", "a b", "O'Hara", "=1+1"])
def test_any_other_name_is_taken(tmp_path, student):
    put(tmp_path, student, {f"{NAME}.ipynb": b"{}"})
    assert not only(tmp_path).refused


def test_a_renamed_notebook_is_found(tmp_path):
    put(tmp_path, "ann", {"mine.ipynb.txt": b"not even a notebook"})
    found = only(tmp_path)
    assert (found.path.name, found.note) == ("mine.ipynb.txt", "found as mine.ipynb.txt")


def test_of_several_the_one_with_most_cells_of_the_release_counts(tmp_path):
    few = new_notebook(cells=[cell("one"), cell("mine"), new_code_cell('"id": "two"', id="own")])
    v3 = {"worksheets": [], "nbformat": 3}
    put(tmp_path, "ann", {"a.ipynb": few, "b.ipynb": RELEASE, "c.json": v3})
    assert only(tmp_path).note == "found as b.ipynb"


def test_of_several_a_broken_one_does_not_count(tmp_path):
    few = new_notebook(cells=[cell("one")])
    cut = json.dumps(RELEASE).encode()[:-5]
    put(tmp_path, "ann", {"a.ipynb": few, "b.ipynb": cut, "c.ipynb": b""})
    assert only(tmp_path).note == "found as a.ipynb"


@pytest.mark.parametrize("content", [RELEASE, b"{"])
def test_of_several_that_are_as_good_none_is_taken(tmp_path, content):
    put(tmp_path, "ann", {"a.ipynb": content, "b.ipynb": content})
    assert (
        only(tmp_path).refused
        == f"several notebooks (a.ipynb, b.ipynb): leave one, called {NAME}.ipynb"
    )


def test_a_renamed_notebook_in_another_encoding_is_found(tmp_path):
    few = new_notebook(cells=[cell("one")])
    put(tmp_path, "ann", {"a.ipynb": few, "b.ipynb": json.dumps(RELEASE).encode("utf-16")})
    assert only(tmp_path).note == "found as b.ipynb"


def test_an_empty_folder_is_said(tmp_path):
    put(tmp_path, "ann", {".hidden.ipynb": RELEASE, "notes.pdf": b""})
    assert only(tmp_path).refused == "no notebook in the folder"


def test_a_notebook_may_have_as_many_bytes_as_the_limit_says(tmp_path):
    for student, size in (("ann", NOTEBOOK_FILE_BYTES), ("bob", NOTEBOOK_FILE_BYTES + 1)):
        with (put(tmp_path, student, {}) / f"{NAME}.ipynb").open("wb") as file:
            file.truncate(size)
    ann, bob = find_hand_ins(tmp_path, NAME, RELEASE)
    assert len(ann.read()) == NOTEBOOK_FILE_BYTES
    with pytest.raises(HandInError, match="65 MB, more than 64 MB"):
        bob.read()


def test_released_assignments_are_those_with_a_released_notebook(tmp_path):
    for path in (f"{NAME}/{NAME}.ipynb", f"{NAME}/extra.ipynb", "empty/notes.txt"):
        (tmp_path / "release" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "release" / path).touch()
    assert released_names(tmp_path) == [NAME]


def test_a_written_time_is_read_again(tmp_path):
    assert read_timestamp(tmp_path) == (None, "")
    time = datetime(2030, 5, 1, 8, 0, 0)
    write_timestamp(tmp_path, time)
    assert (tmp_path / "timestamp.txt").read_bytes() == b"2030-05-01 08:00:00+00:00"
    assert read_timestamp(tmp_path) == (time, "")


@pytest.mark.parametrize(
    ("text", "hour"),
    [("UTC", 8), ("Europe/Berlin", 6), ("NOWHERE", 8), ("", 8), ("-3600", 9)],
)
def test_a_time_with_a_zone_is_converted(text, hour):
    assert parse_utc(f"2030-05-01 08:00:00 {text}".strip()) == datetime(2030, 5, 1, hour)


@pytest.mark.parametrize("zone", ["/etc/localtime", ":/etc/localtime", "../../../../etc/localtime"])
def test_a_zone_is_no_way_to_open_files(zone):
    with pytest.raises(ValueError, match="unknown time zone"):
        parse_utc(f"2030-05-01 08:00:00 {zone}")


@given(st.one_of(st.text(), st.binary(), st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2} \S+ \S+")))
def test_any_timestamp_gives_a_time_or_one_line(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    raw = content if isinstance(content, bytes) else content.encode(errors="replace")
    (folder / "timestamp.txt").write_bytes(raw)
    time, problem = read_timestamp(folder)
    assert (time is None) == bool(problem)
    assert time is None or time.tzinfo is None
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-10-26 23:30", datetime(2025, 10, 26, 22, 30)),
        ("2025-10-25 23:30:00", datetime(2025, 10, 25, 21, 30)),
        ("2025-10-25T23:30", datetime(2025, 10, 25, 21, 30)),
        ("25 October 2025 11:30 pm", datetime(2025, 10, 25, 21, 30)),
        ("2025-10-26 23:30 UTC", datetime(2025, 10, 26, 23, 30)),
        ("2025-10-26 23:30:00+00:00", datetime(2025, 10, 26, 23, 30)),
        ("2025-10-26 23:30 +0200", datetime(2025, 10, 26, 21, 30)),
        ("2025-10-26 23:30 CET", datetime(2025, 10, 26, 22, 30)),
        ("2025-10-26 23:30:00 CEST", datetime(2025, 10, 26, 21, 30)),
        ("2025-10-26T23:30 mesz", datetime(2025, 10, 26, 21, 30)),
        ("2025-10-26T23:30 America/New_York", datetime(2025, 10, 27, 3, 30)),
    ],
)
def test_a_time_is_in_the_zone_it_names_else_in_the_course_s(tmp_path, text, utc):
    (tmp_path / "timestamp.txt").write_text(text)
    assert read_timestamp(tmp_path, ZoneInfo("Europe/Berlin")) == (utc, "")


@pytest.mark.parametrize("text", ["2025-10-26 23:30 NOWHERE", "2025-10-26 23:30XYZ"])
def test_an_unknown_zone_is_asked_for(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    time, problem = read_timestamp(tmp_path)
    assert time is None
    assert "unknown time zone" in problem
    assert "write 2030-01-31 23:30" in problem


@pytest.mark.parametrize("text", ["yesterday", "23:30", "26 October", "2025"])
def test_what_is_said_of_a_file_without_a_time_is_what_is_done(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    time, problem = read_timestamp(tmp_path)
    assert time is None
    assert "a time that was saved before still counts" in problem


def test_a_long_timestamp_is_not_read(tmp_path):
    (tmp_path / "timestamp.txt").write_text("2030-05-01".ljust(TIMESTAMP_BYTES))
    assert read_timestamp(tmp_path) == (datetime(2030, 5, 1), "")
    (tmp_path / "timestamp.txt").write_text("2030-05-01".ljust(TIMESTAMP_BYTES + 1))
    time, problem = read_timestamp(tmp_path)
    assert time is None
    assert "timestamp.txt is too large" in problem


# --- a notebook that lies deeper -----------------------------------------------------------------


def put_deep(root, files):
    folder = put(root, "ann", {})
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / path).write_bytes(raw)
    return folder


FEW = new_notebook(cells=[cell("one")])
NONE = new_notebook(cells=[cell("mine")])


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({f"sub/{NAME}.ipynb": RELEASE}, f"sub/{NAME}.ipynb"),
        ({"a/b/c/x.ipynb": RELEASE}, "a/b/c/x.ipynb"),
        ({"a/x.txt": RELEASE}, "a/x.txt"),
        ({"x.html": RELEASE}, "x.html"),
        ({"own.ipynb": NONE, "sub/x.ipynb": RELEASE}, "sub/x.ipynb"),
        ({"own.ipynb": FEW, "sub/x.ipynb": RELEASE}, "sub/x.ipynb"),
        ({"sub/own.ipynb": NONE, "sub/x.ipynb": RELEASE, "y.ipynb": NONE}, "sub/x.ipynb"),
        ({"sub/.ipynb_checkpoints/x.ipynb": RELEASE, "sub/x.ipynb": RELEASE}, "sub/x.ipynb"),
        ({"__MACOSX/x.ipynb": RELEASE, "x/x.ipynb": RELEASE}, "x/x.ipynb"),
        ({"sub/data.csv": b"1", "sub/x.ipynb": RELEASE}, "sub/x.ipynb"),
        ({"x/broken.ipynb": b"{", "x/x.ipynb": RELEASE}, "x/x.ipynb"),
        ({"x.json": json.dumps(json.dumps(RELEASE)).encode()}, "x.json"),
    ],
)
def test_a_notebook_is_found_wherever_it_lies(tmp_path, files, place):
    folder = put_deep(tmp_path, files)
    found = only(tmp_path)
    assert (found.refused, found.path, found.note) == ("", folder / place, f"found as {place}")


def test_where_all_names_are_lost_the_texts_tell(tmp_path):
    def bare(*texts):
        return {"cells": [{"cell_type": "code", "source": text} for text in texts]}

    release = new_notebook(cells=[new_code_cell(f"text {i}", id=f"c{i}") for i in range(4)])
    put_deep(tmp_path, {"a.ipynb": bare("text 1", "mine"), "b.ipynb": bare("text 1", "text 2")})
    (found,) = find_hand_ins(tmp_path, NAME, release)
    assert found.note == "found as b.ipynb"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a/x.ipynb": RELEASE, "b/x.ipynb": RELEASE}, "several notebooks"),
        ({"a/b/c/d/e/f/g/h/i/x.ipynb": RELEASE}, "no notebook in the folder"),
        ({".hidden/x.ipynb": RELEASE}, "no notebook in the folder"),
        ({"x.py": b"# %%", "a/x.pdf": b"%PDF"}, "no notebook in the folder"),
        ({f"{i}.txt": b"" for i in range(1_001)}, "more than 1000 files"),
    ],
)
def test_what_cannot_be_told_is_asked(tmp_path, files, why):
    put_deep(tmp_path, files)
    assert why in only(tmp_path).refused
    assert "\n" not in only(tmp_path).refused


def test_links_below_a_hand_in_are_not_followed(tmp_path):
    elsewhere = put(tmp_path / "elsewhere", "eve", {f"{NAME}.ipynb": RELEASE})
    folder = put_deep(tmp_path, {"a/notes.txt": b"x"})
    (folder / "b").symlink_to(elsewhere, target_is_directory=True)
    (folder / "a" / "x.txt").symlink_to(elsewhere / f"{NAME}.ipynb")
    assert only(tmp_path).refused == "no notebook in the folder"


# --- another notebook beside the one that counts -------------------------------------------------


def test_work_beside_an_untouched_notebook_is_named(tmp_path):
    folder = tmp_path / "submitted" / "ann" / NAME
    folder.mkdir(parents=True)
    worked_on = copy.deepcopy(RELEASE)
    worked_on.cells[-1].source = "an answer of my own"
    nbformat.write(RELEASE, folder / f"{NAME}.ipynb")
    nbformat.write(RELEASE, folder / f"{NAME} (2).ipynb")
    (found,) = find_hand_ins(tmp_path, NAME, RELEASE)
    assert found.problem == ""
    nbformat.write(worked_on, folder / f"{NAME} (1).ipynb")
    (found,) = find_hand_ins(tmp_path, NAME, RELEASE)
    assert found.path == folder / f"{NAME}.ipynb"
    assert f"{NAME} (1).ipynb is not" in found.problem
    assert "(2)" not in found.problem
    nbformat.write(worked_on, folder / f"{NAME}.ipynb")
    (found,) = find_hand_ins(tmp_path, NAME, RELEASE)
    assert found.problem == ""
