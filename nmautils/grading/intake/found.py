"""A file of the inbox, and what is asked before any of them is read."""

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

from nmautils.grading.model.limits import INBOX_BYTES, INBOX_FILES

__all__ = ["Budget", "Found", "Look", "Names", "Refuse", "entry_time"]

Refuse = Callable[[str, str], None]
Names = list[tuple[str, ...]]


class Look(Protocol):
    """What is asked before anything is read, by the names alone."""

    def begin(
        self,
        parts: tuple[str, ...],
        names: Callable[[], Names],
        read: Callable[[tuple[str, ...], int], bytes],
        is_archive: bool,
    ) -> str:
        """Say why nothing of an archive or a folder is looked at; empty if it is."""

    def spend(self, parts: tuple[str, ...], size: int) -> str | None:
        """Say why a file is not read; empty if that has been said, None if it is read."""


@dataclass
class Budget:
    """What may still be unpacked of all archives of an inbox together."""

    files: int = INBOX_FILES
    bytes: int = INBOX_BYTES

    def take(self, size: int) -> bool:
        """Take a file of this size off the budget; tell whether that was possible."""
        if self.files < 1 or self.bytes < size:
            return False
        self.files, self.bytes = self.files - 1, self.bytes - size
        return True


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
    archives : tuple of (int, datetime)
        Which of the parts are archives, and their own times.
    what : str
        What it is if it is no notebook; empty if that is not known.
    mark : str
        By which it is known again while it does not change.
    """

    parts: tuple[str, ...]
    raw: bytes | None
    time: datetime
    archives: tuple[tuple[int, datetime], ...] = ()
    what: str = ""
    mark: str = ""

    def time_below(self, level: int) -> datetime:
        """Time of the outermost file at or below a part of the path.

        If that part says whose it is, the student may have packed all that lies deeper in.
        """
        return next((time for at, time in self.archives if at >= level), self.time)

    @property
    def where(self) -> str:
        """The parts as one readable path."""
        return "/".join(self.parts)


def entry_time(entry: zipfile.ZipInfo) -> datetime:
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
