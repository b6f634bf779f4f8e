"""A filter that lets through the system calls of an allow-list, and no others: seccomp.

The namespaces hide files, network and processes. What is refused here could build new
namespaces inside, keep memory that no limit counts, or reach parts of the system where mistakes
are found most often. What is known and refused is answered with "not permitted"; what is newer
than the list with "not implemented", as container engines do.

Sources: ``seccomp(2)``, ``socket(2)``, ``<linux/bpf_common.h>``, ``<linux/audit.h>``.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import termios
from collections.abc import Collection, Iterable

from nmautils.errors import SandboxMissing

from .system_calls import LAST_NUMBER, LOOKED_AT, allowed_numbers

__all__ = ["check_processor", "filter_system_calls"]

# What a processor is called: its column in the table, and its number in the kernel.
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# Numbers from here on are the calls of a second kind of programs on x86-64.
X32 = 0x40000000

# clone is refused only with flags that make namespaces. A filter cannot read the flags of clone3,
# so that is "not implemented", and the C library calls clone instead.
NEW_NAMESPACES = 0x7E020080
# To the internet only by TCP and UDP. What it reaches is decided by the network namespace, which
# holds a loopback interface and nothing else. Other families leave it: AF_VSOCK reaches the host
# of a virtual machine, AF_NETLINK the kernel.
INTERNET, PROTOCOLS = (socket.AF_INET, socket.AF_INET6), (0, 6, 17)
# These write into the input of a terminal.
TYPING = (termios.TIOCSTI, 0x541C)
# A socket that lingers holds up who closes it last: the judge, if it was sent to it.
LINGER = (socket.SO_LINGER,)
# Locks on parts of files, of which one process can have millions that no account counts:
# F_SETLK, F_SETLKW and the two of open files.
LOCKS = (6, 7, 37, 38)
# To ask, and to be an ordinary program.
PERSONALITIES = (0xFFFFFFFF, 0)

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Where a filter finds these; of an argument, its lower half, which is all that the kernel takes
# of a whole number.
NUMBER, ARCHITECTURE, ARGUMENT, ARGUMENT_BYTES = 0, 4, 16, 8
ALLOW, FAIL = 0x7FFF0000, 0x00050000
REFUSE, UNKNOWN = FAIL | errno.EPERM, FAIL | errno.ENOSYS
# As if it were done: databases ask for a lock, and have their file to themselves in a sandbox.
NOTHING = FAIL
# socket(2): "protocol family not available". libzmq, which asks for the names of interfaces by
# AF_NETLINK, gives up on this answer, but ends its process on "not permitted".
NO_FAMILY = FAIL | errno.EINVAL

PR_SET_SECCOMP, FILTER_MODE = 22, 2


def check_processor() -> None:
    """Raise `SandboxMissing` on a processor whose system calls are not in the table."""
    if platform.machine() not in ARCHITECTURES or struct.calcsize("P") != 8:
        raise SandboxMissing(
            f"no sandbox on this processor ({platform.machine()}, {8 * struct.calcsize('P')} bit): "
            "grade on x86-64 or arm64 with a 64-bit Python"
        )


def filter_system_calls(without: Collection[str] = ()) -> None:
    """Filter those of this process and whatever it starts; it must have no_new_privs already.

    Parameters
    ----------
    without : collection of str
        Names of calls that are refused besides.

    Raises
    ------
    SandboxMissing
        On a processor whose system calls are not in the table.
    OSError
        If the system takes no filter.
    """
    check_processor()
    program = _program(*ARCHITECTURES[platform.machine()], without)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where.
    wanted = ctypes.create_string_buffer(
        struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, FILTER_MODE, ctypes.byref(wanted), 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, f"seccomp: {os.strerror(error)}")


def _program(column: int, architecture: int, without: Collection[str] = ()) -> bytes:
    looked_at = {name: numbers[column] for name, numbers in LOOKED_AT.items()}
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, architecture, yes=1),
        _step(RETURN, REFUSE),
        _step(LOAD, NUMBER),
    ]
    if column == 0:
        steps += [_step(AT_LEAST, X32, no=1), _step(RETURN, REFUSE)]
    for name in sorted(looked_at.keys() & set(without)):
        steps += _when(looked_at[name], [_step(RETURN, REFUSE)])
    steps += _when(looked_at["clone"], [*_unless(ANY_BIT, NEW_NAMESPACES), _step(RETURN, ALLOW)])
    steps += _when(looked_at["clone3"], [_step(RETURN, UNKNOWN)])
    steps += _when(looked_at["fcntl"], _none_of(1, LOCKS, NOTHING))
    steps += _when(looked_at["ioctl"], _none_of(1, TYPING))
    steps += _when(looked_at["personality"], _one_of(0, PERSONALITIES))
    steps += _when(looked_at["setsockopt"], _none_of(2, LINGER))
    steps += _when(looked_at["socketpair"], _one_of(0, [socket.AF_UNIX], NO_FAMILY))
    steps += _when(looked_at["socket"], _of_socket())
    for first, last in _ranges(allowed_numbers(column, without)):
        # The ranges ascend: what is below this one lies in a gap before it.
        steps += [
            _step(AT_LEAST, last + 1, yes=3),
            _step(AT_LEAST, first, yes=1),
            _step(RETURN, REFUSE),
            _step(RETURN, ALLOW),
        ]
    steps += [_step(AT_LEAST, LAST_NUMBER + 1, no=1), _step(RETURN, UNKNOWN)]
    return b"".join([*steps, _step(RETURN, REFUSE)])


def _when(number: int, steps: list[bytes]) -> list[bytes]:
    """Steps for one system call; the last of them returns."""
    return [_step(EQUAL, number, no=len(steps)), *steps]


def _unless(test: int, value: int) -> list[bytes]:
    """Refuse the call if a test of its first argument succeeds."""
    return [_load(0), _step(test, value, no=1), _step(RETURN, REFUSE)]


def _one_of(argument: int, values: Iterable[int], otherwise: int = REFUSE) -> list[bytes]:
    steps = [_load(argument)]
    for value in values:
        steps += [_step(EQUAL, value, no=1), _step(RETURN, ALLOW)]
    return [*steps, _step(RETURN, otherwise)]


def _none_of(argument: int, values: Iterable[int], otherwise: int = REFUSE) -> list[bytes]:
    steps = [_load(argument)]
    for value in values:
        steps += [_step(EQUAL, value, no=1), _step(RETURN, otherwise)]
    return [*steps, _step(RETURN, ALLOW)]


def _of_socket() -> list[bytes]:
    internet = _one_of(2, PROTOCOLS, NO_FAMILY)
    steps = [_load(0), _step(EQUAL, socket.AF_UNIX, no=1), _step(RETURN, ALLOW)]
    for family in INTERNET:
        steps += [_step(EQUAL, family, no=len(internet)), *internet]
    return [*steps, _step(RETURN, NO_FAMILY)]


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Put numbers that follow each other together: the first and the last of each row."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _load(argument: int) -> bytes:
    return _step(LOAD, ARGUMENT + ARGUMENT_BYTES * argument)


def _step(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction: on `yes` and `no`, so many of the next ones are left out."""
    return struct.pack("HBBI", operation, yes, no, value)
