"""Figures of tutorial 3: the tilt network, what it learns, and its units beside neurons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Circle, Rectangle

from nmautils.plotting._common import (
    BLUE,
    GREY,
    ORIENTATION_LABEL,
    VERMILLION,
    as_array,
    as_curve,
    indices_within,
    mark_orientations,
    new_axes,
    new_figure,
    row_of_panels,
    signed,
)
from nmautils.validate import same_length, whole

if TYPE_CHECKING:
    from torch import nn

# Layout of the network's drawing, in units of its own: one channel is one row.
_ROW, _MAP_HEIGHT, _UNIT = 1.0, 0.86, 0.24
_TITLE: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 13}
_X = {"image": 0.0, "kernel": 3.5, "conv": 5.1, "pool": 7.7, "fc": 10.6, "out": 12.8}


def plot_cnn(net: nn.Module, image: Any, fig: FigureBase | None = None) -> FigureBase:
    """Draw a tilt classifier with one image on its way through it.

    Parameters
    ----------
    net : CNN or ConvPoolFC
        Network with the layers ``conv``, ``pool``, ``fc`` and ``out``.
    image : array or tensor, H x W
        Its input.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the network lacks one of these layers or takes images of another size.

    Examples
    --------
    >>> fig = nma.plot_cnn(nma.CNN(48, 64), nma.grating(30))
    >>> "6 × 6 × 8\\n= 288 numbers" in [text.get_text() for text in fig.axes[0].texts]
    True
    """
    import torch
    from torch import nn

    from nmautils.analysis import get_hidden_activity

    image = as_array(image).astype(np.float32)
    height, width = image.shape
    layers = ["conv", "pool", "fc", "out"]
    activity = get_hidden_activity(net, torch.from_numpy(image.copy())[None], layers)
    kernels = as_array(cast(nn.Conv2d, net.conv).weight)[:, 0]
    n_channels, dims = len(kernels), cast(tuple[int, ...], net.dims)
    conv = np.maximum(activity["conv"], 0).reshape(n_channels, height, width)
    pool = activity["pool"].reshape(dims)
    fc = np.maximum(activity["fc"].ravel(), 0)
    probability = 1 / (1 + np.exp(-activity["out"].item()))

    fig = new_figure(fig, (12.5, 6.2))
    ax = fig.add_subplot()
    rows = _ROW * (n_channels - 1) / 2 - _ROW * np.arange(n_channels)
    map_width = _MAP_HEIGHT * width / height
    _stand(ax, image, _X["image"], 0, 2.3 * map_width, "binary", (0, 1))
    largest = np.abs(kernels).max()
    brightest = max(conv.max(), 1e-6)
    for row, kernel, filtered, pooled in zip(rows, kernels, conv, pool, strict=True):
        _stand(ax, kernel, _X["kernel"], row, _MAP_HEIGHT, "bwr", (-largest, largest), BLUE)
        _stand(ax, filtered, _X["conv"], row, map_width, "pink", (0, brightest))
        _stand(ax, pooled, _X["pool"], row, map_width, "pink", (0, brightest))
        _arrow(ax, (_X["kernel"] + _MAP_HEIGHT, row), (_X["conv"], row))
        _arrow(ax, (_X["conv"] + map_width, row), (_X["pool"], row))
        _arrow(ax, (_X["image"] + 2.3 * map_width, row * 0.25), (_X["kernel"], row))

    units = (rows[0] + 0.25) * np.linspace(1, -1, len(fc))
    for unit, activation in zip(units, fc / max(fc.max(), 1e-6), strict=True):
        for row in rows:
            ends = [_X["pool"] + map_width, _X["fc"]], [row, unit]
            ax.plot(*ends, color=BLUE, lw=0.6, alpha=0.5, zorder=1)
        ax.plot([_X["fc"], _X["out"]], [unit, 0], color=BLUE, lw=1.2, alpha=0.7, zorder=1)
        _unit(ax, _X["fc"], unit, activation)
    _unit(ax, _X["out"], 0, probability)
    says = f"p = {probability:.2f}" if 0.005 < probability < 0.995 else f"p = {probability:.3f}"
    ax.text(_X["out"] + 0.42, 0, says, ha="left", va="center", fontsize=13)

    below = rows[-1] - 0.8
    for x, what, size in (
        (_X["image"] + 1.15 * map_width, "image", _by(image.shape)),
        (_X["kernel"] + _MAP_HEIGHT / 2, "kernels", f"{n_channels} of {_by(kernels[0].shape)}"),
        (_X["conv"] + map_width / 2, "conv\nand ReLU", _by(conv.shape)),
        (_X["pool"] + map_width / 2, "pool", f"{_by(dims)}\n= {np.prod(dims)} numbers"),
        (_X["fc"], "fc\nand ReLU", f"{len(fc)} units"),
        (_X["out"], "out and\nsigmoid", "1 unit"),
    ):
        ax.text(x, below, what, ha="center", va="top", weight="bold", fontsize=13)
        ax.text(x, below - 0.8, size, ha="center", va="top", fontsize=12)
    ax.set(xlim=(-0.2, 14.4), ylim=(below - 1.7, rows[0] + 0.6), aspect="equal")
    ax.set_axis_off()
    return fig


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _stand(
    ax: Axes,
    picture: np.ndarray,
    x: float,
    y: float,
    width: float,
    cmap: str,
    limits: tuple[float, float],
    edge: str = "0.5",
) -> None:
    """Put a picture into the drawing, its left edge at x and its middle at height y."""
    height = width * picture.shape[0] / picture.shape[1]
    if picture.shape[1] != picture.shape[0]:
        height = width * 3 / 4  # pooled maps cover what the whole maps do
    extent = (x, x + width, y - height / 2, y + height / 2)
    ax.imshow(picture, cmap=cmap, vmin=limits[0], vmax=limits[1], extent=extent, zorder=2)
    left, right, low, high = extent
    ax.plot([left, right, right, left, left], [low, low, high, high, low], color=edge, lw=1.2)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": "0.55", "lw": 1.0, "shrinkA": 2, "shrinkB": 2}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _unit(ax: Axes, x: float, y: float, activation: float) -> None:
    face = str(1 - 0.75 * float(activation))
    ax.add_patch(Circle((x, y), _UNIT, fc=face, ec="0.3", lw=1.3, zorder=3))


def plot_epoch_losses(
    losses: Sequence[float], per_epoch: int, ax: Axes | None = None, *, ylabel: str = "loss"
) -> Axes:
    """Draw the loss of every mini-batch on a logarithmic scale, and how each epoch ends.

    Parameters
    ----------
    losses : sequence of float
        One per update. An epoch that was interrupted has neither mean nor end.
    per_epoch : int
        Number of mini-batches in an epoch.
    ax : Axes, optional
    ylabel : str
        Name of the loss.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `per_epoch` is below 1.

    Examples
    --------
    >>> ax = nma.plot_epoch_losses([4.0, 2.0, 3.0, 1.0], per_epoch=2)
    >>> ax.lines[1].get_ydata()  # the mean of each epoch
    array([3., 2.])
    """
    per_epoch = whole("per_epoch", per_epoch, 1)
    curve = as_curve(losses)
    n_epochs = len(curve) // per_epoch
    epochs = curve[: n_epochs * per_epoch].reshape(n_epochs, per_epoch)
    ax = new_axes(ax, (7.4, 4.4))
    style: dict[str, Any] = {"lw": 0.9, "alpha": 0.5, "label": "each mini-batch"}
    ax.plot((1 + np.arange(len(curve))) / per_epoch, curve, color=BLUE, **style)
    ax.plot(
        np.arange(n_epochs) + 0.5, epochs.mean(1), color=BLUE, lw=2.5, label="mean of the epoch"
    )
    ends = 1 + np.arange(n_epochs), epochs[:, -1]
    ax.plot(*ends, "o", ms=5, color=VERMILLION, label="last of the epoch")
    ax.set(yscale="log", xlabel="epoch", ylabel=ylabel)
    ax.set_xlim(left=0)
    ax.grid(axis="y")
    ax.legend(loc="lower left")
    return ax


def plot_choices(orientations: Any, probabilities: Any, ax: Axes | None = None) -> Axes:
    """Draw how sure a network is of a lean to the right, by the tilt of the grating.

    Parameters
    ----------
    orientations : array or tensor, S or S x 1
        Degrees from vertical, -90 to 90.
    probabilities : array or tensor, S or S x 1
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> angles = np.linspace(-90, 90, 19)
    >>> ax = nma.plot_choices(angles, angles / 180 + 0.5)
    >>> ax.get_ylabel()
    'output p, “leans right”'
    """
    orientations, probabilities = as_curve(orientations), as_curve(probabilities)
    same_length(orientations=orientations, probabilities=probabilities)
    ax = new_axes(ax, (7.4, 3.8))
    ax.axhline(0.5, color="0.85", lw=1, zorder=0)
    # The right answers, and the two places where there is none.
    ax.plot([-90, 0], [0, 0], color=GREY, lw=6, solid_capstyle="butt", label="truth")
    ax.plot([0, 90], [1, 1], color=GREY, lw=6, solid_capstyle="butt")
    ax.plot(orientations, probabilities, color=BLUE, lw=2, label="network")
    ends = np.abs(orientations) == np.abs(orientations).max()
    ax.plot(orientations[ends], probabilities[ends], "o", color=VERMILLION, ms=8, clip_on=False)
    ax.lines[-1].set_label("the same image twice")
    mark_orientations(ax, [-90, 90])
    ax.set(xlim=(-90, 90), ylim=(-0.05, 1.05), yticks=[0, 0.5, 1])
    ax.set(xlabel=ORIENTATION_LABEL, ylabel="output p, “leans right”")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return ax


def plot_unit_curves(
    resp_dict: Mapping[str, Any],
    ori: Any,
    units: Mapping[str, Sequence[int]],
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw the tuning curves of a few units of each population, a panel per population.

    Parameters
    ----------
    resp_dict : mapping of str to array or tensor, S x n_units
    ori : array or tensor, S or S x 1
        Orientations in degrees.
    units : mapping of str to sequence of int
        Columns to draw, for every entry of `resp_dict`.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a unit does not exist, or lengths differ.

    Examples
    --------
    >>> angles = np.linspace(-90, 90, 19)
    >>> resp = np.cos(np.radians(angles[:, None] - [-45, 45]))
    >>> fig = nma.plot_unit_curves({"V1 data": resp}, angles, {"V1 data": [1]})
    >>> fig.axes[0].get_title()
    'V1 data responses'
    """
    orientations = as_curve(ori)
    fig, axes = row_of_panels(resp_dict, fig, height=4.6, width=5.2)
    for ax, (label, resp) in zip(axes, resp_dict.items(), strict=True):
        resp = as_array(resp)
        same_length(**{"ori": orientations, f"the response of {label!r}": resp})
        for unit in indices_within(units[label], resp.shape[1], "unit"):
            ax.plot(orientations, resp[:, unit], lw=1.8, label=f"unit {unit}")
        mark_orientations(ax, orientations)
        ax.set(xlabel=ORIENTATION_LABEL, title=f"{label.replace(chr(10), ' ')} responses")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, columnspacing=1.0)
    axes[0].set_ylabel("neural response")
    return fig


