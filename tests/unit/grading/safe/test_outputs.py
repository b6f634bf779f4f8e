"""What is shown of a stranger's text and outputs: it is readable, bounded, and cannot act."""

import base64
import io
import random
import re
import struct
import zlib

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from PIL import Image

from nmautils.grading.safe.markdown import render_markdown
from nmautils.grading.safe.outputs import OutputLimits, clean_cell, clean_markdown, clean_outputs
from nmautils.grading.safe.pictures import DRAWN, clean_attachments, clean_jpeg, clean_png
from tests.support.hostile_texts import HOSTILE

SHOWN = set(
    "p br hr em strong del code pre span div a ul ol li input blockquote "
    "table thead tbody tr th td dl dt dd".split()
)


def as_nbconvert_shows_it(text, attachments=None):
    """What formgrader does with a Markdown cell."""
    renderer = IPythonRenderer(escape=False, attachments=attachments or {})
    return MarkdownWithMath(renderer=renderer).render(text)


def assert_harmless(page):
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        if tag.name == "img":
            assert tag["src"].startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
        else:
            assert tag.name in SHOWN, page
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), page
            if name == "href":
                assert re.match(r"https?://|mailto:|#", value), page
            if name == "style":
                assert re.fullmatch("text-align: ?(left|right|center)", value), page
            assert name not in ("id", "name", "srcset", "action", "formaction", "background"), page
    assert not re.search("<!|<\\?", page)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "frame", ["{}", "An answer.\n\n{}\n\nIts end.", "> - {}", "# {}", "**{}**"]
)
def test_no_markdown_acts(text, frame):
    text = clean_markdown(frame.format(text))
    assert_harmless(as_nbconvert_shows_it(text))
    assert_harmless(render_markdown(text))
    assert not re.search("[\0\u202a-\u202e\u2066-\u2069]", text)


def test_hostile_pieces_do_not_act_together():
    rng = random.Random(3)
    for _ in range(150):
        pieces = rng.choices([*HOSTILE, "`", "```", "$", "$$", "\n\n", "    ", "[", "](", "<"], k=6)
        assert_harmless(as_nbconvert_shows_it(clean_markdown("".join(pieces))))


HONEST = """My answer: $a<b$ and $$\\sum_i x_i < 3$$ since `x < y` **and** x < y, *5 %* of "them"!

- one [link](https://a.example/?b=1&c=2), <https://b.example>
- two

1. first & second

| a | b |
|---|--:|
| 1 | 2 |

```python
if a<b: print("<b>")
```
> a quotation, ~~gone~~
"""


def test_honest_markdown_stays_as_it_is():
    assert clean_markdown(HONEST) == HONEST
    page = render_markdown(HONEST)
    for tag in ("strong", "em", "ul", "ol", "table", "pre", "blockquote", "del", "a"):
        assert f"<{tag}" in page
    assert "$a&lt;b$" in page
    text = BeautifulSoup(page, "html.parser").get_text()
    assert 'if a<b: print("<b>")' in text


def test_headings_turn_bold_so_that_the_page_keeps_its_own_outline_and_ids():
    page = as_nbconvert_shows_it(
        clean_markdown("# gd_loop_test\n\ntext\n\nUnder\n=====\nmore\n---")
    )
    assert not re.search(r"<h\d|id=", page)
    assert "<strong>gd_loop_test</strong>" in page


def test_html_is_shown_as_the_text_it_is():
    shown = BeautifulSoup(render_markdown("I wrote <script>alert('x')</script>."), "html.parser")
    assert shown.get_text().strip() == "I wrote <script>alert('x')</script>."


def test_cleaning_again_changes_nothing_that_one_sees():
    for text in [*HOSTILE, HONEST]:
        once = clean_markdown(text)
        assert_harmless(as_nbconvert_shows_it(clean_markdown(once)))


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\unicode[url(//evil.example)]{65}",
        r"\style{background:url(//evil.example)}{x}",
        r"\class{btn mark-graded}{x}",
        r"\cssId{gd_loop}{x}",
        r"\require{html}",
        r"\def\a{\a\a}\a",
        r"\newcommand{\x}{\x\x}\x",
        r"\let\x\y",
        r"\rule{9999em}{9999em}",
        r"\includegraphics{//evil.example/x}",
        r"\htmlData{x=y}{z}",
        r"\bbox[url(x)]{y}",
    ],
)
@pytest.mark.parametrize(
    "frame", ["${}$", "$$ {} $$", "{}", "`${}$", r"\begin{{align}}{}\end{{align}}"]
)
def test_formulas_keep_no_command_that_links_defines_or_draws_over_the_page(tex, frame):
    shown = BeautifulSoup(render_markdown(frame.format(tex)), "html.parser").get_text()
    assert re.search(r"\\[a-zA-Z]+", tex)[0] not in shown


