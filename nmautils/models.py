"""The networks that the tutorials hand to the student.

Layers are created in the order in which the data pass through them. The order is part of the
definition, since it decides with which random numbers each layer starts.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from nmautils.validate import whole

__all__ = [
    "CNN",
    "FC",
    "ConvFCClassifier",
    "ConvPoolFC",
    "ConvolutionalLayer",
    "DeepNetSoftmax",
]


def _need_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        whole(name, size, 1)


def _shape(tensor: torch.Tensor) -> str:
    return " x ".join(str(n) for n in tensor.shape) or "a single number"


class DeepNetSoftmax(nn.Module):
    r"""A classifier with one hidden layer of ReLU units, whose output are log probabilities.

    Parameters
    ----------
    n_inputs
        Number of neurons whose responses go in, :math:`N`.
    n_hidden
        Number of hidden units, :math:`M`.
    n_classes
        Number of orientation classes, :math:`C`.

    Attributes
    ----------
    in_layer, out_layer : nn.Linear
        Weights M x N and C x M.
    logprob : nn.LogSoftmax
        Turns the output layer's values into log probabilities.

    Raises
    ------
    ValueError
        If a size is not a whole number of at least 1.

    Notes
    -----
    :math:`\mathbf l = \log\sigma(\mathbf W^{out}\phi(\mathbf W^{in}\mathbf r +
    \mathbf b^{in}) + \mathbf b^{out})`, with the rectifier :math:`\phi` and the softmax
    :math:`\sigma`. Logarithms are used because a computer rounds very small probabilities to 0.

    Examples
    --------
    >>> net = nma.DeepNetSoftmax(n_inputs=50, n_hidden=20, n_classes=4)
    >>> log_probabilities = net(torch.rand(3, 50))
    >>> log_probabilities.shape
    torch.Size([3, 4])
    >>> torch.allclose(log_probabilities.exp().sum(dim=1), torch.ones(3))
    True
    """

    def __init__(self, n_inputs: int, n_hidden: int, n_classes: int) -> None:
        super().__init__()
        _need_sizes(n_inputs=n_inputs, n_hidden=n_hidden, n_classes=n_classes)
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, n_classes)
        self.logprob = nn.LogSoftmax(dim=1)

    def forward(self, r: torch.Tensor) -> torch.Tensor:
        """Return the log probability of each class, ``(n, N)`` to ``(n, C)``."""
        h = torch.relu(self.in_layer(r))
        return self.logprob(self.out_layer(h))


class ConvolutionalLayer(nn.Module):
    """One convolutional layer that keeps the size of the image, without non-linearity.

    Parameters
    ----------
    c_in, c_out
        Channels that go in and come out.
    K
        Side of the square kernels in pixels; odd, so that padding by ``K // 2`` keeps
        height and width.
    filters
        Kernels to start with, c_out x c_in x K x K. They are copied, and the bias is
        zero. Without them the layer starts with PyTorch's own random numbers.

    Attributes
    ----------
    conv : nn.Conv2d
        The convolution, stride 1.

    Raises
    ------
    ValueError
        If a size is not a whole number of at least 1, `K` is even, or `filters` have
        another shape.

    Examples
    --------
    >>> layer = nma.ConvolutionalLayer(c_in=1, c_out=6, K=7, filters=nma.filters(6, 7))
    >>> layer(nma.grating(45)[None, None]).shape
    torch.Size([1, 6, 48, 64])
    """

    def __init__(
        self,
        c_in: int = 1,
        c_out: int = 6,
        K: int = 7,
        filters: torch.Tensor | None = None,
    ) -> None:
        super().__init__()
        _need_odd_kernel(c_in, c_out, K)
        self.conv = nn.Conv2d(c_in, c_out, kernel_size=K, padding=K // 2, stride=1)
        if filters is not None:
            _load_filters(self.conv, filters)  # copies them, and sets the biases to zero

    def forward(self, s: torch.Tensor) -> torch.Tensor:
        """Convolve, ``(n, c_in, H, W)`` to ``(n, c_out, H, W)``."""
        return self.conv(s)


def _need_odd_kernel(c_in: int, c_out: int, K: int) -> None:
    _need_sizes(c_in=c_in, c_out=c_out, K=K)
    if K % 2 == 0:
        raise ValueError(f"K is {K}; it must be odd, or the padding cannot keep the image's size.")


def _load_filters(conv: nn.Conv2d, filters: torch.Tensor) -> None:
    filters = torch.as_tensor(filters, dtype=conv.weight.dtype)
    if filters.shape != conv.weight.shape:
        raise ValueError(
            f"filters have shape {_shape(filters)}; this layer needs c_out x c_in x K x K = "
            f"{_shape(conv.weight)}."
        )
    # A copy: sharing memory would let training change the caller's filters.
    conv.weight = nn.Parameter(filters.detach().clone())
    conv.bias = nn.Parameter(torch.zeros(conv.out_channels))


class _TiltClassifier(nn.Module):
    """The base of the four classifiers of tutorial 3: it checks their input.

    Parameters
    ----------
    h_in, w_in
        Height and width of the images in pixels.
    smallest
        Smallest height and width this network can take.
    """

    def __init__(self, h_in: int, w_in: int, smallest: int = 1) -> None:
        super().__init__()
        _need_sizes(h_in=h_in, w_in=w_in)
        if min(h_in, w_in) < smallest:
            raise ValueError(
                f"images are {h_in} x {w_in} pixels; this network pools over {smallest} x "
                f"{smallest}, so give at least that."
            )
        self._image = (h_in, w_in)

    def _checked(self, x: torch.Tensor) -> torch.Tensor:
        if x.ndim != 3 or tuple(x.shape[1:]) != self._image:
            h, w = self._image
            raise ValueError(
                f"images have shape {_shape(x)}; this network needs P x {h} x {w}, "
                "without a channel axis."
            )
        return x


class CNN(_TiltClassifier):
    """Left or right? One convolutional layer, pooling, and two fully connected layers.

    Parameters
    ----------
    h_in, w_in
        Height and width of the images in pixels, at least 8 each.

    Attributes
    ----------
    conv : nn.Conv2d
        1 to 6 channels, 7 x 7 kernels that start as centre-surround and Gabor filters
        (mean not removed) with zero bias; trained like everything else.
    pool : nn.MaxPool2d
        Largest value of each 8 x 8 patch.
    fc, out : nn.Linear
        To 10 units, then to one.
    dims : tuple of int
        Shape of one pooled image: channels, rows, columns.

    Raises
    ------
    ValueError
        If the images are smaller than the pooling patch.

    See Also
    --------
    ConvPoolFC : the same network with random kernels.

    Examples
    --------
    >>> net = nma.CNN(48, 64)
    >>> net.dims
    (6, 6, 8)
    >>> net(nma.gratings([-30, 30])).shape
    torch.Size([2, 1])
    """

    def __init__(self, h_in: int, w_in: int) -> None:
        from nmautils.stimuli import filters

        super().__init__(h_in, w_in, smallest=8)
        self.conv = nn.Conv2d(1, 6, kernel_size=7, padding=3)
        _load_filters(self.conv, filters(6, 7, zero_mean=False))
        self.pool = nn.MaxPool2d(8)
        self.dims = (6, h_in // 8, w_in // 8)
        self.fc = nn.Linear(math.prod(self.dims), 10)
        self.out = nn.Linear(10, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the probability of a tilt to the right, ``(P, H, W)`` to ``(P, 1)``."""
        x = self._checked(x).unsqueeze(1)
        x = self.pool(torch.relu(self.conv(x)))
        x = torch.relu(self.fc(x.flatten(1)))
        return torch.sigmoid(self.out(x))


