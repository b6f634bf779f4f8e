"""Slips that every exercise shares: by error, callee and place, and by the text of the answer."""

import linecache
import textwrap
from time import process_time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn, optim

from nmautils.checks import Answer, Checks, ErrorHint, answer_given
from nmautils.checks.slips import Raised
from nmautils.checks.slips_by_error import slip_of_error
from nmautils.checks.slips_by_text import slips_of_text

CLASS = """
class Net(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.in_layer = nn.Linear(n_in, n_hidden)
        self.out_layer = nn.Linear(n_hidden, 1)

    def forward(self, r):
        h = torch.relu(self.in_layer(r))
        return self.out_layer(h)
"""

LOOP = """
def train(net, loss_fn, train_data, train_labels):
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    train_loss = []
    for epoch in range(3):
        out = net(train_data)
        loss = loss_fn(out, train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    print(f"loss: {train_loss[-1]:.3f}")
    return train_loss
"""


def loop(before: str, after: str) -> str:
    assert before in LOOP
    return LOOP.replace(before, after)


def network(before: str, after: str) -> str:
    assert before in CLASS
    return CLASS.replace(before, after)


def outcome(text: str, errors=(), given=None, expected=None):
    """The result of one check that calls what a cell with this text defines."""
    text = textwrap.dedent(text).strip()
    linecache.cache["<cell>"] = (len(text), None, text.splitlines(keepends=True), "<cell>")
    namespace = {"nn": nn, "optim": optim, "torch": torch, "F": F, "np": np} | (given or {})
    exec(compile(text, "<cell>", "exec"), namespace)
    data, labels = torch.ones(5, 4), torch.ones(5, 1)

    def called():
        if "Net" in namespace:
            return namespace["Net"](4, 3)(data).detach()
        return namespace["train"](nn.Linear(4, 1), nn.MSELoss(), data, labels)

    checks = Checks("exercise", errors=errors)
    with answer_given(Answer(text)), checks("a check", points=1):
        came = called()
        if expected is not None:
            checks.close(came, expected)
    return checks.results[0]


def test_the_answers_that_the_slips_are_made_from_are_right():
    assert outcome(LOOP).passed
    assert outcome(CLASS).passed
    assert slips_of_text(LOOP) == slips_of_text(CLASS) == ()


ERRORS = [
    (loop("loss_fn(out, train_labels)", "loss_fn(out)"), "loss called with one thing"),
    (loop("net(train_data)", "net()"), "network called without its input"),
    (loop("net(train_data)", "net.forward()"), "network called without its input"),
    (
        loop("net(train_data)", "net.forward(train_data, train_labels)"),
        "too much handed to the network",
    ),
    (loop("net(train_data)", "net(train_data, train_labels)"), "too much handed to the network"),
    (loop("net(train_data)", "net(train_labels)"), "labels handed to the network"),
    (loop("loss.backward()", "optimizer.backward()"), "backward() of the wrong thing"),
    (loop("loss.backward()", "loss_fn.backward()"), "backward() of the wrong thing"),
    (loop("loss.backward()", "net.backward()"), "backward() of the wrong thing"),
    (loop("optimizer.step()", "loss.step()"), "step() of the wrong thing"),
    (loop("optimizer.step()", "net.step()"), "step() of the wrong thing"),
    (loop("optimizer.zero_grad()", "train_loss.zero_grad()"), "zero_grad() of the wrong thing"),
    (loop("loss_fn(out, train_labels)", "nn.MSELoss(out, train_labels)"), "loss not made"),
    (loop("loss.item()", "loss.item"), "parentheses forgotten"),
    (loop("loss.backward()", "loss.detach.backward()"), "parentheses forgotten"),
    (loop("train_loss.append(loss.item())", "train_loss = loss.item()"), "list overwritten"),
    (
        loop("train_loss.append(loss.item())", "train_loss = train_loss.append(loss.item())"),
        "result of append() stored",
    ),
    (
        loop("        loss.backward()", "        loss = loss.backward()"),
        "result of backward() stored",
    ),
    (loop("range(3)", "3"), "range forgotten"),
    (loop("optim.SGD", "optim.sgd.sdg"), "name that the module does not have"),
    (loop("optim.SGD", "SGD"), "module forgotten"),
    (network("torch.relu(", "nn.ReLU("), "layer made, not applied"),
    (network("torch.relu(", "nn.Sigmoid("), "layer made, not applied"),
    (network("torch.relu(", "torch.ReLU("), "name that the module does not have"),
    (network("torch.relu(", "relu("), "module forgotten"),
    (network("self.out_layer(h)", "out_layer(h)"), "self. forgotten"),
    (network("forward(self, r)", "forward(r)"), "self missing in a method"),
    (network("def __init__", "def _init_"), "__init__ misspelt"),
    (network("        h =", "        if r: r = r\n        h ="), "a tensor is neither true nor"),
    (
        network("        h =", "        if not r: r = 0\n        h ="),
        "a tensor is neither true nor",
    ),
    (network("        h =", "        r = r or 0\n        h ="), "a tensor is neither true nor"),
]

