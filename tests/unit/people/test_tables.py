"""Tables of text that people keep: what people, Excel and platforms make of them."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nmautils.errors import CourseError
from nmautils.people.tables import (
    column_name,
    guarded,
    read_cells,
    read_rows,
    read_table,
    unguarded,
    write_table,
)

JANE = {"id": "jane", "name": "Jané Ødegård"}
TABLE = "id,name\njane,Jané Ødegård\n"


@pytest.mark.parametrize(
    "raw",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("utf-16"),
        b"sep=;\r\n" + TABLE.replace(",", ";").encode(),
        b"\n\n" + TABLE.encode() + b",\n\n",
        '"id","name"\n "jane" ,"Jané Ødegård"\n'.replace(' "jane" ', '"jane"').encode(),
        TABLE.replace("id,name", "ID, Name").encode(),
        TABLE.replace("\n", ",,\n").encode(),
    ],
)
def test_a_table_is_read_as_programs_write_it(raw):
    rows = read_rows(raw, "list.csv", ["id"], ["name"])
    assert [row for _, row in rows] == [JANE]


def test_lines_are_counted_as_an_editor_does():
    raw = b'id,name\n\njane,"two\nlines"\nmax,Max\n'
    assert [line for line, _ in read_rows(raw, "x")] == [3, 5]
    assert [line for line, _ in read_cells(b"sep=,\nid\njane\n", "x")] == [2, 3]


def test_only_the_ends_of_lines_end_lines():
    text = "id,name\njane,one\x0btwo\x1cthree\x85four\u2028five\n"
    assert [row["name"] for _, row in read_rows(text.encode(), "x")] == [
        "one\x0btwo\x1cthree\x85four\u2028five"
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "x.csv is empty: its first line has to name the columns"),
        (b"\n , \n", "x.csv is empty"),
        (b"name\nJane\n", "x.csv has no column 'id' in its first line"),
        (b"id,name\n,Jane\n", "x.csv, line 2: no id"),
        (b"id,Id\n1,2\n", "x.csv has two columns 'id'"),
        (b"id,name\n1,2,3\n", "x.csv, line 2: a cell stands in a column without a name"),
        (b"id,,name\n1,2,3\n", "x.csv, line 2: a cell stands in a column without a name"),
        (b'id,name\n1,"Jane\n2,Max\n', "x.csv, line 2: unexpected end of data: look at its quotes"),
        (b'id,name\n1,"Jane" Doe\n', "x.csv, line 2: ',' expected after '\"': look at its quotes"),
        (b"id,name\n1," + b"a" * 200_000 + b"\n", "x.csv, line 2: field larger than field limit"),
        (b"PK\x03\x04 and more", "x.csv is a workbook, not text: open it in a spreadsheet program"),
        (b"%PDF-1.4", "x.csv is a PDF, not text"),
        (b"id,name\n1,a\0b\n", "x.csv is no text: export it as CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_a_line_that_says_where(raw, said):
    with pytest.raises(CourseError) as refused:
        read_rows(raw, "x.csv", ["id"])
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_a_file_too_large_for_a_list_is_not_read(tmp_path):
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.truncate(11 << 20)
    with pytest.raises(CourseError, match="is larger than 10 MiB"):
        read_table(path, ["id"])


@pytest.mark.parametrize(
    ("said", "name"),
    [("Last name", "last_name"), ("LAST-NAME", "last_name"), (" id ", "id"), ("É t", "é_t")],
)
def test_names_of_columns_have_one_way_of_writing(said, name):
    assert column_name(said) == name


def test_a_failed_writing_leaves_the_old_table_and_nothing_else(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("id\njane\n")
    with pytest.raises(ValueError, match="fieldnames"):
        write_table(path, ["id"], [{"id": "max"}, {"other": "column"}])
    assert path.read_text() == "id\njane\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_table_is_private_and_an_old_one_keeps_its_rights_and_its_mark(tmp_path):
    path = tmp_path / "list.csv"
    write_table(path, ["id"], [{"id": "jané"}])
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes("id\nmax\n".encode("utf-8-sig"))
    path.chmod(0o640)
    write_table(path, ["id"], [{"id": "jané"}])
    assert path.read_bytes() == "id\njané\n".encode("utf-8-sig")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_a_table_stays_a_link(tmp_path):
    real, link = tmp_path / "private.csv", tmp_path / "list.csv"
    real.write_text("id\nmax\n")
    link.symlink_to(real)
    write_table(link, ["id"], [{"id": "jane"}])
    assert os.readlink(link) == str(real)
    assert real.read_text() == "id\njane\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(st.text(), st.text(), st.text(min_size=1)), max_size=4))
def test_what_was_written_is_read_again(tmp_path, rows):
    rows = [row for row in rows if "".join(row).replace("\0", "").strip()]  # empty lines go
    columns = ["id", "note", "Größe"]
    path = tmp_path / "list.csv"
    write_table(path, columns, [dict(zip(columns, row, strict=True)) for row in rows])
    first = path.read_bytes()
    read = [row for _, row in read_table(path, [])]
    write_table(path, columns, read)
    assert path.read_bytes() == first
    for row, cells in zip(read, [row for row in rows if any(map(str.strip, row))], strict=False):
        for said, text in zip(row.values(), cells, strict=True):
            assert (
                said.split()
                == text.encode("utf-8", "backslashreplace").decode().replace("\0", "").split()
            )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "'=1", "''-1"])
def test_a_formula_of_a_stranger_is_a_text_for_a_spreadsheet(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@given(st.text())
def test_a_guard_is_taken_off_as_it_was_put_on(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@pytest.mark.parametrize("name", ["O'Brien", "'Ndrangheta", "'", "", "Jane - Doe"])
def test_a_name_has_no_guard(name):
    assert guarded(name) == unguarded(name) == name
