"""Figures that compare populations: dissimilarity matrices and low-dimensional views."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from nmautils.plotting._common import (
    BLUE,
    GREY,
    add_colorbar,
    as_array,
    as_curve,
    mark_orientations,
    new_axes,
    row_of_panels,
    signed,
)
from nmautils.validate import same_length


def plot_corr_matrix(rdm: Any, ax: Axes | None = None, *, colorbar: bool = True) -> Axes:
    """Draw a representational dissimilarity matrix (RDM), colours from 0 to 2.

    Parameters
    ----------
    rdm : array or tensor, S x S
    ax : Axes, optional
    colorbar : bool
        Add the colour bar; `plot_multiple_rdm` shares one among its panels.

    Returns
    -------
    Axes

    Examples
    --------
    >>> rdm = 1 - np.corrcoef(np.random.default_rng(0).normal(size=(10, 50)))
    >>> ax = nma.plot_corr_matrix(rdm)
    >>> ax.images[0].get_clim()
    (0.0, 2.0)
    """
    rdm = as_array(rdm)
    if rdm.ndim != 2 or rdm.shape[0] != rdm.shape[1]:
        raise ValueError(f"matrix has shape {rdm.shape}; an RDM is square, stimuli x stimuli")
    ax = new_axes(ax, (4.6, 3.8))
    image = ax.imshow(rdm, vmin=0, vmax=2)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if colorbar:
        _dissimilarity_bar(ax.figure, image, ax)
    return ax


def plot_multiple_rdm(rdm_dict: Mapping[str, Any], fig: FigureBase | None = None) -> FigureBase:
    """Draw the RDMs of several populations side by side, titled by their names.

    Parameters
    ----------
    rdm_dict : mapping of str to array or tensor, S x S
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> rdm = 1 - np.corrcoef(np.random.default_rng(0).normal(size=(10, 50)))
    >>> fig = nma.plot_multiple_rdm({"V1 data": rdm, "model": rdm.T})
    >>> [ax.get_title() for ax in fig.axes[:2]]
    ['V1 data', 'model']
    """
    fig, axes = row_of_panels(rdm_dict, fig, height=3.5)
    for ax, (label, rdm) in zip(axes, rdm_dict.items(), strict=True):
        plot_corr_matrix(rdm, ax, colorbar=False)
        ax.set_title(label)
    _dissimilarity_bar(fig, ax.images[0], axes)
    return fig


def plot_rdm_rdm_correlations(rdm_sim: Mapping[str, float], ax: Axes | None = None) -> Axes:
    """Draw how well the RDM of each model layer agrees with that of the recording.

    Parameters
    ----------
    rdm_sim : mapping of str to float
        Correlation with the mouse's RDM, per model layer.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = nma.plot_rdm_rdm_correlations({"pool": 0.7, "fc": 0.5})
    >>> [text.get_text() for text in ax.texts]
    ['0.70', '0.50']
    """
    if not rdm_sim:
        raise ValueError("no correlations were given; pass a dict of model layer -> correlation")
    heights = as_curve(list(rdm_sim.values()))
    ax = new_axes(ax, (1.6 + 1.6 * len(rdm_sim), 4.2))
    bars = ax.bar(list(rdm_sim), heights, width=0.55, color=BLUE)
    ax.bar_label(bars, fmt="%.2f", padding=3)
    ax.axhline(0, color="0.3", lw=1)
    ax.set(xlabel="model layer", ylabel="RDM correlation with mouse V1")
    ax.set(ylim=(min(0, 1.2 * np.nanmin(heights)), 1), xlim=(-0.6, len(rdm_sim) - 0.4))
    return ax


def plot_rdm_rows(
    ori_list: Sequence[float],
    rdm_dict: Mapping[str, Any],
    rdm_oris: Any,
    fig: FigureBase | None = None,
) -> FigureBase:
    """Draw rows of the RDMs: how dissimilar each stimulus is to a chosen one.

    Parameters
    ----------
    ori_list : sequence of float
        Chosen orientations in degrees, one panel each; the nearest stimulus is taken.
    rdm_dict : mapping of str to array or tensor, S x S
        One line in each panel per entry.
    rdm_oris : array or tensor, S or S x 1
        Orientation of each row, degrees.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Examples
    --------
    >>> orientations = np.linspace(-90, 90, 19)
    >>> rdm = 1 - np.cos(np.radians(2 * (orientations[:, None] - orientations)))
    >>> fig = nma.plot_rdm_rows([-45, 0], {"V1 data": rdm}, orientations)
    >>> [ax.get_title() for ax in fig.axes]
    ['Dissimilarity with −50°', 'Dissimilarity with 0°']
    """
    chosen, orientations = as_curve(np.atleast_1d(ori_list)), as_curve(rdm_oris)
    rdms = {label: as_array(rdm) for label, rdm in rdm_dict.items()}
    for label, rdm in rdms.items():
        same_length(**{"rdm_oris": orientations, f"the RDM of {label!r}": rdm})
    fig, axes = row_of_panels(chosen, fig, height=4, sharey=True)
    for ax, wanted in zip(axes, chosen, strict=True):
        row = int(np.argmin(np.abs(orientations - wanted)))
        ax.axvline(orientations[row], color=GREY, lw=2, zorder=0)
        for label, rdm in rdms.items():
            ax.plot(orientations, rdm[row], label=label)
        mark_orientations(ax, orientations)
        ax.set(xlabel="Stimulus orientation (°)")
        ax.set_title(f"Dissimilarity with {signed(orientations[row], '.0f')}°")
    axes[0].set_ylabel("Dissimilarity")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return fig


def plot_resp_lowd(
    resp_dict: Mapping[str, Any], ori: Any, fig: FigureBase | None = None
) -> FigureBase:
    """Draw each population in two dimensions, a dot per stimulus coloured by orientation.

    Parameters
    ----------
    resp_dict : mapping of str to array or tensor, S x n_units
    ori : array or tensor, S or S x 1
        Orientations from -90 to 90 degrees.
    fig : Figure or SubFigure, optional

    Returns
    -------
    Figure

    Notes
    -----
    PCA followed by t-SNE, both deterministic: `nmautils.analysis.embed_lowd`.

    Examples
    --------
    >>> resp = np.random.default_rng(0).normal(size=(12, 30))
    >>> fig = nma.plot_resp_lowd({"V1 data": resp}, np.linspace(-90, 90, 12))
    >>> fig.axes[0].get_title()
    'V1 data'
    """
    from nmautils.analysis import embed_lowd

    orientations = as_curve(ori)
    for label, resp in resp_dict.items():
        same_length(**{"ori": orientations, f"the response of {label!r}": resp})
    fig, axes = row_of_panels(resp_dict, fig, height=4.5, width=4.5)
    for ax, (label, resp) in zip(axes, resp_dict.items(), strict=True):
        x, y = as_array(embed_lowd(as_array(resp))).T
        # A thin edge, since the ends of the cyclic colour map are nearly white.
        dots = ax.scatter(
            x, y, c=orientations, cmap="twilight", vmin=-90, vmax=90, s=38, ec="0.5", lw=0.4
        )
        ax.set(xticks=[], yticks=[], xlabel="Dimension 1", ylabel="Dimension 2", title=label)
    add_colorbar(fig, dots, axes, "Stimulus orientation (°)", ticks=np.arange(-90, 91, 45))
    return fig


def _dissimilarity_bar(fig: FigureBase, image: Any, axes: Any) -> None:
    add_colorbar(fig, image, axes, "dissimilarity", ticks=[0, 0.5, 1, 1.5, 2])
