"""Attacks on time, memory, processes, disk and patience."""

import json

from nbformat.v4 import new_code_cell, new_markdown_cell

from .attack import RIGHT_LOOP, attack
from .escaping import MARK


def _answer(code: str) -> str:
    """A first answer that does this when it is called."""
    body = "\n".join(f"    {line}" for line in code.strip().splitlines())
    return f"def DeepNetReLU(*_):\n{body}\n"


def costs_itself(name: str, about: str, code: str, net: str = "", **more):
    """Make an attack whose second exercise is right, and must keep its points."""
    return attack(name, about, code, net=net or "None", loop=RIGHT_LOOP, **{"kept": 6, **more})


TIME = [
    costs_itself("endless_cell", "a loop without end", "while True:\n    pass"),
    costs_itself(
        "endless_answer",
        "a loop without end, whenever a test calls it",
        "",
        net=_answer("while True:\n    pass"),
    ),
    costs_itself(
        "swallows_interrupts",
        "a loop that takes every interrupt for an invitation to go on",
        """
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
""",
    ),
    costs_itself(
        "swallows_interrupts_in_a_probe",
        "the same, when a test calls it",
        "",
        net=_answer(
            "while True:\n    try:\n        while True:\n            pass\n"
            "    except BaseException:\n        continue"
        ),
    ),
    costs_itself(
        "blocks_in_c",
        "waits in the C library, with every signal blocked",
        """
import ctypes, signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
signal.signal(signal.SIGINT, signal.SIG_IGN)
ctypes.CDLL(None).pause()
""",
    ),
    costs_itself(
        "waits_for_a_lock",
        "waits for a lock that nobody will release",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    ),
    costs_itself(
        "holds_the_interpreter",
        "a C call that keeps all other threads of the process from running",
        "import ctypes\nctypes.PyDLL(None).sleep(3600)",
    ),
    costs_itself(
        "long_computation",
        "a pattern that takes exponential time in C, where no interrupt is noticed",
        "import re\nre.match('(a+)+$', 'a' * 64 + 'b')",
    ),
    costs_itself(
        "asks_for_input",
        "waits for somebody to type, and for a debugger",
        "answer = input('points? ')\nimport getpass\ngetpass.getpass()\nbreakpoint()",
    ),
    attack(
        "slow_everywhere",
        "every call takes a little less than is allowed",
        "import time",
        net=_answer("time.sleep(1.2)\nraise ValueError"),
        loop="def train(*_, **__):\n    time.sleep(1.2)\n    return []",
        total_seconds=8,
    ),
    attack(
        "busy_children",
        "children that go on burning processor time after the cell is over",
        MARK
        + """
for _ in range(4):
    if os.fork() == 0:
        mark()
        while True:
            pass
""",
    ),
    attack(
        "endless_finaliser",
        "an object that takes for ever to be deleted, and a representation without end",
        """
class Slow:
    def __del__(self):
        while True:
            pass
    def __repr__(self):
        while True:
            pass
slow = Slow()
slow
""",
        net="del slow",
    ),
]

MEMORY = [
    costs_itself(
        "array_hog",
        "asks numpy and torch for a hundred gibibytes, in one piece and in many",
        """
try:
    np.ones(12 * 2**30)
except MemoryError:
    pass
kept = []
while True:
    kept.append(np.ones(2**24))
""",
    ),
    costs_itself(
        "other_hogs",
        "bytes, mappings, memory files and pipes until there is no more",
        """
import mmap, os
kept = []
for make in (lambda: bytearray(2**28), lambda: mmap.mmap(-1, 2**28).write(b"x" * 2**28),
             lambda: os.write(os.memfd_create("m"), b"x" * 2**26), lambda: os.pipe()):
    try:
        for _ in range(200):
            kept.append(make())
    except (MemoryError, OSError):
        pass
kept.clear()
""",
    ),
    costs_itself(
        "hogs_in_children",
        "a limit per process, and fifty processes that each take what they can",
        MARK
        + """
import time
for _ in range(50):
    try:
        if os.fork() == 0:
            mark()
            kept = bytearray(b"x") * 2**26
            time.sleep(600)
            os._exit(0)
    except OSError:
        break
""",
        memory_gib=2.5,
        cell_seconds=3,
        total_seconds=40,  # filling and freeing so much memory takes its time on a busy machine
    ),
    attack(
        "fork_bomb",
        "children that make children",
        MARK
        + """
import time
end = time.time() + 3
while time.time() < end:
    try:
        if os.fork() == 0:
            mark()
    except OSError:
        time.sleep(0.05)
time.sleep(600)
""",
    ),
    attack(
        "thread_bomb",
        "threads until there are no more",
        """
import threading, time
try:
    while True:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
except RuntimeError:
    pass
""",
    ),
    costs_itself(
        "fills_disks",
        "large files, sparse files and a hundred thousand small ones, wherever it may write",
        """
import os
for folder in ("/tmp", "/dev/shm", ".", os.path.expanduser("~")):
    try:
        with open(f"{folder}/large", "wb") as file:
            while True:
                file.write(b"x" * 2**22)
    except OSError:
        pass
    try:
        with open(f"{folder}/sparse", "wb") as file:
            file.truncate(2**45)
            obtained("a file of 32 tebibytes")
    except OSError:
        pass
    try:
        for number in range(20_000):
            open(f"{folder}/many{number}", "w").close()
    except OSError:
        pass
""",
        kept=0,
    ),
]

