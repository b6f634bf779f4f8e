"""load_data and its company: conventions of the course, labels, caches, and wrong input."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
import torch

from nmautils import profile
from nmautils.data import (
    cache,
    data_dir,
    get_data,
    load_data,
    load_data_split,
    loading,
    recording_label,
    simulate,
    simulate_split,
    simulated,
    split_train_test,
)
from tests.support.paths import GOLDEN as GOLDEN_FILE

GOLDEN = np.load(GOLDEN_FILE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder."""
    folder = tmp_path / "data"
    monkeypatch.setenv("NMAUTILS_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def own_file(tmp_path):
    """Write a file of arrays and return its path."""

    def write(**arrays):
        path = tmp_path / "mine.npz"
        np.savez(path, **arrays)
        return path

    return write


def tiny(n_stimuli=360, n_neurons=7):
    rng = np.random.default_rng(1)
    return {
        "resp": rng.standard_normal((n_stimuli, n_neurons)),
        "stimuli": np.arange(n_stimuli) * (360 / n_stimuli),
    }


# --- what load_data returns ------------------------------------------------------------------


def test_load_data_gives_the_simulated_recording_in_the_course_form():
    resp, stimuli = load_data()
    assert resp.dtype == stimuli.dtype == torch.float32
    assert stimuli.shape == (360, 1)
    assert np.array_equal(resp, simulate(2000)["resp"])
    assert stimuli[:, 0].tolist() == list(range(360))


def test_load_data_split_gives_two_matrices_and_a_vector():
    resp_train, resp_test, stimuli = load_data_split()
    expected = simulate_split(2000)
    assert np.array_equal(resp_train, expected["resp_train"])
    assert np.array_equal(resp_test, expected["resp_test"])
    assert stimuli.tolist() == list(range(3, 360, 6))
    assert {x.dtype for x in (resp_train, resp_test, stimuli)} == {torch.float32}


def test_seed_and_profile_choose_the_simulated_recording():
    resp, _ = load_data(seed=5, verbose=False)
    assert np.array_equal(resp, simulate(2000, 5)["resp"])
    assert load_data_split(profile="full", verbose=False)[0].shape == (60, 23589)


@pytest.mark.parametrize("width", [1.5, 2, 6, 7, 50.5, 180, 360, 1000])
def test_wider_bins_hold_mean_responses_and_mean_angles(own_file, width):
    data = tiny()
    resp, stimuli = load_data(width, path=own_file(**data))
    bins = np.floor(np.arange(360) / width).astype(int)
    expected = [data["resp"][bins == k].mean(axis=0) for k in range(bins.max() + 1)]
    np.testing.assert_allclose(resp, expected, atol=1e-6)
    angles = [np.arange(360)[bins == k].mean() for k in range(bins.max() + 1)]
    assert stimuli[:, 0].tolist() == pytest.approx(angles)
    assert resp.dtype == stimuli.dtype == torch.float32


def test_bins_without_stimuli_are_left_out(own_file):
    path = own_file(resp=np.eye(4), stimuli=np.array([0.0, 10.0, 200.0, 359.0]))
    resp, stimuli = load_data(100, path=path)
    assert stimuli[:, 0].tolist() == [5, 200, 359]
    assert resp[0].tolist() == [0.5, 0.5, 0, 0]


@pytest.mark.parametrize("width", [0.1, 0.5, 1, 1.0, np.float32(1), np.int64(1)])
def test_bins_up_to_a_degree_leave_the_recording_as_it_is(width):
    assert torch.equal(load_data(width)[0], load_data()[0])


@pytest.mark.parametrize("width", [0, -1, float("nan"), float("inf"), "6", None, True])
def test_an_impossible_bin_width_is_refused_in_one_line(width):
    with pytest.raises(ValueError, match=r"^bin_width is .*: give a number of degrees above 0$"):
        load_data(width)


def test_tilt_keeps_half_the_circle_with_vertical_at_zero():
    resp, stimuli = load_data(tilt=True)
    assert stimuli[:, 0].tolist() == list(range(-90, 91))
    assert torch.equal(resp, load_data()[0][:181])


def test_tilt_works_after_binning():
    _, stimuli = load_data(6, tilt=True)
    assert stimuli[:, 0].tolist() == [2.5 + 6 * k - 90 for k in range(30)]


def test_changing_what_was_loaded_does_not_change_the_next():
    load_data(tilt=True)[0].zero_()
    load_data()[1].zero_()
    resp, stimuli = load_data()
    assert resp[:181].abs().sum() > 0
    assert stimuli.sum() == 360 * 359 / 2


# --- what it says ----------------------------------------------------------------------------


def test_one_line_says_which_recording_it_is(capsys):
    load_data(profile="small")
    load_data_split(profile="full")
    assert capsys.readouterr().out.splitlines() == [
        "Data: simulated recording, 2,000 neurons.",
        "Data: simulated recording, 23,589 neurons.",
    ]
    load_data(verbose=False)
    assert capsys.readouterr().out == ""


def test_the_label_is_that_of_the_last_recording(own_file, monkeypatch):
    monkeypatch.setattr(loading, "_label", "no recording loaded")
    assert recording_label() == "no recording loaded"
    load_data()
    assert recording_label() == "simulated recording, 2,000 neurons"
    load_data(path=own_file(**tiny()))
    assert recording_label() == "recording in mine.npz, 7 neurons"


# --- where it comes from ---------------------------------------------------------------------


@pytest.mark.parametrize("source", ["", "fake", "Real", 3])
def test_an_unknown_source_is_refused_in_one_line(source, monkeypatch):
    message = r"is .*: give 'auto', 'real' or 'simulated'$"
    with pytest.raises(ValueError, match="^source " + message):
        load_data(source=source)
    with pytest.raises(ValueError, match="^source " + message):
        load_data_split(source=source)
    monkeypatch.setenv("NMAUTILS_DATA", str(source) or "fake")
    with pytest.raises(ValueError, match="^NMAUTILS_DATA " + message):
        load_data()


@pytest.mark.parametrize("seed", [-1, 0.5, "one"])
def test_an_impossible_seed_is_refused_in_one_line(seed):
    with pytest.raises(ValueError, match=r"^seed is .*: give a whole number of at least 0$"):
        load_data(seed=seed)


def test_a_file_of_your_own_is_read_whatever_the_source_is(own_file):
    data = tiny()
    resp, stimuli = load_data(path=own_file(**data))  # NMAUTILS_DATA says simulated
    assert np.array_equal(resp, data["resp"].astype(np.float32))
    assert stimuli.shape == (360, 1)
    assert torch.equal(load_data(path=str(own_file(**data)))[0], resp)


def test_a_split_file_of_your_own_is_read(own_file):
    arrays = {"resp_train": np.ones((4, 3)), "resp_test": np.zeros((4, 3))}
    path = own_file(**arrays, stimuli=np.arange(4)[:, None])
    resp_train, resp_test, stimuli = load_data_split(path=path)
    assert (resp_train == 1).all()
    assert (resp_test == 0).all()
    assert stimuli.shape == (4,)


def test_a_path_and_simulated_contradict_each_other(own_file):
    with pytest.raises(ValueError, match="leave one of them out"):
        load_data(path=own_file(**tiny()), source="simulated")


def test_a_missing_file_is_named_in_one_line(tmp_path):
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(FileNotFoundError, match=r"give an \.npz file with resp, stimuli") as e:
            load_data(path=path)
        assert str(path) in str(e.value)
        assert "\n" not in str(e.value)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 half", "cut", "flip"])
def test_a_corrupt_file_is_refused_in_one_line(own_file, content):
    path = own_file(**tiny())
    whole = path.read_bytes()
    if content == "cut":
        content = whole[: len(whole) // 2]
    elif content == "flip":
        content = whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read as arrays of numbers") as caught:
        load_data(path=path)
    assert "\n" not in str(caught.value)


def test_a_file_with_pickled_objects_is_refused(own_file):
    path = own_file(resp=np.array([[{}]], dtype=object), stimuli=np.zeros(1))
    with pytest.raises(ValueError, match="cannot be read as arrays of numbers"):
        load_data(path=path)


def test_a_single_array_is_refused(tmp_path):
    np.save(tmp_path / "one.npy", np.zeros((3, 3)))
    with pytest.raises(ValueError, match="cannot be read as arrays of numbers"):
        load_data(path=tmp_path / "one.npy")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resp": None}, "has no resp: give"),
        ({"stimuli": None}, "has no stimuli: give"),
        ({"stimuli": np.arange(5)}, r"resp of shape \(360, 7\) and 5 stimuli"),
        ({"resp": np.zeros(360)}, r"resp of shape \(360,\)"),
        ({"resp": np.zeros((360, 0))}, r"resp of shape \(360, 0\)"),
        ({"resp": np.zeros((360, 2, 2))}, r"resp of shape \(360, 2, 2\)"),
        ({"resp": np.full((360, 2), np.nan)}, "not finite"),
        ({"resp": np.full((360, 2), "a")}, "cannot be read as arrays of numbers"),
    ],
)
def test_wrong_arrays_are_refused_in_one_line(own_file, changes, message):
    arrays = {key: x for key, x in (tiny() | changes).items() if x is not None}
    with pytest.raises(ValueError, match=message) as caught:
        load_data(path=own_file(**arrays))
    assert "\n" not in str(caught.value)


