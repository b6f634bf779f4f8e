"""A process that grades: ``python -I -m nmautils.grading.run.worker``, one submission at a time.

It keeps what is slow to start, torch and the forkserver of the kernels, and forks itself for each
submission: what a hand-in does to the memory of that fork, or to its patience, ends with it.
Requests come on standard input, answers go to standard output, as frames.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from time import monotonic
from typing import IO

from nmautils.errors import SandboxMissing
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import RESULT_SECONDS, Limits
from nmautils.grading.model.results import Submission

from .forkserver import settle, warm_up
from .forkserver_client import ForkServer
from .wire import RESULT, BadFrame, Message, pack_frame, read_frame

__all__ = ["main"]

# What test cells and the judge use; a fork must not spend its time on imports.
WARM = (
    "numpy",
    "scipy.ndimage",
    "scipy.signal",
    "scipy.stats",
    "torch",
    "torch.nn.functional",
    "nmautils.checks.draw",
    "nmautils.grading.run.inside_run",
)

PR_SET_PDEATHSIG = 1

# Forks that were ended. An answer need not wait until the memory of its fork is given back.
_ending: list[int] = []


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

    forkserver = ForkServer()
    try:
        warm_up(WARM)
        settle()
        forkserver.wait_until_warm()
        while True:
            try:
                request, buffers = read_frame(requests.read, RESULT)
            except EOFError:
                return
            notebook = bytes(buffers[0])
            answer = _answer(request, notebook, forkserver, [requests, answers])
            answers.write(pack_frame(answer))
            answers.flush()
    finally:
        forkserver.close()


def _answer(
    request: Message, notebook: bytes, forkserver: ForkServer, ours: Sequence[IO[bytes]]
) -> Message:
    bundle, cells = _prepare(request["bundle"], request["full"])
    name = f"{bundle.digest} {'full' if request['full'] else ''}"
    stem = name if cells and forkserver.stem(name, cells) else None
    seconds = Limits(**request["limits"]).total_seconds + RESULT_SECONDS
    return _in_fork(lambda: _grade(request, notebook, bundle, forkserver, stem), seconds, ours)


@lru_cache(maxsize=16)
def _prepare(text: str, full: bool) -> tuple[Bundle, list[str]]:
    """Read a bundle and its shared cells, and do all that its submissions have in common."""
    from nbformat.v4 import new_output

    from nmautils.grading.repair.rebuild import rebuild

    from .grader import shared_cells
    from .judge import compile_test

    bundle = Bundle.from_json(text)
    release = bundle.notebook()
    # So that the forks find all of it parsed, and the schema of outputs compiled.
    rebuild(release, release)
    new_output("execute_result")
    for name, test in bundle.tests.items():
        if name in bundle.inside:
            continue
        with contextlib.suppress(Exception):  # the judge will say what is wrong with it
            compile_test(test)
    return bundle, shared_cells(release, full)


def _grade(
    request: Message, notebook: bytes, bundle: Bundle, forkserver: ForkServer, stem: str | None
) -> Message:
    from .inside_run import WholeGrader

    grader = WholeGrader(
        bundle,
        Submission(request["student"], notebook, request["seed"]),
        forkserver,
        stem,
        request["full"],
        Limits(**request["limits"]),
        request["walls"],
    )
    try:
        return {"graded": grader.grade().to_json()}
    except SandboxMissing as error:
        return {"no sandbox": str(error)}


def _in_fork(work: Callable[[], Message], seconds: float, ours: Sequence[IO[bytes]]) -> Message:
    """Do some work in a fork of this process, and wait for its answer.

    If the other side hangs up meanwhile, which is all it can do before it has the answer, the
    fork is ended.
    """
    while _ending:
        os.waitpid(_ending.pop(), 0)
    come, go = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.close(come)
            for stream in ours:
                os.close(stream.fileno())
            try:
                message = work()
            except BaseException as error:
                message = {"failed": f"{type(error).__name__}: {error}"[:500]}
            with os.fdopen(go, "wb") as stream:
                stream.write(pack_frame(message))
        finally:
            os._exit(0)
    os.close(go)
    deadline = monotonic() + seconds
    watched = [come, ours[0].fileno()]

    def receive(most: int) -> bytes:
        ready = select.select(watched, [], [], max(0.0, deadline - monotonic()))[0]
        return os.read(come, most) if come in ready else b""

    try:
        return read_frame(receive, RESULT)[0]
    except (BadFrame, EOFError):
        why = "took too long" if monotonic() > deadline else "ended without a result"
        return {"failed": f"the process that graded it {why}"}
    finally:
        os.close(come)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        _ending.append(child)


if __name__ == "__main__":
    main()
