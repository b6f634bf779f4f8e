"""A process that grades: ``python -I -m nmautils.grading.run.worker``, one submission at a time.

It keeps what is slow to start, torch and the forkserver of the kernels, and forks itself for each
submission. That fork gives up whatever it does not need before it sees a byte of the hand-in: what
a hand-in does to its memory, or to its patience, ends with it.
Requests come on standard input, answers go to standard output, as frames.
"""

import contextlib
import ctypes
import importlib
import os
import select
import signal
import socket
import sys
import tempfile
from dataclasses import replace
from functools import lru_cache
from time import monotonic
from typing import IO, TYPE_CHECKING, NoReturn

from nmautils.errors import SandboxMissing
from nmautils.grading.model import words
from nmautils.grading.model.limits import CONTROL_SEND_SECONDS, RESULT_SECONDS, Limits
from nmautils.grading.model.results import Submission
from nmautils.grading.run.sandbox.confined import confine_reader

from . import forkserver
from .forkserver import WARM_FOR_A_CLASS, close_all_but, settle, warm_up
from .forkserver_client import ForkServer
from .kernel import ProbeFailed
from .kernel_supply import KernelAsker, KernelSupply, Wanted
from .wire import RESULT, BadFrame, Message, pack_frame, read_frame

if TYPE_CHECKING:
    from nmautils.grading.model.assignment import Bundle

__all__ = ["main"]

# What test cells and the judge use; a fork must not spend its time on imports. Imported after the
# forkserver was forked: nothing that judges is in the memory of a student's process.
WARM = (
    "nmautils.checks.draw",
    "nmautils.grading.model.assignment",
    "nmautils.grading.run.inside_run",
)

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Warm up, then answer requests until standard input ends."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not end up between the answers.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    # Ctrl-C is for the main process, which lets a running submission end or closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    with tempfile.TemporaryDirectory(prefix="nma-", ignore_cleanup_errors=True) as home:
        os.environ.update(HOME=home, MPLCONFIGDIR=home)
        warm_up(forkserver.WARM)
        settle()
        server = ForkServer.fork_here(home, requests.fileno(), answers.fileno())
        for name in WARM:
            importlib.import_module(name)
        settle()
        _answer_requests(Desk(server, requests), server, requests, answers)


def _answer_requests(
    desk: "Desk", server: ForkServer, requests: IO[bytes], answers: IO[bytes]
) -> None:
    try:
        server.wait_until_warm()
        while True:
            try:
                request, buffers = read_frame(requests.read, RESULT)
            except EOFError:
                return
            os.environ["PATH"] = request["path"]
            answers.write(pack_frame(desk.answer(request, bytes(buffers[0]))))
            answers.flush()
            # While the answer is saved.
            desk.tidy()
    finally:
        desk.close()
        server.close()


