"""What the plug-ins of nbgrader's commands have in common."""

import logging
import sys
from typing import Any

from nbgrader.coursedir import CourseDirectory

from nmautils.course.gradebook import open_gradebook
from nmautils.errors import NmautilsError

__all__ = ["check_gradebook", "course_directory", "say_errors_in_one_line"]


def course_directory(step: Any) -> CourseDirectory:
    """Find the course directory that a plug-in of nbgrader works for."""
    owner = step
    while owner is not None:
        if isinstance(owner, CourseDirectory):
            return owner
        if getattr(owner, "coursedir", None) is not None:
            return owner.coursedir
        owner = getattr(owner, "parent", None)
    return CourseDirectory(config=step.config)


def check_gradebook(step: Any, write: bool = False) -> None:
    """End a command with one line if its gradebook cannot be used, as nbgrader's ``fail`` does.

    A plug-in calls it when it is made, before nbgrader opens the gradebook. One that is made for
    no command has no parent, and nothing is checked.
    """
    if step.parent is None:
        return
    directory = course_directory(step)
    try:
        with open_gradebook(directory.root, directory, write=write):
            pass
    except NmautilsError as error:
        step.log.error("%s", error)
        sys.exit(1)


class _OneLine(logging.Filter):
    """Takes the traceback from errors that a person can mend; their own line stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = sys.exc_info()[1]  # nbgrader logs while it handles the error
        if isinstance(error, NmautilsError):
            if str(record.msg).startswith("There was an error processing assignment"):
                return False
            if str(record.msg).startswith("Traceback"):
                record.msg, record.args = str(error), ()
        return True


_ONE_LINE = _OneLine()


def say_errors_in_one_line(step: Any) -> None:
    """Let nbgrader's log say a `NmautilsError` as its line; nbgrader adds the traceback itself."""
    getattr(step.log, "logger", step.log).addFilter(_ONE_LINE)
