"""What is made and asked when a stranger's text is shown: pages, and pictures in base64."""

import base64
import io
import re

from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image

SHOWN = set(
    "p br hr em strong del code pre span div a ul ol li input blockquote "
    "table thead tbody tr th td dl dt dd".split()
)


def as_nbconvert_shows_it(text, attachments=None):
    """What formgrader does with a Markdown cell."""
    renderer = IPythonRenderer(escape=False, attachments=attachments or {})
    return MarkdownWithMath(renderer=renderer).render(text)


def assert_harmless(page):
    """Nothing in a page acts, is fetched, or stands for something of the page around it."""
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


def png(width=4, height=3, **options):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG", **options)
    return file.getvalue()


def jpeg(width=4, height=3):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # a phone held upright
    Image.new("RGB", (width, height), "teal").save(file, "JPEG", exif=exif)
    return file.getvalue()


def in_base64(raw):
    return base64.b64encode(raw).decode()
