"""Figures of networks: their layers, activation functions, weights and hidden units."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Circle

from nmautils.plotting._common import (
    BLUE,
    ORIENTATION_LABEL,
    VERMILLION,
    add_colorbar,
    as_array,
    new_axes,
    new_figure,
)
from nmautils.validate import same_length

_NODE = 0.36


def plot_network(
    n_inputs: int | str = "N",
    n_hidden: int | str = "M",
    n_outputs: int | str = 1,
    rectified: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network with one hidden layer; its weights and biases are coloured.

    Parameters
    ----------
    n_inputs, n_hidden, n_outputs : int or str
        Size of each layer: a number, or the letter that stands for it. Large layers are
        drawn with dots between the third and the last unit.
    rectified : bool
        Draw the hinge of the ReLU in each hidden unit.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_network(n_inputs=3, n_hidden=2, n_outputs=1, rectified=True)
    >>> len(ax.patches)  # one circle per unit
    6
    """
    ax = new_axes(ax, (8.4, 5))
    x_in, x_hidden, x_out = 0.0, 3.4, 6.4
    inputs = _layer(ax, x_in, "r", n_inputs)
    hidden = _layer(ax, x_hidden, "h", n_hidden, hinge=rectified)
    outputs = _layer(ax, x_out, "y", n_outputs)
    top = max(inputs + hidden + outputs)
    for x0, layer0, x1, layer1, colour, name in (
        (x_in, inputs, x_hidden, hidden, BLUE, "in"),
        (x_hidden, hidden, x_out, outputs, VERMILLION, "out"),
    ):
        for a in layer0:
            for b in layer1:
                ax.plot([x0, x1], [a, b], color=colour, lw=1.3, alpha=0.75, zorder=1)
        for b in layer1:
            ax.annotate(
                "",
                xy=(x1, b + _NODE),
                xytext=(x1, b + _NODE + 0.32),
                arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.5},
            )
        ax.text(x1, max(layer1) + 0.8, rf"$\mathbf{{b}}^{{{name}}}$", color=colour, **_centred(15))
        ax.text(
            (x0 + x1) / 2, top + 0.8, rf"$\mathbf{{W}}^{{{name}}}$", color=colour, **_centred(17)
        )
    bottom = min(inputs + hidden + outputs) - 0.75
    phi = r"\phi(\mathbf{W}^{in}\mathbf{r}+\mathbf{b}^{in})"
    linear = r"\mathbf{W}^{in}\mathbf{r}+\mathbf{b}^{in}"
    output = "y" if n_outputs == 1 else r"\mathbf{y}"
    for x, title, formula in (
        (x_in, "inputs", r"$\mathbf{r}$: responses"),
        (x_hidden, "hidden units", rf"$\mathbf{{h}}={phi if rectified else linear}$"),
        (x_out, "output", rf"${output}=\mathbf{{W}}^{{out}}\mathbf{{h}}+\mathbf{{b}}^{{out}}$"),
    ):
        ax.text(x, bottom, title, weight="bold", **_centred(13))
        ax.text(x, bottom - 0.45, formula, **_centred(12.5))
    ax.set(xlim=(-1.1, 7.9), ylim=(bottom - 0.75, top + 1.15), aspect="equal")
    ax.set_axis_off()
    return ax


def _layer(ax: Axes, x: float, letter: str, size: int | str, hinge: bool = False) -> list[float]:
    """Draw a layer's units one under another and return their heights."""
    names = ["1", "2", "3", None, str(size)]
    if isinstance(size, (int, np.integer)):
        if size < 1:
            raise ValueError(f"a layer of {size} units cannot be drawn; give 1 or more")
        if size <= 4:
            names = [str(i + 1) for i in range(size)]
    heights = (len(names) - 1) / 2 - np.arange(len(names))
    drawn = []
    for name, y in zip(names, 1.12 * heights, strict=True):
        if name is None:
            ax.text(x, y, r"$\vdots$", **_centred(20))
            continue
        ax.add_patch(Circle((x, y), _NODE, fc="0.93", ec="0.4", lw=1.5, zorder=2))
        label = f"${letter}$" if len(names) == 1 else rf"${letter}_{{{name}}}$"
        small = 10 if len(name) > 3 else 11 if hinge else 13
        ax.text(x, y + (0.1 if hinge else 0), label, zorder=3, **_centred(small))
        if hinge:
            u = np.array([-0.2, 0.0, 0.17])
            ax.plot(x + u, y - 0.24 + np.maximum(u, 0), color="0.1", lw=2, zorder=3)
        drawn.append(float(y))
    return drawn


