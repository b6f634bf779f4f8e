"""Statements of a cell run one by one; only what can work elsewhere alone is left out."""

import contextlib
import io
import sys
import types
import warnings

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from nmautils.grading.model.limits import LEFT_OUT_CHARACTERS, LEFT_OUT_LINES
from nmautils.grading.run.statements import Statements


class Notebook:
    """A shell whose cells run one by one, and what became of the last cell."""

    def __init__(self):
        config = Config({"HistoryManager": {"enabled": False}})
        config.InteractiveShell.colors = "nocolor"
        self.shell = InteractiveShell(config=config)
        self.statements = Statements(self.shell)
        self.names = self.shell.user_ns

    def run(self, cell):
        text = io.StringIO()
        with (
            contextlib.redirect_stdout(text),
            contextlib.redirect_stderr(text),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # IPython has one on leaving
            done = self.shell.run_cell(self.statements.begin(cell))
        self.shown, self.left = text.getvalue(), self.statements.left_out()
        self.unmade = [(row[1], row[4]) for row in self.statements.unmade()]
        self.error = type(done.error_before_exec or done.error_in_exec).__name__
        self.lines = [row[0] for row in self.left]
        return done


@pytest.fixture(scope="module")
def shell():
    notebook = Notebook()
    yield notebook
    del notebook.shell.reset
    notebook.shell._atexit_once()


@pytest.fixture
def notebook(shell):
    for name in set(shell.names) - {"get_ipython", "In", "Out"}:
        if not name.startswith("_"):
            del shell.names[name]
    shell.statements._names.clear()
    shell.statements._unknown_names = False
    shell.statements._asked.module = ""
    return shell


@pytest.mark.parametrize(
    "line",
    [
        "import no_such_module",
        "from no_such_module import *",
        "from os import no_such_name",
        "%matplotlib widget",
        "%no_such_magic 3",
        "%load_ext no_such_extension",
        "%run no_such_file.py",
        "!pip install x",
        "%pip install x",
        "%conda install x",
        "__import__('shutil').which('no_such').upper()",
        "__import__('subprocess').run(['no_such_program'])",
        "exec('raise RuntimeError(\"Requested MovieWriter (ffmpeg) not available\")')",
        "x = !wget http://somewhere",
        "!pip install -q \\\n    a \\\n    b",
        "import google.colab",
        "import google.colab as gc",
        "from google.colab import *",
        "from google.colab.output import eval_js",
        "%reset -f",
        "get_ipython().reset()",
        "open('/no/such/file')",
        "__import__('os').chdir('/no/such/folder')",
        "__import__('os').mkdir('/proc/x')",
        "with open('/no/such/file') as f: text = f.read()",
        "for i in range(3): open('/no/such/file')",
        "raise_ = [open(name) for name in ['/no/such/file']]",
        "assert 0, 'no cuda here'",
        "for gpu in [0]:\n    raise RuntimeError('this needs a GPU')",
        "__import__('torch').cuda.get_device_properties(0)",
        "__import__('os').environ['NO_SUCH_KEY']",
        "__import__('subprocess').check_call(['false'])",
        "__import__('math').no_such_function",
        "assert __import__('os').path.exists('/content/drive')",
        "if 'google.colab' not in [1]:\n    raise Exception('somewhere else')",
        "first = [][0], '/kaggle/input/*'",
        "__import__('locale').setlocale(0, 'no_NO.such')",
        "exec('raise RuntimeError(\"Parent directory x does not exist.\")')",
    ],
)
def test_a_line_that_can_only_work_elsewhere_is_left_out_and_the_rest_runs(notebook, line):
    notebook.run(f"before = 1\n{line}\nafter = 2")
    assert (notebook.error, notebook.lines) == ("NoneType", [2])
    assert (notebook.names["before"], notebook.names["after"]) == (1, 2)
    assert "Left out here" in notebook.shown


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("no_such_name", "NameError"),
        ("raise ImportError('mine')", "ImportError"),
        ("raise FileNotFoundError", "FileNotFoundError"),
        ("raise NotImplementedError", "NotImplementedError"),
        ("assert 1 == 2", "AssertionError"),
        ("[].no_such_attribute", "AttributeError"),
        ("None.upper()", "AttributeError"),
        ("exec('raise RuntimeError(\"mine\")')", "RuntimeError"),
        ("int('x')", "ValueError"),
        ("{}['key']", "KeyError"),
        ("exit_ = [].pop()", "IndexError"),
        ("if before:\n    raise Exception('stop')", "Exception"),
        ("if before:\n    assert before == 2", "AssertionError"),
        ("raise Exception('colab')", "Exception"),
        ("first = [][0], '/contents'", "IndexError"),
        ("raise SystemExit", "SystemExit"),
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("%time 1 / 0", "ZeroDivisionError"),
        ("__import__('torch').ones(2, device='cudda')", "RuntimeError"),
        ("cuda = int('x')", "ValueError"),
        ("return 3", "SyntaxError"),
    ],
)
def test_an_error_of_the_students_own_stops_the_cell_as_in_jupyter(notebook, line, error):
    notebook.run(f"before = 1\n{line}\nafter = 2")
    assert (notebook.error, notebook.left) == (error, [])
    assert "after" not in notebook.names


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("if before:\n    !wget http://somewhere -O no", "!wget http://somewhere -O no"),
        ("for i in range(2):\n    files = !curl http://somewhere", "!curl http://somewhere"),
        ("try:\n    1 / 0\nexcept Exception:\n    %pip install x", "%pip install x"),
        ("def f():\n    !wget http://somewhere\nf()", "!wget http://somewhere"),
    ],
)
def test_a_fetcher_inside_a_block_is_left_out_alone(notebook, block, text):
    notebook.run(f"before = 1\n{block}\nafter = 2")
    assert (notebook.error, notebook.left) == ("NoneType", [(0, text, "", "", [])])
    assert notebook.names["after"] == 2
    assert notebook.names.get("files", []) == []


