"""Find prose in a cell for code: a written answer that was put as a comment, a string or a print.

Comments and messages of ordinary code are short. So a cell that does nothing but say something is
taken for prose when it says a few words, one that also computes only when it says a sentence.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .python_cells import Code, tree_of

__all__ = ["pieces_of", "prose_of", "words_in"]

# How many words make prose: in a cell that only says something, in a comment or text beside
# code, and in a text that has computed values in it.
ONLY_TEXT, BESIDE_CODE, COMPUTED = 3, 8, 12
LINES = 200  # of comments in a cell that are looked at
LINE_CHARACTERS = 300  # of a line that may be code which was commented out

_SAYING = {
    *("print", "display", "Markdown", "HTML", "Latex", "Math", "Pretty"),
    *("annotate", "text"),  # in a figure, where a title is short or of the code
}
_EDGES = ".,;:!?\"'()[]{}*`_#–—-…“”"
_INSIDE = str.maketrans("", "", "'’-–/")
# A shell command that only says something, without what it is put into or behind.
_ECHO = re.compile(r"[ \t]*!{1,2}[ \t]*(?:echo|printf)[ \t]+(?:-[neE]+[ \t]+)?(?P<said>[^\n>|&]*)")
_SIZE = re.compile(r"[0-9]{1,9}(?:[x×*][0-9]{1,9}){1,5}", re.IGNORECASE)
_SPACELESS = 0x2E80  # from here on are scripts without blanks between words


@dataclass
class _Piece:
    """A text of a cell: a block of comments, or what one statement says."""

    line: int
    text: str
    enough: int = BESIDE_CODE


def prose_of(code: Code, given: str = "", beside_code: bool = True) -> str:
    """Give what a code cell says in words, as far as it may be a written answer.

    Parameters
    ----------
    code : Code
        The cell.
    given : str, optional
        The cell of the release that it was; what stands there does not count.
    beside_code : bool, optional
        Whether sentences in a cell that also computes count.

    Returns
    -------
    str
        The text, without signs of comments and quotation marks; nothing if there is no prose.
    """
    known = _lines_of(given)
    if not code.parsed:
        lines = (line.strip() for line in code.source.split("\n"))
        text = "\n".join(line.lstrip("# ") for line in lines if line not in known)
        return text if given and beside_code and words_in(text) >= BESIDE_CODE else ""
    nodes, comments, said = _pieces(code, given)
    if not given and _say_all(nodes):
        pieces = sorted(comments + said, key=lambda piece: piece.line)
        text = "\n\n".join(piece.text for piece in pieces)
        if all(piece.enough < COMPUTED for piece in pieces):
            return text if words_in(text) >= ONLY_TEXT else ""
    if not beside_code:
        return ""
    found = [piece for piece in comments + said if words_in(piece.text) >= piece.enough]
    return "\n\n".join(piece.text for piece in sorted(found, key=lambda piece: piece.line))


def pieces_of(code: Code, given: str = "") -> list[str]:
    """Give each text of a code cell, however short: a block of comments, or what is shown.

    Parameters
    ----------
    code, given
        As in `prose_of`.
    """
    if not code.parsed:
        lines = (line.strip() for line in code.source.split("\n"))
        known = _lines_of(given)
        new = [line.lstrip("# ") for line in lines if line.startswith("#") and line not in known]
        return ["\n".join(new[:LINES])]
    _, comments, said = _pieces(code, given)
    return [piece.text for piece in comments + said]


def words_in(text: str) -> int:
    """Count the words of a text; none if most of it is not words."""
    words = others = letters = 0
    for token in text.split():
        core = token.strip(_EDGES).translate(_INSIDE)
        if core.isalpha():
            dense = sum(ord(letter) >= _SPACELESS for letter in core)
            words += max(1, dense // 2)
            letters = max(letters, len(core))
        elif core.replace(".", "").replace(",", "").isdigit() or _SIZE.fullmatch(core):
            words += 1
        elif core:
            others += 1
    return words if words > others and letters > 1 else 0


def _lines_of(given: str) -> set[str]:
    return {line.strip() for line in given.split("\n")}


def _pieces(code: Code, given: str) -> tuple[list[ast.stmt], list[_Piece], list[_Piece]]:
    """Give the statements of a cell, its blocks of comments, and what its statements say."""
    nodes = [node for unit in code.units for node in unit.nodes]
    lines = code.source.split("\n")
    comments = list(_comments(lines, nodes, _lines_of(given)))
    said = [
        piece
        for node in nodes
        if (piece := _said(node) or _echoed(node, lines)) and piece.text not in given
    ]
    return nodes, comments, said


def _comments(lines: list[str], nodes: Iterable[ast.stmt], known: set[str]) -> Iterable[_Piece]:
    """Give the blocks of comments between statements and behind them."""
    inside: set[int] = set()
    ends: dict[int, int] = {}
    for node in nodes:
        last = node.end_lineno or node.lineno
        inside.update(range(node.lineno, last + 1))
        ends[last] = node.end_col_offset or 0
    block: list[str] = []
    seen = 0
    for number, line in enumerate([*lines, ""], start=1):
        if number in ends:
            line = line.encode(errors="replace")[ends[number] :].decode(errors="replace")
        elif number in inside:
            line = ""
        comment = line.strip().lstrip(";").strip()
        if comment.startswith("#") and comment not in known and seen < LINES:
            seen += 1
            text = comment.lstrip("#").strip()
            block.append("" if _is_code(text) else text)
        elif block and (comment or number in inside or number > len(lines)):
            yield _Piece(number - 1, "\n".join(block).strip())
            block = []
    # An empty line does not end a block: prose has paragraphs.


def _is_code(text: str) -> bool:
    """Tell whether a comment is code that was commented out."""
    if len(text) > LINE_CHARACTERS:
        return False
    tree = tree_of(f"{text} pass" if text.endswith(":") else text)
    if tree is None:
        return text.startswith(("%", "!", "@"))
    plain = (ast.Name, ast.Constant, ast.Tuple)
    return any(not isinstance(getattr(node, "value", None), plain) for node in tree.body)


def _echoed(node: ast.stmt, lines: list[str]) -> _Piece | None:
    """Give the text of a shell command, which stands here as no statement, that only says it."""
    if not isinstance(node, ast.Pass) or not (echo := _ECHO.match(lines[node.lineno - 1])):
        return None
    text = echo["said"].strip().strip("\"'").strip()
    return _Piece(node.lineno, text) if text else None


def _said(node: ast.stmt) -> _Piece | None:
    """Give the text that a statement shows or keeps, if it does no more than that."""
    texts: list[str] = []
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return _said_inside(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Call):
        computed = _collect(node.value, texts)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        computed = _collect(node.value, texts)
        if computed:
            return None
    else:
        return None
    text = "\n".join(filter(None, map(str.strip, texts)))
    return _Piece(node.lineno, text, COMPUTED if computed else BESIDE_CODE) if text else None


def _said_inside(node: ast.FunctionDef | ast.ClassDef) -> _Piece | None:
    """Give the text of a function or class that is nothing but a frame around it.

    One that takes something in may be about to be written, and its docstring is no answer.
    """
    if isinstance(node, ast.FunctionDef):
        arguments = node.args
        if arguments.args or arguments.posonlyargs or arguments.kwonlyargs:
            return None
    elif node.bases:
        return None
    texts: list[str] = []
    for part in node.body:
        if isinstance(part, ast.Pass):
            continue
        value = part.value if isinstance(part, ast.Expr | ast.Return | ast.Assign) else None
        if value is None or _collect(value, texts):
            return None
    text = "\n".join(filter(None, map(str.strip, texts)))
    return _Piece(node.lineno, text) if text else None


def _collect(node: ast.expr, texts: list[str], depth: int = 0) -> bool:
    """Collect the texts that an expression is made of; tell whether anything is computed."""
    if isinstance(node, ast.Constant):
        texts.append(node.value if isinstance(node.value, str) else "")
        return False
    if depth > 20:
        return True
    parts: list[ast.expr]
    if isinstance(node, ast.Call):
        name = _name(node.func)
        if name not in _SAYING | {"dict"}:
            return True
        parts = [keyword.value for keyword in node.keywords] if name == "dict" else node.args
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = node.values
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    elif isinstance(node, ast.JoinedStr):
        parts = node.values
    else:
        return True
    return max([_collect(part, texts, depth + 1) for part in parts], default=False)


def _say_all(nodes: list[ast.stmt]) -> bool:
    """Tell whether a cell does nothing but say something."""
    kept = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _said(node)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return all(_shows(node, kept) or _only_says(node) for node in nodes)


def _shows(node: ast.stmt, kept: set[str]) -> bool:
    """Tell whether a statement shows a text that the cell has kept under a name."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id in kept


def _only_says(node: ast.stmt) -> bool:
    """Tell whether a statement can be part of a cell that only says something."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        # Such as `display(Markdown(answer))`, where the text stands above.
        shown = [*node.value.args]
        while len(shown) == 1 and isinstance(shown[0], ast.Call):
            shown = [*shown[0].args]
        names = all(isinstance(part, ast.Name) for part in shown)
        if shown and names and _name(node.value.func) in _SAYING:
            return True
    return _said(node) is not None


def _name(function: ast.expr) -> str:
    """Give the last part of a function's name."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
