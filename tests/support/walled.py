"""Run a function behind the walls of a submission, in a fork of this process."""

import contextlib
import os
import pickle
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nmautils.grading.model.limits import Limits
from nmautils.grading.run.sandbox.walls import DEFAULT_WALLS, Confinement, walls_named

__all__ = ["Walled", "walled"]


@dataclass
class Walled:
    """What became of it.

    Parameters
    ----------
    value : object
        What the function returned; None if its process ended before.
    exceeded : bytes
        The limit that ended it, as `Account.exceeded` says.
    memory_bytes : int
        The most that was seen from outside.
    cpu_seconds : float
        What was counted from outside at the end.
    """

    value: Any = None
    exceeded: bytes = b""
    memory_bytes: int = 0
    cpu_seconds: float = 0.0


def walled(
    work: Callable[[], Any], limits: Limits | None = None, walls: str = "bubblewrap"
) -> Walled:
    """Run `work` as a submission's first process, watched as a keeper does."""
    limits = limits or Limits()
    backend, seen = walls_named(DEFAULT_WALLS), Walled()
    with backend.open(limits) as inside:
        come, go = os.pipe()
        keeper = os.fork()
        if keeper == 0:
            try:
                _keep(backend, inside, limits, work, go)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        os.close(go)
        os.set_blocking(come, False)
        text, ended = b"", False
        while not ended:
            seen.memory_bytes = max(seen.memory_bytes, inside.account.memory_bytes())
            seen.cpu_seconds = inside.account.cpu_seconds()
            ended = os.waitpid(keeper, os.WNOHANG)[0] != 0
            with contextlib.suppress(BlockingIOError):
                while part := os.read(come, 1 << 16):
                    text += part
            time.sleep(0.02)
        os.close(come)
    if text[:1] == b"v":
        seen.value = pickle.loads(text[1:])
    seen.exceeded = text[:1] if text[:1] in (b"m", b"c") else b""
    return seen


def _keep(
    backend: Any, inside: Confinement, limits: Limits, work: Callable[[], Any], go: int
) -> None:
    account = backend.join(inside.namespaces)
    child = os.fork()
    if child == 0:
        try:
            account.enter()
            os.setsid()
            backend.confine(limits, inside.place)
            os.chdir("/tmp")
            os.write(go, b"v" + pickle.dumps(work()))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    while not os.waitpid(child, os.WNOHANG)[0]:
        if exceeded := account.exceeded(limits):
            os.write(go, exceeded)
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os._exit(0)
        time.sleep(account.pause)
    os.write(go, account.exceeded(limits))
    os._exit(0)
