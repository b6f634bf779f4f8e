import re

import pytest
import torch
from torch import nn

from nmautils.models import (
    CNN,
    FC,
    ConvFCClassifier,
    ConvolutionalLayer,
    ConvPoolFC,
    DeepNetSoftmax,
)
from nmautils.stimuli import gratings

TILT_CLASSIFIERS = [CNN, FC, ConvFCClassifier, ConvPoolFC]


def n_parameters(net):
    return sum(p.numel() for p in net.parameters())


def test_softmax_network_gives_the_golden_log_probabilities(golden):
    torch.manual_seed(1)
    net = DeepNetSoftmax(50, 20, 20)
    out = net(torch.from_numpy(golden["net_x"])).detach()
    assert out == pytest.approx(golden["softmax_out0"], rel=1e-4, abs=1e-6)


def test_softmax_network_gives_probabilities_that_sum_to_one():
    out = DeepNetSoftmax(9, 4, 5)(torch.randn(6, 9))
    assert out.shape == (6, 5)
    assert torch.allclose(out.exp().sum(1), torch.ones(6), atol=1e-6)


def test_convolutional_layer_gives_the_golden_activations(golden):
    filters = torch.from_numpy(golden["filters_t24_C6_K7"])
    stimuli = gratings([-90, -45, 0, 45, 90], centred=True).unsqueeze(1)
    act = ConvolutionalLayer(1, 6, 7, filters)(stimuli).detach()
    assert act[:, :, ::6, ::8] == pytest.approx(golden["conv_layer_act_sub"], rel=1e-4, abs=1e-6)
    stats = torch.stack(
        [act.mean((2, 3)), act.abs().amax((2, 3)), act.square().mean((2, 3))], dim=2
    )
    assert stats == pytest.approx(golden["conv_layer_act_stats"], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("c_in", "c_out", "K"), [(1, 6, 7), (3, 2, 5), (2, 4, 1)])
def test_convolutional_layer_keeps_the_size_of_the_image(c_in, c_out, K):
    layer = ConvolutionalLayer(c_in, c_out, K)
    assert layer(torch.randn(2, c_in, 9, 11)).shape == (2, c_out, 9, 11)
    assert layer.conv.stride == (1, 1)


def test_convolutional_layer_copies_the_filters_and_starts_from_zero_bias():
    filters = torch.randn(4, 2, 3, 3)
    before = filters.clone()
    layer = ConvolutionalLayer(2, 4, 3, filters)
    assert torch.equal(layer.conv.weight, before)
    assert torch.equal(layer.conv.bias, torch.zeros(4))
    with torch.no_grad():
        layer.conv.weight += 1
    assert torch.equal(filters, before)


def test_convolutional_layer_without_filters_keeps_pytorchs_start():
    torch.manual_seed(3)
    ours = ConvolutionalLayer(2, 4, 3)
    torch.manual_seed(3)
    theirs = nn.Conv2d(2, 4, 3)
    assert torch.equal(ours.conv.weight, theirs.weight)
    assert torch.equal(ours.conv.bias, theirs.bias)


def test_filters_can_be_trained_and_come_from_an_array(golden):
    layer = ConvolutionalLayer(filters=golden["filters_t24_C6_K7"])
    layer(torch.randn(1, 1, 8, 8)).sum().backward()
    assert layer.conv.weight.grad.abs().sum() > 0
    assert layer.conv.bias.grad.shape == (6,)


def test_cnn_starts_from_the_golden_output(golden):
    torch.manual_seed(12)
    net = CNN(48, 64)
    out = net(gratings([-90, -45, 0, 45, 90])).detach()
    assert out == pytest.approx(golden["t3_init_out"], rel=1e-4, abs=1e-6)


def test_cnn_starts_from_filters_whose_mean_is_kept(golden):
    net = CNN(48, 64)
    assert net.conv.weight.detach() == pytest.approx(golden["filters_t3_C6_K7"], abs=1e-6)
    assert torch.equal(net.conv.bias, torch.zeros(6))


@pytest.mark.parametrize(
    ("network", "dims", "n_features", "parameters"),
    [
        (CNN, (6, 6, 8), 288, 3201),
        (FC, 3072, 3072, 30741),
        (ConvFCClassifier, (6, 48, 64), 18432, 184641),
        (ConvPoolFC, (6, 6, 8), 288, 3201),
    ],
)
def test_tilt_classifiers_have_the_sizes_of_the_course(network, dims, n_features, parameters):
    net = network(48, 64)
    assert net.dims == dims
    assert net.fc.in_features == n_features
    assert net.fc.out_features == net.out.in_features == 10
    assert n_parameters(net) == parameters


@pytest.mark.parametrize("network", TILT_CLASSIFIERS)
@pytest.mark.parametrize(("n", "h", "w"), [(1, 48, 64), (3, 48, 64), (4, 9, 17)])
def test_tilt_classifiers_give_one_probability_per_image(network, n, h, w):
    out = network(h, w)(torch.rand(n, h, w))
    assert out.shape == (n, 1)
    assert ((out > 0) & (out < 1)).all()


def test_cnn_equals_conv_pool_fc_except_for_the_filters():
    torch.manual_seed(5)
    ours = CNN(16, 24)
    torch.manual_seed(5)
    other = ConvPoolFC(16, 24)
    assert not torch.equal(ours.conv.weight, other.conv.weight)
    other.conv.load_state_dict(ours.conv.state_dict())
    images = torch.rand(3, 16, 24)
    assert torch.equal(ours(images), other(images))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DeepNetSoftmax(0, 3, 5), "n_inputs is 0"),
        (lambda: DeepNetSoftmax(4, 2.0, 5), "n_hidden is 2.0"),
        (lambda: DeepNetSoftmax(4, 3, -1), "n_classes is -1"),
        (lambda: ConvolutionalLayer(1, 6, 4), "K is 4; it must be odd"),
        (lambda: ConvolutionalLayer(1, 0, 3), "c_out is 0"),
        (
            lambda: ConvolutionalLayer(1, 6, 5, torch.zeros(6, 1, 7, 7)),
            "6 x 1 x 7 x 7; this layer needs c_out x c_in x K x K = 6 x 1 x 5 x 5",
        ),
        (lambda: CNN(7, 64), "images are 7 x 64 pixels; this network pools over 8 x 8"),
        (lambda: ConvPoolFC(48, 7), "pools over 8 x 8"),
        (lambda: FC(0, 8), "h_in is 0"),
    ],
)
def test_a_bad_size_is_answered_in_one_line(build, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        build()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("network", TILT_CLASSIFIERS)
@pytest.mark.parametrize("shape", [(2, 1, 16, 24), (16, 24), (2, 24, 16)])
def test_images_of_another_shape_are_answered_in_one_line(network, shape):
    with pytest.raises(ValueError, match="this network needs P x 16 x 24"):
        network(16, 24)(torch.rand(shape))
