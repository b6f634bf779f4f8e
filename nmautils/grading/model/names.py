"""Names of assignments, and where their notebooks lie."""

from collections.abc import Collection, Sequence
from pathlib import Path

from nmautils.course.plain import folders_of, how_to_release
from nmautils.errors import UsageError

__all__ = ["folder_and_notebook", "handed_in_names", "meant_by", "name_of", "released_names"]


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


def handed_in_names(root: Path, said: Sequence[str] = ()) -> list[str]:
    """Give the assignments of which something lies in ``submitted/``, by default all of them.

    Parameters
    ----------
    root : Path
        Folder of the course.
    said : sequence of str
        Which ones somebody asked for, as `meant_by` understands it.

    Raises
    ------
    UsageError
        If one is unknown, or nothing of them was handed in.
    """
    known = released_names(root)
    # The name of a folder means all notebooks in it.
    names = [name for word in said for name in meant_by(word, known) or [word]]
    for name in names:
        if name not in known:
            listed = ", ".join(known) or f"none; {how_to_release(root, '')} makes one"
            raise UsageError(f"unknown assignment {name!r}; released are: {listed}")
    if not known:
        raise UsageError(f"nothing is released; run {how_to_release(root, '')} first")
    there = {path.name for path in folders_of(root).submitted.glob("*/*")}
    wanted = [name for name in (names or known) if folder_and_notebook(name)[0] in there]
    if not wanted:
        what = " and ".join(names) or "anything that is released"
        raise UsageError(f"nobody has handed in {what}; run `nmautils collect` first")
    return list(dict.fromkeys(wanted))
