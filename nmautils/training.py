"""One training loop, and the course's calls of it.

`fit` does the work. `train_cnn`, `train_classifier` and `train_encoder` only choose its
settings as the tutorials do, and `decode_orientation` prepares the data for one of them.
"""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn, optim

from nmautils.device import in_notebook
from nmautils.profile import N_NEURONS
from nmautils.progress import progress_bar
from nmautils.validate import not_negative, positive, whole

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = [
    "History",
    "decode_orientation",
    "fit",
    "learning_rate_for",
    "no_library_training",
    "regularized_MSE_loss",
    "train_classifier",
    "train_cnn",
    "train_encoder",
]


@dataclass(repr=False)
class History:
    """The losses of a training run: one entry per update of the network.

    Attributes
    ----------
    train_loss : list of float
        Loss on the rows of that update, before the update, without penalties.
    objective : list of float
        The same with the penalties: what gradient descent makes smaller.
    test_loss : list of float
        Loss on the test data after that update, without penalties; NaN where it was not
        computed.
    diverged : bool
        Whether training stopped because the loss was no longer a finite number. Then the
        last entry of `train_loss` or `objective` is that number.
    interrupted : bool
        Whether training stopped because somebody interrupted it.

    Examples
    --------
    >>> net, x = torch.nn.Linear(1, 1), torch.linspace(-1, 1, 9)[:, None]
    >>> loss = torch.nn.MSELoss()
    >>> history = nma.fit(net, loss, x, 3 * x, n_iter=20, learning_rate=0.5, progress=False)
    >>> len(history), history.diverged
    (20, False)
    """

    train_loss: list[float] = field(default_factory=list)
    objective: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    diverged: bool = False
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.train_loss)

    def __repr__(self) -> str:
        if not self.train_loss:
            return "History(no updates)"
        ending = ", diverged" if self.diverged else ", interrupted" if self.interrupted else ""
        return (
            f"History({len(self)} updates, loss {self.train_loss[0]:.4g} to "
            f"{self.train_loss[-1]:.4g}{ending})"
        )

    def _add(self, train_loss: float, objective: float, test_loss: float = math.nan) -> None:
        self.train_loss.append(train_loss)
        self.objective.append(objective)
        self.test_loss.append(test_loss)

    def _trim(self) -> None:
        """Remove an entry that was not complete when the run was interrupted."""
        complete = len(self.test_loss)
        del self.train_loss[complete:], self.objective[complete:]


_refused = contextvars.ContextVar("_refused", default=False)


@contextlib.contextmanager
def no_library_training() -> Iterator[None]:
    """Have `fit` refuse to work, and with it each training function of the course.

    For the check of an exercise that asks for a loop of one's own.

    Examples
    --------
    >>> from nmautils.training import no_library_training
    >>> net, x = torch.nn.Linear(1, 1), torch.ones(9, 1)
    >>> with no_library_training():
    ...     nma.fit(net, torch.nn.MSELoss(), x, 3 * x, n_iter=20, learning_rate=0.5)
    Traceback (most recent call last):
    RuntimeError: the library's own training loop is not for this exercise
    """
    token = _refused.set(True)
    try:
        yield
    finally:
        _refused.reset(token)


