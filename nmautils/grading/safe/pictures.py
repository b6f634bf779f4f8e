"""Check pictures of a stranger's notebook: only sound ones of a sane size are kept."""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from nmautils.grading.model.limits import ATTACHMENTS, DRAWN, PHOTOS, PictureLimits

from .text import joined_text

__all__ = ["ATTACHED_NAME", "clean_attachments", "clean_jpeg", "clean_picture", "clean_png"]

# What an attachment may be called.
ATTACHED_NAME = re.compile(r"[\w.-]{1,100}")


_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_COLOUR_TYPE = 25  # the position of its byte in every PNG


def clean_png(data: Any, limits: PictureLimits = DRAWN) -> str | None:
    """Check a picture and keep only what draws it: no text, profile or animation.

    Parameters
    ----------
    data : str or list of str
        PNG in base64.
    limits : PictureLimits, optional
        Largest size in bytes and pixels.

    Returns
    -------
    str or None
        The picture in base64, None if it is no sound PNG within the limits.
    """
    raw = _decoded(data, limits)
    if not raw.startswith(_SIGNATURE):
        return None
    kept, position = [_SIGNATURE], len(_SIGNATURE)
    names: list[bytes] = []
    while position + 12 <= len(raw) and names[-1:] != [b"IEND"]:
        (length,) = struct.unpack(">I", raw[position : position + 4])
        end = position + 12 + length
        if end > len(raw):
            return None
        name, body = raw[position + 4 : position + 8], raw[position + 8 : end - 4]
        if zlib.crc32(name + body) != struct.unpack(">I", raw[end - 4 : end])[0]:
            return None
        if (name == b"IHDR") == bool(names) or (name == b"IHDR" and not _good_header(body, limits)):
            return None
        if name in (b"PLTE", b"tRNS") and not _good_colours(name, length, raw[_COLOUR_TYPE]):
            return None
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept.append(raw[position:end])
        names.append(name)
        position = end
    if names[-1:] != [b"IEND"] or b"IDAT" not in names:
        return None
    return base64.b64encode(b"".join(kept)).decode("ascii")


def _good_header(body: bytes, limits: PictureLimits) -> bool:
    if len(body) != 13:
        return False
    width, height, depth, colour, compression, filters, interlace = struct.unpack(">IIBBBBB", body)
    return (
        limits.allow(width, height)
        and depth in _DEPTHS.get(colour, ())
        and (compression, filters) == (0, 0)
        and interlace in (0, 1)
    )


def _good_colours(name: bytes, length: int, colour_type: int) -> bool:
    """Tell whether a palette or its transparency has a valid length."""
    if name == b"PLTE":
        return length % 3 == 0 and length <= 3 * 256
    return length <= 256 if colour_type == 3 else length == {0: 2, 2: 6}.get(colour_type)


def clean_jpeg(data: Any, limits: PictureLimits = PHOTOS) -> str | None:
    """Check a photograph, for instance of a page written by hand.

    Parameters
    ----------
    data : str or list of str
        JPEG in base64.
    limits : PictureLimits, optional
        Largest size in bytes and pixels.

    Returns
    -------
    str or None
        The picture in base64, None if it is no JPEG within the limits.
    """
    raw = _decoded(data, limits)
    if not raw.startswith(b"\xff\xd8\xff"):
        return None
    position = 2
    while position + 9 <= len(raw) and raw[position] == 0xFF:
        marker, length = raw[position + 1], struct.unpack(">H", raw[position + 2 : position + 4])[0]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", raw[position + 5 : position + 9])
            return base64.b64encode(raw).decode("ascii") if limits.allow(width, height) else None
        if length < 2 or marker not in _BEFORE_FRAME:
            return None
        position += 2 + length
    return None


# Markers of a JPEG: those that tell its size, and those that may stand before them.
_FRAMES = {0xC0, 0xC1, 0xC2}
_BEFORE_FRAME = {0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)}


def _decoded(data: Any, limits: PictureLimits) -> bytes:
    """Decode base64; give nothing if it is not valid or too long."""
    data = joined_text(data)
    if len(data) > 2 * limits.size:
        return b""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if len(raw) <= limits.size else b""


def clean_attachments(
    attachments: Any, limits: PictureLimits = PHOTOS
) -> dict[str, dict[str, str]]:
    """Keep the sound pictures of a Markdown cell's attachments.

    Parameters
    ----------
    attachments : mapping
        As in a notebook, from names to bundles by type; anything else is no attachment.
    limits : PictureLimits, optional
        Largest size of one of them.
    """
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        if len(kept) >= ATTACHMENTS or not isinstance(bundle, Mapping):
            continue
        if not isinstance(name, str) or not ATTACHED_NAME.fullmatch(name):
            continue
        if picture := clean_picture(bundle, limits):
            kept[name] = picture
    return kept


def clean_picture(bundle: Any, limits: PictureLimits = PHOTOS) -> dict[str, str] | None:
    """Keep the first sound picture of an attachment, whatever type it is said to be.

    Parameters
    ----------
    bundle : mapping
        As in a notebook, from types to data; anything else is no picture.
    limits : PictureLimits, optional
        Its largest size.

    Returns
    -------
    dict or None
        From its type to the picture in base64.
    """
    for kind in ("image/png", "image/jpeg", "image/jpg", "image/pjpeg"):
        data = bundle.get(kind) if isinstance(bundle, Mapping) else None
        if data is None:
            continue
        if png := clean_png(data, limits):
            return {"image/png": png}
        if jpeg := clean_jpeg(data, limits):
            return {"image/jpeg": jpeg}
    return None
