"""What no submission gets: each wall is tried by one that runs into it.

Memory is taken in every way that is known, with control groups and without; what is taken is
measured from outside.
"""

import ctypes
import mmap
import os
import platform
import resource
import signal
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from nmautils.grading.model.limits import MIB, SANDBOX_FILES, Limits
from nmautils.grading.run.sandbox import bubblewrap, cgroups
from tests.support.walled import walled

# 600 MiB for all together, and half a minute of processor time.
LIMITS = Limits(memory_gib=0.6, total_seconds=-30, processes=40)
OVERRUN = 200 * MIB


class NoGroups:
    """What there is where nobody may make control groups."""

    def __init__(self, _: Limits) -> None:
        self.folders: list[int] = []

    def close(self) -> None:
        pass


@pytest.fixture(params=["groups", "sums"])
def counted(request, monkeypatch):
    """Both ways to count; the first only where this machine lets one."""
    if request.param == "sums":
        monkeypatch.setattr(bubblewrap, "Groups", NoGroups)
    return request.param


def libc():
    return ctypes.CDLL(None, use_errno=True)


def children(work, number=30):
    """Do it in many processes at once, and wait."""
    for _ in range(number):
        if os.fork() == 0:
            work()
            time.sleep(60)
            os._exit(0)
    time.sleep(60)


def fill(size):
    """Take memory at a pace that a look a hundred times a second keeps up with."""
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for start in range(0, size, 4096):
        memory[start] = 1
        if start % MIB == 0:
            time.sleep(0.02)
    return memory


def take_in_children():
    children(lambda: KEPT.append(fill(40 * MIB)))


def take_in_many_small_children():
    children(lambda: KEPT.append(fill(22 * MIB)), 35)


def take_by_writing_into_what_was_inherited():
    """Each child has a copy of its own then, and no more resident memory than before."""
    memory = fill(100 * MIB)

    def write():
        for start in range(0, len(memory), 4096):
            memory[start] = 2
            if start % MIB == 0:
                time.sleep(0.02)

    children(write, 12)


def take_shared():
    """Anonymous shared memory, which a child maps and its parent forgets."""
    for _ in range(30):
        memory = mmap.mmap(-1, 40 * MIB)
        for start in range(0, len(memory), 4096):
            memory[start] = 1
        KEPT.append(memory)
    time.sleep(60)


def take_files():
    """Files in memory, and their names removed."""
    for folder in ("/tmp", "/dev/shm"):
        for number in range(20):
            try:
                file = os.open(f"{folder}/{number}", os.O_CREAT | os.O_WRONLY)
                os.write(file, b"x" * (30 * MIB))
                os.unlink(f"{folder}/{number}")
            except OSError:
                pass
    children(lambda: KEPT.append(fill(30 * MIB)), 20)


def take_page_tables():
    """One page of each two mebibytes: the tables are as large as what is in them."""

    def sparse():
        size = 440 * MIB
        for _ in range(1):
            memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            for start in range(0, size, 2 * MIB):
                memory[start] = 1
            KEPT.append(memory)

    children(lambda: [sparse(), KEPT.append(fill(30 * MIB))], 30)


KEPT: list = []
HOGS = [take_in_children, take_in_many_small_children, take_by_writing_into_what_was_inherited,
        take_shared, take_files, take_page_tables]  # fmt: skip


def walled_hog(hog, counted):
    if counted == "sums":
        bubblewrap.Groups = NoGroups
    return walled(hog, LIMITS)


@pytest.mark.parametrize("hog", HOGS, ids=lambda hog: hog.__name__)
def test_memory_of_all_kinds_is_counted(counted, hog):
    # In a new Python: what other tests have imported takes address space, which is limited too.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as new:
        told = new.submit(walled_hog, hog, counted).result()
    # Where one process alone meets its own limit, it is told so, and nothing is exceeded.
    assert told.exceeded in ((b"m", b"") if hog is take_shared else (b"m",))
    assert told.memory_bytes < LIMITS.memory_bytes + OVERRUN


def spin():
    while True:
        pass


