"""The student's own check knows what the marker knows.

Each answer of the corpus is tried twice: by the check as students have it, and by the whole one.
"""

import functools

import numpy as np
import pytest

from nmautils.checks import Checks
from tests.support.answers_runner import all_answers, feedback, released_test, run

ANSWERS = all_answers()
EXERCISES = sorted({(answer.tutorial, answer.exercise) for answer in ANSWERS})


@functools.cache
def tried(answer, visible):
    return run(answer.tutorial, answer.exercise, answer.source, visible=visible)


def of_exercise(exercise, right):
    return [a for a in ANSWERS if a.exercise == exercise and a.right is right]


def loses(answer, visible):
    score = tried(answer, visible)
    return not float(score) == score.possible == answer.points


def is_green(answer):
    mine = tried(answer, True)
    return float(mine) == mine.possible


def is_unnamed(answer):
    mine = tried(answer, True)
    return not is_green(answer) and (answer.names not in feedback(mine) or not named(mine))


def is_named_wrongly(answer):
    """The first row with a name says something else than the answer's file, and not also true."""
    first = named(tried(answer, True))[:1]
    return bool(answer.names) and any(not is_true_of(answer, row) for row in first)


def has_other_names(answer):
    """A later row says something else than the answer's file; often what comes of the mistake."""
    return any(not is_true_of(answer, row) for row in named(tried(answer, True))[1:])


def turns(answer):
    rows = zip(tried(answer, True).results, tried(answer, False).results, strict=True)
    return any(mine.passed and not marked.passed for mine, marked in rows)


def has_other_marks(answer):
    """Marking gives other points than the answer's file says, or its feedback not the name."""
    marked = tried(answer, False)
    deserved = float(marked) == answer.points < marked.possible
    return not deserved or answer.names not in feedback(marked)


def named(score):
    return [result for result in score.results if not result.passed and result.mistake]


def is_true_of(answer, row):
    return any(text in f"{row.mistake}: {row.hint}" for text in (answer.names, *answer.also))


MISTAKES = {
    "green": is_green,
    "unnamed": is_unnamed,
    "named wrongly": is_named_wrongly,
    "turned": turns,
    "other marks": has_other_marks,
    "other names below": has_other_names,
}


def table_row(exercise):
    """Which answers each column of the table counts."""
    right, mistakes = of_exercise(exercise, True), of_exercise(exercise, False)
    return {
        "mistakes": mistakes,
        **{name: [a for a in mistakes if holds(a)] for name, holds in MISTAKES.items()},
        "right": right,
        "losing here": [a for a in right if loses(a, True)],
        "losing when marked": [a for a in right if loses(a, False)],
    }


def told(row, name):
    """Answers of a column, with what both checks say of them."""
    lines = []
    for answer in row[name]:
        here, marked = (
            "; ".join(result.mistake for result in named(tried(answer, visible)))
            for visible in (True, False)
        )
        lines.append(f"{answer}, {answer.names!r}: here {here!r}, marked {marked!r}")
    return "\n".join(lines)


@pytest.fixture(scope="module", autouse=True)
def printed(request):
    """Print the table of the exercises that were tried."""
    yield
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print()
        for exercise, row in ROWS.items():
            print(f"{exercise}:", ", ".join(f"{len(row[name])} {name}" for name in row))


ROWS = {}


@pytest.fixture
def row(exercise):
    if exercise not in ROWS:
        ROWS[exercise] = table_row(exercise)
    return ROWS[exercise]


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_right_answers_get_all_points_of_the_cell_from_both_checks(tutorial, exercise, row):
    assert not row["losing here"], told(row, "losing here")
    assert not row["losing when marked"], told(row, "losing when marked")


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_a_mistake_is_seen_and_named_before_it_is_handed_in(tutorial, exercise, row):
    mistakes = len(row["mistakes"])
    assert len(row["green"]) <= 0.01 * mistakes, told(row, "green")
    assert len(row["unnamed"]) <= 0.03 * mistakes, told(row, "unnamed")
    assert not row["turned"], told(row, "turned")


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_a_mistake_gets_the_marks_it_deserves_and_is_named(tutorial, exercise, row):
    assert not row["other marks"], told(row, "other marks")


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_a_mistake_is_not_taken_for_another(tutorial, exercise, row):
    assert not row["named wrongly"], told(row, "named wrongly")


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
    run(tutorial, exercise, of_exercise(exercise, True)[0].source, visible=True)
    assert not alike, alike


@pytest.mark.parametrize(("tutorial", "exercise"), EXERCISES)
def test_the_students_check_holds_no_formula(tutorial, exercise):
    shown = released_test(tutorial, exercise)
    for word in ("HIDDEN", "WORKED OUT", "reference", "diagnoses"):
        assert word not in shown
