"""From the text notebook to a reproducible ``.ipynb``: cells, ids, kinds and stamps.

``source/<t>/<t>.md`` is what people edit (MyST, read with jupytext). :func:`read_source` gives
its notebook with derived cell ids and complete nbgrader metadata, :func:`stamp` fills the
``{{ … }}`` marks from ``course.toml``, :func:`dumps` writes the bytes.
"""

import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from nmautils.cells import TAGGED, WORTH, Kind, grade_id_of, kind_of, nbgrader_of, tags_of
from nmautils.course.settings import Settings
from nmautils.errors import CourseError

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}

_STAMP = re.compile(r"\{\{ ([A-Za-z_]+) \}\}")
# A LaTeX group may well end in "}}", and an f-string may hold "{{x}}": only what looks like a
# stamp with a slip in it is refused in code, any "{{" in text.
_SLIP_IN_CODE = re.compile(r"\{\{ ?[a-z_]+ ?\}{0,2}")


@dataclass(frozen=True)
class Place:
    """Where a cell stands in the text notebook, for messages."""

    path: str
    line: int
    label: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: cell {self.label}"


@dataclass(frozen=True)
class Heading:
    """A heading of a notebook: level 1 to 6, its text, and the index of its cell."""

    level: int
    text: str
    cell: int
    line: int


def shown(path: Path, root: Path) -> str:
    """`path` relative to `root` for messages, with forward slashes."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)


# --- reading -----------------------------------------------------------------------------------


def read_source(path: Path, root: Path | None = None) -> tuple[NotebookNode, list[Place]]:
    """Read a text notebook.

    Parameters
    ----------
    path
        ``source/<t>/<t>.md``.
    root
        Folder that paths in messages are relative to.

    Returns
    -------
    nb
        Notebook without outputs, stamps not yet filled, with derived cell ids and complete
        nbgrader metadata.
    places
        One per cell: file, line of the cell's first line, and label.

    Raises
    ------
    CourseError
        If the text cannot be read, a code cell has no kind or two, or two cells share an id.
    """
    from jupytext.myst import MystMetadataParsingError, myst_to_notebook

    name = shown(path, root or path.parent)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{name} does not exist") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{name} is not UTF-8: {error}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            raw = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, UserWarning, ValueError) as error:
        raise CourseError(f"{name}: {' '.join(str(error).split())}") from None
    except nbformat.ValidationError as error:
        raise CourseError(f"{name}: in the file's header {error.message}") from None

    lines = text.splitlines()
    starts = raw.metadata.get("source_map", [])
    cells: list[NotebookNode] = []
    places: list[Place] = []
    made: NotebookNode
    seen: Counter[str] = Counter()
    for index, cell in enumerate(raw.cells):
        source = cell.source.strip("\n") if cell.cell_type == "code" else cell.source.strip()
        place = Place(name, _line_of(source, lines, starts[index]), str(index + 1))
        if cell.cell_type == "raw":
            raise CourseError(f"{place}: raw cells are not used here, write Markdown or code")
        metadata = _complete(cell.cell_type, cell.metadata, place)
        made = nbformat.from_dict(
            {"cell_type": cell.cell_type, "metadata": metadata, "source": source}
        )
        if cell.cell_type == "code":
            made["execution_count"] = None
            made["outputs"] = []
        kind = _checked_kind(made, place)
        made["id"] = _cell_id(made, kind, seen)
        places.append(Place(name, place.line, made["id"]))
        cells.append(made)
    _check_ids(cells, places)
    notebook: NotebookNode = nbformat.from_dict(
        {"cells": cells, "metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}
    )
    return notebook, places


def _line_of(source: str, lines: list[str], start: int) -> int:
    """Line (from 1) where the cell's own text begins, after its header."""
    wanted = source.splitlines()
    for number in range(start, len(lines)):
        if wanted and lines[number : number + len(wanted)] == wanted:
            return number + 1
    return start + 1


