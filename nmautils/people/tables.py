"""Tables of text beside ``course.toml`` that people and programs keep: one way in and out."""

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from nmautils.errors import CourseError

__all__ = ["read_rows", "read_table", "write_table"]


def read_table(path: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Read a table as people, Excel and platforms write it.

    Parameters
    ----------
    path : Path
        The file: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252; commas,
        semicolons or tabs between the cells.
    needed : sequence of str
        Columns that must be there and hold something in each line.

    Returns
    -------
    list of (int, dict)
        The number of each line that is not empty, and its cells by the names of their columns.

    Raises
    ------
    CourseError
        In one line, if it is no such table.
    """
    return read_rows(path.read_bytes(), str(path), needed)


def read_rows(
    raw: bytes, where: str, needed: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Read the bytes of a table, as `read_table` does."""
    text = _decoded(raw)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows: list[tuple[int, dict[str, str]]] = []
    columns: list[str] = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if not columns:
                columns = cells
                _check_columns(columns, where, needed)
                continue
            row = dict(zip(columns, [*cells, *[""] * len(columns)], strict=False))
            missing = [column for column in needed if not row[column]]
            if missing or len(cells) > len(columns):
                why = f"no {missing[0]}" if missing else "more cells than columns"
                raise CourseError(f"{where}, line {reader.line_num}: {why}")
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise CourseError(f"{where}, line {reader.line_num}: {error}") from None
    if not columns:
        raise CourseError(f"{where} is empty: its first line has to name the columns")
    return rows


def _check_columns(columns: list[str], where: str, needed: Sequence[str]) -> None:
    for name in needed:
        if name not in columns:
            raise CourseError(f"{where} has no column {name!r} in its first line")
    twice = [name for name in columns if name and columns.count(name) > 1]
    if twice:
        raise CourseError(f"{where} has two columns {twice[0]!r}")


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8-sig")
    return raw.decode("cp1252", errors="replace")


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table in UTF-8; a file that is there is replaced as a whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o600)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
