"""The kernel that runs one student's notebook: ipykernel, and a message that asks a probe.

This runs inside the sandbox, in the same process as the student's code. Nothing here is a
defence: the student's code can change all of it, and whatever leaves this process is a stranger's.
"""

import linecache
import os
import random
import socket
import sys
import traceback
from functools import cache
from typing import Any, ClassVar

import numpy as np
import torch
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from nmautils.checks import ProbeGlobals, quietly
from nmautils.checks.answer import error_in_cell
from nmautils.grading.model.limits import ERROR_CHARACTERS, ERROR_LINE_CHARACTERS
from nmautils.grading.run.sandbox.walls import Place

from .devices import compute_here
from .exits import end_the_cell, left_running, quiet_exits, what_runs
from .statements import Statements
from .values import decode, encode
from .wire import PROBE, Message, pack_frame, read_frame

__all__ = ["StudentKernel", "run_kernel"]


class StudentKernel(IPythonKernel):
    """IPython's kernel with one more request on the shell channel: ``probe_session``.

    From then on it answers calls of probes, which come on another socket, until an empty message
    ends the session. A call has the ``source`` of a function, its ``name`` and its
    ``arguments`` (a pair of a tuple and a dictionary, as `values.encode` writes it). The answer
    has ``status`` ``"ok"`` and ``value``, or ``"error"`` with ``ename``, ``evalue`` and
    ``where``, the student's line that raised it.
    """

    msg_types: list[str] = [*IPythonKernel.msg_types, "probe_session"]  # noqa: RUF012
    calls: ClassVar[socket.socket]
    _statements: Statements | None = None

    async def do_execute(self, code: str, *given: Any, **named: Any) -> dict[str, Any]:
        """Run a cell, and say in the reply how it went.

        ``line`` is where an error arose; ``left_out`` what was left out, see `Statements`;
        ``leaves`` whether something goes on running.
        """
        if self._statements is None:
            self._statements = Statements(self.shell)
            quiet_exits(self.shell)
        code, before = self._statements.begin(code), what_runs()
        reply: dict[str, Any] = await super().do_execute(code, *given, **named)  # type: ignore[no-untyped-call]
        reply["left_out"] = self._statements.left_out()
        reply["leaves"] = left_running(before)
        last = getattr(self.shell, "last_execution_result", None)
        if last is not None and reply.get("status") == "error":
            error = last.error_before_exec or last.error_in_exec
            reply["line"] = error_in_cell(error, last.info.raw_cell).line if error else 0
        return reply

    def do_shutdown(self, restart: bool) -> dict[str, Any]:  # type: ignore[override]
        """End the cell that asks for the kernel's end: a cell is all that it may end."""
        return end_the_cell(restart)  # type: ignore[no-any-return]

    async def probe_session(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Answer calls until there are no more."""
        while True:
            try:
                request, buffers = read_frame(self.calls.recv, PROBE)
            except EOFError:
                os._exit(0)
            if not request:
                return
            answer, made = self._answer(request, buffers)
            self.calls.sendall(pack_frame(answer, made))

    def _answer(self, request: Message, buffers: list[bytearray]) -> tuple[Message, list[bytes]]:
        """Call a function where the student's definitions are."""
        shell: Any = self.shell
        try:
            with quietly():
                arguments, named = decode(request["arguments"], buffers)
                # Its globals are the notebook's, but its own name does not appear there.
                private: dict[str, Any] = {}
                seen = ProbeGlobals(shell.user_ns)
                exec(_compiled(request["source"], request["name"]), seen, private)
                value, made = encode(private[request["name"]](*arguments, **named))
            return {"status": "ok", "value": value}, made
        except BaseException as error:  # any error is an answer
            return {
                "status": "error",
                "ename": type(error).__name__,
                "evalue": _text(error),
                "where": _where(error),
            }, []
        finally:
            pyplot = sys.modules.get("matplotlib.pyplot")
            if pyplot is not None:
                pyplot.close("all")


@cache
def _compiled(source: str, name: str) -> Any:
    return compile(source, f"<probe {name}>", "exec")


def _text(error: BaseException) -> str:
    try:
        return str(error)[:ERROR_CHARACTERS]
    except BaseException:
        return ""


def _where(error: BaseException) -> str:
    try:
        frames = traceback.extract_tb(error.__traceback__, limit=-50)
        cells = [frame for frame in frames if "ipykernel" in frame.filename]
        if not cells:
            return ""
        line = linecache.getline(cells[-1].filename, cells[-1].lineno or 0)
        return line.strip()[:ERROR_LINE_CHARACTERS]
    except BaseException:
        return ""


def run_kernel(
    namespace: dict[str, Any], place: Place, key: str, seed: int, ready: int, calls: int
) -> None:
    """Run the kernel until the process ends.

    Parameters
    ----------
    namespace : dict
        The notebook's variables at the start.
    place : Place
        Its folders.
    key : str
        Signs messages.
    seed : int
        For the generators of `random`, `numpy` and `torch`, so that a run can be repeated.
    ready : int
        Descriptor to write a byte to once the sockets are there.
    calls : int
        Descriptor of the socket by which probes are called.
    """
    sockets, home = place.sockets, place.home
    os.makedirs(sockets, exist_ok=True)
    work, profiles = os.path.join(home, "work"), os.path.join(home, ".ipython")
    for folder in (work, profiles):
        os.makedirs(folder, exist_ok=True)
    os.chdir(work)
    for name in ("HOME", "TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        os.environ[name] = home
    # Have figures shown in the notebook from now on.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    compute_here()

    config = Config()
    config.IPKernelApp.transport = "ipc"
    config.IPKernelApp.ip = os.path.join(sockets, "k")
    for port, channel in enumerate(("shell", "iopub", "stdin", "control", "hb"), start=1):
        config.IPKernelApp[f"{channel}_port"] = port
    config.IPKernelApp.connection_file = os.path.join(sockets, "connection.json")
    config.IPKernelApp.ipython_dir = profiles
    config.IPKernelApp.kernel_class = StudentKernel
    config.IPKernelApp.capture_fd_output = False
    config.IPKernelApp.quiet = True
    config.IPKernelApp.exec_PYTHONSTARTUP = False
    config.IPKernelApp.log_level = "CRITICAL"
    config.Session.key = key.encode()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    StudentKernel.calls = socket.socket(fileno=calls)
    app: Any = IPKernelApp.instance(config=config, user_ns=namespace)
    app.initialize([])
    # The same even if a cell of the stem has loaded another backend.
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and pyplot._backend_mod is not None:
        pyplot.switch_backend(os.environ["MPLBACKEND"])
    os.write(ready, b"r")
    os.close(ready)
    app.start()
