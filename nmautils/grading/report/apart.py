"""Make pages in a child process, so that none can hold up the pages of the others."""

import contextlib
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

from nmautils.errors import GradingFailed, HandInError
from nmautils.grading.model.limits import GIB, PAGE_SECONDS, PAGE_WALL_SECONDS, READER_BYTES

__all__ = ["Apart"]

_DONE, _REFUSED, _FAILED = b"+", b"?", b"-"

LINE_CHARACTERS = 1_000  # of why there is no page


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
    memory : int, optional
        Bytes of memory that it may take beside what this process has.
    """

    def __init__(
        self,
        call: Callable[..., str],
        seconds: float = PAGE_SECONDS,
        wall_seconds: float = PAGE_WALL_SECONDS,
        memory: int = READER_BYTES,
    ) -> None:
        self._call, self._seconds, self._wall_seconds = call, seconds, wall_seconds
        self._memory = memory
        self._lock = threading.Lock()  # formgrader's server has threads
        self._child: tuple[BaseProcess, Connection] | None = None

    def __call__(self, *given: Any) -> str:
        """Call the function in the child.

        Raises
        ------
        HandInError
            If the function raised it, with its text.
        GradingFailed
            If it took too long or failed, in one line.
        """
        with self._lock:
            answer = self._ask(given)
        text = answer[1:].decode(errors="replace")
        if answer[:1] == _REFUSED:
            raise HandInError(text)
        if answer[:1] != _DONE:
            raise GradingFailed(text)
        return text

    def close(self) -> None:
        """End the child, if there is one; another call starts a new one."""
        if self._child is not None:
            process, pipe = self._child
            pipe.close()
            process.kill()
            process.join()
            self._child = None

    def _ask(self, given: tuple[Any, ...]) -> bytes:
        """Give the child's answer, or why there is none, and no child any more."""
        if self._child is not None and not self._child[0].is_alive():
            self.close()
        process, pipe = self._child = self._child or self._start()
        answer, late = b"", False
        try:
            pipe.send(given)
            late = not pipe.poll(self._wall_seconds)
            answer = b"" if late else pipe.recv_bytes()
        except (EOFError, OSError):
            process.join(1)  # the child has ended, or is about to
            late = process.exitcode == -signal.SIGXCPU
        finally:
            if not answer:
                self.close()
        if late:
            return _FAILED + f"it took longer than {self._seconds:g} seconds to make".encode()
        return answer or _FAILED + b"the process that made it ended"

    def _start(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve,
            args=(self._call, self._seconds, self._memory, ours, theirs),
            daemon=True,
        )
        with warnings.catch_warnings():
            # The child takes nothing of other threads, such as those of formgrader's server.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        return process, ours


def _serve(
    call: Callable[..., str], seconds: float, memory: int, ours: Connection, pipe: Connection
) -> None:
    """Answer calls until the parent closes the pipe."""
    ours.close()  # or the end of the parent would not be seen
    # A server's own handlers would keep this process alive when Python ends it, and the server too.
    for end in (signal.SIGXCPU, signal.SIGTERM):
        signal.signal(end, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends its child
    _bound_memory(memory)
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
        except HandInError as error:
            answer = _REFUSED + _line(str(error))
        except MemoryError:
            answer = _FAILED + f"it needs more than {memory / GIB:g} GiB of memory".encode()
        except Exception as error:
            answer = _FAILED + _line(f"it could not be made: {type(error).__name__}: {error}")
        pipe.send_bytes(answer)


def _bound_memory(memory: int) -> None:
    """Let this process take so much more memory, where the system says how much it has."""
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = now + memory if most < 0 else min(now + memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _line(text: str) -> bytes:
    return " ".join(text.split())[:LINE_CHARACTERS].encode(errors="replace")
