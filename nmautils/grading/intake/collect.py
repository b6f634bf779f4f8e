"""From the inbox to where nbgrader looks: submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from nmautils.course.plain import folders_of, how_to_release
from nmautils.errors import CourseError, HandInError, UsageError
from nmautils.grading.model.names import folder_and_notebook, released_names
from nmautils.grading.safe.text import printable
from nmautils.people.collected import Collected as Note
from nmautils.people.collected import note_collected

from .files import read_regular
from .ignored import ignore, still_asked
from .inbox import InboxNotebook, newest_of, read_inbox
from .submissions import folders_with, read_timestamp, submitted_path, write_timestamp, zone_of
from .times import Calendar, Times
from .who import People

__all__ = ["Collected", "collect", "is_by_person", "note_of", "time_of"]

_NAMES_SHOWN = 8  # of people who have handed in nothing


@dataclass
class Collected:
    """What one run of `collect` did, each as places in the inbox or students.

    Attributes
    ----------
    new, unchanged : list of str
        ``student/assignment``.
    older : list of str
        Places of hand-ins that a newer one replaces.
    refused : list of (str, str)
        Place and reason of everything that needs a person.
    ignored : int
        How much more would need a person if that had not been dealt with.
    absent : dict of str to list of str
        Of each assignment, the people of the roster who have handed in nothing.
    """

    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    ignored: int = 0
    absent: dict[str, list[str]] = field(default_factory=dict)


def collect(
    root: str | Path = ".",
    assignments: Sequence[str] = (),
    inbox: str | Path = "inbox",
    say: Callable[[str], None] = print,
    times: str | Path | None = None,
    dealt_with: Sequence[str] = (),
) -> Collected:
    """Bring the newest hand-in of every student to where nbgrader looks.

    Parameters
    ----------
    root : path
        Folder of the course.
    assignments : sequence of str, optional
        Which to collect; by default every released one.
    inbox : path
        Where the files lie, relative to `root`. Nothing in it is changed.
    say : callable
        Takes one line of the report at a time.
    times : path, optional
        A list that says when hand-ins came: Moodle's grading worksheet, or a table with the
        columns ``student``, ``assignment`` and ``time``.
    dealt_with : sequence of str
        Places in the inbox that need nobody any more.

    Returns
    -------
    Collected
        What happened. If ``refused`` is not empty, a person has to look.

    Raises
    ------
    UsageError
        If an assignment is not released, if there is no inbox, or if nothing needs a person at
        a place that was dealt with.
    CourseError
        If nothing is released, or a list cannot be read.
    """
    root = Path(root).resolve()
    folder = root / inbox
    known = released_names(root)
    for name in assignments:
        if name not in known:
            listed = ", ".join(known) or f"none; run {how_to_release(root, name)} first"
            raise UsageError(f"unknown assignment {name!r}; released are: {listed}")
    if not known:
        released = folders_of(root).release
        raise CourseError(
            f"nothing is released in {released}; run {how_to_release(root, '')} first"
        )
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}; make it and put the files you received there")

    with tempfile.TemporaryDirectory(prefix="nmautils-collect-") as temporary:
        job = _Collecting(root, set(assignments or known), Path(temporary), say)
        said = Times(None if times is None else Path(times), job.zone, job.people.known)
        found = read_inbox(folder, root, set(job.names), job.keep, job.people, said)
        for line in found.lines:
            job.line(line)
        if unused := said.unused():
            job.line(
                f"look at    {times}: no hand-in in the inbox is of {unused}; look whether student "
                "and assignment are written as here"
            )
        job.done.refused = found.refused
        try:
            for (file, student), notebooks in sorted(found.notebooks.items()):
                assignment = job.names[file]
                if assignment in job.wanted:
                    job.decide(assignment, student, notebooks)
        finally:
            note_collected(root, job.notes)
    if dealt_with:
        for place in ignore(root, dealt_with, job.done.refused, found.marks):
            job.line(f"dealt with {place}: it is not asked about again while it stays as it is")
    job.done.refused, job.done.ignored = still_asked(root, job.done.refused, found.marks)
    for where, why in job.done.refused:
        job.line(f"needs you  {where}: {why}")
    job.name_the_renamed()
    job.name_the_absent()
    return job.done


def _by_file(known: Iterable[str]) -> dict[str, str]:
    """Give assignments by what their files are called, since no platform tells a folder."""
    names: dict[str, str] = {}
    for name in known:
        file = folder_and_notebook(name)[1]
        if file in names:
            raise CourseError(
                f"{names[file]} and {name} have notebooks of one name, which are not told apart in "
                "an inbox: put them into submitted/ yourself, or use `nbgrader zip_collect`"
            )
        names[file] = name
    return names


def note_of(
    notebook: InboxNotebook, assignment: str, time: datetime | None, calendar: Calendar
) -> Note:
    """Give the line about a hand-in in ``collected.csv``."""
    owner = notebook.owner
    late = "unknown"
    if notebook.late is not None:
        late = "yes" if notebook.late else "no"
    elif time is not None:
        due = calendar.due_in_utc(notebook.assignment)
        late = "yes" if due is not None and time > due else "no"
    return Note(
        notebook.student, assignment, owner.platform, owner.number, notebook.entry, time, late
    )


def is_by_person(written: datetime | None, note: Note | None) -> bool:
    """Tell whether a person wrote the time that stands beside a hand-in."""
    if written is None or note is None:
        return False
    return note.by == "person" or note.time != written


def time_of(
    notebook: InboxNotebook, written: datetime | None, note: Note | None
) -> tuple[datetime | None, bool]:
    """Give the time to write for a hand-in that is new, and whether a person's is kept.

    Parameters
    ----------
    notebook : InboxNotebook
        What is collected.
    written, note
        The time that stands there, and what was noted of it.
    """
    if is_by_person(written, note) and notebook.clock not in ("platform", "file"):
        return written, True
    # What a platform marks as late came some time before the download, and nobody knows when.
    unknown = notebook.clock == "download" or (notebook.clock == "mark" and notebook.late)
    return (None if unknown else notebook.time), False


class _Collecting:
    """One run of `collect`: contents wait on disk until it is clear which of them count."""

    def __init__(
        self, root: Path, wanted: set[str], waiting: Path, say: Callable[[str], None]
    ) -> None:
        self.root = root
        self.wanted = wanted
        self.waiting = waiting
        self.say = say
        self.done = Collected()
        self.names = _by_file(released_names(root))
        self.zone = zone_of(root)
        self.calendar = Calendar.of(root)
        self.people = People(root)
        self.notes: list[Note] = []
        self.collected: dict[Path, str] = {}  # digest of what stands in submitted/

    def line(self, text: str) -> None:
        self.say(printable(text))

    def keep(self, notebook: InboxNotebook, raw: bytes) -> None:
        """Keep a content for later, unless it is in its place already."""
        assignment = self.names[notebook.assignment]
        if assignment not in self.wanted:
            return
        target = submitted_path(self.root, assignment, notebook.student)
        if target not in self.collected:
            self.collected[target] = _digest(target)
        if notebook.digest != self.collected[target]:
            (self.waiting / notebook.digest).write_bytes(raw)

    def decide(self, assignment: str, student: str, notebooks: list[InboxNotebook]) -> None:
        """Bring one student's newest notebook to its place if it is new there."""
        label = f"{student}/{assignment}"
        target = submitted_path(self.root, assignment, student)
        try:
            newest, older = newest_of(notebooks)
        except HandInError as error:
            places = ", ".join(notebook.where for notebook in notebooks)
            self.done.refused.append((places, str(error)))
            return
        for notebook in older:
            self.done.older.append(notebook.where)
            self.line(f"older      {notebook.where}{_when(notebook)}: {newest.where} counts")
        before, _ = read_timestamp(target.parent, self.zone)
        note = self.people.collected.get((student, assignment))
        by_person = is_by_person(before, note)
        if newest.digest == self.collected[target]:
            self.done.unchanged.append(label)
            self.line(f"unchanged  {label}")
            self._mend_time(assignment, target, newest, before, by_person)
            self.ask_when(label, target, newest)
            return
        # The time of a download does not tell whether a hand-in is older than what a person said.
        tells = newest.clock in ("platform", "file", "packed") or not by_person
        if tells and target.is_file() and before is not None and newest.time < before:
            self.done.unchanged.append(label)
            self.line(
                f"unchanged  {label}: what is there ({before} UTC) is newer than {newest.where}"
            )
            return
        time, keeps = time_of(newest, before, note)
        try:
            _put(self.waiting / newest.digest, target, time)
        except HandInError as error:
            self.done.refused.append((newest.where, str(error)))
            return
        self.done.new.append(label)
        self.line(f"collected  {label} <- {newest.where}{_when(newest)}")
        self._note(assignment, newest, time, "person" if keeps else "")
        if keeps:
            self.line(
                f"look at    {label}: it keeps the time that a person wrote for the one before; if "
                f"that is wrong, use `nmautils time {student} {assignment} WHEN`"
            )
        for date in newest.dates_inside:
            self.line(
                f"look at    {label}: {date} in a name that {student} may have written is no time "
                f"of handing in, so it does not count; if it is, use `nmautils time {student} "
                f"{assignment} WHEN`"
            )
        if newest.time_is_damaged:
            self.line(
                f"look at    {label}: the time that the platform writes cannot be read, so the "
                f"file's counts; if it is wrong, use `nmautils time {student} {assignment} WHEN`"
            )
        self.ask_when(label, target, newest)

    def _mend_time(
        self,
        assignment: str,
        target: Path,
        newest: InboxNotebook,
        before: datetime | None,
        by_person: bool,
    ) -> None:
        """Write the time of what is collected already, if a list says it now."""
        note = self.people.collected.get((newest.student, assignment))
        if by_person:
            return
        if newest.clock == "platform" and newest.time != before:
            write_timestamp(target.parent, newest.time)
            self.line(f"time       {newest.student}/{assignment}: {newest.time} UTC")
            self._note(assignment, newest, newest.time)
        elif note is None or (newest.entry and newest.entry != note.entry):
            self._note(assignment, newest, before)

    def _note(
        self, assignment: str, newest: InboxNotebook, time: datetime | None, by: str = ""
    ) -> None:
        note = note_of(newest, assignment, time, self.calendar)
        self.notes.append(replace(note, by=by))

    def ask_when(self, label: str, target: Path, newest: InboxNotebook) -> None:
        """Ask for the time of a late hand-in, again in each run until somebody has written it."""
        if not newest.late or newest.clock == "platform":
            return
        written, _ = read_timestamp(target.parent, self.zone)
        if written in (None, newest.time):
            stamp = (target.parent / "timestamp.txt").relative_to(self.root).as_posix()
            command = f"nmautils time {label.replace('/', ' ', 1)} WHEN"
            self.line(
                f"look at    {label}: the platform marks it LATE and does not say when it came; "
                f"look that up, and use `{command}`, or write it, as 2030-01-31 23:30+01:00, to "
                f"{stamp}"
            )

    def name_the_renamed(self) -> None:
        """Name folders of students whom the roster gives another id than they had before."""
        submitted = folders_of(self.root).submitted
        for before, student in sorted(self.people.renamed.items()):
            if (submitted / before).exists():
                self.line(
                    f"look at    {before}: the roster says that this is {student}, under whose id "
                    f"the hand-ins are now; remove {submitted.name}/{before}"
                )

    def name_the_absent(self) -> None:
        """Say who of the roster has handed in nothing, of assignments that others handed in."""
        for assignment in sorted(self.wanted):
            there = [path.name for path in folders_with(self.root, assignment)]
            absent = self.people.without_hand_in(there)
            if not there or not absent:
                continue
            self.done.absent[assignment] = [person.id for person in absent]
            names = ", ".join(person.name for person in absent[:_NAMES_SHOWN])
            more = len(absent) - _NAMES_SHOWN
            self.line(
                f"nothing    {assignment}: {len(absent)} of {len(absent) + len(there)} have handed "
                f"in nothing: {names}{f' and {more} more' if more > 0 else ''}"
            )


