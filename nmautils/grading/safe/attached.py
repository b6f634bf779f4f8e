"""Attach every picture of a stranger's text to its cell, wherever the text has it from.

Colab writes a pasted picture into the text itself; other programs attach it under a name with
blanks or letters that few readers of Markdown accept, or show it by HTML. Here all of them become
pictures that are attached under plain names, in the one form that `clean_markdown` keeps.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from html import unescape
from itertools import count, pairwise
from typing import Any
from urllib.parse import unquote

from nmautils.grading.model.limits import ATTACHMENTS, PHOTOS, PictureLimits

from .pictures import ATTACHED_NAME, clean_attachments, clean_picture
from .verbatim import outside_code

__all__ = ["attach_pictures"]

# Where a picture is: in the text itself, or in an attachment. No pattern here can start again
# within what it has read, so that each letter is looked at a bounded number of times.
_DATA = r"data:image/[\w.+-]{1,40}(?:;[\w.=+-]{1,40}){0,3},[A-Za-z0-9+/=%]*"
_NAMED = r"attachment:(?:[^\s()<>\[\]\n]|[ ]|\([^()<>\[\]\n]{0,100}\)){1,300}?"
_ADDRESS = rf"<(?P<inner>{_DATA}|attachment:[^<>\n]{{1,300}})>|(?P<bare>{_DATA}|{_NAMED})"
_TITLE = r"""(?:[ \t\n]{1,3}(?:"[^"\[\n]{0,300}"|'[^'\[\n]{0,300}'))?"""
_MARKDOWN = rf"!\[(?P<alt>[^\]\[\n]{{0,300}})\]\([ \t]{{0,3}}(?:{_ADDRESS}){_TITLE}[ \t]{{0,3}}\)"
_AROUND = r"(?:center|div|figure|p)"
_HTML = (
    rf"(?:<{_AROUND}(?:\s[^<>]{{0,100}})?>\s{{0,5}})?"
    r"<img(?=[\s/])(?P<attributes>[^<>]*)>"
    rf"(?:\s{{0,5}}</{_AROUND}>)?"
)
_INLINE = re.compile(f"{_MARKDOWN}|{_HTML}", re.IGNORECASE)
_DEFINED = re.compile(
    rf"^[ ]{{0,3}}\[(?P<alt>[^\]\[\n]{{1,300}})\]:[ \t]{{0,3}}(?:{_ADDRESS}){_TITLE}[ \t]{{0,3}}$",
    re.IGNORECASE | re.MULTILINE,
)
_BY_REFERENCE = re.compile(
    r"!\[(?P<alt>[^\]\[\n]{0,300})\](?!\()(?:\[(?P<name>[^\]\[\n]{0,300})\])?"
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(?P<name>src|alt)\s{0,3}=\s{0,3}"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^\s"'>]+))""",
    re.IGNORECASE,
)
_TAG = re.compile(r"<img(?=[\s/])", re.IGNORECASE)
_VALUE = re.compile(r"""=\s{0,9}(?:"[^"]*"|'[^']*')""")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def attach_pictures(
    text: str,
    attachments: Any = None,
    taken: Collection[str] = (),
    limits: PictureLimits = PHOTOS,
) -> tuple[str, dict[str, dict[str, str]]]:
    """Attach the pictures of a Markdown text under plain names by which the text then names them.

    Parameters
    ----------
    text : str
        Source of a Markdown cell.
    attachments : mapping, optional
        Attachments of the cell, as in a notebook; anything else is no attachment.
    taken : collection of str, optional
        Names that no picture may get.
    limits : PictureLimits, optional
        Largest size of one of them.

    Returns
    -------
    str
        The text. Instead of a picture that is missing, or not sound, it says so.
    dict
        Attachments, cleaned: those that the text shows, then others with plain names.
    """
    album = _Album(attachments, taken, limits)
    if _mentions_pictures(text):
        text = outside_code(text, album.put_in)
        # A picture may be shown above the line that says where it is.
        text = outside_code(text, album.put_in_by_reference)
    return text, album.attachments()


def _mentions_pictures(text: str) -> bool:
    lower = text.lower()
    return "attachment:" in lower or "data:image/" in lower


class _Album:
    """Collects the pictures of one text."""

    def __init__(self, attachments: Any, taken: Collection[str], limits: PictureLimits) -> None:
        self._given = attachments if isinstance(attachments, Mapping) else {}
        self._by_key: dict[str, str] = {}
        for name in self._given:
            if isinstance(name, str):
                for key in (_key(name), name):
                    self._by_key.setdefault(key, name)
        self._taken, self._limits = taken, limits
        self._kept: dict[str, dict[str, str]] = {}
        self._known: dict[str, str] = {}  # from where a picture was to what stands for it now
        self._now: dict[str, str] = {}  # from the name of an attachment to the same
        self._defined: dict[str, str] = {}

    def attachments(self) -> dict[str, dict[str, str]]:
        """Give the pictures that are shown, and others as far as there is room."""
        others = {name: bundle for name, bundle in self._given.items() if name not in self._now}
        for name, bundle in clean_attachments(others, self._limits).items():
            if len(self._kept) < ATTACHMENTS and self._is_free(name):
                self._kept[name] = bundle
        return self._kept

    def put_in(self, text: str) -> str:
        """Write all pictures of a text that is not code in the form that is kept."""
        text = _INLINE.sub(self._of_picture, _escaped_in_tags(text))
        return _DEFINED.sub(self._of_definition, text)

    def put_in_by_reference(self, text: str) -> str:
        """Write the pictures that are named by a reference in the form that is kept."""
        return _BY_REFERENCE.sub(self._of_reference, text) if self._defined else text

    def _of_picture(self, match: re.Match[str]) -> str:
        if match["attributes"] is None:
            return self._shown(match["alt"], _address(match))
        found = {
            part["name"].lower(): unescape(part["double"] or part["single"] or part["plain"] or "")
            for part in _ATTRIBUTE.finditer(match["attributes"])
        }
        address = found.get("src", "").strip()
        if not address.lower().startswith(("attachment:", "data:image/")):
            return match[0]
        return self._shown(found.get("alt", ""), address)

    def _of_definition(self, match: re.Match[str]) -> str:
        self._defined.setdefault(_reference(match["alt"]), _address(match))
        return ""

    def _of_reference(self, match: re.Match[str]) -> str:
        address = self._defined.get(_reference(match["name"] or match["alt"]))
        return self._shown(match["alt"], address) if address else match[0]

    def _shown(self, alt: str, address: str) -> str:
        alt = " ".join(re.sub(r"[\[\]\\`<>$]", " ", alt).split())[:200]
        if address not in self._known:
            self._known[address] = self._keep(address)
        found = self._known[address]
        if found in self._kept:
            return f"![{alt}](attachment:{found})"
        return f"[picture {alt or 'without a name'} left out: {found}]"

    def _keep(self, address: str) -> str:
        """Keep a picture; give the name it has now, or why it is left out."""
        kind, _, place = address.partition(":")
        if kind.lower() == "data":
            head, _, data = place.partition(",")
            if not head.lower().endswith(";base64"):
                return _UNSOUND
            return self._add("", {"image/png": unquote(data) if "%" in data else data})
        name = self._find(place)
        if name is None:
            return "it is not in the file"
        if name not in self._now:
            self._now[name] = self._add(name, self._given[name])
        return self._now[name]

    def _add(self, name: str, bundle: Any) -> str:
        picture = clean_picture(bundle, self._limits)
        if picture is None:
            return _UNSOUND
        if len(self._kept) >= ATTACHMENTS:
            return f"there are more than {ATTACHMENTS}"
        if not (name.isascii() and ATTACHED_NAME.fullmatch(name) and self._is_free(name)):
            ending = "png" if "image/png" in picture else "jpg"
            names = (f"picture-{number}.{ending}" for number in count(1))
            name = next(name for name in names if self._is_free(name) and name not in self._given)
        self._kept[name] = picture
        return name

    def _is_free(self, name: str) -> bool:
        return name not in self._kept and name not in self._taken

    def _find(self, place: str) -> str | None:
        """Find an attachment by a name that may be escaped in several ways."""
        for name in (place, unescape(place), _ESCAPED.sub(r"\1", place), unquote(place)):
            if name in self._by_key:
                return self._by_key[name]
        return self._by_key.get(_key(_ESCAPED.sub(r"\1", place)))


_UNSOUND = "it is no PNG or JPEG, or too large"


def _escaped_in_tags(text: str) -> str:
    """Escape each ``>`` that stands in a quoted value of a picture's tag, where it ends no tag."""
    starts = [tag.end() for tag in _TAG.finditer(text)]
    parts, at = [], 0
    for start, following in pairwise([*starts, len(text)]):
        end = text.find("<", start, following)
        inside = text[start : following if end < 0 else end]
        parts += [text[at:start], _escaped_in_values(inside)]
        at = start + len(inside)
    return "".join([*parts, text[at:]])


def _escaped_in_values(inside: str) -> str:
    """Escape the signs in the values of one tag, of which this is all up to the next tag."""
    parts, at = [], 0
    for value in _VALUE.finditer(inside):
        if ">" in inside[at : value.start()]:
            break
        parts += [inside[at : value.start()], value[0].replace(">", "&gt;")]
        at = value.end()
    # A tag that would not end at all has a quotation mark that was left open.
    return "".join([*parts, inside[at:]]) if ">" in inside[at:] else inside


def _address(match: re.Match[str]) -> str:
    address: str = (match["inner"] or match["bare"]).strip()
    return address


def _key(name: str) -> str:
    """Spell a name alike, however it is escaped."""
    return unicodedata.normalize("NFC", unquote(unescape(name))).strip().casefold()


def _reference(name: str) -> str:
    return " ".join(name.split()).casefold()
