"""A student's kernel, seen from the judge's process: run cells, ask probes, stop what is slow."""

import math
import os
import select
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from nmautils.checks import CellError
from nmautils.checks.answer import at_line
from nmautils.grading.model.limits import (
    ANSWER_BYTES,
    ANSWER_TIMES,
    ERROR_CHARACTERS,
    ERROR_LINE_CHARACTERS,
    KERNEL_START_SECONDS,
    PROBE_SEND_SECONDS,
    Limits,
)

from .cell_outputs import CellOutputs
from .left_out import LeftOut, read_left_out
from .values import BadValue, decode, encode, name_of_class
from .wire import (
    ANSWER,
    INTERRUPT,
    OUTPUT,
    SECONDS,
    TOO_MUCH_MEMORY,
    TOO_MUCH_TIME,
    BadFrame,
    Bounds,
    Message,
    pack_frame,
    read_frame,
)

__all__ = ["CellRun", "Kernel", "MissingThere", "ProbeFailed", "ProbeTooSlow", "StudentError"]

TOO_LARGE = "What your code gave back is too large."


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


class MissingThere(ProbeFailed):
    """The student's code needs what is not there where it is graded."""


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
    unmade : tuple of LeftOut
        What it did not make for want of a module that it went on without, as the kernel says.
    waited : float
        After how many seconds by the clock it was stopped, if it had not computed for its time.
    """

    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    cut: bool = False
    seconds: float = 0.0
    line: int = 0
    left_out: tuple[LeftOut, ...] = ()
    leaves: bool = False
    unmade: tuple[LeftOut, ...] = ()
    waited: float = 0.0

    def error_in(self, source: str) -> CellError | None:
        """Give what the cell of this source ended with, as far as it was shown."""
        for output in self.outputs:
            if output["output_type"] == "error":
                return at_line(CellError(output["ename"], output["evalue"], self.line), source)
        return None


class Kernel:
    """One student's process, and the only way to talk to it.

    Parameters
    ----------
    calls : socket
        Requests go there, and everything that the process says comes from there.
    keeper : socket
        To the process that keeps it inside its limits; closing it ends the kernel.
    life : int
        Descriptor from which that process says that it is over.
    limits : Limits
        What the submission may use.
    end : callable, optional
        Called once, when the kernel is given up.

    Attributes
    ----------
    alive : bool
        Whether it can be asked.
    spent : float
        Processor time that it had used when it answered last, as it says.
    """

    def __init__(
        self,
        calls: socket.socket,
        keeper: socket.socket,
        life: int,
        limits: Limits,
        end: Callable[[], None] | None = None,
    ) -> None:
        self.limits = limits
        self.alive = True
        self.spent = 0.0
        self._calls, self._keeper, self._life, self._at_end = calls, keeper, life, end

    def begin(self, seed: int) -> None:
        """Wait until it is ready, and seed its generators.

        Raises
        ------
        RuntimeError
            If the process did not start.
        """
        talk = _Talk(self, KERNEL_START_SECONDS)
        try:
            message, _ = read_frame(talk.receive, OUTPUT)
        except (BadFrame, EOFError):
            message = {}
        if message.get("kind") != "ready":
            self.close()
            raise RuntimeError("a student's kernel did not start")
        self._send({"do": "begin", "seed": seed % 2**32})

    def execute(self, source: str, seconds: float, *, whole: bool = False) -> CellRun:
        """Run a cell; if it takes longer than `seconds`, interrupt it.

        Nothing of it is left out, see `nmautils.grading.run.statements`, if it is to run `whole`.
        """
        started = monotonic()
        shown = CellOutputs()
        talk = _Talk(self, seconds)
        self._send({"do": "cell", "source": source, "whole": whole})
        reply: Message = {}
        try:
            message, _ = self._hear(talk, shown, "reply", OUTPUT)
            reply = message.get("content", {})
        except (BadFrame, EOFError):
            self.kill()
        reply = reply if isinstance(reply, dict) else {}
        status = talk.status if talk.status != "ok" or reply else "died"
        if status == "ok" and reply.get("status") != "ok":
            status = "error"
        line = reply.get("line")
        line = line if type(line) is int and 0 < line < 10**6 else 0
        left, leaves = read_left_out(reply.get("left_out")), reply.get("leaves") is True
        unmade, spent = read_left_out(reply.get("unmade")), monotonic() - started
        return CellRun(
            status, shown.outputs, shown.cut, spent, line, left, leaves, unmade, talk.waited
        )

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
            Time it may take.

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
        talk = _Talk(self, seconds)
        # What comes back is about as large as what was asked about.
        most = max(ANSWER_BYTES, ANSWER_TIMES * sum(map(len, buffers)))
        bounds = replace(ANSWER, buffer_bytes=min(most, ANSWER.buffer_bytes))
        call = {"source": source, "name": name, "arguments": text, "most": bounds.buffer_bytes}
        self._send({"do": "call", **call}, buffers)
        unreadable = None
        try:
            answer, came = self._hear(talk, CellOutputs(), "answer", bounds)
        except EOFError:
            answer, came = {}, []
            self.kill()
        except BadFrame as error:
            # Nobody can say where in the stream the next answer would start.
            unreadable = error
            self.kill()
        if talk.slow:
            raise ProbeTooSlow(
                f"Your code took longer than {seconds:g} seconds and was stopped. Is there a loop "
                "that never ends?"
            )
        if talk.status == "memory":
            raise ProbeFailed("Your code needed too much memory and was stopped.")
        try:
            if unreadable:
                raise unreadable
            if answer.get("status") == "ok":
                return decode(answer.get("value", ""), came)
        except (BadFrame, BadValue) as error:
            raise ProbeFailed(f"What your code gave back cannot be read: {error}.") from None
        except MemoryError:
            raise ProbeFailed(TOO_LARGE) from None
        if not self.alive:
            raise ProbeFailed("The Python process has ended while your code was running.")
        if answer.get("status") == "large":
            raise ProbeFailed(TOO_LARGE)
        raise _student_error(answer)

    def _hear(
        self, talk: "_Talk", shown: CellOutputs, kind: str, bounds: Bounds
    ) -> tuple[Message, list[bytearray]]:
        """Read frames up to the one that is waited for, and keep what is shown before it."""
        while True:
            message, buffers = read_frame(talk.receive, bounds)
            if message.get("kind") == kind:
                # If this is no true word, the clock's limit holds all the same.
                spent = message.get("spent")
                self.spent = spent if isinstance(spent, float) else self.spent
                return message, buffers
            shown.take(message)
            if shown.flooded:
                talk.hurry()

    def _send(self, request: Message, buffers: Sequence[bytes] = ()) -> None:
        """Send a request; a process that does not take it counts as dead."""
        try:
            self._calls.settimeout(PROBE_SEND_SECONDS)
            self._calls.sendall(pack_frame(request, buffers))
        except OSError:
            self.kill()

    def tell(self, command: bytes) -> None:
        """Tell the keeper one of its commands."""
        try:
            self._keeper.sendall(command)
        except OSError:
            self.kill()

    def processor_seconds(self) -> float:
        """Processor time that everything in the sandbox has used so far."""
        self.tell(SECONDS)
        try:
            self._keeper.settimeout(PROBE_SEND_SECONDS)
            return float(struct.unpack("d", self._keeper.recv(8, socket.MSG_WAITALL))[0])
        except (OSError, struct.error):
            return math.inf

    def receive(self, most: int, seconds: float) -> bytes | None:
        """Take what has come; nothing at the end, None if nothing came in time."""
        watched = [self._calls.fileno(), self._life]
        if not select.select(watched, [], [], max(0.0, seconds))[0]:
            return None
        try:
            return self._calls.recv(most, socket.MSG_DONTWAIT)
        except OSError:
            return b""

    def why_it_ended(self) -> str:
        """Say why the process has ended: ``"memory"``, ``"time-out"`` or ``"died"``."""
        # A socket of the process may close a moment before the reason can be read here.
        reason = select.select([self._life], [], [], 1)[0] and os.read(self._life, 1)
        return {TOO_MUCH_MEMORY: "memory", TOO_MUCH_TIME: "time-out"}.get(reason or b"", "died")

    def kill(self) -> None:
        """End the process and everything it has started."""
        if self.alive:
            self.alive = False
            self._keeper.close()
            self._calls.close()
            os.close(self._life)
            if self._at_end:
                self._at_end()

    close = kill


class _Talk:
    """What one request to a kernel may take, and how it goes.

    Processor time counts, so that a busy machine costs nobody points. Wall time is a second and
    generous limit, for what waits and does nothing.

    Attributes
    ----------
    status : str
        ``"ok"``, ``"time-out"``, ``"memory"`` or ``"died"``.
    slow : bool
        Whether it ran into its time.
    waited : float
        For how many seconds, if it was the clock's and it had computed less than it might.
    """

    def __init__(self, kernel: Kernel, seconds: float) -> None:
        self._kernel, self._seconds = kernel, seconds
        self.status, self.slow, self.waited = "ok", False, 0.0
        now = monotonic()
        self._begun = now
        self._look, self._last = now + seconds, now + seconds * kernel.limits.patience

    def receive(self, most: int) -> bytes:
        """Wait for bytes; interrupt, and in the end kill, what takes too long."""
        kernel = self._kernel
        while kernel.alive:
            left = self._look - monotonic()
            if left > 0:
                part = kernel.receive(most, left)
                if part:
                    return part
                if part is not None:
                    ended = kernel.why_it_ended()
                    self.status = ended if self.status == "ok" else self.status
                    kernel.kill()
            elif self.slow:
                kernel.kill()
            else:
                self._reckon()
        return b""

    def _reckon(self) -> None:
        """Give more wall time to what had less of the processor, and interrupt the rest."""
        now = monotonic()
        missing = self._seconds + self._kernel.spent - self._kernel.processor_seconds()
        if missing > 0 and now < self._last:
            self._look = min(now + max(missing, 0.05), self._last)
        else:
            self.waited = self._last - self._begun if missing > 0 else 0.0
            self.hurry()

    def hurry(self) -> None:
        """Interrupt it, and give it a moment to answer."""
        if not self.slow:
            self.slow, self.status = True, "time-out"
            self._kernel.tell(INTERRUPT)
            self._look = monotonic() + self._kernel.limits.grace_seconds


def _student_error(reply: Message) -> StudentError:
    name = name_of_class(reply.get("ename"), "Error")
    kind: type[StudentError] = type(name, (StudentError,), {})
    error = kind(str(reply.get("evalue", ""))[:ERROR_CHARACTERS])
    error.where = str(reply.get("where", ""))[:ERROR_LINE_CHARACTERS]
    return error
