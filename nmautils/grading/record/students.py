"""Names and addresses of the people of a course in nbgrader's gradebook."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nmautils.course.gradebook import find_gradebook, has_gradebook, open_gradebook, read_only
from nmautils.people.roster import Person

from .book import STUDENTS

__all__ = ["read_students", "write_students"]


def read_students(root: Path) -> list[Person]:
    """Read whom the gradebook knows; nobody if there is none yet.

    Raises
    ------
    CourseError
        If ``nbgrader_config.py`` is missing or fails.
    GradebookError
        If the gradebook cannot be read.
    """
    root = root.resolve()
    if not has_gradebook(root):
        return []
    with read_only(find_gradebook(root)) as query:
        return [
            Person(student, last or "", first or "", email or "")
            for student, first, last, email in query(STUDENTS)
        ]


def write_students(root: Path, people: Iterable[Person]) -> int:
    """Write names and addresses into the gradebook, which is made if there is none.

    What is empty in the roster stays as it is in the gradebook, and nobody is taken out of it.

    Returns
    -------
    int
        How many of its students are new or changed.

    Raises
    ------
    CourseError
        If ``nbgrader_config.py`` is missing or fails.
    GradebookError
        If the gradebook cannot be written.
    """
    known = {student.id: _fields(student) for student in read_students(root)}
    wanted = {person.id: _fields(person) for person in people}
    changed = {
        student: fields
        for student, fields in wanted.items()
        if student not in known or not fields.items() <= known[student].items()
    }
    if changed:
        with open_gradebook(root, write=True) as gradebook:
            _write(gradebook.db, changed)
    return len(changed)


def _fields(person: Person) -> dict[str, str]:
    fields = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
    }
    return {name: text for name, text in fields.items() if text}


def _write(database: Any, students: dict[str, dict[str, str]]) -> None:
    """Write all in one go: nbgrader's own function would save after each of them."""
    from nbgrader.api import Student

    there = {student.id: student for student in database.query(Student)}
    for student, fields in students.items():
        if student in there:
            for name, text in fields.items():
                setattr(there[student], name, text)
        else:
            database.add(Student(id=student, **fields))
    database.commit()