LAYER = """
def train(net, loss_fn, train_data, train_labels):
    layer = nn.Linear(4, 1)
    out = layer(train_data)
    return out
"""


def layer(before: str, after: str) -> str:
    assert before in LAYER
    return LAYER.replace(before, after)


# What a fresh student met.
ERRORS += [
    (network("torch.relu(", "np.relu("), "name that the module does not have"),
    (network("torch.relu(", "nn.relu("), "name that the module does not have"),
    (
        loop("loss_fn(out, train_labels)", "np.mean((out - train_labels) ** 2)"),
        "NumPy used",
    ),
    (layer("    out = l", "    out == l"), "== in place of ="),
    (loop("loss.backward()", "loss.backward(); loss.backward()"), "backward() called twice"),
    (
        loop("        loss.backward()", "        loss.backward()\n        loss.backward()"),
        "backward() called twice",
    ),
    (network("forward(self, r)", "forward(self, x)"), "argument under another name"),
    (network("self.in_layer(r)", "self.in_layer.weight @ r"), "layer taken apart"),
    (network("self.in_layer(r)", "self.in_layer"), "layer not applied"),
    (network("super().__init__()", "super().init()"), "__init__ misspelt"),
    (network("(nn.Module)", ""), "parent class left out"),
    (loop("loss.backward()", "loss.backwards()"), "name that it does not have"),
    (loop("loss.backward()", "out.backward()"), "backward() of the wrong thing"),
    (loop("optimizer.step()", "optimizer.step(loss)"), "step() handed something"),
    (loop("optimizer.step()", "optimizer.update()"), "name that it does not have"),
    (loop("train_loss.append(loss.item())", "train_loss.append = loss.item()"), "assigned to a"),
    (layer("layer(train_data)", "layer.conv2d(train_data)"), "name that it does not have"),
    (layer("nn.Linear(4, 1)", "nn.Linear(len(train_data.shape[1]), 1)"), "length of a number"),
    (layer("return out", "return out.detatch()"), "name that it does not have"),
    (layer("nn.Linear(4, 1)", "self.layer"), "undefined name"),
    (loop("loss_fn(out", "loss_fn()(out"), "loss called with nothing"),
    (layer("nn.Linear(4, 1)", "nn.Linear"), "class not called"),
    (layer("nn.Linear(4, 1)", "nn.Sequential"), "class not called"),
]
# What only the last resort knows: an author's pattern says more.
AUTHORS_FIRST = {layer("layer(train_data)", "layer.conv2d(train_data)")}


