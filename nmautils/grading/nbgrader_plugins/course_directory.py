"""What the plug-ins of nbgrader's commands have in common."""

from typing import Any

from nbgrader.coursedir import CourseDirectory

__all__ = ["course_directory"]


def course_directory(step: Any) -> CourseDirectory:
    """Find the course directory that a plug-in of nbgrader works for."""
    owner = step
    while owner is not None:
        if getattr(owner, "coursedir", None) is not None:
            return owner.coursedir
        owner = getattr(owner, "parent", None)
    return CourseDirectory(config=step.config)
