"""A warm Python that kernels are forked from.

It has imported what every notebook imports. It never sees a test, an answer or a submission, and
its environment holds only what a kernel needs. So whatever a fork finds in its memory is public.

It reads requests from a Unix socket, frames with file descriptors beside them:

- ``{"do": "stem", "cells": [...], "modules": [...]}`` and a socket: it forks a stem, which imports
  these modules, runs these cells and then takes requests from that socket as the forkserver does.
- ``{"do": "kernel", ...}``, two ends of pipes, a socket, and what the walls need: it forks a
  student's kernel, see `_be_kernel`.

A worker forks it from itself. Tests start it as a program,
``python -I -m nmautils.grading.run.forkserver``, so that nothing of the test is in its memory.
"""

import contextlib
import gc
import importlib
import itertools
import os
import select
import signal
import socket
import struct
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nmautils.grading.model.limits import ERROR_CHARACTERS, Limits
from nmautils.grading.run.sandbox.walls import Place, walls_named

from .torch_start import put_off_the_compiler
from .wire import (
    INTERRUPT,
    SECONDS,
    Message,
    receive_control,
    send_control,
)

if TYPE_CHECKING:
    from .student_kernel import StudentKernel

__all__ = [
    "ENVIRONMENT",
    "WARM",
    "WARM_FOR_A_CLASS",
    "close_all_but",
    "main",
    "serve_kernels",
    "settle",
    "warm_up",
]

# Environment of every process of grading, and all that a student's code sees of it: small
# recordings, no network, one thread.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
    "NBGRADER_EXECUTION": "autograde",
    "NMAUTILS_DATA": "simulated",
    "NMAUTILS_OFFLINE": "1",
    "NMAUTILS_PROFILE": "small",
    "USER": "student",
    "LOGNAME": "student",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

# What every notebook imports, and what that imports when it is first used.
WARM = (
    "IPython.core.oinspect",
    "matplotlib.backends.backend_agg",
    "nmautils.check",
    "nmautils.grading.run.sandbox.bubblewrap",
    "nmautils.grading.run.student_kernel",
    "numpy",
    "PIL.PngImagePlugin",
    "torch",
    "torch.nn.functional",
)

# What some hand-ins of a class import by themselves: it pays to import it once for all.
WARM_FOR_A_CLASS = (
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "ipywidgets",
    "scipy.ndimage",
    "scipy.signal",
    "scipy.stats",
    "sklearn.decomposition",
    "sklearn.manifold",
    "tqdm.auto",
)


def _serve(control: socket.socket, kernel: "StudentKernel") -> None:
    """Fork a stem or a kernel for each request, until the other side hangs up."""
    while True:
        try:
            request, descriptors = receive_control(control)
        except EOFError:
            return
        _reap()
        child = os.fork()
        if child:
            for descriptor in descriptors:
                os.close(descriptor)
            continue
        try:
            control.close()
            if request["do"] == "stem":
                _be_stem(request, socket.socket(fileno=descriptors[0]), kernel)
            else:
                _be_kernel(request, descriptors, kernel)
        finally:
            os._exit(0)


def warm_up(names: Iterable[str]) -> None:
    """Import modules, and let torch do for the first time what is slow the first time."""
    gc.disable()  # of what an import makes, hardly anything is garbage
    for name in names:
        importlib.import_module(name)
    gc.enable()
    import torch

    put_off_the_compiler()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    weight: Any = torch.nn.Parameter(torch.ones(2, 2))
    for kind in (torch.optim.SGD, torch.optim.Adam):
        optimiser = kind([weight], lr=0.1)
        loss: Any = torch.nn.functional.mse_loss(weight @ weight, weight)
        loss.backward()
        optimiser.step()


def settle() -> None:
    """Exclude all objects from garbage collection, which would copy their pages in each fork."""
    gc.collect()
    gc.freeze()


def _draw_once() -> None:
    import matplotlib

    # Not through pyplot, which would settle on a backend.
    figure = matplotlib.figure.Figure(figsize=(1, 1))
    figure.subplots().plot([0, 1], label="a")
    figure.legend()
    with open(os.devnull, "wb") as nowhere:
        canvas: Any = matplotlib.backends.backend_agg.FigureCanvasAgg(figure)
        canvas.print_png(nowhere)


