"""The points of an exercise and how a student sees them."""

import math

from nmautils.checks import CheckResult, Checks, Score


def score_of(*results: CheckResult) -> Score:
    return Score("exercise", results)


def test_score_is_a_bare_finite_float_between_zero_and_the_points():
    for passed in (True, False):
        score = score_of(CheckResult("a", 0.1, True), CheckResult("b", 0.2, passed))
        assert repr(score) == repr(float(score))
        assert math.isfinite(float(repr(score)))
        assert 0 <= score <= score.possible == 0.3
    assert repr(score_of()) == "0.0"
    assert repr(score_of(CheckResult("a", 0.1, True), CheckResult("b", 0.2, True))) == "0.3"


def test_report_sums_what_was_earned_and_prints_the_table_outside_a_notebook(capsys):
    checks = Checks("exercise")
    with checks("holds", points=1.5):
        pass
    with checks("fails", points=1):
        checks.require(False, "look here", "slip")
    score = checks.report()
    assert (score, score.possible) == (1.5, 2.5)
    shown = capsys.readouterr().out
    assert "exercise: 1 of 2 checks hold here." in shown
    assert "for 2.5 points in all" in shown
    assert "Slip: look here" in shown


def test_only_a_marked_score_says_how_many_points_were_earned():
    score = Score("rdm", [CheckResult("a", 1, True), CheckResult("b", 2, False)], "Exercise 2.1")
    assert "1 of 3 points" not in score.headline()
    score.marked = True
    assert score.headline() == "Exercise 2.1: 1 of 2 checks hold, 1 of 3 points"


def test_untouched_exercise_shows_no_table():
    score = score_of(*(CheckResult(n, 1, False, "Start.", "not solved yet") for n in "ab"))
    assert score.untouched
    assert score.text().count("not solved yet") == score.text().count("Start.") == 1
    assert "<table" not in score._repr_html_()


def test_html_escapes_what_students_and_errors_write():
    nasty = CheckResult("<b>name</b>", 1, False, "<script>alert('&')</script>", "<i>slip</i>")
    shown = score_of(nasty)._repr_html_()
    for tag in ("<script", "<b>", "<i>"):
        assert tag not in shown
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)" in shown


def test_html_shows_names_points_and_hints_of_failed_checks():
    shown = score_of(
        CheckResult("first", 1, True, ""), CheckResult("second", 2, False, "why", "slip")
    )._repr_html_()
    assert shown.count("<tr>") == 2
    assert "Slip: why" in shown
    assert "0 / 2" in shown
