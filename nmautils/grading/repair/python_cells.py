"""Read students' code: what it defines, where its statements end, what can only fail.

Nothing here runs code, raises for what a student wrote, or takes long whatever that is.
"""

import ast
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from nmautils.checks.answer import magics_as_pass
from nmautils.grading.model.limits import PARSED_CELL_CHARACTERS, PARSED_CHARACTERS

__all__ = ["LEFTOVER", "Code", "Parser", "Unit", "as_python", "comment_out", "joined", "tree_of"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_TROUBLES = (SyntaxError, ValueError, RecursionError, MemoryError)

# Cell magics whose cell is still Python.
_PYTHON_CELL = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b")
_FENCED = re.compile(r"\s*```\w*[ \t]*\n(.*?)\n?```\s*", re.DOTALL)
_DEFINITION_LINE = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)

# The first line of a released solution cell, which a student is asked to delete.
LEFTOVER = re.compile(r"^raise NotImplementedError\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Unit:
    """One or more top-level statements that share no line with others.

    Parameters
    ----------
    text : str
        Their lines, with the comments before them.
    nodes : tuple of ast.stmt
        Their syntax trees.
    """

    text: str
    nodes: tuple[ast.stmt, ...]

    @cached_property
    def key(self) -> str:
        """What the statements do, whatever their comments and layout."""
        try:
            return "\n".join(ast.dump(node) for node in self.nodes)
        except _TROUBLES:
            return self.text

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that the statements give a value at top level, without imported ones."""
        return frozenset(_made(self.nodes))

    @cached_property
    def provided(self) -> frozenset[str]:
        """Names that other code may use after them, imported ones included."""
        imported = (
            (alias.asname or alias.name).partition(".")[0]
            for node in self.nodes
            if isinstance(node, _IMPORTS)
            for alias in node.names
        )
        return self.names.union(imported)

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names that other code may use after them, those made by loops and in tuples included."""
        parts = [
            part
            for node in self.nodes
            if not isinstance(node, _DEFINITIONS)
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        ]
        return self.provided.union(part.id for part in parts)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Names that they read but do not bind anywhere."""
        parts = [part for node in self.nodes for part in ast.walk(node)]
        names = [part for part in parts if isinstance(part, ast.Name)]
        bound = {part.id for part in names if not isinstance(part.ctx, ast.Load)}
        bound.update(part.arg for part in parts if isinstance(part, ast.arg))
        return frozenset(part.id for part in names) - bound

    @cached_property
    def used(self) -> frozenset[str]:
        """Names that they mention anywhere."""
        return frozenset(
            part.id for node in self.nodes for part in ast.walk(node) if isinstance(part, ast.Name)
        )

    @property
    def is_import(self) -> bool:
        """Whether there are only imports."""
        return all(isinstance(node, _IMPORTS) for node in self.nodes)

    @property
    def is_definition(self) -> bool:
        """Whether there are only functions and classes."""
        return all(isinstance(node, _DEFINITIONS) for node in self.nodes)

    @property
    def is_constant(self) -> bool:
        """Whether there are only plain values given to plain names."""
        return all(
            isinstance(node, ast.Assign)
            and all(isinstance(target, ast.Name) for target in node.targets)
            and _is_literal(node.value)
            for node in self.nodes
        )

    @property
    def is_declaration(self) -> bool:
        """Whether it only makes names known, and computes nothing."""
        return self.is_import or self.is_definition or self.is_constant

    @cached_property
    def has_blanks(self) -> bool:
        """Whether a blank of the student version (``...``) is still there."""
        blank = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)
        return any(
            isinstance(part, blank)
            and isinstance(part.value, ast.Constant)
            and part.value.value is ...
            for node in self.nodes
            for part in ast.walk(node)
        )


def _made(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _made(node.body)


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Tuple | ast.List):
        return all(isinstance(item, ast.Constant) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value is not ...


@dataclass(frozen=True)
class Code:
    """A cell's code.

    Parameters
    ----------
    source : str
        Its text.
    units : tuple of Unit
        Its statements; empty if it cannot be parsed.
    parsed : bool
        Whether it could be parsed.
    """

    source: str
    units: tuple[Unit, ...] = ()
    parsed: bool = False

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What each unit does."""
        return tuple(unit.key for unit in self.units)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names it makes at top level; if it cannot be parsed, those it seems to define."""
        if not self.parsed:
            return frozenset(_DEFINITION_LINE.findall(self.source[:PARSED_CELL_CHARACTERS]))
        return frozenset().union(*(unit.names for unit in self.units))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Names it reads that none of its own statements makes."""
        return frozenset().union(*(unit.needed for unit in self.units)) - self.provided

    @cached_property
    def provided(self) -> frozenset[str]:
        """Names that cells below may use."""
        return frozenset().union(*(unit.provided for unit in self.units))

    @cached_property
    def is_declaration(self) -> bool:
        """Whether it only makes names known."""
        return self.parsed and all(unit.is_declaration for unit in self.units)


class Parser:
    """Parse the cells of one notebook.

    A cell is parsed once. A cell of more than `PARSED_CELL_CHARACTERS` is not parsed, and none
    is after `PARSED_CHARACTERS` in all: no honest notebook has so much code.
    """

    def __init__(self) -> None:
        self._known: dict[str, Code] = {}
        self._left = PARSED_CHARACTERS

    def __call__(self, source: str, *, dedent: bool = True) -> Code:
        """Parse a cell; as IPython does, forgive that all of it is indented if `dedent`."""
        code = self._parse(source)
        before = source[: len(source) - len(source.lstrip())].rpartition("\n")[2]
        if not code.parsed and dedent and before:
            lines = source.split("\n")
            code = self._parse("\n".join(line.removeprefix(before) for line in lines))
        return code

    def _parse(self, source: str) -> Code:
        if source not in self._known:
            fits = len(source) <= min(PARSED_CELL_CHARACTERS, self._left)
            self._left -= len(source) if fits else 0
            self._known[source] = _parse(source) if fits else Code(source)
        return self._known[source]


@lru_cache(maxsize=512)
def _parse(source: str) -> Code:
    tree = tree_of(source)
    if tree is None and (_PYTHON_CELL.match(source) or not source.lstrip().startswith("%%")):
        tree = tree_of(magics_as_pass(source))
    if tree is None:
        return Code(source)
    return Code(source, tuple(_units(source, tree.body)), True)


def tree_of(source: str) -> ast.Module | None:
    """Parse code; give None if it is none."""
    with warnings.catch_warnings():
        # Warnings about a student's code do not concern the person who grades.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except _TROUBLES:
            return None


def _units(source: str, nodes: list[ast.stmt]) -> Iterable[Unit]:
    lines = source.split("\n")
    group: list[ast.stmt] = []
    begin = end = 0
    for node in nodes:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        if group and first > end:
            yield Unit("\n".join(lines[begin:end]), tuple(group))
            group, begin = [], end
        group.append(node)
        end = max(end, node.end_lineno or node.lineno)
        while isinstance(node, ast.Pass) and lines[end - 1].endswith("\\") and end < len(lines):
            end += 1  # a line of IPython's own that goes on
    if group:
        yield Unit("\n".join(lines[begin:]), tuple(group))


def joined(units: Iterable[Unit]) -> str:
    """Put units back together."""
    return "\n".join(unit.text for unit in units).strip("\n")


def as_python(text: str) -> str:
    """Give the code of a text cell, without the fence that Markdown puts around code."""
    fenced = _FENCED.fullmatch(text)
    return fenced[1] if fenced else text


def comment_out(source: str, parse: Parser) -> tuple[str, bool]:
    """Comment out the line that a student was asked to delete.

    Lines that can only fail where a notebook is graded are another matter: what runs the cells
    leaves them out and knows what they would have made, see `nmautils.grading.run.statements`.

    Parameters
    ----------
    source : str
        Code of an answer, or of a cell of the student's own.
    parse : Parser
        Tells whether the outcome is still Python.

    Returns
    -------
    str
        The code.
    bool
        Whether such a line was found.
    """
    changed = LEFTOVER.sub(r"# \g<0>", source)
    if changed != source and (parse(changed).parsed or not parse(source).parsed):
        return changed, True
    return source, False