def _be_stem(request: Message, control: socket.socket, kernel: "StudentKernel") -> None:
    """Run the cells that are the same for everybody, report an error, and serve requests."""
    from IPython.core.inputtransformer2 import TransformerManager
    from matplotlib import pyplot

    problem = ""
    new_manager: Any = TransformerManager
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            for name in request["modules"]:
                importlib.import_module(name)
            for cell in request["cells"]:
                plain = new_manager().transform_cell(cell)
                exec(compile(plain, "<set-up>", "exec"), kernel.user_ns)
                pyplot.close("all")
        except BaseException as error:
            problem = f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS]
    send_control(control, {"problem": problem})
    if not problem:
        settle()
        _serve(control, kernel)


def _be_kernel(request: Message, descriptors: list[int], kernel: "StudentKernel") -> None:
    """Start a student's kernel and keep it inside its limits until its end.

    Three descriptors come before those that the walls need: the socket ``orders``, whose other
    end is open as long as the kernel is wanted; the pipe ``life``, which says that the kernel
    used too much memory (``m``) or processor time (``c``) and, by its end, that the kernel has
    ended; and the socket ``channel``, on which cells and calls come.
    """
    from .student_kernel import run_kernel

    orders, life, channel, *namespaces = descriptors
    limits, place = Limits(**request["limits"]), Place(**request["place"])
    walls = walls_named(request["walls"])
    account = walls.join(namespaces)
    for descriptor in namespaces:
        os.close(descriptor)
    child = os.fork()
    if child == 0:
        try:
            account.enter()
            os.setsid()
            close_all_but(channel)
            walls.confine(limits, place)
            run_kernel(kernel, place.home, socket.socket(fileno=channel))
        finally:
            os._exit(1)
    os.close(channel)
    # Only Linux wakes a process for the end of another one.
    ended = [os.pidfd_open(child)] if hasattr(os, "pidfd_open") else []
    with socket.socket(fileno=orders) as told:
        while not os.waitpid(child, os.WNOHANG)[0]:
            exceeded = account.exceeded(limits)
            os.write(life, exceeded)
            ready = select.select([orders, *ended], [], [], account.pause)[0]
            order = told.recv(1) if orders in ready else None
            if order == INTERRUPT:
                os.kill(child, signal.SIGINT)
            elif order == SECONDS:
                told.sendall(struct.pack("d", account.cpu_seconds()))
            if exceeded or order == b"":
                # Without walls, nobody else would end what the kernel has started. And it is
                # waited for: until somebody has done so, its namespaces cannot end.
                with contextlib.suppress(OSError):
                    os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return
    # The system may have ended it for want of memory before that was seen here.
    os.write(life, account.exceeded(limits))


def close_all_but(*kept: int) -> None:
    """Close all descriptors but `kept`, and connect standard input and output to nothing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    edges = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    for before, after in itertools.pairwise(edges):
        os.closerange(before + 1, after)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def serve_kernels(control: socket.socket, home: str) -> None:
    """Fork kernels in a process that is warm, and has not read anything yet.

    Parameters
    ----------
    control : socket
        Where requests come from.
    home : str
        Folder for what libraries write.
    """
    from .student_kernel import make_kernel

    os.environ.clear()
    os.environ.update(ENVIRONMENT, HOME=home, MPLCONFIGDIR=home)
    kernel = make_kernel({"__name__": "__main__", "__builtins__": __builtins__}, home)
    importlib.import_module("matplotlib.pyplot").switch_backend(os.environ["MPLBACKEND"])
    _draw_once()
    settle()
    send_control(control, {"ready": True})
    _serve(control, kernel)


def main() -> None:
    """Warm up, then serve the socket that is standard input."""
    warm_up(WARM)
    serve_kernels(socket.socket(fileno=os.dup(0)), tempfile.mkdtemp(prefix="nma-"))


if __name__ == "__main__":
    main()
