"""A student's kernel, seen from outside: start it, run cells, ask probes, end it."""

import contextlib
import os
import secrets
import select
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any, TypeAlias

import zmq
from jupyter_client.session import Session

from nmautils.grading.model.limits import (
    ERROR_CHARACTERS,
    ERROR_LINE_CHARACTERS,
    KERNEL_ANSWER_SECONDS,
    KERNEL_MESSAGE_BYTES,
    KERNEL_MESSAGES_WAITING,
    KERNEL_START_SECONDS,
    PROBE_SEND_SECONDS,
    Limits,
)
from nmautils.grading.run.sandbox.walls import DEFAULT_WALLS, walls_named

from .cell_outputs import CellOutputs
from .forkserver_client import ForkServer
from .left_out import LeftOut, read_left_out
from .values import BadValue, decode, encode, name_of_class
from .wire import PROBE, BadFrame, Message, pack_frame, read_frame

__all__ = ["CellRun", "Kernel", "ProbeFailed", "ProbeTooSlow", "StudentError"]

Channel: TypeAlias = zmq.Socket[bytes]


class StudentError(Exception):
    """An error in the student's code, raised as a subclass with the name of that error.

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
        What it showed, as the kernel sent it: made by a stranger, bounded in size.
    cut : bool
        Whether some of it was left out.
    seconds : float
        Wall time.
    line : int
        The line of the cell at which it stopped with an error, as the kernel says; 0 if unknown.
    left_out : tuple of LeftOut
        Lines that were left out, as the kernel says.
    leaves : bool
        Whether something of it goes on running, as the kernel says.
    """

    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    cut: bool = False
    seconds: float = 0.0
    line: int = 0
    left_out: tuple[LeftOut, ...] = ()
    leaves: bool = False


