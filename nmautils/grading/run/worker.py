"""A process that grades: ``python -I -m nmautils.grading.run.worker``, one submission at a time.

It keeps what is slow to start, torch and the warm parent of the kernels, and forks a child for
each submission: what a hand-in does to the child's memory, or to its patience, ends with it.
Requests come on standard input, answers go to standard output: JSON after eight bytes of length.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import Any, BinaryIO

from .forkserver import settle, warm_up

__all__ = ["main", "read_message", "write_message"]

# What test cells and the judge use; the child must not spend its time on imports.
WARM = (
    "numpy",
    "scipy.ndimage",
    "scipy.signal",
    "scipy.stats",
    "torch",
    "torch.nn.functional",
    "nmautils.grading.run.grader",
)
# Seconds after a submission's own limit before its child is taken for lost.
PATIENCE = 60

PR_SET_PDEATHSIG = 1

# A child that was ended; its answer need not wait until its memory is given back.
_ending: list[int] = []


def read_message(stream: BinaryIO) -> dict[str, Any]:
    """Read a message; `EOFError` if there will be no more."""
    header = stream.read(8)
    size = int.from_bytes(header, "big")
    raw = stream.read(size) if len(header) == 8 else b""
    if len(header) < 8 or len(raw) < size:
        raise EOFError
    return json.loads(raw)


def write_message(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Write a message."""
    raw = json.dumps(message).encode()
    stream.write(len(raw).to_bytes(8, "big") + raw)
    stream.flush()


def main() -> None:
    """Warm up, then answer requests until standard input ends."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not end up between the answers.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    # Ctrl-C is for the main process, which lets a running submission end or closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    from .kernel import Nursery

    nursery = Nursery()
    try:
        warm_up(WARM)
        settle()
        nursery.wait_until_warm()
        while True:
            try:
                request = read_message(requests)
            except EOFError:
                return
            write_message(answers, _answer(request, nursery, [requests, answers]))
    finally:
        nursery.close()


def _answer(request: dict[str, Any], nursery: Any, ours: list[BinaryIO]) -> dict[str, Any]:
    bundle, cells = _prepare(request["bundle"], request["full"])
    name = f"{bundle.digest} {'full' if request['full'] else ''}"
    stem = name if cells and nursery.stem(name, cells) else None
    seconds = request["limits"]["total"] + PATIENCE
    return _in_child(lambda: _grade(request, bundle, nursery, stem), seconds, ours)


@lru_cache(maxsize=16)
def _prepare(text: str, full: bool) -> tuple[Any, list[str]]:
    """Read a bundle and its shared cells; do what is the same for each of its submissions."""
    from nbformat.v4 import new_output

    from nmautils.grading.model.assignment import Bundle
    from nmautils.grading.repair.rebuild import rebuild

    from .grader import shared_cells
    from .judge import compile_test

    bundle = Bundle.from_json(text)
    release = bundle.notebook()
    # So that the children find all of it parsed, and the schema of outputs compiled.
    rebuild(release, release)
    new_output("execute_result")
    for test in bundle.tests.values():
        with contextlib.suppress(Exception):  # the judge will say what is wrong with it
            compile_test(test)
    return bundle, shared_cells(release, full)


def _grade(request: dict[str, Any], bundle: Any, nursery: Any, stem: str | None) -> dict[str, Any]:
    import base64

    from nmautils.errors import SandboxMissing
    from nmautils.grading.model.results import Submission
    from nmautils.grading.run.sandbox.bubblewrap import Limits

    from .grader import Grader

    notebook = base64.b64decode(request["notebook"])
    submission = Submission(request["student"], notebook, request["seed"])
    limits = Limits(**request["limits"])
    try:
        grader = Grader(
            bundle, submission, nursery, stem, request["full"], limits, request["sandbox"]
        )
        return {"graded": grader.grade().to_json()}
    except SandboxMissing as error:
        return {"no sandbox": str(error)}


def _in_child(
    work: Callable[[], dict[str, Any]], seconds: float, ours: list[BinaryIO]
) -> dict[str, Any]:
    """Do something in a fork of this process, and wait for what it gives.

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
            _end_with_parent()
            os.close(come)
            for stream in ours:
                os.close(stream.fileno())
            try:
                message = work()
            except BaseException as error:
                message = {"failed": f"{type(error).__name__}: {error}"[:500]}
            with os.fdopen(go, "wb") as stream:
                write_message(stream, message)
        finally:
            os._exit(0)
    os.close(go)
    deadline = monotonic() + seconds
    parts = []
    with contextlib.closing(os.fdopen(come, "rb", buffering=0)) as stream:
        watched = [stream, ours[0]]
        while ready := select.select(watched, [], [], max(0.0, deadline - monotonic()))[0]:
            part = stream.read(1 << 20) if stream in ready else b""
            if not part:
                break
            parts.append(part)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _ending.append(child)
    raw = b"".join(parts)
    if len(raw) < 8 or len(raw) - 8 < int.from_bytes(raw[:8], "big"):
        why = "took too long" if monotonic() > deadline else "ended without a result"
        return {"failed": f"the process that graded it {why}"}
    return json.loads(raw[8:])


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
