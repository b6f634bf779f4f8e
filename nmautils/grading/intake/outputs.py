"""Leave the outputs out of a large notebook file, without parsing it.

Nothing is graded by the outputs that were handed in, and a video or hundreds of figures among them
should cost nobody the marks. Nor should the state of widgets, which Colab saves with the notebook.
The file is looked through once, from sign to sign that matters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from nmautils.errors import HandInError
from nmautils.grading.model.limits import JSON_CONTAINERS, MIB, NOTEBOOK_BYTES, OUTPUT_BYTES

__all__ = ["without_large_outputs"]

_SIGN = re.compile(rb'["\[\]{}]')
# A part of a string: bounded, as the engine remembers each repetition.
_STRING_PART = re.compile(rb'(?:[^"\\]+|\\.){1,500}', re.DOTALL)
_ARRAY = re.compile(rb"\s{0,99}:\s{0,99}\[")
_OBJECT = re.compile(rb"\s{0,99}:\s{0,99}\{")

Span = tuple[int, int]


@dataclass
class _Outputs:
    """Where a list of outputs stands in the file, and each of them that is large."""

    start: int
    depth: int
    item: int = -1
    large: list[Span] = field(default_factory=list)


def without_large_outputs(raw: bytes, limit: int = NOTEBOOK_BYTES) -> tuple[bytes, str]:
    """Make a notebook file small by leaving large outputs out, or all if that is not enough.

    Parameters
    ----------
    raw : bytes
        Content of the file, in UTF-8.
    limit : int
        Size of a file that is small.

    Returns
    -------
    bytes, str
        The smaller file, and what was left out, as a sentence to the student; nothing if
        the file was small.

    Raises
    ------
    HandInError
        If the file has more parts than a notebook may have.
    """
    if len(raw) <= limit:
        return raw, ""
    lists, widgets = _find_outputs(raw)
    states = "the saved state of widgets" if widgets else ""
    raw, size = _replaced(raw, widgets, lambda size: b"{}"), len(raw)
    if widgets:
        lists, _ = _find_outputs(raw)
    if len(raw) <= limit:
        return raw, _said(size, f"{states} was")
    large = [span for _, items in lists for span in items]
    smaller = _replaced(raw, large, _note)
    what = "one large output was" if len(large) == 1 else f"{len(large)} large outputs were"
    if len(smaller) > limit:
        smaller = _replaced(raw, [span for span, _ in lists], lambda size: b"[]")
        what = "all outputs were"
    return smaller, _said(size, f"{states}, and {what}" if states else what)


def _said(size: int, what: str) -> str:
    return f"The file had {-(-size // MIB)} MB: {what} left out."


def _find_outputs(raw: bytes) -> tuple[list[tuple[Span, list[Span]]], list[Span]]:
    """Find each cell's list of outputs with the large ones in it, and large states of widgets."""
    found: list[tuple[Span, list[Span]]] = []
    widgets: list[Span] = []
    state: tuple[int, int] | None = None
    outputs: _Outputs | None = None
    depth = at = signs = 0
    while sign := _SIGN.search(raw, at):
        signs += 1
        if signs > JSON_CONTAINERS:
            raise HandInError(
                "the file has too many parts for a notebook: clear its outputs and hand it in again"
            )
        here, at = sign.start(), sign.end()
        if raw[here] == ord('"'):
            at = _end_of_string(raw, at)
            is_key = outputs is None and state is None and raw[here:at] == b'"outputs"'
            if is_key and (array := _ARRAY.match(raw, at)):
                outputs = _Outputs(array.end() - 1, depth)
                depth, at = depth + 1, array.end()
            is_state = state is None and outputs is None and raw[here:at] == b'"widgets"'
            if is_state and (begins := _OBJECT.match(raw, at)):
                state = (begins.end() - 1, depth)
                depth, at = depth + 1, begins.end()
        elif raw[here] in b"[{":
            depth += 1
            if outputs and depth == outputs.depth + 2:
                outputs.item = here
        else:
            depth -= 1
            if state and depth <= state[1]:
                if at - state[0] > OUTPUT_BYTES:
                    widgets.append((state[0], at))
                state = None
            if outputs and depth == outputs.depth + 1 and at - outputs.item > OUTPUT_BYTES:
                outputs.large.append((outputs.item, at))
            elif outputs and depth <= outputs.depth:
                found.append(((outputs.start, at), outputs.large))
                outputs = None
    return found, widgets


def _end_of_string(raw: bytes, at: int) -> int:
    """Find where a string ends, or the file."""
    while part := _STRING_PART.match(raw, at):
        at = part.end()
    return min(at + 1, len(raw))


def _replaced(raw: bytes, spans: list[Span], new: Callable[[int], bytes]) -> bytes:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [raw[at:start], new(end - start)]
        at = end
    return b"".join([*pieces, raw[at:]])


def _note(size: int) -> bytes:
    text = f"(an output of {-(-size // MIB)} MB was left out)"
    return b'{"output_type": "stream", "name": "stdout", "text": "%s"}' % text.encode()
