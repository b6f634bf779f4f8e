"""The generated files are what the source gives now."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nmautils.course import expected
from nmautils.course.build import (
    answers,
    files_of,
    generate_assignment,
    holds_answers,
    load_notebook,
)
from nmautils.course.gradebook import CONFIG_FILE
from nmautils.course.problems import Problem
from nmautils.course.settings import FILE_NAME, Settings
from nmautils.course.stamp import dumps, shown
from nmautils.course.worked_out import same_values, work_out, worked_out_cells
from nmautils.errors import CourseError

__all__ = ["check_in_step", "regenerate"]


def regenerate(settings: Settings, tutorial: str, stamped: NotebookNode) -> dict[str, bytes]:
    """Make the student version in a folder of its own, without any gradebook.

    Returns
    -------
    dict
        Contents by path relative to ``release/<t>/``.
    """
    with tempfile.TemporaryDirectory(prefix="nmautils-verify-") as name:
        folder = Path(name).resolve()
        for file in [FILE_NAME, CONFIG_FILE]:
            if (settings.root / file).is_file():
                shutil.copy(settings.root / file, folder / file)
        source = folder / "source" / tutorial
        shutil.copytree(settings.source(tutorial).parent, source)
        (source / f"{tutorial}.ipynb").write_bytes(dumps(stamped))
        return files_of(generate_assignment(folder, tutorial, folder / "out", record=False))


def check_in_step(
    settings: Settings,
    tutorial: str,
    raw: NotebookNode,
    stamped: NotebookNode,
    release: dict[str, bytes],
) -> Iterator[Problem]:
    """Compare committed files with what the source gives now."""
    root, name = settings.root, f"{tutorial}.ipynb"
    yield from _same(root, f"source/{tutorial}/{name}", dumps(stamped))

    kept = settings.source(tutorial).parent / "expected"
    if expected.read_key(kept) != expected.code_key(raw):
        yield Problem(
            f"source/{tutorial}/expected",
            "was made by other code; run nmautils build",
        )

    for cell in worked_out_cells(stamped):
        file = f"source/{tutorial}/expected/worked_out/{cell.id}.py"
        try:
            fresh = same_values((root / file).read_text(encoding="utf-8"), work_out(cell.source))
        except CourseError as error:
            yield Problem(f"source/{tutorial}/{tutorial}.md: cell {cell.id}", str(error))
        except FileNotFoundError:
            yield Problem(file, "is missing; run nmautils build")
        else:
            if not fresh:
                yield Problem(file, "is not what the source gives; run nmautils build")

    solved = expected.solution_notebook(stamped)
    path = root / "solutions" / tutorial / name
    try:
        old = load_notebook(path)
        for cell in old.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        yield from _same(root, f"solutions/{tutorial}/{name}", dumps(solved), dumps(old))
    except CourseError as error:
        yield Problem(f"solutions/{tutorial}/{name}", str(error).removeprefix(f"{path} "))
    wanted = answers(solved)
    for file, content in wanted.items():
        yield from _same(root, f"solutions/{tutorial}/{file}", content)
    for stray in sorted((root / "solutions" / tutorial).glob("*.py")):
        if stray.name not in wanted:
            yield Problem(shown(stray, root), "belongs to no exercise; run nmautils build")

    folder = root / "release" / tutorial
    for file, content in release.items():
        if holds_answers(file):
            yield Problem(
                f"release/{tutorial}/{file}",
                f"holds the answers; name it in c.CourseDirectory.ignore of {CONFIG_FILE}",
            )
        yield from _same(root, f"release/{tutorial}/{file}", content)
    for stray in sorted(folder.rglob("*")):
        known = stray.relative_to(folder).as_posix() in release
        if stray.is_file() and not known and ".ipynb_checkpoints" not in stray.parts:
            yield Problem(shown(stray, root), "does not belong here; run nmautils build")


def _same(root: Path, name: str, wanted: bytes, found: bytes | None = None) -> Iterator[Problem]:
    """A problem unless the file (or `found`) has the bytes `wanted`."""
    if found is None:
        if not (root / name).is_file():
            yield Problem(name, "is missing; run nmautils build")
            return
        found = (root / name).read_bytes()
    if found != wanted:
        cell = _first_difference(found, wanted) if name.endswith(".ipynb") else ""
        yield Problem(name, f"is not what the source gives{cell}; run nmautils build")


def _first_difference(found: bytes, wanted: bytes) -> str:
    try:
        one, other = (
            nbformat.reads(data.decode(), as_version=nbformat.NO_CONVERT).cells
            for data in (found, wanted)
        )
    except Exception:
        return ""
    for old, new in zip(one, other, strict=False):
        if old != new:
            return f" (first at cell {new.get('id', '?')})"
    return " (cells added or removed)" if len(one) != len(other) else ""
