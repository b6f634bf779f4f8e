"""Every figure helper draws what the course says, with one panel and with many."""

import doctest
import inspect
from importlib import resources

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import nmautils
from nmautils import plotting
from nmautils.plotting.learning import has_diverged

ANGLES = np.arange(360.0)


@pytest.fixture(autouse=True)
def _fresh_pyplot():
    with mpl.rc_context({"figure.dpi": 40}):
        plt.close("all")
        yield
        plt.close("all")


@pytest.fixture
def resp():
    """Tuning curves of 12 neurons: bumps 20 degrees wide on a noisy floor, 360 x 12."""
    rng = np.random.default_rng(0)
    distance = np.deg2rad(ANGLES[:, None] - np.arange(12) * 30)
    bumps = np.exp(8 * (np.cos(distance) - 1))
    return (bumps + rng.normal(0, 0.1, bumps.shape) - 0.2).astype(np.float32)


def rdm(n=19):
    angles = np.deg2rad(np.linspace(-90, 90, n))
    return 1 - np.cos(2 * (angles[:, None] - angles))


def random(*shape):
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


# Helpers, each with arguments that ask much of it: called with arrays, then with tensors. Others
# are called as their Example calls them.
CALLS = {
    "plot_data_matrix": (random(20, 30),),
    "plot_tuning_curves": (random(360, 5), ANGLES[:, None], [0, 3]),
    "plot_data_overview": (random(360, 150), ANGLES[:, None], [0, 1, 2], "a recording"),
    "plot_tuning": (None, np.arange(60) * 6.0, random(60), random(60), 7),
    "plot_prediction": (None, random(60), random(60), random(60)),
    "plot_neuron": (random(360, 5), ANGLES, 3),
    "show_stimulus": (np.eye(12, 16, dtype=np.float32),),
    "plot_weights": (random(6, 1, 7, 7), range(6)),
    "plot_example_activations": (random(2, 1, 12, 16), random(2, 3, 12, 16), (0, 2)),
    "plot_convolution_steps": (random(5, 7).round(), random(3, 3).round()),
    "plot_padding_stride": (),
    "plot_output_size": (8, 3, 1, 2),
    "plot_connections": (),
    "plot_stimuli": (random(2, 1, 12, 16), [-45, 0]),
    "plot_filters": ({"Gabor filter": random(1, 7, 7)},),
    "plot_gabor": (random(7, 7), random(12, 16), random(6, 10), ANGLES[:9], random(9) ** 2, 4),
    "plot_corr_matrix": (rdm(),),
    "plot_multiple_rdm": ({"V1 data": rdm(), "model\n'pool' layer": rdm()},),
    "plot_rdm_rdm_correlations": ({"pool": 0.7, "fc": 0.5},),
    "plot_rdm_rows": ([-75, 25], {"V1 data": rdm(), "fc": rdm()}, np.linspace(-90, 90, 19)),
    "plot_resp_lowd": ({"V1 data": random(19, 8), "fc": random(19, 4)}, np.linspace(-90, 90, 19)),
    "plot_train_loss": ([3.0, 2.0, 1.0],),
    "plot_training_curves": (random(20) ** 2, random(20) ** 2),
    "plot_loss_runs": ({"first": [3.0, 2.0], "second": [3.0, np.nan]},),
    "plot_decoded_results": ([3.0, 1.0], [3.0, 2.0], ANGLES[::9, None], ANGLES[::9] // 18, 20),
    "plot_descent": (),
    "plot_network": (),
    "plot_activations": (),
    "plot_xor": (),
    "visualize_weights": (random(10, 50), random(1, 10)),
    "visualize_hidden_units": (random(10, 50), np.abs(random(10, 36))),
    "identityLine": (),
    "plot_cnn": (nmautils.CNN(16, 24), random(16, 24)),
    "plot_epoch_losses": ([3.0, 2.0, 2.5, 1.0], 2),
    "plot_choices": (np.linspace(-90, 90, 19), np.linspace(0, 1, 19)),
    "plot_unit_curves": (
        {"V1 data": random(19, 8), "fc": random(19, 4)},
        np.linspace(-90, 90, 19),
        {"V1 data": [0, 7], "fc": [1]},
    ),
    "plot_rdm_row": ({"V1": rdm(), "fc": rdm()}, np.linspace(-90, 90, 19), 4, random(12, 16)),
    "plot_decoded_orientations": (ANGLES[::9, None], ANGLES[::9, None] + 5),
    "plot_decoding_errors": (ANGLES[::9, None], ANGLES[::9, None] + 5),
    "plot_circle_cost": (),
    "plot_penalties": (),
    "plot_weight_sizes": ({"plain": random(4, 20), "penalised": random(4, 20) / 1000},),
    "plot_tuning_grid": (np.arange(60) * 6.0, random(60, 9), random(60, 9), [0, 3, 8]),
    "plot_prediction_grid": (random(60, 9), random(60, 9), random(60, 9), [0, 3, 8]),
    "plot_filter_change": (random(6, 1, 7, 7), random(6, 1, 7, 7)),
    "plot_fit": (np.arange(60) * 6.0, random(60, 9), random(60, 9), random(60, 9), 4),
}


# Enough to compare what is drawn from arrays and from tensors.
FEWER_PANELS = {
    "plot_weights": (random(6, 1, 7, 7), [5]),
    "plot_example_activations": (random(1, 1, 12, 16), random(1, 3, 12, 16), (2,)),
    "plot_convolution_steps": (random(4, 4).round(), random(3, 3).round(), [(1, 1)]),
    "plot_filter_change": (random(2, 1, 7, 7), random(2, 1, 7, 7)),
    "plot_tuning_grid": (np.arange(60) * 6.0, random(60, 9), random(60, 9), [8]),
    "plot_prediction_grid": (random(60, 9), random(60, 9), random(60, 9), [8]),
}


def as_tensors(value):
    if isinstance(value, np.ndarray):
        return torch.tensor(value, requires_grad=value.dtype == np.float32)
    if isinstance(value, dict):
        return {key: as_tensors(entry) for key, entry in value.items()}
    return value


def drawn_in(result):
    assert isinstance(result, (Axes, Figure)), "a helper returns axes or figure"
    return result.figure if isinstance(result, Axes) else result


def all_text(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text()]


def arguments_of_example(name):
    """Run the Example of a helper, and give what it calls the helper with."""
    called = []
    helper = getattr(plotting, name)

    def recorded(*given, **named):
        bound = inspect.signature(helper).bind(*given, **named)
        bound.apply_defaults()
        values = dict(zip(bound.arguments, bound.args, strict=False))  # not those by name alone
        called.append(tuple(v for k, v in values.items() if k not in ("ax", "fig")))
        return helper(*given, **named)

    class Recording:
        def __getattr__(self, attribute):
            return recorded if attribute == name else getattr(nmautils, attribute)

    namespace = {"nma": Recording(), "np": np, "torch": torch}
    for example in doctest.DocTestParser().get_examples(helper.__doc__):
        exec(example.source, namespace)
    return called[0]


HELPERS = sorted(set(plotting.__all__) - {"use_style"})
CALLS |= {name: arguments_of_example(name) for name in HELPERS if name not in CALLS}


def test_every_public_helper_is_called_in_these_tests():
    assert sorted(CALLS) == HELPERS


def test_a_helper_without_arguments_here_is_called_as_in_its_example():
    for name in ("plot_neuron", "plot_filters", "plot_loss_runs"):
        assert drawn_in(getattr(plotting, name)(*arguments_of_example(name))).axes


def test_the_flat_names_lead_to_these_helpers():
    flat = [name for name in plotting.__all__ if name in nmautils.__all__]
    assert len(flat) > 15
    assert all(getattr(nmautils, name) is getattr(plotting, name) for name in flat)


def picture(figure):
    """What lies inside the axes, and their limits: ticks take most of the time of drawing."""
    figure.set_layout_engine("none")
    for ax in figure.axes:
        ax.set_axis_off()
    figure.canvas.draw()
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in figure.axes]
    return np.asarray(figure.canvas.buffer_rgba()).copy(), limits, all_text(figure)


