"""No code cell of the release computes what an exercise asks for, whatever names it uses.

:mod:`~nmautils.course.verify.leaks` looks for an answer's lines. Here its statements and
expressions are compared as syntax trees, in which local names are numbered in the order in
which they appear.
"""

import ast
import builtins
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from nmautils.cells import BEGIN_SOLUTION, END_SOLUTION, Kind, kind_of
from nmautils.checks.answer import without_magics
from nmautils.course.problems import Problem
from nmautils.course.verify.leaks import visible

__all__ = ["check_copies"]

# Pieces of less weight give nothing away: `x.sum()` has 2, `layer.conv.weight.detach()` has 4.
_TELLING = 4
# Statements in a row that are compared as one piece.
_LONGEST = 6

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
# What has no weight of its own: its parts count.
_FRAME = (
    *(ast.Assign, ast.AnnAssign, ast.Expr, ast.Return, ast.arguments, ast.arg),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Tuple, ast.Slice, ast.Starred),
    *(ast.JoinedStr, ast.FormattedValue),
)
_LEFT_OUT = {"ctx", "annotation", "returns", "type_comment", "type_params", "kind"}


def check_copies(stamped: NotebookNode, student: NotebookNode, where: str) -> Iterator[Problem]:
    """Look for parts of the model answers in the code that students see.

    As with lines, no secret is what stands openly before its exercise or in its own cell.
    """
    known = _known_names(stamped) | _known_names(student)
    secrets = _secrets(stamped, known)
    for cell in student.cells:
        if cell.cell_type != "code":
            continue
        tree = _parsed(cell.source, known)
        for piece in _largest(tree, secrets):
            yield Problem(
                where,
                f"cell {cell.get('id', '?')}, line {piece.line}: {piece.text!r} is part of the "
                f"answer of exercise {secrets[piece]}, whatever its names",
            )


@dataclass(frozen=True)
class _Piece:
    """An expression, a statement, or statements in a row; equal if only local names differ."""

    form: str
    nodes: tuple[ast.AST, ...] = field(compare=False)

    @property
    def weight(self) -> int:
        return sum(map(_weight, self.nodes))

    @property
    def line(self) -> int:
        return min(getattr(node, "lineno", 0) for node in self.nodes)

    @property
    def text(self) -> str:
        return "; ".join(map(ast.unparse, self.nodes)).replace(_LIBRARY, "")


def _piece(*nodes: ast.AST) -> _Piece:
    places: dict[str, str] = {}
    return _Piece("; ".join(_form(node, places) for node in nodes), nodes)


def _secrets(stamped: NotebookNode, known: dict[str, str]) -> dict[_Piece, str]:
    """Map the telling pieces of the model answers to their exercises."""
    secrets: dict[_Piece, str] = {}
    openly: set[_Piece] = set()
    for cell in stamped.cells:
        if cell.cell_type != "code":
            continue
        openly |= set(_pieces(_parsed(visible(cell), known)))
        if kind_of(cell) is not Kind.EXERCISE:
            continue
        marked = _marked_lines(cell.source)
        for piece in _pieces(_parsed(cell.source, known), marked):
            if piece.weight >= _TELLING and piece not in openly:
                secrets.setdefault(piece, cell.id)
    return secrets


def _marked_lines(source: str) -> set[int]:
    """Numbers of the lines of an answer."""
    marked, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = (inside or BEGIN_SOLUTION in line) and END_SOLUTION not in line
        if inside:
            marked.add(number)
    return marked


# Reading code

_LIBRARY = "library_"  # stands before names that mean the same everywhere


def _parsed(source: str, known: dict[str, str]) -> ast.Module:
    """Parse a cell; nothing is left of one that is no Python."""
    try:
        tree = ast.parse(without_magics(source))
    except SyntaxError:
        return ast.Module([], [])
    _Named(known).visit(tree)
    return tree


def _known_names(notebook: NotebookNode) -> dict[str, str]:
    """Names that are the same thing in every cell: builtins, imports, functions and classes."""
    known = {name: name for name in dir(builtins)}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in _parsed(cell.source, {}).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                known[node.name] = node.name
            elif isinstance(node, ast.Import | ast.ImportFrom):
                before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for one in node.names:
                    known[one.asname or one.name] = before + one.name
    return known


