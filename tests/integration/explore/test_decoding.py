"""The explorers react to their controls, and leave a still picture where nobody can move them."""

import base64
import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import nn

from nmautils import explore, fit
from nmautils.explore import _explorer, decoding

ANGLES = np.arange(0, 360, 10.0)
PNG = b"\x89PNG"


@pytest.fixture
def data():
    """36 angles seen by 60 neurons: 36 x 60 and 36 x 1 tensors."""
    rng = np.random.default_rng(0)
    distance = np.deg2rad(ANGLES[:, None] - rng.uniform(0, 360, 60))
    resp = np.exp(6 * (np.cos(distance) - 1)) + rng.normal(0, 0.1, distance.shape)
    return torch.tensor(resp, dtype=torch.float32), torch.tensor(ANGLES, dtype=torch.float32)[
        :, None
    ]


@pytest.fixture
def shell(monkeypatch):
    """A stand-in for a notebook's kernel, and the outputs displayed in it."""

    class Shell:
        kernel = object()
        execution_count = 1

    import IPython
    import IPython.display

    shell = Shell()
    shell.displayed = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(
        IPython.display, "display", lambda bundle, raw: shell.displayed.append(bundle)
    )
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return shell


class Tanh(nn.Module):
    """A non-linear network that begins with a linear layer, as the course's do."""

    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        return self.out_layer(torch.tanh(self.in_layer(r)))


class Clipped(Tanh):
    """A network that changes its inputs before the linear layer."""

    def forward(self, r):
        return super().forward(r.clamp(min=0))


class Unnamed(nn.Sequential):
    def __init__(self, n_inputs, n_hidden):
        super().__init__(nn.Linear(n_inputs, n_hidden), nn.Linear(n_hidden, 1))


def curves(desk):
    return [line for line in desk.figure.axes[0].lines if len(line.get_xdata()) > 1]


def legend(explorer):
    return [text.get_text() for text in explorer.figure.axes[0].get_legend().get_texts()]


# Training desk


def test_training_adds_a_curve_with_the_chosen_settings(data, live):
    desk = explore.training_desk(*data, Tanh, learning_rate=1e-4)
    before = desk.widget.children[-1].value
    desk.controls["learning_rate"].value = 1e-3
    desk.controls["n_hidden"].value = 1
    desk.controls["n_epochs"].value = 20
    assert len(curves(desk)) == 1, "only the button trains"

    desk.controls["train"].click()
    first, second = curves(desk)
    assert len(first.get_xdata()) == 50
    assert len(second.get_xdata()) == 20
    assert legend(desk) == ["1: rate 1.0e-04, 10 units", "2: rate 1.0e-03, 1 unit"]
    assert "Run 2: after 20 epochs" in desk.controls["outcome"].value
    after = bytes(desk.widget.children[-1].value)
    assert after.startswith(PNG)
    assert after != bytes(before)
    assert not desk.controls["train"].disabled


def test_the_curve_is_that_of_training_the_network_in_the_notebook(data, live):
    desk = explore.training_desk(*data, Tanh, learning_rate=2e-3, n_hidden=7, n_epochs=30, seed=5)
    torch.manual_seed(5)
    history = fit(Tanh(60, 7), nn.MSELoss(), *data, n_iter=30, learning_rate=2e-3, progress=False)
    assert curves(desk)[0].get_ydata() == pytest.approx(history.train_loss, rel=1e-3)
    assert history.train_loss[-1] < 0.9 * history.train_loss[0]


@pytest.mark.parametrize("make_net", [Clipped, Unnamed])
def test_networks_of_another_build_are_trained_as_they_stand(data, make_net):
    trainer = decoding._Trainer(make_net, nn.MSELoss(), *data, seed=2)
    torch.manual_seed(2)
    net = make_net(60, 5)
    history = fit(net, nn.MSELoss(), *data, n_iter=10, learning_rate=1e-3, progress=False)
    assert trainer.losses(1e-3, 5, 10) == pytest.approx(history.train_loss, rel=1e-5)


def test_training_works_in_as_few_dimensions_as_there_are_rows(data):
    trainer = decoding._Trainer(Tanh, nn.MSELoss(), *data, seed=1)
    small, inputs = trainer._small(Tanh(60, 5), 5)
    assert small.in_layer.in_features == 36
    assert inputs.shape == (36, 36)


def test_a_run_that_diverges_is_marked(data, live, capsys):
    desk = explore.training_desk(*data, Tanh, learning_rate=1e-4)
    desk.controls["learning_rate"].value = 1e-2
    desk.controls["n_hidden"].value = 200
    desk.controls["n_epochs"].value = 200
    desk.controls["train"].click()
    assert legend(desk)[-1].endswith("(diverged)")
    assert "diverged" in desk.controls["outcome"].value
    assert capsys.readouterr().out == "", "nothing lands below the notebook's cell"


def test_clearing_empties_the_figure(data, live):
    desk = explore.training_desk(*data, Tanh)
    desk.controls["clear"].click()
    assert curves(desk) == []
    desk.controls["train"].click()
    assert len(curves(desk)) == 1


def test_only_the_last_seven_runs_stay(data, live):
    desk = explore.training_desk(*data, Tanh, n_epochs=5)
    for _ in range(8):
        desk.controls["train"].click()
    assert [label.split(":")[0] for label in legend(desk)] == list("3456789")