def plot_rdm_row(
    rdm_dict: Mapping[str, Any],
    orientations: Any,
    row: int,
    image: Any,
    shown: Sequence[str] | None = None,
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw one row of several RDMs: where it lies in each, as a curve, and its grating.

    Parameters
    ----------
    rdm_dict : mapping of str to array or tensor, S x S
    orientations : array or tensor, S or S x 1
        Orientation of each row, degrees.
    row : int
        The row.
    image : array or tensor, H x W
        The grating of that row.
    shown : sequence of str, optional
        Which entries to draw; all, if left out.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is no such row or entry, or lengths differ.

    Examples
    --------
    >>> angles = np.linspace(-90, 90, 19)
    >>> rdm = 1 - np.cos(np.radians(2 * (angles[:, None] - angles)))
    >>> fig = nma.plot_rdm_row({"V1 data": rdm}, angles, row=9, image=nma.grating(angles[9]))
    >>> fig.axes[0].texts[-1].get_text()
    'grating at 0°'
    """
    orientations = as_curve(orientations)
    rdms = {label: as_array(rdm) for label, rdm in rdm_dict.items()}
    if not rdms:
        raise ValueError("nothing to draw; give at least one entry")
    for label, rdm in rdms.items():
        same_length(**{"orientations": orientations, f"the RDM of {label!r}": rdm})
    (row,) = indices_within([row], len(orientations), "row")
    shown = list(rdms) if shown is None else list(shown)
    unknown = [label for label in shown if label not in rdms]
    if unknown:
        raise ValueError(f"there is no entry {unknown[0]!r}; choose from {list(rdms)}")

    fig = new_figure(fig, (8.8, 5), layout="none")
    # One pair of axes for all pictures, in inches: every further pair takes longer to draw than
    # the picture in it.
    pictures = fig.add_axes((0, 0, 1, 1))
    curves = fig.add_axes((0.36, 0.12, 0.61, 0.37))
    space = 8.8 / max(3, len(rdms))
    side = min(1.85, 0.8 * space)
    step = side / len(orientations)
    for column, (label, rdm) in enumerate(rdms.items()):
        if label not in shown:
            continue
        colour, left, top = f"C{column}", (column + 0.5) * space - side / 2, 4.65
        middle, height = left + side / 2, top - (row + 0.5) * step
        pictures.text(middle, top + 0.08, label.replace("\n", " "), color=colour, **_TITLE)
        extent = (left, left + side, top - side, top)
        pictures.imshow(rdm, vmin=0, vmax=2, extent=extent, interpolation="nearest")
        for shade, thickness in (("white", 3.5), (colour, 1.8)):
            pictures.plot([left, left + side], [height, height], color=shade, lw=thickness)
        curves.plot(orientations, rdm[row], color=colour)
    image = as_array(image)
    extent = (0.25, 2.5, 0.6, 0.6 + 2.25 * image.shape[0] / image.shape[1])
    pictures.imshow(image, cmap="binary", vmin=0, vmax=1, extent=extent, interpolation="nearest")
    pictures.add_patch(Rectangle((0.25, 0.6), 2.25, extent[3] - 0.6, fc="none", ec="0.7"))
    grating = f"grating at {signed(orientations[row], '.0f')}°"
    pictures.text(1.375, extent[3] + 0.08, grating, **_TITLE)
    pictures.set(xlim=(0, 8.8), ylim=(0, 5), aspect="equal")
    pictures.set_axis_off()

    curves.axvline(orientations[row], color=GREY, lw=2, zorder=0)
    mark_orientations(curves, orientations)
    highest = max([1.4, *(float(np.nanmax(rdms[label])) for label in shown)])
    curves.set(xlim=(orientations.min(), orientations.max()), ylim=(0, highest))
    curves.set_yticks(np.arange(0, highest, 0.5))
    curves.set(xlabel=ORIENTATION_LABEL, ylabel="dissimilarity")
    return fig
