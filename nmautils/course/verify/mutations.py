"""Wrong versions of a right answer, made by a program: one small change each.

The changes are tried at every place of the answer's syntax tree where they fit, in the order of
the tree, so the same answer always gives the same mutants. Docstrings are left out, and nothing
is changed inside ``print(...)``, since what is printed earns nothing.
"""

import ast
import copy
import difflib
import random
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

__all__ = ["Mutant", "Number", "Seen", "make_mutants", "plain", "short_diff"]

Number = int | float
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Change = tuple[str, ast.expr]
_Text = tuple[str, str]

# Names of functions and methods that people mix up; the first column is what the answer has.
SIBLINGS: dict[str, str] = {
    "Adam": "SGD",
    "Conv2d": "ConvTranspose2d",
    "CrossEntropyLoss": "MSELoss NLLLoss",
    "L1Loss": "MSELoss",
    "MSELoss": "L1Loss SmoothL1Loss",
    "NLLLoss": "CrossEntropyLoss MSELoss PoissonNLLLoss",
    "SGD": "Adam RMSprop Adagrad",
    "abs": "square sqrt exp relu",
    "all": "any",
    "any": "all",
    "append": "extend",
    "argmax": "argmin max mean argsort",
    "argmin": "argmax min",
    "ceil": "floor round",
    "corrcoef": "cov",
    "cos": "sin",
    "detach": "clone",
    "flatten": "squeeze",
    "float": "int round",
    "floor": "ceil round",
    "item": "detach",
    "len": "sum max",
    "log": "exp log10",
    "max": "min mean sum",
    "mean": "sum median",
    "min": "max",
    "normal_": "uniform_ zeros_ ones_",
    "ones": "zeros",
    "relu": "sigmoid tanh abs selu relu6 leaky_relu",
    "sigmoid": "relu tanh",
    "sin": "cos",
    "sort": "argsort",
    "sqrt": "square",
    "square": "abs sqrt exp",
    "stack": "concatenate",
    "step": "zero_grad",
    "std": "var",
    "sum": "mean max prod norm",
    "tanh": "sigmoid relu",
    "tril_indices": "triu_indices",
    "triu_indices": "tril_indices",
    "var": "std",
    "weight": "bias",
    "bias": "weight",
    "zero_grad": "step",
    "zeros": "ones",
}
# Arguments that people add to a call of this name.
ADDED: dict[str, str] = {
    "Conv2d": "bias=False",
    "Linear": "bias=False",
    "NLLLoss": "reduction='sum'",
    "SGD": "momentum=0.9 weight_decay=0.01",
    "mean": "axis=0",
    "std": "ddof=1",
    "sum": "axis=0",
    "zscore": "ddof=1",
}
# Words that stand for each other as an argument.
WORDS: tuple[tuple[str, ...], ...] = (
    ("wrap", "reflect", "nearest", "constant", "mirror"),
    ("mean", "sum", "none"),
    ("same", "valid", "full"),
)
# What an answer may do to a value on its way, VALUE standing for it, and to which values: ANY, a
# number of Python (whole ones have only the first three), an array of at least so many dimensions.
ANY, NUMBER = -2, -1
WRAPS = (
    (NUMBER, "sign lost", "-VALUE"),
    (NUMBER, "doubled", "2 * VALUE"),
    (NUMBER, "shifted", "VALUE + 1"),
    (NUMBER, "squared", "VALUE ** 2"),
    (NUMBER, "absolute value", "abs(VALUE)"),
    (NUMBER, "rounded", "round(VALUE, 3)"),
    (0, "rounded", "VALUE.round()"),
    (0, "taken modulo 180", "VALUE % 180"),
    (0, "negative values dropped", "VALUE.clip(0)"),
    (0, "cut off from the gradient", "VALUE.detach()"),
    (0, "made a number", "VALUE.item()"),
    (1, "first only", "VALUE[0]"),
    (1, "first only", "VALUE[:1]"),
    (1, "last left out", "VALUE[:-1]"),
    (1, "last dimension shifted", "VALUE.roll(1, -1)"),
    (1, "order reversed", "VALUE[::-1]"),
    (1, "order reversed", "VALUE.flip(0)"),
    (1, "squeezed", "VALUE.squeeze()"),
    (1, "averaged", "VALUE.mean()"),
    (1, "centred", "VALUE - VALUE.mean()"),
    (2, "flattened", "VALUE.flatten()"),
    (2, "transposed", "VALUE.T"),
    (2, "last dimensions swapped", "VALUE.mT"),
    (ANY, "put in a tuple", "(VALUE,)"),
    (ANY, "put in a list", "[VALUE]"),
    (ANY, "nothing", "None"),
)
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Div),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Div),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult, ast.Add),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


