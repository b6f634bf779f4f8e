"""Slips that the text of an answer shows, for checks that fail without an error."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from nmautils.checks.answer import TROUBLES, Slip, is_near
from nmautils.checks.slips import MODULES, calls, code_of, parse_once

__all__ = [
    "BLANK_LEFT",
    "COMPARED",
    "MISSPELT_INIT",
    "NOT_KEPT",
    "OVERWRITTEN",
    "PRINTED",
    "forgotten",
    "global_of",
    "network_made",
    "not_called",
    "other_name_of_argument",
    "slips_of_text",
    "variable_slip",
]

BLANK_LEFT = "blank left over"
FORGOTTEN = "parentheses forgotten"
OVERWRITTEN = "list overwritten by a number"
MISSPELT_INIT = "__init__ misspelt"
COMPARED = "== in place of ="
PRINTED = "printed, not returned"
NOT_KEPT = "result not kept"

# Methods that do something by themselves, and those that give something back.
_DOES = {"zero_grad", "step", "backward"}
_GIVES = {"item", "detach", "numpy", "cpu", "clone", "flatten", "parameters", "copy"}
# Functions whose result is all that they do.
_PURE = {
    *("relu", "sigmoid", "tanh", "abs", "square", "exp", "log", "softmax", "log_softmax", "sum"),
    *("mean", "std", "flatten", "reshape", "view", "squeeze", "unsqueeze", "transpose", "permute"),
    *("detach", "clone", "item", "zscore", "gaussian_filter1d", "clip", "clamp", "argmax", "dot"),
    *("matmul", "corrcoef", "roll", "where", "triu_indices", "triu"),
}
# Slips that are looked for in one answer; one is said.
_MOST_SLIPS = 50


@lru_cache(maxsize=16)
def slips_of_text(text: str) -> tuple[Slip, ...]:
    """List the slips that the text of an answer shows, those that are sure ones first."""
    tree = parse_once(text) if text else None
    if tree is None:
        return ()
    try:
        return tuple(sorted(islice(_slips(tree), _MOST_SLIPS), key=lambda slip: not slip.sure))
    except TROUBLES:  # a program nested too deeply
        return ()


def _slips(tree: ast.Module) -> Iterator[Slip]:
    for code, sure in not_called(tree):
        yield forgotten(code, sure)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _misspelt_init(node)
            yield from _layers_unused(node)
        elif isinstance(node, ast.FunctionDef):
            yield from _list_slips(node)
            yield from _printed(node)
        elif isinstance(node, ast.Expr):
            yield from _statement_slips(node)
        if _is_blank(node):
            line = getattr(node, "lineno", 0)
            yield Slip(
                BLANK_LEFT, f"A blank `...` is still in your answer (line {line}); replace it."
            )
    for found in (other_name_of_argument(tree), network_made(tree), global_of(tree)):
        if found:
            yield found


def not_called(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Find methods that are named and not called, and whether nothing else can be meant."""
    parts = list(ast.walk(tree))
    called = {id(node.func) for node in parts if isinstance(node, ast.Call)}
    alone = {id(node.value) for node in parts if isinstance(node, ast.Expr)}
    for node in parts:
        if not isinstance(node, ast.Attribute) or id(node) in called:
            continue
        # `self.step` may be anything, but a line that only says `optimizer.step` does nothing.
        wanted = node.attr in _GIVES or (node.attr in _DOES and id(node) in alone)
        if wanted and isinstance(node.ctx, ast.Load):
            code = code_of(node)
            yield code, node.attr in {"item", "detach"} or id(node) in alone


def forgotten(code: str, sure: bool = True) -> Slip:
    return Slip(
        FORGOTTEN,
        f"`{code}` without parentheses only names the method and does not run it; write "
        f"`{code}()`.",
        sure,
    )


def _misspelt_init(node: ast.ClassDef) -> Iterator[Slip]:
    methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
    if "__init__" in methods:
        return
    for name in methods:
        if name != "__init__" and name.strip("_") in {"init", "int", "inti", "initi", "ini"}:
            yield Slip(
                MISSPELT_INIT,
                f"Python looks for a method called `__init__`, with two underscores on either "
                f"side; yours is called `{name}`.",
                sure=True,
            )


def _list_slips(node: ast.FunctionDef) -> Iterator[Slip]:
    returned = {
        part.value.id
        for part in ast.walk(node)
        if isinstance(part, ast.Return) and isinstance(part.value, ast.Name)
    }
    lists = {name for name, value in assigned(node.body) if _is_list(value)} & returned
    for loop in ast.walk(node):
        if not isinstance(loop, ast.For | ast.While):
            continue
        appended = {
            call.callee.removesuffix(".append") for call in calls(loop) if call.last == "append"
        }
        for name, value in assigned(loop.body):
            if _is_list(value) and name in returned & appended:
                yield Slip(
                    "list emptied in every epoch",
                    f"`{name} = []` stands inside the loop, so all but the last round is thrown "
                    "away. Make the list once, before the loop.",
                    sure=True,
                )
            elif name in lists and _is_number(value):
                yield Slip(
                    OVERWRITTEN,
                    f"`{name} = ...` puts one number in the place of the list; the number is to "
                    "be added to the list.",
                    sure=True,
                )


def assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _is_list(value: ast.expr) -> bool:
    return (isinstance(value, ast.List) and not value.elts) or (
        isinstance(value, ast.Call) and code_of(value) == "list()"
    )


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and (
        (isinstance(value.func, ast.Attribute) and value.func.attr == "item")
        or (isinstance(value.func, ast.Name) and value.func.id == "float")
    )


