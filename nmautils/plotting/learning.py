"""Figures of learning: losses, what was decoded, and gradient descent in one dimension."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from nmautils.plotting._common import (
    BLUE,
    GREEN,
    GREY,
    ORIENTATION_LABEL,
    TEST_MAGENTA,
    VERMILLION,
    as_array,
    as_curve,
    new_axes,
    new_figure,
    row_of_panels,
)
from nmautils.validate import same_length, whole


def plot_train_loss(
    train_loss: Sequence[float],
    ax: Axes | None = None,
    *,
    ylabel: str = "mean squared error (degrees²)",
) -> Axes:
    """Draw the loss at each iteration of gradient descent.

    Parameters
    ----------
    train_loss : sequence of float
    ax : Axes, optional
    ylabel : str
        Name of the loss.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_train_loss([4.0, 2.0, 1.0])
    >>> ax.get_xlabel()
    'iterations of gradient descent'
    """
    ax = new_axes(ax, (6.4, 4.4))
    ax.plot(as_curve(train_loss), color=BLUE)
    ax.set(xlabel="iterations of gradient descent", ylabel=ylabel)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    return ax


def plot_training_curves(
    train_loss: Any, test_loss: Any | None = None, ax: Axes | None = None
) -> Axes:
    """Draw training loss as a line and test loss as dots.

    Parameters
    ----------
    train_loss : array or tensor, n_iter
    test_loss : array or tensor, n_iter, optional
        NaN where it was not evaluated.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_training_curves([4.0, 2.0, 1.0], test_loss=[np.nan, 3.0, 2.0])
    >>> [line.get_label() for line in ax.lines]
    ['train', 'test']
    """
    ax = new_axes(ax, (6.4, 4.4))
    ax.plot(as_curve(train_loss), color=BLUE, label="train")
    if test_loss is not None:
        same_length(train_loss=train_loss, test_loss=test_loss)
        ax.plot(as_curve(test_loss), ".", color=TEST_MAGENTA, ms=10, label="test")
    ax.set(xlabel="Gradient descent iteration", ylabel="Mean squared error")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def plot_loss_runs(runs: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """Draw the losses of several training runs together, on a logarithmic scale.

    Parameters
    ----------
    runs : mapping of str to sequence of float
        Loss before each update, by the name shown in the legend. A run that stops being finite
        or exceeds its start is dashed, ends in a cross and is called diverged.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_loss_runs({"small step": [4.0, 2.0], "large step": [4.0, 400.0]})
    >>> ax.lines[1].get_label()
    'large step\\n(diverged)'
    """
    ax = new_axes(ax, (9, 4.6))
    ax.set(
        yscale="log",
        xlabel="iterations of gradient descent",
        ylabel="mean squared error (degrees²)",
    )
    curves = {label: as_curve(losses) for label, losses in runs.items()}
    starts = [curve[0] for curve in curves.values() if len(curve) and 0 < curve[0] < np.inf]
    ceiling = 10 * max(starts, default=1.0)
    lowest = ceiling / 100
    for label, curve in curves.items():
        if not len(curve):
            continue
        diverged = has_diverged(curve)
        leaves = np.flatnonzero(~np.isfinite(curve) | (curve > ceiling))
        # Curves end at the ceiling: higher values would flatten all other curves.
        drawn = np.append(curve[: leaves[0]], ceiling) if len(leaves) else curve
        (line,) = ax.plot(
            drawn,
            ls="--" if diverged else "-",
            label=f"{label}\n(diverged)" if diverged else label,
        )
        if diverged:
            end = (len(drawn) - 1, drawn[-1])
            ax.plot(*end, "X", ms=10, color=line.get_color(), clip_on=False)
        positive = drawn[drawn > 0]
        lowest = min(lowest, positive.min() if len(positive) else lowest)
    ax.set_ylim(lowest / 2, ceiling)
    ax.set_xlim(left=0)
    ax.grid(axis="y")
    if ax.lines:
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def has_diverged(losses: Sequence[float] | np.ndarray) -> bool:
    """Return whether a loss stopped being a finite number or rose above its start.

    Examples
    --------
    >>> from nmautils.plotting.learning import has_diverged
    >>> has_diverged([4.0, 2.0, 1.0]), has_diverged([4.0, 5.0])
    (False, True)
    """
    curve = as_curve(losses)
    return bool(len(curve) and not (curve <= curve[0]).all()) or bool(np.isinf(curve).any())


def plot_decoded_results(
    train_loss: Sequence[float],
    test_loss: Sequence[float],
    test_labels: Any,
    predicted_test_labels: Any,
    n_classes: int,
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw a classifier's losses beside true orientations and decoded classes.

    Parameters
    ----------
    train_loss, test_loss : sequence of float, n_iter
    test_labels : array or tensor, n or n x 1
        True orientations, degrees.
    predicted_test_labels : array or tensor, n
        Decoded classes, 0 to ``n_classes - 1``; class c spans [c b, (c + 1) b) with b = 360 / C.
    n_classes : int
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> angles = np.arange(0, 360, 10)
    >>> classes = nma.stimulus_class(angles, n_classes=4)
    >>> fig = nma.plot_decoded_results([2.0, 1.0], [2.0, 1.5], angles, classes, n_classes=4)
    >>> [label.get_text() for label in fig.axes[1].get_yticklabels()]
    ['0–90°', '90–180°', '180–270°', '270–360°']
    """
    angles, classes = as_curve(test_labels), as_curve(predicted_test_labels)
    same_length(test_labels=angles, predicted_test_labels=classes)
    n_classes = whole("n_classes", n_classes, 1)
    fig = new_figure(fig, (16, 6))
    left, right = fig.subplots(1, 2)

    left.plot(as_curve(train_loss), color=BLUE, label="train")
    left.plot(as_curve(test_loss), color=TEST_MAGENTA, label="test")
    left.set(xlabel="iterations of gradient descent", ylabel="negative log likelihood")
    left.set_xlim(left=0)
    left.set_ylim(bottom=0)
    left.legend()

    edges = np.linspace(0, 360, n_classes + 1)
    for edge in edges:
        right.axvline(edge, color=GREY, lw=1, zorder=0)
    for c in range(n_classes):
        right.fill_between(edges[c : c + 2], c - 0.5, c + 0.5, color=GREEN, alpha=0.18, lw=0)
    right.plot(angles, classes, "o", color=BLUE, ms=5, mec="white", mew=0.5)
    every = int(np.ceil(n_classes / 24))  # more labels than this would overlap
    shown = range(0, n_classes, every)
    right.set(xticks=np.arange(0, 361, 90), xlim=(-4, 364), ylim=(-0.5, n_classes - 0.5))
    right.set_yticks(shown, [f"{edges[c]:g}–{edges[c + 1]:g}°" for c in shown], fontsize=10)
    right.set(xlabel="true " + ORIENTATION_LABEL, ylabel="decoded " + ORIENTATION_LABEL)
    right.set_title("green: decoded the right class")
    return fig