@pytest.mark.parametrize(
    ("text", "name"), ERRORS, ids=[f"{i} {n}" for i, (_, n) in enumerate(ERRORS)]
)
def test_an_error_is_named_by_what_was_called_and_where(text, name):
    broad = [(".", "what an author's broad pattern says", "Wrong.")]
    for errors in ((), broad if text not in AUTHORS_FIRST else ()):
        result = outcome(text, errors, {"r": torch.ones(1, 7)})
        assert not result.passed
        assert result.mistake.startswith(name), result
        assert result.stopped
        assert "Wrong" not in result.hint


def test_a_function_is_looked_for_in_the_other_modules_first():
    for text in (network("torch.relu(", "np.relu("), network("torch.relu(", "nn.relu(")):
        assert "has it: `torch.relu`" in outcome(text).hint
    assert "there is `torch.relu`" in outcome(network("torch.relu(", "torch.ReLU(")).hint


def test_what_an_author_says_of_an_unknown_method_goes_first():
    (text,) = AUTHORS_FIRST
    errors = [("has no attribute", "an author's word", "So.")]
    assert outcome(text, errors).mistake == "an author's word"


def test_another_network_as_parent_is_told():
    text = f"""
class Deep(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()

{network("nn.Module", "Deep")}"""
    result = outcome(text)
    assert result.mistake == "another parent class"
    assert "class Net(nn.Module)" in result.hint


def test_the_class_in_place_of_the_network_is_told():
    text = loop("net(train_data)", "Deep(train_data)")
    given = {}
    exec("class Deep:\n    def __init__(self, n_in, n_hidden):\n        pass", given)
    result = outcome(text, [(".", "signature changed", "Wrong.")], given)
    assert result.mistake == "the class in place of the network"


def test_a_new_network_in_the_place_of_the_one_handed_over_is_told():
    size = "    net = nn.Sequential(nn.Linear(n_neurons, 1))\n    optimizer = "
    text = loop("    optimizer = ", size).replace("train_labels):", "train_labels, n_epochs=3):")
    result = outcome(text, given={"n_neurons": 9})
    assert result.mistake == "another network trained"
    assert "n_epochs" not in result.hint


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            loop("    optimizer = ", "    net = Deep(4, 3)\n    optimizer = "),
            "another network trained",
        ),
        (loop("net(train_data)", "Deep(train_data)"), "the class in place of the network"),
        (layer("layer(train_data)", "random_layer(train_data)"), "layer of another cell"),
        (layer("layer(train_data)", "layr(train_data)"), "undefined name"),
        (layer("layer", "my_layer").replace("my_layer(t", "myy_layer(t"), "undefined name"),
    ],
)
def test_the_same_is_said_where_the_other_cells_are_not_there(text, name):
    assert outcome(text).mistake == name


def test_a_variable_is_not_taken_for_an_argument_of_another_kind():
    text = "def train(net, n_epochs):\n    return n_neurons + n_epochs"
    assert slips_of_text(text) == ()


def test_a_layer_of_another_cell_is_told():
    text = layer("layer(train_data)", "random_layer(train_data)")
    errors = [("shapes cannot", "sizes swapped", "Wrong.")]
    result = outcome(text, errors, {"random_layer": nn.Linear(7, 1)})
    assert result.mistake == "layer of another cell"
    assert "`random_layer`" in result.hint


def test_a_near_name_is_one_that_exists_and_can_be_meant():
    misspelt = layer("nn.Linear(4, 1)", "ConvolutionLayer(4, 1)")
    given = '"""Run a ConvolutionalLayer."""\n    weight = 3'
    hint = outcome(misspelt.replace("layer = C", f"{given}\n    layer = C")).hint
    assert "Did you mean `ConvolutionalLayer`?" in hint
    hint = outcome(misspelt).hint
    assert "Work with the arguments" not in hint
    assert "made in another cell" in hint
    # `weight` is an attribute there, and no variable.
    hint = outcome(layer("return out", "return layer.weight + weights")).hint
    assert "Did you mean" not in hint


