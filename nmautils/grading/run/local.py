"""Where submissions are graded: threads of this machine, or whatever does the same."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import Graded, Submission

__all__ = ["Local", "Place"]


class Place(Protocol):
    """Where submissions are graded: threads of this machine, or a cluster."""

    @property
    def places(self) -> int:
        """How many are graded at a time, now."""

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Have one graded."""

    def is_lost(self, error: BaseException) -> bool:
        """Whether an error is not of the submission's making, so that it is sent again."""

    def close(self) -> None:
        """Drop what is not finished."""


class Local:
    """Threads of this machine; `grade` itself has a process for each.

    Parameters
    ----------
    jobs : int
        How many.
    grade : callable
        `nmautils.grading.run.pool.grade`.
    **options
        More of what `grade` takes.
    """

    def __init__(self, jobs: int, grade: Callable[..., Graded], **options: Any) -> None:
        self.places = jobs
        self._grade, self._options = grade, options
        self._executor = ThreadPoolExecutor(jobs, thread_name_prefix="grade")

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Have one graded."""
        return self._executor.submit(self._grade, bundle, submission, **self._options)

    def is_lost(self, error: BaseException) -> bool:
        """Nothing is lost here."""
        return False

    def close(self) -> None:
        """Drop what is not begun."""
        self._executor.shutdown(wait=False, cancel_futures=True)