def _centred(size: float) -> dict[str, Any]:
    return {"ha": "center", "va": "center", "fontsize": size}


def plot_activations(fig: FigureBase | None = None) -> FigureBase:
    """Draw ReLU, sigmoid and tanh, each with its slope.

    Parameters
    ----------
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> fig = nma.plot_activations()
    >>> [ax.get_title().strip() for ax in fig.axes]
    ['ReLU', 'sigmoid', 'tanh']
    """
    x = np.linspace(-5, 5, 501)
    sigmoid, tanh = 1 / (1 + np.exp(-x)), np.tanh(x)
    # The ReLU has no slope at 0: a gap instead of an upright line.
    step = np.where(x == 0, np.nan, (x > 0).astype(float))
    panels = (
        ("ReLU", np.maximum(x, 0), step, "slope 1 wherever the unit is on"),
        ("sigmoid", sigmoid, sigmoid * (1 - sigmoid), "slope at most 1/4, fades on both sides"),
        ("tanh", tanh, 1 - tanh**2, "slope fades on both sides"),
    )
    fig = new_figure(fig, (12, 4))
    axes = fig.subplots(1, 3, sharey=True)
    for ax, (name, value, slope, remark) in zip(axes, panels, strict=True):
        ax.axhline(0, color="0.85", lw=1, zorder=0)
        ax.axvline(0, color="0.85", lw=1, zorder=0)
        ax.plot(x, value, color=BLUE, lw=2.5, label=r"$\phi(x)$")
        ax.plot(x, slope, color=VERMILLION, lw=2.5, ls="--", label=r"slope $\phi'(x)$")
        ax.set(xlabel=r"input to the unit, $x$", xlim=(-5, 5), ylim=(-1.3, 3))
        ax.set_title(f"{name}\n", weight="bold")
        ax.text(0.5, 1.02, remark, transform=ax.transAxes, ha="center", va="bottom", fontsize=11)
    axes[0].set_ylabel("activation or slope")
    axes[0].legend(loc="upper left")
    return fig


