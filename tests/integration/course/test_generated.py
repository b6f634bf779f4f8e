"""The course of this repository: committed files in step, style clean, both versions proved."""

import pytest

from nmautils.course.lint import lint
from nmautils.course.settings import read_settings
from nmautils.course.verify import verify
from tests.support.amount import EVERYTHING
from tests.support.paths import ROOT

TUTORIALS = read_settings(ROOT).written()


def test_there_is_a_tutorial_to_prove():
    assert "tutorial1_decoding" in TUTORIALS


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_code_and_text_are_in_style(tutorial):
    assert [str(problem) for problem in lint(ROOT, [tutorial])] == []


# The full profile of tutorial 1 is in `test_standalone.py`. Tutorials 3 and 4 train long there:
# `nmautils verify --profile full` proves them.
PROFILES = [(t, "small") for t in TUTORIALS]
if EVERYTHING:
    PROFILES += [(t, "full") for t in TUTORIALS[:2]]

# Run by each kernel before the notebook, and leaves no name in it.
SHORTER = """
def shorter():
    import functools
    from nmautils import training

    def limit(function, name, most):
        @functools.wraps(function)
        def limited(*arguments, **options):
            return function(*arguments, **{**options, name: most})

        setattr(training, function.__name__, limited)

    limit(training.train_cnn, "n_epochs", 3)
    limit(training.train_encoder, "n_iter", 20)
    limit(training.decode_orientation, "n_iter", 20)


shorter()
del shorter
"""


@pytest.fixture
def _shorter_training(tmp_path, monkeypatch):
    """Cut the training that demonstrations of tutorials 3 and 4 leave to the library.

    It takes a third of the time, and no cell needs more than a network that was trained. What
    these loops learn is proved by `test_training.py`, `test_training_steps.py`,
    `test_tutorial3_science.py` and `test_simulated.py`.
    """
    if not EVERYTHING:
        startup = tmp_path / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "shorter.py").write_text(SHORTER)
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_shorter_training")
@pytest.mark.parametrize(("tutorial", "profile"), PROFILES)
def test_committed_notebooks_are_what_the_source_gives_and_keep_their_promises(tutorial, profile):
    assert [str(problem) for problem in verify(ROOT, [tutorial], profiles=[profile])] == []