def _complete(cell_type: str, metadata: Any, place: Place) -> dict[str, Any]:
    """Metadata with every key of schema version 3 in nbgrader's part."""
    given = metadata.get("nbgrader")
    if given is None:
        return dict(metadata)
    known = {"cell_type", "checksum", "grade", "grade_id", "locked", "points", "schema_version"}
    known |= {"solution", "task"}
    if not isinstance(given, dict) or set(given) - known:
        raise CourseError(f"{place}: nbgrader metadata may have only {', '.join(sorted(known))}")
    grade, solution = bool(given.get("grade")), bool(given.get("solution"))
    complete = {
        "cell_type": cell_type,
        "grade": grade,
        "grade_id": given.get("grade_id", ""),
        "locked": bool(given.get("locked", grade and not solution)),
        "schema_version": 3,
        "solution": solution,
        "task": bool(given.get("task")),
    }
    if grade:
        complete["points"] = given.get("points")
    return {**metadata, "nbgrader": complete}


def one_kind_of(cell: NotebookNode) -> Kind:
    """Give the kind of a cell that must have exactly one.

    Raises
    ------
    CourseError
        If a code cell has no kind or more than one.
    """
    kind = kind_of(cell)
    if cell.cell_type != "code":
        return kind
    mark = nbgrader_of(cell)
    found: list[str] = [tagged.value for tagged in TAGGED if tagged.value in tags_of(cell)]
    by_hand = bool(mark.get("solution") and mark.get("grade"))
    if by_hand:
        found.append("manually graded code")
    elif kind in (Kind.EXERCISE, Kind.TEST):
        found.append(kind.value)
    if len(found) != 1 or by_hand:
        raise CourseError(
            f"has {' and '.join(found) or 'no kind'}; a code cell has one tag of "
            f"{', '.join(TAGGED)}, or is an exercise (solution) or a test (grade)"
        )
    return kind


def _checked_kind(cell: NotebookNode, place: Place) -> Kind:
    """Kind of the cell, after checking that its metadata fit it."""
    try:
        kind = one_kind_of(cell)
    except CourseError as error:
        raise CourseError(f"{place}: {error}") from None
    meta = nbgrader_of(cell)
    if meta:
        grade_id = meta["grade_id"]
        if not isinstance(grade_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", grade_id):
            raise CourseError(
                f"{place}: grade_id {grade_id!r} must be 1 to 64 letters, digits, '_' or '-'"
            )
    if kind is Kind.QUESTION and not (meta["grade"] and meta["solution"]):
        raise CourseError(f"{place}: a question needs grade: true and solution: true")
    if kind in (Kind.TEST, Kind.QUESTION):
        points = meta["points"]
        if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
            raise CourseError(f"{place}: points are {points!r}, must be a number above 0")
    if kind is Kind.TEST and not meta["grade_id"].endswith("_test"):
        raise CourseError(f"{place}: grade_id {meta['grade_id']!r} of a test must end in '_test'")
    if "skip-execution" in tags_of(cell):
        raise CourseError(f"{place}: the tag 'skip-execution' would give full marks unseen")
    return kind


def _cell_id(cell: NotebookNode, kind: Kind, seen: Counter[str]) -> str:
    """Id from grade_id, or from kind and content; equal cells are numbered."""
    grade_id = grade_id_of(cell)
    if grade_id:
        return grade_id
    digest = hashlib.sha256(f"{kind}\n{cell.source}".encode()).hexdigest()[:12]
    seen[f"{kind}-{digest}"] += 1
    count = seen[f"{kind}-{digest}"]
    return f"{kind}-{digest}" + (f"-{count}" if count > 1 else "")


def _check_ids(cells: list[NotebookNode], places: list[Place]) -> None:
    first: dict[str, Place] = {}
    for cell, place in zip(cells, places, strict=True):
        if cell["id"] in first:
            raise CourseError(f"{place}: id is also used in line {first[cell['id']].line}")
        first[cell["id"]] = place


# --- stamps ------------------------------------------------------------------------------------


def badges(settings: Settings, tutorial: str) -> str:
    """Markdown of the Colab and Kaggle badges of a tutorial's student version, if they open it."""
    repository = settings.repository
    if not repository.has_badges:
        return ""
    file = f"{repository.branch}/release/{tutorial}/{tutorial}.ipynb"
    colab = f"https://colab.research.google.com/github/{repository.slug}/blob/{file}"
    raw = f"https://raw.githubusercontent.com/{repository.slug}/{file}"
    kaggle = f"https://kaggle.com/kernels/welcome?src={raw}"
    return (
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})"
        "&nbsp;"
        f"[![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)]({kaggle})"
    )


