"""Figures of recorded responses: heat map, tuning curves, one neuron at a time."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from scipy.ndimage import fourier_gaussian

from nmautils.plotting._common import (
    BLUE,
    GREEN,
    GREY,
    ORIENTATION_LABEL,
    TEST_MAGENTA,
    TRAIN_YELLOW,
    VERMILLION,
    add_colorbar,
    as_array,
    as_curve,
    indices_within,
    mark_orientations,
    new_axes,
    new_figure,
)
from nmautils.validate import not_negative, same_length


def plot_data_matrix(X: Any, ax: Axes | None = None, show: bool = False) -> Axes:
    """Draw a matrix of responses as a heat map.

    Parameters
    ----------
    X : array or tensor, rows x columns
        Responses; the colour limits are their 1st and 99th percentiles.
    ax : Axes, optional
        Where to draw; a new figure without it.
    show : bool
        Call ``plt.show()`` at the end.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_data_matrix(np.random.default_rng(0).normal(size=(20, 50)))
    >>> ax.images[0].get_array().shape
    (20, 50)
    """
    X = as_array(X)
    if X.ndim != 2:
        raise ValueError(f"got {X.ndim} dimension(s); a data matrix needs two, rows x columns")
    ax = new_axes(ax, (6.4, 5))
    low, high = np.nanpercentile(X, [1, 99])
    image = ax.imshow(X, cmap="pink", vmin=low, vmax=high, aspect="auto")
    ax.set(xticks=[], yticks=[])
    add_colorbar(ax.figure, image, ax, "normalized neural response")
    if show:
        plt.show()
    return ax


def plot_tuning_curves(
    resp: Any, stimuli: Any, neurons: Sequence[int], ax: Axes | None = None
) -> Axes:
    """Draw the tuning curves of chosen neurons, one line each.

    Parameters
    ----------
    resp : array or tensor, n_stimuli x n_neurons
    stimuli : array or tensor, n_stimuli or n_stimuli x 1, degrees
    neurons : sequence of int
        Columns of `resp` to draw.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a neuron does not exist or `stimuli` do not match `resp`.

    Examples
    --------
    >>> stimuli = np.arange(0, 360, 10)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90, 180]))
    >>> ax = nma.plot_tuning_curves(resp, stimuli, neurons=[0, 2])
    >>> [line.get_label() for line in ax.lines]
    ['neuron 0', 'neuron 2']
    """
    resp, stimuli = as_array(resp), as_curve(stimuli)
    same_length(resp=resp, stimuli=stimuli)
    neurons = indices_within(neurons, resp.shape[1], "neuron")
    ax = new_axes(ax, (6.4, 4.4))
    for neuron in neurons:
        ax.plot(stimuli, resp[:, neuron], lw=1.6, label=f"neuron {neuron}")
    mark_orientations(ax, stimuli)
    ax.set(xlabel=ORIENTATION_LABEL, ylabel="neural response")
    ax.margins(x=0.02)
    # Above the curves, where it hides none of them.
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(len(neurons), 3))
    return ax


def plot_data_overview(
    resp: Any,
    stimuli: Any,
    neurons: Sequence[int],
    recording: str = "",
    *,
    n_shown: int = 100,
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw responses of the first neurons as a heat map beside some tuning curves.

    Parameters
    ----------
    resp : array or tensor, n_stimuli x n_neurons
    stimuli : array or tensor, n_stimuli or n_stimuli x 1, degrees
    neurons : sequence of int
        Neurons whose tuning curves are drawn.
    recording : str
        What was recorded, for the title: ``recording_label()``.
    n_shown : int
        How many neurons the heat map shows.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> stimuli = np.arange(0, 360, 10)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90, 180]))
    >>> fig = nma.plot_data_overview(resp, stimuli, [0, 1], recording="made up")
    >>> fig.get_suptitle()
    'made up, 3 neurons, 36 stimuli'
    """
    resp = as_array(resp)
    n_stimuli, n_neurons = resp.shape
    n_shown = min(n_shown, n_neurons)
    fig = new_figure(fig, (12, 5))
    left, right = fig.subplots(1, 2)
    plot_data_matrix(resp[:, :n_shown].T, left)
    left.set(xlabel="stimulus", ylabel="neuron", title=f"first {n_shown} neurons")
    plot_tuning_curves(resp, stimuli, neurons, right)
    count = f"{n_neurons:,} neurons"
    if count not in recording:  # the label of a whole recording has it already
        recording = f"{recording}, {count}" if recording else count
    fig.suptitle(f"{recording}, {n_stimuli:,} stimuli")
    return fig


