"""A warm Python that kernels are forked from: ``python -I -m nmautils.grading.run.forkserver``.

It has imported what every notebook imports. It never sees a test, an answer or a submission, and
its environment holds only what a kernel needs. So whatever a fork finds in its memory is public.

It reads requests from a Unix socket, frames with file descriptors beside them:

- ``{"do": "stem", "cells": [...]}`` and a socket: it forks a stem, which runs these cells and then
  takes requests from that socket as the forkserver does.
- ``{"do": "kernel", ...}``, two ends of pipes, a socket, and what the walls need: it forks a
  student's kernel, see `_be_kernel`.
"""

import contextlib
import gc
import importlib
import itertools
import os
import select
import signal
import socket
from collections.abc import Iterable
from typing import Any

from nmautils.grading.model.limits import ERROR_CHARACTERS, Limits
from nmautils.grading.run.sandbox.walls import Place, walls_named

from .wire import Message, receive_control, send_control

__all__ = ["ENVIRONMENT", "main", "settle", "warm_up"]

# Environment of every process of grading: small recordings, no network, one thread.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NMAUTILS_DATA": "simulated",
    "NMAUTILS_OFFLINE": "1",
    "NMAUTILS_PROFILE": "small",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

# What a kernel and a notebook of the course import, and what those import when first used: an
# interrupt that lands in a slow first import would leave the module half made.
WARM = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "debugpy",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "ipywidgets",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "nmautils.check",
    "nmautils.grading.run.sandbox.bubblewrap",
    "nmautils.grading.run.student_kernel",
    "numpy",
    "PIL.PngImagePlugin",
    "scipy.ndimage",
    "scipy.signal",
    "scipy.stats",
    "sklearn.decomposition",
    "sklearn.manifold",
    "tornado.platform.asyncio",
    "torch",
    "torch.nn.functional",
    "tqdm.auto",
)


def serve(control: socket.socket, namespace: dict[str, Any]) -> None:
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
                _be_stem(request, socket.socket(fileno=descriptors[0]), namespace)
            else:
                _be_kernel(request, descriptors, namespace)
        finally:
            os._exit(0)


def warm_up(names: Iterable[str]) -> None:
    """Import modules, and let torch do for the first time what is slow the first time."""
    for name in names:
        importlib.import_module(name)
    import torch

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


def _be_stem(request: Message, control: socket.socket, namespace: dict[str, Any]) -> None:
    """Run the cells that are the same for everybody, report an error, and serve requests."""
    from IPython.core.inputtransformer2 import TransformerManager
    from matplotlib import pyplot

    problem = ""
    new_manager: Any = TransformerManager
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            for cell in request["cells"]:
                plain = new_manager().transform_cell(cell)
                exec(compile(plain, "<set-up>", "exec"), namespace)
                pyplot.close("all")
        except BaseException as error:
            problem = f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS]
    send_control(control, {"problem": problem})
    if not problem:
        settle()
        serve(control, namespace)


def _be_kernel(request: Message, descriptors: list[int], namespace: dict[str, Any]) -> None:
    """Start a student's kernel and wait for its end.

    Three descriptors come before those that the walls need: the pipe ``leash``, whose other end
    the worker's fork holds as long as it wants the kernel; the pipe ``life``, which says that the
    kernel is ready (``r``), that it uses too much memory (``m``) or processor time (``c``) and that
    it has ended (the end of the file); and the socket ``calls``, on which calls of probes come.
    """
    from .student_kernel import run_kernel

    leash, life, calls, *namespaces = descriptors
    limits, place = Limits(**request["limits"]), Place(**request["place"])
    walls = walls_named(request["walls"])
    account = walls.join(namespaces)
    for descriptor in namespaces:
        os.close(descriptor)
    kernel = os.fork()
    if kernel == 0:
        try:
            account.enter()
            os.close(leash)
            os.setsid()
            _close_all_but(life, calls)
            walls.confine(limits, place)
            run_kernel(namespace, place, request["key"], request["seed"], life, calls)
        finally:
            os._exit(1)
    os.close(calls)
    while not os.waitpid(kernel, os.WNOHANG)[0]:
        exceeded = account.exceeded(limits)
        os.write(life, exceeded)
        if exceeded or select.select([leash], [], [], account.pause)[0]:
            # And waited for: until somebody has done so, its namespaces cannot end.
            with contextlib.suppress(OSError):
                os.killpg(kernel, signal.SIGKILL)
            os.waitpid(kernel, 0)
            return
    # The system may have ended it for want of memory before that was seen here.
    os.write(life, account.exceeded(limits))


def _close_all_but(*kept: int) -> None:
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


def main() -> None:
    """Warm up, then serve the socket that is standard input."""
    control = socket.socket(fileno=os.dup(0))
    warm_up(WARM)
    _draw_once()
    settle()
    send_control(control, {"ready": True})
    serve(control, {"__name__": "__main__", "__builtins__": __builtins__})


if __name__ == "__main__":
    main()
