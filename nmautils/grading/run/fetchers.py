"""Installers and fetchers that a program starts are not run, since they could only fail slowly.

This runs inside the sandbox, in the same process as the student's code.
"""

import os
import subprocess
from typing import Any

from .elsewhere import INSTALLER

__all__ = ["quiet_fetchers"]


def quiet_fetchers() -> None:
    """Have what starts an installer or a fetcher fail at once, before it leaves an empty file."""
    start, system = subprocess.Popen.__init__, os.system

    def started(self: Any, args: Any, *given: Any, **named: Any) -> None:
        # A command that fails as a fetcher without a network does, only sooner.
        start(self, ["false"] if _is_fetcher(args) else args, *given, **named)
        self.args = args

    def told(command: Any) -> int:
        return 1 if _is_fetcher(command) else system(command)

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
    os.system = told


def _is_fetcher(args: Any) -> bool:
    words = [args] if isinstance(args, str | bytes | os.PathLike) else args
    try:
        return bool(INSTALLER.match(" ".join(map(os.fsdecode, words))))
    except (TypeError, ValueError):
        return False
