"""No text takes long, however it is made: what took minutes takes less than a second.

The budget is processor time, and far above what is needed, so that a busy machine fails no test.
"""

import time

import pytest

from nmautils.grading.intake.filenames import clean_student
from nmautils.grading.model.limits import WRITTEN_CHARACTERS
from nmautils.grading.repair.prose import prose_of
from nmautils.grading.repair.python_cells import Parser, as_python, comment_out
from nmautils.grading.report.page import highlighted
from nmautils.grading.safe.attached import attach_pictures
from nmautils.grading.safe.markdown import clean_markdown, render_markdown
from nmautils.grading.safe.outputs import clean_outputs
from nmautils.grading.safe.text import last_states, plain_characters
from tests.support.safe_pages import as_nbconvert_shows_it

BUDGET = 8.0  # seconds


@pytest.fixture(autouse=True)
def budget():
    started = time.process_time()
    yield
    assert time.process_time() - started < BUDGET


def full(piece, length=WRITTEN_CHARACTERS, end="x"):
    return piece * (length // len(piece)) + end


MARKDOWN = [
    *("# ", "#\t", " #", "# # #", "#", " ", "\t", "\xa0", "\n", " \n", "a  "),
    *("[", "![", "[a](", "![a](", "](", "[a]: ", "[a][b]", "![a][b]", "[^a]"),
    *("<", "<img ", "<img src=", "<img src='", "<center>", "<!--", '<a href="', "&", "<p>\n"),
    *("*a ", "**a", "_a", "*a_", "~~a", "`", "`` ` ", "```\n", "~~~", "$a ", "$$", "\\"),
    *("\\begin{a}", "\\begin{a}\n", "> ", "- ", "  - a\n", "1. ", "|a", "a|b\n-|-\n", "a\n=\n"),
]
PICTURES = [
    *("![a](data:image/png;base64,AAAA", "![a](data:image/png;base64,", "![a](attachment:a "),
    *("![a](attachment:(", "![a](<attachment:a", "<img src=data:image/png;base64,AA "),
    *("[a]: attachment:a\n", "[a]: data:image/png;base64,AA\n", "![a]", "<img alt='a' alt='"),
    *('![a](attachment:a "', "<p><img src='attachment:a'></p>", "attachment:", "data:image/"),
    *("![](attachment:%25", "$ ![a](attachment:a) $ ", "`![a](attachment:a)` "),
]


@pytest.mark.parametrize("piece", MARKDOWN)
def test_written_answers(piece):
    as_nbconvert_shows_it(clean_markdown("# " + full(piece)))


def test_a_heading_that_took_minutes():
    text = "# " + full(" #", 2_000_000)
    assert "**" in clean_markdown(text)
    assert render_markdown(text)


@pytest.mark.parametrize("piece", PICTURES)
def test_pictures_in_texts_as_long_as_a_file(piece):
    attach_pictures(full(piece, 300_000), {"a": {"image/png": "AA"}})


def test_a_thousand_attachments():
    many = {f"{'%25' * i}.png": {"image/png": "AA" * i} for i in range(1000)}
    text = "".join(f"![x](attachment:{name}) " for name in many)
    _, kept = attach_pictures(text, many)
    assert kept == {}


PRINTED = [
    *("\x1b", "\x1b[", "\x1b[1;", "\x1b[0m", "\x1b]", "\x1b]a", "\x9b", "\x9b1", "\x1b[ ", "\x1bP"),
    *("\r", "\r\n", "a\r", "\x1b[K\r", " \r", "\u2028", "\x85", "\x00", "\n", "\x1b_\x1b"),
]


@pytest.mark.parametrize("piece", PRINTED)
def test_what_is_printed(piece):
    text = full(piece, 200_000)
    plain_characters(text)
    last_states(text)
    frame = f"Cell In [1]{text}"
    clean_outputs(
        [
            {"output_type": "stream", "name": "stdout", "text": text},
            {"output_type": "error", "ename": text, "evalue": text, "traceback": [frame] * 300},
            {"output_type": "display_data", "data": {"text/plain": text, "image/png": text}},
        ]
    )


CODE = [
    *("\n", " \n", "\t", " ", "a.", "a", "*", "...", "%a", "%%a\n", "!", "?", "a?", "\\\n", "#"),
    *('"', '"""', "'''", "f'{", "f'{a!", "(", "[", "{", "@a\n", "from ", "import a.", "0_", "\r"),
    *("x = %", "a, ", "from google.colab import a, ", "# a b c\n", "raise NotImplementedError "),
]


@pytest.mark.parametrize("piece", CODE)
def test_cells_of_code(piece):
    source = "x = 1\n" + full(piece, 19_000)
    assert "x" in highlighted(source)
    parse = Parser()
    comment_out(source, parse)
    as_python(source)
    prose_of(parse(source))


@pytest.mark.parametrize("piece", [" ", "_", ".", "-copy", "(1)", " (", "é", "\u202e", "copy of "])
def test_names_of_files(piece):
    assert len(clean_student(full(piece, 100_000))) <= 100
