"""What formgrader shows first: what the student wrote."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.grading.nbgrader_plugins.formgrader import GIVEN, SHOW_ALL, TEST, AnswersFirst
from tests.support.grading_class import graded
from tests.support.ordinary_courses import task
from tests.support.small_release import question

SHOWN_BY_FORMGRADER = {"submission_id": "0123"}


def marked(cell, kind):
    cell.metadata["nmautils"] = {"kind": kind, "outputs": "none"}
    return cell


def text(source, kind="text"):
    return marked(new_markdown_cell(source), kind)


def code(source, kind):
    return marked(new_code_cell(source, metadata={"tags": [kind]}), kind)


@pytest.fixture
def notebook():
    return new_notebook(
        cells=[
            text("# Title"),
            code("import math", "setup"),
            text("About this section."),
            text("## Exercise 1: double\n\nDouble it."),
            text("A hint."),
            marked(graded("def double(x): return 2 * x", "double", test=False), "exercise"),
            text("Now check it."),
            marked(graded("assert double(2) == 4", "double_test", test=True), "test"),
            code("plot()", "demo"),
            text("## Mine <b>", "own"),
            marked(new_code_cell("helper = 1"), "own"),
            text("## Think! 1: why?"),
            marked(question("why"), "question"),
            marked(task("Do more.", "more", 3), "text"),
            marked(new_code_cell("NAME = 'ada'"), "given"),
            code("look()", "explore"),
        ]
    )


def shown(notebook, **resources):
    before = copy.deepcopy(notebook)
    after, _ = AnswersFirst(enabled=True)(copy.deepcopy(notebook), resources or SHOWN_BY_FORMGRADER)
    assert notebook == before
    return after.cells


def is_hidden(cell):
    return GIVEN in cell.metadata.get("tags", []) or f'class="{GIVEN}"' in cell.source


def test_what_the_student_wrote_stays_and_what_asks_for_it(notebook):
    cells = shown(notebook)
    assert [cell.source for cell in cells[1:] if not is_hidden(cell)] == [
        "## Exercise 1: double\n\nDouble it.",
        "A hint.",
        "def double(x): return 2 * x",
        "assert double(2) == 4",
        "## Mine <b>",
        "helper = 1",
        "## Think! 1: why?",
        "*Your answer here.*",
        "Do more.",
        "NAME = 'ada'",
    ]
    # What is hidden is there, with its own tags and text.
    assert [cell.source.split("\n\n")[-1] for cell in cells[1:] if is_hidden(cell)] == [
        *("# Title", "import math", "About this section.", "Now check it.", "plot()", "look()")
    ]
    assert cells[2].metadata.tags == ["setup", GIVEN]


def test_only_tests_are_cut(notebook):
    cut = [cell for cell in shown(notebook) if TEST in cell.metadata.get("tags", [])]
    assert [cell.source for cell in cut] == ["assert double(2) == 4"]


def test_the_first_cell_leads_to_the_scores_and_shows_the_rest(notebook):
    top = shown(notebook)[0].source
    links = [part.split("</a>")[0] for part in top.split('<a href="#')[1:]]
    assert links == [
        'double_test">Exercise 1: double',
        'why">Think! 1: why?',
        'more">Think! 1: why?',
    ]
    assert f'id="{SHOW_ALL}"' in top
    assert "Mine" not in top  # a student names nothing on this page


def test_other_pages_stay_as_they_are(notebook):
    assert shown(notebook, unique_key="tiny") == notebook.cells


def test_what_something_else_graded_is_shown_in_whole(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("nmautils")
    assert shown(notebook)[1:] == notebook.cells
