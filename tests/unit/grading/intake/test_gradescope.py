"""The list that Gradescope puts beside folders whose names say nothing."""

import time
from datetime import datetime, timedelta, timezone

import pytest

from nmautils.errors import HandInError
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.gradescope import LIST_NAME, Submitter, read_list
from tests.support.inbox import T1, course, notebook, put, put_zip

__all__ = ["course"]

EXPORT = "assignment_111_export"
LIST = """---
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '0012'
    :email: jane@example.org
  :created_at: 2026-01-30 15:00:00.123456789 Z
  :score: 0.0
submission_2:
  :submitters:
  - :name: Joe Roe
    :sid:
    :email: joe@example.org
  :created_at: 2026-01-30 15:00:07.5 -08:00
submission_3:
  :submitters:
  - :name: Ann
  - :name: Bob
submission_4:
  :submitters: []
"""
UTC = timezone.utc


def run(course):
    lines = []
    return collect(course, say=lines.append), lines


def test_who_and_when_is_read():
    people = read_list(LIST.encode())
    assert people["submission_1"] == Submitter(
        "Jane Doe", "Gradescope 0012", datetime(2026, 1, 30, 15, 0, 0, 123456, UTC)
    )
    pacific = timezone(timedelta(hours=-8))
    assert people["submission_2"].account == "Gradescope joe@example.org"
    assert people["submission_2"].time == datetime(2026, 1, 30, 15, 0, 7, 500000, pacific)
    assert "handed in by Ann, Bob together: copy it into a folder" in people["submission_3"].problem
    assert "does not say whose" in people["submission_4"].problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2]",
        "text",
        "a: &a [1]\nb: *a",
        "a: &a [x]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(50)),
        "!!python/object/apply:os.system [true]",
        "a: !!python/name:os.system",
        "{" * 1_000,
        "[" * 1_000,
        "a: [",
        "\x00",
        "a: b: c",
    ],
)
def test_what_is_no_list_is_one_line(text):
    started = time.process_time()
    with pytest.raises(HandInError) as error:
        read_list(text.encode())
    assert str(error.value).isprintable()
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "submission_1:",
        "submission_1: 7",
        "submission_1: {':submitters': {':name': x}}",
        "submission_1: {':submitters': [x, y]}",
        "submission_1: {':submitters': [{':name': [x]}]}",
        "submission_1: {':submitters': [{':name': ''}]}",
        "submission_1: {':submitters': [{':sid': '7'}]}",
    ],
)
def test_an_odd_entry_says_that_nothing_is_known(text):
    assert "does not say whose" in read_list(text.encode())["submission_1"].problem


@pytest.mark.parametrize(
    "when", ["yesterday", "0001-01-01 00:00:00 Z", "9999-12-31 00:00:00 Z", ""]
)
def test_an_odd_time_is_none(when):
    text = f"a:\n  :submitters:\n  - :name: x\n  :created_at: {when}\n"
    assert read_list(text.encode())["a"].time is None


@pytest.mark.parametrize("packed", [False, True])
def test_the_list_says_whose_the_folders_are(course, packed):
    files = {f"{EXPORT}/submission_{i}/{T1}.ipynb": notebook(f"{i}") for i in (1, 2, 3, 4, 5)}
    files[f"{EXPORT}/{LIST_NAME}"] = LIST.encode()
    if packed:
        put_zip(course, "export.zip", files)
    else:
        for path, raw in files.items():
            put(course, path, raw)
    done, lines = run(course)
    assert done.new == [f"Jane_Doe/{T1}", f"Joe_Roe/{T1}"]
    stamp = course / "submitted" / "Joe_Roe" / T1 / "timestamp.txt"
    assert stamp.read_text() == "2026-01-30 23:00:07+00:00"
    assert [where.split("/")[-2] for where, _ in done.refused] == [
        f"submission_{i}" for i in (3, 4, 5)
    ]
    assert sum(line.startswith("needs you") for line in lines) == 3
    assert run(course)[0].unchanged == [f"Jane_Doe/{T1}", f"Joe_Roe/{T1}"]


def test_what_an_autograder_said_there_is_not_read():
    entry = """submission_{0}:
  :submitters:
  - :name: S{0}
  :results:
    tests:
    - output: "{1}"
      a: *odd
  - x
  :created_at: 2026-01-30 15:00:00 Z
"""
    text = "".join(entry.format(i, "x" * 1_000) for i in range(2_000))
    started = time.process_time()
    people = read_list(text.encode())
    assert time.process_time() - started < 5
    assert [people[f"submission_{i}"].name for i in (0, 1_999)] == ["S0", "S1999"]
    assert people["submission_0"].time == datetime(2026, 1, 30, 15, tzinfo=UTC)


def test_without_a_list_each_is_asked_about(course):
    for i in (1, 2, 3):
        put(course, f"{EXPORT}/submission_98765432{i}/{T1}.ipynb", notebook(f"{i}"))
    done, _ = run(course)
    assert (done.new, done.older) == ([], [])
    assert len(done.refused) == 3
    assert all("cannot tell whose it is" in why for _, why in done.refused)


def test_a_broken_list_is_said_and_the_hand_ins_are_asked_about(course):
    put(course, f"{EXPORT}/{LIST_NAME}", b"a: [")
    put(course, f"{EXPORT}/submission_1/{T1}.ipynb")
    done, _ = run(course)
    assert done.new == []
    reasons = dict(done.refused)
    assert "cannot be read" in reasons[f"{EXPORT}/{LIST_NAME}"]
    assert "cannot tell whose" in reasons[f"{EXPORT}/submission_1/{T1}.ipynb"]


def test_a_list_that_a_student_packed_says_nothing(course):
    lie = LIST.replace("submission_1", "homework").encode()
    put(course, f"bob/{LIST_NAME}", lie)
    put(course, f"bob/homework/{T1}.ipynb", notebook("bob"))
    mine = {LIST_NAME: lie, f"homework/{T1}.ipynb": notebook("eve")}
    put_zip(course, f"eve_{T1}.zip", mine)
    put_zip(course, "sly_1_2_x.zip", mine)
    done, _ = run(course)
    assert done.new == [f"{name}/{T1}" for name in ("bob", "eve", "sly")]


def test_two_of_one_name_are_asked_about(course):
    text = "".join(
        f"submission_{i}:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '{i}'\n" for i in (1, 2)
    )
    put(course, f"{EXPORT}/{LIST_NAME}", text.encode())
    for i in (1, 2):
        put(course, f"{EXPORT}/submission_{i}/{T1}.ipynb", notebook(f"{i}"))
    done, _ = run(course)
    assert done.new == []
    assert "several people are called Jane_Doe (Gradescope 1, Gradescope 2)" in done.refused[0][1]
