"""How far a run with ``--force`` has come."""

import pytest

from nmautils.grading.record.forced import ForcedRun, forced_path


def found(root, assignments=("tiny",), students=(), full=False):
    return ForcedRun.find(root, assignments, students, full)


def test_a_run_that_was_stopped_goes_on(tmp_path):
    run = found(tmp_path)
    assert run.done == set()
    run.begin()
    run.note("ada", "tiny")
    run.note('b"o\nb\udcff', "tiny")
    assert found(tmp_path).done == {("ada", "tiny"), ('b"o\nb\udcff', "tiny")}
    again = found(tmp_path)
    again.begin()
    again.note("eve", "tiny")
    assert len(found(tmp_path).done) == 3


@pytest.mark.parametrize(
    "other", [{"assignments": ["other"]}, {"students": ["ada"]}, {"full": True}]
)
def test_what_was_asked_otherwise_begins_anew(tmp_path, other):
    run = found(tmp_path)
    run.begin()
    run.note("ada", "tiny")
    another = found(tmp_path, **other)
    assert another.done == set()
    another.begin()
    assert found(tmp_path).done == set()


def test_the_order_of_names_makes_no_difference(tmp_path):
    run = found(tmp_path, students=["ada", "bob"])
    run.begin()
    run.note("ada", "tiny")
    assert found(tmp_path, students=["bob", "ada"]).done == {("ada", "tiny")}


def test_a_run_that_is_done_leaves_nothing(tmp_path):
    run = found(tmp_path)
    run.begin()
    run.note("ada", "tiny")
    run.end()
    assert not forced_path(tmp_path).exists()
    assert found(tmp_path).done == set()
    run.end()


@pytest.mark.parametrize("rest", ['["ev', '"eve"', "[1, 2]", '["a"]', "\x00", '["a", "b", "c"]'])
def test_a_line_that_was_cut_is_one_that_is_not_there(tmp_path, rest):
    run = found(tmp_path)
    run.begin()
    run.note("ada", "tiny")
    with forced_path(tmp_path).open("a") as file:
        file.write(rest)
    assert found(tmp_path).done == {("ada", "tiny")}


@pytest.mark.parametrize("text", ["", "{", "\n\n", "[]"])
def test_a_list_without_its_first_line_counts_for_nothing(tmp_path, text):
    forced_path(tmp_path).parent.mkdir()
    forced_path(tmp_path).write_text(f'{text}\n["ada", "tiny"]\n' if text else "")
    assert found(tmp_path).done == set()
