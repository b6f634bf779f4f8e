"""What all figure modules share: colours, style sheet, conversion and new axes."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import FigureBase

# Okabe and Ito's palette: readers with any common colour blindness see the difference.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
# The recorded halves of tutorial 4: a yellow and a magenta that can be seen on white.
TRAIN_YELLOW, TEST_MAGENTA = "#E3B505", "#B5179E"
GREY = "0.7"
ORIENTATION_LABEL = "stimulus orientation (°)"


def use_style() -> None:
    """Apply the course's style sheet to all figures drawn from now on.

    The sheet lies in the package (``nma.mplstyle``), so nothing is fetched over the network.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> nma.use_style()
    >>> plt.rcParams["axes.spines.top"]
    False
    """
    with resources.as_file(resources.files("nmautils") / "nma.mplstyle") as path:
        plt.style.use(path)


def as_array(values: Any) -> np.ndarray:
    """Return `values` (array, tensor on any device, or nested list of them) as an array."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    if isinstance(values, (list, tuple)):
        return np.array([as_array(value) for value in values])
    return np.asarray(values)


def as_curve(values: Any) -> np.ndarray:
    """Return `values` as a vector of floats, a column becoming flat."""
    return as_array(values).astype(float).reshape(-1)


def new_axes(ax: Axes | None, figsize: tuple[float, float]) -> Axes:
    """Return `ax`, or the axes of a new figure of `figsize` inches."""
    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    return ax


def new_figure(
    fig: FigureBase | None, figsize: tuple[float, float], layout: str = "constrained"
) -> FigureBase:
    """Return `fig` (a figure or subfigure), or a new figure of `figsize` inches."""
    return plt.figure(figsize=figsize, layout=layout) if fig is None else fig


def add_colorbar(fig: FigureBase, image: Any, ax: Any, label: str, **settings: Any) -> Colorbar:
    """Add a colour bar without a frame beside `ax`, one pair of axes or several."""
    bar = fig.colorbar(image, ax=ax, label=label, **{"pad": 0.02, **settings})
    bar.outline.set_visible(False)
    return bar


def row_of_panels(
    entries: Any, fig: FigureBase | None, *, height: float, width: float = 4.0, sharey: bool = False
) -> tuple[FigureBase, np.ndarray]:
    """Return a figure with a panel per entry side by side, each of so many inches."""
    if not len(entries):
        raise ValueError("nothing to draw; give at least one entry")
    fig = new_figure(fig, (width * len(entries), height))
    return fig, fig.subplots(1, len(entries), squeeze=False, sharey=sharey)[0]


def signed(value: float, form: str = "g") -> str:
    """Return a number as text, with a proper minus sign."""
    return f"{value:{form}}".replace("-", "\N{MINUS SIGN}")


def indices_within(indices: Sequence[int], n: int, what: str) -> list[int]:
    """Return `indices` as a list of ints, or raise ValueError if one is not in ``0..n-1``."""
    wanted = [int(i) for i in np.atleast_1d(as_array(list(np.atleast_1d(indices))))]
    outside = [i for i in wanted if not 0 <= i < n]
    if not wanted or outside:
        came = f"{what} {outside[0]} does not exist" if outside else f"no {what} was given"
        raise ValueError(f"{came}; choose from 0 to {n - 1}")
    return wanted


def mark_orientations(ax: Axes, orientations: Any, axis: str = "x") -> None:
    """Set an axis' ticks to 0, 90, ..., 360, or to -90, -45, ..., 90 if `orientations` need it."""
    half_circle = np.nanmin(as_array(orientations)) < 0
    ticks = np.arange(-90, 91, 45) if half_circle else np.arange(0, 361, 90)
    ax.set(**{f"{axis}ticks": ticks})
