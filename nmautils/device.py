"""Where the code runs, and the seed of its random numbers."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator

from nmautils.validate import whole

__all__ = ["in_notebook", "seeded", "set_device", "set_seed"]


def in_notebook() -> bool:
    """Tell whether a Jupyter kernel (also Colab's or Kaggle's) runs this code.

    Examples
    --------
    >>> from nmautils.device import in_notebook
    >>> in_notebook()  # in a program
    False
    """
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython is not None and hasattr(get_ipython(), "kernel")


def set_device() -> str:
    """Choose the graphics card if there is one, and print one line that says which device it is.

    Returns
    -------
    str
        ``'cuda'`` or ``'cpu'``, as ``torch.device`` and ``.to`` take it.

    Examples
    --------
    >>> device = nma.set_device()
    This notebook computes on the ...
    >>> torch.zeros(3).to(device).sum().item()
    0.0
    """
    import torch

    if torch.cuda.is_available():
        print("This notebook computes on the graphics card (cuda).")
        return "cuda"
    print(
        "This notebook computes on the processor (cpu). In Colab, a graphics card is under "
        "Runtime > Change runtime type > Hardware accelerator > GPU."
    )
    return "cpu"


def set_seed(seed: int) -> None:
    """Set the seed of the random numbers of Python, NumPy and torch.

    Parameters
    ----------
    seed
        Whole number from 0 to 4294967295 (the range that NumPy takes).

    Raises
    ------
    ValueError
        If `seed` is anything else.

    Examples
    --------
    >>> nma.set_seed(1)
    >>> first = torch.rand(3)
    >>> nma.set_seed(1)
    >>> torch.equal(torch.rand(3), first)
    True
    """
    seed = whole("seed", seed, 0, 2**32 - 1)

    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Have torch draw from a seed for a while; all its generators go on as if nothing had been.

    Those of graphics cards as well: ``torch.manual_seed`` sets them too.

    Parameters
    ----------
    seed
        As `set_seed` takes it.

    Examples
    --------
    >>> from nmautils.device import seeded
    >>> before = torch.get_rng_state()
    >>> with seeded(1):
    ...     first = torch.rand(3)
    >>> torch.equal(torch.get_rng_state(), before)
    True
    """
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield
