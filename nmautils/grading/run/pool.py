"""Grade submissions: bytes in, bytes out, no database, no files.

`grade` may be called from any thread of any process. The work is done by workers. There are as
many of them as there are calls at a time, and they stay warm until `close`.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import asdict

from nmautils.errors import GradingFailed, SandboxMissing
from nmautils.grading.model import words
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import WORKER_ATTEMPTS, Limits
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run.sandbox.walls import name_of_walls

from . import worker
from .forkserver import ENVIRONMENT
from .wire import RESULT, BadFrame, Message, pack_frame, read_frame

__all__ = ["close", "grade"]


class WorkerLost(RuntimeError):
    """A worker ended in the middle of its work."""


class Worker:
    """A process that grades one submission at a time; see `nmautils.grading.run.worker`."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.dropped = self.lost = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", worker.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=ENVIRONMENT,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def ask(self, request: Message, notebook: bytes) -> Message:
        """Send a request and wait for the answer; `WorkerLost` if there is none."""
        try:
            self._requests.write(pack_frame(request, [notebook]))
            self._requests.flush()
            return read_frame(self._answers.read, RESULT)[0]
        except (BadFrame, EOFError, OSError, ValueError):
            self.lost = True
            raise WorkerLost from None

    def is_alive(self) -> bool:
        """Whether it can be asked again."""
        return not (self.dropped or self.lost) and self._process.poll() is None

    def hang_up(self) -> None:
        """Have it drop what it is doing, while another thread waits for the answer."""
        self.dropped = True
        with contextlib.suppress(OSError):
            self._requests.close()

    def close(self) -> None:
        """End it, and with it whatever it has started."""
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_idle: list[Worker] = []
_busy: set[Worker] = set()
_lock = threading.Lock()


def grade(
    bundle: Bundle,
    submission: Submission,
    *,
    full: bool = False,
    limits: Limits | None = None,
    sandbox: bool = True,
    many: bool = False,
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
    many : bool, optional
        Whether more of this assignment will follow: then it pays to import more ahead.

    Returns
    -------
    Graded
        Whatever the submission is or does; what could not be read says so.

    Raises
    ------
    SandboxMissing
        If there is no sandbox and nobody asked to go without.
    GradingFailed
        If there is no result, in a line: once if it took too long or `close` was called
        meanwhile, else after two attempts.
    """
    request = {
        "bundle": bundle.to_json(),
        "student": submission.student,
        "seed": submission.seed,
        "full": full,
        "many": many,
        "limits": asdict(limits or Limits()),
        "walls": name_of_walls(sandbox),
        "path": os.environ.get("PATH", ENVIRONMENT["PATH"]),
    }
    for _ in range(WORKER_ATTEMPTS):  # again, in case that it was not the submission's fault
        borrowed = _borrow()
        try:
            answer = borrowed.ask(request, submission.notebook)
        except WorkerLost:
            answer = {"failed": words.WORKER_ENDED, "again": True}
        finally:
            _give_back(borrowed)
        if "no sandbox" in answer:
            raise SandboxMissing(answer["no sandbox"])
        if "graded" in answer:
            return Graded.from_json(answer["graded"])
        why = " ".join(answer["failed"].split())
        if borrowed.dropped or not answer.get("again", True):
            raise GradingFailed(why)
    raise GradingFailed(f"{why}, {words.times(WORKER_ATTEMPTS)}")


def _borrow() -> Worker:
    with _lock:
        while _idle:
            borrowed = _idle.pop()
            if borrowed.owner == os.getpid():
                break
        else:
            borrowed = Worker()
        _busy.add(borrowed)
    return borrowed


def _give_back(borrowed: Worker) -> None:
    with _lock:
        _busy.discard(borrowed)
        if borrowed.is_alive():
            _idle.append(borrowed)
            return
    borrowed.close()


def close() -> None:
    """End all workers; what they are grading is dropped."""
    with _lock:
        for busy in _busy:
            busy.hang_up()
        ended, _idle[:] = list(_idle), []
    for idle in ended:
        if idle.owner == os.getpid():
            idle.close()


atexit.register(close)
