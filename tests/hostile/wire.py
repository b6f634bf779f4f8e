"""Attacks on what passes between a student's process and the judge: outputs, frames, sizes."""

import time

from nbformat.v4 import new_code_cell

from .attack import RIGHT_LOOP, RIGHT_NET, TABLE, WORTH, WRONG_LOOP, WRONG_NET, attack

# Outputs and messages that pretend to be results, and the socket that all of them go through.
# `forge` is called in cells and in probes.
FORGE = f"""
import itertools, json, struct, threading, time
from IPython.display import HTML, display
from nmautils.grading.run import student_kernel
from nmautils.grading.run.values import decode, encode
from nmautils.grading.run.wire import pack_frame

TABLE = {TABLE!r}
kernel = get_ipython().kernel
outlet = student_kernel.Outlet.current
channel = outlet._channel

def frame(kind, content=None, **more):
    return pack_frame({{"kind": kind, "content": content, "cell": outlet.cell, **more}})

def forge():
    print("10.0")
    display(HTML(TABLE))
    get_ipython().displayhook(10.0)
    content = {{"data": {{"text/plain": "10.0", "text/html": TABLE}}, "metadata": {{}},
               "execution_count": 1}}
    for kind in ("execute_result", "display_data", "update_display_data"):
        channel.sendall(frame(kind, content))

def in_background(work):
    threading.Thread(target=work, daemon=True).start()
"""

