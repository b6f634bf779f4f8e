"""Tutorial 4's explorer: how well a model fits one neuron after another."""

from __future__ import annotations

from typing import Any

import numpy as np

from nmautils.explore import _explorer
from nmautils.explore._explorer import Explorer, slider
from nmautils.plotting._common import as_array, indices_within
from nmautils.plotting.encoding import correlations, plot_fit

__all__ = ["fit_browser"]

_ORDERS = ("as recorded", "best fit first", "worst fit first")


def fit_browser(
    stimuli: Any, resp_train: Any, resp_test: Any, prediction: Any, *, neuron: int | None = None
) -> Explorer:
    """Look at one neuron after another: both measured curves, the prediction, and its fit.

    Parameters
    ----------
    stimuli : tensor or array, n_stimuli, degrees
    resp_train, resp_test, prediction : tensor or array, n_stimuli x n_neurons
    neuron : int, optional
        Shown first; if left out, the one that is fitted best.

    Returns
    -------
    Explorer
        Shown already when a notebook runs this.

    Examples
    --------
    >>> stimuli = np.arange(3, 363, 6)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90]))
    >>> prediction = resp * [1, -1]
    >>> browser = nma.fit_browser(stimuli, resp, resp, prediction)
    >>> browser.figure.axes[0].get_title()  # the one that is fitted best
    'neuron 0'
    """
    stimuli = as_array(stimuli)
    curves = [as_array(values) for values in (resp_train, resp_test, prediction)]
    if len({values.shape for values in curves}) > 1:
        shapes = ", ".join(str(values.shape) for values in curves)
        raise ValueError(
            f"resp_train, resp_test and prediction have shapes {shapes}; give n_stimuli x "
            "n_neurons, the same for all three"
        )
    train, test, model = curves
    fits = correlations(model, test)
    by_fit = np.argsort(-fits, kind="stable")
    orders = dict(zip(_ORDERS, (np.arange(len(fits)), by_fit, by_fit[::-1]), strict=True))
    if neuron is not None:
        (neuron,) = indices_within([neuron], len(fits), "neuron")
    shown = {"neuron": int(by_fit[0]) if neuron is None else neuron}
    browser = Explorer(
        lambda figure: plot_fit(stimuli, train, test, model, shown["neuron"], figure, fits=fits),
        (10.5, 4),
        right=0.98,
    )
    if not _explorer.is_live():
        return browser.show()

    import ipywidgets

    first = "best fit first" if neuron is None else "as recorded"
    controls = {
        "order": ipywidgets.Dropdown(
            options=_ORDERS,
            value=first,
            description="neurons",
            style={"description_width": "9em"},
            layout={"width": "min(100%, 24em)"},
        ),
        "place": slider("IntSlider", "place in this order", neuron or 0, min=0, max=len(fits) - 1),
    }

    def update() -> None:
        shown["neuron"] = int(orders[controls["order"].value][controls["place"].value])
        browser.redraw()

    browser.add_controls(controls, controls.values(), update)
    return browser.show()
