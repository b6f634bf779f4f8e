"""nbgrader's configuration of a course: where the gradebook lies, and how it is opened.

nbgrader itself is imported only by those functions that give something of it: it takes a second.
"""

import ast
import contextlib
import logging
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nmautils.course.plain import CONFIG_FILE, config_fails, read_config
from nmautils.errors import GradebookError

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory


__all__ = [
    "CONFIG_FILE",
    "GradebookPlace",
    "Query",
    "database_errors",
    "find_gradebook",
    "gradebook_place",
    "has_gradebook",
    "nbgrader_directory",
    "open_gradebook",
    "read_only",
    "tools_on_path",
    "wait_until_free",
]

# Not in the table of `nmautils.grading.model.limits`, since building a course knows no grading.
DATABASE_SECONDS = 30  # until a locked gradebook is given up
NOTICE_SECONDS = 2  # until it is said that it is locked

_SQLITE = "sqlite:///"


# Runs a statement that only reads, with the values of its :names if it has some; gives the rows.
Query = Callable[..., Iterable[Sequence[Any]]]


def nbgrader_directory(root: Path, tutorial: str = "") -> "CourseDirectory":
    """nbgrader's ``CourseDirectory`` as ``nbgrader_config.py`` at `root` sets it up.

    Raises
    ------
    CourseError
        If the configuration is missing or fails.
    """
    from nbgrader.coursedir import CourseDirectory

    config = read_config(root)
    config.CourseDirectory.root = str(root)
    try:
        return CourseDirectory(config=config, assignment_id=tutorial)
    except Exception as error:
        raise config_fails(root, error) from None


@dataclass(frozen=True)
class GradebookPlace:
    """Where nbgrader keeps the gradebook of a course; `db_url` as in its ``CourseDirectory``."""

    db_url: str


def find_gradebook(root: Path) -> GradebookPlace:
    """Find out where the gradebook of a course is, as nbgrader does and without importing it.

    Raises
    ------
    CourseError
        If the configuration is missing or fails.
    """
    usual = f"{_SQLITE}{os.path.abspath(root / 'gradebook.db')}"
    return GradebookPlace(str(read_config(root).CourseDirectory.get("db_url", usual)))


