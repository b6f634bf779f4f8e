"""What `nmautils verify` asks of the functions that cross into a student's process."""

import nbformat
import pytest

from nmautils.course.probes import check_probes
from nmautils.course.stamp import Place

SETUP = "%matplotlib inline\nimport numpy as np\nfrom torch import nn\nscale = 2"
TEST = """\
import math

from nmautils.check import Checks, probe


@probe
def call(values):
    return mean([np.float64(v) for v in values])


checks = Checks("mean")


def compare(values, wanted):
    checks.close(call(values), wanted)


with checks("by hand", points=1):
    compare([1, 2, 3], 2)
### BEGIN HIDDEN TESTS
with checks("random", points=1):
    values = checks.rng.normal(size=9)
    compare(values, math.fsum(values) / 9)
### END HIDDEN TESTS
checks.report()"""


def code(source, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def problems(*changes):
    """What is wrong with the test cell after these changes of its text."""
    test = TEST
    for old, new in changes:
        assert old in test
        test = test.replace(old, new)
    cells = [
        code(SETUP, tags=["setup"]),
        code("def mean(values):\n    return 0", nbgrader={"grade_id": "mean", "solution": True}),
        code(test, nbgrader={"grade_id": "mean_test", "grade": True, "points": 2}),
        code("later = 1", tags=["setup"]),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    places = [Place("tiny.md", number, "x") for number in range(len(cells))]
    return [problem.message for problem in check_probes(notebook, places)]


def test_probe_that_stands_alone_is_fine():
    assert problems() == []


def test_probe_may_use_what_set_up_cells_give_and_import_for_itself():
    assert problems(("return mean(", "import torch\n    return nn, torch, scale, mean(")) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mean([", "math.sqrt([", "uses math of the test cell; hand it over"),
        ("mean([", "compare([", "uses compare of the test cell; hand it over"),
        ("mean([", "call([", "the probe call calls itself"),
        ("mean([", "later([", "uses later, which no set-up cell before it gives"),
        ("mean([", "(lambda: [math.e for _ in '']) or ([", "uses math of the test cell"),
        ("(values):\n    return", "(values, f=1):\n    return", "positional arguments without"),
        ("(values):\n    return", "(*values):\n    return", "positional arguments without"),
        ("(values):\n    return", "(values: math.inf):\n    return", "uses math of the test cell"),
        ("    return mean", "    yield mean", "a plain function that returns its value"),
        ("def call", "async def call", "a plain function that returns its value"),
        ("    return mean", "    global scale\n    return mean", "must not bind names"),
        ("@probe\n", "@probe\n@np.vectorize\n", "must be marked with @probe alone"),
        ("fsum(values)", "fsum(values) + scale", "uses scale, which the cell does not define"),
        ("fsum(values)", "fsum(mean(values))", "uses mean outside a function marked with @probe"),
        ("checks.report()", "call([1])\nchecks.report()", "calls call outside a check"),
        ("checks.report()", "compare([1], 1)\nchecks.report()", "calls compare outside a check"),
        ("@probe\n", "", "has no function marked with @probe"),
        ("math.fsum", "math..fsum", "does not parse (line 23)"),
    ],
)
def test_probe_or_check_that_leans_on_the_other_side_is_found(old, new, message):
    found = problems((old, new))
    assert any(message in line for line in found), found


SECOND = "@probe\ndef second(values):\n    return call(values)\n\n\n"


def test_probe_that_calls_another_is_found():
    assert "the probe second calls the probe call; write it out" in problems(
        ("@probe\n", SECOND + "@probe\n")
    )


def test_hidden_probe_is_found():
    hidden = "### BEGIN HIDDEN TESTS\n"
    found = problems((hidden, hidden + SECOND.replace("call(", "mean(")))
    assert found == ["the probe second is hidden, but students can see what reaches them"]


def test_probe_inside_of_something_is_found():
    inside = "if True:\n    @probe\n    def second(v):\n        return mean(v)\n"
    assert "the probe second must stand at the top level of the cell" in problems(
        ("checks.report()", inside + "checks.report()")
    )
