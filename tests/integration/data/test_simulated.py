"""Simulated recordings: reproducible, and close to the real one in what the tutorials find."""

import importlib.util
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from nmautils.data import simulate, simulate_split, simulated
from tests.support.amount import rarely
from tests.support.paths import GOLDEN as GOLDEN_FILE
from tests.support.paths import ROOT

_SCRIPT = ROOT / "benchmarks" / "simulated_recordings.py"
_SPEC = importlib.util.spec_from_file_location("simulated_recordings_benchmark", _SCRIPT)
benchmark = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(benchmark)

GOLDEN = np.load(GOLDEN_FILE)

SMALL_ONE = pytest.param(2000, id="small")
PROFILES = [pytest.param(23589, id="full"), SMALL_ONE]

# Full size: the 5 to 95 % ranges over seeds of the reference implementation, and for the
# untrained output, given there for six runs only, those widened by as much again.
FULL = benchmark.USUAL | {
    "output before training, 200 units": (0.0, 0.4),
    "MSE before training, 20 rows": (42925, 42992),
    "1st percentile": (-0.506, -0.487),
    "99th percentile": (1.86, 1.93),
    "sd of the population mean": (0.062, 0.073),
}

# Small size: the reference gives medians only. GD: 5 to 95 % of the 150 populations of our own
# search (their medians agree with the reference's within 15 %). NLL: a little outside the
# full size's range, as the reference's one small population is. The rest: the full size's range
# widened for the scatter of 2,000 neurons.
SMALL = {
    "GD loss 10": (22234, 33823),
    "GD loss 20": (839, 6015),
    "GD loss 30": (363, 737),
    "GD loss 40": (228, 439),
    "GD loss 50": (151, 321),
    "GD test MSE": (599, 975),
    "NLL test 200": (0.157, 0.26),
    "NLL test 1000": (0.152, 0.264),
    "fraction correct": (0.875, 0.945),
    "output before training, 200 units": (-0.4, 0.4),
    "MSE before training, 20 rows": (42900, 43000),
    "1st percentile": (-0.52, -0.47),
    "99th percentile": (1.75, 2.0),
    "sd of the population mean": (0.058, 0.077),
}

# Both sizes; the reference's single values, with room for another seed.
BOTH = {
    "orientation of the first drawn row": (139, 139),
    "NLL train 1000": (0.0005, 0.004),
    "minimum": (-2.0, -0.8),
    "maximum": (3.4, 15),
    "variance over neurons": (0.18, 0.20),
    "mean square, six-degree train": (0.125, 0.140),
} | {
    f"dissimilarity at {angle}": (value - room, value + room)
    for angle, value, room in [
        # the model was fitted to the real values within 0.005, at 180 degrees within 0.012;
        # 135 and 160 degrees are where the reference itself misses by 0.03
        (3, 0.381, 0.02),
        (5, 0.413, 0.02),
        (10, 0.530, 0.02),
        (15, 0.663, 0.02),
        (20, 0.784, 0.02),
        (30, 0.956, 0.02),
        (45, 1.080, 0.02),
        (60, 1.126, 0.02),
        (90, 1.148, 0.02),
        (135, 1.082, 0.03),
        (160, 0.940, 0.04),
        (180, 0.838, 0.04),
    ]
}

# Full size: the lowest and highest of 8 populations of the reference. Small size: its one
# population, 10 % up and down.
REGULARISED = {
    23589: {
        "regularised train 200": (0.201, 0.211),
        "regularised test 200": (0.372, 0.419),
        "regularised test 1000": (0.258, 0.305),
        "fraction correct, regularised": (0.889, 0.944),
    },
    2000: {
        f"regularised {part} {iteration}": (0.9 * value, 1.1 * value)
        for part, values in {
            "train": (0.310, 0.223, 0.186, 0.164, 0.149),
            "test": (0.529, 0.441, 0.404, 0.381, 0.366),
        }.items()
        for iteration, value in zip(benchmark.NLL_ITERATIONS, values, strict=True)
    }
    | {"fraction correct, regularised": (0.875, 0.945)},
}

