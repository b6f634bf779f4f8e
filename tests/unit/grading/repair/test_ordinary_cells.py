"""What a student may change freely in nbgrader's courses counts as it stands; the rest does not."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.cells import is_read_by_a_person, is_students, is_task
from nmautils.grading.repair.rebuild import rebuild
from tests.support.ordinary_courses import answer, given, question, task, tests, text

NAME = "NAME = ''\nCOLLABORATORS = ''"
STUB = "def mean(values):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
RIGHT = "def mean(values):\n    return sum(values) / len(values)"
TEST = "x = [1, 2, 3]\nassert mean(x) == 2\nmean([4])"


def release():
    cells = [
        text("# Means"),
        given(NAME),
        given("import math", "imports"),
        answer(STUB, "mean"),
        given("mean([1, 2])"),
        tests(TEST, "mean_test", 1),
        question("why", 1),
        answer("# YOUR CODE HERE", "plot", 2),
        task("Do more.", "more", 3),
    ]
    for i, cell in enumerate(cells):
        cell.id = f"cell-{i}"
    return new_notebook(cells=cells)


def rebuilt(change):
    submitted = nbformat.from_dict(release())
    change(submitted)
    notebook, notes = rebuild(release(), submitted)
    return [cell.source for cell in notebook.cells], notes


def setter(at, source):
    def change(notebook):
        notebook.cells[at].source = source

    return change


@pytest.mark.parametrize(
    ("at", "source"),
    [
        (1, "NAME = 'Ada Lovelace'\nCOLLABORATORS = 'Charles Babbage, Mary Somerville'"),
        (1, "print('something else')"),
        (1, ""),
        (1, "NAME = "),
        (1, "%%time\nNAME = 'x'"),
        (4, "print(mean([1, 2]), mean([7]), mean([8, 9, 10]))"),
        (4, "mean([1, 2])\nthen = mean([3])"),
        (4, "assert mean([1, 2]) == 1.5"),
        (4, "x = [1, 2, 3]"),
        (4, "del math"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_given_cell_counts_as_the_student_left_it(at, source, named):
    def change(notebook):
        notebook.cells[at].source = source
        if not named:
            notebook.cells[at].id = "lost"

    sources, notes = rebuilt(change)
    if source or named:
        assert sources[at] == source
    assert len(sources) == len(release().cells)
    assert not [note for note in notes if "given" in note and "missing" not in note]


@pytest.mark.parametrize("source", ["import not_there", "", "math = None", "import math, sys"])
def test_a_read_only_cell_stays_as_it_was_given(source):
    assert rebuilt(setter(2, source))[0][2] == "import math"


@pytest.mark.parametrize("source", ["assert True", "", "1", TEST + "\n1"])
def test_a_test_stays_as_it_was_given(source):
    sources, notes = rebuilt(setter(5, source))
    assert sources[5] == TEST
    assert "The check of `mean` had been changed; the original is used." in notes


@pytest.mark.parametrize(
    "source",
    [
        f"{RIGHT}\nx = [1, 2, 3]",
        f"x = [1, 2, 3]\n{RIGHT}\nmean(x)",
        f"{RIGHT}\nassert mean([1, 2, 3]) == 2",
        f"{RIGHT}\nx = [1, 2, 3]\nassert mean(x) == 2\nmean([4])",
    ],
)
def test_an_answer_keeps_lines_that_a_test_has_too(source):
    assert rebuilt(setter(3, source))[0][3] == source


def test_an_answer_in_a_cell_of_its_own_is_found():
    def change(notebook):
        notebook.cells[3].source = STUB
        notebook.cells.insert(4, new_code_cell(RIGHT))

    assert RIGHT in rebuilt(change)[0]


def test_two_own_cells_where_a_given_one_was_are_no_given_cell():
    def change(notebook):
        del notebook.cells[1]
        for source in ("a = 1", "b = 2"):
            notebook.cells.insert(1, new_code_cell(source))

    sources, _ = rebuilt(change)
    assert [source in sources for source in ("a = 1", "b = 2", NAME)] == [True, True, True]


def test_kinds_of_nbgraders_cells():
    cells = release().cells
    assert [i for i, cell in enumerate(cells) if is_students(cell)] == [1, 4]
    assert [i for i, cell in enumerate(cells) if is_read_by_a_person(cell)] == [6, 7, 8]
    assert [i for i, cell in enumerate(cells) if is_task(cell)] == [8]
    assert not is_students(new_markdown_cell("x"))
