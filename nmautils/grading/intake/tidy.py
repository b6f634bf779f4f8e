"""Make a valid notebook of what was read as JSON, so that nothing later meets a surprise."""

import re
from collections.abc import Callable
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict

from nmautils.grading.model.limits import CELL_OUTPUTS_READ
from nmautils.grading.safe.text import joined_text

__all__ = ["UNNAMED", "lacks_line_ends", "source_text", "tidy", "without_surrogates"]

# How ids begin that a cell is given here because it had none of its own.
UNNAMED = "unnamed-"

_KINDS = {"code", "markdown", "raw"}
_DISPLAYS = {"display_data", "execute_result"}
_JSON_TYPE = re.compile(r"application/(.*\+)?json")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def tidy(data: dict[str, Any]) -> NotebookNode:
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
        "source": source_text(cell.get("source")),
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


def source_text(source: Any) -> str:
    """Give the text of a cell, in whatever form a tool has written it.

    A notebook has one string, or a list of lines that end in line breaks. Of lists without any
    line break the breaks are put back, and tables and nulls become the lines that they stand for.
    """
    lines = _lines(source)
    return without_surrogates(("\n" if _lack_ends(lines) else "").join(lines))


def lacks_line_ends(source: Any) -> bool:
    """Whether a cell's text is a list of lines whose line breaks are lost."""
    return _lack_ends(_lines(source))


def _lack_ends(lines: list[str]) -> bool:
    if len(lines) < 2 or any("\n" in line for line in lines):
        return False
    return any(len(line) > 1 for line in lines)


def _lines(source: Any) -> list[str]:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return source  # as nearly all are
    if isinstance(source, dict):
        source = list(source.values())
    return [_line(part) for part in _flat(source if isinstance(source, list) else [source])]


def _line(part: Any) -> str:
    if isinstance(part, bool) or not isinstance(part, (str, int, float)):
        return ""
    return str(part)


def _flat(parts: list[Any], depth: int = 3) -> list[Any]:
    """Take lists of lines out of a list."""
    if depth == 0:
        return parts
    return [
        line
        for part in parts
        for line in (_flat(part, depth - 1) if isinstance(part, list) else [part])
    ]


def _text(value: Any) -> str:
    return without_surrogates(joined_text(value))


def without_surrogates(text: str) -> str:
    """Replace what could not be written to a file again."""
    return text if text.isascii() else text.encode(errors="replace").decode()