@pytest.mark.parametrize("name", CALLS)
def test_draws_the_same_from_tensors_leaves_its_input_alone_and_opens_one_figure_at_most(
    name, monkeypatch
):
    monkeypatch.setattr("nmautils.analysis.embed_lowd", lambda resp: np.array(resp)[:, :2])
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("nobody asked to show the figure"))
    mpl.rcParams["figure.dpi"] = 25
    arguments = FEWER_PANELS.get(name, CALLS[name])
    frozen = [value.copy() for value in arguments if isinstance(value, np.ndarray)]
    figure = drawn_in(getattr(plotting, name)(*arguments))
    assert plt.get_fignums() == [figure.number]
    arrays = [value for value in arguments if isinstance(value, np.ndarray)]
    assert all(np.array_equal(a, b) for a, b in zip(arrays, frozen, strict=True))
    if arguments:
        pixels, limits, texts = picture(figure)
        plt.close(figure)
        tensors = tuple(as_tensors(value) for value in arguments)  # some of them with gradients
        others = picture(drawn_in(getattr(plotting, name)(*tensors)))
        assert np.array_equal(pixels, others[0])
        assert (limits, texts) == others[1:]
        assert np.ptp(pixels) > 0


@pytest.mark.parametrize("name", CALLS)
def test_draws_where_it_is_told_and_opens_no_figure_then(name, monkeypatch):
    monkeypatch.setattr("nmautils.analysis.embed_lowd", lambda resp: np.asarray(resp)[:, :2])
    figure = Figure(layout="constrained")
    helper = getattr(plotting, name)
    arguments = CALLS[name]
    if name in ("plot_tuning", "plot_prediction"):
        target = figure.subplots()
        result = helper(target, *arguments[1:])
    elif "fig" in helper.__code__.co_varnames[: helper.__code__.co_argcount + 2]:
        target = figure
        result = helper(*arguments, fig=figure)
    else:
        target = figure.subplots()
        result = helper(*arguments, ax=target)
    assert result is target
    assert figure.axes
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", CALLS)
def test_text_has_one_degree_sign_and_all_its_glyphs_and_stays_on_the_page(
    name, monkeypatch, recwarn
):
    monkeypatch.setattr("nmautils.analysis.embed_lowd", lambda resp: np.asarray(resp)[:, :2])
    plotting.use_style()
    mpl.rcParams["figure.dpi"] = 45
    figure = drawn_in(getattr(plotting, name)(*CALLS[name]))
    # Layout and bounding box measure every text, as drawing would, in half of its time.
    if (layout := figure.get_layout_engine()) is not None:
        layout.execute(figure)
    box, page = figure.get_tightbbox(), figure.bbox_inches
    assert not any("º" in text or r"\circ" in text for text in all_text(figure))
    assert [str(w.message) for w in recwarn if "glyph" in str(w.message).lower()] == []
    assert [str(w.message) for w in recwarn if "layout" in str(w.message)] == []
    slack = 0.04  # inches
    assert box.x0 >= -slack
    assert box.y0 >= -slack
    assert box.x1 <= page.x1 + slack
    assert box.y1 <= page.y1 + slack


