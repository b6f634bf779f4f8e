"""Slips that happen in every exercise, found by an error, its line, and the calls on that line."""

import ast
import builtins
import re
from collections.abc import Callable

from nmautils.checks import slips_of_names as names
from nmautils.checks.answer import TROUBLES, Slip
from nmautils.checks.slips import Raised, calls, code_of
from nmautils.checks.slips_by_text import (
    MISSPELT_INIT,
    OVERWRITTEN,
    PRINTED,
    forgotten,
    network_made,
    not_called,
    slips_of_text,
)
from nmautils.checks.slips_of_variables import variable_of_notebook

__all__ = ["slip_of_error", "slip_of_last_resort"]

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
_NOTHING_BACK = {"append", "extend", "sort", "backward", "zero_grad"}


def slip_of_error(raised: Raised) -> Slip | None:
    """Give the slip behind an error, if it is one of those that are known by their place."""
    return _first(_BY_ERROR, raised)


def slip_of_last_resort(raised: Raised) -> Slip | None:
    """Give the slip behind an error that no author's pattern knows."""
    return _first(_LAST, raised)


def _first(finders: tuple[Callable[[Raised], Slip | None], ...], raised: Raised) -> Slip | None:
    try:
        return next((slip for find in finders if (slip := find(raised))), None)
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
    few = [call for call in raised.calls if call.is_loss and len(call.arguments) < 2]
    made = [call for call in few if not call.arguments and not call.is_loss_class]
    if any(f"{call.callee}()" == other.callee for call in made for other in raised.calls):
        return Slip(
            "loss called with nothing",
            f"`{made[0].callee}` is a loss already: call it once, with what the network gave and "
            "with what it should have given. Leave the empty pair of parentheses out.",
        )
    if not few:
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
        places = (*raised.calls, *calls(raised.whole))
    misused = [c for c in places if c.last in _LAYERS and c.arguments and not c.plain]
    if not misused:
        return None
    return Slip(
        "layer made, not applied",
        f"`{misused[0].callee}(...)` makes a layer and does not look at your numbers. Make it with "
        "empty parentheses and call what you made, or use torch's function of that name, in "
        "small letters.",
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
        for code, _ in not_called(tree) if tree is not None else ():
            return forgotten(code)
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
                f"be kept of it: write `{code_of(node.value)}` alone on its line.",
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
            and code_of(asked.comparators[0]) == "None"
        ):
            asked = asked.left
        if isinstance(asked, ast.Name | ast.Attribute):
            what = code_of(asked)
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


def _layer_not_applied(raised: Raised) -> Slip | None:
    found = raised.said(r"must be Tensor, not (\w+)")
    if not found or found[1] in _LAYERS or not found[1][:1].isupper():
        return None
    given = [a for call in raised.calls for a in call.arguments if re.fullmatch(r"[\w.]+", a)]
    if not given:
        return None
    return Slip(
        "layer not applied",
        f"`{given[0]}` is the layer itself, not what it gives; call it with its input, "
        f"`{given[0]}(...)`.",
    )


def _backward_of_many(raised: Raised) -> Slip | None:
    if not raised.said(r"grad can be implicitly created only for scalar"):
        return None
    if not any(call.last == "backward" and not call.is_loss for call in raised.calls):
        return None
    return Slip(
        "backward() of the wrong thing",
        "`backward()` starts from one number, the loss; what the network gives are many.",
    )


def _backward_twice(raised: Raised) -> Slip | None:
    if not raised.said(r"backward through the graph a second time"):
        return None
    for node in ast.walk(raised.whole) if raised.whole is not None else ():
        body = getattr(node, "body", None)
        lines = [code_of(part) for part in body] if isinstance(body, list) else []
        twice = [line for line in lines if ".backward(" in line and lines.count(line) > 1]
        first, *_, last = [i for i, line in enumerate(lines) if line in twice] or [0, 0]
        maker = f"{twice[0].partition('.')[0]} = " if twice else ""
        if twice and not any(line.startswith(maker) for line in lines[first:last]):
            return Slip(
                "backward() called twice",
                f"`{twice[0]}` stands there twice, and the first one uses up what the second "
                "would need. Keep one.",
            )
    return None


