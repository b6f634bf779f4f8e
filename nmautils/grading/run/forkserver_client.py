"""The client of the forkserver: a worker forks one and has kernels forked by it."""

import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from typing import cast

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

    Attributes
    ----------
    modules : sequence of str
        What stems import besides: for submissions that will.
    """

    def __init__(self, control: socket.socket, process: int) -> None:
        self._control, self._process = control, process
        self.modules: Sequence[str] = ()
        self._stems: dict[tuple[str, ...], socket.socket | None] = {}

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

    def stem(self, cells: tuple[str, ...]) -> bool:
        """Prepare kernels that have run `cells` and imported `modules`.

        Returns
        -------
        bool
            False if the cells do not run as plain Python.
        """
        if cells not in self._stems:
            ours, theirs = socket.socketpair()
            request = {"do": "stem", "cells": cells, "modules": self.modules}
            with theirs:
                send_control(self._control, request, [theirs.fileno()])
            try:
                problem = receive_control(ours)[0]["problem"]
            except (BadFrame, EOFError):
                problem = "it ended"
            self._stems[cells] = None if problem else ours
        return self._stems[cells] is not None

    def fork(self, cells: tuple[str, ...], request: Message, descriptors: Sequence[int]) -> None:
        """Fork a kernel from the stem that has run `cells`; from the forkserver if there are none.

        Raises
        ------
        ValueError
            If this stem did not start.
        """
        control = self._control
        if cells:
            if not self.stem(cells):
                raise ValueError("these cells do not run as plain Python")
            control = cast("socket.socket", self._stems[cells])
        send_control(control, {"do": "kernel", **request}, descriptors)

    def close(self) -> None:
        """End the forkserver and its stems. Kernels end when they are given up."""
        for control in [self._control, *filter(None, self._stems.values())]:
            control.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
