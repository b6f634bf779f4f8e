"""System calls that no notebook needs, refused for good: a small seccomp filter.

The namespaces hide files, network and processes. What is refused here could build new
namespaces inside (and with them file systems without a limit), keep memory that no limit
counts, or reach parts of the system where mistakes are found most often.

Sources: ``seccomp(2)``, ``<linux/bpf_common.h>``, ``<linux/audit.h>`` and the tables of system
calls of both architectures.
"""

import ctypes
import errno
import os
import platform
import struct

__all__ = ["refuse_system_calls"]

# name: number on x86-64, number on arm64
REFUSED = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "request_key": (249, 218),
    "setns": (308, 268),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
# clone is refused only with flags that make namespaces. A filter cannot read the flags of clone3,
# so that is answered with "not implemented", and the C library calls clone instead.
CLONE, CLONE3 = (56, 220), (435, 435)
NEW_NAMESPACES = 0x7E020080
# Sockets to the host of a virtual machine: a network namespace does not hide it.
SOCKET, AF_VSOCK = (41, 198), 40

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
X32 = 0x40000000

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, REFUSE = 0x7FFF0000, 0x00050000

PR_SET_SECCOMP, FILTER_MODE = 22, 2


def refuse_system_calls() -> None:
    """Refuse them in this process and whatever it starts; it must have no_new_privs already.

    On other processors than x86-64 and arm64 nothing is done.

    Raises
    ------
    OSError
        If the system takes no filter.
    """
    if platform.machine() not in ARCHITECTURES:
        return
    program = _program(*ARCHITECTURES[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where.
    wanted = ctypes.create_string_buffer(
        struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, FILTER_MODE, ctypes.byref(wanted), 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, f"seccomp: {os.strerror(error)}")


def _program(column: int, architecture: int) -> bytes:
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, architecture, yes=1),
        _step(RETURN, REFUSE | errno.EPERM),
        _step(LOAD, NUMBER),
    ]
    if column == 0:
        steps += [_step(AT_LEAST, X32, no=1), _step(RETURN, REFUSE | errno.EPERM)]
    for numbers in REFUSED.values():
        steps += [_step(EQUAL, numbers[column], no=1), _step(RETURN, REFUSE | errno.EPERM)]
    steps += [_step(EQUAL, CLONE3[column], no=1), _step(RETURN, REFUSE | errno.ENOSYS)]
    for numbers, test, value in (
        (SOCKET, EQUAL, AF_VSOCK),
        (CLONE, ANY_BIT, NEW_NAMESPACES),
    ):
        steps += [
            _step(EQUAL, numbers[column], no=4),
            _step(LOAD, FIRST_ARGUMENT),
            _step(test, value, no=1),
            _step(RETURN, REFUSE | errno.EPERM),
            _step(RETURN, ALLOW),
        ]
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _step(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction: on `yes` and `no`, so many of the next ones are left out."""
    return struct.pack("HBBI", operation, yes, no, value)