def spin_in_sessions():
    def apart():
        os.setsid()
        spin()

    children(apart, 20)


def spin_in_children_that_nobody_asks_for():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        for _ in range(2):
            if os.fork() == 0:
                end = time.monotonic() + 0.3
                while time.monotonic() < end:
                    pass
                os._exit(0)
        time.sleep(0.3)


@pytest.mark.parametrize("work", [spin_in_sessions, spin_in_children_that_nobody_asks_for])
def test_processor_time_of_all_processes_is_one_account(counted, work):
    limits = Limits(total_seconds=-58)  # two seconds of processor time
    assert limits.cpu_seconds == 2
    started = time.monotonic()
    told = walled(work, limits)
    assert told.exceeded == b"c"
    # As another one sees it: a moment earlier, and without the last of those nobody asks for.
    assert told.cpu_seconds > 1.2
    assert time.monotonic() - started < 30


def error_of(call, *arguments):
    return ctypes.get_errno() if libc_call(call, *arguments) < 0 else 0


def libc_call(number, *arguments):
    ctypes.set_errno(0)
    return libc().syscall(number, *arguments)


X86 = platform.machine() == "x86_64"


def test_no_system_v_ipc():
    calls = {"shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186)}

    def work():
        return [error_of(both[not X86], 0, 1 << 20, 0o1600) for both in calls.values()]

    assert walled(work).value == [1, 1, 1]


@pytest.mark.parametrize(
    "family",
    [name for name in ("AF_VSOCK", "AF_NETLINK", "AF_PACKET", "AF_ALG", "AF_BLUETOOTH", "AF_CAN",
                       "AF_TIPC", "AF_RDS", "AF_QIPCRTR", "AF_PPPOX", "AF_KEY")
     if hasattr(socket, name)],
)  # fmt: skip
def test_other_families_of_sockets_are_refused_when_asked_for(family):
    def work():
        told = []
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            for make in (socket.socket, socket.socketpair):
                try:
                    made = make(getattr(socket, family), kind)
                    told.append(f"{made}")
                except OSError as error:
                    told.append(error.errno)
        return told

    assert walled(work).value == [22] * 6


def test_the_first_process_is_in_a_user_namespace_without_privileges():
    def work():
        status = dict(
            line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines()
        )
        return os.readlink("/proc/self/ns/user"), status, os.getuid()

    namespace, status, user = walled(work).value
    assert namespace != os.readlink("/proc/self/ns/user")
    assert {status[name].strip("\t0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd")} == {""}
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    assert user != 0


def test_processes_and_files_in_memory_are_bounded():
    def work():
        made = 0
        try:
            for _ in range(200):
                if os.fork() == 0:
                    time.sleep(5)
                    os._exit(0)
                made += 1
        except OSError:
            pass
        files = []
        for folder in ("/tmp", "/dev/shm"):
            number = 0
            try:
                for number in range(3 * SANDBOX_FILES):
                    os.close(os.open(f"{folder}/f{number}", os.O_CREAT))
            except OSError:
                files.append(number)
        return made, files

    processes, files = walled(work, Limits(processes=30)).value
    assert 20 <= processes <= 30
    assert len(files) == 2
    assert all(SANDBOX_FILES - 100 < number <= SANDBOX_FILES for number in files)


def test_priorities_only_fall():
    def work():
        tries = (
            lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
            lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5)),
            lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
            lambda: Path("/proc/self/oom_score_adj").write_text("-900"),
            lambda: resource.setrlimit(resource.RLIMIT_RTPRIO, (9, 9)),
            lambda: resource.setrlimit(resource.RLIMIT_NPROC, (999, 999)),
            lambda: os.setgroups([0]),
        )
        told = []
        for attempt in tries:
            try:
                attempt()
                told.append("it worked")
            except (OSError, ValueError) as error:
                told.append(type(error).__name__)
        return told

    assert "it worked" not in walled(work).value


def test_no_group_stays(counted):
    walled(lambda: 0)
    mine = f"nmautils-{cgroups._me()}"
    left = [path for above in cgroups._above() for path in above.glob(f"{mine}*")]
    assert left == []