class FC(_TiltClassifier):
    """Left or right, from the pixels through fully connected layers alone.

    Parameters
    ----------
    h_in, w_in
        Height and width of the images in pixels.

    Attributes
    ----------
    dims : int
        Number of pixels.
    fc, out : nn.Linear
        To 10 units, then to one.

    Examples
    --------
    >>> net = nma.FC(48, 64)
    >>> net(nma.gratings([-30, 30])).shape
    torch.Size([2, 1])
    """

    def __init__(self, h_in: int, w_in: int) -> None:
        super().__init__(h_in, w_in)
        self.dims = h_in * w_in
        self.fc = nn.Linear(self.dims, 10)
        self.out = nn.Linear(10, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the probability of a tilt to the right, ``(P, H, W)`` to ``(P, 1)``."""
        x = torch.relu(self.fc(self._checked(x).flatten(1)))
        return torch.sigmoid(self.out(x))


class ConvFCClassifier(_TiltClassifier):
    """Left or right, with a convolutional layer but no pooling.

    Parameters
    ----------
    h_in, w_in
        Height and width of the images in pixels.

    Attributes
    ----------
    conv : nn.Conv2d
        1 to 6 channels, 7 x 7 kernels, PyTorch's random start.
    dims : tuple of int
        Shape of one filtered image: channels, rows, columns.
    fc, out : nn.Linear
        To 10 units, then to one.

    Examples
    --------
    >>> net = nma.ConvFCClassifier(48, 64)
    >>> net.dims, net(nma.gratings([-30, 30])).shape
    ((6, 48, 64), torch.Size([2, 1]))
    """

    def __init__(self, h_in: int, w_in: int) -> None:
        super().__init__(h_in, w_in)
        self.conv = nn.Conv2d(1, 6, kernel_size=7, padding=3)
        self.dims = (6, h_in, w_in)
        self.fc = nn.Linear(math.prod(self.dims), 10)
        self.out = nn.Linear(10, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the probability of a tilt to the right, ``(P, H, W)`` to ``(P, 1)``."""
        x = torch.relu(self.conv(self._checked(x).unsqueeze(1)))
        x = torch.relu(self.fc(x.flatten(1)))
        return torch.sigmoid(self.out(x))


class ConvPoolFC(_TiltClassifier):
    """Left or right, with a convolutional layer and pooling, from random kernels.

    Parameters
    ----------
    h_in, w_in
        Height and width of the images in pixels, at least 8 each.

    Attributes
    ----------
    conv : nn.Conv2d
        1 to 6 channels, 7 x 7 kernels, PyTorch's random start.
    pool : nn.MaxPool2d
        Largest value of each 8 x 8 patch.
    dims : tuple of int
        Shape of one pooled image: channels, rows, columns.
    fc, out : nn.Linear
        To 10 units, then to one.

    Raises
    ------
    ValueError
        If the images are smaller than the pooling patch.

    Examples
    --------
    >>> net = nma.ConvPoolFC(48, 64)
    >>> net.dims, net(nma.gratings([-30, 30])).shape
    ((6, 6, 8), torch.Size([2, 1]))
    """

    def __init__(self, h_in: int, w_in: int) -> None:
        super().__init__(h_in, w_in, smallest=8)
        self.conv = nn.Conv2d(1, 6, kernel_size=7, padding=3)
        self.pool = nn.MaxPool2d(8)
        self.dims = (6, h_in // 8, w_in // 8)
        self.fc = nn.Linear(math.prod(self.dims), 10)
        self.out = nn.Linear(10, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the probability of a tilt to the right, ``(P, H, W)`` to ``(P, 1)``."""
        x = self._checked(x).unsqueeze(1)
        x = self.pool(torch.relu(self.conv(x)))
        x = torch.relu(self.fc(x.flatten(1)))
        return torch.sigmoid(self.out(x))
