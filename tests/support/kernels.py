"""Kernels for tests, forked from a forkserver that has nothing of this process in its memory."""

import contextlib
import os
import socket
import subprocess
import sys

from nmautils.grading.run import forkserver
from nmautils.grading.run.forkserver_client import ForkServer
from nmautils.grading.run.kernel import Kernel
from nmautils.grading.run.kernel_supply import OpenKernel, Wanted


def start_forkserver():
    """A forkserver in a Python of its own."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", forkserver.__name__],
            stdin=theirs.fileno(),
            cwd="/",
            env=forkserver.ENVIRONMENT,
        )
    server = ForkServer(ours, process.pid)
    process.returncode = 0  # `ForkServer.close` waits for it
    server.wait_until_warm()
    return server


@contextlib.contextmanager
def open_kernel(server, cells, seed, limits, walls="bubblewrap"):
    """A kernel that is ready."""
    opened = OpenKernel(server, Wanted(cells, limits, walls))
    kept = opened.calls.dup(), opened.keeper.dup(), os.dup(opened.life)
    kernel = Kernel(*kept, limits, opened.close)
    try:
        kernel.begin(seed)
        yield kernel
    finally:
        kernel.close()
