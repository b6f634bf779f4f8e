"""Tutorial 3's explorer: the rows of the dissimilarity matrices, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nmautils.explore import _explorer
from nmautils.explore._explorer import Explorer, slider
from nmautils.plotting._common import as_array, as_curve
from nmautils.plotting.normative import plot_rdm_row

__all__ = ["rdm_explorer"]


def rdm_explorer(
    rdm_dict: Mapping[str, Any], orientations: Any, *, orientation: float = -45
) -> Explorer:
    """Look at one row after another of several dissimilarity matrices (RDMs).

    Parameters
    ----------
    rdm_dict : mapping of str to array or tensor, S x S
        One RDM per population.
    orientations : array or tensor, S or S x 1
        Orientation of each row, degrees.
    orientation : float
        Where the slider starts: the row nearest to it.

    Returns
    -------
    Explorer
        Shown already when a notebook runs this.

    Raises
    ------
    ValueError
        If there is no matrix, or one has another number of rows than there are orientations.

    Examples
    --------
    >>> orientations = np.linspace(-90, 90, 19)
    >>> rdm = 1 - np.cos(np.radians(2 * (orientations[:, None] - orientations)))
    >>> explorer = nma.rdm_explorer({"V1 data": rdm}, orientations, orientation=-40)
    >>> explorer.figure.axes[0].texts[-1].get_text()
    'grating at −40°'
    """
    from nmautils.stimuli import gratings

    angles = as_curve(orientations)
    images = as_array(gratings(angles))
    rdms = {label: as_array(rdm) for label, rdm in rdm_dict.items()}
    shown: dict[str, Any] = {
        "row": int(abs(angles - orientation).argmin()),
        "populations": list(rdms),
    }

    def draw(figure: Any) -> None:
        row = shown["row"]
        plot_rdm_row(rdms, angles, row, images[row], shown["populations"], fig=figure)

    explorer = Explorer(draw, (8.8, 5), right=0.97)
    if not _explorer.is_live():
        return explorer.show()

    import ipywidgets

    rows = [(f"{angle:.0f}°", row) for row, angle in enumerate(angles)]
    orientation_slider = slider("SelectionSlider", "orientation", shown["row"], options=rows)
    boxes = {
        label: ipywidgets.Checkbox(
            value=True,
            description=label.replace("\n", " "),
            indent=False,
            layout={"width": "auto", "margin": "0 1.5em 0 0"},
        )
        for label in rdms
    }

    def update() -> None:
        shown["row"] = orientation_slider.value
        shown["populations"] = [label for label, box in boxes.items() if box.value]
        explorer.redraw()

    row_of_boxes = ipywidgets.Box(
        list(boxes.values()), layout={"flex_flow": "row wrap", "margin": "0 0 0 9em"}
    )
    controls = {"orientation": orientation_slider, **boxes}
    explorer.add_controls(controls, [orientation_slider, row_of_boxes], update)
    return explorer.show()
