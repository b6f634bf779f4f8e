"""Whose hand-in is it, and of which assignment: read from the names of files and folders."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from nmautils.errors import HandInError
from nmautils.grading.safe.text import printable

from .copies import without_copy_mark_behind, without_copy_marks
from .lms import DIGITS, read_digits
from .owners import Owner, agree, clean_student, owner_in, plain_part, platform_owner

__all__ = [
    "HandInName",
    "Known",
    "UnknownAssignment",
    "clean_student",
    "file_named_by",
    "known_before",
    "named_by",
    "nobody",
    "parse_name",
    "without_endings",
]

# Gives the id of the person in the roster whom a name means, or nothing.
Known = Callable[[str], str]


def nobody(name: str) -> str:
    """Know nobody, as a course without a roster does."""
    return ""


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
# Behind the assignment's name in what platforms call the archive of a class.
_OF_A_CLASS = re.compile(r"(?:^|[ _-])(?:submissions|abgaben|export)(?:$|[ _(-])", re.IGNORECASE)
_ENDINGS = re.compile(r"(?:\.(?:ipynb|json|txt|html?|gz))+$", re.IGNORECASE)


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
    owner : Owner
        What else the name says of the student.
    dates_inside : tuple of datetime
        Times in names that the student may have written, which do not count.
    """

    student: str
    assignment: str
    account: str = ""
    time: datetime | None = None
    level: int = field(default=0, compare=False)
    late: bool | None = field(default=None, compare=False)
    owner: Owner = field(default=Owner("", 0), compare=False)
    dates_inside: tuple[datetime, ...] = field(default=(), compare=False)


def parse_name(
    parts: Sequence[str],
    assignments: Collection[str],
    owner: Owner | None = None,
    by_content: str = "",
    known: Known = nobody,
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
    owner : Owner, optional
        Whose it is, if that was told by all that lies beside it.
    by_content : str
        The assignment that the notebook's cells belong to, if they tell.
    known : callable
        Who of the roster is meant by a name.

    Returns
    -------
    HandInName

    Raises
    ------
    HandInError
        If the name does not say which assignment or which student; one line on what to do.
    """
    if owner and owner.problem:
        raise HandInError(owner.problem)
    parts = [plain_part(part) for part in parts]
    *folders, file = [*parts[:-1], without_endings(parts[-1])]
    platform = owner or platform_owner([*folders, file])
    stem = platform.rest if platform and platform.level == len(folders) else file
    assignment, named = _split(stem, assignments, known)
    if assignment is None:
        if not by_content:
            raise _unknown(stem, assignments)
        assignment = by_content
        named = known_before(stem, known)
    if by_content and by_content != assignment:
        raise HandInError(
            f"its name says {assignment}, but its cells are of {by_content}: look at it, and "
            "rename it"
        )
    if platform and owner is None:
        platform = _above(folders[: platform.level], platform, assignments, known) or platform
    found = platform or _by_hand(folders, named, assignment, assignments, known)
    student = clean_student(found.name)
    if not student:
        raise HandInError(
            f"cannot tell whose it is: put it into a folder with the student's name, or rename "
            f"it to STUDENT_{assignment}.ipynb"
        )
    inside = _packed_by_student(parts, found.level)
    _check_inside(inside, found, assignments, known)
    late, time, written = found.late, found.time, inside
    if not (found.form or found.platform):
        # A folder is called so by whoever received it; a file may be called so by its student.
        own = parts[found.level]
        if found.level < len(folders) and not own.lower().endswith(".zip"):
            time = read_digits(own)
        else:
            written = [own, *inside]
    dates = tuple(filter(None, map(read_digits, written)))
    return HandInName(student, assignment, found.label, time, found.level, late, found, dates)


# --- what a platform wrote -----------------------------------------------------------------------


def _above(
    folders: Sequence[str], owner: Owner, assignments: Collection[str], known: Known
) -> Owner | None:
    """Give whose the folders around a platform's name are, as whoever made them says.

    A name in the form of a platform that lies in somebody's folder is the student's own, so it
    tells no number and no time, and must not say another person.
    """
    found = None
    for level, folder in enumerate(folders):
        above = named_by(folder, assignments, known, outermost=level == 0)
        if not above:
            continue
        if not _may_be_one(above, owner, known):
            kind = "archive" if folder.lower().endswith(".zip") else "folder"
            raise _disagree(
                f"the {kind} {printable(folder)} is of {printable(above)}, and what is in it is "
                f"named after {printable(owner.name)}: move the {kind} or the file to the inbox "
                "itself, or, if it is a platform's, call it `submissions`"
            )
        found = found or Owner(above, level)
    return found


def _may_be_one(name: str, owner: Owner, known: Known) -> bool:
    """Tell whether a name and a platform's may be of one person: by the roster, else by words."""
    one = known(name)
    others = {known(owner.name), known(owner.full)} - {""}
    if one and others:
        return others == {one}
    return agree(name, owner.name) or bool(owner.full and agree(name, owner.full))


def _packed_by_student(parts: Sequence[str], level: int) -> Sequence[str]:
    """Give the parts that lie in an archive which the student has made."""
    for at in range(level, len(parts)):
        if parts[at].lower().endswith(".zip"):
            return parts[at + 1 :]
    return ()


def _check_inside(
    inside: Sequence[str], owner: Owner, assignments: Collection[str], known: Known
) -> None:
    """Refuse a student's archive in which a name says another person or another time."""
    for at, part in enumerate(inside):
        is_folder = at < len(inside) - 1
        stem = part.removesuffix(".zip") if is_folder else without_endings(part)
        said = owner_in(stem, 0, is_folder)
        other = said.name if said else named_by(stem, assignments, known)
        is_other = (
            not agree(other, owner.name) and not agree(other, owner.full or owner.name)
            if said
            else known(other) not in ("", known(owner.name), known(owner.full))
        )
        if is_other or (said and said.time):
            raise HandInError(
                f"{printable(owner.name)} packed this, and in the archive {printable(part)} says "
                "another person or time, which a platform writes outside only: look at it"
            )


# --- what people wrote ---------------------------------------------------------------------------


def _by_hand(
    folders: Sequence[str],
    owner: str,
    assignment: str,
    assignments: Collection[str],
    known: Known,
) -> Owner:
    """Find out whose it is by folders, archives and the file's name."""
    found = Owner("", len(folders))
    for level, folder in enumerate(folders):
        name = named_by(folder, assignments, known, outermost=level == 0)
        if name and not found.name:
            found = Owner(name, level)
            if folder.lower().endswith(".zip") or known(name):
                return found
        elif name and not _may_be_one(name, found, known):
            raise _disagree(
                f"one folder says {printable(found.name)} and one in it {printable(name)}: move "
                "the folder of the student to the inbox itself"
            )
    if not found.name:
        return Owner(owner, len(folders))
    if not _may_be_one(owner, found, known):
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


def _split(
    stem: str, assignments: Collection[str], known: Known = nobody
) -> tuple[str | None, str]:
    """Find the assignment in a file's name, and who is named before or behind it."""
    stem = _bare(stem)
    # The longest first, should one name begin like another.
    for assignment in sorted(assignments, key=len, reverse=True):
        pattern = rf"(?:(.*?)[ _.+“„«「-]+)?{_spelt(assignment)}(?:\.ipynb)?(?:[ _.+”“»」-]+(.*))?"
        match = re.fullmatch(pattern, stem, re.IGNORECASE)
        if match:
            parts = [without_copy_mark_behind(_bare(part or "")) for part in match.groups()]
            for part in parts:
                if known(part):
                    return assignment, part
            before, behind = map(_person, parts)
            return assignment, without_copy_mark_behind(before) or behind or _numeric(parts[0])
    return None, ""


def file_named_by(stem: str, assignments: Collection[str], known: Known = nobody) -> str:
    """Give who a file's name, without its ending, names beside the assignment."""
    assignment, owner = _split(stem, assignments, known)
    return owner if assignment is not None else stem if known(stem) else ""


def _spelt(assignment: str) -> str:
    """Give the pattern of an assignment's name: ``tutorial-1 decoding`` is ``tutorial1_decoding``.

    Platforms and people change the signs between its words, and put some before a number.
    """
    spelt = re.escape(assignment).replace("_", "[-_ +]")
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "[-_ +]?", spelt)


