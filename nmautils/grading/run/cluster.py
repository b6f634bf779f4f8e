"""Grading on many machines: `grade` shipped to the workers of a Dask cluster.

A worker needs Python with ``nmautils[grading,cluster]`` of the same version, bubblewrap, and
nothing else: no course folder, no gradebook. Dask talks in pickles, so a cluster is a set of
machines that trust each other; what a student wrote stays bytes until it is in the sandbox.
"""

import gc
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

import nmautils
from nmautils.errors import ClusterError, SandboxMissing
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import CLUSTER_CONNECT_SECONDS, CLUSTER_WORKER_SECONDS
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run.sandbox.walls import check_walls, name_of_walls

__all__ = ["Cluster"]

Grade = Callable[..., Graded]


class Cluster:
    """The workers behind a Dask scheduler, as a place to grade at.

    Parameters
    ----------
    address : str
        Of the scheduler, as ``tcp://10.0.0.1:8786`` or ``tls://…``.
    grade : callable
        `nmautils.grading.run.pool.grade`.
    sandbox : bool
        Whether every worker must have one.
    **options
        More of what `grade` takes.

    Attributes
    ----------
    places : int
        How many submissions are graded at a time, now; workers may come and go.

    Raises
    ------
    ClusterError
        One line, if Dask is missing, nobody answers, or a worker cannot grade.
    """

    def __init__(self, address: str, grade: Grade, *, sandbox: bool = True, **options: Any) -> None:
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise ClusterError(
                f"--cluster needs {error.name}; install it with: pip install 'nmautils[cluster]'"
            ) from None
        connect: Any = Client
        # What Dask has to say comes as one line from here.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._grade, self._options = grade, {"sandbox": sandbox, **options}
        self._bundles: dict[str, Any] = {}
        why = []
        try:
            self._client = connect(address, timeout=CLUSTER_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            why = str(error).strip().splitlines() or [type(error).__name__]
        if why:
            # Python closes the failed client when it collects garbage. That takes a lock which the
            # next client also takes while it starts, so garbage is collected now.
            gc.collect()
            raise ClusterError(
                f"no Dask scheduler answers at {address} ({why[0]}); start one with `dask "
                "scheduler`, and see docs/scaling.md"
            )
        try:
            self._look_at_workers(address, sandbox)
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)

    def _look_at_workers(self, address: str, sandbox: bool) -> None:
        try:
            self._client.wait_for_workers(1, timeout=CLUSTER_WORKER_SECONDS)
        except TimeoutError:
            raise ClusterError(
                f"the scheduler at {address} has no workers; start some with `dask worker "
                f"{address} --nthreads 1`"
            ) from None
        try:
            answers = self._client.run(_describe, sandbox)
        except Exception as error:
            raise ClusterError(
                "a worker cannot load nmautils.grading; install nmautils[grading,cluster] "
                f"{nmautils.__version__} there ({type(error).__name__}: {error})"
            ) from None
        for worker, (version, problem) in sorted(answers.items()):
            if version != nmautils.__version__:
                ours = nmautils.__version__
                raise ClusterError(_other_version(f"the worker {worker}", version, ours))
            if problem:
                raise SandboxMissing(f"the worker {worker} cannot grade: {problem}")

    @property
    def places(self) -> int:
        """Submissions at a time, at least one."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, bundle: Bundle, submission: Submission) -> "Future[Graded]":
        """Have a submission graded somewhere. The bundle is sent to every worker once."""
        if bundle.digest not in self._bundles:
            try:
                # Under a new name each time: a worker may still be forgetting one that was lost.
                (sent,) = self._client.scatter([bundle], broadcast=True, hash=False)
            except (OSError, TimeoutError, CancelledError) as error:
                raise ClusterError(
                    f"the cluster has no workers any more ({type(error).__name__}); what "
                    "was graded is saved, and the same command goes on from there"
                ) from None
            self._bundles[bundle.digest] = sent
        future: Future[Graded] = self._executor.submit(
            _grade_here, self._grade, self._bundles[bundle.digest], submission, self._options
        )
        return future

    def is_lost(self, error: BaseException) -> bool:
        """Tell whether a submission failed because of a worker's end, not because of itself.

        After a moment in which all workers were gone, bundles are sent anew.
        """
        if isinstance(error, CancelledError):
            self._bundles.clear()
            return True
        return type(error).__name__ == "KilledWorker"

    def close(self) -> None:
        """Leave the cluster. What was not finished is dropped."""
        self._bundles.clear()
        self._client.close()


def _describe(sandbox: bool) -> tuple[str, str]:
    """On a worker: its version, and why it cannot grade, if it cannot."""
    problem = ""
    try:
        check_walls(name_of_walls(sandbox))
    except SandboxMissing as error:
        problem = str(error)
    return nmautils.__version__, problem


def _grade_here(
    grade: Grade, bundle: Bundle, submission: Submission, options: dict[str, Any]
) -> Graded:
    """On a worker, which may have joined only after the others were looked at."""
    if bundle.version != nmautils.__version__:
        raise ClusterError(_other_version("a worker", nmautils.__version__, bundle.version))
    return grade(bundle, submission, **options)


def _other_version(who: str, theirs: str, ours: str) -> str:
    return f"{who} has nmautils {theirs}, here is {ours}: install the same version everywhere"