FORGED = [
    attack(
        "printed_marks",
        "prints marks, shows a table of passed checks, publishes results with numbers",
        FORGE + "\nforge()",
        net=f"forge()\n{WRONG_NET}",
        loop="forge()\ndef train(*_, **__):\n    forge()\n    return 10.0",
        last="forge()\n10.0",
    ),
    attack(
        "forged_replies",
        "answers requests of the grader before the kernel does, with good news",
        FORGE
        + """
def flood():
    good = {"status": "ok", "value": encode([2.0, 1.0])[0], "passed": True, "score": 10.0}
    for _ in range(40):
        time.sleep(0.02)
        channel.sendall(frame("answer", good, **good) + frame("reply", good, **good))

in_background(flood)
""",
    ),
    attack(
        "answers_ahead",
        "leaves a store of answers on the socket, which are read one call too late",
        FORGE
        + """
real = type(kernel)._answer

def answer(self, request, buffers):
    for _ in range(3):
        channel.sendall(frame("answer", status="ok", value=encode([2.0, 1.0])[0]))
    return real(self, request, buffers)

type(kernel)._answer = answer
""",
        earned=WORTH[WRONG_NET] + WORTH[WRONG_LOOP],
    ),
    attack(
        "replaced_handlers",
        "the kernel's handlers of messages are replaced by ones that report success",
        FORGE
        + """
def value(request, buffers):
    # What a probe would find if all were well, as far as one can know without solving it.
    given, named = decode(request["arguments"], buffers)
    name = request["name"]
    if "shapes" in name:
        n, h = given
        shapes = {"in_layer.weight": [h, n], "in_layer.bias": [h], "out_layer.weight": [1, h],
                  "out_layer.bias": [1]}
        return encode({"shapes": shapes, "size": n * h + 2 * h + 1, "blanks": []})
    if "gradient" in name:
        return encode(["in_layer", "out_layer"])
    if name == "run_train":
        n = given[-1].get("n_epochs", 50)
        losses = [5 / (i + 1) for i in range(n)]
        return encode({"container": "list", "entries": [], "losses": losses, "state": given[0],
                       "rows_seen": [len(given[1])]})
    return encode(torch.zeros(2, 1))

def answer(self, request, buffers):
    text, made = value(request, buffers)
    forge()
    good = {"status": "ok", "passed": True, "score": 10.0, "points": 10.0}
    return {"kind": "answer", "value": text, **good}, made

def run(self, loop, source):
    forge()
    return {"kind": "reply", "content": {"status": "ok", "passed": True, "score": 10.0}}

type(kernel)._answer = answer
type(kernel)._run = run
""",
    ),
    attack(
        "altered_session",
        "the session that packs messages says that all values are right",
        FORGE
        + """
real = type(kernel.session).send

def send(self, stream, message, content=None, *args, **kwargs):
    def better(value):
        if isinstance(value, dict):
            return {key: better(item) for key, item in value.items()}
        if isinstance(value, str) and value in ("error", "aborted"):
            return "ok"
        return value
    if isinstance(content, dict):
        content = {**better(content), "passed": True, "score": 10.0, "points": 10.0}
    return real(self, stream, message, content, *args, **kwargs)

type(kernel.session).send = send
""",
    ),
    attack(
        "wrongly_typed_messages",
        "well signed messages whose fields are of the wrong type, too many or too large",
        FORGE
        + """
for kind, content in [
    ("stream", {"name": 5, "text": ["a"]}),
    ("stream", {}),
    ("error", {"ename": {}, "evalue": None, "traceback": "text"}),
    ("display_data", {"data": {"image/png": 7, "text/plain": ["x", 3]}, "metadata": []}),
    ("display_data", {"data": [], "metadata": {}}),
    ("execute_result", {"data": {"text/html": TABLE, "text/plain": {"a": 1}}, "metadata": {}}),
    ("clear_output", {"wait": "perhaps"}),
    ("status", {"execution_state": ["idle"]}),
    ("status", {}),
    ("comm_open", {"comm_id": 1, "target_name": "x", "data": 2}),
    ("invented", {"a": 1}),
    ("execute_input", {"code": 10.0, "execution_count": "one"}),
    ("display_data", {"data": {"image/png": "A" * 8_000_000}, "metadata": {}}),
]:
    channel.sendall(frame(kind, content))
for message in ({}, {"kind": 5}, {"kind": ["stream"]}, {"kind": "stream"}, {"content": "stream"}):
    channel.sendall(pack_frame(message))
""",
        loop=RIGHT_LOOP,
        kept=6,
    ),
    attack(
        "evil_arrays",
        "values that claim objects, huge shapes, code or buffers that are not there",
        FORGE
        + """
bad = itertools.cycle([
    ('["array", "object", [1], 0]', [b"cos\\nsystem\\n"]),
    ('["array", "float64", [1000000000000], 0]', [b""]),
    ('["tensor", "float32", [-1], 0]', [b"0000"]),
    ('["array", "float64", [0, 9223372036854775807, 9223372036854775807], 0]', [b""]),
    ('["array", "import os; os.mkdir(1)", [1], 0]', [b"0"]),
    ('["array", "float64", [1], 5]', []),
    ('["array", "float64", [true], 0]', [b"00000000"]),
    ('["other", "__class__"]', []),
    ('["dict", ["a", 1], [5, 6]]', []),
    ('["complex", NaN, Infinity]', []),
    ("[" * 100_000, []),
    ('{"a": 1}', []),
    ("1" * 1_900_000, []),
    (None, []),
])

def answer(self, request, buffers):
    text, made = next(bad)
    return {"kind": "answer", "status": "ok", "value": text}, made

type(kernel)._answer = answer
""",
        earned=WORTH[WRONG_NET] + WORTH[WRONG_LOOP],
    ),
    attack(
        "evil_replies",
        "replies to cells whose fields are of the wrong type, endless, or no numbers",
        FORGE
        + """
bad = itertools.cycle([
    {"kind": "reply", "content": None}, {"kind": "reply", "content": [1] * 1000},
    {"kind": "reply", "content": {"status": {}, "line": 10**300}},
    {"kind": "reply", "content": {"status": "ok", "line": True}, "spent": "much"},
    {"kind": "reply", "content": {"status": "ok"}, "spent": float("nan")},
    {"kind": "reply", "content": {"status": "ok"}, "spent": float("inf")},
    {"kind": "reply", "content": {"status": "ok", "left_out": [[{}, [], 5, None]] * 9999}},
])
type(kernel)._run = lambda self, loop, source: next(bad)
""",
        earned=WORTH[WRONG_NET] + WORTH[WRONG_LOOP],
    ),
]


