"""Pictures of a written answer reach whoever reads it, from wherever a text has them."""

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell

from nmautils.grading.model.limits import ATTACHMENTS, WRITTEN_CHARACTERS
from nmautils.grading.repair.rebuild import rebuild
from nmautils.grading.safe.attached import attach_pictures
from nmautils.grading.safe.markdown import clean_markdown, render_markdown
from nmautils.grading.safe.outputs import clean_cell
from tests.damaged.corpus import below, cell
from tests.support.safe_pages import as_nbconvert_shows_it, assert_harmless, in_base64, jpeg, png
from tests.support.small_release import nb, release

__all__ = ["nb", "release"]

PNG, JPEG = in_base64(png()), in_base64(jpeg())
PASTED = f"data:image/png;base64,{PNG}"
ATTACHED = {
    name: {"image/png": PNG}
    for name in (
        *("image.png", "Screen Shot 2024-01-01 at 10.00.00.png", "été.png", "a (1).png"),
        *("100%.png", "a_b.png", "图.png", "Ü&B.png", "UPPER.PNG"),
    )
} | {
    "photo.jpg": {"image/jpeg": JPEG},
    "said to be.png": {"image/png": JPEG},
    "lines.png": {"image/png": [PNG[:40] + "\n", PNG[40:]]},
    "drawing.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
    "broken.png": {"image/png": PNG[:-30]},
}

SHOWN = {
    "pasted in Colab": f"![drawing.png]({PASTED})",
    "pasted as HTML": f'<img src="{PASTED}" width="200">',
    "HTML in capitals": f"<IMG ALT='x' SRC='{PASTED}' />",
    "HTML without quotation marks": f"<img src={PASTED}>",
    "HTML over lines": f'<img\n  alt="a > b"\n  src="{PASTED}"\n/>',
    "HTML with a sign in quotation marks": f"<img src='{PASTED}' alt = 'x => y > z'>",
    "HTML with an apostrophe": f"<img alt=it's src='{PASTED}'> and isn't it > this?",
    "HTML with a quotation mark left open": f'<img src="{PASTED}" alt="x>',
    "in a wrapper": f'<center><img src="{PASTED}"></center>',
    "in a paragraph": f'<p align="center">\n<img src="{PASTED}">\n</p>',
    "a JPEG that is pasted": f"![](data:image/jpeg;base64,{JPEG})",
    "a JPEG that says it is a PNG": f"![](data:image/png;base64,{JPEG})",
    "in brackets": f"![x](<{PASTED}>)",
    "with a title": f'![x]({PASTED} "a title")',
    "escaped base64": f"![x](data:image/png;base64,{PNG.replace('+', '%2B').replace('=', '%3D')})",
    "by reference": f"![x][1]\n\n[1]: {PASTED}",
    "by its name": f"![Fig 1]\n\n[fig 1]: {PASTED} 'title'",
    "by reference from below": f"[1]: {PASTED}\n\nand $w$ then ![x][1]",
    "by reference to an attachment": "![x][a]\n\n[a]: <attachment:a (1).png>",
    "attached": "![x](attachment:image.png)",
    "blanks in brackets": "![x](<attachment:Screen Shot 2024-01-01 at 10.00.00.png>)",
    "blanks escaped": "![x](attachment:Screen%20Shot%202024-01-01%20at%2010.00.00.png)",
    "blanks": "![x](attachment:Screen Shot 2024-01-01 at 10.00.00.png)",
    "letters escaped": "![](attachment:%C3%A9t%C3%A9.png)",
    "letters in two parts": "![](attachment:e\u0301te\u0301.png)",
    "another script": "![](attachment:图.png)",
    "parentheses": "![x](attachment:a (1).png)",
    "parentheses escaped": "![x](attachment:a%20%281%29.png)",
    "a sign escaped": "![x](attachment:a\\_b.png)",
    "a per cent sign": "![x](attachment:100%.png)",
    "HTML escapes": '<img src="attachment:Ü&amp;B.png">',
    "HTML": "<img src='attachment:image.png'/>",
    "the other case": "![x](attachment:upper.png)",
    "a photograph": "![x](attachment:photo.jpg)",
    "another type than it says": "![x](<attachment:said to be.png>)",
    "in lines": "![x](attachment:lines.png)",
    "between prices": "From $5 ![x](attachment:image.png) to $6.",
    "in a list": f"- one\n- ![x]({PASTED})",
    "in a link": f"[![x]({PASTED})](https://a.example)",
}

