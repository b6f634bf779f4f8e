"""Answers that stand in the release under other names are found, and other code is not."""

import nbformat
import pytest

from nmautils.course.scaffold import stub_of
from nmautils.course.verify.copies import check_copies

SETUP = """\
%matplotlib inline
import numpy as np
import torch
from scipy.stats import zscore
from torch import nn


class Layer(nn.Module):
    def forward(self, r):
        smooth = torch.tanh(self.in_layer(r))
        return self.out_layer(smooth)
"""
ANSWER = '''\
def decode(net, r, labels, weights=None):
    """Decode."""
    ### BEGIN SOLUTION
    h = torch.relu(net.in_layer(r))  # blank: h = ...
    y = net.out_layer(h)  # blank: y = ...
    scaled = zscore(y, axis=1, ddof=0)  # blank: scaled = ...
    if weights is not None:  # blank: if weights is not None:
        net.in_layer.weight = nn.Parameter(weights.clone())
    optimizer = torch.optim.SGD(net.parameters())
    optimizer.zero_grad()
    optimizer.step()
    ### END SOLUTION
    return scaled
'''
TEST = "from nmautils.check import Checks, probe\n\nchecks = Checks('decode')\n"


def code(source, name="demo", **mark):
    cell = nbformat.v4.new_code_cell(source, id=mark.get("grade_id", name))
    cell.metadata = {"nbgrader": mark} if mark else {"tags": ["demo"]}
    return nbformat.from_dict(cell)


def course(before="", test=TEST):
    """The source notebook and the release, with a cell before the exercise and its test."""
    source = [
        code(SETUP, "setup"),
        code(before, "before"),
        code(ANSWER, grade_id="decode", solution=True),
        code(test, grade_id="decode_test", grade=True),
    ]
    student = nbformat.from_dict(source)
    student[2].source = stub_of(ANSWER)
    return nbformat.v4.new_notebook(cells=source), nbformat.v4.new_notebook(cells=student)


def found(test, before=""):
    stamped, student = course(before, TEST + test)
    return [problem.message for problem in check_copies(stamped, student, "release")]


def test_an_untouched_release_has_no_copy():
    assert found("") == []


@pytest.mark.parametrize(
    ("copy", "named"),
    [
        ("a = torch.relu(own.in_layer(inputs))", "torch.relu(own.in_layer(inputs))"),
        # Other names of the same library.
        ("import torch as t\na = t.relu(own.in_layer(x))", "torch.relu(own.in_layer(x))"),
        # Keywords in another order, within something else.
        ("z = 2 * zscore(w, ddof=0, axis=1)[0]", "scipy.stats.zscore(w, ddof=0, axis=1)"),
        # In functions and lambdas, at any depth, with arguments that hide a known name.
        ("def f(own, zscore):\n    return [torch.relu(own.in_layer(zscore))]", "in_layer(zscore)"),
        ("f = lambda a, b: torch.relu(a.in_layer(b))", "torch.relu(a.in_layer(b))"),
        # Statements each of which says little, with a docstring around.
        (
            "def f(o):\n    '''Step.'''\n    o.zero_grad()\n    o.step()\n    return o",
            "o.zero_grad(); o.step()",
        ),
        # What is stored in an attribute.
        ("if w:\n    n.in_layer.weight = nn.Parameter(w.clone())", "n.in_layer.weight = "),
    ],
)
def test_a_copy_under_other_names_is_found(copy, named):
    (message,) = found(copy)
    assert named in message
    assert message.startswith("cell decode_test, line ")
    assert "is part of the answer of exercise decode" in message


def test_the_largest_copy_is_told_once_and_with_its_line():
    body = ANSWER.split("BEGIN SOLUTION")[1].replace("net", "own").replace("labels", "l")
    lines = [line.split("  #")[0] for line in body.splitlines()[1:4]]
    (message,) = found("def helper(own, r):\n" + "\n".join(lines))
    assert "line 5" in message
    assert message.count(";") == 2


@pytest.mark.parametrize(
    "harmless",
    [
        # Little is said by it, or another thing.
        "total = values.sum()",
        "own.step()",
        "a = torch.relu(own.out_layer(inputs))",
        "a = torch.sigmoid(own.in_layer(inputs))",
        "z = zscore(w, axis=0, ddof=0)",
        # One name twice is not two names.
        "a = torch.relu(own.in_layer(own))",
        "o.zero_grad()\np.step()",
        "o.zero_grad()\no.other()\no.step()",
        # A variable that is called as a library is.
        "def f(torch, own, r):\n    return torch.relu(own.in_layer(r))",
        # A text about the answer.
        "text = 'torch.relu(net.in_layer(r))'",
    ],
)
def test_harmless_code_is_no_copy(harmless):
    assert found(harmless) == []


def test_what_stands_openly_before_the_exercise_is_no_secret():
    copy = "\nout = torch.relu(one.in_layer(two))"
    assert len(found(copy)) == 1
    assert found(copy, before="shown = torch.relu(a.in_layer(b))") == []


def test_what_stands_openly_only_after_it_is_told():
    stamped, student = course()
    demo = code("out = torch.relu(one.in_layer(two))")
    for notebook in (stamped, student):
        notebook.cells.append(demo)
    (problem,) = check_copies(stamped, student, "release")
    assert str(problem).startswith("release: cell demo, line 1: ")


def test_a_cell_that_does_not_parse_is_left_to_others():
    stamped, student = course()
    student.cells[3].source = "def f(:"
    assert list(check_copies(stamped, student, "release")) == []
