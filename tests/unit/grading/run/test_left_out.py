"""What a kernel says that it left out is read within bounds, and means what it should."""

import pytest

from nmautils.grading.model.limits import LEFT_OUT_CHARACTERS, LEFT_OUT_LINES, LEFT_OUT_NAMES
from nmautils.grading.run.left_out import LeftOut, missing_module, read_left_out, why_person
from nmautils.grading.run.missing_here import MissingHere


def test_a_line_is_read_as_it_was_said():
    row = [3, "import cupy", "ModuleNotFoundError", "No module named 'cupy'", ["cupy"]]
    (left,) = read_left_out([row])
    assert left == LeftOut(3, row[1], row[2], row[3], ("cupy",))


@pytest.mark.parametrize(
    "said",
    [
        None,
        3,
        "text",
        {},
        [3],
        [[]],
        [[1, "a", "b", "c"]],
        [[1, "a", "b", "c", [], 1]],
        [["1", "a", "b", "c", []]],
        [[True, "a", "b", "c", []]],
        [[-1, "a", "b", "c", []]],
        [[10**9, "a", "b", "c", []]],
        [[1, 2, "b", "c", []]],
        [[1, "a", "b", None, []]],
        [[1, "a", "b", "c", "name"]],
        [[1, "a", "b", "c", [3]]],
        [[1.0, "a", "b", "c", []]],
    ],
)
def test_anything_else_is_dropped(said):
    assert read_left_out(said) == ()


def test_length_and_number_are_bounded():
    long = "x" * 10**6
    rows = read_left_out([[1, long, long, long, ["n"] * 1000]] * 1000)
    assert len(rows) == LEFT_OUT_LINES
    assert all(len(t) <= LEFT_OUT_CHARACTERS for t in (rows[0].text, rows[0].error))
    assert len(rows[0].names) == LEFT_OUT_NAMES


def test_text_of_a_stranger_stays_one_line_without_marks():
    (left,) = read_left_out([[1, "a`b\n\nc", "<b>", "x\ny", ["no name", "ok"]]])
    assert (left.text, left.error, left.message, left.names) == ("a'b c", "Error", "x y", ("ok",))


@pytest.mark.parametrize(
    ("said", "read"),
    [("\ud800x", "?x"), ("\x1b[31mred", "red"), ("\u202eabc", "abc"), ("a\x00b\r\nc", "ab c")],
)
def test_no_sign_of_a_stranger_does_anything(said, read):
    (left,) = read_left_out([[0, said, "", said, []]])
    assert (left.text, left.message) == (read, read)
    assert left.told.encode()


@pytest.mark.parametrize(
    ("error", "message", "module"),
    [
        ("ModuleNotFoundError", "No module named 'cupy'", "cupy"),
        ("ModuleNotFoundError", "No module named 'google.colab'", "google"),
        ("ImportError", "No module named 'x.y'; 'x' is not a package", "x"),
        ("ImportError", "cannot import name 'a' from 'b'", ""),
        ("ValueError", "No module named 'cupy'", ""),
        ("ModuleNotFoundError", "no", ""),
    ],
)
def test_the_missing_module_is_found(error, message, module):
    assert missing_module(error, message) == module


