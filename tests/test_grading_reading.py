"""Notebook files in every state that people manage to bring them in."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.grading.reading import read_notebook

NOTEBOOK = nbformat.writes(
    new_notebook(cells=[new_markdown_cell("# Tïtle", id="a"), new_code_cell("x = 1", id="b")])
)


def sources(nb):
    return [cell.source for cell in nb.cells]


@pytest.mark.parametrize(
    "raw",
    [
        NOTEBOOK.encode(),
        b"\xef\xbb\xbf" + NOTEBOOK.encode(),
        NOTEBOOK.encode("utf-16"),
        json.dumps(json.loads(NOTEBOOK)).encode(),
        nbformat.writes(nbformat.reads(NOTEBOOK, 4), version=3).encode(),
    ],
)
def test_encodings_and_formats_do_not_matter(raw):
    nb = read_notebook(raw)
    nbformat.validate(nb)
    assert sources(nb) == ["# Tïtle", "x = 1"]


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"cell_type": "code"},
        {"cell_type": "chart", "source": "x"},
        {"cell_type": "code", "source": ["x = ", 1, "2"], "metadata": [], "outputs": "none"},
        {"cell_type": "code", "source": "x", "execution_count": "one", "outputs": [{}, 1]},
        {"cell_type": "markdown", "source": None, "id": "a b", "attachments": 3},
        {"cell_type": "code", "id": "b", "source": "lone \\ud800 surrogate"},
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "stream", "text": 1}]},
    ],
)
def test_a_malformed_cell_becomes_a_valid_one(cell):
    data = json.loads(NOTEBOOK)
    data["cells"].append(cell)
    nb = read_notebook(json.dumps(data).replace("\\\\ud800", "\\ud800").encode())
    nbformat.validate(nb)
    assert sources(nb)[:2] == ["# Tïtle", "x = 1"]
    assert len({c.id for c in nb.cells}) == len(nb.cells) == 3
    nbformat.writes(nb).encode()


def test_what_is_no_cell_is_left_out():
    data = json.loads(NOTEBOOK) | {"cells": [1, None, *json.loads(NOTEBOOK)["cells"]]}
    assert sources(read_notebook(json.dumps(data).encode())) == ["# Tïtle", "x = 1"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (NOTEBOOK.encode()[:-10], "cut short"),
        (b"<html><body>", "web page"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "zip archive"),
        (b"\x00\xff\xfe\x01", "not JSON"),
        (b"[]", "no cells"),
        (b'"text"', "no cells"),
        (b"{}", "no cells"),
        (b'{"worksheets": 1}', "old format"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_named_in_one_line(raw, why):
    with pytest.raises(ValueError, match=why) as error:
        read_notebook(raw)
    assert "\n" not in str(error.value)
