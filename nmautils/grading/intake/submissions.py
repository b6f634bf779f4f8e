"""What stands in ``submitted/``: whose hand-ins, of which assignment, and when they came."""

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone, tzinfo
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from nmautils.course.plain import folders_of
from nmautils.errors import HandInError
from nmautils.grading.model.limits import FOLDERS_NESTED, HAND_IN_FILES, TIMESTAMP_BYTES
from nmautils.grading.model.names import folder_and_notebook, released_names
from nmautils.grading.safe.text import printable

from .cell_names import names_in
from .content import may_be_notebook
from .files import NOTEBOOK_ENDINGS, read_head, read_regular
from .read import read_notebook
from .times import Calendar
from .timestamps import FORMAT, parse_time, parse_utc

__all__ = [
    "HandIn",
    "can_be_an_id",
    "find_hand_ins",
    "folders_with",
    "parse_utc",
    "read_timestamp",
    "submitted_path",
    "write_timestamp",
    "zone_of",
]


@dataclass(frozen=True)
class HandIn:
    """What one student handed in for an assignment, as it stands in ``submitted/``.

    Attributes
    ----------
    student, assignment : str
        Whose and of which.
    path : Path or None
        The notebook; None if there is none that can be taken.
    timestamp : datetime or None
        When it was handed in, in UTC without a zone, if that is known.
    note : str
        What was found out about it, in a few words; mostly empty.
    problem : str
        Why a person should look, though it can be graded; mostly empty.
    refused : str
        Why nothing can be taken; empty if `path` is there.
    """

    student: str
    assignment: str
    path: Path | None
    timestamp: datetime | None = None
    note: str = ""
    problem: str = ""
    refused: str = ""

    def read(self) -> bytes:
        """Read the notebook.

        Raises
        ------
        HandInError
            If there is nothing that can be read; one line on why.
        """
        if self.path is None:
            raise HandInError(self.refused)
        return read_regular(self.path)


def submitted_path(root: Path, assignment: str, student: str) -> Path:
    """Where nbgrader looks for a hand-in."""
    folder, notebook = folder_and_notebook(assignment)
    return folders_of(root).submitted / student / folder / f"{notebook}.ipynb"


def write_timestamp(folder: Path, time: datetime) -> None:
    """Write when something was handed in, in UTC, as ``nbgrader zip_collect`` writes it.

    The offset is written too: a time without one is in the zone of the course.
    """
    moment = time.replace(tzinfo=timezone.utc)
    (folder / "timestamp.txt").write_text(moment.isoformat(" "), encoding="utf-8")


def zone_of(root: Path) -> tzinfo | None:
    """Give the zone of times that name none: the course's, else nbgrader's, which is UTC."""
    return Calendar.of(root).zone


def read_timestamp(folder: Path, zone: tzinfo | None = None) -> tuple[datetime | None, str]:
    """Read when something was handed in, and what is wrong with the file that says so.

    A time that names no zone is in `zone`, by default in UTC.
    """
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return None, ""
    try:
        return parse_time(read_regular(path, TIMESTAMP_BYTES).decode().strip(), zone), ""
    except (ValueError, OverflowError) as error:
        why = printable(str(error))
        return None, (
            f"timestamp.txt says no time ({why}): a time that was saved before still counts, and "
            f"without one lateness is not counted; write {FORMAT}"
        )


def find_hand_ins(
    root: Path, assignment: str, release: NotebookNode, student: str | None = None
) -> list[HandIn]:
    """Look through ``submitted/`` for an assignment, in the order of the students' ids.

    Links are refused, not followed: a folder may have come out of an archive.

    Parameters
    ----------
    root : Path
        Folder of the course.
    assignment : str
        Which.
    release : NotebookNode
        Its student version, by which a renamed file is recognised.
    student : str, optional
        Whose to look at; by default those of all.
    """
    own, plain = folder_and_notebook(assignment)[0], folders_of(root).plain
    others = {
        f"{notebook}.ipynb"
        for name in released_names(root)
        for its_folder, notebook in [folder_and_notebook(name)]
        if its_folder == own and name != assignment
    }
    texts = {cell.source.strip() for cell in release.cells}
    released = _Released(names_in(release), texts, others, zone_of(root))
    found = []
    for path in folders_with(root, assignment):
        if student not in (None, path.name):
            continue
        if path.is_symlink():
            found.append(_refuse(path.name, assignment, f"submitted/{path.name} is a link"))
        else:
            hand_in = _look(path / own, path.name, assignment, released)
            found.append(_with_own_modules(hand_in, path / own, root) if plain else hand_in)
    return found


def folders_with(root: Path, assignment: str) -> list[Path]:
    """Folders of the students who handed in something for an assignment, in the order of names."""
    submitted, own = folders_of(root).submitted, folder_and_notebook(assignment)[0]
    if not submitted.is_dir():
        return []
    found = (path for path in submitted.iterdir() if not path.name.startswith("."))
    return sorted((path for path in found if os.path.lexists(path / own)), key=lambda p: p.name)


def can_be_an_id(student: str) -> bool:
    """Tell whether a folder's name can stand in the gradebook.

    nbgrader makes no feedback for anybody if there is a line break in one name.
    """
    try:
        student.encode()
    except UnicodeEncodeError:
        return False
    return all(letter >= " " and letter != "\x7f" for letter in student)


