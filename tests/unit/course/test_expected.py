"""What a student should see: pictures made small, text made short, both kept and shown."""

import base64
import json

import nbformat
import numpy as np
import pytest

from nmautils.course.expected import (
    ShowExpected,
    clean_outputs,
    code_key,
    demos,
    expected_cell,
    read_key,
    shown_by,
    shrink,
    store_expected,
    without_texts,
)
from nmautils.errors import CourseError
from tests.support.pictures import gradient, opened, png


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def picture(data):
    return {
        "output_type": "display_data",
        "metadata": {"needs_background": "light"},
        "data": {"image/png": base64.b64encode(data).decode(), "text/plain": "<Figure>"},
    }


def result(text):
    return {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {"text/plain": text},
    }


def code(name, *outputs, tags=("demo",), source="1", **metadata):
    return nbformat.from_dict(
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": list(tags), **metadata},
            "source": source,
            "outputs": list(outputs),
            "execution_count": 1,
        }
    )


def exercise(name="ex"):
    nbgrader = {"grade": False, "solution": True, "grade_id": name}
    return code(name, tags=(), nbgrader=nbgrader)


def notebook(*cells):
    return nbformat.from_dict(
        {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    )


# --- pictures ------------------------------------------------------------------------------------


def test_few_colours_are_kept_exactly_and_stored_as_a_palette():
    pixels = np.full((50, 70, 3), 255)
    pixels[10:20, :, :] = [31, 119, 180]
    made = opened(shrink(png(pixels)))
    assert made.mode == "P"
    np.testing.assert_array_equal(np.asarray(made.convert("RGB")), pixels)


def test_colours_are_not_visibly_worse_after_a_palette():
    pixels = gradient()
    made = np.asarray(opened(shrink(png(pixels))).convert("RGB")).astype(int)
    assert np.sqrt(np.mean((made - pixels) ** 2)) < 3


def test_pictures_carry_no_metadata_and_are_the_same_each_time():
    made = shrink(png(gradient(), dpi=(72, 72)))
    assert opened(made).info == {}
    assert made == shrink(png(gradient(), dpi=(72, 72)))


def test_transparent_paper_becomes_white():
    pixels = np.zeros((4, 4, 4))
    assert np.asarray(opened(shrink(png(pixels))).convert("RGB")).min() == 255


# --- outputs -------------------------------------------------------------------------------------


def test_text_and_pictures_are_taken_in_order_without_progress_bars():
    text, pictures = shown_by(
        code(
            "d",
            stream("loss 1\n"),
            stream(" 50%|#####     | 5/10 [00:01<00:01, 9.5it/s]\n", "stderr"),
            stream("  0%|   | 0/9\r100%|###| 9/9 [00:01]\nloss 2\n"),
            picture(png(gradient())),
            result("0.5"),
        )
    )
    assert text == "loss 1\nloss 2\n0.5"
    assert [opened(data).size for data in pictures] == [(90, 60)]


def test_long_text_is_cut_to_fifteen_lines():
    text, _ = shown_by(code("d", stream("".join(f"{n}\n" for n in range(40)))))
    assert text.split("\n") == [*map(str, range(14)), "..."]


def test_fifteen_lines_stay():
    text, _ = shown_by(code("d", stream("".join(f"{n}\n" for n in range(15)))))
    assert text.split("\n") == list(map(str, range(15)))


def test_outputs_lose_what_differs_from_run_to_run():
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "abc"}, "text/plain": "W"}
    cell = code(
        "d",
        stream("warning\n", "stderr"),
        stream("kept\n"),
        {"output_type": "display_data", "metadata": {}, "data": widget},
        picture(png(gradient(), dpi=(72, 72))),
    )
    cell.metadata.execution = {"iopub.status.busy": "2026-01-01"}
    [cleaned] = clean_outputs(notebook(cell)).cells
    assert [output.output_type for output in cleaned.outputs] == [
        "stream",
        "display_data",
        "display_data",
    ]
    assert cleaned.outputs[0].text == "kept\n"
    assert cleaned.outputs[1].data == {"text/plain": "W"}
    assert cleaned.outputs[2].metadata == {}
    assert "execution" not in cleaned.metadata


# --- keeping -------------------------------------------------------------------------------------


def test_what_was_shown_is_kept_and_what_is_old_removed(tmp_path):
    for name in ["ex.txt", "old.png", "ex-1.png"]:
        (tmp_path / name).write_text("old")
    demo = code("d", stream("hello\n"), picture(png(gradient())), expected="ex", alt="A")
    nb = notebook(exercise(), demo)
    store_expected(nb, tmp_path, "k")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ex.png", "ex.txt", "key.json"]
    assert (tmp_path / "ex.txt").read_text() == "hello\n"
    assert read_key(tmp_path) == "k"
    assert store_expected(nb, tmp_path, "k") == []


def test_several_pictures_are_numbered(tmp_path):
    demo = code("d", *[picture(png(gradient()))] * 2, expected="ex", alt="A")
    store_expected(notebook(exercise(), demo), tmp_path, "k")
    assert sorted(p.name for p in tmp_path.glob("*.png")) == ["ex-1.png", "ex-2.png"]
    cell = expected_cell("ex", "A", tmp_path)
    assert "![A (1 of 2)](data:image/png" in cell.source
    assert "![A (2 of 2)](data:image/png" in cell.source


