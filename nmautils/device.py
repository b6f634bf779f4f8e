"""Where the code runs, and from which random numbers it starts."""

from __future__ import annotations

import random
import sys

from nmautils.validate import whole

__all__ = ["in_notebook", "set_device", "set_seed"]


def in_notebook() -> bool:
    """Tell whether a Jupyter kernel (also Colab's or Kaggle's) runs this code."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython is not None and hasattr(get_ipython(), "kernel")


def set_device() -> str:
    """Choose the graphics card when there is one, and say in one line what was chosen.

    Returns
    -------
    str
        ``'cuda'`` or ``'cpu'``; ``torch.device`` and ``.to`` take either.
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
    """Start the random numbers of Python, NumPy and torch from `seed`.

    Parameters
    ----------
    seed
        Whole number from 0 to 4294967295 (the range that NumPy takes).

    Raises
    ------
    ValueError
        If `seed` is anything else.
    """
    seed = whole("seed", seed, 0, 2**32 - 1)

    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
