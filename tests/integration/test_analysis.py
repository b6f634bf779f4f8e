"""Embedding a population in the plane, which needs scikit-learn and its time."""

import warnings

import numpy as np
import pytest
import torch

from nmautils.analysis import embed_lowd


def circle(n_stimuli, n_units):
    angle = np.linspace(0, 2 * np.pi, n_stimuli, endpoint=False)
    mixing = np.random.default_rng(0).standard_normal((2, n_units))
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) @ mixing


def test_embedding_keeps_neighbours_together():
    placed = embed_lowd(circle(60, 30))
    assert placed.shape == (60, 2)
    distance = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    step = (nearest - np.arange(60)) % 60
    assert np.isin(step, [1, 59]).mean() > 0.9


def test_embedding_is_the_same_every_time_and_takes_tensors():
    resp = circle(40, 25)
    assert np.array_equal(embed_lowd(resp), embed_lowd(torch.from_numpy(resp)))


@pytest.mark.parametrize(("n_stimuli", "n_units"), [(3, 5), (10, 50), (31, 2), (12, 1)])
def test_embedding_copes_with_few_stimuli_or_units_without_a_warning(n_stimuli, n_units):
    resp = np.random.default_rng(1).standard_normal((n_stimuli, n_units))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert embed_lowd(resp).shape == (n_stimuli, 2)


@pytest.mark.parametrize(
    ("resp", "message"),
    [
        (np.zeros((2, 5)), "3 stimuli or more"),
        (np.zeros(9), "stimuli x units"),
        (np.zeros((5, 0)), "stimuli x units"),
        (np.full((5, 4), np.nan), "NaN"),
    ],
)
def test_embedding_rejects_what_it_cannot_place(resp, message):
    with pytest.raises(ValueError, match=message):
        embed_lowd(resp)


def test_embedding_rejects_a_senseless_perplexity():
    with pytest.raises(ValueError, match="perplexity is 0"):
        embed_lowd(circle(10, 5), perplexity=0)
