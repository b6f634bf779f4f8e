"""What stands in ``submitted/``: whose, of which assignment, when; and its bytes, read warily."""

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import parse_utc

from .files import NOTEBOOK_ENDINGS, read_regular
from .read import read_notebook

__all__ = ["HandIn", "find_hand_ins", "known_assignments", "read_timestamp", "submitted_path"]


@dataclass(frozen=True)
class HandIn:
    """One student's folder for an assignment.

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
        ValueError
            If there is nothing that can be read: one line on why.
        """
        if self.path is None:
            raise ValueError(self.refused)
        return read_regular(self.path)


def known_assignments(root: Path) -> set[str]:
    """Names of the assignments that have a released notebook."""
    return {
        path.parent.name for path in root.glob("release/*/*.ipynb") if path.stem == path.parent.name
    }


def submitted_path(root: Path, assignment: str, student: str) -> Path:
    """Where nbgrader looks for a hand-in."""
    return root / "submitted" / student / assignment / f"{assignment}.ipynb"


def read_timestamp(folder: Path) -> tuple[datetime | None, str]:
    """Read when something was handed in, and what is wrong with what says so, if anything is."""
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return None, ""
    try:
        return parse_utc(read_regular(path, 1000).decode().strip()), ""
    except (ValueError, OverflowError) as error:
        return None, f"timestamp.txt says no time ({error}), so lateness is not counted"


def find_hand_ins(root: Path, assignment: str, release: NotebookNode) -> list[HandIn]:
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
    """
    folder = root / "submitted"
    if not folder.is_dir():
        return []
    names = _names(release)
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_symlink():
            if os.path.lexists(path / assignment):
                found.append(_refuse(entry.name, assignment, f"submitted/{entry.name} is a link"))
        elif entry.is_dir() and os.path.lexists(path / assignment):
            found.append(_look(path / assignment, entry.name, assignment, names))
    return found


def _refuse(student: str, assignment: str, why: str) -> HandIn:
    return HandIn(student, assignment, None, refused=why)


def _look(folder: Path, student: str, assignment: str, names: Collection[str]) -> HandIn:
    try:
        student.encode()
    except UnicodeEncodeError:
        return _refuse(student, assignment, "the name of the folder is no text: rename it")
    if not stat.S_ISDIR(folder.lstat().st_mode):
        return _refuse(student, assignment, f"{folder.name} is a link or a file, not a folder")
    timestamp, problem = read_timestamp(folder)
    note = ""
    path = folder / f"{assignment}.ipynb"
    if not os.path.lexists(path):
        path, why = _renamed(folder, names)
        if path is None:
            return HandIn(student, assignment, None, timestamp, refused=why)
        note = f"found as {path.name}"
    return HandIn(student, assignment, path, timestamp, note, problem)


def _renamed(folder: Path, names: Collection[str]) -> tuple[Path | None, str]:
    """Find the notebook under another name: the one with most cells of the release in it."""
    candidates = sorted(
        Path(entry.path)
        for entry in os.scandir(folder)
        if entry.name.lower().endswith(NOTEBOOK_ENDINGS) and not entry.name.startswith(".")
    )
    if not candidates:
        return None, "no notebook in the folder"
    shared = {path: _shared(path, names) for path in candidates}
    best = [path for path in candidates if shared[path] == max(shared.values())]
    if len(best) > 1:
        listed = ", ".join(path.name for path in best)
        return None, f"several notebooks ({listed}): leave one, called {folder.name}.ipynb"
    return best[0], ""


def _names(notebook: NotebookNode) -> set[str]:
    grade_ids = (cell.metadata.get("nbgrader") for cell in notebook.cells)
    named = {str(entry.get("grade_id")) for entry in grade_ids if isinstance(entry, dict)}
    return named | {cell.id for cell in notebook.cells}


def _shared(path: Path, names: Collection[str]) -> int:
    try:
        return len(_names(read_notebook(read_regular(path))).intersection(names))
    except ValueError:
        return -1
