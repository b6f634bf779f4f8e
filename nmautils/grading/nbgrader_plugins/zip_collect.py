"""What ``nbgrader zip_collect`` plugs in: unpack what an LMS gave, and tell whose it is."""

import os
from datetime import datetime, timezone
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from nmautils.grading.intake.collect import in_utc, zone_of
from nmautils.grading.intake.filenames import parse_name
from nmautils.grading.intake.files import find_files
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.intake.submissions import known_assignments

__all__ = ["InboxCollector", "InboxExtractor"]


class InboxExtractor(ExtractorPlugin):
    """Unpack what an LMS gave, leaving out links, oversized files and paths that lead away.

    Files keep their times, which the late policy needs.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy every possible notebook below `archive_path` to `extracted_path`."""

        def refuse(where: str, why: str) -> None:
            self.log.error("%s: %s", where, why)

        for found in find_files(Path(archive_path), refuse):
            if found.raw is None:
                self.log.info("%s: not a notebook, left out", found.where)
                continue
            target = Path(extracted_path, *found.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found.raw)
            time = found.time.timestamp()
            os.utime(target, (time, time))


class InboxCollector(FileNameCollectorPlugin):
    """Tell student, notebook and time of a hand-in by the names that Colab and LMSs give."""

    def collect(self, submitted_file: str) -> dict | None:
        """Give nbgrader what it asks for, or None with a line in the log."""
        app = self.parent
        assignment = app.coursedir.assignment_id
        root = Path(app.coursedir.root)
        path = Path(submitted_file)
        parts = path.relative_to(app._format_collect_path(app.extracted_directory)).parts
        try:
            read_notebook(path.read_bytes())
            name = parse_name(parts, known_assignments(root) | {assignment})
        except ValueError as error:
            self.log.error("%s: %s", "/".join(parts), error)
            return None
        if name.assignment != assignment:
            self.log.info("%s belongs to %s", "/".join(parts), name.assignment)
            return None
        modified = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        time = in_utc(name.time or modified, zone_of(root, assignment))
        return {"student_id": name.student, "file_id": assignment, "timestamp": time}
