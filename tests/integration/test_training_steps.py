import math
import re
from itertools import chain

import numpy as np
import pytest
import torch
from torch import nn

from nmautils.models import CNN, DeepNetSoftmax
from nmautils.stimuli import stimulus_class
from nmautils.training import (
    History,
    decode_orientation,
    fit,
    learning_rate_for,
    regularized_MSE_loss,
    train_classifier,
    train_cnn,
    train_encoder,
)
from tests.support.training import tilt_task


class Rectified(nn.Module):
    """The course's first network, as the golden values were made with it."""

    def __init__(self, n_inputs, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_inputs, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        return self.out_layer(torch.relu(self.in_layer(r)))


class Encoder(nn.Module):
    def __init__(self, n_inputs=6, n_neurons=4):
        super().__init__()
        self.out_layer = nn.Linear(n_inputs, n_neurons)

    def forward(self, s):
        return self.out_layer(s.flatten(1))


def penalised_error(output, target, weights, L2_penalty, L1_penalty):
    """A loss whose weights have no default, as a student writes it."""
    error = nn.functional.mse_loss(output, target)
    return error + L2_penalty * weights.pow(2).sum() + L1_penalty * weights.abs().sum()


@pytest.fixture
def linear():
    torch.manual_seed(0)
    return nn.Linear(3, 1), torch.randn(12, 3), torch.randn(12, 1)


def quiet(*args, **settings):
    return fit(*args, **{"n_iter": 4, "learning_rate": 0.1, "progress": False, **settings})


# ---------------------------------------------------------------- golden values


def test_gradient_descent_gives_the_golden_losses_and_outputs(golden):
    x, y = torch.from_numpy(golden["net_x"]), torch.from_numpy(golden["net_y"])
    torch.manual_seed(1)
    net = Rectified(50, 10)
    assert net(x).detach() == pytest.approx(golden["relu_out0"], rel=1e-4, abs=1e-6)
    history = quiet(net, nn.MSELoss(), x, y, n_iter=50, learning_rate=1e-4)
    assert history.train_loss == pytest.approx(golden["gd_losses"].tolist(), rel=1e-3)
    assert history.objective == history.train_loss
    assert net(x).detach() == pytest.approx(golden["relu_out50"], rel=1e-3)


def test_classifier_gives_the_golden_losses(golden):
    x, labels = torch.from_numpy(golden["net_x"]), torch.from_numpy(golden["softmax_labels"])
    torch.manual_seed(1)
    net = DeepNetSoftmax(50, 20, 20)
    train_loss, test_loss = train_classifier(
        net,
        nn.NLLLoss(),
        x,
        labels,
        n_iter=100,
        learning_rate=0.1,
        test_data=x[:10],
        test_labels=labels[:10],
        progress=False,
    )
    assert train_loss == pytest.approx(golden["nll_train_losses"].tolist(), rel=1e-3)
    assert test_loss == pytest.approx(golden["nll_test_losses"].tolist(), rel=1e-3)


def test_mini_batches_come_in_the_golden_order(golden):
    losses = train_cnn(*tilt_task(golden), n_epochs=2, progress=False)
    assert losses == pytest.approx(golden["t3_train_losses"][:20].tolist(), rel=1e-3)


@pytest.mark.parametrize(("row", "L2", "L1"), [(0, 0, 0), (1, 5e-4, 1e-6), (2, 1, 1)])
def test_penalised_squared_error_is_golden(golden, row, L2, L1):
    output, target, weights = (
        torch.from_numpy(golden[f"mse_{name}"]) for name in ("output", "target", "weights")
    )
    expected = pytest.approx(golden["mse_loss"][row], rel=1e-5)
    assert regularized_MSE_loss(output, target, weights, L2, L1).item() == expected
    if not row:
        assert regularized_MSE_loss(output, target).item() == expected


def test_penalised_squared_error_has_gradients_everywhere():
    output, weights = torch.randn(3, 2, requires_grad=True), torch.randn(4, requires_grad=True)
    regularized_MSE_loss(output, torch.zeros(3, 2), weights, 0.5, 0.25).backward()
    assert torch.allclose(output.grad, output.detach() / 3)
    assert torch.allclose(weights.grad, weights.detach() + 0.25 * weights.detach().sign())


# ---------------------------------------------------------------- the loop


def by_hand(net, x, y, n_iter, rate, momentum=0.0, L2=0.0, L1=0.0):
    """Follow the gradient without torch.optim, and return the objective before each step."""
    objective = []
    velocity = [torch.zeros_like(p) for p in net.parameters()]
    for step in range(n_iter):
        loss = (net(x) - y).square().mean()
        loss = loss + L2 * net.weight.square().sum() + L1 * net.weight.abs().sum()
        objective.append(loss.item())
        gradients = torch.autograd.grad(loss, list(net.parameters()))
        with torch.no_grad():
            for i, (p, g) in enumerate(zip(net.parameters(), gradients, strict=True)):
                velocity[i] = g if step == 0 else momentum * velocity[i] + g
                p -= (rate(step) if callable(rate) else rate) * velocity[i]
    return objective


def twin(net):
    other = nn.Linear(net.in_features, net.out_features)
    other.load_state_dict(net.state_dict())
    return other


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_update_is_the_textbooks(linear, momentum):
    net, x, y = linear
    other = twin(net)
    history = quiet(net, nn.MSELoss(), x, y, n_iter=6, momentum=momentum)
    assert history.train_loss == pytest.approx(by_hand(other, x, y, 6, 0.1, momentum), rel=1e-5)
    assert torch.allclose(net.weight, other.weight, atol=1e-6)


@pytest.mark.parametrize("loss", [nn.MSELoss(), regularized_MSE_loss, penalised_error])
def test_penalties_shape_the_objective_but_not_the_plain_losses(linear, loss):
    net, x, y = linear
    other = twin(net)
    plain_at_start = (net(x) - y).square().mean().item()
    history = quiet(
        net,
        loss,
        x,
        y,
        n_iter=5,
        weights=net.weight,
        L2_penalty=0.3,
        L1_penalty=0.2,
        test_data=(x, y),
    )
    assert history.objective == pytest.approx(by_hand(other, x, y, 5, 0.1, 0, 0.3, 0.2), rel=1e-5)
    assert torch.allclose(net.weight, other.weight, atol=1e-6)
    assert history.train_loss[0] == pytest.approx(plain_at_start, rel=1e-5)
    assert all(a > b for a, b in zip(history.objective, history.train_loss, strict=True))
    # The same rows, after this update and before the next one.
    assert history.test_loss[:-1] == pytest.approx(history.train_loss[1:], rel=1e-5)


def test_a_loss_that_takes_weights_gets_them_also_without_penalties(linear):
    net, x, y = linear
    history = quiet(net, penalised_error, x, y, weights=net.weight, test_data=(x, y))
    assert history.objective == history.train_loss
    assert len(history) == 4


@pytest.mark.parametrize("settings", [{"L1_penalty": 0.1}, {"L2_penalty": 0.1}])
def test_penalties_without_weights_are_refused(linear, settings):
    net, x, y = linear
    with pytest.raises(ValueError, match="penalties need the weights"):
        quiet(net, nn.MSELoss(), x, y, **settings)
    with pytest.raises(ValueError, match="penalties need the weights"):
        quiet(net, penalised_error, x, y)
    with pytest.raises(ValueError, match="penalties need the weights"):
        regularized_MSE_loss(x, x, **settings)


def test_warmup_reaches_the_full_rate_after_that_many_updates(linear):
    net, x, y = linear
    other = twin(net)
    history = quiet(net, nn.MSELoss(), x, y, n_iter=7, warmup=4)
    ramp = by_hand(other, x, y, 7, lambda step: 0.1 * min(1, (step + 1) / 4))
    assert history.train_loss == pytest.approx(ramp, rel=1e-5)


def test_a_full_batch_draws_no_random_numbers_and_keeps_the_order(linear):
    net, x, y = linear
    state = torch.get_rng_state()
    seen = []
    net.register_forward_pre_hook(lambda module, args: seen.append(args[0].clone()))
    quiet(net, nn.MSELoss(), x, y, n_iter=2)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(rows, x) for rows in seen)


