"""Take from a process, for good, all files but those of some folders, which it may read.

Linux calls this Landlock (since 5.13). It needs no privilege and no other program.

Sources: ``landlock(7)``, ``<linux/landlock.h>``.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

__all__ = ["read_only_these"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1
READ = 0b1101  # execute, read a file, list a folder
# Rights over files and folders that each version knows; over ports, from version 4 on.
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
PORTS = 0b11
# What a process outside may be reached by: abstract sockets and signals, from version 6 on.
SCOPES = 0b11


def read_only_these(folders: Iterable[str]) -> bool:
    """Leave this process only the right to read these folders; it must have no_new_privs.

    Parameters
    ----------
    folders : iterable of str
        Paths; those that do not exist are left out.

    Returns
    -------
    bool
        False if this system has no Landlock.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, 0, VERSION)
    if version < 1:
        return False
    files = FILES[max(known for known in FILES if known <= version)]
    rights = struct.pack("QQQ", files, PORTS if version >= 4 else 0, SCOPES if version >= 6 else 0)
    rights = rights[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(CREATE_RULESET, rights, len(rights), 0)
    _check(ruleset)
    try:
        for folder in folders:
            try:
                place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            rule = struct.pack("=Qi", READ if os.path.isdir(folder) else READ & 0b101, place)
            _check(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0))
            os.close(place)
        _check(libc.syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return True


def _check(result: int) -> None:
    if result < 0:
        error = ctypes.get_errno() or errno.EINVAL
        raise OSError(error, f"landlock: {os.strerror(error)}")
