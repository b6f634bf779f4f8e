"""Which system calls pass the filter: its program is run here, by hand, for both processors."""

import errno
import fcntl
import platform
import re
import socket
import struct
import termios
from pathlib import Path

import pytest

from nmautils.errors import SandboxMissing
from nmautils.grading.run.sandbox import seccomp, system_calls

X86, ARM = (0, 0xC000003E), (1, 0xC00000B7)
PASSES = 0


def answer(processor, number, *arguments, **more):
    """Give what the filter says to a call: 0, or the number of the error."""
    said = verdict(processor, number, *arguments, **more)
    return 0 if said == seccomp.ALLOW else said & 0xFFFF


def verdict(processor, number, *arguments, architecture=None):
    """Run the filter's program on a call; give what it returns."""
    column, name = processor
    words = struct.pack(
        "iI8x6Q", number, architecture or name, *arguments, *[0] * (6 - len(arguments))
    )
    program = seccomp._program(column, name)
    steps = list(struct.iter_unpack("HBBI", program))
    assert len(steps) < 4096
    place = held = 0
    while True:
        operation, yes, no, value = steps[place]
        place += 1
        if operation == seccomp.LOAD:
            (held,) = struct.unpack_from("I", words, value)
        elif operation == seccomp.RETURN:
            return value
        else:
            passed = {
                seccomp.EQUAL: held == value,
                seccomp.AT_LEAST: held >= value,
                seccomp.ANY_BIT: bool(held & value),
            }[operation]
            place += yes if passed else no


def test_exactly_what_is_listed_passes():
    for processor in (X86, ARM):
        listed = set(system_calls.allowed_numbers(processor[0]))
        looked_at = {numbers[processor[0]] for numbers in system_calls.LOOKED_AT.values()}
        for number in range(600):
            if number not in looked_at:
                refused = errno.EPERM if number <= system_calls.LAST_NUMBER else errno.ENOSYS
                assert answer(processor, number) == (0 if number in listed else refused), number


REFUSED = {
    "add_key": (248, 217), "bpf": (321, 280), "chroot": (161, 51), "fanotify_init": (300, 262),
    "io_setup": (206, 0), "io_submit": (209, 2), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "kcmp": (312, 272),
    "keyctl": (250, 219), "kexec_load": (246, 104), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "mount": (165, 40), "move_mount": (429, 429), "fsopen": (430, 430),
    "mq_open": (240, 180), "msgget": (68, 186), "msgsnd": (69, 189),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "open_tree": (428, 428), "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438), "pivot_root": (155, 41), "process_madvise": (440, 440),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117),
    "quotactl": (179, 60), "reboot": (169, 142), "remap_file_pages": (216, 234),
    "request_key": (249, 218), "seccomp": (317, 277), "semget": (64, 190), "semop": (65, 193),
    "semtimedop": (220, 192), "semctl": (66, 191), "setdomainname": (171, 162),
    "sethostname": (170, 161), "setns": (308, 268), "shmat": (30, 196), "shmctl": (31, 195),
    "shmget": (29, 194), "sync": (162, 81), "syslog": (103, 116), "umount2": (166, 39),
    "unshare": (272, 97), "userfaultfd": (323, 282), "vmsplice": (278, 75),
    "settimeofday": (164, 170),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_notebook_needs_is_refused(name):
    for processor in (X86, ARM):
        assert answer(processor, REFUSED[name][processor[0]]) == errno.EPERM


@pytest.mark.parametrize("processor", [X86, ARM])
def test_sockets_are_of_unix_or_the_internet(processor):
    number = system_calls.LOOKED_AT["socket"][processor[0]]
    pair = system_calls.LOOKED_AT["socketpair"][processor[0]]
    for family in range(64):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC):
            good = family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
            assert answer(processor, number, family, kind) == (0 if good else errno.EINVAL)
            good = family == socket.AF_UNIX
            assert answer(processor, pair, family, kind) == (0 if good else errno.EINVAL)
    for protocol in range(300):
        good = protocol in (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)
        for family in (socket.AF_INET, socket.AF_INET6):
            assert answer(processor, number, family, 1, protocol) == (0 if good else errno.EINVAL)
    # The kernel takes the lower half of an argument, so the filter must look at the same.
    assert answer(processor, number, socket.AF_VSOCK | 1 << 32, 1) == errno.EINVAL
    assert answer(processor, number, socket.AF_UNIX | 1 << 32, 1) == PASSES


