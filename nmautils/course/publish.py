"""A repository for students: what they get of a course, and nothing of its answers and tests.

What is published is made in memory first, and every line of it is compared with the lines of the
course that are secret; only then is a file written. ``.published.json`` there lists the files that
were written and their hashes, so that the next time they are told from those of other people.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

from nmautils.course.git import (
    address_of,
    check_out,
    commit_and_push,
    is_repository,
    is_work_tree,
    remotes_of,
    without_password,
)
from nmautils.course.plain import how_to_release, is_plain, settings_of
from nmautils.course.plain_contents import plain_contents, plain_names
from nmautils.course.settings import FILE_NAME, Settings
from nmautils.course.stamp import source_notebook, write_if_changed
from nmautils.course.student_pages import (
    BACKEND,
    IGNORED,
    PROJECT,
    Published,
    data_page,
    readme,
)
from nmautils.course.target import check_names, check_target, secrets_of
from nmautils.course.verify.in_step import regenerate
from nmautils.course.verify.leaks import check_leaks, secret_lines
from nmautils.course.wheel import library_files, needed_python, wheel_name, wheel_of
from nmautils.errors import CourseError, UsageError

__all__ = ["MANIFEST", "Publication", "contents", "publish", "write_publication"]

MANIFEST = ".published.json"
_NAMED = 5  # files in one line


@dataclass(frozen=True)
class Publication:
    """What became of publishing.

    Attributes
    ----------
    place : str
        The folder or the repository.
    tutorials : list of str
        What students find there.
    changed : list of str
        Files that were written or removed.
    strangers : list of str
        Files that somebody else put there; they stay as they are.
    commit : str or None
        The new commit of a repository; empty if nothing changed, None for a folder.
    is_clone : bool
        Whether the folder is a clone of a repository.
    files : list of str
        All files that are published, and the list of them.
    notes : list of str
        What to look at, a line each.
    """

    place: str
    tutorials: list[str]
    changed: list[str]
    strangers: list[str]
    commit: str | None = None
    is_clone: bool = False
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def publish(
    root: str | Path, target: str, tutorials: Iterable[str] = (), force: bool = False
) -> Publication:
    """Write a course for students into a folder or a repository.

    Parameters
    ----------
    root
        Folder of the course.
    target
        A folder that is new, empty or was published before, or the address of a repository, which
        is cloned, changed, committed and pushed.
    tutorials
        Names; those that are there already stay. None means all.
    force
        Whether to write over files that somebody else wrote or changed.

    Raises
    ------
    CourseError
        If the student version is not built from what is there now, if a secret line stands in what
        would be published or lies where it would go, if files of others are in the way, or if git
        fails.
    UsageError
        If `target` is no place for it.
    """
    settings = settings_of(root)
    names = list(tutorials)
    known = _known(settings, names)
    if not is_repository(target):
        folder = Path(target).expanduser().resolve()
        _check_place(settings.root, folder)
        notes = _where_badges_point(settings, remotes_of(folder).values())
        wanted = _with_published(known, folder, names)
        files = _files_of(settings, wanted)
        _check_whole(settings, folder, files, str(folder))
        changed, strangers = write_publication(folder, files, force)
        clone, listed = is_work_tree(folder), [*files, MANIFEST]
        return Publication(str(folder), wanted, changed, strangers, None, clone, listed, notes)

    shown, branch = without_password(target), settings.repository.branch
    notes = _where_badges_point(settings, [target])
    address = str(Path(target).resolve()) if Path(target).is_dir() else target
    with tempfile.TemporaryDirectory(prefix="nmautils-publish-") as temporary:
        folder = Path(temporary).resolve() / "clone"
        check_out(address, branch, folder)
        wanted = _with_published(known, folder, names)
        files = _files_of(settings, wanted)
        _check_whole(settings, folder, files, shown)
        changed, strangers = write_publication(folder, files, force, shown)
        commit = commit_and_push(folder, branch, f"Publish {settings.course.title}")
    listed = [*files, MANIFEST]
    return Publication(shown, wanted, changed, strangers, commit, True, listed, notes)


def _known(settings: Settings, names: list[str]) -> list[str]:
    """Give all names of tutorials, after a look at those that somebody typed."""
    if not is_plain(settings.root):
        settings.select(names)
        return settings.written()
    known = plain_names(settings.root)
    for name in names:
        if name not in known:
            raise UsageError(f"{name!r} is not released; there is {', '.join(known) or 'nothing'}")
    if not known:
        raise CourseError(f"nothing is released; run {how_to_release(settings.root, '')}")
    return known


def _files_of(settings: Settings, names: list[str]) -> dict[str, bytes]:
    if is_plain(settings.root):
        return plain_contents(settings.root, settings.course.title, names)
    return contents(settings, names)


# --- where to ----------------------------------------------------------------------------------


def _check_place(root: Path, folder: Path) -> None:
    """Refuse a folder that cannot be published to."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    if folder == root or folder in root.parents:
        raise UsageError(f"{folder} holds this course itself; name another folder, as ../students")
    if root in folder.parents:
        raise UsageError(
            f"{folder} lies in the folder of this course, which is private; name one beside it, as "
            f"{root.parent / 'students'}"
        )