# The style sheet


def test_the_style_sheet_lies_in_the_package_and_applies():
    assert (resources.files("nmautils") / "nma.mplstyle").is_file()
    mpl.rcdefaults()
    plotting.use_style()
    assert mpl.colors.to_rgb(mpl.rcParams["figure.facecolor"]) == (1, 1, 1)
    assert mpl.colors.to_rgb(mpl.rcParams["savefig.facecolor"]) == (1, 1, 1)
    assert mpl.rcParams["figure.constrained_layout.use"]
    assert mpl.rcParams["font.size"] >= 12


def test_the_style_needs_no_font_beyond_matplotlibs_own():
    plotting.use_style()
    found = mpl.font_manager.findfont(mpl.rcParams["font.sans-serif"][0], fallback_to_default=False)
    assert found.startswith(mpl.get_data_path())


def test_the_colours_of_lines_differ_in_lightness_and_stand_out_from_white():
    plotting.use_style()
    colours = [mpl.colors.to_rgb(c["color"]) for c in mpl.rcParams["axes.prop_cycle"]]
    assert len(set(colours)) == len(colours) >= 6
    lightness = [0.2126 * r**2.2 + 0.7152 * g**2.2 + 0.0722 * b**2.2 for r, g, b in colours]
    contrast_with_white = [1.05 / (value + 0.05) for value in lightness]
    assert min(contrast_with_white) > 2


# Responses


