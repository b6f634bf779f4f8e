"""Who in the course is meant: by the roster, by accounts that are remembered, else by the name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nmautils.errors import HandInError
from nmautils.grading.safe.text import printable
from nmautils.people.collected import Collected, accounts_in, read_collected
from nmautils.people.roster import (
    NUMBER_FOR_EACH_ASSIGNMENT,
    Clues,
    Person,
    Roster,
    UnknownPerson,
    read_roster,
    spellings,
    squeezed,
)

from .owners import Owner, agree, clean_student, owner_in

__all__ = ["People"]


class People:
    """Who is in the course, and which account is whose.

    Parameters
    ----------
    root : Path
        Folder of the course.
    """

    def __init__(self, root: Path) -> None:
        self.roster: Roster | None = read_roster(root)
        self.collected: dict[tuple[str, str], Collected] = read_collected(root)
        self.accounts = accounts_in(self.collected)
        self.renamed: dict[str, str] = {}  # ids from before there was a roster
        self._ids: Mapping[str, set[str]] = self._by_name()

    def _by_name(self) -> Mapping[str, set[str]]:
        ids = defaultdict(set)
        for person in self.roster.people if self.roster else ():
            for name in (person.id, person.email, *spellings(person)):
                ids[squeezed(name)].add(person.id)
        return ids

    def known(self, name: str) -> str:
        """Give the id of the one person of the roster who is called so; else nothing."""
        found = self._ids.get(squeezed(name), ()) if self._ids and name else ()
        return next(iter(found)) if len(found) == 1 else ""

    def student_of(self, owner: Owner) -> str:
        """Give the id of a student.

        With a roster: of who has the number there, the e-mail, the id, or the name alone. Without
        one: of who had the account before, else made of the name.

        Raises
        ------
        HandInError
            If the roster does not tell, or an account has another name now; one line.
        """
        before = self.accounts.get((owner.platform, owner.number), "")
        if self.roster is None:
            if before and not agree(before, owner.name):
                raise HandInError(
                    f"{owner.label or owner.number} was {before} so far, and is called "
                    f"{printable(owner.name)} here: look who it is, and write a roster"
                )
            return before or clean_student(owner.name)
        try:
            student = self.roster.find(_clues(owner)).id
            if before not in ("", student):
                self.renamed[before] = student
            return student
        except UnknownPerson:
            if before and any(person.id == before for person in self.roster.people):
                return before
            raise

    def check_namesakes(
        self, student: str, assignment: str, accounts: Iterable[tuple[str, Owner]]
    ) -> None:
        """Refuse the hand-ins for an assignment if they may be of several people of one name.

        An account is surely the student's if it was noted so, or if the roster has its number,
        its address or its id. A name alone may be another person's.

        Parameters
        ----------
        student, assignment : str
            Whose, and of which.
        accounts : iterable of (str, Owner)
            Assignment and owner of all that was found for this name.

        Raises
        ------
        HandInError
            If there are several accounts on a platform; one line.
        """
        noted = [
            _Account.noted(each)
            for each in self.collected.values()
            if each.student == student and _tells(each.platform, each.assignment, assignment)
        ]
        found = [
            _Account.of(owner, is_own=of == assignment, is_sure=self._is_sure(owner, student))
            for of, owner in accounts
            if owner.platform and _tells(owner.platform, of, assignment)
        ]
        for platform in sorted({each.platform for each in found if each.is_own}):
            here = [each for each in (*noted, *found) if each.platform == platform]
            # Brightspace's first number does not always tell people apart, but both do.
            by_number = all(each.number for each in here) or not any(each.numbers for each in here)
            keys = {each: each.number if by_number else each.numbers for each in here}
            sure = {key for each, key in keys.items() if each.is_sure}
            labels = {key: each.label(key) for each, key in keys.items() if key}
            own = {key for each, key in keys.items() if each.is_own and key}
            if len(labels) > 1 and not own <= sure:
                raise HandInError(
                    f"several people are called {student} ({', '.join(sorted(labels.values()))}): "
                    f"{self._how_to_tell(platform)}"
                )

    def _is_sure(self, owner: Owner, student: str) -> bool:
        if self.roster is None:
            return False
        try:
            return self.roster.find(replace(_clues(owner), name="")).id == student
        except UnknownPerson:
            return False

    def _how_to_tell(self, platform: str) -> str:
        if self.roster is None:
            return "put each into a folder of its own name, or write a roster"
        return (
            f"write the number of each into the column {platform} of the right line of "
            "roster.csv, or put each into a folder that is called by the right id"
        )

    def without_hand_in(self, students: Iterable[str]) -> list[Person]:
        """Give everybody of the roster who is not among these students."""
        there = set(students)
        return [p for p in (self.roster.people if self.roster else ()) if p.id not in there]


@dataclass(frozen=True)
class _Account:
    """What tells people of one name apart; `numbers` as in `Owner`."""

    platform: str
    number: str
    numbers: str
    said: str = ""
    is_own: bool = False
    is_sure: bool = False

    @classmethod
    def noted(cls, note: Collected) -> "_Account":
        entry = owner_in(note.entry, 0, is_folder=True)
        numbers = entry.numbers if entry else ""
        return cls(note.platform, note.number, numbers, is_sure=True)

    @classmethod
    def of(cls, owner: Owner, is_own: bool, is_sure: bool) -> "_Account":
        return cls(owner.platform, owner.number, owner.numbers, owner.label, is_own, is_sure)

    def label(self, key: str) -> str:
        """Name the account for a person."""
        said = self.said if key == self.number else ""
        return said or f"{self.platform.capitalize()} {key}"


def _tells(platform: str, of: str, assignment: str) -> bool:
    """Whether an account there tells people apart in this assignment."""
    return of == assignment or platform not in {*NUMBER_FOR_EACH_ASSIGNMENT, "brightspace"}


def _clues(owner: Owner) -> Clues:
    if owner.form is None and not owner.platform:
        email = owner.name if "@" in owner.name else ""
        return Clues(email=email, id=owner.name, name=owner.name)
    if owner.form and owner.form.login:
        email = owner.name if "@" in owner.name else owner.email
        return Clues(owner.platform, owner.number, email, owner.name, owner.full)
    # "Participant_12345" is no name, but the number is.
    return Clues(owner.platform, owner.number, owner.email, "", owner.name)
