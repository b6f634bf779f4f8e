"""``nmautils check``: each kind of notebook, in a real kernel."""

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import requires

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils import cli
from nmautils.course.contract import EXERCISES, QUESTIONS
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import EventKind, Submission
from nmautils.grading.model.words import PERSON_TOLD
from nmautils.grading.run import pool
from nmautils.precheck.check import checksum
from nmautils.precheck.environment import MODULES
from tests.support.grading_class import STUB, graded
from tests.support.notebooks import find_cell, solved
from tests.support.paths import ROOT
from tests.support.waiting import wait_until
from tests.unit.precheck.test_environment import PACKAGES, name_of, needed

# --- the tutorials -----------------------------------------------------------------------------


def check(path, capsys, *options):
    """Status and report."""
    status = cli.main(["check", "--json", *options, str(path)])
    return status, json.loads(capsys.readouterr().out)


def states(report):
    return {each["name"]: each["state"] for each in [*report["exercises"], *report["questions"]]}


@pytest.mark.parametrize(
    "name",
    [
        "tutorial1_decoding",
        pytest.param("tutorial2_convolution", marks=pytest.mark.rarely),
        pytest.param("tutorial3_normative_encoding", marks=pytest.mark.rarely),
        "tutorial4_decoding_encoding",
    ],
)
def test_a_solved_tutorial_has_nothing_to_do(tmp_path, capsys, name):
    path = tmp_path / "handed in.ipynb"
    nbformat.write(solved(name), path)
    before = path.read_bytes(), path.stat().st_mtime
    status, report = check(path, capsys)
    assert status == 0
    assert report["ready"] is True
    expected = dict.fromkeys(EXERCISES[name], "solved") | dict.fromkeys(QUESTIONS[name], "written")
    assert states(report) == expected
    assert report["summary"].startswith("Nothing is left to do.")
    assert report["cells"] == report["notes"] == []
    # The demonstrations, which train networks, are not run.
    assert report["seconds"] < 60
    # The student's folder is as it was.
    assert (path.read_bytes(), path.stat().st_mtime) == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_half_solved_tutorial(tmp_path, capsys):
    nb = solved("tutorial2_convolution", ["conv_layer"], None)
    find_cell(
        nb, "conv_weights"
    ).source = "def get_filter_weights(layer):\n    return layer.conv.weight * 2\n"
    find_cell(nb, "think_conv_shapes").source = " \n"
    nbformat.write(nb, tmp_path / "half.ipynb")
    status, report = check(tmp_path / "half.ipynb", capsys)
    assert status == 1
    assert states(report) == {
        "conv_layer": "solved",
        "conv_weights": "red",
        "think_conv_shapes": "empty",
        "think_complex_cell": "untouched",
    }
    (red,) = [each for each in report["exercises"] if each["state"] == "red"]
    assert len(red["checks"]) >= 2
    failed = [each for each in red["checks"] if not each["passed"]]
    assert failed
    assert f"{len(failed)} of {len(red['checks'])} visible checks" in red["says"][0]
    assert any(failed[0]["hint"][:40] in line for line in red["says"])
    assert report["summary"] == (
        "Before you hand in: 1 exercise is red, 2 written answers are missing."
    )


