"""A warm Python that kernels are forked from: ``python -I -m nmautils.grading.run.forkserver``.

It has imported what every notebook imports and never sees a test, an answer or another
submission; its environment is empty but for what a kernel needs. So whatever a fork of it
finds in its own memory is public.

It reads requests from a Unix socket, JSON with file descriptors beside it:

- ``{"do": "stem", "cells": [...]}`` and a socket: fork a stem, which runs these cells and then
  takes requests from that socket as the nursery does.
- ``{"do": "kernel", ...}``, with the namespaces of a sandbox and the two ends of pipes: fork a
  student's kernel, see `_be_kernel`.
"""

import contextlib
import gc
import importlib
import itertools
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterable
from typing import Any

__all__ = ["ENVIRONMENT", "receive", "send", "serve", "settle", "warm_up"]

MESSAGE = 4 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")

# What each process of grading is told: small recordings, off line, on one thread.
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
    """Fork what is asked for, until the other side hangs up."""
    while True:
        try:
            request, descriptors = receive(control)
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


def send(control: socket.socket, message: dict[str, Any], descriptors: list[int]) -> None:
    """Send a request with file descriptors."""
    raw = json.dumps(message).encode()
    control.settimeout(10)
    header = len(raw).to_bytes(8, "big")
    socket.send_fds(control, [header], descriptors)
    control.sendall(raw)


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for a request and its file descriptors; `EOFError` when there will be no more."""
    control.settimeout(None)
    header, descriptors, _, _ = socket.recv_fds(control, 8, 16)
    if len(header) < 8:
        raise EOFError
    size, raw = int.from_bytes(header, "big"), b""
    while len(raw) < size:
        part = control.recv(min(size - len(raw), MESSAGE))
        if not part:
            raise EOFError
        raw += part
    return json.loads(raw), descriptors


def warm_up(names: Iterable[str]) -> None:
    """Import modules, and let torch do for the first time what is slow the first time."""
    for name in names:
        importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.ones(2, 2))
    for kind in (torch.optim.SGD, torch.optim.Adam):
        optimiser = kind([weight], lr=0.1)
        torch.nn.functional.mse_loss(weight @ weight, weight).backward()
        optimiser.step()


def settle() -> None:
    """Never collect what is there now, so that forks do not copy it page by page."""
    gc.collect()
    gc.freeze()


def _draw_once() -> None:
    import matplotlib

    # Not through pyplot, which would settle on a backend.
    figure = matplotlib.figure.Figure(figsize=(1, 1))
    figure.subplots().plot([0, 1], label="a")
    figure.legend()
    with open(os.devnull, "wb") as nowhere:
        matplotlib.backends.backend_agg.FigureCanvasAgg(figure).print_png(nowhere)


def _be_stem(request: dict[str, Any], control: socket.socket, namespace: dict[str, Any]) -> None:
    """Run the cells that are the same for everybody, say how that went, and serve forks."""
    from IPython.core.inputtransformer2 import TransformerManager
    from matplotlib import pyplot

    problem = ""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            for cell in request["cells"]:
                plain = TransformerManager().transform_cell(cell)
                exec(compile(plain, "<set-up>", "exec"), namespace)
                pyplot.close("all")
        except BaseException as error:
            problem = f"{type(error).__name__}: {error}"
    send(control, {"problem": problem}, [])
    if not problem:
        settle()
        serve(control, namespace)


def _be_kernel(request: dict[str, Any], descriptors: list[int], namespace: dict[str, Any]) -> None:
    """Start a student's kernel and wait for its end.

    Besides namespaces to join come two pipes: ``leash``, whose other end the grader holds as
    long as it wants the kernel, and ``life``, which tells the grader that the kernel is ready
    (``r``), that it uses too much memory (``m``) and that it has ended (the end of the file). By
    the socket ``calls`` probes come.
    """
    from nmautils.grading.run.sandbox.bubblewrap import Limits, confine, join

    leash, life, calls, *namespaces = descriptors
    limits = Limits(**request["limits"])
    # The kernel shares these pages; afterwards, /proc is that of the sandbox.
    before = _resident("self")
    join(namespaces)
    for descriptor in namespaces:
        os.close(descriptor)
    kernel = os.fork()
    if kernel == 0:
        try:
            os.close(leash)
            os.setsid()
            _close_all_but(life, calls)
            if request["confined"]:
                confine(limits, request["user"])
            from .student_kernel import run_kernel

            run_kernel(namespace, request["sockets"], request["key"], request["seed"], life, calls)
        finally:
            os._exit(1)
    os.close(calls)
    while not os.waitpid(kernel, os.WNOHANG)[0]:
        if request["confined"] and _memory(before) > limits.memory:
            os.write(life, b"m")
            os._exit(0)
        if select.select([leash], [], [], 0.1)[0]:
            with contextlib.suppress(OSError):
                os.killpg(kernel, signal.SIGKILL)
            os.waitpid(kernel, 0)
            return


def _memory(before: int) -> int:
    """Bytes that the processes of this sandbox use, beyond what each had when it was forked."""
    used = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            used += max(0, _resident(name) - before)
    return used


def _resident(process: str) -> int:
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0


def _close_all_but(*kept: int) -> None:
    """Leave nothing open but `kept`; standard input and output lead nowhere."""
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
    send(control, {"ready": True}, [])
    serve(control, {"__name__": "__main__", "__builtins__": __builtins__})


if __name__ == "__main__":
    sys.exit(main())
