"""Tutorial 1's explorers: train with your own settings, and look at one neuron after another."""

from __future__ import annotations

import contextlib
import html
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nmautils.explore import _explorer
from nmautils.explore._explorer import Explorer, slider
from nmautils.plotting import plot_loss_runs, plot_neuron
from nmautils.plotting._common import as_array
from nmautils.plotting.learning import has_diverged

if TYPE_CHECKING:
    import torch

__all__ = ["neuron_browser", "training_desk"]

_MOST_RUNS = 7  # as many as the style sheet has colours


def training_desk(
    train_data: Any,
    train_labels: Any,
    make_net: Callable[[int, int], torch.nn.Module],
    *,
    loss_fn: Callable[..., torch.Tensor] | None = None,
    learning_rate: float | None = None,
    n_hidden: int = 10,
    n_epochs: int = 50,
    seed: int = 1,
) -> Explorer:
    """Train a decoder with your own settings and compare the loss curves.

    A run whose loss stops being a finite number, or rises above where it started, is marked as
    diverged. The last seven runs stay on the figure.

    Parameters
    ----------
    train_data : tensor, n x n_neurons
    train_labels : tensor, n x 1, degrees
    make_net : callable
        ``make_net(n_inputs, n_hidden)`` returns a new network.
    loss_fn : callable, optional
        Mean squared error if left out.
    learning_rate : float, optional
        Where its slider starts, from 1e-6 to 1e-2. If left out, `learning_rate_for` of the
        number of neurons.
    n_hidden, n_epochs : int
        Where their sliders start, from 1 to 200 and from 5 to 200.
    seed : int
        Random state of torch from which each network starts; the state of torch's own
        generator is left as it was.

    Returns
    -------
    Explorer
        Shown already when a notebook runs this.

    Examples
    --------
    >>> def make_net(n_inputs, n_hidden):
    ...     return torch.nn.Sequential(
    ...         torch.nn.Linear(n_inputs, n_hidden), torch.nn.Linear(n_hidden, 1)
    ...     )
    >>> resp, stimuli = torch.rand(36, 20), torch.arange(0.0, 360, 10)[:, None]
    >>> desk = nma.training_desk(resp, stimuli, make_net, learning_rate=1e-6, n_epochs=5)
    >>> desk.figure.axes[0].get_xlabel()
    'iterations of gradient descent'
    """
    import torch
    from torch import nn

    from nmautils.training import learning_rate_for

    inputs = torch.as_tensor(train_data, dtype=torch.float32)
    targets = torch.as_tensor(train_labels, dtype=torch.float32).reshape(len(train_labels), -1)
    if len(inputs) != len(targets):
        raise ValueError(
            f"train_data has {len(inputs)} rows and train_labels {len(targets)}; "
            "give one label per row"
        )
    if learning_rate is None:
        learning_rate = learning_rate_for(inputs.shape[1])
    trainer = _Trainer(make_net, loss_fn or nn.MSELoss(), inputs, targets, seed)

    runs: dict[str, list[float]] = {}
    n_started = 0

    def run(rate: float, hidden: int, epochs: int) -> str:
        nonlocal n_started
        losses = trainer.losses(rate, hidden, epochs)
        n_started += 1
        runs[f"{n_started}: rate {rate:.1e}, {_count(hidden, 'unit')}"] = losses
        while len(runs) > _MOST_RUNS:
            del runs[next(iter(runs))]
        return _outcome(n_started, losses)

    outcome = run(learning_rate, n_hidden, n_epochs)
    desk = Explorer(
        lambda figure: plot_loss_runs(runs, figure.add_subplot()), (9.5, 4.6), right=0.67
    )
    if not _explorer.is_live():
        return desk.show()

    import ipywidgets

    powers = {"base": 10, "min": -6, "max": -2, "step": 0.1, "readout_format": ".1e"}
    sliders = {
        "learning_rate": slider("FloatLogSlider", "learning rate", learning_rate, **powers),
        "n_hidden": slider("IntSlider", "hidden units", n_hidden, min=1, max=200),
        "n_epochs": slider("IntSlider", "epochs", n_epochs, min=5, max=200),
    }
    controls = {
        **sliders,
        "train": ipywidgets.Button(description="Train", icon="play", button_style="primary"),
        "clear": ipywidgets.Button(description="Clear", icon="eraser"),
        "outcome": ipywidgets.HTML(outcome),
    }

    def train(_: Any) -> None:
        button = controls["train"]
        button.disabled, button.description = True, "Training…"
        settings = (control.value for control in sliders.values())
        try:
            controls["outcome"].value = run(*settings)
            desk.redraw()
        except Exception as error:  # a traceback would stand in the browser's log only
            text = html.escape(f"{type(error).__name__}: {error}")
            controls["outcome"].value = f"The network could not be trained. {text}"
        finally:
            button.disabled, button.description = False, "Train"

    def clear(_: Any) -> None:
        runs.clear()
        controls["outcome"].value = ""
        desk.redraw()

    controls["train"].on_click(train)
    controls["clear"].on_click(clear)
    buttons = [controls[name] for name in ("train", "clear", "outcome")]
    rows = [ipywidgets.VBox(list(sliders.values())), ipywidgets.HBox(buttons)]
    desk.add_controls(controls, rows)
    return desk.show()