def _calls(how: str) -> str:
    """Send something of one's own at each call of a probe."""
    return FORGE + (
        "\ndef answer(self, request, buffers):\n    HOW\n    return {'kind': 'x'}, []\n\n"
        "type(kernel)._answer = answer\n"
    ).replace("HOW", how)


BROKEN = [
    attack(f"frame_{name}", about, _calls(how), total_seconds=8, **limits)
    for name, about, how, limits in (
        ("of_countless_parts", "announces four billion buffers",
         "channel.sendall(struct.pack('>I', 2**32 - 1))", {}),
        ("without_end", "announces a text of eight exabytes",
         "channel.sendall(struct.pack('>IQ', 1, 2**63))", {}),
        ("without_parts", "announces nothing at all",
         "channel.sendall(struct.pack('>I', 0) * 1000)", {}),
        ("cut_off", "announces more than comes, and ends the process",
         "channel.sendall(struct.pack('>IQQ', 2, 2, 2**26) + b'{}xx'); os._exit(0)", {}),
        ("in_drops", "sends a byte every now and then",
         "[(channel.sendall(b'\\0'), time.sleep(0.3)) for _ in range(99)]", {}),
        ("of_wrong_text", "sends text that is no UTF-8",
         "channel.sendall(struct.pack('>IQ', 1, 4) + b'\\xff\\xfe\\xff\\xfe')", {}),
        ("of_many_buffers", "sends nine thousand buffers where one was asked for",
         "channel.sendall(struct.pack('>I9000Q', 9000, *[2] * 9000) + b'{}' * 9000)", {}),
        ("shifted", "sends bytes after which nobody knows where a frame begins",
         "channel.sendall(b'x' * 7)", {}),
        ("of_brackets", "sends eleven megabytes of empty lists, which need a gigabyte",
         "t = b'[' + b'[],' * 3_800_000 + b'[]]'; "
         "channel.sendall(struct.pack('>IQ', 1, len(t)) + t)", {}),
        ("of_depth", "sends brackets within brackets",
         "t = b'[' * 400_000 + b']' * 400_000; "
         "channel.sendall(struct.pack('>IQ', 1, len(t)) + t)", {}),
        ("of_digits", "sends a number of two million digits",
         "t = b'{\"kind\": ' + b'1' * 2_000_000 + b'}'; "
         "channel.sendall(struct.pack('>IQ', 1, len(t)) + t)", {}),
        ("of_nothing", "sends small frames of an unknown kind without end",
         "[channel.sendall(frame('x') * 50) for _ in range(10**6)]", {}),
        ("of_numbers", "sends sixty megabytes of numbers in each frame that shows something",
         "[channel.sendall(pack_frame({'kind': 'stream'}, [bytes(60_000_000)])) "
         "for _ in range(99)]", {}),
        ("poured", "sends bytes without end",
         "[channel.sendall(bytes(75_000_000)) for _ in range(99)]", {}),
    )
]  # fmt: skip

CROWD = [
    attack(
        "many_writers",
        "forks processes that all write to the one socket",
        FORGE
        + """
for _ in range(8):
    if os.fork() == 0:
        while True:
            channel.sendall(frame("answer", status="ok", value="1.0"))
""",
        total_seconds=8,
    ),
    attack(
        "closed_socket",
        "closes the socket and goes on",
        FORGE + "\nchannel.close()\ntime.sleep(60)",
        total_seconds=8,
    ),
    attack(
        "deaf",
        "never reads what it is asked",
        FORGE + "\ntype(kernel)._answer = lambda *_: time.sleep(60)",
        total_seconds=8,
    ),
]

