"""What a feedback page shows of hidden tests: nothing."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nmautils.grading.feedback import IN_PLACE, HideHiddenTests, cut_hidden

SECRET = "assert double(1234) == 2468, 'a large number'"
SOURCE = f"""visible = 1
### BEGIN HIDDEN TESTS
x = 1
# a comment that may stay elsewhere
{SECRET}
### END HIDDEN TESTS
visible"""


def graded_page(*outputs, source="print(1)"):
    test = new_code_cell(SOURCE, id="test")
    test.metadata.nbgrader = {
        "grade": True,
        "grade_id": "double_test",
        "points": 2.0,
        "score": 0.5,
        "solution": False,
    }
    other = new_code_cell(source, id="other", outputs=list(outputs))
    nb = new_notebook(cells=[other, test])
    return HideHiddenTests().preprocess(copy.deepcopy(nb), {})[0]


def test_hidden_regions_are_cut_and_the_rest_stays():
    shown, hidden = cut_hidden(SOURCE)
    assert shown.split("\n") == ["visible = 1", IN_PLACE, "visible"]
    assert SECRET in hidden


def test_several_regions_and_one_without_an_end_are_cut():
    shown, _ = cut_hidden(SOURCE + "\n" + SOURCE.replace("### END HIDDEN TESTS\n", ""))
    assert shown.count(IN_PLACE) == 2
    assert SECRET not in shown


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", name="stdout", text=f"I found\n  {SECRET}\nin the frames\n"),
        new_output("execute_result", data={"text/plain": f'"{SECRET}"'}),
        new_output("display_data", data={"text/html": f"<p>{SECRET}</p>".replace("'", "&#x27;")}),
        new_output(
            "error",
            ename="AssertionError",
            evalue="a large number",
            traceback=[
                "Cell In[2], line 5",
                f"\x1b[0;32m----> 5\x1b[0m {SECRET}",
                "AssertionError",
            ],
        ),
        new_output("error", ename="E", evalue=f"failed: {SECRET}", traceback=["E"]),
    ],
)
def test_lines_of_hidden_tests_vanish_from_every_output(output):
    page = graded_page(output)
    assert "1234" not in str(page)
    assert page.cells[1].source == "print(1)"


def test_other_outputs_and_short_lines_stay():
    text = "x = 1\nmy own line\n"
    page = graded_page(new_output("stream", name="stdout", text=text))
    assert page.cells[1].outputs[0].text == text


def test_a_table_of_checks_stays_but_for_the_telling_line():
    table = f"<table><tr><td>large numbers: at `{SECRET}`</td></tr></table>"
    page = graded_page(new_output("execute_result", data={"text/html": table}))
    shown = page.cells[1].outputs[0].data["text/html"]
    assert shown == "<table><tr><td>large numbers: at `(hidden)`</td></tr></table>"


def test_the_page_begins_with_the_points_of_each_exercise():
    page = graded_page()
    assert "- **[double](#double_test)**: 0.5 of 2 points" in page.cells[0].source


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["KeyboardInterrupt", "CellTimeoutError"], ["CellTimeoutError"]),
        (["KeyboardInterrupt"], ["KeyboardInterrupt"]),
        (["ValueError", "CellTimeoutError"], ["ValueError", "CellTimeoutError"]),
    ],
)
def test_a_stopped_cell_says_so_in_one_line(names, left):
    errors = [new_output("error", ename=n, evalue="", traceback=[f"{n}:"]) for n in names]
    page = graded_page(*errors, source="while True: pass")
    assert [output.ename for output in page.cells[1].outputs] == left
