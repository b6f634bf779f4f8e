"""What students get of a course of nbgrader's, which has no ``course.toml``: its release."""

from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from nmautils.cells import (
    BEGIN_HIDDEN,
    BEGIN_SCHEME,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SCHEME,
    END_SOLUTION,
    nbgrader_of,
)
from nmautils.course.build import load_notebook
from nmautils.course.plain import folders_of
from nmautils.course.scaffold import split_regions
from nmautils.course.student_pages import IGNORED, plain_readme
from nmautils.errors import CourseError

__all__ = ["plain_contents", "plain_names", "plain_secrets"]

# As nbgrader looks for them: anywhere in a line.
_MARKS = [
    (begin.removeprefix("### "), end.removeprefix("### "))
    for begin, end in [
        (BEGIN_SOLUTION, END_SOLUTION),
        (BEGIN_HIDDEN, END_HIDDEN),
        (BEGIN_SCHEME, END_SCHEME),
    ]
]
# Shorter lines stand in many notebooks and give nothing away.
_TELLING = 20


def plain_names(root: Path) -> list[str]:
    """Give the names of the assignments that are released, in order."""
    return sorted({path.parent.name for path in folders_of(root).release.glob("*/*.ipynb")})


def plain_contents(root: Path, title: str, names: list[str]) -> dict[str, bytes]:
    """Make all files that students get of some assignments, by their paths.

    Raises
    ------
    CourseError
        If something in the release is secret.
    """
    folders = folders_of(root)
    files = {
        f"release/{path.relative_to(folders.release).as_posix()}": path.read_bytes()
        for name in names
        for path in sorted((folders.release / name).rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folders.release).parts)
    }
    notebooks = {name: tuple(n for n in files if _is_of(n, name)) for name in names}
    for file in files:
        # Another assignment may well give what this one asks for.
        place = file.removeprefix("release/")
        if file.endswith(".ipynb") and (folders.source / place).is_file():
            secrets = plain_secrets(load_notebook(folders.source / place))
            _check(file, load_notebook(folders.release / place), secrets)
    licence = root / "LICENSE"
    files["README.md"] = plain_readme(title, notebooks, licence.is_file()).encode()
    files[".gitignore"] = IGNORED.encode()
    if licence.is_file():
        files["LICENSE"] = licence.read_bytes()
    return dict(sorted(files.items()))


def _is_of(file: str, name: str) -> bool:
    return file.startswith(f"release/{name}/") and file.endswith(".ipynb")


def _check(file: str, released: NotebookNode, secrets: dict[str, str]) -> None:
    for cell in released.cells:
        for begin, _ in _MARKS:
            if begin in cell.source:
                raise CourseError(f"not published: {file} holds a part marked {begin!r}")
        lines = {line.strip() for line in cell.source.split("\n")}
        for line in lines & set(secrets):
            raise CourseError(
                f"not published: {file} holds {line!r} of {secrets[line]}, which no student may "
                "see; run nbgrader generate_assignment, then publish again"
            )


def plain_secrets(source: NotebookNode) -> dict[str, str]:
    """Telling lines of a source notebook that no student may see, each with its cell.

    nbgrader replaces a whole solution cell in which nothing is marked. What stands openly in
    another cell is no secret.
    """
    hidden: dict[str, str] = {}
    openly: set[str] = set()
    for number, cell in enumerate(source.cells, start=1):
        mark = nbgrader_of(cell)
        label = f"cell {mark.get('grade_id') or number}"
        marked = set(_marked(cell.source))
        lines = [line.strip() for line in cell.source.split("\n")]
        whole = bool(mark.get("solution")) and not any(begin in cell.source for begin, _ in _MARKS)
        for line in lines:
            if whole or line in marked:
                hidden.setdefault(line, label)
            else:
                openly.add(line)
    return {
        line: label
        for line, label in hidden.items()
        if len(line) >= _TELLING and line not in openly
    }


def _marked(source: str) -> Iterator[str]:
    for begin, end in _MARKS:
        for marked, part in split_regions(source, begin, end):
            if marked:
                yield from (line.strip() for line in part[1:-1])
