"""The student's own check knows what the marker knows.

Each answer of the corpus is tried twice: by the check as students have it, and by the whole one.
"""

import numpy as np
import pytest

from nmautils.checks import Checks
from tests.support.answers_runner import all_answers, feedback, released_test, run

ANSWERS = all_answers()
EXERCISES = sorted({(answer.tutorial, answer.exercise) for answer in ANSWERS})


def tried(answer, **options):
    return run(answer.tutorial, answer.exercise, answer.source, **options)


def of_exercise(exercise, right):
    return [a for a in ANSWERS if a.exercise == exercise and a.right is right]


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_right_answers_get_all_points_of_the_cell_from_the_visible_checks(tutorial, exercise):
    for answer in of_exercise(exercise, True):
        score = tried(answer, visible=True)
        assert float(score) == score.possible == answer.points, f"{answer}\n{score.text()}"


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_a_mistake_is_seen_and_named_before_it_is_handed_in(tutorial, exercise):
    green, unnamed, turned = [], [], []
    mistakes = of_exercise(exercise, False)
    for answer in mistakes:
        mine, marked = tried(answer, visible=True), tried(answer)
        if float(mine) == mine.possible:
            green.append(str(answer))
        elif answer.names not in feedback(mine) or not any(r.mistake for r in mine.results):
            unnamed.append(str(answer))
        names = [
            b.name
            for a, b in zip(mine.results, marked.results, strict=True)
            if a.passed and not b.passed
        ]
        if names:
            turned.append(f"{answer}: {names}")
    assert len(green) <= 0.01 * len(mistakes), green
    assert len(unnamed) <= 0.03 * len(mistakes), unnamed
    assert not turned, "\n".join(turned)


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_known_mistakes_differ_from_each_other_on_the_visible_inputs(
    tutorial, exercise, monkeypatch
):
    """Every check that names mistakes by their values is looked at, with the right answer in.

    Checks of the form alone let mistakes pass, and leave their names to other checks. What is
    called has no number of its own: it looks for a trait of the student's.
    """
    alike = []

    def compare(checks, value, expected, *, mistakes=(), forgive=False, rtol=1e-4, atol=1e-6, **_):
        if forgive:
            return
        known = [("the right value", np.asarray(expected, dtype=float))]
        for mistake in mistakes:
            known += [
                (mistake.name, np.asarray(v, float)) for v in mistake.values if not callable(v)
            ]
        for index, (name, one) in enumerate(known):
            alike.extend(
                f"{name} = {other}"
                for other, two in known[index + 1 :]
                if name != other
                and one.shape == two.shape
                and np.allclose(one, two, rtol=rtol, atol=atol)
            )

    monkeypatch.setattr(Checks, "close", compare)
    tried(of_exercise(exercise, True)[0], visible=True)
    assert not alike, alike


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_the_students_check_holds_no_formula(tutorial, exercise):
    shown = released_test(tutorial, exercise)
    for word in ("HIDDEN", "WORKED OUT", "reference", "diagnoses"):
        assert word not in shown