def test_a_long_sum_runs_beside_what_looks_for_fetchers(notebook):
    notebook.run("x = " + " + ".join("1" * 900))
    assert notebook.names["x"] == 900


def test_a_cell_that_is_no_python_does_not_run_at_all(notebook):
    notebook.run("before = 1\nimport no_such_module\nx = = 3")
    assert (notebook.error, notebook.left) == ("SyntaxError", [])
    assert "before" not in notebook.names


def test_each_name_of_an_import_stands_alone(notebook):
    notebook.run("import json, no_such_module, math as m\nfrom os import path, no_such_name, sep")
    assert [row[1] for row in notebook.left] == [
        "import no_such_module",
        "from os import no_such_name",
    ]
    assert {"json", "m", "path", "sep"} <= notebook.names.keys()


def test_what_uses_a_line_that_was_left_out_is_left_out_too_in_later_cells_as_well(notebook):
    notebook.run("import no_such_module as n\nx = n.zeros(3)\ny = x + 1")
    assert notebook.lines == [1, 2, 3]
    notebook.run("z = [y for _ in range(2)]\n@n.jit\ndef f(): return z\nclass A(n.B): pass\nok = 1")
    assert [row[4] for row in notebook.left] == [["z"], ["f"], ["A"]]
    assert notebook.names["ok"] == 1


def test_a_function_may_use_what_is_missing_and_fails_when_it_is_called(notebook):
    notebook.run("import no_such_module as n\ndef f(): return n.zeros(3)")
    assert notebook.lines == [1]
    with pytest.raises(NameError, match="'n'"):
        notebook.names["f"]()


def test_a_name_that_is_made_after_all_counts_no_more(notebook):
    notebook.run("import no_such_module as n")
    notebook.run("n = 3\nn / 0\nafter = 1")
    assert (notebook.error, notebook.left) == ("ZeroDivisionError", [])


def test_after_a_script_that_is_missing_unknown_names_may_be_of_it(notebook):
    notebook.run("%run no_such_file.py\nfrom_script(3)\nafter = 1")
    assert notebook.lines == [1, 2]
    assert notebook.names["after"] == 1


def test_a_function_that_fails_midway_makes_nothing_more(notebook):
    cell = (
        "def f():\n    made.append(1)\n    open('/no/such/file')\n    made.append(2)\nmade = []\n"
    )
    notebook.run(cell + "made = f()\nafter = made")
    assert notebook.names["made"] == [1]
    assert [row[4] for row in notebook.left] == [["made"]]


def test_the_last_expression_is_shown_and_no_other(notebook):
    assert notebook.run("1\nimport no_such_module\n2").result == 2
    assert notebook.run("1\n2;\nx = 3").result is None
    assert notebook.run("4\nimport no_such_module").result is None


@pytest.mark.parametrize(
    "first",
    ["%%time", "%%time  ", "%%time --no-raise-error", "%%capture", "%%prun -q", "\n\n%%time"],
)
def test_lines_below_a_magic_for_the_cell_run_one_by_one_as_well(notebook, first):
    notebook.run(f"{first}\nimport no_such_module\nafter = 2")
    assert notebook.names["after"] == 2
    assert [row[2] for row in notebook.left] == ["ModuleNotFoundError"]


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("%%timeit", (1, "%%timeit")),
        ("%%timeit -n 10 -r3", (1, "%%timeit -n 10 -r3")),
        ("\n%%timeit -o -q scale = 2", (2, "%%timeit -o -q scale = 2")),
    ],
)
def test_a_cell_that_would_only_be_timed_is_run_once_and_the_magic_is_told(notebook, first, told):
    notebook.names["runs"] = []
    notebook.run(f"{first}\nruns.append(1)\ndef double(x):\n    return 2 * x\n1 / 0\nlate = 1")
    assert notebook.names["double"](4) == 8
    assert notebook.names["runs"] == [1]
    assert [row[:3] for row in notebook.left] == [(*told, "")]
    # The student's own errors still stop it.
    assert notebook.error == "ZeroDivisionError"
    assert "late" not in notebook.names
    assert notebook.names.get("scale") == (2 if "scale" in first else None)


