"""Grade submissions: bytes in, bytes out, no database, no files.

`grade` may be called from any thread of any process. The work is done by host processes of
which there are as many as there are calls at a time; they stay warm until `close`.
"""

import atexit
import base64
import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import asdict

from nmautils.course.settings import Settings

from . import host
from .bundle import Bundle
from .grader import not_graded
from .results import Graded, Submission
from .sandbox import Limits, SandboxMissing

__all__ = ["Limits", "SandboxMissing", "close", "grade", "limits_of"]


def limits_of(settings: Settings) -> Limits:
    """Give the limits that ``course.toml`` sets in its section ``[grading]``."""
    grading = settings.grading
    return Limits(
        cell=grading.cell_seconds,
        again=min(grading.cell_seconds, Limits.again),
        probe=min(grading.cell_seconds, Limits.probe),
        total=grading.total_seconds,
        cpu=round(grading.total_seconds) + 60,
        memory=round(grading.memory_gib * 2**30),
    )


class HostLost(RuntimeError):
    """A host ended in the middle of its work."""


class Host:
    """A process that grades one submission at a time; see `nmautils.grading.host`."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", host.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                "LANG": "C.UTF-8",
                "OMP_NUM_THREADS": "1",
                "MKL_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                "NMAUTILS_OFFLINE": "1",
                "NMAUTILS_DATA": "simulated",
                "NMAUTILS_PROFILE": "small",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )

    def ask(self, request: dict) -> dict:
        """Send a request and wait for the answer; `HostLost` if there is none."""
        try:
            host.write_message(self._process.stdin, request)
            return host.read_message(self._process.stdout)
        except (EOFError, OSError, ValueError):
            raise HostLost from None

    def close(self) -> None:
        """End it, and with it whatever it has started."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_idle: list[Host] = []
_lock = threading.Lock()


def grade(
    bundle: Bundle,
    submission: Submission,
    *,
    full: bool = False,
    limits: Limits | None = None,
    sandbox: bool = True,
) -> Graded:
    """Grade one submission.

    Parameters
    ----------
    bundle : Bundle
        The assignment.
    submission : Submission
        The hand-in.
    full : bool, optional
        Run the demonstrations too, not only what decides the marks.
    limits : Limits, optional
        What the submission may use.
    sandbox : bool, optional
        False runs it with the rights of this process.

    Returns
    -------
    Graded
        Whatever the submission is or does; what could not be graded says so.

    Raises
    ------
    SandboxMissing
        If there is no sandbox and none was asked to go without.
    """
    request = {
        "bundle": bundle.to_json(),
        "student": submission.student,
        "notebook": base64.b64encode(submission.notebook).decode(),
        "seed": submission.seed,
        "full": full,
        "limits": asdict(limits or Limits()),
        "sandbox": sandbox,
    }
    why = ""
    for _ in range(2):  # once more, in case that it was not the submission's fault
        borrowed = _borrow()
        try:
            answer = borrowed.ask(request)
        except HostLost:
            borrowed.close()
            why = "the grading process ended"
            continue
        except BaseException:
            borrowed.close()
            raise
        _give_back(borrowed)
        if "no sandbox" in answer:
            raise SandboxMissing(answer["no sandbox"])
        if "graded" in answer:
            return Graded.from_json(answer["graded"])
        why = answer["failed"]
    return not_graded(bundle, submission, full, f"it could not be graded: {why}")


def _borrow() -> Host:
    with _lock:
        while _idle:
            borrowed = _idle.pop()
            if borrowed.owner == os.getpid():
                return borrowed
    return Host()


def _give_back(borrowed: Host) -> None:
    with _lock:
        _idle.append(borrowed)


def close() -> None:
    """End all hosts that are idle."""
    with _lock:
        hosts, _idle[:] = list(_idle), []
    for idle in hosts:
        if idle.owner == os.getpid():
            idle.close()


atexit.register(close)
