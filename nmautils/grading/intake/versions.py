"""Which of several notebooks of one student counts, and which of them a person has to choose."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nmautils.errors import HandInError
from nmautils.grading.safe.text import printable

from .copies import without_copy_marks
from .filenames import without_endings
from .owners import Owner

__all__ = ["InboxNotebook", "newest_of", "version_of"]

_MARK = re.compile(r"(?:-(\d{1,3})|[ _+]?[(\[](\d{1,3})[)\]])$")
_VERSION = re.compile(r"version (\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class InboxNotebook:
    """A notebook that was found in the inbox, without its content.

    Attributes
    ----------
    where : str
        Where it lies, as a path from the inbox down.
    student, assignment, account : str
        As in `nmautils.grading.intake.filenames.HandInName`.
    time : datetime
        When it was handed in, in UTC without a zone, as far as that is known.
    outside : datetime
        Time of the outermost file below the name that says whose it is.
    packed : datetime
        Time of the file itself, which its student may have set: it decides between files that
        came together.
    digest : str
        Hexadecimal SHA-256 of its content.
    late : bool or None
        Whether the platform marks it as late, or says that it is not; None if it says neither.
    in_shared_folder : bool
        Whether its own name says whose it is, so that others' files may lie beside it.
    clock : str
        Where `time` is from: ``"platform"`` says it, or a file of a platform; ``"mark"``: the
        platform marks what is late, and it is the download's; ``"file"``: a file; ``"packed"``:
        an archive; ``"download"``: it is nobody's but the download's.
    owner : Owner
        What the outermost name says.
    source : tuple of str
        The archive or folder that was recognised as a whole.
    of_many : bool
        Whether hand-ins of several people are there.
    entry : str
        The outermost name there, as the platform wrote it.
    version : tuple
        As `version_of` gives it.
    dates_inside : tuple of datetime
        As in `nmautils.grading.intake.filenames.HandInName`.
    """

    where: str
    student: str
    assignment: str
    account: str
    time: datetime
    outside: datetime
    packed: datetime
    digest: str
    late: bool | None = None
    in_shared_folder: bool = False
    clock: str = "file"
    owner: Owner = field(default=Owner("", 0))
    source: tuple[str, ...] = ()
    of_many: bool = False
    entry: str = ""
    version: tuple[str, int] = ("", 0)
    dates_inside: tuple[datetime, ...] = ()

    @property
    def time_is_damaged(self) -> bool:
        """Whether the platform writes a time, and this one says nothing."""
        form, platform = self.owner.form, self.owner.platform
        writes = bool(form and form.time) or platform == "gradescope"
        return writes and self.owner.time is None and self.clock != "platform"


def version_of(folders: Sequence[str], name: str) -> tuple[str, int]:
    """Give what all versions of one file share, and the number of this one.

    ``x (2).ipynb``, ``x-2.ipynb`` and ``Copy of x.ipynb`` in one folder are versions of
    ``x.ipynb``, and so is what Microsoft Teams puts into ``Version 2``; ``x.ipynb`` in any other
    folder is none.
    """
    stem = without_endings(name)
    mark = _MARK.search(stem)
    number = int(mark[1] or mark[2]) if mark else 0
    above = []
    for folder in folders:
        if version := _VERSION.fullmatch(folder):
            number = int(version[1])
        else:
            above.append(without_copy_marks(folder.removesuffix(".zip")))
    return "/".join((*above, without_copy_marks(stem).lower())), number


def newest_of(
    notebooks: Iterable[InboxNotebook],
) -> tuple[InboxNotebook, list[InboxNotebook]]:
    """Find which of a student's notebooks counts, and which are older.

    The same content twice is one hand-in, made when it was first there.

    Raises
    ------
    HandInError
        If nothing says which of different notebooks is the newest.
    """
    in_order = sorted(notebooks, key=_by_time)
    first: dict[str, InboxNotebook] = {}
    for notebook in in_order:
        first.setdefault(notebook.digest, notebook)
    newest = max(_last_marked(first.values()), key=_by_time)
    for other in first.values():
        if other is not newest and not _is_older(other, newest):
            raise HandInError(
                f"different notebooks of {printable(newest.student)}, and nothing says which is "
                "the newest: leave the one that counts"
            )
    return newest, [notebook for notebook in in_order if notebook.digest != newest.digest]


def _by_time(notebook: InboxNotebook) -> tuple[datetime, datetime, datetime, str]:
    return notebook.time, notebook.outside, notebook.packed, notebook.where


def _last_marked(notebooks: Iterable[InboxNotebook]) -> list[InboxNotebook]:
    """Leave of versions in an archive whose times say nothing the one with the highest number."""
    groups = defaultdict[object, list[InboxNotebook]](list)
    for notebook in notebooks:
        # Inside a student's archive the files have times of their own.
        marked = notebook.clock == "mark" and notebook.in_shared_folder
        numbered = marked or notebook.clock == "download"
        together = (notebook.source, notebook.version[0]) if numbered else notebook.where
        groups[together].append(notebook)
    return [max(group, key=lambda n: (n.version[1], _by_time(n))) for group in groups.values()]


def _is_older(other: InboxNotebook, newest: InboxNotebook) -> bool:
    """Tell whether a platform, a mark of versions or two downloads say that one is older."""
    if other.of_many and not newest.of_many and other.source != newest.source:
        return False  # somebody may have packed one file as a platform names it
    if other.version[0] == newest.version[0]:
        return True
    form = newest.owner.form
    if form and not form.login and not newest.owner.number:
        return False  # a name alone, as Brightspace has it, may be two people's
    if other.clock == newest.clock == "platform":
        return other.time < newest.time
    if other.source == newest.source or not newest.owner.number:
        return False
    # One account, in two downloads: the later one has what was handed in last.
    same = (other.owner.platform, other.owner.number)
    return same == (newest.owner.platform, newest.owner.number) and other.outside < newest.outside
