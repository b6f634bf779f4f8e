import numpy as np
import pytest
import torch
from torch import nn

from nmautils.analysis import get_hidden_activity
from nmautils.models import CNN


class TwoLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 3)
        self.second = nn.Linear(3, 2)
        self.unused = nn.Linear(1, 1)

    def forward(self, x):
        h = self.first(x)
        h.relu_()  # in place, on purpose: what was kept before must not change
        return self.second(h)


def test_hidden_activity_is_each_modules_own_output_before_what_follows():
    net, x = TwoLayers(), torch.randn(5, 4)
    activity = get_hidden_activity(net, x, ["second", "first"])
    assert list(activity) == ["second", "first"]
    assert np.allclose(activity["first"], net.first(x).detach().numpy())
    assert (activity["first"] < 0).any()
    assert np.allclose(activity["second"], net(x).detach().numpy())


def test_hidden_activity_of_the_cnn_is_flat_and_plain():
    net = CNN(16, 24)
    activity = get_hidden_activity(net, torch.rand(3, 16, 24), ["conv", "pool", "fc"])
    shapes = {label: a.shape for label, a in activity.items()}
    assert shapes == {"conv": (3, 6 * 16 * 24), "pool": (3, 36), "fc": (3, 10)}
    assert all(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in activity.values())
    assert (activity["pool"] >= 0).all()


def test_one_label_may_be_given_by_itself():
    assert list(get_hidden_activity(TwoLayers(), torch.randn(5, 4), "first")) == ["first"]


def count_hooks(net):
    return sum(len(module._forward_hooks) for module in net.modules())


def test_hooks_and_gradients_are_gone_afterwards():
    net = TwoLayers()
    get_hidden_activity(net, torch.randn(5, 4), ["first", "second"])
    assert count_hooks(net) == 0
    assert net.first.weight.grad is None


def test_hooks_are_gone_when_the_pass_fails():
    net = TwoLayers()
    with pytest.raises(RuntimeError):
        get_hidden_activity(net, torch.randn(5, 99), ["first", "second"])
    assert count_hooks(net) == 0


def test_an_unknown_layer_is_answered_with_the_known_ones():
    net = TwoLayers()
    with pytest.raises(ValueError, match="no layer 'pool'; its layers are first, second, unused"):
        get_hidden_activity(net, torch.randn(5, 4), ["first", "pool"])
    assert count_hooks(net) == 0


def test_a_layer_that_the_pass_skips_is_reported():
    with pytest.raises(ValueError, match="'unused' exists"):
        get_hidden_activity(TwoLayers(), torch.randn(5, 4), ["unused"])
