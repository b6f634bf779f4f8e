"""A course of one tiny notebook, and a class that hands in what classes hand in.

Used by the tests of grading: `make_course` writes the course as it is after
``nbgrader generate_assignment``, `solve` fills in its exercises, `hand_in` submits.
"""

import contextlib
import copy
import io
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.course.build import generate_assignment
from tests.support.notebooks import find_cell
from tests.support.paths import ROOT, TINY_COURSE

NAME = "tiny"

STUB = (
    'raise NotImplementedError("Exercise: complete {name}")'
    "  # delete this line, then replace every ..."
)
TEST = """import math

from nmautils.check import Checks, probe


@probe
def call_{name}(x):
    return {name}(x)


checks = Checks("{name}")

with checks("{name}(4) is {at4}", points=1):
    checks.close(call_{name}(4), {at4})
### BEGIN HIDDEN TESTS
with checks("{name} of other numbers", points=1):
    checks.require(call_{name}(10) == {at10}, "That is not {name} of 10.")
    checks.require(math.isclose(call_{name}(0.5), {athalf}), "That is not {name} of a half.")
### END HIDDEN TESTS
checks.report()"""

NBGRADER = "import nmautils._fast_start; from nbgrader.apps.nbgraderapp import main; main()"


def graded(source: str, grade_id: str, *, test: bool) -> NotebookNode:
    """Make a solution or test cell, the test worth 2 points."""
    cell = new_code_cell(source, id=grade_id.replace("_", "-"))
    cell.metadata.nbgrader = {
        "grade": test,
        "grade_id": grade_id,
        "locked": test,
        "schema_version": 3,
        "solution": not test,
        "task": False,
    }
    if test:
        cell.metadata.nbgrader["points"] = 2.0
    return cell


def solution(name: str, body: str) -> str:
    """A solved cell of the source."""
    return (
        f'def {name}(x):\n    """Answer of the exercise."""\n    ### BEGIN SOLUTION\n'
        f"    result = {body}  # blank: result = ...\n    ### END SOLUTION\n    return result"
    )


def source_notebook() -> NotebookNode:
    """Two exercises, `double` and `halve`, each with visible and hidden tests."""
    kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [
        new_markdown_cell("# Tiny", id="title"),
        new_code_cell("import sys, warnings", id="imports", metadata={"tags": ["setup"]}),
        graded(solution("double", "2 * x"), "double", test=False),
        graded(TEST.format(name="double", at4=8, at10=20, athalf=1.0), "double_test", test=True),
        new_markdown_cell("## The other way", id="middle"),
        graded(solution("halve", "x / 2"), "halve", test=False),
        new_code_cell("if 'halve' in globals():\n    print(halve(8))", id="demo"),
        graded(TEST.format(name="halve", at4=2, at10=5, athalf=0.25), "halve_test", test=True),
    ]
    cells[-2].metadata["tags"] = ["demo"]
    return new_notebook(cells=cells, metadata={"kernelspec": kernelspec})


def nbgrader(root: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    """Run a stock nbgrader command as an instructor types it: a process of its own.

    It has to start Python and warm up a grader of its own. A test that asks what a command does,
    not whether it can be typed, saves these twenty seconds by `nbgrader_here`. Nothing is left out
    but what `_fast_start` spares our own commands.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", NBGRADER, *arguments],
        cwd=root,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return checked(done) if check else done


def nbgrader_here(root: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    """Run a stock nbgrader command in this process, with the warm grader that it may have."""
    from jupyter_core.application import JupyterApp
    from nbgrader.apps.nbgraderapp import NbGraderApp

    out, err, code = io.StringIO(), io.StringIO(), 0
    folder, path = os.getcwd(), sys.path[:]
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        # As with a command of its own, nbgrader's warnings fail no test.
        warnings.simplefilter("ignore")
        os.chdir(root)
        try:
            NbGraderApp.launch_instance(list(arguments))
        except SystemExit as end:
            code = end.code or 0
        finally:
            # The command's own class took the place of NbGraderApp, with this course's settings.
            type(JupyterApp.instance()).clear_instance()
            sys.path[:] = path
            os.chdir(folder)
    command = ["nbgrader", *arguments]
    done = subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())
    return checked(done) if check else done


def checked(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess:
    """Fail with all that a command said if it did not succeed."""
    if done.returncode:
        raise AssertionError(f"{' '.join(done.args)}\n{done.stdout}\n{done.stderr}")
    return done


def write_course(root: Path, config: str = "", notebook: NotebookNode | None = None) -> Path:
    """Write the course without its release; `config` is added to the repository's own."""
    (root / "source" / NAME).mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write("\n" + config)
    toml = (TINY_COURSE / "course.toml").read_text()
    # Short, since some submissions run into the limit again and again.
    toml += "\n[grading]\ncell_seconds = 2\n"
    toml += "\n[late]\ngrace_minutes = 10\nper_day = 0.25\nmaximum = 0.5\n"
    (root / "course.toml").write_text(toml)
    nbformat.write(notebook or source_notebook(), root / "source" / NAME / f"{NAME}.ipynb")
    return root


def make_course(root: Path, config: str = "") -> Path:
    """Write the course and its release; `config` is added to the repository's own."""
    write_course(root, config)
    generate_assignment(root, NAME, root / "release")
    return root


def released(root: Path) -> NotebookNode:
    """The student version."""
    return nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)


def solve(nb: NotebookNode, double: str = "2 * x", halve: str = "x / 2") -> NotebookNode:
    """Fill in both exercises."""
    nb = copy.deepcopy(nb)
    find_cell(nb, "double").source = f"def double(x):\n    return {double}"
    find_cell(nb, "halve").source = f"def halve(x):\n    return {halve}"
    return nb


def hand_in(root: Path, student: str, what: NotebookNode | bytes, when: str = "") -> Path:
    """Put a notebook to where nbgrader looks for it."""
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}.ipynb"
    path.write_bytes(what if isinstance(what, bytes) else nbformat.writes(what).encode())
    (folder / "timestamp.txt").write_text(when or "2031-01-30 10:00:00")
    return path
