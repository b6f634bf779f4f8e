"""The judge runs a test cell without ever running a line of a student's."""

import os

import numpy as np
import pytest
import torch

from nmautils import check
from nmautils.grading.run.judge import judge
from nmautils.grading.run.kernel import ProbeTooSlow, StudentError

TEST = """
import numpy as np
from nmautils.check import Checks, probe

@probe
def ask(x):
    return double(x)

checks = Checks("double")
with checks("a known case", points=1):
    checks.close(ask(2), 4)
with checks("random cases", points=2):
    x = checks.rng.standard_normal(5)
    checks.close(ask(x), 2 * x)
checks.report()
"""


def answering(function):
    asked = []

    def ask(source, name, given, named):
        asked.append((source, name, given, named))
        return function(*given, **named)

    ask.asked = asked
    return ask


def raising(name, text="", where=""):
    def fail(*given):
        error = type(name, (StudentError,), {})(text)
        error.where = where
        raise error

    return answering(fail)


def test_a_right_answer_gets_all_points_and_a_wrong_one_those_it_earned():
    assert judge(TEST, answering(lambda x: 2 * x), seed=1).score == 3
    assert judge(TEST, answering(lambda x: x + 2), seed=1).score == 1


def test_the_first_failed_check_of_enough_numbers_has_a_picture():
    assert not any(c.picture for c in judge(TEST, answering(lambda x: 2 * x), seed=1).checks)
    first, second = judge(TEST, answering(lambda x: x + 2), seed=1).checks
    assert first.picture is None
    assert len(second.picture.yours) == len(second.picture.expected) == 5


def test_probes_leave_as_source_without_the_mark():
    ask = answering(lambda x: 2 * x)
    judge(TEST, ask, seed=1)
    assert {source for source, *_ in ask.asked} == {"def ask(x):\n    return double(x)"}
    assert [name for _, name, *_ in ask.asked] == ["ask", "ask"]


def test_the_seed_decides_the_inputs():
    def inputs(seed):
        ask = answering(lambda x: 2 * x)
        judge(TEST, ask, seed)
        return ask.asked[1][2][0]

    np.testing.assert_array_equal(inputs(5), inputs(5))
    assert not np.array_equal(inputs(5), inputs(6))


@pytest.mark.parametrize(
    "answer",
    [None, ..., "4", [4, "x"], {}, object(), np.inf, [[[]]], torch.ones(9), complex(4), True],
    ids=lambda value: type(value).__name__,
)
def test_no_strange_value_earns_a_point_or_ends_the_judge(answer):
    verdict = judge(TEST, answering(lambda x: answer), seed=1)
    assert verdict.score == 0
    assert not verdict.problem


@pytest.mark.parametrize(
    "name",
    [
        "ValueError",
        "AssertionError",
        "CheckFailed",
        "SystemExit",
        "KeyboardInterrupt",
        "StopIteration",
    ],
)
def test_no_error_of_the_student_earns_a_point_or_ends_the_judge(name):
    verdict = judge(TEST, raising(name, "all checks hold"), seed=1)
    assert verdict.score == 0
    assert all(name in result.hint for result in verdict.checks)


def test_an_undefined_answer_is_not_solved_yet():
    verdict = judge(TEST, raising("NameError", "name 'double' is not defined"), seed=1)
    assert verdict.score.untouched


def test_the_students_line_is_shown():
    verdict = judge(TEST, raising("TypeError", "no", where="return 2 * y"), seed=1)
    assert "return 2 * y" in verdict.checks[0].hint


def test_a_call_without_an_answer_fails_its_check_only():
    def slow_once(x):
        if np.ndim(x) == 0:
            raise ProbeTooSlow("Your code took longer than 10 seconds.")
        return 2 * x

    verdict = judge(TEST, answering(slow_once), seed=1)
    assert verdict.score == 2
    assert "10 seconds" in verdict.checks[0].hint


@pytest.mark.parametrize("test", ["1 +", "checks = 1", TEST + "\n3.0", "raise OSError('x')\n1"])
def test_a_broken_test_cell_is_the_instructors_to_look_at(test):
    verdict = judge(test, answering(lambda x: 2 * x), seed=1)
    assert verdict.score is None
    assert verdict.problem
    assert "\n" not in verdict.problem


def test_nothing_of_it_stays():
    before = check.probe, os.environ.get("NMAUTILS_CHECK_SEED")
    judge(TEST, answering(lambda x: 2 * x), seed=1)
    assert (check.probe, os.environ.get("NMAUTILS_CHECK_SEED")) == before
