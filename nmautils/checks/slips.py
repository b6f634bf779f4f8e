"""Slips that happen in every exercise, found by what was called and where.

Two tables. `slip_of_error` goes by an error, the line it arose in, and the calls on that line.
`slips_of_text` goes by the syntax tree of the answer, and serves checks that fail without an
error. An author's own patterns are `ErrorHint`.
"""

import ast
import builtins
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from nmautils.checks.answer import TROUBLES, Slip, parse

__all__ = ["BLANK_LEFT", "ErrorHint", "Raised", "slip_of_error", "slips_of_text"]

BLANK_LEFT = "blank left over"
FORGOTTEN = "parentheses forgotten"

# Layers that work on numbers and are often mistaken for the function that does.
_LAYERS = {
    *("ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Softplus", "Sigmoid", "Tanh"),
    *("Softmax", "LogSoftmax", "Flatten"),
}
# Who knows a method that was asked of something else.
_OWNERS = {
    "backward": "`backward()` belongs to the loss, the number that the loss function gave. Neither "
    "the network, nor the optimiser, nor the loss function itself has it.",
    "step": "`step()` belongs to the optimiser, which knows the parameters and how far to go.",
    "zero_grad": "`zero_grad()` belongs to the optimiser, which clears what it is about to use.",
}
# Methods that do something by themselves, and those that give something back.
_DOES = {"zero_grad", "step", "backward"}
_GIVES = {"item", "detach", "numpy", "cpu", "clone", "flatten", "parameters", "copy"}
_NOTHING_BACK = {"append", "extend", "sort", "backward", "zero_grad"}
# Functions whose result is all that they do.
_PURE = {
    *("relu", "sigmoid", "tanh", "abs", "square", "exp", "log", "softmax", "log_softmax", "sum"),
    *("mean", "std", "flatten", "reshape", "view", "squeeze", "unsqueeze", "transpose", "permute"),
    *("detach", "clone", "item", "zscore", "gaussian_filter1d", "clip", "clamp", "argmax", "dot"),
    *("matmul", "corrcoef", "roll", "where", "triu_indices", "triu"),
}
_MODULES = {
    **{"torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional", "optim": "torch.optim"},
    **{"np": "numpy"},
}
# Slips that are looked for in one answer; one is said.
_MOST_SLIPS = 50
# Nodes of a syntax tree that are written out.
_LARGEST_PART = 60


@dataclass(frozen=True)
class ErrorHint:
    """What an error that the student's code may raise tells, as an author writes it.

    Parameters
    ----------
    pattern : str
        Regular expression for the text ``"ErrorType: message"``.
    name, hint : str
        The mistake behind it, and what to do.
    at : str
        Regular expression for the line of the student's in which it arose; empty for any.
    """

    pattern: str
    name: str
    hint: str
    at: str = ""

    def fits(self, text: str, line: str) -> bool:
        """Tell whether an error with this text, from this line, is meant."""
        return bool(
            re.search(self.pattern, text, flags=re.DOTALL)
            and (not self.at or re.search(self.at, line))
        )


@dataclass(frozen=True)
class Call:
    """A call: what is called, and with what, as text."""

    callee: str
    arguments: tuple[str, ...]
    plain: bool  # whether all arguments are numbers, texts, True, False or None

    @property
    def last(self) -> str:
        """The last part of its name: ``backward`` of ``loss.backward``."""
        return self.callee.rpartition(".")[2]

    @property
    def is_loss(self) -> bool:
        """Whether something is called that by its name compares output and targets."""
        return bool(re.search(r"loss|criterion", self.callee, re.IGNORECASE))

    @property
    def is_network(self) -> bool:
        """Whether something is called that by its name is a network or a layer of one."""
        name = r"(?:net\w*|\w*net|network|model|self\.\w+)(?:\.forward)?"
        return bool(re.fullmatch(name, self.callee))

    @property
    def is_loss_class(self) -> bool:
        """Whether a class of losses is called, which makes a loss and computes none."""
        return bool(re.fullmatch(r"(?:(?:torch\.)?nn\.)?[A-Z]\w*Loss", self.callee))


