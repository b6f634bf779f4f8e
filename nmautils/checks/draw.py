"""Draw two arrays side by side, as a small PNG in the course's style.

Nothing here touches pyplot or the settings that the notebook has made.
"""

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import TypeAlias

import matplotlib
import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

__all__ = ["draw_curves", "draw_maps"]

Numbers: TypeAlias = npt.NDArray[np.float64]
Place: TypeAlias = tuple[float, float, float, float]  # left, bottom, width, height

WIDTH = 6.0  # inches; pages show a hundred pixels of the screen for each
SHARPNESS = 150  # pixels per inch of the file, for screens with small pixels
SHADES = 61  # of a colour scale, few for a small file; odd, so that no difference is white
LINE_COLOURS, MAP_COLOURS = 24, 256  # of the palettes
NUMBERS_SHOWN = (6, 4)  # rows and columns of a matrix whose numbers stand in its cells
POINTS_SHOWN = 45  # numbers of a curve that are marked one by one
MINUS = "\N{MINUS SIGN}"


def draw_curves(yours: Numbers, expected: Numbers) -> str:
    """Draw two lists of numbers as lines; give a PNG in base64."""
    with _style():
        figure = Figure(figsize=(WIDTH, 2.3))
        ax = figure.add_axes((0.095, 0.13, 0.89, 0.73))
        at = np.arange(len(yours))
        points = len(at) <= POINTS_SHOWN
        ax.plot(at, expected, "s-" if points else "-", c="C1", lw=2.6, ms=6, label="Expected")
        ax.plot(at, yours, "o-" if points else "-", c="C0", lw=1.5, ms=3.6, label="Yours")
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.yaxis.set_major_formatter(_plain)
        ax.margins(x=0.02, y=0.08)
        lines, names = ax.get_legend_handles_labels()
        figure.legend(
            lines[::-1], names[::-1], ncols=2, loc="upper left", bbox_to_anchor=(0.075, 1.02)
        )
        return _png(figure, LINE_COLOURS)


def draw_maps(rows: Sequence[tuple[str, Numbers, Numbers]], start: tuple[int, int]) -> str:
    """Draw matrices as heat maps: yours, the expected one, and the difference.

    Parameters
    ----------
    rows : sequence of (str, array, array)
        Name of each pair, which may be empty, and its numbers.
    start : tuple of int
        Row and column of the first number, if the matrices are parts of larger ones.
    """
    yours = np.stack([mine for _, mine, _ in rows])
    expected = np.stack([theirs for _, _, theirs in rows])
    both, apart = np.stack([yours, expected]), yours - expected
    whole = bool(np.all(np.abs(np.nan_to_num(both - np.round(both))) < 1e-6))
    scales = Normalize(*_limits(both)), Normalize(*_around_zero(apart))
    shape = yours.shape[1:]
    panel_width, top, gap = 1.38, 0.34, 0.14
    tallest = 1.9 if len(rows) == 1 else 1.05
    panel_height = min(tallest, max(0.55, panel_width * shape[0] / shape[1]))
    step = panel_height + gap
    height = top + len(rows) * step + 0.12
    margin = 0.42 if rows[0][0] else 0.3  # names of maps take some of it
    lefts = margin, margin + 1.52, margin + 3.54
    with _style():
        figure = Figure(figsize=(WIDTH, height))
        for i, (name, mine, theirs) in enumerate(rows):
            bottom = height - top - i * step - panel_height
            for j, matrix in enumerate((mine, theirs, mine - theirs)):
                place = lefts[j], bottom, panel_width, panel_height
                ax = figure.add_axes(_share(place, height))
                colours = "bwr" if j == 2 else "viridis"
                _heat_map(ax, matrix, colours, scales[j // 2], start)
                if len(rows) == 1:
                    _write_numbers(ax, matrix, start, whole)
                if i == 0:
                    ax.set_title(("Yours", "Expected", f"Yours {MINUS} expected")[j])
                if j:
                    ax.tick_params(labelleft=False)
                if i < len(rows) - 1:
                    ax.tick_params(labelbottom=False)
            if name:
                x, y = _share((0.1, bottom + panel_height / 2, 0, 0), height)[:2]
                figure.text(x, y, name, rotation=90, va="center", ha="center", fontsize=8.5)
        bottom = height - top - (len(rows) - 1) * step - panel_height
        for j in (1, 2):
            place = lefts[j] + panel_width + 0.07, bottom, 0.08, height - top - bottom
            image = figure.axes[j].images[0]
            bar = figure.colorbar(image, cax=figure.add_axes(_share(place, height)))
            bar.outline.set_visible(False)
            bar.ax.yaxis.set_major_locator(MaxNLocator(4 if panel_height > 0.9 else 2))
            bar.ax.yaxis.set_major_formatter(_plain)
            bar.ax.tick_params(length=0, pad=3)
        return _png(figure, MAP_COLOURS)


def _heat_map(
    ax: Axes, matrix: Numbers, colours: str, scale: Normalize, start: tuple[int, int]
) -> None:
    rows, columns = matrix.shape
    shades = matplotlib.colormaps[colours].resampled(SHADES).with_extremes(bad="0.8")
    top, left = start[0] - 0.5, start[1] - 0.5
    ax.imshow(
        matrix,
        cmap=shades,
        norm=scale,
        aspect="auto",
        interpolation="nearest",
        extent=(left, left + columns, top + rows, top),
    )
    ax.spines[:].set(visible=True, color="0.75", linewidth=0.6)
    ax.tick_params(length=0, pad=3)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4, integer=True))


