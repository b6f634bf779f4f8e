"""Markdown that a stranger wrote, made safe wherever it is shown.

It keeps its formatting, but no HTML, no link but to the web, and no picture that would be
fetched. nbconvert puts the HTML of Markdown cells into its pages as it is, formgrader's too.
"""

import re
from collections.abc import Mapping
from functools import partial
from html import unescape
from typing import Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from nmautils.grading.model.limits import WRITTEN_BLANKS, WRITTEN_CHARACTERS, WRITTEN_FORMULAS

from .pictures import clean_attachments
from .text import plain_characters
from .verbatim import VERBATIM

__all__ = ["clean_markdown", "letters", "render_markdown"]

_WEB = r"(?:https?://|mailto:)"
_AUTOLINK = re.compile(rf"<{_WEB}[^\s<>\"'`]{{1,2000}}>", re.IGNORECASE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_TARGET = re.compile(rf"\]\(\s*(?!{_WEB}|<{_WEB}|\#|attachment:)[^\s()]*", re.IGNORECASE)
_DEFINITION = re.compile(r"^([ >*+-]{0,20})\[(?=[^\]\n]{1,300}\]:)", re.MULTILINE)
_HEADING = re.compile(r"^( {0,3})#{1,6}[ \t]([^\n]*)$", re.MULTILINE)
_UNDERLINE = re.compile(r"^( {0,3}(?:=+|-+)[ \t]*)$", re.MULTILINE)
_PICTURE = re.compile(r"!\[")
_BLANKS = re.compile(rf"([ \t]{{{WRITTEN_BLANKS}}})[ \t]+")
_ATTACHED = re.compile(r"!\[([^\]\[\n]{0,300})\]\(attachment:([^\s()]{1,200})\)")
# TeX that links, loads, defines (and so can explode) or draws over the page.
_TEX = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|unicode|require|html[A-Za-z]*|data|bbox|mmlToken|toggle"
    r"|includegraphics|def|gdef|edef|xdef|let|(?:re|provide)?newcommand|renewenvironment"
    r"|newenvironment|DeclareMathOperator|rule|Rule|Space|mspace|[mh]?kern|[hm]skip|raise|lower"
    r"|move(?:left|right)|input|write|csname|catcode|loop|special)(?![A-Za-z]))"
)


def clean_markdown(
    text: str,
    attachments: Mapping[str, Any] | None = None,
    limit: int = WRITTEN_CHARACTERS,
) -> str:
    """Keep the Markdown of a written answer and take out what acts when it is shown.

    HTML is shown as text; links lead to the web or nowhere; a picture becomes a link to it,
    unless it is attached to the cell, so that opening the page tells nobody; headings become
    bold, so that the page's own stay the only ones. The result is then rendered the way
    nbconvert does; should anything but plain formatting come out, the text is kept as letters
    without any formatting.

    Parameters
    ----------
    text : str
        Source of a Markdown cell.
    attachments : mapping, optional
        Attachments of the cell, already cleaned.
    limit : int, optional
        Characters kept.

    Returns
    -------
    str
        Markdown that is safe in formgrader, JupyterLab and on feedback pages.
    """
    whole, text = text, plain_characters(text)[:limit]
    if len(whole) > limit:
        text += "\n\n*(The rest is left out: this text is too long.)*"
    # nbconvert takes time that grows with the square of these.
    text = _BLANKS.sub(r"\1", text)
    if text.count(r"\begin") > WRITTEN_FORMULAS:
        text = text.replace(r"\begin", r"\backslash begin")
    names = set(attachments or {})
    careful = _neutralised(text, names)
    return careful if _harmless(careful, names) else _letters_and_pictures(text, names)


def render_markdown(text: str, attachments: Any = None, limit: int = WRITTEN_CHARACTERS) -> str:
    """Turn Markdown of any origin into HTML that is safe in our own pages.

    Formulas stay as TeX.
    """
    pictures = clean_attachments(attachments)
    return _plain_formatting(_rendered(clean_markdown(text, pictures, limit), pictures))


def _neutralised(text: str, names: set[str]) -> str:
    parts, position = [], 0
    for match in VERBATIM.finditer(text):
        parts.append(_neutralised_prose(text[position : match.start()], names))
        # In code TeX is only text; elsewhere some reader may take it for a formula.
        parts.append(match[0] if match["code"] else _without_tex(match[0]))
        position = match.end()
    parts.append(_neutralised_prose(text[position:], names))
    return "".join(parts)


