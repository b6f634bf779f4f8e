"""What lies where a course is published to: nothing there may hold answers or hidden tests.

Who can read a repository reads all of its commits. And what lies in a work tree beside the
published files goes along with the next commit that somebody makes there. So every file of both
is looked at, not only those that are written.
"""

import hashlib
import io
import json
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nmautils.course.build import load_notebook
from nmautils.course.git import blobs, is_shallow, is_work_tree, paths_of_all_commits, staged
from nmautils.course.plain import folders_of, is_plain
from nmautils.course.plain_contents import plain_secrets
from nmautils.course.settings import Settings
from nmautils.course.stamp import source_notebook
from nmautils.course.verify.leaks import secret_lines
from nmautils.errors import CourseError

__all__ = ["Secrets", "check_names", "check_target", "secrets_of", "work_tree_around"]

PRIVATE = frozenset({"source", "solutions"})
_ARCHIVES = (".whl", ".zip")
# What zipfile raises of an archive that is none, is damaged or has a password.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(RuntimeError, NotImplementedError, OSError, ValueError, EOFError),
)
_LARGEST = 64 * 1024 * 1024  # larger files are data


@dataclass
class Secrets:
    """The lines of a course that no student may see.

    Attributes
    ----------
    of : dict
        By the end of the path of a notebook, as ``tiny/tiny.ipynb``, its lines with what each
        belongs to.
    harmless : set of bytes
        Hashes of contents that are no secret wherever they lie: what is published itself.
    """

    of: dict[str, dict[str, str]]
    harmless: set[bytes] = field(default_factory=set)
    _seen: set[tuple[tuple[str, ...], str, int, bytes]] = field(default_factory=set)

    def allow(self, contents: Iterable[bytes]) -> None:
        """Note contents that are published, and so were searched already."""
        self.harmless |= {_hash(content) for content in contents}

    def found(self, name: str, content: bytes) -> tuple[str, str, str] | None:
        """Give the file, the line and its cell, if a file or one in an archive shows a secret."""
        # An assignment may well give what another one asks for.
        places = tuple(p for p in self.of if f"/{name}".endswith(f"/{p}")) or tuple(self.of)
        # Networks are written in few words: a line in common with an answer says nothing yet.
        needed = 2 if "nmautils" in PurePosixPath(name).parts[:-1] else 1
        key = places, PurePosixPath(name).suffix, needed, _hash(content)
        if key in self._seen:  # most files are the same in many commits
            return None
        lines, texts = _shown(name, content)
        held: dict[str, list[str]] = {}
        for place in places:
            for line, cell in self.of[place].items():
                if line in lines or any(line in text for text in texts):
                    held.setdefault(f"{place}, {cell}", []).append(line)
        for cell, some in held.items():
            if len(some) >= needed:
                return name, some[0], cell
        self._seen.add(key)
        return None


def secrets_of(settings: Settings) -> Secrets:
    """Read all that is secret in a course."""
    if not is_plain(settings.root):
        names = settings.written()
        return Secrets(
            {f"{n}/{n}.ipynb": secret_lines(source_notebook(settings, n)[1]) for n in names}
        )
    source = folders_of(settings.root).source
    return Secrets(
        {
            path.relative_to(source).as_posix(): plain_secrets(load_notebook(path))
            for path in sorted(source.glob("*/*.ipynb"))
        }
    )


