"""What everybody in a course has earned, and who they are: what goes back to a platform."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from glob import escape
from pathlib import Path

from nmautils.course.plain import folders_of, settings_of
from nmautils.course.settings import Settings
from nmautils.errors import UsageError
from nmautils.grading.model.names import meant_by
from nmautils.grading.record.book import Student
from nmautils.grading.record.late import terms_of
from nmautils.grading.record.marks import marks, open_book
from nmautils.grading.safe.text import printable
from nmautils.people.collected import Collected, read_collected
from nmautils.people.roster import (
    FILE_NAME,
    Clues,
    Person,
    Roster,
    UnknownPerson,
    has_other_number,
)

__all__ = ["Class", "Mark", "read_class"]


@dataclass(frozen=True)
class Mark:
    """What somebody earned in an assignment.

    Parameters
    ----------
    score, most : float
        Points, late penalty taken off, and what full marks are.
    handed_in : bool
        Whether there is a hand-in in the gradebook.
    excused : bool
        Whether they need not hand in.
    open : bool
        Whether a person has yet to mark a part of it.
    ungraded : bool
        Whether something was collected that is not graded.
    time_unknown : bool
        Whether nobody knows when it came, so that lateness costs nothing.
    """

    score: float = 0.0
    most: float = 0.0
    handed_in: bool = False
    excused: bool = False
    open: bool = False
    ungraded: bool = False
    time_unknown: bool = False


@dataclass(frozen=True)
class Class:
    """Everybody in a course, and their marks.

    Parameters
    ----------
    settings : Settings
        The course's own.
    assignments : tuple of str
        Those in the gradebook, by due date.
    roster : Roster
        The course's, or its students by what the gradebook and earlier hand-ins say of them.
    marks : mapping
        From (student, assignment).
    collected : mapping
        Where hand-ins came from, by the same keys.
    has_roster : bool
        Whether the course keeps one itself.
    """

    settings: Settings
    assignments: tuple[str, ...]
    roster: Roster
    marks: Mapping[tuple[str, str], Mark]
    collected: Mapping[tuple[str, str], Collected] = field(default_factory=dict)
    has_roster: bool = True

    def people(self) -> dict[str, Person]:
        """All people by their ids, in the order of the roster."""
        return {person.id: person for person in self.roster.people}

    def mark(self, student: str, assignment: str) -> Mark:
        """Give somebody's mark; who is not in the gradebook handed nothing in."""
        return self.marks.get((student, assignment), Mark())

    def most(self, assignment: str) -> float:
        """Points of full marks."""
        of_it = (mark.most for (_, name), mark in self.marks.items() if name == assignment)
        return max(of_it, default=0.0)

    def title(self, assignment: str) -> str:
        """What an assignment is called, or its name."""
        tutorial = self.settings.tutorials.get(assignment)
        return tutorial.title if tutorial else assignment

    def select(self, names: Iterable[str]) -> list[str]:
        """Check the names of assignments that somebody typed; none means all.

        Raises
        ------
        UsageError
            If one is not in the gradebook.
        """
        chosen: list[str] = []
        for said in names:
            found = meant_by(said, self.assignments)
            if not found:
                known = ", ".join(self.assignments) or "none"
                raise UsageError(f"unknown assignment {said!r}; graded are: {known}")
            chosen += found
        return list(dict.fromkeys(chosen)) or list(self.assignments)

    def find(self, clues: Iterable[Clues], assignment: str = "") -> Person:
        """Find who is meant by several clues, of which the last is a name.

        Numbers, addresses and ids have to agree. A name decides only where none of these is known,
        and never against another number that the same platform has for the person.

        Raises
        ------
        UnknownPerson
            In one line, if nobody is meant or it is not clear who.
        """
        *strong, name = clues
        who = name.name or next((c.email or c.id or c.number for c in strong), "")
        if (sure := self._by_account(strong, who)) is not None:
            return sure
        numbers = [clue.number for clue in strong if clue.number]
        try:
            person = self._named.find(replace(name, name=name.name or who))
        except UnknownPerson as error:
            text = str(error)
            if not self.has_roster:
                text = text.replace(f"is not in {FILE_NAME}", "is nobody in the gradebook")
            raise UnknownPerson(text) from None
        if numbers and self._is_another(person, name.platform, numbers, assignment):
            raise UnknownPerson(
                printable(
                    f"{who} has the number {numbers[0]} on {name.platform}, and {person.id} of "
                    "that name another one: not written"
                )
            )
        return self.people()[person.id]

    def is_sure(self, clues: Iterable[Clues]) -> bool:
        """Tell whether a number, an address or an id decides whom `find` finds, and no name."""
        *strong, _ = clues
        return self._by_account(strong, "") is not None

    def _by_account(self, strong: Iterable[Clues], who: str) -> Person | None:
        """Find who is meant by numbers, addresses and ids; None if none of these is known."""
        found: dict[str, Person] = {}
        decided = set()  # a number that is somebody's need not be an id too
        for clue in strong:
            said = clue.number or clue.email or clue.id
            if said in decided:
                continue
            with suppress(UnknownPerson):
                person = self.roster.find(clue)
                found[person.id] = person
                decided.add(said)
        if len(found) > 1:
            raise UnknownPerson(
                printable(f"{who} is {' by one column and '.join(found)} by another: not written")
            )
        return next(iter(found.values()), None)

    @cached_property
    def _named(self) -> Roster:
        """The roster, in which who has no name is called as the id says, ``Jane_Doe``."""
        people = self.roster.people
        return Roster(
            tuple(
                person
                if person.first_name or person.last_name
                else replace(person, last_name=person.id.replace("_", " "))
                for person in people
            )
        )

    def _is_another(
        self, person: Person, platform: str, numbers: list[str], assignment: str
    ) -> bool:
        """Tell whether a platform knows a person of a name by another number."""
        came = self.collected.get((person.id, assignment))
        if platform == "moodle" and came and came.platform == platform and came.number:
            return came.number not in numbers  # which Moodle gives for each assignment anew
        return has_other_number(person, platform, numbers)