class Desk:
    """Where submissions are graded one after another.

    Parameters
    ----------
    server : ForkServer
        Where kernels are forked.
    requests : file
        Where requests come from: its end ends what is being graded.
    """

    def __init__(self, server: ForkServer, requests: IO[bytes]) -> None:
        self._server, self._requests = server, requests
        self._supply = KernelSupply(server)
        self._request: Message = {}
        self._wanted: Wanted | None = None
        # The process that judges, and the socket to it.
        self._judging: tuple[int, socket.socket] | None = None

    def answer(self, request: Message, notebook: bytes) -> Message:
        """Grade a submission in a fork of this process."""
        submission = {name: request.pop(name) for name in ("student", "seed")}
        if self._wanted is None or request != self._request:
            self._request = request
            self._end_judging()
            try:
                self._get_ready()
            except SandboxMissing as error:
                self._wanted = None
                return {"no sandbox": str(error)}
        _, control = self._judging or self._fork()
        control.settimeout(CONTROL_SEND_SECONDS)
        with contextlib.suppress(OSError):  # that it has ended is seen below
            control.sendall(pack_frame(submission, [notebook]))
        return self._attend(control, Limits(**request["limits"]))

    def _get_ready(self) -> None:
        """Prepare for submissions like the one that is asked about."""
        request = self._request
        self._bundle, cells = _prepare(request["bundle"], request["full"], request["many"])
        self._server.modules = WARM_FOR_A_CLASS if request["many"] else ()
        if cells and not self._server.stem(cells):
            cells = ()
        self._wanted = Wanted(cells, Limits(**request["limits"]), request["walls"])
        self._supply.prepare(self._wanted)

    def _fork(self) -> tuple[int, socket.socket]:
        """Fork the process that will judge; it waits for the submission."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = os.fork()
            if process == 0:
                ours.close()
                stemmed = self._wanted is not None and bool(self._wanted.cells)
                _judge(theirs, self._request, self._bundle, stemmed)
        self._judging = process, ours
        return self._judging

    def _attend(self, judging: socket.socket, limits: Limits) -> Message:
        """Hand kernels to the process that judges until it has an answer.

        If the other side hangs up meanwhile, which is all it can do before it has the answer, that
        process is ended.
        """
        deadline = monotonic() + limits.clock_seconds + RESULT_SECONDS
        watched = [judging.fileno(), self._requests.fileno()]

        def receive(most: int) -> bytes:
            ready = select.select(watched, [], [], max(0.0, deadline - monotonic()))[0]
            return judging.recv(most) if judging.fileno() in ready else b""

        try:
            while True:
                message, _ = read_frame(receive, RESULT)
                if message.get("do") == "kernel":
                    wanted = self._wanted
                    assert wanted is not None
                    shared = int(message["shared"])
                    cells = wanted.cells[: max(0, shared)]
                    self._supply.hand_out(replace(wanted, cells=cells), judging)
                elif message.get("do") == "end":
                    self._supply.end()
                else:
                    return message
        except (BadFrame, EOFError, OSError, KeyError, TypeError, ValueError):
            if monotonic() > deadline:
                seconds = limits.clock_seconds + RESULT_SECONDS
                return {"failed": words.GRADING_TOO_LONG.format(seconds), "again": False}
            return {"failed": words.GRADING_ENDED}

    def tidy(self) -> None:
        """End what was left of the last submission, and prepare if more will follow."""
        self._end_judging()
        self._supply.end()
        if self._wanted is not None and self._request["many"]:
            with contextlib.suppress(SandboxMissing):  # the next submission will be told
                self._supply.prepare(self._wanted)
            self._fork()

    def _end_judging(self) -> None:
        if self._judging is not None:
            process, control = self._judging
            control.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            self._judging = None

    def close(self) -> None:
        """End everything."""
        self._end_judging()
        self._supply.close()


@lru_cache(maxsize=16)
def _prepare(text: str, full: bool, many: bool) -> tuple["Bundle", tuple[str, ...]]:
    """Read a bundle and its shared cells, and do all that its submissions have in common."""
    from nbformat.v4 import new_output

    from nmautils.grading.model.assignment import Bundle
    from nmautils.grading.repair.rebuild import rebuild
    from nmautils.grading.safe.markdown import clean_markdown

    from .judge import judge
    from .what_runs import shared_cells

    bundle = Bundle.from_json(text)
    release = bundle.notebook
    # So that the forks find everything parsed and imported, and the schema of outputs compiled.
    _ = bundle.digest
    new_output("execute_result")
    clean_markdown("1. one\n2. *two*\n\n- <i>three</i> $x$\n")
    rebuild(release, release)
    for name, test in bundle.tests.items():
        if many and name not in bundle.inside:
            judge(test, _nobody, 0)
    # A stem has no files beside it, which a cell may read.
    return bundle, () if bundle.files else tuple(shared_cells(release, full))


def _nobody(*_: object) -> NoReturn:
    """Answer a call where there is no student."""
    raise ProbeFailed("nobody was asked")


def _judge(control: socket.socket, request: Message, bundle: "Bundle", stemmed: bool) -> NoReturn:
    """Wait for a submission, grade it, send the result, and end this process."""
    from .inside_run import WholeGrader

    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        limits = Limits(**request["limits"])
        close_all_but(control.fileno())
        try:
            confine_reader(limits)
            submission, buffers = read_frame(control.recv, RESULT)
            grader = WholeGrader(
                bundle,
                Submission(submission["student"], bytes(buffers[0]), submission["seed"]),
                KernelAsker(control, limits),
                stemmed,
                request["full"],
                limits,
            )
            message = {"graded": grader.grade().to_json()}
        except BaseException as error:
            message = {"failed": words.GRADING_FAILED.format(type(error).__name__, error)[:500]}
        control.settimeout(RESULT_SECONDS)
        control.sendall(pack_frame(message))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
