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

# Ways to take memory, processor time and objects of the kernel that a look at each process does
# not show. Each begins with this: children that stay, and a map of their own to fill.
CROWD = (
    MARK
    + """
import mmap, time

def fill(size, flags=mmap.MAP_PRIVATE):
    memory = mmap.mmap(-1, size, flags=flags | mmap.MAP_ANONYMOUS)
    for start in range(0, size, 4096):
        memory[start] = 1
    return memory

def children(number, work):
    for _ in range(number):
        try:
            if os.fork() == 0:
                mark()
                kept = work()
                time.sleep(600)
                os._exit(0)
        except OSError:
            break
    time.sleep(600)
"""
)
KEPT = "kept = []\n"


def crowd(name: str, about: str, code: str, **more):
    """Make an attack by many, against a limit of two gibibytes and some seconds."""
    more = {"memory_gib": 2, "cell_seconds": 3, "total_seconds": 30, **more}
    return costs_itself(name, about, CROWD + KEPT + code, **more)


def full_sockets(name: str, about: str, pair: str):
    """Make an attack by children with sockets that are full, and that nobody reads."""
    code = f"""
import socket

def pair():
{pair}

def fill():
    kept, sent = [], 0
    for _ in range(70):
        ends = pair()
        kept += ends
        for end in ends:
            end.setblocking(False)
            try:
                for _ in range(300):
                    sent += end.send(b"x" * 50_000)
            except OSError:
                pass
    os.write(told, b"%d " % sent)
    time.sleep(600)

came, told = os.pipe()
for _ in range(4):
    if os.fork() == 0:
        mark()
        fill()
time.sleep(2)
sent = sum(map(int, os.read(came, 1000).split()))
if sent > 3 * 2**29:
    obtained(f"{{sent:,}} bytes in sockets")
time.sleep(600)
"""
    return costs_itself(name, about, CROWD + code, memory_gib=1, cell_seconds=4, kept=0)


