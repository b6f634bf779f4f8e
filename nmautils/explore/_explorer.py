"""A figure beside its controls, or alone where controls cannot work."""

from __future__ import annotations

import base64
import importlib.util
import io
import os
from collections.abc import Callable
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine

from nmautils.device import in_notebook
from nmautils.plotting.words import describe

__all__ = ["Explorer", "is_live", "slider"]

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Explorer:
    """A figure that follows some controls, or the figure alone where there are none.

    Attributes
    ----------
    figure : Figure
        What is drawn at present.
    controls : dict of str to ipywidgets.Widget
        The sliders and buttons by name; empty without ipywidgets or outside a live notebook.
    widget : ipywidgets.Widget or None
        Controls and picture together.

    Examples
    --------
    >>> from nmautils.explore import Explorer
    >>> explorer = Explorer(lambda figure: figure.add_subplot().plot([1, 2]), (4, 3), right=0.9)
    >>> len(explorer.figure.axes), explorer.controls
    (1, {})
    """

    def __init__(
        self, draw: Callable[[Figure], Any], figsize: tuple[float, float], right: float
    ) -> None:
        self._draw = draw
        self._figsize = figsize
        # Fixed margins: the axes stay put from one setting to the next, and a layout engine
        # would take half of the time of drawing. The legend stands to the right of `right`.
        self._margins = {"left": 0.1, "right": right, "bottom": 0.15, "top": 0.9}
        self._picture: Any = None
        self._shown_in_cell: int | None = None
        self.controls: dict[str, Any] = {}
        self.widget: Any = None
        self.redraw()

    def redraw(self) -> None:
        """Draw the figure anew, and put it beside the controls."""
        # Not pyplot's: a figure that pyplot knows would be shown once more below the cell.
        # Nor with layout="none": a figure without an engine is given the style sheet's by savefig.
        self.figure = Figure(figsize=self._figsize, layout=PlaceHolderLayoutEngine(True, False))
        self.figure.subplots_adjust(**self._margins)
        self._draw(self.figure)
        if self._picture is not None:
            self._picture.value = self.png()

    def png(self) -> bytes:
        """Return the present figure as a PNG file, without dates or other metadata."""
        file = io.BytesIO()
        # savefig draws everything twice, for the sake of layouts that are not used here.
        FigureCanvasAgg(self.figure).print_png(
            file, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
        )
        return file.getvalue()

    def add_controls(self, controls: dict[str, Any], *rows: Any) -> None:
        """Stack `rows` of controls above the picture."""
        import ipywidgets

        self.controls = controls
        self._picture = ipywidgets.Image(value=self.png(), format="png")
        # In its own size, and smaller only where the page is narrower: enlarged it would blur.
        self._picture.layout.max_width = "100%"
        self._picture.layout.align_self = "flex-start"
        self.widget = ipywidgets.VBox([*rows, self._picture])

    def show(self) -> Explorer:
        """Show it in the running notebook cell; outside notebooks nothing happens."""
        if in_notebook():
            from IPython import get_ipython
            from IPython.display import display

            self._shown_in_cell = get_ipython().execution_count
            display(self._bundle(), raw=True)
        return self

    def _bundle(self) -> dict[str, Any]:
        # Pages that know no widgets fall back on the picture in the same output.
        bundle: dict[str, Any] = {
            "text/plain": "Interactive figure: run this cell in a notebook to use its controls. "
            + describe(self.figure),
            "image/png": base64.b64encode(self.png()).decode("ascii"),
        }
        if self.widget is not None:
            bundle[_WIDGET_VIEW] = {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.widget.model_id,
            }
        return bundle

    def _ipython_display_(self) -> None:
        from IPython import get_ipython

        # As a cell's last line it is there already; named in a later cell it appears again.
        if self._shown_in_cell != getattr(get_ipython(), "execution_count", None):
            self.show()


def is_live() -> bool:
    """Tell whether somebody can move sliders: a notebook kernel, widgets, not a grading run."""
    return (
        in_notebook()
        and not os.environ.get("NBGRADER_EXECUTION")
        and importlib.util.find_spec("ipywidgets") is not None
    )


def slider(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "continuous_update": False,
        "style": {"description_width": "9em"},
        "layout": {"width": "min(100%, 34em)"},
    }