@dataclass(frozen=True)
class Mutant:
    """A changed answer.

    Attributes
    ----------
    change : str
        What was done, in a few words.
    source : str
        The whole changed answer.
    diff : str
        The lines that changed, each behind ``-`` or ``+``.
    """

    change: str
    source: str
    diff: str


@dataclass
class Seen:
    """What is known of an expression's value.

    Attributes
    ----------
    numbers : list
        Numbers that it had, each of which an answer could be frozen to.
    dimensions : int or None
        The largest number of dimensions it had as an array; None if it was none.
    """

    numbers: list[Number] = field(default_factory=list)
    dimensions: int | None = None


@dataclass
class _Scope:
    """What an expression could be mixed up with: variables in reach, and attributes of self."""

    names: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    seen: Mapping[str, Seen] = field(default_factory=dict)


def make_mutants(
    source: str,
    seen: Mapping[str, Seen] | None = None,
    at_least: int = 40,
    seed: int = 0,
) -> list[Mutant]:
    """Make all mutants of an answer.

    Parameters
    ----------
    source
        The right answer.
    seen
        What is known of the answer's expressions, by their text.
    at_least
        If single changes give fewer mutants than this, pairs of changes are added.
    seed
        Chooses the pairs.

    Returns
    -------
    list of Mutant
        Different from the answer and from each other; each compiles.
    """
    original = plain(source)
    found = _mutants(original, original, seen or {})
    singles = list(found.values())
    chosen = random.Random(seed)
    for _ in range(10 * at_least):
        if len(found) >= at_least or not singles:
            break
        first = chosen.choice(singles)
        further = _mutants(first.source, original, seen or {})
        further.pop(original, None)
        if further:
            second = chosen.choice([*further.values()])
            pair = f"{first.change}, and {second.change}"
            found.setdefault(second.source, Mutant(pair, second.source, second.diff))
    return list(found.values())


