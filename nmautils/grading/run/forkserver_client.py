"""The client of the forkserver: a worker starts one and has kernels forked."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from . import forkserver
from .wire import BadFrame, Message, receive_control, send_control

__all__ = ["ForkServer"]

ENVIRONMENT = {
    **forkserver.ENVIRONMENT,
    "PATH": "/usr/bin:/bin",
    "USER": "student",
    "LOGNAME": "student",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "NBGRADER_EXECUTION": "autograde",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class ForkServer:
    """The forkserver of one worker; see `nmautils.grading.run.forkserver`."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._home = tempfile.TemporaryDirectory(prefix="nma-")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", forkserver.__name__],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={
                    **ENVIRONMENT,
                    "HOME": self._home.name,
                    "MPLCONFIGDIR": self._home.name,
                },
            )
        self._control = ours
        self._stems: dict[str, socket.socket | None] = {}

    def wait_until_warm(self) -> None:
        """Wait for the imports; `RuntimeError` if they fail."""
        try:
            receive_control(self._control)
        except (BadFrame, EOFError, OSError):
            raise RuntimeError(
                "the forkserver did not start; to see why: "
                f"{sys.executable} -I -m {forkserver.__name__} </dev/null"
            ) from None

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
        """End the forkserver and its stems. Kernels end by themselves: `Kernel.close` ends one."""
        for control in [self._control, *filter(None, self._stems.values())]:
            control.close()
        self._process.kill()
        self._process.wait()
        self._home.cleanup()
