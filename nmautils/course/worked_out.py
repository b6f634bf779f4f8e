"""What a test cell shows of its formulas: the numbers they give.

A check that names a mistake has to know what that mistake gives on the inputs of the check, but
its formula may give the answer away. So authors write formulas, in a block of assignments::

    ### BEGIN WORKED OUT
    right = reference(toy)
    mistakes = [Mistake("sign lost", "Keep the sign.", lambda: abs(reference(toy)))]
    ### END WORKED OUT

and the student version holds what they give, as text: :func:`work_out` evaluates the block when
the course is built, the folder ``expected`` keeps its text, and :class:`ShowWorkedOut` puts the
text in the block's place.
"""

import ast
import math
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from nmautils.cells import BEGIN_WORKED_OUT, END_WORKED_OUT, is_test
from nmautils.checks import Mistake
from nmautils.course.scaffold import split_regions
from nmautils.course.stamp import write_folder
from nmautils.errors import CourseError

__all__ = [
    "ShowWorkedOut",
    "keep_worked_out",
    "same_values",
    "show_worked_out",
    "work_out",
    "worked_out_cells",
]

FOLDER = "worked_out"  # within the folder of kept pictures
DIGITS = 7  # kept of each number
TOLERANCE = 1e-5  # between the numbers of two machines
MAX_CHARACTERS = 30_000  # of one block
WIDTH = 100  # of a line


def work_out(source: str) -> str:
    """Evaluate the blocks of a test cell.

    Parameters
    ----------
    source : str
        The whole test cell, hidden parts included. What stands before a block is run, but for
        the checks.

    Returns
    -------
    str
        Assignments of plain values, in the order of the blocks.

    Raises
    ------
    CourseError
        If a block holds anything but assignments to a name, fails, or gives what has no short
        literal.
    """
    blocks = _block_lines(source)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    worked: list[str] = []
    for node in ast.parse(source).body:
        if len(worked) == sum(len(names) for _, names in blocks):
            break
        inside = any(node.lineno in lines for lines, _ in blocks)
        if isinstance(node, ast.With) and not inside:
            continue
        try:
            exec(compile(ast.Module([node], []), "<test>", "exec"), namespace)
        except Exception as error:
            raise CourseError(
                f"line {node.lineno} fails when it is worked out "
                f"({type(error).__name__}: {error}); it may use what stands above it, but no probe"
            ) from None
        if inside:
            name = _assigned(node)
            worked.append(f"{name} = {_literal(namespace[name], name)}")
    text = "\n".join(worked)
    if len(text) > MAX_CHARACTERS:
        raise CourseError(
            f"what is worked out takes {len(text)} characters, {MAX_CHARACTERS} at most; "
            "use smaller toy inputs"
        )
    return text


def _block_lines(source: str) -> list[tuple[range, list[str]]]:
    """Line numbers of each block, and the names it assigns."""
    blocks = []
    line = 1
    for marked, part in split_regions(source, BEGIN_WORKED_OUT, END_WORKED_OUT):
        if marked:
            text = textwrap.dedent("\n".join(part))
            blocks.append((range(line, line + len(part)), [*map(_assigned, ast.parse(text).body)]))
        line += len(part)
    return blocks


