"""A gradebook that we make is the one that nbgrader makes."""

import sqlite3
from contextlib import closing

import pytest
from nbgrader.api import Gradebook

from nmautils.course.gradebook import open_gradebook, tools_on_path
from tests.support.grading_class import nbgrader


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The path of a gradebook of nbgrader's own making."""
    path = tmp_path_factory.mktemp("theirs") / "gradebook.db"
    with tools_on_path(), Gradebook(f"sqlite:///{path}", ""):
        pass
    return path


def made(root, name="gradebook.db"):
    (root / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///{root / name}'\n"
    )
    with open_gradebook(root):
        pass
    return root / name


def content(path):
    """Everything in a database: its schema, and all rows."""
    with closing(sqlite3.connect(path)) as database:
        schema = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        tables = [name for kind, name, _, _ in schema if kind == "table"]
        rows = {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    return sorted(schema, key=str), rows


def test_schema_version_and_rows_are_those_of_nbgrader(theirs, tmp_path):
    ours = content(made(tmp_path))
    assert ours == content(theirs)
    ((version,),) = ours[1]["alembic_version"]
    assert len(version) == 12


def test_nbgraders_upgrade_finds_nothing_to_do(tmp_path):
    path = made(tmp_path)
    before = content(path)
    done = nbgrader(tmp_path, "db", "upgrade")
    assert "Running upgrade" not in done.stderr
    assert content(path) == before


def test_a_gradebook_that_is_there_keeps_its_version(tmp_path):
    path = made(tmp_path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '167914646830'")
        database.commit()
    with open_gradebook(tmp_path):
        pass
    assert content(path)[1]["alembic_version"] == [("167914646830",)]


def test_an_empty_file_becomes_a_gradebook(theirs, tmp_path):
    (tmp_path / "gradebook.db").touch()
    assert content(made(tmp_path)) == content(theirs)
