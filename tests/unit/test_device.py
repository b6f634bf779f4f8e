import random
import re
import sys

import numpy as np
import pytest
import torch

from nmautils.device import in_notebook, seeded, set_device, set_seed
from tests.support.paths import ROOT


@pytest.mark.parametrize(("there", "name"), [(True, "cuda"), (False, "cpu")])
def test_set_device_returns_its_choice_and_says_so_in_one_line(monkeypatch, capsys, there, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert set_device() == name
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert f"({name})" in printed
    assert ("Runtime > Change runtime type" in printed) is not there


def test_set_seed_repeats_the_numbers_of_all_three_generators():
    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()

    set_seed(5)
    first = draw()
    set_seed(6)
    other = draw()
    set_seed(np.int64(5))
    assert draw() == first
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_set_seed_gives_the_state_the_course_prescribes(golden):
    set_seed(4)
    assert torch.randperm(360).tolist() == golden["split_perm"].tolist()
    set_seed(1)
    assert np.random.choice(216, 20).tolist() == golden["get_data_idx20"].tolist()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, None, "3", True])
def test_set_seed_rejects_what_numpy_cannot_take(seed):
    with pytest.raises(ValueError, match="whole number from 0 to 4294967295"):
        set_seed(seed)


def test_a_plain_program_is_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    import IPython

    assert sys.modules["IPython"] is IPython
    assert not in_notebook()


def test_a_kernels_shell_is_a_notebook(monkeypatch):
    import IPython

    shell = type("Shell", (), {"kernel": object()})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    assert in_notebook()


def test_seeded_draws_the_same_and_leaves_the_generator_as_it_was():
    before = torch.get_rng_state()
    with seeded(3):
        first = torch.rand(2)
    with seeded(3):
        assert torch.equal(torch.rand(2), first)
    assert torch.equal(torch.get_rng_state(), before)


def test_seeded_leaves_the_generators_of_cards_as_they_were(monkeypatch):
    states = {card: torch.tensor([card]) for card in range(2)}
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_rng_state", states.__getitem__)
    monkeypatch.setattr(
        torch.cuda, "set_rng_state", lambda state, card: states.update({card: state})
    )
    monkeypatch.setattr(
        torch.cuda, "manual_seed_all", lambda seed: states.update({0: seed, 1: seed})
    )
    monkeypatch.setattr(torch.cuda, "_is_in_bad_fork", lambda: False)
    with seeded(9):
        assert states == {0: 9, 1: 9}
    assert states == {0: torch.tensor([0]), 1: torch.tensor([1])}


@pytest.mark.parametrize("path", sorted((ROOT / "source").glob("*/*.md")), ids=lambda p: p.stem)
def test_no_cell_of_the_course_sets_the_generators_of_a_card(path):
    text = path.read_text(encoding="utf-8")
    forks = re.findall(r"fork_rng\((.*)\):", text)
    assert set(forks) <= {"devices=range(torch.cuda.device_count())"}
