"""Notebooks that arrive in other files: strings of JSON, answers of web services, base64."""

import base64
import gzip
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.errors import HandInError
from nmautils.grading.intake.content import may_be_notebook
from nmautils.grading.intake.read import read_notebook, read_submission

NOTEBOOK = new_notebook(
    cells=[new_markdown_cell("# Tïtle", id="a"), new_code_cell("x = 1", id="b")]
)
TEXT = nbformat.writes(NOTEBOOK)
DATA = json.loads(TEXT)
BASE64 = base64.b64encode(TEXT.encode()).decode()
IN_LINES = base64.encodebytes(TEXT.encode()).decode()

WRAPPED = {
    "string": TEXT,
    "string in a string": json.dumps(TEXT),
    "string in a string in a string": json.dumps(json.dumps(TEXT)),
    "contents API": {"name": "x.ipynb", "type": "notebook", "format": "json", "content": DATA},
    "contents API, a file": {"type": "file", "format": "text", "content": TEXT},
    "contents API, base64": {"type": "file", "format": "base64", "content": IN_LINES},
    "saved request": {"method": "PUT", "body": json.dumps({"type": "notebook", "content": DATA})},
    "Gist": {"id": "1", "files": {"x.ipynb": {"filename": "x.ipynb", "content": TEXT}}},
    "GitHub contents": {"name": "x.ipynb", "encoding": "base64", "content": IN_LINES},
    "GitHub blob": {"sha": "1", "encoding": "base64", "content": BASE64},
    "Kaggle": {"metadata": {"title": "x"}, "blob": {"kernelType": "notebook", "source": TEXT}},
    "Drive": {"kind": "drive#file", "id": "1", "data": BASE64},
    "data address": f"data:application/x-ipynb+json;base64,{BASE64}",
    "Colab message": {"method": "export", "args": [{"ipynb": DATA}]},
    "list of one": [DATA],
    "copied cells": DATA["cells"],
    "twice the same": {"before": DATA, "after": json.loads(TEXT)},
    "gzip in base64": {"content": base64.b64encode(gzip.compress(TEXT.encode(), mtime=0)).decode()},
    "old format": {"content": json.loads(nbformat.writes(NOTEBOOK, version=3))},
    "deep": {"a": {"b": {"c": [{"d": DATA}]}}},
}


@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_is_found_in_what_it_was_packed_in(wrapped, encoding):
    reading = read_submission(json.dumps(wrapped, ensure_ascii=False).encode(encoding))
    assert [cell.source for cell in reading.notebook.cells] == ["# Tïtle", "x = 1"]
    assert any("was packed in another file" in note for note in reading.notes)
    assert reading.needs_person == ()
    nbformat.validate(reading.notebook)


NOTHING = {
    "other data": {"a": [1, 2, {"b": "text"}]},
    "word": {"content": "cells"},
    "no cells": {"content": {"type": "notebook"}},
    "cells are no list": {"content": {"cells": {"0": 1}}},
    "cells of a table": {"cells_": [1], "rows": [{"cells": 3}]},
    "broken inside": {"content": TEXT[:-30]},
    "no base64": {"encoding": "base64", "content": "!" + BASE64},
    "base64 of a picture": {"content": base64.b64encode(b"\x89PNG" * 100).decode()},
    "shortcut of Drive": {"url": "https://colab.research.google.com/drive/1", "doc_id": "1"},
    "Zeppelin": {"paragraphs": [{"text": "%python\nx = 1"}], "name": "x"},
    "too deep": json.loads('{"a":' * 40 + json.dumps(DATA) + "}" * 40),
    "behind many": {"a": [0] * 5_000, "b": {"c": [DATA]}},
}


@pytest.mark.parametrize("wrapped", NOTHING.values(), ids=NOTHING)
def test_what_holds_no_notebook_is_refused_in_one_line(wrapped):
    with pytest.raises(HandInError, match="not a notebook") as error:
        read_notebook(json.dumps(wrapped).encode())
    assert "\n" not in str(error.value)


def test_of_several_notebooks_in_a_file_none_is_guessed():
    other = nbformat.writes(new_notebook(cells=[new_code_cell("y = 2", id="c")]))
    files = {"a.ipynb": {"content": TEXT}, "b.ipynb": {"content": other}}
    with pytest.raises(HandInError, match="the file holds several notebooks: hand in the one"):
        read_notebook(json.dumps({"files": files}).encode())


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (TEXT.encode(), True),
        (json.dumps(TEXT).encode(), True),
        (b"\xef\xbb\xbf" + TEXT.encode(), True),
        (TEXT.encode("utf-16"), True),
        (gzip.compress(TEXT.encode(), mtime=0), True),
        (b'{"worksheets" : []}', True),
        (b'{"a": 1}', False),
        (b"", False),
        (b"\x1f\x8bnot gzip", False),
        (gzip.compress(b"text", mtime=0), False),
        (b'<script>{"cells": []}</script>', False),
        (b'x = {"cells": []}', False),
        (b"PK\x03\x04", False),
    ],
)
def test_a_notebook_is_told_by_how_a_file_begins(head, answer):
    assert may_be_notebook(head) is answer


# --- what a cell's text may be written as --------------------------------------------------------

LINES = "def f(x):\n    return x\n\ny = f(1)"


@pytest.mark.parametrize(
    "source",
    [
        LINES,
        LINES.splitlines(keepends=True),
        LINES.splitlines(),
        [line or None for line in LINES.splitlines()],
        [LINES],
        [[line] for line in LINES.splitlines()],
        [[line] for line in LINES.splitlines(keepends=True)],
        list(LINES),
        {str(i): line for i, line in enumerate(LINES.splitlines())},
        {"value": LINES},
        [LINES[:10], LINES[10:]],
    ],
)
@pytest.mark.parametrize("version", [3, 4])
def test_a_cells_lines_are_read_in_any_form(source, version):
    data = json.loads(nbformat.writes(new_notebook(cells=[new_code_cell("?")]), version=version))
    cell = data["cells"][0] if version == 4 else data["worksheets"][0]["cells"][0]
    cell["source" if version == 4 else "input"] = source
    assert read_notebook(json.dumps(data).encode()).cells[0].source == LINES


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (None, ""),
        (True, ""),
        (7, "7"),
        ([], ""),
        ({}, ""),
        (["x"], "x"),
        (["x = ", 1, "\n", "y"], "x = 1\ny"),
        ([1, 2], "12"),
        (["import a", "import b"], "import a\nimport b"),
        (["a = 1\n", "b = 2"], "a = 1\nb = 2"),
        ([[[[["x"]]]]], ""),
    ],
)
def test_odd_sources_become_text(source, text):
    raw = json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()
    assert read_notebook(raw).cells[0].source == text


@pytest.mark.parametrize(
    "wrap",
    [
        ")]}'\n%s",
        ")]}',\n\n%s",
        "callback(%s);",
        "/**/ google.visualization.set(%s)\n",
    ],
)
def test_what_a_web_service_puts_around_json_is_taken_away(wrap):
    found = read_submission((wrap % TEXT).encode())
    assert [cell.source for cell in found.notebook.cells] == ["# Tïtle", "x = 1"]
    assert found.notes == ("The notebook was packed in another file; it was taken out.",)


@pytest.mark.parametrize("text", [BASE64, IN_LINES, f"data:text/plain;base64,{BASE64}"])
def test_a_file_in_base64_is_read(text):
    found = read_submission(text.encode())
    assert [cell.source for cell in found.notebook.cells] == ["# Tïtle", "x = 1"]
