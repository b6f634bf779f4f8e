"""Notebook files in every state that people manage to bring them in."""

import gzip
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.grading.intake import read as reading
from nmautils.grading.intake.read import read_notebook, read_submission

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
        NOTEBOOK.encode("utf-16-be"),
        NOTEBOOK.encode("utf-32"),
        NOTEBOOK.encode("latin-1"),
        "\ufeff\ufeff".encode() + NOTEBOOK.encode(),
        NOTEBOOK.encode() + b"\0" * 512,
        NOTEBOOK.encode() + NOTEBOOK.encode()[-30:],
        json.dumps(json.loads(NOTEBOOK)).encode(),
        nbformat.writes(nbformat.reads(NOTEBOOK, 4), version=3).encode(),
        nbformat.writes(nbformat.reads(NOTEBOOK, 4), version=2).encode(),
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
        (gzip.compress(NOTEBOOK.encode()), "gzip archive"),
        (b"\x89PNG\r\n", "picture"),
        (b"version https://git-lfs", "Git LFS"),
        (b"# %%\nimport os\n", "Python program"),
        (b'{"cells": [\n<<<<<<< mine\n1,\n=======\n2,\n>>>>>>> yours\n]}', "merge conflict"),
        (b'{"cells": {"0": {}}}', "cells in a list"),
        (b'{"cells": ' + b"[" * 2_500_000, "too many parts"),
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


def test_a_file_that_is_too_large_is_not_even_parsed(monkeypatch):
    monkeypatch.setattr(reading, "NOTEBOOK_BYTES", 2**20)
    with pytest.raises(ValueError, match="more than the 1 MB"):
        read_notebook(b" " * 2_000_000)


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", "9" * 5_000, '"\\ud800"'])
def test_values_that_others_cannot_write_do_not_get_in(value):
    raw = NOTEBOOK.replace('"metadata": {}', f'"metadata": {{"odd": {value}}}').encode()
    nb = read_notebook(raw)
    assert all(cell.metadata.odd in (None, "?") for cell in nb.cells)


def test_metadata_as_deep_as_json_allows_are_cut():
    deep = '{"a": ' * 900 + "1" + "}" * 900
    nb = read_notebook(NOTEBOOK.replace('"metadata": {}', f'"metadata": {deep}').encode())
    assert json.dumps(nb).count("{") < 200


def test_of_a_key_that_is_there_twice_the_last_counts():
    nb = read_notebook(NOTEBOOK.replace('"cells": [', '"cells": [], "cells": [', 1).encode())
    assert sources(nb) == ["# Tïtle", "x = 1"]


def test_ids_are_made_up_where_they_are_missing_or_taken():
    cells = [{"cell_type": "raw", "source": str(i), "id": "unnamed-1"} for i in range(3)]
    nb = read_notebook(json.dumps({"cells": [*cells, {"cell_type": "code"}]}).encode())
    assert len({cell.id for cell in nb.cells}) == 4


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (NOTEBOOK.encode(), None),
        (b"\xef\xbb\xbf" + NOTEBOOK.encode(), None),
        (NOTEBOOK.encode("utf-16"), "not in UTF-8"),
        (NOTEBOOK.encode("latin-1"), "Latin-1"),
        (NOTEBOOK.encode() + b"}", "went on"),
        (NOTEBOOK.replace('"cells": [', '"cells": [null, ').encode(), "1 of the notebook's cells"),
        (nbformat.writes(nbformat.reads(NOTEBOOK, 4), version=3).encode(), "old format"),
    ],
)
def test_what_was_repaired_in_reading_is_said(raw, note):
    found = read_submission(raw)
    assert sources(found.notebook) == ["# Tïtle", "x = 1"]
    assert found.needs_person == ()
    assert len(found.notes) == (note is not None)
    assert note is None or note in found.notes[0]


def test_of_a_file_cut_short_the_cells_before_the_cut_can_be_had():
    cut = NOTEBOOK.encode()[: NOTEBOOK.encode().rindex(b"x = 1")]
    found = read_submission(cut)
    assert sources(found.notebook) == ["# Tïtle"]
    assert found.needs_person == (
        "the file is cut short: 1 of its cells could be read; ask for it again",
    )
    assert "cut short" in found.notes[0]
    with pytest.raises(ValueError, match="cut short"):
        read_notebook(cut)


@pytest.mark.parametrize("keep", [5, 20])
def test_a_file_cut_short_before_its_first_cell_is_refused(keep):
    with pytest.raises(ValueError, match="cut short"):
        read_submission(NOTEBOOK.encode()[:keep])