# Full size: the lowest and highest of 12 populations of the reference. Small size: the same,
# widened by twice what populations of 2,000 differ by (standard deviations 0.008 and 0.011).
RDM_CORRELATIONS = {
    23589: {"RDM correlation V1 - pool": (0.709, 0.720), "RDM correlation V1 - fc": (0.549, 0.564)},
    2000: {"RDM correlation V1 - pool": (0.693, 0.736), "RDM correlation V1 - fc": (0.527, 0.586)},
}

# Small size: the reference's one population, 10 % up and down. At full size this takes minutes
# (`python benchmarks/simulated_recordings.py --long`).
CONV = {
    f"ConvFC {part} {iteration}": (0.9 * value, 1.1 * value)
    for part, values in {
        "train": (0.446, 0.159, 0.095, 0.068, 0.057, 0.054, 0.052),
        "test": (0.370, 0.196, 0.140, 0.114, 0.104, 0.101, 0.099),
    }.items()
    for iteration, value in zip(benchmark.CONV_ITERATIONS, values, strict=True)
}


def outside(found, ranges):
    return {
        key: (round(found[key], 3), allowed)
        for key, allowed in ranges.items()
        # the published range of a fraction of 144 rows is rounded to three decimals
        if not allowed[0] - 5e-4 * ("fraction" in key) <= found[key] <= allowed[1]
    }


@cache
def outcomes(n_neurons):
    return benchmark.outcomes(n_neurons, simulated.DEFAULT_SEED)


@cache
def recordings(n_neurons):
    return simulate(n_neurons), simulate_split(n_neurons)


@pytest.mark.parametrize("n", PROFILES)
def test_outcomes_lie_in_the_ranges_around_the_real_ones(n):
    assert outside(outcomes(n), BOTH | (FULL if n == 23589 else SMALL)) == {}


# Training with penalties at full size takes half a minute; every run does it at the small one.
@pytest.mark.parametrize("n", [pytest.param(23589, id="full", marks=rarely), SMALL_ONE])
def test_regularised_classifier_lies_in_the_ranges_and_classifies_no_worse(n):
    found = benchmark.regularised_classification(benchmark.split_of(recordings(n)[0]))
    assert outside(found, REGULARISED[n]) == {}
    assert found["fraction correct, regularised"] > outcomes(n)["fraction correct"] - 0.03


# The next two train the network by the benchmark's own loop; by the course's, and at both sizes,
# the same numbers are asked for in `test_tutorial3_science.py`.
@rarely
@pytest.mark.parametrize("n", PROFILES)
def test_recording_agrees_with_the_tilt_network_as_much_as_the_reference_does(n):
    found = benchmark.rdm_correlations(recordings(n)[0]["resp"])
    assert outside(found, RDM_CORRELATIONS[n]) == {}


def test_encoding_losses_follow_those_of_the_reference_at_small_size():
    found = benchmark.encoding(recordings(2000)[1])
    assert outside(found, CONV) == {}


@rarely
def test_layers_of_the_tilt_network_agree_with_each_other_as_in_the_golden_values():
    layers = benchmark.cnn_rdms()
    agreement = benchmark.rdm_correlation(layers["pool"], layers["fc"])
    assert agreement == pytest.approx(GOLDEN["t3_pool_fc_corr"].item(), rel=5e-3)


def test_dissimilarity_and_its_correlation_have_the_golden_values():
    first, second = benchmark.rdm(GOLDEN["rdm_in_a"]), benchmark.rdm(GOLDEN["rdm_in_b"])
    assert first == pytest.approx(GOLDEN["rdm_a"], rel=1e-4, abs=1e-6)
    assert second == pytest.approx(GOLDEN["rdm_b"], rel=1e-4, abs=1e-6)
    corr = benchmark.rdm_correlation(first, second)
    assert corr == pytest.approx(GOLDEN["rdm_corr"].item(), rel=1e-4)


@pytest.mark.parametrize("n", PROFILES)
def test_gradient_descent_learns(n):
    found = outcomes(n)
    losses = [found[f"GD loss {epoch}"] for epoch in benchmark.GD_EPOCHS]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.03 * 360**2 / 12  # a few per cent of what the mean angle would cost


