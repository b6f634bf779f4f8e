"""Whose hand-in is it, and of which assignment: read from the names of files and folders."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from nmautils.errors import HandInError
from nmautils.grading.model.limits import FILE_NAME_BYTES, STUDENT_ID_CHARACTERS
from nmautils.grading.safe.text import printable

from .copies import without_copy_mark_behind, without_copy_marks
from .gradescope import Submitter
from .lms import DIGITS, FORMS, read_digits

__all__ = [
    "HandInName",
    "Lists",
    "UnknownAssignment",
    "clean_student",
    "is_of_platform",
    "parse_name",
    "typed_by",
]

# Of a folder of an export of Gradescope, who handed in each folder in it.
Lists = Mapping[tuple[str, ...], Mapping[str, Submitter]]

# What people write before or behind a file's name that is not their own.
_NOT_A_PERSON = frozenset(
    """a answer answers attempt backup code colab copy data desktop documents done draft extra file
    files final finished first folder homework hw jupyter last my nb new newer newest notebook
    notebooks old older project release released second solution solutions solved src student
    submission submissions submitted the third try version work""".split()
)
# Folders on the way to a notebook in Colab, on Kaggle and on a computer, which are nobody's name.
_NOBODYS = frozenset(
    folder.strip()
    for folder in """colab, colab notebooks, content, desktop, documentos, documents, dokumente,
    download, downloads, drive, dropbox, escritorio, google drive, googledrive, home, icloud drive,
    input, jupyter, kaggle, meine ablage, mi unidad, mon drive, my drive, mydrive, notebook,
    notebooks, onedrive, output, root, sample data, schreibtisch, shared drives, shareddrives,
    temp, tmp, user, users, working""".split(",")
)
# A folder with one of these words in its name holds the hand-ins of many.
_OF_MANY = frozenset(
    """abgabe abgaben assignment assignments attachment attachments blatt canvas class classroom
    colab course download downloads exercise exercises export exports group groups gruppe handins
    hand-ins homework inbox klasse kurs lab lecture lms module moodle section seminar sheet
    submission submissions submitted tutorial tutorials uebung übung week woche""".split()
)
_ENDINGS = re.compile(r"(?:\.(?:ipynb|json|txt|html?|gz))+$", re.IGNORECASE)
# Marks of the direction of writing, which systems put around names in Arabic and Hebrew.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Platforms write the same word for everybody where names are hidden.
_HIDDEN = frozenset({"anon", "participant", "teilnehmer"})


class UnknownAssignment(HandInError):
    """Neither the name nor the cells of a notebook say which assignment it is of."""


@dataclass(frozen=True)
class HandInName:
    """What the name of a hand-in says.

    Attributes
    ----------
    student, assignment : str
        As nbgrader's folders are called.
    account : str
        Number that a learning platform knows the student by, such as ``"Canvas 12345"``;
        ``""`` if the name has none.
    time : datetime or None
        When it was handed in, mostly without a time zone; None if the name does not say.
    level : int
        Which part of the path says whose it is. The student may have made everything below it,
        so that no name or time there counts.
    late : bool or None
        Whether the platform says that it is late; None if it does not say.
    """

    student: str
    assignment: str
    account: str = ""
    time: datetime | None = None
    level: int = field(default=0, compare=False)
    late: bool | None = field(default=None, compare=False)


@dataclass(frozen=True)
class _Owner:
    """Who is named by a part of a path."""

    name: str
    level: int
    account: str = ""
    time: datetime | None = None
    rest: str = ""
    late: bool | None = None


def parse_name(
    parts: Sequence[str],
    assignments: Collection[str],
    lists: Lists | None = None,
    by_content: str = "",
) -> HandInName:
    """Read student, assignment and time from where a file lies and what it is called.

    Only the outermost part that names somebody counts: a platform or the instructor wrote it.
    What lies in it the student may have packed and named at will.

    Parameters
    ----------
    parts : sequence of str
        Folders from the inbox down and the file's name last. A zip archive on the way counts
        as a folder whose name ends in ``.zip``.
    assignments : collection of str
        Known names.
    lists : mapping, optional
        Lists that a platform put beside folders whose names say nothing.
    by_content : str
        The assignment that the notebook's cells belong to, if they tell.

    Returns
    -------
    HandInName

    Raises
    ------
    HandInError
        If the name does not say which assignment or which student; one line on what to do.
    """
    parts = [_INVISIBLE.sub("", unicodedata.normalize("NFC", part)) for part in parts]
    *folders, file = [*parts[:-1], _ENDINGS.sub("", parts[-1])]
    platform = _listed(parts, lists or {}) or _from_platform([*folders, file])
    stem = platform.rest if platform and platform.level == len(folders) else file
    assignment, owner = _split(stem, assignments)
    if assignment is None:
        if not by_content:
            raise _unknown(stem, assignments)
        assignment = by_content
    if by_content and by_content != assignment:
        raise HandInError(
            f"its name says {assignment}, but its cells are of {by_content}: look at it, and "
            "rename it"
        )
    if platform:
        _check_above(folders[: platform.level], platform.name, assignments)
        found = platform
    else:
        found = _by_hand(folders, owner, assignment, assignments)
    student = clean_student(found.name)
    if not student:
        raise HandInError(
            f"cannot tell whose it is: put it into a folder with the student's name, or rename "
            f"it to STUDENT_{assignment}.ipynb"
        )
    time = found.time if platform else read_digits(parts[found.level])
    return HandInName(student, assignment, found.account, time, found.level, found.late)


def is_of_platform(folders: Sequence[str], assignments: Collection[str]) -> bool:
    """Whether a list in this folder is a platform's: no student's folder or archive is above it."""
    return not _from_platform(folders) and not any(_named_by(f, assignments) for f in folders)


def clean_student(name: str) -> str:
    """Make a student id of a name: letters, digits and ``.-_@``, short enough for a folder."""
    name = re.sub(r"[^\w.@-]+", "_", unicodedata.normalize("NFC", name))
    name = re.sub(r"_{2,}", "_", name).lstrip("._-")[:STUDENT_ID_CHARACTERS]
    return name.encode()[:FILE_NAME_BYTES].decode(errors="ignore").rstrip("._-")


def typed_by(parts: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """Give who typed a text into Moodle's own page, if a file is that; as `HandInName.account`.

    Moodle puts it beside what the same student handed in as a file, mostly as a greeting.

    Returns
    -------
    tuple or None
        The folders above, and the account.
    """
    for level, part in enumerate(parts):
        if match := FORMS[0].pattern.fullmatch(part):
            if "_assignsubmission_onlinetext" not in part:
                return None
            return tuple(parts[:level]), f"{FORMS[0].number} {match['id']}"
    return None


# --- what a platform wrote -----------------------------------------------------------------------


def _listed(parts: Sequence[str], lists: Lists) -> _Owner | None:
    """Look up the outermost folder that stands in a platform's list."""
    for level, folder in enumerate(parts[:-1]):
        if submitter := lists.get(tuple(parts[:level]), {}).get(folder):
            if submitter.problem:
                raise HandInError(submitter.problem)
            return _Owner(submitter.name, level, submitter.account, submitter.time)
    return None