def _assigned(node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    raise CourseError(
        f"{ast.unparse(node).splitlines()[0]!r}: what is worked out are assignments to one name"
    )


def _literal(value: Any, name: str, indent: int = 0) -> str:
    """Write a value as Python text that a student may read."""
    if isinstance(value, Mistake):
        return _call(value, name, indent)
    value = _plain(value, name)
    text = repr(value)
    if not _holds_mistake(value) and len(text) + indent + len(name) + 3 <= WIDTH:
        return text
    pad = " " * (indent + 4)
    match value:
        case list() if all(isinstance(item, (int, float)) for item in value):
            rows = textwrap.wrap(", ".join(map(repr, value)), WIDTH - indent - 5)
        case list():
            rows = [_literal(item, "", indent + 4) for item in value]
            rows = [f"{row}," for row in rows]
        case dict():
            rows = [
                f"{key!r}: {_literal(item, repr(key), indent + 4)}," for key, item in value.items()
            ]
        case _:
            return text
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return "\n".join([opening, *(pad + row for row in rows), " " * indent + closing])


def _call(mistake: Mistake, name: str, indent: int) -> str:
    pad = " " * (indent + 4)
    values = []
    for value in mistake.values:
        try:
            values.append(value() if callable(value) else value)
        except Exception as error:
            raise CourseError(
                f"{name}: the mistake {mistake.name!r} gives no value "
                f"({type(error).__name__}: {error})"
            ) from None
    parts = [repr(mistake.name), repr(mistake.hint)]
    parts += [_literal(value, "", indent + 4) for value in values]
    return "\n".join(["Mistake(", *(f"{pad}{part}," for part in parts), " " * indent + ")"])


def _holds_mistake(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return isinstance(value, list | dict) and any(
        isinstance(item, Mistake) or _holds_mistake(item) for item in items
    )


def _plain(value: Any, name: str) -> Any:
    """Turn arrays and tensors into lists, and shorten the numbers."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    match value:
        case bool() | int() | str() | None | Mistake():
            return value
        case float():
            if not math.isfinite(value):
                raise CourseError(f"{name}: {value} cannot be written down; use other toy inputs")
            return float(f"{value:.{DIGITS}g}")
        case list() | tuple():
            return [_plain(item, name) for item in value]
        case dict():
            return {key: _plain(item, name) for key, item in value.items()}
    raise CourseError(f"{name}: a {type(value).__name__} cannot be written down")


# --- keeping -----------------------------------------------------------------------------------


def worked_out_cells(nb: NotebookNode) -> Iterator[NotebookNode]:
    """Go through the test cells that have something to be worked out."""
    return (cell for cell in nb.cells if is_test(cell) and BEGIN_WORKED_OUT in cell.source)


def keep_worked_out(nb: NotebookNode, expected: Path) -> list[Path]:
    """Keep what the test cells of a source notebook give, in a file for each cell.

    A file whose numbers differ in their last digits alone stays as it is, so that two machines
    build the same student version.

    Returns
    -------
    list of Path
        Files that changed.

    Raises
    ------
    CourseError
        See :func:`work_out`.
    """
    folder = expected / FOLDER
    files = {}
    for cell in worked_out_cells(nb):
        name = f"{cell.id}.py"
        try:
            text = work_out(cell.source)
        except CourseError as error:
            raise CourseError(f"cell {cell.id}: {error}") from None
        old = (folder / name).read_text(encoding="utf-8") if (folder / name).is_file() else ""
        files[name] = (old if same_values(old, text) else f"{text}\n").encode()
    return write_folder(folder, files)


_NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e[+-]?\d+)?(?![\w.])")


def same_values(one: str, other: str) -> bool:
    """Tell whether two texts differ in the last digits of their numbers alone."""
    words, others = ("".join(_NUMBER.sub("#", text).split()) for text in (one, other))
    if words != others:
        return False
    numbers, wanted = (np.array([*map(float, _NUMBER.findall(text))]) for text in (one, other))
    return bool(np.allclose(numbers, wanted, rtol=TOLERANCE, atol=1e-7))


# --- showing -----------------------------------------------------------------------------------


class ShowWorkedOut(NbGraderPreprocessor):
    """nbgrader preprocessor that puts kept values in the place of the formulas."""

    folder = Unicode(
        f"expected/{FOLDER}", help="Folder with the kept values, relative to the notebook's."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        here = Path(resources.get("metadata", {}).get("path", ".")) / self.folder
        for cell in worked_out_cells(nb):
            try:
                kept = (here / f"{cell.id}.py").read_text(encoding="utf-8")
            except FileNotFoundError:
                raise CourseError(
                    f"nothing is kept for cell {cell.id}; run nmautils build"
                ) from None
            cell.source = show_worked_out(cell.source, kept)
        return nb, resources


def show_worked_out(source: str, kept: str) -> str:
    """Put the kept assignments in the place of the blocks that they belong to."""
    texts = {
        _assigned(node): ast.get_source_segment(kept, node) or "" for node in ast.parse(kept).body
    }
    lines: list[str] = []
    blocks = iter(_block_lines(source))
    for marked, part in split_regions(source, BEGIN_WORKED_OUT, END_WORKED_OUT):
        lines += [texts[name] for name in next(blocks)[1]] if marked else part
    return "\n".join(lines)
