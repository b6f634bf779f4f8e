"""Look through a folder of strangers' files: notebooks, folders, zip archives in archives.

Only regular files within the limits are opened or unpacked, and no link is followed.
"""

import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path, PurePosixPath

from nmautils.errors import HandInError
from nmautils.grading.model.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_FILES,
    ARCHIVES_NESTED,
    FILE_NAME_BYTES,
    FOLDERS_NESTED,
    GIB,
    MIB,
    NOTEBOOK_BYTES,
)

__all__ = ["NOTEBOOK_ENDINGS", "Found", "find_files", "read_regular"]

NOTEBOOK_ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")
OTHER_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz")
SILENT_NAMES = {"__macosx", ".ipynb_checkpoints", "thumbs.db", "desktop.ini", "timestamp.txt"}

Refuse = Callable[[str, str], None]


@dataclass(frozen=True)
class Found:
    """A file of the inbox.

    Attributes
    ----------
    parts : tuple of str
        Where it lies, from the inbox down; an archive is a part that ends in ``.zip``.
    raw : bytes or None
        Its content if it may be a notebook, else None.
    time : datetime
        When it was last changed: with a time zone if that is known, else local time.
    """

    parts: tuple[str, ...]
    raw: bytes | None
    time: datetime

    @property
    def where(self) -> str:
        """The parts as one readable path."""
        return "/".join(self.parts)


