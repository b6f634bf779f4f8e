"""What has been graded: a file per hand-in, below ``.nmautils/graded`` of the course.

A record is written before anything else is changed. So a run that was ended in the middle goes
on from the records, and whoever handed in the same bytes again is not graded again.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from nmautils.errors import GradingBusy
from nmautils.grading.model.limits import RECORD_NAME_CHARACTERS
from nmautils.grading.model.results import Graded, OtherFormat

if TYPE_CHECKING:
    from nmautils.grading.model.assignment import Bundle

__all__ = [
    "grading_lock",
    "is_current",
    "left_out",
    "read_record",
    "read_records",
    "record_path",
    "seed_for",
    "write_atomically",
    "write_record",
]

FOLDER = ".nmautils"

Warn = Callable[[str], None]


def record_path(root: str | Path, assignment: str, student: str) -> Path:
    """Give the path of a hand-in's record.

    A student id is any name that a folder can have. What is not a plain letter, digit or
    ``.-_~@`` stands there as ``%`` and its number, and a very long name is cut and numbered, so
    that two students never share a file.
    """
    name = quote(student, safe="@")
    if len(name) > RECORD_NAME_CHARACTERS:
        # No quoted name has this sign after a %, so it cannot be anybody else's.
        name = (
            f"{name[:RECORD_NAME_CHARACTERS]}%~{hashlib.sha256(student.encode()).hexdigest()[:16]}"
        )
    return Path(root) / FOLDER / "graded" / assignment / f"{name}.json"


def write_record(root: str | Path, graded: Graded) -> Path:
    """Keep the result of a grading; it is on the disk when this returns."""
    path = record_path(root, graded.assignment, graded.student)
    write_atomically(path, graded.to_json().encode())
    return path


def read_record(
    root: str | Path, assignment: str, student: str, warn: Warn = lambda line: None
) -> Graded | None:
    """Read what was graded.

    Parameters
    ----------
    root : str or Path
        Folder of the course.
    assignment, student : str
        Which and whose.
    warn : callable
        Takes one line about a file that is no record of this hand-in.

    Returns
    -------
    Graded or None
        None if nothing was graded yet, or if the file there is damaged, was written by another
        version of `nmautils`, or is of something else.
    """
    path = record_path(root, assignment, student)
    graded = _read(path, warn)
    if graded and (graded.assignment, graded.student) != (assignment, student):
        warn(f"{path} is of {graded.student}/{graded.assignment}, so it is left aside")
        return None
    return graded


def read_records(
    root: str | Path, assignment: str, warn: Warn = lambda line: None
) -> Iterator[Graded]:
    """Read every record of an assignment, in the order of the files' names."""
    for path in _paths(root, assignment):
        graded = _read(path, warn)
        if graded and record_path(root, assignment, graded.student) == path:
            yield graded


def left_out(root: str | Path, assignment: str, read: Iterable[str]) -> list[str]:
    """Name the students whose record is there, but who are not among those that were read."""
    known = {record_path(root, assignment, student) for student in read}
    return [unquote(path.stem) for path in _paths(root, assignment) if path not in known]


def _paths(root: str | Path, assignment: str) -> list[Path]:
    return sorted((Path(root) / FOLDER / "graded" / assignment).glob("*.json"))


def _read(path: Path, warn: Warn) -> Graded | None:
    try:
        graded = Graded.from_json(path.read_text(encoding="utf-8"))
        _look_over(graded)
    except FileNotFoundError:
        return None
    except OtherFormat as error:
        warn(f"{path} was written by {error}, so `nmautils grade` grades it again")
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        line = f"{path} is no record ({type(error).__name__}), so `nmautils grade` grades it again"
        # `write_record` never leaves a part of a record, but a disk may.
        lost = isinstance(error, OSError) or _seed_in(path.read_bytes()) is None
        warn(f"{line}, with new inputs for its tests" if lost else line)
        return None
    return graded


def _look_over(graded: Graded) -> None:
    """Refuse values of the wrong kind, which would only be found when they are saved."""
    texts = [graded.student, graded.assignment, graded.submission, graded.notebook]
    texts += [graded.problem, graded.title, *(exercise.title for exercise in graded.exercises)]
    scores = [exercise.score for exercise in graded.exercises]
    if not all(isinstance(text, str) for text in texts) or type(graded.seed) is not int:
        raise TypeError("not the values of a record")
    if not all(isinstance(score, (int, float)) for score in scores):
        raise TypeError("a score that is no number")


def is_current(record: Graded | None, bundle: "Bundle", digest: str, full: bool = False) -> bool:
    """Tell whether a hand-in need not be graded again.

    Parameters
    ----------
    record : Graded or None
        Of the last grading.
    bundle : Bundle
        What it would be graded by.
    digest : str
        Of the file that was handed in, as `Submission.digest`.
    full : bool
        Whether demonstrations are to be run as well; who has run them need not do without.
    """
    return (
        record is not None
        and record.bundle == bundle.digest
        and record.submission == digest
        and (record.full or not full)
    )


def seed_for(root: str | Path, assignment: str, student: str, digest: str) -> int:
    """Choose the seed of a hand-in: a new one, unless this file was graded before.

    A record that another version of `nmautils` wrote still tells its seed, and so does one that
    was cut.
    """
    try:
        raw = record_path(root, assignment, student).read_bytes()
    except OSError:
        return secrets.randbits(32)
    kept = _seed_in(raw)
    return kept[0] if kept is not None and kept[1] == digest else secrets.randbits(32)


_HEAD = re.compile(rb'\A\{"seed": (\d{1,20}), "submission": "(\w{64})"')


def _seed_in(raw: bytes) -> tuple[int, str] | None:
    """Find in a record its seed, and what was graded with it."""
    if head := _HEAD.match(raw):
        return int(head[1]), head[2].decode()
    try:
        kept = json.loads(raw)
        return (kept["seed"], kept["submission"]) if type(kept["seed"]) is int else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def write_atomically(path: Path, content: bytes, mode: int = 0o600, sync: bool = True) -> None:
    """Write all of a file or nothing.

    Parameters
    ----------
    path : Path
        Replaced if it is there; its folder is made.
    content : bytes
        What to write.
    mode : int
        Permissions.
    sync : bool
        Whether to wait until it is on the disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # One writer at a time, so what a killed run left under this name is written over.
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
        if sync:
            file.flush()
            os.fsync(file.fileno())
    os.replace(temporary, path)


@contextmanager
def grading_lock(root: str | Path) -> Iterator[None]:
    """Hold the lock of a course: only who holds it writes marks.

    Raises
    ------
    GradingBusy
        If another process does so: one line that says which.
    """
    path = Path(root) / FOLDER / "grading.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="ascii", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read(20).strip() or "unknown"
            raise GradingBusy(
                f"this course is being graded by process {who}; try again when that has ended"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        # The file stays: to remove it would let two processes lock two files of one name.
        yield
