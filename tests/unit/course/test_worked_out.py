"""The student version holds what the formulas of a test give, and none of them."""

import ast

import numpy as np
import pytest
import torch

from nmautils.checks import Mistake
from nmautils.course.worked_out import same_values, show_worked_out, work_out
from nmautils.errors import CourseError

CELL = """
import numpy as np
from nmautils.check import Checks, Mistake, probe

@probe
def call(x):
    return answer(x)

checks = Checks("mean")
toy = np.array([1.0, 2.0, 6.0])
### BEGIN HIDDEN TESTS
def secret(x, power=1):
    return (x**power).mean()
### END HIDDEN TESTS
### BEGIN WORKED OUT
right = secret(toy)
mistakes = [
    Mistake("sum", "Divide.", lambda: toy.sum(), lambda: -toy.sum()),
    Mistake("square", "No \\"square\\".", lambda: secret(toy, 2)),
]
### END WORKED OUT
with checks("value", points=1):
    checks.close(call(toy), right, mistakes=mistakes)
### BEGIN HIDDEN TESTS
with checks("value"):
    checks.close(call(checks.rng.random(4)), 0)
### END HIDDEN TESTS
checks.report()
"""


def worked(block: str, before: str = "") -> dict:
    """Evaluate a block, and what it gives."""
    text = work_out(f"{before}\n### BEGIN WORKED OUT\n{block}\n### END WORKED OUT\n")
    namespace = {"Mistake": Mistake}
    exec(text, namespace)
    return namespace


def test_the_student_version_has_numbers_in_the_place_of_formulas():
    shown = show_worked_out(CELL, work_out(CELL))
    assert "right = 3.0" in shown
    assert "WORKED OUT" not in shown
    student = {}
    exec(shown[shown.index("right =") : shown.index("with checks")], {"Mistake": Mistake}, student)
    total, square = student["mistakes"]
    assert (total.name, total.hint, total.values) == ("sum", "Divide.", (9.0, -9.0))
    assert square.values[0] == pytest.approx(41 / 3, rel=1e-6)
    assert square.hint == 'No "square".'
    assert "lambda" not in shown[shown.index("right =") : shown.index("with checks")]


def test_arrays_tensors_and_nested_values_become_plain_lists():
    given = worked(
        "a = np.arange(6).reshape(2, 3)\nb = {'x': torch.ones(2) / 3, 'y': (True, None, 'text')}",
        "import numpy as np, torch",
    )
    assert given["a"] == [[0, 1, 2], [3, 4, 5]]
    assert given["b"] == {"x": [0.3333333, 0.3333333], "y": [True, None, "text"]}


def test_long_values_are_wrapped_and_stay_the_same():
    numbers = np.random.default_rng(0).standard_normal((4, 60))
    given = worked("a = x.tolist()", f"import numpy as np\nx = np.array({numbers.tolist()})")
    np.testing.assert_allclose(given["a"], numbers, rtol=1e-6)
    text = work_out(
        "import numpy as np\nx = np.arange(500.0) / 3\n"
        "### BEGIN WORKED OUT\na = {'one': x, 'two': [x, x]}\n### END WORKED OUT"
    )
    assert max(map(len, text.split("\n"))) <= 100
    ast.parse(text)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("print(1)", "assignments to one name"),
        ("a, b = 1, 2", "assignments to one name"),
        ("a = call(3)", "no probe"),
        ("a = float('nan')", "cannot be written down"),
        ("a = object()", "a object cannot be written down"),
        ("a = [Mistake('m', 'h', lambda: 1 / 0)]", "the mistake 'm' gives no value"),
        ("a = list(range(20000))", "smaller toy inputs"),
    ],
)
def test_what_cannot_be_worked_out_is_said_in_a_line(block, said):
    before = "from nmautils.check import Mistake, probe\n@probe\ndef call(x):\n    return answer(x)"
    with pytest.raises(CourseError, match=said) as caught:
        worked(block, before)
    assert "\n" not in str(caught.value)


def test_last_digits_may_differ_and_nothing_else():
    assert same_values("a = [1.000001, -2e-3]", "a = [1.0000011,\n  -0.002]")
    assert not same_values("a = [1.0]", "a = [1.001]")
    assert not same_values("a = [1.0]", "b = [1.0]")
    assert not same_values("a = [1.0]", "a = [1.0, 1.0]")
    assert not same_values('Mistake("one", "h", 1.0)', 'Mistake("two", "h", 1.0)')


def test_tensors_that_need_a_gradient_are_written_too():
    given = worked("a = torch.ones(2, requires_grad=True) * 2", "import torch")
    assert given["a"] == [2.0, 2.0]
    assert isinstance(torch.tensor(given["a"]), torch.Tensor)
