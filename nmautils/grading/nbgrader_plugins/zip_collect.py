"""What ``nbgrader zip_collect`` plugs in: the same functions as ``nmautils collect`` calls."""

import os
from datetime import datetime, timezone
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from nmautils.errors import HandInError
from nmautils.grading.intake.inbox import InboxNotebook, newest_of, read_inbox
from nmautils.grading.model.names import released_names

__all__ = ["InboxCollector", "InboxExtractor"]


class InboxExtractor(ExtractorPlugin):
    """Unpack of what a learning platform gave the notebooks that count, with their times."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy the newest notebook of every student to a folder of their name."""
        course = self.parent.coursedir
        known = {*released_names(Path(course.root)), course.assignment_id}

        def keep(notebook: InboxNotebook, raw: bytes) -> None:
            if notebook.assignment == course.assignment_id:
                target = _target(extracted_path, notebook)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)

        inbox = read_inbox(Path(archive_path), Path(course.root), known, keep)
        for (assignment, _), notebooks in inbox.notebooks.items():
            if assignment != course.assignment_id:
                self.log.info("%s belongs to %s", notebooks[0].where, assignment)
                continue
            unused = {_target(extracted_path, notebook) for notebook in notebooks}
            try:
                newest, older = newest_of(notebooks)
                for notebook in older:
                    self.log.info("%s is older than %s", notebook.where, newest.where)
                target = _target(extracted_path, newest)
                seconds = newest.time.replace(tzinfo=timezone.utc).timestamp()
                os.utime(target, (seconds, seconds))
                unused.remove(target)
            except HandInError as error:
                places = ", ".join(notebook.where for notebook in notebooks)
                inbox.refused.append((places, str(error)))
            for path in unused:
                path.unlink()
        for where, why in inbox.refused:
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
        modified = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        return {
            "student_id": parts[0],
            "file_id": assignment,
            "timestamp": modified.replace(microsecond=0),
        }