def anchor(text: str) -> str:
    """Link target of a heading as JupyterLab makes it: spaces become hyphens."""
    return "#" + quote(text.replace(" ", "-"), safe="!$&'*+,;=:@/?-._~")


def headings(nb: NotebookNode) -> list[Heading]:
    """Headings of the Markdown cells, without those inside model answers and mark schemes."""
    from markdown_it import MarkdownIt

    from nmautils.course.scaffold import without_marked

    found = []
    for index, cell in enumerate(nb.cells):
        if cell.cell_type != "markdown":
            continue
        tokens = MarkdownIt("commonmark").parse(without_marked(cell.source))
        for token, inline in pairwise(tokens):
            if token.type == "heading_open":
                text = "".join(
                    child.content
                    for child in inline.children or []
                    if child.type in ("text", "code_inline")
                )
                line = token.map[0] if token.map else 0
                found.append(Heading(int(token.tag[1]), text, index, line))
    return found


def toc(nb: NotebookNode, levels: tuple[int, ...] = (2, 3)) -> str:
    """Nested Markdown list of links to the headings of these levels."""
    entries = [heading for heading in headings(nb) if heading.level in levels]
    if not entries:
        return ""
    top = min(heading.level for heading in entries)
    return "\n".join(
        f"{'  ' * (heading.level - top)}- [{heading.text}]({anchor(heading.text)})"
        for heading in entries
    )


def exercises(nb: NotebookNode) -> str:
    """Markdown table of the exercises and questions, with what they are worth and take.

    They are the headings that end in points and minutes.
    """
    rows = [
        (WORTH.sub("", heading.text), anchor(heading.text), float(found[1]), int(found[2]))
        for heading in headings(nb)
        if (found := WORTH.search(heading.text))
    ]
    lines = [
        f"| [{title}]({link}) | {points:g} | {minutes} |" for title, link, points, minutes in rows
    ]
    total = (
        f"| **In all** | **{sum(row[2] for row in rows):g}** | **{sum(row[3] for row in rows)}** |"
    )
    return "\n".join(["| Exercise | Points | Minutes |", "|:--|--:|--:|", *lines, total])


def worth(nb: NotebookNode, index: int) -> str | None:
    """Points of the first graded cell at or after a cell, for the heading of an exercise."""
    marks = (nbgrader_of(cell) for cell in nb.cells[index:])
    points = next((mark["points"] for mark in marks if mark.get("grade")), None)
    return None if points is None else f"{points:g} point{'' if points == 1 else 's'}"


