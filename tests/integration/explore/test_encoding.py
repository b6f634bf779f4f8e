"""The fit browser follows its controls, ranks neurons by fit, and stands still where it must."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from nmautils import explore
from nmautils.plotting.encoding import correlations, plot_fit

ANGLES = np.arange(3, 363, 6.0)
PNG = b"\x89PNG"


@pytest.fixture
def data():
    """60 angles, two halves and a prediction for 5 neurons; fits fall from neuron 3 to 1."""
    rng = np.random.default_rng(3)
    signal = np.exp(4 * (np.cos(np.deg2rad(ANGLES[:, None] - [0, 70, 140, 210, 280])) - 1))
    prediction = signal + rng.normal(0, 1, signal.shape) * [0.3, 5.0, 1.0, 0.01, 0.1]
    noise = rng.normal(0, 0.01, (2, *signal.shape))
    tensors = [signal + noise[0], signal + noise[1], prediction]
    return [torch.tensor(ANGLES), *(torch.tensor(x, dtype=torch.float32) for x in tensors)]


def title(browser):
    return browser.figure.axes[0].get_title()


def test_it_starts_with_the_neuron_that_fits_best(data, live):
    browser = explore.fit_browser(*data)
    assert title(browser) == "neuron 3"
    assert browser.controls["order"].value == "best fit first"


def test_the_slider_walks_through_the_chosen_order(data, live):
    browser = explore.fit_browser(*data)
    fits = correlations(data[3], data[2])
    orders = {
        "best fit first": np.argsort(-fits),
        "worst fit first": np.argsort(fits),
        "as recorded": np.arange(5),
    }
    for order, neurons in orders.items():
        browser.controls["order"].value = order
        for place in (0, 1, 4):
            browser.controls["place"].value = place
            assert title(browser) == f"neuron {neurons[place]}"


def test_a_change_draws_another_picture(data, live):
    browser = explore.fit_browser(*data)
    before = bytes(browser.widget.children[-1].value)
    browser.controls["place"].value = 2
    after = bytes(browser.widget.children[-1].value)
    assert before.startswith(PNG)
    assert after.startswith(PNG)
    assert before != after
    assert plt.get_fignums() == [], "no figure is left for pyplot to show"


def test_a_neuron_asked_for_is_shown_first(data, live):
    browser = explore.fit_browser(*data, neuron=2)
    assert title(browser) == "neuron 2"
    assert browser.controls["place"].value == 2


def test_without_a_notebook_the_figure_stands_alone(data):
    browser = explore.fit_browser(*data)
    assert browser.widget is None
    assert browser.controls == {}
    assert browser.png().startswith(PNG)


def test_the_curves_are_the_neurons_own(data):
    figure = plot_fit(*data, 1)
    drawn = [line.get_ydata() for line in figure.axes[0].lines]
    for curve, values in zip(drawn, data[1:], strict=True):
        assert curve == pytest.approx(values[:, 1].numpy())
    plt.close(figure)


def test_tall_responses_stay_inside_the_panel(data):
    figure = plot_fit(data[0], 8.7 * data[1], 8.7 * data[2], data[3], 3)
    highest = 8.7 * max(float(x[:, 3].max()) for x in data[1:3])
    assert highest < figure.axes[0].get_ylim()[1] < 1.2 * highest
    plt.close(figure)


def test_correlations_are_pearson_s_and_0_for_a_flat_curve(data):
    fits = correlations(data[3], data[2])
    for i in range(5):
        expected = np.corrcoef(data[3][:, i], data[2][:, i])[0, 1]
        assert fits[i] == pytest.approx(expected, abs=1e-5)
    assert correlations(np.zeros((60, 5)), data[2]) == pytest.approx(np.zeros(5))


def test_data_that_do_not_fit_together_are_refused(data):
    with pytest.raises(ValueError, match="the same for all three"):
        explore.fit_browser(data[0], data[1], data[2], data[3][:, :4])
    with pytest.raises(ValueError, match="neuron 9 does not exist"):
        explore.fit_browser(*data, neuron=9)
    with pytest.raises(ValueError, match="lengths differ"):
        explore.fit_browser(data[0][:50], *data[1:])