def _statement_slips(node: ast.Expr) -> Iterator[Slip]:
    value = node.value
    if isinstance(value, ast.Compare) and isinstance(value.ops[0], ast.Eq):
        yield Slip(
            COMPARED,
            f"`{code_of(value)}` compares and keeps nothing; a single = gives a value to a name.",
            sure=True,
        )
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        name = value.func.attr
        if name in _PURE:
            yield Slip(
                NOT_KEPT,
                f"`{code_of(value)}` gives a result and changes nothing by itself; give "
                "the result a name and go on with that.",
            )


def _is_blank(node: ast.AST) -> bool:
    """Tell whether a part of a program is a blank; ``x[..., 0]`` is none."""

    def blank(part: Any) -> bool:
        return isinstance(part, ast.Constant) and part.value is ...

    if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return):
        return blank(node.value)
    return isinstance(node, ast.Call) and any(map(blank, node.args))


def global_of(tree: ast.Module) -> Slip | None:
    """Find a function that reads a variable of the notebook where it has an argument for it."""
    made = {alias.asname or alias.name for part in ast.walk(tree) for alias in _aliases(part)}
    made |= {name for name, _ in assigned(tree.body)}
    if anew := network_made(tree):
        return anew
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        given = [part.arg for part in [*node.args.args, *node.args.kwonlyargs]]
        names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
        own = {part.id for part in names if not isinstance(part.ctx, ast.Load)}
        own |= made | set(given) | {call.callee for call in calls(node)}
        for part in names:
            name = part.id
            if name in own or hasattr(builtins, name) or name in MODULES or "_" not in name:
                continue
            twin = next((a for a in given if _words(name) & _words(a)), None)
            if twin and name.islower():
                return variable_slip(name, given, twin)
    return None


def variable_slip(name: str, given: list[str], twin: str = "", sure: bool = False) -> Slip:
    """Say what to use in the place of a variable of the notebook: `twin`, or what is `given`."""
    if twin:
        advice = f"Work with the argument `{twin}`."
    elif 0 < len(given) <= 3:
        listed = " and ".join(f"`{each}`" for each in given)
        advice = f"Work with {listed}, and with what you make of them."
        advice = advice.replace("them", "it") if len(given) == 1 else advice
    else:
        advice = "Work with the arguments, and with what you make of them."
    return Slip(
        "variable of the notebook used",
        f"`{name}` is a variable of the notebook, and your function is handed other things. "
        f"{advice}",
        sure,
    )


def _words(name: str) -> set[str]:
    """Give the parts of a name that say what it is, which a single letter does not."""
    return {word for word in name.split("_") if len(word) > 1}


def network_made(tree: ast.Module) -> Slip | None:
    """Find a function that is handed a network and puts a new one in its place."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        given = {part.arg for part in node.args.args}
        for name, value in assigned(node.body):
            if name in given & {"net", "network", "model"} and isinstance(value, ast.Call):
                made = code_of(value.func)
                if made.rpartition(".")[2][:1].isupper():
                    return Slip(
                        "another network trained",
                        f"`{name} = {made}(...)` makes a new network in place of the one that the "
                        f"function is handed. Leave that line out and work with `{name}`.",
                    )
    return None


def other_name_of_argument(tree: ast.Module) -> Slip | None:
    """Find a function that never uses an argument and reads a like variable from outside."""
    top = {getattr(node, "name", "") for node in tree.body} | {n for n, _ in assigned(tree.body)}
    top |= {alias.asname or alias.name for part in ast.walk(tree) for alias in _aliases(part)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or node.args.vararg or node.args.kwarg:
            continue
        given = [part.arg for part in [*node.args.args, *node.args.kwonlyargs]]
        names = [
            part for child in node.body for part in ast.walk(child) if isinstance(part, ast.Name)
        ]
        own = {part.id for part in names if not isinstance(part.ctx, ast.Load)} | top | set(given)
        inner = {
            part.arg for child in node.body for part in ast.walk(child) if isinstance(part, ast.arg)
        }
        called = {call.callee for call in calls(node)}
        free = [
            part.id
            for part in names
            if part.id not in own | inner | called | MODULES.keys()
            and not hasattr(builtins, part.id)
            and part.id.islower()
        ]
        read = {part.id for part in names}
        unused = [name for name in given if name not in read | {"self", "cls"}]
        alone = len(unused) == 1 and len([name for name in given if name != "self"]) == 1
        for name in unused:
            for other in dict.fromkeys(free):
                if (alone and len(set(free)) == 1) or is_near(other, name):
                    return Slip(
                        "argument under another name",
                        f"`{node.name}` is handed `{name}` and never looks at it; `{other}`, which "
                        "it works with, is at best a variable of the notebook. Use one name for "
                        "both.",
                        sure=True,
                    )
    return None


def _printed(node: ast.FunctionDef) -> Iterator[Slip]:
    """Find a function that ends with printing its result and gives nothing back."""
    gives = any(isinstance(part, ast.Return | ast.Yield) and part.value for part in ast.walk(node))
    last = node.body[-1]
    if gives or not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return
    if code_of(last.value.func) == "print" and last.value.args:
        yield Slip(
            PRINTED,
            f"`{code_of(last)}` only shows the result; hand it back with `return`.",
        )


def _layers_unused(node: ast.ClassDef) -> Iterator[Slip]:
    """Find a layer that is made and that no method uses."""
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Attribute)]
    used = {part.attr for part in parts if isinstance(part.ctx, ast.Load)}
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    made = [part.attr for part in parts if isinstance(part.ctx, ast.Store)]
    if "forward" in methods:
        for name in made:
            if "layer" in name and name not in used:
                yield Slip(
                    "layer made and not used",
                    f"`self.{name}` is made, and `forward` never calls it.",
                )


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
