"""Take a notebook out of what tools wrap it in: other JSON, a JSON string, base64.

Jupyter's contents API, GitHub's and Gist's, Kaggle's and Drive's each have a form of their own, so
none is known by name: a notebook is looked for in everything that a small file of JSON holds.
"""

import binascii
import re
from collections.abc import Callable
from typing import Any

from nmautils.errors import HandInError
from nmautils.grading.model.limits import WRAPPED_LEVELS, WRAPPED_PARTS

from .content import may_be_notebook

__all__ = ["bare", "is_notebook", "unwrap"]

# What web services put before JSON so that no page can run it, or so that one can.
_GUARD = re.compile(
    r"\s{0,99}(?:\)\]\}'[,\s]{0,9}|(?:/\*\*/)?\s{0,9}[\w$.]{1,100}\()(?=\s{0,99}[{\[])"
)
_DATA_ADDRESS = re.compile(r"data:[^,]{0,200};base64,")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{40,400}=*")


def bare(text: str) -> tuple[str, bool]:
    """Take the text of a notebook out of base64, or from behind what a web service puts before it.

    Returns
    -------
    str, bool
        The text, and whether anything was taken away.
    """
    if guard := _GUARD.match(text):
        return text[guard.end() :].rstrip(" \t\r\n\0;").removesuffix(")"), True
    start = text.lstrip()[:400]
    if _BASE64.fullmatch(start) or _DATA_ADDRESS.match(start):
        raw = _file_in(text.strip())
        if may_be_notebook(raw[:100_000]):
            return raw.decode(errors="replace"), True
    return text, False


def is_notebook(data: Any) -> bool:
    """Whether a value of JSON is meant as a notebook."""
    return isinstance(data, dict) and ("cells" in data or "worksheets" in data)


def unwrap(data: Any, parse: Callable[[bytes], Any]) -> dict[str, Any] | None:
    """Find the one notebook in a value of JSON.

    Parameters
    ----------
    data : object
        What the file holds.
    parse : callable
        Turns the bytes of a file within the file into a value of JSON, or raises `HandInError`.

    Returns
    -------
    dict or None
        The notebook; None if there is none.

    Raises
    ------
    HandInError
        If there are several.
    """
    found: dict[str, Any] | None = None
    level, looked_at = [data], 0
    for _ in range(WRAPPED_LEVELS):
        below: list[Any] = []
        for value in level[: WRAPPED_PARTS - looked_at]:
            looked_at += 1
            if isinstance(value, list) and _are_cells(value):
                value = {"cells": value}
            if not (is_notebook(value) and _has_cells(value)):
                below += _inside(value, parse)
            elif found is None:
                found = value
            elif found != value:
                raise HandInError(
                    "the file holds several notebooks: hand in the one of this assignment alone"
                )
        level = below
    return found


def _has_cells(data: dict[str, Any]) -> bool:
    return isinstance(data.get("cells"), list) or isinstance(data.get("worksheets"), list)


def _are_cells(values: list[Any]) -> bool:
    """Whether this is what JupyterLab copies: cells without their notebook."""
    return bool(values) and all(isinstance(v, dict) and "cell_type" in v for v in values)


def _inside(value: Any, parse: Callable[[bytes], Any]) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    raw = _file_in(value) if isinstance(value, str) else b""
    if not may_be_notebook(raw[:100_000]):
        return []
    try:
        return [parse(raw)]
    except HandInError:
        return []


def _file_in(text: str) -> bytes:
    """Give the file that a string may hold, as it is or in base64."""
    address = _DATA_ADDRESS.match(text)
    start = address.end() if address else 0
    if not address and not _BASE64.fullmatch(text[:400]):
        return text.encode(errors="replace")
    try:
        return binascii.a2b_base64(text[start:].encode("ascii", errors="replace"))
    except binascii.Error:
        return b""