def _from_platform(parts: Sequence[str]) -> _Owner | None:
    """Find the outermost part that is in the form of a platform."""
    for level, part in enumerate(parts):
        for form in FORMS:
            if match := form.pattern.fullmatch(part.removesuffix(".zip")):
                groups = match.groupdict()
                name, number = groups["name"], groups.get("id")
                if name.lower() in _HIDDEN and number:
                    name = f"{name}_{number}"
                account = f"{form.number} {number}" if form.number and number else ""
                time = form.time(part) if form.time else None
                late = bool(groups["late"]) if form.marks_late else None
                return _Owner(name, level, account, time, groups.get("rest") or "", late)
    return None


def _check_above(folders: Sequence[str], name: str, assignments: Collection[str]) -> None:
    """Refuse an archive of one student's with what looks like a platform's file of another's."""
    owner = ""
    for folder in folders:
        archive = folder.lower().endswith(".zip")
        owner = owner or _named_by(folder, assignments)
        if archive and owner and not _agree(owner, name):
            raise _disagree(
                f"the archive {printable(folder)} is of {printable(owner)}, and what is in it is "
                f"named after {printable(name)}: move the archive or the file to the inbox itself"
            )


# --- what people wrote ---------------------------------------------------------------------------


def _by_hand(
    folders: Sequence[str], owner: str, assignment: str, assignments: Collection[str]
) -> _Owner:
    """Find out whose it is by folders, archives and the file's name."""
    found = _Owner("", len(folders))
    for level, folder in enumerate(folders):
        name = _named_by(folder, assignments)
        if name and not found.name:
            found = _Owner(name, level)
            if folder.lower().endswith(".zip"):
                return found
        elif name and not _agree(name, found.name):
            raise _disagree(
                f"one folder says {printable(found.name)} and one in it {printable(name)}: move "
                "the folder of the student to the inbox itself"
            )
    if not found.name:
        return _Owner(owner, len(folders))
    if not _agree(owner, found.name):
        raise _disagree(
            f"the folder says {printable(found.name)} and the file {printable(owner)}: rename the "
            f"file to {assignment}.ipynb, or move it out of the folder"
        )
    return found


