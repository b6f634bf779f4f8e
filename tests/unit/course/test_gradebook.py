"""Where the gradebook lies, and what its database's errors become."""

import sqlite3
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from nmautils.course.gradebook import (
    database_errors,
    gradebook_place,
    has_gradebook,
    open_gradebook,
)
from nmautils.errors import GradebookError


def configured(root, url):
    text = f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n"
    (root / "nbgrader_config.py").write_text(text)
    return root


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////course/gradebook.db", "/course/gradebook.db"),
        ("sqlite:////course/gradebook.db?timeout=5", "/course/gradebook.db"),
        ("postgresql://ada:secret@example.org/marks", "postgresql://example.org/marks"),
        ("postgresql://example.org/marks", "postgresql://example.org/marks"),
    ],
)
def test_a_place_is_named_without_a_password(url, place):
    assert gradebook_place(SimpleNamespace(db_url=url)) == place


def test_there_is_a_gradebook_where_the_configuration_says(tmp_path):
    path = tmp_path / "elsewhere.db"
    configured(tmp_path, f"sqlite:///{path}")
    (tmp_path / "gradebook.db").touch()
    assert not has_gradebook(tmp_path)
    path.touch()
    assert has_gradebook(tmp_path)
    assert has_gradebook(configured(tmp_path, "postgresql://example.org/marks"))


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (sqlite3.OperationalError("database is locked"), "another program is using it"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "you may write"),
        (sqlite3.OperationalError("unable to open database file"), "you may write"),
        (sqlite3.DatabaseError("file is not a database"), "run `nmautils grade`"),
        (sqlite3.DatabaseError("database disk image is malformed"), "run `nmautils grade`"),
        (sqlite3.OperationalError("no such column: x"), "run `nbgrader db upgrade`"),
        (sqlite3.OperationalError("disk I/O\nerror"), "look at nbgrader_config.py"),
    ],
)
def test_an_error_of_the_database_is_one_line_that_says_what_to_do(error, advice):
    kind = OperationalError if isinstance(error, sqlite3.OperationalError) else DatabaseError
    with pytest.raises(GradebookError) as caught, database_errors("/c/marks.db"):
        raise kind("SELECT a long statement", {}, error)
    line = str(caught.value)
    assert line.startswith(f"the gradebook /c/marks.db: {' '.join(str(error).split())}; ")
    assert advice in line
    assert "SELECT" not in line
    assert "\n" not in line


def test_an_error_that_no_database_raised_is_a_line_as_well():
    with pytest.raises(GradebookError, match="the gradebook marks: no row; "):  # noqa: SIM117
        with database_errors("marks"):
            raise SQLAlchemyError("no\nrow")


def test_other_errors_pass_through():
    with pytest.raises(KeyError), database_errors("marks"):
        raise KeyError


def test_a_damaged_gradebook_is_named(tmp_path):
    path = tmp_path / "elsewhere.db"
    path.write_bytes(b"this is no database, whatever it is " * 100)
    configured(tmp_path, f"sqlite:///{path}")
    with pytest.raises(GradebookError, match=r"elsewhere\.db: file is not a database; it is"):  # noqa: SIM117
        with open_gradebook(tmp_path):
            pass
