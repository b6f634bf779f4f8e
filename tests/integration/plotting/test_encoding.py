"""Tutorial 4's figures show what they claim to show."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nmautils import plotting

ANGLES = np.arange(0, 360, 9.0)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text()]


def test_decoded_orientations_carry_their_mean_squared_error():
    decoded = ANGLES + np.where(ANGLES < 180, 10, -30)
    ax = plotting.plot_decoded_orientations(ANGLES[:, None], decoded[:, None])
    assert "500.00" in ax.get_title()
    assert ax.get_xlim() == ax.get_ylim()


def test_errors_are_decoded_minus_true():
    ax = plotting.plot_decoding_errors(ANGLES, ANGLES + 25)
    dots = next(line for line in ax.lines if len(line.get_xdata()) == len(ANGLES))
    assert dots.get_ydata() == pytest.approx(25)
    assert ax.get_ylim()[0] < -360
    assert ax.get_ylim()[1] > 360


def test_the_circle_shows_what_two_degrees_cost():
    assert "2° off: 128,164" in texts(plotting.plot_circle_cost(true=359))
    with pytest.raises(ValueError, match="n_classes is 1: give a whole number of at least 2"):
        plotting.plot_circle_cost(n_classes=1)


def test_weight_sizes_say_which_share_is_tiny():
    weights = {"a": np.array([1e-5, 1e-3, 0.1, -1e-6]), "b": np.array([[0.0, 0.5]])}
    ax = plotting.plot_weight_sizes(weights)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["a: 50.0 % below 0.0001", "b: 50.0 % below 0.0001"]
    heights = [patch.get_xy()[:, 1].max() for patch in ax.patches]
    assert heights == pytest.approx([25, 50])
    with pytest.raises(ValueError, match="at least one"):
        plotting.plot_weight_sizes({})


@pytest.mark.parametrize(("n", "n_rows", "n_columns"), [(15, 3, 5), (1, 1, 1), (7, 2, 5)])
def test_grids_have_a_panel_per_neuron(n, n_rows, n_columns):
    resp = np.random.default_rng(0).normal(size=(60, 20))
    for figure in (
        plotting.plot_tuning_grid(np.arange(60) * 6, resp, resp, range(n)),
        plotting.plot_prediction_grid(resp, resp, resp, range(n)),
    ):
        panels = [ax for ax in figure.axes if ax.lines]
        assert [ax.get_title() for ax in panels] == [f"neuron {i}" for i in range(n)]
        assert len(figure.axes) == n_rows * n_columns
        assert {"train", "test"} <= set(texts(figure))


def test_a_neuron_that_does_not_exist_is_refused():
    resp = np.zeros((60, 4))
    with pytest.raises(ValueError, match="neuron 4 does not exist"):
        plotting.plot_tuning_grid(np.arange(60), resp, resp, [4])


def test_filters_before_and_after_training_must_be_as_many():
    with pytest.raises(ValueError, match="lengths differ"):
        plotting.plot_filter_change(np.ones((6, 1, 7, 7)), np.ones((4, 1, 7, 7)))


@pytest.mark.parametrize("limits", [(None, None), (None, 3)])
def test_colours_of_weights_can_follow_the_weights(limits):
    W_in, W_out = np.full((3, 200), 0.234), np.full((1, 3), -2.0)
    figure = plotting.visualize_weights(W_in, W_out, limits=limits)
    images = [ax.images[0] for ax in figure.axes if ax.images]
    assert images[0].get_clim() == (-0.2, 0.2)
    assert images[1].get_clim() == (-(limits[1] or 2), limits[1] or 2)
    zero = plotting.visualize_weights(0 * W_in, W_out, limits=limits)
    assert zero.axes[0].images[0].get_clim() == (-1, 1)