@pytest.mark.parametrize(
    ("text", "error", "message", "why"),
    [
        ("import cupy", "ModuleNotFoundError", "No module named 'cupy'", "module cupy"),
        ("from os import no", "ImportError", "cannot import name 'no' from 'os'", "from os import"),
        ("import torchvision", "RuntimeError", "operator does not exist", "import torchvision"),
        ("%run helper.py", "Exception", "File `'helper.py'` not found", "%run helper.py"),
        ("c = open('c.json')", "FileNotFoundError", "[Errno 2]", "open("),
        ("get('http://x')", "URLError", "x", "get("),
        ("%%cython", "UsageError", "not found", "%%cython"),
        ("%%timeit -n 3", "", "", ""),
        ("%%timeit", "UsageError", "not found", "%%timeit"),
        ("from google.colab import drive", "ModuleNotFoundError", "No module named 'google'", ""),
        ("drive.mount('/x')", "NameError", "name 'drive' is not defined", ""),
        ("os.chdir('/content')", "FileNotFoundError", "[Errno 2]", ""),
        ("os.makedirs('/content')", "FileNotFoundError", "[Errno 2]", ""),
        ("plt.style.use('seaborn')", "OSError", "no style", ""),
        ("matplotlib.use('TkAgg')", "ImportError", "Cannot load backend 'TkAgg'", ""),
        ("%matplotlib widget", "RuntimeError", "no", ""),
        ("%load_ext tensorboard", "ModuleNotFoundError", "No module named 'tensorboard'", ""),
        ("!pip install x", "", "", ""),
        ("%reset -f", "", "", ""),
        ("torch.cuda.get_device_name(0)", "RuntimeError", "no cuda", ""),
        ("input('?')", "StdinNotImplementedError", "no", ""),
        ("torch.save(x, 'd/a')", "RuntimeError", "Parent directory d does not exist.", "a file"),
        ("d = np.load('d.npy')", "EOFError", "No data left in file", "a file"),
        ("d = read_csv('d')", "EmptyDataError", "No columns to parse from file", "a file"),
        ("d = glob('/kaggle/input/*')[0]", "IndexError", "list index out of range", "a file"),
        ("d = made[0]", "IndexError", "list index out of range", ""),
        ("m = hub.load('x')", "RuntimeError", "there is no internet connection and", "hub.load"),
        (
            "HTML(a.to_html5_video())",
            "RuntimeError",
            "Requested MovieWriter (ffmpeg) not available",
            "program ffmpeg",
        ),
        (
            "plt.savefig('a.png')",
            "RuntimeError",
            "Failed to process string with tex because latex could not be found",
            "program latex",
        ),
        (
            "subprocess.run(['ffmpeg'])",
            "FileNotFoundError",
            "[Errno 2] No such file or directory: 'ffmpeg'",
            "program ffmpeg",
        ),
        (
            "shutil.which('dot').upper()",
            "AttributeError",
            "'NoneType' object has no attribute 'upper'",
            "program dot",
        ),
        ("import pdb; pdb.set_trace()", "StdinNotImplementedError", "no", ""),
        ("locale.setlocale(0, 'x')", "Error", "unsupported locale setting", ""),
        (
            "from .helpers import plot",
            "ImportError",
            "attempted relative import with no known parent package",
            "module .helpers is not installed",
        ),
        (
            "from torchvision import models",
            "RuntimeError",
            "operator does not exist",
            "torchvision is installed but cannot be imported here",
        ),
    ],
)
def test_a_person_is_asked_only_for_what_may_matter(text, error, message, why):
    said = why_person(LeftOut(1, text, error, message))
    assert (why in said) if why else said == ""


@pytest.mark.parametrize(
    ("text", "error", "message", "is_told"),
    [
        ("import cupy", "ModuleNotFoundError", "No module named 'cupy'", True),
        ("c = open('c.json')", "FileNotFoundError", "[Errno 2]", True),
        ("%load_ext tensorboard", "ModuleNotFoundError", "No module named 'tensorboard'", False),
        (
            "from google.colab import drive",
            "ModuleNotFoundError",
            "No module named 'google'",
            False,
        ),
        ("!pip install x", "", "", False),
    ],
)
def test_a_student_reads_that_a_person_was_told_only_where_one_was(text, error, message, is_told):
    left = LeftOut(1, text, error, message)
    assert ("has been told" in left.told) == is_told == bool(why_person(left))


def test_a_folder_that_is_missing_is_named_once():
    text = "Parent directory /content/a does not exist."
    said = [MissingHere().explain("RuntimeError", t, "rdm") for t in (text, f"{text} (by f)")]
    assert said[0] == said[1]


def test_a_call_that_lacks_what_was_left_out_says_where_it_began():
    missing = MissingHere()
    missing.note(LeftOut(1, "from numba import njit", "ModuleNotFoundError", "m", ("njit",)))
    missing.note(LeftOut(2, "def f():", "NameError", "name 'njit' is not defined", ("f",)))
    told, why = missing.explain("NameError", "name 'f' is not defined", "rdm")
    assert "`f`" in told
    assert "`from numba import njit`" in told
    assert why.startswith("rdm: ")
    assert "from numba import njit" in why


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("ModuleNotFoundError", "No module named 'jax'", "jax"),
        ("FileNotFoundError", "[Errno 2] No such file: 'a.npy'", "a.npy"),
        ("RuntimeError", "Parent directory /content/a does not exist.", "/content/a"),
        ("RuntimeError", "size mismatch", ""),
        ("ModuleNotFoundError", "No module named 'google.colab'", "only Colab has"),
        ("NameError", "name 'other' is not defined", ""),
        ("ValueError", "No module named 'jax'", ""),
        ("TypeError", "x", ""),
    ],
)
def test_other_failures_of_calls(kind, text, found):
    said = MissingHere().explain(kind, text, "rdm")
    assert (said is None) if not found else (found in said[0] and found in said[1])
