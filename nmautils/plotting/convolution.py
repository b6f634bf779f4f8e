"""Figures of convolution: a kernel on its way, padding and stride, connections, Gabor filters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array
from matplotlib.figure import FigureBase
from matplotlib.patches import Circle, Rectangle

from nmautils.plotting._common import (
    BLUE,
    GREEN,
    PURPLE,
    VERMILLION,
    add_colorbar,
    as_array,
    new_figure,
    row_of_panels,
    signed,
)
from nmautils.plotting.images import show_stimulus
from nmautils.validate import same_length

_PAPER, _INPUT, _OUTPUT = "#FFFFFF", "#CFE3F1", "#CDEBDF"
_EDGE = "0.55"


def plot_convolution_steps(
    image: Any,
    kernel: Any,
    positions: Sequence[tuple[int, int]] = ((0, 0), (0, 2), (1, 3), (2, 4)),
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw a kernel at several positions on a small image, and the results gathered so far.

    Parameters
    ----------
    image : array or tensor, H x W
    kernel : array or tensor, K x K
    positions : sequence of (row, column)
        Where the kernel's upper left corner lies in each frame, in reading order.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the kernel does not fit into the image at a position.

    Examples
    --------
    >>> image, kernel = np.eye(5), np.ones((3, 3))
    >>> fig = nma.plot_convolution_steps(image, kernel, positions=[(0, 0)])
    >>> fig.axes[3].get_title()
    'sum of products: 3'
    """
    image, kernel = as_array(image).astype(float), as_array(kernel).astype(float)
    K = len(kernel)
    rows, columns = image.shape[0] - K + 1, image.shape[1] - K + 1
    for row, column in positions:
        if not (0 <= row < rows and 0 <= column < columns):
            raise ValueError(
                f"the kernel does not fit at {(row, column)}; choose rows 0 to {rows - 1} and "
                f"columns 0 to {columns - 1}"
            )
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    result = (windows * kernel).sum((2, 3))

    fig = new_figure(fig, (3 * len(positions) + 1.9, 4.6))
    widths = (K + 0.4, *[image.shape[1]] * len(positions))
    axes = fig.subplots(
        2, 1 + len(positions), squeeze=False, width_ratios=widths, height_ratios=(len(image), rows)
    )
    _grid(axes[0, 0], np.full(kernel.shape, _PAPER))
    _numbers(axes[0, 0], kernel, color=VERMILLION, fontsize=12)
    axes[0, 0].add_patch(_outline(0, 0, kernel.shape))
    axes[0, 0].set_title("kernel", color=VERMILLION)
    axes[1, 0].set_axis_off()
    frames = zip(*axes[:, 1:], positions, strict=True)
    for number, (upper, lower, (row, column)) in enumerate(frames):
        _grid(upper, np.where(image != 0, _INPUT, _PAPER))
        covered = np.zeros(image.shape, bool)
        covered[row : row + K, column : column + K] = True
        _numbers(upper, np.where(covered, image, np.nan), shift=-0.12)
        _numbers(upper, np.where(covered, np.nan, image))
        for (y, x), value in np.ndenumerate(kernel):
            at = (column + x + 0.47, row + y + 0.47)
            weight = rf"$\times${signed(value)}"
            upper.text(*at, weight, color=VERMILLION, fontsize=8.5, ha="right", va="bottom")
        upper.add_patch(_outline(row, column, kernel.shape))
        upper.set_title(f"image, step {row * columns + column + 1}")

        done = np.arange(result.size).reshape(result.shape) <= row * columns + column
        _grid(lower, np.where(done & (result != 0), _OUTPUT, _PAPER))
        _numbers(lower, np.where(done, result, np.nan))
        lower.add_patch(_outline(row, column, (1, 1)))
        sum_ = f"sum of products: {signed(result[row, column])}"
        lower.set_title(sum_, fontsize=12, color=VERMILLION)
        lower.set(xlim=(-0.6, image.shape[1] - 0.4), anchor="N")
        if number == 0:
            style = {"ha": "right", "va": "center", "fontsize": 13, "rotation": 90}
            lower.text(-1, (rows - 1) / 2, "result", **style)
    return fig