@dataclass(frozen=True)
class Raised:
    """An error of the student's code.

    Parameters
    ----------
    text : str
        ``"ErrorType: message"``.
    line : str
        The student's line in which it arose; empty if none of theirs was running.
    answer : str
        The cell of the answer; empty if it is not known.
    """

    text: str
    line: str
    answer: str = ""

    @cached_property
    def tree(self) -> ast.AST | None:
        """Syntax tree of the statement of the line."""
        return _tree_of_line(self.line) or self._statement()

    @cached_property
    def whole(self) -> ast.Module | None:
        """Syntax tree of the answer."""
        return _parse_once(self.answer) if self.answer else None

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls on the line, outer ones first."""
        return tuple(_calls(self.tree)) if self.tree is not None else ()

    def said(self, pattern: str) -> re.Match[str] | None:
        """Search the error's text."""
        return re.search(pattern, self.text, flags=re.DOTALL)

    def _statement(self) -> ast.AST | None:
        """Give the statement of the answer that the line is a part of, if there is just one."""
        lines = [line.strip() for line in self.answer.splitlines()]
        if self.whole is None or not self.line or lines.count(self.line.strip()) != 1:
            return None
        number = lines.index(self.line.strip()) + 1
        around = [
            node
            for node in ast.walk(self.whole)
            if isinstance(node, ast.stmt) and node.lineno <= number <= (node.end_lineno or 0)
        ]
        inner = around[-1] if around else None
        return None if inner is None or hasattr(inner, "body") else inner


_parse_once = lru_cache(maxsize=16)(parse)


def _tree_of_line(line: str) -> ast.AST | None:
    line = line.strip()
    if re.match(r"(elif|else|except|finally)\b", line):
        line = line.removeprefix("el") if line.startswith("elif") else ""
    for text in (line, f"{line} pass", f"{line}\n    pass"):
        try:
            return ast.parse(text) if line else None
        except TROUBLES:
            continue
    return None


