"""Who gained and who lost when a class was graded again."""

from nmautils.grading.model.limits import NAMES_IN_LINE
from nmautils.grading.model.results import ExerciseResult, Graded
from nmautils.grading.report.class_summary import summarise
from nmautils.grading.report.regraded import moved_by, points_before, table_of


def graded(student, double, halve=2.0, **before):
    exercises = (
        ExerciseResult("double_test", 2.0, double, title="Twice"),
        ExerciseResult("halve_test", 2.0, halve),
    )
    return Graded(student, "tiny", "", "", 0, exercises=exercises, before=before)


def test_only_tests_that_give_other_points_are_kept():
    now = graded("ada", 1.0)
    assert points_before(now, {"double_test": 2.0, "halve_test": 2.0}) == {"double_test": 2.0}
    assert points_before(now, {"double_test": 1.0}) == {}
    assert points_before(now, {"gone_test": 1.0}) == {}


def test_what_moved_says_whose_and_from_where_to_where():
    (one,) = moved_by(graded("ada\x1b", 1.0, double_test=2.0))
    assert (one.exercise, one.title, one.before, one.after, one.by) == ("double", "Twice", 2, 1, -1)
    assert str(one) == "ada?/tiny double 2 → 1"
    assert moved_by(graded("ada", 1.0)) == []


def moved_in(*results):
    return [one for result in results for one in moved_by(result)]


def test_the_table_counts_and_names_who_lost_first():
    moved = moved_in(
        graded("ada", 2.0, double_test=0.5),
        graded("bob", 0.0, double_test=2.0),
        graded("eve", 2.0, 1.0, double_test=1.0, halve_test=2.0),
    )
    assert table_of("tiny", 5, moved) == [
        "tiny: 5 hand-ins graded again: 1 gained, 1 lost, 3 as before",
        "  double      2 (+2.5) gained        1 (-2) lost",
        "  halve              0 gained        1 (-1) lost",
        "  lost: bob/tiny double 2 → 0, eve/tiny halve 2 → 1",
        "  gained: ada/tiny double 0.5 → 2, eve/tiny double 1 → 2",
    ]


def test_nothing_moved_is_one_line():
    assert table_of("tiny", 1, []) == [
        "tiny: 1 hand-in graded again: 0 gained, 0 lost, 1 as before"
    ]


def test_of_many_the_rest_is_in_the_summary():
    moved = moved_in(*(graded(f"s{i}", 2.0, double_test=0.0) for i in range(NAMES_IN_LINE + 3)))
    last = table_of("tiny", 20, moved)[-1]
    assert last.count(" → ") == NAMES_IN_LINE
    assert last.endswith(", and 3 more: see summary/tiny.html")
    exact = table_of("tiny", 20, moved[:NAMES_IN_LINE])[-1]
    assert "more" not in exact


def test_a_record_keeps_what_was_before():
    result = graded("ada", 1.0, double_test=2.0)
    assert Graded.from_json(result.to_json()) == result
    # A record from before there was such a field is read as one of a first grading.
    old = graded("ada", 1.0).to_json().replace('"before": {}, ', "")
    assert "before" not in old
    assert Graded.from_json(old).before == {}


def test_the_summary_has_all_of_them_who_lost_most_first():
    summary = summarise(
        "tiny",
        [
            graded("ada", 2.0, double_test=0.5),
            graded("bob", 0.0, double_test=2.0),
            graded("cleo", 0.0),
        ],
    )
    assert [one.student for one in summary.moved] == ["bob", "ada"]
