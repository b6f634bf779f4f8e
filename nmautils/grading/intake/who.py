"""Who in the course is meant: by the roster, by accounts that are remembered, else by the name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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

from .owners import Owner, agree, clean_student

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

        A roster has said already who each is. Without one, an account that was noted for the
        student is the student's.

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
        if self.roster is not None:
            return
        noted = defaultdict[str, dict[str, str]](dict)
        for each in self.collected.values():
            if each.student == student and each.number and _tells(each, assignment):
                label = f"{each.platform.capitalize()} {each.number}"
                noted[each.platform][each.number] = label
        found, own = (defaultdict[str, dict[str, str]](dict) for _ in range(2))
        for of, owner in accounts:
            if (
                owner.number
                and owner.platform
                and (of == assignment or owner.platform not in NUMBER_FOR_EACH_ASSIGNMENT)
            ):
                label = owner.label or f"{owner.platform.capitalize()} {owner.number}"
                found[owner.platform][owner.number] = label
                if of == assignment:
                    own[owner.platform][owner.number] = label
        for platform, numbers in own.items():
            labels = {**noted[platform], **found[platform]}
            if len(labels) > 1 and not numbers.keys() <= noted[platform].keys():
                raise HandInError(
                    f"several people are called {student} ({', '.join(sorted(labels.values()))}): "
                    "put each into a folder of its own name, or write a roster"
                )

    def without_hand_in(self, students: Iterable[str]) -> list[Person]:
        """Give everybody of the roster who is not among these students."""
        there = set(students)
        return [p for p in (self.roster.people if self.roster else ()) if p.id not in there]


def _tells(each: Collected, assignment: str) -> bool:
    """Whether a number that was noted tells people apart in this assignment."""
    return each.assignment == assignment or each.platform not in NUMBER_FOR_EACH_ASSIGNMENT


def _clues(owner: Owner) -> Clues:
    if owner.form is None and not owner.platform:
        email = owner.name if "@" in owner.name else ""
        return Clues(email=email, id=owner.name, name=owner.name)
    if owner.form and owner.form.login:
        email = owner.name if "@" in owner.name else owner.email
        return Clues(owner.platform, owner.number, email, owner.name, owner.full)
    # "Participant_12345" is no name, but the number is.
    return Clues(owner.platform, owner.number, owner.email, "", owner.name)