def test_dual_training_of_the_benchmark_is_ordinary_training():
    split = benchmark.split_of(recordings(2000)[0])
    train, labels, test, test_labels = split
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(2000, 10), nn.ReLU(), nn.Linear(10, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=benchmark.learning_rate_for(2000))
    losses = []
    for _ in range(50):
        loss = nn.functional.mse_loss(net(train), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    dual = benchmark.gradient_descent(split)
    assert losses[9::10] == pytest.approx(
        [dual[f"GD loss {e}"] for e in (10, 20, 30, 40, 50)], 1e-2
    )
    with torch.no_grad():
        mse = nn.functional.mse_loss(net(test), test_labels).item()
    assert mse == pytest.approx(dual["GD test MSE"], 1e-2)


@pytest.mark.parametrize("n", PROFILES)
def test_keys_shapes_and_types_are_those_of_the_real_files(n):
    one_degree, halves = recordings(n)
    assert {key: x.shape for key, x in one_degree.items()} == {"resp": (360, n), "stimuli": (360,)}
    assert {key: x.shape for key, x in halves.items()} == {
        "resp_train": (60, n),
        "resp_test": (60, n),
        "stimuli": (60,),
    }
    assert {x.dtype for x in [*one_degree.values(), *halves.values()]} == {np.dtype("float32")}
    assert one_degree["stimuli"].tolist() == list(range(360))
    assert halves["stimuli"].tolist() == list(range(3, 360, 6))
    assert all(np.isfinite(x).all() for x in [*one_degree.values(), *halves.values()])


def test_small_population_is_the_beginning_of_the_full_one():
    for few, many in zip(recordings(2000), recordings(23589), strict=True):
        for key in few:
            assert np.array_equal(few[key], many[key][..., : few[key].shape[-1]])


def test_first_neurons_do_not_depend_on_how_many_there_are():
    more = simulated.BLOCK + 3
    for key, few in simulate(10).items():
        assert np.array_equal(few, simulate(more)[key][..., : few.shape[-1]])


def test_same_seed_gives_the_same_recording_and_another_seed_another():
    first, again, other = (
        simulate(500, 3)["resp"],
        simulate(500, 3)["resp"],
        simulate(500, 4)["resp"],
    )
    assert np.array_equal(first, again)
    assert not np.isclose(first, other).all(axis=0).any()  # no neuron in common


def test_drawing_the_split_changes_neither_the_recording_nor_global_generators():
    np.random.seed(5)
    state = np.random.get_state()[1].copy()
    alone = simulate(500)["resp"]
    simulate_split(500)
    assert np.array_equal(simulate(500)["resp"], alone)
    assert np.array_equal(np.random.get_state()[1], state)


def test_halves_measure_the_same_neurons_with_independent_noise():
    resp, halves = recordings(2000)[0]["resp"], recordings(2000)[1]
    train, test = halves["resp_train"], halves["resp_test"]
    binned = resp.reshape(60, 6, -1).mean(axis=1)
    strongest = np.argsort(binned.std(axis=0))[-200:]
    for other in (train, test):
        agreement = [np.corrcoef(binned[:, i], other[:, i])[0, 1] for i in strongest]
        assert np.median(agreement) > 0.9
    assert not np.isclose(train, test).all(axis=0).any()
    # Weakly tuned neurons show noise alone, and that of the halves must not be shared.
    weakest = np.argsort(binned.std(axis=0))[:500]
    agreement = [np.corrcoef(train[:, i], test[:, i])[0, 1] for i in weakest]
    assert abs(np.median(agreement)) < 0.3


def test_responses_have_mean_near_zero_and_a_floor():
    resp = recordings(2000)[0]["resp"]
    assert abs(resp.mean()) < 0.02
    assert np.median(resp.mean(axis=0)) == pytest.approx(0, abs=0.02)
    assert np.abs(resp.min(axis=0)).max() < resp.max(axis=0).max() / 3


@pytest.mark.parametrize(
    ("n", "seed", "name"),
    [(0, 0, "n_neurons"), (2.5, 0, "n_neurons"), (10, -1, "seed"), (10, "x", "seed")],
)
def test_impossible_sizes_and_seeds_are_refused_in_one_line(n, seed, name):
    for make in (simulate, simulate_split, simulated.parameters):
        with pytest.raises(ValueError, match=f"^{name} is .*: give a whole number of at least"):
            make(n, seed)
