"""What people are called on pages and in letters."""

from contextlib import suppress

from nmautils.course.gradebook import Query
from nmautils.grading.safe.text import plain_characters
from nmautils.people.roster import Clues, Roster, UnknownPerson

__all__ = ["called"]

STUDENT = "SELECT first_name, last_name FROM student WHERE id = :id"


def called(roster: Roster | None, query: Query, student: str) -> str:
    """Give somebody's name: that of the roster, or of the gradebook, or else the id.

    Parameters
    ----------
    roster : Roster or None
        Of the course, if it has one.
    query : callable
        From `nmautils.course.gradebook.read_only`.
    student : str
        The id.
    """
    name = ""
    with suppress(UnknownPerson):
        person = (roster or Roster()).find(Clues(id=student))
        name = f"{person.first_name} {person.last_name}"
    if not name.strip():
        for row in query(STUDENT, {"id": student}):
            name = " ".join(filter(None, row))
    return " ".join(plain_characters(name).split()) or student
