"""Tables of platforms are changed cell by cell, and no other byte of them."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nmautils.errors import CourseError
from nmautils.handback.sheets import new_sheet, read_sheet

FILES = {
    "unix": b"Name,Grade\nJane,\nBob,7\n",
    "windows": b'Name,Grade\r\n"Doe, Jane",\r\nBob,7',
    "old mac": b"Name,Grade\rJane,\rBob,7\r",
    "semicolons": b"\xef\xbb\xbfName;Grade\nJane;\nBob;7,5\n",
    "utf-16": '"Name"\t"Grade"\r\n"Zo\u00eb"\t""\r\n"Bob"\t"7"\r\n'.encode("utf-16"),
    "utf-16 without a mark": "Name\tGrade\nJane\t\nBob\t7\n".encode("utf-16-le"),
    "windows-1252": b"Name,Grade\nZo\xeb,\nBob,7\n",
    "latin-1": b"Name,Grade\nZo\xeb \x81,\nBob,7\n",
    "quotes": b'Name,Grade\n"Jane ""J"" Doe",\n"two\nlines",7\n',
    "short rows": b"Name,Grade\nJane\nBob,7\n",
    "blank lines": b"\n\nName,Grade\n\nJane,\n,\nBob,7\n\n",
    "blanks": b" Name , Grade \n Jane , \n Bob , 7 \n",
}


@pytest.mark.parametrize("raw", FILES.values(), ids=FILES)
def test_a_table_that_is_not_changed_has_the_same_bytes(raw):
    sheet = read_sheet(raw, "marks.csv")
    assert sheet.to_bytes() == raw
    assert sheet.columns == ("Name", "Grade")
    assert len(sheet.rows) == 2
    assert sheet.get(sheet.rows[1], 1) in ("7", "7,5")


@pytest.mark.parametrize("raw", FILES.values(), ids=FILES)
def test_one_cell_is_changed_and_all_else_stays(raw):
    before, sheet = read_sheet(raw, "marks.csv"), read_sheet(raw, "marks.csv")
    row = sheet.rows[0]
    sheet.put(row, 1, "9.5")
    after = read_sheet(sheet.to_bytes(), "marks.csv")
    assert after.get(row, 1) == "9.5"
    assert after.ends == before.ends
    for number, cells in enumerate(before.raw):
        kept = after.raw[number]
        assert kept[:1] == cells[:1]
        assert number == row or kept == cells


def test_a_cell_keeps_its_quotes_and_gets_them_where_it_needs_them():
    sheet = read_sheet(b'Name,Grade\n"Jane",""\nBob,7\n', "marks.csv")
    sheet.put(1, 1, "9")
    sheet.put(2, 1, "7,5")
    assert sheet.to_bytes() == b'Name,Grade\n"Jane","9"\nBob,"7,5"\n'


def test_a_row_that_ends_early_is_made_as_long_as_it_must_be():
    sheet = read_sheet(b"Name,Email,Grade\nJane\n", "marks.csv")
    sheet.put(1, 2, "9")
    assert sheet.to_bytes() == b"Name,Email,Grade\nJane,,9\n"


@pytest.mark.parametrize(
    ("raw", "comma"),
    [
        (b'Name,Grade,Most\nJane,,"10,00"\n', True),
        (b"Name,Grade,Most\nJane,,10.00\n", False),
        (b"Name;Grade\nJane;\n", True),
        (b"Name,Grade\nJane,\n", False),
        (b"Name;Grade\nJane;7.5\n", False),
    ],
)
def test_numbers_are_written_as_the_table_writes_them(raw, comma):
    assert read_sheet(raw, "marks.csv").decimal_comma is comma


def test_lines_are_counted_as_an_editor_counts_them():
    sheet = read_sheet(b'Name,Grade\r\n"two\r\nlines",1\r\nJane,2\r\n', "marks.csv")
    assert [sheet.line(row) for row in sheet.rows] == [2, 4]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is no table"),
        (b" \n\n", "is no table"),
        (b"PK\x03\x04\x00\x00,\x00\x00", "is no table"),
        (b'Name,Grade\nJane,"7\nBob,8\n', "line 2: a quotation mark is not closed"),
        (b"\xff\xfea\x00\xd8", "is no text"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(raw, why):
    with pytest.raises(CourseError, match=why) as caught:
        read_sheet(raw, "marks.csv")
    assert "\n" not in str(caught.value)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;\t\n\r='))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=2, max_size=4))
@example([["a", "b"], ['"', '"']])
def test_any_cell_is_written_so_that_a_reader_of_csv_finds_it(rows):
    raw = new_sheet(rows).to_bytes()
    assert list(csv.reader(io.StringIO(raw.decode(), newline=""))) == rows
    assert new_sheet([["Name"], *rows]).to_bytes().count(b"\r\n") >= len(rows) + 1


@given(st.binary(max_size=60))
@example(b'"\n')
@example(b'""')
@example(b"a\x81,")
def test_bytes_that_are_read_are_given_back(raw):
    try:
        sheet = read_sheet(raw, "marks.csv")
    except CourseError:
        return
    assert sheet.to_bytes() == raw