def test_data_matrix_has_the_percentiles_as_limits_and_a_named_colour_bar():
    X = random(50, 80)
    ax = plotting.plot_data_matrix(X)
    image = ax.images[0]
    assert image.get_clim() == pytest.approx(np.percentile(X, [1, 99]))
    assert image.get_cmap().name == "pink"
    assert ax.get_aspect() == "auto"
    assert list(ax.get_xticks()) == list(ax.get_yticks()) == []
    assert image.colorbar.ax.get_ylabel() == "normalized neural response"


def test_data_matrix_shows_itself_only_when_asked(monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(True))
    plotting.plot_data_matrix(random(5, 5), show=True)
    plotting.show_stimulus(np.eye(5), show=True)
    assert shown == [True, True]


def test_tuning_curves_are_the_columns_asked_for(resp):
    ax = plotting.plot_tuning_curves(resp, ANGLES, [11, 4])
    assert [line.get_label() for line in ax.lines] == ["neuron 11", "neuron 4"]
    assert np.array_equal(ax.lines[0].get_ydata(), resp[:, 11])
    assert list(ax.get_xticks()) == [0, 90, 180, 270, 360]
    assert ax.get_xlabel() == "stimulus orientation (°)"
    assert ax.get_ylabel() == "neural response"


def test_tuning_curves_of_the_tilt_variant_get_ticks_from_minus_90_to_90(resp):
    ax = plotting.plot_tuning_curves(resp[:181], ANGLES[:181] - 90, [0])
    assert list(ax.get_xticks()) == [-90, -45, 0, 45, 90]


@pytest.mark.parametrize("neurons", [[12], [-1], []])
def test_a_neuron_that_does_not_exist_is_refused_with_the_range(resp, neurons):
    with pytest.raises(ValueError, match="choose from 0 to 11"):
        plotting.plot_tuning_curves(resp, ANGLES, neurons)


def test_stimuli_that_do_not_match_the_responses_are_refused(resp):
    with pytest.raises(ValueError, match="resp has 360, stimuli has 100"):
        plotting.plot_tuning_curves(resp, ANGLES[:100], [0])


def test_overview_shows_100_neurons_down_the_side_and_says_what_was_recorded():
    resp = random(360, 150)
    figure = plotting.plot_data_overview(resp, ANGLES, [1, 2, 3], "simulated recording")
    left, right = figure.axes[:2]
    assert np.array_equal(left.images[0].get_array(), resp[:, :100].T)
    assert (left.get_xlabel(), left.get_ylabel()) == ("stimulus", "neuron")
    assert len(right.lines) == 3
    assert figure.get_suptitle() == "simulated recording, 150 neurons, 360 stimuli"
    assert tuple(figure.get_size_inches()) == (12, 5)


def test_overview_does_not_repeat_the_count_of_the_recordings_label():
    label = "simulated recording, 2,000 neurons"
    figure = plotting.plot_data_overview(random(36, 2000), ANGLES[::10], [0], label)
    assert figure.get_suptitle() == "simulated recording, 2,000 neurons, 36 stimuli"


def test_tuning_halves_keep_their_colours_limits_and_ticks():
    ax = plotting.plot_tuning(None, np.arange(60) * 6, random(60), random(60), 17, linewidth=3)
    assert ax.get_ylim() == (-0.5, 2.4)
    assert list(ax.get_xticks()) == [0, 90, 180, 270, 360]
    assert ax.get_title() == "neuron 17"
    train, test = ax.lines
    assert train.get_linewidth() == test.get_linewidth() == 3
    red, green, blue = mpl.colors.to_rgb(train.get_color())
    assert red > 0.8, "yellow"
    assert green > 0.6, "yellow"
    assert blue < 0.2, "yellow"
    red, green, blue = mpl.colors.to_rgb(test.get_color())
    assert min(red, blue) > 0.5 > green, "magenta"


def test_prediction_is_the_thickest_line_on_top():
    ax = plotting.plot_prediction(None, np.arange(60), random(60), random(60))
    train, _, prediction = ax.lines
    assert np.array_equal(prediction.get_ydata(), np.arange(60))
    assert prediction.get_linewidth() == 3 > train.get_linewidth()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("stimulus bin", "response")