def plain(source: str) -> str:
    """Write an answer anew, without comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (_Function, ast.ClassDef)) and ast.get_docstring(node) is not None:
            assert isinstance(body, list)
            body[:1] = [] if len(body) > 1 else [ast.Pass()]
    return ast.unparse(tree)


def short_diff(old: str, new: str) -> str:
    """Give the lines that differ; what is only moved, added or gone also with a line around it."""

    def lines(around: int) -> list[str]:
        found = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=around)
        rest = [line for line in found if not line.startswith(("---", "+++", "@@"))]
        return [line for line in rest if line[1:].strip()]

    short = lines(0)
    gone = {line[1:].strip() for line in short if line.startswith("-")}
    come = {line[1:].strip() for line in short if line.startswith("+")}
    return "\n".join(lines(1) if not gone or not come or gone & come else short)


def _mutants(source: str, original: str, seen: Mapping[str, Seen]) -> dict[str, Mutant]:
    tree = ast.parse(source)
    found: dict[str, Mutant] = {}
    for change, text in _changes(tree, _Scope(seen=seen)):
        if text != source and text not in found and _compiles(text):
            found[text] = Mutant(change, text, short_diff(original, text))
    return found


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


# --- walking the tree --------------------------------------------------------------------------


def _changes(tree: ast.Module, scope: _Scope) -> Iterator[tuple[str, str]]:
    """Give the text of the whole answer after each change; the tree is as it was in between."""

    repeated: set[int] = set()

    def walk(node: ast.AST, scope: _Scope) -> Iterator[tuple[str, str]]:
        scope = _inner(node, scope)
        for name, value in list(ast.iter_fields(node)):
            if name in ("decorator_list", "annotation", "returns") or isinstance(value, str):
                continue
            if isinstance(value, ast.expr):
                yield from changed(node, name, _of_expression(value, scope))
                handed_on = isinstance(node, ast.Assign | ast.Return) and name == "value"
                if handed_on and id(node) not in repeated:
                    yield from changed(node, name, _wrapped(value, scope))
            elif isinstance(value, list):
                if name in ("body", "orelse") and not isinstance(node, ast.Module):
                    repeated.update(_repeated(value))
                    yield from changed(node, name, _of_body(value, tree))
                for place, item in enumerate(value):
                    if isinstance(item, ast.expr) and name != "targets":
                        each = (
                            (change, [*value[:place], new, *value[place + 1 :]])
                            for change, new in _of_expression(item, scope)
                        )
                        yield from changed(node, name, each)
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            for place, item in enumerate(node.elts):
                each = (
                    (change, [*node.elts[:place], new, *node.elts[place + 1 :]])
                    for change, new in _wrapped(item, scope)
                )
                yield from changed(node, "elts", each)
        if isinstance(node, ast.ClassDef):
            yield from changed(node, "bases", [("parent class left out", [])])
        if isinstance(node, ast.AugAssign):
            others = [("operator swapped", other()) for other in _OPERATORS[type(node.op)]]
            yield from changed(node, "op", others)
        if isinstance(node, ast.arguments):
            for name, change, new in _of_signature(node):
                yield from changed(node, name, [(change, new)])
        for child in ast.iter_child_nodes(node):
            if not _is_print(child):
                yield from walk(child, scope)

    def changed(node: ast.AST, name: str, news: Iterable[tuple[str, Any]]) -> Iterator[_Text]:
        old = getattr(node, name)
        for change, new in news:
            setattr(node, name, new)
            text = ast.unparse(ast.fix_missing_locations(tree))
            setattr(node, name, old)
            yield change, text

    yield from walk(tree, scope)


def _inner(node: ast.AST, scope: _Scope) -> _Scope:
    """Give what is in reach inside a function or class."""
    if isinstance(node, ast.ClassDef):
        found = [
            inner.attr
            for inner in ast.walk(node)
            if isinstance(inner, ast.Attribute)
            and isinstance(inner.ctx, ast.Store)
            and ast.unparse(inner.value) == "self"
        ]
        return _Scope([], list(dict.fromkeys(found)), scope.seen)
    if isinstance(node, _Function):
        names = [argument.arg for argument in node.args.args if argument.arg != "self"]
        names += [
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        ]
        return _Scope(list(dict.fromkeys(names)), scope.attributes, scope.seen)
    return scope


def _repeated(body: list[ast.stmt]) -> Iterator[int]:
    """Find each ``return x`` behind ``x = ...``, where changing one or the other is the same."""
    for before, node in pairwise(body):
        if isinstance(node, ast.Return) and isinstance(before, ast.Assign):
            target = ast.Return(before.targets[0])
            if ast.unparse(node) == ast.unparse(target):
                yield id(node)


def _is_print(node: ast.AST) -> bool:
    """Tell whether a statement only prints."""
    return isinstance(node, ast.Expr) and ast.unparse(node.value).startswith("print(")


# --- expressions -------------------------------------------------------------------------------


def _of_expression(node: ast.expr, scope: _Scope) -> Iterator[_Change]:
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    if not isinstance(node, ast.Constant):
        for number in scope.seen.get(ast.unparse(node), Seen()).numbers:
            yield "frozen to one number", _expression(repr(number))
    match node:
        case ast.Constant():
            yield from _of_constant(node.value)
        case ast.Name() if node.id in scope.names:
            for other in scope.names:
                yield "another variable", ast.Name(other, ast.Load())
        case ast.BinOp():
            yield from _of_operation(node)
        case ast.UnaryOp():
            yield "operator left out", node.operand
        case ast.BoolOp():
            joined = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "operator swapped", ast.BoolOp(joined, node.values)
            yield from (("condition left out", value) for value in node.values)
        case ast.Compare(ops=[operator], comparators=[right]):
            for kind in _COMPARISONS[type(operator)]:
                yield "comparison moved", ast.Compare(node.left, [kind()], [right])
            if isinstance(operator, ast.Is | ast.IsNot):
                yield "comparison left out", node.left
        case ast.IfExp():
            yield "condition left out", node.body
            yield "condition left out", node.orelse
        case ast.Tuple() | ast.List():
            yield from _of_sequence(node)
        case ast.Attribute():
            yield from _of_attribute(node, scope)
        case ast.Subscript():
            yield "index left out", node.value
        case ast.Slice():
            yield from _of_slice(node)
        case ast.Call():
            yield from _of_call(node)


def _of_constant(value: object) -> Iterator[_Change]:
    others: list[object] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1, -value, 0, 1, 2, 2 * value]
    elif isinstance(value, float):
        others = [2 * value, value / 2, 10 * value, value**2, -value, 0.0, 1.0]
    elif isinstance(value, str):
        others = [word for group in WORDS if value in group for word in group]
    yield from (("constant changed", _expression(repr(other))) for other in others)


def _of_operation(node: ast.BinOp) -> Iterator[_Change]:
    for kind in _OPERATORS.get(type(node.op), ()):
        yield "operator swapped", ast.BinOp(node.left, kind(), node.right)
    yield "right side left out", node.left
    yield "left side left out", node.right
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield "sides swapped", ast.BinOp(node.right, node.op, node.left)


def _of_sequence(node: ast.Tuple | ast.List) -> Iterator[_Change]:
    kind = type(node)
    for place in range(len(node.elts) - 1):
        elements = list(node.elts)
        elements[place : place + 2] = elements[place + 1], elements[place]
        yield "order swapped", kind(elements, ast.Load())
    for place, element in enumerate(node.elts):
        rest = [*node.elts[:place], *node.elts[place + 1 :]]
        yield "element left out", kind(rest, ast.Load())
        yield "one element only", element


def _of_attribute(node: ast.Attribute, scope: _Scope) -> Iterator[_Change]:
    if ast.unparse(node.value) == "self" and node.attr in scope.attributes:
        for other in scope.attributes:
            yield "another attribute", ast.Attribute(node.value, other, ast.Load())
    for other in SIBLINGS.get(node.attr, "").split():
        yield "sibling", ast.Attribute(node.value, other, ast.Load())
    yield "attribute left out", node.value


def _of_slice(node: ast.Slice) -> Iterator[_Change]:
    for lower in ("1", "2"):
        if node.lower is None:
            yield "slice shifted", ast.Slice(_expression(lower), node.upper, node.step)
    if node.upper is None:
        yield "slice shifted", ast.Slice(node.lower, _expression("-1"), node.step)
    for part in ("lower", "upper", "step"):
        if getattr(node, part) is not None:
            shorter = copy.copy(node)
            setattr(shorter, part, None)
            yield "slice widened", shorter


def _of_call(node: ast.Call) -> Iterator[_Change]:
    called = ast.unparse(node.func).split(".")[-1]
    if isinstance(node.func, ast.Attribute):
        yield "call left out", node.func.value
    if node.args:
        yield "call left out", node.args[0]
    yield "parentheses left out", node.func
    if isinstance(node.func, ast.Name):
        for other in SIBLINGS.get(called, "").split():
            yield "sibling", ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords)
    for place in range(len(node.args)):
        rest = [*node.args[:place], *node.args[place + 1 :]]
        yield "argument left out", ast.Call(node.func, rest, node.keywords)
    for place in range(len(node.args) - 1):
        args = list(node.args)
        args[place : place + 2] = args[place + 1], args[place]
        yield "arguments swapped", ast.Call(node.func, args, node.keywords)
    for place, keyword in enumerate(node.keywords):
        others = [*node.keywords[:place], *node.keywords[place + 1 :]]
        yield "argument left out", ast.Call(node.func, node.args, others)
        if keyword.arg in ("axis", "dim"):
            for value in ("0", "1", "-1", "None"):
                new = ast.keyword(keyword.arg, _expression(value))
                changed = [*node.keywords[:place], new, *node.keywords[place + 1 :]]
                yield "axis changed", ast.Call(node.func, node.args, changed)
    present = {keyword.arg for keyword in node.keywords}
    for text in ADDED.get(called, "").split():
        name, value = text.split("=")
        if name not in present:
            added = [*node.keywords, ast.keyword(name, _expression(value))]
            yield "argument added", ast.Call(node.func, node.args, added)
    if called == "range" and len(node.args) == 1:
        count = ast.unparse(node.args[0])
        for text in (f"{count} - 1", f"1, {count}", f"{count} + 1", f"1, {count} + 1"):
            yield "range moved", _expression(f"range({text})")


def _wrapped(value: ast.expr, scope: _Scope) -> Iterator[_Change]:
    """Give what the answer may do to a value before it hands it on."""
    if isinstance(value, ast.Constant | ast.List | ast.Tuple):
        return
    text = ast.unparse(value)
    known = scope.seen.get(text)
    if not isinstance(value, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        text = f"({text})"
    for place, (needs, change, form) in enumerate(WRAPS):
        if needs == ANY or known is None or _fits(needs, place, known):
            yield change, _expression(form.replace("VALUE", text))


def _fits(needs: int, place: int, known: Seen) -> bool:
    if known.dimensions is not None:
        return known.dimensions >= needs
    whole = known.numbers and isinstance(known.numbers[0], int)
    return bool(known.numbers) and needs == NUMBER and (not whole or place < 3)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


# --- statements --------------------------------------------------------------------------------


def _of_body(body: list[ast.stmt], tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt]]]:
    with_torch = any(
        isinstance(node, ast.Name) and node.id in ("torch", "nn", "optim")
        for node in ast.walk(tree)
    )
    for place, node in enumerate(body):
        before, after = body[:place], body[place + 1 :]
        if isinstance(node, ast.ClassDef | _Function) or _is_print(node):
            continue
        yield "statement left out", [*before, *after] or [ast.Pass()]
        if after and not isinstance(after[0], _Function):
            yield "statements swapped", [*before, after[0], node, *after[1:]]
        parent_called = ast.unparse(node).startswith("super()")
        if isinstance(node, ast.AugAssign | ast.Expr) and not parent_called:
            yield "statement doubled", [*before, node, node, *after]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if with_torch and _computes(node.value):
                yield "without gradient", [*before, _without_gradient(node), *after]
            if not isinstance(after[0] if after else None, ast.Return):
                target = ast.Return(ast.Name(node.targets[0].id, ast.Load()))
                yield "early exit", [*before, node, target, *after]
        if isinstance(node, ast.If):
            yield "condition always true", [*before, *node.body, *after]
            yield "condition always false", [*before, *node.orelse, *after] or [ast.Pass()]
            denied = ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
            yield "condition turned round", [*before, denied, *after]
        if isinstance(node, ast.For | ast.While):
            yield from _of_loop(node, before, after)


def _of_loop(
    node: ast.For | ast.While, before: list[ast.stmt], after: list[ast.stmt]
) -> Iterator[tuple[str, list[ast.stmt]]]:
    def loop(*body: ast.stmt) -> ast.stmt:
        new = copy.copy(node)
        new.body = list(body)
        return new

    yield "loop run once", [*before, *node.body, *after]
    yield "early exit", [*before, loop(*node.body, ast.Break()), *after]
    yield "early exit", [*before, loop(ast.Break(), *node.body), *after]
    if after:
        yield "moved into the loop", [*before, loop(*node.body, after[0]), *after[1:]]
        yield "early exit", [*before, loop(*node.body, after[0]), *after]
    if before:
        yield "moved into the loop", [*before[:-1], loop(before[-1], *node.body), *after]
    for place, inner in enumerate(node.body):
        rest = [*node.body[:place], *node.body[place + 1 :]] or [ast.Pass()]
        yield "moved before the loop", [*before, inner, loop(*rest), *after]
        yield "moved behind the loop", [*before, loop(*rest), inner, *after]
        called = ast.unparse(inner).split("(")[0]
        if called.endswith(".append"):
            kept = called.removesuffix(".append")
            for test in (
                f"{kept}[-1] > min({kept})",
                f"len({kept}) > 1 and abs({kept}[-1] - {kept}[-2]) < 1e-3",
                f"{kept}[-1] < 1e-3",
                f"not {kept}[-1] < 1e6",
            ):
                leave = ast.If(_expression(test), [ast.Break()], [])
                yield "early exit", [*before, loop(*node.body, leave), *after]


def _computes(value: ast.expr) -> bool:
    """Tell whether a value is computed by a call; what only makes an object needs no gradient."""
    if not isinstance(value, ast.Call):
        return not isinstance(value, ast.List | ast.Constant)
    return not ast.unparse(value.func).split(".")[-1][0].isupper()


def _without_gradient(node: ast.stmt) -> ast.stmt:
    return ast.With([ast.withitem(_expression("torch.no_grad()"))], [node])


def _of_signature(node: ast.arguments) -> Iterator[tuple[str, str, list[ast.AST]]]:
    start = 1 if node.args and node.args[0].arg == "self" else 0
    for place in range(start, len(node.args) - 1):
        args = list(node.args)
        args[place : place + 2] = args[place + 1], args[place]
        yield "args", "arguments of the signature swapped", [*args]
    if node.defaults:
        yield "defaults", "defaults left out", []
    for place in range(len(node.defaults) - 1):
        defaults = list(node.defaults)
        defaults[place : place + 2] = defaults[place + 1], defaults[place]
        yield "defaults", "defaults swapped", [*defaults]
