"""What grading needs to know of an assignment, frozen into one value that can be sent anywhere.

A bundle holds no answer: the student version, and the test cells with their hidden parts. The
judge alone sees the tests; what runs the student's code only ever gets cells of the release.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import nmautils
from nmautils.cells import grade_id_of, is_test
from nmautils.errors import CourseError

__all__ = ["Bundle", "freeze"]


@dataclass(frozen=True)
class Bundle:
    """One assignment, ready for grading.

    Parameters
    ----------
    assignment : str
        Name of the assignment, which is also that of its notebook.
    release : str
        The student version, as JSON.
    tests : dict of str
        Whole source of each automatic test cell, by grade id.
    version : str
        Version of `nmautils` that froze it.
    """

    assignment: str
    release: str
    tests: dict[str, str]
    version: str = nmautils.__version__

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of everything in the bundle."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def notebook(self) -> NotebookNode:
        """Read the student version afresh; the caller may change it."""
        return _read(self.release)

    def to_json(self) -> str:
        """Write the bundle as text, the same text for the same bundle."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Bundle":
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


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
        If source or release is missing or no notebook, they do not have the same tests, or a
        test has no probe.
    """
    root = Path(root)
    source, release = (
        root / folder / assignment / f"{assignment}.ipynb" for folder in ("source", "release")
    )
    texts = []
    for path in (source, release):
        if not path.is_file():
            raise CourseError(f"no {path}; run `nmautils build {assignment}` first")
        texts.append(path.read_text(encoding="utf-8"))
    try:
        tests, released = (_tests(_read(text)) for text in texts)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise CourseError(
            f"source or release of {assignment} is no notebook; run `nmautils build {assignment}`"
        ) from None
    if tests.keys() != released.keys():
        raise CourseError(
            f"source and release of {assignment} have different tests; "
            f"run `nmautils build {assignment}`"
        )
    for name, test in tests.items():
        if "@probe" not in test:
            raise CourseError(
                f"{source}: the test {name} has no function marked @probe, so it cannot be "
                "judged from outside; see docs/authoring.md"
            )
    return Bundle(assignment, texts[1], tests)


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
