"""What platforms make of the files that go back to them, each written from its documentation.

Nothing here comes from the package: what it writes is read by the rules of the other side, and a
file that a platform would refuse raises `Refused`.
"""

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, field


class Refused(Exception):
    """The platform would not take the file."""


# --- Canvas: lib/gradebook_importer.rb of instructure/canvas-lms ---------------------------------


@dataclass
class CanvasCourse:
    """A course on Canvas: users by id, with their names, and assignments by id."""

    users: dict[int, str]
    assignments: dict[int, str]


def canvas_gradebook(raw: bytes, course: CanvasCourse) -> dict[tuple[int, str], str]:
    """Give the marks that an upload would set, from (user's id, title): a number, "EX" or "".

    A column is an assignment's by the number in brackets, else by the whole title, and makes a new
    one otherwise. A person is found by the column ID, else by the whole sortable name.
    """
    text = raw.decode("utf-8-sig")
    first = text.splitlines()[:3]
    counts = {}
    for sign in ";,":
        fields = {len(next(csv.reader([line], delimiter=sign), [])) for line in first}
        counts[sign] = fields.pop() if len(fields) == 1 else 0
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if counts[";"] > counts[","] else ","))
    head = rows[0]
    if len(head) <= 3 or "Student" not in head[0] or "ID" not in head[1]:
        raise Refused("Invalid header row")
    people = 3
    if re.search(r"SIS\s+Login\s+ID", head[2]):
        people = 4
    elif re.search(r"SIS\s+User\s+ID", head[2]) and re.search(r"SIS\s+Login\s+ID", head[3]):
        people = 5 + ("Integration ID" in head[4]) + any("Root Account" in h for h in head[4:6])
    if "Section" not in head[people - 1]:
        raise Refused("Invalid header row")
    columns = {}
    computed = "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    for index, name in enumerate(head[people:], people):
        if re.search(computed + "|Override Score|Override Grade|Override Status", name):
            continue
        found = re.fullmatch(r"(.*) \((\d+)\)", name)
        known = course.assignments.get(int(found[2])) if found else None
        if known is None and name in course.assignments.values():
            known = name
        columns[index] = known or f"new: {name}"
    marks = {}
    for row in rows[1:]:
        if "Points Possible" in row[0]:
            continue
        if all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            continue
        user = int(row[1]) if row[1].isdecimal() and int(row[1]) in course.users else None
        if user is None:
            by_name = [key for key, name in course.users.items() if name == row[0]]
            user = by_name[0] if by_name else None
        if user is None:
            raise Refused(f"a student who is not there: {row[0]}")
        for index, title in columns.items():
            cell = row[index].strip()
            if re.fullmatch(r"-?[0-9.,]+%?", cell):  # converter decimal_comma_to_period
                *whole, last = re.split("[,.]", cell)
                cell = f"{''.join(whole)}.{last}" if whole else last
            # "N/A" is said of whom the assignment is not given to; no grade of theirs is read.
            marks[user, title] = "" if cell == "N/A" else cell
    return marks


@dataclass
class CanvasComments:
    """What an upload of submissions does: comments by user, and files that it ignores."""

    comments: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def canvas_submissions(
    raw: bytes, attachments: dict[int, tuple[int, str]], anonymous: dict[str, int] | None = None
) -> CanvasComments:
    """Find each file's person as ``infer_comment_context_from_filename`` does.

    Parameters
    ----------
    raw : bytes
        The archive.
    attachments : dict
        From ids of files that were handed in to their user and the name they had.
    anonymous : dict, optional
        From anonymous ids to users.
    """
    done = CanvasComments()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.namelist():
            name = entry.rpartition("/")[2]
            parts = [part for part in name.split("_") if part != "LATE"]
            user = file = None
            if parts[0] == "anon":
                user = (anonymous or {}).get(parts[1])
                file = int(parts[2]) if parts[2].isdecimal() else None
            else:
                numbers = [int(part) for part in parts if re.fullmatch(r"\d+", part)][:2]
                user, file = numbers if len(numbers) == 2 else (None, None)
            if parts[-1].startswith("link") or name.startswith("._"):
                file = None
            if file not in attachments or attachments[file][0] != user:
                done.ignored.append(entry)
                continue
            shown_as = attachments[file][1]
            done.comments.setdefault(user, []).append((shown_as, archive.read(entry)))
    return done


# --- Moodle: mod/assign/feedback/offline and mod/assign/feedback/file of moodle/moodle -----------

WORKSHEET = {  # the strings "recordid", "grade", "lastmodifiedgrade", "hiddenuser", decimal point
    "en": ("Identifier", "Grade", "Last modified (grade)", "Participant ", "."),
    "de": ("ID", "Bewertung", "Zuletzt geändert (Bewertung)", "Teilnehmer/in", ","),
}


def moodle_worksheet(raw: bytes, participants: set[int], most: float, language: str = "en") -> dict:
    """Give the marks that the upload of a grading worksheet sets, by the participants' numbers."""
    identifier, grade, modified, hidden, point = WORKSHEET[language]
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    head = rows[0]
    if not {identifier, grade, modified} <= set(head):
        raise Refused("invalidgradeimport")
    marks = {}
    for row in rows[1:]:
        if len(row) != len(head):
            raise Refused("csvweirdcolumns")
        number = row[head.index(identifier)][len(hidden) :]
        if not number.isdecimal() or int(number) not in participants:
            continue
        value = row[head.index(grade)].replace(point, ".")  # unformat_float
        if value == "":
            continue
        if not 0 <= float(value) <= most:
            continue  # out of range, which Moodle does not tell
        marks[int(number)] = float(value)
    return marks


