"""Large notebook files: outputs are left out before anything is parsed."""

import base64
import json
import tracemalloc

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nmautils.grading.intake import outputs as module
from nmautils.grading.intake import read as reading
from nmautils.grading.intake.outputs import without_large_outputs
from nmautils.grading.intake.read import read_submission

LIMIT = 50_000


def notebook(*outputs, source="x = 1", **more):
    cells = [new_code_cell(source, id="a", outputs=list(outputs)), new_code_cell("y = 2", id="b")]
    return new_notebook(cells=cells, **more)


def video(size, lines=False):
    html = "<video src='data:video/mp4;base64," + "A" * size + "'>"
    if lines:
        html = "\n".join(html[i : i + 76] for i in range(0, len(html), 76))
    return new_output("display_data", {"text/html": html, "text/plain": "<HTML>"})


@pytest.fixture
def small(monkeypatch):
    """A notebook is large from 50 kB, and an output from 1 kB."""
    monkeypatch.setattr(module, "OUTPUT_BYTES", 1_000)
    monkeypatch.setattr(reading, "NOTEBOOK_BYTES", LIMIT)


def shrunk(book):
    raw, said = without_large_outputs(json.dumps(book).encode(), LIMIT)
    return json.loads(raw), said


@pytest.mark.parametrize("lines", [False, True])
def test_a_video_is_left_out_and_the_rest_stays(small, lines):
    figure = new_output("display_data", {"image/png": "B" * 500})
    data, said = shrunk(notebook(figure, video(60_000, lines), figure))
    first, stub, last = data["cells"][0]["outputs"]
    assert first["data"] == last["data"] == {"image/png": "B" * 500}
    assert stub["text"] == "(an output of 1 MB was left out)"
    assert said == "The file had 1 MB: one large output was left out."
    assert [cell["source"] for cell in data["cells"]] == ["x = 1", "y = 2"]


def test_many_that_are_not_large_go_all_together(small):
    data, said = shrunk(notebook(*[new_output("stream", text="z" * 700)] * 100))
    assert data["cells"][0]["outputs"] == []
    assert said.endswith("all outputs were left out.")


WIDGETS = {
    "application/vnd.jupyter.widget-state+json": {"state": {"a": {"outputs": ["x" * 60_000]}}}
}


def test_the_state_of_widgets_is_left_out_before_any_output(small):
    data, said = shrunk(notebook(video(1_500), metadata={"widgets": WIDGETS, "x": 1}))
    assert data["metadata"] == {"widgets": {}, "x": 1}
    assert "video" in data["cells"][0]["outputs"][0]["data"]["text/html"]
    assert said == "The file had 1 MB: the saved state of widgets was left out."


def test_the_state_of_widgets_goes_with_the_outputs_that_are_large(small):
    data, said = shrunk(notebook(video(60_000), metadata={"widgets": WIDGETS}))
    assert data["cells"][0]["outputs"][0]["name"] == "stdout"
    assert said.endswith("the saved state of widgets, and one large output was left out.")
    raw = json.dumps(notebook(metadata={"widgets": WIDGETS})).encode()
    assert [cell.source for cell in read_submission(raw).notebook.cells] == ["x = 1", "y = 2"]


def test_a_small_file_stays_as_it_is():
    raw = nbformat.writes(notebook(video(1_000))).encode()
    assert without_large_outputs(raw, len(raw)) == (raw, "")


@pytest.mark.parametrize(
    "source",
    [
        '"outputs": [1, 2, {"a": []}]',
        'print("\\"outputs\\": [{")',
        "\\",
        '\\\\"',
        "]}]}{[[",
        '"' * 99,
        "\\u0022outputs\\u0022: [",
    ],
)
def test_what_a_student_writes_is_never_taken_for_outputs(small, source):
    book = notebook(video(60_000), source=source)
    data, _ = shrunk(book)
    assert data["cells"][0]["source"] == source
    assert len(data["cells"][0]["outputs"]) == 1
    assert data["cells"][1] == json.loads(json.dumps(book))["cells"][1]


def test_outputs_with_brackets_and_quotes_end_where_they_end(small):
    odd = new_output("stream", text='"]}' * 600 + "\\")
    nested = new_output("display_data", {"application/json": {"a": [{"outputs": [1]}] * 200}})
    data, said = shrunk(notebook(odd, nested, video(60_000)))
    assert [output["name"] for output in data["cells"][0]["outputs"]] == ["stdout"] * 3
    assert "3 large outputs" in said
    assert data["cells"][1]["source"] == "y = 2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize("indent", [None, 1])
def test_large_files_in_other_files_are_made_small_too(small, encoding, indent):
    text = json.dumps(notebook(video(2 * LIMIT), source="x = 'ä'"), indent=indent)
    base64_text = base64.b64encode(text.encode()).decode()
    for wrapped in (
        text,
        {"content": json.loads(text)},
        {"format": "text", "content": text},
        {"encoding": "base64", "content": base64_text},
    ):
        raw = json.dumps(wrapped, ensure_ascii=False).encode(encoding)
        found = read_submission(raw)
        assert [cell.source for cell in found.notebook.cells] == ["x = 'ä'", "y = 2"]


def test_memory_stays_in_proportion_to_the_file(small):
    raw = nbformat.writes(notebook(*[video(20_000, lines=True)] * 50)).encode()
    assert len(raw) > 10 * LIMIT
    tracemalloc.start()
    without_large_outputs(raw, LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(raw)