def _check_whole(settings: Settings, folder: Path, files: dict[str, bytes], shown: str) -> None:
    """Look for answers and hidden tests in all that lies where it is published to."""
    check_names(files, "give the folder another name")
    secrets = secrets_of(settings)
    secrets.allow(files.values())
    check_target(folder, secrets, shown)


def _where_badges_point(settings: Settings, addresses: Iterable[str]) -> list[str]:
    """Say so if students would be sent elsewhere."""
    addresses = [address for address in addresses if ":" in address]
    if is_plain(settings.root):
        return []
    wanted = address_of(settings.repository.url)
    if not addresses or any(address_of(address) == wanted for address in addresses):
        return []
    return [
        f"{FILE_NAME} [repository] says {settings.repository.url}, where badges and set-up cells "
        f"point, and this is {without_password(addresses[0])}: change one of them, then run "
        "nmautils build and publish again"
    ]


def _with_published(known: list[str], folder: Path, names: list[str]) -> list[str]:
    """Add the tutorials that a folder holds already, in the order of the course."""
    there = {name.split("/")[1] for name in read_manifest(folder) if name.startswith("release/")}
    return [name for name in known if not names or name in {*names, *there}]


# --- what --------------------------------------------------------------------------------------


def contents(settings: Settings, names: list[str]) -> dict[str, bytes]:
    """Make all files that students get of some tutorials, by their paths.

    Raises
    ------
    CourseError
        If the student version is not built from what is there now, or a secret line is in a file.
    """
    files: dict[str, bytes] = {}
    published: list[Published] = []
    secrets: dict[str, str] = {}
    for name in settings.written():
        _, stamped, _ = source_notebook(settings, name)
        secrets |= secret_lines(stamped)
        if name not in names:
            continue
        made = _student_version(settings, name, stamped)
        notebook = f"{name}.ipynb"
        beside = tuple(f"release/{name}/{file}" for file in made if file != notebook)
        published.append(Published(name, beside, b"nma.load_data" in made[notebook]))
        files |= {f"release/{name}/{file}": content for file, content in made.items()}
    library = library_files()
    wheel = f"library/{wheel_name()}"
    licence = settings.root / "LICENSE"
    texts = {
        ".gitignore": IGNORED,
        "DATA.md": data_page(published),
        "README.md": readme(settings, published, wheel, needed_python(), licence.is_file()),
        "library/give_wheel.py": BACKEND,
        "pyproject.toml": PROJECT,
    }
    files |= {name: text.encode() for name, text in texts.items()}
    if licence.is_file():
        files["LICENSE"] = licence.read_bytes()
    check_secrets({n: text for n, text in files.items() if not n.endswith(".ipynb")}, secrets)
    # Networks are written in few words: a line in common with an answer says nothing yet.
    check_secrets(library, secrets, lines=2)
    files[wheel] = wheel_of(library)
    return dict(sorted(files.items()))


def _student_version(settings: Settings, name: str, stamped: NotebookNode) -> dict[str, bytes]:
    """Give the files of a tutorial's student version, which must be built."""
    made = regenerate(settings, name, stamped)
    folder = settings.root / "release" / name
    for file, content in made.items():
        if not (folder / file).is_file() or (folder / file).read_bytes() != content:
            raise CourseError(
                f"release/{name}/{file} is not what source and {FILE_NAME} give now; run nmautils "
                "build, then publish again"
            )
    notebook = nbformat.reads(made[f"{name}.ipynb"].decode(), as_version=nbformat.NO_CONVERT)
    for problem in check_leaks(stamped, notebook, f"release/{name}/{name}.ipynb"):
        raise CourseError(f"not published: {problem}")
    return made