def plot_tuning(
    ax: Axes | None,
    stimuli: Any,
    respi_train: Any,
    respi_test: Any,
    neuron_index: int,
    linewidth: float = 2,
) -> Axes:
    """Draw one neuron's responses in both halves of the recording, train and test.

    Parameters
    ----------
    ax : Axes or None
    stimuli : array or tensor, n_stimuli, degrees
    respi_train, respi_test : array or tensor, n_stimuli
    neuron_index : int
        Shown in the title.
    linewidth : float
        In points.

    Returns
    -------
    Axes

    Examples
    --------
    >>> stimuli = np.arange(3, 363, 6)
    >>> train = np.cos(np.radians(stimuli - 90))
    >>> ax = nma.plot_tuning(None, stimuli, train, 0.9 * train, neuron_index=7)
    >>> ax.get_title()
    'neuron 7'
    """
    stimuli, train, test = as_curve(stimuli), as_curve(respi_train), as_curve(respi_test)
    same_length(stimuli=stimuli, respi_train=train, respi_test=test)
    ax = new_axes(ax, (4.6, 3.6))
    ax.plot(stimuli, train, color=TRAIN_YELLOW, lw=linewidth, label="train")
    ax.plot(stimuli, test, color=TEST_MAGENTA, lw=linewidth, label="test")
    ax.set(xticks=np.arange(0, 361, 90), xlim=(-10, 370), ylim=(-0.5, 2.4))
    ax.tick_params(axis="x", labelsize="small")  # panels stand side by side
    ax.set(xlabel=ORIENTATION_LABEL, ylabel="neural response", title=f"neuron {neuron_index}")
    return ax


def plot_prediction(ax: Axes | None, y_pred: Any, y_train: Any, y_test: Any) -> Axes:
    """Draw a model's prediction of one neuron over its train and test responses.

    Parameters
    ----------
    ax : Axes or None
    y_pred, y_train, y_test : array or tensor, n_stimuli

    Returns
    -------
    Axes

    Examples
    --------
    >>> train = np.cos(np.radians(np.arange(3, 363, 6)))
    >>> ax = nma.plot_prediction(None, 0.8 * train, train, 0.9 * train)
    >>> [line.get_label() for line in ax.lines]
    ['train', 'test', 'prediction']
    """
    prediction, train, test = as_curve(y_pred), as_curve(y_train), as_curve(y_test)
    same_length(y_pred=prediction, y_train=train, y_test=test)
    ax = new_axes(ax, (4.6, 3.6))
    ax.plot(train, color=TRAIN_YELLOW, lw=1.2, label="train")
    ax.plot(test, color=TEST_MAGENTA, lw=2, label="test")
    ax.plot(prediction, color=GREEN, lw=3, label="prediction")
    ax.set(xlabel="stimulus bin", ylabel="response")
    return ax


def plot_neuron(
    resp: Any, stimuli: Any, neuron: int, sigma: float = 5, ax: Axes | None = None
) -> Axes:
    """Draw one neuron's raw and smoothed tuning curve and where each peaks.

    Parameters
    ----------
    resp : array or tensor, n_stimuli x n_neurons
        Rows in equal steps around the full circle.
    stimuli : array or tensor, n_stimuli or n_stimuli x 1, degrees
    neuron : int
    sigma : float
        Width of the smoothing Gaussian, in rows; 0 shows the raw curve alone.
    ax : Axes, optional

    Returns
    -------
    Axes

    Notes
    -----
    Smoothed by `scipy.ndimage.fourier_gaussian`, since the stimuli lie on a circle: the curve's
    end is smoothed with its beginning, also where the Gaussian is wider than the circle.

    Examples
    --------
    >>> stimuli = np.arange(0, 360, 10)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90, 180]))
    >>> ax = nma.plot_neuron(resp, stimuli, neuron=1, sigma=2)
    >>> ax.lines[0].get_label()
    'raw:\\npeak at 90°'
    """
    resp, stimuli = as_array(resp), as_curve(stimuli)
    same_length(resp=resp, stimuli=stimuli)
    (neuron,) = indices_within([neuron], resp.shape[1], "neuron")
    sigma = not_negative("sigma", sigma)
    ax = new_axes(ax, (8, 4))
    raw = resp[:, neuron].astype(float)
    _curve_with_peak(ax, stimuli, raw, "0.6", 1.0, "raw")
    if sigma > 0:
        smooth = np.fft.irfft(fourier_gaussian(np.fft.rfft(raw), sigma, n=len(raw)), n=len(raw))
        _curve_with_peak(ax, stimuli, smooth, BLUE, 2.5, f"smoothed, width {sigma:g}")
    mark_orientations(ax, stimuli)
    ax.set(xlabel=ORIENTATION_LABEL, ylabel="neural response")
    ax.set_title(f"neuron {neuron}", y=1.0)  # a given height spares a third of the drawing time
    ax.margins(x=0.02)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def _curve_with_peak(
    ax: Axes, x: np.ndarray, y: np.ndarray, color: str, width: float, label: str
) -> None:
    top = int(np.argmax(y))
    ax.plot(x, y, color=color, lw=width, label=f"{label}:\npeak at {x[top]:.0f}°")
    ax.plot(x[top], y[top], "o", color=VERMILLION if width > 2 else GREY, ms=9, mec="white")
