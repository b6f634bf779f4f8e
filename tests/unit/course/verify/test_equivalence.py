"""Proofs that a changed answer is the same answer, and that they prove no more than that."""

import math
from types import SimpleNamespace

import pytest

from nmautils.course.verify.equivalence import canonical
from nmautils.course.verify.mutations import Seen


def smooth(values, width=5, mode="reflect"):
    return values


NAMES = {"np": SimpleNamespace(smooth=smooth), "math": math}
SEEN = {name: Seen([3]) for name in ("n", "step", "losses[-1]")}


def same(one, other):
    body = ["def f(x, n):\n    " + part.replace("\n", "\n    ") for part in (one, other)]
    return canonical(body[0], NAMES, SEEN) == canonical(body[1], NAMES, SEEN)


LOOP = """losses = []
for step in range(n):
    losses.append(g(x))
    if step % max(1, n // 5) == 0:
        print(f"{step} {losses[-1]:.3f}")
return losses"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return x.detach()", "return x.detach().detach()"),
        ("return np.smooth(x)", "return np.smooth(x, mode='reflect')"),
        ("return relu(x)", "return abs(relu(x))"),
        ("return x.square().sum()", "return x.square().sum().clip(0)"),
        ("return x.argmax(0)", "return x.argmax(0).round()"),
        ("return 12 * 16 * x", "return 192 * x"),
        (
            "a = x.shape[0]\nb = x.shape[1]\nreturn a, b",
            "b = x.shape[1]\na = x.shape[0]\nreturn a, b",
        ),
        ("a = g(x)\nb = []\nreturn a, b", "b = []\na = g(x)\nreturn a, b"),
        ("return x", "return x\nx = 2"),
        (LOOP, LOOP.replace("== 0", "!= 0")),
        (LOOP, LOOP.replace("n // 5", "n // -5")),
        (LOOP, LOOP.replace("range(n)", "range(1, n + 1)")),
        (LOOP, LOOP.replace("    if step % max(1, n // 5) == 0:\n    ", "")),
    ],
)
def test_the_same_answer_in_other_words_is_proved(one, other):
    assert one != other
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return x.detach()", "return x"),
        ("return np.smooth(x)", "return np.smooth(x, mode='wrap')"),
        ("return np.smooth(x)", "return np.smooth(x, width=6)"),
        ("return np.smooth(x)", "return np.smooth(x, width=5.0)"),
        ("return g(x)", "return abs(g(x))"),
        ("return relu(x) - 1", "return abs(relu(x) - 1)"),
        ("return x.clip(0)", "return x.clip(1)"),
        ("return x.mean(0)", "return x.mean(0).round()"),
        ("a = g(x)\nb = h(x)\nreturn a, b", "b = h(x)\na = g(x)\nreturn a, b"),
        ("a = x.T\nx = x.T\nreturn a, x", "x = x.T\na = x.T\nreturn a, x"),
        ("a = x.T\nb = a.T\nreturn a, b", "b = a.T\na = x.T\nreturn a, b"),
        # A print that fails, before there is a loss or after the loop's variable is gone.
        (LOOP, LOOP.replace("max(1, n // 5)", "(n // 5)")),
        (LOOP, LOOP.replace("max(1, n // 5)", "max(0, n // 5)")),
        (LOOP, LOOP.replace("max(1, n // 5)", "min(1, n // 5)")),
        (LOOP, LOOP.replace("n // 5", "x // 5")),
        (LOOP, LOOP.replace("step % max", "unknown % max")),
        (
            LOOP,
            LOOP.replace("    losses.append(g(x))\n", "").replace(
                "return", "    losses.append(g(x))\nreturn"
            ),
        ),
        (LOOP, LOOP.replace("    if", "if").replace("        print", "    print")),
        (LOOP, LOOP.replace("range(n)", "range(1, n)")),
        (
            LOOP.replace("g(x)", "g(step)"),
            LOOP.replace("g(x)", "g(step)").replace("(n)", "(1, n + 1)"),
        ),
    ],
)
def test_another_answer_is_not(one, other):
    assert one != other
    assert not same(one, other)