def test_sliders_have_the_ranges_of_the_course_and_wait_for_release(data, live):
    sliders = explore.training_desk(*data, Tanh).controls
    rate = sliders["learning_rate"]
    assert (rate.base**rate.min, rate.base**rate.max) == pytest.approx((1e-6, 1e-2))
    assert (sliders["n_hidden"].min, sliders["n_hidden"].max) == (1, 200)
    assert (sliders["n_epochs"].min, sliders["n_epochs"].max) == (5, 200)
    assert not any(
        sliders[name].continuous_update for name in ("learning_rate", "n_hidden", "n_epochs")
    )


def test_the_desk_starts_from_a_rate_that_learns(data, live):
    desk = explore.training_desk(*data, Tanh)
    losses = curves(desk)[0].get_ydata()
    assert "diverged" not in legend(desk)[0]
    assert losses[-1] < losses[0]
    assert desk.controls["n_hidden"].value == 10
    assert desk.controls["n_epochs"].value == 50


def test_a_network_that_fails_is_reported_beside_the_button(data, live):
    works = True

    def make_net(n_inputs, n_hidden):
        if not works:
            raise RuntimeError("in_layer has a <wrong> size")
        return Tanh(n_inputs, n_hidden)

    desk = explore.training_desk(*data, make_net)
    works = False
    desk.controls["train"].click()
    assert "in_layer has a &lt;wrong&gt; size" in desk.controls["outcome"].value
    assert len(curves(desk)) == 1
    assert not desk.controls["train"].disabled


def test_training_leaves_data_and_global_random_state_alone(data, live):
    inputs, targets = (tensor.clone() for tensor in data)
    torch.manual_seed(9)
    expected = torch.rand(1)
    torch.manual_seed(9)
    explore.training_desk(*data, Tanh).controls["train"].click()
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(data[0], inputs)
    assert torch.equal(data[1], targets)


def test_labels_that_do_not_match_are_refused(data):
    with pytest.raises(ValueError, match="36 rows and train_labels 30"):
        explore.training_desk(data[0], data[1][:30], Tanh)


# Neuron browser


def test_moving_a_slider_draws_another_neuron_or_width(data, live):
    browser = explore.neuron_browser(*data)
    picture = browser.widget.children[-1]
    first = bytes(picture.value)
    browser.controls["neuron"].value = 17
    assert browser.figure.axes[0].get_title() == "neuron 17"
    raw = browser.figure.axes[0].lines[0].get_ydata()
    assert raw == pytest.approx(data[0][:, 17].numpy())
    second = bytes(picture.value)
    browser.controls["sigma"].value = 0
    assert len(legend(browser)) == 1, "no smoothed curve"
    assert len({first, second, bytes(picture.value)}) == 3
    assert browser.controls["neuron"].max == 59
    assert not browser.controls["neuron"].continuous_update


def test_the_browser_takes_arrays_as_well(data, live):
    browser = explore.neuron_browser(data[0].numpy(), ANGLES, neuron=3, sigma=2)
    assert browser.controls["neuron"].value == 3
    assert "width 2" in legend(browser)[1]


# Where nobody can move a slider


def both(data):
    return explore.training_desk(*data, Tanh, n_epochs=5), explore.neuron_browser(*data)


def test_without_a_notebook_the_figure_alone_is_there(data):
    for explorer in both(data):
        assert explorer.widget is None
        assert explorer.controls == {}
        assert explorer.png().startswith(PNG)
        assert explorer.figure.axes[0].lines


def test_a_grading_run_gets_the_still_picture(data, shell, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert [explorer.widget for explorer in both(data)] == [None, None]
    assert [sorted(bundle) for bundle in shell.displayed] == [["image/png", "text/plain"]] * 2


def test_a_notebook_without_ipywidgets_gets_the_still_picture(data, shell, monkeypatch):
    real = _explorer.importlib.util.find_spec
    monkeypatch.setattr(
        _explorer.importlib.util,
        "find_spec",
        lambda name: None if name == "ipywidgets" else real(name),
    )
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert [explorer.widget for explorer in both(data)] == [None, None]
    for bundle in shell.displayed:
        assert base64.b64decode(bundle["image/png"]).startswith(PNG)


def test_a_live_output_carries_the_picture_for_pages_that_know_no_widgets(data, shell):
    explorers = both(data)
    for explorer, bundle in zip(explorers, shell.displayed, strict=True):
        view = bundle["application/vnd.jupyter.widget-view+json"]
        assert view["model_id"] == explorer.widget.model_id
        assert base64.b64decode(bundle["image/png"]) == explorer.png()


def test_it_appears_once_in_its_cell_and_again_when_named_later(data, shell):
    browser = explore.neuron_browser(*data)
    browser._ipython_display_()
    assert len(shell.displayed) == 1
    shell.execution_count = 2
    browser._ipython_display_()
    assert len(shell.displayed) == 2


def test_no_figure_is_left_open_in_pyplot(data, live):
    plt.close("all")
    both(data)
    assert plt.get_fignums() == []


def test_legends_stay_on_the_picture(data, live):
    with mpl.rc_context():
        from nmautils.plotting import use_style

        use_style()
        desk, browser = both(data)
        desk.controls["learning_rate"].value = 1e-2
        desk.controls["n_hidden"].value = 200
        desk.controls["n_epochs"].value = 5
        desk.png = bytes  # the legend is measured below: its pictures are not needed
        for _ in range(12):
            desk.controls["train"].click()
        assert legend(desk)[-1].endswith("(diverged)")
        browser.controls["sigma"].value = 29.5
        for explorer in (desk, browser):
            box, page = explorer.figure.get_tightbbox(), explorer.figure.bbox_inches
            assert box.x1 <= page.x1
            assert box.y1 <= page.y1 + 0.02
            assert min(box.x0, box.y0) >= 0
