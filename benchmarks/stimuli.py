"""Time a stack of 1,000 gratings against drawing them one by one."""

import time

import numpy as np
import torch

from nmautils.stimuli import grating, gratings

ANGLES = (np.random.default_rng(12).random(1000) - 0.5) * 180


def together(options: dict) -> torch.Tensor:
    """Draw them in one call."""
    return gratings(ANGLES, **options)


def singly(options: dict) -> torch.Tensor:
    """Draw them one by one."""
    return torch.stack([grating(angle, **options) for angle in ANGLES])


def seconds(function, options: dict, repeats: int = 7) -> float:
    """Best processor time of several runs: least disturbed by whatever else the machine does."""
    runs = []
    for _ in range(repeats):
        start = time.process_time()
        function(options)
        runs.append(time.process_time() - start)
    return min(runs)


def main() -> None:
    """Print both times and their ratio, for the two image sizes of the course."""
    torch.set_num_threads(1)
    for label, options in {
        "48 x 64": {},
        "48 x 64, patch": {"patch": True},
        "12 x 16": {"res": 0.025},
    }.items():
        stack, one_by_one = seconds(together, options), seconds(singly, options)
        same = torch.equal(together(options), singly(options))
        print(
            f"{label:<15} stack {1e3 * stack:6.1f} ms   one by one {1e3 * one_by_one:6.1f} ms   "
            f"{one_by_one / stack:4.1f} times   {'identical' if same else 'DIFFERENT'}"
        )


if __name__ == "__main__":
    main()
