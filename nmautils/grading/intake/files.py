"""Look through a folder of strangers' files: notebooks, folders, zip archives in archives.

Only regular files within the limits are opened or unpacked, and no link is followed.
"""

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path, PurePosixPath

from nmautils.errors import HandInError
from nmautils.grading.model.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_DIRECTORY_BYTES,
    ARCHIVE_FILES,
    ARCHIVE_GROWTH,
    ARCHIVE_SMALL,
    ARCHIVES_NESTED,
    FILE_NAME_BYTES,
    FOLDERS_NESTED,
    GIB,
    HEAD_BYTES,
    INBOX_BYTES,
    INBOX_FILES,
    MIB,
    NOTEBOOK_FILE_BYTES,
)

from .content import GZIP, gunzip, looks_like, may_be_notebook
from .found import Budget, Found, Look, Refuse, entry_time

__all__ = [
    "NOTEBOOK_ENDINGS",
    "Budget",
    "Found",
    "Look",
    "find_files",
    "read_head",
    "read_regular",
]

NOTEBOOK_ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")
OTHER_ARCHIVES = (".7z", ".bz2", ".rar", ".tar", ".tar.gz", ".tgz", ".xz")
SILENT_NAMES = {"__macosx", ".ipynb_checkpoints", "thumbs.db", "desktop.ini", "timestamp.txt"}

# A colon elsewhere is a part of a time, as nbgrader's exchange writes it.
_DRIVE = re.compile(r"[A-Za-z]:")
_ZIP = b"PK\x03\x04"


def find_files(
    folder: Path,
    refuse: Refuse,
    parts: tuple[str, ...] = (),
    budget: Budget | None = None,
    look: Look | None = None,
) -> Iterator[Found]:
    """Go through a folder and the zip archives in it, in the order of names.

    Parameters
    ----------
    folder : Path
        Where to look. Links in it are refused, not followed.
    refuse : callable
        Called with the place and the reason for everything that is not looked at.
    parts : tuple of str
        Where the folder itself lies, from the inbox down.
    budget : Budget, optional
        What may be unpacked.
    look : Look, optional
        What is asked before archives, folders and files are read.

    Yields
    ------
    Found
        Every regular file, those that may be notebooks with their content.
    """
    budget = budget or Budget()
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
            path = Path(entry.path)
            if look and (why := _begin_folder(path, here, look)):
                refuse("/".join(here), why)
                continue
            yield from find_files(path, refuse, here, budget, look)
            continue
        try:
            yield from _file(Path(entry.path), here, refuse, budget, look)
        except OSError as error:
            refuse("/".join(here), f"cannot be read ({error.strerror})")
        except (ValueError, OverflowError) as error:  # the latter: a time of the year 60000
            refuse("/".join(here), str(error))


def _begin_folder(folder: Path, parts: tuple[str, ...], look: Look) -> str:
    def read(name: tuple[str, ...], limit: int) -> bytes:
        return _read(folder.joinpath(*name), limit)[0]

    return look.begin(parts, lambda: list(_names_below(folder)), read, False)


