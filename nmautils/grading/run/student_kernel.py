"""The kernel that runs one student's notebook: ipykernel, with one socket instead of Jupyter's.

This runs inside the sandbox, in the same process as the student's code. Nothing here is a
defence: the student's code can change all of it, and whatever leaves this process is a stranger's.

Requests come as frames, one at a time:

- ``{"do": "begin", "seed": ...}`` seeds the generators of random numbers;
- ``{"do": "cell", "source": ..., "whole": ...}`` runs a cell, of which nothing may be left out if
  it is to run whole. What it shows comes as frames with ``kind`` and
  ``content`` as in Jupyter's messages, and the number of the ``cell``; last comes a ``reply``;
- ``{"do": "call", "source": ..., "name": ..., "arguments": ..., "most": ...}`` calls a probe: a
  function, a pair of a tuple and a dictionary as `values.encode` writes it, and how many bytes of
  numbers may come back. The ``answer`` has ``status`` ``"ok"`` and ``value``, ``"large"``, or
  ``"error"`` with ``ename``, ``evalue`` and ``where``, the student's line that raised it.
"""

import asyncio
import contextlib
import io
import linecache
import os
import random
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from functools import cache
from time import monotonic
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import torch
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets.config import Config

from nmautils.checks import ProbeGlobals, quietly
from nmautils.checks.answer import error_in_cell
from nmautils.grading.model.limits import (
    DRAWN,
    ERROR_CHARACTERS,
    ERROR_LINE_CHARACTERS,
    OUTPUTS,
    STREAM_CHARACTERS,
    TRACEBACK_LINES,
)

from .devices import compute_here
from .exits import end_the_cell, left_running, quiet_exits, what_runs
from .fetchers import quiet_fetchers
from .statements import Statements
from .values import decode, encode
from .wire import CALL, Message, pack_frame, read_frame

__all__ = ["StudentKernel", "make_kernel", "run_kernel"]

FLUSH_SECONDS = 0.2


class FrameSession(Session):
    """Jupyter's session, whose messages leave as frames on one socket, or nowhere."""

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:
        """Send what a page could show; nothing else has a reader here."""
        if isinstance(msg_or_type, dict):
            msg_or_type, content = msg_or_type["header"]["msg_type"], msg_or_type["content"]
        outlet = Outlet.current
        if outlet is None or msg_or_type not in SHOWN:
            return
        if msg_or_type in {"display_data", "execute_result"}:
            _flush()
        outlet.send({"kind": msg_or_type, "content": SHOWN[msg_or_type](content)})


class Outlet:
    """The way out of this process: frames on a socket, by one thread at a time."""

    current: ClassVar["Outlet | None"] = None

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self._lock, self._process = channel, threading.RLock(), os.getpid()
        self.cell = 0

    def send(self, message: Message, buffers: Sequence[bytes] = ()) -> None:
        """Send a frame; what a process started by a cell says is dropped."""
        if os.getpid() == self._process:
            frame = pack_frame({**message, "cell": self.cell}, buffers)
            with self._lock:
                self._channel.sendall(frame)


class FrameStream(io.TextIOBase):
    """Standard output or standard error of a notebook."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str) -> None:
        self.name = name
        self._parts: list[str] = []
        self._characters, self._room = 0, STREAM_CHARACTERS
        self._flushed, self._lock = monotonic(), threading.RLock()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep text until there is enough of it, or it has waited long enough."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            self._parts.append(text[: self._room])
            self._characters += len(self._parts[-1])
            self._room -= len(self._parts[-1])
        if self._characters > io.DEFAULT_BUFFER_SIZE or (
            self._characters and monotonic() > self._flushed + FLUSH_SECONDS
        ):
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was written."""
        with self._lock:
            text, self._parts = "".join(self._parts), []
            self._characters, self._flushed = 0, monotonic()
            if text and Outlet.current is not None:
                content = {"name": self.name, "text": text}
                Outlet.current.send({"kind": "stream", "content": content})

    def renew(self) -> None:
        """Begin a new cell: each may write so much, the rest could not appear on a page."""
        self._room = STREAM_CHARACTERS

    def set_parent(self, parent: Any) -> None:
        """Do nothing: ipykernel tells its streams which request runs."""


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def _data(content: Message) -> Message:
    """Keep of what a cell displays the forms that a page shows."""
    data = content.get("data", {})
    kept = {}
    if isinstance(text := data.get("text/plain"), str):
        kept["text/plain"] = text[: OUTPUTS.raw_characters + 1]
    if isinstance(picture := data.get("image/png"), str):
        # One that is too large arrives as one that nobody can read, and is told as left out.
        kept["image/png"] = picture if len(picture) <= DRAWN.base64_characters else ""
    return {"data": kept}


def _error(content: Message) -> Message:
    return {
        "ename": str(content["ename"])[:ERROR_CHARACTERS],
        "evalue": str(content["evalue"])[:ERROR_CHARACTERS],
        "traceback": [
            line[: OUTPUTS.raw_characters] for line in content["traceback"][:TRACEBACK_LINES]
        ],
    }


# What is sent of the messages of ipykernel.
SHOWN = {"display_data": _data, "execute_result": _data, "error": _error}


