"""What ``nbgrader autograde`` and formgrader's button plug in: the same grading, one at a time.

nbgrader converts a submission twice, first from ``submitted/`` to ``autograded/`` and then in
place. Here the first time grades it, by `nmautils.grading.run.pool`, and the second time saves
the result in the gradebook, as ``nmautils grade`` does.
"""

import logging
import os
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from nmautils.course.plain import folders_of, settings_of
from nmautils.errors import GradingFailed, HandInError
from nmautils.grading.intake.files import read_regular
from nmautils.grading.intake.submissions import read_timestamp, zone_of
from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.names import name_of
from nmautils.grading.model.results import Submission
from nmautils.grading.record.gradebook import open_course, prepare
from nmautils.grading.record.records import grading_lock, read_record, seed_for, write_record
from nmautils.grading.record.saving import save
from nmautils.grading.run import pool
from nmautils.grading.safe.text import printable

from .course_directory import check_gradebook, course_directory, say_errors_in_one_line

__all__ = ["GradeSubmission", "SaveResult", "SubmissionExporter", "set_links_aside"]

HANDED_IN = "nmautils_handed_in"


class SubmissionExporter(NotebookExporter):
    """nbgrader's notebook exporter, which takes a submission as the bytes it is.

    Nothing of a submission is looked at before it is repaired, so it can stop nobody else's
    grading; a link is not followed.
    """

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config, **kw)  # type: ignore[no-untyped-call]  # nbconvert has no types
        say_errors_in_one_line(self)
        check_gradebook(self, write=True)

    def from_filename(  # type: ignore[override]  # the notebook leaves as text
        self, filename: str, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Hand the bytes of a submission to `GradeSubmission`; read our own files as they are."""
        resources = {**(resources or {}), "metadata": {"path": os.path.dirname(filename)}}
        try:
            raw = read_regular(Path(filename))
        except ValueError as error:
            where = resources["nbgrader"]
            raise HandInError(
                f"{where['student']}/{where['assignment']}: {error}. Ask for the file again."
            ) from None
        if any(isinstance(step, GradeSubmission) for step in self._preprocessors):
            resources[HANDED_IN] = raw
            notebook = new_notebook()
        else:
            notebook = nbformat.reads(raw.decode(), as_version=4)
        convert: Any = self.from_notebook_node  # has no types
        text, resources = convert(notebook, resources=resources, **kw)
        return text, resources


class GradeSubmission(NbGraderPreprocessor):
    """Grade a submission; the notebook goes on as the graded one."""

    sandbox = Bool(
        True, help="Whether students' code runs in a sandbox; False gives it your own rights."
    ).tag(config=True)
    full = Bool(False, help="Whether demonstrations are run as well.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade one submission and keep its record."""
        where = resources["nbgrader"]
        root = Path(course_directory(self).root)
        assignment = name_of(where["assignment"], where["notebook"])
        student = where["student"]
        with grading_lock(root):
            submission = Submission(student, resources.pop(HANDED_IN), 0)
            seed = seed_for(root, assignment, student, submission.digest)
            try:
                graded = pool.grade(
                    freeze(root, assignment),
                    replace(submission, seed=seed),
                    full=self.full,
                    limits=Limits.of(settings_of(root).grading),
                    sandbox=self.sandbox,
                )
            except GradingFailed as error:
                who = printable(f"{student}/{assignment}")
                raise GradingFailed(f"{who} could not be graded: {error}") from None
            write_record(root, graded)
        for note in (*graded.repairs, *graded.needs_person):
            self.log.warning("%s: %s", student, note)
        return nbformat.reads(graded.notebook, as_version=4), resources


class SaveResult(NbGraderPreprocessor):
    """Save what `GradeSubmission` found in the gradebook, with the late penalty."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Leave the notebook as it is; write all rows of its submission at once."""
        where = resources["nbgrader"]
        root = Path(course_directory(self).root)
        assignment = name_of(where["assignment"], where["notebook"])
        graded = read_record(root, assignment, where["student"], self.log.warning)
        if graded is None:
            raise GradingFailed(f"no record of {where['student']}; run `nbgrader autograde` again")
        folder = folders_of(root).submitted / where["student"] / where["assignment"]
        with grading_lock(root), open_course(root) as course:
            prepare(course, freeze(root, assignment))
            time, _ = read_timestamp(folder, zone_of(root))
            save(course, graded, time, journal=False)
        return nb, resources


def set_links_aside(notebooks: Iterable[str], **_: Any) -> None:
    """Take what is neither file nor folder out of a submission before nbgrader copies it.

    nbgrader follows links and copies what they lead to into ``autograded/`` and from there into
    ``feedback/``. They are moved to ``.nmautils/set-aside``, not deleted.

    Parameters
    ----------
    notebooks : iterable of str
        Paths of the submission's notebooks; nbgrader says it in no other way whose it is.
    """
    for folder in {Path(notebook).resolve(strict=False).parent for notebook in notebooks}:
        _set_aside(folder)


def _set_aside(folder: Path) -> None:
    submitted = folder.parents[1]  # of any name, since the configuration may give it another
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(place, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                continue
            aside = submitted.parent / ".nmautils" / "set-aside" / path.relative_to(submitted)
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside)
            logging.getLogger("traitlets").warning(
                "%s is a link or a device, not a file: moved to %s", path, aside
            )
