"""Read the inbox: whose is each notebook, of which assignment, when, and which one counts."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from pathlib import Path

from nmautils.course.settings import FILE_NAME, read_settings
from nmautils.errors import HandInError

from .cell_names import CellNames
from .filenames import HandInName, Lists, UnknownAssignment, is_of_platform, parse_name, typed_by
from .files import Found, find_files
from .gradescope import LIST_NAME, Submitter, read_list
from .read import read_notebook

__all__ = ["Calendar", "Inbox", "InboxNotebook", "in_utc", "newest_of", "read_inbox", "recognise"]


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
        When it was handed in, in UTC without a zone.
    packed : datetime
        Time of the file itself, which its student may have set: it decides between files that
        came together.
    digest : str
        Hexadecimal SHA-256 of its content.
    late : bool
        Whether the platform marks it as late, but does not say when it came.
    in_shared_folder : bool
        Whether its own name says whose it is, so that others' files may lie beside it.
    """

    where: str
    student: str
    assignment: str
    account: str
    time: datetime
    packed: datetime
    digest: str
    late: bool = False
    in_shared_folder: bool = False


@dataclass
class Inbox:
    """What lies in an inbox.

    Attributes
    ----------
    notebooks : dict
        Of each (assignment, student), every notebook that was found.
    refused : list of (str, str)
        Place and reason of everything that needs a person.
    """

    notebooks: dict[tuple[str, str], list[InboxNotebook]] = field(
        default_factory=lambda: defaultdict(list)
    )
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Calendar:
    """Time zone and due dates of a course, as far as ``course.toml`` has them."""

    zone: tzinfo | None = None
    due: dict[str, datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> "Calendar":
        """Read them; a course made by nbgrader alone has none."""
        if not (root / FILE_NAME).is_file():
            return cls()
        settings = read_settings(root)
        return cls(settings.zone, {name: each.due for name, each in settings.tutorials.items()})

    def in_utc(self, time: datetime, assignment: str) -> datetime:
        """Convert a time to UTC; without a zone it is in the course's, else the due date's."""
        return in_utc(time, self.zone_of(assignment) or timezone.utc)

    def zone_of(self, assignment: str) -> tzinfo | None:
        """Give the zone of times that name none; None if nothing is known."""
        due = self.due.get(assignment)
        return self.zone or (due.tzinfo if due else None)

    def time_of(self, name: HandInName, found: Found) -> datetime:
        """When a file was handed in, in UTC without a zone.

        Some archives carry the time of the download. What their platform does not mark as late
        came until it was due.
        """
        time = self.in_utc(name.time or found.time_below(name.level), name.assignment)
        due = self.due.get(name.assignment)
        return time if due is None or name.late is not False else min(time, in_utc(due, due.tzinfo))


def in_utc(time: datetime, zone: tzinfo | None) -> datetime:
    """Convert a time to the naive UTC that nbgrader stores, to the second."""
    time = time if time.tzinfo else time.replace(tzinfo=zone)
    return time.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)


def recognise(
    found: Found,
    raw: bytes,
    calendar: Calendar,
    cells: CellNames,
    lists: Lists,
) -> InboxNotebook:
    """Find out whose notebook a file is, of which assignment, and when it was handed in.

    Parameters
    ----------
    found : Found
        Place and time of the file.
    raw : bytes
        Its content.
    calendar : Calendar
        What a time means.
    cells : CellNames
        What tells the assignment by the notebook's cells.
    lists : mapping
        As in `nmautils.grading.intake.filenames.parse_name`.

    Raises
    ------
    HandInError
        If the name does not say it, or if the file is not a notebook.
    """
    broken, by_content = "", ""
    try:
        notebook = read_notebook(raw)
        by_content = cells.assignment_of(notebook)
    except HandInError as error:
        broken = str(error)
    try:
        name = parse_name(found.parts, cells.names, lists, by_content)
    except HandInError as error:
        if not broken:
            raise
        raise HandInError(f"{broken}; moreover {error}") from None
    if broken:
        raise HandInError(f"{broken}; ask {name.student} for the .ipynb file again")
    return InboxNotebook(
        found.where,
        name.student,
        name.assignment,
        name.account,
        calendar.time_of(name, found),
        calendar.in_utc(found.time, name.assignment),
        hashlib.sha256(raw).hexdigest(),
        bool(name.late),
        name.level == len(found.parts) - 1,
    )


