"""What an exception in a check tells about the student's answer."""

import numpy as np
import pytest

from nmautils.checks import NOT_SOLVED, note_probed, probe
from tests.support.one_check import attempt, raising


def test_the_name_of_an_untouched_exercise_is_what_students_read():
    assert NOT_SOLVED == "not solved yet"


def test_stub_that_still_raises_counts_as_not_solved():
    result = attempt(raising(NotImplementedError("Exercise: complete train")))
    assert result.mistake == "not solved yet"


def test_missing_definition_counts_as_not_solved():
    @probe
    def reach():
        return surely_not_written_yet()  # noqa: F821

    result = attempt(lambda checks: reach())
    assert result.mistake == "not solved yet"
    assert "surely_not_written_yet is not defined" in result.hint


def test_other_missing_name_is_a_slip_of_the_answer():
    result = attempt(raising(NameError("name 'optimiser' is not defined")))
    assert result.mistake == "undefined name"
    assert "optimiser" in result.hint


def test_blank_left_over_is_named():
    assert attempt(lambda checks: (...).backward()).mistake == "blank left over"
    assert attempt(lambda checks: checks.close(..., 1.0)).mistake == "blank left over"


def test_known_error_text_has_a_name():
    errors = [(r"RuntimeError: .*twice", "once too often", "Do it once.")]
    result = attempt(raising(RuntimeError("it ran\ntwice")), errors=errors)
    assert result.mistake == "once too often"
    assert result.hint.startswith("Do it once.")


def test_error_whose_own_text_fails_is_named():
    class Rude(Exception):
        def __str__(self):
            raise RuntimeError("no")

    result = attempt(raising(Rude()))
    assert not result.passed
    assert "Rude" in result.hint


# ---- errors that arrive from another process


class FromElsewhere(Exception):
    where = "    h = torch.relu(self.in_layer(r))"


def from_elsewhere(name, message):
    """An error as a grader raises it: right name, nothing to do with the built-in class."""
    return type(name, (FromElsewhere,), {})(message)


@pytest.mark.parametrize(
    ("name", "message", "mistake"),
    [
        ("NotImplementedError", "Exercise: complete train", "not solved yet"),
        ("NameError", "name 'asked_for' is not defined", "not solved yet"),
        ("NameError", "name 'optimiser' is not defined", "undefined name"),
        ("TypeError", "unsupported operand: 'ellipsis'", "blank left over"),
        ("RuntimeError", "it ran twice", "once too often"),
        ("AssertionError", "all is well", ""),
        ("CheckFailed", "all is well", ""),
        ("KeyboardInterrupt", "", ""),
        ("KeyError", "'a'", ""),
    ],
)
def test_error_from_another_process_is_read_by_its_name(name, message, mistake):
    note_probed(["asked_for"])
    errors = [(r"RuntimeError: .*twice", "once too often", "Do it once.")]
    result = attempt(raising(from_elsewhere(name, message)), errors=errors)
    assert (result.passed, result.mistake) == (False, mistake)
    if name == "KeyError":
        assert result.hint == (
            "Your code raised KeyError: 'a', at `h = torch.relu(self.in_layer(r))`."
        )


def test_error_of_a_probe_is_the_students():
    @probe
    def reach():
        return {}["missing"]

    assert attempt(lambda checks: reach()).hint.startswith("Your code raised KeyError")


@pytest.mark.parametrize(
    "body",
    [
        lambda checks: {}["shapes"],
        lambda checks: [][0],
        lambda checks: len(5),
        lambda checks: "text".shape,
        lambda checks: checks.require(np.zeros(3), "so"),
    ],
)
def test_value_of_another_structure_fails_the_check_in_a_kind_sentence(body):
    result = attempt(body)
    assert not result.passed
    assert result.hint.startswith("What came back does not have the form asked for")


def test_long_error_text_is_cut_to_a_line():
    hint = attempt(raising(ValueError("long\n" * 500))).hint
    assert "\n" not in hint
    assert len(hint) < 300