def _step_with_arguments(raised: Raised) -> Slip | None:
    full = [call for call in raised.calls if call.last == "step" and call.arguments]
    if not full or not raised.said(r"object is not callable"):
        return None
    return Slip(
        "step() handed something",
        f"`{full[0].callee}` takes nothing: the optimiser finds the gradients in the parameters "
        f"themselves. Write `{full[0].callee}()`.",
    )


def _length_of_number(raised: Raised) -> Slip | None:
    if not raised.said(r"object of type '(int|float)' has no len\(\)"):
        return None
    for call in raised.calls:
        if call.callee == "len" and call.arguments:
            return Slip(
                "length of a number",
                f"`{call.arguments[0]}` is one number already; leave `len` out.",
            )
    return None


def _numpy_on_tensor(raised: Raised) -> Slip | None:
    found = raised.said(r"\(\) got an unexpected keyword argument '(axis|out|dtype|keepdims)'")
    used = [call for call in raised.calls if re.match(r"(np|numpy)\.", call.callee)]
    if not found or not used or f"{found[1]}=" in raised.line.replace(" ", ""):
        return None
    return Slip(
        "NumPy used",
        f"`{used[0].callee}` is NumPy's and does not take torch's tensors; use what torch has for "
        "it.",
    )


def _printed(raised: Raised) -> Slip | None:
    if not raised.said(r"NoneType"):
        return None
    return next((s for s in slips_of_text(raised.answer) if s.name == PRINTED), None)


def _weight_for_layer(raised: Raised) -> Slip | None:
    if not raised.said(r"shapes cannot be multiplied|size mismatch"):
        return None
    for node in ast.walk(raised.tree) if raised.tree is not None else ():
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.MatMult):
            continue
        for part in map(code_of, (node.left, node.right)):
            if part.endswith(".weight"):
                layer = part.removesuffix(".weight")
                return Slip(
                    "layer taken apart",
                    f"`{code_of(node)}` takes the layer apart, and its sizes do not fit this way. "
                    f"Call the layer, `{layer}(...)`, which adds its biases too.",
                )
    return None


def _network_made(raised: Raised) -> Slip | None:
    """Recognise a class that is not there, for a network that should not be made."""
    found = raised.said(r"NameError: .*name '(\w+)'")
    slip = network_made(raised.whole) if found and raised.whole is not None else None
    return slip if slip and found and f"{found[1]}(" in slip.hint else None


def _variable_of_notebook(raised: Raised) -> Slip | None:
    """Recognise an error over sizes in a function that works on a variable of the notebook."""
    if raised.whole is None or not raised.said(r"^(RuntimeError|ValueError|IndexError)"):
        return None
    return variable_of_notebook(raised.answer)


_BY_ERROR: tuple[Callable[[Raised], Slip | None], ...] = (
    _hidden_builtin,
    _call_of_loss,
    _network_without_input,
    _network_with_too_much,
    _loss_class_called,
    _layer_for_function,
    names.wrong_module_name,
    names.self_outside,
    names.compared_not_stored,
    names.argument_under_another_name,
    names.name_without_module,
    names.init_of_super,
    names.parent_left_out,
    names.other_parent,
    names.class_not_called,
    _network_made,
    names.class_for_network,
    _self_left_out,
    _method_of_another,
    names.misspelt_method,
    _method_not_called,
    _nothing_given_back,
    _labels_to_network,
    _truth_of_tensor,
    _loop_over_number,
    _number_for_list,
    _init_misspelt,
    _used_before_made,
    _layer_not_applied,
    _backward_of_many,
    _backward_twice,
    _step_with_arguments,
    _length_of_number,
    _numpy_on_tensor,
    _weight_for_layer,
    names.layer_of_notebook,
    _variable_of_notebook,
)

# Those that an author's own pattern goes before.
_LAST: tuple[Callable[[Raised], Slip | None], ...] = (
    _printed,
    names.network_s_unknown_method,
)
