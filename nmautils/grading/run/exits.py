"""Polite ways to end a kernel end the cell they stand in; and what a cell leaves running.

This runs inside the sandbox, in the same process as the student's code. Colab's users are told
to restart the runtime after an install, so such lines stand in notebooks that are right.
"""

import asyncio
import os
import signal
import warnings
from typing import Any

__all__ = ["end_the_cell", "left_running", "quiet_exits", "what_runs"]


def end_the_cell(*_: Any, **__: Any) -> Any:
    """End the cell that called this."""
    raise SystemExit("the cell ends here; the notebook goes on")


def quiet_exits(shell: Any) -> None:
    """Have ``exit()``, ``quit()`` and whatever asks IPython's shell to end, end the cell only."""
    # IPython's advice for its own terminal, which names a file of the grader's.
    warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
    shell.ask_exit = end_the_cell
    shell.unobserve_all("exit_now")


def what_runs() -> tuple[int, int, int, bool]:
    """Count what may act when no cell runs: threads, processes, tasks; and tell of an alarm."""
    return _threads(), _processes(), _tasks(), _alarm()


def left_running(before: tuple[int, int, int, bool]) -> bool:
    """Tell whether there is more of it than before a cell."""
    return any(now > then for now, then in zip(what_runs(), before, strict=True))


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        return threading.active_count()


def _processes() -> int:
    try:
        found = 0
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children") as file:
                found += len(file.read().split())
        return found
    except OSError:
        return 0


def _tasks() -> int:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return 0
    return len(asyncio.all_tasks(loop)) + len(getattr(loop, "_scheduled", ()))


def _alarm() -> bool:
    if not hasattr(signal, "getitimer"):  # Windows, where a notebook may be checked
        return False
    timers = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
    return any(signal.getitimer(timer)[0] for timer in timers)
