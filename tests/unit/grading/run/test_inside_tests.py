"""A test cell of asserts that ran in the student's process: its points, and what is said of it."""

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from nmautils.cells import runs_inside
from nmautils.checks import NOT_SOLVED
from nmautils.grading.model import words
from nmautils.grading.model.limits import TEST_HINT_CHARACTERS
from nmautils.grading.run.inside_tests import TooMany, judge_inside, points_by_outputs
from nmautils.grading.run.kernel import CellRun

POSSIBLE = 2.0


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(text):
    data = {"text/plain": text}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def value(text):
    return {**shown(text), "metadata": {"result": True}}


def error(kind="AssertionError", message=""):
    return {"output_type": "error", "ename": kind, "evalue": message, "traceback": []}


def failed(kind="AssertionError", message="", line=1):
    return CellRun("error", [error(kind, message)], line=line)


def by_nbgrader(outputs):
    cell = new_code_cell("")
    cell.metadata.nbgrader = {"grade": True, "solution": False, "points": POSSIBLE}
    for output in outputs:
        kind = "execute_result" if output.get("metadata", {}).get("result") else None
        given = {k: v for k, v in output.items() if k != "output_type"}
        cell.outputs.append(new_output(kind or output["output_type"], **{**given}))
    return determine_grade(cell)[0]


# --- points --------------------------------------------------------------------------------------

OUTPUTS = {
    "nothing": [],
    "printed": [stream("well done\n")],
    "a number printed": [stream("0.5\n")],
    "a number displayed": [shown("0.5")],
    "an error": [error()],
    "printed and an error": [stream("1"), error("ValueError")],
    "a warning": [stream("careful", "stderr")],
    "a warning before a number": [stream("careful", "stderr"), value("1.5")],
    "a number before a warning": [value("1.5"), stream("careful", "stderr")],
    "a part": [value("0.5")],
    "a whole number": [value("1")],
    "all": [value("2.0")],
    "zero": [value("0")],
    "minus zero": [value("-0.0")],
    "with blanks": [value(" 1.25 ")],
    "in the form of science": [value("1e-1")],
    "below zero": [value("-1")],
    "not a number": [value("nan")],
    "true": [value("True")],
    "false": [value("False")],
    "a text": [value("'0.5'")],
    "a list": [value("[0.5]")],
    "numpy's": [value("np.float64(0.5)")],
    "two numbers": [value("0.5"), value("1.5")],
    "underscores": [value("1_0e-1")],
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_points_are_those_of_nbgrader(name):
    assert points_by_outputs(OUTPUTS[name], POSSIBLE) == by_nbgrader(OUTPUTS[name])


@pytest.mark.parametrize("text", ["2.5", "inf", "1e9", ""])
def test_where_nbgrader_grades_nothing_a_person_looks(text):
    with pytest.raises((ValueError, KeyError)):
        by_nbgrader([value(text)])
    with pytest.raises(TooMany):
        points_by_outputs([value(text)], POSSIBLE)
    verdict = judge_inside("f()", "f()", CellRun("ok", [value(text)]), POSSIBLE)
    assert verdict.score == 0
    assert "the test went wrong" in verdict.problem
    assert verdict.checks[0].hint == words.TEST_WENT_WRONG


@pytest.mark.parametrize("status", ["error", "time-out", "memory", "died"])
def test_a_cell_that_did_not_end_well_earns_nothing(status):
    verdict = judge_inside("f()", "f()", CellRun(status, [value("2.0")]), POSSIBLE)
    assert verdict.score == 0
    assert not verdict.checks[0].passed
    assert verdict.checks[0].hint


def test_a_test_that_was_not_run_earns_nothing_even_if_it_is_worth_nothing():
    verdict = judge_inside("f()", "f()", None, 0.0)
    assert [(check.passed, check.hint) for check in verdict.checks] == [(False, words.TEST_NOT_RUN)]


def test_a_part_of_the_points_is_told():
    verdict = judge_inside("f()", "f()", CellRun("ok", [value("0.5")]), POSSIBLE)
    assert verdict.score == 0.5
    assert [(check.points, check.passed) for check in verdict.checks] == [(0.5, True), (1.5, False)]
    assert verdict.checks[1].hint == "This test gave 0.5 of 2 points."


def test_zero_as_a_value_and_a_warning_are_told_apart():
    zero = judge_inside("f()", "f()", CellRun("ok", [value("0")]), POSSIBLE)
    warned = judge_inside("f()", "f()", CellRun("ok", [stream("!", "stderr")]), POSSIBLE)
    assert zero.checks[0].hint == "This test gave 0 of 2 points."
    assert warned.checks[0].hint == words.TEST_WARNED


# --- names and hints -----------------------------------------------------------------------------

TEST = """\
\"\"\"Squares of some numbers
and more\"\"\"
assert f(2) == 4
assert f(3) == 9, "think of 3"
assert f(4) == 16, f"f(4) is {f(4)}"
if not f(5):
    raise AssertionError
### BEGIN HIDDEN TESTS
assert f(12) == 144, "think of more"
assert f(13) == 169, f"f(13) is {f(13)}"
assert f(14) == 196
secret = f(15)
### END HIDDEN TESTS
assert f(6) == 36
"""
SHOWN = TEST.partition("### BEGIN")[0]
HIDDEN = words.TEST_HIDDEN_FAILED.format("AssertionError")


def hint(run, test=TEST, **more):
    return judge_inside(test, SHOWN, run, POSSIBLE, **more).checks[0].hint


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (failed(line=3), "`f(2) == 4` does not hold."),
        (failed(message="think of 3", line=4), "think of 3"),
        (failed(message="f(4) is 8", line=5), "f(4) is 8"),
        (failed(line=7), "It failed at `raise AssertionError`."),
        (failed("NameError", "name 'f' is not defined", line=3), None),
        (failed("TypeError", "", line=3), "TypeError"),
        (failed(message="think of more", line=9), "think of more"),
        (failed(message="f(13) is 1", line=10), HIDDEN),
        (failed(line=11), HIDDEN),
        (failed("KeyError", "15", line=12), words.TEST_HIDDEN_FAILED.format("KeyError")),
        (failed(message="x", line=14), "x"),
        (CellRun("time-out"), words.TEST_TOO_LONG),
        (CellRun("died"), words.TEST_ENDED),
        (CellRun("memory"), words.TEST_ENDED),
    ],
)
def test_a_hint_is_the_message_of_the_assert_that_failed(run, said):
    assert hint(run) == (said or "NameError: name 'f' is not defined")