def read_class(root: Path) -> Class:
    """Read gradebook, roster and where hand-ins came from.

    Raises
    ------
    GradebookError
        If there is no gradebook yet.
    """
    settings = settings_of(root)
    book, terms = open_book(root), terms_of(root)
    assignments = tuple(assignment.name for assignment in book.assignments)
    earned = {
        (row["student_id"], row["assignment"]): Mark(
            row["score"] or 0.0,
            row["max_score"],
            row["handed_in"],
            row["excused"],
            row["needs_grading"],
            time_unknown=row["time_unknown"],
        )
        for row in marks(book, terms=terms)
    }
    for key in _collected_folders(root, assignments):
        mark = earned.get(key, Mark())
        earned[key] = replace(mark, ungraded=not mark.handed_in)
    collected = read_collected(root)
    people = (_with_accounts(p, collected) for p in _people(book.students, terms.roster))
    return Class(
        settings,
        assignments,
        Roster(tuple(people)),
        earned,
        collected,
        terms.roster is not None,
    )


def _people(students: Iterable[Student], roster: Roster | None) -> Iterator[Person]:
    """Give all people of the roster and the gradebook, by the ids of the gradebook."""
    known = {person.id: person for person in roster.people} if roster else {}
    for student in students:
        person = Person(student.id)
        with suppress(UnknownPerson):
            person = (roster or Roster()).find(Clues(id=student.id))
        known.pop(person.id, None)
        yield replace(
            person,
            id=student.id,
            last_name=person.last_name or student.last_name or "",
            first_name=person.first_name or student.first_name or "",
            email=person.email or student.email or "",
        )
    yield from known.values()


def _with_accounts(person: Person, collected: Mapping[tuple[str, str], Collected]) -> Person:
    """Add the numbers of accounts from which the person's hand-ins came."""
    numbers = {platform: set(some) for platform, some in person.numbers.items()}
    for (student, _), came in collected.items():
        if student == person.id and came.platform and came.number:
            numbers.setdefault(came.platform, set()).add(came.number)
    return replace(person, numbers={key: frozenset(some) for key, some in numbers.items()})


def _collected_folders(root: Path, assignments: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Whose folder in ``submitted/`` holds something for an assignment, graded or not."""
    for assignment in assignments:
        for path in folders_of(root).submitted.glob(f"*/{escape(assignment)}"):
            if not path.parent.name.startswith("."):
                yield path.parent.name, assignment
