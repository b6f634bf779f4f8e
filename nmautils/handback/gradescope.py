"""Marks for Gradescope, which takes no table: an autograder that gives each person their mark.

Gradescope runs what is in the archive for each submission, with the student's work beside it. This
one never looks at that: it finds out who handed in, and writes the mark that the person has here.
The files' names and forms are those of Gradescope's autograder documentation,
gradescope-autograders.readthedocs.io, pages "Autograder specifications" and "Submission metadata".
"""

import io
import json
import zipfile

from nmautils.grading.safe.text import printable

from .earned import Class

__all__ = ["autograder"]

SETUP = (
    "#!/usr/bin/env bash\ncommand -v python3 || (apt-get update && apt-get install -y python3)\n"
)
RUN = '''#!/usr/bin/env python3
"""Gives the person who handed in the mark that stands in marks.json."""
import json
import sys

with open("/autograder/source/marks.json", encoding="utf-8") as file:
    marks = json.load(file)
with open("/autograder/submission_metadata.json", encoding="utf-8") as file:
    users = json.load(file)["users"]
keys = [str(user.get(key) or "").lower() for user in users for key in ("email", "sid")]
found = {json.dumps(marks[key]) for key in keys if key in marks}
if len(found) != 1:
    sys.exit("no mark, or more than one, is known for: " + ", ".join(filter(None, keys)))
with open("/autograder/results/results.json", "w", encoding="utf-8") as file:
    file.write(found.pop())
'''
EXECUTABLE = 0o100755 << 16  # where a zip keeps the permissions of a file


def autograder(course: Class, assignment: str) -> tuple[bytes, int, list[str]]:
    """Make the archive to be uploaded under *Configure Autograder*.

    Returns
    -------
    bytes, int, list of str
        The archive, how many marks are in it, and a line on each person whom Gradescope would not
        know by e-mail or student id.
    """
    handed_in = {
        person.id: person
        for person in course.people().values()
        if course.mark(person.id, assignment).handed_in
        and not course.mark(person.id, assignment).excused
    }
    owners: dict[str, list[str]] = {}
    for person in handed_in.values():
        for key in {person.email, *person.numbers.get("gradescope", ())} - {""}:
            owners.setdefault(key.lower(), []).append(person.id)
    marks = {}
    for key, ids in owners.items():
        if len(ids) == 1:
            mark = course.mark(ids[0], assignment)
            score = round(mark.score, course.settings.points.decimals)
            marks[key] = {"score": score, "output": f"{score:g} of {mark.most:g} points"}
    found = {ids[0] for ids in owners.values() if len(ids) == 1}
    needs = [
        printable(f"{person.name} ({person.id}): no e-mail address of their own is known")
        for person in handed_in.values()
        if person.id not in found
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in [
            ("setup.sh", SETUP),
            ("run_autograder", RUN),
            ("marks.json", json.dumps(marks, ensure_ascii=False, indent=1)),
        ]:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, EXECUTABLE
            archive.writestr(info, text)
    return buffer.getvalue(), len(found), needs
