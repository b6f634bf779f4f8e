"""Which cells of a notebook are run, and which of them once for everybody."""

from itertools import takewhile

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, is_students, kind_of

__all__ = [
    "ON_DEMAND",
    "SHOWN_AS_SUBMITTED",
    "kind_in",
    "kinds_to_run",
    "shared_cells",
    "shared_start",
]

# Kinds of cells, by what they cost a hand-in that is graded: demonstrations only with --full.
ALWAYS = {Kind.SETUP, Kind.EXERCISE, Kind.GIVEN, Kind.OWN}
ON_DEMAND = {Kind.DEMO, Kind.EXPLORE}
SHOWN_AS_SUBMITTED = {Kind.OWN} | ON_DEMAND


def shared_cells(release: NotebookNode, full: bool) -> list[str]:
    """Cells that run the same for everybody: those before the first that a student changes."""
    before = takewhile(lambda cell: not _may_differ(cell), release.cells)
    return [cell.source for cell in before if kind_of(cell) in kinds_to_run(full)]


def _may_differ(cell: NotebookNode) -> bool:
    """Whether a code cell of the release is not the same for everybody."""
    return kind_of(cell) == Kind.EXERCISE or is_students(cell)


def kinds_to_run(full: bool) -> set[Kind]:
    """Kinds of cells that are run besides tests."""
    return ALWAYS | ON_DEMAND if full else ALWAYS


def kind_in(cell: NotebookNode) -> Kind:
    """Kind of a cell of a rebuilt notebook."""
    return Kind(cell.metadata.nmautils["kind"])


def shared_start(notebook: NotebookNode, kinds: set[Kind]) -> set[int]:
    """Positions of cells that a stem has run: those before the first that a student made."""
    shared = set()
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        kind = kind_in(cell)
        if kind in {Kind.EXERCISE, Kind.OWN} or is_students(cell):
            break
        if kind in kinds:
            shared.add(i)
    return shared
