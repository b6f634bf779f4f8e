"""Source, solutions and release of the tutorials.

Source is stamped and written as ``.ipynb``; the solution notebook is run and what it shows is
kept; nbgrader's own ``generate_assignment`` makes the student version. Building twice gives
the same bytes in ``source/*.ipynb`` and ``release/``.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from nmautils.cells import Kind, is_test, kind_of
from nmautils.course import expected
from nmautils.course.gradebook import (
    CONFIG_FILE,
    nbgrader_directory,
    open_gradebook,
    tools_on_path,
)
from nmautils.course.inside import inside_of, line_of
from nmautils.course.releases import FILE_NAME as RELEASES
from nmautils.course.releases import remember_release
from nmautils.course.scaffold import student_source
from nmautils.course.settings import Settings, due_utc, read_settings
from nmautils.course.stamp import (
    Place,
    dumps,
    shown,
    source_notebook,
    stamped_with,
    write_folder,
    write_if_changed,
)
from nmautils.course.worked_out import ShowWorkedOut, keep_worked_out, worked_out_cells
from nmautils.errors import CourseError

PARTS = ("source", "solutions", "release")


def build(
    root: str | Path,
    tutorials: Iterable[str] = (),
    refresh: bool = False,
    parts: Iterable[str] = PARTS,
    say: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Build tutorials from their sources.

    Parameters
    ----------
    root
        Folder of the course.
    tutorials
        Names; none means all that have a source.
    refresh
        Run the solution notebooks even if their code has not changed.
    parts
        Any of ``source``, ``solutions``, ``release``. Source is always written.
    say
        Called with one line per step.

    Returns
    -------
    list of Path
        Files that changed.

    Raises
    ------
    CourseError
        If a source has a mistake, a solution fails, or nbgrader refuses.
    """
    settings = read_settings(root)
    parts = set(parts)
    changed: list[Path] = []
    for tutorial in settings.select(list(tutorials)):
        raw, stamped, places = source_notebook(settings, tutorial)
        check_cells(stamped, places)
        path = settings.source(tutorial).with_suffix(".ipynb")
        if write_if_changed(path, dumps(stamped)):
            changed.append(path)
        if parts & {"solutions", "release"}:
            changed += build_solutions(settings, tutorial, raw, stamped, parts, refresh, say)
        if "release" in parts:
            try:
                changed += keep_worked_out(stamped, settings.source(tutorial).parent / "expected")
            except CourseError as error:
                where = shown(settings.source(tutorial), settings.root)
                raise CourseError(f"{where}: {error}") from None
            say(f"{tutorial}: making the student version")
            changed += build_release(settings, tutorial, say)
            if names := inside_of(stamped):
                say(line_of(tutorial, names))
    return changed


def check_cells(stamped: NotebookNode, places: list[Place]) -> None:
    """Find mistakes in the cells before anything is run.

    Raises
    ------
    CourseError
        With file, line and cell.
    """
    for cell, place in zip(stamped.cells, places, strict=True):
        try:
            student_source(cell)
        except CourseError as error:
            raise CourseError(f"{place}: {error}") from None
    try:
        expected.demos(stamped)
    except CourseError as error:
        raise CourseError(f"{places[0].path}: {error}") from None


# --- solutions ---------------------------------------------------------------------------------