def test_smoothing_a_neuron_wraps_around_the_circle():
    resp = np.zeros((360, 1))
    resp[0] = 1
    ax = plotting.plot_neuron(resp, ANGLES, 0, sigma=4)
    smooth = ax.lines[2].get_ydata()
    gauss = np.exp(-0.5 * (np.arange(10) / 4) ** 2) / (4 * np.sqrt(2 * np.pi))
    assert smooth[:10] == pytest.approx(gauss, abs=1e-6)
    assert smooth[-9:][::-1] == pytest.approx(gauss[1:], abs=1e-6)


def test_a_neurons_peaks_are_marked_and_named():
    resp = np.zeros((360, 2))
    resp[100:140, 1] = 1
    resp[300, 1] = 5
    ax = plotting.plot_neuron(resp, ANGLES, 1, sigma=10)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "peak at 300°" in labels[0]
    assert labels[1].endswith(("peak at 119°", "peak at 120°"))
    assert len(plotting.plot_neuron(resp, ANGLES, 1, sigma=0).lines) == 2
    with pytest.raises(ValueError, match="sigma is -1"):
        plotting.plot_neuron(resp, ANGLES, 1, sigma=-1)


# Images


@pytest.mark.parametrize("shift", [0, -0.5])
def test_a_stimulus_looks_the_same_shifted_or_not(shift):
    grating = (np.arange(12)[:, None] + np.arange(16)) % 4 // 2
    ax = plotting.show_stimulus(torch.tensor(grating + shift)[None])
    image = ax.images[0]
    assert np.array_equal(image.get_array(), grating)
    assert image.get_clim() == (0, 1)
    assert image.get_cmap().name == "binary"
    assert ax.get_aspect() == 1
    assert list(ax.get_xticks()) == list(ax.get_yticks()) == []
    assert not ax.spines["left"].get_visible()
    assert not ax.spines["bottom"].get_visible()


def test_a_stack_is_not_taken_for_one_stimulus():
    with pytest.raises(ValueError, match=r"shape \(2, 12, 16\)"):
        plotting.show_stimulus(np.zeros((2, 12, 16)))


@pytest.mark.parametrize("channels", [(0,), [5], range(6)])
def test_filters_stand_in_one_row_with_symmetric_limits(channels):
    weights = random(6, 1, 7, 7)
    figure = plotting.plot_weights(weights, channels)
    panels = [ax for ax in figure.axes if ax.get_title()]
    assert [ax.get_title() for ax in panels] == [f"channel {c}" for c in channels]
    limit = np.abs(weights).max()
    for ax, channel in zip(panels, channels, strict=True):
        assert np.array_equal(ax.images[0].get_array(), weights[channel, 0])
        assert ax.images[0].get_clim() == pytest.approx((-limit, limit))
        assert ax.images[0].get_cmap().name == "bwr"
    assert len(figure.axes) == len(panels) + 1, "one colour bar"
    assert tuple(figure.get_size_inches()) == (12, 2.5)


def test_the_first_channel_is_the_default():
    assert len(plotting.plot_weights(random(3, 1, 5, 5)).axes) == 2
    assert len(plotting.plot_example_activations(random(1, 1, 8, 9), random(1, 2, 8, 9)).axes) == 3


def test_a_channel_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="channel 6 does not exist; choose from 0 to 5"):
        plotting.plot_weights(random(6, 1, 7, 7), [6])
    with pytest.raises(ValueError, match="channel 2 does not exist"):
        plotting.plot_example_activations(random(1, 1, 8, 9), random(1, 2, 8, 9), [2])


@pytest.mark.parametrize(("n", "channels"), [(1, (0,)), (1, range(6)), (5, (3,)), (5, range(6))])
def test_activations_stand_beside_their_stimulus(n, channels):
    stimuli, act = random(n, 1, 12, 16), random(n, 6, 12, 16)
    figure = plotting.plot_example_activations(stimuli, act, channels)
    rows = np.array(figure.axes[:-1]).reshape(n, 1 + len(channels))
    for row, maps in zip(rows, act, strict=True):
        assert row[0].images[0].get_cmap().name == "binary"
        for ax, channel in zip(row[1:], channels, strict=True):
            assert np.array_equal(ax.images[0].get_array(), maps[channel])
            assert ax.images[0].get_clim() == (-3, 3)
    assert {"x-pos", "y-pos", "activation strength"} <= set(all_text(figure))
    assert max(figure.get_size_inches()) <= 12.01


def test_activations_of_other_stimuli_are_refused():
    with pytest.raises(ValueError, match="expected 3 x channels"):
        plotting.plot_example_activations(random(3, 1, 8, 9), random(2, 6, 8, 9))


