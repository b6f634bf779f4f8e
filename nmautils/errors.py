"""Errors that a person can mend: each is one line that says what to do, with an exit status.

::

    NmautilsError            the command line prints its line and ends with its status
    ├── CourseError          a mistake in the course's own files
    ├── UsageError           an argument names something that is not there
    ├── HandInError          nothing can be made of what was handed in
    ├── GradebookError       the gradebook cannot be read or written, or lacks what is asked for
    ├── GradingBusy          another process is grading this course
    ├── GradingFailed        a submission has no result; it may be tried again
    ├── SandboxMissing       there is no sandbox, and nobody said to go without
    ├── ClusterError         the Dask cluster cannot be used
    └── PackageMissing       a package is not installed that only some commands need

The student library raises Python's own ``ValueError`` and ``TypeError`` for bad arguments: their
names are what students know.
"""

__all__ = [
    "ClusterError",
    "CourseError",
    "GradebookError",
    "GradingBusy",
    "GradingFailed",
    "HandInError",
    "NmautilsError",
    "PackageMissing",
    "SandboxMissing",
    "UsageError",
]


class NmautilsError(Exception):
    """Something that a person can mend; the text is one line that says how.

    Attributes
    ----------
    exit_status : int
        What a command ends with: 1 if something was found that a person has to look at, 2 if
        the command could not do its work.
    """

    exit_status = 2


class CourseError(NmautilsError, ValueError):
    """A mistake in the course's own files."""


class UsageError(NmautilsError, ValueError):
    """An argument names something that is not there."""


class HandInError(NmautilsError, ValueError):
    """Nothing can be made of what was handed in."""


class GradebookError(NmautilsError, RuntimeError):
    """The gradebook cannot be read or written, or does not have what it is asked for."""


class GradingBusy(NmautilsError, RuntimeError):
    """Another process is grading this course."""


class GradingFailed(NmautilsError, RuntimeError):
    """A submission has no result, for a reason that may be ours; it may be tried again."""


class SandboxMissing(NmautilsError, RuntimeError):
    """There is no sandbox on this machine, and nobody said to go without."""


class ClusterError(NmautilsError, RuntimeError):
    """The Dask cluster cannot be used."""


class PackageMissing(NmautilsError, ImportError):
    """A package is not installed that only some commands need."""
