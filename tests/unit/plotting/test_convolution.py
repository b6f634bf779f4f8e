"""The figures of tutorial 2 say what convolution does, and refuse what cannot be drawn."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nmautils import plotting
from nmautils.stimuli import filters, gabor

IMAGE = np.array([[0, 0, 1, 1, 1, 0, 0]] * 5)
KERNEL = np.array([[-1, 0, 1]] * 3)


@pytest.fixture(autouse=True)
def _fresh_pyplot():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_steps_show_the_sums_of_products_reached_so_far():
    figure = plotting.plot_convolution_steps(IMAGE, KERNEL, [(0, 0), (1, 3)])
    lower = figure.axes[3:]
    assert [ax.get_title() for ax in lower[1:]] == [
        "sum of products: 3",
        "sum of products: \N{MINUS SIGN}3",
    ]
    assert texts(lower[2]) == ["3", "3", "0", "−3", "−3", "3", "3", "0", "−3"]


def test_steps_refuse_a_kernel_that_hangs_over_the_edge():
    with pytest.raises(ValueError, match="columns 0 to 4"):
        plotting.plot_convolution_steps(IMAGE, KERNEL, [(0, 5)])


@pytest.mark.parametrize(
    ("size", "K", "padding", "stride", "n"),
    [(6, 3, 0, 1, 4), (6, 3, 1, 1, 6), (6, 3, 1, 2, 3), (9, 7, 3, 1, 9), (8, 2, 0, 3, 3)],
)
def test_output_is_as_large_as_torch_makes_it(size, K, padding, stride, n):
    import torch

    conv = torch.nn.Conv2d(1, 1, K, padding=padding, stride=stride)
    assert conv(torch.zeros(1, 1, size, size)).shape[-1] == n
    left, right = plotting.plot_output_size(size, K, padding, stride).axes
    assert right.get_title().endswith(f" = {n}")
    assert right.get_xlabel() == f"output {n} × {n}"
    centres = left.lines[1].get_xdata()
    assert len(centres) == n * n


def test_padding_figure_has_a_column_per_setting():
    figure = plotting.plot_padding_stride(5, 3, [(0, 1), (2, 2)])
    assert [ax.get_title() for ax in figure.axes[:2]] == [
        "padding 0, stride 1",
        "padding 2, stride 2",
    ]
    assert [ax.get_xlabel() for ax in figure.axes[2:]] == ["output 3 × 3", "output 4 × 4"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((4, 7, 1, 1), "K may be at most 6"),
        ((4, 3, -1, 1), "at least 0"),
        ((4, 3, 0, 0), "least 1"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plotting.plot_output_size(*arguments)


def test_convolutional_units_share_as_many_colours_as_the_kernel_is_long():
    full, local = plotting.plot_connections(7, 3).axes
    assert len(full.lines) == 49
    assert len(local.lines) == 7 * 3 - 2
    assert len({line.get_color() for line in local.lines}) == 3


def test_stimuli_tell_their_angle_and_size():
    figure = plotting.plot_stimuli(np.zeros((2, 1, 12, 16)), [-45, 0])
    assert [ax.get_title() for ax in figure.axes] == ["−45°", "0°"]
    assert figure.get_suptitle() == "stimulus size: 12 × 16"
    with pytest.raises(ValueError, match="lengths differ"):
        plotting.plot_stimuli(np.zeros((2, 1, 12, 16)), [0])


def test_filters_are_drawn_between_minus_one_and_one_without_axes():
    bank = filters(6, 7, zero_mean=True)
    figure = plotting.plot_filters({"centre-surround filter": bank[0], "Gabor filter": bank[4]})
    panels = figure.axes[:2]
    assert [ax.get_title() for ax in panels] == ["centre-surround filter", "Gabor filter"]
    assert all(ax.images[0].get_clim() == (-1, 1) for ax in panels)
    assert not any(ax.axison for ax in panels)


def test_gabor_figure_marks_the_angle_on_the_curve():
    angles = np.arange(-90, 91, 45)
    figure = plotting.plot_gabor(
        gabor(), np.zeros((12, 16)), np.zeros((6, 10)), angles, np.arange(5), 45
    )
    pictures, curve = figure.axes
    assert texts(pictures) == ["filter", "grating at 45°", "response"]
    assert curve.lines[1].get_xydata().tolist() == [[45, 3]]
