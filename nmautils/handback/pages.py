"""Feedback pages as they go back: made anew where marks have changed, and packed by platform."""

import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nmautils.course.gradebook import find_gradebook, gradebook_place, read_only
from nmautils.course.plain import CONFIG_FILE, folders_of
from nmautils.course.settings import FILE_NAME
from nmautils.errors import GradingFailed
from nmautils.grading.model.names import folder_and_notebook, meant_by, released_names
from nmautils.grading.record.book import Lookup
from nmautils.grading.record.late import terms_of
from nmautils.grading.record.marks import marks_of
from nmautils.grading.record.records import read_record, record_path, write_atomically
from nmautils.grading.safe.text import no_formula, printable
from nmautils.people.collected import Collected
from nmautils.people.roster import Person

from .earned import Class

__all__ = ["PACKED", "Feedback", "archive", "find_feedback", "index_row", "readable_folder"]

ABOUT = (
    "**Feedback on your work.** Nothing has to be run. If what follows looks plain, choose *Trust "
    "Notebook* in the menu *File*."
)
KEPT_BESIDE = ("roster.csv", "arrangements.csv", "collected.csv", FILE_NAME, CONFIG_FILE)


@dataclass
class Feedback:
    """The pages of an assignment.

    Parameters
    ----------
    assignment : str
        Which.
    pages : dict
        For each student the pages, from their names to what stands in them.
    needs : list of str
        What a person has to look at: whose page is not there, and why.
    notes : list of str
        What is good to know.
    """

    assignment: str
    pages: dict[str, dict[str, bytes]] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_feedback(
    root: Path, course: Class, assignment: str, students: Iterable[str] = ()
) -> Feedback:
    """Read the pages of everybody who handed in; those older than the marks are made anew.

    Parameters
    ----------
    root : Path
        Folder of the course.
    course : Class
        The marks.
    assignment : str
        Which.
    students : iterable of str
        Whose; none means everybody's.
    """
    found = Feedback(assignment)
    wanted = set(students)
    names = meant_by(assignment, released_names(root)) or [assignment]
    for student in course.people():
        mark = course.mark(student, assignment)
        if wanted and student not in wanted:
            continue
        if mark.ungraded and not mark.excused:
            found.needs.append(f"{printable(student)}: not graded; run `nmautils grade`")
        if mark.excused and mark.handed_in:
            found.notes.append(printable(f"{student} is excused, so no page goes back"))
        if mark.excused or not mark.handed_in:
            continue
        pages = {}
        for name in names:
            path = _page_path(root, name, student)
            try:
                if _is_old(root, name, student, path):
                    _make(root, name, student, path)
                pages[path.name] = path.read_bytes()
            except (OSError, GradingFailed) as error:
                why = str(error) if isinstance(error, GradingFailed) else _no_page(assignment)
                found.needs.append(printable(f"{student}: {why}"))
        if len(pages) == len(names):
            found.pages[student] = pages
    return found


def _no_page(assignment: str) -> str:
    command = f"`nbgrader generate_feedback {assignment} --force`"
    return f"there is no page that is as new as the marks: run {command}"


def _page_path(root: Path, name: str, student: str) -> Path:
    folder, notebook = folder_and_notebook(name)
    return folders_of(root).feedback / student / folder / f"{notebook}.html"


def _is_old(root: Path, name: str, student: str, page: Path) -> bool:
    """Tell whether something that stands on a page may have changed since it was written."""
    sources = [Path(gradebook_place(find_gradebook(root))), record_path(root, name, student)]
    sources += [root / kept for kept in KEPT_BESIDE]
    if not page.is_file():
        return True
    changed = max(path.stat().st_mtime_ns for path in sources if path.is_file())
    return page.stat().st_mtime_ns < changed


def _make(root: Path, name: str, student: str, path: Path) -> None:
    """Write the page of a hand-in where nbgrader writes it.

    Raises
    ------
    GradingFailed
        If it cannot be made.
    """
    # Only who makes a page loads what cleans it.
    from nmautils.grading.report.feedback import feedback_page_apart
    from nmautils.grading.report.names import called

    graded = read_record(root, name, student)
    if graded is None:
        raise GradingFailed(_no_page(folder_and_notebook(name)[0]))
    terms = terms_of(root)
    with read_only(find_gradebook(root)) as query:
        marks = marks_of(Lookup(query), name, student, terms)
        page = feedback_page_apart(graded, marks, called(terms.roster, query, student))
    write_atomically(path, page.encode(), sync=False)


# --- by the names that a platform takes back -----------------------------------------------------


