"""First steps of ``nbgrader autograde``: read what came, and put back what was lost.

The release notebook says which graded cells there are, in which order and with which
metadata. nbgrader's own steps then restore the sources of the test cells from its database.
"""

import ast
import re
from copy import deepcopy
from pathlib import Path
from typing import Any, NoReturn

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from nbgrader.preprocessors import NbGraderPreprocessor

from .reading import read_notebook

__all__ = ["RepairCells", "SubmissionExporter", "course_directory"]

COURSE_TAGS = {"setup", "demo", "explore"}

# The first line of a released solution cell, which a student is asked to delete.
LEFTOVER = re.compile(r"^raise NotImplementedError\(\s*['\"]Exercise: complete .*$", re.MULTILINE)


def course_directory(step: Any) -> CourseDirectory:
    """Find the course directory that a plug-in of nbgrader works for."""
    owner = step
    while owner is not None:
        if getattr(owner, "coursedir", None) is not None:
            return owner.coursedir
        owner = getattr(owner, "parent", None)
    return CourseDirectory(config=step.config)


class SubmissionExporter(NotebookExporter):
    """nbgrader's notebook exporter, except that a submission only ever fails for itself.

    What cannot be read raises a plain one-line `ValueError`, after which nbgrader goes on with
    the next student; so do nbgrader's schema exceptions, which would otherwise end the run.
    Before a submission is read, the automatic scores of an earlier hand-in are forgotten, so
    that a new hand-in can never keep points of the old one.
    """

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Read, repair and convert the notebook of one submission."""
        where = (resources or {}).get("nbgrader", {})
        _forget_scores(where)
        raw = file_stream.buffer.read() if hasattr(file_stream, "buffer") else file_stream.read()
        whose = f"{where.get('notebook', 'notebook')} of {where.get('student', 'a student')}"
        try:
            notebook = read_notebook(raw if isinstance(raw, bytes) else raw.encode())
        except ValueError as error:
            self._give_up(f"{whose}: {error}. Ask for the file again.")
        try:
            return self.from_notebook_node(notebook, resources=resources, **kw)
        except (SchemaTooOldError, SchemaTooNewError) as error:
            self._give_up(f"{whose}: damaged nbgrader metadata ({error}). Look at the file.")

    def _give_up(self, why: str) -> NoReturn:
        # nbgrader prints a traceback as well; this line is the one to read.
        self.log.error(why)
        raise ValueError(why) from None


def _forget_scores(where: dict[str, str]) -> None:
    if "db_url" not in where:
        return
    with Gradebook(where["db_url"]) as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(
                where["notebook"], where["assignment"], where["student"]
            )
        except MissingEntry:
            return
        for grade in submitted.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()


class RepairCells(NbGraderPreprocessor):
    """Give a submission the graded cells of the release back, each exactly once and in order.

    A solution cell is recognised by its grade id, its cell id, or what it defines; of several
    copies the last one that was worked on counts. Test cells are always those of the release.
    All other nbgrader metadata, and every tag that could change how a cell is run, is dropped.
    What was done is kept in ``nb.metadata.nmautils.repairs`` for the feedback page.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Repair one notebook in place."""
        release = self._release(resources["nbgrader"])
        notes: list[str] = []
        for cell in nb.cells:
            _drop_tags(cell)
        if release is None:
            _drop_later_duplicates(nb)
        else:
            _restore_graded_cells(nb, release, notes)
        nb.metadata["nmautils"] = {"repairs": notes}
        for note in notes:
            self.log.warning("%s: %s", resources["nbgrader"].get("student"), note)
        return nb, resources

    def _release(self, where: dict[str, str]) -> NotebookNode | None:
        course = course_directory(self)
        folder = course.format_path(course.release_directory, ".", where["assignment"])
        path = Path(folder) / f"{where['notebook']}.ipynb"
        if not path.is_file():
            self.log.warning("no %s to repair by: only copies are removed", path)
            return None
        return read_notebook(path.read_bytes())


def grade_id_of(cell: NotebookNode) -> str | None:
    """Give the grade id of a cell, None if it has none."""
    nbgrader = cell.metadata.get("nbgrader")
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) and name else None


def is_test(cell: NotebookNode) -> bool:
    """Tell whether a cell of the release is an automatic test."""
    nbgrader = cell.metadata.nbgrader
    return bool(cell.cell_type == "code" and nbgrader.get("grade") and not nbgrader.get("solution"))


def definitions(source: str) -> set[str]:
    """Names of the functions and classes that a cell defines at top level."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def same_code(one: str, other: str) -> bool:
    """Tell whether two cells hold the same code, comments and layout aside."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return one.split() == other.split()


def _drop_tags(cell: NotebookNode) -> None:
    """Keep the course's own tags: others can make nbclient skip a cell or hide its errors."""
    tags = cell.metadata.pop("tags", None)
    if isinstance(tags, list):
        kept = [tag for tag in tags if isinstance(tag, str) and tag in COURSE_TAGS]
        if kept:
            cell.metadata["tags"] = kept