def _words(part: str) -> list[str]:
    """Split a part of a name into words, without numbers that only count."""
    words = re.split(r"[ _.+()-]+", part.lower())
    return [word for word in words if word and not re.fullmatch(r"v?\d+", word)]


def _person(part: str | None) -> str:
    """Give a part of a name back if a person may be called so."""
    part = _bare(part or "")
    return part if any(word not in _NOT_A_PERSON for word in _words(part)) else ""


def _numeric(part: str) -> str:
    """Give a number back if it may be a student's, and not a year or the number of a group."""
    part = part.strip()
    return part if re.fullmatch(r"(?!(?:19|20)\d\d$)\d{4,}", part) else ""


def without_endings(name: str) -> str:
    """Take off what says that a file is a notebook: ``.ipynb``, ``.ipynb.txt``, ``.ipynb.gz``."""
    return _ENDINGS.sub("", name)


def known_before(stem: str, known: Known) -> str:
    """Give the person of the roster whom a name begins with: ``jane_work``, ``Jane Doe - work``."""
    starts = (stem, stem.partition(" - ")[0], stem.partition("_")[0])
    return next((start for start in starts if known(start)), "")


def named_by(
    folder: str, assignments: Collection[str], known: Known = nobody, outermost: bool = False
) -> str:
    """Give who a folder or an archive on the way is named after, if that is a person.

    Of the outermost one, which a student does not name, a part of its name will do.
    """
    archive = folder.lower().endswith(".zip")
    stem = folder[:-4] if archive else folder
    if known(stem):
        return stem
    if archive and outermost and (name := known_before(stem, known)):
        return name
    if not archive and re.sub(r"[\s_-]+", " ", folder.lower()).strip() in _NOBODYS:
        return ""
    assignment, owner = _split(stem, assignments, known)
    if assignment is not None:
        stem = owner
    elif archive:  # an archive of the whole class is not a person
        return ""
    words = {word.rstrip("0123456789") for word in _words(stem)}
    if words & _OF_MANY or (archive and _OF_A_CLASS.search(folder[:-4])):
        return ""
    return _person(stem) or _numeric(stem)
