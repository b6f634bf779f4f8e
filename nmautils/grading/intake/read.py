"""Read a notebook that came from anywhere, or say in one line why it cannot be read."""

import codecs
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode, from_dict

from nmautils.errors import HandInError
from nmautils.grading.model.limits import (
    CELL_OUTPUTS_READ,
    JSON_CONTAINERS,
    JSON_DEPTH,
    JSON_ITEMS,
    MIB,
    NOTEBOOK_BYTES,
)
from nmautils.grading.safe.text import joined_text

__all__ = ["UNNAMED", "Reading", "decode", "read_notebook", "read_submission"]

# How ids begin that a cell is given here because it had none of its own.
UNNAMED = "unnamed-"

_KINDS = {"code", "markdown", "raw"}
_DISPLAYS = {"display_data", "execute_result"}
_JSON_TYPE = re.compile(r"application/(.*\+)?json")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CELLS = re.compile(r'"cells"\s*:\s*\[')

# First bytes of what people hand in instead of a notebook.
_SIGNATURES = {
    b"PK": "a zip archive: unpack it and hand in the .ipynb file",
    b"\x1f\x8b": "a gzip archive: unpack it and hand in the .ipynb file",
    b"BZh": "a bzip2 archive: unpack it and hand in the .ipynb file",
    b"\xfd7zXZ": "an xz archive: unpack it and hand in the .ipynb file",
    b"7z\xbc\xaf": "a 7z archive: unpack it and hand in the .ipynb file",
    b"Rar!": "a rar archive: unpack it and hand in the .ipynb file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text of a word processor",
    b"\xd0\xcf\x11\xe0": "a document of a word processor",
    b"version https://git-lfs": "a Git LFS pointer, which only names a file",
}


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
    if len(raw) > NOTEBOOK_BYTES:
        raise HandInError(
            f"the file has {-(-len(raw) // MIB)} MB, more than the {NOTEBOOK_BYTES // MIB} MB that "
            "a notebook may have: clear its outputs, save it and hand it in again"
        )
    if not raw.strip(b" \t\r\n\0"):
        raise HandInError("the file is empty")
    for start, what in _SIGNATURES.items():
        if raw.startswith(start):
            raise HandInError(f"the file is not a notebook but {what}")
    text, notes = decode(raw)
    if text.count("{") + text.count("[") > JSON_CONTAINERS or text.count(",") > JSON_ITEMS:
        raise HandInError(
            "the file has too many parts for a notebook: clear its outputs and hand it in again"
        )
    needs_person = ""
    try:
        data, rest = _parse(text)
    except _CutShort:
        data = _complete_cells(text) if recover else None
        if data is None:
            raise
        rest = ""
        notes.append(
            "The file was cut short: only the cells before the cut could be read. "
            "Hand in the whole notebook."
        )
        needs_person = (
            f"the file is cut short: {len(data['cells'])} of its cells could be read; "
            "ask for it again"
        )
    if rest:
        notes.append("After the end of the notebook the file went on; that part was left out.")
    if not isinstance(data, dict) or not ({"cells", "worksheets"} & set(data)):
        raise HandInError("the file is JSON, but not a notebook (it has no cells)")
    data = _plain(data)
    if "cells" not in data:
        data = _upgrade(data)
        notes.append("The notebook was in an old format and has been converted.")
    if not isinstance(data["cells"], list):
        raise HandInError("the file is JSON, but not a notebook (it has no cells in a list)")
    lost = sum(not isinstance(cell, dict) for cell in data["cells"])
    if lost:
        notes.append(f"{lost} of the notebook's cells could not be read and were left out.")
    return Reading(_tidy(data), tuple(notes), tuple(filter(None, [needs_person])))


# --- from bytes to JSON ------------------------------------------------------------------------


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
        what = _looks_like(text)
        kind = HandInError if what else _CutShort
        what = what or "it may have been cut short while uploading"
        raise kind(f"the file is not a notebook (not JSON; {what})") from None
    return data, text[end:].strip(" \t\r\n\0")


def _looks_like(text: str) -> str:
    """Say what a text is instead of JSON; nothing if that is not known."""
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html")):
        return "it is a web page: use File > Download > Download .ipynb"
    if start.startswith(("#", "import ", "from ", "%", '"""')):
        return "it looks like a Python program: hand in the .ipynb file"
    if "\n<<<<<<< " in text and "\n>>>>>>> " in text:
        return "it holds a Git merge conflict that nobody has resolved"
    return ""


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
        return _clean(value)
    if isinstance(value, dict):
        if depth <= 0:
            return {}
        return {_clean(key): _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value] if depth > 0 else []
    return value


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()


def _upgrade(data: dict[str, Any]) -> dict[str, Any]:
    try:
        upgraded: dict[str, Any] = _plain(nbformat.reads(json.dumps(data), as_version=4))
        return upgraded
    except Exception as error:
        why = str(error).split("\n")[0][:200]
        raise HandInError(f"the notebook is in an old format and damaged ({why})") from None


