"""Scaffold: what a student sees of a solved cell."""

import ast

import nbformat
import pytest

from nmautils.course.scaffold import (
    Scaffold,
    ScaffoldError,
    answer_of,
    question_of,
    solution_lines,
    solved_question_of,
    stub_of,
    without_marked,
)

SOLVED = '''\
def train(net, n_epochs=50):
    """Train.

    Returns:
    """
    losses = []
    ### BEGIN SOLUTION
    for epoch in range(n_epochs):  # blank: for epoch in range(n_epochs):
        # blank: # one step
        out = net(epoch)  # blank: out = ...  # forward
        secret = out * 2
        losses.append(secret)  # blank: losses.append(...)
    ### END SOLUTION
    return losses
'''


def cell(source, kind="code", **nbgrader):
    meta = {"grade": False, "grade_id": "x", "locked": False, "schema_version": 3, "task": False}
    made = {"cell_type": kind, "metadata": {}, "source": source, "id": "x"}
    if nbgrader:
        made["metadata"]["nbgrader"] = {**meta, **nbgrader}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    return nbformat.from_dict(made)


def scaffold(*cells, **traits):
    nb = nbformat.from_dict({"cells": list(cells), "metadata": {}})
    resources = {"nbgrader": {"notebook": "tiny"}}
    return Scaffold(**traits).preprocess(nb, resources)[0].cells


def test_blanks_stand_in_the_place_of_the_answer():
    assert stub_of(SOLVED).split("\n") == [
        'raise NotImplementedError("Exercise: complete train")'
        "  # delete this line, then replace every ...",
        "",
        "",
        "def train(net, n_epochs=50):",
        '    """Train.',
        "",
        "    Returns:",
        '    """',
        "    losses = []",
        "    for epoch in range(n_epochs):",
        "        # one step",
        "        out = ...  # forward",
        "        losses.append(...)",
        "    return losses",
    ]


def test_the_answer_has_no_marks_and_still_runs():
    answer = answer_of(SOLVED)
    assert "blank" not in answer
    assert "SOLUTION" not in answer
    assert "# one step" not in answer
    namespace = {}
    exec(answer, namespace)
    assert namespace["train"](lambda epoch: epoch, 3) == [0, 2, 4]


def test_solution_lines_are_the_code_between_the_marks():
    assert [line.strip() for line in solution_lines(SOLVED)] == [
        "for epoch in range(n_epochs):",
        "out = net(epoch)",
        "secret = out * 2",
        "losses.append(secret)",
    ]


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        ("    return 1", ["    ..."]),
        ("    # blank: # only a comment\n    return 1", ["    # only a comment", "    ..."]),
        ("    # blank: x = ...\n    y = 1", ["    x = ..."]),
        ("    if a:  # blank: if ...:\n        return 1", ["    if ...:", "        ..."]),
        ("    if a:  # blank: if a:  # when?\n        pass", ["    if a:  # when?", "        ..."]),
    ],
)
def test_an_empty_block_gets_dots_so_that_the_cell_parses(inside, left):
    stub = stub_of(f"def f(a):\n    ### BEGIN SOLUTION\n{inside}\n    ### END SOLUTION")
    assert stub.split("\n")[4:] == left
    ast.parse(stub)


def test_the_class_is_named_and_untouched_cells_define_nothing():
    stub = stub_of(
        "class Net(Base):\n    def __init__(self):\n        ### BEGIN SOLUTION\n"
        "        self.a = 1\n        ### END SOLUTION\n"
        "    def forward(self):\n        ### BEGIN SOLUTION\n        pass\n"
        "        ### END SOLUTION"
    )
    assert stub.count("...") == 3  # the first line's, and one for each block
    namespace = {}
    with pytest.raises(NotImplementedError, match=r"Exercise: complete Net$"):
        exec(stub, namespace)
    assert "Net" not in namespace


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f():\n    pass", "needs '### BEGIN SOLUTION'"),
        ("def f():\n    ### BEGIN SOLUTION\n    pass", "without '### END SOLUTION'"),
        ("def f():\n    pass\n    ### END SOLUTION", "without '### BEGIN SOLUTION'"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "a second"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "must define a class or a function"),
        ("### BEGIN SOLUTION\ndef f(:\n### END SOLUTION", "the solution does not parse"),
        (
            "def f():\n    ### BEGIN SOLUTION\n    return 1  # blank: return (\n"
            "    ### END SOLUTION",
            "the student's cell would not parse",
        ),
    ],
)
def test_a_cell_without_a_stub_is_an_error_that_names_notebook_and_cell(source, message):
    with pytest.raises(ScaffoldError, match=message) as caught:
        scaffold(cell(source, solution=True, grade_id="ex"))
    assert str(caught.value).startswith("tiny, cell ex: ")


QUESTION = """\
Think.

### BEGIN SOLUTION
Because of the secret.
### END SOLUTION

### BEGIN MARK SCHEME
One point.
### END MARK SCHEME"""


def test_a_written_question_keeps_its_words_and_loses_answer_and_scheme():
    assert question_of(QUESTION) == "Think.\n\n*Your answer here.*"
    assert question_of("All of it is the answer.") == "*Your answer here.*"
    assert "secret" not in without_marked(QUESTION)


def test_the_solution_notebook_shows_answer_and_scheme_without_marks():
    text = solved_question_of(QUESTION)
    assert "BEGIN" not in text
    assert "END" not in text
    assert "**Model answer**\n\nBecause" in text
    assert "**Mark scheme**\n\nOne point." in text


def test_a_written_question_is_scaffolded_too():
    [made] = scaffold(cell(QUESTION, "markdown", solution=True, grade=True, points=1))
    assert made.source == "Think.\n\n*Your answer here.*"
    [made] = scaffold(
        cell(QUESTION, "markdown", solution=True, grade=True, points=1), written_answer="Write!"
    )
    assert made.source == "Think.\n\nWrite!"


def test_other_cells_stay_as_they_are():
    cells = [cell("x = 1"), cell("# Title", "markdown"), cell("f(1)", grade=True, solution=False)]
    assert [made.source for made in scaffold(*cells)] == ["x = 1", "# Title", "f(1)"]


@pytest.mark.parametrize("mark", ["BEGIN SOLUTION", "END SOLUTION", "BEGIN MARK SCHEME"])
def test_marks_outside_solution_cells_are_an_error_unless_allowed(mark):
    with pytest.raises(ScaffoldError, match="not a solution cell"):
        scaffold(cell(f"### {mark}"))
    assert scaffold(cell(f"### {mark}"), enforce_metadata=False)[0].source == f"### {mark}"
