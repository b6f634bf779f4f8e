"""Figures of stimuli, filters and activation maps."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from nmautils.plotting._common import add_colorbar, as_array, indices_within, new_axes, new_figure


def show_stimulus(img: Any, ax: Axes | None = None, show: bool = False) -> Axes:
    """Show a stimulus image, 0 white and 1 black.

    Parameters
    ----------
    img : array or tensor, H x W (leading dimensions of length 1 are dropped)
        Values from 0 to 1, or from -0.5 to 0.5: if one is negative, 0.5 is added to all.
    ax : Axes, optional
    show : bool
        Call ``plt.show()`` at the end.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.show_stimulus(nma.grating(30))
    >>> ax.images[0].get_array().shape
    (48, 64)
    """
    img = _picture(img)
    if img.min() < 0:
        img = img + 0.5
    ax = new_axes(ax, (3.2, 2.6))
    ax.imshow(img, cmap="binary", vmin=0, vmax=1, aspect="equal")
    ax.set(xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)
    if show:
        plt.show()
    return ax


def plot_weights(
    weights: Any, channels: Sequence[int] = (0,), fig: FigureBase | None = None
) -> FigureBase:
    """Draw the filters of some channels in one row, with one colour bar.

    Parameters
    ----------
    weights : array or tensor, C x 1 x K x K or C x K x K
    channels : sequence of int
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a channel does not exist or filters have several input channels.

    Examples
    --------
    >>> fig = nma.plot_weights(nma.filters(6, 7), channels=[0, 2])
    >>> [ax.get_title() for ax in fig.axes[:2]]
    ['channel 0', 'channel 2']
    """
    weights = _one_input_channel(as_array(weights), "weights")
    channels = indices_within(channels, len(weights), "channel")
    fig = new_figure(fig, (12, 2.5), layout="compressed")
    axes = fig.subplots(1, len(channels), squeeze=False)
    limit = float(np.abs(weights).max()) or 1.0
    for ax, channel in zip(axes.flat, channels, strict=True):
        image = ax.imshow(weights[channel], cmap="bwr", vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[], title=f"channel {channel}")
        ax.spines[:].set(visible=True, color="0.8")
    add_colorbar(fig, image, axes, "weight")
    return fig


def plot_example_activations(
    stimuli: Any, act: Any, channels: Sequence[int] = (0,), fig: FigureBase | None = None
) -> FigureBase:
    """Draw stimuli, one a row, each beside its activation maps in some channels.

    Parameters
    ----------
    stimuli : array or tensor, N x 1 x H x W or N x H x W
    act : array or tensor, N x C x H x W
        Activations of a convolutional layer.
    channels : sequence of int
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If shapes do not fit or a channel does not exist.

    Examples
    --------
    >>> stimuli = nma.gratings([0, 45], centred=True)[:, None]
    >>> layer = nma.ConvolutionalLayer(filters=nma.filters(6, 7))
    >>> fig = nma.plot_example_activations(stimuli, layer(stimuli), channels=[0, 2])
    >>> [ax.get_title() for ax in fig.axes[:3]]
    ['stimulus', 'channel 0', 'channel 2']
    """
    stimuli, act = _one_input_channel(as_array(stimuli), "stimuli"), as_array(act)
    if act.ndim != 4 or len(act) != len(stimuli):
        raise ValueError(
            f"activations have shape {act.shape}; expected {len(stimuli)} x channels x H x W"
        )
    channels = indices_within(channels, act.shape[1], "channel")
    n_rows, n_columns = len(stimuli), 1 + len(channels)
    height, width = act.shape[2:]
    panel = min(2.6, 10.8 / n_columns)  # inches; at most 12 x 12 in all
    tall = min(12, n_rows * (panel * height / width + 0.12) + 0.8)
    fig = new_figure(fig, (n_columns * panel + 1.2, tall), layout="compressed")
    axes = fig.subplots(n_rows, n_columns, squeeze=False)
    for row, (stimulus, maps) in enumerate(zip(stimuli, act, strict=True)):
        show_stimulus(stimulus, axes[row, 0])
        axes[row, 0].spines[:].set(visible=True, color="0.8")  # shows where a white image ends
        for ax, channel in zip(axes[row, 1:], channels, strict=True):
            image = ax.imshow(maps[channel], cmap="bwr", vmin=-3, vmax=3)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set(visible=True, color="0.8")
            if row == 0:
                ax.set_title(f"channel {channel}")
    axes[0, 0].set_title("stimulus")
    for ax in axes[:, 0]:
        ax.set_ylabel("y-pos")
    for ax in axes[-1]:
        ax.set_xlabel("x-pos")
    add_colorbar(fig, image, axes, "activation strength")
    return fig


def _picture(img: Any) -> np.ndarray:
    picture = as_array(img).astype(float)
    while picture.ndim > 2 and picture.shape[0] == 1:
        picture = picture[0]
    if picture.ndim != 2:
        raise ValueError(
            f"image has shape {picture.shape}; one picture of rows x columns is needed"
        )
    return picture


def _one_input_channel(stack: np.ndarray, what: str) -> np.ndarray:
    if stack.ndim == 4 and stack.shape[1] == 1:
        stack = stack[:, 0]
    if stack.ndim != 3:
        raise ValueError(f"{what} have shape {stack.shape}; expected n x 1 x rows x columns")
    return stack
