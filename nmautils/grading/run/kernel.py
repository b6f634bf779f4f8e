"""A student's kernel, seen from outside: start it, run cells, ask probes, end it."""

import contextlib
import json
import os
import secrets
import select
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

import zmq
from jupyter_client.session import Session

from nmautils.grading.run.sandbox.bubblewrap import SOCKETS_INSIDE, Limits, Sandbox

from . import forkserver as nursery
from .values import BadValue, decode, encode, name_of_class, read_frame, write_frame

__all__ = ["CellRun", "Kernel", "Nursery", "ProbeFailed", "ProbeTooSlow", "StudentError"]

# Of one message, the largest honest ones hold a figure; and how many wait to be read.
MESSAGE, WAITING = 64 << 20, 50
# Of all messages that one cell may publish before it is stopped.
FLOOD_BYTES, FLOOD_MESSAGES = 40 << 20, 20_000

ENVIRONMENT = {
    **nursery.ENVIRONMENT,
    "PATH": "/usr/bin:/bin",
    "USER": "student",
    "LOGNAME": "student",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "NBGRADER_EXECUTION": "autograde",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class StudentError(Exception):
    """An error that the student's code raised; the class actually raised bears its name.

    Attributes
    ----------
    where : str
        The line of the student's that raised it, or nothing.
    """

    where = ""


class ProbeFailed(StudentError):
    """The student's process gave no usable answer: too slow, gone, or not plain data."""


class ProbeTooSlow(ProbeFailed):
    """No answer came in time."""


@dataclass
class CellRun:
    """How one cell went.

    Parameters
    ----------
    status : str
        ``"ok"``, ``"error"``, ``"time-out"``, ``"memory"`` or ``"died"``.
    outputs : list of dict
        What it showed, as the kernel said it: a stranger's word, bounded in size.
    cut : bool
        Whether some of it was left out.
    seconds : float
        Wall time.
    """

    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    cut: bool = False
    seconds: float = 0.0


class Nursery:
    """The warm parent of kernels; see `nmautils.grading.run.forkserver`."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._home = tempfile.TemporaryDirectory(prefix="nma-")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", nursery.__name__],
                stdin=theirs,
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
            nursery.receive(self._control)
        except (EOFError, OSError):
            raise RuntimeError(
                "the warm parent of the kernels did not start; to see why: "
                f"{sys.executable} -I -m {nursery.__name__} </dev/null"
            ) from None

    def stem(self, name: str, cells: list[str]) -> bool:
        """Prepare kernels that have run `cells`; False if the cells do not run as plain Python."""
        if name not in self._stems:
            ours, theirs = socket.socketpair()
            with theirs:
                nursery.send(self._control, {"do": "stem", "cells": cells}, [theirs.fileno()])
            try:
                problem = nursery.receive(ours)[0]["problem"]
            except EOFError:
                problem = "it ended"
            self._stems[name] = None if problem else ours
        return self._stems[name] is not None

    def fork(self, stem: str | None, request: dict[str, Any], descriptors: list[int]) -> None:
        """Fork a kernel, from a stem or from the warm parent itself."""
        control = self._control if stem is None else self._stems[stem]
        nursery.send(control, {"do": "kernel", **request}, descriptors)

    def close(self) -> None:
        """End it; kernels that run end with their own leash."""
        for control in [self._control, *filter(None, self._stems.values())]:
            control.close()
        self._process.kill()
        self._process.wait()
        self._home.cleanup()


class Kernel:
    """One student's process, and the only way to talk to it.

    It begins to start when it is made; `wait_until_ready` before the first cell.

    Parameters
    ----------
    parent : Nursery
        Where to fork it from.
    stem : str or None
        Which stem of it.
    seed : int
        Of the generators in the kernel.
    limits : Limits
        See there.
    sandboxed : bool
        False runs it with the grader's own rights.
    """

    def __init__(
        self,
        parent: Nursery,
        stem: str | None,
        seed: int,
        limits: Limits,
        sandboxed: bool = True,
    ) -> None:
        self.limits = limits
        self.alive, self.ready = True, False
        self._stack = contextlib.ExitStack()
        try:
            self._start(parent, stem, seed, sandboxed)
        except BaseException:
            self.close()
            raise

    def _start(self, parent: Nursery, stem: str | None, seed: int, sandboxed: bool) -> None:
        if sandboxed:
            sandbox = self._stack.enter_context(Sandbox(self.limits))
            sockets, inside = sandbox.sockets, SOCKETS_INSIDE
            namespaces, user = sandbox.namespaces, sandbox.user
        else:
            # Not in TMPDIR: names of sockets are limited to 107 bytes.
            folder = tempfile.TemporaryDirectory(
                prefix="nma-", dir="/tmp", ignore_cleanup_errors=True
            )
            sockets = inside = self._stack.enter_context(folder)
            namespaces, user = [], None
        self._calls, calls = socket.socketpair()
        self._stack.callback(self._calls.close)
        self._calling = False
        held, self._leash = os.pipe()
        self._life, life = os.pipe()
        self._stack.callback(os.close, self._life)
        self._stack.callback(os.close, self._leash)
        self._sockets, self._key = sockets, secrets.token_hex()
        try:
            parent.fork(
                stem,
                {
                    "limits": asdict(self.limits),
                    "confined": sandboxed,
                    "user": user,
                    "sockets": inside,
                    "key": self._key,
                    "seed": seed % 2**32,
                },
                [held, life, calls.fileno(), *namespaces],
            )
        finally:
            os.close(held)
            os.close(life)
            calls.close()

    def wait_until_ready(self) -> None:
        """Connect, before a line of the student's has run, and never again afterwards.

        Raises
        ------
        RuntimeError
            If the process did not start.
        """
        ready, _, _ = select.select([self._life], [], [], 60)
        if not ready or os.read(self._life, 1) != b"r":
            raise RuntimeError("a student's kernel did not start")
        self._session = Session(key=self._key.encode())
        context = self._stack.enter_context(zmq.Context())
        for name, port, kind in (
            ("_shell", 1, zmq.DEALER),
            ("_iopub", 2, zmq.SUB),
            ("_control", 4, zmq.DEALER),
        ):
            channel = context.socket(kind)
            self._stack.callback(channel.close, 0)
            channel.setsockopt(zmq.LINGER, 0)
            channel.setsockopt(zmq.MAXMSGSIZE, MESSAGE)
            channel.setsockopt(zmq.RECONNECT_IVL, -1)
            channel.setsockopt(zmq.SNDTIMEO, 2000)
            channel.setsockopt(zmq.RCVHWM, WAITING)
            channel.connect(f"ipc://{self._sockets}/k-{port}")
            setattr(self, name, channel)
        self._iopub.setsockopt(zmq.SUBSCRIBE, b"")
        # Once something was heard there, nothing that is published later is missed.
        deadline = monotonic() + 30
        while not self._iopub.poll(20):
            self._session.send(self._shell, "kernel_info_request", {})
            if monotonic() > deadline:
                raise RuntimeError("a student's kernel did not answer")
        self.ready = True

    def execute(self, source: str, seconds: float) -> CellRun:
        """Run a cell; if it takes longer than `seconds`, interrupt it."""
        started = monotonic()
        if self._calling:
            self._calling = False
            self._call({}, [])
        wanted = self._send(
            "execute_request",
            {"code": source, "silent": False, "store_history": True, "allow_stdin": False},
        )
        shown = _Shown(wanted, self.limits)
        status, reply = self._reply(wanted, seconds, shown)
        if reply is not None:
            self._drain(shown)
            if status == "ok" and reply.get("status") != "ok":
                status = "error"
        return CellRun(status, shown.outputs, shown.cut, monotonic() - started)

    def ask(self, source: str, name: str, arguments: tuple, named: dict, seconds: float) -> Any:
        """Call a probe in the student's process.

        Parameters
        ----------
        source, name : str
            The function and what it is called.
        arguments, named
            Plain data.
        seconds : float
            Wall time it may take.

        Returns
        -------
        object
            Plain data.

        Raises
        ------
        StudentError
            Of a class with the name of the error that the student's code raised.
        ProbeFailed
            If no usable answer came.
        """
        text, buffers = encode((arguments, named))
        if not self._calling:
            self._send("probe_session", {})
            self._calling = True
        self._call({"source": source, "name": name, "arguments": text}, buffers)
        answer, buffers = self._answer(seconds)
        try:
            if answer.get("status") == "ok":
                return decode(answer.get("value"), buffers)
        except BadValue as error:
            raise ProbeFailed(f"What your code gave back cannot be read: {error}.") from None
        raise _student_error(answer)

    def _call(self, request: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a call; a process that does not take it is taken for dead."""
        try:
            self._calls.settimeout(5)
            self._calls.sendall(write_frame(json.dumps(request), buffers))
        except OSError:
            self.kill()

    def _answer(self, seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        """Wait for the answer to a call; interrupt, and in the end kill, what takes too long."""
        slow, ended = False, "died"
        deadline = monotonic() + seconds

        def read(size: int) -> bytes:
            nonlocal deadline, ended, slow
            raw = bytearray()
            while len(raw) < size:
                if not self.alive:
                    raise EOFError
                left = deadline - monotonic()
                if left <= 0:
                    if slow:
                        self.kill()
                    slow = True
                    self._send("interrupt_request", {}, channel=self._control)
                    deadline = monotonic() + self.limits.grace
                elif select.select([self._calls, self._life], [], [], left)[0]:
                    part = self._receive_part(size - len(raw))
                    if not part:
                        ended = self._end()
                    raw += part
            return bytes(raw)

        try:
            text, buffers = read_frame(read)
            answer = json.loads(text)
        except EOFError:
            answer = None
        except (BadValue, ValueError, RecursionError) as error:
            # What follows in the stream cannot be told apart from what should have come.
            self.kill()
            raise ProbeFailed(f"What your code gave back cannot be read: {error}.") from None
        if slow:
            raise ProbeTooSlow(
                f"Your code took longer than {seconds:g} seconds and was stopped. Is there a loop "
                "that never ends?"
            )
        if ended == "memory":
            raise ProbeFailed("Your code needed too much memory and was stopped.")
        if not isinstance(answer, dict):
            self.kill()
            raise ProbeFailed("The Python process has ended while your code was running.")
        return answer, buffers

    def _receive_part(self, size: int) -> bytes:
        """Take what is there of an answer; nothing if the process has ended."""
        try:
            return self._calls.recv(min(size, 1 << 20), socket.MSG_DONTWAIT)
        except OSError:
            return b""

    def _send(
        self,
        kind: str,
        content: dict[str, Any],
        channel: zmq.Socket | None = None,
    ) -> str:
        """Send a request, give its id; a process that no longer listens is taken for dead."""
        message = self._session.msg(kind, content)
        if self.alive:
            try:
                self._session.send(channel or self._shell, message)
            except zmq.ZMQError:
                self.kill()
        return message["header"]["msg_id"]

    def _reply(
        self, wanted: str, seconds: float, shown: "_Shown"
    ) -> tuple[str, dict[str, Any] | None]:
        """Wait for the reply to a request; interrupt, and in the end kill, what takes too long.

        Gives what became of it, and the reply if there is one.
        """
        status = "ok"
        poller = zmq.Poller()
        for channel in (self._shell, self._iopub, self._life):
            poller.register(channel, zmq.POLLIN)
        deadline = monotonic() + seconds
        while self.alive:
            left = deadline - monotonic()
            if left <= 0 or (shown.flooded and status == "ok"):
                if status != "ok":
                    self.kill()
                    return status, None
                status = "time-out"
                self._send("interrupt_request", {}, channel=self._control)
                deadline = monotonic() + self.limits.grace
                continue
            happened = dict(poller.poll(left * 1000))
            if self._iopub in happened and (message := self._receive(self._iopub)):
                shown.take(message)
            if self._shell in happened:
                message = self._receive(self._shell)
                if message and message["parent_header"].get("msg_id") == wanted:
                    return status, message["content"]
            elif self._life in happened and self._iopub not in happened:
                ended = self._end()
                status = ended if status == "ok" else status
        return ("died" if status == "ok" else status), None

    def _drain(self, shown: "_Shown") -> None:
        """Read what a cell has published, up to its last message."""
        deadline = monotonic() + 1
        while not shown.idle and not shown.flooded and (left := deadline - monotonic()) > 0:
            if self._iopub.poll(left * 1000) and (message := self._receive(self._iopub)):
                shown.take(message)

    def _receive(self, channel: zmq.Socket) -> dict[str, Any] | None:
        """Read a message; what is no message of this kernel's is left out."""
        try:
            parts = channel.recv_multipart(zmq.NOBLOCK, copy=True)
            _, parts = self._session.feed_identities(parts)
            message = self._session.deserialize(parts)
        except Exception:  # whatever a stranger's bytes do to the parser
            return None
        good = all(isinstance(message.get(k), dict) for k in ("content", "parent_header"))
        return message if good and isinstance(message.get("msg_type"), str) else None

    def _end(self) -> str:
        """Say why the process has ended, and end what it has left."""
        # Nothing may be there yet, if it is the other end of a socket that was closed.
        told = select.select([self._life], [], [], 1)[0] and os.read(self._life, 1)
        self.kill()
        return "memory" if told == b"m" else "died"

    def kill(self) -> None:
        """End the process and everything it has started."""
        self.alive = False
        self._stack.close()

    close = kill

    def __enter__(self) -> "Kernel":
        try:
            self.wait_until_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Shown:
    """What is kept of all that a cell publishes.

    Attributes
    ----------
    outputs : list of dict
        As in a notebook.
    cut : bool
        Whether something had to be left out.
    idle : bool
        Whether the cell's last message has come.
    """

    def __init__(self, wanted: str, limits: Limits) -> None:
        self._wanted = wanted
        self._characters, self._pictures = limits.printed, limits.pictures
        self._bytes, self._messages = FLOOD_BYTES, FLOOD_MESSAGES
        self.outputs: list[dict[str, Any]] = []
        self.cut = self.idle = False

    @property
    def flooded(self) -> bool:
        """Whether so much came, kept or not, that the cell is to be stopped."""
        return self._bytes < 0 or self._messages < 0

    def take(self, message: dict[str, Any]) -> None:
        """Keep what a message shows, as far as there is room."""
        content = message["content"]
        self._messages -= 1
        self._bytes -= len(str(content))
        if message["parent_header"].get("msg_id") != self._wanted:
            return
        match message["msg_type"]:
            case "stream":
                self._take_text(content.get("text"), content.get("name"))
            case "status":
                self.idle = content.get("execution_state") == "idle"
            case "display_data" | "execute_result":
                self._take_data(content.get("data"))
            case "error":
                self.outputs.append(
                    {
                        "output_type": "error",
                        "ename": name_of_class(content.get("ename"), "Error"),
                        "evalue": str(content.get("evalue", ""))[:2000],
                        "traceback": self._lines(content.get("traceback")),
                    }
                )

    def _take_text(self, text: Any, name: Any) -> None:
        name = "stderr" if name == "stderr" else "stdout"
        kept = self._fit_shown(text) if isinstance(text, str) else ""
        if kept and self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["text"] += kept
        elif kept:
            self.outputs.append({"output_type": "stream", "name": name, "text": kept})

    def _take_data(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        picture, text = data.get("image/png"), data.get("text/plain")
        kept: dict[str, str] = {}
        if isinstance(picture, str):
            if len(picture) <= self._pictures:
                kept["image/png"] = picture
                self._pictures -= len(picture)
            else:
                self.cut = True
        if isinstance(text, str):
            kept["text/plain"] = self._fit_shown(text)
        if kept:
            self.outputs.append({"output_type": "display_data", "data": kept, "metadata": {}})

    def _lines(self, traceback: Any) -> list[str]:
        lines = traceback[:100] if isinstance(traceback, list) else []
        return [self._fit(line) for line in lines if isinstance(line, str)]

    def _fit_shown(self, text: str) -> str:
        kept = self._fit(text)
        self.cut = self.cut or len(kept) < len(text)
        return kept

    def _fit(self, text: str) -> str:
        kept = text[: self._characters]
        self._characters -= len(kept)
        return kept


def _student_error(reply: dict[str, Any]) -> StudentError:
    name = name_of_class(reply.get("ename"), "Error")
    error = type(name, (StudentError,), {})(str(reply.get("evalue", ""))[:2000])
    error.where = str(reply.get("where", ""))[:500]
    return error
