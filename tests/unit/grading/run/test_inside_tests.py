"""A test cell of asserts that ran in the student's process: its points, and what is said of it."""

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from nmautils.cells import runs_inside
from nmautils.checks import NOT_SOLVED
from nmautils.grading.model import words
from nmautils.grading.model.limits import TEST_HINT_CHARACTERS
from nmautils.grading.run.inside_tests import TooMany, hides, judge_inside, points_by_outputs
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
AFTER = "assert f(6) == 36\n"
HIDDEN = words.TEST_HIDDEN_FAILED.format("AssertionError")


def hint(run, test=TEST, shown=SHOWN + AFTER, **more):
    return judge_inside(test, shown, run, POSSIBLE, **more).checks[0].hint


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (failed(line=3), "`f(2) == 4` does not hold."),
        (failed(message="think of 3", line=4), "think of 3"),
        (failed(message="f(4) is 8", line=5), "f(4) is 8"),
        (failed(line=7), "It failed at `raise AssertionError`."),
        (failed("NameError", "name 'f' is not defined", line=3), None),
        (failed("TypeError", "", line=3), "TypeError"),
        (failed(message="x", line=8), "x"),
        (failed(message="", line=0), words.TEST_FAILED),
        (CellRun("time-out"), words.TEST_TOO_LONG),
        (CellRun("died"), words.TEST_ENDED),
        (CellRun("memory"), words.TEST_ENDED),
    ],
)
def test_a_hint_is_the_message_of_the_assert_that_failed(run, said):
    test = SHOWN + AFTER
    assert hint(run, test, test) == (said or "NameError: name 'f' is not defined")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (failed(line=3), "`f(2) == 4` does not hold."),
        (failed(message="think of 3", line=4), "think of 3"),
        (failed(message="f(4) is 8", line=5), "`f(4) == 16` does not hold."),
        (failed(line=7), "It failed at `raise AssertionError`."),
        (failed("NameError", "name 'f'", line=3), "It failed at `assert f(2) == 4` (NameError)."),
        (failed("Mine", "x", line=4), 'It failed at `assert f(3) == 9, "think of 3"` (an error).'),
        (failed(message="think of more", line=9), "think of more"),
        (failed(message="f(13) is 1", line=10), HIDDEN),
        (failed(line=11), HIDDEN),
        (failed("KeyError", "15", line=12), words.TEST_HIDDEN_FAILED.format("KeyError")),
        (failed("Mine", "15", line=12), words.TEST_HIDDEN_FAILED.format("an error")),
        (failed(message="x", line=14), "`f(6) == 36` does not hold."),
        (CellRun("time-out"), words.TEST_TOO_LONG),
        (CellRun("died"), words.TEST_ENDED),
        (CellRun("memory"), words.TEST_ENDED),
    ],
)
def test_where_something_is_hidden_a_hint_is_what_the_author_wrote(run, said):
    assert hint(run) == said


def test_a_test_that_hides_nothing_says_no_message_beside_one_that_does():
    test = SHOWN + AFTER
    for line in (*range(-1, 12), 10**5):
        for kind in ("AssertionError", "ValueError", "anything", ""):
            said = hint(failed(kind, "anything", line), test, test, secrets=True)
            assert "anything" not in said
            assert said
    assert hint(failed(message="x", line=0), test, test, secrets=True) == words.TEST_FAILED
    assert hint(failed(message="x", line=4), test, test, secrets=True) == "think of 3"


# Each is what a student's process may say: another coding, a class's name, a line that is not so.
@pytest.mark.parametrize("kind", ["AssertionError", "ValueError", "anything", "Error", ""])
@pytest.mark.parametrize("line", [*range(-1, 16), 10**5])
def test_a_hint_holds_nothing_that_the_process_says(kind, line):
    said = {hint(failed(kind, message, line)) for message in ("", "anything", TEST, TEST[::-1])}
    assert len(said) == 1
    (said,) = said
    for secret in ("f(14)", "f(15)", "f(13)", "f(12)", "anything", "\n"):
        assert secret not in said


@pytest.mark.parametrize(
    ("test", "shown"),
    [
        # Marks that this course has set for itself.
        ("assert f(1)\n# HIDE\nassert f(2)\n# SHOW", "assert f(1)"),
        # Of an assert over several lines, some are shown.
        (
            "assert f(\n1,\n### BEGIN HIDDEN TESTS\nf(2)\n### END HIDDEN TESTS\n)",
            "assert f(\n1,\n)",
        ),
    ],
)
def test_what_is_hidden_is_told_by_what_was_released(test, shown):
    assert hides(test, shown)
    for line in range(8):
        assert "f(2)" not in hint(failed(message="f(2)", line=line), test, shown)
    assert not hides(shown, shown)


@pytest.mark.parametrize("kind", ["AssertionError", "ValueError"])
def test_a_hint_is_short_and_plain(kind):
    for test in (TEST, SHOWN):
        said = hint(failed(kind, "a\x00\x1b[31m" + "b \n" * 5000, line=3), test)
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
    for shown in (test, SHOWN):
        assert hint(failed(line=line), test, shown)


def test_an_answer_that_was_not_begun_is_told_as_such():
    run = failed("NotImplementedError", line=3)
    check = judge_inside(TEST, SHOWN, run, POSSIBLE, untouched=True).checks[0]
    assert (check.mistake, check.hint) == (NOT_SOLVED, words.ANSWER_LEFT)
    assert hint(run, SHOWN, SHOWN) == "NotImplementedError"
    assert hint(run) == "It failed at `assert f(2) == 4` (NotImplementedError)."


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
