"""Recordings as the tutorials use them."""

import math
import os
from pathlib import Path

import numpy as np
import torch

from nmautils.data import download, registry, simulated
from nmautils.data.cache import cached
from nmautils.data.registry import Recording
from nmautils.profile import n_neurons
from nmautils.validate import positive, whole

SOURCES = ("auto", "real", "simulated")
REAL = "recording of Stringer et al."
SIMULATED = "simulated recording"

_label = "no recording loaded"


def load_data(
    bin_width: float = 1,
    *,
    tilt: bool = False,
    source: str | None = None,
    path: str | Path | None = None,
    profile: str | None = None,
    seed: int | None = None,
    verbose: bool = True,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Load responses to gratings, averaged in bins of orientation.

    Parameters
    ----------
    bin_width : float
        Width of the bins in degrees. The recording itself has bins of one degree; wider ones
        take the mean of the responses, and of the angles, of their members.
    tilt : bool
        The form of tutorial 3: only angles up to 180 degrees, less 90, so that 0 is vertical,
        and negative angles lean left.
    source : {"auto", "real", "simulated"}, optional
        ``"real"`` is the recording of Stringer et al., downloaded once; ``"auto"`` takes it
        if it can be downloaded, and a simulated one otherwise. By default the environment variable
        ``NMAUTILS_DATA``, or else ``"auto"``.
    path : path, optional
        A file of your own with the arrays ``resp`` (stimuli x neurons) and ``stimuli``.
    profile : {"full", "small"}, optional
        23,589 or 2,000 neurons (of the real recording: its first 2,000). By default the
        environment variable ``NMAUTILS_PROFILE``, or else ``"full"``. A file of your own is
        taken whole.
    seed : int, optional
        Seed of a simulated recording.
    verbose : bool
        Print one line that says which recording this is.

    Returns
    -------
    resp : tensor, float32, n_stimuli x n_neurons
        Responses in z-score units.
    stimuli : tensor, float32, n_stimuli x 1
        Orientations in degrees.

    Raises
    ------
    ValueError
        If an argument is not one of those above, or a file does not hold what it should.
    FileNotFoundError
        If there is no file at `path`.
    nmautils.data.DownloadError
        If ``source="real"`` and the download fails; the message says what to do.

    Notes
    -----
    Real responses were scaled by spontaneous activity, z-scored over single trials and then
    averaged in bins, so that a neuron's variance is below 1: Stringer et al. 2021, Cell, DOI
    10.1016/j.cell.2021.03.042.

    Examples
    --------
    >>> resp, stimuli = nma.load_data(bin_width=6, source="simulated", profile="small")
    Data: simulated recording, 2,000 neurons.
    >>> resp.shape, stimuli.shape
    (torch.Size([60, 2000]), torch.Size([60, 1]))
    """
    bin_width = positive("bin_width", bin_width, "degrees")
    data = _obtain("one_degree", source, path, profile, seed, verbose)
    resp, stimuli = data["resp"], data["stimuli"]
    if bin_width > 1:
        resp, stimuli = _bin(resp, stimuli, bin_width)
    if tilt:
        kept = stimuli <= 180
        resp, stimuli = resp[kept], stimuli[kept] - 90
    return torch.from_numpy(resp), torch.from_numpy(stimuli)[:, None]


def load_data_split(
    *,
    source: str | None = None,
    path: str | Path | None = None,
    profile: str | None = None,
    seed: int | None = None,
    verbose: bool = True,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Load two independent measurements of the responses, in bins of six degrees.

    Parameters
    ----------
    source, path, profile, seed, verbose
        As in `load_data`; a file of your own holds ``resp_train``, ``resp_test``, ``stimuli``.

    Returns
    -------
    resp_train, resp_test : tensor, float32, 60 x n_neurons
        Averages over different trials of the same stimuli, in z-score units.
    stimuli : tensor, float32, 60
        Orientations in degrees (a vector, not a column).

    Raises
    ------
    ValueError, FileNotFoundError, nmautils.data.DownloadError
        As in `load_data`.

    Examples
    --------
    >>> train, test, stimuli = nma.load_data_split(source="simulated", profile="small")
    Data: simulated recording, 2,000 neurons.
    >>> train.shape, test.shape, stimuli.shape
    (torch.Size([60, 2000]), torch.Size([60, 2000]), torch.Size([60]))
    """
    data = _obtain("six_degree", source, path, profile, seed, verbose)
    resp_train, resp_test = (torch.from_numpy(data[key]) for key in ("resp_train", "resp_test"))
    return resp_train, resp_test, torch.from_numpy(data["stimuli"])


def recording_label() -> str:
    """Name the recording that was loaded last, for the titles of figures.

    Examples
    --------
    >>> resp, stimuli = nma.load_data(source="simulated", profile="small", verbose=False)
    >>> nma.recording_label()
    'simulated recording, 2,000 neurons'
    """
    return _label


def split_train_test(
    resp: torch.Tensor,
    stimuli: torch.Tensor,
    train_fraction: float = 0.6,
    seed: int = 4,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Split the rows at random into a training and a test set.

    Parameters
    ----------
    resp : tensor, n_stimuli x n_neurons
        Responses.
    stimuli : tensor, n_stimuli x 1
        Their labels.
    train_fraction : float
        Share of the rows for training, rounded down.
    seed : int
        Seed of the permutation. Global random generators are left as they are.

    Returns
    -------
    resp_train, stimuli_train, resp_test, stimuli_test : tensor

    Raises
    ------
    ValueError
        If the numbers of rows differ, or a set would be empty.

    Examples
    --------
    >>> resp, stimuli = torch.rand(360, 50), torch.arange(360.0)[:, None]
    >>> resp_train, stimuli_train, resp_test, stimuli_test = nma.split_train_test(resp, stimuli)
    >>> resp_train.shape, resp_test.shape
    (torch.Size([216, 50]), torch.Size([144, 50]))
    """
    resp, stimuli = torch.as_tensor(resp), torch.as_tensor(stimuli)
    n = len(resp)
    if len(stimuli) != n:
        raise ValueError(f"resp has {n} rows, stimuli {len(stimuli)}: give as many of both")
    n_train = int(train_fraction * n) if 0 < train_fraction < 1 else 0
    if n_train == 0:
        raise ValueError(
            f"train_fraction is {train_fraction} of {n} rows: give a share between 0 and 1 "
            "that leaves rows in both sets"
        )
    order = torch.randperm(n, generator=torch.Generator("cpu").manual_seed(seed), device="cpu")
    train, test = order[:n_train], order[n_train:]
    return resp[train], stimuli[train], resp[test], stimuli[test]


def get_data(
    n_stim: int, train_data: torch.Tensor, train_labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw rows at random, with replacement, from NumPy's global generator.

    Parameters
    ----------
    n_stim : int
        How many.
    train_data : tensor, n x n_neurons
        Responses.
    train_labels : tensor, n x 1
        Orientations in degrees.

    Returns
    -------
    r : tensor, n_stim x n_neurons
    ori : tensor, n_stim x 1

    Raises
    ------
    ValueError
        If ``n_stim`` is below 1 or the numbers of rows differ.

    Examples
    --------
    >>> resp, stimuli = torch.rand(360, 50), torch.arange(360.0)[:, None]
    >>> r, ori = nma.get_data(10, resp, stimuli)
    >>> r.shape, ori.shape
    (torch.Size([10, 50]), torch.Size([10, 1]))
    """
    n_stim = whole("n_stim", n_stim, 1)
    n = len(train_data)
    if len(train_labels) != n:
        raise ValueError(f"{n} rows of data but {len(train_labels)} labels: give as many of both")
    rows = np.random.choice(n, n_stim)
    return train_data[rows], train_labels[rows]


def _bin(resp: np.ndarray, stimuli: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Average responses and angles in bins of this width; empty bins are left out."""
    edges = width * np.arange(math.ceil(360 / width) + 1)
    bins = np.digitize(stimuli, edges)
    members = [bins == k for k in np.unique(bins)]
    means = [[x[rows].mean(axis=0) for rows in members] for x in (resp, stimuli)]
    return np.stack(means[0]), np.array(means[1], dtype=np.float32)


def _obtain(
    kind: str,
    source: str | None,
    path: str | Path | None,
    profile: str | None,
    seed: int | None,
    verbose: bool,
) -> dict[str, np.ndarray]:
    """Return the arrays of a recording, float32, and remember its name."""
    global _label
    recording, n, note = registry.RECORDINGS[kind], n_neurons(profile), ""
    if path is not None:
        if source == "simulated":
            raise ValueError("path was given and source='simulated': leave one of them out")
        path = Path(path).expanduser()
        data = _read(path, recording)
        label = REAL if download.is_intact(path, recording) else f"recording in {path.name}"
    else:
        data, label, note = _from_source(recording, kind, _check_source(source), n, seed)
    neurons = data[recording.responses[0]].shape[1]
    _label = f"{label}, {neurons:,} neurons"
    if verbose:
        print(f"Data: {_label}{note}.")
    return data


def _check_source(source: str | None) -> str:
    """Return the source: the argument, or else the environment variable."""
    name = "source" if source is not None else "NMAUTILS_DATA"
    if source is None:
        source = os.environ.get("NMAUTILS_DATA", "").strip() or "auto"
    if source not in SOURCES:
        raise ValueError(f"{name} is {source!r}: give 'auto', 'real' or 'simulated'")
    return source


def _from_source(
    recording: Recording, kind: str, source: str, n: int, seed: int | None
) -> tuple[dict[str, np.ndarray], str, str]:
    """Return arrays, the kind of recording, and, if it should be the real one, why it is not."""
    note = ""
    if source != "simulated":
        try:
            limits = download.PATIENT if source == "real" else download.QUICK
            data = _read(download.fetch(recording, limits), recording)
            for key in recording.responses:
                data[key] = np.ascontiguousarray(data[key][:, :n])
            return data, REAL, note
        except download.DownloadError as error:
            if source == "real":
                raise
            note = f", in place of the {REAL} ({error.reason})"
    seed = simulated.DEFAULT_SEED if seed is None else seed
    make = {"one_degree": simulated.simulate, "six_degree": simulated.simulate_split}[kind]
    data = cached(
        f"simulated-{kind}-{n}-{seed}", simulated.parameters(n, seed), lambda: make(n, seed)
    )
    return data, SIMULATED, note


def _read(path: Path, recording: Recording) -> dict[str, np.ndarray]:
    """Read the arrays of a recording from a file, float32, and check that they fit together."""
    keys = (*recording.responses, "stimuli")
    wanted = f"give an .npz file with {', '.join(keys)}"
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}: {wanted}")
    try:
        # Opened here: NumPy leaves a damaged file open.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            missing = [key for key in keys if key not in file.files]
            data = {key: file[key].astype(np.float32) for key in keys if key not in missing}
    except Exception as error:  # NumPy and zipfile have many ways to say so
        raise ValueError(f"{path} cannot be read as arrays of numbers: {wanted}") from error
    if missing:
        raise ValueError(f"{path} has no {' and no '.join(missing)}: {wanted}")
    stimuli = data["stimuli"] = data["stimuli"].reshape(-1)
    for key in recording.responses:
        shape, expected = data[key].shape, data[recording.responses[0]].shape
        if len(shape) != 2 or 0 in shape or shape[0] != len(stimuli) or shape != expected:
            raise ValueError(
                f"{path} has {key} of shape {shape} and {len(stimuli)} stimuli: "
                "give stimuli x neurons, with as many rows as stimuli"
            )
    if not all(np.isfinite(x).all() for x in data.values()):
        raise ValueError(f"{path} holds values that are not finite numbers: remove them")
    return data
