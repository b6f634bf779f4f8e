"""What is shown as a picture is a sound picture of a sane size, and nothing else."""

import base64
import io
import re
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nmautils.grading.model.limits import ATTACHMENTS, DRAWN
from nmautils.grading.safe.markdown import clean_markdown
from nmautils.grading.safe.outputs import clean_outputs
from nmautils.grading.safe.pictures import clean_attachments, clean_jpeg, clean_png
from tests.support.safe_pages import as_nbconvert_shows_it, assert_harmless, in_base64, jpeg, png


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


def test_no_more_pictures_are_attached_than_the_limit():
    many = {f"{i}.png": {"image/png": in_base64(png())} for i in range(ATTACHMENTS + 3)}
    assert len(clean_attachments(many)) == ATTACHMENTS


def changed(raw, changes):
    raw = bytearray(raw)
    for place, value in changes:
        raw[place % len(raw)] = value
    return bytes(raw)


changes = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4)
names = st.sampled_from([b"PLTE", b"tRNS", b"IDAT", b"tEXt", b"acTL", b"gAMA", b"IEND", b"IHDR"])
chunks = st.lists(st.builds(chunk, names, st.binary(max_size=12)), max_size=5).map(b"".join)
headers = st.builds(
    with_header,
    st.integers(0, 9_000),
    st.integers(0, 9_000),
    st.sampled_from([1, 2, 4, 8, 16, 3]),
    st.sampled_from([0, 2, 3, 4, 6, 1]),
).map(lambda raw: raw[:33])
made = st.builds(lambda head, middle: head + middle + png()[33:], headers, chunks)


@settings(max_examples=300, deadline=None)
@given(st.builds(changed, st.just(png()), changes) | made)
def test_what_is_kept_as_a_png_can_be_opened(raw):
    kept = clean_png(in_base64(raw))
    if kept is not None:
        picture = Image.open(io.BytesIO(base64.b64decode(kept)))
        picture.verify()
        assert picture.format == "PNG"
        assert DRAWN.allow(*picture.size)


@settings(max_examples=100, deadline=None)
@given(st.builds(changed, st.just(jpeg()), changes))
def test_what_is_kept_as_a_photograph_has_a_sane_size(raw):
    kept = clean_jpeg(in_base64(raw))
    if kept is not None:
        assert base64.b64decode(kept) == raw
