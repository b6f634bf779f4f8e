"""No walls: a submission runs with the rights of whoever grades."""

import tempfile

from nmautils.grading.model.limits import Limits

from .walls import Place

__all__ = ["NoWalls"]


class NoWalls:
    """Walls that confine nothing; see `nmautils.grading.run.sandbox.walls`."""

    def prepare(self) -> None:
        """Prepare nothing."""

    def open(self, limits: Limits) -> "OpenFolder":
        """Make a folder; nothing bounds its size."""
        return OpenFolder()

    def join(self, namespaces: list[int]) -> "NoAccount":
        """Stay where one is."""
        return NoAccount()

    def confine(self, limits: Limits, place: Place) -> None:
        """Give up nothing."""


class NoAccount:
    """Nobody counts; see `nmautils.grading.run.sandbox.walls.Account`."""

    pause = 0.1

    def enter(self) -> None:
        """Count nothing."""

    def memory_bytes(self) -> int:
        """Say that nobody counts."""
        return 0

    def cpu_seconds(self) -> float:
        """Say that nobody counts."""
        return 0.0

    def exceeded(self, limits: Limits) -> bytes:
        """Say that nothing was exceeded."""
        return b""


class OpenFolder:
    """A temporary folder for one submission, removed when the ``with`` block is left."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="nma-", ignore_cleanup_errors=True)
        self.place = Place(self._folder.name)
        self.namespaces: list[int] = []
        self.account = NoAccount()

    def __enter__(self) -> "OpenFolder":
        return self

    def __exit__(self, *exception: object) -> None:
        self._folder.cleanup()