def stamp(
    nb: NotebookNode, settings: Settings, tutorial: str, places: list[Place] | None = None
) -> NotebookNode:
    """Fill the ``{{ … }}`` marks of a source notebook.

    Parameters
    ----------
    nb
        What :func:`read_source` gave; it stays as it is.
    settings, tutorial
        Where the values come from.
    places
        For messages.

    Raises
    ------
    CourseError
        If a stamp is unknown, has no value, or is misspelt.
    """
    info = settings.tutorials[tutorial]
    values: dict[str, str | None] = {
        "badges": badges(settings, tutorial),
        "credit": settings.course.credit.strip().format(creators=info.creators),
        "feedback_endpoint": settings.feedback.endpoint,
        "feedback_prefix": info.feedback_prefix,
        "minutes": str(info.minutes),
        "package": settings.requirement,
        "repository": settings.repository.url,
        "slides": info.slides,
        "title": info.title,
    }
    stamped: NotebookNode = nbformat.from_dict(nb)
    if settings.grading.packages:
        # For a student's check, which has nothing else of the course.
        stamped.metadata["nmautils"] = {"packages": list(settings.grading.packages)}

    late = {"exercises": exercises, "toc": toc}

    def fill(index: int, cell: NotebookNode, place: object) -> str:
        values["worth"] = worth(nb, index)

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in late:
                return match[0]
            if name not in values:
                known = ", ".join(sorted([*values, *late]))
                raise CourseError(f"{place}: unknown stamp {match[0]}; known: {known}")
            if values[name] is None:
                raise CourseError(f"{place}: [tutorials.{tutorial}] has no {name} for {match[0]}")
            return str(values[name])

        _check_slips(cell, place, [*values, *late])
        return _STAMP.sub(value, cell.source)

    where: Sequence[object] = places or [f"cell {cell['id']}" for cell in nb.cells]
    for index, (cell, place) in enumerate(zip(stamped.cells, where, strict=True)):
        cell.source = fill(index, cell, place)
    for name, made_of in late.items():
        contents = made_of(stamped)
        for cell in stamped.cells:
            cell.source = cell.source.replace(f"{{{{ {name} }}}}", contents)
    return stamped


def _check_slips(cell: NotebookNode, place: object, names: list[str]) -> None:
    """Refuse what looks like a stamp with a slip in it."""
    rest = _STAMP.sub("", cell.source)
    if cell.cell_type == "markdown" and "{{" in rest:
        wrong = rest[rest.index("{{") :].splitlines()[0][:20]
    else:
        slips = [
            match[0]
            for match in _SLIP_IN_CODE.finditer(rest)
            if match[0].strip("{} ") in names and cell.cell_type == "code"
        ]
        if not slips:
            return
        wrong = slips[0]
    raise CourseError(f"{place}: {wrong!r} is not a stamp; write it as {{{{ name }}}}")


def stamped_with(source: str, stamped: str) -> dict[str, str] | None:
    """Find what the stamps of a cell were filled with.

    Parameters
    ----------
    source, stamped
        The text of a code cell with its stamps, and what may have been made of it earlier.

    Returns
    -------
    dict or None
        Values by the names of the stamps; None if the two differ in anything else.
    """
    pattern, known = "", set[str]()
    for index, part in enumerate(_STAMP.split(source)):
        if index % 2 == 0:  # the text between two stamps
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in known else f"(?P<{part}>[^\n]*?)"
            known.add(part)
    found = re.fullmatch(pattern, stamped)
    return found.groupdict() if found else None


# --- writing -----------------------------------------------------------------------------------


def dumps(nb: NotebookNode) -> bytes:
    """The bytes of a notebook: always the same for the same content.

    Raises
    ------
    CourseError
        If the notebook is not valid nbformat 4.5.
    """
    try:
        nbformat.validate(nb)
    except nbformat.ValidationError as error:
        raise CourseError(f"not a valid notebook: {str(error).splitlines()[0]}") from None
    text: str = nbformat.writes(nb, version=nbformat.NO_CONVERT)
    return (text.rstrip("\n") + "\n").encode()


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it holds these bytes already; returns whether it wrote."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def write_folder(folder: Path, files: dict[str, bytes], old: str = "*") -> list[Path]:
    """Write files into a folder, and remove all others that match the pattern `old`.

    Returns
    -------
    list of Path
        Files that changed.
    """
    written = [folder / n for n, data in files.items() if write_if_changed(folder / n, data)]
    stale = [
        path
        for path in sorted(folder.glob(old))
        if path.is_file() and path.relative_to(folder).as_posix() not in files
    ]
    for path in stale:
        path.unlink()
    return written + stale


def source_notebook(
    settings: Settings, tutorial: str
) -> tuple[NotebookNode, NotebookNode, list[Place]]:
    """Read and stamp a tutorial's source.

    Returns
    -------
    raw, stamped, places
        The notebook before and after stamping, and where its cells stand.
    """
    raw, places = read_source(settings.source(tutorial), settings.root)
    return raw, stamp(raw, settings, tutorial, places), places