def test_each_pass_visits_every_row_once_in_a_new_order():
    net = nn.Linear(1, 1)
    x = torch.arange(10.0)[:, None]
    seen = []
    net.register_forward_pre_hook(lambda module, args: seen.append(args[0].flatten().tolist()))
    history = quiet(net, nn.MSELoss(), x, x, n_iter=2, learning_rate=1e-6, batch_size=4)
    assert [len(rows) for rows in seen] == [4, 4, 2] * 2
    first, second = list(chain(*seen[:3])), list(chain(*seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert len(history) == 6


def test_history_holds_plain_floats_of_equal_number(linear):
    net, x, y = linear
    history = quiet(net, nn.MSELoss(), x, y)
    for losses in (history.train_loss, history.objective, history.test_loss):
        assert len(losses) == len(history) == 4
        assert all(type(value) is float for value in losses)
    assert all(math.isnan(value) for value in history.test_loss)


def test_no_passes_give_an_empty_history_and_leave_the_network_alone(linear):
    net, x, y = linear
    before = net.weight.clone()
    history = quiet(net, nn.MSELoss(), x, y, n_iter=0, report=5)
    assert history == History()
    assert repr(history) == "History(no updates)"
    assert torch.equal(net.weight, before)


def test_history_shows_itself_in_one_short_line():
    history = History([2.0, 0.5], [2.0, 0.5], [math.nan] * 2, interrupted=True)
    assert repr(history) == "History(2 updates, loss 2 to 0.5, interrupted)"


@pytest.mark.parametrize(
    ("n_iter", "test_every", "evaluated"),
    [(1, 1, [1]), (6, 1, [1, 2, 3, 4, 5, 6]), (8, 3, [1, 3, 6, 8]), (5, 99, [1, 5])],
)
def test_the_test_loss_is_evaluated_when_asked_and_without_gradients(
    linear, n_iter, test_every, evaluated
):
    net, x, y = linear
    graded = []
    net.register_forward_hook(lambda module, args, out: graded.append(out.requires_grad))
    settings = {"n_iter": n_iter, "test_every": test_every, "test_data": (x[:3], y[:3])}
    history = quiet(net, nn.MSELoss(), x, y, **settings)
    there = [i + 1 for i, value in enumerate(history.test_loss) if not math.isnan(value)]
    assert there == evaluated
    assert graded.count(True) == n_iter
    assert graded.count(False) == len(evaluated)


def test_with_mini_batches_the_test_loss_belongs_to_the_last_one_of_a_pass(linear):
    net, x, y = linear
    history = quiet(net, nn.MSELoss(), x, y, n_iter=2, batch_size=5, test_data=(x, y))
    assert [math.isnan(v) for v in history.test_loss] == [True, True, False] * 2


# ---------------------------------------------------------------- when it goes wrong


def test_a_diverging_run_stops_and_says_so_in_one_line(linear, capsys):
    net, x, y = linear
    history = quiet(net, nn.MSELoss(), 100 * x, y, n_iter=500, learning_rate=10)
    assert history.diverged
    assert not history.interrupted
    assert len(history) < 100
    assert not math.isfinite(history.train_loss[-1])
    assert all(math.isfinite(value) for value in history.train_loss[:-1])
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "try a smaller learning rate" in printed
    assert f"iteration {len(history)} of 500" in printed
    assert "diverged" in repr(history)


def test_nan_in_the_data_is_not_blamed_on_the_learning_rate(linear, capsys):
    net, x, y = linear
    before = net.weight.clone()
    history = quiet(net, nn.MSELoss(), x * math.nan, y)
    assert history.diverged
    assert len(history) == 1
    assert "look for NaN" in capsys.readouterr().out
    assert torch.equal(net.weight, before)


@pytest.mark.parametrize("batch_size", [None, 5])
def test_an_interrupt_ends_the_run_and_keeps_what_was_learned(linear, capsys, batch_size):
    net, x, y = linear
    before = net.weight.clone()
    calls = 0

    def stop_at_the_fourth(module, args):
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt

    net.register_forward_pre_hook(stop_at_the_fourth)
    history = quiet(net, nn.MSELoss(), x, y, n_iter=50, batch_size=batch_size)
    assert history.interrupted
    assert not history.diverged
    assert len(history.train_loss) == len(history.objective) == len(history.test_loss) == 3
    assert not torch.equal(net.weight, before)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "Interrupted at" in printed


def test_other_errors_are_passed_on(linear):
    net, x, y = linear
    with pytest.raises(ZeroDivisionError):
        quiet(net, lambda output, target: 1 / 0, x, y)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_iter": -1}, "n_iter is -1"),
        ({"n_iter": 2.5}, "n_iter is 2.5"),
        ({"n_iter": True}, "n_iter is True"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"learning_rate": math.nan}, "learning_rate is nan"),
        ({"momentum": 1}, "momentum is 1"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"test_every": 0}, "test_every is 0"),
        ({"warmup": -2}, "warmup is -2"),
        ({"report": -2}, "report is -2"),
        ({"L2_penalty": -1.0}, "L2_penalty is -1.0"),
        ({"L1_penalty": math.inf}, "L1_penalty is inf"),
    ],
)
def test_a_setting_out_of_range_is_answered_in_one_line(linear, settings, message):
    net, x, y = linear
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        quiet(net, nn.MSELoss(), x, y, weights=net.weight, **settings)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "targets",
    [
        torch.zeros(12),
        torch.zeros(1, 12),
        torch.zeros(12, 2),
        torch.zeros(12, 1, 1),
        torch.zeros(12, dtype=torch.int64),
    ],
)
def test_targets_that_would_be_stretched_are_refused(linear, targets):
    net, x, y = linear
    with pytest.raises(ValueError, match=r"\(12, 1\)|as many of one as of the other"):
        quiet(net, nn.MSELoss(), x, targets)
    with pytest.raises(ValueError, match=r"\(12, 1\)|as many of one as of the other"):
        quiet(net, nn.MSELoss(), x, y, test_data=(x, targets))


