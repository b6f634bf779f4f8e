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
    sys.meta_path.insert(0, _NotThere(blocked))
    socket.getaddrinfo = _no_network
    IPython.get_ipython().events.register("post_run_cell", _keep)


class _NotThere:
    """Finds nothing, and says so, for modules that are missing where notebooks are graded."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


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
