"""Proves that some mutants are the right answer in other words.

Both are brought into one form by steps that never change what a test can see; if the forms are
the same, so are the answers. What cannot be proved like this is either caught by a test or
listed by a person, with the reason.
"""

import ast
import inspect
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from nmautils.course.verify.mutations import Seen

__all__ = ["canonical"]

# Functions and methods that give no negative number, and those that do so if they are given none.
_NEVER_NEGATIVE = {"abs", "argmax", "argmin", "len", "norm", "relu", "sigmoid", "square", "exp"}
_KEEP_SIGN = {"detach", "clone", "max", "mean", "min", "sum", "sqrt"}
_PURE = _NEVER_NEGATIVE | _KEEP_SIGN | {"triu_indices", "flatten"}


def canonical(source: str, namespace: Mapping[str, Any], seen: Mapping[str, Seen]) -> str:
    """Bring an answer into the form in which it is compared.

    Parameters
    ----------
    source
        The answer.
    namespace
        What it may use; the defaults of these functions are looked up.
    seen
        What is known of its expressions' values.
    """
    tree = ast.parse(source)
    for _ in range(3):  # one step may make another possible
        tree = ast.fix_missing_locations(_Canonical(namespace, seen).visit(tree))
    return ast.unparse(tree)


class _Canonical(ast.NodeTransformer):
    def __init__(self, namespace: Mapping[str, Any], seen: Mapping[str, Seen]) -> None:
        self.namespace = namespace
        self.seen = seen
        self.bound: set[str] = set()  # names that have a value at this place for certain

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        stored = {
            name.id
            for inner in node.body
            for name in ast.walk(inner)
            if isinstance(name, ast.Name) and not isinstance(name.ctx, ast.Load)
        }
        outer, self.bound = self.bound, {argument.arg for argument in node.args.args} - stored
        self.generic_visit(node)
        node.body = self._settled(node.body)
        self.bound = outer
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        outer = self.bound
        if isinstance(node.target, ast.Name):
            self.bound = outer | {node.target.id}
        self.generic_visit(node)
        node.body = self._settled(node.body)
        self.bound = outer
        used = {
            ast.unparse(name) for part in node.body for name in ast.walk(part) if _is_name(name)
        }
        match node.iter:
            # Only the number of passes counts where the variable is not used.
            case ast.Call(
                func=ast.Name(id="range"),
                args=[ast.Constant(value=1), ast.BinOp(count, ast.Add(), ast.Constant(value=1))],
            ) if isinstance(node.target, ast.Name) and node.target.id not in used:
                node.iter.args = [count]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            left, right = node.left.value, node.right.value
            if type(left) is int and type(right) is int:
                if isinstance(node.op, ast.Mult):
                    return ast.Constant(left * right)
                if isinstance(node.op, ast.Add):
                    return ast.Constant(left + right)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            # detach changes nothing the second time.
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(attr="detach")) as inner, attr="detach"
                )
            ):
                return inner
            case ast.Call(func=ast.Name(id="abs"), args=[value]) if _never_negative(value):
                return value
            case ast.Call(
                func=ast.Attribute(value=value, attr="clip"), args=[ast.Constant(value=0)]
            ) if _never_negative(value):
                return value
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(attr="argmax" | "argmin")) as inner,
                    attr="round",
                )
            ):
                return inner
        node.keywords = [one for one in node.keywords if not self._is_default(node.func, one)]
        return node

    def _is_default(self, function: ast.expr, keyword: ast.keyword) -> bool:
        """Tell whether a call names an argument only to give it its default."""
        if not isinstance(keyword.value, ast.Constant) or ast.unparse(function).count("("):
            return False
        try:
            called = eval(ast.unparse(function), dict(self.namespace))
            default = inspect.signature(called).parameters[str(keyword.arg)].default
        except Exception:
            return False
        value = keyword.value.value
        return type(default) is type(value) and bool(default == value)

    def _settled(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Leave out what only prints or is never reached, and sort what may stand in any order."""
        kept: list[ast.stmt] = []
        appended: set[str] = set()
        for node in body:
            if not self._only_prints(node, appended):
                kept.append(node)
            if isinstance(node, ast.Expr) and _called(node.value) == "append":
                appended.add(ast.unparse(node).removesuffix(")").split(".append(")[0])
            if isinstance(node, ast.Return | ast.Break | ast.Continue | ast.Raise):
                break
        for _ in kept:
            for place, (first, second) in enumerate(pairwise(list(kept))):
                if kept[place] is not first or not _independent(first, second):
                    continue
                if ast.unparse(first) > ast.unparse(second):
                    kept[place : place + 2] = second, first
        return kept or [ast.Pass()]

    def _only_prints(self, node: ast.stmt, appended: set[str]) -> bool:
        """Tell whether nothing is left of a statement but for what it prints.

        `appended` are the lists of which it is certain that they have a last element.
        """
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return _called(node.value) == "print" and all(
                self._cannot_fail(value, appended) for value in node.value.args
            )
        return (
            isinstance(node, ast.If)
            and not node.orelse
            and all(
                isinstance(inner, ast.Pass) or self._only_prints(inner, appended)
                for inner in node.body
            )
            and self._cannot_fail(node.test, appended)
        )

    def _cannot_fail(self, node: ast.expr, appended: set[str]) -> bool:
        """Tell whether an expression of numbers can be computed whatever they are."""

        def fine(*parts: ast.expr) -> bool:
            return all(self._cannot_fail(part, appended) for part in parts)

        match node:
            case ast.Constant():
                return True
            case ast.Name():
                return node.id in self.bound and self._is_number(node)
            case ast.Subscript(ast.Name(name), ast.UnaryOp(ast.USub(), ast.Constant(value=1))):
                return name in appended and self._is_number(node)
            case ast.JoinedStr(parts):
                return fine(*parts)
            case ast.FormattedValue(value):
                return fine(value)
            case ast.UnaryOp(_, operand):
                return fine(operand)
            case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult(), right):
                return fine(left, right)
            case ast.BinOp(left, ast.Mod() | ast.FloorDiv() | ast.Div(), right):
                return fine(left, right) and _not_zero(right)
            case ast.Compare(left, _, [right]):
                return fine(left, right)
            case ast.Call(ast.Name(id="max" | "min"), [_, _, *_], []):
                return fine(*node.args)
        return False

    def _is_number(self, node: ast.expr) -> bool:
        known = self.seen.get(ast.unparse(node), Seen())
        return bool(known.numbers) and known.dimensions is None


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def _called(node: ast.expr) -> str:
    """Give the last name of what is called; nothing if it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return ast.unparse(node.func).split(".")[-1]


def _not_zero(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _not_zero(node.operand)
    return _above_zero(node)


def _above_zero(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number > 0
        case ast.Call(ast.Name(id="max"), args):
            return any(map(_above_zero, args))
    return False


def _never_negative(node: ast.expr) -> bool:
    called = _called(node)
    if called in _NEVER_NEGATIVE:
        return True
    match node:
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return True
        case ast.Call(func=ast.Attribute(value=value)) if called in _KEEP_SIGN:
            return _never_negative(value)
        case ast.BinOp(left, ast.Add() | ast.Mult(), right):
            return _never_negative(left) and _never_negative(right)
    return False


def _independent(first: ast.stmt, second: ast.stmt) -> bool:
    """Tell whether two neighbouring statements may stand the other way round."""
    if not (isinstance(first, ast.Assign) and isinstance(second, ast.Assign)):
        return False
    names = [[target for target in node.targets if _is_name(target)] for node in (first, second)]
    if len(names[0]) != len(first.targets) or len(names[1]) != len(second.targets):
        return False
    written = [{ast.unparse(name) for name in part} for part in names]
    read = [
        {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
        for node in (first, second)
    ]
    if written[0] & (written[1] | read[1]) or written[1] & read[0]:
        return False
    # A new list or a plain name cannot notice what the other statement does.
    plain = [isinstance(node.value, ast.List | ast.Constant) for node in (first, second)]
    return any(plain) or (_pure(first.value) and _pure(second.value))


def _pure(node: ast.expr) -> bool:
    """Tell whether computing a value changes nothing else."""
    known = (
        ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Tuple, ast.BinOp, ast.UnaryOp,
        ast.Call, ast.keyword, ast.operator, ast.unaryop, ast.expr_context, ast.Slice,
    )  # fmt: skip
    return all(
        isinstance(inner, known) and (not isinstance(inner, ast.Call) or _called(inner) in _PURE)
        for inner in ast.walk(node)
    )
