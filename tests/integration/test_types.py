"""The types of the package are right, as `make lint` checks them."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT


@pytest.mark.timeout(600)
def test_mypy_has_nothing_to_say():
    # The settings, `strict` among them, are in pyproject.toml. mypy keeps what it has found out in
    # .mypy_cache, so that a second run takes seconds.
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
