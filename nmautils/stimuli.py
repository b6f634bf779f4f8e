"""Gratings, fixed filters and stimulus classes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from nmautils.validate import positive, whole

__all__ = ["filters", "gabor", "grating", "gratings", "stimulus_class"]

FIELD_WIDTH, FIELD_HEIGHT = 640, 480  # pixels at res=1
PATCH_TILT = 0.1  # radians by which the stripes of a patch lean more
MID_GREY = 0.5
CHUNK_PIXELS = 2**16  # of a stack of gratings at a time: what stays in a core's cache


def grating(
    angle: float,
    sf: float = 1 / 28,
    res: float = 0.1,
    patch: bool = False,
    *,
    centred: bool = False,
) -> torch.Tensor:
    """Draw a square-wave grating.

    Parameters
    ----------
    angle : float
        Orientation in degrees from vertical; a small positive angle leans the stripes right.
    sf : float
        Spatial frequency, radians per pixel at ``res=1``.
    res : float
        Resolution: the image is ``480 * res`` high and ``640 * res`` wide.
    patch : bool
        Show the grating in a disc on the right, on mid-grey, tilted by a further 0.1 rad.
    centred : bool
        Subtract 0.5: black and white are -0.5 and 0.5 and mid-grey is 0, as in tutorials 2 and 4.
        Otherwise they are 0, 1 and 0.5, as in tutorial 3.

    Returns
    -------
    tensor, float32, H x W

    Raises
    ------
    ValueError
        If an argument is not finite, or the resolution leaves no pixel.

    Notes
    -----
    With x and y the pixel's column and row times ``sf / res``, a pixel is 1 where
    ``cos(x cos(angle) + y sin(angle)) > 0`` and 0 elsewhere. The cosine is even, so
    angles 180 degrees apart give the same picture.

    Examples
    --------
    >>> image = nma.grating(45)
    >>> image.shape
    torch.Size([48, 64])
    >>> image.unique()
    tensor([0., 1.])
    """
    return gratings([angle], sf, res, patch, centred=centred)[0]


def gratings(
    angles: Sequence[float] | np.ndarray | torch.Tensor,
    sf: float = 1 / 28,
    res: float = 0.1,
    patch: bool = False,
    *,
    centred: bool = False,
) -> torch.Tensor:
    """Draw several gratings at once, faster than one by one with `grating`.

    Parameters
    ----------
    angles : sequence of float
        Orientations in degrees; an array of several dimensions is flattened.
    sf, res, patch, centred
        As in `grating`.

    Returns
    -------
    tensor, float32, n x H x W

    Raises
    ------
    ValueError
        As in `grating`.

    Examples
    --------
    >>> images = nma.gratings([-45, 0, 45], centred=True)
    >>> images.shape
    torch.Size([3, 48, 64])
    >>> torch.equal(images[2], nma.grating(45, centred=True))
    True
    """
    angles, columns, rows = _check_grating(angles, sf, res)
    theta = np.radians(angles) + (PATCH_TILT if patch else 0)
    across = np.cos(theta)[:, None] * (sf * columns / res)
    down = np.sin(theta)[:, None] * (sf * rows / res)

    images = np.empty((len(angles), len(rows), len(columns)), np.float32)
    step = max(1, CHUNK_PIXELS // images[:1].size) if len(images) else 1
    for start in range(0, len(images), step):
        chunk = slice(start, start + step)
        images[chunk] = _is_white(across[chunk], down[chunk])
    if patch:
        x, y = columns - 0.75 * FIELD_WIDTH * res, rows - 0.5 * FIELD_HEIGHT * res
        outside = np.hypot(y[:, None], x) >= FIELD_WIDTH * res / 6
        np.copyto(images, MID_GREY, where=outside)
    if centred:
        images -= MID_GREY
    return torch.from_numpy(images)


def _check_grating(angles: Any, sf: float, res: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Angles as a float64 vector, and the column and row numbers of the image."""
    if isinstance(angles, torch.Tensor):
        angles = angles.detach().cpu().numpy()
    angles = np.asarray(angles, dtype=np.float64).reshape(-1)
    if not np.isfinite(angles).all():
        raise ValueError("an angle is not a finite number: give degrees")
    if not math.isfinite(sf):
        raise ValueError(f"sf is {sf}: give a finite number of radians per pixel")
    res = positive("res", res)
    return angles, np.arange(0, FIELD_WIDTH * res), np.arange(0, FIELD_HEIGHT * res)


