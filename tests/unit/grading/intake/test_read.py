"""Notebook files in every state that people manage to bring them in."""

import gzip
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.errors import HandInError
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
        gzip.compress(NOTEBOOK.encode(), mtime=0),
        gzip.compress(NOTEBOOK.encode("utf-16"), mtime=0),
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
        (gzip.compress(NOTEBOOK.encode(), mtime=0)[:-60], "cut short"),
        (gzip.compress(b"x", mtime=0)[:4] + b"x" * 40, "damaged gzip archive"),
        (gzip.compress(b"\0" * (65 * 2**20), mtime=0), "gzip archive with more than 64 MB"),
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
        "the file is cut short or damaged: 1 of its cells could be read; if that is not all of "
        "them, ask for it again",
    )
    assert "cut short" in found.notes[0]
    with pytest.raises(ValueError, match="cut short"):
        read_notebook(cut)


@pytest.mark.parametrize("keep", [5, 20])
def test_a_file_cut_short_before_its_first_cell_is_refused(keep):
    with pytest.raises(ValueError, match="cut short"):
        read_submission(NOTEBOOK.encode()[:keep])


# --- any file at all -----------------------------------------------------------------------------

SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("a,b")
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def odd(**known):
    """Make a dictionary with some of the keys, mostly with what they should be, and others."""
    values = {key: st.one_of(value, VALUE) for key, value in known.items()}
    return st.one_of(
        st.fixed_dictionaries({}, optional=values),
        st.dictionaries(st.sampled_from([*known, "other"]), VALUE, max_size=4),
    )


TEXTS = st.one_of(st.text(max_size=8), st.lists(st.text(max_size=5), max_size=3))
TYPES = st.sampled_from(["text/plain", "image/png", "application/json", "application/x+json"])
BUNDLE = st.dictionaries(st.one_of(TYPES, st.just("application/\n+json")), st.one_of(TEXTS, VALUE))
OUTPUT = odd(
    output_type=st.sampled_from(["stream", "error", "display_data", "execute_result"]),
    name=st.text(max_size=5),
    text=TEXTS,
    data=BUNDLE,
    metadata=odd(),
    ename=st.text(max_size=5),
    evalue=st.text(max_size=5),
    traceback=st.lists(st.one_of(st.text(max_size=5), VALUE), max_size=3),
    execution_count=st.integers(-1, 5),
)
CELL = odd(
    cell_type=st.sampled_from(["code", "markdown", "raw", "heading"]),
    id=st.sampled_from(["a", "b", "a b", "unnamed-1", "x" * 65]),
    source=TEXTS,
    metadata=odd(
        name=st.sampled_from(["", "a", "a\n"]),
        tags=st.lists(st.sampled_from(["", "a", "b", "a,b"]), max_size=4),
        collapsed=st.booleans(),
        scrolled=st.just("auto"),
        format=st.text(max_size=3),
        jupyter=odd(source_hidden=st.booleans()),
        execution=st.dictionaries(st.text(max_size=3), SCALAR),
        nbgrader=odd(grade_id=st.text(max_size=5)),
    ),
    outputs=st.lists(OUTPUT, max_size=3),
    attachments=st.dictionaries(st.text(max_size=3), BUNDLE, max_size=2),
    execution_count=st.integers(-1, 5),
    input=TEXTS,  # of format 3
    level=st.integers(1, 6),
)
METADATA = odd(
    kernelspec=odd(name=st.text(max_size=3), display_name=st.text(max_size=3)),
    language_info=odd(name=st.text(max_size=3), codemirror_mode=st.text(), mimetype=st.text()),
    orig_nbformat=st.integers(0, 2),
    title=st.text(max_size=3),
    authors=st.lists(VALUE, max_size=2),
)
CELLS = st.lists(st.one_of(CELL, VALUE), max_size=4)


def check_reading(read, raw):
    """Check that the notebook is valid, or that one line says why there is none."""
    try:
        found = read(raw)
    except HandInError as error:
        why = str(error)
    else:
        nb = getattr(found, "notebook", found)
        nbformat.validate(nb)
        nbformat.validate(nbformat.reads(nbformat.writes(nb), 4))
        return nb
    assert why
    assert "\n" not in why
    return None


@given(st.fixed_dictionaries({"cells": CELLS}, optional={"metadata": METADATA, "nbformat": SCALAR}))
def test_any_notebook_of_json_becomes_a_valid_one(data):
    nb = check_reading(read_notebook, json.dumps(data).encode())
    assert len(nb.cells) == sum(isinstance(cell, dict) for cell in data["cells"])


@given(
    st.fixed_dictionaries(
        {"worksheets": st.one_of(st.lists(odd(cells=CELLS), max_size=2), VALUE)},
        optional={"metadata": METADATA, "nbformat": st.sampled_from([1, 2, 3, 4, "x"])},
    )
)
def test_any_notebook_of_an_old_format_is_valid_or_refused(data):
    check_reading(read_notebook, json.dumps(data).encode())


@given(st.one_of(st.binary(), st.text().map(str.encode), VALUE.map(json.dumps).map(str.encode)))
def test_any_bytes_are_a_notebook_or_refused_in_one_line(raw):
    check_reading(read_notebook, raw)
    check_reading(read_submission, raw)


@given(st.integers(0, len(NOTEBOOK)), st.binary(max_size=4), st.integers(0, 4))
def test_a_damaged_notebook_is_read_or_refused_in_one_line(at, put_in, taken_out):
    raw = NOTEBOOK.encode()
    damaged = raw[:at] + put_in + raw[at + taken_out :]
    check_reading(read_notebook, damaged)
    check_reading(read_submission, damaged)