def test_ordinary_formulas_stay():
    text = r"$\frac{\partial L}{\partial w} = \mathbf{W}\,\text{softmax}(z)_i \left( 1 - y \right)$"
    assert clean_markdown(text) == text


BOMBS = {"[": 20_000, "`a": 10_000, "$a": 10_000, "> ": 10_000, "![a](b": 4_000, "<": 30_000}
BOMBS |= {"*a_ ": 5_000, "\n```": 5_000, "|a": 10_000, "a\n---\n": 3_000, "\\": 30_000}


@pytest.mark.parametrize("text", BOMBS)
def test_markdown_bombs_are_bounded(text):
    shown = clean_markdown(text * 10 * BOMBS[text])
    assert len(shown) < 200_000
    assert_harmless(as_nbconvert_shows_it(shown))


# Pictures


def png(width=4, height=3, **options):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG", **options)
    return file.getvalue()


def in_base64(raw):
    return base64.b64encode(raw).decode()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_header(width, height, depth=8, colour=2):
    body = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return png()[:8] + chunk(b"IHDR", body) + png()[33:]


def test_a_picture_stays_the_same_picture():
    kept = base64.b64decode(clean_png(in_base64(png())))
    assert Image.open(io.BytesIO(kept)).getpixel((2, 1)) == (0, 128, 128)
    lines = [in_base64(png())[:40] + "\n", in_base64(png())[40:]]
    assert clean_png(lines) == in_base64(kept)


def test_texts_inside_a_picture_go():
    raw = png()
    raw = raw[:33] + chunk(b"tEXt", b"Comment\0<script>alert(1)</script>") + raw[33:]
    assert b"script" not in base64.b64decode(clean_png(in_base64(raw)))


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "",
        "not base64 <script>",
        in_base64(b"<svg onload=alert(1)>"),
        in_base64(b"GIF89a" + bytes(50)),
        in_base64(png()[:-20]),
        in_base64(png()[:40] + b"x" + png()[41:]),
        in_base64(png()[:8] + png()[33:]),
        in_base64(with_header(0, 3)),
        in_base64(with_header(100_000, 3)),
        in_base64(with_header(7_999, 7_999)),
        in_base64(with_header(4, 3, depth=7)),
        in_base64(bytes(DRAWN.size + 1)),
        '" onerror="alert(1)',
    ],
)
def test_what_is_no_sound_picture_goes(data):
    assert clean_png(data) is None
    (notice,) = clean_outputs([{"output_type": "display_data", "data": {"image/png": data or 0}}])
    assert "picture" in notice.text


def jpeg(width=4, height=3):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # a phone held upright
    Image.new("RGB", (width, height), "teal").save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_a_photograph_stays_as_it_is():
    assert clean_jpeg(in_base64(jpeg())) == in_base64(jpeg())


@pytest.mark.parametrize(
    "data",
    [
        None,
        "x",
        in_base64(png()),
        in_base64(b"\xff\xd8\xff<script>alert(1)</script>"),
        in_base64(jpeg()[:30]),
        in_base64(b"\xff\xd8" + b"\xff\xe0\0\0" * 9),
        in_base64(re.sub(b"(\xff\xc0..).{5}", b"\\1\x08\xff\xff\xff\xff", jpeg(), flags=re.S)),
    ],
)
def test_what_is_no_sound_photograph_goes(data):
    assert clean_jpeg(data) is None


def test_attached_pictures_stay_and_are_shown():
    attachments = clean_attachments(
        {
            "sketch.png": {"image/png": in_base64(png()), "image/svg+xml": "<svg onload=alert(1)>"},
            "photo.jpg": {"image/jpeg": in_base64(jpeg())},
            "evil.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
            'x" onerror="alert(1)': {"image/png": in_base64(png())},
            "odd": 3,
        }
    )
    assert list(attachments) == ["sketch.png", "photo.jpg"]
    text = clean_markdown(
        "![my sketch](attachment:sketch.png) ![](attachment:photo.jpg) ![](attachment:evil.svg)",
        attachments,
    )
    page = as_nbconvert_shows_it(text, attachments)
    assert_harmless(page)
    assert page.count("<img") == 2
    assert 'alt="my sketch"' in page


# Outputs


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


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[31mred\x1b[0m text", "red text"),
        ("\x1b]0;title\x07x\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "xlink"),
        (" 10%|#\r 50%|###\r100%|#####\n", "100%|#####\n"),
        ("done\r\nagain\r\n", "done\nagain\n"),
        ("a\0b\x08c\u202ed\u2066e", "abcde"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_printed_text_is_plain(printed, shown):
    (kept,) = clean_outputs([new_output("stream", text=printed)])
    assert kept.text == shown


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