def test_a_result_that_is_printed_is_told_beside_the_name_that_a_check_gives():
    checks = Checks("exercise")
    with answer_given(Answer(layer("return out", "print(out)"))), checks("a check", points=1):
        checks.require(False, "A list is to come back.", "no list")
    (result,) = checks.results
    assert result.mistake == "no list"
    assert result.hint.endswith("hand it back with `return`.")


def test_a_name_that_is_not_there_is_an_undefined_one_with_a_word_on_why():
    result = outcome(network("forward(self, r)", "forward(self, x)"))
    assert result.mistake == "undefined name"
    assert "`forward` is handed `x` and never looks at it" in result.hint
    result = outcome(layer("nn.Linear(4, 1)", "self.layer"))
    assert "only in the methods of a class" in result.hint


def test_two_losses_have_a_backward_each():
    text = loop(
        "        loss.backward()",
        "        loss.backward()\n        loss = loss_fn(net(train_data), train_labels)\n"
        "        loss.backward()",
    )
    assert outcome(text).passed


def test_the_hint_of_an_error_says_where_it_arose():
    hint = outcome(loop("net(train_data)", "net()")).hint
    assert "at `out = net()`" in hint


def test_a_line_that_is_part_of_a_longer_statement_is_found():
    text = loop("loss = loss_fn(out, train_labels)", "loss = loss_fn(\n            out\n        )")
    assert outcome(text).mistake == "loss called with one thing"


def test_a_name_of_pythons_that_the_notebook_took_is_said():
    text = loop("return train_loss", "return list(train_loss)")
    result = outcome(text, given={"list": 3})
    assert result.mistake == "Python's own name taken"
    assert "`del list`" in result.hint


def test_a_variable_of_the_notebook_is_said_where_sizes_do_not_fit():
    text = loop("net(train_data)", "net(data_all)")
    result = outcome(text, given={"data_all": torch.ones(5, 7)})
    assert result.mistake == "variable of the notebook used"
    assert "`data_all`" in result.hint
    assert "`train_data`" in result.hint


# ---- by the text, where a check fails without an error

SILENT = [
    (loop("optimizer.zero_grad()", "optimizer.zero_grad"), "parentheses forgotten"),
    (loop("optimizer.step()", "optimizer.step"), "parentheses forgotten"),
    (loop("loss.backward()", "loss.backward"), "parentheses forgotten"),
    (loop("optimizer.step()", "..."), "blank left over"),
    (
        loop("    for epoch", "    x = 0\n    for epoch").replace(
            "        out =", "        train_loss = []\n        out ="
        ),
        "list emptied in every epoch",
    ),
    (
        loop(
            "        out = net(train_data)",
            "        out == net(train_data)\n        out = net(train_data)",
        ),
        "== in place of =",
    ),
    (
        loop("        loss.backward()", "        loss.sum()\n        loss.backward()"),
        "result not kept",
    ),
    (network("        return", "        torch.sigmoid(h)\n        return"), "result not kept"),
    (layer("    return out", "    out.detach()\n    return out"), "result not kept"),
    (layer("    return out", "    print(out)"), "printed, not returned"),
    (network("self.out_layer(h)", "h"), "layer made and not used"),
    (network("forward(self, r)", "forward(self, x)"), "argument under another name"),
    (loop("    optimizer = ", "    net = nn.Linear(4, 1)\n    optimizer = "), "another network"),
]


@pytest.mark.parametrize(
    ("text", "name"), SILENT, ids=[f"{i} {n}" for i, (_, n) in enumerate(SILENT)]
)
def test_a_check_that_fails_without_an_error_is_named_by_the_text(text, name):
    result = outcome(text, given={"r": torch.ones(1, 4)}, expected=[[7.0]])
    assert not result.passed
    assert result.mistake.startswith(name), result


@pytest.mark.parametrize("text", [text for text, _ in SILENT[:2]])
def test_text_is_not_looked_at_where_the_check_holds(text):
    assert slips_of_text(text)
    assert outcome(text).passed


