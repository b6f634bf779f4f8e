"""What a command loads before it begins: counted in modules, which is the same on every machine."""

import shutil
import subprocess
import sys

import pytest

from nmautils.course.gradebook import open_gradebook
from nmautils.grading.model.results import ExerciseResult, Graded
from nmautils.grading.record.records import write_record
from tests.support.paths import ROOT, TINY_COURSE

CODE = """
import sys
from nmautils.cli import main
status = main(sys.argv[1:])
print(status, *sorted(sys.modules), file=sys.stderr)
"""
# Each takes a tenth of a second or more, and what they do is never asked of these commands.
HEAVY = {"torch", "matplotlib", "scipy", "nbconvert", "nbclient", "jupyter_server", "alembic"}
HEAVY |= {"notebook", "zmq", "IPython", "nbgrader.apps", "nbgrader.preprocessors", "bs4", "nh3"}
READING = HEAVY | {"nbgrader.api", "sqlalchemy", "nbformat", "jsonschema", "tornado"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = shutil.copytree(TINY_COURSE, tmp_path_factory.mktemp("start") / "course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with open_gradebook(root) as gradebook:
        gradebook.add_assignment("tiny")
        gradebook.add_student("ada")
    write_record(root, Graded("ada", "tiny", "", "", 1, exercises=(ExerciseResult("t", 2, 1),)))
    return root


def loaded(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", CODE, *map(str, arguments)], capture_output=True, text=True
    )
    status, *modules = done.stderr.splitlines()[-1].split()
    assert status == "0", done.stderr
    return done.stdout, set(modules)


@pytest.mark.parametrize(
    ("arguments", "shown", "without", "most"),
    [
        (["marks"], "ada", READING, 350),
        (["summary"], "summary/tiny.html", READING, 550),
        (["export", "--for", "gradescope", "--dry-run"], "0 marks", READING, 450),
        (["return", "--help"], "--send", READING, 450),
        (["grade", "--help"], "--cluster", HEAVY, 1200),
        (["show", "--help"], "STUDENT", HEAVY | {"nbgrader.api", "sqlalchemy"}, 1000),
        (["collect", "--help"], "--inbox", HEAVY | {"nbgrader.api", "sqlalchemy"}, 700),
    ],
)
def test_a_command_loads_only_what_it_uses(course, arguments, shown, without, most):
    root = [] if "--help" in arguments else ["--root", course]
    out, modules = loaded(*arguments, *root)
    assert shown in out
    assert modules & without == set()
    assert len(modules) < most


NBGRADER = """
import sys
from nmautils._fast_start import spare_server_extensions
spare_server_extensions()
spare_server_extensions()
import nbgrader.api
assert "nbgrader.apps" not in sys.modules
assert not hasattr(nbgrader, "nothing")
from importlib.metadata import version
assert nbgrader.__version__ == version("nbgrader")
assert "nbgrader.apps" not in sys.modules
import nbgrader.apps, nbgrader.converters
first = nbgrader.api.Gradebook
assert nbgrader._jupyter_server_extension_points() == [{"module": "nbgrader"}]
assert callable(nbgrader.load_formgrader)
assert nbgrader._jupyter_labextension_paths()
assert nbgrader.api.Gradebook is first
assert "jupyter_server" in sys.modules
"""


def test_nbgrader_is_whole_for_whoever_asks_for_more_of_it():
    subprocess.run([sys.executable, "-W", "ignore", "-c", NBGRADER], check=True)


def test_a_package_that_is_not_there_stays_away():
    code = (
        "import sys; from nmautils._fast_start import spare_server_extensions as s; s('no_such');"
        "assert 'no_such' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
