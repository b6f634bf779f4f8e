"""Describe a figure in words, for readers who do not see it."""

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text

__all__ = ["describe"]

MAX_LENGTH = 600  # characters; a screen reader reads them aloud
MAX_LABELS = 12
_NAMED = {"alpha": "α", "lambda": "λ", "mu": "μ", "phi": "φ", "sigma": "σ", "theta": "θ"} | {
    "cdot": "·", "geq": "≥", "ldots": "…", "leq": "≤", "lfloor": "⌊", "prime": "′", "rfloor": "⌋",
    "times": "×", "top": "T", "vdots": "",
}  # fmt: skip


def describe(figure: Figure) -> str:
    """Say in words what a figure shows, from its titles, labels, legends and kinds of marks.

    Parameters
    ----------
    figure : Figure
        Any figure of matplotlib.

    Returns
    -------
    str
        One line of at most 600 characters.

    Notes
    -----
    The line says what the figure is about, not what one sees in it: where that matters, a person
    has to write the text.

    Examples
    --------
    >>> from nmautils.plotting.words import describe
    >>> describe(nma.plot_train_loss([4.0, 2.0, 1.0]).figure)
    'Figure: curve of mean squared error (degrees²) against iterations of gradient descent.'
    """
    panels = [ax for ax in figure.axes if ax.get_visible() and ax.get_label() != "<colorbar>"]
    parts = [_plain(figure.get_suptitle())]
    if len(panels) > 1:
        parts.append(f"{len(panels)} panels")
    titles_of: dict[str, list[str]] = {}
    for title, marks in map(_panel, panels):
        titles_of.setdefault(marks, []).extend([title] if title else [])
    for marks, titles in titles_of.items():
        each = "each " if len(titles) > 1 else ""
        parts.append(": ".join(filter(None, [", ".join(titles), marks and each + marks])))
    parts = [part for part in parts if part]
    line = ". ".join([*(parts or ["a drawing without words"]), ""]).strip()
    line = f"Figure: {line}"
    if len(line) > MAX_LENGTH:
        line = line[: MAX_LENGTH - 1].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
    return line


def _panel(ax: Axes) -> tuple[str, str]:
    """One panel: its title; and what is drawn, on which axes, and the labels in it."""
    titles = (_plain(ax.get_title(loc=where)) for where in ("left", "center", "right"))
    title = " ".join(filter(None, titles))
    marks = _marks(ax)
    x, y = _plain(ax.get_xlabel()), _plain(ax.get_ylabel())
    if ax.axison and y and x:
        marks += f" of {y} against {x}"
    elif ax.axison and (x or y):
        marks += f" along {x or y}"
    colours = _colours(ax)
    if colours:
        marks += f", colours for {colours}"
    legend = ax.get_legend()
    labels = _labels(legend.get_texts() if legend else [])
    if labels:
        marks += f" ({labels})"
    elif not title or not ax.axison:
        written = _labels(ax.texts)
        marks += f" with the words {written}" if written else ""
    return title, marks.strip()


def _marks(ax: Axes) -> str:
    """What is drawn: an image, bars, points, lines, or something of other shapes."""
    if ax.images or any(isinstance(item, QuadMesh) for item in ax.collections):
        return "image"
    if any(isinstance(item, BarContainer) for item in ax.containers):
        return "bars"
    curves = sum(np.size(line.get_xdata()) > 2 for line in ax.lines)
    curves += any(isinstance(item, LineCollection) for item in ax.collections)
    if curves:
        return "curve" if curves == 1 else f"{curves} curves"
    if any(isinstance(item, PathCollection) for item in ax.collections):
        return "points"
    return "drawing" if ax.patches or ax.lines or ax.collections else ""


def _colours(ax: Axes) -> str:
    """What the colour bars of a panel are labelled with."""
    bars = [item.colorbar for item in (*ax.images, *ax.collections) if item.colorbar is not None]
    labels = (_plain(bar.ax.get_ylabel() or bar.ax.get_xlabel()) for bar in bars)
    return " and ".join(dict.fromkeys(filter(None, labels)))


def _labels(texts: Sequence[Text]) -> str:
    """The words among some texts, each once; bare numbers say nothing without their place."""
    found = dict.fromkeys(_plain(text.get_text()) for text in texts)
    words = [word for word in found if re.search(r"[^\W\d_]{3}", word)]
    symbols = [word for word in found if word not in words and re.search(r"[^\W\d_]", word)]
    return ", ".join([*words, *symbols][:MAX_LABELS])


def _plain(text: str) -> str:
    """A label in one line, without the marks of mathematical notation."""

    def formula(match: re.Match[str]) -> str:
        inside = re.sub(r"\\(?:mathbf|mathrm|mathit|text|hat|tilde|bar)\b", "", match[1])
        inside = re.sub(r"\\([a-zA-Z]+)", lambda name: _NAMED.get(name[1], name[1]), inside)
        return re.sub(r"[{}\\]", "", inside)

    lines = re.sub(r"(?<=\w)\s*\n\s*(?=\S)", ", ", re.sub(r"\$([^$]*)\$", formula, str(text)))
    return " ".join(lines.split())