def _neutralised_prose(text: str, names: set[str]) -> str:
    links: list[str] = []

    def keep(match: re.Match[str]) -> str:
        links.append(match[0])
        return f"\0{len(links) - 1}\0"

    def keep_attached(match: re.Match[str]) -> str:
        return keep(match) if match[2] in names else f"[picture {match[1]} left out]"

    # No null byte is in the text: plain_characters took them out.
    text = _AUTOLINK.sub(keep, _ATTACHED.sub(keep_attached, text))
    text = _PICTURE.sub("[picture: ", _TAG.sub("&lt;", text))
    text = _TARGET.sub("](#", text)
    text = _DEFINITION.sub(r"\1&#91;", text)
    text = _HEADING.sub(_in_bold, text)
    text = _UNDERLINE.sub(r"\n\1", text)
    text = _without_tex(text)
    return re.sub("\0(\\d+)\0", lambda match: links[int(match[1])], text)


def _in_bold(heading: re.Match[str]) -> str:
    words = heading[2].rstrip(" \t#").lstrip(" \t")
    return f"{heading[1]}**{words}**"


def _without_tex(text: str) -> str:
    return _TEX.sub(r"\\backslash ", text)


def letters(text: str) -> str:
    """Markdown that shows `text` letter by letter: every sign is written as its number."""
    lines = _without_tex(text).strip().split("\n")
    return "\n".join(
        re.sub(r"[^\w\s.,:;?]|_", lambda sign: f"&#{ord(sign[0])};", line.strip()) + "  "
        for line in lines
    )


def _letters_and_pictures(text: str, names: set[str]) -> str:
    shown = [match[2] for match in _ATTACHED.finditer(text) if match[2] in names]
    pictures = (f"![](attachment:{name})" for name in dict.fromkeys(shown))
    return "\n\n".join([letters(text), *pictures])


_SHOWN: dict[str, set[str]] = {
    **{tag: set() for tag in "br hr em strong del blockquote table thead tbody tr".split()},
    **{tag: set() for tag in "dl dt dd".split()},
    **{tag: {"class"} for tag in "p code pre span div ul li".split()},
    "ol": {"class", "start"},
    "a": {"href", "title"},
    "input": {"class", "type", "disabled", "checked"},
    "th": {"style"},
    "td": {"style"},
    "img": {"src", "alt", "title"},
}
_CLASS = re.compile(
    r"highlight|task-list-item|task-list-item-checkbox|[a-z][a-z0-9]{0,2}|language-\S*"
)
_VALUES = {
    "style": re.compile(r"text-align:\s?(?:left|right|center);?"),
    "href": re.compile(rf"(?:{_WEB}|#).*", re.IGNORECASE | re.DOTALL),
    "src": re.compile(r"data:image/(?:png|jpeg);base64,.*", re.DOTALL),
    "type": re.compile("checkbox"),
}
_GOOD_LINK = re.compile(rf'(?<=<a href="){_WEB}[^"<>]*(?=")', re.IGNORECASE)


def _allowed_value(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if all(map(_CLASS.fullmatch, value.split())) else None
    pattern = _VALUES.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


_plain_formatting = partial(
    nh3.clean,
    tags=set(_SHOWN),
    attributes=_SHOWN,
    attribute_filter=_allowed_value,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel=None,
)


def _rendered(text: str, attachments: Mapping[str, Any]) -> str:
    renderer = IPythonRenderer(escape=False, attachments=dict(attachments))
    page: str = MarkdownWithMath(renderer=renderer).render(text)
    return page


def _harmless(text: str, names: set[str]) -> bool:
    """Tell whether nbconvert renders the text to plain formatting alone.

    That is so if nh3, which reads HTML as browsers do, finds nothing to take out.
    """
    try:
        page = _rendered(text, {name: {"image/png": "AAAA"} for name in names})
    except Exception:  # formgrader would fail on this text, too
        return False
    # nh3 would take out a link to the web with a slip, such as https://host:port.
    page = _GOOD_LINK.sub("#", page)
    return _spelled_alike(page) == _spelled_alike(_plain_formatting(page))


def _spelled_alike(page: str) -> str:
    """Undo the differences between nbconvert's and nh3's spelling of the same page."""
    return unescape(re.sub(r"(?<!\s)\s*/>", ">", page.replace('=""', "")))
