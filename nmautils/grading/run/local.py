"""The places where submissions can be graded, and the one on this machine."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import Graded, Submission

__all__ = ["Backend", "Local"]


class Backend(Protocol):
    """A place where submissions are graded: threads of this machine, or a cluster.

    Attributes
    ----------
    many : bool
        Whether there are so many that it pays to import ahead what some of them will.
    """

    many: bool

    @property
    def places(self) -> int:
        """How many are graded at a time, now."""

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Start to grade a submission."""

    def is_lost(self, error: BaseException) -> bool:
        """Whether a worker ended, so that the submission should be sent again."""

    def close(self) -> None:
        """Give up what is not finished."""


class Local:
    """Threads of this machine; `grade` uses a process of its own in each.

    Parameters
    ----------
    jobs : int
        Number of threads.
    grade : callable
        `nmautils.grading.run.pool.grade`.
    **options
        Further arguments of `grade`.
    """

    def __init__(self, jobs: int, grade: Callable[..., Graded], **options: Any) -> None:
        self.places, self.many = jobs, False
        self._grade, self._options = grade, options
        self._executor = ThreadPoolExecutor(jobs, thread_name_prefix="grade")

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Start to grade a submission."""
        options = {**self._options, "many": True} if self.many else self._options
        return self._executor.submit(self._grade, bundle, submission, **options)

    def is_lost(self, error: BaseException) -> bool:
        """Always false: a thread does not end by itself."""
        return False

    def close(self) -> None:
        """Give up what has not started."""
        self._executor.shutdown(wait=False, cancel_futures=True)
