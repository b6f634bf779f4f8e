"""Any bytes at all give a frame within its bounds, or a clean error."""

import contextlib
import json
import os
import socket
import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.grading.model import limits
from nmautils.grading.run import wire
from nmautils.grading.run.wire import (
    ANSWER,
    CALL,
    CONTROL,
    RESULT,
    BadFrame,
    Bounds,
    pack_frame,
    read_frame,
    receive_control,
    send_control,
)

SMALL = Bounds(text_bytes=40, buffers=3, buffer_bytes=10)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
messages = st.dictionaries(st.text(), values, max_size=5)


class Source:
    """Bytes that come in pieces, and a note of how many were asked for at a time."""

    def __init__(self, raw, most=1 << 30):
        self.raw, self.most, self.asked = bytes(raw), most, []

    def __call__(self, size):
        assert size > 0
        self.asked.append(size)
        size = min(size, self.most)
        part, self.raw = self.raw[:size], self.raw[size:]
        return part


def frame(text=b"{}", buffers=(), parts=None, lengths=None):
    """A frame by hand, right unless `parts` or `lengths` say otherwise."""
    if lengths is None:
        lengths = [len(text), *map(len, buffers)]
    parts = len(lengths) if parts is None else parts
    return struct.pack(f">I{len(lengths)}Q", parts, *lengths) + text + b"".join(buffers)


def text_of(size):
    """JSON text of an object, of this size."""
    return b'{"a":"' + b"x" * (size - 8) + b'"}'


@given(messages, st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 60))
def test_what_is_packed_is_read_again_in_pieces_of_any_size(message, buffers, most):
    source = Source(pack_frame(message, buffers) + b"next", most)
    came, parts = read_frame(source, ANSWER)
    assert came == message
    assert [bytes(part) for part in parts] == buffers
    assert source.raw == b"next"


def test_the_format_is_the_one_that_is_written_down():
    assert pack_frame({"a": 1}, [b"xyz", b""]) == (
        b"\0\0\0\3" + b"\0\0\0\0\0\0\0\x08" + b"\0\0\0\0\0\0\0\3" + bytes(8) + b'{"a": 1}xyz'
    )


@given(st.binary(max_size=200))
def test_any_bytes_give_a_frame_or_a_clean_error(raw):
    try:
        message, buffers = read_frame(Source(raw), SMALL)
    except (BadFrame, EOFError):
        return
    assert type(message) is dict
    assert len(buffers) <= SMALL.buffers
    assert sum(map(len, buffers)) <= SMALL.buffer_bytes


@given(st.binary(max_size=60), st.lists(st.binary(max_size=4), max_size=4))
def test_any_parts_in_a_sound_head_give_a_frame_or_a_clean_error(text, buffers):
    try:
        message, came = read_frame(Source(frame(text, buffers)), SMALL)
    except BadFrame:
        return
    assert message == json.loads(text)
    assert came == buffers


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2**64 - 1), max_size=5))
def test_no_more_is_asked_for_than_the_bounds_allow_whatever_a_head_says(parts, lengths):
    source = Source(frame(b"{}" * 50, parts=parts, lengths=lengths))
    with contextlib.suppress(BadFrame, EOFError):
        read_frame(source, SMALL)
    assert max(source.asked) <= max(8 * (1 + SMALL.buffers), SMALL.text_bytes)


def test_the_bounds_hold_at_the_limit_and_one_past_it():
    full = text_of(SMALL.text_bytes)
    buffers = [b"123", b"", b"1234567"]
    message, came = read_frame(Source(frame(full, buffers)), SMALL)
    assert len(json.dumps(message, separators=(",", ":"))) == SMALL.text_bytes
    assert came == buffers
    for text, parts, says in (
        (text_of(SMALL.text_bytes + 1), buffers, "text"),
        (full, [b"1", b"1", b"1", b"1"], "arrays"),
        (full, [b"1234", b"", b"1234567"], "numbers"),
        (full, [b"12345678901"], "numbers"),
    ):
        source = Source(frame(text, parts))
        with pytest.raises(BadFrame, match=says):
            read_frame(source, SMALL)
        assert len(source.raw) >= len(text) + sum(map(len, parts)), "a part was taken already"


def test_a_frame_without_parts_is_refused():
    with pytest.raises(BadFrame):
        read_frame(Source(bytes(4)), SMALL)
    with pytest.raises(BadFrame):
        read_frame(Source(bytes(4) + b"{}" * 40), SMALL)


def test_bounds_say_nothing_of_buffers_unless_told():
    assert read_frame(Source(frame()), Bounds(2)) == ({}, [])
    with pytest.raises(BadFrame):
        read_frame(Source(frame(buffers=[b""])), Bounds(2))


@pytest.mark.parametrize(
    ("bounds", "text_bytes", "buffers", "buffer_bytes"),
    [
        (CALL, 12_000_000, 10_000, 64 << 20),
        (CONTROL, 4 << 20, 0, 0),
        (RESULT, 96 << 20, 1, 96 << 20),
    ],
)
def test_each_border_has_the_bounds_of_the_table(bounds, text_bytes, buffers, buffer_bytes):
    assert bounds == Bounds(text_bytes, buffers, buffer_bytes)