def _disagree(why: str) -> HandInError:
    return HandInError(f"cannot tell whose it is, {why}")


def _unknown(stem: str, assignments: Collection[str]) -> UnknownAssignment:
    close = get_close_matches(_bare(stem).lower(), list(assignments), n=1, cutoff=0.5)
    guess = f", perhaps {close[0]}" if close else ""
    known = ", ".join(sorted(assignments)) or "none yet"
    return UnknownAssignment(
        f"unknown assignment (known: {known}): rename the file to STUDENT_ASSIGNMENT.ipynb{guess}"
    )


def _bare(stem: str) -> str:
    """Take marks of copying and a time out of a file's name."""
    return without_copy_marks(DIGITS.sub("", stem))


def _split(stem: str, assignments: Collection[str]) -> tuple[str | None, str]:
    """Find the assignment in a file's name, and who is named before or behind it."""
    stem = _bare(stem)
    # The longest first, should one name begin like another.
    for assignment in sorted(assignments, key=len, reverse=True):
        name = re.escape(assignment).replace("_", "[-_ +]")
        pattern = rf"(?:(.*?)[ _.+“„«「-]+)?{name}(?:\.ipynb)?(?:[ _.+”“»」-]+(.*))?"
        match = re.fullmatch(pattern, stem, re.IGNORECASE)
        if match:
            before, behind = (_person(part) for part in match.groups())
            return assignment, without_copy_mark_behind(before) or behind
    return None, ""


def _words(part: str) -> list[str]:
    """Split a part of a name into words, without numbers that only count."""
    words = re.split(r"[ _.+()-]+", part.lower())
    return [word for word in words if word and not re.fullmatch(r"v?\d+", word)]


def _person(part: str | None) -> str:
    """Give a part of a name back if a person may be called so."""
    part = _bare(part or "")
    return part if any(word not in _NOT_A_PERSON for word in _words(part)) else ""


def _named_by(folder: str, assignments: Collection[str]) -> str:
    """Give who a folder or an archive on the way is named after, if that is a person."""
    archive = folder.lower().endswith(".zip")
    if not archive and re.sub(r"[\s_-]+", " ", folder.lower()).strip() in _NOBODYS:
        return ""
    assignment, owner = _split(folder[:-4] if archive else folder, assignments)
    if assignment is not None:
        folder = owner
    elif archive:  # an archive of the whole class is not a person
        return ""
    of_many = any(word.rstrip("0123456789") in _OF_MANY for word in _words(folder))
    return "" if of_many else _person(folder)


def _agree(owner: str, folder: str) -> bool:
    """Whether two spellings may be of one person, as jane and jane_doe, or one says nothing."""
    one, other = (clean_student(name).lower() for name in (owner, folder))
    return one in other or other in one
