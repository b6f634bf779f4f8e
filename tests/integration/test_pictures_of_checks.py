"""Numbers beside each other: what is compared, drawn or written, and what is left alone."""

import base64
import io
import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from nmautils.checks import draw
from nmautils.checks.compare import compare
from nmautils.grading.safe.pictures import clean_png

RNG = np.random.default_rng(0)


def noise(*shape):
    return RNG.normal(size=shape)


def opened(picture):
    return Image.open(io.BytesIO(base64.b64decode(picture.png)))


@pytest.mark.parametrize(
    ("yours", "expected"),
    [
        (1.0, 2.0),
        (np.zeros(2), np.ones(2)),
        (np.zeros((4, 4)), np.ones((4, 5))),
        (np.zeros(0), np.zeros(0)),
        (np.ones(8), np.ones((8, 1))),
        (np.full(5, np.nan), np.ones(5)),
        (np.zeros(10_000), np.ones(10_000)),
        (np.zeros((2000, 2000)), np.ones((2000, 2000))),
    ],
    ids="one two other-shape none same all-gaps long huge".split(),
)
def test_nothing_is_shown_where_it_would_not_help(yours, expected):
    assert compare(np.asarray(yours), np.asarray(expected)) is None


LISTS = [(13,), (30, 1), (90,), (500,)]
MATRICES = [(3, 3), (6, 6), (2, 40), (40, 2), (300, 400), (1, 5, 5)]
STACKS = [(1, 2, 4, 5), (4, 2, 3, 3), (3, 4, 8, 11), (16, 3, 60, 80), (2, 3, 2, 9, 9)]


@pytest.mark.parametrize("shape", [*LISTS, *MATRICES, *STACKS])
def test_a_drawing_of_any_shape_is_sound_small_and_600_pixels_wide_or_more(shape):
    picture = compare(noise(*shape), noise(*shape)).picture()
    assert clean_png(picture.png) == picture.png
    assert len(picture.png) <= 40_000
    width, height = opened(picture).size
    assert 600 <= width <= 1200
    assert 150 <= height <= 1200


@pytest.mark.parametrize("scale", [1e-290, 1e-12, 1e12, 1e29, 1e308])
@pytest.mark.parametrize("shape", [(20,), (4, 4), (3, 5, 5)])
def test_no_size_of_numbers_and_no_gap_ends_in_an_error(shape, scale):
    with np.errstate(over="ignore"):
        yours, expected = noise(*shape) * scale, noise(*shape)
    yours.flat[:3] = np.nan, np.inf, -np.inf
    compared = compare(yours, expected)
    assert compared is None if scale > 1e30 else compared.picture().png


def test_gaps_are_counted_and_the_first_is_pointed_at_where_nothing_else_differs():
    expected = np.arange(20.0)
    yours = expected.copy()
    yours[[4, 7]] = np.nan, np.inf
    assert compare(yours, expected).alt == (
        "Your 20 numbers and the expected ones; they differ most at index 4, counted from 0: "
        "not finite against 4. 2 of yours are not finite, or too large."
    )


def test_a_part_of_nothing_but_gaps_is_drawn():
    expected = noise(150, 150)
    yours = expected.copy()
    yours[20:120, 20:120] = np.nan
    assert "10000 of yours are not finite" in compare(yours, expected).alt
    yours[:] = np.nan
    yours[0, 0] = expected[0, 0]
    assert compare(yours, expected).picture().png


def test_of_a_stack_the_first_differing_maps_are_shown_and_the_worst():
    expected = noise(4, 2, 5, 5)
    yours = expected.copy()
    for each in ((0, 1), (1, 0), (2, 0), (3, 1)):
        yours[each] += 1
    yours[3, 1, 2, 4] += 10
    compared = compare(yours, expected)
    assert compared._shown == [(0, 1), (1, 0), (3, 1)]
    assert "4 of 8 maps, each 5 x 5, differ, 3 of which are shown" in compared.alt
    assert "they differ most at map 3, 1, row 2, column 4, counted from 0" in compared.alt


def test_of_a_large_matrix_the_part_around_the_worst_number_is_shown(monkeypatch):
    given = []
    monkeypatch.setattr(draw, "draw_maps", lambda rows, start: given.append((rows, start)) or "x")
    yours, expected = noise(200, 10), noise(200, 10)
    yours[150, 3] = 50
    compared = compare(yours, expected)
    compared.picture()
    ((name, mine, theirs),), (top, left) = given[0]
    assert (name, left) == ("", 0)
    assert top <= 150 < top + len(mine)
    np.testing.assert_array_equal(mine, yours[top : top + 48])
    np.testing.assert_array_equal(theirs, expected[top : top + 48])
    assert "(a part of both)" in compared.alt