def _names_below(folder: Path, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Give the paths of all files below a folder, in the order of names; no link is followed."""
    if depth > FOLDERS_NESTED:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries[:INBOX_FILES]:
        if entry.name.lower() != "timestamp.txt" and _is_silent(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            below = _names_below(Path(entry.path), depth + 1)
            yield from ((entry.name, *name) for name in below)
        else:
            yield (entry.name,)


def _file(
    path: Path, parts: tuple[str, ...], refuse: Refuse, budget: Budget, look: Look | None
) -> Iterator[Found]:
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        raise HandInError("a link, not a file: put the file itself here")
    if not stat.S_ISREG(info.st_mode):
        raise HandInError("neither a file nor a folder: remove it")
    time = datetime.fromtimestamp(info.st_mtime, timezone.utc)
    head = read_head(path)
    if name := _archive_name(path.name, head):
        if info.st_size > ARCHIVE_BYTES:
            raise HandInError(f"larger than {ARCHIVE_BYTES // GIB} GB: unpack it yourself")
        parts = (*parts[:-1], name)
        archives = ((len(parts) - 1, time),)
        yield from _Zip(parts, archives, refuse, budget, look).files(path)
        return
    mark = f"{info.st_size}-{info.st_mtime_ns}"
    if _is_read(path.name, head, info.st_size):
        why = look.spend(parts, info.st_size) if look else None
        if why is None:
            yield Found(parts, _unpacked(read_regular(path)), time, mark=mark)
        elif why:
            raise HandInError(why)
    else:
        yield Found(parts, None, time, what=_what(head), mark=mark)


def read_head(path: Path) -> bytes:
    """Read the first bytes of a regular file, as `read_regular` does."""
    return _read(path, HEAD_BYTES)[0]


def read_regular(path: Path, limit: int = NOTEBOOK_FILE_BYTES) -> bytes:
    """Read a regular file, without following a link or waiting for a pipe.

    Raises
    ------
    HandInError
        If it is something else, too large, or cannot be read; one line on why.
    """
    raw, size = _read(path, limit + 1)
    if len(raw) > limit:
        if limit < NOTEBOOK_FILE_BYTES:
            raise HandInError(f"{path.name} is too large")
        raise HandInError(_too_large(max(size, len(raw))))
    return raw


def _read(path: Path, count: int) -> tuple[bytes, int]:
    """Read at most so many bytes of a file, and its size."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise HandInError(f"{path.name} is not a file")
            return file.read(count), info.st_size
    except OSError as error:
        if path.is_symlink():
            raise HandInError(f"{path.name} is a link, not a file") from None
        raise HandInError(f"{path.name} cannot be read ({error.strerror})") from None


# --- what a file is ------------------------------------------------------------------------------


def _archive_name(name: str, head: bytes) -> str:
    """Give the name by which an archive is a part of a path; empty if it is none."""
    if name.lower().endswith(".zip"):
        return name
    is_called_notebook = name.lower().endswith(NOTEBOOK_ENDINGS)
    return f"{name}.zip" if is_called_notebook and head.startswith(_ZIP) else ""


def _is_read(name: str, head: bytes, size: int) -> bool:
    """Whether a file may be a notebook, by its name or by how it begins.

    Raises
    ------
    HandInError
        If it is too large, or packed in a way that is not read here.
    """
    name = name.lower()
    is_notebook = name.endswith(NOTEBOOK_ENDINGS) or may_be_notebook(head)
    if name.endswith(OTHER_ARCHIVES) or (name.endswith(".gz") and not is_notebook):
        raise HandInError("an archive, but not a zip: unpack it yourself")
    if is_notebook and size > NOTEBOOK_FILE_BYTES:
        raise HandInError(_too_large(size))
    return is_notebook


def _unpacked(raw: bytes) -> bytes:
    return gunzip(raw) if raw.startswith(GZIP) else raw


def _what(head: bytes) -> str:
    return looks_like(head[:2000].decode(errors="replace").lstrip("\ufeff"))


def _too_large(size: int) -> str:
    return (
        f"{-(-size // MIB)} MB, more than {NOTEBOOK_FILE_BYTES // MIB} MB: ask for the notebook "
        "without its outputs"
    )


def _is_silent(name: str) -> bool:
    return name.startswith(".") or name.lower() in SILENT_NAMES


# --- archives ------------------------------------------------------------------------------------


class _TooManyEntries(HandInError):
    """The list of what is in an archive is too long."""


class _AlreadySaid(HandInError):
    """A file is not read, and a line on why there is already."""


class _Opened(BufferedReader):
    """The file of an archive, which gives a list of entries only up to the limit.

    `ZipFile` reads the list at once, as long as the end of the file says that it is, and makes an
    object of each entry. To read the end of the file here as well would not do: versions of
    Python differ in where they look for it.
    """

    def __init__(self, file: Path | BytesIO) -> None:
        super().__init__(FileIO(file) if isinstance(file, Path) else file)
        self.is_open = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Read; before the archive is open, no more than a list may have."""
        if self.is_open:
            return super().read(size)
        wanted = ARCHIVE_DIRECTORY_BYTES + 1
        raw = super().read(wanted if size is None or size < 0 else min(size, wanted))
        if len(raw) == wanted:
            raise _TooManyEntries(
                f"more than {ARCHIVE_DIRECTORY_BYTES // MIB} MB of names in it: unpack it yourself"
            )
        return raw


@dataclass(frozen=True)
class _Zip:
    """A zip archive on the way: where it lies, and what may be unpacked."""

    parts: tuple[str, ...]
    archives: tuple[tuple[int, datetime], ...]
    refuse: Refuse
    budget: Budget
    look: Look | None = None
    nested: int = 0
    left: Budget = field(default_factory=lambda: Budget(ARCHIVE_FILES, ARCHIVE_BYTES))

    def files(self, file: Path | BytesIO) -> Iterator[Found]:
        """Go through the files in the archive, and in archives in it."""
        where = "/".join(self.parts)
        try:
            with _Opened(file) as opened, zipfile.ZipFile(opened) as archive:
                opened.is_open = True
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
                if len(entries) > ARCHIVE_FILES:
                    self.refuse(
                        where, f"more than {ARCHIVE_FILES:,} files in it: unpack it yourself"
                    )
                    return
                if why := self._begin(archive, entries):
                    self.refuse(where, why)
                    return
                for entry in sorted(entries, key=lambda entry: entry.filename):
                    if why := self._too_much(entry):
                        self.refuse(where, why)
                        return
                    names = PurePosixPath(entry.filename).parts
                    if not any(_is_silent(name) for name in names if name != ".."):
                        yield from self._entry(archive, entry, names)
        except _TooManyEntries as error:
            self.refuse(where, str(error))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self.refuse(where, f"not a readable zip archive ({error}): ask for it again")

    def _begin(self, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
        """Ask by the names alone whether the archive is looked at."""
        if self.look is None or self.nested:
            return ""
        sound = {
            names: entry
            for entry in entries
            if (names := PurePosixPath(entry.filename).parts) and _is_sound(entry, names)
        }

        def read(name: tuple[str, ...], limit: int) -> bytes:
            try:
                with archive.open(sound[name]) as file:
                    return file.read(limit)
            except Exception as error:
                raise HandInError(f"{name[-1]} is damaged in its archive ({error})") from None

        return self.look.begin(self.parts, lambda: list(sound), read, True)

    def _too_much(self, entry: zipfile.ZipInfo) -> str:
        """Say why an entry and those behind it are not unpacked; empty if it may be."""
        size = min(entry.file_size, NOTEBOOK_FILE_BYTES)
        if not self.left.take(size):
            return f"more than {ARCHIVE_BYTES // GIB} GB in it: unpack it yourself"
        if not self.budget.take(size):
            return (
                f"more than {INBOX_FILES:,} files or {INBOX_BYTES // GIB} GB in all archives of "
                "the inbox: the rest of this one was left out; collect it in parts"
            )
        return ""

    def _entry(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, names: tuple[str, ...]
    ) -> Iterator[Found]:
        """Give a file of the archive, or those in it if it is an archive itself."""
        parts, time = (*self.parts, *names), entry_time(entry)
        mark = f"{entry.CRC:08x}-{entry.file_size}"
        try:
            _check_entry(entry, names)
            raw, what = self._content(archive, entry, names[-1], parts)
        except _AlreadySaid:
            return
        except HandInError as error:
            self.refuse("/".join((*self.parts, entry.filename)), str(error))
            return
        name = _archive_name(names[-1], raw or b"")
        if raw is None or not name:
            yield Found(parts, raw, time, self.archives, what, mark)
            return
        parts = (*parts[:-1], name)
        archives = (*self.archives, (len(parts) - 1, time))
        inner = _Zip(parts, archives, self.refuse, self.budget, self.look, self.nested + 1)
        yield from inner.files(BytesIO(raw))

    def _content(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, parts: tuple[str, ...]
    ) -> tuple[bytes | None, str]:
        """Unpack a notebook or an archive; of any other file say what it is."""
        by_name = name.lower().endswith((*NOTEBOOK_ENDINGS, ".zip"))
        if entry.flag_bits & 1:
            if by_name:
                raise HandInError("locked with a password: unpack it yourself")
            return None, ""
        try:
            with archive.open(entry) as file:
                head = file.read(HEAD_BYTES)
                is_zip = bool(_archive_name(name, head))
                if is_zip:
                    self._check_nested(entry)
                elif not _is_read(name, head, entry.file_size):
                    return None, _what(head)
                self._spend(parts, entry.file_size)
                # The stated size may be a lie: never unpack more than the limit.
                raw = head + file.read(NOTEBOOK_FILE_BYTES - len(head))
        except HandInError:
            raise
        except Exception as error:
            if not by_name:
                return None, ""
            raise HandInError(f"damaged in its archive ({error}): ask for it again") from None
        return (raw if is_zip else _unpacked(raw)), ""

    def _spend(self, parts: tuple[str, ...], size: int) -> None:
        why = self.look.spend(parts, size) if self.look else None
        if why == "":
            raise _AlreadySaid
        if why:
            raise HandInError(why)

    def _check_nested(self, entry: zipfile.ZipInfo) -> None:
        """Refuse an archive in this one that could become far more than was handed in."""
        if self.nested >= ARCHIVES_NESTED:
            raise HandInError("too many archives inside each other: unpack it yourself")
        if entry.file_size > NOTEBOOK_FILE_BYTES:
            raise HandInError(_too_large(entry.file_size))
        if entry.file_size > ARCHIVE_SMALL + ARCHIVE_GROWTH * entry.compress_size:
            raise HandInError(
                "an archive that was packed far smaller than archives can be: unpack it yourself "
                "if you trust it"
            )


def _is_sound(entry: zipfile.ZipInfo, names: tuple[str, ...]) -> bool:
    """Whether an entry is a file that a platform or a person put there."""
    try:
        _check_entry(entry, names)
    except HandInError:
        return False
    return not any(_is_silent(name) for name in names if name.lower() != "timestamp.txt")


def _check_entry(entry: zipfile.ZipInfo, names: tuple[str, ...]) -> None:
    """Refuse an entry that is no file, or whose path could do harm."""
    inside = entry.filename
    if (
        not names
        or ".." in names
        or inside.startswith("/")
        or any(sign in inside for sign in "\\\0")
        or any(_DRIVE.match(name) for name in names)
    ):
        raise HandInError("its path leads out of the archive: unpack it by hand if you trust it")
    if len(names) > FOLDERS_NESTED or any(len(name.encode()) > FILE_NAME_BYTES for name in names):
        raise HandInError("its path is too long: unpack it yourself")
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise HandInError("a link or device, not a file: ask for the file itself")
