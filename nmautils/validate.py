"""Checks of arguments. Each message says what came and what to give, in the same words everywhere.

Each check returns the value, or raises ``ValueError`` with one line.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sized
from typing import Any

__all__ = ["not_negative", "positive", "same_length", "whole"]


def whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number of at least `least` as an int. ``True`` and 2.0 are none."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        wanted = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} is {value!r}: give a whole number {wanted}")
    return number


def positive(name: str, value: Any, unit: str = "") -> float:
    """Return a finite number above 0 as a float; `unit` is named in the message."""
    number = _finite(value)
    if number is None or not number > 0:
        of = f" of {unit}" if unit else ""
        raise ValueError(f"{name} is {value!r}: give a number{of} above 0")
    return number


def not_negative(name: str, value: Any) -> float:
    """Return a finite number of at least 0 as a float."""
    number = _finite(value)
    if number is None or number < 0:
        raise ValueError(f"{name} is {value!r}: give 0 or a number above 0")
    return number


def _finite(value: Any) -> float | None:
    # Only what is a number already: float() would also read one from a text.
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):  # an array of several
        return None
    return number if math.isfinite(number) else None


def same_length(**vectors: Sized) -> None:
    """Raise ValueError unless all named sequences are of one length."""
    lengths = {name: len(vector) for name, vector in vectors.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"lengths differ: {listed}; give one entry per point in each of them")
