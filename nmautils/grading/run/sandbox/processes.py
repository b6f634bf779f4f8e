"""Memory and processor time of all processes in a sandbox, added up from ``/proc``.

For machines where no control group is to be had. Sources: ``proc(5)``, ``statvfs(3)``,
``unix(7)``.
"""

import contextlib
import os
from collections.abc import Iterable

from nmautils.grading.model.limits import INODE_BYTES, INTERNET_SOCKET_BYTES, KIB, SOCKET_BYTES

__all__ = ["Processes"]

INTERNET = ("TCP:", "UDP:")  # lines of /proc/PID/net/sockstat

TICKS = os.sysconf("SC_CLK_TCK")
# In /proc/PID/stat, counted from the field behind the name: user and system time of the process,
# the same of children that it has asked for, and when it started.
OWN, CHILDREN, STARTED = slice(11, 13), slice(13, 15), 19


class Processes:
    """The processes of a sandbox.

    Parameters
    ----------
    root : str
        Where the root of the sandbox is seen from here: nothing if this process is inside.
    """

    def __init__(self, root: str = "") -> None:
        self._root, self._proc = root, f"{root}/proc"
        self._running: dict[str, float] = {}
        self._ended = self._seconds = 0.0

    def bound_bytes(self) -> int:
        """What they use at most: pages that processes share count for each of them."""
        return sum(map(self._resident, self._all())) + self._beside()

    def memory_bytes(self) -> int:
        """What they use together; takes a millisecond a process."""
        return sum(map(self._proportional, self._all())) + self._beside()

    def cpu_seconds(self) -> float:
        """Processor time that was used so far."""
        # A child's time is added to its parent's once the parent has asked for it, which it need
        # not do. So the last that was seen of those who ended is kept, and the larger sum counts.
        running, with_children = {}, 0.0
        for process in self._all():
            fields = self._text(process, "stat").rpartition(")")[2].split()
            if len(fields) > STARTED:
                own = sum(map(int, fields[OWN])) / TICKS
                running[f"{process} {fields[STARTED]}"] = own
                with_children += own + sum(map(int, fields[CHILDREN])) / TICKS
        self._ended += sum(self._running[name] for name in self._running.keys() - running)
        self._running = running
        self._seconds = max(self._seconds, with_children, self._ended + sum(running.values()))
        return self._seconds

    def _all(self) -> list[str]:
        with contextlib.suppress(OSError):
            return list(filter(str.isdigit, os.listdir(self._proc)))
        return []

    def _text(self, process: str, name: str) -> str:
        """Read a file of a process; nothing if it has ended."""
        with contextlib.suppress(OSError), open(f"{self._proc}/{process}/{name}") as file:
            return file.read()
        return ""

    def _resident(self, process: str) -> int:
        return _kibibytes(self._text(process, "status"), ("VmRSS", "VmPTE"))

    def _proportional(self, process: str) -> int:
        """Memory of a process, shared pages in equal parts; a process may forbid to look closer."""
        near = self._text(process, "smaps_rollup")
        if not near:
            return self._resident(process)
        tables = _kibibytes(self._text(process, "status"), ("VmPTE",))
        return tables + _kibibytes(near, ("Pss_Anon", "Pss_Shmem"))

    def _beside(self) -> int:
        """What lies in file systems, and what sockets may hold: no file says how much they do."""
        total = 0
        for place in ("/tmp", "/dev/shm"):
            with contextlib.suppress(OSError):
                system = os.statvfs(self._root + place)
                total += (system.f_blocks - system.f_bfree) * system.f_frsize
                total += (system.f_files - system.f_ffree) * INODE_BYTES
        for process in self._all():
            words = self._text(process, "net/sockstat").split()
            if words[:2] == ["sockets:", "used"]:
                pairs = zip(words, words[2:], strict=False)
                internet = sum(int(number) for kind, number in pairs if kind in INTERNET)
                return total + int(words[2]) * SOCKET_BYTES + internet * INTERNET_SOCKET_BYTES
        return total


def _kibibytes(text: str, names: Iterable[str]) -> int:
    """Add up lines like ``VmRSS:   1200 kB``, in bytes."""
    lines = (line.split() for line in text.splitlines())
    wanted = {f"{name}:" for name in names}
    return KIB * sum(int(words[1]) for words in lines if words and words[0] in wanted)