def _calls(tree: ast.AST) -> Iterator[Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield Call(
                _code_of(node.func),
                tuple(_code_of(part) for part in given),
                all(isinstance(part, ast.Constant) for part in given),
            )


def _code_of(node: ast.AST) -> str:
    """Write a small part of a program; a large one is not worth its time, and is left out."""
    size = sum(1 for _ in islice(ast.walk(node), _LARGEST_PART))
    return ast.unparse(node) if size < _LARGEST_PART else "..."


# --- by error -------------------------------------------------------------------------------------


def slip_of_error(raised: Raised) -> Slip | None:
    """Give the slip behind an error, if it is one of those that are known by their place."""
    try:
        return next((slip for find in _BY_ERROR if (slip := find(raised))), None)
    except TROUBLES:  # a program nested too deeply
        return None


def _hidden_builtin(raised: Raised) -> Slip | None:
    found = raised.said(r"TypeError: '(\w+)' object is not callable")
    name = next((c.callee for c in raised.calls if hasattr(builtins, c.callee)), "")
    if not found or not name or found[1] in {"ellipsis", "Tensor"}:
        return None
    return Slip(
        "Python's own name taken",
        f"A variable of your notebook is called `{name}` and hides Python's own `{name}`. Give it "
        f"another name, run `del {name}` once, and run your cell again.",
    )


def _call_of_loss(raised: Raised) -> Slip | None:
    if not raised.said(r"forward\(\) missing \d+ required positional argument"):
        return None
    if not any(call.is_loss and len(call.arguments) < 2 for call in raised.calls):
        return None
    return Slip(
        "loss called with one thing",
        "A loss compares two things: call it with what the network gave and with what it should "
        "have given.",
    )


def _network_without_input(raised: Raised) -> Slip | None:
    if not raised.said(r"forward\(\) missing \d+ required positional argument"):
        return None
    empty = [call for call in raised.calls if not call.arguments and call.is_network]
    if not empty:
        return None
    return Slip(
        "network called without its input",
        f"`{empty[0].callee}()` is called with nothing between its parentheses; hand it what it "
        "should work on.",
    )


def _network_with_too_much(raised: Raised) -> Slip | None:
    if not raised.said(r"forward\(\) takes \d+ positional arguments? but \d+ were given"):
        return None
    full = [c for c in raised.calls if len(c.arguments) > 1 and c.is_network]
    if not full:
        return None
    return Slip(
        "too much handed to the network",
        f"`{full[0].callee}` takes one thing, its input, and is handed {len(full[0].arguments)}. "
        "Targets have their place in the loss.",
    )


def _loss_class_called(raised: Raised) -> Slip | None:
    made = [call for call in raised.calls if call.is_loss_class and call.arguments]
    if not made or all(call.plain for call in made):
        return None
    if not raised.said(r"Boolean value of Tensor|truth value of an array|positional argument"):
        return None
    return Slip(
        "loss not made",
        f"`{made[0].callee}` is a class: empty parentheses make a loss, and what they make is then "
        "called with output and targets.",
    )


def _layer_for_function(raised: Raised) -> Slip | None:
    """Recognise ``nn.ReLU(x)``, which fails where its result is used, not where it stands."""
    kinds = "|".join(sorted(_LAYERS))
    late = raised.said(
        rf"must be Tensor, not ({kinds})\b|'({kinds})' object has no attribute|"
        rf"unsupported operand .*'({kinds})'"
    )
    here = raised.said(r"Boolean value of Tensor|positional argument")
    places = raised.calls if here and not late else ()
    if late and raised.whole is not None:
        places = (*raised.calls, *_calls(raised.whole))
    misused = [c for c in places if c.last in _LAYERS and c.arguments and not c.plain]
    if not misused:
        return None
    return Slip(
        "layer made, not applied",
        f"`{misused[0].callee}(...)` makes a layer and does not look at your numbers. Make it with "
        "empty parentheses and call what you made, or use torch's function of that name, in "
        "small letters.",
    )


def _wrong_module_name(raised: Raised) -> Slip | None:
    found = raised.said(r"AttributeError: module '([\w.]+)' has no attribute '(\w+)'")
    if not found:
        return None
    module, name = found[1], found[2]
    if not re.search(rf"\.\s*{name}\b", raised.line) and raised.line:
        return None
    names = _public(module)
    same = [other for other in names if other.casefold() == name.casefold()]
    near = same or difflib.get_close_matches(name, names, 1, 0.75)
    short = next((alias for alias, full in _MODULES.items() if full == module), module)
    if not near:
        return Slip(
            "name that the module does not have",
            f"`{short}` has nothing called `{name}`. Look the name up in the text of the section.",
        )
    why = "Python tells capital letters from small ones" if same else "a slip of the pen"
    return Slip(
        "name that the module does not have",
        f"`{short}` has no `{name}` ({why}): there is `{short}.{near[0]}`.",
    )


def _name_without_module(raised: Raised) -> Slip | None:
    found = raised.said(r"NameError: (?:global )?name '(\w+)' is not defined")
    if not found or found[1] in _MODULES:
        return None
    name = found[1]
    if raised.whole is not None and _attribute_of_self(raised.whole, name):
        return Slip(
            "self. forgotten",
            f"`{name}` belongs to the object, so it is reached through it: write `self.{name}`.",
        )
    homes = [alias for alias, module in _MODULES.items() if name in _public(module)]
    if not homes or not any(call.callee.partition(".")[0] == name for call in raised.calls):
        return None
    return Slip(
        "module forgotten",
        f"`{name}` stands in a module, and Python has to be told in which: `{homes[0]}.{name}`.",
    )


def _self_left_out(raised: Raised) -> Slip | None:
    found = raised.said(r"(\w+)\(\) takes (\d+) positional arguments? but (\d+) were given")
    if not found or int(found[3]) != int(found[2]) + 1 or raised.whole is None:
        return None
    for node in ast.walk(raised.whole):
        for method in getattr(node, "body", []) if isinstance(node, ast.ClassDef) else []:
            if (
                isinstance(method, ast.FunctionDef)
                and method.name == found[1]
                and not method.decorator_list
                and (not method.args.args or method.args.args[0].arg not in {"self", "cls"})
            ):
                return Slip(
                    "self missing in a method",
                    f"The first argument of a method is the object itself: begin the list of "
                    f"`{method.name}` with `self`.",
                )
    return None


def _method_of_another(raised: Raised) -> Slip | None:
    found = raised.said(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")
    if not found or found[2] not in _OWNERS:
        return None
    if found[1] in {"float", "int", "NoneType", "ellipsis", "builtin_function_or_method", "method"}:
        return None
    if not any(call.last == found[2] for call in raised.calls):
        return None
    return Slip(f"{found[2]}() of the wrong thing", _OWNERS[found[2]])


def _method_not_called(raised: Raised) -> Slip | None:
    if not raised.said(
        r"'?\b(builtin_function_or_method|method)\b'? object (has no attribute|is not)|"
        r"(operand|instances of).*'(builtin_function_or_method|method)'|"
        r"not '?(builtin_function_or_method|method)\b|"
        r"passed to (builtin_function_or_method|method)\."
    ):
        return None
    for tree in (raised.tree, raised.whole):
        for code, _ in _not_called(tree) if tree is not None else ():
            return _forgotten(code)
    return None


def _nothing_given_back(raised: Raised) -> Slip | None:
    if not raised.said(r"NoneType"):
        return None
    for node in ast.walk(raised.whole) if raised.whole is not None else ():
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        called = node.value.func
        if isinstance(called, ast.Attribute) and called.attr in _NOTHING_BACK:
            return Slip(
                f"result of {called.attr}() stored",
                f"`{called.attr}()` does its work and gives nothing back (None), so nothing is to "
                f"be kept of it: write `{_code_of(node.value)}` alone on its line.",
            )
    return None


def _labels_to_network(raised: Raised) -> Slip | None:
    if not raised.said(r"shapes cannot be multiplied|size mismatch|expected input"):
        return None
    for call in raised.calls:
        is_labels = len(call.arguments) == 1 and re.fullmatch(
            r"\w*(?:labels?|targets?)", call.arguments[0]
        )
        if is_labels and not call.is_loss and re.fullmatch(r"(self\.)?\w+", call.callee):
            return Slip(
                "labels handed to the network",
                f"`{call.callee}` decodes responses; the labels are not its input. They come in "
                "where its output is scored.",
            )
    return None


def _truth_of_tensor(raised: Raised) -> Slip | None:
    if not raised.said(r"Boolean value of Tensor|truth value of an array"):
        return None
    for node in ast.walk(raised.tree) if raised.tree is not None else ():
        asked = node.test if isinstance(node, ast.If | ast.IfExp | ast.While) else None
        if isinstance(node, ast.BoolOp):
            asked = node.values[0]
        if isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not):
            asked = asked.operand
        if (
            isinstance(asked, ast.Compare)
            and isinstance(asked.ops[0], ast.Eq | ast.NotEq)
            and _code_of(asked.comparators[0]) == "None"
        ):
            asked = asked.left
        if isinstance(asked, ast.Name | ast.Attribute):
            what = _code_of(asked)
            return Slip(
                "a tensor is neither true nor false",
                f"`{what}` holds many numbers, so Python cannot take it for yes or no. To ask "
                f"whether there is one at all, write `{what} is not None`.",
            )
    return None


def _loop_over_number(raised: Raised) -> Slip | None:
    if not raised.said(r"TypeError: 'int' object is not iterable"):
        return None
    if not any(isinstance(node, ast.For) for node in ast.walk(raised.tree or ast.Module([], []))):
        return None
    return Slip(
        "range forgotten",
        "`for` goes through a row of things, and a number is none. `range(n)` gives the numbers "
        "from 0 to n - 1.",
    )


def _number_for_list(raised: Raised) -> Slip | None:
    if not raised.said(
        r"TypeError: '(float|int)' object is not (subscriptable|iterable)|"
        r"AttributeError: '(float|int)' object has no attribute 'append'"
    ):
        return None
    return next((s for s in slips_of_text(raised.answer) if s.name == OVERWRITTEN), None)


def _init_misspelt(raised: Raised) -> Slip | None:
    if not raised.said(r"\w+\(\) takes no arguments|__init__\(\)"):
        return None
    return next((s for s in slips_of_text(raised.answer) if s.name == MISSPELT_INIT), None)


def _used_before_made(raised: Raised) -> Slip | None:
    """A local name is read above the line that gives it a value; Python 3.10 words it otherwise."""
    found = re.match(r"UnboundLocalError: .*?local variable '(\w+)'", raised.text)
    if not found or any(slip.sure for slip in slips_of_text(raised.answer)):
        return None
    return Slip(
        "used before it is made",
        f"`{found[1]}` is read before the line that gives it a value; look at the order of the "
        "lines.",
    )


def _variable_of_notebook(raised: Raised) -> Slip | None:
    """Recognise an error over sizes in a function that works on a variable of the notebook."""
    if raised.whole is None or not raised.said(r"^(RuntimeError|ValueError|IndexError)"):
        return None
    return _global_of(raised.whole)


_BY_ERROR: tuple[Callable[[Raised], Slip | None], ...] = (
    _hidden_builtin,
    _call_of_loss,
    _network_without_input,
    _network_with_too_much,
    _loss_class_called,
    _layer_for_function,
    _wrong_module_name,
    _name_without_module,
    _self_left_out,
    _method_of_another,
    _method_not_called,
    _nothing_given_back,
    _labels_to_network,
    _truth_of_tensor,
    _loop_over_number,
    _number_for_list,
    _init_misspelt,
    _used_before_made,
    _variable_of_notebook,
)


@lru_cache(maxsize=16)
def _public(module: str) -> tuple[str, ...]:
    """List the names of a module that is loaded; nothing is imported here."""
    return tuple(name for name in dir(sys.modules.get(module)) if not name.startswith("_"))


def _attribute_of_self(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and isinstance(node.ctx, ast.Store)
        for node in ast.walk(tree)
    )


# --- by syntax tree -------------------------------------------------------------------------------

OVERWRITTEN = "list overwritten by a number"
MISSPELT_INIT = "__init__ misspelt"


@lru_cache(maxsize=16)
def slips_of_text(text: str) -> tuple[Slip, ...]:
    """List the slips that the text of an answer shows, those that are sure ones first."""
    tree = _parse_once(text) if text else None
    if tree is None:
        return ()
    try:
        return tuple(sorted(islice(_slips(tree), _MOST_SLIPS), key=lambda slip: not slip.sure))
    except TROUBLES:  # a program nested too deeply
        return ()


def _slips(tree: ast.Module) -> Iterator[Slip]:
    for code, sure in _not_called(tree):
        yield _forgotten(code, sure)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _misspelt_init(node)
        elif isinstance(node, ast.FunctionDef):
            yield from _list_slips(node)
        elif isinstance(node, ast.Expr):
            yield from _statement_slips(node)
        if _is_blank(node):
            line = getattr(node, "lineno", 0)
            yield Slip(
                BLANK_LEFT, f"A blank `...` is still in your answer (line {line}); replace it."
            )
    if found := _global_of(tree):
        yield found


def _not_called(tree: ast.AST) -> Iterator[tuple[str, bool]]:
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
            code = _code_of(node)
            yield code, node.attr in {"item", "detach"} or id(node) in alone


def _forgotten(code: str, sure: bool = True) -> Slip:
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
    lists = {name for name, value in _assigned(node.body) if _is_list(value)} & returned
    for loop in ast.walk(node):
        if not isinstance(loop, ast.For | ast.While):
            continue
        appended = {
            call.callee.removesuffix(".append") for call in _calls(loop) if call.last == "append"
        }
        for name, value in _assigned(loop.body):
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


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _is_list(value: ast.expr) -> bool:
    return (isinstance(value, ast.List) and not value.elts) or (
        isinstance(value, ast.Call) and _code_of(value) == "list()"
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
            "== in place of =",
            f"`{_code_of(value)}` compares and keeps nothing; a single = gives a value to a name.",
            sure=True,
        )
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        name = value.func.attr
        if name in _PURE:
            yield Slip(
                "result not kept",
                f"`{_code_of(value)}` gives a result and changes nothing by itself; give "
                "the result a name and go on with that.",
            )


def _is_blank(node: ast.AST) -> bool:
    """Tell whether a part of a program is a blank; ``x[..., 0]`` is none."""

    def blank(part: Any) -> bool:
        return isinstance(part, ast.Constant) and part.value is ...

    if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return):
        return blank(node.value)
    return isinstance(node, ast.Call) and any(map(blank, node.args))


def _global_of(tree: ast.Module) -> Slip | None:
    """Find a function that reads a variable of the notebook where it has an argument for it."""
    made = {alias.asname or alias.name for part in ast.walk(tree) for alias in _aliases(part)}
    made |= {name for name, _ in _assigned(tree.body)}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        given = [part.arg for part in [*node.args.args, *node.args.kwonlyargs]]
        names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
        own = {part.id for part in names if not isinstance(part.ctx, ast.Load)}
        own |= made | set(given) | {call.callee for call in _calls(node)}
        for part in names:
            name = part.id
            if name in own or hasattr(builtins, name) or name in _MODULES or "_" not in name:
                continue
            twin = next((a for a in given if set(name.split("_")) & set(a.split("_"))), None)
            if twin and name.islower():
                return Slip(
                    "variable of the notebook used",
                    f"`{name}` is a variable of the notebook, so the function gives the same "
                    f"whatever it is handed. Work with the argument `{twin}`.",
                )
    return None


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
