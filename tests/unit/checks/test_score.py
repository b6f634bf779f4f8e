"""The points of an exercise and how a student sees them."""

import math
import re

import numpy as np
import pytest

from nmautils.checks import CheckResult, Checks, Picture, Score, causes_of, probe
from nmautils.checks.compare import Comparison
from nmautils.checks.score import as_html, capital


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


# ---- one cause, one hint

STOPPED = {"hint": "Mend it.", "mistake": "a slip", "stopped": "TypeError at y = x"}


def test_an_error_that_decides_several_checks_is_said_once_on_top():
    score = score_of(
        CheckResult("a", 1, False, **STOPPED),
        CheckResult("b", 1, True),
        CheckResult("c", 2, False, **(STOPPED | {"hint": "Mend it. (5 and not 3)"})),
        CheckResult("d", 1, False, "Another.", "another slip"),
    )
    text, shown = score.text(), score._repr_html_()
    for page in (text, shown):
        assert page.count("A slip: Mend it.") == 1
        assert page.index("Mend it.") < page.index("(0/1)" if page is text else "<table>")
        assert page.count("Another slip: Another.") == 1
    assert [line.split()[0] for line in text.split("\n")[2:]] == ["-", "ok", "-", "FAIL", "Another"]
    assert shown.count("&ndash;") == 2
    assert shown.count("&#10008;") == 1
    assert float(score) == 1.0


@pytest.mark.parametrize("mistake", ["blank left over", "not solved yet"])
def test_a_blank_left_is_said_once_on_top(mistake):
    some = [CheckResult(name, 1, False, "Replace it.", mistake) for name in "ab"]
    (cause,) = causes_of([CheckResult("first", 1, True), *some])
    assert (cause.first, cause.rows) == (some[0], {1, 2})


def test_a_single_check_that_raised_keeps_its_hint_in_its_row():
    score = score_of(CheckResult("a", 1, False, **STOPPED), CheckResult("b", 1, True))
    assert causes_of(score.results) == ()
    assert "FAIL  a (0/1)\n        A slip: Mend it." in score.text()


def test_failed_checks_that_were_judged_are_no_cause():
    same = [CheckResult(name, 1, False, "Rectify.", "no rectifier") for name in "ab"]
    assert causes_of(same) == ()


def test_checks_note_what_stopped_them():
    @probe
    def ask():
        raise ValueError("boom")

    checks = Checks("exercise")
    for name in "ab":
        with checks(name, points=1):
            ask()
    with checks("c", points=1):
        checks.close(1.0, 2.0)
    assert [bool(result.stopped) for result in checks.results] == [True, True, False]
    assert causes_of(checks.results)[0].rows == {0, 1}


# ---- yours beside the expected


def score_with_numbers(*pairs):
    checks = Checks("exercise")
    for i, (yours, expected) in enumerate(pairs):
        with checks(f"check {i}", points=1):
            checks.close(yours, expected)
    return checks.report()


def test_only_the_first_failed_check_of_numbers_has_a_picture(monkeypatch):
    matrix = np.arange(36.0).reshape(6, 6)
    drawn = []
    draw = Comparison.picture
    monkeypatch.setattr(Comparison, "picture", lambda self: drawn.append(1) or draw(self))
    score = score_with_numbers((1, 2), (matrix, matrix), (matrix, matrix + 1), (matrix, -matrix))
    assert drawn == []
    shown = score._repr_html_()
    assert shown.count("<img") == 1
    assert shown.index("check 2") < shown.index("<img") < shown.index("check 3")
    assert [bool(result.picture) for result in score.pictured()] == [False, False, True, False]
    assert (score._repr_html_(), drawn) == (shown, [1])


def test_a_picture_says_in_words_what_it_shows():
    matrix = np.zeros((6, 6))
    other = matrix.copy()
    other[2, 3] = 1.2
    said = score_with_numbers((matrix, other)).pictured()[0].picture.alt
    assert said == (
        "Your 6 x 6 matrix beside the expected one; they differ most at row 2, column 3, "
        "counted from 0: 0 against 1.2."
    )
    assert f'alt="{said}"' in score_with_numbers((matrix, other))._repr_html_()


def test_a_few_numbers_are_written_and_those_that_differ_stand_out():
    shown = score_with_numbers(([1, 2, 3.5], [1, 2, -4]))._repr_html_()
    assert "<img" not in shown
    assert re.findall(r"<strong>(\S*?)</strong>", shown) == ["3.5"]
    assert re.findall(r">(Yours|Expected|−?[\d.]+)<", shown) == (
        ["Yours", "1", "2", "3.5", "Expected", "1", "2", "−4"]
    )


def test_what_a_picture_says_is_escaped():
    picture = Picture("<b>", yours=("<i>",), expected=("<u>",))
    shown = score_of(CheckResult("a", 1, False, picture=picture))._repr_html_()
    assert not any(tag in shown for tag in ("<b>", "<i>", "<u>"))


def test_an_error_said_on_top_takes_no_picture_from_the_check_that_was_judged():
    @probe
    def ask():
        raise ValueError("boom")

    checks = Checks("exercise")
    for name in "ab":
        with checks(name, points=1):
            ask()
    with checks("c", points=1):
        checks.close([1, 2, 3], [1, 2, 4])
    assert [bool(result.picture) for result in checks.report().pictured()] == [False, False, True]


# ---- words and code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no update", "No update"),
        ("z-scored over stimuli", "Z-scored over stimuli"),
        ("zero_grad left out", "zero_grad left out"),
        ("c_in taken from the wrong axis", "c_in taken from the wrong axis"),
        ("forward is missing", "forward is missing"),
        ("self. forgotten", "self. forgotten"),
        ("backward() of the wrong thing", "backward() of the wrong thing"),
        ("`loss` is one", "`loss` is one"),
        ("== in place of =", "== in place of ="),
        ("CrossEntropyLoss", "CrossEntropyLoss"),
        ("resp_v1", "resp_v1"),
        ("a copy trained", "A copy trained"),
        ("", ""),
    ],
)
def test_code_is_never_capitalised(text, shown):
    assert capital(text) == shown


def test_hints_show_code_as_code():
    shown = as_html("Line 2: `a < b`.\n    a < b\n      ^")
    assert shown == (
        "Line 2: <code>a &lt; b</code>."
        '<code style="display:block;white-space:pre;font-style:normal;margin:0.4em 0 0.8em">'
        "    a &lt; b\n      ^</code>"
    )


def test_a_row_that_was_not_run_has_the_page_s_own_colour_and_the_table_its_width():
    rows = [CheckResult(name, 1, False, "Mend it.", "a slip", "a slip") for name in "ab"]
    page = Score("exercise", rows)._repr_html_()
    # Grey on white, or on the pale stripes of a table, has less contrast than 4.5.
    assert "#808080" not in page
    assert page.count("opacity:0.75") == 6
    assert "min-width" in page