def _is_white(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Where the cosine of the phase is positive: n x W and n x H to n x H x W, bool.

    Single precision is five times faster, but not sure of a pixel that lies very close to the
    edge of a stripe: the few such pixels are decided in double precision.
    """
    wave = across.astype(np.float32)[:, None, :] + down.astype(np.float32)[:, :, None]
    # At most half a unit in the last place for each term and for their sum; doubled to be safe.
    largest = np.abs(across).max() + np.abs(down).max()
    error = np.float32(2 * np.finfo(np.float32).eps * largest)
    np.cos(wave, out=wave)
    white: np.ndarray = wave > error
    black = wave < -error
    if np.count_nonzero(white) + np.count_nonzero(black) < wave.size:
        unsure = np.flatnonzero(~(white | black))  # much faster than nonzero in three dimensions
        image, row, column = np.unravel_index(unsure, wave.shape)
        white[image, row, column] = np.cos(across[image, column] + down[image, row]) > 0
    return white


def filters(out_channels: int = 6, K: int = 7, *, zero_mean: bool = False) -> torch.Tensor:
    """Make the filters that a convolution starts with: centre-surround and Gabor filters.

    Parameters
    ----------
    out_channels : int
        Number of filters, at least 3: a centre-surround one, its negative, and Gabor filters at
        equally spaced orientations.
    K : int
        Width and height in pixels.
    zero_mean : bool
        Subtract each filter's mean, as in tutorials 2 and 4 (not 3): the filter then gives 0
        on a uniform image.

    Returns
    -------
    tensor, float32, out_channels x 1 x K x K
        Each filter has a largest absolute value of 1 before its mean is subtracted.

    Raises
    ------
    ValueError
        If ``out_channels`` is below 3 or ``K`` below 2.

    Notes
    -----
    On K equally spaced points from -K/2 to K/2, u down the rows and v along the columns, with
    r the distance from the centre, ``bump(s) = exp(-r / (2 s^2))``: pointed, since r is not
    squared. Centre-surround: ``bump(1.1) - bump(2.2) / 2``. Gabor k of m:
    ``bump(0.44) cos(2 pi (u cos t + v sin t) / 10 + pi / 2)`` with ``t = 180 k / m`` degrees.

    Examples
    --------
    >>> bank = nma.filters(out_channels=6, K=7, zero_mean=True)
    >>> bank.shape
    torch.Size([6, 1, 7, 7])
    >>> torch.allclose(bank.mean(dim=(2, 3)), torch.zeros(6, 1), atol=1e-6)
    True
    """
    out_channels, K = whole("out_channels", out_channels, 3), whole("K", K, 2)
    # Single precision where the course's published filters have it: training amplifies a last
    # digit, and only from the same bits does it reach the same losses.
    points = np.linspace(-K / 2, K / 2, K, dtype=np.float32)
    u, v = np.meshgrid(points, points, indexing="ij")
    distance = np.sqrt(u**2 + v**2)

    def bump(sigma: float) -> np.ndarray:
        height: np.ndarray = np.exp(-distance / (2 * sigma**2))
        return height

    sigma, wavelength = 1.1, 10
    centre_surround = bump(sigma) - bump(2 * sigma) / 2
    kernels = [centre_surround, -centre_surround]
    for t in np.arange(out_channels - 2) * np.pi / (out_channels - 2):
        phase = 2 * np.pi / wavelength * (u * np.cos(t) + v * np.sin(t)) + np.pi / 2
        kernels.append(bump(0.4 * sigma) * np.cos(phase))
    bank = np.stack(kernels).astype(np.float32)[:, None]
    bank /= np.abs(bank).max(axis=(2, 3), keepdims=True)
    if zero_mean:
        bank -= bank.mean(axis=(2, 3), keepdims=True)
    return torch.from_numpy(bank)


def gabor(
    orientation: float = 0.0,
    wavelength: float = 10.0,
    phase: float = 90.0,
    sigma: float = 0.44,
    K: int = 7,
    *,
    zero_mean: bool = False,
) -> torch.Tensor:
    """Make one Gabor filter; the defaults give channel 2 of `filters`.

    Parameters
    ----------
    orientation : float
        Direction across the bands in degrees: 0 stacks them one under another, 90 puts them
        side by side.
    wavelength : float
        Length of a full cycle of the wave, in pixels (nearly: K points span a length of K).
    phase : float
        Where in its cycle the wave is at the centre, in degrees: 0 puts a band there, 90 an edge.
    sigma : float
        Width of the bump that the wave is multiplied with.
    K : int
        Width and height in pixels.
    zero_mean : bool
        Subtract the mean, so that the filter gives 0 on a uniform image.

    Returns
    -------
    tensor, float32, K x K
        With a largest absolute value of 1 before the mean is subtracted; zero where the wave
        vanishes at every pixel.

    Raises
    ------
    ValueError
        If ``K`` is below 2, or ``wavelength`` or ``sigma`` not above 0.

    Notes
    -----
    On the grid of `filters`, ``exp(-r / (2 sigma^2)) cos(2 pi (u cos t + v sin t) / wavelength +
    phase)``, with t the orientation.

    Examples
    --------
    >>> kernel = nma.gabor(orientation=90, phase=0, K=9)
    >>> kernel.shape, kernel.abs().max().item()
    (torch.Size([9, 9]), 1.0)
    """
    K = whole("K", K, 2)
    wavelength, sigma = positive("wavelength", wavelength), positive("sigma", sigma)
    points, t = np.linspace(-K / 2, K / 2, K), np.radians(orientation)
    u, v = np.meshgrid(points, points, indexing="ij")
    wave = np.cos(2 * np.pi / wavelength * (u * np.cos(t) + v * np.sin(t)) + np.radians(phase))
    kernel = np.exp(-np.hypot(u, v) / (2 * sigma**2)) * wave
    largest = np.abs(kernel).max()
    # What rounding leaves of a wave that is zero at every pixel would become a pattern.
    kernel = kernel / largest if largest > 1e-9 else np.zeros_like(kernel)
    if zero_mean:
        kernel -= kernel.mean()
    return torch.from_numpy(kernel.astype(np.float32))


def stimulus_class(ori: Any, n_classes: int) -> torch.Tensor:
    """Return the class of each orientation, when the circle is cut in equal parts.

    Parameters
    ----------
    ori : tensor, array or sequence
        Orientations in degrees, 0 to 360, of any shape.
    n_classes : int
        Number of classes.

    Returns
    -------
    tensor, int64, one entry per orientation
        Class k holds the angles from ``360 k / n_classes`` up to, not including, the next edge.
        360 belongs to the last class.

    Raises
    ------
    ValueError
        If ``n_classes`` is below 1 or an angle lies outside 0 to 360.

    Examples
    --------
    >>> nma.stimulus_class([0, 89, 90, 359, 360], n_classes=4)
    tensor([0, 0, 1, 3, 3])
    """
    n_classes = whole("n_classes", n_classes, 1)
    if isinstance(ori, torch.Tensor):
        ori = ori.detach().cpu().numpy()
    ori = np.asarray(ori).reshape(-1)
    if not ((ori >= 0) & (ori <= 360)).all():
        bad = ori[~((ori >= 0) & (ori <= 360))][0]
        raise ValueError(f"an orientation is {bad}: give degrees from 0 to 360")
    classes = np.digitize(ori, np.linspace(0, 360, n_classes + 1)) - 1
    return torch.from_numpy(np.minimum(classes, n_classes - 1).astype(np.int64))
