"""Whose hand-in is it, and of which assignment: read from the names of files and folders."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from nmautils.errors import HandInError
from nmautils.grading.model.limits import FILE_NAME_BYTES, STUDENT_ID_CHARACTERS
from nmautils.grading.safe.text import printable

from .lms import DIGITS, FORMS, read_digits

__all__ = ["HandInName", "clean_student", "parse_name"]

# "Copy of NAME", as Colab writes it in the languages of the course's students.
_COPY_OF = r"(?:copy|kopie|copie|copia|cópia|kopia|kopi)[ _+]+(?:of|von|de|di|van|av)"
_COPY_BEFORE = re.compile(rf"^{_COPY_OF}[ _+]+", re.IGNORECASE)
# jane_Copy_of_tutorial1_decoding.ipynb: somebody put the student's name before Colab's
_COPY_BETWEEN = re.compile(rf"[ _+-]+{_COPY_OF}$", re.IGNORECASE)
_COPY_AFTER = re.compile(
    r"(?:[ _+-]*\(\d+\)|-\d{1,2}|[ _+-]+copy ?\d*|[ _+-]+kopie)$", re.IGNORECASE
)
# What people write before or behind a file's name that is not their own.
_NOT_A_PERSON = frozenset(
    """a answer answers attempt copy done draft final finished first homework hw last my nb new
    newer newest notebook old older release released second solution solutions solved student
    submission submissions submitted the third try version""".split()
)
_ENDINGS = re.compile(r"(?:\.ipynb|\.json|\.txt)+$", re.IGNORECASE)
_TIMES = tuple(dict.fromkeys([read_digits, *(form.time for form in FORMS if form.time)]))


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
        When it was handed in, without a time zone; None if the name does not say.
    """

    student: str
    assignment: str
    account: str = ""
    time: datetime | None = None


def parse_name(parts: Sequence[str], assignments: Collection[str]) -> HandInName:
    """Read student, assignment and time from where a file lies and what it is called.

    Parameters
    ----------
    parts : sequence of str
        Folders from the inbox down and the file's name last. A zip archive on the way counts
        as a folder whose name ends in ``.zip``.
    assignments : collection of str
        Known names.

    Returns
    -------
    HandInName

    Raises
    ------
    HandInError
        If the name does not say which assignment or which student; one line on what to do.
    """
    *folders, file = [unicodedata.normalize("NFC", part) for part in parts]
    inner_first = [_ENDINGS.sub("", file), *reversed(folders)]
    stem, name, account = inner_first[0], "", ""
    for level, part in enumerate(inner_first):
        if found := _from_lms(part):
            name, account, rest = found
            if level == 0:
                stem = rest
            break

    assignment, owner = _split(stem, assignments)
    if assignment is None:
        close = get_close_matches(_bare(stem).lower(), list(assignments), n=1, cutoff=0.5)
        guess = f", perhaps {close[0]}" if close else ""
        known = ", ".join(sorted(assignments)) or "none yet"
        raise HandInError(
            f"unknown assignment (known: {known}): rename the file to "
            f"STUDENT_ASSIGNMENT.ipynb{guess}"
        )
    folder = _from_folders(folders, assignments)
    if not name and not _agree(owner, folder):
        raise HandInError(
            f"cannot tell whose it is, the folder says {printable(folder)} and the file "
            f"{printable(owner)}: rename the file to {assignment}.ipynb, or move it out of the "
            "folder"
        )
    student = clean_student(name or folder or owner)
    if not student:
        raise HandInError(
            f"cannot tell whose it is: put it into a folder with the student's name, or rename "
            f"it to STUDENT_{assignment}.ipynb"
        )
    times = (read(part) for part in inner_first for read in _TIMES)
    return HandInName(student, assignment, account, next(filter(None, times), None))


def clean_student(name: str) -> str:
    """Make a student id of a name: letters, digits and ``.-_@``, short enough for a folder."""
    name = re.sub(r"[^\w.@-]+", "_", unicodedata.normalize("NFC", name))
    name = re.sub(r"_{2,}", "_", name).lstrip("._-")[:STUDENT_ID_CHARACTERS]
    return name.encode()[:FILE_NAME_BYTES].decode(errors="ignore").rstrip("._-")


def _from_lms(part: str) -> tuple[str, str, str] | None:
    """Read student, account and file name from what a learning platform wrote."""
    for form in FORMS:
        if match := form.pattern.fullmatch(part.removesuffix(".zip")):
            groups = match.groupdict()
            number = groups.get("id")
            account = f"{form.number} {number}" if form.number and number else ""
            return groups["name"], account, groups.get("rest") or ""
    return None


def _bare(stem: str) -> str:
    """Take marks of copying and a time out of a file's name."""
    before = None
    stem = DIGITS.sub("", stem)
    while stem != before:
        before = stem
        stem = _COPY_AFTER.sub("", _COPY_BEFORE.sub("", stem)).strip(" _+-")
    return stem


def _split(stem: str, assignments: Collection[str]) -> tuple[str | None, str]:
    """Find the assignment in a file's name, and who is named before or behind it."""
    stem = _bare(stem)
    # The longest first, should one name begin like another.
    for assignment in sorted(assignments, key=len, reverse=True):
        pattern = rf"(?:(.*?)[ _.+-]+)?{re.escape(assignment)}(?:[ _.+-]+(.*))?"
        match = re.fullmatch(pattern, stem, re.IGNORECASE)
        if match:
            before, behind = (_person(part) for part in match.groups())
            return assignment, _COPY_BETWEEN.sub("", before) or behind
    return None, ""


def _person(part: str | None) -> str:
    """Give a part of a name back if a person may be called so."""
    part = _bare(part or "")
    words = re.split(r"[ _.+-]+", part.lower())
    others = [w for w in words if w not in _NOT_A_PERSON and not re.fullmatch(r"v?\d+", w)]
    return part if others else ""


def _agree(owner: str, folder: str) -> bool:
    """Whether two spellings may be of one person, as jane and jane_doe, or one says nothing."""
    one, other = (clean_student(name).lower() for name in (owner, folder))
    return one in other or other in one


def _from_folders(folders: Sequence[str], assignments: Collection[str]) -> str:
    """Find the innermost folder that a person may be called by."""
    known = {name.lower() for name in assignments}
    for folder in reversed(folders):
        if folder.lower().endswith(".zip"):
            # An archive of the whole class is not a person, but jane_tutorial1_decoding.zip is.
            owner = _split(folder[:-4], assignments)[1]
        else:
            owner = "" if folder.lower() in known else _person(folder)
        if owner:
            return owner
    return ""
