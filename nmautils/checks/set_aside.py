"""Variables of a notebook that have the name of a builtin, set aside while a check cell runs.

A student may have called a variable ``list`` or ``sum``. The checks mean Python's own, and what
the student's functions see must stay as it is.
"""

import builtins
import contextlib
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["BUILTINS", "SetAside", "redefined"]

# Taken before a line of a student's has run.
BUILTINS = dict(vars(builtins))

# What IPython puts into a notebook itself, or into the builtins.
_OF_IPYTHON = {"copyright", "credits", "display", "exit", "get_ipython", "help", "license"}
_OF_IPYTHON |= {"open", "quit"}


def redefined(notebook: dict[str, Any]) -> dict[str, Any]:
    """Give the variables that hide one of Python's builtins."""
    return {
        name: notebook[name]
        for name in BUILTINS.keys() - _OF_IPYTHON
        if not name.startswith("_") and name in notebook and notebook[name] is not BUILTINS[name]
    }


class SetAside:
    """Keeps such variables from the start of a check cell to its report."""

    def __init__(self) -> None:
        self._notebook: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self._shell: Any = None

    def take(self, notebook: dict[str, Any]) -> None:
        """Take them out of a notebook, until `put_back`."""
        self.put_back()  # those of a cell that never came to its report
        self._values, self._notebook = redefined(notebook), notebook
        for name in self._values:
            del notebook[name]
        if self._values:
            self._put_back_after_cell()

    def put_back(self) -> None:
        """Put them back."""
        self._notebook.update(self._values)
        self._values = {}

    @contextlib.contextmanager
    def as_it_was(self) -> Iterator[None]:
        """Have the notebook as the student wrote it while their code runs."""
        notebook, taken = self._notebook, bool(self._values)
        self.put_back()
        try:
            yield
        finally:
            if taken:
                self.take(notebook)

    def _put_back_after_cell(self) -> None:
        """See to it that nothing is lost if the cell stops before its report."""
        get = getattr(sys.modules.get("IPython"), "get_ipython", None)
        shell = get() if callable(get) else None
        if shell is not None and shell is not self._shell:
            shell.events.register("post_run_cell", lambda *_: self.put_back())
            self._shell = shell
