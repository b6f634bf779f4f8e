"""What ``nbgrader zip_collect`` plugs in: the same functions as ``nmautils collect`` calls."""

import os
from datetime import datetime, timezone
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from nmautils.errors import HandInError
from nmautils.grading.intake.files import Found, read_regular
from nmautils.grading.intake.inbox import InboxNotebook, newest_of, read_inbox, recognise
from nmautils.grading.intake.submissions import known_assignments

__all__ = ["InboxCollector", "InboxExtractor"]


class InboxExtractor(ExtractorPlugin):
    """Unpack of what a learning platform gave the notebooks that count, with their times."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy the newest notebook of every student to `extracted_path`."""
        course = self.parent.coursedir
        known = known_assignments(Path(course.root)) | {course.assignment_id}

        def keep(notebook: InboxNotebook, raw: bytes) -> None:
            if notebook.assignment == course.assignment_id:
                target = _target(extracted_path, notebook)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)
                seconds = notebook.time.replace(tzinfo=timezone.utc).timestamp()
                os.utime(target, (seconds, seconds))

        inbox = read_inbox(Path(archive_path), Path(course.root), known, keep)
        for (assignment, _), notebooks in inbox.notebooks.items():
            if assignment != course.assignment_id:
                self.log.info("%s belongs to %s", notebooks[0].where, assignment)
                continue
            unused = notebooks
            try:
                newest, older = newest_of(notebooks)
                unused = [notebook for notebook in notebooks if notebook is not newest]
                for notebook in older:
                    self.log.info("%s is older than %s", notebook.where, newest.where)
            except HandInError as error:
                places = ", ".join(notebook.where for notebook in notebooks)
                inbox.refused.append((places, str(error)))
            for notebook in unused:
                _target(extracted_path, notebook).unlink(missing_ok=True)
        for where, why in inbox.refused:
            self.log.error("%s: %s", where, why)


def _target(folder: str, notebook: InboxNotebook) -> Path:
    """Where a notebook is unpacked; nbgrader keeps the ending, so it must be ``.ipynb``."""
    path = Path(folder, notebook.where)
    return path if path.suffix == ".ipynb" else path.with_name(f"{path.name}.ipynb")


class InboxCollector(FileNameCollectorPlugin):
    """Find student, notebook and time of a hand-in by the names that learning platforms give."""

    def collect(self, submitted_file: str) -> dict[str, str | datetime] | None:
        """Give nbgrader what it asks for, or None with a line in the log."""
        app = self.parent
        assignment = app.coursedir.assignment_id
        root = Path(app.coursedir.root)
        path = Path(submitted_file)
        parts = path.relative_to(app._format_collect_path(app.extracted_directory)).parts
        modified = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        try:
            raw = read_regular(path)
            known = known_assignments(root) | {assignment}
            notebook = recognise(Found(parts, raw, modified), raw, root, known)
        except HandInError as error:
            self.log.error("%s: %s", "/".join(parts), error)
            return None
        if notebook.assignment != assignment:
            self.log.info("%s belongs to %s", notebook.where, notebook.assignment)
            return None
        return {
            "student_id": notebook.student,
            "file_id": assignment,
            "timestamp": notebook.time,
        }