class StudentKernel(IPythonKernel):
    """IPython's kernel, which answers the requests of one socket."""

    _statements: Statements | None = None
    _whole = False

    async def do_execute(self, code: str, *given: Any, **named: Any) -> dict[str, Any]:
        """Run a cell, and say in the reply how it went.

        ``line`` is where an error arose; ``left_out`` what was left out, and ``unmade`` what a
        branch did not make, see `Statements`; ``leaves`` whether something goes on running.
        """
        if self._statements is None:
            self._statements = Statements(self.shell)
            quiet_exits(self.shell)
        with contextlib.suppress(OSError):
            # A module that a cell has just written is newer than what is known of its folder.
            sys.path_importer_cache.pop(os.getcwd(), None)
        code, before = self._statements.begin(code, whole=self._whole), what_runs()
        reply: dict[str, Any] = await super().do_execute(code, *given, **named)  # type: ignore[no-untyped-call]
        reply["left_out"] = self._statements.left_out()
        reply["unmade"] = self._statements.unmade()
        reply["leaves"] = left_running(before)
        last = getattr(self.shell, "last_execution_result", None)
        if last is not None and reply.get("status") == "error":
            error = last.error_before_exec or last.error_in_exec
            reply["line"] = error_in_cell(error, last.info.raw_cell).line if error else 0
        return reply

    def do_shutdown(self, restart: bool) -> dict[str, Any]:  # type: ignore[override]
        """End the cell that asks for the kernel's end: a cell is all that it may end."""
        return end_the_cell(restart)  # type: ignore[no-any-return]

    def serve(self, channel: socket.socket) -> None:
        """Answer requests until the other side hangs up."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        # Where ipykernel looks for them, which we do not start.
        self.io_loop = IOLoop.current()
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        outlet = Outlet.current = Outlet(channel)
        streams = FrameStream("stdout"), FrameStream("stderr")
        sys.stdout, sys.stderr = streams
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        outlet.send({"kind": "ready"})
        while True:
            try:
                request, buffers = read_frame(channel.recv, CALL)
            except (EOFError, OSError):
                os._exit(0)
            outlet.cell += 1
            if request["do"] == "begin":
                _seed(request["seed"])
                continue
            for stream in streams:
                stream.renew()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            made: list[bytes] = []
            if request["do"] == "cell":
                self._whole = request["whole"]
                message = self._run(loop, request["source"])
            else:
                message, made = self._answer(request, buffers)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _flush()
            outlet.send({**message, "spent": sum(os.times()[:4])}, made)

    def _run(self, loop: asyncio.AbstractEventLoop, source: str) -> Message:
        """Run a cell."""
        try:
            done = loop.run_until_complete(self.do_execute(source, silent=False))
            reply = {name: done[name] for name in REPLIED if name in done}
        except BaseException:  # an interrupt that came between two steps
            reply = {"status": "error"}
        return {"kind": "reply", "content": reply}

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
            if sum(map(len, made)) > request["most"]:
                # The judge would not read on behind it, and the process would have to end.
                return {"kind": "answer", "status": "large"}, []
            return {"kind": "answer", "status": "ok", "value": value}, made
        except BaseException as error:  # any error is an answer
            return {
                "kind": "answer",
                "status": "error",
                "ename": type(error).__name__,
                "evalue": _text(error),
                "where": _where(error),
            }, []
        finally:
            pyplot = sys.modules.get("matplotlib.pyplot")
            if pyplot is not None:
                pyplot.close("all")


# What a reply keeps of ipykernel's.
REPLIED = ("status", "line", "left_out", "unmade", "leaves")


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


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


def make_kernel(namespace: dict[str, Any], home: str) -> StudentKernel:
    """Make a kernel, once, in the process that all kernels are forked from.

    Parameters
    ----------
    namespace : dict
        The notebook's variables.
    home : str
        Folder for IPython's files.
    """
    # Have figures shown in the notebook from now on.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    config = Config()
    config.IPKernelApp.ipython_dir = home
    config.IPKernelApp.kernel_class = StudentKernel
    config.IPKernelApp.quiet = True
    config.IPKernelApp.log_level = "CRITICAL"
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    # Its initialisation, which would open sockets and start threads, is left out.
    app: Any = IPKernelApp.instance(config=config)
    app.init_profile_dir()
    kernel = StudentKernel.instance(
        parent=app,
        session=FrameSession(parent=app),
        profile_dir=app.profile_dir,
        log=app.log,
        user_ns=namespace,
    )
    app.kernel, app.shell = kernel, kernel.shell
    return kernel


def run_kernel(kernel: StudentKernel, home: str, channel: socket.socket) -> None:
    """Be the kernel of one notebook until the process ends.

    Parameters
    ----------
    kernel : StudentKernel
        Made before this process was forked.
    home : str
        Folder that it may write to.
    channel : socket
        Where requests come from.
    """
    work = os.path.join(home, "work")
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    for name in ("HOME", "TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        os.environ[name] = home
    # As in Jupyter: a module that a cell writes can be imported. The folder is empty so far.
    sys.path.insert(0, "")
    compute_here()
    quiet_fetchers()
    # The same even if a cell of the stem has loaded another backend.
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.switch_backend(os.environ["MPLBACKEND"])
    kernel.serve(channel)