def neuron_browser(resp: Any, stimuli: Any, *, neuron: int = 0, sigma: float = 5) -> Explorer:
    """Look at one neuron after another: raw and smoothed tuning curve, and their peaks.

    Parameters
    ----------
    resp : tensor or array, n_stimuli x n_neurons
        Rows in equal steps around the full circle.
    stimuli : tensor or array, n_stimuli or n_stimuli x 1, degrees
    neuron : int
        Shown first.
    sigma : float
        Width of the smoothing Gaussian at first, in rows, from 0 (none) to 30.

    Returns
    -------
    Explorer
        Shown already when a notebook runs this.

    Examples
    --------
    >>> stimuli = np.arange(0, 360, 10)
    >>> resp = np.cos(np.radians(stimuli[:, None] - [0, 90, 180]))
    >>> browser = nma.neuron_browser(resp, stimuli, neuron=1)
    >>> browser.figure.axes[0].get_title()
    'neuron 1'
    """
    resp, stimuli = as_array(resp), as_array(stimuli)
    shown: dict[str, Any] = {"neuron": neuron, "sigma": sigma}
    browser = Explorer(
        lambda figure: plot_neuron(resp, stimuli, **shown, ax=figure.add_subplot()),
        (9, 4),
        right=0.71,
    )
    if not _explorer.is_live():
        return browser.show()

    controls = {
        "neuron": slider("IntSlider", "neuron", neuron, min=0, max=resp.shape[1] - 1),
        "sigma": slider("FloatSlider", "smoothing width", sigma, min=0, max=30, step=0.5),
    }

    def update() -> None:
        shown.update({name: control.value for name, control in controls.items()})
        browser.redraw()

    browser.add_controls(controls, controls.values(), update)
    return browser.show()


class _Trainer:
    """Trains new networks on the same data, always from the same random state."""

    def __init__(
        self,
        make_net: Callable[[int, int], torch.nn.Module],
        loss_fn: Callable[..., torch.Tensor],
        inputs: torch.Tensor,
        targets: torch.Tensor,
        seed: int,
    ) -> None:
        import torch

        self.make_net, self.loss_fn, self.seed = make_net, loss_fn, seed
        self.inputs, self.targets = inputs, targets
        self.basis, _ = torch.linalg.qr(inputs.T)
        self.coordinates = inputs @ self.basis

    def losses(self, learning_rate: float, n_hidden: int, n_epochs: int) -> list[float]:
        """Train one network and return its loss before each update."""
        from nmautils.device import seeded
        from nmautils.training import fit

        with seeded(self.seed), contextlib.redirect_stdout(io.StringIO()):
            net, inputs = self._small(self.make_net(self.inputs.shape[1], n_hidden), n_hidden)
            history = fit(
                net,
                self.loss_fn,
                inputs,
                self.targets,
                n_iter=n_epochs,
                learning_rate=learning_rate,
                progress=False,
            )
        return list(history.train_loss)

    def _small(self, net: torch.nn.Module, n_hidden: int) -> tuple[torch.nn.Module, torch.Tensor]:
        """Return a network and inputs that give the same losses as `net` with far less work.

        Gradient descent moves each row of the input weights only along the responses it is
        trained on. In coordinates of the space these span (216 rows of 23,589 neurons span
        216 dimensions) every loss is the same, and 200 hidden units train in well under a
        second instead of in half a minute. If a network treats its inputs in another way, its
        output differs in these coordinates; it is then trained unchanged.
        """
        import torch

        try:
            state = dict(net.state_dict())
            state["in_layer.weight"] = state["in_layer.weight"] @ self.basis
            small = self.make_net(self.basis.shape[1], n_hidden)
            small.load_state_dict(state)
            with torch.no_grad():
                same = torch.allclose(
                    small(self.coordinates), net(self.inputs), rtol=1e-3, atol=1e-3
                )
        except (KeyError, RuntimeError):
            same = False
        return (small, self.coordinates) if same else (net, self.inputs)


def _outcome(number: int, losses: list[float]) -> str:
    if has_diverged(losses):
        return f"Run {number} diverged: try a smaller learning rate."
    return (
        f"Run {number}: after {_count(len(losses), 'epoch')} the loss is {losses[-1]:,.1f}, "
        f"its square root {losses[-1] ** 0.5:.1f}."
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