def fit(
    net: nn.Module,
    loss: Callable[..., torch.Tensor],
    inputs: torch.Tensor,
    targets: torch.Tensor,
    *,
    n_iter: int,
    learning_rate: float,
    momentum: float = 0.0,
    batch_size: int | None = None,
    test_data: tuple[torch.Tensor, torch.Tensor] | None = None,
    test_every: int = 1,
    weights: torch.Tensor | None = None,
    L2_penalty: float = 0.0,
    L1_penalty: float = 0.0,
    warmup: int = 0,
    progress: bool = True,
    report: int = 0,
    report_format: str = ".3f",
    report_first: bool = False,
) -> History:
    r"""Train a network by gradient descent; `net` is changed in place.

    Parameters
    ----------
    net
        The network.
    loss
        Called as ``loss(output, targets)``, returns a scalar tensor. A loss with a parameter
        named ``weights`` is called as ``loss(output, targets, weights, L2_penalty=...,
        L1_penalty=...)`` and adds the penalties itself, also when they are 0.
    inputs, targets
        Training data; the first axis of both runs over the n rows.
    n_iter
        Passes over the data, 0 or more. A pass is one update, or with `batch_size` one
        update per mini-batch.
    learning_rate
        Step size.
    momentum
        Share of the previous step that is kept, from 0 up to but not including 1.
    batch_size
        Rows of a mini-batch (the last one of a pass may be smaller). Each pass takes them
        from a fresh ``torch.randperm``. None uses all rows at once, in their order.
    test_data
        Pair of inputs and targets on which the loss is followed, without gradients.
    test_every
        The test loss is computed after the first pass, after the last, and after every
        pass with a number divisible by this.
    weights
        The weights that the penalties act on.
    L2_penalty, L1_penalty
        What the sum of squares and the sum of sizes of `weights` are multiplied with.
    warmup
        Number of updates over which the step size grows in equal steps to its full value.
    progress
        Show a progress bar with the loss so far.
    report
        Number of lines to print (every ``max(1, n_iter // report)`` passes); 0 for none.
    report_format
        Format of the losses in these lines.
    report_first
        Print a line after the first pass as well.

    Returns
    -------
    History
        The losses, one entry per update.

    Raises
    ------
    ValueError
        If a setting is out of range, the data have no rows or different numbers of rows,
        or output and targets have shapes that torch would stretch to fit each other.
    TypeError
        If data are not tensors.

    Notes
    -----
    If you interrupt the run (the stop button), or if the loss is no longer a finite number, the
    run ends, prints one line that says so, and returns the losses so far. The update is that
    of ``torch.optim.SGD``.

    Examples
    --------
    >>> net, x = torch.nn.Linear(1, 1), torch.linspace(-1, 1, 9)[:, None]
    >>> loss = torch.nn.MSELoss()
    >>> history = nma.fit(net, loss, x, 3 * x, n_iter=50, learning_rate=0.5, progress=False)
    >>> history.train_loss[-1] < 0.01 * history.train_loss[0]
    True
    >>> round(net.weight.item(), 2)
    3.0
    """
    if _refused.get():
        raise RuntimeError("the library's own training loop is not for this exercise")
    whole("n_iter", n_iter, 0)
    whole("test_every", test_every, 1)
    whole("warmup", warmup, 0)
    whole("report", report, 0)
    if batch_size is not None:
        whole("batch_size", batch_size, 1)
    positive("learning_rate", learning_rate)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum is {momentum!r}: give a number from 0 to below 1")
    not_negative("L2_penalty", L2_penalty)
    not_negative("L1_penalty", L1_penalty)
    _check_rows(inputs, targets, "training")
    if test_data is not None:
        _check_rows(*test_data, "test")
    objective = _Objective(loss, weights, L2_penalty, L1_penalty)

    history = History()
    optimizer = optim.SGD(net.parameters(), lr=learning_rate, momentum=momentum)
    unit = "iteration" if batch_size is None else "epoch"
    report_every = max(1, n_iter // report) if report else None
    bar = _progress_bar(n_iter, unit, progress, leave=not report)
    step = 0
    try:
        for step in range(1, n_iter + 1):
            for rows in _batches(len(inputs), batch_size):
                if len(history) < warmup:
                    share = (len(history) + 1) / warmup
                    optimizer.param_groups[0]["lr"] = learning_rate * share
                output = net(inputs[rows])
                if not history.train_loss:
                    _check_shapes(output, targets[rows])
                total, plain = objective(output, targets[rows])
                history._add(plain.item(), total.item())
                if not math.isfinite(history.objective[-1]):
                    history.diverged = True
                    break
                optimizer.zero_grad()
                total.backward()
                optimizer.step()
                if len(history) == warmup:
                    optimizer.param_groups[0]["lr"] = learning_rate
            if history.diverged:
                break

            if test_data is not None and (step in (1, n_iter) or step % test_every == 0):
                with torch.no_grad():
                    output = net(test_data[0])
                    if step == 1:
                        _check_shapes(output, test_data[1])
                    history.test_loss[-1] = objective.plain(output, test_data[1]).item()
            bar.set_postfix_str(f"loss {history.train_loss[-1]:.3g}", refresh=False)
            bar.update()
            if report_every and (step % report_every == 0 or (report_first and step == 1)):
                line = f"{unit} {step}/{n_iter} | train loss: "
                line += format(history.train_loss[-1], report_format)
                if not math.isnan(history.test_loss[-1]):
                    line += f" | test loss: {format(history.test_loss[-1], report_format)}"
                bar.write(line)
    except KeyboardInterrupt:
        history.interrupted = True
        history._trim()
    finally:
        bar.close()

    if history.interrupted:
        print(
            f"Interrupted at {unit} {step} of {n_iter}; the network keeps what it has learned "
            "so far."
        )
    elif history.diverged:
        advice = (
            "look for NaN or very large numbers in the data and in the network's weights."
            if len(history) == 1
            else "try a smaller learning rate."
        )
        print(
            f"Training stopped at {unit} {step} of {n_iter}: the loss became "
            f"{history.objective[-1]}; {advice}"
        )
    return history


class _Objective:
    """A loss with its penalties, which the loss adds itself or this class does."""

    def __init__(
        self,
        loss: Callable[..., torch.Tensor],
        weights: torch.Tensor | None,
        L2_penalty: float,
        L1_penalty: float,
    ) -> None:
        self.loss = loss
        self.weights = weights
        self.penalties = {"L2_penalty": L2_penalty, "L1_penalty": L1_penalty}
        self.penalised = bool(L2_penalty or L1_penalty)
        self.takes_weights, needs_weights = _weights_parameter(loss)
        if weights is None and (self.penalised or needs_weights):
            raise ValueError(
                "the penalties need the weights they act on; say for instance "
                "weights=net.in_layer.weight."
            )

    def __call__(
        self, output: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the objective, ready for `backward`, and the loss without penalties."""
        if self.takes_weights and self.weights is not None:
            total = self.loss(output, targets, self.weights, **self.penalties)
            if not self.penalised:
                return total, total
            with torch.no_grad():
                return total, self.plain(output, targets)
        plain = self.loss(output, targets)
        if not self.penalised:
            return plain, plain
        assert self.weights is not None  # else the penalties were refused
        return plain + _penalty(self.weights, **self.penalties), plain

    def plain(self, output: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the loss without penalties."""
        if self.takes_weights and self.weights is not None:
            # The sum is multiplied by 0: one row of millions of weights is enough.
            row = self.weights.detach()[:1]
            return self.loss(output, targets, row, L2_penalty=0, L1_penalty=0)
        return self.loss(output, targets)


def _weights_parameter(loss: Callable[..., torch.Tensor]) -> tuple[bool, bool]:
    """Return whether `loss` has a parameter ``weights``, and whether it has to be given."""
    call = loss.forward if isinstance(loss, nn.Module) else loss
    try:
        parameter = inspect.signature(call).parameters.get("weights")
    except (TypeError, ValueError):  # functions written in C do not always show theirs
        parameter = None
    if parameter is None:
        return False, False
    return True, parameter.default is inspect.Parameter.empty


def _penalty(weights: torch.Tensor, L2_penalty: float, L1_penalty: float) -> torch.Tensor:
    # Written with norms, since the sums are an exercise of tutorial 4.
    total = weights.new_zeros(())
    for order, strength in ((2, L2_penalty), (1, L1_penalty)):
        if strength:
            total = total + strength * torch.linalg.vector_norm(weights, order) ** order
    return total


def _batches(n_rows: int, batch_size: int | None) -> Iterator[slice | torch.Tensor]:
    if batch_size is None:
        yield slice(None)
        return
    # Rows of data on any device can be chosen by numbers on the processor, and by no others where
    # the notebook has set another default device.
    order = torch.randperm(n_rows, device="cpu")
    for start in range(0, n_rows, batch_size):
        yield order[start : start + batch_size]


def _check_rows(inputs: torch.Tensor, targets: torch.Tensor, which: str) -> None:
    for data in (inputs, targets):
        if not isinstance(data, torch.Tensor):
            raise TypeError(
                f"the {which} data hold {type(data).__name__}; give tensors, for instance "
                "torch.as_tensor(data, dtype=torch.float32)."
            )
    rows = [len(data) if data.ndim else 0 for data in (inputs, targets)]
    if rows[0] != rows[1] or not rows[0]:
        raise ValueError(
            f"the {which} data have {rows[0]} inputs and {rows[1]} targets; give as many of one "
            "as of the other, and at least one."
        )


def _check_shapes(output: torch.Tensor, targets: torch.Tensor) -> None:
    """Raise if torch would compare every output with every target, not output i with target i."""
    if output.shape == targets.shape:
        return
    classes = not (targets.is_floating_point() or targets.is_complex())
    one_number = output.ndim < 2 or output.shape[1] == 1
    if classes and not one_number and targets.shape == output.shape[:1] + output.shape[2:]:
        return
    wanted = output.shape if one_number or not classes else output.shape[:1]
    raise ValueError(
        f"the network's output has shape {tuple(output.shape)} and the targets have shape "
        f"{tuple(targets.shape)}; they have to be of shape {tuple(wanted)}."
    )


def _progress_bar(n_iter: int, unit: str, progress: bool, leave: bool) -> tqdm:
    silent = not progress or bool(os.environ.get("NBGRADER_EXECUTION"))
    # None: show the bar in a terminal, not in a log file. The output of a notebook is not a
    # terminal, but shows the bar.
    disable = True if silent else (False if in_notebook() else None)
    short = "it" if unit == "iteration" else unit
    return progress_bar(total=n_iter, unit=short, desc="training", leave=leave, disable=disable)


def learning_rate_for(n_neurons: int, reference: float = 1e-4) -> float:
    r"""Return a step size with which the decoder of tutorial 1 learns from `n_neurons` inputs.

    Parameters
    ----------
    n_neurons
        Number of inputs, at least 1.
    reference
        Step size for the recording's 23,589 neurons.

    Returns
    -------
    float
        :math:`reference \cdot \sqrt{23589 / n}`.

    Raises
    ------
    ValueError
        If `n_neurons` is not a whole number of at least 1.

    Notes
    -----
    With fewer inputs the gradients are smaller, and the steps can be larger. With this step size
    the decoder learned from every number of neurons that was tried, from 500 to 23,589; with
    one that grows like :math:`1 / n` it diverges for small n.

    Examples
    --------
    >>> nma.learning_rate_for(23589)
    0.0001
    >>> round(nma.learning_rate_for(2000), 6)
    0.000343
    """
    return reference * math.sqrt(N_NEURONS["full"] / whole("n_neurons", n_neurons, 1))


def train_cnn(
    net: nn.Module,
    train_data: torch.Tensor,
    train_labels: torch.Tensor,
    n_epochs: int = 25,
    learning_rate: float = 0.0005,
    batch_size: int = 100,
    momentum: float = 0.99,
    *,
    progress: bool = True,
) -> list[float]:
    """Train a left-or-right classifier with mini-batches and momentum; `net` is changed.

    Parameters
    ----------
    net
        Network with one probability per image as output, P x 1.
    train_data
        Images, n x H x W.
    train_labels
        1. for right and 0. for left, n x 1.
    n_epochs
        Passes over the data.
    learning_rate, batch_size, momentum
        As in `fit`.
    progress
        Show a progress bar.

    Returns
    -------
    list of float
        Binary cross-entropy of every mini-batch before its update.

    Notes
    -----
    Prints about five lines, each with the loss of that epoch's final mini-batch.

    Examples
    --------
    >>> images = nma.gratings([-30, 30, -60, 60])
    >>> right = torch.tensor([[0.0], [1.0], [0.0], [1.0]])
    >>> losses = nma.train_cnn(nma.CNN(48, 64), images, right, n_epochs=1, progress=False)
    epoch 1/1 | train loss: ...
    Training is complete.
    >>> len(losses)
    1
    """
    history = fit(
        net,
        nn.BCELoss(),
        train_data,
        train_labels,
        n_iter=n_epochs,
        learning_rate=learning_rate,
        momentum=momentum,
        batch_size=batch_size,
        progress=progress,
        report=5,
        report_format=".2e",
    )
    if not (history.diverged or history.interrupted):
        print("Training is complete.")
    return history.train_loss


def train_classifier(
    net: nn.Module,
    loss_fn: Callable[..., torch.Tensor],
    train_data: torch.Tensor,
    train_labels: torch.Tensor,
    n_iter: int = 50,
    learning_rate: float = 1e-4,
    test_data: torch.Tensor | None = None,
    test_labels: torch.Tensor | None = None,
    L2_penalty: float = 0,
    L1_penalty: float = 0,
    *,
    warmup: int = 0,
    progress: bool = True,
) -> tuple[list[float], list[float]]:
    """Train a network by plain gradient descent on all rows at once; `net` is changed.

    Parameters
    ----------
    net
        Network with an attribute ``in_layer``, whose weights the penalties act on.
    loss_fn
        Loss as in `fit`, for instance ``nn.NLLLoss()``.
    train_data, train_labels
        Responses n x N, and classes (n,).
    n_iter
        Number of updates.
    learning_rate
        Step size.
    test_data, test_labels
        Rows on which the loss is followed; both or none.
    L2_penalty, L1_penalty
        Strengths of the penalties.
    warmup
        Updates over which the step size grows to its full value.
    progress
        Show a progress bar.

    Returns
    -------
    train_loss : list of float
        Loss before each update, without penalties.
    test_loss : list of float
        Loss on the test rows after each update, without penalties; NaN without test rows.

    Notes
    -----
    Prints about five lines. The two losses of a line are one update apart.

    Examples
    --------
    >>> net, resp = nma.DeepNetSoftmax(50, 10, 4), torch.rand(20, 50)
    >>> classes = torch.arange(20) % 4
    >>> loss = torch.nn.NLLLoss()
    >>> train_loss, _ = nma.train_classifier(net, loss, resp, classes, n_iter=1, progress=False)
    iteration 1/1 | train loss: ...
    >>> len(train_loss)
    1
    """
    history = fit(
        net,
        loss_fn,
        train_data,
        train_labels,
        n_iter=n_iter,
        learning_rate=learning_rate,
        test_data=_pair(test_data, test_labels),
        weights=_weights_of(net, "in_layer"),
        L2_penalty=L2_penalty,
        L1_penalty=L1_penalty,
        warmup=warmup,
        progress=progress,
        report=5,
    )
    return history.train_loss, history.test_loss


def train_encoder(
    net: nn.Module,
    custom_loss: Callable[..., torch.Tensor],
    train_data: torch.Tensor,
    train_labels: torch.Tensor,
    test_data: torch.Tensor | None = None,
    test_labels: torch.Tensor | None = None,
    learning_rate: float = 10,
    n_iter: int = 500,
    L2_penalty: float = 0.0,
    L1_penalty: float = 0.0,
    *,
    warmup: int = 0,
    progress: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Train an encoding model by gradient descent with momentum 0.9; `net` is changed.

    Parameters
    ----------
    net
        Network with an attribute ``out_layer``, whose weights the penalties act on.
    custom_loss
        Loss as in `fit`, for instance `regularized_MSE_loss`.
    train_data, train_labels
        Images n x 1 x H x W, and responses n x N.
    test_data, test_labels
        Images and responses on which the loss is followed; both or none.
    learning_rate
        Step size.
    n_iter
        Number of updates.
    L2_penalty, L1_penalty
        Strengths of the penalties.
    warmup
        Updates over which the step size grows to its full value.
    progress
        Show a progress bar.

    Returns
    -------
    train_loss, test_loss : ndarray
        Both of length `n_iter`, without penalties: before each update, and after the first
        one and each tenth of the run. NaN where there is no value.

    Notes
    -----
    Prints a line with both losses wherever the test loss is evaluated.

    Examples
    --------
    >>> class Encoder(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.out_layer = torch.nn.Linear(12 * 16, 5)
    ...
    ...     def forward(self, images):
    ...         return self.out_layer(images.flatten(1))
    >>> images, resp = nma.gratings(range(0, 360, 6), res=1 / 40)[:, None], torch.rand(60, 5)
    >>> loss = nma.regularized_MSE_loss
    >>> train_loss, test_loss = nma.train_encoder(
    ...     Encoder(), loss, images, resp, learning_rate=0.1, n_iter=1, progress=False
    ... )
    iteration 1/1 | train loss: ...
    >>> train_loss.shape
    (1,)
    """
    history = fit(
        net,
        custom_loss,
        train_data,
        train_labels,
        n_iter=n_iter,
        learning_rate=learning_rate,
        momentum=0.9,
        test_data=_pair(test_data, test_labels),
        test_every=max(1, n_iter // 10),
        weights=_weights_of(net, "out_layer"),
        L2_penalty=L2_penalty,
        L1_penalty=L1_penalty,
        warmup=warmup,
        progress=progress,
        report=10,
        report_format=".4f",
        report_first=True,
    )
    curves = np.full((2, n_iter), np.nan)
    curves[0, : len(history)] = history.train_loss
    curves[1, : len(history)] = history.test_loss
    return curves[0], curves[1]


def _pair(
    data: torch.Tensor | None, labels: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor] | None:
    if data is not None and labels is not None:
        return data, labels
    if data is None and labels is None:
        return None
    missing = "test_data" if data is None else "test_labels"
    raise ValueError(f"{missing} is missing: give both test_data and test_labels, or neither")


def _weights_of(net: nn.Module, layer: str) -> torch.Tensor | None:
    return getattr(getattr(net, layer, None), "weight", None)


def regularized_MSE_loss(
    output: torch.Tensor,
    target: torch.Tensor,
    weights: torch.Tensor | None = None,
    L2_penalty: float = 0,
    L1_penalty: float = 0,
) -> torch.Tensor:
    r"""Mean squared error, plus penalties on weights.

    Parameters
    ----------
    output, target
        Predicted and measured responses, both n_stimuli x n_neurons.
    weights
        The weights that the penalties act on.
    L2_penalty, L1_penalty
        Strengths :math:`\lambda_2` and :math:`\lambda_1`.

    Returns
    -------
    Tensor
        :math:`\langle (y - \tilde y)^2\rangle + \lambda_2\sum W^2 + \lambda_1\sum |W|`,
        a scalar that can be differentiated; the mean is over stimuli and neurons.

    Raises
    ------
    ValueError
        If `output` and `target` differ in shape, or there is a penalty but no weights.

    Examples
    --------
    >>> output, target = torch.tensor([[1.0, 3.0]]), torch.tensor([[1.0, 1.0]])
    >>> nma.regularized_MSE_loss(output, target)
    tensor(2.)
    >>> nma.regularized_MSE_loss(output, target, torch.tensor([-1.0, 2.0]), L1_penalty=0.5)
    tensor(3.5000)
    """
    if output.shape != target.shape:
        raise ValueError(
            f"output has shape {tuple(output.shape)} and target {tuple(target.shape)}; "
            "give one target per output."
        )
    error = nn.functional.mse_loss(output, target)
    if not (L2_penalty or L1_penalty):
        return error
    if weights is None:
        raise ValueError("the penalties need the weights they act on; give weights as well.")
    return error + _penalty(weights, L2_penalty, L1_penalty)


def decode_orientation(
    net: nn.Module,
    n_classes: int,
    loss_fn: Callable[..., torch.Tensor],
    train_data: torch.Tensor,
    train_labels: torch.Tensor,
    test_data: torch.Tensor,
    test_labels: torch.Tensor,
    n_iter: int = 1000,
    L2_penalty: float = 0,
    L1_penalty: float = 0,
    device: str | torch.device = "cpu",
    *,
    progress: bool = True,
) -> tuple[list[float], list[float], torch.Tensor]:
    """Train a classifier of orientation and test it on the test rows; `net` is changed.

    Parameters
    ----------
    net
        Network with `n_classes` log probabilities as output.
    n_classes
        Number of equally wide classes from 0 to 360 degrees.
    loss_fn
        Loss as in `fit`, for instance ``nn.NLLLoss()``.
    train_data, test_data
        Responses, n x N.
    train_labels, test_labels
        Orientations in degrees, n x 1 or (n,).
    n_iter
        Number of updates, at a step size of 0.1.
    L2_penalty, L1_penalty
        Strengths of the penalties on ``net.in_layer.weight``.
    device
        Where to compute. Network, loss and data are moved there here and nowhere else.
    progress
        Show a progress bar.

    Returns
    -------
    train_loss, test_loss : list of float
        As from `train_classifier`.
    out_labels : Tensor
        Decoded class of each test row, int64, on the CPU.

    Notes
    -----
    Prints the fraction of test rows whose class is right.

    Examples
    --------
    >>> angles = torch.arange(0.0, 360, 10)[:, None]
    >>> resp = torch.cos(torch.deg2rad(angles - torch.arange(0.0, 360, 45))).relu()
    >>> net = nma.DeepNetSoftmax(n_inputs=8, n_hidden=10, n_classes=4)
    >>> train_loss, test_loss, classes = nma.decode_orientation(
    ...     net, 4, torch.nn.NLLLoss(), resp, angles, resp, angles, n_iter=1, progress=False
    ... )
    iteration 1/1 | train loss: ...
    >>> classes.shape
    torch.Size([36])
    """
    from nmautils.stimuli import stimulus_class

    train_classes = stimulus_class(train_labels, n_classes)
    test_classes = stimulus_class(test_labels, n_classes)

    net.to(device)
    if isinstance(loss_fn, nn.Module):
        loss_fn = loss_fn.to(device)
    test_data = test_data.to(device)
    train_loss, test_loss = train_classifier(
        net,
        loss_fn,
        train_data.to(device),
        train_classes.to(device),
        n_iter=n_iter,
        learning_rate=0.1,
        test_data=test_data,
        test_labels=test_classes.to(device),
        L2_penalty=L2_penalty,
        L1_penalty=L1_penalty,
        progress=progress,
    )
    with torch.no_grad():
        out_labels = net(test_data).argmax(dim=1).cpu()
    fraction = (out_labels == test_classes.cpu()).double().mean().item()
    print(f">>> fraction correct = {fraction:.3f}")
    return train_loss, test_loss, out_labels