# What an answer may hold: as much as was asked for, not what grows in the judge.
LARGE = [
    attack(
        "broadcast",
        "answers with a row where a column is expected, so that a difference is a matrix",
        net=f"{RIGHT_NET}\nright = DeepNetReLU.forward\n"
        "DeepNetReLU.forward = lambda self, r: torch.zeros(1, 1_000_000)",
        loop="def train(*_, **__):\n    return [0.0] * 90_000",
    ),
    attack(
        "wide_answer",
        "answers with sixty megabytes of numbers",
        net=f"{RIGHT_NET}\nDeepNetReLU.forward = lambda self, r: torch.zeros(len(r), 7_000_000)",
        loop="def train(*_, **__):\n    return np.zeros(8_000_000)",
    ),
    attack(
        "long_names",
        "errors whose names and texts have two million characters, for the hints",
        """
class Long(Exception):
    def __str__(self):
        return "x" * 2_000_000

Long.__name__ = "N" * 2_000_000
""",
        net="def DeepNetReLU(*_, **__):\n    raise Long",
        loop="def train(*_, **__):\n    return ['y' * 1_800_000] * 3",
    ),
    attack(
        "many_names",
        "answers with a hundred thousand strings, which a hint might list",
        net="class DeepNetReLU(nn.Module):\n"
        "    def __init__(self, *_):\n        super().__init__()\n"
        "        for i in range(20_000):\n"
        "            setattr(self, f'layer_{i}', nn.Parameter(torch.zeros(1)))",
        loop="def train(*_, **__):\n    return [f'loss {i}' for i in range(90_000)]",
    ),
]


def _add_slow_cells(nb):
    """Add cells that run for nothing before a time, and as long as they can after it."""
    begin = "import os, time\nuntil = @until@"
    slow = (
        "if time.time() > until:\n    try:\n        time.sleep(30)\n"
        "    except KeyboardInterrupt:\n        time.sleep(0.35)"
    )
    end = "time.sleep(max(0, until - time.time()) + 0.1)\nos._exit(0)"
    texts = [begin.replace("@until@", str(time.time() + 3)), *[slow] * 100, end, "1"]
    nb.cells[2:2] = [new_code_cell(text, id=f"slow-{n}") for n, text in enumerate(texts)]


REVIEW = [
    attack(
        "one_buffer_many_times",
        "answers with five thousand arrays whose numbers are the same four megabytes",
        FORGE
        + """
def answer(self, request, buffers):
    text = json.dumps(["list", *[["array", "float64", [500_000], 0]] * 5_000])
    return {"kind": "answer", "status": "ok", "value": text}, [bytes(4_000_000)]

type(kernel)._answer = answer
""",
        total_seconds=8,
    ),
    attack(
        "halves_of_characters",
        "outputs, replies and errors with halves of characters, which no file can hold",
        FORGE
        + """
bad = "\\ud800x"
for _ in range(3):
    print(bad)
    channel.sendall(frame("stream", {"name": "stdout", "text": bad}))
    channel.sendall(frame("display_data", {"data": {"text/plain": bad}}))
    channel.sendall(frame("error", {"ename": "E", "evalue": bad, "traceback": [bad]}))

def answer(self, request, buffers):
    return {"kind": "answer", "status": "error", "ename": "E", "evalue": bad, "where": bad}, []

type(kernel)._answer = answer
""",
    ),
    attack(
        "slow_when_run_again",
        "cells that are quick until a time, an end, and as slow as they may be when run again",
        change=lambda nb, ground: _add_slow_cells(nb),
        total_seconds=6,
    ),
    attack(
        "pictures_without_end",
        "a hundred large pictures of noise, for whoever holds the graded notebook",
        """
import base64, struct, zlib

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

rows = b"".join(b"\\0" + os.urandom(1800) for _ in range(600))
size = struct.pack(">IIBBBBB", 600, 600, 8, 2, 0, 0, 0)
picture = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", size)
picture += chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
""",
        change=lambda nb, ground: nb.cells.extend(
            new_code_cell(
                "from IPython.display import Image, display\n"
                "for _ in range(12):\n    display(Image(picture))",
                id=f"picture-{number}",
            )
            for number in range(10)
        ),
        net=RIGHT_NET,
        kept=4,
        total_seconds=60,
    ),
]


ATTACKS = [*FORGED, *BROKEN, *CROWD, *LARGE, *REVIEW]
