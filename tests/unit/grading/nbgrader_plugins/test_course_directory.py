"""How the plug-ins end a command of nbgrader's, or let it go on, with one line for each error."""

import logging
import traceback

import pytest
from traitlets.config import Config, LoggingConfigurable

from nmautils.errors import GradingFailed
from nmautils.grading.nbgrader_plugins.course_directory import (
    check_gradebook,
    course_directory,
    say_errors_in_one_line,
)
from nmautils.grading.nbgrader_plugins.export_marks import MarksExport
from nmautils.grading.nbgrader_plugins.feedback_exporter import FeedbackExporter


class Command(LoggingConfigurable):
    """What makes a plug-in: a course directory and a log."""

    def __init__(self, root, log=None):
        super().__init__(config=Config({"CourseDirectory": {"root": str(root)}}))
        self.log = log or logging.getLogger("command")
        self.coursedir = course_directory(self)


@pytest.mark.parametrize("plug_in", [FeedbackExporter, MarksExport])
def test_a_gradebook_that_cannot_be_used_ends_a_command_with_one_line(tmp_path, caplog, plug_in):
    plug_in(parent=Command(tmp_path))
    (tmp_path / "gradebook.db").write_text("no database, whatever it is " * 100)
    with pytest.raises(SystemExit) as caught:
        plug_in(parent=Command(tmp_path))
    assert caught.value.code == 1
    (line,) = caplog.messages
    assert line.startswith(f"the gradebook {tmp_path}/gradebook.db: file is not a database; it is")
    assert "\n" not in line


def test_a_plug_in_that_serves_no_command_looks_at_no_gradebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_gradebook(MarksExport())
    assert list(tmp_path.iterdir()) == []


def fail_as_nbgrader_does(log, error):
    """The lines that nbgrader's converters log when a submission fails."""
    try:
        raise error
    except Exception:
        log.error("There was an error processing assignment: %s", "autograded/ada/tiny")
        log.error(traceback.format_exc())
    log.error("There was an error processing assignment 'tiny' for student 'ada'")


def test_an_error_that_a_person_can_mend_is_its_line_and_another_keeps_its_traceback(
    tmp_path, caplog
):
    log = logging.Logger("one line")
    log.addHandler(caplog.handler)
    for _ in range(2):
        say_errors_in_one_line(Command(tmp_path, log))
    assert len(log.filters) == 1
    fail_as_nbgrader_does(log, GradingFailed("ada/tiny: 100 % gone; run `nmautils grade`"))
    assert caplog.messages == [
        "ada/tiny: 100 % gone; run `nmautils grade`",
        "There was an error processing assignment 'tiny' for student 'ada'",
    ]
    caplog.clear()
    fail_as_nbgrader_does(log, ValueError("ours"))
    assert len(caplog.messages) == 3
    assert "Traceback" in caplog.messages[1]