def plot_xor(fig: FigureBase | None = None) -> FigureBase:
    """Draw *exclusive or* before and after two rectified hidden units.

    Parameters
    ----------
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Notes
    -----
    The hidden units are h1 = max(0, x1 + x2) and h2 = max(0, x1 + x2 - 1); there the answer is
    yes where h1 - 2 h2 > 1/2.

    Examples
    --------
    >>> before, after = nma.plot_xor().axes
    >>> before.get_title(), after.get_title()
    ('no straight line separates', 'two hidden units later, one does')
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    yes = x.sum(1) == 1
    h = np.maximum(0, x.sum(1)[:, None] - np.array([0, 1]))
    fig = new_figure(fig, (10, 4.4))
    before, after = fig.subplots(1, 2)
    for ax, points in ((before, x), (after, h)):
        for answer, marker, colour, face in ((True, "o", BLUE, BLUE), (False, "s", "0.3", "white")):
            x1, x2 = points[yes == answer].T
            label = f"answer {'yes' if answer else 'no'}"
            ax.plot(x1, x2, marker, ms=15, mec=colour, mfc=face, mew=2, label=label, zorder=3)
    for name, point, offset in zip(
        ("(0, 0)", "(0, 1)\n(1, 0)", "(1, 1)"),
        h[[0, 1, 3]],
        ((0, 22), (0, -34), (0, 22)),
        strict=True,
    ):
        after.annotate(name, point, offset, textcoords="offset points", **_centred(11))
    before.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xticks=[0, 1], yticks=[0, 1])
    before.set(xlabel=r"input $x_1$", ylabel=r"input $x_2$", title="no straight line separates")
    line = np.array([-0.4, 2.6])
    after.plot(line, (line - 0.5) / 2, color=VERMILLION, lw=2.5, label="border")
    after.set(xlim=(-0.4, 2.6), ylim=(-0.6, 1.4), xticks=[0, 1, 2], yticks=[0, 1])
    after.set(xlabel=r"$h_1=\phi(x_1+x_2)$", ylabel=r"$h_2=\phi(x_1+x_2-1)$")
    after.set_title("two hidden units later, one does")
    after.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return fig


def visualize_weights(
    W_in_sorted: Any,
    W_out: Any,
    fig: FigureBase | None = None,
    *,
    xlabel: str = "sorted neurons",
    limits: tuple[float | None, float | None] = (0.01, 3.0),
) -> FigureBase:
    """Draw the weights into and out of the hidden layer as two images.

    Parameters
    ----------
    W_in_sorted : array or tensor, n_hidden x n_neurons
    W_out : array or tensor, n_outputs x n_hidden
    fig : Figure or SubFigure, optional
    xlabel : str
        What the columns of `W_in_sorted` are.
    limits : (float or None, float or None)
        Largest absolute weight of each image's colour scale; None takes a value that only one
        weight in a hundred exceeds.

    Returns
    -------
    Figure

    Examples
    --------
    >>> net = nma.DeepNetSoftmax(n_inputs=50, n_hidden=10, n_classes=4)
    >>> fig = nma.visualize_weights(net.in_layer.weight, net.out_layer.weight)
    >>> fig.axes[0].images[0].get_array().shape
    (10, 50)
    """
    W_in, W_out = as_array(W_in_sorted), as_array(W_out)
    same_length(W_in_sorted=W_in, W_out_transposed=W_out.T)
    fig = new_figure(fig, (10, 4))
    left, right = fig.subplots(1, 2, width_ratios=(3, 1))
    _weight_image(left, W_in, limits[0], r"$\mathbf{W}^{in}$")
    _weight_image(right, W_out.T, limits[1], r"$(\mathbf{W}^{out})^\top$")
    left.set(xlabel=xlabel, ylabel="hidden units")
    right.set(xlabel="output")
    return fig


def visualize_hidden_units(
    W_in_sorted: Any,
    h: Any,
    fig: FigureBase | None = None,
    *,
    xlabel: str = "sorted neurons",
    limit: float | None = 0.01,
) -> FigureBase:
    """Draw the input weights, and the hidden units' activity as image and as curves.

    Parameters
    ----------
    W_in_sorted : array or tensor, n_hidden x n_neurons
    h : array or tensor, n_hidden x n_stimuli
        Column s belongs to the s-th of `n_stimuli` orientations from 0 to 360 degrees.
    fig : Figure or SubFigure, optional
    xlabel : str
        What the columns of `W_in_sorted` are.
    limit : float or None
        Largest absolute weight of the colour scale; None as in `visualize_weights`.

    Returns
    -------
    Figure

    Examples
    --------
    >>> W_in, h = np.random.default_rng(0).normal(size=(10, 50)), np.ones((10, 36))
    >>> fig = nma.visualize_hidden_units(W_in, h, limit=None)
    >>> fig.axes[3].get_ylabel()
    'activity of each unit'
    """
    W_in, h = as_array(W_in_sorted), as_array(h)
    same_length(W_in_sorted=W_in, h=h)
    fig = new_figure(fig, (10, 8))
    (upper_left, upper_right), (lower_left, lower_right) = fig.subplots(2, 2)
    lower_left.set_axis_off()
    _weight_image(upper_left, W_in, limit, r"$\mathbf{W}^{in}$")
    upper_left.set(xlabel=xlabel, ylabel="hidden units")

    extent = (0, 360, len(h) - 0.5, -0.5)
    image = upper_right.imshow(h, aspect="auto", extent=extent, interpolation="nearest")
    upper_right.set(ylabel="hidden units", title=r"$\mathbf{h}$", yticks=[])
    add_colorbar(fig, image, upper_right, "activity")

    angles = np.arange(h.shape[1]) * 360 / h.shape[1]
    lower_right.set_prop_cycle(color=plt.get_cmap("viridis")(np.linspace(0, 0.92, len(h))))
    lower_right.plot(angles, h.T, lw=1.6)
    lower_right.set(xlim=(0, 360), ylabel="activity of each unit")
    for ax in (upper_right, lower_right):
        ax.set(xlabel=ORIENTATION_LABEL, xticks=np.arange(0, 361, 90))
    return fig


def _weight_image(ax: Axes, weights: np.ndarray, limit: float | None, title: str) -> None:
    if limit is None:
        limit = float(f"{np.percentile(np.abs(weights), 99):.1g}") or 1.0
    image = ax.imshow(
        weights, cmap="bwr", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest"
    )
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set(visible=True, color="0.7")
    add_colorbar(ax.figure, image, ax, "weight", extend="both", ticks=[-limit, 0, limit])
