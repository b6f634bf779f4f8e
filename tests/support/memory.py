"""How much memory processes take, seen from outside: run as a process of its own beside them.

`MemoryWatch` starts it. It reads what the kernel counts, every now and then, and the kernel's own
mark of the highest, so that little that happens between two looks is missed.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WORKER = b"nmautils.grading.run.worker"
EVERY_SECONDS = 0.05
# Reading what processes share takes the kernel longer.
SHARED_EVERY = 5


@dataclass(frozen=True)
class Peaks:
    """The highest amounts that were seen, in bytes.

    Parameters
    ----------
    main, worker, judging : int
        Of the process that was watched, of one of its workers, and of one of all other processes
        outside the sandbox, those that read and judge among them: resident memory, with what a
        process shares with others, such as torch.
    grown : int
        By how much the watched process has grown.
    own : int
        Of one process below it and outside the sandbox: only what it does not share.
    taken : int
        By how much all processes below it together have grown, sandbox and its files included.
    """

    main: int = 0
    worker: int = 0
    judging: int = 0
    grown: int = 0
    own: int = 0
    taken: int = 0


class MemoryWatch:
    """Watches a process and all below it, while the ``with`` block runs.

    Parameters
    ----------
    pid : int, optional
        By default this process.

    Attributes
    ----------
    peaks : Peaks
        Known after the block.
    """

    def __init__(self, pid: int | None = None) -> None:
        self._pid = os.getpid() if pid is None else pid
        self.peaks = Peaks()

    def __enter__(self) -> "MemoryWatch":
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(self._pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it has looked once
        return self

    def __exit__(self, *_: object) -> None:
        # A word, since a process that was forked meanwhile may hold the pipe open.
        said, _ = self._process.communicate(b"end")
        self.peaks = Peaks(**json.loads(said))


def main(top: int) -> None:
    """Watch a process until something is said on standard input, then write the peaks as JSON."""
    peaks = dict.fromkeys(Peaks.__annotations__, 0)
    outside, inside = _below(top)
    for pid in [top, *outside]:
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # forget the highest until now
    own, taken = _own([top]), _own(outside + inside)

    def note(name: str, amount: int) -> None:
        peaks[name] = max(peaks[name], amount)

    print("ready", flush=True)
    look = 0
    over = False
    while not over:
        over = bool(select.select([0], [], [], EVERY_SECONDS)[0])
        outside, inside = _below(top)
        note("main", _highest(top))
        for pid in outside:
            note("worker" if _is_worker(pid, top) else "judging", _highest(pid))
        if over or look % SHARED_EVERY == 0:
            note("grown", _own([top]) - own)
            note("taken", _own(outside + inside) + _files(inside) - taken)
            for pid in outside:
                note("own", _own([pid]))
        look += 1
    print(json.dumps(peaks))


def _below(top: int) -> tuple[list[int], list[int]]:
    """List the processes below one, but for this: those outside and those inside a sandbox."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{name}/stat").read_bytes()
                children.setdefault(int(stat.rpartition(b")")[2].split()[1]), []).append(int(name))
    found = [pid for pid in children.get(top, []) if pid != os.getpid()]
    for pid in found:
        found += children.get(pid, [])
    outside, inside = [], []
    names = os.readlink("/proc/self/ns/pid")
    for pid in found:
        with contextlib.suppress(OSError):
            same = os.readlink(f"/proc/{pid}/ns/pid") == names
            (outside if same else inside).append(pid)
    return outside, inside


def _is_worker(pid: int, top: int) -> bool:
    with contextlib.suppress(OSError):
        parent = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1]
        return int(parent) == top and WORKER in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _amounts(pid: int, file: str, *kinds: str) -> int:
    """Add up amounts that the kernel gives in kB."""
    taken = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            kind, _, amount = line.partition(":")
            if kind in kinds:
                taken += 1024 * int(amount.split()[0])
    return taken


def _highest(pid: int) -> int:
    return _amounts(pid, "status", "VmHWM")


def _own(pids: list[int]) -> int:
    """Bytes that processes take, page tables included; what they share counts once."""
    return sum(
        _amounts(pid, "smaps_rollup", "Pss_Anon", "Pss_Shmem") + _amounts(pid, "status", "VmPTE")
        for pid in pids
    )


def _files(inside: list[int]) -> int:
    """Bytes that lie in the file systems of a sandbox, by one of its processes."""
    for pid in inside:
        with contextlib.suppress(OSError):
            systems = [os.statvfs(f"/proc/{pid}/root{folder}") for folder in ("/tmp", "/dev/shm")]
            return sum((each.f_blocks - each.f_bfree) * each.f_frsize for each in systems)
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
