"""Read a notebook that came from anywhere, or say in one line why it cannot be read."""

import codecs
import json
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode, from_dict

__all__ = ["read_notebook"]

_KINDS = {"code", "markdown", "raw"}


def read_notebook(raw: bytes) -> NotebookNode:
    """Turn the bytes of a notebook file into a valid notebook of format 4.5.

    Parameters
    ----------
    raw : bytes
        Content of the file. Byte order marks, UTF-16, stray bytes and old notebook formats
        are all read.

    Returns
    -------
    NotebookNode
        Every cell has a type, a source, metadata and an id of its own.

    Raises
    ------
    ValueError
        If the bytes are not a notebook: one line that says what they are instead.
    """
    text = _decode(raw)
    if not text.strip():
        raise ValueError("the file is empty")
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("the file is nested too deeply to be a notebook") from None
    except ValueError:
        raise ValueError(f"the file is not a notebook (not JSON; {_looks_like(text)})") from None
    if not isinstance(data, dict) or not ({"cells", "worksheets"} & set(data)):
        raise ValueError("the file is JSON, but not a notebook (it has no cells)")
    if "cells" not in data:
        data = _upgrade(text)
    return _tidy(data)


def _decode(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    return raw.decode("utf-8-sig", errors="replace")


def _looks_like(text: str) -> str:
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html")):
        return "it is a web page: use File > Download > Download .ipynb"
    if start.startswith("%pdf"):
        return "it is a PDF"
    if start.startswith("pk"):
        return "it is a zip archive"
    return "it may have been cut short while uploading"


def _upgrade(text: str) -> dict[str, Any]:
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:
        raise ValueError(f"the notebook is in an old format and damaged ({error})") from None


def _tidy(data: dict[str, Any]) -> NotebookNode:
    """Keep of a notebook what nbformat allows, so that nothing later meets a surprise."""
    cells = data["cells"] if isinstance(data["cells"], list) else []
    tidied, ids = [], set()
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        tidied.append(_tidy_cell(cell, len(tidied), ids))
    metadata = data.get("metadata")
    return from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": metadata if isinstance(metadata, dict) else {},
            "cells": tidied,
        }
    )


def _tidy_cell(cell: dict[str, Any], position: int, ids: set[str]) -> dict[str, Any]:
    kind = cell.get("cell_type")
    kind = kind if kind in _KINDS else "raw"
    identity = cell.get("id")
    if not isinstance(identity, str) or identity in ids or not _good_id(identity):
        identity = f"cell-{position}"
        while identity in ids:
            identity += "x"
    ids.add(identity)
    metadata = cell.get("metadata")
    tidied = {
        "id": identity,
        "cell_type": kind,
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": _text(cell.get("source")),
    }
    if kind == "code":
        count = cell.get("execution_count")
        outputs = cell.get("outputs")
        tidied["execution_count"] = count if type(count) is int and count >= 0 else None
        tidied["outputs"] = [o for o in map(_tidy_output, outputs or []) if o is not None]
    elif isinstance(cell.get("attachments"), dict):
        tidied["attachments"] = cell["attachments"]
    return tidied


def _tidy_output(output: Any) -> dict[str, Any] | None:
    """Keep an output if it is well formed; nothing is graded by what was handed in."""
    if not isinstance(output, dict):
        return None
    try:
        node = from_dict(output)
        if node.output_type == "stream":
            node.text = _text(node.text)
        nbformat.validate(node, ref="output", version=4, version_minor=5)
    except Exception:
        return None
    return node


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    # A lone surrogate would break every file written later.
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _good_id(identity: str) -> bool:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    return 0 < len(identity) <= 64 and set(identity) <= allowed