def moodle_feedback(raw: bytes, participants: set[int]) -> dict[int, dict[str, bytes]]:
    """Give the feedback files of each participant, as ``importziplib.php`` finds them."""
    found: dict[int, dict[str, bytes]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.namelist():
            if entry.rpartition("/")[2].startswith((".", "~")):
                continue
            parts = entry.split("/")
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) < 4 or not info[1].isdecimal() or int(info[1]) not in participants:
                    continue
                if (info[2], info[3]) not in {
                    ("assignsubmission", "file"),
                    ("assignfeedback", "file"),
                }:
                    continue
                rest = "/".join([*([info[4]] if len(info) == 5 else [""]), *parts])
                found.setdefault(int(info[1]), {})[rest.lstrip("/")] = archive.read(entry)
                break
    return found


# --- Brightspace: community.d2l.com/brightspace/kb/articles/3538-importing-grades ----------------


def brightspace_grades(raw: bytes, users: dict[str, str]) -> dict[tuple[str, str], float | None]:
    """Give the points that an import sets, from (user, item); `users` maps org ids to user names.

    Columns are "ITEM Points Grade"; OrgDefinedId or Username, or both, say who; each row ends with
    a # below "End-of-Line Indicator".
    """
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    head = rows[0]
    if not {"OrgDefinedId", "Username"} & set(head) or head[-1].strip() != "End-of-Line Indicator":
        raise Refused("no key column, or no end of line")
    items = {}
    for index, name in enumerate(head):
        if found := re.fullmatch(r"(.+) Points Grade(?: <.*>)?", name):
            items[index] = found[1]
    marks = {}
    for row in rows[1:]:
        if row[-1] != "#":
            raise Refused(f"a row does not end with #: {row}")
        said = dict(zip(head, row, strict=True))
        org = said.get("OrgDefinedId", "").removeprefix("#")
        name = said.get("Username", "").removeprefix("#")
        user = users.get(org) or (name if name in users.values() else None)
        if user is None or (org and name and users.get(org) != name):
            raise Refused(f"no such user: {org} {name}")
        for index, item in items.items():
            marks[user, item] = float(row[index]) if row[index] else None
    return marks


def brightspace_feedback(raw: bytes, folders: set[str]) -> dict[str, dict[str, bytes]]:
    """Give the files in each folder, which has to bear the name that the download gave it."""
    found: dict[str, dict[str, bytes]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.namelist():
            folder, _, name = entry.partition("/")
            if folder not in folders or not name:
                raise Refused(f"no such folder: {folder}")
            found.setdefault(folder, {})[name] = archive.read(entry)
    return found


# --- Blackboard: help.blackboard.com, "Work Offline with Grade Data" -----------------------------


def blackboard_grades(raw: bytes, users: set[str], columns: set[int]) -> dict[tuple[str, int], str]:
    """Give the values that an upload sets, from (user name, number of the column).

    Tabs or commas between cells; a row is a user's by Username, a column a grade's by the number
    behind the bar. A column without a number that is no column of people would be made anew.
    """
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    sign = "\t" if "\t" in text.splitlines()[0] else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=sign))
    head = rows[0]
    if "Username" not in head:
        raise Refused("no Username")
    people = {"Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"}
    marks = {}
    for row in rows[1:]:
        user = row[head.index("Username")]
        if user not in users:
            raise Refused(f"no such user: {user}")
        for name, value in zip(head, row, strict=True):
            found = re.search(r"\|(\d+)$", name)
            if found and int(found[1]) in columns:
                marks[user, int(found[1])] = value
            elif not found and name not in people:
                raise Refused(f"a new column would be made: {name}")
    return marks


# --- Gradescope: gradescope-autograders.readthedocs.io, "Specifications", "Submission metadata" --


def gradescope_autograder(raw: bytes, folder, users: list[dict[str, str]]) -> dict:
    """Run an autograder as Gradescope does, below `folder`; give what is in ``results.json``.

    Parameters
    ----------
    raw : bytes
        The archive, with ``setup.sh`` and ``run_autograder`` at its top.
    folder : Path
        In place of ``/autograder``.
    users : list of dict
        Who handed in: ``email`` and perhaps ``sid``.
    """
    import subprocess
    import sys

    source = folder / "source"
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if not {"setup.sh", "run_autograder"} <= set(archive.namelist()):
            raise Refused("no setup.sh or run_autograder at the top")
        archive.extractall(source)
    (folder / "results").mkdir(parents=True, exist_ok=True)
    (folder / "results" / "results.json").unlink(missing_ok=True)
    metadata = {"id": 1, "users": users, "assignment": {"total_points": "10.0"}}
    (folder / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    program = (source / "run_autograder").read_text(encoding="utf-8")
    if not program.startswith("#!"):
        raise Refused("run_autograder has no #! line")
    program = program.replace('"/autograder/', f'"{folder}/')
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise Refused(done.stderr.strip())
    results = json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))
    if not isinstance(results.get("score"), (int, float)):
        raise Refused("no score")
    return results
