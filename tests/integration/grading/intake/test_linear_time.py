"""No file and no name costs more than linear time, whoever made it; the files are large."""

import contextlib
import json
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nmautils.errors import HandInError
from nmautils.grading.intake.copies import without_copy_marks
from nmautils.grading.intake.outputs import without_large_outputs
from nmautils.grading.intake.read import read_notebook, read_submission
from nmautils.grading.model.limits import MIB

LIMIT = 50_000


def notebook(*outputs, source="x = 1"):
    cells = [new_code_cell(source, id="a", outputs=list(outputs)), new_code_cell("y = 2", id="b")]
    return new_notebook(cells=cells)


def video(size):
    html = "<video src='data:video/mp4;base64," + "A" * size + "'>"
    return new_output("display_data", {"text/html": html, "text/plain": "<HTML>"})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_24_megabytes_of_a_video_cost_nothing(encoding):
    book = notebook(video(24 * MIB), source="x = 'ä'")
    text = json.dumps(book, indent=1, ensure_ascii=False)
    started = time.process_time()
    found = read_submission(text.encode(encoding))
    assert time.process_time() - started < 3
    assert [cell.source for cell in found.notebook.cells] == ["x = 'ä'", "y = 2"]
    assert found.needs_person == ()
    assert any("one large output was left out" in note for note in found.notes)


def test_what_is_large_without_its_outputs_is_refused():
    raw = nbformat.writes(notebook(source="#" * (21 * MIB))).encode()
    with pytest.raises(HandInError, match=r"22 MB, more than the 20 MB|21 MB, more than the 20 MB"):
        read_submission(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"outputs": [' * 300_000,
        b'"' + b'\\"' * 2_000_000,
        b'"outputs"' + b" " * 4_000_000 + b": [",
        b'"outputs": [{' + b'"\\' * 1_500_000,
        b"]" * 1_000_000,
        b'{"outputs": [{' + b"{}," * 900_000,
    ],
)
def test_no_file_costs_more_than_linear_time(raw):
    started = time.process_time()
    with contextlib.suppress(HandInError):
        without_large_outputs(raw, LIMIT)
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 400 + "1" + "}" * 400,
        json.dumps({"a": ['{"cells": ' * 50] * 2_000}),
        json.dumps([json.dumps(['"cells":' * 1_000] * 100)] * 20),
        json.dumps({"a": ["A" * 1_000] * 5_000}),
        json.dumps("\\" * 1_000_000 + '"cells": '),
        json.dumps([{"cells": None}] * 100_000),
        json.dumps([{"cells": [0] * 1_000 + [i]} for i in range(1_500)]),
    ],
)
def test_a_file_that_only_looks_like_one_costs_no_time(text):
    started = time.process_time()
    with pytest.raises(HandInError):
        read_notebook(text.encode())
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "name",
    ["Copy of " * 30, "(1)" * 80, "副本" * 100, " Kopie" * 40, "_+" * 120, "a" * 255, "“" * 255],
)
def test_no_name_costs_time(name):
    started = time.process_time()
    for _ in range(20):
        without_copy_marks(name)
    assert time.process_time() - started < 1