class Kernel:
    """One student's process, and the only way to talk to it.

    It begins to start when it is made; `wait_until_ready` before the first cell.

    Parameters
    ----------
    forkserver : ForkServer
        Where it is forked.
    stem : str or None
        The stem to fork, by its name; None forks the forkserver itself.
    seed : int
        Of the generators in the kernel.
    limits : Limits
        What the submission may use.
    walls : str
        What confines it, by name: see `nmautils.grading.run.sandbox.walls`.
    """

    def __init__(
        self,
        forkserver: ForkServer,
        stem: str | None,
        seed: int,
        limits: Limits,
        walls: str = DEFAULT_WALLS,
    ) -> None:
        self.limits = limits
        self.alive, self.ready = True, False
        self._stack = contextlib.ExitStack()
        try:
            self._start(forkserver, stem, seed, walls)
        except BaseException:
            self.close()
            raise

    def _start(self, forkserver: ForkServer, stem: str | None, seed: int, walls: str) -> None:
        confinement = self._stack.enter_context(walls_named(walls).open(self.limits))
        self._calls, calls = socket.socketpair()
        self._stack.callback(self._calls.close)
        self._calling = False
        held, self._leash = os.pipe()
        self._life, life = os.pipe()
        self._stack.callback(os.close, self._life)
        self._stack.callback(os.close, self._leash)
        self._sockets, self._key = confinement.sockets, secrets.token_hex()
        try:
            forkserver.fork(
                stem,
                {
                    "limits": asdict(self.limits),
                    "walls": walls,
                    "place": asdict(confinement.place),
                    "key": self._key,
                    "seed": seed % 2**32,
                },
                [held, life, calls.fileno(), *confinement.namespaces],
            )
        finally:
            os.close(held)
            os.close(life)
            calls.close()

    def wait_until_ready(self) -> None:
        """Connect, once, before a line of the student's has run.

        Raises
        ------
        RuntimeError
            If the process did not start.
        """
        ready, _, _ = select.select([self._life], [], [], KERNEL_START_SECONDS)
        if not ready or os.read(self._life, 1) != b"r":
            raise RuntimeError("a student's kernel did not start")
        self._session = Session(key=self._key.encode())
        context = self._stack.enter_context(zmq.Context())
        self._shell = self._connect(context, zmq.DEALER, 1)
        self._iopub = self._connect(context, zmq.SUB, 2)
        self._control = self._connect(context, zmq.DEALER, 4)
        self._iopub.setsockopt(zmq.SUBSCRIBE, b"")
        # Once a first message has come there, none that is published later is missed.
        deadline = monotonic() + KERNEL_ANSWER_SECONDS
        while not self._iopub.poll(20):
            self._session.send(self._shell, "kernel_info_request", {})
            if monotonic() > deadline:
                raise RuntimeError("a student's kernel did not answer")
        self.ready = True

    def _connect(self, context: zmq.Context[zmq.Socket[bytes]], kind: int, port: int) -> Channel:
        channel = context.socket(kind)
        self._stack.callback(channel.close, 0)
        channel.setsockopt(zmq.LINGER, 0)
        channel.setsockopt(zmq.MAXMSGSIZE, KERNEL_MESSAGE_BYTES)
        channel.setsockopt(zmq.RECONNECT_IVL, -1)
        channel.setsockopt(zmq.SNDTIMEO, 2000)
        channel.setsockopt(zmq.RCVHWM, KERNEL_MESSAGES_WAITING)
        channel.connect(f"ipc://{self._sockets}/k-{port}")
        return channel

    def execute(self, source: str, seconds: float) -> CellRun:
        """Run a cell; if it takes longer than `seconds`, interrupt it."""
        started = monotonic()
        if self._calling:
            self._calling = False
            self._call({})
        wanted = self._send(
            "execute_request",
            {"code": source, "silent": False, "store_history": True, "allow_stdin": False},
        )
        shown = CellOutputs(wanted)
        status, reply = self._reply(wanted, seconds, shown)
        if reply is not None:
            self._drain(shown)
            if status == "ok" and reply.get("status") != "ok":
                status = "error"
        said = reply or {}
        line = said.get("line")
        line = line if type(line) is int and 0 < line < 10**6 else 0
        left, leaves = read_left_out(said.get("left_out")), said.get("leaves") is True
        return CellRun(status, shown.outputs, shown.cut, monotonic() - started, line, left, leaves)

    def ask(
        self,
        source: str,
        name: str,
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        seconds: float,
    ) -> Any:
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
        answer, came = self._answer(seconds)
        try:
            if answer.get("status") == "ok":
                return decode(answer.get("value", ""), came)
        except BadValue as error:
            raise ProbeFailed(f"What your code gave back cannot be read: {error}.") from None
        raise _student_error(answer)

    def _call(self, request: Message, buffers: Sequence[bytes] = ()) -> None:
        """Send a call; a process that does not take it counts as dead."""
        try:
            self._calls.settimeout(PROBE_SEND_SECONDS)
            self._calls.sendall(pack_frame(request, buffers))
        except OSError:
            self.kill()

    def _answer(self, seconds: float) -> tuple[Message, list[bytearray]]:
        """Wait for the answer to a call; interrupt, and in the end kill, what takes too long."""
        slow, ended = False, "died"
        deadline = monotonic() + seconds

        def receive(most: int) -> bytes:
            nonlocal deadline, ended, slow
            while self.alive:
                left = deadline - monotonic()
                if left <= 0:
                    if slow:
                        self.kill()
                        break
                    slow = True
                    self._send("interrupt_request", {}, channel=self._control)
                    deadline = monotonic() + self.limits.grace_seconds
                elif select.select([self._calls.fileno(), self._life], [], [], left)[0]:
                    if part := self._receive_part(most):
                        return part
                    ended = self._end()
            return b""

        frame = None
        with contextlib.suppress(EOFError):
            try:
                frame = read_frame(receive, PROBE)
            except BadFrame as error:
                # Nobody can say where in the stream the next answer would start.
                self.kill()
                raise ProbeFailed(f"What your code gave back cannot be read: {error}.") from None
        if slow:
            raise ProbeTooSlow(
                f"Your code took longer than {seconds:g} seconds and was stopped. Is there a loop "
                "that never ends?"
            )
        if ended == "memory":
            raise ProbeFailed("Your code needed too much memory and was stopped.")
        if frame is None:
            self.kill()
            raise ProbeFailed("The Python process has ended while your code was running.")
        return frame

    def _receive_part(self, most: int) -> bytes:
        """Take what is there of an answer; nothing if the process has ended."""
        try:
            return self._calls.recv(most, socket.MSG_DONTWAIT)
        except OSError:
            return b""

    def _send(
        self,
        kind: str,
        content: dict[str, Any],
        channel: Channel | None = None,
    ) -> str:
        """Send a request and return its id; a process that no longer listens counts as dead."""
        message = self._session.msg(kind, content)
        if self.alive:
            try:
                self._session.send(channel or self._shell, message)
            except zmq.ZMQError:
                self.kill()
        return str(message["header"]["msg_id"])

    def _reply(
        self, wanted: str, seconds: float, shown: CellOutputs
    ) -> tuple[str, dict[str, Any] | None]:
        """Wait for the reply to a request; interrupt, and in the end kill, what takes too long.

        Returns
        -------
        status : str
            As in `CellRun`.
        reply : dict or None
            None if there was none.
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
                deadline = monotonic() + self.limits.grace_seconds
                continue
            happened = dict(poller.poll(int(left * 1000)))
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

    def _drain(self, shown: CellOutputs) -> None:
        """Read what a cell has published, up to its last message."""
        deadline = monotonic() + 1
        while not shown.idle and not shown.flooded and (left := deadline - monotonic()) > 0:
            if self._iopub.poll(int(left * 1000)) and (message := self._receive(self._iopub)):
                shown.take(message)

    def _receive(self, channel: Channel) -> dict[str, Any] | None:
        """Read a message; None if it is not one of this kernel's."""
        try:
            came = channel.recv_multipart(zmq.NOBLOCK, copy=True)
            _, parts = self._session.feed_identities(came)
            message = self._session.deserialize(parts)
        except Exception:  # whatever a stranger's bytes do to the parser
            return None
        good = all(isinstance(message.get(k), dict) for k in ("content", "parent_header"))
        return message if good and isinstance(message.get("msg_type"), str) else None

    def _end(self) -> str:
        """Say why the process has ended, and end what it has left."""
        # A socket of the process may close a moment before the reason can be read here.
        reason = select.select([self._life], [], [], 1)[0] and os.read(self._life, 1)
        self.kill()
        return "memory" if reason == b"m" else "died"

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


def _student_error(reply: Message) -> StudentError:
    name = name_of_class(reply.get("ename"), "Error")
    kind: type[StudentError] = type(name, (StudentError,), {})
    error = kind(str(reply.get("evalue", ""))[:ERROR_CHARACTERS])
    error.where = str(reply.get("where", ""))[:ERROR_LINE_CHARACTERS]
    return error
