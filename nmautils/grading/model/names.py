"""Names of assignments, and where their notebooks lie."""

from collections.abc import Collection
from pathlib import Path

from nmautils.course.plain import folders_of

__all__ = ["folder_and_notebook", "meant_by", "name_of", "released_names"]


def folder_and_notebook(name: str) -> tuple[str, str]:
    """Give the two parts of an assignment's name: its folder, and its notebook without ending.

    An assignment whose one notebook is called like it has one name. nbgrader lets a folder hold
    several notebooks, of any name: each is graded as an assignment of its own, ``ps1/problem1``.
    """
    folder, _, notebook = name.partition("/")
    return folder, notebook or folder


def name_of(folder: str, notebook: str) -> str:
    """Give the name of an assignment: the opposite of `folder_and_notebook`."""
    return folder if notebook == folder else f"{folder}/{notebook}"


def released_names(root: Path) -> list[str]:
    """Names of all released assignments of a course, in order.

    A course with ``course.toml`` has one notebook for each assignment, which bears its name.
    """
    folders = folders_of(root)
    names = [name_of(path.parent.name, path.stem) for path in folders.release.glob("*/*.ipynb")]
    return sorted(name for name in names if folders.plain or "/" not in name)


def meant_by(said: str, known: Collection[str]) -> list[str]:
    """Give the known assignments that a word means: the name of a folder means all in it."""
    if said in known:
        return [said]
    return sorted(name for name in known if folder_and_notebook(name)[0] == said)