def read_inbox(
    folder: Path,
    root: Path,
    known: Collection[str],
    keep: Callable[[InboxNotebook, bytes], None],
) -> Inbox:
    """Read every file of an inbox once.

    Parameters
    ----------
    folder : Path
        The inbox.
    root : Path
        Folder of the course.
    known : collection of str
        Names of the assignments.
    keep : callable
        Takes each notebook with its content, which is not held in memory here.
    """
    inbox = Inbox()
    others: list[tuple[tuple[str, ...], str]] = []
    unknown: list[tuple[tuple[str, ...], str]] = []
    answered: set[tuple[str, ...]] = set()
    shared: set[tuple[str, ...]] = {()}
    accounts: set[tuple[tuple[str, ...], str]] = set()
    lists: dict[tuple[str, ...], dict[str, Submitter]] = {}
    cells = CellNames(root, known)
    calendar = Calendar.of(root)

    def refuse(where: str, why: str) -> None:
        inbox.refused.append((where, why))
        answered.add(tuple(where.split("/")[:-1]))

    for found in find_files(folder, refuse):
        if found.raw is None:
            what = f" ({found.what})" if found.what else ""
            others.append((found.parts, f"not a notebook{what}: ask for the .ipynb file"))
            continue
        try:
            if found.parts[-1] == LIST_NAME:
                if is_of_platform(found.parts[:-1], known):
                    lists[found.parts[:-1]] = read_list(found.raw)
                continue
            notebook = recognise(found, found.raw, calendar, cells, lists)
        except UnknownAssignment as error:
            unknown.append((found.parts, str(error)))
            continue
        except HandInError as error:
            refuse(found.where, str(error))
            continue
        (shared if notebook.in_shared_folder else answered).add(found.parts[:-1])
        accounts |= {(found.parts[:level], notebook.account) for level in range(len(found.parts))}
        keep(notebook, found.raw)
        inbox.notebooks[notebook.assignment, notebook.student].append(notebook)
    # Notebooks, pictures and data of one's own beside a notebook of the course need nobody, nor
    # does what its student typed into the platform; alone they stand for a hand-in.
    # In a folder of the whole class such a file may be another student's, and is named.
    known_folders = answered - shared
    for parts, why in unknown:
        if parts[:-1] not in known_folders:
            refuse("/".join(parts), why)
    for parts, why in others:
        if typed_by(parts) in accounts:
            continue
        if parts[:-1] in shared or parts[:-1] not in answered:
            refuse("/".join(parts), why)
    return inbox


def newest_of(notebooks: Iterable[InboxNotebook]) -> tuple[InboxNotebook, list[InboxNotebook]]:
    """Find which of a student's notebooks counts, and which are older.

    The same content twice is one hand-in, made when it was first there.

    Raises
    ------
    HandInError
        If several people have the student's name.
    """
    in_order = sorted(notebooks, key=_by_time)
    accounts = sorted({notebook.account for notebook in in_order if notebook.account})
    if len(accounts) > 1:
        raise HandInError(
            f"several people are called {in_order[0].student} ({', '.join(accounts)}): put each "
            "into a folder of its own name"
        )
    first: dict[str, InboxNotebook] = {}
    for notebook in in_order:
        first.setdefault(notebook.digest, notebook)
    newest = max(first.values(), key=_by_time)
    return newest, [notebook for notebook in in_order if notebook.digest != newest.digest]


def _by_time(notebook: InboxNotebook) -> tuple[datetime, datetime, str]:
    return notebook.time, notebook.packed, notebook.where
