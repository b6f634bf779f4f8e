"""Where files that go back are written: over nothing but what was written here before."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from nmautils.course.plain import CONFIG_FILE, folders_of
from nmautils.course.releases import FILE_NAME as RELEASES_FILE
from nmautils.course.settings import FILE_NAME as COURSE_FILE
from nmautils.errors import UsageError
from nmautils.grading.record.records import write_atomically
from nmautils.grading.safe.text import printable
from nmautils.people.arrangements import FILE_NAME as ARRANGEMENTS_FILE
from nmautils.people.collected import COLLECTED_FILE
from nmautils.people.roster import FILE_NAME as ROSTER_FILE

__all__ = ["check_place", "write_there"]

GRADEBOOK = "gradebook.db"
OF_THE_COURSE = (
    GRADEBOOK,
    COURSE_FILE,
    CONFIG_FILE,
    ROSTER_FILE,
    ARRANGEMENTS_FILE,
    COLLECTED_FILE,
    RELEASES_FILE,
)
DATABASE = b"SQLite format 3\0"  # how a gradebook begins, whatever its name


def check_place(root: Path, path: Path, template: Path | None = None, force: bool = False) -> None:
    """See that nothing is lost if a file is written to this place.

    Parameters
    ----------
    root : Path
        Folder of the course.
    path : Path
        Where to write.
    template : Path or None
        The file that is filled in, which stays as it is.
    force : bool
        Whether a file may be replaced that was not written here. The template and the files of the
        course are never replaced.

    Raises
    ------
    UsageError
        In one line.
    """
    root, there = root.resolve(), path.resolve()
    said = printable(str(path))
    if there.is_dir():
        raise UsageError(f"{said} is a folder: say a file in it")
    above = next((p for p in there.parents if p.exists() or p.is_symlink()), there.parent)
    if not above.is_dir():
        raise UsageError(f"{printable(str(above))} is a file, no folder: write somewhere else")
    if template is not None and _is_one(there, template.resolve()):
        raise UsageError(f"{said} is the file you downloaded, which stays as it is: {_ELSEWHERE}")
    if _is_of_the_course(root, there):
        raise UsageError(f"{said} is of the course itself, so nothing is written: {_ELSEWHERE}")
    if there.exists() and not force and _read_notes(root).get(_key(root, there)) != _digest(there):
        raise UsageError(
            f"{said} is there, and is not as it was written here: {_ELSEWHERE}, or replace it with "
            "--force"
        )


_ELSEWHERE = "say another file by --to"


def write_there(root: Path, path: Path, content: bytes) -> None:
    """Write a file to a place that was checked, and remember that it was written here."""
    there = path.resolve()
    write_atomically(there, content)
    notes = _read_notes(root)
    notes[_key(root.resolve(), there)] = hashlib.sha256(content).hexdigest()
    text = json.dumps(notes, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(_notes_path(root), text.encode(errors="surrogatepass"))


def _is_one(path: Path, other: Path) -> bool:
    """Tell whether two paths are one file, be it by a link or on a disk that ignores case."""
    with suppress(OSError):
        return path.samefile(other)
    return path == other


def _is_of_the_course(root: Path, path: Path) -> bool:
    if any(_is_one(path, root / name) for name in OF_THE_COURSE):
        return True
    with suppress(OSError), path.open("rb") as file:
        if file.read(len(DATABASE)) == DATABASE:
            return True
    folders = folders_of(root)
    kept = (folders.source, folders.release, folders.submitted, folders.autograded)
    if any(path.is_relative_to(folder.resolve()) for folder in (*kept, folders.feedback)):
        return True
    if not path.is_relative_to(root):
        return False
    first, *below = path.relative_to(root).parts
    # A name that is not taken yet is one of the course's too: it would be read as such.
    names = [] if below else list(OF_THE_COURSE)
    return first.startswith(".") or first.casefold() in names


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


# --- what was written ----------------------------------------------------------------------------


def _notes_path(root: Path) -> Path:
    return root / ".nmautils" / "handback.json"


def _key(root: Path, path: Path) -> str:
    """Give a name for a file that stays if the course is moved."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _read_notes(root: Path) -> dict[str, str]:
    """Give the digests of what was written, by file; a damaged note counts as none."""
    with suppress(OSError, ValueError):
        notes = json.loads(_notes_path(root).read_bytes())
        if isinstance(notes, dict):
            return {str(name): str(digest) for name, digest in notes.items()}
    return {}
