"""Commands as processes of their own: what they import, and what they do when nobody reads."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.paths import ROOT, TINY_COURSE


@pytest.fixture
def course(tmp_path):
    return shutil.copytree(TINY_COURSE, tmp_path / "course")


def test_it_runs_as_a_module_without_loading_what_it_does_not_need():
    code = (
        "import sys; from nmautils import cli; cli.main(['--version']); "
        "print([m for m in ('torch', 'nbgrader', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_program_of_ours_waits_for_a_grammar_that_no_notebook_needs():
    for module in ("nmautils.cli", "nmautils.grading.run.worker"):
        code = f"import sys, {module}, nbformat; assert not sys.modules['rfc3987_syntax']"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("arguments", [["--help"], ["lint", "--help"], ["lint", "--root", "."]])
def test_a_closed_pipe_ends_a_command_quietly(course, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nmautils.cli", *arguments],
            cwd=course,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