@pytest.mark.parametrize("first", ["%%timeits", "%%time x = 3", "%%cython", "x = 1\n%%timeit"])
def test_what_is_not_such_a_magic_is_run_as_it_stands(notebook, first):
    cell = f"{first}\nafter = 1"
    assert notebook.statements.begin(cell) == cell


def test_await_at_the_left_margin_works(notebook):
    notebook.shell.autoawait = True
    notebook.run("import asyncio\nimport no_such_module\nawait asyncio.sleep(0)\nafter = 1")
    assert notebook.names["after"] == 1


def test_blank_lines_at_the_top_count(notebook):
    notebook.run("\n\nx = 1\nimport no_such_module")
    assert notebook.left[0][:3] == (4, "import no_such_module", "ModuleNotFoundError")


def test_what_is_said_is_bounded(notebook):
    notebook.run("\n".join(f"import no_such_{'x' * 500}{i}" for i in range(100)) + "\nafter = 1")
    assert len(notebook.left) == LEFT_OUT_LINES
    assert all(len(text) <= LEFT_OUT_CHARACTERS for row in notebook.left for text in row[1:4])
    assert notebook.names["after"] == 1


@pytest.mark.parametrize(
    "cell",
    [
        "class Bad(OSError):\n def __str__(self): return 1 / 0\ndef f(): raise Bad\nf()\nafter = 1",
        "class Bad(OSError):\n    __str__ = None\ndef f(): raise Bad\nf()\nafter = 1",
    ],
)
def test_an_error_whose_own_text_fails_harms_nobody(notebook, cell):
    notebook.run(cell)
    assert notebook.names["after"] == 1


def test_lines_in_tracebacks_stay_as_they_are(notebook):
    notebook.run("import no_such_module\n\ndef f():\n    return 1 / 0\n\nf()")
    assert "line 4" in notebook.shown or "----> 4" in notebook.shown


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        (
            "from google.colab import files\nup = files.upload()\n"
            "for name in up.keys():\n    print(name)\nafter = 2",
            [1, 2, 3],
        ),
        (
            "import os\nfrom google.colab import userdata\n"
            "os.environ['K'] = userdata.get('K')\nafter = 2",
            [2, 3],
        ),
        ("from google.colab import *\ndrive.mount('/content/drive')\nafter = 2", [1, 2]),
        ("import google.colab as gc\nif gc:\n    gc.drive.mount('/x')\nafter = 2", [1, 2]),
        ("from google.colab import drive; import math\nafter = math.sqrt(4)", [1]),
        ("from google.colab import output\noutput = [2]\nafter = output[0]", [1]),
        ("%%capture\n!wget -q \\\n    http://a \\\n    http://b\nafter = 2", [0]),
    ],
)
def test_what_colab_suggests_costs_nothing_but_itself(notebook, cell, left):
    notebook.run(cell)
    assert (notebook.error, notebook.lines) == ("NoneType", left)
    assert notebook.names["after"] == 2


@pytest.mark.parametrize(
    ("block", "unmade"),
    [
        ("try:\n    import no_a\n    def f(): pass\nexcept ImportError:\n    pass", ["f", "no_a"]),
        (
            "try:\n    from no_a import b\n    m = b()\nexcept Exception as e:\n    print(e)",
            ["b", "m"],
        ),
        ("import importlib.util as u\nif u.find_spec('no_a'):\n    m = 1", ["m"]),
        (
            "import importlib.util as u\nhas = u.find_spec('no_a') is not None\nif has:\n    m = 1",
            ["m"],
        ),
    ],
)
def test_what_a_branch_does_not_make_for_want_of_a_module_is_known(notebook, block, unmade):
    notebook.run(f"{block}\nafter = 2")
    assert (notebook.error, notebook.left, notebook.names["after"]) == ("NoneType", [], 2)
    assert notebook.unmade == [("import no_a", unmade)]
    notebook.run(f"x = {unmade[-1]}\nafter = 3")
    assert (notebook.error, notebook.lines, notebook.unmade) == ("NoneType", [1], [])
    assert notebook.names["after"] == 3


@pytest.mark.parametrize(
    "block",
    [
        "try:\n    import no_a\nexcept ImportError:\n    no_a = None",
        "try:\n    import json as m\nexcept ImportError:\n    pass",
        "if 0:\n    m = 1",
        "try:\n    m = 1 / 0\nexcept ZeroDivisionError:\n    pass",
    ],
)
def test_what_lacks_no_module_is_the_students_own(notebook, block):
    notebook.run(block)
    assert (notebook.error, notebook.unmade) == ("NoneType", [])


def test_where_colab_is_a_check_before_handing_in_foretells_the_same(notebook, monkeypatch):
    for name in ("google", "google.colab"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    notebook.run("import google.colab as gc\nname = gc.__name__\nafter = 2")
    assert (notebook.error, notebook.lines) == ("NoneType", [1, 2])
    assert notebook.names["after"] == 2