def _when(notebook: InboxNotebook) -> str:
    return "" if notebook.clock == "download" else f" ({notebook.time} UTC)"


def _digest(path: Path) -> str:
    """SHA-256 of a collected notebook; nothing if there is none that can be read."""
    try:
        return hashlib.sha256(read_regular(path)).hexdigest()
    except HandInError:
        return ""


def _put(content: Path, target: Path, time: datetime | None) -> None:
    """Replace the folder of a submission by one with the notebook and its time, if that is known.

    Other files in the old folder belong to the old hand-in and go with it, as they do in
    ``nbgrader zip_collect --force``. If the process is killed, the folder is the old one, the new
    one, or missing, so that the next run collects it.
    """
    folder = target.parent
    for place in (folder.parent, folder):
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise HandInError(f"{place} is a link or a file, not a folder: remove it")
    new, old = (folder.with_name(f".{folder.name}.{state}") for state in ("new", "old"))
    for rest in (new, old):
        if rest.exists():
            shutil.rmtree(rest)
    new.mkdir(parents=True)
    shutil.copyfile(content, new / target.name)
    if time is not None:
        write_timestamp(new, time)
    if folder.exists():
        os.replace(folder, old)
    os.replace(new, folder)
    if old.exists():
        shutil.rmtree(old)