def test_a_sure_slip_goes_before_a_name_found_by_a_trait_and_others_do_not():
    def named(text):
        checks = Checks("exercise")
        with answer_given(Answer(text)), checks("a check", points=1):
            checks.require(False, "It stays flat.", "no update")
        return checks.results[0]

    assert named(loop("optimizer.step()", "optimizer.step")).mistake == "parentheses forgotten"
    blank = named(loop("optimizer.step()", "..."))
    assert blank.mistake == "no update"
    assert "A blank `...` is still in your answer (line 10)" in blank.hint


@pytest.mark.parametrize(
    "line",
    [
        "self.step = 3",
        "first = x[..., 0]",
        "step = self.step",
        "loss.item()",
        "x.clamp_(0)",
        "nn.init.normal_(w)",
        "print(x)",
        "torch.manual_seed(3)",
        "def f(x, device):\n    return x + scale",
        "def f(x):\n    return [y for y in x]",
        "def f(self, x):\n    return x @ rotation",
        "def f(x):\n    print(x)\n    return x",
        "def show(x):\n    plt.plot(x)",
        "layer = nn.Linear(3, 4)",
    ],
)
def test_what_is_no_slip_is_not_taken_for_one(line):
    slips = slips_of_text(line)
    assert not any(slip.sure for slip in slips)
    assert not any(slip.name == "blank left over" for slip in slips)


@pytest.mark.parametrize("text", ["", "def f(:", "x.item\n" * 10_000, "(" * 5000, "-" * 9000 + "1"])
def test_text_that_cannot_be_read_has_no_slips(text):
    assert slips_of_text(text) == ()


def test_text_made_to_take_long_takes_no_time():
    chains = "\n".join("a" + ".b().item" * 400 for _ in range(10))
    loops = "def f(x):\n" + "".join(" " * i + "for i in x:\n" for i in range(1, 60)) + " " * 60
    started = process_time()
    for text in (chains, loops + "y.append(x_a)\n" * 1, "f(" * 150 + ")" * 150):
        slips_of_text(text)
        slip_of_error(Raised("TypeError: NoneType is not callable", text[-60:], text))
    assert process_time() - started < 5


# ---- authors' own patterns


def test_an_author_may_say_the_place_too():
    errors = [
        ErrorHint(r"TypeError: .*missing", "elsewhere", "No.", at=r"net\("),
        ErrorHint(r"TypeError: .*missing", "loss alone", "Two things.", at=r"loss_fn\(out\)"),
    ]
    result = outcome(loop("loss_fn(out, train_labels)", "loss_fn(out)"), errors)
    assert result.mistake == "loss alone"
    as_tuple = [(r"TypeError: .*missing", "loss alone", "Two things.", r"loss_fn\(out\)")]
    assert outcome(loop("loss_fn(out, train_labels)", "loss_fn(out)"), as_tuple) == result


def test_a_pattern_without_a_place_keeps_working():
    text = loop("train_loss.append(loss.item())", "train_loss.append(loss.item().real.foo)")
    errors = [(r"AttributeError: 'float'", "a float", "It is a number.")]
    result = outcome(text, errors)
    assert (result.mistake, result.hint.startswith("It is a number.")) == ("a float", True)


def test_hints_do_not_speak_of_calls_that_only_the_check_makes():
    class Elsewhere(Exception):
        where = ""

    message = (
        "Error(s) in loading state_dict for Linear: size mismatch for weight: copying a param with "
        "shape torch.Size([3, 7]) from checkpoint, the shape in current model is "
        "torch.Size([7, 3])."
    )
    for errors in ((), [("size mismatch for", "layers not as asked", "Look at the sizes.")]):
        checks = Checks("exercise", errors=errors)
        with checks("a check", points=1):
            raise type("RuntimeError", (Elsewhere,), {})(message)
        (result,) = checks.results
        assert result.mistake == "layers not as asked"
        assert "state_dict" not in result.hint
    assert "sizes" in result.hint
