"""Read a notebook that came from anywhere, or say in one line why it cannot be read."""

import codecs
import json
import math
import re
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from nmautils.errors import HandInError
from nmautils.grading.model.limits import (
    HEAD_BYTES,
    JSON_CONTAINERS,
    JSON_DEPTH,
    JSON_ITEMS,
    MIB,
    NOTEBOOK_BYTES,
    NOTEBOOK_FILE_BYTES,
)

from .content import GZIP, gunzip, looks_like, signature_of
from .outputs import without_large_outputs
from .tidy import UNNAMED, lacks_line_ends, source_text, tidy, without_surrogates
from .unwrap import bare, is_notebook, unwrap

__all__ = ["UNNAMED", "Reading", "decode", "read_notebook", "read_submission"]

_UNPACKED = "The notebook was packed in another file; it was taken out."
_CELLS = re.compile(r'"cells"\s*:\s*\[')
_QUOTED = re.compile(rb'\\"(?:cells|worksheets)\\"|"base64"')


@dataclass(frozen=True)
class Reading:
    """A notebook, and what had to be done to read it.

    Parameters
    ----------
    notebook : NotebookNode
        Valid, of format 4.5.
    notes : tuple of str
        What was repaired, a sentence each, to the student.
    needs_person : tuple of str
        Why an instructor should look at the file; empty if nobody has to.
    """

    notebook: NotebookNode
    notes: tuple[str, ...] = ()
    needs_person: tuple[str, ...] = ()


def read_notebook(raw: bytes) -> NotebookNode:
    """Turn the bytes of a notebook file into a valid notebook of format 4.5.

    Parameters
    ----------
    raw : bytes
        Content of the file. Byte order marks, UTF-16 and UTF-32, stray bytes, old notebook
        formats, and rubbish after the notebook's end are all read.

    Returns
    -------
    NotebookNode
        Every cell has a type, a source, metadata and an id of its own.

    Raises
    ------
    HandInError
        If the bytes are not a notebook: one line that says what they are instead.
    """
    return _read(raw, recover=False).notebook


def read_submission(raw: bytes) -> Reading:
    """Read a notebook as `read_notebook` does, and say what had to be repaired.

    Of a file that was cut short, the cells before the cut are read. A person should look at
    such a file, which `Reading.needs_person` says.

    Parameters
    ----------
    raw : bytes
        Content of the file.

    Raises
    ------
    HandInError
        If nothing can be read: one line that says why.
    """
    return _read(raw, recover=True)


def _read(raw: bytes, *, recover: bool) -> Reading:
    text, notes = _text_of(raw)
    text, was_wrapped = bare(text)
    needs_person = ""
    try:
        data, rest = _parse(text)
    except _CutShort:
        data = _complete_cells(text) if recover else None
        if data is None:
            raise
        rest = ""
        notes.append(
            "The file was cut short or damaged: only the cells that are whole could be read. "
            "Hand in the whole notebook."
        )
        needs_person = (
            f"the file is cut short or damaged: {len(data['cells'])} of its cells could be read; "
            "if that is not all of them, ask for it again"
        )
    if rest:
        notes.append("After the end of the notebook the file went on; that part was left out.")
    if was_wrapped:
        notes.append(_UNPACKED)
    if not is_notebook(data):
        data = unwrap(data, lambda inner: _parse(_text_of(inner)[0])[0])
        if data is None:
            raise HandInError("the file is JSON, but not a notebook (it has no cells)")
        notes.append(_UNPACKED)
    data = _plain(data)
    if "cells" not in data:
        data = _upgrade(data)
        notes.append("The notebook was in an old format and has been converted.")
    if not isinstance(data["cells"], list):
        raise HandInError("the file is JSON, but not a notebook (it has no cells in a list)")
    if any(
        isinstance(cell, dict) and lacks_line_ends(cell.get("source")) for cell in data["cells"]
    ):
        notes.append("Lines of cells had no line ends; they were put back.")
    lost = sum(not isinstance(cell, dict) for cell in data["cells"])
    if lost:
        notes.append(f"{lost} of the notebook's cells could not be read and were left out.")
    return Reading(tidy(data), tuple(notes), tuple(filter(None, [needs_person])))


# --- from bytes to JSON ------------------------------------------------------------------------


