"""Who hands in a notebook of an older release gets the points that it got then.

The files are from commit be1f606, whose own grader gave these points.
"""

import pytest

from nmautils.course.contract import EXERCISES, QUESTIONS
from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.results import Submission
from nmautils.grading.run import pool
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "data" / "older_hand_ins"
POINTS = {
    "tutorial1_decoding": {"relu_forward": 4, "gd_loop": 6},
    "tutorial1_decoding_half": {"relu_forward": 0, "gd_loop": 2.5},
    "tutorial2_convolution": {"conv_layer": 6, "conv_weights": 3},
    "tutorial3_normative_encoding": {"rdm": 5, "correlate_rdms": 4},
    "tutorial4_decoding_encoding": {
        "preferred_orientation": 4,
        "nll_loss": 4,
        "regularized_loss": 5,
        "conv_fc": 6,
    },
}


@pytest.fixture(scope="module", autouse=True)
def warm():
    yield
    pool.close()


def test_there_is_a_solved_one_for_each_tutorial():
    assert POINTS.keys() == {path.stem for path in FOLDER.glob("*.ipynb")}
    assert POINTS.keys() > EXERCISES.keys()


def grade(name):
    tutorial = name.removesuffix("_half")
    raw = (FOLDER / f"{name}.ipynb").read_bytes()
    return pool.grade(freeze(ROOT, tutorial), Submission("ann", raw, 1))


@pytest.mark.parametrize("name", POINTS)
def test_an_older_hand_in_gets_the_same_points(name):
    graded = grade(name)
    marks = {one.grade_id.removesuffix("_test"): one.score for one in graded.exercises}
    assert marks == POINTS[name]
    answered = [one.grade_id for one in graded.questions if one.answered]
    assert answered == list(QUESTIONS[name.removesuffix("_half")])
    assert graded.needs_person == ()
    assert graded.events == ()


def test_the_mistake_of_an_older_hand_in_is_named():
    untouched, mistaken = grade("tutorial1_decoding_half").exercises
    assert "zero_grad left out" in {check.mistake for check in mistaken.checks}
    assert not any(check.passed for check in untouched.checks)
