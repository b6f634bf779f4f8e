"""Records of gradings: one per hand-in, whole or not there, whatever a student is called."""

import json
import os
from multiprocessing import get_context

import pytest

from nmautils.checks import CheckResult
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import Event, ExerciseResult, Graded
from nmautils.grading.record.records import (
    grading_lock,
    is_current,
    read_record,
    read_records,
    record_path,
    seed_for,
    write_atomically,
    write_record,
)

BUNDLE = Bundle("tiny", "{}", {"double_test": "1"})

ODD_NAMES = [
    "ada",
    "a.b-c_d@example.org",
    "Zoë Ångström",
    "Zoe\u0308 A\u030angstro\u0308m",
    "..",
    ".",
    "../../ada",
    "ada/../bob",
    "a%2Fb",
    "a b",
    "a\nb",
    "-rf",
    "CON",
    "小明",
    "x" * 255,
    "x" * 254 + "y",
    "é" * 127,
]


def graded(student="ada", **changes):
    values = {
        "student": student,
        "assignment": "tiny",
        "bundle": BUNDLE.digest,
        "submission": "s" * 64,
        "seed": 7,
        "notebook": "{}",
        "exercises": (
            ExerciseResult("double_test", 2.0, 1.0, (CheckResult("a check", 1.0, True),)),
        ),
        "events": (Event("double", "time-out", "too long"),),
    }
    return Graded(**{**values, **changes})


@pytest.mark.parametrize("student", ODD_NAMES, ids=ascii)
def test_a_record_comes_back_as_it_was_written(tmp_path, student):
    path = write_record(tmp_path, graded(student))
    assert read_record(tmp_path, "tiny", student) == graded(student)
    assert path.parent == tmp_path / ".nmautils/graded/tiny"
    assert len(path.name) <= 250


def test_no_two_students_share_a_file(tmp_path):
    assert len({record_path(tmp_path, "tiny", name) for name in ODD_NAMES}) == len(ODD_NAMES)
    for name in ODD_NAMES:
        write_record(tmp_path, graded(name))
    assert {record.student for record in read_records(tmp_path, "tiny")} == set(ODD_NAMES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"student": "ada"}',
        b"[" * 100_000,
        graded("bob").to_json().encode(),
        json.dumps(json.loads(graded().to_json()) | {"seed": "x"}).encode(),
        json.dumps(json.loads(graded().to_json()) | {"exercises": 3}).encode(),
        json.dumps(json.loads(graded().to_json()) | {"more": 3}).encode(),
        graded(exercises=(ExerciseResult("double_test", 2.0, "all"),)).to_json().encode(),
    ],
    ids=ascii,
)
def test_a_damaged_or_foreign_file_is_no_record(tmp_path, content):
    said = []
    path = record_path(tmp_path, "tiny", "ada")
    write_atomically(path, content)
    assert read_record(tmp_path, "tiny", "ada", said.append) is None
    assert list(read_records(tmp_path, "tiny")) == []
    assert len(said) == 1
    assert str(path) in said[0]
    assert "\n" not in said[0]


def test_nothing_there_is_nothing_to_warn_of(tmp_path):
    said = []
    assert read_record(tmp_path, "tiny", "ada", said.append) is None
    assert list(read_records(tmp_path, "tiny")) == []
    assert said == []


def test_a_hand_in_is_current_if_nothing_that_marks_depend_on_has_changed():
    record, digest = graded(), "s" * 64
    assert is_current(record, BUNDLE, digest)
    assert not is_current(None, BUNDLE, digest)
    assert not is_current(record, BUNDLE, "t" * 64)
    assert not is_current(record, Bundle("tiny", "{}", {"double_test": "2"}), digest)
    assert not is_current(record, BUNDLE, digest, full=True)
    assert is_current(graded(full=True), BUNDLE, digest)


def test_the_same_file_keeps_its_seed_and_another_gets_another():
    assert seed_for(graded(), "s" * 64) == 7
    assert len({seed_for(graded(), "t" * 64) for _ in range(9)}) > 1
    assert 0 <= seed_for(None, "t" * 64) < 2**32


def test_a_file_is_replaced_whole_and_a_left_over_is_written_over(tmp_path):
    path = tmp_path / "folder" / "file"
    write_atomically(path, b"first", 0o444)
    (path.parent / ".file.part").write_bytes(b"left over by a killed run")
    write_atomically(path, b"second", 0o444)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o444
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_only_one_process_grades_and_the_other_says_which(tmp_path):
    with grading_lock(tmp_path):
        for _ in range(2):
            with pytest.raises(RuntimeError, match=rf"by process {os.getpid()};"):  # noqa: SIM117
                with grading_lock(tmp_path):
                    pass
    with grading_lock(tmp_path):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    fork = get_context("fork")
    locked = fork.Event()

    def hold():
        with grading_lock(tmp_path):
            locked.set()
            fork.Event().wait()

    child = fork.Process(target=hold)
    child.start()
    assert locked.wait(20)
    with pytest.raises(RuntimeError, match=str(child.pid)):  # noqa: SIM117
        with grading_lock(tmp_path):
            pass
    child.kill()
    child.join()
    with grading_lock(tmp_path):
        pass