def _with_own_modules(hand_in: HandIn, folder: Path, root: Path) -> HandIn:
    """Have a person look where a notebook may import what its student handed in beside it."""
    released = folders_of(root).release / folder.name
    own = [
        printable(path.name)
        for path in sorted(folder.glob("*.py"))
        if not (released / path.name).exists()
    ]
    if not own:
        return hand_in
    why = f"handed in with {', '.join(own)}, which is not used"
    return replace(hand_in, problem="; ".join(filter(None, [hand_in.problem, why])))


def _refuse(student: str, assignment: str, why: str) -> HandIn:
    return HandIn(student, assignment, None, refused=why)


@dataclass(frozen=True)
class _Released:
    """By what a notebook of this assignment is known.

    Parameters
    ----------
    names, texts : set of str
        The names of its cells, and their texts.
    others : collection of str
        Files in the same folder that are other assignments.
    zone : tzinfo, optional
        Where a time without a zone was written.
    """

    names: set[str]
    texts: set[str]
    others: Collection[str] = ()
    zone: tzinfo | None = None


def _look(folder: Path, student: str, assignment: str, released: _Released) -> HandIn:
    if not can_be_an_id(student):
        why = "the name of the folder is no text, or holds a line break or the like: rename it"
        return _refuse(student, assignment, why)
    if not stat.S_ISDIR(folder.lstat().st_mode):
        return _refuse(student, assignment, f"{folder.name} is a link or a file, not a folder")
    timestamp, problem = read_timestamp(folder, released.zone)
    path = folder / f"{folder_and_notebook(assignment)[1]}.ipynb"
    if os.path.lexists(path):
        beside = _left_beside(folder, path, released)
        problem = "; ".join(filter(None, [problem, beside]))
        return HandIn(student, assignment, path, timestamp, "", problem)
    try:
        path = _renamed(folder, path.name, released)
    except HandInError as error:
        return HandIn(student, assignment, None, timestamp, refused=str(error))
    place = path.relative_to(folder).as_posix()
    return HandIn(student, assignment, path, timestamp, f"found as {printable(place)}", problem)


def _left_beside(folder: Path, path: Path, released: _Released) -> str:
    """Say where another notebook holds work while the one that counts is as it was released."""
    try:
        others = [
            other
            for other in _files(folder)
            if other.name.lower().endswith(NOTEBOOK_ENDINGS)
            and other != path
            and other.name not in released.others
        ]
        if not others or _is_worked_on(path, released):
            return ""
        worked_on = [other for other in others if _is_worked_on(other, released)]
    except HandInError:
        return ""
    names = ", ".join(printable(other.relative_to(folder).as_posix()) for other in worked_on)
    return names and f"{path.name} is as it was released, but {names} is not: which one counts?"


def _is_worked_on(path: Path, released: _Released) -> bool:
    """Tell whether a notebook of this assignment holds anything that the release does not."""
    try:
        notebook = read_notebook(read_regular(path))
    except HandInError:
        return True
    return any(cell.source.strip() not in released.texts | {""} for cell in notebook.cells)


def _renamed(folder: Path, wanted: str, released: _Released) -> Path:
    """Find the notebook under another name or deeper in: the one with most cells of the release."""
    candidates = [
        path for path in _files(folder) if path.name not in released.others and _is_candidate(path)
    ]
    if not candidates:
        raise HandInError("no notebook in the folder")
    if len(candidates) > 1:
        candidates = _most_shared(candidates, released)
    if len(candidates) > 1:
        listed = ", ".join(printable(path.relative_to(folder).as_posix()) for path in candidates)
        raise HandInError(f"several notebooks ({listed}): leave one, called {wanted}")
    return candidates[0]


def _files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Go through the regular files of a hand-in, in the order of names; no link is followed."""
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    if len(entries) > HAND_IN_FILES:
        raise HandInError(f"more than {HAND_IN_FILES} files in {printable(folder.name)}")
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() == "__macosx":
            continue
        if entry.is_dir(follow_symlinks=False) and depth < FOLDERS_NESTED:
            yield from _files(Path(entry.path), depth + 1)
        elif entry.is_file(follow_symlinks=False) or entry.name.lower().endswith(NOTEBOOK_ENDINGS):
            yield Path(entry.path)


def _is_candidate(path: Path) -> bool:
    if path.name.lower().endswith(NOTEBOOK_ENDINGS):
        return True
    try:
        return may_be_notebook(read_head(path))
    except HandInError:
        return False


def _most_shared(candidates: list[Path], released: _Released) -> list[Path]:
    """Find the readable notebooks that share most cells with the release."""
    best: list[Path] = []
    most = (-1, -1)
    for path in candidates:
        try:
            notebook = read_notebook(read_regular(path))
        except HandInError:
            continue
        # A tool may have taken all names; the texts are there still.
        texts = {cell.source.strip() for cell in notebook.cells}
        count = (len(names_in(notebook) & released.names), len(texts & released.texts))
        count = (count[0], 0 if count[0] else count[1])
        if count >= most:
            best = [*best, path] if count == most else [path]
            most = count
    return best or candidates
