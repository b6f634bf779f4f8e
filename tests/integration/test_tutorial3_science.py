"""Tutorial 3's answers against other software, and its results against the published ones."""

import numpy as np
import pytest
import torch
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm, compare
from scipy.spatial.distance import pdist, squareform
from scipy.stats import pearsonr, zscore

import nmautils as nma
from tests.support.paths import ROOT

GOLDEN = np.load(ROOT / "tests" / "golden" / "golden.npz")
TUTORIAL = "tutorial3_normative_encoding"


def answer(exercise, name):
    namespace = {"np": np, "zscore": zscore}
    exec((ROOT / "solutions" / TUTORIAL / f"{exercise}.py").read_text(), namespace)
    return namespace[name]


RDM = answer("rdm", "RDM")
correlate_rdms = answer("correlate_rdms", "correlate_rdms")

SIZES = [(3, 2), (5, 40), (30, 7), (61, 61), (181, 288)]


def responses(n_stimuli, n_units, seed=0):
    rng = np.random.default_rng(seed)
    level, scale = rng.normal(0, 3, (n_stimuli, 1)), rng.uniform(0.1, 5, (n_stimuli, 1))
    return level + scale * rng.normal(size=(n_stimuli, n_units))


@pytest.mark.parametrize("size", SIZES)
def test_dissimilarities_are_those_of_scipy_and_rsatoolbox(size):
    resp = responses(*size)
    rdm = RDM(resp)
    np.testing.assert_allclose(rdm, squareform(pdist(resp, "correlation")), atol=1e-9)
    other = calc_rdm(Dataset(resp), method="correlation").get_matrices()[0]
    np.testing.assert_allclose(rdm, other, atol=1e-9)


@pytest.mark.parametrize("size", SIZES)
def test_correlations_of_matrices_are_those_of_scipy_and_rsatoolbox(size):
    one, mixing = responses(*size), np.random.default_rng(1).normal(size=(size[1], 9))
    other = one @ mixing
    found = correlate_rdms(RDM(one), RDM(other))
    pairs = [pdist(resp, "correlation") for resp in (one, other)]
    assert found == pytest.approx(pearsonr(*pairs).statistic, abs=1e-9)
    rdms = [calc_rdm(Dataset(resp), method="correlation") for resp in (one, other)]
    assert found == pytest.approx(compare(*rdms, method="corr").item(), abs=1e-9)


def test_answers_give_the_golden_values():
    rdm_a, rdm_b = RDM(GOLDEN["rdm_in_a"]), RDM(GOLDEN["rdm_in_b"])
    np.testing.assert_allclose(rdm_a, GOLDEN["rdm_a"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(rdm_b, GOLDEN["rdm_b"], rtol=1e-4, atol=1e-6)
    assert correlate_rdms(rdm_a, rdm_b) == pytest.approx(float(GOLDEN["rdm_corr"]), rel=1e-4)


@pytest.fixture(scope="module")
def trained():
    """The network of section 1.2, its losses, and the images it was trained on."""
    nma.set_seed(12)
    net = nma.CNN(48, 64)
    angles = (np.random.rand(1000) - 0.5) * 180
    images, labels = nma.gratings(angles), torch.tensor(angles > 0).float().reshape(-1, 1)
    losses = nma.train_cnn(net, images, labels, progress=False)
    return net, np.array(losses), angles, images, labels


def test_training_with_the_courses_seed_repeats_its_losses(trained):
    net, losses, angles, images, labels = trained
    assert angles[:5] == pytest.approx(GOLDEN["t3_ori_first5"])
    golden = GOLDEN["t3_train_losses"]
    assert losses.shape == golden.shape == (250,)
    np.testing.assert_allclose(losses[:150], golden[:150], rtol=1e-3)
    printed = losses[49::50]
    assert printed[:3] == pytest.approx([4.10e-01, 5.17e-02, 1.32e-02], rel=5e-3)
    # The last two amplify the last digit of everything before them.
    assert printed[3] == pytest.approx(2.27e-03, rel=0.03)
    assert printed[4] == pytest.approx(8.15e-05, rel=0.10)
    with torch.no_grad():
        right = ((net(images) > 0.5).float() == labels).numpy().ravel()
        at_the_ends = net(nma.gratings([-90, 90])).ravel().tolist()
    assert right.mean() == pytest.approx(0.999, abs=0.002)
    assert abs(angles[~right]).min() > 85
    assert at_the_ends == pytest.approx([0.88, 0.88], abs=0.02)


# science.md's ranges over seeds are for the full size; of the small one it gives a single draw.
@pytest.mark.parametrize(
    ("profile", "pool", "fc"),
    [("full", (0.709, 0.720), (0.549, 0.564)), ("small", (0.67, 0.75), (0.50, 0.60))],
)
def test_layers_are_as_close_to_v1_as_they_should_be(trained, profile, pool, fc):
    resp, ori = nma.load_data(tilt=True, source="simulated", profile=profile, verbose=False)
    assert ori.ravel().tolist() == list(range(-90, 91))
    activity = nma.get_hidden_activity(trained[0], nma.gratings(ori), ["pool", "fc"])
    v1, *layers = (RDM(units) for units in (resp.numpy(), activity["pool"], activity["fc"]))
    found = [correlate_rdms(layer, v1) for layer in layers]
    assert pool[0] <= found[0] <= pool[1]
    assert fc[0] <= found[1] <= fc[1]
    between = correlate_rdms(*layers)
    assert between == pytest.approx(float(GOLDEN["t3_pool_fc_corr"]), abs=0.01)