def test_halves_of_different_sizes_are_refused(own_file):
    path = own_file(resp_train=np.ones((4, 3)), resp_test=np.ones((4, 2)), stimuli=np.arange(4))
    with pytest.raises(ValueError, match=r"resp_test of shape \(4, 2\)"):
        load_data_split(path=path)


# --- cache -----------------------------------------------------------------------------------


def counting(monkeypatch):
    """Count how often the one-degree recording is generated."""
    calls, make = [], simulated.simulate
    monkeypatch.setattr(simulated, "simulate", lambda *a: calls.append(a) or make(*a))
    return calls


def test_a_simulated_recording_is_generated_once_and_then_read(folder, monkeypatch):
    calls = counting(monkeypatch)
    first, again = load_data()[0], load_data()[0]
    assert len(calls) == 1
    assert torch.equal(first, again)
    assert len(os.listdir(folder)) == 1


def test_every_parameter_and_the_version_have_a_cache_file_of_their_own(folder, monkeypatch):
    calls = counting(monkeypatch)
    load_data()
    load_data(seed=1)
    load_data_split()
    monkeypatch.setattr("nmautils.profile.N_NEURONS", {"full": 30, "small": 20})
    load_data()
    load_data(profile="full")
    monkeypatch.setattr(simulated, "VERSION", -1)
    load_data()
    monkeypatch.setattr(simulated, "MODEL", simulated.Model(trials=13))
    load_data()
    assert len(calls) == 6
    assert len(os.listdir(folder)) == 7


