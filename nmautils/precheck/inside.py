"""What runs inside the fresh kernel, beside the student's cells."""

import importlib
import json
import socket
import sys
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["NO_NETWORK", "begin", "forget", "last_score", "remember"]

NO_NETWORK = "there is no network while grading"

# What every notebook of the course imports, slow the first time: an interrupt that lands in there
# would leave a module half made.
SLOW = ("matplotlib.pyplot", "scipy.stats", "torch")

_values: list[Any] = []
_variables: dict[str, Any] = {}


def begin(blocked: Iterable[str]) -> None:
    """Make this process like one that grades, and keep the value of each cell from now on."""
    import IPython

    for name in SLOW:
        importlib.import_module(name)
    # A module that is loaded already is found without asking anybody.
    names = frozenset(blocked)
    sys.meta_path[:] = [_Without(finder, names) for finder in sys.meta_path]
    socket.getaddrinfo = _no_network
    IPython.get_ipython().events.register("post_run_cell", _keep)


class _Without:
    """A finder of modules that does not find some of them, as where they are not installed.

    It must not raise: libraries ask `importlib.util.find_spec` whether a module is there.
    """

    def __init__(self, finder: Any, names: frozenset[str]) -> None:
        self._finder, self._names = finder, names

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if name.partition(".")[0] in self._names:
            return None
        return self._finder.find_spec(name, path, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def _no_network(host: Any, *_: Any, **__: Any) -> Any:
    raise OSError(f"{NO_NETWORK} ({host})")


def _keep(result: Any) -> None:
    # By a hook, not by `_` or `Out`: a notebook may have put something else there.
    _values[:] = [result.result]


def remember() -> None:
    """Note the notebook's variables, before a check runs."""
    import IPython

    _variables.clear()
    _variables.update(IPython.get_ipython().user_ns)


def forget() -> None:
    """Put the notebook's variables back: when marks are given, checks run in another process."""
    import IPython

    variables = IPython.get_ipython().user_ns
    for name in set(variables) - set(_variables):
        del variables[name]
    variables.update(_variables)


def last_score() -> str:
    """Give the checks of the last cell's score as JSON; ``null`` if its value is no score."""
    from nmautils.checks import Score

    score = _values[0] if _values else None
    if not isinstance(score, Score):
        return "null"
    return json.dumps(
        [
            {"name": r.name, "passed": r.passed, "hint": r.hint, "mistake": r.mistake}
            for r in score.results
        ]
    )