def test_a_column_is_a_curve_and_axes_of_one_do_not_matter(monkeypatch):
    given = []
    monkeypatch.setattr(draw, "draw_curves", lambda *curves: given.append(curves) or "x")
    yours, expected = noise(20, 1), noise(20)
    compare(yours, expected).picture()
    np.testing.assert_array_equal(given[0], (yours[:, 0], expected))


@pytest.mark.parametrize(
    ("yours", "expected", "rows"),
    [
        ([1, 2, 3], [1, 2, 4], (("1", "2", "3"), ("1", "2", "4"))),
        ([0.5, 1.0002, 2], [0.5, 1.0004, 2], (("0.5", "1.0002", "2"), ("0.5", "1.0004", "2"))),
        ([-0.0, np.nan, 2], [1, 1, 2], (("0", "not finite", "2"), ("1", "1", "2"))),
        ([[1], [-2], [3e7]], [[1], [2], [3]], (("1", "−2", "3e+07"), ("1", "2", "3"))),
    ],
)
def test_a_few_numbers_are_written_with_as_many_digits_as_tell_them_apart(yours, expected, rows):
    picture = compare(np.array(yours, float), np.array(expected, float)).picture()
    assert (picture.yours, picture.expected, picture.png) == (*rows, "")


def test_the_scale_of_colours_is_one_for_yours_and_the_expected(monkeypatch):
    scales = []
    heat_map = draw._heat_map

    def keep(ax, matrix, colours, scale, start):
        scales.append((colours, scale.vmin, scale.vmax))
        heat_map(ax, matrix, colours, scale, start)

    monkeypatch.setattr(draw, "_heat_map", keep)
    yours, expected = np.zeros((5, 5)), np.full((5, 5), 2.0)
    yours[0, 0] = -1
    assert compare(yours, expected).picture().png
    assert scales == [("viridis", -1, 2), ("viridis", -1, 2), ("bwr", -3, 3)]


def test_what_a_notebook_set_for_its_own_figures_stays_and_does_not_matter():
    plain = compare(np.eye(6), np.ones((6, 6))).picture()
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "text.color": "red"}):
        before, figures = dict(matplotlib.rcParams), plt.get_fignums()
        assert compare(np.eye(6), np.ones((6, 6))).picture() == plain
        assert dict(matplotlib.rcParams) == before
        assert plt.get_fignums() == figures


def test_a_drawing_that_fails_or_grows_too_large_is_left_out(monkeypatch):
    compared = compare(np.eye(6), np.ones((6, 6)))
    for outcome in ("x" * 40_004, ""):
        monkeypatch.setattr(draw, "draw_maps", lambda *given, outcome=outcome: outcome)
        assert compared.picture() is None
    monkeypatch.delattr(draw, "draw_maps")
    assert compared.picture() is None


PASSES = """
import sys
import numpy as np
from nmautils.checks import Checks
checks = Checks("exercise")
with checks("a", points=1):
    checks.close(np.eye(6), np.eye(6) {change})
score = checks.report()
score._repr_html_()
print("matplotlib" in sys.modules)
"""


@pytest.mark.parametrize(("change", "loaded"), [("", "False"), ("+ 1", "True")])
def test_only_a_check_that_failed_needs_matplotlib(change, loaded):
    run = subprocess.run(
        [sys.executable, "-c", PASSES.format(change=change)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert run.stdout.split()[-1] == loaded


@pytest.mark.parametrize(
    ("yours", "expected", "written"),
    [
        ([[1, -0.0]] * 2, [[0, 2]] * 2, ["1", "0"] * 2 + ["0", "2"] * 2 + ["1", "−2"] * 2),
        ([[0.5, np.nan]] * 2, [[1, 2]] * 2, ["0.5"] * 2 + ["1.0", "2.0"] * 2 + ["−0.50"] * 2),
        ([[1e5, 0]] * 2, [[0, 1]] * 2, []),
        (np.zeros((2, 9)), np.ones((2, 9)), []),
    ],
    ids="whole not-whole long many".split(),
)
def test_numbers_stand_in_the_cells_of_a_small_matrix(monkeypatch, yours, expected, written):
    figures = []
    png = draw._png
    monkeypatch.setattr(draw, "_png", lambda fig, *rest: figures.append(fig) or png(fig, *rest))
    assert compare(np.array(yours, float), np.array(expected, float)).picture().png
    texts = [text.get_text() for ax in figures[0].axes for text in ax.texts]
    assert texts == written
    titles = [ax.get_title() for ax in figures[0].axes]
    assert titles == ["Yours", "Expected", "Yours − expected", "", ""]