@pytest.mark.parametrize("damage", ["empty", "cut", "flip", "text", "header"])
def test_a_damaged_cache_file_is_replaced(folder, damage):
    expected = load_data()[0]
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "cut": whole[:-1000],
            "flip": whole[:100_000] + bytes([whole[100_000] ^ 1]) + whole[100_001:],
            "text": b"nothing of the sort",
            "header": b"\0" * 300 + whole[300:],
        }[damage]
    )
    assert torch.equal(load_data()[0], expected)
    assert path.read_bytes() == whole


def test_where_nothing_can_be_written_recordings_come_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        monkeypatch.setenv("NMAUTILS_DATA_DIR", str(place))
        assert load_data()[0].shape == (360, 2000)


def test_a_full_disk_leaves_nothing_half_written(folder, monkeypatch):
    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np, "savez", full)
    assert load_data()[0].shape == (360, 2000)
    assert os.listdir(folder) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_cached_files_can_be_read_by_others(folder):
    load_data()
    (path,) = folder.iterdir()
    assert path.stat().st_mode & stat.S_IROTH


def test_the_data_folder_is_that_of_the_environment_or_the_users(monkeypatch):
    monkeypatch.setenv("NMAUTILS_DATA_DIR", "~/recordings")
    assert data_dir() == Path.home() / "recordings"
    monkeypatch.delenv("NMAUTILS_DATA_DIR")
    assert data_dir().is_absolute()
    assert "nmautils" in data_dir().parts


# --- split and random draws ------------------------------------------------------------------


