"""Every test runs small, offline, on one thread, and away from the user's own files."""

import math
import os
import shutil
import sys
import tempfile
from collections import Counter

import pytest

from tests.support.paths import GOLDEN as GOLDEN_FILE

_SCRATCH = "NMAUTILS_TEST_SCRATCH"

for _name in (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ[_name] = "1"

os.environ.update(
    MPLBACKEND="Agg",
    NMAUTILS_DATA="simulated",
    NMAUTILS_OFFLINE="1",
    NMAUTILS_PROFILE="small",
)


def pytest_configure(config: pytest.Config) -> None:
    # The workers of xdist inherit the controller's folder, so all of them share one cache.
    if hasattr(config, "workerinput"):
        return
    # Short, since the names of sockets that kernels open below it are limited to 107 bytes.
    scratch = tempfile.mkdtemp(prefix="nma-")
    os.environ[_SCRATCH] = scratch
    os.environ.update(
        NMAUTILS_DATA_DIR=os.path.join(scratch, "data"),
        IPYTHONDIR=os.path.join(scratch, "ipython"),
        JUPYTER_CONFIG_DIR=os.path.join(scratch, "jupyter", "config"),
        JUPYTER_DATA_DIR=os.path.join(scratch, "jupyter", "data"),
        JUPYTER_RUNTIME_DIR=os.path.join(scratch, "jupyter", "runtime"),
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_SCRATCH, ""), ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files of slow tests, few and long ones first, so that all workers end together."""
    sizes = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: sizes[item.path] if item.path in slow else math.inf)


@pytest.fixture(autouse=True)
def _one_torch_thread() -> None:
    """Keep torch on one thread, whatever the test before did, without importing it here."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@pytest.fixture(scope="module")
def golden():
    """Reference arrays of tests/golden/README.md."""
    import numpy as np

    with np.load(GOLDEN_FILE) as arrays:
        yield arrays