def _write_numbers(ax: Axes, matrix: Numbers, start: tuple[int, int], whole: bool) -> None:
    """Write the numbers of a small matrix into its cells, if they are short."""
    rows, columns = matrix.shape
    image = ax.images[0]
    largest = float(np.nanmax(np.abs(image.get_clim())))
    if rows > NUMBERS_SHOWN[0] or columns > NUMBERS_SHOWN[1] or not 0.1 <= largest < 1000:
        return
    decimals = 0 if whole or largest >= 100 else 1 if largest >= 1 else 2
    for (row, column), number in np.ndenumerate(matrix):
        if np.isfinite(number):
            red, green, blue, _ = image.cmap(image.norm(number))
            dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
            ax.text(
                start[1] + column,
                start[0] + row,
                f"{round(number, decimals) + 0.0:.{decimals}f}".replace("-", MINUS),
                color="w" if dark else "k",
                fontsize=7.5,
                ha="center",
                va="center",
            )


def _plain(number: float, position: float | None = None) -> str:
    """Write a number at an axis in full, so that no factor stands in a corner."""
    return f"{number + 0.0:.3g}".replace("-", MINUS)


def _limits(numbers: Numbers) -> tuple[float, float]:
    return float(np.nanmin(numbers)), float(np.nanmax(numbers))


def _around_zero(numbers: Numbers) -> tuple[float, float]:
    # No difference is known where every number of yours is a gap.
    largest = float(np.max(np.abs(np.nan_to_num(numbers)))) or 1.0
    return -largest, largest


def _share(place: Place, height: float) -> Place:
    """Turn inches into parts of the figure."""
    left, bottom, wide, high = place
    return left / WIDTH, bottom / height, wide / WIDTH, high / height


@contextmanager
def _style() -> Iterator[None]:
    small = {
        "figure.constrained_layout.use": False,  # slow, and every place here is known
        "font.size": 9,
        "axes.titlesize": 10,
        "axes.titlepad": 5,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 10,
        "legend.columnspacing": 1.4,
    }
    with (
        resources.as_file(resources.files("nmautils") / "nma.mplstyle") as sheet,
        matplotlib.style.context(["default", str(sheet), small]),
    ):
        yield


def _png(figure: Figure, colours: int) -> str:
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(SHARPNESS)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    file = io.BytesIO()
    picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")
