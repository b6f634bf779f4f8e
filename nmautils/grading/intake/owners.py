"""Who is named by a part of a path: what a platform wrote, by the table of its forms."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nmautils.grading.model.limits import FILE_NAME_BYTES, STUDENT_ID_CHARACTERS

from .lms import FORMS, Form

__all__ = [
    "Owner",
    "agree",
    "clean_student",
    "owner_in",
    "plain_part",
    "platform_owner",
]

# Marks of the direction of writing, which systems put around names in Arabic and Hebrew.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Platforms write the same word for everybody where names are hidden.
_HIDDEN = frozenset({"anon", "participant", "participante", "teilnehmer", "teilnehmerin"})


@dataclass(frozen=True)
class Owner:
    """Who is named by a part of a path.

    Attributes
    ----------
    name : str
        The student, by name or by account.
    level : int
        Which part of the path says so.
    number : str
        The platform's number of the account; empty if there is none.
    full, email : str
        What people call the student where `name` is an account, and the address.
    time : datetime or None
        When it was handed in, if the platform writes it.
    rest : str
        What the student called the file.
    late : bool or None
        Whether the platform says that it is late.
    form : Form or None
        The platform's; None if a person wrote the name.
    label : str
        As `HandInName.account`.
    platform : str
        A key of `nmautils.people.roster.Person.numbers`; empty if there is none.
    numbers : str
        Of Brightspace, both numbers before the name, which are the same in each hand-in of a
        person for one assignment.
    problem : str
        Why the platform's list does not tell; mostly empty.
    """

    name: str
    level: int
    number: str = ""
    full: str = ""
    email: str = ""
    time: datetime | None = None
    rest: str = ""
    late: bool | None = None
    form: Form | None = None
    label: str = ""
    platform: str = ""
    numbers: str = ""
    problem: str = ""


def platform_owner(parts: Sequence[str]) -> Owner | None:
    """Find the outermost part that is in the form of a platform."""
    for level, part in enumerate(parts):
        is_folder = level < len(parts) - 1 and not part.lower().endswith(".zip")
        if owner := owner_in(part.removesuffix(".zip"), level, is_folder):
            return owner
    return None


def owner_in(part: str, level: int, is_folder: bool, forms: Sequence[Form] = ()) -> Owner | None:
    """Read one part of a path that may be in the form of a platform."""
    for form in forms or FORMS:
        match = form.pattern.fullmatch(part)
        if match is None or (form.folders and not is_folder):
            continue
        groups = match.groupdict()
        name, number = groups["name"], groups.get("id") or ""
        if name.lower() in _HIDDEN and number:
            name = f"{name}_{number}"
        late = bool(groups["late"] or groups.get("late_too")) if form.marks_late else None
        return Owner(
            name,
            level,
            number=number or (name if form.login and form.key else ""),
            full=(groups.get("full") or "").strip(" ,_").replace("_", " "),
            time=form.time(part) if form.time else None,
            rest=groups.get("rest") or "",
            late=late,
            form=form,
            label=f"{form.number} {number}" if form.number and number else "",
            platform=form.key,
            numbers=groups.get("numbers") or "",
        )
    return None


def plain_part(part: str) -> str:
    """Give a part of a path in one way of writing it, without marks that nobody sees."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", part))


def clean_student(name: str) -> str:
    """Make a student id of a name: letters, digits and ``.-_@``, short enough for a folder."""
    name = re.sub(r"[^\w.@-]+", "_", unicodedata.normalize("NFC", name))
    name = re.sub(r"_{2,}", "_", name).lstrip("._-")[:STUDENT_ID_CHARACTERS]
    return name.encode()[:FILE_NAME_BYTES].decode(errors="ignore").rstrip("._-")


def agree(one: str, other: str) -> bool:
    """Whether two spellings may be of one person, as jane and jane_doe, or one says nothing.

    Only whole words count: "an" is a part of "anna", and another person.
    """
    first, second = _words(one), _words(other)
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    turns = {"".join(first[at:] + first[:at]) for at in range(len(first))}
    return "".join(second) in turns or "".join(first) in {
        "".join(second[at:] + second[:at]) for at in range(len(second))
    }


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[._-]+", clean_student(name).lower()) if word]