# Dissimilarity


def test_rdm_colours_run_from_0_to_2():
    ax = plotting.plot_corr_matrix(rdm())
    assert ax.images[0].get_clim() == (0, 2)
    assert ax.images[0].get_cmap().name == mpl.rcParamsDefault["image.cmap"]
    assert ax.images[0].colorbar.ax.get_ylabel() == "dissimilarity"
    with pytest.raises(ValueError, match="square"):
        plotting.plot_corr_matrix(random(3, 4))


@pytest.mark.parametrize("n", [1, 3])
def test_rdms_stand_side_by_side_titled_by_name(n):
    matrices = {f"population {i}": rdm() + i / 10 for i in range(n)}
    figure = plotting.plot_multiple_rdm(matrices)
    assert tuple(figure.get_size_inches()) == (4 * n, 3.5)
    assert [ax.get_title() for ax in figure.axes[:n]] == list(matrices)
    for ax, matrix in zip(figure.axes, matrices.values(), strict=False):
        assert np.array_equal(ax.images[0].get_array(), matrix)
    with pytest.raises(ValueError, match="at least one"):
        plotting.plot_multiple_rdm({})


def test_correlations_are_bars_of_their_height():
    ax = plotting.plot_rdm_rdm_correlations({"pool": torch.tensor(0.7), "fc": -0.5})
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.7, -0.5])
    assert ax.get_xlabel() == "model layer"
    assert ax.get_ylabel() == "RDM correlation with mouse V1"
    assert ax.get_ylim()[0] < -0.5


@pytest.mark.parametrize("wanted", [[30], [-75, -25, 25, 75]])
def test_rdm_rows_are_those_of_the_nearest_stimulus(wanted):
    angles = np.arange(-90, 91, 10.0)
    matrices = {"V1 data": random(19, 19), "fc": random(19, 19)}
    figure = plotting.plot_rdm_rows(wanted, matrices, angles[:, None])
    assert tuple(figure.get_size_inches()) == (4 * len(wanted), 4)
    for ax, angle in zip(figure.axes, wanted, strict=True):
        row = np.argmin(np.abs(angles - angle))
        mark, *curves = ax.lines
        assert list(mark.get_xdata()) == [angles[row]] * 2
        assert to_hex(mark.get_color()) == to_hex("0.7")
        for curve, matrix in zip(curves, matrices.values(), strict=True):
            assert np.array_equal(curve.get_ydata(), matrix[row])
        assert ax.get_xlabel() == "Stimulus orientation (°)"
        assert f"{angles[row]:.0f}°".replace("-", "−") in ax.get_title()
    first, last = figure.axes[0], figure.axes[-1]
    assert first.get_ylabel() == "Dissimilarity"
    assert first.get_ylim() == last.get_ylim()
    assert [t.get_text() for t in last.get_legend().get_texts()] == list(matrices)


@pytest.mark.parametrize("n", [1, 2])
def test_populations_are_embedded_and_coloured_by_orientation(n):
    angles = np.linspace(-90, 90, 13)
    populations = {f"population {i}": torch.tensor(random(13, 5 + i)) for i in range(n)}
    figure = plotting.plot_resp_lowd(populations, torch.tensor(angles)[:, None])
    assert tuple(figure.get_size_inches()) == (4.5 * n, 4.5)
    for ax, label in zip(figure.axes, populations, strict=False):
        (dots,) = ax.collections
        assert dots.get_offsets().shape == (13, 2)
        assert np.array_equal(dots.get_array(), angles)
        assert dots.get_clim() == (-90, 90)
        assert dots.get_cmap().name == "twilight"
        assert ax.get_title() == label
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("Dimension 1", "Dimension 2")
    assert list(figure.axes[-1].get_yticks()) == [-90, -45, 0, 45, 90]


# Learning


def test_train_loss_starts_at_the_origin_of_both_axes():
    ax = plotting.plot_train_loss([50.0, 20.0, 10.0])
    assert ax.get_xlim()[0] == ax.get_ylim()[0] == 0
    assert list(ax.lines[0].get_ydata()) == [50, 20, 10]
    assert ax.get_xlabel() == "iterations of gradient descent"
    assert ax.get_ylabel() == "mean squared error (degrees²)"


