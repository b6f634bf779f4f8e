"""A release of ten cells, which the tests of repairing take apart. Fixtures: `release`, `nb`."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.grading.intake.read import read_notebook
from tests.damaged.corpus import as_bytes, cell
from tests.support.grading_class import graded

STUB = (
    'raise NotImplementedError("Exercise: complete double")  # delete\n\n\n'
    "def double(x):\n    y = ..."
)
TEST = (
    "from nmautils.check import probe\n\n\n@probe\ndef ask(x):\n    return double(x)\n\n\n"
    "total = ask(2)\ntotal"
)
ANSWER = "def double(x):\n    return 2 * x"


def question(grade_id):
    new = new_markdown_cell("*Your answer here.*", id=grade_id)
    new.metadata.nbgrader = {"grade": True, "grade_id": grade_id, "solution": True, "points": 1}
    return new


@pytest.fixture(scope="module")
def release():
    return read_notebook(
        as_bytes(
            new_notebook(
                cells=[
                    new_markdown_cell("# Small", id="title"),
                    new_code_cell("import math\nn = 3", id="imports", metadata={"tags": ["setup"]}),
                    graded(STUB, "double", test=False),
                    graded(TEST, "double_test", test=True),
                    new_code_cell(
                        "shown = double(n)\nprint(shown)", id="demo", metadata={"tags": ["demo"]}
                    ),
                    new_markdown_cell("#### Think! 1: why?\n\nSay why.", id="text-why"),
                    question("why"),
                    new_markdown_cell("#### Think! 2: how?\n\nSay how.", id="text-how"),
                    question("how"),
                    new_code_cell("look()", id="look", metadata={"tags": ["explore"]}),
                ],
                metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            )
        )
    )


@pytest.fixture
def nb(release):
    notebook = copy.deepcopy(release)
    cell(notebook, "double").source = ANSWER
    return notebook
