"""The task of tutorial 3: a small network that tells which way gratings are tilted."""

import numpy as np
import pytest
import torch

from nmautils.device import set_seed
from nmautils.models import CNN
from nmautils.stimuli import gratings


def tilt_task(golden):
    """Make the untrained network, its images and their labels, with the golden first filters."""
    set_seed(12)
    net = CNN(48, 64)
    # The last bit of a filter grows to 1 % of the loss in 250 updates; here the loop counts.
    net.conv.weight.data = torch.from_numpy(golden["filters_t3_C6_K7"])
    angles = (np.random.rand(1000) - 0.5) * 180
    assert angles[:5] == pytest.approx(golden["t3_ori_first5"])
    return net, gratings(angles), torch.as_tensor(angles > 0, dtype=torch.float32)[:, None]
