"""What students were given, and when: so that a hand-in of an older release is known as one.

``releases.csv`` beside ``course.toml`` says what each release changed: a line for each cell that
was new or other than before, with the hash of its text, and one without a hash for each cell that
was taken out. Hand-ins come weeks after a test was mended, and are graded on other machines, so
the file belongs under source control like ``release/``. Everything in it follows from what
students got: no hidden test, no answer.
"""

import csv
import hashlib
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from nmautils.cells import Kind, grade_id_of, kind_of
from nmautils.errors import CourseError

if TYPE_CHECKING:  # commands that only name the file start without it
    from nbformat import NotebookNode

__all__ = ["FILE_NAME", "Change", "changes_before", "hash_of", "remember_release", "replayed"]

FILE_NAME = "releases.csv"
COLUMNS = ("assignment", "released", "cell", "kind", "hash")
HASH_DIGITS = 16


@dataclass(frozen=True)
class Change:
    """What a release changed in one cell.

    Parameters
    ----------
    released : str
        When, in ISO's form with the offset of the course's zone.
    cell : str
        Grade id, or the cell's id if it has none.
    kind : str
        Of the cell, see `nmautils.cells.Kind`.
    hash : str
        Of its text; empty if the cell was taken out.
    """

    released: str
    cell: str
    kind: str
    hash: str


# Kind and hash of each cell of a release.
Cells = dict[str, tuple[str, str]]


def hash_of(text: str) -> str:
    """Give the hash of a cell's text, to which line ends and indents make no difference."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:HASH_DIGITS]


def remember_release(
    root: str | Path,
    assignment: str,
    notebook: "NotebookNode",
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> bool:
    """Note a release, unless it is the last one that was noted.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignment : str
        Name of the assignment.
    notebook : NotebookNode
        The student version.
    zone : tzinfo, optional
        Whose date the release gets; without one that of UTC.
    now : datetime, optional
        When it is released, if not now.

    Returns
    -------
    bool
        Whether something was written.
    """
    path = Path(root) / FILE_NAME
    known = _read(path)
    last: Cells = {}
    moment = now or datetime.now(timezone.utc)
    for when, cells in replayed(known.get(assignment, [])):
        # Also if the clock of another machine was ahead, the order of releases stays.
        moment, last = max(moment, _moment(when) + timedelta(seconds=1)), cells
    when = moment.astimezone(zone or timezone.utc).isoformat(timespec="seconds")
    cells = _cells(notebook)
    new = [
        Change(when, cell, kind, digest)
        for cell, (kind, digest) in cells.items()
        if last.get(cell) != (kind, digest)
    ]
    new += [Change(when, cell, kind, "") for cell, (kind, _) in last.items() if cell not in cells]
    if not new:
        return False
    known[assignment] = [*known.get(assignment, []), *new]
    _write(path, known)
    return True


def changes_before(
    root: str | Path, assignment: str, notebook: "NotebookNode"
) -> tuple[Change, ...]:
    """Read what is known of the releases before that of now, the oldest first.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignment : str
        Name of the assignment.
    notebook : NotebookNode
        The student version of now. Whether it has been noted makes no difference.
    """
    changes = _read(Path(root) / FILE_NAME).get(assignment, [])
    releases = replayed(changes)
    if releases and releases[-1][1] == _cells(notebook):
        changes = [change for change in changes if change.released != releases[-1][0]]
    return tuple(changes)


def replayed(changes: Iterable[Change]) -> list[tuple[str, Cells]]:
    """Give each release as it was: its time, and all of its cells."""
    releases: list[tuple[str, Cells]] = []
    for change in changes:
        if not releases or releases[-1][0] != change.released:
            releases.append((change.released, dict(releases[-1][1]) if releases else {}))
        if change.hash:
            releases[-1][1][change.cell] = change.kind, change.hash
        else:
            releases[-1][1].pop(change.cell, None)
    return releases


def _cells(notebook: "NotebookNode") -> Cells:
    """Give kind and hash of each cell that says something."""
    return {
        grade_id_of(cell) or cell["id"]: (kind_of(cell).value, hash_of(cell.source))
        for cell in notebook.cells
        if cell.source.strip()
    }


def _read(path: Path) -> dict[str, list[Change]]:
    """Read the whole file: changes by assignment, the oldest first."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8; take it from source control") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    known: dict[str, list[Change]] = {}
    try:
        for number, row in enumerate(reader):
            if number and row:
                assignment, *rest = row
                known.setdefault(assignment, []).append(_checked(Change(*rest)))
            elif row and tuple(row) != COLUMNS:
                raise ValueError(f"the columns are not {', '.join(COLUMNS)}")
    except (csv.Error, TypeError, ValueError) as error:
        # What a merge leaves behind, too: then the lines of both sides are right.
        why = "not five cells" if isinstance(error, TypeError) else error
        raise CourseError(
            f"{path}, line {reader.line_num}: {why}; keep the lines as nmautils wrote them"
        ) from None
    for changes in known.values():
        changes.sort(key=lambda change: _moment(change.released))
    return known


def _checked(change: Change) -> Change:
    _moment(change.released)
    Kind(change.kind)
    return change


def _moment(released: str) -> datetime:
    moment = datetime.fromisoformat(released)
    # In every zone, and a second later, it has to be a time too.
    if not datetime.min.year < moment.year < datetime.max.year:
        raise ValueError(f"{released} is at an end of the calendar")
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _write(path: Path, known: dict[str, list[Change]]) -> None:
    """Replace the file as a whole, or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    names = [field.name for field in fields(Change)]
    for assignment in sorted(known):
        for change in known[assignment]:
            writer.writerow([assignment, *(getattr(change, name) for name in names)])
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text.getvalue(), encoding="utf-8", newline="")
    os.replace(temporary, path)
