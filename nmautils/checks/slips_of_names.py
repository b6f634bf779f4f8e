"""Slips of names, found by an error: misspelt, foreign, or of something else than was meant."""

import ast
import difflib
import re
import sys
from functools import lru_cache

from nmautils.checks.answer import Slip
from nmautils.checks.slips import MODULES, Raised, calls, code_of
from nmautils.checks.slips_by_text import (
    COMPARED,
    MISSPELT_INIT,
    other_name_of_argument,
    slips_of_text,
)

__all__ = [
    "argument_under_another_name",
    "class_for_network",
    "class_not_called",
    "compared_not_stored",
    "init_of_super",
    "layer_of_notebook",
    "misspelt_method",
    "name_without_module",
    "network_s_unknown_method",
    "other_parent",
    "parent_left_out",
    "self_outside",
    "wrong_module_name",
]

UNKNOWN = "name that it does not have"

# What is asked of these in a course such as this one.
_METHODS = {
    "Tensor": "backward detach item numpy cpu clone flatten reshape view mean sum std abs shape "
    "size squeeze unsqueeze transpose permute float double argmax max min tolist",
    "list": "append extend sort index count",
    "optimizer": "step zero_grad",
}
_KINDS = {"Parameter": "Tensor"} | dict.fromkeys(
    ("SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "LBFGS"), "optimizer"
)
# Words of other libraries for the same.
_SYNONYMS = {"update": "step", "optimize": "step", "optimise": "step", "add": "append"}
_SYNONYMS |= {"zero_gradient": "zero_grad", "zero_gradients": "zero_grad", "push": "append"}
# What a network has from its parent.
_OF_MODULE = "load_state_dict|state_dict|parameters|named_parameters|modules|eval|train|to"


def wrong_module_name(raised: Raised) -> Slip | None:
    """Recognise a function of a module that does not have it."""
    found = raised.said(r"AttributeError: module '([\w.]+)' has no attribute '(\w+)'")
    if not found:
        return None
    module, name = found[1], found[2]
    if not re.search(rf"\.\s*{name}\b", raised.line) and raised.line:
        return None
    names = _public(module)
    short = next((alias for alias, full in MODULES.items() if full == module), module)
    same = [other for other in names if other.casefold() == name.casefold()]
    # Whoever writes `nn.relu` means the function, not the class `nn.ReLU`.
    is_class = bool(same) and name[:1].islower() and same[0][:1].isupper()
    homes = [alias for alias, full in MODULES.items() if full != module and name in _public(full)]
    if homes and (not same or is_class):
        hint = f"`{short}` has no `{name}`, and `{homes[0]}` has it: `{homes[0]}.{name}`."
        return Slip("name that the module does not have", hint)
    near = same or difflib.get_close_matches(name, names, 1, 0.75)
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


def name_without_module(raised: Raised) -> Slip | None:
    """Recognise ``relu(x)`` for ``torch.relu(x)``, and an attribute without ``self.``."""
    found = raised.said(r"NameError: (?:global )?name '(\w+)' is not defined")
    if not found or found[1] in MODULES:
        return None
    name = found[1]
    if raised.whole is not None and _attribute_of_self(raised.whole, name):
        return Slip(
            "self. forgotten",
            f"`{name}` belongs to the object, so it is reached through it: write `self.{name}`.",
        )
    homes = [alias for alias, module in MODULES.items() if name in _public(module)]
    if not homes or not any(call.callee.partition(".")[0] == name for call in raised.calls):
        return None
    return Slip(
        "module forgotten",
        f"`{name}` stands in a module, and Python has to be told in which: `{homes[0]}.{name}`.",
    )


def self_outside(raised: Raised) -> Slip | None:
    """Recognise ``self`` in a function that is no method."""
    if not raised.said(r"NameError: (?:global )?name 'self' is not defined") or not raised.line:
        return None
    return Slip(
        "undefined name",
        "`self` exists only in the methods of a class. A plain function knows the object by the "
        "name of its argument, or by the name that it was stored under.",
    )


def compared_not_stored(raised: Raised) -> Slip | None:
    """Recognise a name that should have been given a value by a line with ``==``."""
    found = raised.said(r"(?:NameError|UnboundLocalError): .*?(?:variable|name) '(\w+)'")
    slips = [slip for slip in slips_of_text(raised.answer) if slip.name == COMPARED]
    return next((slip for slip in slips if found and f"`{found[1]} == " in slip.hint), None)


def argument_under_another_name(raised: Raised) -> Slip | None:
    """Recognise a function that works with another name than that of its argument."""
    if raised.whole is None or not raised.said(r"^(RuntimeError|ValueError|NameError|TypeError)"):
        return None
    found = raised.said(r"NameError: (?:global )?name '(\w+)'")
    slip = other_name_of_argument(raised.whole)
    if slip is None or not found:
        return slip
    return Slip("undefined name", slip.hint) if f"`{found[1]}`" in slip.hint else None


def misspelt_method(raised: Raised) -> Slip | None:
    """Recognise a method by a name that is near to it, or that another library has for it."""
    read_only = raised.said(r"'list' object attribute '(\w+)' is read-only")
    if read_only:
        return Slip(
            "assigned to a method",
            f"`{read_only[1]}` is a method and is called: what is to be added goes between its "
            "parentheses.",
        )
    found = raised.said(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")
    kind = _KINDS.get(found[1], found[1]) if found else ""
    if not found or kind not in _METHODS or f".{found[2]}" not in (raised.line or raised.answer):
        return None
    names = _METHODS[kind].split()
    near = difflib.get_close_matches(found[2], names, 1, 0.75)
    other = near[0] if near else _SYNONYMS.get(found[2], "")
    if other not in names:
        return None
    return Slip(UNKNOWN, f"There is no `.{found[2]}` here; did you mean `.{other}`?")


def init_of_super(raised: Raised) -> Slip | None:
    """Recognise ``super().init()``."""
    found = raised.said(r"AttributeError: 'super' object has no attribute '(\w+)'")
    if not found or "init" not in found[1]:
        return None
    return Slip(
        MISSPELT_INIT,
        f"Python looks for `__init__`, with two underscores on either side; after super() you "
        f"call `{found[1]}`.",
    )


def parent_left_out(raised: Raised) -> Slip | None:
    """Recognise a network whose class names no parent."""
    found = raised.said(rf"'(\w+)' object (?:is not callable|has no attribute '(?:{_OF_MODULE})')")
    for node in _classes(raised):
        if found and node.name == found[1] and not node.bases:
            return Slip(
                "parent class left out",
                f"`class {node.name}` has nothing between parentheses, so it is no network and "
                f"cannot be called: name its parent, `class {node.name}(nn.Module)`.",
            )
    return None


def other_parent(raised: Raised) -> Slip | None:
    """Recognise a network made of another network, whose ``__init__`` wants arguments."""
    found = raised.said(r"(\w+)\.__init__\(\) missing \d+ required positional argument")
    for node in _classes(raised):
        parents = [code_of(base) for base in node.bases]
        if found and parents == [found[1]] and node.name != found[1]:
            return Slip(
                "another parent class",
                f"`class {node.name}({found[1]})` builds on {found[1]}, whose `__init__` wants "
                f"arguments of its own. Build on nn.Module: `class {node.name}(nn.Module)`.",
            )
    return None


def class_not_called(raised: Raised) -> Slip | None:
    """Recognise ``layer = Layer``, which only gives the class another name."""
    about_class = raised.said(r"__init__\(\) (missing|takes|got)|type object '|'type' object")
    called = {call.callee for call in raised.calls}
    for node in ast.walk(raised.whole) if raised.whole is not None else ():
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        value = code_of(node.value)
        if not about_class and node.targets[0].id not in called:
            continue
        if re.fullmatch(r"((torch\.)?nn\.|optim\.)?[A-Z][^\Wa-z]*[a-z]\w*", value):
            return Slip(
                "class not called",
                f"`{code_of(node)}` only gives the class another name; parentheses with what it "
                f"needs make one: `{value}(...)`.",
            )
    return None


def class_for_network(raised: Raised) -> Slip | None:
    """Recognise data handed to the class of a network in place of the network."""
    missing = raised.said(
        r"__init__\(\) missing \d+ required positional argument|name '(\w+)' is not defined"
    )
    if not missing:
        return None
    for call in raised.calls:
        data = [a for a in call.arguments if re.search(r"(^|_)(data|stimuli|resp|images?)$", a)]
        if missing[1] not in (None, call.callee):
            continue
        is_class = re.fullmatch(r"[A-Z][^\Wa-z]*[a-z]\w*", call.callee)
        if data and is_class and "Layer" not in call.callee:
            return Slip(
                "the class in place of the network",
                f"`{call.callee}` is the class, a plan for networks, and `{data[0]}` is no size "
                "of a layer. Hand it to the network that is there already.",
            )
    return None


def layer_of_notebook(raised: Raised) -> Slip | None:
    """Recognise a layer or network of another cell, where sizes do not fit."""
    missing = raised.said(r"^NameError: .*name '(\w+)'")
    if not missing and not raised.said(r"^(RuntimeError|ValueError|IndexError)"):
        return None
    for node in raised.whole.body if raised.whole is not None else ():
        if not isinstance(node, ast.FunctionDef):
            continue
        own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        own |= {
            part.id
            for part in ast.walk(raised.whole or node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        own |= {
            part.name
            for part in ast.walk(raised.whole or node)
            if isinstance(part, ast.FunctionDef | ast.ClassDef)
        }
        inside = {call.callee for call in calls(node)}
        for call in raised.calls:
            name = call.callee
            if name in own or name not in inside or name in MODULES:
                continue
            if missing and (name != missing[1] or difflib.get_close_matches(name, own, 1, 0.75)):
                continue
            if re.fullmatch(r"net(_\w+)?|\w+_(net|layer|network|model)|network|model|layer", name):
                return Slip(
                    "layer of another cell",
                    f"`{name}` is a variable of the notebook, made in another cell with sizes of "
                    "its own. Work with what your function is handed, or makes itself.",
                )
    return None


def network_s_unknown_method(raised: Raised) -> Slip | None:
    """Say what to do about a method that a network or a layer does not have."""
    found = raised.said(r"AttributeError: '([A-Z]\w*)' object has no attribute '(\w+)'")
    if not found:
        return None
    for call in raised.calls:
        owner, _, last = call.callee.rpartition(".")
        if last == found[2] and call.arguments and (found[1] in _public("torch.nn") or owner):
            return Slip(
                UNKNOWN,
                f"`{owner}` has nothing called `{last}`. A network or a layer is itself called "
                f"like a function: `{owner}(...)`.",
            )
    return None


def _classes(raised: Raised) -> list[ast.ClassDef]:
    nodes = raised.whole.body if raised.whole is not None else []
    return [node for node in nodes if isinstance(node, ast.ClassDef)]


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
