"""The release notebook works alone: no repository around it, no network, any profile."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

from nmautils.course.contract import EXERCISES
from tests.support.amount import EVERYTHING
from tests.support.corpus_class import notebook
from tests.support.notebooks import committed
from tests.support.paths import ROOT

# That each tutorial gets full marks at the small profile, on one thread, is proved by
# `test_generated.py`; here the first runs at the other profile and on more threads. What makes a
# notebook run alone is its set-up cell, and that is the same in all (see below).
SETTINGS = [("tutorial1_decoding", "full", 2)]
# The full profile of tutorial 4 alone takes minutes, so only the first goes through all settings.
if EVERYTHING:
    SETTINGS += [
        ("tutorial2_convolution", "small", 1),
        ("tutorial1_decoding", "small", 1),
        ("tutorial1_decoding", "small", 2),
        ("tutorial1_decoding", "full", 1),
        ("tutorial3_normative_encoding", "small", 1),
        ("tutorial4_decoding_encoding", "small", 1),
    ]

EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient

path = sys.argv[1]
nb = nbformat.read(path, as_version=4)
NotebookClient(nb, timeout=300, kernel_name="python3").execute()
nbformat.write(nb, path)
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Wheel of this repository, as `pip install` from its address would build it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    return next(folder.glob("nmautils-*.whl"))


@pytest.fixture
def bare_python(tmp_path):
    """Interpreter that has this environment's packages, but not nmautils."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "nmautils" not in entry.name:
            (packages / entry.name).symlink_to(entry)
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    site = next((environment / "lib").glob("python3*")) / "site-packages"
    (site / "packages.pth").write_text(f"{packages}\n")
    return environment / "bin" / "python"


def answer(tutorial, exercise):
    return (ROOT / "solutions" / tutorial / f"{exercise}.py").read_text()


def test_all_tutorials_install_the_library_by_the_same_cell():
    cells = [cell for tutorial in EXERCISES for cell in committed("release", tutorial).cells]
    install = [cell.source for cell in cells if "NMAUTILS_PACKAGE" in cell.source]
    assert len(install) == len(EXERCISES)
    assert len(set(install)) == 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("tutorial", "profile", "threads"), SETTINGS)
def test_release_notebook_runs_alone_off_line(
    tutorial, profile, threads, wheel, bare_python, tmp_path
):
    folder = tmp_path / "alone"
    folder.mkdir()
    path = folder / f"{tutorial}.ipynb"
    path.write_bytes(
        notebook(tutorial, {name: answer(tutorial, name) for name in EXERCISES[tutorial]})
    )

    nowhere = "http://127.0.0.1:9"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NMAUTILS_", "PYTHON", "NBGRADER", "MPLBACKEND"))
    } | {
        "NMAUTILS_PACKAGE": str(wheel),
        "NMAUTILS_PROFILE": profile,
        "NMAUTILS_DATA_DIR": str(tmp_path / "data"),
        "OMP_NUM_THREADS": str(threads),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "PIP_NO_INDEX": "1",
    }
    subprocess.run([bare_python, "-c", EXECUTE, str(path)], cwd=folder, env=environment, check=True)

    executed = nbformat.read(path, as_version=4)
    scores = {
        cell.metadata.nbgrader.grade_id: (
            float(cell.outputs[-1]["data"]["text/plain"]),
            visible_points(cell),
        )
        for cell in executed.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert set(scores) == {f"{exercise}_test" for exercise in EXERCISES[tutorial]}
    for exercise, (earned, possible) in scores.items():
        assert earned == possible > 0, exercise


def visible_points(cell):
    """Sum the points of the checks a student sees."""
    return sum(
        float(points)
        for points in re.findall(r"^with checks\(.*points=([\d.]+)\)", cell.source, re.M)
    )
