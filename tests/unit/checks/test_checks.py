"""The checks of an exercise: points, comparisons, inputs."""

import math
import sys
import warnings

import numpy as np
import pytest
import torch

from nmautils.checks import CheckFailed, Checks, Mistake
from tests.support.one_check import attempt, raising

# ---- one check


def test_body_that_ends_earns_the_points():
    result = attempt(lambda checks: None)
    assert (result.passed, result.points, result.earned, result.mistake) == (True, 2.0, 2.0, "")


def test_failed_check_earns_nothing_and_later_checks_still_run():
    checks = Checks("exercise")
    with checks("first", points=1):
        checks.require(False, "no luck", "a mistake")
    with checks("second", points=3):
        pass
    assert [r.earned for r in checks.results] == [0.0, 3.0]
    assert (checks.results[0].hint, checks.results[0].mistake) == ("no luck", "a mistake")


@pytest.mark.parametrize(
    "error", [ValueError("boom"), SystemExit(0), RecursionError("deep"), MemoryError()]
)
def test_exception_of_the_answer_ends_the_check_and_not_the_cell(error):
    result = attempt(raising(error))
    assert not result.passed
    assert type(error).__name__ in result.hint


def test_check_goes_on_without_points_and_holds_if_all_of_its_parts_do():
    checks = Checks("exercise")
    with checks("first", points=1):
        pass
    with checks("second", points=2):
        pass
    with checks("first"):
        checks.require(False, "not so", "a mistake")
    with checks("first"):
        checks.require(False, "never said")
    with checks("second"):
        pass
    assert [(r.name, r.earned, r.points) for r in checks.results] == [
        ("first", 0.0, 1.0),
        ("second", 2.0, 2.0),
    ]
    assert (checks.results[0].hint, checks.results[0].mistake) == ("not so", "a mistake")


def test_check_has_its_points_once():
    checks = Checks("exercise")
    with pytest.raises(ValueError, match="no check 'first' to go on with"), checks("first"):
        pass
    with checks("first", points=1):
        pass
    with pytest.raises(ValueError, match="give points once"), checks("first", points=1):
        pass


def test_interrupt_stops_the_cell():
    with pytest.raises(KeyboardInterrupt):
        attempt(raising(KeyboardInterrupt()))


@pytest.mark.parametrize(("message", "hint"), [("so", "so"), ("", "this does not hold.")])
def test_plain_assert_serves_as_a_check(message, hint):
    error = AssertionError(message) if message else AssertionError()
    assert attempt(raising(error)).hint == hint


def test_prints_and_warnings_are_swallowed(capsys, recwarn):
    def noisy(checks):
        print("epoch 1")
        print("bar", file=sys.stderr)
        warnings.warn("deprecated", stacklevel=1)

    assert attempt(noisy).passed
    assert capsys.readouterr() == ("", "")
    assert not recwarn.list


def test_warning_made_an_error_costs_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert attempt(lambda checks: warnings.warn("careful", stacklevel=1)).passed


# ---- comparing


@pytest.mark.parametrize(
    "value",
    [
        [1.0, 2.0],
        (1, 2),
        np.array([1.0, 2.0], dtype=np.float32),
        torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True),
        torch.tensor([1, 2]),
    ],
    ids=["list", "tuple", "float32", "tensor with gradient", "integers"],
)
def test_close_takes_any_container_and_precision(value):
    Checks("exercise").close(value, [1.0, 2.0])


def test_close_says_what_came_and_where():
    with pytest.raises(CheckFailed, match=r"Expected 2, got 5 at index \(1,\)"):
        Checks("exercise").close([1.0, 5.0], [1.0, 2.0])


def test_close_does_not_broadcast():
    with pytest.raises(CheckFailed, match=r"Expected shape \(2, 1\), got \(2,\)"):
        Checks("exercise").close([1.0, 1.0], [[1.0], [1.0]])


