"""Every test runs small, offline, on one thread, and away from the user's own files."""

import functools
import os
import shutil
import sys
import tempfile

import pytest

import nmautils._fast_start  # noqa: F401
from nmautils.grading.run.torch_start import put_off_the_compiler
from tests.support.amount import EVERYTHING
from tests.support.paths import GOLDEN as GOLDEN_FILE
from tests.support.paths import TESTS

_SCRATCH = "NMAUTILS_TEST_SCRATCH"

# The files that take longest, the longest first. A worker gets a whole file, so that what a file
# shares is made once; begun last, one of these would keep one worker busy when all others are done.
# Those that grade follow one another and share a warm grader, which `test_pool.py` ends.
LONGEST = (
    "integration/grading/test_hostile.py",
    "integration/course/test_generated.py",
    "integration/test_answers.py",
    "integration/grading/test_answers_graded.py",
    "browser/test_formgrader.py",
    "integration/grading/record/test_gradebook.py",
    "integration/grading/test_nbgrader.py",
    "integration/grading/run/test_pool.py",
    "integration/grading/run/test_cluster.py",
    "integration/test_types.py",
    "integration/test_docs.py",
    "browser/test_notebooks.py",
    "integration/course/test_build.py",
    "integration/test_standalone.py",
    "integration/test_visible_checks.py",
    "integration/test_answer_mutants.py",
    "integration/commands/test_check.py",
    "browser/test_before_handing_in.py",
)

for _name in (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ[_name] = "1"

os.environ.update(
    MPLBACKEND="Agg",
    NMAUTILS_DATA="simulated",
    NMAUTILS_OFFLINE="1",
    NMAUTILS_PROFILE="small",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    runs_tests = hasattr(config, "workerinput") or not config.getoption("numprocesses", None)
    if runs_tests:
        _settle_hypothesis(config.getoption("--hypothesis-profile"))
    # The workers of xdist inherit the controller's folder, so all of them share one cache.
    if hasattr(config, "workerinput"):
        return
    # Short, since the names of sockets that kernels open below it are limited to 107 bytes.
    scratch = tempfile.mkdtemp(prefix="nma-")
    os.environ[_SCRATCH] = scratch
    os.environ.update(
        NMAUTILS_DATA_DIR=os.path.join(scratch, "data"),
        IPYTHONDIR=os.path.join(scratch, "ipython"),
        JUPYTER_CONFIG_DIR=os.path.join(scratch, "jupyter", "config"),
        JUPYTER_DATA_DIR=os.path.join(scratch, "jupyter", "data"),
        JUPYTER_RUNTIME_DIR=os.path.join(scratch, "jupyter", "runtime"),
    )


def _settle_hypothesis(profile: str | None) -> None:
    """Try the same examples in every run, with no limit of time for one.

    Imported here: it takes a second, which the controller of xdist need not spend. To look for
    new examples: ``pytest --hypothesis-profile=search``.
    """
    import hypothesis

    hypothesis.settings.register_profile(
        "suite",
        derandomize=True,
        deadline=None,
        max_examples=50,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.register_profile("search", deadline=None, max_examples=2000)
    hypothesis.settings.load_profile(profile or "suite")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_SCRATCH, ""), ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files, end with the unit tests: so all workers end together."""
    if not EVERYTHING:
        left = [item for item in items if item.get_closest_marker("rarely")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    unit = TESTS / "unit"

    def place(item: pytest.Item) -> int:
        return places.get(item.path, len(places) + (unit in item.path.parents))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _one_torch_thread() -> None:
    """Keep torch on one thread, whatever the test before did, without importing it here.

    Its compiler, a second and a half, is imported when a test asks for it, as in the grader.
    """
    torch = sys.modules.get("torch")
    if torch is not None:
        put_off_the_compiler()
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _no_fork_stays():
    """End the forks that a failed test left behind.

    A fork of a worker of xdist holds its pipe to the controller too, so that the controller would
    never learn that the worker has ended, and wait for ever when all tests are done.
    """
    yield
    multiprocessing = sys.modules.get("multiprocessing")
    for child in multiprocessing.active_children() if multiprocessing else ():
        child.kill()
        child.join()


@pytest.fixture(autouse=True)
def _one_question_to_alembic() -> None:
    """Ask for the version of an empty gradebook once: three seconds for each, always the same."""
    api = sys.modules.get("nbgrader.api")
    if api is not None and not hasattr(api.get_alembic_version, "cache_info"):
        api.get_alembic_version = functools.cache(api.get_alembic_version)


@pytest.fixture(scope="module")
def golden():
    """Reference arrays of tests/golden/README.md."""
    import numpy as np

    with np.load(GOLDEN_FILE) as arrays:
        yield arrays
