"""Mutants of an answer: every kind of change, the same in each run, none twice."""

import ast

import pytest

from nmautils.course.verify.mutations import Seen, make_mutants, plain, short_diff

LOOP = '''
def train(net, data, n=3, rate=0.5):
    """Text that no mutant touches."""
    losses = []
    for step in range(n):
        net.zero_grad()
        losses.append(rate * net(data[1:]).sum())
        print("loss", losses[-1] * 7)
    return losses
'''
LAYERS = """
class Net(Base):
    def __init__(self, a, b):
        super().__init__()
        self.one = Linear(a, b)
        self.two = Linear(b, 1)

    def forward(self, x):
        h = torch.relu(self.one(x))
        return self.two(h)
"""
MATRIX = """
def f(x, sign=None):
    if sign is not None and len(x) > 2:
        x = x * sign
    return x.T @ x / x.shape[1], np.argmax(x, axis=1)
"""


def changed(source, seen=None):
    return {line for m in make_mutants(source, seen) for line in m.diff.splitlines()}


ALL = {source: changed(source) for source in (LOOP, LAYERS, MATRIX)}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        # operators, comparisons, conditions
        (MATRIX, "+        x = x / sign"),
        (MATRIX, "+        x = sign"),
        (MATRIX, "+    if sign is None and len(x) > 2:"),
        (MATRIX, "+    if sign is not None and len(x) >= 2:"),
        (MATRIX, "+    if sign is not None or len(x) > 2:"),
        (MATRIX, "+    if sign is not None:"),
        (MATRIX, "+    if not (sign is not None and len(x) > 2):"),
        # constants, indices, slices, axes, transposes
        (MATRIX, "+    if sign is not None and len(x) > 3:"),
        (MATRIX, "+    return (x.T @ x / x.shape[0], np.argmax(x, axis=1))"),
        (MATRIX, "+    return (x.T @ x / x.shape[1], np.argmax(x, axis=0))"),
        (MATRIX, "+    return (x @ x / x.shape[1], np.argmax(x, axis=1))"),
        (LOOP, "+        losses.append(rate * net(data).sum())"),
        (LOOP, "+        losses.append(rate * net(data[2:]).sum())"),
        (LOOP, "+        losses.append(rate * net(data[1:-1]).sum())"),
        # calls and their arguments
        (LAYERS, "+        self.one = Linear(b, a)"),
        (LAYERS, "+        self.one = Linear(a)"),
        (LAYERS, "+        self.one = Linear(a, b, bias=False)"),
        (LAYERS, "+        h = self.one(x)"),
        (LAYERS, "+        h = torch.sigmoid(self.one(x))"),
        (MATRIX, "+    return (x.T @ x / x.shape[1], np.argmin(x, axis=1))"),
        (MATRIX, "+    return (x.T @ x / x.shape[1], np.argmax(x))"),
        (LOOP, "+        losses.append(rate * net(data[1:]).mean())"),
        (LOOP, "+        net.zero_grad"),
        # what is handed on
        (LAYERS, "+        h = torch.relu(self.two(x))"),
        (LAYERS, "+        return self.two(x)"),
        (LAYERS, "+        return self.two(h) % 180"),
        (LAYERS, "+        return self.two(h).detach()"),
        (MATRIX, "+    return (x.T @ x / x.shape[1], np.argmax(x, axis=1) % 180)"),
        (MATRIX, "+    return (np.argmax(x, axis=1), x.T @ x / x.shape[1])"),
        # statements, loops, early exits
        (LOOP, "-        net.zero_grad()"),
        (LOOP, "+            break"),
        (LOOP, "+        return losses"),
        (LOOP, "+        if losses[-1] > min(losses):"),
        (LOOP, "+    for step in range(n - 1):"),
        (LAYERS, "+        return h"),
        # the signature
        (LOOP, "+def train(net, data, n=3, rate=1.0):"),
        (LOOP, "+def train(data, net, n=3, rate=0.5):"),
        (LOOP, "+def train(net, data, n, rate):"),
        (LAYERS, "+class Net:"),
    ],
)
def test_a_mutant_has_this_line(source, line):
    assert line in ALL[source]


@pytest.mark.parametrize("source", [LOOP, LAYERS, MATRIX])
def test_mutants_compile_and_differ_from_the_answer_and_from_each_other(source):
    mutants = make_mutants(source)
    sources = [mutant.source for mutant in mutants]
    assert len(sources) == len(set(sources)) >= 40
    assert plain(source) not in sources
    for mutant in mutants:
        compile(mutant.source, "<mutant>", "exec")
        assert mutant.diff == short_diff(plain(source), mutant.source) != ""
    assert mutants == make_mutants(source)


def test_sizes_are_frozen_to_the_numbers_that_were_seen():
    seen = {"x.shape[1]": Seen([5, 7])}
    frozen = [m.diff for m in make_mutants(MATRIX, seen) if m.change == "frozen to one number"]
    assert [diff.splitlines()[-1] for diff in frozen] == [
        "+    return (x.T @ x / 5, np.argmax(x, axis=1))",
        "+    return (x.T @ x / 7, np.argmax(x, axis=1))",
    ]


def test_a_single_number_is_not_transposed_and_a_vector_has_one_order():
    answer = "def f(x):\n    y = g(x)\n    return y\n"
    forms = {
        dimensions: {
            line.removeprefix("+    y = ")
            for line in changed(answer, seen={"g(x)": Seen(dimensions=dimensions)})
        }
        for dimensions in (0, 1, 2)
    }
    assert "-g(x)" in forms[0] & forms[1] & forms[2]
    assert "g(x).flip(0)" in (forms[1] & forms[2]) - forms[0]
    assert "g(x).T" in forms[2] - forms[1]


def test_a_short_answer_gets_pairs_of_changes_that_the_seed_chooses():
    answer = "def f(x):\n    return g\n"
    mutants = make_mutants(answer, at_least=60)
    assert len(mutants) >= 60
    assert any(", and " in mutant.change for mutant in mutants)
    assert mutants == make_mutants(answer, at_least=60)
    assert mutants != make_mutants(answer, at_least=60, seed=1)


def test_nothing_changes_in_what_is_printed():
    assert not any("* 6" in m.source or "/ 7" in m.source for m in make_mutants(LOOP))
    assert all(line in plain(LOOP) for line in ("print", "losses[-1] * 7"))


def test_the_plain_answer_has_no_docstrings_but_the_same_code():
    assert "Text" not in plain(LOOP)
    assert len(ast.parse(plain(LOOP)).body[0].body) == 3
    assert plain('def f():\n    """Text."""\n') == "def f():\n    pass"


def test_a_diff_shows_where_a_line_was_put_only_if_lines_are_the_same():
    old = "a = 1\nb = 2\nc = 3"
    assert short_diff(old, "a = 1\nb = 4\nc = 3") == "-b = 2\n+b = 4"
    assert short_diff(old, "a = 1\nc = 3") == " a = 1\n-b = 2\n c = 3"