LEFT_OUT = {
    "missing": ("![x](attachment:gone.png)", "not in the file"),
    "missing in HTML": ("<img src='attachment:gone.png' alt='x'>", "not in the file"),
    "SVG": ("![x](attachment:drawing.svg)", "no PNG or JPEG"),
    "pasted SVG": ("![x](data:image/svg+xml;base64,PHN2Zz4=)", "no PNG or JPEG"),
    "SVG in HTML": ("<img src='data:image/svg+xml;base64,PHN2Zz4='>", "no PNG or JPEG"),
    "GIF": ("![x](data:image/gif;base64,R0lGODlhAQABAAAAACw=)", "no PNG or JPEG"),
    "broken": ("![x](attachment:broken.png)", "no PNG or JPEG"),
    "broken and pasted": (f"![x](data:image/png;base64,{PNG[:-30]})", "no PNG or JPEG"),
    "no base64": (f"![x](data:image/png,{PNG})", "no PNG or JPEG"),
    "no picture": ("![x](data:image/png;base64,)", "no PNG or JPEG"),
    "a script": (f"![x](data:image/png;base64,{in_base64(b'<script>')})", "no PNG or JPEG"),
}


def shown(text, attachments=ATTACHED):
    """The pages that formgrader and the student see."""
    one = new_markdown_cell(text, attachments=attachments)
    clean_cell(one)
    pages = [as_nbconvert_shows_it(one.source, one.get("attachments"))]
    pages.append(render_markdown(one.source, one.get("attachments")))
    for page in pages:
        assert_harmless(page)
    return [BeautifulSoup(page, "html.parser") for page in pages]


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_a_picture_is_shown(text):
    for page in shown(f"Before.\n\n{text}\n\nAfter."):
        (picture,) = page.find_all("img")
        assert picture["src"].endswith((PNG, JPEG))
        assert "Before." in page.text
        assert "After." in page.text
        assert "base64" not in page.text


@pytest.mark.parametrize(("text", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_picture_that_is_left_out_says_so(text, why):
    for page in shown(f"Before.\n\n{text}\n\nAfter."):
        assert page.find("img") is None
        assert "left out" in page.text
        assert why in page.text


@pytest.mark.parametrize("frame", ["`{}`", "```\n{}\n```", "~~~\n{}"])
def test_a_picture_in_code_is_code(frame):
    text = frame.format("![x](attachment:image.png)")
    assert attach_pictures(text, ATTACHED)[0] == text


def test_names_are_plain_and_each_picture_is_kept_once():
    text, kept = attach_pictures("\n\n".join(SHOWN.values()), ATTACHED)
    assert all(name.isascii() and " " not in name for name in kept)
    assert len(kept) == ATTACHMENTS
    assert f"there are more than {ATTACHMENTS}" in text
    text, kept = attach_pictures(
        "![a](attachment:été.png) <img src='attachment:%C3%A9t%C3%A9.png'>", ATTACHED
    )
    assert text == "![a](attachment:picture-1.png) ![](attachment:picture-1.png)"


def test_attaching_again_changes_nothing():
    for text in SHOWN.values():
        once = attach_pictures(text, ATTACHED)
        assert attach_pictures(*once)[0] == once[0]


def test_a_picture_outlives_a_text_that_is_shown_as_letters():
    text = f"<a href='x'>![x]({PASTED})\n\n" + "[x](https://[)" * 3 + "<table>"
    one = new_markdown_cell(text)
    clean_cell(one)
    assert as_nbconvert_shows_it(one.source, one.attachments).count("<img") == 1
    assert "attachment:a.png" in clean_markdown("\u0000![](attachment:a.png)", {"a.png": {}})


def test_a_pasted_picture_does_not_count_as_letters_of_the_answer(release, nb):
    large = in_base64(png(1200, 800, compress_level=0))
    assert len(large) > 1_000_000 > WRITTEN_CHARACTERS
    cell(nb, "why").source = f"Look:\n\n![x](data:image/png;base64,{large})\n\nThat is why."
    below(nb, cell(nb, "how"), new_markdown_cell(f"<img src='data:image/png;base64,{large}'>"))
    notebook, notes = rebuild(release, nb)
    for name in ("why", "how"):
        answer = cell(notebook, name)
        clean_cell(answer)
        assert list(answer.attachments) == ["picture-1.png"]
    assert "That is why." in cell(notebook, "why").source
    assert not [note for note in notes if "long" in note]


def test_two_pictures_of_one_name_stay_two(release, nb):
    other = in_base64(png(7, 7))
    one = new_markdown_cell(
        "![a](attachment:image.png)", attachments={"image.png": {"image/png": PNG}}
    )
    two = new_markdown_cell(
        "![b](attachment:image.png)", attachments={"image.png": {"image/png": other}}
    )
    below(nb, cell(nb, "how"), one, two)
    answer = cell(rebuild(release, nb)[0], "how")
    assert [bundle["image/png"] for bundle in answer.attachments.values()] == [PNG, other]
    assert answer.source == "![a](attachment:image.png)\n\n![b](attachment:picture-1.png)"
