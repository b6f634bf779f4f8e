"""The parts of the benchmark of a whole class: what it looks at, and its tables."""

import os
from datetime import timezone

import pytest

from benchmarks import whole_class
from benchmarks.grading import Timing, write
from benchmarks.whole_class import MARKS, Stage, resident, shares, stages, tables
from tests.support.paths import ROOT


def test_stages_are_the_commands_of_an_instructor_from_collect_to_marks():
    names = [" ".join(stage.arguments) for stage in stages(["one", "two"])]
    assert names == [
        "nmautils.cli collect",
        "nmautils.cli grade --jobs 2",
        "nmautils.cli grade --jobs 2",
        "nmautils.cli summary",
        "nbgrader generate_feedback one",
        "nbgrader generate_feedback two",
        "nmautils.cli marks",
        "nbgrader export",
    ]


def test_memory_is_that_of_begin_middle_and_end_without_the_start():
    stage = Stage("grade", [], memory=[5.0] * 20 + [100.0] * 60 + [150.0] * 60 + [200.0] * 60)
    assert [stage.memory_at(share) for share in (0.0, 0.5, 1.0)] == [100.0, 150.0, 200.0]
    assert Stage("short", [], memory=[7.0]).memory_at(1.0) == 7.0
    assert Stage("shorter", []).memory_at(0.5) == 0.0


def test_memory_of_this_process_is_seen_and_of_none_not():
    assert 10 < next(resident(os.getpid())) < 10_000
    assert list(resident(2**22 + 1)) == []


@pytest.mark.parametrize(
    ("number", "starts"), [(4000, [0, 1900, 3800]), (40, [0, 19, 38]), (1, [0, 0, 0])]
)
def test_the_gradebooks_share_is_looked_at_with_no_half_and_all_rows(number, starts):
    found = shares([float(i) for i in range(number)])
    assert [start for start, _ in found] == starts
    width = max(1, number // 20)
    assert [each for _, each in found] == [start + (width - 1) / 2 for start in starts]


def test_tables_say_what_each_stage_took_and_go_into_the_page(tmp_path):
    done = stages(["one"])
    for stage in done:
        stage.took, stage.memory = Timing(30.0, 60.0), [100.0] * 40
    text = tables(done, 20, [0.004] * 4000)
    assert "| collect | 30.0 s | 60.0 s | 100 / 100 / 100 MB |" in text
    assert "| **all of it** | **3.5 min** | **7.0 min** | |" in text
    assert "Grading took 1.50 s a submission, 3.00 s of processor time" in text
    assert "| 1,900 | 4.0 ms |" in text
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "scaling.md").read_text())
    write(page, text, MARKS)
    assert text in page.read_text()
    assert page.read_text().count(MARKS[0]) == 1


def test_hand_ins_are_in_time():
    assert whole_class.HANDED_IN.replace(tzinfo=timezone.utc).year == 2030
