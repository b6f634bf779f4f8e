"""Tests of asserts in a tutorial: `verify` tells them, and holds them to what asserts can show."""

import argparse
import re
import shutil

import pytest
from nbformat.v4 import new_notebook, new_output

from nmautils.commands import verify as command
from nmautils.course import expected
from nmautils.course.inside import inside_of, told_inside
from nmautils.course.private import KEEP_PRIVATE
from nmautils.course.probes import check_probes
from nmautils.course.stamp import Place
from nmautils.course.verify.runs import check_solution_run, check_student_run
from tests.support.grading_class import TEST, graded
from tests.support.paths import TINY_COURSE

ASSERTS = (
    "assert mean([1, 3]) == 2\n### BEGIN HIDDEN TESTS\nassert mean([]) == 0\n### END HIDDEN TESTS"
)
PROBED = TEST.format(name="mean", at4=8, at10=20, athalf=1.0)


@pytest.fixture
def course(tmp_path):
    root = shutil.copytree(TINY_COURSE, tmp_path / "course")
    path = root / "source" / "tiny" / "tiny.md"
    text = path.read_text()
    cell = re.compile(r"(grade_id: mean_test[^\n]*\n\n).*?(\n```)", re.DOTALL)
    path.write_text(cell.sub(lambda found: found[1] + ASSERTS + found[2], text, count=1))
    return root


def notebook(*sources):
    cells = [graded(source, f"mean{i}_test", test=True) for i, source in enumerate(sources)]
    for cell in cells:
        cell.metadata.nbgrader["points"] = 2.0
    return new_notebook(cells=cells)


def test_tests_without_probes_are_named_in_order():
    assert inside_of(notebook(ASSERTS, PROBED, "1 + 1")) == ["mean0_test", "mean2_test"]
    assert inside_of(notebook(PROBED)) == []


def test_verify_says_which_tests_are_tested_inside(course, capsys, monkeypatch):
    line = "tiny: tested inside, where a student's code can fool the test: mean_test"
    assert told_inside(course) == [line]
    assert told_inside(TINY_COURSE) == []
    monkeypatch.setattr(command, "verify", lambda *given: [])
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["--root", str(course)])) == 0
    assert capsys.readouterr().out == f"{KEEP_PRIVATE}\n{line}\nno problems found\n"


def test_a_source_with_a_mistake_is_left_to_verify(course):
    path = course / "source" / "tiny" / "tiny.md"
    path.write_text(path.read_text() + "\n{{ unknown }}\n")
    assert told_inside(course) == []


@pytest.mark.parametrize(
    "source", [ASSERTS, "mean([1])", "x = mean\nassert x([1]) == 1", "%%time\n1"]
)
def test_asserts_need_no_probe(source):
    made = notebook(source)
    assert list(check_probes(made, [Place("x.md", 1, "mean_test")])) == []


def run(check, monkeypatch, source, *outputs):
    made = notebook(source)
    made.cells[0].outputs = list(outputs)
    monkeypatch.setattr(expected, "solution_notebook", lambda stamped: stamped)
    monkeypatch.setattr(expected, "execute", lambda *given, **named: made)
    return [str(problem) for problem in check(made, "small", "here")]


def value(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


ERROR = new_output("error", ename="AssertionError", evalue="no", traceback=[])


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([], ""),
        ([new_output("stream", name="stdout", text="well done")], ""),
        ([value("2.0")], ""),
        ([value("1.5")], "the solution gets 1.5 of 2.0 points"),
        ([ERROR], "raised AssertionError"),
        ([new_output("stream", name="stderr", text="careful")], "writes to stderr"),
    ],
)
def test_the_solution_has_full_marks_in_asserts_too(monkeypatch, outputs, said):
    problems = run(check_solution_run, monkeypatch, ASSERTS, *outputs)
    assert any(said in line for line in problems) if said else not problems
    # A test that uses our checks has to end with a number.
    assert run(check_solution_run, monkeypatch, PROBED)


@pytest.mark.parametrize(
    ("outputs", "right"),
    [([ERROR], True), ([value("0.0")], True), ([], False), ([value("2.0")], False)],
)
def test_asserts_give_nothing_for_the_untouched_notebook(monkeypatch, outputs, right):
    assert (not run(check_student_run, monkeypatch, ASSERTS, *outputs)) is right