@pytest.mark.parametrize(
    "run",
    [
        failed(message="assert f(14) == 196", line=3),
        failed(message="see: assert   f(14)\n==  196 !", line=4),
        failed("ValueError", "secret = f(15)", line=3),
        failed("secret = f(15)", "", line=3),
        failed(message=TEST, line=5),
        failed(message="anything", line=0),
        failed(message="anything", line=10**5),
        failed(message="anything", line=-3),
        failed("anything", "anything", line=11),
        failed(message="\x1b[31massert f(14) == 196\x1b[0m", line=3),
    ],
)
def test_a_hint_holds_no_line_of_the_hidden_part(run):
    said = hint(run)
    for secret in ("f(14) == 196", "secret = f(15)", "f(13)"):
        assert secret not in " ".join(said.split()).replace(run.outputs[0]["ename"], "")
    assert "anything" not in said.replace(run.outputs[0]["ename"], "")


@pytest.mark.parametrize("kind", ["AssertionError", "ValueError"])
def test_a_hint_is_short_and_plain(kind):
    said = hint(failed(kind, "a\x00\x1b[31m" + "b \n" * 5000, line=3))
    assert len(said) <= TEST_HINT_CHARACTERS
    assert said.isprintable()


@pytest.mark.parametrize(
    ("test", "line"),
    [
        ("%%time\nassert f()", 1),
        ("assert f(", 1),
        ("assert " + "(" * 5000 + "f()" + ")" * 5000, 1),
        ("!ls\nassert f()", 2),
        ("", 1),
        ("f()", 400),
    ],
)
def test_a_hint_is_found_whatever_the_test_looks_like(test, line):
    assert hint(failed(line=line), test)


def test_an_answer_that_was_not_begun_is_told_as_such():
    run = failed("NotImplementedError", line=3)
    check = judge_inside(TEST, SHOWN, run, POSSIBLE, untouched=True).checks[0]
    assert (check.mistake, check.hint) == (NOT_SOLVED, words.ANSWER_LEFT)
    assert hint(run) == "NotImplementedError"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (SHOWN, "Squares of some numbers"),
        ("'one line'\nassert f", "one line"),
        ("# @title Small numbers\nassert f", "Small numbers"),
        ("## many\nassert f", "many"),
        ("assert f", words.TEST_INSIDE),
        ("", words.TEST_INSIDE),
        ("### BEGIN HIDDEN TESTS", words.TEST_INSIDE),
        ('"""' + "long " * 100 + '"""', ("long " * 20)),
        ("'broken\nassert f", "broken"),
        ("%%time\nassert f", words.TEST_INSIDE),
    ],
)
def test_a_test_is_named_by_what_students_see_at_its_top(source, name):
    verdict = judge_inside("assert f", source, CellRun("ok"), POSSIBLE)
    assert verdict.checks[0].name == name


@pytest.mark.parametrize(
    ("test", "inside"),
    [
        ("assert f(1) == 1", True),
        ("", True),
        ("2 * f(1)", True),
        ("@probe\ndef g(): ...\nchecks.report()", False),
        ("checks.report()", False),
    ],
)
def test_tests_of_asserts_run_inside(test, inside):
    assert runs_inside(test) is inside