@pytest.mark.parametrize("losses", [[], [5.0], [3.0, np.inf, np.nan]])
def test_losses_of_any_length_and_finiteness_can_be_drawn(losses):
    plotting.plot_train_loss(losses).figure.canvas.draw()
    plotting.plot_training_curves(losses, losses).figure.canvas.draw()
    plotting.plot_loss_runs({"run": losses}).figure.canvas.draw()


def test_training_curves_show_test_loss_as_dots_where_it_was_evaluated():
    test = np.array([3.0, np.nan, 2.0])
    ax = plotting.plot_training_curves([2.0, 1.5, 1.0], test)
    dots = ax.lines[1]
    assert dots.get_linestyle() == "None"
    assert dots.get_markersize() == 10
    assert ax.get_xlabel() == "Gradient descent iteration"
    assert ax.get_ylabel() == "Mean squared error"
    assert len(plotting.plot_training_curves([2.0, 1.5, 1.0]).lines) == 1


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([3.0, 2.0, 2.5], False),
        ([3.0, 3.0], False),
        ([3.0, 2.0, 3.1], True),
        ([3.0, np.nan], True),
        ([3.0, np.inf], True),
        ([np.nan], True),
        ([np.inf], True),
        ([], False),
    ],
)
def test_a_run_has_diverged_if_it_is_not_finite_or_exceeds_its_start(losses, expected):
    assert has_diverged(losses) is expected


def test_diverged_runs_are_dashed_named_and_end_in_a_cross():
    runs = {"good": [9.0, 3.0, 1.0], "wild": [9.0, 80.0, 9e9, np.nan]}
    ax = plotting.plot_loss_runs(runs)
    good, wild, cross = ax.lines
    assert (good.get_linestyle(), wild.get_linestyle()) == ("-", "--")
    assert cross.get_marker() == "X"
    assert wild.get_ydata().max() <= ax.get_ylim()[1], "does not flatten the others"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["good", "wild\n(diverged)"]
    assert ax.get_yscale() == "log"
    assert plotting.plot_loss_runs({}).get_legend() is None


