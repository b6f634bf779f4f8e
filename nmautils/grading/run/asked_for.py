"""Modules that a notebook asked for and that are not there, also where it goes on without them.

This runs inside the sandbox, in the same process as the student's code.
"""

import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["AskedFor"]


class AskedFor:
    """The last of Python's finders of modules: it finds none, and notes what it is asked for.

    Attributes
    ----------
    module : str
        The module that the notebook itself asked for last; empty if there is none.
    """

    def __init__(self) -> None:
        self.module = ""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> None:
        """Note a module that nobody has found."""
        frame = sys._getframe(1)
        while frame.f_back and str(frame.f_globals.get("__name__")).startswith("importlib"):
            frame = frame.f_back
        # Libraries ask for many modules that they can do without.
        if frame.f_globals.get("__name__") == "__main__":
            self.module = name
