"""The figures of tutorial 3 show what the network computes and what the recording holds."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from nmautils import CNN, plotting
from nmautils.stimuli import grating


@pytest.fixture(autouse=True)
def _fresh_pyplot():
    yield
    plt.close("all")


def test_the_drawing_of_the_network_holds_its_own_activity():
    torch.manual_seed(0)
    net, image = CNN(48, 64), grating(30)
    ax = plotting.plot_cnn(net, image).axes[0]
    pictures = [np.asarray(picture.get_array()) for picture in ax.images]
    assert len(pictures) == 1 + 3 * 6
    with torch.no_grad():
        filtered = torch.relu(net.conv(image[None, None]))[0]
        pooled = net.pool(filtered)
        p = net(image[None]).item()
    for channel in range(6):
        kernel, conv, pool = pictures[1 + 3 * channel : 4 + 3 * channel]
        assert kernel == pytest.approx(net.conv.weight[channel, 0].detach().numpy())
        assert conv == pytest.approx(filtered[channel].numpy(), abs=1e-5)
        assert pool == pytest.approx(pooled[channel].numpy(), abs=1e-5)
    said = " ".join(text.get_text() for text in ax.texts)
    assert f"p = {p:.2f}" in said
    assert "48 × 64" in said
    assert "6 × 6 × 8\n= 288 numbers" in said


def test_each_epoch_ends_in_a_dot_and_has_its_mean():
    ax = plotting.plot_epoch_losses([4.0, 2.0, 3.0, 1.0, 2.0, 0.5], 2)
    batches, means, last = ax.lines
    assert list(batches.get_xdata()) == [0.5, 1, 1.5, 2, 2.5, 3]
    assert list(means.get_ydata()) == [3, 2, 1.25]
    assert list(last.get_xdata()) == [1, 2, 3]
    assert list(last.get_ydata()) == [2, 1, 0.5]
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("n_losses", [0, 1, 5])
def test_a_training_that_was_interrupted_is_drawn_as_far_as_it_came(n_losses):
    batches, means, last = plotting.plot_epoch_losses([2.0] * n_losses, 2).lines
    assert len(batches.get_xdata()) == n_losses
    assert len(means.get_xdata()) == len(last.get_xdata()) == n_losses // 2


def test_an_epoch_without_batches_is_refused():
    with pytest.raises(ValueError, match="per_epoch is 0"):
        plotting.plot_epoch_losses([1.0], 0)


def test_choices_mark_the_two_ends_that_are_one_image():
    angles = np.linspace(-90, 90, 19)
    ax = plotting.plot_choices(angles[:, None], angles / 200 + 0.5)
    ends = ax.lines[-1]
    assert list(ends.get_xdata()) == [-90, 90]
    assert ends.get_ydata() == pytest.approx([0.05, 0.95])


def test_unit_curves_draw_the_columns_asked_for():
    resp = {"V1 data": np.arange(20.0).reshape(5, 4), "fc": -np.arange(10.0).reshape(5, 2)}
    angles = np.linspace(-90, 90, 5)
    figure = plotting.plot_unit_curves(resp, angles, {"V1 data": [3, 0], "fc": [1]})
    left, right = figure.axes
    assert [list(line.get_ydata()) for line in left.lines] == [
        [3, 7, 11, 15, 19],
        [0, 4, 8, 12, 16],
    ]
    assert len(right.lines) == 1
    assert left.get_title() == "V1 data responses"
    with pytest.raises(ValueError, match="unit 2 does not exist"):
        plotting.plot_unit_curves(resp, angles, {"V1 data": [0], "fc": [2]})
    with pytest.raises(ValueError, match="at least one entry"):
        plotting.plot_unit_curves({}, angles, {})