def test_the_split_is_the_golden_permutation_and_leaves_global_generators_alone():
    rows = torch.arange(360.0)[:, None]
    torch.manual_seed(9)
    np.random.seed(9)
    states = torch.get_rng_state(), np.random.get_state()[1].copy()
    resp_train, stimuli_train, resp_test, stimuli_test = split_train_test(rows, rows + 1000)
    assert resp_train[:, 0].tolist() == GOLDEN["split_perm"][:216].tolist()
    assert resp_test[:, 0].tolist() == GOLDEN["split_perm"][216:].tolist()
    assert torch.equal(stimuli_train, resp_train + 1000)
    assert torch.equal(stimuli_test, resp_test + 1000)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])


def test_the_fraction_and_the_seed_of_the_split_are_used():
    rows = torch.arange(10.0)[:, None]
    sizes = [len(x) for x in split_train_test(rows, rows, train_fraction=0.25)]
    assert sizes == [2, 2, 8, 8]
    assert not torch.equal(split_train_test(rows, rows, seed=5)[0], split_train_test(rows, rows)[0])


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 1.5, 0.01, float("nan")])
def test_a_split_with_an_empty_side_is_refused(fraction):
    rows = torch.zeros(10, 1)
    with pytest.raises(ValueError, match=r"train_fraction is .* rows in both sets"):
        split_train_test(rows, rows, train_fraction=fraction)


def test_rows_without_labels_are_refused():
    with pytest.raises(ValueError, match="resp has 10 rows, stimuli 9"):
        split_train_test(torch.zeros(10, 1), torch.zeros(9, 1))
    with pytest.raises(ValueError, match="10 rows of data but 9 labels"):
        get_data(1, torch.zeros(10, 1), torch.zeros(9, 1))


@pytest.mark.parametrize(("n", "name"), [(1, "get_data_idx1"), (20, "get_data_idx20")])
def test_drawn_rows_are_the_golden_ones(n, name):
    rows = torch.arange(216.0)[:, None]
    np.random.seed(1)
    r, ori = get_data(n, rows, rows + 1000)
    assert r[:, 0].tolist() == GOLDEN[name].tolist()
    assert torch.equal(ori, r + 1000)
    assert r.shape == (n, 1)


def test_the_first_row_drawn_from_a_recording_is_139_degrees():
    resp_train, stimuli_train, _, _ = split_train_test(*load_data())
    np.random.seed(1)
    assert get_data(1, resp_train, stimuli_train)[1].item() == 139


@pytest.mark.parametrize("n", [0, -2, 1.5, None])
def test_drawing_fewer_than_one_row_is_refused(n):
    with pytest.raises(ValueError, match=r"n_stim is .*: give a whole number of at least 1"):
        get_data(n, torch.zeros(10, 1), torch.zeros(10, 1))


# --- profile and import ----------------------------------------------------------------------


def test_the_profile_is_that_of_the_environment_and_full_without_one(monkeypatch):
    assert profile.profile() == "small"
    assert profile.n_neurons() == 2000
    monkeypatch.delenv("NMAUTILS_PROFILE")
    assert profile.profile() == "full"
    assert profile.n_neurons() == 23589
    assert profile.n_neurons("small") == 2000


def test_an_unknown_profile_is_refused_in_one_line(monkeypatch):
    with pytest.raises(ValueError, match=r"^profile is 'tiny': it can be 'full' or 'small'$"):
        load_data(profile="tiny")
    monkeypatch.setenv("NMAUTILS_PROFILE", "big")
    for ask in (profile.profile, profile.n_neurons, load_data):
        with pytest.raises(ValueError, match=r"^NMAUTILS_PROFILE is 'big': it can be"):
            ask()


def test_data_can_be_split_whatever_the_default_device():
    resp, stimuli = torch.rand(20, 3), torch.arange(20.0)[:, None]
    usual = split_train_test(resp, stimuli)
    torch.set_default_device("meta")  # as strict as a graphics card about where tensors are
    try:
        elsewhere = split_train_test(resp, stimuli)
    finally:
        torch.set_default_device(None)
    assert [part.shape for part in elsewhere] == [part.shape for part in usual]