def find_files(folder: Path, refuse: Refuse, parts: tuple[str, ...] = ()) -> Iterator[Found]:
    """Go through a folder and the zip archives in it, in the order of names.

    Parameters
    ----------
    folder : Path
        Where to look. Links in it are refused, not followed.
    refuse : callable
        Called with the place and the reason for everything that is not looked at.
    parts : tuple of str
        Where the folder itself lies, from the inbox down.

    Yields
    ------
    Found
        Every regular file, those that may be notebooks with their content.
    """
    if len(parts) > FOLDERS_NESTED:
        refuse("/".join(parts), f"more than {FOLDERS_NESTED} folders deep: move it up")
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        refuse("/".join(parts) or str(folder), f"cannot be read ({error.strerror})")
        return
    for entry in entries:
        here = (*parts, entry.name)
        if _is_silent(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from find_files(Path(entry.path), refuse, here)
            continue
        try:
            yield from _file(Path(entry.path), here, refuse)
        except OSError as error:
            refuse("/".join(here), f"cannot be read ({error.strerror})")
        except (ValueError, OverflowError) as error:  # the latter: a time of the year 60000
            refuse("/".join(here), str(error))


def _file(path: Path, parts: tuple[str, ...], refuse: Refuse) -> Iterator[Found]:
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        raise HandInError("a link, not a file: put the file itself here")
    if not stat.S_ISREG(info.st_mode):
        raise HandInError("neither a file nor a folder: remove it")
    time = datetime.fromtimestamp(info.st_mtime, timezone.utc)
    if path.suffix.lower() == ".zip":
        if info.st_size > ARCHIVE_BYTES:
            raise HandInError(f"larger than {ARCHIVE_BYTES // GIB} GB: unpack it yourself")
        yield from _zip(path, parts, 0, refuse)
        return
    _check_form(path.name, info.st_size)
    is_notebook = path.name.lower().endswith(NOTEBOOK_ENDINGS)
    yield Found(parts, read_regular(path) if is_notebook else None, time)


def read_regular(path: Path, limit: int = NOTEBOOK_BYTES) -> bytes:
    """Read a regular file, without following a link or waiting for a pipe.

    Raises
    ------
    HandInError
        If it is something else, too large, or cannot be read; one line on why.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise HandInError(f"{path.name} is not a file")
            raw = file.read(limit + 1)
    except OSError as error:
        if path.is_symlink():
            raise HandInError(f"{path.name} is a link, not a file") from None
        raise HandInError(f"{path.name} cannot be read ({error.strerror})") from None
    if len(raw) > limit:
        if limit < NOTEBOOK_BYTES:
            raise HandInError(f"{path.name} is too large")
        raise HandInError(_too_large(max(info.st_size, len(raw))))
    return raw


def _check_form(name: str, size: int) -> None:
    """Refuse what is too large to read or packed in a way that is not read here."""
    if name.lower().endswith(OTHER_ARCHIVES):
        raise HandInError("an archive, but not a zip: unpack it yourself")
    if name.lower().endswith((*NOTEBOOK_ENDINGS, ".zip")) and size > NOTEBOOK_BYTES:
        raise HandInError(_too_large(size))


def _too_large(size: int) -> str:
    return (
        f"{-(-size // MIB)} MB, more than {NOTEBOOK_BYTES // MIB} MB: ask for the notebook without "
        "its outputs"
    )


def _is_silent(name: str) -> bool:
    return name.startswith(".") or name.lower() in SILENT_NAMES


def _zip(
    file: Path | BytesIO, parts: tuple[str, ...], nested: int, refuse: Refuse
) -> Iterator[Found]:
    where = "/".join(parts)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > ARCHIVE_FILES:
                refuse(where, f"more than {ARCHIVE_FILES:,} files in it: unpack it yourself")
                return
            budget = ARCHIVE_BYTES
            for entry in sorted(entries, key=lambda entry: entry.filename):
                budget -= min(entry.file_size, NOTEBOOK_BYTES)
                if budget < 0:
                    refuse(where, f"more than {ARCHIVE_BYTES // GIB} GB in it: unpack it yourself")
                    return
                names = PurePosixPath(entry.filename).parts
                if any(_is_silent(name) for name in names if name != ".."):
                    continue
                try:
                    raw = _read_entry(archive, entry, nested)
                except HandInError as error:
                    refuse("/".join((*parts, entry.filename)), str(error))
                    continue
                if raw is not None and entry.filename.lower().endswith(".zip"):
                    yield from _zip(BytesIO(raw), (*parts, *names), nested + 1, refuse)
                else:
                    yield Found((*parts, *names), raw, _entry_time(entry))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        refuse(where, f"not a readable zip archive ({error}): ask for it again")


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, nested: int) -> bytes | None:
    """Unpack a notebook or an archive; None for any other file."""
    inside = entry.filename
    names = PurePosixPath(inside).parts
    if ".." in names or inside.startswith("/") or any(sign in inside for sign in "\\\0:"):
        raise HandInError("its path leads out of the archive: unpack it by hand if you trust it")
    if len(names) > FOLDERS_NESTED or any(len(name.encode()) > FILE_NAME_BYTES for name in names):
        raise HandInError("its path is too long: unpack it yourself")
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise HandInError("a link or device, not a file: ask for the file itself")
    if inside.lower().endswith(".zip") and nested >= ARCHIVES_NESTED:
        raise HandInError("too many archives inside each other: unpack it yourself")
    _check_form(inside, entry.file_size)
    if not inside.lower().endswith((*NOTEBOOK_ENDINGS, ".zip")):
        return None
    if entry.flag_bits & 1:
        raise HandInError("locked with a password: unpack it yourself")
    try:
        with archive.open(entry) as file:
            # The stated size may be a lie: never unpack more than the limit.
            return file.read(NOTEBOOK_BYTES)
    except Exception as error:
        raise HandInError(f"damaged in its archive ({error}): ask for it again") from None


def _entry_time(entry: zipfile.ZipInfo) -> datetime:
    """Time of an archive's entry: exact and in UTC if the archive has it, else local."""
    extra, at = entry.extra, 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 0x5455 and size >= 5 and at + 9 <= len(extra) and extra[at + 4] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<I", extra, at + 5)[0], timezone.utc)
        at += 4 + size
    try:
        return datetime(*entry.date_time)
    except ValueError:
        return datetime(1980, 1, 1)
