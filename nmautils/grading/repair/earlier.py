"""Know cells of earlier releases: what a student got before a mend is nobody's tampering."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, grade_id_of
from nmautils.course.releases import Change, hash_of, replayed

__all__ = ["EarlierRelease", "History"]


@dataclass(frozen=True)
class EarlierRelease:
    """A release before that of now.

    Parameters
    ----------
    day : str
        When it was, as a reader says it.
    cells : dict of str
        Kind and hash of each cell, by its name.
    """

    day: str
    cells: Mapping[str, tuple[str, str]]

    def has(self, cell: NotebookNode) -> bool:
        """Tell whether a cell of the release of now was there already, with any text."""
        return (grade_id_of(cell) or cell["id"]) in self.cells

    @property
    def hashes(self) -> set[str]:
        """Hashes of all its cells."""
        return {digest for _, digest in self.cells.values()}


class History:
    """All earlier releases of an assignment.

    Parameters
    ----------
    changes : iterable of Change
        As `nmautils.course.releases.changes_before` gives them.
    """

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        then = [(datetime.fromisoformat(when), cells) for when, cells in replayed(changes)]
        days = [when.date() for when, _ in then]
        self.releases = [
            EarlierRelease(_day(when, with_time=days.count(when.date()) > 1), cells)
            for when, cells in then
        ]
        self._kinds = {
            digest: Kind(kind)
            for release in self.releases
            for kind, digest in release.cells.values()
        }

    def kind_of(self, text: str) -> Kind | None:
        """Give the kind of the cell that held this text; None if no earlier release had it."""
        return self._kinds.get(hash_of(text)) if self._kinds and text.strip() else None

    def most_like(self, texts: Iterable[str], known: Iterable[str]) -> EarlierRelease | None:
        """Give the release that a notebook is made from.

        Parameters
        ----------
        texts : iterable of str
            What its cells hold.
        known : iterable of str
            Those of them that only earlier releases have.

        Returns
        -------
        EarlierRelease or None
            Of those that have one of the `known` the one that has most `texts`; of equals the last.
        """
        old = {hash_of(text) for text in known}
        having = [release for release in reversed(self.releases) if old & release.hashes]
        if not having:
            return None
        hashes = {hash_of(text) for text in texts}
        return max(having, key=lambda release: len(hashes & release.hashes))


def _day(when: datetime, with_time: bool) -> str:
    return f"{when.day} {when:%B %Y}" + (f", {when:%H:%M}" if with_time else "")
