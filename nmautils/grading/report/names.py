"""What people are called on pages and in letters."""

from pathlib import Path

from nmautils.course.gradebook import Query
from nmautils.grading.safe.text import plain_characters
from nmautils.people.roster import read_roster

__all__ = ["called"]

STUDENT = "SELECT first_name, last_name FROM student WHERE id = :id"


def called(root: Path, query: Query, student: str) -> str:
    """Give somebody's name: that of the roster, or of the gradebook, or else the id.

    Parameters
    ----------
    root : Path
        Folder of the course.
    query : callable
        From `nmautils.course.gradebook.read_only`.
    student : str
        The id.
    """
    roster = read_roster(root)
    names = [person.name for person in roster.people if person.id == student] if roster else []
    if not names or names[0] == student:
        found = query(STUDENT, {"id": student})
        names = [" ".join(filter(None, row)) for row in found]
    return " ".join(plain_characters(names[0] if names else "").split()) or student
