"""Tutorial 4's figures: what a decoder gets wrong, penalties, and how an encoder fits."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from nmautils.plotting._common import (
    BLUE,
    GREEN,
    GREY,
    ORIENTATION_LABEL,
    TEST_MAGENTA,
    TRAIN_YELLOW,
    VERMILLION,
    as_array,
    as_curve,
    indices_within,
    new_axes,
    new_figure,
)
from nmautils.plotting.images import plot_weights
from nmautils.plotting.learning import identityLine
from nmautils.plotting.responses import plot_prediction, plot_tuning
from nmautils.validate import same_length, whole


def plot_decoded_orientations(true: Any, decoded: Any, ax: Axes | None = None) -> Axes:
    """Draw decoded against true orientations, with the mean squared error in the title.

    Parameters
    ----------
    true, decoded : array or tensor, n or n x 1, degrees
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> true = np.arange(0, 360, 10)
    >>> ax = nma.plot_decoded_orientations(true, true + 5)
    >>> ax.get_title().splitlines()[1]  # the mean squared error
    '25.00'
    """
    true, decoded = as_curve(true), as_curve(decoded)
    same_length(true=true, decoded=decoded)
    ax = new_axes(ax, (5.6, 5.2))
    ax.plot(true, decoded, "o", color=BLUE, ms=6, mec="white", mew=0.5)
    ax.set(xticks=np.arange(0, 361, 90), yticks=np.arange(0, 361, 90))
    ax.set(xlabel="true " + ORIENTATION_LABEL, ylabel="decoded " + ORIENTATION_LABEL)
    error = np.mean((decoded - true) ** 2)
    ax.set_title(f"mean squared error on {len(true)} test stimuli:\n{error:,.2f}")
    ax.set_aspect("equal")
    return identityLine(ax)


def plot_decoding_errors(true: Any, decoded: Any, ax: Axes | None = None) -> Axes:
    """Draw the decoding error, decoded minus true, at each true orientation.

    Parameters
    ----------
    true, decoded : array or tensor, n or n x 1, degrees
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> true = np.arange(0, 360, 10)
    >>> ax = nma.plot_decoding_errors(true, true + 5)
    >>> set(ax.lines[1].get_ydata().tolist())
    {5.0}
    """
    true, decoded = as_curve(true), as_curve(decoded)
    same_length(true=true, decoded=decoded)
    ax = new_axes(ax, (6.8, 4.6))
    ax.axhline(0, color=GREY, lw=1.2, zorder=0)
    ax.plot(true, decoded - true, "o", color=BLUE, ms=6, mec="white", mew=0.5)
    ax.set(xticks=np.arange(0, 361, 90), yticks=np.arange(-360, 361, 90))
    ax.set(xlabel="true " + ORIENTATION_LABEL, ylabel="decoding error (°)", ylim=(-380, 380))
    return ax


def plot_circle_cost(
    true: float = 359, n_classes: int = 20, fig: FigureBase | None = None
) -> FigureBase:
    """Draw the squared error of angles on a circle, beside the circle cut in classes.

    Parameters
    ----------
    true : float
        Orientation shown, degrees.
    n_classes : int
        Number of classes.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> fig = nma.plot_circle_cost(true=359, n_classes=20)
    >>> fig.axes[1].get_title()
    '20 classes: only the green one is right'
    """
    n_classes = whole("n_classes", n_classes, 2)
    fig = new_figure(fig, (12, 4.6))
    left = fig.add_subplot(1, 2, 1)
    angles = np.arange(0, 361)
    left.plot(angles, (angles - true) ** 2 / 1000, color=BLUE)
    near = (true + 2) % 360
    far = (true + 180) % 360
    for angle, colour, name in ((near, VERMILLION, "2° off"), (far, "0.4", "180° off")):
        cost = (angle - true) ** 2
        left.plot(angle, cost / 1000, "o", ms=10, color=colour, mec="white", zorder=4)
        left.annotate(
            f"{name}: {cost:,.0f}",
            (angle, cost / 1000),
            xytext=(14, 2),
            textcoords="offset points",
            color=colour,
        )
    left.set(xticks=np.arange(0, 361, 90), xlim=(-8, 368), ylim=(-4, 140))
    left.set(xlabel="answer (°)", ylabel="squared error (1,000 degrees²)")
    left.set_title(f"squared error, when {true:g}° is right")

    right = fig.add_subplot(1, 2, 2, projection="polar")
    width = 2 * np.pi / n_classes
    right_class = int(true % 360 // (360 / n_classes))
    for c in range(n_classes):
        colour = GREEN if c == right_class else ("0.88" if c % 2 else "0.95")
        right.bar(c * width, 1, width, 0.45, color=colour, align="edge", edgecolor="white")
        right.text((c + 0.5) * width, 1.0, str(c), ha="center", va="center", fontsize=10)
    right.plot(np.radians(near), 1.45, "o", ms=10, color=VERMILLION, mec="white", clip_on=False)
    right.set(theta_zero_location="N", theta_direction=-1, yticks=[], ylim=(0, 1.62))
    right.set_xticks(np.radians(np.arange(0, 360, 90)), [f"{a}°" for a in range(0, 360, 90)])
    right.spines[:].set_visible(False)
    right.grid(visible=False)
    right.set_title(f"{n_classes} classes: only the green one is right")
    return fig


def plot_penalties(fig: FigureBase | None = None) -> FigureBase:
    """Draw the two penalties on a weight, and how hard each pulls the weight towards zero.

    Parameters
    ----------
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> fig = nma.plot_penalties()
    >>> [line.get_label() for line in fig.axes[0].lines[:1]]
    ['L2']
    """
    fig = new_figure(fig, (10, 3.8))
    left, right = fig.subplots(1, 2)
    w = np.linspace(-1.5, 1.5, 301)
    for name, cost, pull, colour in (
        ("L2", w**2, -2 * w, BLUE),
        ("L1", np.abs(w), np.where(w == 0, np.nan, -np.sign(w)), VERMILLION),
    ):
        left.plot(w, cost, color=colour, label=name)
        right.plot(w, pull, color=colour, label=name)
    left.set(xlabel=r"weight $w$", ylabel="penalty", title="what a weight costs")
    right.set(xlabel=r"weight $w$", ylabel="minus the slope", title="how it is pulled")
    for ax in (left, right):
        ax.set_xticks([-1, 0, 1])
        ax.axhline(0, color=GREY, lw=1, zorder=0)
    right.axvline(0, color=GREY, lw=1, zorder=0)
    right.legend(loc="upper right")
    return fig


def plot_weight_sizes(
    weights: dict[str, Any], ax: Axes | None = None, *, tiny: float = 1e-4
) -> Axes:
    """Draw how large the weights of several networks are, as histograms on a logarithmic axis.

    Parameters
    ----------
    weights : dict of str to array or tensor
        Weights by the name shown in the legend.
    ax : Axes, optional
    tiny : float
        The legend says which share of the weights is smaller.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_weight_sizes({"plain": [0.1, -0.2], "with L1": [1e-6, 0.3]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['plain: 0.0 % below 0.0001', 'with L1: 50.0 % below 0.0001']
    """
    if not weights:
        raise ValueError("no weights were given; give at least one array, by its name")
    ax = new_axes(ax, (7.4, 4))
    edges = np.logspace(-7, 0, 71)
    for name, values in weights.items():
        sizes = np.abs(as_curve(values))
        below = np.mean(sizes < tiny)
        ax.hist(
            np.clip(sizes, edges[0], edges[-1]),
            list(edges),
            weights=np.full(len(sizes), 100 / len(sizes)),
            histtype="stepfilled",
            alpha=0.45,
            label=f"{name}: {100 * below:.1f} % below {tiny:g}",
        )
    ax.axvline(tiny, color=GREY, lw=1.2, zorder=0)
    ax.set(xscale="log", xlim=(edges[0], edges[-1]))
    ax.set(xlabel="size of the weight", ylabel="share of the weights (%)")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return ax


def plot_tuning_grid(
    stimuli: Any,
    resp_train: Any,
    resp_test: Any,
    neurons: Sequence[int],
    fig: FigureBase | None = None,
    *,
    n_columns: int = 5,
) -> FigureBase:
    """Draw both halves of the recording for several neurons, one panel each.

    Parameters
    ----------
    stimuli : array or tensor, n_stimuli, degrees
    resp_train, resp_test : array or tensor, n_stimuli x n_neurons
    neurons : sequence of int
    fig : Figure or SubFigure, optional
    n_columns : int
        Panels in a row.

    Returns
    -------
    Figure

    Examples
    --------
    >>> stimuli = np.arange(3, 363, 6)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90, 180]))
    >>> fig = nma.plot_tuning_grid(stimuli, resp, resp, neurons=[0, 2])
    >>> [ax.get_title() for ax in fig.axes]
    ['neuron 0', 'neuron 2']
    """
    train, test = as_array(resp_train), as_array(resp_test)
    neurons = indices_within(neurons, train.shape[1], "neuron")
    fig, axes = _grid(len(neurons), n_columns, (15, 7 / 3), fig)
    for ax, neuron in zip(axes.flat, neurons, strict=False):
        plot_tuning(ax, stimuli, train[:, neuron], test[:, neuron], neuron)
    _name_halves(axes[0, 0])
    return fig


def plot_prediction_grid(
    prediction: Any,
    resp_train: Any,
    resp_test: Any,
    neurons: Sequence[int],
    fig: FigureBase | None = None,
    *,
    n_columns: int = 5,
) -> FigureBase:
    """Draw a model's predictions over both halves of the recording, one neuron per panel.

    Parameters
    ----------
    prediction, resp_train, resp_test : array or tensor, n_stimuli x n_neurons
    neurons : sequence of int
    fig : Figure or SubFigure, optional
    n_columns : int
        Panels in a row.

    Returns
    -------
    Figure

    Examples
    --------
    >>> resp = np.cos(np.radians(np.arange(3, 363, 6)[:, None] - [0, 90, 180]))
    >>> fig = nma.plot_prediction_grid(0.8 * resp, resp, resp, neurons=[0, 2])
    >>> [ax.get_title() for ax in fig.axes]
    ['neuron 0', 'neuron 2']
    """
    prediction, train, test = (as_array(x) for x in (prediction, resp_train, resp_test))
    neurons = indices_within(neurons, train.shape[1], "neuron")
    fig, axes = _grid(len(neurons), n_columns, (15, 3), fig)
    for ax, neuron in zip(axes.flat, neurons, strict=False):
        plot_prediction(ax, prediction[:, neuron], train[:, neuron], test[:, neuron])
        ax.set_title(f"neuron {neuron}")
    _name_halves(axes[0, 0], prediction=True)
    return fig


def _grid(
    n_panels: int, n_columns: int, size: tuple[float, float], fig: FigureBase | None
) -> tuple[FigureBase, np.ndarray]:
    """Lay out panels in rows; `size` is the width of all columns and the height of a row."""
    n_columns = min(n_columns, n_panels)
    n_rows = -(-n_panels // n_columns)
    fig = new_figure(fig, (size[0] * n_columns / 5, size[1] * n_rows))
    axes = fig.subplots(n_rows, n_columns, squeeze=False)
    for ax in axes.flat[n_panels:]:
        ax.set_axis_off()
    # Labels only below the lowest panel and left of each row, where there is room.
    for ax in axes[:, 1:].flat:
        ax.yaxis.label.set_visible(False)
    for ax in axes[:-1].flat:
        ax.xaxis.label.set_visible(False)
    return fig, axes


def _name_halves(ax: Axes, prediction: bool = False) -> None:
    words = [("train", TRAIN_YELLOW), ("test", TEST_MAGENTA)]
    words += [("prediction", GREEN)] if prediction else []
    for row, (word, colour) in enumerate(words):
        place = (0.97, 0.97 - 0.13 * row)
        ax.text(
            *place,
            word,
            color=colour,
            weight="bold",
            ha="right",
            va="top",
            zorder=5,
            transform=ax.transAxes,
            bbox={"fc": "white", "lw": 0, "pad": 1},
        )


def plot_filter_change(before: Any, after: Any, fig: FigureBase | None = None) -> FigureBase:
    """Draw filters before and after training, one row each, with colour bars of their own.

    Parameters
    ----------
    before, after : array or tensor, C x 1 x K x K
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> before = nma.filters(3, 7)
    >>> fig = nma.plot_filter_change(before, 0.5 * before)
    >>> [row.get_suptitle() for row in fig.subfigs]
    ['before training', 'after training']
    """
    before, after = as_array(before), as_array(after)
    same_length(before=before, after=after)
    fig = new_figure(fig, (12, 5.4))
    rows = cast(np.ndarray, fig.subfigures(2, 1))
    for row, weights, title in zip(
        rows, (before, after), ("before training", "after training"), strict=True
    ):
        plot_weights(weights, range(len(weights)), row)
        row.suptitle(title)
    return fig


def correlations(prediction: Any, resp: Any) -> np.ndarray:
    """Correlate two sets of curves, neuron by neuron.

    Parameters
    ----------
    prediction, resp : array or tensor, n_stimuli x n_neurons

    Returns
    -------
    ndarray, n_neurons
        Pearson correlation over stimuli; 0 where one of the curves is flat.

    Examples
    --------
    >>> from nmautils.plotting.encoding import correlations
    >>> resp = np.array([[1.0, 1.0], [2.0, 3.0], [3.0, 2.0]])
    >>> correlations(resp, resp * [1, -1])
    array([ 1., -1.])
    """
    x, y = (as_array(v).astype(float) for v in (prediction, resp))
    if x.shape != y.shape or x.ndim != 2:
        raise ValueError(f"shapes are {x.shape} and {y.shape}; give n_stimuli x n_neurons twice")
    x, y = x - x.mean(0), y - y.mean(0)
    scale = np.sqrt((x**2).sum(0) * (y**2).sum(0))
    fits = np.zeros(x.shape[1])
    np.divide((x * y).sum(0), scale, out=fits, where=scale > 0)
    return fits


def plot_fit(
    stimuli: Any,
    resp_train: Any,
    resp_test: Any,
    prediction: Any,
    neuron: int,
    fig: FigureBase | None = None,
    *,
    fits: Any | None = None,
) -> FigureBase:
    """Draw one neuron's measured and predicted curves, beside the fit of all neurons.

    Parameters
    ----------
    stimuli : array or tensor, n_stimuli, degrees
    resp_train, resp_test, prediction : array or tensor, n_stimuli x n_neurons
    neuron : int
    fig : Figure or SubFigure, optional
    fits : array, n_neurons, optional
        Correlation of prediction and test half, neuron by neuron, if known already.

    Returns
    -------
    Figure

    Examples
    --------
    >>> stimuli = np.arange(3, 363, 6)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90]))
    >>> fig = nma.plot_fit(stimuli, resp, resp, resp * [1, -1], neuron=1)
    >>> fig.axes[1].get_title()
    'this neuron: -1.00'
    """
    train, test, model = (as_array(v) for v in (resp_train, resp_test, prediction))
    (neuron,) = indices_within([neuron], train.shape[1], "neuron")
    fits = correlations(model, test) if fits is None else as_curve(fits)
    fig = new_figure(fig, (11, 4))
    left, right = fig.subplots(1, 2, width_ratios=(1.7, 1))
    plot_tuning(left, stimuli, train[:, neuron], test[:, neuron], neuron)
    left.plot(as_curve(stimuli), model[:, neuron], color=GREEN, lw=3, label="prediction")
    highest = max(float(v[:, neuron].max()) for v in (train, test, model))
    top = max(2.4, 1.08 * highest)
    left.set(ylim=(-1.0, top), yticks=range(-1, int(top) + 1))
    left.set_title(f"neuron {neuron}", y=1.0)  # a given height spares drawing time
    left.legend(loc="upper left", ncols=3, fontsize=10)

    counts, edges = np.histogram(fits, np.linspace(-1, 1, 41))
    right.stairs(counts, edges, fill=True, color="0.8")
    right.axvline(fits[neuron], color=VERMILLION, lw=2.5)
    right.set(xlim=(-1, 1), xticks=[-1, 0, 1], yticks=[])  # few ticks: each takes time
    right.set(xlabel="correlation with the test half", ylabel="number of neurons")
    right.set_title(f"this neuron: {fits[neuron]:.2f}", y=1.0, color=VERMILLION)
    return fig
