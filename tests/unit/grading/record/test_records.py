"""Records of gradings: one per hand-in, whole or not there, whatever a student is called."""

import dataclasses
import hashlib
import json
import os
from multiprocessing import get_context

import pytest

from nmautils.checks import CheckResult, Picture
from nmautils.errors import GradingBusy
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import (
    FORMAT,
    Event,
    EventKind,
    ExerciseResult,
    Graded,
    QuestionResult,
)
from nmautils.grading.record.records import (
    grading_lock,
    is_current,
    left_out,
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
        "questions": (QuestionResult("why", 3.0, True, "Think! 1"),),
        "events": (Event("double", EventKind.TIME_OUT, "too long"),),
        "repairs": ("One cell was put back.",),
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
        b"[]",
        b"null",
        json.dumps(json.loads(graded().to_json()) | {"title": 3}).encode(),
        json.dumps(
            json.loads(graded().to_json()) | {"events": [{"cell": "", "kind": "?", "text": ""}]}
        ).encode(),
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


def test_a_picture_of_a_check_comes_back_and_a_record_without_one_is_read(tmp_path):
    pictures = (
        Picture("Your 4 x 4 matrix", png="aGVsbG8="),
        Picture("Your 3 numbers", yours=("1", "2", "3"), expected=("1", "2", "4")),
        None,
    )
    checks = tuple(CheckResult("a", 1.0, False, picture=picture) for picture in pictures)
    written = graded(exercises=(ExerciseResult("relu_test", 3.0, 0.0, checks),))
    path = write_record(tmp_path, written)
    assert read_record(tmp_path, "tiny", "ada") == written
    fields = json.loads(path.read_text())
    for check in fields["exercises"][0]["checks"]:
        del check["picture"]
    path.write_text(json.dumps(fields))
    read = read_record(tmp_path, "tiny", "ada")
    assert [check.picture for check in read.exercises[0].checks] == [None] * 3


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (None, "was written by an earlier version, so `nmautils grade` grades it again"),
        (FORMAT - 1, "was written by an earlier version, so `nmautils grade` grades it again"),
        (FORMAT + 1, "was written by a later version, so `nmautils grade` grades it again"),
        ("2", "was written by an earlier version, so `nmautils grade` grades it again"),
    ],
)
def test_a_record_of_another_version_is_graded_again_with_the_same_inputs(tmp_path, number, said):
    path = write_record(tmp_path, graded())
    fields = json.loads(path.read_text()) | {"unanswered": []}
    del fields["format"], fields["questions"]
    if number is not None:
        fields["format"] = number
    path.write_text(json.dumps(fields))
    lines = []
    assert read_record(tmp_path, "tiny", "ada", lines.append) is None
    assert list(read_records(tmp_path, "tiny", lines.append)) == []
    assert lines == [f"{path} {said}"] * 2
    assert seed_for(tmp_path, "tiny", "ada", "s" * 64) == 7


def test_what_happened_reads_as_the_words_of_the_table():
    assert [str(kind) for kind in EventKind] == [
        "time-out",
        "died",
        "output cut",
        "not run",
        "memory",
        "line left out",
    ]
    assert f"{EventKind.TIME_OUT} in double" == "time-out in double"


def test_the_same_file_keeps_its_seed_and_another_gets_another(tmp_path):
    def seed(digest):
        return seed_for(tmp_path, "tiny", "ada", digest)

    assert len({seed("s" * 64) for _ in range(9)}) > 1
    path = write_record(tmp_path, graded())
    assert seed("s" * 64) == 7
    assert len({seed("t" * 64) for _ in range(9)}) > 1
    assert 0 <= seed("t" * 64) < 2**32
    for content in (b"", b"[]", b"{}", b'{"submission": "", "seed": "x"}', b"\xff"):
        path.write_bytes(content)
        assert 0 <= seed("") < 2**32


@pytest.mark.parametrize("length", [0, 9, 60])
def test_a_record_cut_before_its_seed_is_graded_again_with_new_inputs_and_says_so(tmp_path, length):
    path = write_record(tmp_path, graded())
    whole = path.read_bytes()
    path.write_bytes(whole[:length])
    said = []
    assert read_record(tmp_path, "tiny", "ada", said.append) is None
    assert said == [
        f"{path} is no record (JSONDecodeError), so `nmautils grade` grades it again, with new "
        "inputs for its tests"
    ]
    assert len({seed_for(tmp_path, "tiny", "ada", "s" * 64) for _ in range(9)}) > 1


@pytest.mark.parametrize("step", ["fsync", "fchmod", "replace"])
def test_a_write_that_fails_leaves_the_record_that_was_there(tmp_path, monkeypatch, step):
    def fail(*given):
        raise OSError("No space left on device")

    path = write_record(tmp_path, graded())
    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(OSError, match="No space"):
            write_record(tmp_path, graded(seed=8))
    assert read_record(tmp_path, "tiny", "ada") == graded()
    assert [entry for entry in path.parent.glob("*.json") if entry != path] == []


def test_who_has_a_record_that_was_not_read_is_named(tmp_path):
    for name in ODD_NAMES:
        write_record(tmp_path, graded(name))
    short = [name for name in ODD_NAMES if len(record_path(tmp_path, "tiny", name).name) < 150]
    assert left_out(tmp_path, "tiny", ODD_NAMES) == []
    assert sorted(left_out(tmp_path, "tiny", set(ODD_NAMES) - set(short))) == sorted(short)
    assert left_out(tmp_path, "none", []) == []


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
            with pytest.raises(GradingBusy, match=rf"by process {os.getpid()};"):  # noqa: SIM117
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
    with pytest.raises(GradingBusy, match=str(child.pid)):  # noqa: SIM117
        with grading_lock(tmp_path):
            pass
    child.kill()
    child.join()
    with grading_lock(tmp_path):
        pass


def test_who_changes_the_fields_of_a_record_looks_at_its_number():
    kinds = (Graded, ExerciseResult, QuestionResult, Event, CheckResult, Picture)
    names = [field.name for kind in kinds for field in dataclasses.fields(kind)]
    text = " ".join([*names, *(kind.value for kind in EventKind)])
    assert (FORMAT, hashlib.sha256(text.encode()).hexdigest()[:8]) == (4, "a5c9d289")


@pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
def test_a_record_that_was_cut_keeps_its_seed(tmp_path, part):
    record = graded()
    path = write_record(tmp_path, record)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * part)])
    said = []
    assert read_record(tmp_path, "tiny", "ada", said.append) is None
    assert "new inputs" not in said[0]
    assert seed_for(tmp_path, "tiny", "ada", record.submission) == record.seed
    # Another file is not graded with the inputs of this one.
    assert seed_for(tmp_path, "tiny", "ada", "0" * 64) != record.seed
