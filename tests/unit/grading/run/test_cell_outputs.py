"""Of what a cell publishes, as much is kept as could appear on a page."""

import pytest

from nmautils.grading.model.limits import (
    DRAWN,
    ERROR_CHARACTERS,
    FLOOD_BYTES,
    FLOOD_MESSAGES,
    OUTPUTS,
    TRACEBACK_LINES,
)
from nmautils.grading.run.cell_outputs import CellOutputs


def message(kind, content):
    return {"kind": kind, "content": content}


def printed(text, name="stdout"):
    return message("stream", {"name": name, "text": text})


def drawn(picture):
    return message("display_data", {"data": {"image/png": picture}})


@pytest.fixture
def shown():
    return CellOutputs()


def test_text_of_one_stream_is_one_output(shown):
    for text, name in (("a", "stdout"), ("b", "stdout"), ("c", "stderr"), ("d", "other")):
        shown.take(printed(text, name))
    assert [(output["name"], output["text"]) for output in shown.outputs] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]
    assert not shown.cut


def test_text_is_cut_one_past_the_limit(shown):
    shown.take(printed("x" * (OUTPUTS.raw_characters - 1)))
    shown.take(message("execute_result", {"data": {"text/plain": "y"}}))
    assert not shown.cut
    shown.take(printed("z"))
    assert shown.cut
    assert [output["output_type"] for output in shown.outputs] == ["stream", "display_data"]


def test_pictures_that_could_not_be_shown_are_not_kept(shown):
    shown.take(drawn("x" * (DRAWN.base64_characters + 1)))
    assert (shown.outputs, shown.cut) == ([], True)


def test_as_many_pictures_are_kept_as_a_page_shows(shown):
    picture = "x" * DRAWN.base64_characters
    for _ in range(OUTPUTS.pictures):
        shown.take(drawn(picture))
    assert not shown.cut
    shown.take(drawn("x"))
    assert shown.cut
    assert len(shown.outputs) == OUTPUTS.pictures


def test_an_error_keeps_its_name_and_the_start_of_its_text(shown):
    content = {
        "ename": "no name",
        "evalue": "x" * (ERROR_CHARACTERS + 1),
        "traceback": ["line", 3, *["line"] * TRACEBACK_LINES],
    }
    shown.take(message("error", content))
    (error,) = shown.outputs
    assert error["ename"] == "Error"
    assert error["evalue"] == "x" * ERROR_CHARACTERS
    assert error["traceback"] == ["line"] * (TRACEBACK_LINES - 1)


def test_a_cell_that_floods_is_noticed_one_message_past_the_limit(shown):
    for _ in range(FLOOD_MESSAGES):
        shown.take(message("unknown", {}))
    assert not shown.flooded
    shown.take(message("unknown", {}))
    assert shown.flooded


def test_a_cell_that_floods_is_noticed_by_its_bytes(shown):
    shown.take(message("unknown", {"a": "x" * (FLOOD_BYTES - len("{'a': ''}"))}))
    assert not shown.flooded
    shown.take(message("unknown", {}))
    assert shown.flooded


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {}),
        ("stream", {"text": 3, "name": []}),
        ("display_data", {"data": None}),
        ("display_data", {"data": {"image/png": 3, "text/html": "<b>"}}),
        ("execute_result", {}),
        ("nothing", {}),
    ],
)
def test_what_is_no_output_is_left_out(shown, kind, content):
    shown.take(message(kind, content))
    assert (shown.outputs, shown.cut) == ([], False)


def test_a_picture_that_was_too_large_to_be_sent_counts_as_left_out(shown):
    shown.take(drawn(""))
    assert (shown.outputs, shown.cut) == ([], True)
