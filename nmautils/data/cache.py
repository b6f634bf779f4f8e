"""The folder for recordings, and simulated recordings kept there."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np


def data_dir() -> Path:
    """Folder for recordings: ``NMAUTILS_DATA_DIR``, or else the user's cache folder.

    Examples
    --------
    >>> from nmautils.data import data_dir
    >>> data_dir().is_absolute()
    True
    """
    folder = os.environ.get("NMAUTILS_DATA_DIR", "").strip()
    if folder:
        return Path(folder).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("nmautils"))


def cached(
    name: str, parameters: dict[str, Any], make: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Read arrays from the cache, or make them and keep them for the next time.

    A file that cannot be read is replaced. Where nothing can be written, nothing is kept, and the
    arrays are made each time.

    Parameters
    ----------
    name : str
        Beginning of the file's name.
    parameters : dict
        Everything the arrays depend on.
    make : callable
        Makes the arrays.

    Returns
    -------
    dict of ndarray
    """
    key = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:16]
    path = data_dir() / f"{name}-{key}.npz"
    try:
        # Opened here: NumPy leaves a damaged file open.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {array: file[array] for array in file.files}
    except Exception:  # missing, or damaged in one of many ways: it is replaced
        pass
    arrays = make()
    with suppress(OSError):
        _write(path, arrays)
    return arrays


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write all or nothing: under a temporary name, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with open(handle, "wb") as file:
            np.savez(file, **cast(dict[str, Any], arrays))
        os.chmod(temporary, 0o644)  # temporary files are private, but the folder may be shared
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
