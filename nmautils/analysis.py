"""Look into a network: the activity of its layers, and a population's responses in the plane."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from nmautils.validate import positive

if TYPE_CHECKING:
    import torch
    from torch import nn

__all__ = ["embed_lowd", "get_hidden_activity"]

_PCA_DIMENSIONS = 20


def get_hidden_activity(
    net: nn.Module, stimuli: torch.Tensor, layer_labels: Iterable[str]
) -> dict[str, np.ndarray]:
    """Run a network once and return the activity of some of its layers.

    Parameters
    ----------
    net
        The network.
    stimuli
        Its input; the first axis runs over the S stimuli.
    layer_labels
        Names of direct children of `net`, for instance ``['pool', 'fc']``.

    Returns
    -------
    dict
        For each label, in the order asked for, an array S x n_units.

    Raises
    ------
    ValueError
        If `net` has no direct child of that name, or its ``forward`` does not use it.

    Notes
    -----
    The activity is the layer's own output, without a non-linearity that ``forward`` applies
    afterwards: in the course's ``CNN``, 'pool' comes after the ReLU and 'fc' before it. If a
    layer is used twice, its last output is returned.

    Examples
    --------
    >>> net = nma.CNN(48, 64)
    >>> activity = nma.get_hidden_activity(net, nma.gratings([-45, 45]), ["pool", "fc"])
    >>> activity["pool"].shape, activity["fc"].shape
    ((2, 288), (2, 10))
    """
    import torch

    labels = [layer_labels] if isinstance(layer_labels, str) else list(layer_labels)
    children = dict(net.named_children())
    for label in labels:
        if label not in children:
            raise ValueError(
                f"the network has no layer {label!r}; its layers are {', '.join(children)}."
            )

    activity: dict[str, np.ndarray] = {}

    def keep(label: str) -> Callable[[nn.Module, Any, torch.Tensor], None]:
        def hook(module: nn.Module, args: Any, output: torch.Tensor) -> None:
            # Cloned, since a later in-place operation would change the kept values.
            kept = output.detach().clone().cpu()
            activity[label] = kept.reshape(len(kept), -1).numpy()

        return hook

    with ExitStack() as hooks, torch.no_grad():
        for label in labels:
            hooks.enter_context(children[label].register_forward_hook(keep(label)))
        net(stimuli)

    for label in labels:
        if label not in activity:
            raise ValueError(f"layer {label!r} exists, but the network's forward does not use it.")
    return {label: activity[label] for label in labels}


def embed_lowd(resp: np.ndarray | torch.Tensor, *, perplexity: float = 30.0) -> np.ndarray:
    """Place stimuli in the plane so that those with similar responses lie close together.

    Parameters
    ----------
    resp
        Responses, S stimuli x n_units, S at least 3.
    perplexity
        t-SNE's number of effective neighbours. With few stimuli it is lowered to
        (S - 1) / 3, since it has to stay below their number.

    Returns
    -------
    ndarray
        S x 2. Only the distances between neighbours have a meaning, the axes have none.

    Raises
    ------
    ValueError
        If `resp` is not a matrix of this form, or holds NaN or infinity.

    Notes
    -----
    PCA first reduces the responses to 20 dimensions (fewer, if there are fewer stimuli or
    units), which makes t-SNE faster. Both start from a fixed random state. See van der
    Maaten and Hinton (2008), J. Machine Learning Research 9, 2579-2605.

    Examples
    --------
    >>> resp = np.random.default_rng(0).normal(size=(12, 30))
    >>> nma.embed_lowd(resp).shape
    (12, 2)
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if hasattr(resp, "detach"):
        resp = resp.detach().cpu().numpy()
    resp = np.asarray(resp)
    if resp.ndim != 2 or resp.shape[0] < 3 or resp.shape[1] < 1:
        raise ValueError(
            f"resp has shape {resp.shape}; give stimuli x units, with 3 stimuli or more."
        )
    if not np.isfinite(resp).all():
        raise ValueError("resp holds NaN or infinity; leave out those stimuli or units first.")
    perplexity = positive("perplexity", perplexity)

    n_stimuli, n_units = resp.shape
    n_components = min(_PCA_DIMENSIONS, n_units, n_stimuli)
    components = PCA(n_components=n_components, random_state=0).fit_transform(resp)
    embedding = TSNE(
        n_components=2,
        perplexity=min(perplexity, (n_stimuli - 1) / 3),
        # The principal components give a steadier start, but at least two are needed.
        init="pca" if n_components >= 2 else "random",
        learning_rate="auto",
        random_state=0,
    )
    places: np.ndarray = embedding.fit_transform(components)
    return places