def test_an_untouched_tutorial_in_plain_text(capsys):
    path = ROOT / "release" / "tutorial1_decoding" / "tutorial1_decoding.ipynb"
    assert cli.main(["check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "Before you hand in: 2 exercises are untouched." in out
    assert out.count("You have not solved this exercise yet.") == 2
    assert "Cells that the grader cannot run" not in out


# --- a notebook of one exercise ----------------------------------------------------------------

RIGHT = "def double(x):\n    return 2 * x"
TEST = """from nmautils.check import Checks, probe


@probe
def call(x):
    return double(x)


checks = Checks("double")
with checks("twice four is eight", points=1):
    checks.close(call(4), 8, hint="Double it.")
with checks("twice nothing is nothing", points=1):
    checks.close(call(0), 0, hint="Double it.")
checks.report()"""


def small(answer, *own):
    """A notebook of one exercise, with own cells above it."""
    exercise = graded(STUB.format(name="double"), "double", test=False)
    test = graded(TEST, "double_test", test=True)
    for cell in (exercise, test):
        cell.metadata.nbgrader["checksum"] = checksum(cell)
    if answer is not None:
        exercise.source = answer
    cells = [
        new_code_cell("import math", metadata={"tags": ["setup"]}),
        new_markdown_cell("## Exercise 1: twice"),
        *map(new_code_cell, own),
        exercise,
        test,
        new_code_cell("shown = double(4)", metadata={"tags": ["demo"]}),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def checked(tmp_path, capsys):
    """Status and report of a small notebook."""

    def check_small(answer, *own, seconds="5"):
        path = tmp_path / "small.ipynb"
        nbformat.write(small(answer, *own), path)
        return check(path, capsys, "--seconds", seconds)

    return check_small


def says_of(report):
    """What is said of each cell that cannot be run, by its first line."""
    return {each["title"].split("`")[1]: each["says"] for each in report["cells"]}


NO_CUPY = "Where notebooks are graded there is no module `cupy`."
TOLD = "The person who marks your work will be told."
HERE = "It does not work where notebooks are graded ({})."


def left(text, *why, line=1):
    """The words of the feedback page on a line that is left out."""
    told = f"Line {line} of this cell was left out, and the rest was run: `{text}`."
    return " ".join([told, *why])


def test_what_the_grader_does_not_have_is_listed_with_the_reason(checked, tmp_path):
    (tmp_path / "data.csv").write_text("1, 2")
    (tmp_path / "helpers.py").write_text("")
    (tmp_path / "whole.csv").write_text("1, 2")
    whole = str(tmp_path / "whole.csv")
    own = {
        "import cupy": [left("import cupy", NO_CUPY, TOLD)],
        # Installed beside the tests, but nothing that grading asks for.
        "import pytest": [left("import pytest", NO_CUPY.replace("cupy", "pytest"), TOLD)],
        "import helpers": [
            left(
                "import helpers",
                NO_CUPY.replace("cupy", "helpers"),
                TOLD,
                "`helpers` stands beside your notebook; only the notebook is graded.",
            )
        ],
        "text = open('data.csv').read()": [
            left(
                "text = open('data.csv').read()",
                HERE.format("FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"),
                TOLD,
                "`data.csv` stands beside your notebook; only the notebook is graded.",
            )
        ],
        "open('nowhere.csv')": [
            left(
                "open('nowhere.csv')",
                HERE.format(
                    "FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.csv'"
                ),
                TOLD,
            )
        ],
        f"p = {whole!r}": [f"`{whole}` is a file of this machine; only the notebook is graded."],
        "!pip install cupy": [
            left(
                "!pip install cupy",
                "Nothing is installed, fetched or reset while a notebook is graded.",
            )
        ],
        "!true": [
            "`!true` is a command of this machine's shell; where it is graded, there are no files "
            "or programs of yours and no network."
        ],
        "import urllib.request as u; u.urlopen('http://a.example')": [
            left(
                "import urllib.request as u; u.urlopen('http://a.example')",
                HERE.format(
                    "URLError: <urlopen error there is no network while grading (a.example)>"
                ),
                TOLD,
            )
        ],
        "later + 1": ["It uses `later`, which only a cell further down makes."],
        "print(here); here = 1": [
            "It uses `here`, which a line of this cell should make, but it did not run before."
        ],
        "later = 1": None,
        "nowhere": ["It uses `nowhere`, which no cell of this notebook makes."],
        "input()": [
            left(
                "input()",
                HERE.format(
                    "StdinNotImplementedError: raw_input was called, but this frontend does not "
                    "support input requests."
                ),
            )
        ],
        "1 / 0": ["It stops: ZeroDivisionError: division by zero"],
        "import nmautils as nma; nma.checklist()": None,
        "%matplotlib inline": None,
        "open('mine.txt', 'w').write('x')": None,
        "sum = list = _ = 3": None,
    }
    status, report = checked(RIGHT, *own)
    assert status == 1
    assert states(report) == {"double": "solved"}
    expected = {" ".join(c.split())[:49]: says for c, says in own.items() if says}
    assert {title[:49].rstrip("…"): says for title, says in says_of(report).items()} == expected
    assert report["cells"][0]["cell"] == 3
    assert report["cells"][0]["title"] == "Your cell `import cupy`, below “Exercise 1: twice”"
    assert (
        report["summary"] == f"Before you hand in: {len(expected)} cells will not run as they are."
    )
    names = {"data.csv", "helpers.py", "small.ipynb", "whole.csv"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_names_that_only_demonstrations_checks_or_broken_cells_make_are_told(tmp_path, capsys):
    nb = small(f"import json\n{RIGHT}", "def helper(:\n    pass")
    nb.cells += map(new_code_cell, ["checks", "Checks", "shown", "helper", "json.dumps(double(4))"])
    nbformat.write(nb, tmp_path / "small.ipynb")
    _, report = check(tmp_path / "small.ipynb", capsys)
    assert states(report) == {"double": "solved"}
    found = says_of(report)
    assert "SyntaxError" in found.pop("def helper(:")[0]
    checks = "a check makes; those run elsewhere when marks are given."
    assert found == {
        "checks": [f"It uses `checks`, which {checks}"],
        "Checks": [f"It uses `Checks`, which {checks}"],
        "shown": [
            "It uses `shown`, which a demonstration makes; those are not run when marks are given."
        ],
        "helper": [
            "It uses `helper`, which a cell above should make, but that cell did not run through."
        ],
    }


def test_a_module_that_an_answer_can_do_without_costs_nothing(checked):
    answer = f"try:\n    import cupy\nexcept ImportError:\n    cupy = None\n\n\n{RIGHT}"
    status, report = checked(answer)
    assert (status, report["cells"]) == (0, [])


def test_an_answer_below_a_line_that_is_left_out_is_solved(checked):
    status, report = checked(f"import cupy\n\n{RIGHT}")
    assert status == 1
    assert states(report) == {"double": "solved"}
    (cell,) = report["cells"]
    assert cell["title"] == "Exercise 1: twice"
    assert (cell["state"], cell["says"]) == ("left out", [left("import cupy", NO_CUPY, TOLD)])


def test_an_answer_that_needs_what_is_left_out_is_red_with_the_reason(checked):
    _, report = checked("import cupy\n\ndef double(x):\n    return cupy.asarray(2 * x)")
    (exercise,) = report["exercises"]
    assert exercise["state"] == "red"
    assert exercise["says"] == [
        "2 of 2 visible checks do not hold: missing where it is graded: Your code needs `cupy`, "
        "which a line that was left out would have made: `import cupy`. "
        f"{NO_CUPY} {TOLD}"
    ]


OWN = [
    "import cupy, math\nfrom cupyx import a, b\nx = a(2)\ny = math.sqrt(4)",
    "%load_ext nowhere\nz = y + 1",
    "with open('/content/data.csv') as file:\n    text = file.read()\nprint(z)",
    "exit()\n1 / 0",
    "!pip install cupy\n%pip install cupy",
    "raise ValueError('mine')\nlate = 1",
    "try:\n    late\nexcept NameError:\n    known = z",
    "%%time\nimport cupyx\nw = known",
]


@pytest.mark.parametrize(
    "answer",
    [
        f"import cupy\n{RIGHT}",
        "def double(x):\n    return 2 * x * w / w",
        "import cupy as cp\ndef double(x):\n    return cp.array(x) * 2",
        "def double(x):\n    import cupy\n    return cupy.array(x) * 2",
        "def double(x):\n    return open('two.txt').read() * x",
        "def double(x):\n    return late * x",
    ],
)
def test_the_grader_says_and_gives_the_same(tmp_path, checked, answer):
    _, report = checked(answer, *OWN)
    release = nbformat.writes(small(None))
    handed_in = (tmp_path / "small.ipynb").read_bytes()
    bundle = Bundle("small", release, {"double_test": TEST})
    graded = pool.grade(bundle, Submission("ada", handed_in, 1))

    (exercise,), (result,) = report["exercises"], graded.exercises
    assert (exercise["state"] == "solved") == (result.score == result.points)
    hints = [check["hint"].replace(TOLD, PERSON_TOLD) for check in exercise["checks"]]
    assert hints == [check.hint for check in result.checks]
    told = [line.replace(TOLD, PERSON_TOLD) for cell in report["cells"] for line in cell["says"]]
    wanted = [event.text for event in graded.events if event.kind is EventKind.LEFT_OUT]
    assert len(wanted) >= 7
    assert [line for line in told if line in wanted] == wanted


def test_a_module_that_only_this_machine_lacks_is_said_to_be_there(checked, monkeypatch):
    monkeypatch.setattr("nmautils.precheck.environment.MODULES", MODULES | {"fancy_module"})
    _, report = checked(RIGHT, "import fancy_module\nx = fancy_module.y")
    (cell,) = report["cells"]
    assert cell["says"][0] == (
        "`fancy_module` is there where notebooks are graded, but not on this machine, so "
        "`import fancy_module` and what needs it could not be tried."
    )


def test_packages_of_the_course_are_there(tmp_path, capsys):
    nb = small(RIGHT, "import hypothesis\nimport sortedcontainers", "import pytest")
    nb.metadata["nmautils"] = {"packages": ["hypothesis>=6", "No-Such.Package"]}
    nbformat.write(nb, tmp_path / "small.ipynb")
    _, report = check(tmp_path / "small.ipynb", capsys)
    assert list(says_of(report)) == ["import pytest"]


def test_asking_whether_a_missing_module_is_there_costs_nothing(checked):
    # Both are installed beside the tests. Libraries ask for what may be missing in this way too.
    answer = f"""from importlib.util import find_spec

for name in ("pytest", "hypothesis"):
    assert find_spec(name) is None
try:
    import pytest.no_such_part
except ModuleNotFoundError as error:
    assert error.name == "pytest"
{RIGHT}"""
    _, report = checked(answer, "import hypothesis as h", "import pytest")
    assert states(report) == {"double": "solved"}
    assert [len(each["says"]) for each in report["cells"]] == [1, 1]


def test_an_optimiser_of_torch_runs_beside_a_missing_module(checked):
    answer = """import torch


def double(x):
    w = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0)
    (-2 * x * w).sum().backward()
    optimizer.step()
    return w.item()"""
    own = "import pandas as pd", "import tensorflow as tf"
    _, report = checked(answer, *own, seconds="60")
    assert states(report) == {"double": "solved"}, report["exercises"]


def test_the_line_that_fails_is_told_if_it_is_not_the_first(checked):
    own = [
        "import math\n\n\nmath.sqrt(-1)",
        "\n\nx = 1\nimport cupy",
        "import json\njson.dumps(\n    nowhere\n)",
        "# first\n1 / 0",
    ]
    _, report = checked(RIGHT, *own)
    one, two, three, four = (each["says"] for each in report["cells"])
    assert len(one) == 1
    assert one[0].startswith("It stops: ValueError: ")
    assert one[0].endswith(" (Line 4: `math.sqrt(-1)`)")
    assert two == [left("import cupy", NO_CUPY, TOLD, line=4)]
    name = "It uses `nowhere`, which no cell of this notebook makes."
    assert three == [f"{name} (Line 3: `nowhere`)"]
    assert four == ["It stops: ZeroDivisionError: division by zero"]


def test_an_answer_with_a_syntax_error_says_where(checked):
    status, report = checked("def double(x):\n    return 2 * (x\n")
    assert status == 1
    assert states(report) == {"double": "red"}
    (cell,) = report["cells"]
    assert cell["says"][0].startswith("It stops: SyntaxError: ")
    assert cell["says"][0].endswith("(line 2)")


def test_a_red_check_is_said_in_a_line(checked):
    _, report = checked("def double(x):\n    return x + 4")
    (exercise,) = report["exercises"]
    assert exercise["state"] == "red"
    assert exercise["says"] == [
        "1 of 2 visible checks does not hold.",
        "twice nothing is nothing: Double it. Expected 0, got 4.",
    ]
    assert [each["passed"] for each in exercise["checks"]] == [True, False]


def test_an_endless_loop_ends_with_one_line(checked):
    _, report = checked(
        "def double(x):\n    while True:\n        pass", "while True: pass", seconds="3"
    )
    (exercise,) = report["exercises"]
    assert exercise["state"] == "red"
    assert exercise["says"] == [
        "A check called your code and it took longer than 3 seconds: it was stopped."
    ]
    assert says_of(report) == {
        "while True: pass": [
            "This cell took longer than 3 seconds and was stopped. Is there a loop that never ends?"
        ]
    }


def test_a_loop_that_ignores_the_stop_is_ended_and_the_rest_still_runs(checked):
    stubborn = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    status, report = checked(RIGHT, "import os; factor = 2", stubborn, "print(factor)", seconds="3")
    assert status == 1
    assert states(report) == {"double": "solved"}
    assert list(says_of(report)) == ["while True:"]


def test_a_cell_that_ends_python_is_told_and_the_rest_still_runs(checked):
    status, report = checked(RIGHT, "import os\nos._exit(3)")
    assert status == 1
    assert states(report) == {"double": "solved"}
    assert says_of(report) == {
        "import os": [
            "This cell ended the Python process it ran in; the cells after it ran in a new one."
        ]
    }


def test_the_line_to_be_deleted_is_left_out_as_the_grader_does(checked):
    status, report = checked(f"raise NotImplementedError('x')\n\n\n{RIGHT}")
    assert status == 1
    (exercise,) = report["exercises"]
    assert exercise["state"] == "solved"
    assert "NotImplementedError is still there" in exercise["remarks"][0]
    assert report["summary"].startswith("Everything is solved; read the remarks")


def test_cells_that_were_changed_lost_copied_or_retyped_are_told(tmp_path, capsys):
    nb = small(RIGHT)
    answer, test = find_cell(nb, "double"), find_cell(nb, "double_test")
    test.source += "\n"
    nb.cells.append(new_code_cell(answer.source, metadata=answer.metadata))
    nb.cells.append(graded(TEST, "halve_test", test=True))
    lost = graded(STUB.format(name="third"), "third", test=False)
    lost.metadata.nbgrader["cell_type"] = "code"
    nb.cells.append(new_markdown_cell(lost.source, metadata=lost.metadata))
    nbformat.write(nb, tmp_path / "odd.ipynb")
    status, report = check(tmp_path / "odd.ipynb", capsys)
    assert status == 1
    remarks = {each["name"]: [*each["says"], *each["remarks"]] for each in report["exercises"]}
    assert "Its check was changed here; the grader uses its own." in remarks["double"]
    assert "The cell `double` is there twice; the last one counts." in report["notes"]
    assert "The cell `third` had become a text cell." in report["notes"]
    assert "Its check is missing here; the grader has its own." in remarks["third"]


def test_asserts_are_said_to_be_tested_when_marked(tmp_path, capsys):
    nb = small(RIGHT)
    nb.cells += [
        graded("def thrice(x):\n    return 3 * x", "thrice", test=False),
        graded("assert thrice(1) == 3", "correct_thrice", test=True),
        graded("def wrong(x):\n    return x", "wrong", test=False),
        graded("assert wrong(1) == 3", "correct_wrong", test=True),
        graded("assert wrong(1) == 4", "wrong_test", test=True),
    ]
    nbformat.write(nb, tmp_path / "asserts.ipynb")
    _, report = check(tmp_path / "asserts.ipynb", capsys)
    found = {each["name"]: (each["state"], each["says"]) for each in report["exercises"]}
    assert found.pop("double")[0] == "solved"
    later = ("not checked", ["Not checked here: tested when marked."])
    assert found == dict.fromkeys(["thrice", "wrong", "correct_thrice", "correct_wrong"], later)


# --- as a process ------------------------------------------------------------------------------


def test_what_is_missing_to_run_it_is_named_in_one_line(tmp_path):
    nbformat.write(small(None), tmp_path / "small.ipynb")
    code = (
        "import sys; sys.modules['jupyter_client'] = None; "
        "sys.modules['jupyter_client.kernelspec'] = None; "
        "from nmautils.cli import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(tmp_path / "small.ipynb")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert done.stderr == (
        "nmautils: this needs jupyter_client; install what it needs with: pip install ipykernel "
        "nbformat\n"
    )


def test_it_needs_nothing_that_only_teaching_installs(tmp_path):
    nbformat.write(small(RIGHT), tmp_path / "small.ipynb")
    library = {name_of(line) for line in requires("nmautils") if "extra ==" not in line}
    student = {"ipykernel", "jupyter-client", "jupyter-core", "nbformat", "pyzmq", "traitlets"}
    # These come with torch, matplotlib and ipykernel.
    student |= {"markupsafe", "packaging", "pillow", "python-dateutil", "tornado"}
    absent = needed("nmautils", "grading") - library - student
    assert {"nbgrader", "nbclient", "nbconvert", "jupyterlab", "rich"} <= absent
    modules = [m for m, names in PACKAGES.items() if names <= absent]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({modules}, None)); "
        "from nmautils.cli import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(tmp_path / "small.ipynb")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing is left to do." in done.stdout


def test_its_kernel_needs_neither_unix_nor_what_only_teaching_installs():
    unix = ["fcntl", "grp", "pwd", "resource", "termios"]
    teaching = ["nbgrader", "nbclient", "nbconvert", "jupyterlab", "rich", "psutil", "sqlalchemy"]
    code = f"""
import signal, sys
import asyncio, ipykernel.ipkernel, ipykernel.kernelapp, torch.utils.data, torch.optim
import matplotlib.pyplot, scipy.stats, sklearn
sys.modules.update(dict.fromkeys({unix + teaching}, None))
for name in [n for n in dir(signal) if "itimer" in n.lower()]:
    delattr(signal, name)
from nmautils.precheck import check, inside
from nmautils.grading.run.exits import left_running, what_runs
assert not left_running(what_runs())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("import sys; from nmautils import cli; sys.exit(cli.main(['check', PATH]))", 130),
        ("import nmautils as nma; nma.checklist(PATH)", -signal.SIGINT),
    ],
)
def test_a_check_that_is_stopped_leaves_nothing_behind(tmp_path, program, status):
    pid, path, scratch = tmp_path / "pid", tmp_path / "small.ipynb", tmp_path / "scratch"
    note = f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))"
    nbformat.write(small(RIGHT, note, "while True: pass"), path)
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", program.replace("PATH", repr(str(path)))],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: pid.exists() and pid.read_text(), 120)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert err == "nmautils: stopped\n" if status == 130 else "KeyboardInterrupt" in err
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