def plot_padding_stride(
    size: int = 6,
    K: int = 3,
    settings: Sequence[tuple[int, int]] = ((0, 1), (1, 1), (1, 2)),
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw where the centres of a kernel may lie, for several paddings and strides.

    Parameters
    ----------
    size : int
        Rows and columns of the input.
    K : int
        Rows and columns of the kernel.
    settings : sequence of (padding, stride)
        One column of the figure each: padded input above, output below.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a size makes no sense or the kernel does not fit into the padded input.

    Examples
    --------
    >>> fig = nma.plot_padding_stride(size=6, K=3, settings=[(0, 1), (1, 2)])
    >>> [ax.get_xlabel() for ax in fig.axes[2:]]
    ['output 4 × 4', 'output 3 × 3']
    """
    sizes = [_output_size(size, K, padding, stride) for padding, stride in settings]
    widest, highest = size + 2 * max(padding for padding, _ in settings), max(sizes)
    fig = new_figure(fig, (3.4 * len(settings) + 0.4, 3.6 * (1 + highest / widest)))
    axes = fig.subplots(2, len(settings), squeeze=False, height_ratios=(widest, highest))
    for upper, lower, (padding, stride), n in zip(*axes, settings, sizes, strict=True):
        _padded_input(upper, size, K, padding, stride)
        _output(lower, n)
        for ax, extent, height in ((upper, size, widest), (lower, n, highest)):
            middle = (extent - 1) / 2
            ax.set(xlim=_around(middle, widest), ylim=_around(middle, height)[::-1])
        upper.set_title(f"padding {padding}, stride {stride}")
        lower.set_xlabel(f"output {n} × {n}")
    axes[0, 0].set_ylabel("input")
    axes[1, 0].set_ylabel("output")
    return fig


def plot_output_size(
    size: int, K: int, padding: int, stride: int, fig: FigureBase | None = None
) -> FigureBase:
    """Draw padded input and output side by side, with the size worked out above the output.

    Parameters
    ----------
    size, K : int
        Rows and columns of the input and of the kernel.
    padding, stride : int
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a size makes no sense or the kernel does not fit into the padded input.

    Examples
    --------
    >>> fig = nma.plot_output_size(size=6, K=3, padding=1, stride=1)
    >>> fig.axes[1].get_xlabel()
    'output 6 × 6'
    """
    n = _output_size(size, K, padding, stride)
    fig = new_figure(fig, (9, 4.4))
    left, right = fig.subplots(1, 2)
    _padded_input(left, size, K, padding, stride)
    _output(right, n)
    widest = max(size + 2 * padding, n)
    for ax, extent in ((left, size), (right, n)):
        middle = (extent - 1) / 2
        ax.set(xlim=_around(middle, widest), ylim=_around(middle, widest)[::-1])
    left.set_title(f"input {size} × {size}, padding {padding}")
    left.set_xlabel("kernel: orange, its centres: dots")
    sum_ = f"{size} + 2·{padding} − {K}"
    right.set_title(rf"$\lfloor$({sum_}) / {stride}$\rfloor$ + 1 = {n}")
    right.set_xlabel(f"output {n} × {n}")
    return fig


def plot_connections(n_inputs: int = 7, K: int = 3, fig: FigureBase | None = None) -> FigureBase:
    """Draw the connections of a fully connected and of a convolutional layer.

    Parameters
    ----------
    n_inputs : int
        Number of pixels in a row; both layers have the same number of units.
    K : int
        Length of the kernel, odd.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> fig = nma.plot_connections(n_inputs=7, K=3)
    >>> full, local = fig.axes
    >>> len(full.lines), len(local.lines)
    (49, 19)
    """
    fig = new_figure(fig, (12, 3.1))
    full, local = fig.subplots(1, 2)
    shades = np.random.default_rng(1).uniform(0.1, 0.8, (n_inputs, n_inputs))
    for (unit, i), shade in np.ndenumerate(shades):
        full.plot([i, unit], [0, 2], color=str(shade), lw=1.3, zorder=1)
    colours = [VERMILLION, BLUE, GREEN, PURPLE, "#E69F00", "#56B4E9", "0.3"]
    for unit in range(n_inputs):
        for k in range(K):
            i = unit + k - K // 2
            if 0 <= i < n_inputs:
                local.plot([i, unit], [0, 2], color=colours[k % 7], lw=2.2, zorder=1)
    middle = n_inputs // 2
    local.add_patch(
        Rectangle((middle - K / 2, -0.5), K, 1, fc="none", ec="0.2", ls="--", lw=1.5, zorder=3)
    )
    local.text(middle, -0.62, "receptive field of the unit in the middle", ha="center", va="top")
    for ax in (full, local):
        for i in range(n_inputs):
            ax.add_patch(Rectangle((i - 0.28, -0.28), 0.56, 0.56, fc=_INPUT, ec=_EDGE, zorder=2))
            ax.add_patch(Circle((i, 2), 0.3, fc=_OUTPUT, ec=_EDGE, zorder=2))
        ax.set(xlim=(-1.7, n_inputs - 0.4), ylim=(-1.05, 2.4), aspect="equal")
        ax.set_axis_off()
        ax.text(-0.6, 0, "pixels", ha="right", va="center")
        ax.text(-0.6, 2, "units", ha="right", va="center")
    full.set_title("fully connected: every line has a weight of its own")
    local.set_title("convolutional: same colour, same weight")
    return fig


def plot_stimuli(
    stimuli: Any, angles: Sequence[float], fig: FigureBase | None = None
) -> FigureBase:
    """Draw stimuli in one row, with their common size above.

    Parameters
    ----------
    stimuli : array or tensor, N x 1 x H x W or N x H x W
    angles : sequence of float
        Of each stimulus, in degrees.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> fig = nma.plot_stimuli(nma.gratings([-45, 45]), [-45, 45])
    >>> [ax.get_title() for ax in fig.axes]
    ['−45°', '45°']
    """
    stimuli = as_array(stimuli)
    same_length(stimuli=stimuli, angles=angles)
    height, width = stimuli.shape[-2:]
    fig, axes = row_of_panels(angles, fig, height=3, width=3)
    for ax, stimulus, angle in zip(axes, stimuli, angles, strict=True):
        show_stimulus(stimulus, ax)
        ax.spines[:].set(visible=True, color="0.8")
        ax.set_title(f"{signed(angle)}°")
    fig.suptitle(f"stimulus size: {height} × {width}")
    return fig


def plot_filters(filters: Mapping[str, Any], fig: FigureBase | None = None) -> FigureBase:
    """Draw some filters side by side, red positive and blue negative.

    Parameters
    ----------
    filters : mapping of str to array or tensor, K x K (leading dimensions of length 1 allowed)
        By the title to show.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> bank = nma.filters(6, 7)
    >>> fig = nma.plot_filters({"centre-surround": bank[0], "Gabor": bank[2]})
    >>> [ax.get_title() for ax in fig.axes[:2]]
    ['centre-surround', 'Gabor']
    """
    fig, axes = row_of_panels(filters, fig, height=4)
    for ax, (title, kernel) in zip(axes, filters.items(), strict=True):
        kernel = as_array(kernel)
        image = ax.imshow(kernel.reshape(kernel.shape[-2:]), cmap="bwr", vmin=-1, vmax=1)
        ax.set_axis_off()
        ax.set_title(title)
    add_colorbar(fig, image, axes, "weight", pad=0.03, shrink=0.8, ticks=[-1, 0, 1])
    return fig


def plot_gabor(
    kernel: Any,
    stimulus: Any,
    response: Any,
    angles: Any,
    strengths: Any,
    angle: float,
    limit: float | None = None,
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw a filter, a grating, the response to it, and how responses depend on the angle.

    Parameters
    ----------
    kernel : array or tensor, K x K
    stimulus, response : array or tensor, H x W
        Grating with values -0.5 (white) to 0.5 (black), and the filter's response to it.
    angles, strengths : array or tensor, n
        Angles of gratings in degrees, and the mean absolute response to each.
    angle : float
        Angle of `stimulus`, marked on the curve.
    limit : float, optional
        Largest absolute response of the colour scale; if left out, that of `response`.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> kernel, stimulus = nma.gabor(), nma.grating(45, centred=True)
    >>> response = nma.ConvolutionalLayer(1, 1, 7, kernel[None, None])(stimulus[None, None])[0, 0]
    >>> fig = nma.plot_gabor(kernel, stimulus, response, [0, 45, 90], [0.1, 0.2, 0.3], angle=45)
    >>> [text.get_text() for text in fig.axes[0].texts]
    ['filter', 'grating at 45°', 'response']
    """
    kernel, stimulus, response = as_array(kernel), as_array(stimulus), as_array(response)
    angles, strengths = as_array(angles), as_array(strengths)
    same_length(angles=angles, strengths=strengths)
    limit = float(np.abs(response).max() if limit is None else limit) or 1.0
    weight = float(np.abs(kernel).max()) or 1.0
    fig = new_figure(fig, (12, 3.4))
    pictures, curve = fig.subplots(1, 2, width_ratios=(2.4, 1))
    # All three in one pair of axes: each further pair costs a sixth of the time of drawing.
    ratio = stimulus.shape[1] / stimulus.shape[0]
    shades = {"cmap": "binary", "vmin": -0.5, "vmax": 0.5}
    left = 0.0
    for title, image, width, style in (
        ("filter", kernel, 1.0, {"cmap": "bwr", "vmin": -weight, "vmax": weight}),
        (f"grating at {signed(angle)}°", stimulus, ratio, shades),
        ("response", response, ratio, {"cmap": "bwr", "vmin": -limit, "vmax": limit}),
    ):
        pictures.imshow(image, extent=(left, left + width, 0, 1), **style)
        pictures.add_patch(Rectangle((left, 0), width, 1, fc="none", ec="0.8"))
        pictures.text(left + width / 2, 1.06, title, ha="center", va="bottom", fontsize=13)
        left += width + 0.12
    pictures.set(xlim=(-0.02, left - 0.1), ylim=(-0.02, 1.2))
    pictures.set_axis_off()
    curve.plot(angles, strengths, color=BLUE)
    here = np.argmin(np.abs(angles - angle))
    curve.plot(angles[here], strengths[here], "o", color=VERMILLION, ms=9)
    curve.set(xlabel="angle of the grating (°)", xticks=np.arange(-90, 91, 45), xlim=(-93, 93))
    curve.set_ylim(0, 1.15 * float(strengths.max()) or 1.0)
    curve.set_title("mean size of the response")
    return fig


def _output_size(size: int, K: int, padding: int, stride: int) -> int:
    """Rows of the output, or ValueError if there are none."""
    if min(size, K, stride) < 1 or padding < 0:
        raise ValueError(
            f"size {size}, kernel {K}, padding {padding}, stride {stride}: padding is at least 0, "
            "all others at least 1"
        )
    if size + 2 * padding < K:
        raise ValueError(
            f"a kernel of {K} does not fit into {size} pixels padded by {padding} on each side; "
            f"K may be at most {size + 2 * padding}"
        )
    return (size + 2 * padding - K) // stride + 1


def _padded_input(ax: Axes, size: int, K: int, padding: int, stride: int) -> None:
    """Draw the input, the zeros around it, the kernel in its first place, and its centres."""
    n = _output_size(size, K, padding, stride)
    colours = np.full((size + 2 * padding,) * 2, _PAPER)
    inside = slice(padding, padding + size)
    colours[inside, inside] = _INPUT
    _grid(ax, colours, start=-padding)
    row, column = np.nonzero(colours == _PAPER)
    zero: dict[str, Any] = {"marker": "$0$", "ls": "", "color": "0.6", "ms": 6, "mew": 0.1}
    ax.plot(column - padding, row - padding, **zero)
    centres = -padding + (K - 1) / 2 + stride * np.arange(n)
    x, y = np.meshgrid(centres, centres)
    ax.plot(x.ravel(), y.ravel(), "o", color=BLUE, ms=max(3, 8.5 - 0.35 * len(colours)), zorder=4)
    ax.add_patch(_outline(-padding, -padding, (K, K)))


def _output(ax: Axes, n: int) -> None:
    _grid(ax, np.full((n, n), _OUTPUT))
    ax.add_patch(_outline(0, 0, (1, 1)))


def _grid(ax: Axes, colours: np.ndarray, start: int = 0) -> None:
    """Draw coloured unit squares, row 0 at the top, the first of them centred at `start`."""
    rows, columns = colours.shape
    left, right, below = start - 0.5, start + columns - 0.5, start + rows - 0.5
    extent = (left, right, below, left)
    ax.imshow(to_rgba_array(colours.ravel()).reshape(rows, columns, 4), extent=extent, zorder=0)
    ax.hlines(left + np.arange(rows + 1), left, right, color=_EDGE, lw=0.8, zorder=1)
    ax.vlines(left + np.arange(columns + 1), left, below, color=_EDGE, lw=0.8, zorder=1)
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.set(xlim=(left - 0.1, right + 0.1), ylim=(below + 0.1, left - 0.1))
    ax.spines[:].set_visible(False)


def _numbers(ax: Axes, values: np.ndarray, shift: float = 0.0, **style: Any) -> None:
    """Write numbers into the squares, leaving out what is not a number."""
    style = {"ha": "center", "va": "center", "fontsize": 11, **style}
    for (y, x), value in np.ndenumerate(values):
        if np.isfinite(value):
            ax.text(x + shift, y + shift, signed(value), **style)


def _outline(row: int, column: int, shape: tuple[int, int]) -> Rectangle:
    return Rectangle(
        (column - 0.5, row - 0.5), shape[1], shape[0], fc="none", ec=VERMILLION, lw=2.8, zorder=5
    )


def _around(middle: float, extent: float) -> tuple[float, float]:
    return middle - extent / 2 - 0.1, middle + extent / 2 + 0.1
