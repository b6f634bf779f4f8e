"""An answer that reads a variable of the notebook, where it should work with its arguments."""

import ast
import builtins
import re
import symtable
import sys
from collections.abc import Iterator
from typing import Any

from nmautils.checks.answer import (
    TROUBLES,
    Slip,
    given_answer,
    is_near,
    notebook_variables,
    without_magics,
)
from nmautils.checks.slips import MODULES, calls, parse_once
from nmautils.checks.slips_by_text import global_of, variable_slip

__all__ = ["variable_of_notebook"]

# Longer answers are read no further: their names are looked up one by one.
_MOST_NAMES = 500


def variable_of_notebook(text: str) -> Slip | None:
    """Find a variable of the notebook that a function or a method of an answer reads.

    A notebook knows what its names are, so the slip is sure where one is an array, a tensor, a
    list or a network. A number may be a size that does no harm. Of an answer that is judged
    elsewhere only the text is known.
    """
    tree = parse_once(text) if text else None
    if tree is None:
        return None
    try:
        return _in_tree(tree, text)
    except TROUBLES:  # a program nested too deeply
        return None


def _in_tree(tree: ast.Module, text: str) -> Slip | None:
    notebook = notebook_variables() if given_answer() is None else None
    read = list(_read_from_outside(tree, text))
    if notebook is None:
        called = {call.callee for call in calls(tree)}
        like_class = re.compile(r"[A-Z][a-z0-9]")
        kept = [each for each in read if each[0] not in called and not like_class.match(each[0])]
        known = global_of(tree)
        return known or (variable_slip(*kept[0]) if kept else None)
    data = [each for each in read if _is_data(notebook.get(each[0]))]
    if data:
        return variable_slip(*data[0], sure=True)
    numbers = [each for each in read if type(notebook.get(each[0])) in (int, float)]
    return variable_slip(*numbers[0]) if numbers else None


def _read_from_outside(tree: ast.Module, text: str) -> Iterator[tuple[str, list[str], str]]:
    """Give each name that the cell does not make, with the arguments at hand, and one like it."""
    top = symtable.symtable(without_magics(text), "<answer>", "exec")
    made = {each.get_name() for each in top.get_symbols() if each.is_assigned()}
    made |= {each.get_name() for each in top.get_symbols() if each.is_imported()}
    outside = set(_global_names(top)) - made - MODULES.keys() - vars(builtins).keys()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        given = [part.arg for part in [*node.args.args, *node.args.kwonlyargs]]
        given = [name for name in given if name not in {"self", "cls"}]
        body = (part for child in node.body for part in ast.walk(child))
        names = [part.id for part in body if isinstance(part, ast.Name)][:_MOST_NAMES]
        for name in names:
            if name in outside and name not in given:
                yield name, given, next((other for other in given if is_near(name, other)), "")


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    for inner in table.get_children():
        for each in inner.get_symbols():
            if each.is_global() and each.is_referenced() and not each.is_assigned():
                yield each.get_name()
        yield from _global_names(inner)


def _is_data(value: Any) -> bool:
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    kinds: list[type] = [list]
    if numpy is not None:
        kinds.append(numpy.ndarray)
    if torch is not None:
        kinds += [torch.Tensor, torch.nn.Module]
    return isinstance(value, tuple(kinds)) or _is_positions(value)


def _is_positions(value: Any) -> bool:
    """Tell whether something is what ``np.triu_indices`` gives, a tuple of arrays."""
    return type(value) is tuple and bool(value) and all(map(_is_data, value))
