"""A progress bar, as a widget in a notebook and as text elsewhere."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nmautils.device import in_notebook

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["progress_bar"]


def progress_bar(**settings: Any) -> tqdm:
    """Open a bar of tqdm: a widget in a notebook, text anywhere else.

    Parameters
    ----------
    **settings
        What ``tqdm.tqdm`` takes.

    Examples
    --------
    >>> from nmautils.progress import progress_bar
    >>> with progress_bar(total=3, disable=True) as bar:
    ...     for step in range(3):
    ...         bar.update()
    """
    # tqdm.auto takes every program that has imported ipykernel for a notebook.
    if not in_notebook():
        from tqdm import tqdm

        return tqdm(**settings)
    with warnings.catch_warnings():
        # Without ipywidgets tqdm.auto warns, and uses the plain bar all the same.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm(**settings)
