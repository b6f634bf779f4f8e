"""A table that a platform wrote: single cells of it are changed, and no other byte."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from nmautils.errors import CourseError

__all__ = ["Sheet", "new_sheet", "read_sheet"]

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_NUMBER = re.compile(r"-?\d+([.,])\d+")


@dataclass
class Sheet:
    """The rows of a table as they stand in its file, quotes included.

    Parameters
    ----------
    raw : list of list of str
        The cells of each row.
    ends : list of str
        What ends each row.
    delimiter : str
        What stands between cells.
    mark : bytes
        What the file begins with to tell its encoding.
    encoding : str
        How its text is encoded.
    """

    raw: list[list[str]]
    ends: list[str]
    delimiter: str = ","
    mark: bytes = b""
    encoding: str = "utf-8"

    @cached_property
    def head(self) -> int:
        """Number of the row with the names of the columns: the first that is not empty."""
        return next((i for i, row in enumerate(self.raw) if any(map(_value, row))), 0)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(_value(cell) for cell in self.raw[self.head])

    @cached_property
    def rows(self) -> list[int]:
        """Numbers of the rows below the names that are not empty."""
        below = range(self.head + 1, len(self.raw))
        return [i for i in below if any(map(_value, self.raw[i]))]

    @cached_property
    def _lines(self) -> list[int]:
        heights = (1 + sum(cell.count("\n") for cell in row) for row in self.raw)
        return list(accumulate(heights, initial=1))

    def line(self, row: int) -> int:
        """Number of the line of the file in which a row begins."""
        return self._lines[row]

    def get(self, row: int, column: int) -> str:
        """Give what a cell says; nothing if the row ends before it."""
        cells = self.raw[row]
        return _value(cells[column]) if column < len(cells) else ""

    def put(self, row: int, column: int, value: str) -> None:
        """Let a cell say something else; it keeps its quotes if it has some."""
        cells = self.raw[row]
        cells += [""] * (column + 1 - len(cells))
        special = any(sign in value for sign in (self.delimiter, '"', "\r", "\n"))
        if special or cells[column].startswith('"'):
            value = '"' + value.replace('"', '""') + '"'
        cells[column] = value

    @cached_property
    def decimal_comma(self) -> bool:
        """Whether numbers in the table have a comma where English has a point."""
        cells = (_value(cell) for row in self.raw[self.head + 1 :] for cell in row)
        signs = [found[1] for cell in cells if (found := _NUMBER.fullmatch(cell))]
        if not signs:
            return self.delimiter == ";"  # what spreadsheets write where a comma is in numbers
        return signs.count(",") > signs.count(".")

    def to_bytes(self) -> bytes:
        """Give the whole file."""
        rows = zip(self.raw, self.ends, strict=True)
        text = "".join(self.delimiter.join(cells) + end for cells, end in rows)
        return self.mark + text.encode(self.encoding)


def new_sheet(rows: list[list[str]]) -> Sheet:
    """Make a table of these values, in UTF-8 with commas."""
    sheet = Sheet([[""] * len(row) for row in rows], ["\r\n"] * len(rows))
    for i, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.put(i, column, value)
    return sheet


def read_sheet(raw: bytes, where: str) -> Sheet:
    """Take a table apart, in the encoding and with the delimiter that it has.

    Raises
    ------
    CourseError
        If it is no table: one line that names the line.
    """
    mark, encoding = _encoding_of(raw)
    try:
        text = raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise CourseError(f"{where} is no text: {error.reason}") from None
    if not text.strip() or "\0" in text:
        raise CourseError(f"{where} is no table: download it again, as CSV or text")
    first = re.split("[\r\n]", _QUOTED.sub("", text.lstrip("\r\n")), maxsplit=1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    plain = re.compile(rf"[^{delimiter}\r\n]*")
    position = 0
    while True:
        quoted = _QUOTED.match(text, position)
        if quoted is None and text.startswith('"', position):
            line = text.count("\n", 0, position) + 1
            raise CourseError(f"{where}, line {line}: a quotation mark is not closed")
        rest = plain.match(text, quoted.end() if quoted else position)
        end = rest.end() if rest else position
        rows[-1].append(text[position:end])
        position = end + 1
        if text.startswith(delimiter, end):
            continue
        if text.startswith("\r\n", end):
            position += 1
        ends.append(text[end:position])
        if position >= len(text):
            return Sheet(rows, ends, delimiter, mark, encoding)
        rows.append([])


def _encoding_of(raw: bytes) -> tuple[bytes, str]:
    """Tell how a file is encoded, in a way that gives each byte back."""
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return mark, encoding
    if raw[1:200:2].count(0) > len(raw[1:200:2]) // 2:
        return b"", "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            raw.decode(encoding)
            return b"", encoding
    return b"", "latin-1"


def _value(cell: str) -> str:
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].replace('""', '"').strip()
    return cell