def test_classes_have_to_be_a_vector():
    net = DeepNetSoftmax(3, 4, 5)
    with pytest.raises(ValueError, match=r"they have to be of shape \(6,\)"):
        quiet(net, nn.NLLLoss(), torch.randn(6, 3), torch.zeros(6, 1, dtype=torch.int64))


@pytest.mark.parametrize(("n_inputs", "n_targets"), [(12, 11), (0, 0)])
def test_rows_have_to_match(linear, n_inputs, n_targets):
    net, x, y = linear
    with pytest.raises(ValueError, match=f"{n_inputs} inputs and {n_targets} targets"):
        quiet(net, nn.MSELoss(), x[:n_inputs], y[:n_targets])
    with pytest.raises(ValueError, match=f"test data have {n_inputs} inputs"):
        quiet(net, nn.MSELoss(), x, y, test_data=(x[:n_inputs], y[:n_targets]))


def test_arrays_are_answered_with_how_to_make_tensors(linear):
    net, x, y = linear
    with pytest.raises(TypeError, match=r"ndarray; give tensors, for instance torch.as_tensor"):
        quiet(net, nn.MSELoss(), x.numpy(), y)


# ---------------------------------------------------------------- what it prints


@pytest.mark.parametrize(
    ("n_iter", "marks"),
    [
        (50, [10, 20, 30, 40, 50]),
        (5, [1, 2, 3, 4, 5]),
        (3, [1, 2, 3]),
        (1, [1]),
        (12, [2, 4, 6, 8, 10, 12]),
    ],
)
def test_report_prints_a_line_at_every_fifth_of_the_run(linear, capsys, n_iter, marks):
    net, x, y = linear
    history = quiet(net, nn.MSELoss(), x, y, n_iter=n_iter, report=5)
    assert capsys.readouterr().out.splitlines() == [
        f"iteration {n}/{n_iter} | train loss: {history.train_loss[n - 1]:.3f}" for n in marks
    ]


