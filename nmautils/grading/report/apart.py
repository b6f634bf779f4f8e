"""Make pages in a child process, so that none can hold up the pages of the others."""

import math
import multiprocessing
import resource
import signal
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from nmautils.errors import GradingFailed
from nmautils.grading.model.limits import PAGE_SECONDS, PAGE_WALL_SECONDS

__all__ = ["Apart"]

_DONE, _FAILED = b"+", b"-"


class Apart:
    """A function that is called in a child process, which is ended when it takes too long.

    The child is forked at the first call and serves until it is ended: forking one for each page
    of a class would double the time that the pages take.

    Parameters
    ----------
    call : callable
        Gives a text. What it changes stays in the child.
    seconds, wall_seconds : float, optional
        Processor time, in whole seconds, and wall time that a call may take.
    """

    def __init__(
        self,
        call: Callable[..., str],
        seconds: float = PAGE_SECONDS,
        wall_seconds: float = PAGE_WALL_SECONDS,
    ) -> None:
        self._call, self._seconds, self._wall_seconds = call, seconds, wall_seconds
        self._lock = threading.Lock()  # formgrader's server has threads
        self._child: tuple[BaseProcess, Connection] | None = None

    def __call__(self, *given: Any) -> str:
        """Call the function in the child.

        Raises
        ------
        GradingFailed
            If it took too long or failed, in one line.
        """
        with self._lock:
            answer = self._ask(given)
        if not answer:
            raise GradingFailed(f"it took longer than {self._seconds:g} seconds to make")
        if answer[:1] != _DONE:
            raise GradingFailed(f"it could not be made: {answer[1:].decode(errors='replace')}")
        return answer[1:].decode()

    def close(self) -> None:
        """End the child, if there is one; another call starts a new one."""
        if self._child is not None:
            process, pipe = self._child
            pipe.close()
            process.kill()
            process.join()
            self._child = None

    def _ask(self, given: tuple[Any, ...]) -> bytes:
        """Give the child's answer; nothing if there is none in time, and no child any more."""
        if self._child is not None and not self._child[0].is_alive():
            self.close()
        _, pipe = self._child = self._child or self._start()
        answer = b""
        try:
            pipe.send(given)
            if pipe.poll(self._wall_seconds):
                answer = pipe.recv_bytes()
        except (EOFError, OSError):
            pass  # the child has ended
        finally:
            if not answer:
                self.close()
        return answer

    def _start(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(self._call, self._seconds, ours, theirs), daemon=True
        )
        with warnings.catch_warnings():
            # The child takes nothing of other threads, such as those of formgrader's server.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        return process, ours


def _serve(call: Callable[..., str], seconds: float, ours: Connection, pipe: Connection) -> None:
    """Answer calls until the parent closes the pipe."""
    ours.close()  # or the end of the parent would not be seen
    # A server's own handlers would keep this process alive when Python ends it, and the server too.
    for end in (signal.SIGXCPU, signal.SIGTERM):
        signal.signal(end, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends its child
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    while True:
        try:
            given = pipe.recv()
        except EOFError:
            return
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        limit = math.ceil(used + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit if most < 0 else min(limit, most), most))
        try:
            answer = _DONE + call(*given).encode()
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            answer = _FAILED + said.encode(errors="replace")
        pipe.send_bytes(answer)
