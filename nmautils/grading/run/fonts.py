"""matplotlib's list of the system's fonts, made once instead of by every worker.

A worker's matplotlib has an empty folder for its files, and would look at every font of the system.
So the list is kept in the user's cache folder. A worker puts it into its own folder before it
imports matplotlib, and keeps it if it had to be made. Both happen before it has read anything of a
hand-in. It gets the kept folder as a descriptor, which is closed before anything is forked: no
student's process has it, or knows where it is. (Without a sandbox, students' code has the rights
of whoever grades, here as everywhere.)
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["kept_fonts", "open_kept"]

SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts")
NAMES = "fontlist-*.json"  # matplotlib puts its version into the name


def open_kept() -> int | None:
    """Open the folder in which the list is kept for this environment and these fonts.

    Returns
    -------
    int or None
        A descriptor; None where there can be no such folder.
    """
    import platformdirs

    with contextlib.suppress(OSError, RuntimeError):
        folder = Path(platformdirs.user_cache_dir("nmautils"), "fonts", _state())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return None


def _state() -> str:
    """Name what the list depends on: a folder changes when a font comes or goes."""
    found = [sys.prefix]
    for top in SYSTEM:
        for place, _, _ in os.walk(top):
            found.append(f"{place} {os.stat(place).st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(found)).encode(errors="replace")).hexdigest()[:16]


@contextlib.contextmanager
def kept_fonts(kept: int | None, home: str) -> Iterator[None]:
    """Import matplotlib within this, with the list that is kept; keep the one that it makes.

    Parameters
    ----------
    kept : int or None
        From `open_kept`; it is closed at the end.
    home : str
        matplotlib's folder.
    """
    if kept is None:
        yield
        return
    try:
        before = {name: _read(name, kept) for name in os.listdir(kept) if Path(name).match(NAMES)}
        for name, content in before.items():
            Path(home, name).write_bytes(content)
        yield
        for path in Path(home).glob(NAMES):
            content = path.read_bytes()
            if content != before.get(path.name):
                with contextlib.suppress(OSError):  # a full disk
                    _write(path.name, content, kept)
    finally:
        os.close(kept)


def _read(name: str, folder: int) -> bytes:
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
        return file.read()


def _write(name: str, content: bytes, folder: int) -> None:
    """Write all of a file or nothing, also if several workers do."""
    part = f".{os.getpid()}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(part, flags, 0o600, dir_fd=folder), "wb") as file:
        file.write(content)
    os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
