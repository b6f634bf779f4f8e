"""Whom and what a command means that is about one student and one assignment."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from nmautils.course.gradebook import find_gradebook, has_gradebook, read_only
from nmautils.course.plain import CONFIG_FILE, folders_of
from nmautils.errors import UsageError
from nmautils.grading.model.names import folder_and_notebook
from nmautils.grading.safe.text import printable
from nmautils.people import roster as people
from nmautils.people.arrangements import assignments_of
from nmautils.people.roster import Clues, UnknownPerson, read_roster, same

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
        Whether it may be somebody whom nothing knows yet.

    Returns
    -------
    str
        The student's id.

    Raises
    ------
    UsageError or UnknownPerson
        If nobody is known by it, or several are; with the nearest.
    """
    known, roster = _handed_in(root), read_roster(root)
    unknown = ""
    if roster is not None:
        try:
            return roster.find(Clues(id=said, name=said, email=said)).id
        except UnknownPerson as error:
            unknown = str(error)
    if said in known:
        return said
    alike = [student for student in known if same(student, said)]
    if len(alike) == 1:
        return alike[0]
    if said != printable(said) or not said.strip() or said.startswith(".") or "/" in said:
        raise UsageError(f"{printable(said)!r} is not the id of a student")
    if new or (roster is None and not known):
        return said
    if roster is not None:
        raise UnknownPerson(f"{unknown}; add a line to {people.FILE_NAME}, or say --new")
    raise UsageError(
        f"nobody is called {said!r} in submitted/ or the gradebook{_guess(said, known)}; if it is "
        "right, and nothing is handed in yet, say --new"
    )


def _handed_in(root: Path) -> list[str]:
    """Give the ids of those who have handed in anything, or stand in the gradebook."""
    submitted = folders_of(root).submitted
    known = {path.name for path in submitted.glob("[!.]*") if path.is_dir()}
    if (root / CONFIG_FILE).is_file() and has_gradebook(root):
        with read_only(find_gradebook(root)) as query:
            known |= {student for (student,) in query("SELECT id FROM student")}
    return sorted(known)


def _guess(said: str, known: Iterable[str]) -> str:
    close = get_close_matches(said, list(known), n=3)
    return f" (did you mean {printable(' or '.join(map(repr, close)))}?)" if close else ""
