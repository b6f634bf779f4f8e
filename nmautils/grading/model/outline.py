"""The headings of a release: which title a page gives to each exercise and question."""

import re

from nbformat.notebooknode import NotebookNode

from nmautils.cells import WORTH, Kind, exercise_of, grade_id_of, is_task, kind_of

__all__ = ["headings_of", "title_of", "titles_of"]


def headings_of(cell: NotebookNode) -> list[str]:
    """Give the headings in a cell of text, of any level."""
    if cell.cell_type != "markdown":
        return []
    lines = re.findall(r"^#{1,6} ([^\n]*)", cell.source, re.MULTILINE)
    return [heading for line in lines if (heading := line.lstrip(" ").rstrip(" #"))]


def title_of(release: NotebookNode) -> str:
    """Give the first heading of level one; nothing if there is none."""
    for cell in release.cells:
        found = re.search(r"^# ([^\n]*)", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found and found[1].strip():
            return found[1].strip()
    return ""


def titles_of(release: NotebookNode) -> dict[str, str]:
    """Give the title of each exercise and question: the last heading before its first cell."""
    titles: dict[str, str] = {}
    heading = ""
    for cell in release.cells:
        kind, name = kind_of(cell), exercise_of(grade_id_of(cell) or "")
        if kind == Kind.TEXT:
            heading = WORTH.sub("", (headings_of(cell) or [heading])[-1])
            if is_task(cell):
                titles.setdefault(name, heading)
        elif kind in (Kind.EXERCISE, Kind.QUESTION, Kind.TEST):
            titles.setdefault(name, heading or name.replace("_", " ").capitalize())
    return titles
