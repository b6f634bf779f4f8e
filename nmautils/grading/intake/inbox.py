"""Read the inbox: whose is each notebook, of which assignment, and when it was handed in."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from nmautils.errors import HandInError

from .cell_names import CellNames
from .filenames import UnknownAssignment, parse_name
from .files import find_files
from .found import Found
from .lms import OF_NO_STUDENT, is_typed
from .owners import Owner
from .read import read_notebook
from .survey import Key, Survey
from .times import Calendar, Times, are_of_download
from .versions import InboxNotebook, newest_of, version_of
from .who import People

__all__ = ["Inbox", "InboxNotebook", "newest_of", "read_inbox"]

NO_TIMES = (
    "all of its times lie within minutes, so they are those of the download: nobody is late by "
    "them; if a list says when, use `nmautils collect --times FILE`"
)


@dataclass
class Inbox:
    """What lies in an inbox.

    Attributes
    ----------
    notebooks : dict
        Of each (assignment, student), every notebook that was found.
    refused : list of (str, str)
        Place and reason of everything that needs a person.
    lines : list of str
        What was recognised as a whole, a line each.
    marks : dict of str to str
        Of places that were refused, by what their files are known again.
    """

    notebooks: dict[tuple[str, str], list[InboxNotebook]] = field(
        default_factory=lambda: defaultdict(list)
    )
    refused: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)


def read_inbox(
    folder: Path,
    root: Path,
    known: Collection[str],
    keep: Callable[[InboxNotebook, bytes], None],
    people: People | None = None,
    times: Times | None = None,
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
    people : People, optional
        Who is in the course; read from `root` by default.
    times : Times, optional
        What a list says of when hand-ins came.
    """
    reader = _Reader(root, known, people or People(root), times or Times())
    for found in find_files(folder, reader.refuse, look=reader.survey):
        reader.take(found, keep)
    return reader.finish()


def _source_of(notebook: InboxNotebook) -> tuple[str, ...]:
    """Give what was downloaded at once: an archive, or all of a platform that was unpacked here."""
    form = notebook.owner.form
    return notebook.source or ((f"all of {form.platform} in the inbox",) if form else ())


@dataclass(frozen=True)
class _Other:
    """A file that is no hand-in by itself; `of` is whose it surely is."""

    found: Found
    why: str
    of: Key | None
    is_notebook: bool


