"""How long an explorer takes to answer a change: `python benchmarks/explorers.py`.

Small profile, one thread, the kernel's side only (drawing and encoding the picture).
"""

import os
import statistics
import time

os.environ |= {"NMAUTILS_PROFILE": "small", "NMAUTILS_DATA": "simulated", "MPLBACKEND": "Agg"}

import numpy as np
import torch

import nmautils as nma
from nmautils.explore import _explorer


def drive(name, explorer, control, values):
    """Move one control through `values` and print how long each change took."""
    seconds = []
    for value in values:
        start = time.perf_counter()
        explorer.controls[control].value = value
        seconds.append(time.perf_counter() - start)
    # The first change pays for lazy imports and caches.
    middle, most = statistics.median(seconds[1:]), max(seconds[1:])
    print(f"{name:18}{1000 * middle:6.0f} ms median{1000 * most:6.0f} ms at most")


if __name__ == "__main__":
    torch.set_num_threads(1)
    _explorer.is_live = lambda: True  # controls without a browser
    nma.use_style()
    resp, stimuli = nma.load_data(verbose=False)
    drive("neuron_browser", nma.neuron_browser(resp, stimuli), "neuron", range(10, 50))
    drive("gabor_workshop", nma.gabor_workshop(), "orientation", range(5, 150, 5))
    drive("size_calculator", nma.size_calculator(), "size", range(5, 12))
    rdms = {name: np.random.default_rng(0).random((181, 181)) for name in ("V1", "pool", "fc")}
    drive(
        "rdm_explorer", nma.rdm_explorer(rdms, np.arange(181) - 90.0), "orientation", range(5, 40)
    )
    train, test, angles = nma.load_data_split(verbose=False)
    drive("fit_browser", nma.fit_browser(angles, train, test, train), "place", range(5, 40))