def test_without_progress_and_report_nothing_is_printed(linear, capfd):
    net, x, y = linear
    quiet(net, nn.MSELoss(), x, y, test_data=(x, y))
    assert capfd.readouterr() == ("", "")


def test_a_progress_bar_stays_out_of_log_files(linear, capfd):
    net, x, y = linear
    quiet(net, nn.MSELoss(), x, y, progress=True, report=2)
    captured = capfd.readouterr()
    assert captured.err == ""
    assert captured.out.count("\n") == 2


# ---------------------------------------------------------------- the course's calls


def test_train_cnn_prints_epochs_and_a_closing_line(capsys):
    net = CNN(8, 8)
    images, labels = torch.rand(6, 8, 8), torch.tensor([[0.0], [1]] * 3)
    losses = train_cnn(net, images, labels, n_epochs=2, batch_size=4, progress=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(losses) == 4
    assert lines == [
        f"epoch 1/2 | train loss: {losses[1]:.2e}",
        f"epoch 2/2 | train loss: {losses[3]:.2e}",
        "Training is complete.",
    ]


def test_train_classifier_always_returns_a_pair(golden, capsys):
    x, labels = torch.from_numpy(golden["net_x"]), torch.from_numpy(golden["softmax_labels"])
    net = DeepNetSoftmax(50, 4, 20)
    train_loss, test_loss = train_classifier(net, nn.NLLLoss(), x, labels, n_iter=3, progress=False)
    assert len(train_loss) == len(test_loss) == 3
    assert all(math.isnan(value) for value in test_loss)
    assert "test loss" not in capsys.readouterr().out


def test_train_classifier_penalises_the_input_weights(golden):
    x, labels = torch.from_numpy(golden["net_x"]), torch.from_numpy(golden["softmax_labels"])
    sizes = {}
    for L1 in (0, 0.05):
        torch.manual_seed(1)
        net = DeepNetSoftmax(50, 20, 20)
        train_classifier(net, nn.NLLLoss(), x, labels, 40, 0.1, L1_penalty=L1, progress=False)
        sizes[L1] = net.in_layer.weight.abs().sum().item()
    assert sizes[0.05] < 0.5 * sizes[0]


def test_one_of_test_data_and_test_labels_is_not_enough():
    net, x = Encoder(), torch.randn(5, 6)
    with pytest.raises(ValueError, match="test_labels is missing"):
        train_encoder(net, nn.MSELoss(), x, torch.zeros(5, 4), test_data=x)
    with pytest.raises(ValueError, match="test_data is missing"):
        train_classifier(net, nn.MSELoss(), x, torch.zeros(5, 4), test_labels=x)


@pytest.mark.parametrize(
    ("n_iter", "marks"), [(30, [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]), (4, [1, 2, 3, 4])]
)
def test_train_encoder_returns_arrays_with_gaps_and_prints_where_it_tested(capsys, n_iter, marks):
    torch.manual_seed(0)
    net, x = Encoder(), torch.randn(9, 1, 2, 3)
    y = torch.randn(9, 4)
    train_loss, test_loss = train_encoder(
        net,
        regularized_MSE_loss,
        x,
        y,
        x,
        y + 1,
        learning_rate=0.1,
        n_iter=n_iter,
        L2_penalty=0.01,
        progress=False,
    )
    assert isinstance(train_loss, np.ndarray)
    assert train_loss.shape == test_loss.shape == (n_iter,)
    assert (np.flatnonzero(np.isfinite(test_loss)) + 1).tolist() == marks
    assert np.isfinite(train_loss).all()
    assert capsys.readouterr().out.splitlines() == [
        f"iteration {n}/{n_iter} | train loss: {train_loss[n - 1]:.4f} | "
        f"test loss: {test_loss[n - 1]:.4f}"
        for n in marks
    ]


def test_train_encoder_has_momentum_penalties_and_warmup():
    x, y = torch.randn(9, 6), torch.randn(9, 4)
    settings = {"learning_rate": 0.2, "n_iter": 12, "L2_penalty": 0.1, "L1_penalty": 0.05}
    nets = [Encoder(), Encoder()]
    nets[1].load_state_dict(nets[0].state_dict())
    losses, _ = train_encoder(nets[0], nn.MSELoss(), x, y, **settings, warmup=5, progress=False)
    history = quiet(
        nets[1],
        nn.MSELoss(),
        x,
        y,
        **settings,
        momentum=0.9,
        warmup=5,
        weights=nets[1].out_layer.weight,
    )
    assert losses.tolist() == history.train_loss
    assert torch.equal(nets[0].out_layer.weight, nets[1].out_layer.weight)


def test_train_encoder_keeps_its_length_when_it_diverges(capsys):
    net, x, y = Encoder(), 100 * torch.randn(9, 6), torch.randn(9, 4)
    train_loss, test_loss = train_encoder(net, nn.MSELoss(), x, y, n_iter=60, progress=False)
    assert train_loss.shape == test_loss.shape == (60,)
    assert np.isnan(train_loss[-1])
    assert "Training stopped" in capsys.readouterr().out


def orientation_task(n_neurons=40, n_stimuli=72):
    angle = torch.arange(n_stimuli) * (360 / n_stimuli)
    preferred = torch.arange(n_neurons) * (360 / n_neurons)
    tuning = torch.cos(torch.deg2rad(angle[:, None] - preferred))
    return (3 * tuning).exp() / 5, angle[:, None]


def test_decode_orientation_learns_and_prints_the_fraction_it_returns(capsys):
    resp, angle = orientation_task()
    torch.manual_seed(1)
    net = DeepNetSoftmax(40, 20, 4)
    train_loss, test_loss, out = decode_orientation(
        net, 4, nn.NLLLoss(), resp, angle, resp[::2], angle[::2], n_iter=150, progress=False
    )
    assert len(train_loss) == len(test_loss) == 150
    assert train_loss[-1] < 0.5 * train_loss[0]
    assert out.shape == (36,)
    assert out.dtype == torch.int64
    fraction = (out == stimulus_class(angle[::2], 4)).double().mean().item()
    assert fraction > 0.8
    assert capsys.readouterr().out.splitlines()[-1] == f">>> fraction correct = {fraction:.3f}"


def test_decode_orientation_takes_a_loss_function_and_a_single_test_row():
    def loss(output, target, weights, L2_penalty=0, L1_penalty=0):
        return nn.functional.nll_loss(output, target) + L1_penalty * weights.abs().sum()

    resp, angle = orientation_task()
    net = DeepNetSoftmax(40, 5, 4)
    train_loss, _, out = decode_orientation(
        net, 4, loss, resp, angle, resp[:1], angle[:1], 5, L1_penalty=0.1, progress=False
    )
    assert out.shape == (1,)
    assert all(math.isfinite(value) for value in train_loss)


def test_decode_orientation_moves_network_loss_and_data_itself():
    # "meta" computes nothing, but shows where everything was sent.
    resp, angle = orientation_task()
    net, loss = DeepNetSoftmax(40, 5, 4), nn.NLLLoss(weight=torch.ones(4))
    with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
        decode_orientation(net, 4, loss, resp, angle, resp, angle, 2, device="meta", progress=False)
    assert net.in_layer.weight.is_meta
    assert loss.weight.is_meta


@pytest.mark.parametrize(("n", "rate"), [(23589, 1e-4), (2000, 3.43e-4), (500, 6.87e-4)])
def test_the_learning_rate_follows_the_number_of_neurons(n, rate):
    assert learning_rate_for(n) == pytest.approx(rate, rel=2e-3)
    assert learning_rate_for(n, reference=0.1) == pytest.approx(1000 * rate, rel=2e-3)


def test_no_neurons_have_no_learning_rate():
    with pytest.raises(ValueError, match="n_neurons is 0"):
        learning_rate_for(0)


def test_mini_batches_need_no_default_device():
    def losses():
        torch.manual_seed(1)
        data, targets = torch.rand(10, 3, device="cpu"), torch.rand(10, 1, device="cpu")
        net = torch.nn.Linear(3, 1, device="cpu")
        options = {"n_iter": 2, "learning_rate": 0.1, "batch_size": 4, "progress": False}
        return fit(net, torch.nn.MSELoss(), data, targets, **options).train_loss

    usual = losses()
    torch.set_default_device("meta")  # as strict as a graphics card about where tensors are
    try:
        assert losses() == usual
    finally:
        torch.set_default_device(None)
