"""Tutorial 2's explorers: make a Gabor filter, and change padding and stride."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nmautils.explore import _explorer
from nmautils.explore._explorer import Explorer, slider
from nmautils.plotting import plot_gabor, plot_output_size

__all__ = ["gabor_workshop", "size_calculator"]

_ANGLES = np.arange(-90, 91, 5)


def gabor_workshop(
    *,
    orientation: float = 0,
    wavelength: float = 10,
    phase: float = 90,
    sigma: float = 0.44,
    K: int = 7,
    zero_mean: bool = True,
    angle: float = 45,
) -> Explorer:
    """Make your own Gabor filter and see how it responds to gratings.

    The figure shows the filter, a grating, the response to it (only where the filter lies inside
    the picture), and the mean absolute response to gratings of all angles.

    Parameters
    ----------
    orientation, wavelength, phase, sigma, K, zero_mean
        Where the controls start; `nmautils.gabor` says what they mean.
    angle : float
        Angle of the grating at first, in degrees.

    Returns
    -------
    Explorer
        Shown already when a notebook runs this.

    Examples
    --------
    >>> workshop = nma.gabor_workshop(orientation=45, K=9)
    >>> pictures, curve = workshop.figure.axes
    >>> curve.get_xlabel()
    'angle of the grating (°)'
    """
    shown: dict[str, Any] = {
        "orientation": orientation,
        "wavelength": wavelength,
        "phase": phase,
        "sigma": sigma,
        "K": K,
        "zero_mean": zero_mean,
    }

    def draw(figure: Any) -> None:
        from nmautils.stimuli import gabor, grating

        kernel = gabor(**shown).numpy()
        stimulus = grating(angle, centred=True).numpy()
        strengths, limit = _tuning(kernel.tobytes(), len(kernel))
        response = _responses(kernel, stimulus[None])[0]
        plot_gabor(kernel, stimulus, response, _ANGLES, strengths, angle, limit, figure)

    workshop = Explorer(draw, (12, 3.7), right=0.985)
    if not _explorer.is_live():
        return workshop.show()

    import ipywidgets

    whole, real = "IntSlider", "FloatSlider"
    controls = {
        "orientation": slider(whole, "orientation (°)", orientation, min=0, max=180, step=5),
        "wavelength": slider(real, "wavelength", wavelength, min=3, max=20, step=0.5),
        "phase": slider(whole, "phase (°)", phase, min=0, max=360, step=15),
        "sigma": slider(real, "width", sigma, min=0.3, max=2, step=0.02),
        "K": slider(whole, "kernel size", K, min=3, max=15, step=2),
        "zero_mean": ipywidgets.Checkbox(
            value=zero_mean, description="subtract the mean", style={"description_width": "9em"}
        ),
        "angle": slider(whole, "grating (°)", angle, min=-90, max=90, step=5),
    }

    def update() -> None:
        nonlocal angle
        shown.update({name: controls[name].value for name in shown})
        angle = controls["angle"].value
        workshop.redraw()

    # Without a width, the columns would be too narrow for the sliders.
    columns = [
        ipywidgets.VBox([controls[name] for name in names], layout={"width": "min(100%, 27em)"})
        for names in (("orientation", "wavelength", "phase"), ("sigma", "K", "zero_mean"))
    ]
    row = ipywidgets.HBox(columns, layout={"flex_flow": "row wrap"})
    workshop.add_controls(controls, [row, controls["angle"]], update)
    return workshop.show()


def size_calculator(*, size: int = 8, K: int = 3, padding: int = 1, stride: int = 1) -> Explorer:
    """Change input, kernel, padding and stride, and see the size of the output.

    Parameters
    ----------
    size, K, padding, stride : int
        Where the sliders start. A kernel larger than the padded input is cut to fit.

    Returns
    -------
    Explorer
        Shown already when a notebook runs this.

    Examples
    --------
    >>> calculator = nma.size_calculator(size=8, K=3, padding=0, stride=2)
    >>> calculator.figure.axes[1].get_xlabel()
    'output 3 × 3'
    """
    shown = {"size": size, "K": K, "padding": padding, "stride": stride}
    calculator = Explorer(lambda figure: plot_output_size(**shown, fig=figure), (9, 4.6), 0.95)
    if not _explorer.is_live():
        return calculator.show()

    controls = {
        "size": slider("IntSlider", "size of the input", size, min=4, max=16),
        "K": slider("IntSlider", "kernel size", K, min=1, max=9),
        "padding": slider("IntSlider", "padding", padding, min=0, max=4),
        "stride": slider("IntSlider", "stride", stride, min=1, max=4),
    }

    def update() -> None:
        asked = {name: control.value for name, control in controls.items()}
        largest = asked["size"] + 2 * asked["padding"]
        if asked["K"] > largest:
            controls["K"].value = largest  # calls this function again, with one that fits
            return
        shown.update(asked)
        calculator.redraw()

    calculator.add_controls(controls, controls.values(), update)
    return calculator.show()


def _responses(kernel: np.ndarray, stimuli: np.ndarray) -> np.ndarray:
    """Convolve n x H x W images with a kernel, at the places where it lies inside."""
    import torch
    import torch.nn.functional as F

    images, weights = torch.from_numpy(stimuli), torch.from_numpy(kernel)
    return F.conv2d(images[:, None], weights[None, None])[:, 0].numpy()


@lru_cache(maxsize=64)
def _tuning(kernel: bytes, K: int) -> tuple[np.ndarray, float]:
    """Mean absolute response to gratings of all angles, and the largest response."""
    from nmautils.stimuli import gratings

    weights = np.frombuffer(kernel, np.float32).reshape(K, K).copy()
    size = np.abs(_responses(weights, gratings(_ANGLES, centred=True).numpy()))
    return size.mean((1, 2)), float(size.max())