@pytest.mark.parametrize("bounds", [ANSWER, CALL, CONTROL, RESULT])
def test_the_bounds_of_each_border_are_looked_at_before_anything_is_taken(bounds):
    """At the limit the reader goes on to the parts, one past it it stops at the head."""
    most = [bounds.text_bytes, *[0] * bounds.buffers]
    if bounds.buffers:
        most[-1] = bounds.buffer_bytes
    with pytest.raises(EOFError):
        read_frame(Source(frame(b"", lengths=most)), bounds)
    for place in {0, bounds.buffers}:
        past = list(most)
        past[place] += 1
        with pytest.raises(BadFrame):
            read_frame(Source(frame(b"", lengths=past)), bounds)
    with pytest.raises(BadFrame):
        read_frame(Source(frame(b"", lengths=[*most, 0])), bounds)


def test_all_buffers_of_a_probe_may_come():
    many = [b""] * limits.PROBE_ARRAYS
    assert len(read_frame(Source(pack_frame({}, many)), ANSWER)[1]) == limits.PROBE_ARRAYS
    with pytest.raises(BadFrame):
        read_frame(Source(pack_frame({}, [*many, b""])), ANSWER)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"1", b"null", b'"a"', b"{", b"{} {}", b"\xff", b'{"a": "\xc3"}', b"[" * 9999],
)
def test_text_that_is_no_json_object_is_refused(text):
    with pytest.raises(BadFrame):
        read_frame(Source(frame(text)), ANSWER)


@pytest.mark.parametrize("end", range(1, len(frame(b"{}", [b"abc", b"de"]))))
def test_a_frame_that_ends_too_early_is_no_frame(end):
    with pytest.raises(EOFError):
        read_frame(Source(frame(b"{}", [b"abc", b"de"])[:end]), SMALL)


def test_nothing_at_all_is_the_end():
    with pytest.raises(EOFError):
        read_frame(Source(b""), SMALL)
    with pytest.raises(EOFError):
        read_frame(lambda size: None, SMALL)


def test_a_long_part_is_taken_a_mebibyte_at_a_time():
    source = Source(pack_frame({}, [bytes((2 << 20) + 5)]))
    _, (part,) = read_frame(source, ANSWER)
    assert len(part) == (2 << 20) + 5
    assert source.asked[-3:] == [1 << 20, 1 << 20, 5]


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_descriptors_come_beside_a_frame(ends):
    read, write = os.pipe()
    send_control(ends[0], {"do": "kernel"}, [write, write])
    os.close(write)
    message, descriptors = receive_control(ends[1])
    assert message == {"do": "kernel"}
    assert len(descriptors) == 2
    os.write(descriptors[1], b"here")
    for descriptor in descriptors:
        os.close(descriptor)
    assert os.read(read, 9) == b"here"
    assert os.read(read, 9) == b""
    os.close(read)


def test_frames_on_a_socket_keep_apart_and_end(ends):
    send_control(ends[0], {"a": 1})
    send_control(ends[0], {"b": "x" * 1000})
    ends[0].close()
    assert receive_control(ends[1]) == ({"a": 1}, [])
    assert receive_control(ends[1]) == ({"b": "x" * 1000}, [])
    with pytest.raises(EOFError):
        receive_control(ends[1])


def test_as_many_descriptors_come_as_the_table_says(ends):
    read, write = os.pipe()
    send_control(ends[0], {}, [read] * limits.CONTROL_DESCRIPTORS)
    _, descriptors = receive_control(ends[1])
    assert len(descriptors) == limits.CONTROL_DESCRIPTORS
    for descriptor in [read, write, *descriptors]:
        os.close(descriptor)


@pytest.mark.parametrize("raw", [b"\0\0\0\0", b"\0\0", frame(b"[]"), frame(b"{}", [b"a"])])
def test_descriptors_beside_a_bad_frame_are_closed(ends, raw):
    read, write = os.pipe()
    os.set_blocking(read, False)
    socket.send_fds(ends[0], [raw], [write])
    ends[0].close()
    os.close(write)
    with pytest.raises((BadFrame, EOFError)):
        receive_control(ends[1])
    assert os.read(read, 1) == b"", "somebody holds the other end of the pipe"
    os.close(read)


def test_a_request_that_nobody_takes_is_given_up(ends, monkeypatch):
    monkeypatch.setattr(wire, "CONTROL_SEND_SECONDS", 0.05)
    with pytest.raises(TimeoutError):
        send_control(ends[0], {"a": "x" * (3 << 20)})


def test_a_request_that_is_longer_than_a_socket_takes_at_once_arrives(ends):
    message = {"a": "x" * (3 << 20)}
    sender = threading.Thread(target=send_control, args=(ends[0], message))
    sender.start()
    assert receive_control(ends[1]) == (message, [])
    sender.join()


def test_waiting_for_a_request_has_no_end(ends):
    ends[1].settimeout(0.01)
    send_control(ends[0], {})
    receive_control(ends[1])
    assert ends[1].gettimeout() is None
