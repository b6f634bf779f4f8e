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
from nmautils.errors import GradingFailed, SandboxMissing
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run.sandbox.bubblewrap import Limits

from . import worker as host
from .forkserver import ENVIRONMENT

__all__ = ["GradingFailed", "Limits", "SandboxMissing", "close", "grade", "limits_of"]


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
    """A process that grades one submission at a time; see `nmautils.grading.run.worker`."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.dropped = self.lost = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", host.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={
                **ENVIRONMENT,
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            },
        )

    def ask(self, request: dict) -> dict:
        """Send a request and wait for the answer; `HostLost` if there is none."""
        try:
            host.write_message(self._process.stdin, request)
            return host.read_message(self._process.stdout)
        except (EOFError, OSError, ValueError):
            self.lost = True
            raise HostLost from None

    def is_alive(self) -> bool:
        """Whether it can be asked again."""
        return not (self.dropped or self.lost) and self._process.poll() is None

    def hang_up(self) -> None:
        """Have it drop what it is doing, while another thread waits for the answer."""
        self.dropped = True
        with contextlib.suppress(OSError):
            self._process.stdin.close()

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
_busy: set[Host] = set()
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
        Run the demonstrations too, not only what decides the marks; what is the same for
        everybody, up to the first exercise, runs once and is shown as it was handed in.
    limits : Limits, optional
        What the submission may use.
    sandbox : bool, optional
        False runs it with the rights of this process.

    Returns
    -------
    Graded
        Whatever the submission is or does; what could not be read says so.

    Raises
    ------
    SandboxMissing
        If there is no sandbox and nobody asked to go without.
    GradingFailed
        If there is no result after two attempts, or `close` was called meanwhile.
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
            answer = {"failed": "the grading process ended"}
        finally:
            _give_back(borrowed)
        if "no sandbox" in answer:
            raise SandboxMissing(answer["no sandbox"])
        if "graded" in answer:
            return Graded.from_json(answer["graded"])
        why = answer["failed"]
        if borrowed.dropped:
            break
    raise GradingFailed(f"it could not be graded: {why}")


def _borrow() -> Host:
    with _lock:
        while _idle:
            borrowed = _idle.pop()
            if borrowed.owner == os.getpid():
                break
        else:
            borrowed = Host()
        _busy.add(borrowed)
    return borrowed


def _give_back(borrowed: Host) -> None:
    with _lock:
        _busy.discard(borrowed)
        if borrowed.is_alive():
            _idle.append(borrowed)
            return
    borrowed.close()


def close() -> None:
    """End all hosts; what they are grading is dropped."""
    with _lock:
        for busy in _busy:
            busy.hang_up()
        hosts, _idle[:] = list(_idle), []
    for idle in hosts:
        if idle.owner == os.getpid():
            idle.close()


atexit.register(close)
