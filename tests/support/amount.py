"""How much of the long corpora a run does: a part of each, or all with ``NMAUTILS_EVERY=1``."""

import os
from collections.abc import Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")

EVERYTHING = os.environ.get("NMAUTILS_EVERY") == "1"


def every(default: int) -> int:
    """Return n, where a run takes every n-th case: `default`, or what ``NMAUTILS_EVERY`` says."""
    return int(os.environ.get("NMAUTILS_EVERY") or default)


def some(cases: Sequence[T], default: int) -> Sequence[T]:
    """Return every n-th case, with the n of `every`."""
    return cases[:: every(default)]


# For a test whose promise is kept in a cheaper form by another, which a comment beside it names.
rarely = pytest.mark.rarely
