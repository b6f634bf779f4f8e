"""What confines a submission: one protocol, and the table of those who keep it.

Confining has two sides. The worker's side opens a `Confinement` and holds it as long as the
submission runs. The other side is a fork of the forkserver, which goes inside. It is told only
the name of the walls, a `Place` (plain data) and file descriptors.

To add another backend, write a file with a class that has the methods of `Walls`, and add a line
to `_BACKENDS`.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from nmautils.grading.model.limits import Limits

__all__ = [
    "DEFAULT_WALLS",
    "Account",
    "Confinement",
    "Place",
    "Walls",
    "check_walls",
    "name_of_walls",
    "walls_named",
]

DEFAULT_WALLS = "bubblewrap"
# The files in this folder, and the class in each.
_BACKENDS = {"bubblewrap": "Bubblewrap", "none": "NoWalls"}


@dataclass(frozen=True)
class Place:
    """Where a kernel finds itself. It is sent as JSON: plain data only.

    Parameters
    ----------
    home : str
        Folder that it may write to.
    user : int or None
        User that it becomes; None to stay who it is.
    """

    home: str
    user: int | None = None


class Account(Protocol):
    """What all processes of a submission use together.

    Attributes
    ----------
    pause : float
        Seconds after which to ask again whether something was exceeded.
    """

    pause: float

    def enter(self) -> None:
        """Have this process and all that it starts counted; it must have one thread only."""

    def memory_bytes(self) -> int:
        """Memory in use; 0 if nobody counts."""

    def cpu_seconds(self) -> float:
        """Processor time used so far; 0 if nobody counts."""

    def exceeded(self, limits: Limits) -> bytes:
        """Say which limit was passed: ``b"m"`` memory, ``b"c"`` processor time, or nothing."""


class Confinement(Protocol):
    """The confinement of one submission. When its ``with`` block is left, all inside has ended.

    Attributes
    ----------
    place : Place
        What the kernel is told.
    namespaces : list of int
        File descriptors that `Walls.join` needs, in this order.
    account : Account
        What the submission uses, as the grader sees it.
    """

    place: Place
    namespaces: list[int]

    @property
    def account(self) -> Account: ...

    def __enter__(self) -> "Confinement": ...

    def __exit__(self, *exception: object) -> None: ...


class Walls(Protocol):
    """A way to confine submissions."""

    def prepare(self) -> None:
        """Do what all confinements share: in a process whose forks make them, once before that."""

    def open(self, limits: Limits) -> Confinement:
        """Make a confinement; `SandboxMissing` if that does not work on this machine."""

    def join(self, namespaces: list[int]) -> Account:
        """Let the next child of this process be born inside.

        Returns
        -------
        Account
            The child calls its `Account.enter` first of all; this process asks it.
        """

    def confine(self, limits: Limits, place: Place) -> None:
        """Give up, in that child and for good, what a submission must not have."""


def name_of_walls(sandbox: bool) -> str:
    """Choose the walls: the only place where this is decided."""
    return DEFAULT_WALLS if sandbox else "none"


def walls_named(name: str) -> Walls:
    """Find walls by their name."""
    backend = _BACKENDS[name]
    walls: Walls = getattr(import_module(f".{name}", __package__), backend)()
    return walls


def check_walls(name: str) -> None:
    """Open a confinement and close it again.

    Raises
    ------
    SandboxMissing
        With one line on what to do, if it does not work on this machine.
    """
    with walls_named(name).open(Limits()):
        pass
