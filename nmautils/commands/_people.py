"""Whom and what a command means that is about one student and one assignment."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from nmautils.errors import UsageError
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.safe.text import printable
from nmautils.people import roster as people
from nmautils.people.arrangements import assignments_of, known_as, known_students
from nmautils.people.roster import Clues, UnknownPerson, read_roster

__all__ = ["assignment_meant", "student_meant"]


def assignment_meant(root: Path, said: str) -> str:
    """Find the assignment that somebody names, also one that is not released yet.

    Raises
    ------
    UsageError
        If there is none of this name; with the nearest.
    """
    known, name = assignments_of(root), folder_and_notebook(said)[0]
    if name not in known:
        listed = f"; there are: {', '.join(known)}" if known else ""
        raise UsageError(f"unknown assignment {printable(said)!r}{_guess(name, known)}{listed}")
    return name


def student_meant(root: Path, said: str, new: bool = False) -> str:
    """Find the student whom somebody names, by the roster, what was handed in, or the gradebook.

    Parameters
    ----------
    root : Path
        Folder of the course.
    said : str
        An id; with a roster also a name or an address.
    new : bool
        Whether it may be somebody whom nothing knows yet; with a roster it may not.

    Returns
    -------
    str
        The student's id.

    Raises
    ------
    UsageError or UnknownPerson
        If nobody is known by it, or several are; with the nearest.
    """
    known, roster = known_students(root), read_roster(root)
    unknown = ""
    if roster is not None:
        try:
            return roster.find(Clues(id=said, name=said, email=said)).id
        except UnknownPerson as error:
            unknown = str(error)
    if found := known_as(said, known):
        return found
    if said != printable(said) or not said.strip() or said.startswith(".") or "/" in said:
        raise UsageError(f"{printable(said)!r} is not the id of a student")
    if roster is not None:  # which is the truth about people: else the line would be refused
        raise UnknownPerson(f"{unknown}; add a line for a new student to {people.FILE_NAME} first")
    if new or not known:
        return said
    raise UsageError(
        f"nobody is called {said!r} in submitted/ or the gradebook{_guess(said, known)}; if it is "
        "right, and nothing is handed in yet, say --new"
    )


def _guess(said: str, known: Iterable[str]) -> str:
    close = get_close_matches(said, list(known), n=3)
    return f" (did you mean {printable(' or '.join(map(repr, close)))}?)" if close else ""
