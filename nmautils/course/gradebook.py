"""nbgrader's configuration of a course: where the gradebook lies, and how it is opened."""

import contextlib
import logging
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from traitlets.config.loader import PyFileConfigLoader

from nmautils.course.plain import CONFIG_FILE
from nmautils.errors import CourseError, GradebookError

__all__ = [
    "CONFIG_FILE",
    "database_errors",
    "gradebook_place",
    "has_gradebook",
    "nbgrader_directory",
    "open_gradebook",
    "tools_on_path",
    "wait_until_free",
]

# Not in the table of `nmautils.grading.model.limits`, since building a course knows no grading.
DATABASE_SECONDS = 30  # until a locked gradebook is given up
NOTICE_SECONDS = 2  # until it is said that it is locked

_SQLITE = "sqlite:///"


def nbgrader_directory(root: Path, tutorial: str = "") -> CourseDirectory:
    """nbgrader's ``CourseDirectory`` as ``nbgrader_config.py`` at `root` sets it up.

    Raises
    ------
    CourseError
        If the configuration is missing or fails.
    """
    if not (root / CONFIG_FILE).is_file():
        raise CourseError(f"no {CONFIG_FILE} in {root}; copy the one of the course's repository")
    try:
        config = PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
        config.CourseDirectory.root = str(root)
        return CourseDirectory(config=config, assignment_id=tutorial)
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(f"{CONFIG_FILE} fails: {type(error).__name__}: {error}") from None


@contextlib.contextmanager
def tools_on_path() -> Iterator[None]:
    """Put this environment's programs on PATH: nbgrader starts ``alembic`` by name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def gradebook_place(directory: CourseDirectory) -> str:
    """Give the path of a gradebook, or its address without a password if it is no file."""
    url = str(directory.db_url)
    if url.startswith(_SQLITE):
        return url.removeprefix(_SQLITE).partition("?")[0]
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def has_gradebook(root: str | Path) -> bool:
    """Tell whether a course has a gradebook already, without making one."""
    directory = nbgrader_directory(Path(root).resolve())
    return not directory.db_url.startswith(_SQLITE) or Path(gradebook_place(directory)).is_file()


@contextlib.contextmanager
def open_gradebook(
    root: str | Path, directory: CourseDirectory | None = None, *, write: bool = False
) -> Iterator[Gradebook]:
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
    with database_errors(gradebook_place(directory)):
        with tools_on_path():
            gradebook = Gradebook(url, directory.course_id)
        with gradebook:
            yield gradebook


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
            database.execute("BEGIN IMMEDIATE" if write else "SELECT 1 FROM sqlite_master")
    except sqlite3.Error as error:
        return "locked" in str(error)
    return False


@contextlib.contextmanager
def database_errors(place: str) -> Iterator[None]:
    """Turn an error of the database at `place` into one line that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = " ".join(str(cause).split())
        raise GradebookError(f"the gradebook {place}: {said}; {_advice(said)}") from error


def _advice(said: str) -> str:
    if "locked" in said:
        return "another program is using it: end that, or try again later"
    if "readonly" in said or "unable to open" in said:
        return "it has to be a file that you may write, in a folder that you may write"
    if "not a database" in said or "malformed" in said:
        return (
            "it is damaged: put a copy of it back, or move it away and run `nmautils grade`, which "
            "saves the automatic marks again"
        )
    if "no such" in said:
        return "make a copy of it, then run `nbgrader db upgrade`"
    return "if trying again does not help, look at nbgrader_config.py and at the disk"