def _drop_later_duplicates(nb: NotebookNode) -> None:
    seen = set()
    for cell in reversed(nb.cells):
        name = grade_id_of(cell)
        if name is None or name in seen:
            cell.metadata.pop("nbgrader", None)
        seen.add(name)


def _restore_graded_cells(nb: NotebookNode, release: NotebookNode, notes: list[str]) -> None:
    graded = [cell for cell in release.cells if grade_id_of(cell)]
    copies: dict[str, list[NotebookNode]] = {}
    for cell in nb.cells:
        copies.setdefault(grade_id_of(cell) or "", []).append(cell)
        cell.metadata.pop("nbgrader", None)

    chosen: dict[str, NotebookNode] = {}
    for wanted in graded:
        name = grade_id_of(wanted)
        found = copies.get(name, [])
        if len(found) > 1:
            notes.append(f"the cell {name} was there {len(found)} times")
        if found:
            chosen[name] = found[-1] if wanted_locked(wanted) else _last_worked_on(found, wanted)
    # Only now, so that a cell with its own grade id is never taken for another exercise.
    for wanted in graded:
        name = grade_id_of(wanted)
        if name not in chosen and not wanted_locked(wanted):
            taken = {id(cell) for cell in chosen.values()}
            free = [cell for cell in nb.cells if id(cell) not in taken]
            cell = _by_cell_id(free, wanted) or _by_definitions(free, wanted)
            if cell is not None:
                chosen[name] = cell
                notes.append(f"the cell {name} had lost its name and was recognised")

    previous = -1
    exercise = -1
    for wanted in graded:
        name = grade_id_of(wanted)
        cell = chosen.get(name)
        if cell is None:
            cell = deepcopy(wanted)
            notes.append(f"the cell {name} was missing and has been put back")
            nb.cells.insert(previous + 1, cell)
        position = _position(nb.cells, cell)
        if is_test(wanted) and position < exercise:
            # Without its answer above it a test can only fail.
            nb.cells.insert(exercise, nb.cells.pop(position))
            notes.append(f"the cell {name} stood above its exercise and was moved below")
            position = exercise
        elif not is_test(wanted):
            exercise = position
        previous = position
        _dress(cell, wanted, name, notes)
    _fix_ids(nb)


def wanted_locked(wanted: NotebookNode) -> bool:
    """Tell whether nbgrader restores the source of this cell of the release."""
    return not wanted.metadata.nbgrader.get("solution", False)


def _last_worked_on(found: list[NotebookNode], stub: NotebookNode) -> NotebookNode:
    worked_on = [cell for cell in found if not same_code(cell.source, stub.source)]
    last = (worked_on or found)[-1]
    # Of equal copies the first, which most likely stands where it belongs.
    return next(cell for cell in found if cell is last or same_code(cell.source, last.source))


def _by_cell_id(cells: list[NotebookNode], wanted: NotebookNode) -> NotebookNode | None:
    return next((cell for cell in cells if cell.get("id") == wanted.get("id")), None)


def _by_definitions(cells: list[NotebookNode], stub: NotebookNode) -> NotebookNode | None:
    wanted = definitions(stub.source)
    if stub.cell_type != "code" or not wanted:
        return None
    matching = [
        cell
        for cell in cells
        if cell.cell_type != "markdown" and wanted <= definitions(cell.source)
    ]
    return _last_worked_on(matching, stub) if matching else None


def _position(cells: list[NotebookNode], cell: NotebookNode) -> int:
    return next(i for i, other in enumerate(cells) if other is cell)


def _dress(cell: NotebookNode, wanted: NotebookNode, name: str, notes: list[str]) -> None:
    """Give a recognised cell the type and metadata of the release."""
    if cell.cell_type != wanted.cell_type:
        notes.append(f"the cell {name} is a {wanted.cell_type} cell again")
        cell.cell_type = wanted.cell_type
        if wanted.cell_type == "code":
            cell.pop("attachments", None)
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    cell.metadata = deepcopy(wanted.metadata)
    _drop_tags(cell)
    if wanted_locked(wanted) or same_code(cell.source, wanted.source):
        return
    cell.source, leftovers = LEFTOVER.subn(r"# \g<0>", cell.source)
    if leftovers:
        notes.append(f"in {name} the line that raises NotImplementedError was still there: ignored")


def _fix_ids(nb: NotebookNode) -> None:
    seen = set()
    for i, cell in enumerate(nb.cells):
        if cell.get("id") in seen or not cell.get("id"):
            cell["id"] = f"restored-{i}"
        seen.add(cell["id"])
