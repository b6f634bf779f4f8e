"""Scores of test cells, read by nbgrader's own rule from what our step leaves."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from nmautils.grading.scores import parse_score, settle


def result(text, **more):
    return new_output("execute_result", data={"text/plain": text, **more}, execution_count=1)


def stream(name, text):
    return new_output("stream", name=name, text=text)


ERROR = new_output("error", ename="OSError", evalue="no", traceback=["OSError: no"])


def executed_test(*outputs, points=2.0, count=1):
    cell = new_code_cell("score", outputs=list(outputs), execution_count=count)
    cell.metadata.nbgrader = {
        "grade": True,
        "grade_id": "x_test",
        "locked": True,
        "points": points,
        "schema_version": 3,
        "solution": False,
    }
    return cell


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("0.5", 0.5),
        ("1", 1.0),
        ("1e-1", 0.1),
        (" +.25\n", 0.25),
        ("np.float64(0.5)", 0.5),
        ("numpy.float32(1.5)", 1.5),
        ("tensor(0.5000, dtype=torch.float64, grad_fn=<MeanBackward0>)", 0.5),
        ("array(1.)", 1.0),
        (["1.", "5"], 1.5),
        ("-1", -1.0),
    ],
)
def test_numbers_are_read_however_they_are_shown(text, score):
    assert parse_score(text) == score


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e999", "True", "None", "'0.5'", "", "1 point", "[1, 2]", "1_0"]
)
def test_what_is_not_a_finite_number_is_no_score(text):
    assert parse_score(text) is None


@pytest.mark.parametrize(
    ("outputs", "score"),
    [
        pytest.param([result("1.5")], 1.5, id="a number"),
        pytest.param([result("np.float64(0.5)")], 0.5, id="a numpy number"),
        pytest.param([result("-1.0")], 0.0, id="below zero"),
        pytest.param([result("100.0")], 2.0, id="above the points"),
        pytest.param([result("nan")], 0.0, id="nan"),
        pytest.param([result("True")], 0.0, id="not a number"),
        pytest.param([], 0.0, id="no value"),
        pytest.param([stream("stderr", "warning"), result("2.0")], 2.0, id="a warning first"),
        pytest.param([result("2.0"), stream("stderr", "warning")], 2.0, id="a warning last"),
        pytest.param([result("2.0"), result("0.5")], 0.5, id="two results"),
        pytest.param([result("2.0"), ERROR], 0.0, id="an error after a result"),
        pytest.param([ERROR, result("2.0")], 0.0, id="a result after an error"),
    ],
)
def test_nbgrader_finds_the_settled_score(outputs, score):
    cell = executed_test(*copy.deepcopy(outputs))
    assert settle(cell) == score
    assert determine_grade(cell) == (score, 2.0)


def test_a_cell_that_was_not_run_scores_nothing():
    cell = executed_test(result("2.0"), count=None)
    assert settle(cell) == 0.0
    assert determine_grade(cell)[0] == 0.0


def test_settling_twice_changes_nothing():
    cell = executed_test(result("1.5"), result("1.0"), stream("stderr", "w"))
    settle(cell)
    once = copy.deepcopy(cell)
    settle(cell)
    assert cell == once


def test_what_the_student_sees_stays():
    table = {"text/html": "<table><tr><td>check</td></tr></table>"}
    for outputs in (
        [stream("stdout", "hello"), stream("stderr", "careful"), result("1.0", **table)],
        [stream("stdout", "hello"), stream("stderr", "careful"), result("1.0", **table), ERROR],
    ):
        cell = executed_test(*outputs)
        settle(cell)
        shown = [o.get("text") or o.get("data", {}).get("text/html") for o in cell.outputs]
        assert "hello" in shown
        assert "careful" in shown
        assert table["text/html"] in shown
