"""A figure with its controls, or alone where controls cannot work."""

from __future__ import annotations

import base64
import importlib.util
import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine

from nmautils.device import in_notebook
from nmautils.plotting.words import describe

__all__ = ["Explorer", "is_live", "slider"]

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Explorer:
    """A figure that controls change, or the figure alone where there are no controls.

    Attributes
    ----------
    figure : Figure
        The present figure.
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
        # Fixed margins: the axes do not move from one setting to the next, and a layout engine
        # would take half of the time of drawing. The legend stands to the right of `right`.
        self._margins = {"left": 0.1, "right": right, "bottom": 0.15, "top": 0.9}
        self._picture: Any = None
        self._shown_in_cell: int | None = None
        self.controls: dict[str, Any] = {}
        self.widget: Any = None
        self.redraw()

    def redraw(self) -> None:
        """Draw the figure again, and show it below the controls."""
        # Not made by pyplot, which would show the figure once more below the cell.
        # Nor with layout="none": a figure without an engine is given the style sheet's by savefig.
        self.figure = Figure(figsize=self._figsize, layout=PlaceHolderLayoutEngine(True, False))
        self.figure.subplots_adjust(**self._margins)
        self._draw(self.figure)
        if self._picture is not None:
            self._picture.value = self.png()

    def png(self) -> bytes:
        """Return the present figure as a PNG file, without dates or other metadata."""
        file = io.BytesIO()
        # savefig draws everything twice, for layouts that are not used here.
        FigureCanvasAgg(self.figure).print_png(
            file, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
        )
        return file.getvalue()

    def add_controls(
        self,
        controls: dict[str, Any],
        rows: Iterable[Any],
        update: Callable[[], None] | None = None,
    ) -> None:
        """Stack `rows` of controls above the picture, and call `update` when one is moved."""
        import ipywidgets

        if update is not None:
            for control in controls.values():
                control.observe(lambda _: update(), names="value")
        self.controls = controls
        self._picture = ipywidgets.Image(value=self.png(), format="png")
        # In its own size, or smaller where the page is narrower; enlarged, it would be blurred.
        self._picture.layout.max_width = "100%"
        self._picture.layout.align_self = "flex-start"
        self.widget = ipywidgets.VBox([*rows, self._picture])

    def show(self) -> Explorer:
        """Show it as output of the running notebook cell; outside notebooks, do nothing."""
        if in_notebook():
            from IPython import get_ipython
            from IPython.display import display

            self._shown_in_cell = get_ipython().execution_count
            display(self._bundle(), raw=True)
        return self

    def _bundle(self) -> dict[str, Any]:
        # Pages without widgets show the picture, which is in the same output.
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

        # As a cell's last line it is shown already; in a later cell it is shown again.
        if self._shown_in_cell != getattr(get_ipython(), "execution_count", None):
            self.show()


def is_live() -> bool:
    """Return whether somebody can move sliders: a notebook kernel, widgets, not a grading run."""
    return (
        in_notebook()
        and not os.environ.get("NBGRADER_EXECUTION")
        and importlib.util.find_spec("ipywidgets") is not None
    )


def slider(kind: str, description: str, value: Any, **settings: Any) -> Any:
    """Make a slider of ipywidgets, by the name of its class, with what all sliders share."""
    import ipywidgets

    return getattr(ipywidgets, kind)(
        value=value,
        description=description,
        continuous_update=False,
        style={"description_width": "9em"},
        layout={"width": "min(100%, 34em)"},
        **settings,
    )
