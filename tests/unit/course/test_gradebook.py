"""Where the gradebook lies, and what its database's errors become."""

import contextlib
import logging
import sqlite3
import threading
import time
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from nmautils.course import gradebook
from nmautils.course.gradebook import (
    database_errors,
    gradebook_place,
    has_gradebook,
    open_gradebook,
    wait_until_free,
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


@pytest.fixture
def held(tmp_path, monkeypatch):
    """A gradebook that another connection can hold, and little patience."""
    monkeypatch.setattr(gradebook, "NOTICE_SECONDS", 0.05)
    monkeypatch.setattr(gradebook, "DATABASE_SECONDS", 0.3)
    path = tmp_path / "marks.db"
    configured(tmp_path, f"sqlite:///{path}")
    with open_gradebook(tmp_path):
        pass
    # It is given back by another thread.
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with contextlib.closing(other):
        yield path, other


def test_a_held_gradebook_is_waited_for_with_one_line_and_given_up_with_another(held, caplog):
    path, other = held
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    with pytest.raises(GradebookError) as caught, open_gradebook(path.parent):
        pass
    assert 0.3 <= time.monotonic() - started < 5
    line = str(caught.value)
    assert line.startswith(f"the gradebook {path}: database is locked; another program is using it")
    assert caplog.messages == [
        f"nmautils: another program (formgrader, nbgrader) holds the gradebook {path}; waiting up "
        "to 0.3 seconds for it"
    ]
    assert caplog.records[0].levelno == logging.WARNING


def test_a_gradebook_that_is_given_back_in_time_is_opened(held, caplog, monkeypatch):
    monkeypatch.setattr(gradebook, "DATABASE_SECONDS", 20)
    path, other = held
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.3, other.rollback)
    timer.start()
    with open_gradebook(path.parent) as opened:
        assert opened.students == []
    timer.join()
    assert len(caplog.messages) == 1


def test_who_only_reads_does_not_wait_for_who_writes(held, caplog):
    path, other = held
    other.execute("BEGIN IMMEDIATE")
    with open_gradebook(path.parent) as opened:
        assert opened.students == []
    assert caplog.messages == []
    with pytest.raises(GradebookError, match="database is locked"):
        wait_until_free(str(path))


def test_a_program_that_is_reading_holds_up_who_writes_and_is_told(held, caplog):
    path, other = held
    other.execute("BEGIN")
    other.execute("SELECT * FROM sqlite_master").fetchone()
    wait_until_free(str(path), write=False)
    assert caplog.messages == []
    with pytest.raises(GradebookError, match="database is locked"):
        wait_until_free(str(path))
    assert len(caplog.messages) == 1


def test_waiting_makes_no_gradebook_and_changes_none(tmp_path, caplog):
    wait_until_free(str(tmp_path / "none.db"))
    wait_until_free("postgresql://example.org/marks")
    junk = tmp_path / "junk.db"
    junk.write_text("no database")
    wait_until_free(str(junk))
    assert [path.name for path in tmp_path.iterdir()] == ["junk.db"]
    assert junk.read_text() == "no database"
    assert caplog.messages == []