def _text_of(raw: bytes) -> tuple[str, list[str]]:
    """Turn the bytes of a file into text that can be parsed, with a sentence on what was done."""
    if raw.startswith(GZIP):
        raw = gunzip(raw)
    raw, left_out = _small(raw)
    if not raw.strip(b" \t\r\n\0"):
        raise HandInError("the file is empty")
    if what := signature_of(raw):
        raise HandInError(f"the file is not a notebook but {what}")
    text, notes = decode(raw)
    if text.count("{") + text.count("[") > JSON_CONTAINERS or text.count(",") > JSON_ITEMS:
        raise HandInError(
            "the file has too many parts for a notebook: clear its outputs and hand it in again"
        )
    return text, [*filter(None, [left_out]), *notes]


def _small(raw: bytes) -> tuple[bytes, str]:
    """Leave outputs out of a file that is too large, and say so in a sentence."""
    if len(raw) <= NOTEBOOK_BYTES:
        return raw, ""
    size = len(raw)
    if size <= NOTEBOOK_FILE_BYTES:
        encoding = json.detect_encoding(raw)
        if not encoding.startswith("utf-8"):
            raw = raw.decode(encoding, errors="replace").encode(errors="replace")
        raw, left_out = without_large_outputs(raw, NOTEBOOK_BYTES)
        # A string that holds a notebook is one part, however long: what is in it is made small.
        if len(raw) <= NOTEBOOK_BYTES or _QUOTED.search(raw[:HEAD_BYTES]):
            return raw, left_out
    raise HandInError(
        f"the file has {-(-size // MIB)} MB, more than the {NOTEBOOK_BYTES // MIB} MB that "
        "a notebook may have: clear its outputs, save it and hand it in again"
    )


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as an old editor on Windows or Unix would have meant them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error("nmautils.latin", _as_latin)


def decode(raw: bytes) -> tuple[str, list[str]]:
    """Turn bytes into text, with a sentence to the student if they were not in UTF-8."""
    encoding = json.detect_encoding(raw)
    if not encoding.startswith("utf-8"):
        text = raw.decode(encoding, errors="replace")
        return text.lstrip("\ufeff"), ["The file was not in UTF-8; it was converted."]
    try:
        return raw.decode("utf-8").lstrip("\ufeff"), []
    except UnicodeDecodeError:
        text = raw.decode("utf-8", errors="nmautils.latin")
    return text.lstrip("\ufeff"), ["Some characters were not in UTF-8; they were read as Latin-1."]


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


# Tolerant of line breaks in strings; numbers that others could not write back become None.
_DECODER = json.JSONDecoder(
    strict=False,
    parse_int=lambda number: int(number) if len(number) < 19 else None,
    parse_float=_finite,
    parse_constant=lambda _: None,
)


class _CutShort(HandInError):
    """The text begins like a notebook, but does not go on as JSON."""


def _parse(text: str) -> tuple[Any, str]:
    """Read the first JSON value of a text, and what follows it."""
    start = len(text) - len(text.lstrip())
    try:
        data, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise HandInError("the file is nested too deeply to be a notebook") from None
    except ValueError:
        what = looks_like(text)
        kind = HandInError if what else _CutShort
        what = what or "it may have been cut short while uploading"
        raise kind(f"the file is not a notebook (not JSON; {what})") from None
    return data, text[end:].strip(" \t\r\n\0")


def _complete_cells(text: str) -> dict[str, Any] | None:
    """Read the cells of a notebook up to where its file was cut."""
    found = _CELLS.search(text)
    if found is None or not text.lstrip().startswith("{"):
        return None
    cells, at = [], found.end()
    while True:
        at += len(text[at : at + 200]) - len(text[at : at + 200].lstrip(" \t\r\n,"))
        try:
            cell, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        cells.append(cell)
    return {"cells": cells} if cells else None


def _plain(value: Any, depth: int = JSON_DEPTH) -> Any:
    """Copy a JSON value as far as it can be copied, compared and written later.

    What is nested too deeply is left out, and a lone surrogate, which would break every file
    written later, becomes a question mark.
    """
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        if depth <= 0:
            return {}
        return {without_surrogates(key): _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value] if depth > 0 else []
    return value


def _upgrade(data: dict[str, Any]) -> dict[str, Any]:
    try:
        for sheet in data["worksheets"]:
            for cell in sheet["cells"]:
                cell.update({k: source_text(cell[k]) for k in ("input", "source") if k in cell})
        upgraded: dict[str, Any] = _plain(nbformat.reads(json.dumps(data), as_version=4))
        return upgraded
    except Exception as error:
        why = str(error).split("\n")[0][:200]
        raise HandInError(f"the notebook is in an old format and damaged ({why})") from None