UNCOUNTED = [
    full_sockets(
        "full_tcp_sockets",
        "connections to itself that nobody reads, filled from both ends",
        """
    server = socket.create_server(("127.0.0.1", 0))
    one = socket.create_connection(server.getsockname())
    return one, server.accept()[0], server""",
    ),
    full_sockets(
        "full_udp_sockets",
        "datagrams that nobody reads, in queues as long as they may be",
        """
    one, two = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for end in (one, two):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**22)
        end.bind(("127.0.0.1", 0))
    one.connect(two.getsockname())
    two.connect(one.getsockname())
    return one, two""",
    ),
    costs_itself(
        "locks",
        "locks on every other byte of a file, each of which takes memory of the kernel",
        MARK
        + """
import fcntl, struct

file = open("/tmp/locked", "w+")
for place in range(0, 2000, 2):
    fcntl.lockf(file, fcntl.LOCK_EX, 1, place)
asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 2000, 0)
if os.fork() == 0:
    kind = struct.unpack_from("h", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0]
    if kind != fcntl.F_UNLCK:
        obtained("a lock that is kept")
    os._exit(0)
os.wait()
""",
    ),
    costs_itself(
        "lingering_sockets",
        "sockets whose end waits for fifty minutes, to be sent to the process that judges",
        """
import socket, struct

for family in (socket.AF_UNIX, socket.AF_INET):
    lingering = socket.socket(family)
    try:
        lingering.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3000))
        obtained("a socket that lingers")
    except OSError:
        pass
""",
    ),
    costs_itself(
        "system_v_memory",
        "System V memory, which belongs to no process",
        MARK
        + """
for number in range(100):
    if libc.shmget(number + 1, 2**26, 0o1600) >= 0:
        obtained("System V memory")
        break
""",
        kept=6,
    ),
    costs_itself(
        "system_v_semaphores_and_queues",
        "sets of semaphores and queues of messages, which outlive who made them",
        MARK
        + """
for number in range(200):
    if libc.semget(number + 1, 250, 0o1600) >= 0 or libc.msgget(number + 1, 0o1600) >= 0:
        obtained("System V semaphores or messages")
        break
if libc.syscall(240, b"queue", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
    obtained("a POSIX queue")
""",
    ),
    costs_itself(
        "memory_files",
        "files without a file system, and memory that nobody else can see",
        """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
for call in (lambda: os.memfd_create("m"), lambda: os.memfd_create("m", os.MFD_HUGETLB)):
    try:
        os.write(call(), b"x" * 2**20)
        obtained("a file in memory")
    except OSError:
        pass
if libc.syscall(447, 0) >= 0:
    obtained("secret memory")
""",
    ),
    crowd(
        "shared_anonymous_memory",
        "shared memory without a name, that children map and their parent forgets",
        "children(60, lambda: fill(2**26, mmap.MAP_SHARED))",
    ),
    crowd(
        "many_small_children",
        "children that are each too small to be noticed",
        "children(60, lambda: fill(3 * 2**24))",
    ),
    crowd(
        "copies_of_the_inheritance",
        "children that write into memory they were born with, which makes none of them larger",
        """
memory = fill(5 * 2**27)
def write():
    for start in range(0, len(memory), 4096):
        memory[start] = 2
children(20, write)
""",
    ),
    crowd(
        "page_tables",
        "one page in each two mebibytes: more tables than contents",
        """
def sparse():
    memory = mmap.mmap(-1, 2**30 - 2**27, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for start in range(0, len(memory), 2**21):
        memory[start] = 1
    return memory, fill(2**25)
children(60, sparse)
""",
    ),
    crowd(
        "socket_buffers",
        "thousands of sockets that are full and that nobody reads",
        """
import socket

def sockets():
    held = []
    try:
        while True:
            pair = socket.socketpair()
            pair[0].setblocking(False)
            pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**24)
            held.append(pair)
            while True:
                pair[0].send(b"x" * 2**16)
    except BlockingIOError:
        return held, sockets()
    except (OSError, RecursionError):
        return held
children(55, sockets)
""",
    ),
    crowd(
        "descriptors_in_flight",
        "sockets sent through sockets, so that no process has them open",
        """
import array, socket

def send():
    try:
        for _ in range(20000):
            a, b = socket.socketpair()
            inner = array.array("i", [a.fileno(), b.fileno()] * 100)
            a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, inner)])
            kept.append(os.dup(b.fileno()))
            a.close(), b.close()
    except OSError:
        pass
children(40, send)
""",
    ),
    crowd(
        "pipe_buffers",
        "pipes of a mebibyte each, filled, in many processes",
        """
import fcntl

def pipes():
    try:
        for _ in range(100):
            read, write = os.pipe()
            os.set_blocking(write, False)
            try:
                fcntl.fcntl(write, 1031, 2**20)
            except OSError:
                pass
            try:
                while os.write(write, b"x" * 2**16):
                    pass
            except BlockingIOError:
                pass
    except OSError:
        pass
children(55, pipes)
""",
    ),
    costs_itself(
        "inodes",
        "empty files, folders, links and pipes, which take no room but memory of the kernel",
        """
import os

made = 0
for folder in ("/tmp", "/dev/shm"):
    for make in (lambda path: os.close(os.open(path, os.O_CREAT)), os.mkdir, os.mkfifo,
                 lambda path: os.symlink("x" * 200, path), lambda path: os.link(__file__, path)):
        try:
            for number in range(100_000):
                make(f"{folder}/{make.__name__}{number}" + "n" * 200)
                made += 1
        except (OSError, NameError):
            pass
if made > 50_000:
    obtained(f"{made} files")
""",
        cell_seconds=5,
        kept=0,
    ),
    costs_itself(
        "names_of_files_that_are_not",
        "asks for files that are not there, each of which the kernel remembers",
        """
import os

while True:
    for number in range(10**9):
        os.path.exists(f"/usr/{number}" + "x" * 200)
""",
    ),
    crowd(
        "objects_of_the_kernel",
        "timers, signals that wait, locks, watches and event descriptors",
        """
import ctypes, fcntl, select, signal

def objects():
    timer = ctypes.c_void_p()
    signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
    for number in range(20000):
        libc.timer_create(1, None, ctypes.byref(timer))
        libc.sigqueue(os.getpid(), 40, None)
        for make in (lambda: os.eventfd(0), select.epoll, lambda: os.open("/tmp", os.O_RDONLY)):
            try:
                kept.append(make())
            except (OSError, AttributeError):
                pass
    watch = libc.inotify_init()
    for number in range(20000):
        try:
            os.mkdir(f"/tmp/watched{os.getpid()}-{number}")
        except OSError:
            break
        libc.inotify_add_watch(watch, f"/tmp/watched{os.getpid()}-{number}".encode(), 2)
children(30, objects)
""",
        kept=0,
    ),
    crowd(
        "spinning_sessions",
        "55 children that burn processor time, each in a session of its own",
        """
def spin():
    os.setsid()
    while True:
        pass
children(55, spin)
""",
    ),
    crowd(
        "spinning_and_gone",
        "children that burn processor time, live for a moment, and are asked for by nobody",
        """
import signal

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0:
            mark()
            end = time.monotonic() + 0.05
            while time.monotonic() < end:
                pass
            os._exit(0)
    except OSError:
        time.sleep(0.01)
""",
    ),
    crowd(
        "threads_that_spin_in_c",
        "threads and children in C code, which no interrupt ends",
        """
import threading

def spin():
    for _ in range(3):
        threading.Thread(target=np.linalg.svd, args=(np.ones((3000, 3000)),), daemon=True).start()
    return spin
children(12, spin)
""",
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

ATTACKS = [*TIME, *MEMORY, *UNCOUNTED, *FLOODS, *NOTEBOOKS]
