"""Tables of text beside ``course.toml`` that people and programs keep: one way in and out."""

import csv
import io
import os
import re
import tempfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

from nmautils.errors import CourseError
from nmautils.grading.model.limits import LIST_BYTES, MIB
from nmautils.grading.safe.text import printable

__all__ = [
    "column_name",
    "guarded",
    "read_cells",
    "read_file",
    "read_rows",
    "read_table",
    "unguarded",
    "write_table",
]

# How files begin that a spreadsheet program saves as its own, not as text.
_WORKBOOKS = {b"PK\x03\x04": "a workbook", b"\xd0\xcf\x11\xe0": "a workbook", b"%PDF": "a PDF"}


def read_table(
    path: Path, needed: Sequence[str], known: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Read a table as people, Excel and platforms write it.

    Parameters
    ----------
    path : Path
        The file: UTF-8 with or without a mark, UTF-16, else Windows-1252; commas, semicolons or
        tabs between the cells.
    needed : sequence of str
        Columns that must be there and hold something in each line.
    known : sequence of str
        Columns that may be there. As those that are needed they may be written in capitals or
        with blanks, ``Last name`` for ``last_name``, and are given under the names said here.

    Returns
    -------
    list of (int, dict)
        The number of each line that is not empty, and its cells by the names of their columns.

    Raises
    ------
    CourseError
        In one line, if it is no such table.
    """
    return read_rows(read_file(path), str(path), needed, known)


def read_rows(
    raw: bytes, where: str, needed: Sequence[str] = (), known: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Read the bytes of a table, as `read_table` does."""
    (_, head), *lines = read_cells(raw, where)
    names = {column_name(name): name for name in (*known, *needed)}
    columns = [names.get(column_name(name), name) for name in head]
    for name in needed:
        if name not in columns:
            raise CourseError(f"{where} has no column {name!r} in its first line")
    for name in columns:
        if name and columns.count(name) > 1:
            raise CourseError(f"{where} has two columns {printable(name)!r}")
    rows = []
    for line, cells in lines:
        row = dict(zip(columns, [*cells, *[""] * len(columns)], strict=False))
        row.pop("", None)
        if any(cell for cell, name in zip_longest(cells, columns) if not name):
            raise CourseError(f"{where}, line {line}: a cell stands in a column without a name")
        for name in needed:
            if not row[name]:
                raise CourseError(f"{where}, line {line}: no {name}")
        rows.append((line, row))
    return rows


def column_name(text: str) -> str:
    """Give the name of a column in one way of writing it: ``Last name`` is ``last_name``."""
    return re.sub(r"[\s_-]+", "_", text.strip()).casefold()


def read_file(path: Path) -> bytes:
    """Read a file that should be a table.

    Raises
    ------
    CourseError
        If it is too large to be one.
    """
    with path.open("rb") as file:
        raw = file.read(LIST_BYTES + 1)
    if len(raw) > LIST_BYTES:
        raise CourseError(f"{path} is larger than {LIST_BYTES // MIB} MiB, so it is no list")
    return raw


def read_cells(raw: bytes, where: str) -> list[tuple[int, list[str]]]:
    """Read all lines of a table that are not empty, the names of its columns first.

    Raises
    ------
    CourseError
        In one line, if it is no table or an empty one.
    """
    text = _decoded(raw, where)
    delimiter = _delimiter(text)
    # Without `strict` a quote that is not closed would swallow all lines after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells) and not (line == 1 and _says_delimiter(text)):
                lines.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise CourseError(f"{where}, line {line}: {error}: look at its quotes") from None
    if not lines:
        raise CourseError(f"{where} is empty: its first line has to name the columns")
    return lines


def _decoded(raw: bytes, where: str) -> str:
    for start, kind in _WORKBOOKS.items():
        if raw.startswith(start):
            raise CourseError(
                f"{where} is {kind}, not text: open it in a spreadsheet program, save it as CSV "
                "(UTF-8), and give that file"
            )
    text = _text(raw)
    if "\0" in text:
        raise CourseError(f"{where} is no text: export it as CSV")
    return text


def _text(raw: bytes) -> str:
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    if raw[:1] == b"\0" or raw[1:2] == b"\0":  # UTF-16 without a mark
        return raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le", errors="replace")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8-sig")
    return raw.decode("cp1252", errors="replace")


def _says_delimiter(text: str) -> re.Match[str] | None:
    """Find the line by which Excel is told what stands between the cells."""
    return re.match(r"\"?sep=([,;\t])\"?\s*[\r\n]", text, re.IGNORECASE)


def _delimiter(text: str) -> str:
    if said := _says_delimiter(text):
        return said[1]
    head = text.lstrip("\r\n").splitlines()[:1]

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader(head, delimiter=delimiter), []))
        except csv.Error:  # a cell that is too long; said when it is read
            return 0

    return max(",;\t", key=columns)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table in UTF-8; a file that is there is replaced as a whole, or not at all."""
    path = Path(os.path.realpath(path))  # a link stays one
    mode, encoding = 0o600, "utf-8"
    if path.exists():
        mode = path.stat().st_mode & 0o777
        with path.open("rb") as file:
            # Excel puts a mark there, and needs it to read names that are not English.
            encoding = "utf-8-sig" if file.read(3) == BOM_UTF8 else "utf-8"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", newline="", encoding=encoding, errors="backslashreplace") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows({column: _cell(text) for column, text in row.items()} for row in rows)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _cell(text: str) -> str:
    """Give a text as it is read again: no line end but one, and no byte that ends a text."""
    return re.sub(r"\r\n?", "\n", text).replace("\0", "").strip()


# What a spreadsheet program takes for a formula, with or without our guard before it.
_FORMULA = re.compile(r"'*[=+@\t\r-]")


def guarded(text: str) -> str:
    """Put a mark before a text of a stranger's that a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take the mark away that `guarded` puts."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
