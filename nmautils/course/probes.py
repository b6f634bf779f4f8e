"""What test cells must keep to, so that a grader can judge them from outside.

The grader runs the checks in a process of its own. Of each function marked with ``@probe`` it
sends the source to the student's process, where it meets the notebook's names and nothing of
the test cell.
"""

import ast
import builtins
import symtable
from collections.abc import Callable, Iterator
from typing import TypeGuard

from nbformat import NotebookNode

from nmautils.cells import (
    BEGIN_HIDDEN,
    BEGIN_WORKED_OUT,
    END_HIDDEN,
    END_WORKED_OUT,
    Kind,
    kind_of,
    runs_inside,
)
from nmautils.checks.answer import without_magics
from nmautils.course.problems import Problem
from nmautils.course.scaffold import answer_of
from nmautils.course.stamp import Place

_BUILTINS = frozenset(dir(builtins))
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_probes(stamped: NotebookNode, places: list[Place]) -> Iterator[Problem]:
    """Check that tests reach a student's definitions only inside ``@probe`` functions.

    And that these stand alone: they use their arguments, what the exercises define and what the
    set-up cells before them give. The rest of a test cell uses only what it defines itself. Tests
    of asserts are left alone: see `nmautils.course.inside`.
    """
    answers: set[str] = set()
    for cell in stamped.cells:
        if kind_of(cell) is Kind.EXERCISE:
            answers |= _bound(answer_of(cell.source))
    given: set[str] = set()
    for cell, place in zip(stamped.cells, places, strict=True):
        kind = kind_of(cell)
        if kind is Kind.SETUP:
            given |= _bound(cell.source)
        if kind is not Kind.TEST or runs_inside(cell.source):
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            yield Problem(str(place), f"does not parse (line {error.lineno}): {error.msg}")
            continue
        for message in _problems(tree, cell.source, answers, given):
            yield Problem(str(place), message)


def _problems(tree: ast.Module, source: str, answers: set[str], given: set[str]) -> Iterator[str]:
    for line, name in _uses(tree, answers, unless=_is_probe):
        yield f"line {line} uses {name} outside a function marked with @probe"
    probes = [node for node in tree.body if _is_probe(node)]
    nested = [node for node in ast.walk(tree) if _is_probe(node) and node not in probes]
    if not probes and not nested:
        yield "has no function marked with @probe"
    for node in nested:
        yield f"the probe {node.name} must stand at the top level of the cell"
    hidden = _hidden_lines(source)
    own = _bound(source)
    names = {probe.name for probe in probes}
    for probe in probes:
        if probe.lineno in hidden:
            yield f"the probe {probe.name} is hidden, but students can see what reaches them"
        yield from _form(probe)
        for name in sorted(_globals(probe) - answers - given - _BUILTINS - {probe.name}):
            if name in names:
                yield f"the probe {probe.name} calls the probe {name}; write it out"
            elif name in own:
                yield f"the probe {probe.name} uses {name} of the test cell; hand it over"
            else:
                yield f"the probe {probe.name} uses {name}, which no set-up cell before it gives"
        if _globals(probe) & {probe.name}:
            yield f"the probe {probe.name} calls itself"
    rest = ast.Module([node for node in tree.body if not _is_probe(node)], [])
    for name in sorted(_globals(rest) - own - answers - _BUILTINS):
        yield f"uses {name}, which the cell does not define; checks run apart from the notebook"
    for line, name in _uses(rest, _reaching(rest, names), unless=_is_checked):
        yield f"line {line} calls {name} outside a check, where an error would end the cell"


def _is_probe(node: ast.AST) -> TypeGuard[_Function]:
    return isinstance(node, _Function) and any(
        ast.unparse(mark).split(".")[-1] == "probe" for mark in node.decorator_list
    )


def _uses(
    node: ast.AST, names: set[str], unless: Callable[[ast.AST], bool]
) -> Iterator[tuple[int, str]]:
    """Lines that use one of `names`, but for parts of which `unless` holds."""
    if unless(node):
        return
    if isinstance(node, ast.Name) and node.id in names:
        yield node.lineno, node.id
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, names, unless)


def _form(probe: _Function) -> Iterator[str]:
    """Complain about what cannot be sent elsewhere as it stands."""
    called = f"the probe {probe.name}"
    if len(probe.decorator_list) != 1 or not isinstance(probe.decorator_list[0], ast.Name):
        yield f"{called} must be marked with @probe alone"
    if isinstance(probe, ast.AsyncFunctionDef) or any(
        isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(probe)
    ):
        yield f"{called} must be a plain function that returns its value"
    if probe.args.kwarg or probe.args.vararg or probe.args.defaults or probe.args.kwonlyargs:
        yield f"{called} must take positional arguments without defaults"
    if any(isinstance(node, (ast.Global, ast.Nonlocal)) for node in ast.walk(probe)):
        yield f"{called} must not bind names of the notebook"


def _hidden_lines(source: str) -> set[int]:
    """Numbers of the lines that no student sees."""
    lines, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        mark = line.strip()
        inside = inside or mark in (BEGIN_HIDDEN, BEGIN_WORKED_OUT)
        inside = inside and mark not in (END_HIDDEN, END_WORKED_OUT)
        if inside:
            lines.add(number)
    return lines


def _bound(source: str) -> set[str]:
    """Names that a cell binds at its top level; magics bind none."""
    try:
        table = symtable.symtable(without_magics(source), "<cell>", "exec")
    except SyntaxError:
        return set()
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def _globals(node: ast.Module | _Function) -> set[str]:
    """Names that a piece of code takes from the module around it."""
    body: list[ast.stmt] = node.body if isinstance(node, ast.Module) else [_bare(node)]
    found: set[str] = set()
    tables = [symtable.symtable(ast.unparse(ast.Module(body, [])), "<cell>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or (top and not symbol.is_assigned()))
        }
    return found


def _bare(probe: _Function) -> ast.stmt:
    fields = {name: getattr(probe, name) for name in probe._fields}
    return type(probe)(**{**fields, "decorator_list": []}, lineno=1, col_offset=0)


def _reaching(rest: ast.Module, probes: set[str]) -> set[str]:
    """Names of the probes, and of the helpers that call one, directly or not."""
    reaching = set(probes)
    helpers = [node for node in rest.body if isinstance(node, ast.FunctionDef)]
    for _ in helpers:
        reaching |= {helper.name for helper in helpers if _globals(helper) & reaching}
    return reaching


def _is_checked(node: ast.AST) -> bool:
    """Whether an error inside ends one check only, or comes only when something is called."""
    return isinstance(node, (ast.FunctionDef, ast.Lambda)) or (
        isinstance(node, ast.With)
        and any(
            isinstance(item.context_expr, ast.Call)
            and ast.unparse(item.context_expr.func) == "checks"
            for item in node.items
        )
    )
