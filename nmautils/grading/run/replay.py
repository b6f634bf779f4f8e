"""The cells that a fresh kernel runs again, and which of them may have ended the last one."""

from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode

from nmautils.grading.model.limits import SUSPECT_TRIES, SUSPECTS

__all__ = ["Ran", "Replay"]


@dataclass(frozen=True, eq=False)
class Ran:
    """A cell that ran to its end or to an error.

    Parameters
    ----------
    cell : NotebookNode
        The cell.
    source : str
        What ran.
    own : bool
        Whether the student added it.
    leaves : bool
        Whether something of it goes on running, as its kernel says.
    whole : bool
        Whether no line of it may be left out, see `nmautils.grading.run.statements`.
    """

    cell: NotebookNode
    source: str
    own: bool
    leaves: bool
    whole: bool = False


@dataclass
class Replay:
    """What ran so far, in order, but for cells that ended their process."""

    cells: list[Ran] = field(default_factory=list)
    tries: int = SUSPECT_TRIES

    def add(self, ran: Ran) -> None:
        """Note a cell that is to be run again."""
        self.cells.append(ran)

    def take_out(self, ran: Ran) -> int:
        """Run it no more; give its place."""
        place = self.cells.index(ran)
        del self.cells[place]
        return place

    def put_back(self, place: int, ran: Ran) -> None:
        """Run it again after all: it was not the reason."""
        self.tries -= 1
        self.cells.insert(place, ran)

    def suspects(self, *, widely: bool) -> list[Ran]:
        """Cells that may be the reason if a process ends while another one runs, likely ones first.

        Parameters
        ----------
        widely : bool
            Count all of the student's own cells, not only those that left something running.
        """
        latest = self.cells[::-1]
        found = [ran for ran in latest if ran.leaves]
        if widely:
            found += [ran for ran in latest if ran.own and not ran.leaves]
        return found[: min(SUSPECTS, max(0, self.tries))]
