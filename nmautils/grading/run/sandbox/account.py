"""What a submission uses, by the kernel's account where there is one.

A control group counts what no look at processes shows: memory of pipes, sockets and page tables,
files in memory, and processes that live for a moment only. What it lacks is added up by
`nmautils.grading.run.sandbox.processes`.

Sources: ``cgroups(7)``, and in the kernel's documentation ``cgroup-v1/memory``, ``cgroup-v2``.
"""

import contextlib
import os
from collections.abc import Sequence

from nmautils.grading.model.limits import Limits

from .processes import Processes

__all__ = ["GroupAccount"]

# What the files are called, in version 1 and in version 2.
DOOR = ("tasks", "cgroup.procs")
USAGE, EVENTS = ("memory.usage_in_bytes", "memory.current"), ("memory.oom_control", "memory.events")
# Of version 1, which counts what sockets hold apart; in version 2 it is part of the usage.
SOCKETS = "memory.kmem.tcp.usage_in_bytes"
# Contents of files that are dropped when memory is needed.
CACHE = ("total_active_file", "total_inactive_file"), ("active_file", "inactive_file")


class GroupAccount:
    """The account of one sandbox; see `nmautils.grading.run.sandbox.walls.Account`.

    Parameters
    ----------
    groups : sequence of int
        Descriptors of the folders of its control groups, as far as there are any.
    root : str
        Where the root of the sandbox is seen from here: nothing if this process goes inside.

    Attributes
    ----------
    pause : float
        Seconds after which to ask again: where the kernel does not hold the limit, who is quick
        must not take much more meanwhile.
    """

    def __init__(self, groups: Sequence[int], root: str = "") -> None:
        self._files: list[int] = []
        self._doors = [self._open([group], DOOR, os.O_WRONLY)[0] for group in groups]
        self._usage, version = self._open(groups, USAGE)
        self._cache = CACHE[version]
        self._sockets, _ = self._open(groups, [SOCKETS])
        self._events, _ = self._open(groups, EVENTS)
        self._stat, _ = self._open(groups, ["memory.stat"])
        self._time, self._time_version = self._open(groups, ["cpuacct.usage", "cpu.stat"])
        self._processes = Processes(root)
        self.pause = 0.01 if self._usage is None else 0.1

    def _open(
        self, groups: Sequence[int], names: Sequence[str], flags: int = os.O_RDONLY
    ) -> tuple[int | None, int]:
        """Open the first of these files that is there; say also which name it has."""
        for version, name in enumerate(names):
            for group in groups:
                with contextlib.suppress(FileNotFoundError):
                    self._files.append(os.open(name, flags | os.O_CLOEXEC, dir_fd=group))
                    return self._files[-1], version
        return None, 0

    def enter(self) -> None:
        """Have this process and all that it starts counted; it must have one thread only."""
        for door in self._doors:
            if door is not None:
                os.write(door, b"0")

    def memory_bytes(self) -> int:
        """Memory in use."""
        if self._usage is None:
            return self._processes.memory_bytes()
        dropped = sum(_number(self._stat, name) for name in self._cache)
        return max(0, _number(self._usage) + _number(self._sockets) - dropped)

    def cpu_seconds(self) -> float:
        """Processor time used so far."""
        if self._time is None:
            return self._processes.cpu_seconds()
        if self._time_version == 0:
            return _number(self._time) / 1e9
        return _number(self._time, "usage_usec") / 1e6

    def exceeded(self, limits: Limits) -> bytes:
        """Say which limit was passed: ``b"m"`` memory, ``b"c"`` processor time, or nothing."""
        if self._is_over(limits.memory_bytes):
            return b"m"
        return b"c" if self.cpu_seconds() > limits.cpu_seconds else b""

    def _is_over(self, most: int) -> bool:
        """Whether they use more than so much memory; asks what is quick to answer first."""
        if self._usage is None:
            quick = self._processes.bound_bytes()
        elif _number(self._events, "oom_kill"):
            return True  # the kernel was quicker, and ended one of them
        else:
            quick = _number(self._usage) + _number(self._sockets)
        return quick > most and self.memory_bytes() > most

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.pop())


def _number(file: int | None, name: str = "") -> int:
    """Read the number in a file, or behind a name in it."""
    if file is None:
        return 0
    words = os.pread(file, 1 << 14, 0).split()
    if name:
        key = name.encode()
        return int(words[words.index(key) + 1]) if key in words else 0
    return int(words[0])