def test_close_points_out_values_that_are_not_finite():
    with pytest.raises(CheckFailed, match="not finite"):
        Checks("exercise").close([math.nan], [1.0])


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        "1.0",
        b"1.0",
        ["1.0"],
        {"a": 1},
        object(),
        [[1.0], [1.0, 2.0]],
        np.array([1.0, None]),
        1 + 0j,
        np.array([1 + 1j]),
        torch.tensor(1 + 1j),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        10**400,
    ],
    ids=lambda value: type(value).__name__,
)
def test_value_that_is_no_number_fails_with_a_sentence(value):
    with pytest.raises(CheckFailed, match=r"Nothing came back|Expected numbers"):
        Checks("exercise").close(value, 1.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, 1.0),
        (math.inf, 1.0),
        (-math.inf, math.inf),
        (1.0, math.nan),
        (np.float64(1), [1.0]),
        ([1.0], 1.0),
        (1.0, [1.0, 1.0]),
        (np.ones((1, 2)), np.ones((2, 1))),
        (np.ones((0, 2)), np.ones((1, 2))),
        (np.broadcast_to(1.0, (10**4, 10**3)), 1.0),
        ([math.nan, 1.0], [1.0, math.nan]),
    ],
)
def test_close_never_broadcasts_nor_lets_nan_pass_for_a_number(value, expected):
    for forgive in (False, True):
        with pytest.raises(CheckFailed):
            Checks("exercise").close(value, expected, forgive=forgive)


def test_nan_where_nan_is_expected_and_other_types_of_torch_are_fine():
    Checks("exercise").close([math.nan, 1.0, math.inf], [math.nan, 1.0, math.inf])
    Checks("exercise").close(torch.ones(2, dtype=torch.bfloat16), [1.0, 1.0])


def test_forgiving_lets_known_mistakes_pass_but_no_constant():
    mistakes = [Mistake("doubled", "", lambda: [2.0, 4.0]), Mistake("none", "", lambda: [0.0, 0.0])]
    checks = Checks("exercise")
    checks.close([2.0, 4.0], [1.0, 2.0], mistakes=mistakes, forgive=True)
    for value in ([3.0, 4.0], [0.0, 0.0]):
        with pytest.raises(CheckFailed):
            checks.close(value, [1.0, 2.0], mistakes=mistakes, forgive=True)


def test_mistake_that_cannot_be_computed_is_no_diagnosis():
    broken = Mistake("broken", "", lambda: [][0])
    found = Mistake("found", "", lambda: 9.0)
    result = attempt(lambda checks: checks.close(9.0, 3.0, mistakes=[broken, found]))
    assert result.mistake == "found"


def test_first_mistake_that_gives_the_value_is_the_diagnosis():
    mistakes = [
        Mistake("doubled", "Halve it.", lambda: 2.0),
        Mistake("squared", "Take the root.", lambda: 9.0),
        Mistake("nine", "Never said.", lambda: 9.0),
    ]
    result = attempt(lambda checks: checks.close(9.0, 3.0, mistakes=mistakes))
    assert (result.mistake, result.hint) == ("squared", "Take the root.")


def test_mistake_that_agrees_with_the_right_value_is_never_the_diagnosis():
    close_by = Mistake("harmless", "?", lambda: 1.0)
    result = attempt(lambda checks: checks.close(1.1, 1.0, mistakes=[close_by], rtol=0.06))
    assert result.mistake == ""


def test_mistakes_are_not_computed_for_a_right_value():
    def never():
        raise AssertionError("computed")

    assert attempt(lambda c: c.close(1.0, 1.0, mistakes=[Mistake("m", "h", never)])).passed


def test_shape_names_the_mistake_behind_a_wrong_one():
    squeezed = {(3,): ("squeezed", "Keep the last dimension.")}
    result = attempt(lambda checks: checks.shape(np.zeros(3), (3, 1), squeezed))
    assert result.mistake == "squeezed"
    assert result.hint == "Keep the last dimension. Expected shape (3, 1), got (3,)."
    assert attempt(lambda checks: checks.shape(torch.zeros(3, 1), (3, 1), squeezed)).passed


# ---- inputs


def test_inputs_repeat_with_the_seed_and_differ_between_seeds(monkeypatch):
    def draw():
        return Checks("exercise").rng.standard_normal(4).tolist()

    monkeypatch.setenv("NMAUTILS_CHECK_SEED", "7")
    seven = draw()
    assert draw() == seven == Checks("exercise", seed=7).rng.standard_normal(4).tolist()
    monkeypatch.setenv("NMAUTILS_CHECK_SEED", "8")
    assert draw() != seven