FLOODS = [
    costs_itself("floods_stdout", "prints lines without end", "while True:\n    print('x' * 200)"),
    costs_itself(
        "floods_stderr",
        "warns without end",
        "import sys\nwhile True:\n    print('x' * 200, file=sys.stderr)",
    ),
    costs_itself("one_long_line", "prints a line of 200 megabytes", "print('x' * 200_000_000)"),
    costs_itself(
        "floods_descriptors",
        "writes to descriptors 1 and 2 directly, and from a child",
        """
import os, time
end = time.time() + 1.5
child = os.fork()
while time.time() < end:
    for number in (1, 2):
        try:
            os.write(number, b"x" * 65536)
        except OSError:
            pass
if child == 0:
    os._exit(0)
""",
    ),
    costs_itself(
        "many_outputs",
        "thousands of small outputs, updates and erasures",
        """
from IPython.display import HTML, clear_output, display
for number in range(6000):
    display(HTML(f"<b>{number}</b>"), display_id=str(number))
    if number % 1000 == 0:
        clear_output(wait=True)
""",
    ),
    costs_itself(
        "huge_pictures",
        "pictures of 10,000 by 10,000 noisy points, and bytes that are no picture",
        """
from IPython.display import Image, display
display(Image(data=b"\\x89PNG\\r\\n\\x1a\\n" + b"x" * 30_000_000, format="png"))
display({"image/png": "!" * 10_000_000, "text/plain": "x" * 10_000_000}, raw=True)
plt.figure(figsize=(40, 40), dpi=100)
plt.imshow(np.random.rand(4000, 4000), interpolation="none")
plt.show()
""",
    ),
    costs_itself(
        "long_error",
        "an exception with a text of a hundred megabytes and another with a deep chain",
        """
error = None
for _ in range(2000):
    new = ValueError("x")
    new.__cause__ = error
    error = new
raise ValueError("x" * 100_000_000) from error
""",
    ),
    attack(
        "flood_in_probes",
        "prints and displays without end while a test calls it",
        net=_answer("while True:\n    print('x' * 100_000)"),
        loop="from IPython.display import display\ndef train(*_, **__):\n    while True:\n"
        "        display('x' * 1000)",
    ),
    costs_itself(
        "thread_that_goes_on",
        "a thread that prints without end while later cells run",
        """
import threading, time
def work():
    while True:
        print("x" * 1000)
        time.sleep(0.0005)
threading.Thread(target=work, daemon=True).start()
""",
    ),
]


def _many_cells(nb, ground):
    nb.cells += [new_code_cell("x = 1", id=f"many-{i}") for i in range(20_000)]


def _large_text(nb, ground):
    nb.cells.append(new_markdown_cell("x" * 50_000_000))


def _deep_metadata(nb, ground):
    deep = current = {}
    for _ in range(400):
        current["a"] = {}
        current = current["a"]
    nb.metadata.deep = deep
    for cell in nb.cells:
        cell.metadata.deep = deep


def _slow_source(nb, ground):
    """Sources that are slow to compile, or crash the compiler."""
    for text in ("(" * 5000 + ")" * 5000, "x" + ".x" * 100_000, "-" * 50_000 + "1", "\0\0"):
        nb.cells.insert(0, new_code_cell(text))


def _deep(data: bytes) -> bytes:
    return b'{"cells": ' + b"[" * 500_000 + b"]" * 500_000 + b"}"


def _not_a_notebook(data: bytes) -> bytes:
    return bytes(range(256)) * 4000


def _odd_json(data: bytes) -> bytes:
    nb = json.loads(data)
    nb["cells"] += [None, 5, {}, {"cell_type": []}, {"cell_type": "code", "source": {"a": 1}}]
    nb["cells"].append({"cell_type": "code", "source": ["x", 3, None], "metadata": [], "id": {}})
    nb["nbformat"], nb["nbformat_minor"], nb["metadata"] = 1e400, [], "text"
    return json.dumps(nb).encode()


NOTEBOOKS = [
    costs_itself("many_cells", "20,000 cells", "", change=_many_cells, kept=0, total_seconds=2),
    costs_itself("large_text", "a text cell of 50 MB", "", change=_large_text, kept=0),
    costs_itself("deep_metadata", "metadata 400 levels deep", "", change=_deep_metadata),
    costs_itself("slow_source", _slow_source.__doc__, "", change=_slow_source, kept=0),
    attack("deep_json", "half a million brackets", raw=_deep),
    attack("not_a_notebook", "a megabyte of bytes", raw=_not_a_notebook),
    attack("empty_file", "nothing", raw=lambda data: b""),
    attack("odd_json", "fields of every wrong type", raw=_odd_json, loop=RIGHT_LOOP),
    attack("only_a_number", "JSON that is no notebook", raw=lambda data: b"1" * 5000),
]

ATTACKS = [*TIME, *MEMORY, *FLOODS, *NOTEBOOKS]
