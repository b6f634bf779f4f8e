"""The client of the forkserver: a worker forks one and has kernels forked by it."""

import contextlib
import os
import signal
import socket
from collections.abc import Sequence

from .forkserver import serve_kernels
from .wire import BadFrame, Message, receive_control, send_control

__all__ = ["ForkServer"]


class ForkServer:
    """The forkserver of one worker; see `nmautils.grading.run.forkserver`.

    Parameters
    ----------
    control : socket
        To the forkserver.
    process : int
        Its process, a child of this one.
    """

    def __init__(self, control: socket.socket, process: int) -> None:
        self._control, self._process = control, process
        self._stems: dict[str, socket.socket | None] = {}

    @classmethod
    def fork_here(cls, home: str, *close: int) -> "ForkServer":
        """Fork it from this process, which has imported what both need, and read nothing yet.

        Parameters
        ----------
        home : str
            Folder for what libraries write.
        *close : int
            Descriptors that the forkserver must not keep.
        """
        ours, theirs = socket.socketpair()
        process = os.fork()
        if process == 0:
            try:
                for descriptor in (ours.fileno(), *close):
                    os.close(descriptor)
                serve_kernels(theirs, home)
            finally:
                os._exit(0)
        theirs.close()
        return cls(ours, process)

    def wait_until_warm(self) -> None:
        """Wait until it is ready; `RuntimeError` if it has ended."""
        try:
            receive_control(self._control)
        except (BadFrame, EOFError, OSError):
            raise RuntimeError("the forkserver did not start") from None

    def stem(self, name: str, cells: list[str]) -> bool:
        """Prepare kernels that have run `cells`; False if the cells do not run as plain Python."""
        if name not in self._stems:
            ours, theirs = socket.socketpair()
            with theirs:
                send_control(self._control, {"do": "stem", "cells": cells}, [theirs.fileno()])
            try:
                problem = receive_control(ours)[0]["problem"]
            except (BadFrame, EOFError):
                problem = "it ended"
            self._stems[name] = None if problem else ours
        return self._stems[name] is not None

    def fork(self, stem: str | None, request: Message, descriptors: Sequence[int]) -> None:
        """Fork a kernel, from a stem or from the forkserver itself."""
        control = self._control if stem is None else self._stems[stem]
        if control is None:
            raise ValueError("this stem did not start")
        send_control(control, {"do": "kernel", **request}, descriptors)

    def close(self) -> None:
        """End the forkserver and its stems. Kernels end when they are given up."""
        for control in [self._control, *filter(None, self._stems.values())]:
            control.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