class _Reader:
    """Reads one inbox."""

    def __init__(self, root: Path, known: Collection[str], people: People, times: Times) -> None:
        self.inbox = Inbox()
        self.people = people
        self.times = times
        self.calendar = Calendar.of(root)
        self.cells = CellNames(root, known)
        self.survey = Survey(known, people.known, self.refuse)
        self.notebooks: list[tuple[Key | None, InboxNotebook]] = []
        self.others: list[_Other] = []
        self.said: set[tuple[Key, str]] = set()
        self.spoken_for: set[Key] = set()  # whose notebooks were found, sound or not

    def refuse(self, where: str, why: str) -> None:
        """Note what needs a person: of one student the same reason once."""
        key = self.survey.key_of(tuple(where.split("/")))
        if key:
            self.spoken_for.add(key)
            kind = why.partition(" (")[0]  # what is in brackets is another for each file
            if (key, kind) in self.said:
                return
            self.said.add((key, kind))
        self.inbox.refused.append((where, why))

    def take(self, found: Found, keep: Callable[[InboxNotebook, bytes], None]) -> None:
        """Read one file."""
        of = self.survey.key_of(found.parts)
        if found.mark:
            self.inbox.marks[found.where] = found.mark
        if found.raw is None:
            what = f" ({found.what})" if found.what else ""
            why = f"not a notebook{what}: ask for the .ipynb file"
            self.others.append(_Other(found, why, of, False))
            return
        try:
            notebook = self._recognise(found, found.raw)
        except UnknownAssignment as error:
            self.others.append(_Other(found, str(error), of, True))
            return
        except HandInError as error:
            self.refuse(found.where, str(error))
            return
        if of:
            self.spoken_for.add(of)
        keep(notebook, found.raw)
        self.notebooks.append((of, notebook))

    def _recognise(self, found: Found, raw: bytes) -> InboxNotebook:
        """Find out whose notebook a file is, of which assignment, and when it was handed in."""
        broken, by_content = "", ""
        try:
            by_content = self.cells.assignment_of(read_notebook(raw))
        except HandInError as error:
            broken = str(error)
        try:
            owner = self.survey.owner_of(found.parts)
            name = parse_name(found.parts, self.cells.names, owner, by_content, self.people.known)
            student = self.people.student_of(name.owner)
        except HandInError as error:
            if not broken:
                raise
            raise HandInError(f"{broken}; moreover {error}") from None
        if broken:
            raise HandInError(f"{broken}; ask {student} for the .ipynb file again")
        time, clock = self.calendar.time_of(name, found)
        if said := self.times.of(name.owner, student, name.assignment):
            time, clock = said, "platform"
        level, parts = name.level, found.parts
        source = self.survey.source_of(parts)
        of_platform = bool(name.owner.form or name.owner.platform)
        last = name.owner.rest if level == len(parts) - 1 and name.owner.rest else parts[-1]
        return InboxNotebook(
            where=found.where,
            student=student,
            assignment=name.assignment,
            account=name.account,
            time=time,
            outside=self.calendar.in_utc(found.time_below(level), name.assignment),
            packed=self.calendar.in_utc(found.time, name.assignment),
            digest=hashlib.sha256(raw).hexdigest(),
            late=name.late,
            in_shared_folder=level == len(parts) - 1,
            clock=clock,
            owner=name.owner,
            source=source,
            of_many=source in self.survey.layouts and self.survey.layouts[source].people > 1,
            entry=self.survey.entry_of(parts, level) if of_platform else "",
            version=version_of(parts[level + 1 : -1] if of_platform else parts[:-1], last),
            dates_inside=name.dates_inside,
        )

    def finish(self) -> Inbox:
        """Say what needs a person, once all is known."""
        inbox = self.inbox
        inbox.lines = self.survey.lines
        kept = [note for of, note in self.notebooks if of not in self.survey.exhausted]
        for notebook in self._with_clocks(kept):
            inbox.notebooks[notebook.assignment, notebook.student].append(notebook)
        self._refuse_namesakes()
        self._tell_of_others()
        return inbox

    def _with_clocks(self, notebooks: list[InboxNotebook]) -> list[InboxNotebook]:
        """Find archives whose times are those of the download."""
        by_source = defaultdict[tuple[str, ...], list[InboxNotebook]](list)
        for notebook in notebooks:
            if not notebook.owner.time and notebook.late is None and _source_of(notebook):
                by_source[_source_of(notebook)].append(notebook)
        downloads = set()
        for source, some in by_source.items():
            several = len({notebook.student for notebook in some}) > 1
            without = any(notebook.clock != "platform" for notebook in some)
            if several and without and are_of_download(notebook.outside for notebook in some):
                downloads.add(source)
                self.inbox.lines.append(f"no times   {'/'.join(source)}: {NO_TIMES}")
        return [
            replace(notebook, clock="download")
            if _source_of(notebook) in downloads and notebook.clock in ("packed", "file")
            else notebook
            for notebook in notebooks
        ]

    def _refuse_namesakes(self) -> None:
        """Ask about people of one name whom a platform knows by several numbers."""
        owners = defaultdict[str, list[tuple[str, Owner]]](list)
        for (assignment, student), notebooks in self.inbox.notebooks.items():
            owners[student] += [(assignment, notebook.owner) for notebook in notebooks]
        for (assignment, student), notebooks in list(self.inbox.notebooks.items()):
            try:
                self.people.check_namesakes(student, assignment, owners[student])
            except HandInError as error:
                places = ", ".join(notebook.where for notebook in notebooks)
                self.inbox.refused.append((places, str(error)))
                del self.inbox.notebooks[assignment, student]

    def _tell_of_others(self) -> None:
        """Name the files that may stand for a hand-in: those of who has handed in nothing else.

        What lies beside somebody's notebook, their own notebooks, pictures and data, needs nobody.
        Nor do a platform's own pages. Of a file that is nobody's for sure, a person is told.
        """
        silent = set(self.spoken_for)
        # What was typed into the platform's page says less than a file.
        for other in sorted(
            self.others, key=lambda o: (not o.is_notebook, is_typed(o.found.parts[-1]))
        ):
            parts = other.found.parts
            if other.of is None and not other.is_notebook and OF_NO_STUDENT.fullmatch(parts[-1]):
                continue
            if other.of in silent and (not other.is_notebook or other.of in self.spoken_for):
                continue
            if other.of:
                silent.add(other.of)
            self.inbox.refused.append((other.found.where, other.why))