class _Named(ast.NodeVisitor):
    """Mark known names, unless the function around them or the cell has its own of that name."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self.local: set[str] = set()

    def visit(self, node: ast.AST) -> None:
        outer = self.local
        if isinstance(node, ast.Module | _Function):
            self.local = outer | set(_bound(node))
        if isinstance(node, ast.Name) and node.id in self.known and node.id not in self.local:
            node.id = _LIBRARY + self.known[node.id]
        self.generic_visit(node)
        self.local = outer


def _bound(scope: ast.AST) -> Iterator[str]:
    """Names of the arguments and variables of a function or a cell."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, _Function):
            yield from _bound(node)


def _library(node: ast.AST) -> str:
    """Give the full name of `torch.nn.Linear` or `len`; nothing for what is local."""
    if isinstance(node, ast.Name) and node.id.startswith(_LIBRARY):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := _library(node.value)):
        return f"{owner}.{node.attr}"
    return ""


# Cutting code into pieces


def _pieces(tree: ast.AST, marked: set[int] | None = None) -> Iterator[_Piece]:
    """All pieces below a node, those with lines outside `marked` left out."""
    for body in _bodies(tree):
        for length in range(2, _LONGEST + 1):
            for start in range(len(body) - length + 1):
                nodes = body[start : start + length]
                if all(_inside(node, marked) for node in nodes):
                    yield _piece(*nodes)
    for node in ast.iter_child_nodes(tree):
        if _is_piece(node) and _inside(node, marked):
            yield _piece(node)
        yield from _pieces(node, marked)


def _largest(tree: ast.AST, wanted: Container[_Piece]) -> Iterator[_Piece]:
    """The pieces that are among those wanted, and not in another such piece."""
    found: set[ast.AST] = set()
    for body in _bodies(tree):
        for length in range(min(len(body), _LONGEST), 1, -1):
            for start in range(len(body) - length + 1):
                nodes = body[start : start + length]
                if not found.intersection(nodes) and (piece := _piece(*nodes)) in wanted:
                    found.update(nodes)
                    yield piece
    for node in ast.iter_child_nodes(tree):
        if node in found:
            continue
        if _is_piece(node) and (piece := _piece(node)) in wanted:
            yield piece
        else:
            yield from _largest(node, wanted)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Lists of statements that stand right below a node, without docstrings."""
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield _without_docstring(body)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return [
        node
        for node in body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def _is_piece(node: ast.AST) -> bool:
    """Leave out `name = value`, where only the value tells, and what has no lines."""
    if isinstance(node, ast.Assign):
        return not all(isinstance(target, ast.Name) for target in node.targets)
    return isinstance(node, ast.stmt | ast.expr) and not isinstance(node, ast.Expr | ast.Return)


def _inside(node: ast.AST, marked: set[int] | None) -> bool:
    if marked is None:
        return True
    first = getattr(node, "lineno", 0)
    return {first, getattr(node, "end_lineno", None) or first} <= marked


# Comparing pieces


def _form(node: object, places: dict[str, str]) -> str:
    """Write a tree down with numbered local names and sorted keywords."""
    if isinstance(node, list):
        return f"[{', '.join(_form(part, places) for part in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if library := _library(node):
        return library
    if isinstance(node, ast.Name | ast.arg):
        name = node.id if isinstance(node, ast.Name) else node.arg
        return places.setdefault(name, f"_{len(places)}")
    parts = []
    for name, value in ast.iter_fields(node):
        if name in _LEFT_OUT:
            continue
        if name == "body" and isinstance(value, list):
            value = _without_docstring(value)
        elif name == "keywords":
            value = sorted(value, key=lambda keyword: keyword.arg or "")
        parts.append(_form(value, places))
    return f"{type(node).__name__}({', '.join(parts)})"


def _weight(node: ast.AST) -> int:
    """Count what a tree says: names of libraries, attributes, operators, constants, statements."""
    if _library(node):
        return 1
    if isinstance(node, ast.Name | ast.expr_context | ast.arg):
        return 0
    own = 0 if isinstance(node, _FRAME) else 1
    return own + sum(map(_weight, ast.iter_child_nodes(node)))
