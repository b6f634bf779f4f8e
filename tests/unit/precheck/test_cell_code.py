"""What a cell needs besides the notebook is read without running it."""

import pytest

from nmautils.precheck.cell_code import CellCode, read_code


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import cupy", ("cupy",)),
        ("import numpy as np, os.path\nfrom scipy.stats import zscore", ("numpy", "os", "scipy")),
        ("def f():\n    from cupy.linalg import norm", ("cupy",)),
        ("%time import cupy", ()),
        ("from . import helpers", ()),
        ("import (", ()),
    ],
)
def test_modules_are_found_wherever_they_are_imported(source, modules):
    assert read_code(source).modules == modules


def test_an_import_with_another_way_out_is_no_need():
    code = read_code("try:\n    import cupy\nexcept ImportError:\n    cupy = None\nimport seaborn")
    assert set(code.modules) == {"cupy", "seaborn"}
    assert code.sure == ("seaborn",)


@pytest.mark.parametrize(
    ("source", "shell"),
    [
        ("!ls -l", ("!ls -l",)),
        ("if True:\n    !wget x", ("!wget x",)),
        ("files = !ls", ("!ls",)),
        ("%pip install cupy", ("%pip install cupy",)),
        ("%%bash\nls", ("%%bash",)),
        ("%matplotlib inline\n%time sum([1])", ()),
        ("%%time\nx = 1", ()),
        ("print('!ls')", ()),
        ("shell.system('ls')", ()),
    ],
)
def test_commands_for_a_shell_are_told_from_other_magics(source, shell):
    assert read_code(source).shell == shell


def test_files_with_their_whole_path_count_if_they_are_there(tmp_path, monkeypatch):
    (tmp_path / "data.csv").write_text("1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    there = str(tmp_path / "data.csv")
    source = f"a, b = {there!r}, '~/data.csv'\nc, d = {there + 'x'!r}, {str(tmp_path)!r}"
    assert set(read_code(source).files) == {there, "~/data.csv"}
    # What is beside the notebook is found by running: a cell may also write it.
    monkeypatch.chdir(tmp_path)
    assert read_code("open('data.csv')\nname = 'a\\0b'\nother = '~nobody/x'") == CellCode()
