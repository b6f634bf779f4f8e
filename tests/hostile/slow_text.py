"""Attacks on the grader's own time: texts that cost whoever reads them more than their length.

The answers beside them are right and keep their points: a text that is slow to read must cost
nothing, neither its author nor anybody else.
"""

from collections.abc import Callable

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from .attack import RIGHT_LOOP, RIGHT_NET, Attack, Ground, attack


def slow(
    name: str, about: str, change: Callable[[NotebookNode, Ground], None] | None, code: str = ""
) -> Attack:
    """Make an attack beside right answers."""
    return attack(name, about, code, net=RIGHT_NET, loop=RIGHT_LOOP, change=change, kept=10)


def written(text: str) -> Callable[[NotebookNode, Ground], None]:
    """Put a text at the end."""
    return added(new_markdown_cell(text))


def added(*cells: NotebookNode) -> Callable[[NotebookNode, Ground], None]:
    """Put cells at the end."""

    def change(nb: NotebookNode, _: Ground) -> None:
        for number, cell in enumerate(cells):
            cell.id = f"slow-{number}"
        nb.cells.extend(cells)

    return change


def attached(nb: NotebookNode, _: Ground) -> None:
    """Name attachments by escapes of escapes, and show each by all others' names."""
    names = [f"{'%25' * number} é.png" for number in range(300)]
    cell = new_markdown_cell(id="slow-0")
    cell.source = "".join(
        f"![a](<attachment:{name}>) <img src='attachment:{name}'>" for name in names
    )
    cell.attachments = {name: {"image/png": "iVBORw0KGgo" * 50} for name in names}
    nb.cells.append(cell)


ERROR = new_output(
    "error", ename="E" * 10**6, evalue=" \n" * 10**5, traceback=["\x1b[1;" * 10**5] * 4
)
PRINTED = new_output("stream", name="stdout", text="\x1b]0;" * 10**5 + "\r" * 10**6)

ATTACKS = [
    slow("slow_headings", "headings of signs of headings", written("# " + "# " * 9_000 + "x")),
    slow("slow_blanks", "a line of blanks in front of a letter", written("a" + " " * 19_000 + "x")),
    slow("slow_brackets", "links that never close", written("[![a](" * 3_000)),
    slow("slow_formulas", "formulas that never end", written("\\begin{a}$" * 2_000)),
    slow(
        "slow_pictures",
        "pictures in the text that never close",
        written("![a](data:image/png;base64,AAAA<img src='" * 40_000),
    ),
    slow("slow_attachments", "attachments by hundreds, with names that are escaped", attached),
    slow(
        "slow_code",
        "code that takes minutes to colour",
        added(*(new_code_cell(text * (90_000 // len(text))) for text in ("\n", " \n", "a.", "#"))),
    ),
    slow(
        "slow_other_cells",
        "texts and raw cells of the student's own",
        added(
            *(new_markdown_cell(text * 5_000) for text in ("> ", "- ", "*a_", "`a", "|a", "<p>\n")),
            *(new_raw_cell(text * 5_000) for text in ("<b>", "# ", "&", "\\")),
        ),
    ),
    slow(
        "slow_outputs_handed_in",
        "outputs in the file, of escape sequences and line ends",
        added(new_code_cell("1", outputs=[ERROR, PRINTED])),
    ),
    slow(
        "slow_outputs",
        "prints escape sequences that never end, and raises an error of blanks",
        None,
        """
import sys
for text in ("\\x1b[1;", "\\x1b]0;", "\\r", " \\n", "\\x9b"):
    sys.stdout.write(text * 60_000)
    sys.stderr.write(text * 60_000)
raise ValueError("# " * 200_000 + "\\x1b[" * 200_000)
""",
    ),
    slow(
        "slow_metadata",
        "a million tags, and ids that are taken",
        lambda nb, _: nb.cells[0].metadata.update(tags=[f"t{i}" for i in range(300_000)]),
    ),
]