@pytest.mark.parametrize("n_classes", [1, 20, 72])
def test_decoded_classes_are_drawn_against_the_angles_handed_over(n_classes):
    angles = np.arange(0, 360, 7.0)
    classes = (angles * n_classes // 360).astype(int)
    figure = plotting.plot_decoded_results([3, 1], [3, 2], angles[:, None], classes, n_classes)
    left, right = figure.axes
    assert tuple(figure.get_size_inches()) == (16, 6)
    assert left.get_ylabel() == "negative log likelihood"
    assert left.get_ylim()[0] == 0
    assert len(left.lines) == 2
    *edges, dots = right.lines
    assert [edge.get_xdata()[0] for edge in edges] == pytest.approx(
        np.linspace(0, 360, n_classes + 1)
    )
    assert np.array_equal(dots.get_xdata(), angles)
    assert np.array_equal(dots.get_ydata(), classes)
    names = [text.get_text() for text in right.get_yticklabels()]
    assert names[0] == f"0–{360 / n_classes:g}°"
    assert len(names) <= 24


def test_decoded_results_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        plotting.plot_decoded_results([1], [1], ANGLES, ANGLES[:5], 20)
    with pytest.raises(ValueError, match="n_classes is 0"):
        plotting.plot_decoded_results([1], [1], ANGLES, ANGLES, 0)


def test_identity_line_gives_both_axes_the_same_limits():
    _, ax = plt.subplots()
    ax.plot([0, 10], [5, 30], "o", zorder=2)
    assert plotting.identityLine() is ax
    assert ax.get_xlim() == ax.get_ylim()
    line = ax.lines[-1]
    assert np.array_equal(line.get_xdata(), line.get_ydata())
    assert line.get_zorder() < 2


def test_descent_crawls_arrives_or_climbs_with_the_learning_rate():
    figure = plotting.plot_descent()
    titles = [ax.get_title() for ax in figure.axes]
    assert [t.split(":")[0] for t in titles] == ["too small", "good", "too large"]
    first, last = zip(
        *(
            (abs(ax.lines[1].get_xdata()[0]), abs(ax.lines[-1].get_xdata()[0]))
            for ax in figure.axes
        ),
        strict=True,
    )
    assert 0.5 * first[0] < last[0] < first[0]
    assert last[1] < 0.05 * first[1]
    assert last[2] > first[2]
    assert len(plotting.plot_descent([0.1]).axes) == 1
    with pytest.raises(ValueError, match="above 0"):
        plotting.plot_descent([0.1, 0])


# Networks


def texts_of_network(**sizes):
    return {text.get_text() for text in plotting.plot_network(**sizes).texts}


def test_network_names_inputs_hidden_units_and_output():
    texts = texts_of_network()
    assert {"$r_{1}$", "$r_{N}$", "$h_{1}$", "$h_{M}$", "$y$"} <= texts
    assert r"$\mathbf{W}^{in}$" in texts
    assert r"$\mathbf{b}^{out}$" in texts


def test_network_draws_small_layers_whole_and_large_ones_with_dots():
    small = texts_of_network(n_inputs=2, n_hidden=3, n_outputs=1)
    assert {"$r_{2}$", "$h_{3}$"} <= small
    assert r"$\vdots$" not in small
    large = texts_of_network(n_inputs=23589, n_hidden=10, n_outputs="C")
    assert {"$r_{23589}$", "$h_{10}$", "$y_{C}$", r"$\vdots$"} <= large
    with pytest.raises(ValueError, match="a layer of 0 units"):
        plotting.plot_network(n_hidden=0)


def test_a_rectified_network_says_so():
    plain, rectified = plotting.plot_network(), plotting.plot_network(rectified=True)
    assert len(rectified.lines) == len(plain.lines) + 4, "a hinge in each hidden unit"
    assert any(r"\phi" in text.get_text() for text in rectified.texts)
    assert not any(r"\phi" in text.get_text() for text in plain.texts)


def test_activations_stand_with_their_true_slopes():
    figure = plotting.plot_activations()
    assert [ax.get_title().strip() for ax in figure.axes] == ["ReLU", "sigmoid", "tanh"]
    for ax in figure.axes:
        value, slope = (line for line in ax.lines if len(line.get_xdata()) > 2)
        x = value.get_xdata()
        numeric = np.gradient(value.get_ydata(), x)
        away = np.abs(x) > 0.05
        assert slope.get_ydata()[away] == pytest.approx(numeric[away], abs=1e-3)


def test_xor_is_separated_by_the_border_after_the_hidden_units_only():
    _, after = plotting.plot_xor().axes
    yes, no, border = after.lines
    heights = {
        line: line.get_ydata() - np.interp(line.get_xdata(), *border.get_data())
        for line in (yes, no)
    }
    assert (heights[yes] < -0.05).all()
    assert (heights[no] > 0.05).all()


@pytest.mark.parametrize(("n_hidden", "n_outputs"), [(1, 1), (10, 1), (20, 20)])
def test_weights_are_drawn_with_the_courses_limits(n_hidden, n_outputs):
    W_in, W_out = random(n_hidden, 300), random(n_outputs, n_hidden)
    figure = plotting.visualize_weights(W_in, torch.tensor(W_out), xlabel="neurons")
    left, right = figure.axes[:2]
    assert np.array_equal(left.images[0].get_array(), W_in)
    assert np.array_equal(right.images[0].get_array(), W_out.T)
    assert left.images[0].get_clim() == (-0.01, 0.01)
    assert right.images[0].get_clim() == (-3, 3)
    assert (left.get_xlabel(), left.get_ylabel()) == ("neurons", "hidden units")
    assert right.get_xlabel() == "output"
    assert tuple(figure.get_size_inches()) == (10, 4)


def test_weights_of_different_networks_are_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        plotting.visualize_weights(random(10, 300), random(1, 20))


@pytest.mark.parametrize("n_hidden", [1, 10])
def test_hidden_units_are_shown_as_image_and_as_curves(n_hidden):
    h = np.abs(random(n_hidden, 36))
    figure = plotting.visualize_hidden_units(random(n_hidden, 50), h)
    _, image, empty, curves = figure.axes[:4]
    assert np.array_equal(image.images[0].get_array(), h)
    assert not empty.axison
    assert len(curves.lines) == n_hidden
    assert np.array_equal(curves.lines[-1].get_ydata(), h[-1])
    assert list(curves.lines[0].get_xdata()[:2]) == [0, 10]
    assert tuple(figure.get_size_inches()) == (10, 8)
