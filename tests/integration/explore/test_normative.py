"""The RDM explorer walks through rows, hides populations, and leaves a picture where it must."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from nmautils.explore import Explorer
from nmautils.explore.normative import rdm_explorer
from nmautils.plotting import use_style
from nmautils.plotting.normative import plot_rdm_row

ANGLES = np.linspace(-90, 90, 37)
PNG = b"\x89PNG"


def rdm(sharpness):
    return 1 - np.exp(sharpness * (np.cos(np.deg2rad(2 * (ANGLES[:, None] - ANGLES))) - 1))


@pytest.fixture
def rdms():
    return {"V1 data": rdm(4), "model\n'pool' layer": torch.tensor(rdm(0.5)), "model\n'fc'": rdm(9)}


def curves(explorer):
    return [line for line in explorer.figure.axes[1].lines if len(line.get_xdata()) == len(ANGLES)]


def test_moving_the_slider_draws_that_row_and_its_grating(rdms, live):
    explorer = rdm_explorer(rdms, torch.tensor(ANGLES)[:, None], orientation=-44)
    assert explorer.controls["orientation"].value == 9, "the row nearest to -44 degrees"
    assert explorer.controls["orientation"].label == "-45°"
    before = bytes(explorer.widget.children[-1].value)
    assert before.startswith(PNG)
    first_grating = explorer.figure.axes[0].images[-1].get_array()

    explorer.controls["orientation"].value = 30
    for curve, values in zip(curves(explorer), rdms.values(), strict=True):
        assert curve.get_ydata() == pytest.approx(np.asarray(values)[30])
    pictures = explorer.figure.axes[0]
    assert pictures.texts[-1].get_text() == "grating at 60°"
    assert not np.array_equal(pictures.images[-1].get_array(), first_grating)
    assert bytes(explorer.widget.children[-1].value) != before
    assert not explorer.controls["orientation"].continuous_update


def test_the_marked_line_lies_in_the_middle_of_the_row(rdms):
    figure = plot_rdm_row(rdms, ANGLES, 4, np.eye(48, 64))
    matrices = figure.axes[0]
    left, right, bottom, top = matrices.images[1].get_extent()
    marks = [line for line in matrices.lines if line.get_xdata()[0] == left]
    assert len(marks) == 2
    for mark in marks:
        assert mark.get_xdata()[1] == right
        assert mark.get_ydata() == pytest.approx(2 * [top + 4.5 / 37 * (bottom - top)])


def test_a_box_hides_one_population_and_leaves_the_others_their_colours(rdms, live):
    use_style()
    explorer = rdm_explorer(rdms, ANGLES)
    colours = [to_hex(curve.get_color()) for curve in curves(explorer)]
    explorer.controls["model\n'pool' layer"].value = False
    assert [to_hex(curve.get_color()) for curve in curves(explorer)] == colours[::2]
    assert len(explorer.figure.axes[0].images) == 2 + 1
    for name in rdms:
        explorer.controls[name].value = False
    assert curves(explorer) == []
    assert explorer.png().startswith(PNG)


def test_without_a_notebook_the_figure_alone_is_there(rdms):
    plt.close("all")
    explorer = rdm_explorer(rdms, ANGLES)
    assert (explorer.widget, explorer.controls) == (None, {})
    assert len(curves(explorer)) == 3
    assert explorer.png().startswith(PNG)
    assert plt.get_fignums() == []


def test_the_picture_stays_the_same_when_it_is_made_again():
    with mpl.rc_context():
        use_style()  # asks for a layout engine, which would move the axes
        explorer = Explorer(lambda figure: figure.add_subplot().plot([0, 1]), (4, 3), right=0.6)
        assert explorer.png() == explorer.png() == explorer.png()


def test_the_matrices_are_left_as_they_were(rdms, live):
    copies = {label: np.asarray(values).copy() for label, values in rdms.items()}
    rdm_explorer(rdms, ANGLES).controls["orientation"].value = 3
    assert all(np.array_equal(copies[label], values) for label, values in rdms.items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rdm_dict": {}}, "at least one entry"),
        ({"orientations": ANGLES[:5]}, "lengths differ"),
        ({"row": 37}, "row 37 does not exist; choose from 0 to 36"),
        ({"shown": ["V2"]}, "no entry 'V2'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(rdms, change, message):
    arguments = {"rdm_dict": rdms, "orientations": ANGLES, "row": 0, "image": np.eye(3)}
    with pytest.raises(ValueError, match=message) as caught:
        plot_rdm_row(**arguments | change)
    assert "\n" not in str(caught.value)
