"""Simulated recordings of mouse V1: of the same form as the real ones, from published statistics.

A population of tuned neurons is drawn once; averaged responses are then drawn from it, for the
one-degree recording or for the two halves of the six-degree one. Everything follows from one seed.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nmautils.validate import whole

N_DEGREES = 360
DEGREES_PER_SPLIT_BIN = 6

# Neurons are drawn in blocks, each from streams of its own. That bounds the memory, and makes the
# first n neurons the same however many are asked for.
BLOCK = 2048

# Part of the cache key: to be raised whenever the drawing changes in a way MODEL does not show.
VERSION = 1

# Chosen by `python benchmarks/simulated_recordings.py --search` (docs/recordings.md).
DEFAULT_SEED = 114


@dataclass(frozen=True)
class Model:
    """Constants of the simulated population (responses in units of single-trial z-scores)."""

    tuned_share: float = 0.118  # mean share of a trial's variance that the stimulus explains
    tuned_concentration: float = 4.0
    width: float = 11.1  # median tuning width, degrees
    width_spread: float = 0.41  # sd of its logarithm
    width_anisotropy: float = 0.2
    opposite_bump: float = 0.8  # largest height of the bump at the opposite direction
    opposite_jitter: float = 17.0  # degrees
    mean_response: float = 0.36
    mean_spread: float = 0.4
    mean_floor: float = 0.01
    shared_noise: float = 0.65  # share of the noise that neurons have in common
    n_factors: int = 48
    global_factor: float = 0.38
    trials: int = 12  # per one-degree bin
    trials_train: int = 49  # per six-degree bin
    trials_test: int = 18


MODEL = Model()


@dataclass(frozen=True)
class _Neurons:
    """A block of neurons: tuning curves (360 x B) and what their noise depends on (each B)."""

    tuning: np.ndarray
    mean: np.ndarray
    shared: np.ndarray  # strength of the shared fluctuation of the gain
    private: np.ndarray  # scale of the private noise
    loadings: np.ndarray  # B x n_factors


def simulate(n_neurons: int, seed: int = DEFAULT_SEED) -> dict[str, np.ndarray]:
    """Simulate the one-degree recording.

    Parameters
    ----------
    n_neurons : int
        Number of neurons; the first ones stay the same whatever this number is.
    seed : int
        Seed of the population and of its noise.

    Returns
    -------
    dict of ndarray, float32
        ``resp`` (360 x n_neurons, z-score units) and ``stimuli`` (360, degrees: 0, 1, ..., 359).

    Examples
    --------
    >>> from nmautils.data import simulate
    >>> data = simulate(n_neurons=10)
    >>> data["resp"].shape, data["stimuli"].shape
    ((360, 10), (360,))
    """
    neurons, noise, _, _ = _streams(n_neurons, seed)
    draw = _Draws(noise, N_DEGREES, MODEL.trials)
    resp = np.empty((N_DEGREES, n_neurons), np.float32)
    for block, columns in _blocks(n_neurons):
        population = _draw_neurons(neurons.generator(block))
        resp[:, columns] = draw.responses(block, population, population.tuning)[:, : _len(columns)]
    return {"resp": resp, "stimuli": np.arange(N_DEGREES, dtype=np.float32)}


def simulate_split(n_neurons: int, seed: int = DEFAULT_SEED) -> dict[str, np.ndarray]:
    """Simulate the six-degree recording: two independent averages of the same 60 conditions.

    Parameters
    ----------
    n_neurons, seed : int
        As in `simulate`; the neurons are the same ones.

    Returns
    -------
    dict of ndarray, float32
        ``resp_train``, ``resp_test`` (60 x n_neurons, z-score units) and ``stimuli`` (60,
        degrees: 3, 9, ..., 357).

    Examples
    --------
    >>> from nmautils.data import simulate_split
    >>> data = simulate_split(n_neurons=10)
    >>> data["resp_train"].shape, data["resp_test"].shape
    ((60, 10), (60, 10))
    """
    neurons, _, noise_train, noise_test = _streams(n_neurons, seed)
    n_bins = N_DEGREES // DEGREES_PER_SPLIT_BIN
    draws = {
        "resp_train": _Draws(noise_train, n_bins, MODEL.trials_train),
        "resp_test": _Draws(noise_test, n_bins, MODEL.trials_test),
    }
    data = {name: np.empty((n_bins, n_neurons), np.float32) for name in draws}
    for block, columns in _blocks(n_neurons):
        population = _draw_neurons(neurons.generator(block))
        tuning = population.tuning.reshape(n_bins, DEGREES_PER_SPLIT_BIN, BLOCK).mean(axis=1)
        for name, draw in draws.items():
            data[name][:, columns] = draw.responses(block, population, tuning)[:, : _len(columns)]
    centres = DEGREES_PER_SPLIT_BIN * (np.arange(n_bins) + 0.5)
    return {**data, "stimuli": centres.astype(np.float32)}


def parameters(n_neurons: int, seed: int) -> dict[str, Any]:
    """Return everything that a simulated recording depends on, for the key of its cache file."""
    return {
        "version": VERSION,
        "block": BLOCK,
        "n_neurons": whole("n_neurons", n_neurons, 1),
        "seed": whole("seed", seed, 0),
        "numpy": np.__version__,  # NumPy may change what its generators draw
        **asdict(MODEL),
    }


class _Stream:
    """A source of random numbers with one generator per block, and one for what blocks share."""

    def __init__(self, seed: np.random.SeedSequence, n_blocks: int):
        self._seeds = seed.spawn(1 + n_blocks)

    def shared(self) -> np.random.Generator:
        return np.random.default_rng(self._seeds[0])

    def generator(self, block: int) -> np.random.Generator:
        return np.random.default_rng(self._seeds[1 + block])


def _streams(n_neurons: int, seed: int) -> list[_Stream]:
    """Independent streams for the neurons, the one-degree set, and the two halves of the split."""
    n_blocks = -(-whole("n_neurons", n_neurons, 1) // BLOCK)
    root = np.random.SeedSequence(whole("seed", seed, 0))
    return [_Stream(child, n_blocks) for child in root.spawn(4)]


def _blocks(n_neurons: int) -> Iterator[tuple[int, slice]]:
    for block, start in enumerate(range(0, n_neurons, BLOCK)):
        yield block, slice(start, min(start + BLOCK, n_neurons))


def _len(columns: slice) -> int:
    return int(columns.stop - columns.start)


def _draw_neurons(rng: np.random.Generator) -> _Neurons:
    """Draw one block of neurons."""
    p = MODEL
    tuned = rng.beta(
        p.tuned_share * p.tuned_concentration, (1 - p.tuned_share) * p.tuned_concentration, BLOCK
    )
    preferred = rng.uniform(0, 2 * np.pi, BLOCK)
    width = p.width * np.exp(
        p.width_spread * rng.standard_normal(BLOCK) + p.width_anisotropy * np.cos(2 * preferred)
    )
    opposite_height = rng.uniform(0, p.opposite_bump, BLOCK)
    opposite = preferred + np.pi + np.radians(p.opposite_jitter) * rng.standard_normal(BLOCK)
    target_mean = p.mean_response * np.exp(p.mean_spread * rng.standard_normal(BLOCK))
    loadings = rng.standard_normal((BLOCK, p.n_factors), dtype=np.float32)

    sharpness = (180 / np.pi / width) ** 2
    tuning = _bump(preferred, sharpness)
    second = _bump(opposite, sharpness)
    second *= opposite_height.astype(np.float32)
    tuning += second
    tuning *= (np.sqrt(tuned) / tuning.std(axis=0)).astype(np.float32)
    tuning += np.maximum(target_mean - tuning.mean(axis=0), p.mean_floor).astype(np.float32)

    mean = tuning.mean(axis=0)
    noise = 1 - tuned
    return _Neurons(
        tuning=tuning,
        mean=mean,
        shared=np.sqrt(p.shared_noise * noise / (tuned + mean**2)).astype(np.float32),
        private=((1 - p.shared_noise) * noise / mean).astype(np.float32),
        loadings=loadings,
    )


def _bump(centre: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
    """Von Mises bump of height 1 at every degree: exp(k (cos(theta - centre) - 1)), 360 x B."""
    theta = np.radians(np.arange(N_DEGREES))[:, None]
    # cos(theta - centre) by the addition theorem: 720 + 2 B cosines instead of 360 B
    bump: np.ndarray = np.cos(theta).astype(np.float32) * (sharpness * np.cos(centre)).astype(
        np.float32
    )
    bump += np.sin(theta).astype(np.float32) * (sharpness * np.sin(centre)).astype(np.float32)
    bump -= sharpness.astype(np.float32)
    np.exp(bump, out=bump)
    return bump


class _Draws:
    """One set of responses: averages over a random number of trials in every bin.

    What all neurons share is drawn first: trial counts, the shared factors (whose variances fall
    as 1/k) and the global one.
    """

    def __init__(self, stream: _Stream, n_bins: int, trials: int):
        rng = stream.shared()
        p = MODEL
        self._stream = stream
        self._trials = np.maximum(1, rng.poisson(trials, n_bins)).astype(np.float32)[:, None]
        variances = 1 / np.arange(1, p.n_factors + 1)
        variances /= variances.sum()
        factors = rng.standard_normal((n_bins, p.n_factors)) * np.sqrt(variances)
        self._factors = (np.sqrt(1 - p.global_factor**2) * factors).astype(np.float32)
        self._global = (p.global_factor * rng.standard_normal((n_bins, 1))).astype(np.float32)

    def responses(self, block: int, neurons: _Neurons, tuning: np.ndarray) -> np.ndarray:
        """Draw the responses of one block, bins x B.

        A shared fluctuation multiplies the tuning curve; private noise is gamma distributed, so
        that responses have a floor, a long upper tail, and noise that grows with the response.
        """
        shape = self._factors @ neurons.loadings.T
        shape += self._global
        shape *= neurons.shared
        shape /= np.sqrt(self._trials)
        shape += 1
        np.maximum(shape, 0, out=shape)  # the gain
        shape *= tuning
        shape *= self._trials
        shape /= neurons.private
        responses: np.ndarray = self._stream.generator(block).standard_gamma(
            shape, dtype=np.float32
        )
        responses *= neurons.private
        responses /= self._trials
        responses -= neurons.mean
        return responses
