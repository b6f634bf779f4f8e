"""Kernels of one worker: one is opened ahead, handed to the process that judges, and ended.

That process reads a stranger's bytes and may open nothing itself. It asks for a kernel over a
socket and is sent descriptors, see `Kernel`. The walls stay with the worker.
"""

import contextlib
import os
import socket
from dataclasses import asdict, dataclass

from nmautils.grading.model.limits import Limits
from nmautils.grading.run.sandbox.walls import walls_named

from .forkserver_client import ForkServer
from .kernel import Kernel
from .wire import BadFrame, receive_control, send_control

__all__ = ["KernelAsker", "KernelSupply", "OpenKernel", "Wanted"]


@dataclass(frozen=True)
class Wanted:
    """What kernel is wanted.

    Parameters
    ----------
    cells : tuple of str
        Cells that it has run already.
    limits : Limits
        What it may use.
    walls : str
        What confines it, by name: see `nmautils.grading.run.sandbox.walls`.
    """

    cells: tuple[str, ...]
    limits: Limits
    walls: str


class OpenKernel:
    """A kernel that has been forked, and the walls around it.

    Parameters
    ----------
    forkserver : ForkServer
        Where it is forked.
    wanted : Wanted
        What is wanted.

    Attributes
    ----------
    calls, keeper : socket
        As in `Kernel`.
    life : int
        As in `Kernel`.

    Raises
    ------
    SandboxMissing
        If there are no such walls here.
    """

    def __init__(self, forkserver: ForkServer, wanted: Wanted) -> None:
        self.wanted = wanted
        self._stack = contextlib.ExitStack()
        try:
            self._open(forkserver)
        except BaseException:
            self.close()
            raise

    def _open(self, forkserver: ForkServer) -> None:
        wanted, stack = self.wanted, self._stack
        confinement = stack.enter_context(walls_named(wanted.walls).open(wanted.limits))
        self.calls, calls = socket.socketpair()
        self.keeper, orders = socket.socketpair()
        self.life, life = os.pipe()
        stack.callback(os.close, self.life)
        stack.enter_context(self.calls)
        stack.enter_context(self.keeper)
        request = {
            "limits": asdict(wanted.limits),
            "walls": wanted.walls,
            "place": asdict(confinement.place),
        }
        given = [orders.fileno(), life, calls.fileno(), *confinement.namespaces]
        try:
            forkserver.fork(wanted.cells, request, given)
        finally:
            os.close(life)
            calls.close()
            orders.close()

    def close(self) -> None:
        """End everything inside."""
        self._stack.close()


class KernelSupply:
    """Opens kernels, one of them ahead of time.

    Parameters
    ----------
    forkserver : ForkServer
        Where they are forked.
    """

    def __init__(self, forkserver: ForkServer) -> None:
        self._forkserver = forkserver
        self._ready: OpenKernel | None = None
        self._taken: OpenKernel | None = None

    def prepare(self, wanted: Wanted) -> None:
        """Open a kernel that will be wanted."""
        if self._ready is None or self._ready.wanted != wanted:
            self._drop_ready()
            self._ready = OpenKernel(self._forkserver, wanted)

    def hand_out(self, wanted: Wanted, control: socket.socket) -> None:
        """Send a kernel's descriptors over a socket; the one before is ended."""
        self.end()
        self.prepare(wanted)
        self._taken, self._ready = self._ready, None
        taken = self._taken
        assert taken is not None
        descriptors = [taken.calls.fileno(), taken.keeper.fileno(), taken.life]
        send_control(control, {}, descriptors)
        # The end of the last descriptor to the keeper ends the kernel.
        taken.keeper.close()

    def end(self) -> None:
        """End the kernel that was handed out last."""
        if self._taken is not None:
            self._taken.close()
            self._taken = None

    def _drop_ready(self) -> None:
        if self._ready is not None:
            self._ready.close()
            self._ready = None

    def close(self) -> None:
        """End all of them."""
        self.end()
        self._drop_ready()


class KernelAsker:
    """The other side of a `KernelSupply`: how the process that judges comes by kernels.

    Parameters
    ----------
    control : socket
        To the worker.
    limits : Limits
        What the submission may use.
    """

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self._control, self._limits = control, limits

    def start(self, shared: int) -> Kernel:
        """Ask for a kernel, which ends the one before.

        Parameters
        ----------
        shared : int
            How many of the set-up cells that are the same for everybody it has run.

        Raises
        ------
        RuntimeError
            If there is none.
        """
        send_control(self._control, {"do": "kernel", "shared": shared})
        try:
            _, descriptors = receive_control(self._control)
            calls, keeper, life = descriptors
        except (BadFrame, EOFError, OSError, ValueError):
            raise RuntimeError("a student's kernel could not be opened") from None
        return Kernel(
            socket.socket(fileno=calls), socket.socket(fileno=keeper), life, self._limits, self.end
        )

    def end(self) -> None:
        """Have everything inside the last kernel's sandbox ended."""
        with contextlib.suppress(OSError):
            send_control(self._control, {"do": "end"})
