"""Of what cells show is kept what is readable, bounded, and cannot act."""

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from nmautils.grading.model.limits import OutputLimits
from nmautils.grading.safe.outputs import clean_cell, clean_outputs
from tests.support.safe_pages import as_nbconvert_shows_it, assert_harmless, in_base64, png


def test_rich_outputs_keep_their_words_and_their_picture():
    data = {
        "text/plain": "<Figure>",
        "image/png": in_base64(png()),
        "text/html": "<script>alert(1)</script>",
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg onload=alert(1)>",
        "text/latex": "$\\href{x}{y}$",
        "text/markdown": "<img src=x onerror=alert(1)>",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
    }
    output = {"output_type": "execute_result", "data": data, "execution_count": 3}
    output["metadata"] = {"image/png": {"alt": '"><script>'}}
    (kept,) = clean_outputs([output])
    assert set(kept.data) == {"text/plain", "image/png"}
    assert kept.metadata == {}
    assert kept.execution_count == 3


def test_printed_text_is_plain():
    (kept,) = clean_outputs([new_output("stream", text="\x1b[31m 10%|#\r 50%|###\x1b[0m\n<b>")])
    assert kept.text == " 50%|###\n<b>"


def test_printed_pieces_are_joined():
    outputs = [new_output("stream", text="a"), new_output("stream", text="b")]
    assert [output.text for output in clean_outputs(outputs)] == ["ab"]


def test_an_error_keeps_its_line_and_the_students_own_cells():
    traceback = [
        "\x1b[0;31m------\x1b[0m",
        "\x1b[0;31mValueError\x1b[0m    Traceback (most recent call last)",
        "Cell \x1b[0;32mIn[3], line 2\x1b[0m\n\x1b[1;32m      1\x1b[0m x = 1\n----> 2 f(x)",
        "File /home/teacher/course/secret.py:17, in f(x)\n---> 17 raise ValueError('no')",
        "ValueError: no\nand more",
    ]
    output = new_output("error", ename="ValueError", evalue="no\nand more", traceback=traceback)
    (kept,) = clean_outputs([output])
    assert kept.traceback == [
        "Cell In[3], line 2\n      1 x = 1\n----> 2 f(x)",
        "ValueError: no and more",
    ]
    assert "teacher" not in str(kept)


def test_floods_are_cut_and_said_so():
    limits = OutputLimits(outputs=5, characters=1000, lines=20, pictures=2)
    outputs = [new_output("stream", text="x\n" * 10_000)] * 3
    outputs += [new_output("display_data", data={"image/png": in_base64(png())})] * 100
    outputs += [
        new_output("error", ename="E" * 999, evalue="v" * 9999, traceback=["z" * 9999] * 99)
    ]
    kept = clean_outputs(outputs, limits)
    assert len(kept) <= limits.outputs + 1
    assert sum("image/png" in output.get("data", {}) for output in kept) == 2
    assert len(str([o for o in kept if o.output_type == "stream"])) < 1500
    assert "left out" in kept[-1].text


@pytest.mark.parametrize(
    "outputs",
    [
        [None, 3, "x", [], {}],
        [{"output_type": "stream", "text": 3}],
        [{"output_type": "error"}],
        [{"output_type": "error", "ename": 3, "evalue": [], "traceback": [4]}],
        [{"output_type": "display_data", "data": []}],
        [{"output_type": "execute_result", "data": {"text/plain": {}}, "execution_count": "x"}],
        [{"output_type": "pwned", "data": {"text/plain": "x"}}],
    ],
)
def test_odd_outputs_are_left_out(outputs):
    assert all(output.output_type in ("stream", "error") for output in clean_outputs(outputs))


def test_cells_of_every_type_are_cleaned():
    code = new_code_cell("x", outputs=[new_output("display_data", data={"text/html": "<script>"})])
    written = new_markdown_cell("<script>", attachments={"a.svg": {"image/svg+xml": "<svg>"}})
    raw = new_raw_cell("<script>alert(1)</script>", metadata={"raw_mimetype": "text/html"})
    for cell in (code, written, raw):
        clean_cell(cell)
    assert code.outputs == []
    assert "attachments" not in written
    assert raw.cell_type == "markdown"
    for cell in (written, raw):
        assert_harmless(as_nbconvert_shows_it(cell.source))


SMALL = OutputLimits(outputs=4, characters=60, lines=5, pictures=2)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
lines = st.text("ab\n\r\x1b[3m\u202e ", max_size=90)
texts = lines | st.lists(lines | anything, max_size=4) | anything
outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result"])},
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | anything,
        "text": texts,
        "ename": texts,
        "evalue": texts,
        "traceback": st.lists(
            st.just("Cell In[3], line 1\n").flatmap(
                lambda start: lines.map(lambda text: start + text)
            )
            | anything,
            max_size=6,
        )
        | anything,
        "data": st.fixed_dictionaries(
            {},
            optional={
                "text/plain": texts,
                "image/png": st.just(in_base64(png())) | texts,
                "text/html": texts,
            },
        )
        | anything,
        "execution_count": st.integers() | anything,
        "metadata": anything,
    },
)


@settings(max_examples=25)
@given(st.lists(outputs | anything, max_size=9))
def test_what_is_kept_is_valid_and_within_the_limits(shown):
    kept = clean_outputs(shown, SMALL)
    nbformat.validate(new_notebook(cells=[new_code_cell(outputs=kept)]))
    if kept and "left out here" in kept[-1].get("text", ""):
        kept = kept[:-1]
    assert len(kept) <= SMALL.outputs
    assert sum("image/png" in output.get("data", {}) for output in kept) <= SMALL.pictures
    texts = [output.get("text", "") for output in kept]
    texts += [output.get("data", {}).get("text/plain", "") for output in kept]
    texts += [frame for output in kept for frame in output.get("traceback", [])[:-1]]
    assert sum(map(len, texts)) <= SMALL.characters
    assert sum(text.count("\n") for text in texts) <= SMALL.lines