def check_secrets(files: dict[str, bytes], secrets: dict[str, str], lines: int = 1) -> None:
    """Look for secret lines in files that are no notebooks.

    Parameters
    ----------
    files
        Contents by name.
    secrets
        From :func:`~nmautils.course.verify.leaks.secret_lines`.
    lines
        How many of one cell a file must hold to give it away.

    Raises
    ------
    CourseError
        If a file gives a cell away.
    """
    for name, content in files.items():
        text = content.decode("utf-8", errors="replace")
        found: dict[str, list[str]] = {}
        for line, cell in secrets.items():
            if line in text:
                found.setdefault(cell, []).append(line)
        for cell, held in found.items():
            if len(held) >= lines:
                raise CourseError(
                    f"not published: {name} holds {held[0]!r} of {cell}, which no student may see"
                )


# --- writing -----------------------------------------------------------------------------------


def read_manifest(folder: Path) -> dict[str, str]:
    """Give the hashes of the files that were published into a folder, by name.

    Raises
    ------
    CourseError
        If the list is there, but is none of ours.
    """
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): str(value) for name, value in said["files"].items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(f"{folder / MANIFEST} cannot be read; remove it to begin anew") from None
    for name in files:
        # Somebody else may have written the list, and files in it are replaced and removed.
        path = PurePosixPath(name)
        if path.is_absolute() or {"..", ".git"} & {*path.parts} or not path.parts:
            raise CourseError(f"{folder / MANIFEST} names {name!r}, which lies outside")
    return files


def write_publication(
    folder: Path, files: dict[str, bytes], force: bool = False, shown: str = ""
) -> tuple[list[str], list[str]]:
    """Write what is published, remove what no longer is, and leave alone what others wrote.

    Parameters
    ----------
    folder
        Where to; it may be new.
    files
        Contents by name.
    force
        Whether to write over files that somebody else wrote or changed.
    shown
        What messages call the folder.

    Returns
    -------
    changed, strangers
        Files that were written or removed, and those that are not ours.

    Raises
    ------
    CourseError
        If files are in the way and `force` is false.
    """
    shown = shown or str(folder)
    before = read_manifest(folder)
    there = sorted(_files_in(folder))
    strangers = [name for name in there if name not in {*before, *files, MANIFEST}]
    _check_links(folder, [*files, *before])
    in_the_way = [
        name
        for name in there
        if name in {*before, *files}
        and _hash((folder / name).read_bytes()) not in {before.get(name), _hash_of(files, name)}
    ]
    if not before and strangers and not force:
        raise CourseError(
            f"{shown} was not published before and holds files already: {_some(strangers)}; name "
            "a new or an empty folder, or say --force to keep them and write beside them"
        )
    if in_the_way and not force:
        raise CourseError(
            f"not published: somebody else wrote or changed {_some(in_the_way)} in {shown}; say "
            "--force to write over that"
        )
    changed = [name for name, content in files.items() if write_if_changed(folder / name, content)]
    for name in before:
        if name not in files and (folder / name).is_file():
            (folder / name).unlink()
            _remove_empty((folder / name).parent, folder)
            changed.append(name)
    said = {
        "about": "what `nmautils publish` wrote; all else here is somebody else's",
        "files": {name: _hash(content) for name, content in files.items()},
    }
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    write_if_changed(folder / MANIFEST, text.encode())
    return sorted(changed), strangers


def _files_in(folder: Path) -> Iterable[str]:
    for path in folder.rglob("*"):
        place = path.relative_to(folder)
        if place.parts[0] != ".git" and (path.is_symlink() or path.is_file()):
            yield place.as_posix()


def _check_links(folder: Path, names: Iterable[str]) -> None:
    """Refuse to write through a link, which may lead anywhere."""
    for name in [*names, MANIFEST]:
        path = folder / name
        for part in [path, *path.parents]:
            if part == folder:
                break
            if part.is_symlink():
                raise CourseError(f"{part} is a link; remove it, then publish again")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash_of(files: dict[str, bytes], name: str) -> str:
    return _hash(files[name]) if name in files else ""


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