def archive(
    platform: str, course: Class, feedback: Feedback
) -> tuple[bytes, dict[str, str], list[str]]:
    """Pack pages into the archive that a platform takes back.

    Returns
    -------
    bytes, dict, list of str
        The archive, from students to the names of their entries, and a line on each person whose
        page is not in it.
    """
    entries: dict[str, dict[str, bytes]] = {}
    needs = []
    for student, pages in feedback.pages.items():
        came = course.collected.get((student, feedback.assignment))
        if came is None or came.platform != platform or not came.entry:
            where = f"came from {came.platform}" if came and came.platform else "came otherwise"
            needs.append(printable(f"{student}: the hand-in {where}, not from {platform}"))
            continue
        named = PACKED[platform](came, pages)
        if not named:
            needs.append(printable(f"{student}: {came.entry} is no name of {platform}'s"))
            continue
        entries[student] = named
    names = [name for named in entries.values() for name in named]
    for student, named in list(entries.items()):
        if any(names.count(name) > 1 for name in named):
            needs.append(printable(f"{student}: another person's file has the same name"))
            del entries[student]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for named in entries.values():
            for name, content in named.items():
                packed.writestr(name, content)
    return buffer.getvalue(), {student: next(iter(n)) for student, n in entries.items()}, needs


def _for_canvas(came: Collected, pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the names of Canvas's download with other content.

    Canvas reads person and file from ``_USERID_ATTACHMENTID_`` and shows what comes back under the
    name that the student's file had (its public source, app/models/abstract_assignment.rb:
    ``infer_comment_context_from_filename``). So the content is of the kind that this name says: a
    notebook that shows the page, or the page itself.
    """
    name = came.entry.rpartition("/")[2]
    parts = [part for part in name.split("_") if part != "LATE"]
    known = parts[0] == "anon" or sum(part.isdecimal() for part in parts) >= 2
    if not known:
        return {}
    ending = Path(name).suffix.lower()
    if ending == ".ipynb":
        return {name: _as_notebook(pages)}
    if ending in (".html", ".htm") and len(pages) == 1:
        return {name: next(iter(pages.values()))}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for page, content in pages.items():
            packed.writestr(f"feedback-{page}", content)
    return {name: buffer.getvalue()} if ending == ".zip" else {}


def _as_notebook(pages: Mapping[str, bytes]) -> bytes:
    """Show pages in a notebook: each is what a cell has printed."""
    cells: list[dict[str, object]] = [
        {"cell_type": "markdown", "id": "about", "metadata": {}, "source": [ABOUT]}
    ]
    for number, (name, content) in enumerate(pages.items()):
        html = content.decode(errors="replace")
        data = {
            "text/html": html.splitlines(keepends=True),
            "text/plain": [f"Feedback: {name}"],
        }
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        cells.append(
            {
                "cell_type": "code",
                "id": f"feedback-{number}",
                "metadata": {},
                "execution_count": None,
                "source": [f"# {name}"],
                "outputs": [output],
            }
        )
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False).encode()


def _for_moodle(came: Collected, pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give pages in the folders that Moodle finds people by.

    It splits a folder's name at ``_``: name, participant's number, kind and name of the plug-in
    (mod/assign/feedback/file/importziplib.php of its public source). Files without folders, as in
    old downloads, have the file's name behind that.
    """
    folder = came.entry.split("/")[0]
    parts = folder.split("_", 4)
    if len(parts) < 4 or not parts[1].isdecimal() or not parts[2].startswith("assign"):
        return {}
    folder = "_".join(parts[:4]) + "_" * (len(parts) > 4)
    return {f"{folder}/feedback-{name}": content for name, content in pages.items()}


def _for_brightspace(came: Collected, pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give pages in folders of the names that Brightspace's download has.

    That it takes them back by these names is known from universities' guides to *Add Feedback
    Files*.
    """
    folder = came.entry.split("/")[0]
    if not re.match(r"\d+-\d+ - ", folder):
        return {}
    return {f"{folder}/feedback-{name}": content for name, content in pages.items()}


PACKED = {"canvas": _for_canvas, "moodle": _for_moodle, "brightspace": _for_brightspace}


# --- for people ----------------------------------------------------------------------------------

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def readable_folder(
    course: Class, feedback: Feedback, taken: set[str]
) -> Iterator[tuple[Person, str, Mapping[str, bytes]]]:
    """Give everybody a folder of their own name; `taken` are names, in small letters, used before.

    Yields
    ------
    Person, str, mapping
        Whose, the folder's name, and the pages in it.
    """
    people = course.people()
    for student, pages in feedback.pages.items():
        person = people[student]
        called = f"{person.last_name}, {person.first_name}".strip(", ")
        own = f"{called} ({student})" if called not in ("", student) else student
        name = _file_name(own)
        number, free = 2, name
        while free.casefold() in taken:
            free, number = f"{name} {number}", number + 1
        taken.add(free.casefold())
        yield person, free, pages


def _file_name(text: str) -> str:
    """Give a name that any system can give to a folder."""
    text = unicodedata.normalize("NFC", _NOT_IN_NAMES.sub("_", printable(text)))
    text = re.sub(r"\s+", " ", text).strip(" .")[:100].strip(" .") or "_"
    return f"_{text}" if _RESERVED.match(text) else text


def index_row(course: Class, person: Person, assignment: str, where: str) -> dict[str, str]:
    """Give the line of a person in the index of a folder."""
    mark = course.mark(person.id, assignment)
    cells = {
        "last_name": person.last_name,
        "first_name": person.first_name,
        "id": person.id,
        "email": person.email,
        "assignment": assignment,
        "points": f"{round(mark.score, course.settings.points.decimals):g}",
        "of": f"{mark.most:g}",
        "folder": where,
    }
    return {key: no_formula(value) for key, value in cells.items()}