# --- from JSON to a notebook -------------------------------------------------------------------


def _tidy(data: dict[str, Any]) -> NotebookNode:
    """Keep of a notebook what nbformat allows, so that nothing later meets a surprise."""
    tidied: list[dict[str, Any]] = []
    ids: set[str] = set()
    for cell in data["cells"]:
        if isinstance(cell, dict):
            tidied.append(_tidy_cell(cell, len(tidied), ids))
    notebook: NotebookNode = from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": _allowed(data.get("metadata"), _NOTEBOOK_METADATA),
            "cells": tidied,
        }
    )
    return notebook


def _tidy_cell(cell: dict[str, Any], position: int, ids: set[str]) -> dict[str, Any]:
    kind = cell.get("cell_type")
    kind = kind if isinstance(kind, str) and kind in _KINDS else "raw"
    identity = cell.get("id")
    if not isinstance(identity, str) or identity in ids or not _ID.fullmatch(identity):
        identity, tries = f"{UNNAMED}{position}", 0
        while identity in ids:
            tries += 1
            identity = f"{UNNAMED}{position}-{tries}"
    ids.add(identity)
    metadata = _allowed(cell.get("metadata"), _CELL_METADATA)
    if "tags" in metadata:
        tags = (tag for tag in metadata["tags"] if isinstance(tag, str) and tag)
        metadata["tags"] = list(dict.fromkeys(tag for tag in tags if "," not in tag))
    tidied: dict[str, Any] = {
        "id": identity,
        "cell_type": kind,
        "metadata": metadata,
        "source": _text(cell.get("source")),
    }
    if kind == "code":
        outputs = cell.get("outputs")
        outputs = outputs[:CELL_OUTPUTS_READ] if isinstance(outputs, list) else []
        tidied["execution_count"] = _count(cell)
        tidied["outputs"] = [o for o in map(_tidy_output, outputs) if o is not None]
    elif isinstance(cell.get("attachments"), dict):
        tidied["attachments"] = {
            name: bundle for name, bundle in cell["attachments"].items() if _is_bundle(bundle)
        }
    return tidied


def _tidy_output(output: Any) -> dict[str, Any] | None:
    """Keep an output if it is well formed; nothing is graded by what was handed in."""
    if not isinstance(output, dict):
        return None
    kind = output.get("output_type")
    if kind == "stream" and isinstance(output.get("name"), str):
        return {"output_type": kind, "name": output["name"], "text": _text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        lines = lines if isinstance(lines, list) else []
        return {
            "output_type": kind,
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": [line for line in lines if isinstance(line, str)],
        }
    if isinstance(kind, str) and kind in _DISPLAYS and _is_bundle(output.get("data")):
        metadata = output.get("metadata")
        tidied = {
            "output_type": kind,
            "data": output["data"],
            "metadata": metadata if isinstance(metadata, dict) else {},
        }
        if kind == "execute_result":
            tidied["execution_count"] = _count(output)
        return tidied
    return None


def _count(part: dict[str, Any]) -> int | None:
    count = part.get("execution_count")
    return count if type(count) is int and count >= 0 else None


def _allowed(metadata: Any, checks: dict[str, Callable[[Any], bool]]) -> dict[str, Any]:
    """Leave out metadata whose name nbformat knows, but whose value it refuses."""
    if not isinstance(metadata, dict):
        return {}
    return {k: value for k, value in metadata.items() if k not in checks or checks[k](value)}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_kernel(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(value.get(k)) for k in ("name", "display_name"))


def _is_language(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "name" in value
        and isinstance(value.get("codemirror_mode", ""), (str, dict))
        and all(_is_text(value.get(k, "")) for k in _LANGUAGE_TEXTS)
    )


_LANGUAGE_TEXTS = ("name", "file_extension", "mimetype", "pygments_lexer")
_NOTEBOOK_METADATA: dict[str, Callable[[Any], bool]] = {
    "kernelspec": _is_kernel,
    "language_info": _is_language,
    "orig_nbformat": lambda value: type(value) is int and value >= 1,
    "title": _is_text,
    "authors": lambda value: isinstance(value, list),
}
_CELL_METADATA: dict[str, Callable[[Any], bool]] = {
    "collapsed": lambda value: isinstance(value, bool),
    "execution": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "format": _is_text,
    "jupyter": lambda value: isinstance(value, dict),
    "name": lambda value: isinstance(value, str) and value != "" and "\n" not in value,
    "scrolled": lambda value: isinstance(value, bool) or value == "auto",
    "tags": lambda value: isinstance(value, list),
}


def _is_bundle(data: Any) -> bool:
    """Whether nbformat takes this for the same thing in several formats."""
    return isinstance(data, dict) and all(
        isinstance(value, str)
        or (isinstance(value, list) and all(isinstance(line, str) for line in value))
        or _JSON_TYPE.fullmatch(kind)
        for kind, value in data.items()
    )


def _text(source: Any) -> str:
    return _clean(joined_text(source))