@pytest.mark.parametrize("processor", [X86, ARM])
def test_arguments_decide(processor):
    def of(name, *arguments):
        return answer(processor, system_calls.LOOKED_AT[name][processor[0]], *arguments)

    threads, fork, vfork = 0x3D0F00, 0x1200011, 0x4111
    for flags in (threads, fork, vfork):
        assert of("clone", flags) == PASSES
        for bit in (0x80, 0x20000, *(1 << n for n in range(25, 31))):
            assert of("clone", flags | bit) == errno.EPERM
    assert of("clone3", 1, 88) == errno.ENOSYS
    assert of("personality", 0xFFFFFFFF) == of("personality", 0) == PASSES
    for other in (0x0040000, 0x0400000, 8, 0x20000, 0xFFFFFFFE):
        assert of("personality", other) == errno.EPERM
    assert of("ioctl", 0, termios.TIOCSTI) == of("ioctl", 0, 0x541C) == errno.EPERM
    assert of("ioctl", 0, termios.TIOCSTI | 1 << 32) == errno.EPERM
    assert of("ioctl", termios.TIOCSTI, termios.TIOCGWINSZ) == PASSES
    assert of("setsockopt", 3, socket.SOL_SOCKET, socket.SO_LINGER) == errno.EPERM
    assert of("setsockopt", socket.SO_LINGER, socket.SOL_SOCKET, socket.SO_RCVBUF) == PASSES


@pytest.mark.parametrize("processor", [X86, ARM])
def test_locks_on_parts_of_files_are_granted_and_not_kept(processor):
    number = system_calls.LOOKED_AT["fcntl"][processor[0]]
    asked = {command: verdict(processor, number, 3, command) for command in range(60)}
    kept = {command for command, answered in asked.items() if answered != seccomp.ALLOW}
    assert kept == {fcntl.F_SETLK, fcntl.F_SETLKW, fcntl.F_OFD_SETLK, fcntl.F_OFD_SETLKW}
    # Not done, and no error either.
    assert {asked[command] for command in kept} == {seccomp.FAIL}


def test_calls_of_other_kinds_of_programs_are_refused():
    assert answer(X86, 0, architecture=0x40000003) == errno.EPERM  # of 32-bit programs
    assert answer(ARM, 63, architecture=0x40000028) == errno.EPERM
    for number in (0x40000000, 0x40000001, 0x40000000 + 520, 0xFFFFFFFF - (1 << 32)):
        assert answer(X86, number) == errno.EPERM


@pytest.mark.parametrize("path", ["asm/unistd_64.h", "asm-generic/unistd.h"])
def test_numbers_are_those_of_the_system(path):
    """Where the C library's headers are installed, the table agrees with them."""
    column = int("generic" in path)
    numbers = {}
    for folder in ("/usr/include", "/usr/include/x86_64-linux-gnu"):
        file = Path(folder, path)
        if file.exists():
            pattern = r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s"
            numbers = {name: int(n) for name, n in re.findall(pattern, file.read_text())}
    if column:
        numbers["newfstatat"] = numbers.pop("fstatat", 79)
    entries = ",".join(
        getattr(system_calls, part)
        for part in ("_FILES", "_MEMORY", "_PROCESSES", "_TALKING", "_TIME")
    )
    table = {name: both[column] for name, *both in map(str.split, entries.split(","))}
    table |= {name: str(both[column]) for name, both in system_calls.LOOKED_AT.items()}
    assert len(table) > 250
    wrong = {
        name: number
        for name, number in table.items()
        if number != "-" and numbers.get(name, int(number)) != int(number)
    }
    assert wrong == {}
    missing = {name for name, number in table.items() if number == "-" and name in numbers}
    # The generic list has some that arm64 leaves to newer ones.
    assert not missing or column == 1


@pytest.mark.parametrize("machine", ["riscv64", "ppc64le", "s390x", "i686", "armv7l", ""])
def test_a_processor_without_a_table_is_refused_in_one_line(monkeypatch, machine):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    for start in (seccomp.check_processor, seccomp.filter_system_calls):
        with pytest.raises(SandboxMissing, match="processor") as caught:
            start()
        assert "\n" not in str(caught.value)


def test_a_32_bit_python_is_refused(monkeypatch):
    monkeypatch.setattr(seccomp.struct, "calcsize", lambda _: 4)
    with pytest.raises(SandboxMissing, match="32 bit"):
        seccomp.check_processor()