def identityLine(ax: Axes | None = None) -> Axes:
    """Give both axes the same limits and draw the grey line y = x behind the data.

    Parameters
    ----------
    ax : Axes, optional
        The current axes without it.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_train_loss([4.0, 2.0, 1.0])
    >>> ax = nma.identityLine(ax)
    >>> ax.get_xlim() == ax.get_ylim()
    True
    """
    if ax is None:
        ax = plt.gca()
    low = min(ax.get_xlim()[0], ax.get_ylim()[0])
    high = max(ax.get_xlim()[1], ax.get_ylim()[1])
    ax.plot([low, high], [low, high], color=GREY, lw=1.5, zorder=0)
    ax.set(xlim=(low, high), ylim=(low, high))
    return ax


def plot_descent(
    learning_rates: Sequence[float] = (0.03, 0.3, 1.05),
    fig: FigureBase | None = None,
    *,
    n_steps: int = 6,
) -> FigureBase:
    """Draw a ball descending the curve L(w) = w^2, one panel per learning rate.

    Parameters
    ----------
    learning_rates : sequence of float
        Step sizes; each step is w <- w - rate * 2 w.
    fig : Figure or SubFigure, optional
    n_steps : int
        Updates shown.

    Returns
    -------
    Figure

    Examples
    --------
    >>> fig = nma.plot_descent([0.03, 0.3])
    >>> [ax.get_title().splitlines()[0] for ax in fig.axes]
    ['too small: it crawls', 'good: it arrives']
    """
    rates = [float(rate) for rate in np.atleast_1d(as_array(learning_rates))]
    if not rates or min(rates) <= 0:
        raise ValueError(f"learning rates are {rates}; give at least one, all above 0")
    fig, axes = row_of_panels(rates, fig, height=3.8, width=4.2, sharey=True)
    for ax, rate in zip(axes, rates, strict=True):
        _descend(ax, rate, n_steps)
    axes[0].set_ylabel(r"loss $L$")
    return fig


def _descend(ax: Axes, rate: float, n_steps: int) -> None:
    reach = 3.05
    w = np.linspace(-reach, reach, 200)
    ax.plot(w, w**2, color="0.35", lw=2)
    ball = -1.9 * (1 - 2 * rate) ** np.arange(n_steps + 1)
    ball = ball[np.cumsum(np.abs(ball) > reach) == 0]
    for start, end in pairwise(ball):
        ax.annotate(
            "",
            xy=(end, end**2),
            xytext=(start, start**2),
            arrowprops={
                "arrowstyle": "-|>",
                "color": VERMILLION,
                "lw": 1.4,
                "shrinkA": 4,
                "shrinkB": 5,
            },
        )
    for step, place in enumerate(ball):
        newest = step == len(ball) - 1
        opacity = 1.0 if newest else 0.25 + 0.5 * step / len(ball)
        ax.plot(place, place**2, "o", ms=12, color=BLUE, alpha=opacity, mec="white", zorder=4)
    ax.set(xlim=(-reach, reach), ylim=(-0.6, reach**2), xticks=[0], yticks=[0])
    ax.set_xticklabels(["minimum"])
    ax.set_xlabel(r"parameter $w$")
    ax.set_title(f"{_verdict(rate)}\nlearning rate {rate:g}")


def _verdict(rate: float) -> str:
    """Say what a learning rate does on w^2, where each step multiplies w by 1 - 2 rate."""
    factor = 1 - 2 * rate
    if abs(factor) >= 1:
        return "too large: it climbs"
    if factor > 0.8:
        return "too small: it crawls"
    if factor < -0.6:
        return "large: it jumps to and fro"
    return "good: it arrives"
