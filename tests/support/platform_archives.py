"""Archives as learning platforms write them, from a list of who hands in what.

Each function gives the paths and contents of one download. They follow the sources that are named
in `nmautils.grading.intake.lms`.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

Files = dict[str, bytes]
DOWNLOADED = (2030, 7, 2, 9, 0, 0)  # after everything was due


@dataclass(frozen=True)
class HandIn:
    """What somebody hands in.

    Parameters
    ----------
    id, last, first : str
        Of the student.
    number : str
        Of the account on every platform.
    time : datetime
        When it came, in UTC.
    late : bool
        Whether the platform marks it as late, if it marks anything.
    files : tuple of (str, bytes)
        Names and contents, the last one handed in last.
    """

    id: str
    last: str
    first: str
    number: str
    time: datetime
    late: bool
    files: tuple[tuple[str, bytes], ...]

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


def canvas(hand_ins: Iterable[HandIn]) -> Files:
    """One flat archive; a file that is handed in again has -1, -2 before its ending."""
    files = {}
    for one in hand_ins:
        squeezed = re.sub(r"\W", "", f"{one.last}, {one.first}".lower())
        late = "_LATE" if one.late else ""
        for again, (file, raw) in enumerate(one.files):
            stem, dot, ending = file.rpartition(".")
            mark = f"-{again}" if again else ""
            files[f"{squeezed}{late}_{one.number}_{5000 + again}_{stem}{mark}{dot}{ending}"] = raw
    return files


def _moodle(hand_ins: Iterable[HandIn], blind: bool, folder_ends: str) -> Files:
    files = {}
    for one in hand_ins:
        name = "Participant" if blind else one.name.replace("_", " ")
        for file, raw in one.files[-1:]:
            files[f"{name}_{one.number}_assignsubmission_file{folder_ends}{file}"] = raw
        text = f"{name}_{one.number}_assignsubmission_onlinetext"
        if len(one.files) > 1:
            ends = folder_ends.rstrip("/") or "_"
            files[f"{text}{ends}/onlinetext.html"] = b"<p>Here it is.</p>"
    return files


def moodle(hand_ins: Iterable[HandIn]) -> Files:
    """Moodle since 4.1: a folder for each student; only the last hand-in is there."""
    return _moodle(hand_ins, False, "/")


def moodle_before(hand_ins: Iterable[HandIn]) -> Files:
    """Moodle before 4.1: a low line ends the folder's name."""
    return _moodle(hand_ins, False, "_/")


def moodle_blind(hand_ins: Iterable[HandIn]) -> Files:
    """Moodle, where names are hidden: the number alone tells who."""
    return _moodle(hand_ins, True, "/")


def blackboard(hand_ins: Iterable[HandIn]) -> Files:
    """One flat archive, with a text beside each attempt."""
    files = {}
    for one in hand_ins:
        for again, (file, raw) in enumerate(one.files):
            day = one.time.replace(minute=again)
            start = f"Tutorial_1 one_{one.number}_attempt_{day:%Y-%m-%d-%H-%M-%S}"
            files[f"{start}_{file}"] = raw
            files[f"{start}.txt"] = (
                f"Name: {one.name} ({one.number})\nAssignment: Tutorial_1 one\n"
                "Date Submitted: today\n\nSubmission Field:\nThere is no student submission text.\n"
            ).encode()
    return files


def brightspace(hand_ins: Iterable[HandIn]) -> Files:
    """A folder for each hand-in, and a page of links on top."""
    files = {"index.html": b"<html><body>Submissions</body></html>"}
    for one in hand_ins:
        for again, (file, raw) in enumerate(one.files):
            day = one.time.replace(minute=again)
            clock = f"{day:%b} {day.day}, {day.year} {day.hour % 12 or 12}{day:%M} {day:%p}"
            files[f"777-{one.number} - {one.name} - {clock}/{file}"] = raw
    return files


def sakai(hand_ins: Iterable[HandIn]) -> Files:
    """A folder for each student in one of the title; the time stands in a file."""
    files = {"Tutorial 1/grades.csv": b"Tutorial 1,Points\n\nDisplay ID,ID,Last Name\n"}
    for one in hand_ins:
        folder = f"Tutorial 1/{one.last}, {one.first}({one.number})"
        files[f"{folder}/timestamp.txt"] = f"{one.time:%Y%m%d%H%M%S}000".encode()
        files[f"{folder}/comments.txt"] = b""
        files[f"{folder}/feedbackText.html"] = b"<p></p>"
        for file, raw in one.files[-1:]:
            files[f"{folder}/Submission attachment(s)/{file}"] = raw
    return files


def gradescope(hand_ins: Iterable[HandIn]) -> Files:
    """Folders without a name, and a list that says whose they are."""
    top, files, lines = "assignment_111_export", {}, ["---"]
    for count, one in enumerate(hand_ins):
        folder = f"submission_{98000 + count}"
        lines += [
            f"{folder}:",
            "  :submitters:",
            f"  - :name: {one.name!r}",
            f"    :sid: '{one.number}'",
            f"    :email: {one.id}@example.org",
            f"  :created_at: {one.time:%Y-%m-%d %H:%M:%S}.000000000 Z",
            "  :score: 0.0",
        ]
        for file, raw in one.files[-1:]:
            files[f"{top}/{folder}/{file}"] = raw
    return {f"{top}/submission_metadata.yml": "\n".join(lines).encode(), **files}


def classroom(hand_ins: Iterable[HandIn]) -> Files:
    """A folder of the assignment with files NAME - TITLE, as Google Drive packs it."""
    return {
        f"Tutorial 1/{one.name} - {file}": raw for one in hand_ins for file, raw in one.files[-1:]
    }


def ilias(hand_ins: Iterable[HandIn]) -> Files:
    """A folder for each student, and tables and a text on top."""
    files = {"status.csv": b"update,usr_id", "README.md": b"# Multi-Feedback"}
    for one in hand_ins:
        last, first = (_ascii(name) or "x" for name in (one.last, one.first))
        for file, raw in one.files[-1:]:
            files[f"{last}_{first}_login{one.number}_{one.number}/{file}"] = raw
    return files


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip(" _-'")


def folders(hand_ins: Iterable[HandIn]) -> Files:
    """A folder for each student, called by their id."""
    return {f"{one.id}/{file}": raw for one in hand_ins for file, raw in one.files}


def loose(hand_ins: Iterable[HandIn]) -> Files:
    """Single files, as they come by mail: somebody has put each student's id before the name."""
    return {f"{one.id}_{file}": raw for one in hand_ins for file, raw in one.files[-1:]}


LAYOUTS: dict[str, Callable[[Iterable[HandIn]], Files]] = {
    "canvas": canvas,
    "moodle": moodle,
    "moodle before 4.1": moodle_before,
    "moodle, blind": moodle_blind,
    "blackboard": blackboard,
    "brightspace": brightspace,
    "sakai": sakai,
    "gradescope": gradescope,
    "classroom": classroom,
    "ilias": ilias,
    "folders": folders,
    "loose files": loose,
}


def pack(path: Path, files: Files, when: tuple[int, int, int, int, int, int] = DOWNLOADED) -> None:
    """Write an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(zipfile.ZipInfo(name, when), raw)
