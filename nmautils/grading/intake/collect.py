"""From the inbox to where nbgrader looks: submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nmautils.course.plain import folders_of, how_to_release
from nmautils.errors import CourseError, HandInError, UsageError
from nmautils.grading.model.names import folder_and_notebook, released_names
from nmautils.grading.safe.text import printable

from .files import read_regular
from .inbox import InboxNotebook, newest_of, read_inbox
from .submissions import read_timestamp, submitted_path, write_timestamp, zone_of

__all__ = ["Collected", "collect"]


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
    """

    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def collect(
    root: str | Path = ".",
    assignments: Sequence[str] = (),
    inbox: str | Path = "inbox",
    say: Callable[[str], None] = print,
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

    Returns
    -------
    Collected
        What happened. If ``refused`` is not empty, a person has to look.

    Raises
    ------
    UsageError
        If an assignment is not released, or if there is no inbox.
    CourseError
        If nothing is released.
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
        found = read_inbox(folder, root, set(job.names), job.keep)
        job.done.refused = found.refused
        for (file, student), notebooks in sorted(found.notebooks.items()):
            assignment = job.names[file]
            if assignment in job.wanted:
                job.decide(assignment, student, notebooks)
    for where, why in job.done.refused:
        job.line(f"needs you  {where}: {why}")
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
            self.line(f"older      {notebook.where} ({notebook.time} UTC): {newest.where} counts")
        if newest.digest == self.collected[target]:
            self.done.unchanged.append(label)
            self.line(f"unchanged  {label}")
            self.ask_when(label, target, newest)
            return
        before, _ = read_timestamp(target.parent, self.zone)
        if target.is_file() and before is not None and newest.time < before:
            self.done.unchanged.append(label)
            self.line(
                f"unchanged  {label}: what is there ({before} UTC) is newer than {newest.where}"
            )
            return
        try:
            _put(self.waiting / newest.digest, target, newest)
        except HandInError as error:
            self.done.refused.append((newest.where, str(error)))
            return
        self.done.new.append(label)
        self.line(f"collected  {label} <- {newest.where} ({newest.time} UTC)")
        self.ask_when(label, target, newest)

    def ask_when(self, label: str, target: Path, newest: InboxNotebook) -> None:
        """Ask for the time of a late hand-in, again in each run until somebody has written it."""
        if not newest.late:
            return
        written, _ = read_timestamp(target.parent, self.zone)
        if written in (None, newest.time):
            stamp = (target.parent / "timestamp.txt").relative_to(self.root).as_posix()
            self.line(
                f"look at    {label}: the platform marks it LATE and does not say when it came; "
                f"look that up, and write it, as 2030-01-31 23:30+01:00, to {stamp}"
            )


def _digest(path: Path) -> str:
    """SHA-256 of a collected notebook; nothing if there is none that can be read."""
    try:
        return hashlib.sha256(read_regular(path)).hexdigest()
    except HandInError:
        return ""


def _put(content: Path, target: Path, notebook: InboxNotebook) -> None:
    """Replace the folder of a submission by one with the notebook and its time.

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
    write_timestamp(new, notebook.time)
    if folder.exists():
        os.replace(folder, old)
    os.replace(new, folder)
    if old.exists():
        shutil.rmtree(old)
