"""Grading on many machines: `grade` shipped to the workers of a Dask cluster.

A worker needs Python with ``nmautils[grading,cluster]`` of the same version, bubblewrap, and
nothing else: no course folder, no gradebook. Dask itself talks in pickles, so a cluster is a set of
machines that trust each other, and the way between them has to be encrypted. Of a hand-in nothing
is pickled: bytes go there, and JSON text comes back.
"""

import gc
import ipaddress
import json
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import nmautils
from nmautils.errors import ClusterError, GradingFailed, NmautilsError, SandboxMissing
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import (
    CLUSTER_CONNECT_SECONDS,
    CLUSTER_WORKER_SECONDS,
    ERROR_CHARACTERS,
    Limits,
)
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run.sandbox.walls import check_walls, name_of_walls

__all__ = ["Cluster", "Tls"]

Grade = Callable[..., Graded]

# Ways of Dask's that anybody on the network between can read and write. No way means the first.
OPEN_WAYS = {"tcp", "ucx", "ws"}


@dataclass(frozen=True)
class Tls:
    """Files by which the machines of a cluster know each other; Dask's settings fill the gaps."""

    ca_file: str = ""
    cert: str = ""
    key: str = ""

    def security(self) -> Any:
        """Make Dask's `Security` of them.

        Raises
        ------
        ClusterError
            If one of the files is not named anywhere, or is not there.
        """
        from distributed.security import Security

        said = {"tls_ca_file": self.ca_file, "tls_client_cert": self.cert}
        said = {
            name: value for name, value in {**said, "tls_client_key": self.key}.items() if value
        }
        security: Any = Security(require_encryption=True, **said)  # type: ignore[no-untyped-call]
        for name in ("tls_ca_file", "tls_client_cert", "tls_client_key"):
            path = getattr(security, name)
            if not path or ("\n" not in path and not Path(path).is_file()):
                option = name.replace("client_", "").replace("_", "-")
                found = f"there is no {path}" if path else "none is named"
                raise ClusterError(
                    f"an address tls:// needs --{option} FILE ({found}); docs/scaling.md says how "
                    "to make one"
                )
        return security


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
    tls : Tls, optional
        Files for an address ``tls://…``.
    without_tls : bool
        Whether an address of another machine may be one that is not encrypted.
    **options
        More of what `grade` takes.

    Attributes
    ----------
    places : int
        How many submissions are graded at a time, now; workers may come and go.

    Raises
    ------
    ClusterError
        One line, if Dask is missing, the way there is not encrypted, nobody answers, or a worker
        cannot grade.
    """

    def __init__(
        self,
        address: str,
        grade: Grade,
        *,
        sandbox: bool = True,
        tls: Tls | None = None,
        without_tls: bool = False,
        **options: Any,
    ) -> None:
        if not without_tls and is_open(address):
            raise ClusterError(
                f"{address} is not encrypted, so whoever shares the network can run code on its "
                "machines; use tls://, as docs/scaling.md says, or --cluster-without-tls if nobody "
                "else does"
            )
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise ClusterError(
                f"--cluster needs {error.name}; install it with: pip install 'nmautils[cluster]'"
            ) from None
        connect: Any = Client
        # What Dask has to say comes as one line from here.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._grade = f"{grade.__module__}:{grade.__qualname__}"
        self._options = _options_as_bytes({"sandbox": sandbox, "many": True, **options})
        self.many = True
        self._bundles: dict[str, Any] = {}
        why = []
        security = (tls or Tls()).security() if address.startswith("tls://") else None
        try:
            self._client = connect(
                address, timeout=CLUSTER_CONNECT_SECONDS, set_as_default=False, security=security
            )
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
                content = bundle.to_json().encode()
                (sent,) = self._client.scatter([content], broadcast=True, hash=False)
            except (OSError, TimeoutError, CancelledError) as error:
                raise ClusterError(
                    f"the cluster has no workers any more ({type(error).__name__}); what "
                    "was graded is saved, and the same command goes on from there"
                ) from None
            self._bundles[bundle.digest] = sent
        answer: Future[bytes] = self._executor.submit(
            grade_there,
            self._grade,
            self._bundles[bundle.digest],
            {"student": submission.student, "seed": submission.seed},
            submission.notebook,
            self._options,
        )
        return _read_by(answer)

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


def is_open(address: str) -> bool:
    """Whether others on the way to an address can read and write what goes there."""
    way, found, rest = address.rpartition("://")
    host = rest.rpartition(":")[0].strip("[]") or rest
    if (found and way.lower() not in OPEN_WAYS) or host in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def _options_as_bytes(options: dict[str, Any]) -> bytes:
    limits = options.get("limits")
    plain = {**options, "limits": asdict(limits)} if isinstance(limits, Limits) else options
    return json.dumps(plain).encode()


def grade_there(
    grade: str, bundle: bytes, about: dict[str, Any], notebook: bytes, options: bytes
) -> bytes:
    """On a worker: grade a submission, and give the result or what went wrong as JSON text.

    Errors are caught, too: Dask would send them as pickles.
    """
    try:
        graded = _grade_here(grade, bundle, Submission(notebook=notebook, **about), options)
        answer = {"graded": graded.to_json()}
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())[:ERROR_CHARACTERS]
        answer = {"error": type(error).__name__, "said": said}
    return json.dumps(answer).encode()


def _grade_here(grade: str, bundle: bytes, submission: Submission, options: bytes) -> Graded:
    version = json.loads(bundle).get("version")
    if version != nmautils.__version__:  # it may have joined after the others were looked at
        raise ClusterError(_other_version("a worker", nmautils.__version__, version))
    module, _, name = grade.partition(":")
    how: Grade = getattr(import_module(module), name)
    given = json.loads(options)
    if given.get("limits"):
        given["limits"] = Limits(**given["limits"])
    return how(_read_bundle(bundle), submission, **given)


@lru_cache(maxsize=16)
def _read_bundle(content: bytes) -> Bundle:
    return Bundle.from_json(content.decode())


def read_answer(answer: bytes) -> Graded:
    """Read what `grade_there` gave.

    Raises
    ------
    NmautilsError
        What a worker raised: under its own name if that decides what happens next.
    """
    data = json.loads(answer)
    if "graded" in data:
        return Graded.from_json(data["graded"])
    kinds: dict[str, type[NmautilsError]] = {
        kind.__name__: kind for kind in (ClusterError, GradingFailed, SandboxMissing)
    }
    if data["error"] in kinds:
        raise kinds[data["error"]](data["said"])
    raise GradingFailed(f"{data['error']}: {data['said']}".strip(": "))


def _read_by(answer: "Future[bytes]") -> "Future[Graded]":
    """Give a future of the result of which there will be the JSON text."""
    result: Future[Graded] = Future()
    result.set_running_or_notify_cancel()

    def read(done: "Future[bytes]") -> None:
        try:
            result.set_result(read_answer(done.result()))
        except BaseException as error:  # the thread that waits for it is to have it
            result.set_exception(error)

    answer.add_done_callback(read)
    return result


def _other_version(who: str, theirs: str, ours: str) -> str:
    return f"{who} has nmautils {theirs}, here is {ours}: install the same version everywhere"
