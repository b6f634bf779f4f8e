"""A kernel that knows nothing of what was run before, in an empty folder."""

import ast
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

import nmautils
from nmautils.errors import NmautilsError, PackageMissing
from nmautils.grading.model.limits import Limits
from nmautils.grading.run.forkserver import ENVIRONMENT
from nmautils.grading.run.left_out import LeftOut, read_left_out

__all__ = ["RUNNING", "FreshKernel", "Outcome"]

# Set for what runs here, so that a cell that asks for this very check does not begin another one.
RUNNING = "NMAUTILS_CHECKLIST"
START_SECONDS = 180  # with the imports that all notebooks share, on a slow disk
# Begins with the folder of this library at the end of the path, for one that is not installed.
_COMMAND = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from nmautils.precheck import inside; inside.start()"
)
_INSIDE = "__import__('nmautils.precheck.inside', fromlist=['_'])"
LOOK_AGAIN = 0.2  # seconds, after which a kernel that says nothing may have ended


@dataclass(frozen=True)
class Outcome:
    """What became of a cell.

    Parameters
    ----------
    status : str
        ``"ok"``, ``"error"``, ``"time-out"`` or ``"died"``.
    ename, evalue : str
        Name and text of its error.
    line : int
        Line of the cell in which it arose, from 1; 0 if that is not known.
    checks : list of dict or None
        Name, passed, hint and mistake of each check, if its value was a score.
    left_out : tuple of LeftOut
        Lines that were left out, as the grader leaves them out.
    """

    status: str
    ename: str = ""
    evalue: str = ""
    line: int = 0
    checks: list[dict[str, Any]] | None = field(default=None)
    left_out: tuple[LeftOut, ...] = ()


class _ThisPython(KernelSpecManager):
    """Starts the Python that runs this, whatever kernels are installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        library = str(Path(nmautils.__file__).parent.parent)
        command = [sys.executable, "-c", _COMMAND, library, "-f", "{connection_file}"]
        command += ["--HistoryManager.enabled=False"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


class FreshKernel:
    """Runs cells one by one; used as a context, which removes its folder in the end.

    Parameters
    ----------
    blocked : iterable of str
        Modules that cannot be imported, although they may be installed.
    extra : iterable of str
        Modules that the course has where it grades.
    """

    def __init__(self, blocked: Iterable[str], extra: Iterable[str] = ()) -> None:
        if find_spec("ipykernel") is None:
            raise PackageMissing("this needs ipykernel; install it with: pip install ipykernel")
        self._blocked, self._extra = sorted(blocked), sorted(extra)
        self._folder = Path(tempfile.mkdtemp(prefix="nmautils-check-"))
        self._work = self._folder / "work"
        self._manager: Any = None
        self._client: Any = None

    def __enter__(self) -> "FreshKernel":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._manager is not None and bool(self._manager.is_alive())

    def start(self) -> None:
        """Start the process."""
        self._work.mkdir(exist_ok=True)
        environment = {**os.environ, **ENVIRONMENT}
        # The student's own profile of IPython may import what nobody else has.
        environment["IPYTHONDIR"] = str(self._folder / "ipython")
        environment["PIP_NO_INDEX"] = environment[RUNNING] = "1"
        self._manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=_ThisPython(),
            connection_file=str(self._folder / "kernel.json"),
        )
        self._manager.start_kernel(
            env=environment,
            cwd=str(self._work),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._client = self._manager.client()
        self._client.start_channels(iopub=False, stdin=False, hb=False)
        begin = f"{_INSIDE}.begin({self._blocked!r}, {self._extra!r})"
        outcome = self._execute(begin, START_SECONDS, store_history=False)
        if outcome.status != "ok":
            self.stop()
            raise NmautilsError(
                "a fresh Python could not be started "
                f"({f'{outcome.ename} {outcome.evalue}'.strip() or outcome.status}); does "
                f"`{sys.executable} -m ipykernel --version` work?"
            )

    def stop(self) -> None:
        """End the process."""
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._manager is not None:
            self._manager.shutdown_kernel(now=True)
            self._manager = None

    def run(self, source: str, seconds: float, apart: bool = False) -> Outcome:
        """Run a cell; one that takes longer is stopped, with the whole process if need be.

        Of one that is run apart, no variable stays.
        """
        if not apart:
            return self._execute(source, seconds, store_history=True)
        self._ask("remember")
        outcome = self._execute(source, seconds, store_history=True)
        if self.alive:
            self._ask("forget")
        return outcome

    def _ask(self, function: str) -> None:
        """Call a function of `inside`."""
        self._execute(f"{_INSIDE}.{function}()", Limits().again_seconds, store_history=False)

    def _execute(self, source: str, seconds: float, store_history: bool) -> Outcome:
        identity = self._client.execute(
            source,
            store_history=store_history,
            user_expressions={"checks": f"{_INSIDE}.last_score()"} if store_history else {},
            allow_stdin=False,
            stop_on_error=False,
        )
        reply = self._reply(identity, seconds)
        if reply is not None:
            return _outcome(reply)
        if not self.alive:
            return Outcome("died")
        self._manager.interrupt_kernel()
        if self._reply(identity, Limits().grace_seconds) is None:
            self.stop()
        return Outcome("time-out")

    def _reply(self, identity: str, seconds: float) -> dict[str, Any] | None:
        end = monotonic() + seconds
        while True:
            left = end - monotonic()
            if left <= 0:
                return None
            try:
                message = self._client.get_shell_msg(timeout=min(left, LOOK_AGAIN))
            except queue.Empty:
                if not self.alive:
                    return None
                continue
            if message["parent_header"].get("msg_id") == identity:
                content: dict[str, Any] = message["content"]
                return content


def _outcome(reply: dict[str, Any]) -> Outcome:
    left_out = read_left_out(reply.get("left_out"))
    if reply["status"] != "ok":
        error = str(reply.get("ename", "")), str(reply.get("evalue", ""))
        return Outcome("error", *error, int(reply.get("line", 0)), left_out=left_out)
    try:
        shown = reply["user_expressions"]["checks"]["data"]["text/plain"]
        checks = json.loads(ast.literal_eval(shown))
    except (KeyError, ValueError, SyntaxError):
        checks = None
    return Outcome("ok", checks=checks, left_out=left_out)