@contextlib.contextmanager
def tools_on_path() -> Iterator[None]:
    """Put this environment's programs on PATH: nbgrader starts ``alembic`` by name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def gradebook_place(directory: "CourseDirectory | GradebookPlace") -> str:
    """Give the path of a gradebook, or its address without a password if it is no file."""
    url = str(directory.db_url)
    if url.startswith(_SQLITE):
        return url.removeprefix(_SQLITE).partition("?")[0]
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def has_gradebook(root: str | Path) -> bool:
    """Tell whether a course has a gradebook already, without making one."""
    place = find_gradebook(Path(root).resolve())
    return not place.db_url.startswith(_SQLITE) or Path(gradebook_place(place)).is_file()


@contextlib.contextmanager
def open_gradebook(
    root: str | Path, directory: "CourseDirectory | None" = None, *, write: bool = False
) -> Iterator["Gradebook"]:
    """Open the gradebook of a course; it is made if there is none.

    Parameters
    ----------
    root : str or Path
        Folder of the course, with ``nbgrader_config.py``.
    directory : CourseDirectory, optional
        nbgrader's, if it has been made already.
    write : bool
        Whether to wait first until nobody else writes.

    Raises
    ------
    GradebookError
        If the database cannot be opened, read or written.
    """
    directory = directory or nbgrader_directory(Path(root).resolve())
    url = directory.db_url
    # Formgrader may hold the database for a moment; sqlite3 itself gives up after five seconds.
    if url.startswith("sqlite") and "?" not in url:
        url += f"?timeout={DATABASE_SECONDS}"
    wait_until_free(gradebook_place(directory), write)
    from nbgrader.api import Gradebook

    with database_errors(gradebook_place(directory)):
        _make_tables(url)
        with Gradebook(url, directory.course_id) as gradebook:
            yield gradebook


def _make_tables(url: str) -> None:
    """Make the tables of a new gradebook as nbgrader does, with the version of its newest schema.

    nbgrader would ask for the version by a command of its own, ``alembic``, which takes seconds.
    """
    from nbgrader.api import Base
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            return
        with engine.begin() as database:
            Base.metadata.create_all(database)
            database.execute(
                text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);")
            )
            database.execute(
                text("INSERT INTO alembic_version (version_num) VALUES (:version)"),
                {"version": _newest_schema()},
            )
    finally:
        engine.dispose()


def _newest_schema() -> str:
    """Find the version that no other of nbgrader's versions of its schema comes after."""
    from nbgrader.dbutil import ALEMBIC_DIR

    after: dict[Any, Any] = {}
    for path in Path(ALEMBIC_DIR, "versions").glob("*.py"):
        values = {
            node.targets[0].id: node.value.value
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        after[values["revision"]] = values["down_revision"]
    (newest,) = set(after) - set(after.values())
    return str(newest)


@contextlib.contextmanager
def read_only(place: "CourseDirectory | GradebookPlace") -> Iterator[Query]:
    """Open a gradebook that is there, only to read it: gives a function from SQL to rows.

    Raises
    ------
    GradebookError
        If the database cannot be opened or read.
    """
    path = gradebook_place(place)
    wait_until_free(path, write=False)
    with database_errors(path), contextlib.ExitStack() as stack:
        if place.db_url.startswith(_SQLITE):
            address = f"file:{quote(path)}?mode=ro"
            database = sqlite3.connect(address, DATABASE_SECONDS, uri=True)
            stack.enter_context(contextlib.closing(database))
            yield database.execute
        else:
            from sqlalchemy import create_engine, text

            engine = create_engine(place.db_url)
            stack.callback(engine.dispose)
            connection = stack.enter_context(engine.connect())
            yield lambda statement, values=None: connection.execute(text(statement), values).all()


def wait_until_free(place: str, write: bool = True) -> None:
    """Wait until no other program holds a gradebook, and say so if that takes long.

    Parameters
    ----------
    place : str
        From `gradebook_place`; only a file can be held.
    write : bool
        Whether it has to be free for writing; reading needs less.

    Raises
    ------
    GradebookError
        If it is held for longer than `DATABASE_SECONDS`. Any other fault is left to those who
        work with the gradebook.
    """
    if not Path(place).is_file() or not _is_held(place, write, NOTICE_SECONDS):
        return
    logging.getLogger("nmautils").warning(
        "nmautils: another program (formgrader, nbgrader) holds the gradebook %s; waiting up to "
        "%s seconds for it",
        place,
        DATABASE_SECONDS,
    )
    if _is_held(place, write, DATABASE_SECONDS - NOTICE_SECONDS):
        said = "database is locked"
        raise GradebookError(f"the gradebook {place}: {said}; {_advice(said)}")


def _is_held(place: str, write: bool, seconds: float) -> bool:
    try:
        # Closing ends the transaction.
        with contextlib.closing(sqlite3.connect(place, seconds, isolation_level=None)) as database:
            # Who only reads holds up a commit as well.
            database.execute("BEGIN EXCLUSIVE" if write else "SELECT 1 FROM sqlite_master")
    except sqlite3.Error as error:
        return "locked" in str(error)
    return False


@contextlib.contextmanager
def database_errors(place: str) -> Iterator[None]:
    """Turn an error of the database at `place` into one line that says what to do."""
    try:
        yield
    except Exception as error:
        cause = _cause_of(error)
        if cause is None:
            raise
        said = " ".join(str(cause).split())
        raise GradebookError(f"the gradebook {place}: {said}; {_advice(said)}") from error


def _cause_of(error: Exception) -> BaseException | None:
    """What a database said; None if the error is no database's."""
    if isinstance(error, sqlite3.Error):
        return error
    # Who has not imported it has no error of it.
    known: Any = sys.modules.get("sqlalchemy.exc")
    if known is None or not isinstance(error, known.SQLAlchemyError):
        return None
    cause: BaseException | None = getattr(error, "orig", None)  # what the driver said
    return cause or error


def _advice(said: str) -> str:
    if "locked" in said:
        return "another program is using it: end that, or try again later"
    if "readonly" in said or "unable to open" in said:
        return "it has to be a file that you may write, in a folder that you may write"
    if "not a database" in said or "malformed" in said:
        return (
            "it is damaged: put a copy of it back, or move it away and run `nmautils grade`, which "
            "saves the automatic marks again, but no points or comments that were given by hand"
        )
    if "no such" in said:
        return "make a copy of it, then run `nbgrader db upgrade`"
    return "if trying again does not help, look at nbgrader_config.py and at the disk"
