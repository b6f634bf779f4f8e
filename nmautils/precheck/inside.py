"""What runs inside the fresh kernel: the grader's way of running a cell, and what checks need."""

import importlib
import json
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ClassVar

from ipykernel.kernelapp import IPKernelApp

from nmautils import check
from nmautils.checks import CheckFailed, Score
from nmautils.checks.missing import MISSING_HERE
from nmautils.grading.run.asked_for import AskedFor
from nmautils.grading.run.devices import compute_here
from nmautils.grading.run.fetchers import quiet_fetchers
from nmautils.grading.run.left_out import missing_module, read_left_out
from nmautils.grading.run.missing_here import MissingHere
from nmautils.grading.run.student_kernel import StudentKernel
from nmautils.precheck.environment import before_marking, is_there

__all__ = ["NO_NETWORK", "begin", "forget", "last_score", "remember", "start"]

NO_NETWORK = "there is no network while grading"

# What every notebook of the course imports, slow the first time: an interrupt that lands in there
# would leave a module half made.
SLOW = ("matplotlib.pyplot", "scipy.stats", "torch")

_values: list[Any] = []
_variables: dict[str, Any] = {}


class CheckKernel(StudentKernel):
    """The grader's kernel on Jupyter's sockets; it leaves out the same lines of a cell."""

    extra: ClassVar[frozenset[str]] = frozenset()
    _missing: ClassVar[MissingHere] = MissingHere()

    async def do_execute(self, code: str, *given: Any, **named: Any) -> dict[str, Any]:
        """Run a cell, and note what the lines that were left out would have made."""
        reply = await super().do_execute(code, *given, **named)
        rows = [list(row) for row in [*reply["left_out"], *reply["unmade"]]]
        for left in read_left_out(rows):
            # What is missing only here cannot be why the grader gives no points.
            if not is_there(missing_module(left.error, left.message), self.extra):
                self._missing.note(left)
        return reply

    def run_whole(self, whole: bool) -> None:
        """Say whether what comes is a check, of which no line may be left out."""
        self._whole = whole

    def why_missing(self, error: Exception) -> str:
        """Say what a call lacked where notebooks are graded; nothing if it failed by itself."""
        kind, text = type(error).__name__, str(error)
        if is_there(missing_module(kind, text), self.extra):
            return ""
        why = self._missing.explain(kind, text, "")
        return before_marking(why[0]) if why is not None else ""


def start() -> None:
    """Be the kernel, with the command line of ``ipykernel_launcher``."""
    IPKernelApp.launch_instance(kernel_class=CheckKernel)


def _kernel() -> CheckKernel:
    return CheckKernel.instance()


def _shell() -> Any:
    return _kernel().shell


def begin(blocked: Iterable[str], extra: Iterable[str]) -> None:
    """Make this process like one that grades, and keep the value of each cell from now on.

    Parameters
    ----------
    blocked : iterable of str
        Modules that cannot be imported, although they may be installed.
    extra : iterable of str
        Modules that the course has where it grades.
    """
    CheckKernel.extra = frozenset(extra)
    for name in SLOW:
        importlib.import_module(name)
    compute_here()
    quiet_fetchers()
    # A module that is loaded already is found without asking anybody.
    names = frozenset(blocked)
    sys.meta_path[:] = [
        finder if isinstance(finder, AskedFor) else _Without(finder, names)
        for finder in sys.meta_path
    ]
    socket.getaddrinfo = _no_network
    check.probe = _explained(check.probe)
    _shell().events.register("post_run_cell", _keep)


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


def _explained(mark: Callable[..., Any]) -> Callable[..., Any]:
    """Have a call that lacks something where notebooks are graded say so, as the judge does."""

    def probe(function: Callable[..., Any]) -> Callable[..., Any]:
        marked = mark(function)

        @wraps(function)
        def called(*given: Any, **named: Any) -> Any:
            try:
                return marked(*given, **named)
            except Exception as error:
                why = _kernel().why_missing(error)
                if not why:
                    raise
                raise CheckFailed(why, MISSING_HERE, stopped=why) from None

        return called

    return probe


def _keep(result: Any) -> None:
    # By a hook, not by `_` or `Out`: a notebook may have put something else there.
    _values[:] = [result.result]


def remember() -> None:
    """Note the notebook's variables, before a check runs."""
    _variables.clear()
    _variables.update(_shell().user_ns)
    _kernel().run_whole(True)


def forget() -> None:
    """Put the notebook's variables back: when marks are given, checks run in another process."""
    _kernel().run_whole(False)
    variables = _shell().user_ns
    for name in set(variables) - set(_variables):
        del variables[name]
    variables.update(_variables)


def last_score() -> str:
    """Give the checks of the last cell's score as JSON; ``null`` if its value is no score."""
    score = _values[0] if _values else None
    if not isinstance(score, Score):
        return "null"
    return json.dumps(
        [
            {"name": r.name, "passed": r.passed, "hint": r.hint, "mistake": r.mistake}
            for r in score.results
        ]
    )
