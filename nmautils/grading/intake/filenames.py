"""Whose hand-in is it, and of which assignment: read from names that Colab and LMSs give."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

__all__ = ["HandInName", "clean_student", "parse_name"]

# doejane_12345_67890_tutorial1_decoding-1.ipynb: name, Canvas id of the person and of the file
CANVAS = re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<id>\d+)_\d+_(?P<rest>.+)", re.IGNORECASE)
# Jane Doe_12345_assignsubmission_file_/… as a folder, or with the file's name behind it
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)")
# Title_doejane_attempt_2026-01-30-15-00-00_tutorial1_decoding.ipynb
BLACKBOARD = re.compile(r"(?:.*_)?(?P<name>[^_]+)_attempt_(?P<rest>.+)", re.IGNORECASE)

TIME = re.compile(
    r"(?<!\d)(\d{4})-(\d\d)-(\d\d)[-_T ](\d\d)[-:.](\d\d)(?:[-:.](\d\d))?(?:Z|UTC)?(?!\d)"
)

_COPY_BEFORE = re.compile(
    r"^(?:copy|kopie|copie|copia|cópia|kopia|kopi)[ _+]+(?:of|von|de|di|van|av)[ _+]+",
    re.IGNORECASE,
)
_COPY_AFTER = re.compile(
    r"(?:[ _+-]*\(\d+\)|-\d{1,2}|[ _+-]+copy ?\d*|[ _+-]+kopie)$", re.IGNORECASE
)
# jane_Copy_of_tutorial1_decoding.ipynb: a student's name put before Colab's
_COPY_BETWEEN = re.compile(
    r"[ _+-]+(?:copy|kopie|copie|copia|cópia|kopia|kopi)[ _+]+(?:of|von|de|di|van|av)$",
    re.IGNORECASE,
)
# What people write before or behind a file's name that is not their own.
_NOT_A_PERSON = frozenset(
    """a answer answers attempt copy done draft final finished first homework hw last my nb new
    newer newest notebook old older release released second solution solutions solved student
    submission submissions submitted the third try version""".split()
)
_ENDINGS = re.compile(r"(?:\.ipynb|\.json|\.txt)+$", re.IGNORECASE)


@dataclass(frozen=True)
class HandInName:
    """What the name of a hand-in says.

    Attributes
    ----------
    student, assignment : str
        As nbgrader's folders are called.
    account : str
        Number that an LMS knows the student by, such as ``"Canvas 12345"``; ``""`` if the
        name has none.
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
    ValueError
        If the assignment is unknown or the student cannot be told; the message says what to do.
    """
    *folders, file = [unicodedata.normalize("NFC", part) for part in parts]
    stem = _ENDINGS.sub("", file)
    name, account = "", ""
    for part in [stem, *reversed(folders)]:
        found = _from_lms(part)
        if found:
            name, account, rest = found
            stem = rest if part is stem and rest else stem
            break

    time = next((t for t in map(_time, [file, *reversed(folders)]) if t), None)
    assignment, owner = _split(stem, assignments)
    if assignment is None:
        close = get_close_matches(_bare(stem).lower(), list(assignments), n=1, cutoff=0.5)
        guess = f", perhaps {close[0]}" if close else ""
        known = ", ".join(sorted(assignments)) or "none yet"
        raise ValueError(
            f"unknown assignment (known: {known}): rename the file to "
            f"STUDENT_ASSIGNMENT.ipynb{guess}"
        )
    folder = _from_folders(folders, assignments)
    if not name and owner and folder and not _agree(owner, folder):
        raise ValueError(
            f"cannot tell whose it is, the folder says {folder} and the file {owner}: rename "
            f"the file to {assignment}.ipynb, or move it out of the folder"
        )
    student = clean_student(name or folder or owner)
    if not student:
        raise ValueError(
            f"cannot tell whose it is: put it into a folder with the student's name, or rename "
            f"it to STUDENT_{assignment}.ipynb"
        )
    return HandInName(student, assignment, account, time)


def clean_student(name: str) -> str:
    """Make a student id of a name: letters, digits and ``.-_@``, no spaces, at most 100."""
    name = re.sub(r"[^\w.@-]+", "_", unicodedata.normalize("NFC", name).strip())
    return re.sub(r"_{2,}", "_", name).strip("._-")[:100]


def _from_lms(part: str) -> tuple[str, str, str] | None:
    for lms, pattern in [("Moodle", MOODLE), ("Canvas", CANVAS), ("Blackboard", BLACKBOARD)]:
        match = pattern.fullmatch(part.removesuffix(".zip"))
        if match:
            number = match.groupdict().get("id")
            return match["name"], f"{lms} {number}" if number else "", match["rest"]
    return None


def _time(part: str) -> datetime | None:
    match = TIME.search(part)
    try:
        return datetime(*(int(x or 0) for x in match.groups())) if match else None
    except ValueError:
        return None


def _bare(stem: str) -> str:
    """A file's name without marks of copying and without a time."""
    before = None
    stem = TIME.sub("", stem).strip(" _+-")
    while stem != before:
        before = stem
        stem = _COPY_AFTER.sub("", _COPY_BEFORE.sub("", stem)).strip(" _+-")
    return stem


def _split(stem: str, assignments: Collection[str]) -> tuple[str | None, str]:
    """Find the assignment in a file's name, and who is named before or behind it."""
    stem = _bare(stem)
    # The longest first, should one name begin like another.
    for assignment in sorted(assignments, key=len, reverse=True):
        pattern = rf"(?:(.*?)[ _.+-]+)?{re.escape(assignment)}(?:[ _.+-]+(.*)|\(\d+\))?"
        match = re.fullmatch(pattern, stem, re.IGNORECASE)
        if match:
            before, behind = (_person(part) for part in match.groups())
            before = _COPY_BETWEEN.sub("", before)
            return assignment, before or behind
    return None, ""


def _person(part: str | None) -> str:
    part = _bare(part or "")
    words = re.split(r"[ _.+-]+", part.lower())
    others = [w for w in words if w not in _NOT_A_PERSON and not re.fullmatch(r"v?\d+", w)]
    return part if others else ""


def _agree(owner: str, folder: str) -> bool:
    """Whether two spellings may be of one person, as jane and jane_doe."""
    one, other = (clean_student(name).lower() for name in (owner, folder))
    return one in other or other in one


def _from_folders(folders: Sequence[str], assignments: Collection[str]) -> str:
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