def build_solutions(
    settings: Settings,
    tutorial: str,
    raw: NotebookNode,
    stamped: NotebookNode,
    parts: Iterable[str] = ("solutions",),
    refresh: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Run what changed of the solution notebook; keep answers, outputs and pictures.

    Where only texts of test cells changed, such as a hint, only these tests are run. Where only
    stamps changed, which are filled from ``course.toml``, nothing is run.

    Returns
    -------
    list of Path
        Files that changed.
    """
    folder = settings.root / "solutions" / tutorial
    kept = settings.source(tutorial).parent / "expected"
    file = folder / f"{tutorial}.ipynb"
    key = expected.code_key(raw)
    fresh = expected.read_key(kept) == key and not refresh
    if fresh and "solutions" not in parts:
        return []
    solved = expected.solution_notebook(stamped)
    changed: list[Path] = []
    # The same cells with stamps in them.
    unfilled = {cell.id: cell.source for cell in expected.solution_notebook(raw).cells}
    tests = changed_tests(solved, unfilled, file) if fresh else None
    try:
        if tests is None:
            say(f"{tutorial}: running the solution (profile full, simulated data)")
            solved = expected.execute(solved, profile="full")
            changed += expected.store_expected(solved, kept, key)
            solved = expected.clean_outputs(solved)
            solved.metadata = stamped.metadata
        else:
            solved = with_outputs(solved, unfilled, file)
            if tests:
                say(f"{tutorial}: running {', '.join(sorted(tests))} and what they need")
                solved = run_tests(solved, tests)
    except CourseError as error:
        where = shown(settings.source(tutorial), settings.root)
        raise CourseError(f"{where}: {error}") from None
    return changed + write_folder(folder, {file.name: dumps(solved), **answers(solved)}, "*.py")


def answers(solved: NotebookNode) -> dict[str, bytes]:
    """The file with each exercise's answer, by its name."""
    exercises = [cell for cell in solved.cells if kind_of(cell) is Kind.EXERCISE]
    return {f"{cell.id}.py": f"{cell.source}\n".encode() for cell in exercises}


def load_notebook(path: Path) -> NotebookNode:
    """Read an ``.ipynb`` file.

    Raises
    ------
    CourseError
        If it is missing or not a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
        notebook: NotebookNode = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    except FileNotFoundError:
        raise CourseError(f"{path} does not exist; run nmautils build") from None
    except (ValueError, nbformat.reader.NotJSONError) as error:
        raise CourseError(f"{path} is not a notebook: {str(error).splitlines()[0]}") from None
    return notebook


def changed_tests(solved: NotebookNode, unfilled: dict[str, str], file: Path) -> set[str] | None:
    """Find the test cells that say something else than the notebook in `file`, but for stamps.

    Parameters
    ----------
    solved
        Solution notebook, not yet run.
    unfilled
        The text of each of its cells before stamps were filled, by cell id.
    file
        Solution notebook that was run earlier.

    Returns
    -------
    set of str or None
        Grade ids of these cells; None if `file` cannot be read, or other code differs too.
    """
    try:
        old = [
            (cell.get("id"), cell.source)
            for cell in load_notebook(file).cells
            if cell.cell_type == "code"
        ]
    except (CourseError, AttributeError):
        return None
    new = [cell for cell in solved.cells if cell.cell_type == "code"]
    if [name for name, _ in old] != [cell.id for cell in new]:
        return None
    differ = [
        cell
        for cell, (_, source) in zip(new, old, strict=True)
        if cell.source != source and stamped_with(unfilled[cell.id], source) is None
    ]
    return {cell.id for cell in differ} if all(map(is_test, differ)) else None


def with_outputs(solved: NotebookNode, unfilled: dict[str, str], file: Path) -> NotebookNode:
    """Give the solution notebook the outputs that `file` holds, with what stamps say now in them.

    The arguments are those of :func:`changed_tests`.
    """
    old = {cell.id: cell for cell in load_notebook(file).cells if cell.cell_type == "code"}
    for cell in solved.cells:
        if cell.cell_type == "code":
            before = old[cell.id]
            cell.execution_count = before.execution_count
            cell.outputs = before.outputs
            if cell.source != before.source:
                filled = stamped_with(unfilled[cell.id], before.source) or {}
                now = stamped_with(unfilled[cell.id], cell.source) or {}
                for name, value in filled.items():
                    if value and now.get(name, value) != value:
                        cell.outputs = _replaced(cell.outputs, value, now[name])
    return solved


def _replaced(outputs: Any, old: str, new: str) -> Any:
    """Put a word in the place of another in all texts of outputs."""
    if isinstance(outputs, str):
        whole = rf"(?<![^\W_]){re.escape(old)}(?![^\W_])"
        return re.sub(whole, lambda _: new, outputs)
    if isinstance(outputs, list):
        return [_replaced(item, old, new) for item in outputs]
    if isinstance(outputs, dict):
        return nbformat.from_dict(
            {
                key: item if key.startswith("image/") else _replaced(item, old, new)
                for key, item in outputs.items()
            }
        )
    return outputs


def run_tests(solved: NotebookNode, tests: Collection[str]) -> NotebookNode:
    """Run some test cells, with the set-up and the answers but no demonstration.

    Parameters
    ----------
    solved
        Solution notebook with outputs; those of `tests` are replaced.
    tests
        Grade ids.

    Raises
    ------
    CourseError
        If a cell fails.
    """
    needed: NotebookNode = nbformat.from_dict(solved)
    needed.cells = [
        cell
        for cell in needed.cells
        if kind_of(cell) in (Kind.SETUP, Kind.EXERCISE) or cell.id in tests
    ]
    done = expected.clean_outputs(expected.execute(needed, profile="full"))
    outputs = {cell.id: cell.outputs for cell in done.cells if cell.id in tests}
    for cell in solved.cells:
        if cell.id in outputs:
            cell.outputs = outputs[cell.id]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
    return solved


# --- release -----------------------------------------------------------------------------------


def build_release(
    settings: Settings, tutorial: str, say: Callable[[str], None] = lambda line: None
) -> list[Path]:
    """Make the student version with nbgrader; record assignment and due date in its gradebook.

    The course's own release folder is touched only when nbgrader has succeeded.

    Parameters
    ----------
    settings, tutorial
        Which one.
    say
        Called with a line if the gradebook had another due date.

    Returns
    -------
    list of Path
        Files that changed.

    Raises
    ------
    CourseError
        If nbgrader refuses, for instance because submissions exist.
    """
    target = settings.root / "release" / tutorial
    with tempfile.TemporaryDirectory(prefix="nmautils-release-") as folder:
        made = generate_assignment(settings.root, tutorial, Path(folder))
        files = files_of(made)
        for name in files:
            if holds_answers(name):
                raise CourseError(
                    f"{tutorial}: {name} would be released with the answers in it; "
                    f"name it in c.CourseDirectory.ignore of {CONFIG_FILE}"
                )
        if any(worked_out_cells(load_notebook(made / f"{tutorial}.ipynb"))):
            raise CourseError(
                f"{tutorial}: formulas of tests would be released; add "
                f"{ShowWorkedOut.__module__}.{ShowWorkedOut.__name__} to "
                f"c.GenerateAssignment.preprocessors of {CONFIG_FILE}, as in the template"
            )
        changed = write_folder(target, files, "**/*")
        released = load_notebook(target / f"{tutorial}.ipynb")
        if remember_release(settings.root, tutorial, released, settings.zone):
            changed.append(settings.root / RELEASES)
    with open_gradebook(settings.root) as gradebook:
        due = due_utc(settings.tutorials[tutorial])
        if gradebook.find_assignment(tutorial).duedate != due:
            gradebook.update_or_create_assignment(tutorial, duedate=due)
            when = f"is due {settings.tutorials[tutorial].due}" if due else "has no due date"
            say(f"{tutorial}: the gradebook says now that it {when}")
    return changed


def files_of(folder: Path) -> dict[str, bytes]:
    """What nbgrader has made: contents by the path in its folder, notebooks as `dumps` writes."""
    return {
        path.relative_to(folder).as_posix(): (
            dumps(load_notebook(path)) if path.suffix == ".ipynb" else path.read_bytes()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def holds_answers(name: str) -> bool:
    """Whether a file of a source folder (path relative to it) must not be released."""
    return name.endswith(".md") or name.split("/")[0] == "expected"


def generate_assignment(root: Path, tutorial: str, release: Path, record: bool = True) -> Path:
    """Run nbgrader's ``generate_assignment`` into the folder `release`.

    Parameters
    ----------
    root
        Folder of the course, with ``nbgrader_config.py``.
    tutorial
        Assignment name.
    release
        Where the assignment's folder is made.
    record
        Whether to write the assignment into the gradebook.

    Returns
    -------
    Path
        The assignment's folder.

    Raises
    ------
    CourseError
        If nbgrader refuses.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.utils import capture_log

    coursedir = nbgrader_directory(root, tutorial)
    coursedir.release_directory = str(release)
    converter = GenerateAssignment(coursedir=coursedir, config=coursedir.config)
    if not record:
        converter.no_database = True
        converter.preprocessors = [
            step for step in converter.preprocessors if not _name(step).endswith("SaveCells")
        ]
    converter.force = True
    converter.create_assignment = True
    # nbgrader is chatty; what matters comes back as one line, which is looked for in its whole log.
    propagate, converter.log.propagate = converter.log.propagate, False
    handlers, converter.log.handlers = converter.log.handlers, []
    filters, converter.log.filters = converter.log.filters, []
    try:
        with tools_on_path(), working_directory(root):
            result = capture_log(converter)
    finally:
        converter.log.propagate, converter.log.handlers = propagate, handlers
        converter.log.filters = filters
    if not result["success"]:
        raise CourseError(f"{tutorial}: {_reason(result.get('log', '') + result['error'])}")
    return release / tutorial


def _name(step: object) -> str:
    """Name of a preprocessor given as a class, an instance or a dotted text."""
    if isinstance(step, str):
        return step
    return step.__name__ if isinstance(step, type) else type(step).__name__


@contextlib.contextmanager
def working_directory(folder: Path) -> Iterator[None]:
    """Work in `folder` for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _reason(log: str) -> str:
    """The line of nbgrader's log that says what went wrong."""
    if "submissions associated" in log:
        return (
            "nbgrader refuses, because this assignment has submissions and its graded cells "
            "changed; restore the cells, or remove the assignment from the gradebook "
            "(nbgrader db assignment remove)"
        )
    pattern = re.compile(r"^\s*(?:[\w.]+\.)?(\w*(?:Error|Exception)): (.+)$", re.MULTILINE)
    found = [match for match in pattern.finditer(log) if match[1] != "NbGraderException"]
    found = found or list(pattern.finditer(log))
    if not found:
        return "nbgrader failed: " + (log.strip().splitlines() or ["no reason given"])[-1]
    first = found[0]
    return first[2] if first[1] in ("ScaffoldError", "CourseError") else f"nbgrader: {first[2]}"
