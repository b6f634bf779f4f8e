"""Control groups: one for each sandbox, by which the kernel counts and bounds what it uses.

They are made below the group that this process is in, and nowhere else. That needs root with
version 1, and with version 2 a group that was handed over to the user (``systemd-run --user
--scope -p Delegate=yes``). Where they cannot be made, wholly or in part, nothing is said:
`nmautils.grading.run.sandbox.processes` counts then.

Sources: ``cgroups(7)``, ``proc(5)``.
"""

import contextlib
import errno
import os
import secrets
import signal
from pathlib import Path
from time import monotonic, sleep

from nmautils.grading.model.limits import GROUP_REMOVAL_SECONDS, MEMORY_MARGIN_BYTES, Limits

__all__ = ["Groups", "own_folders", "remove_left_over"]

PREFIX = "nmautils"
CONTROLLERS = ("memory", "pids", "cpu", "cpuacct")
# Of version 2: where the grader itself is then, and what is switched on for the groups below.
GRADER = "nmautils-grader"
SWITCHED_ON = ("+memory", "+pids", "+cpu")


class Groups:
    """The groups of one sandbox, without a process at first; nothing where none can be made.

    Parameters
    ----------
    limits : Limits
        What the kernel is to hold them to.

    Attributes
    ----------
    folders : list of int
        Descriptors of their folders.
    """

    def __init__(self, limits: Limits) -> None:
        self.folders: list[int] = []
        self._paths: list[Path] = []
        # A process over the limit is ended at once. The one who polls shall see it before that.
        memory = limits.memory_bytes + MEMORY_MARGIN_BYTES
        settings = {
            "memory.limit_in_bytes": memory,
            "memory.memsw.limit_in_bytes": memory,
            "memory.kmem.tcp.limit_in_bytes": memory,  # counted once there is a limit
            "memory.max": memory,
            "memory.swap.max": 0,
            "pids.max": limits.processes,
        }
        name = f"{PREFIX}-{_me()}-{secrets.token_hex(4)}"
        for own in _above():
            above = own.parent if own.name == GRADER else own
            remove_left_over(above)
            for controller in SWITCHED_ON:
                _switch_on(above, controller)
            path = above / name
            with contextlib.suppress(OSError):
                path.mkdir()
                self._paths.append(path)
                self.folders.append(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
                for file, value in settings.items():
                    with contextlib.suppress(FileNotFoundError, PermissionError):
                        _write(path / file, str(value))

    def close(self) -> None:
        """Remove them; all processes must have ended or be about to."""
        while self.folders:
            os.close(self.folders.pop())
        while self._paths:
            _remove(self._paths.pop())


def _switch_on(above: Path, controller: str) -> None:
    """Have the groups below this one controlled, with version 2, if that is ours to do.

    A group of which something below is controlled must have no process itself. So if the grader is
    alone in it, it steps aside into a group below, which its workers inherit.
    """
    with contextlib.suppress(OSError):
        try:
            _write(above / "cgroup.subtree_control", controller)
        except OSError as error:
            alone = (above / "cgroup.procs").read_text().split() == [str(os.getpid())]
            if error.errno == errno.EBUSY and alone:
                (above / GRADER).mkdir(exist_ok=True)
                _write(above / GRADER / "cgroup.procs", str(os.getpid()))
                _write(above / "cgroup.subtree_control", controller)


def remove_left_over(above: Path) -> None:
    """Remove the groups of graders that have ended without doing so."""
    here, _, _ = _me().split("-")
    with contextlib.suppress(OSError):
        for path in above.glob(f"{PREFIX}-{here}-*-*-*"):
            _, _, pid, started, _ = path.name.split("-", 4)
            if pid.isdigit() and _started(pid) != started:
                _remove(path)


def _remove(path: Path) -> None:
    deadline = monotonic() + GROUP_REMOVAL_SECONDS
    while path.exists():
        with contextlib.suppress(OSError):
            path.rmdir()
            return
        with contextlib.suppress(OSError):
            for pid in (path / "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
        if monotonic() > deadline:
            return  # the next one to start tries again
        sleep(0.005)


def _me() -> str:
    """Name this process: its namespace of processes, its id there, and when it started."""
    return f"{os.stat('/proc/self/ns/pid').st_ino}-{os.getpid()}-{_started(str(os.getpid()))}"


def _started(pid: str) -> str:
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


def _above() -> list[Path]:
    """Folders of the groups that this process is in."""
    with contextlib.suppress(OSError):
        groups, mounts = (Path("/proc/self", name).read_text() for name in ("cgroup", "mountinfo"))
        return own_folders(groups, mounts)
    return []


def own_folders(groups: str, mounts: str) -> list[Path]:
    """Find folders of the groups of a process, as ``/proc`` tells of it and of what is mounted.

    The tree of version 2, which has no name, counts if no tree of version 1 controls anything.
    """
    places: dict[str, tuple[str, str]] = {}
    for line in mounts.splitlines():
        here, _, about = line.partition(" - ")
        kind, _, options = about.split()[:3]
        root, place = here.split()[3:5]
        names = set(options.split(",")) & set(CONTROLLERS) if kind == "cgroup" else set()
        places |= dict.fromkeys([""] if kind == "cgroup2" else names, (root, place))
    if len(places) > 1:
        places.pop("", None)
    found: dict[Path, None] = {}
    for line in groups.splitlines():
        _, names_of_line, path = line.split(":", 2)
        for name in names_of_line.split(","):
            root, place = places.get(name, ("/nowhere", ""))
            # A group outside of what is mounted here, or above it, is not ours to divide.
            if Path(path).is_relative_to(root) and ".." not in path:
                found[Path(place) / Path(path).relative_to(root)] = None
    return list(found)


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY), "w") as file:
        file.write(text)
