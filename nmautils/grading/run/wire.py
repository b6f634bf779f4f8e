"""Frames: the one format of everything that passes between the processes of grading.

A frame is a number of parts: JSON text of one object first, then raw buffers. Its head gives how
many parts there are (4 bytes) and how long each of them is (8 bytes each, the highest first).
On Unix sockets, file descriptors may come beside a frame.

The sender may be a stranger's program. So `read_frame` compares the head with bounds before it
takes a part, and whatever comes gives a frame, `BadFrame`, or `EOFError`.
"""

import json
import os
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nmautils.grading.model.limits import (
    CONTROL_BYTES,
    CONTROL_DESCRIPTORS,
    CONTROL_SEND_SECONDS,
    FRAME_PARTS,
    MIB,
    PROBE_ARRAYS,
    PROBE_BYTES,
    PROBE_TEXT_BYTES,
    RESULT_BYTES,
)

__all__ = [
    "ANSWER",
    "CALL",
    "CONTROL",
    "INTERRUPT",
    "OUTPUT",
    "RESULT",
    "SECONDS",
    "TOO_MUCH_MEMORY",
    "TOO_MUCH_TIME",
    "BadFrame",
    "Bounds",
    "Message",
    "pack_frame",
    "read_frame",
    "receive_control",
    "send_control",
]

Message = dict[str, Any]


class BadFrame(ValueError):
    """What came is no frame, or one that is too large."""


@dataclass(frozen=True)
class Bounds:
    """How large a frame may be.

    Parameters
    ----------
    text_bytes : int
        Of its JSON text.
    buffers : int
        How many there are.
    buffer_bytes : int
        Of all buffers together.
    parts : int, optional
        Brackets and commas in its text: what it needs of memory once it is parsed.
    """

    text_bytes: int
    buffers: int = 0
    buffer_bytes: int = 0
    parts: int | None = None


# Requests to a student's process, and what comes from there.
CALL = Bounds(PROBE_TEXT_BYTES, PROBE_ARRAYS, PROBE_BYTES)
ANSWER = Bounds(PROBE_TEXT_BYTES, PROBE_ARRAYS, PROBE_BYTES, parts=FRAME_PARTS)
OUTPUT = Bounds(PROBE_TEXT_BYTES, parts=FRAME_PARTS)
CONTROL = Bounds(CONTROL_BYTES)  # between worker and forkserver
RESULT = Bounds(RESULT_BYTES, 1, RESULT_BYTES)  # between pool, worker and the worker's fork

# What the keeper of a kernel is told, a byte each: raise KeyboardInterrupt in it, and say how much
# processor time there was (8 bytes, a double).
INTERRUPT, SECONDS = b"i", b"s"
# What it says last if the kernel was ended for what it used.
TOO_MUCH_MEMORY, TOO_MUCH_TIME = b"m", b"c"


def pack_frame(message: Message, buffers: Sequence[bytes] = ()) -> bytes:
    """Write a frame; the bounds are the reader's to check."""
    text = json.dumps(message).encode()
    lengths = [len(text), *map(len, buffers)]
    head = struct.pack(f">I{len(lengths)}Q", len(lengths), *lengths)
    return b"".join([head, text, *buffers])


def read_frame(
    receive: Callable[[int], bytes | None], bounds: Bounds
) -> tuple[Message, list[bytearray]]:
    """Read what `pack_frame` wrote, wherever it comes from.

    Parameters
    ----------
    receive : callable
        Waits for bytes and returns some, at most as many as it is asked for; none at the end.
    bounds : Bounds
        How large the frame may be.

    Raises
    ------
    BadFrame
        If it is larger, or its first part is not the text of a JSON object.
    EOFError
        If the bytes end before the frame does.
    """

    def exactly(size: int) -> bytearray:
        raw = bytearray()
        while len(raw) < size:
            # Memory is taken for what has come, not for what was announced.
            part = receive(min(size - len(raw), MIB))
            if not part:
                raise EOFError
            raw += part
        return raw

    (parts,) = struct.unpack(">I", exactly(4))
    if not 1 <= parts <= bounds.buffers + 1:
        raise BadFrame("too many arrays")
    text_length, *lengths = struct.unpack(f">{parts}Q", exactly(8 * parts))
    if text_length > bounds.text_bytes:
        raise BadFrame("too much text")
    if sum(lengths) > bounds.buffer_bytes:
        raise BadFrame("too many numbers")
    text, buffers = exactly(text_length), [exactly(length) for length in lengths]
    if bounds.parts is not None and sum(map(text.count, (b"[", b"{", b","))) > bounds.parts:
        raise BadFrame("too many parts")
    try:
        message = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"no JSON text ({type(error).__name__})") from None
    if not isinstance(message, dict):
        raise BadFrame("no JSON object")
    return message, buffers


def send_control(control: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send a frame without buffers, and file descriptors beside it."""
    raw = pack_frame(message)
    control.settimeout(CONTROL_SEND_SECONDS)
    sent = socket.send_fds(control, [raw], descriptors)
    control.sendall(raw[sent:])


def receive_control(control: socket.socket) -> tuple[Message, list[int]]:
    """Wait for what `send_control` sends; `EOFError` when there will be no more."""
    control.settimeout(None)
    descriptors: list[int] = []

    def receive(most: int) -> bytes:
        raw, came, _, _ = socket.recv_fds(control, most, CONTROL_DESCRIPTORS)
        descriptors.extend(came)
        return raw

    try:
        message, _ = read_frame(receive, CONTROL)
    except (BadFrame, EOFError, OSError):
        for descriptor in descriptors:
            os.close(descriptor)
        raise
    return message, descriptors