def _shown(name: str, content: bytes) -> tuple[set[str], list[str]]:
    """Give the lines of code of a notebook, and the texts of it or of another file."""
    text = content.decode("utf-8", errors="replace")
    if not name.lower().endswith(".ipynb"):
        return set(), [text]
    try:
        cells = json.loads(text)["cells"]
        code = [_joined(cell) for cell in cells if cell["cell_type"] == "code"]
        texts = [_joined(cell) for cell in cells if cell["cell_type"] != "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return set(), [text]
    return {line.strip() for source in code for line in source.split("\n")}, texts


def _joined(cell: Mapping[str, str | list[str]]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def check_names(names: Iterable[str], advice: str) -> None:
    """Refuse files in a folder for answers and hidden tests.

    Raises
    ------
    CourseError
        In one line, with the first of them.
    """
    for name in names:
        _check_path(name, f"not published: {name}", advice)


def work_tree_around(folder: Path) -> Path | None:
    """Find the top of the work tree that a folder is or lies in; it may not be there yet."""
    return next((place for place in (folder, *folder.parents) if is_work_tree(place)), None)


def check_target(folder: Path, secrets: Secrets, shown: str) -> None:
    """Look through a folder, the work tree that it lies in, and all commits of its repository.

    Raises
    ------
    CourseError
        If a file lies in a folder of answers, or holds a line of an answer or of a hidden test;
        in one line, which says where.
    """
    top = work_tree_around(folder)
    if top is not None:
        shown = shown if top == folder else str(top)
        if is_shallow(top):
            raise CourseError(
                f"{shown}: not all commits of this repository are here to be searched; run "
                f"`git -C {shown} fetch --unshallow`, then publish again"
            )
        _check_commits(top, secrets, shown)
    top = top or folder
    for name in _files_in(top):
        where = f"{shown}/{name}" if top == folder else str(top / name)
        advice = "move that out of there, or publish to another place"
        _check_path(name, f"not published: {where}", advice)
        path = top / name
        try:
            content = b"" if path.is_symlink() else _read(path)
        except OSError as error:
            raise CourseError(f"{path} cannot be searched for answers: {error.strerror}") from None
        _check_content(name, content, secrets, f"not published: {where}", advice)


def _check_commits(top: Path, secrets: Secrets, shown: str) -> None:
    known = paths_of_all_commits(top)
    advice = "everybody reads that who may read the repository; publish to a new one"
    for (name, _), commit in known.items():
        if _is_private(name):
            raise CourseError(
                f"{shown}: a commit of this repository holds {name} ({commit}), in a folder for "
                f"answers and hidden tests; {advice}"
            )
    waiting = {key: "what is staged" for key in staged(top) if key not in known}
    for name, _ in waiting:
        _check_path(name, f"not published: {shown} has staged {name}, which", "unstage that first")
    names: dict[str, list[tuple[str, str]]] = {}
    for (name, blob), commit in {**known, **waiting}.items():
        names.setdefault(blob, []).append((name, commit))
    for blob, content in blobs(top, names, _LARGEST):
        for name, commit in names[blob]:
            start = f"{shown}: {name} in a commit of this repository ({commit})"
            _check_content(name, content, secrets, start, advice)


def _is_private(name: str) -> bool:
    return any(part.casefold() in PRIVATE for part in PurePosixPath(name).parts[:-1])


def _check_path(name: str, start: str, advice: str) -> None:
    if _is_private(name):
        raise CourseError(f"{start} lies in a folder for answers and hidden tests; {advice}")


def _check_content(name: str, content: bytes, secrets: Secrets, start: str, advice: str) -> None:
    if _hash(content) in secrets.harmless:
        return
    for inner, held in _opened(name, content):
        if inner != name:
            _check_path(inner, f"{start} holds {inner}, which", advice)
        if found := secrets.found(inner, held):
            inside = "" if inner == name else f" in {inner}"
            raise CourseError(
                f"{start} holds {found[1]!r}{inside}, of {found[2]}, which no student may see; "
                f"{advice}"
            )


def _opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a file, or the files in it if it is an archive."""
    if not name.lower().endswith(_ARCHIVES):
        yield name, content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.infolist():
                small = not each.is_dir() and each.file_size <= _LARGEST
                yield each.filename, archive.read(each) if small else b""
    except _DAMAGED:
        yield name, content


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    return content if len(content) <= _LARGEST else b""


def _refuse(error: OSError) -> None:
    raise CourseError(f"{error.filename} cannot be searched for answers: {error.strerror}")


def _files_in(top: Path) -> Iterator[str]:
    """Give all files under a folder, but those of git itself and of a virtual environment."""
    if not top.exists():
        return
    for where, folders, files in os.walk(top, onerror=_refuse):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(files):
            path = Path(where, name)
            if path.is_file() or path.is_symlink():
                yield path.relative_to(top).as_posix()
