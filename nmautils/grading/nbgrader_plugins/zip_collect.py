"""What ``nbgrader zip_collect`` plugs in: the same functions as ``nmautils collect`` calls."""

import os
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from nmautils.errors import HandInError
from nmautils.grading.intake.collect import note_of, time_of
from nmautils.grading.intake.ignored import still_asked
from nmautils.grading.intake.inbox import InboxNotebook, newest_of, read_inbox
from nmautils.grading.intake.submissions import read_timestamp, submitted_path
from nmautils.grading.intake.times import Calendar
from nmautils.grading.intake.who import People
from nmautils.grading.model.names import released_names
from nmautils.people.collected import note_collected

__all__ = ["InboxCollector", "InboxExtractor"]

_UNKNOWN = 0  # seconds since 1970: the time of a file of which nobody knows when it came


class InboxExtractor(ExtractorPlugin):
    """Unpack of what a learning platform gave the notebooks that count, with their times."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy the newest notebook of every student to a folder of their name."""
        course = self.parent.coursedir
        root = Path(course.root)
        known = {*released_names(root), course.assignment_id}
        calendar = Calendar.of(root)

        def keep(notebook: InboxNotebook, raw: bytes) -> None:
            if notebook.assignment == course.assignment_id:
                target = _target(extracted_path, notebook)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)

        people = People(root)
        inbox = read_inbox(Path(archive_path), root, known, keep, people)
        for line in inbox.lines:
            self.log.info("%s", line)
        notes, used = [], set()
        for (assignment, _), notebooks in inbox.notebooks.items():
            if assignment != course.assignment_id:
                self.log.info("%s belongs to %s", notebooks[0].where, assignment)
                continue
            try:
                newest, older = newest_of(notebooks)
            except HandInError as error:
                places = ", ".join(notebook.where for notebook in notebooks)
                inbox.refused.append((places, str(error)))
                continue
            for notebook in older:
                self.log.info("%s is older than %s", notebook.where, newest.where)
            place = submitted_path(root, assignment, newest.student).parent
            before, _ = read_timestamp(place, calendar.zone)
            note = people.collected.get((newest.student, assignment))
            time, keeps = time_of(newest, before, note)
            seconds = time.replace(tzinfo=timezone.utc).timestamp() if time else _UNKNOWN
            target = _target(extracted_path, newest)
            os.utime(target, (seconds, seconds))
            used.add(target)
            made = note_of(newest, assignment, time, calendar)
            notes.append(replace(made, by="person" if keeps else ""))
        for path in Path(extracted_path).glob("*/*.ipynb"):
            if path not in used:
                path.unlink()
        note_collected(root, notes)
        for where, why in still_asked(root, inbox.refused, inbox.marks)[0]:
            self.log.error("%s: %s", where, why)


def _target(folder: str, notebook: InboxNotebook) -> Path:
    """Where a notebook is unpacked; nbgrader keeps the ending, so it must be ``.ipynb``."""
    return Path(folder, notebook.student, f"{notebook.digest}.ipynb")


class InboxCollector(FileNameCollectorPlugin):
    """Find student, notebook and time of a hand-in by where `InboxExtractor` has put it."""

    def collect(self, submitted_file: str) -> dict[str, str | datetime] | None:
        """Give nbgrader what it asks for."""
        app = self.parent
        assignment = app.coursedir.assignment_id
        path = Path(submitted_file)
        parts = path.relative_to(app._format_collect_path(app.extracted_directory)).parts
        if len(parts) != 2:
            self.log.error("%s: not of this extraction, so it is left out", "/".join(parts))
            return None
        found: dict[str, str | datetime] = {"student_id": parts[0], "file_id": assignment}
        seconds = path.stat().st_mtime
        if seconds != _UNKNOWN:
            modified = datetime.fromtimestamp(seconds, timezone.utc)
            found["timestamp"] = modified.replace(microsecond=0)
        return found
