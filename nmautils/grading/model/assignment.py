"""What grading needs to know of an assignment, frozen into one value that can be sent anywhere.

A bundle holds no answer: the student version, and the test cells with their hidden parts. The
judge alone sees the tests; what runs the student's code only ever gets cells of the release.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import nmautils
from nmautils.cells import grade_id_of, is_probed, is_test, runs_inside
from nmautils.course.plain import folders_of, how_to_release
from nmautils.course.releases import Change, changes_before
from nmautils.errors import CourseError

from .limits import RELEASE_FILE_BYTES
from .names import folder_and_notebook

__all__ = ["Bundle", "freeze"]

IGNORED = {".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True)
class Bundle:
    """One assignment, ready for grading.

    Parameters
    ----------
    assignment : str
        Name of the assignment, which is also that of its notebook; with another notebook the
        name has a second part, see
        `nmautils.grading.model.names`.
    release : str
        The student version, as JSON.
    tests : dict of str
        Whole source of each automatic test cell, by grade id.
    files : dict of str
        What was released beside the notebooks, in base64, by its path in the folder.
    history : tuple of Change
        What earlier releases were, the oldest first; empty if none is known.
    version : str
        Version of `nmautils` that froze it.
    """

    assignment: str
    release: str
    tests: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)
    history: tuple[Change, ...] = ()
    version: str = nmautils.__version__

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of everything in the bundle."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @cached_property
    def inside(self) -> tuple[str, ...]:
        """Grade ids of the tests that run in the student's process, as they have no probe."""
        return tuple(name for name, test in self.tests.items() if runs_inside(test))

    def contents(self) -> dict[str, bytes]:
        """Give the files that were released beside the notebooks, by their paths."""
        return {name: b64decode(text) for name, text in self.files.items()}

    @cached_property
    def notebook(self) -> NotebookNode:
        """The student version, which nobody may change."""
        return _read(self.release)

    def to_json(self) -> str:
        """Write the bundle as text, the same text for the same bundle."""
        values = asdict(self)
        if not self.history:
            del values["history"]  # so that to begin with it leaves all that is graded as it is
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Bundle":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        values["history"] = tuple(Change(**change) for change in values.get("history", ()))
        return cls(**values)


def freeze(root: str | Path, assignment: str) -> Bundle:
    """Collect what grading needs of an assignment.

    Parameters
    ----------
    root : str or Path
        Folder of the course, with ``source/`` and ``release/``.
    assignment : str
        Name of the assignment.

    Raises
    ------
    CourseError
        If source or release is missing or no notebook, or they do not have the same tests.
    """
    folders = folders_of(root)
    folder, name = folder_and_notebook(assignment)
    advice = how_to_release(root, folder)
    source, release = (
        place / folder / f"{name}.ipynb" for place in (folders.source, folders.release)
    )
    texts = []
    for path in (source, release):
        if not path.is_file():
            raise CourseError(f"no {path}; run {advice} first")
        texts.append(path.read_text(encoding="utf-8"))
    try:
        texts[1] = _with_ids(texts[1])
        tests, released = (_tests(_read(text)) for text in texts)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise CourseError(
            f"source or release of {assignment} is no notebook; run {advice}"
        ) from None
    if tests.keys() != released.keys():
        raise CourseError(f"source and release of {assignment} have different tests; run {advice}")
    notebook = _read(texts[1])
    _check_tests(source, notebook, tests)
    history = changes_before(root, assignment, notebook)
    return Bundle(assignment, texts[1], tests, _files(release.parent), history)


def _check_tests(source: Path, release: NotebookNode, tests: dict[str, str]) -> None:
    """Refuse what cannot be run here."""
    for name, test in tests.items():
        if not is_probed(test) and not runs_inside(test):
            raise CourseError(
                f"{source}: the test {name} has no function marked @probe, so it cannot be "
                "judged from outside; see docs/authoring.md"
            )
        if "### AUTOTEST" in test or "### HASHED AUTOTEST" in test:
            raise CourseError(
                f"{source}: the test {name} is made by nbgrader from AUTOTEST lines, which is not "
                "known here: write the asserts that it makes, or grade with `nbgrader autograde`"
            )
    language = release.metadata.get("kernelspec", {}).get("language", "python")
    if str(language).lower() not in ("python", ""):
        raise CourseError(f"{source} is written in {language}; only Python is graded here")


def _files(folder: Path) -> dict[str, str]:
    """Read what lies beside the notebooks of a release, as students got it."""
    found, size = {}, 0
    for path in sorted(_beside(folder)):
        size += path.stat().st_size
        if size > RELEASE_FILE_BYTES:
            raise CourseError(
                f"{folder} holds more than {RELEASE_FILE_BYTES >> 20} MiB beside its notebooks, "
                "which every hand-in would get: make the data smaller"
            )
        found[path.relative_to(folder).as_posix()] = b64encode(path.read_bytes()).decode()
    return found


def _beside(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in IGNORED or path.is_symlink():
            continue
        if path.is_dir():
            yield from _beside(path)
        elif path.is_file() and path.suffix != ".ipynb":
            yield path


def _with_ids(text: str) -> str:
    """Give cells of a notebook of an older form ids, always the same ones."""
    notebook = _read(text)
    if all("id" in cell for cell in notebook.cells):
        return text
    notebook.nbformat_minor = 5
    for i, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"released-{i}")
    return json.dumps(notebook)


def _read(text: str) -> NotebookNode:
    # Without the validation of `nbformat.reads`, which takes longer than all the rest.
    notebook: NotebookNode = nbformat.v4.reads(text)
    return notebook


def _tests(notebook: NotebookNode) -> dict[str, str]:
    return {
        name: cell.source
        for cell in notebook.cells
        if is_test(cell) and (name := grade_id_of(cell)) is not None
    }