@pytest.mark.parametrize(
    ("demo", "message"),
    [
        (code("d", picture(png(gradient())), expected="ex"), "needs an alt: text"),
        (code("d", expected="ex", alt="A"), "shows nothing"),
        (code("d", stream("x\n"), expected="other"), "'other' is not an exercise"),
        (code("d", stream("x\n"), expected="ex", tags=("explore",)), "belongs into a demo"),
    ],
)
def test_a_demo_cell_that_shows_too_little_is_refused_and_nothing_written(tmp_path, demo, message):
    with pytest.raises(CourseError, match=message):
        store_expected(notebook(exercise(), demo), tmp_path, "k")
    assert list(tmp_path.iterdir()) == []


def test_two_demo_cells_of_one_exercise_are_refused():
    twice = [code(name, expected="ex") for name in "ab"]
    with pytest.raises(CourseError, match="stands in two cells"):
        demos(notebook(exercise(), *twice))


def test_the_key_follows_code_and_nothing_else():
    key = code_key(notebook(exercise(), code("d")))
    outputs = code_key(notebook(exercise(), code("d", stream("x\n"))))
    text = nbformat.from_dict({"cell_type": "markdown", "id": "t", "metadata": {}, "source": "x"})
    assert key == outputs == code_key(notebook(text, exercise(), code("d")))
    assert key != code_key(notebook(exercise(), code("d", source="2")))
    assert key != code_key(notebook(exercise(), code("d", expected="ex")))


HINTED = """\
checks = Checks("mean")
with checks("by hand", points=1):
    checks.close(call([1, -2.5]), 2, mistakes=[Mistake("sum", f"Divide by {n}.", lambda: 6)])
checks.report()"""


def graded(source):
    return code("ex_test", tags=(), source=source, nbgrader={"grade": True, "grade_id": "ex_test"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"sum"', '"not divided"'),
        ('f"Divide by {n}."', '"Divide by their number."'),
        ('f"Divide by {n}."', '("Divide by" f" {n} " "numbers.")'),
        ("checks.report()", "# the score\nchecks.report()"),
    ],
)
def test_the_key_does_not_follow_the_texts_of_a_test(old, new):
    changed = HINTED.replace(old, new)
    assert changed != HINTED
    assert code_key(notebook(graded(changed))) == code_key(notebook(graded(HINTED)))
    assert code_key(notebook(code("d", source=changed))) != code_key(
        notebook(code("d", source=HINTED))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-2.5", "2.5"),
        ("-2.5", "-2.6"),
        ("call(", "ask("),
        ("checks.close", "checks.shape"),
        ("lambda: 6", "lambda: 7"),
        ("lambda: 6", "lambda n: 6"),
        ("points=1", "point=1"),
        ("checks.report()", "checks.report"),
        ("    checks.close", "    pass\nchecks.close"),
    ],
)
def test_the_key_follows_all_else_in_a_test(old, new):
    changed = HINTED.replace(old, new)
    assert changed != HINTED
    assert code_key(notebook(graded(changed))) != code_key(notebook(graded(HINTED)))


def test_code_without_texts_is_the_same_in_every_version_of_python():
    assert without_texts("def f(x: 'X', *, y=1.5):\n    return f'{x}' and None") == [
        "Module",
        [],
        [
            "FunctionDef",
            ["f"],
            [
                "arguments",
                [],
                ["arg", ["x"], ["text"]],
                ["arg", ["y"]],
                ["Constant", ["1.5"]],
            ],
            ["Return", [], ["BoolOp", [], ["And", []], ["text"], ["Constant", ["None"]]]],
        ],
    ]
    assert without_texts("%matplotlib inline") == "%matplotlib inline"


def test_a_damaged_key_file_counts_as_none(tmp_path):
    for content in ["", "[]", '{"code"', "null"]:
        (tmp_path / "key.json").write_text(content)
        assert read_key(tmp_path) == ""


# --- showing -------------------------------------------------------------------------------------


def show(tmp_path, *cells):
    resources = {"metadata": {"path": str(tmp_path)}}
    return ShowExpected().preprocess(notebook(*cells), resources)[0].cells


def test_the_picture_stands_below_its_demo_cell(tmp_path):
    (tmp_path / "expected").mkdir()
    data = png(gradient())
    (tmp_path / "expected" / "ex.png").write_bytes(data)
    (tmp_path / "expected" / "ex.txt").write_text("loss 1\n")
    (tmp_path / "expected" / "ex_other.png").write_bytes(b"another exercise's")
    made = show(tmp_path, exercise(), code("d", expected="ex", alt="A [b]"), code("e"))
    assert [cell.id for cell in made] == ["ex", "d", "ex-expected", "e"]
    text = made[2].source
    assert text.startswith("**What you should see**")
    assert "```text\nloss 1\n```" in text
    assert f"![A  b ](data:image/png;base64,{base64.b64encode(data).decode()})" in text
    assert "another" not in text
    assert "expected" not in made[1].metadata
    assert "alt" not in made[1].metadata
    json.dumps(made[2])


def test_simulated_data_are_spoken_of_where_a_recording_is_loaded(tmp_path):
    (tmp_path / "expected").mkdir()
    (tmp_path / "expected" / "ex.txt").write_text("loss 1\n")
    demo = code("d", expected="ex", alt="A")
    loads = code("l")
    loads.source = "resp_all, stimuli_all = nma.load_data()"
    assert "simulated" in show(tmp_path, loads, exercise(), demo)[-1].source
    demo = code("d", expected="ex", alt="A")
    without = show(tmp_path, exercise(), demo)[-1].source
    assert "simulated" not in without
    assert "do not mind the last digits" in without


def test_missing_pictures_are_one_clear_line(tmp_path):
    with pytest.raises(CourseError, match="nothing is kept for expected: 'ex'; run nmautils build"):
        show(tmp_path, exercise(), code("d", expected="ex", alt="A"))
