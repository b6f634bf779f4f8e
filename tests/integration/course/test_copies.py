"""What students copy as an answer is found in the release, for each exercise of the course."""

import ast
import copy
import functools

import pytest
from nbformat.v4 import new_code_cell

from nmautils.course.contract import EXERCISES
from nmautils.course.settings import read_settings
from nmautils.course.stamp import source_notebook
from nmautils.course.verify.copies import check_copies
from tests.support.notebooks import committed
from tests.support.paths import ROOT

CASES = [(tutorial, exercise) for tutorial in EXERCISES for exercise in EXERCISES[tutorial]]


@functools.cache
def source(tutorial):
    return source_notebook(read_settings(ROOT), tutorial)[1]


def in_other_names(answer):
    """The answer as somebody else would write it."""
    tree = ast.parse(answer)
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = f"my_{node.id}"
        elif isinstance(node, ast.arg):
            node.arg = f"my_{node.arg}"
        elif isinstance(node, ast.Call):
            node.keywords.reverse()
    return ast.unparse(tree)


@pytest.mark.parametrize(("tutorial", "exercise"), CASES)
def test_a_helper_that_is_the_answer_in_other_names_is_found(tutorial, exercise):
    answer = (ROOT / "solutions" / tutorial / f"{exercise}.py").read_text(encoding="utf-8")
    student = copy.deepcopy(committed("release", tutorial))
    student.cells.append(new_code_cell(in_other_names(answer), id="helper"))
    found = [str(problem) for problem in check_copies(source(tutorial), student, "release")]
    assert any(
        line.startswith("release: cell helper, line ") and f"of exercise {exercise}," in line
        for line in found
    ), found
