"""Rebuilding submissions: rules one by one, and notebooks that nobody would call honest."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.grading.intake.read import read_notebook
from nmautils.grading.model.limits import WRITTEN_CHARACTERS
from nmautils.grading.repair.python_cells import Parser, comment_out
from nmautils.grading.repair.rebuild import rebuild, repair
from nmautils.grading.safe.outputs import clean_cell
from tests.damaged.corpus import as_bytes, below, cell, copied, delete
from tests.support.small_release import ANSWER, nb, release

__all__ = ["nb", "release"]


def kinds(notebook):
    return [each.metadata.nmautils.kind for each in notebook.cells]


def own(notebook):
    return [each for each in notebook.cells if each.metadata.nmautils.kind == "own"]


def place(notebook, one):
    return next(i for i, each in enumerate(notebook.cells) if each is one)


def rebuilt(release, notebook):
    return rebuild(release, read_notebook(as_bytes(notebook)))


def test_every_cell_says_what_it_is(release, nb):
    nb.cells.append(new_code_cell("mine()"))
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook) == [
        *("text", "setup", "exercise", "test", "demo"),
        *("text", "question", "text", "question", "explore", "own"),
    ]
    assert notes == []


def test_nothing_is_changed_in_place(release, nb):
    before = copy.deepcopy((release, nb))
    rebuild(release, nb)
    assert (release, nb) == before


def test_outputs_are_kept_of_cells_that_are_shown_as_handed_in(release, nb):
    nb.cells.append(new_code_cell("mine()"))
    for each in nb.cells:
        if each.cell_type == "code":
            each.outputs = [nbformat.v4.new_output("stream", name="stdout", text="seen")]
            each.execution_count = 7
    notebook, _ = rebuilt(release, nb)
    for each in notebook.cells:
        shown = each.metadata.nmautils.kind in ("setup", "demo", "explore", "own")
        if each.cell_type == "code":
            assert bool(each.outputs) == shown
            assert each.execution_count is None
            assert each.metadata.nmautils.outputs == ("submitted" if shown else "none")


def test_own_cells_stand_before_the_cell_they_stood_before(release, nb):
    below(nb, nb.cells[0], new_markdown_cell("a note"))
    below(nb, cell(nb, "double"), new_code_cell("helper = 1"))
    nb.cells.append(new_code_cell("end = 1"))
    notebook, _ = rebuilt(release, nb)
    assert kinds(notebook)[:5] == ["text", "own", "setup", "exercise", "own"]
    assert [each.source for each in own(notebook)] == ["a note", "helper = 1", "end = 1"]
    assert notebook.cells[-1].source == "end = 1"
    assert len({each.id for each in notebook.cells}) == len(notebook.cells)


def test_own_cells_stay_above_a_test_that_was_deleted(release, nb):
    below(nb, cell(nb, "double"), new_code_cell("helper = 1"))
    delete(nb, cell(nb, "double_test"))
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook)[2:5] == ["exercise", "own", "test"]
    assert notes == ["The check of `double` was missing; it has been put back."]


def test_an_answer_with_a_try_below_stays_whole(release, nb):
    whole = f"# mine\nimport math\n\n{ANSWER}\n\nassert double(2) == 4\nprint(double(3))  # 6"
    cell(nb, "double").source = whole
    notebook, notes = rebuilt(release, nb)
    assert (cell(notebook, "double").source, notes) == (whole, [])


def test_an_empty_cell_gets_its_first_state_back(release, nb):
    cell(nb, "double").source = " \n"
    notebook, notes = rebuilt(release, nb)
    assert cell(notebook, "double").source == cell(release, "double").source
    assert notes == ["The cell `double` was empty; its first state has been put back."]


def test_a_broken_answer_is_kept_as_it_is(release, nb):
    cell(nb, "double").source = "def double(x:\n    return"
    notebook, notes = rebuilt(release, nb)
    assert cell(notebook, "double").source == "def double(x:\n    return"
    assert notes == []


def test_a_broken_answer_is_found_without_its_marks(release, nb):
    one = cell(nb, "double")
    one.source, one.metadata, one.id = "def double(x):\n    return 2 * (x", {}, "new"
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "double").source == one.source


def test_a_later_definition_does_not_replace_an_answer_in_its_cell(release, nb):
    nb.cells.append(new_code_cell("def double(x):\n    return 0"))
    notebook, notes = rebuilt(release, nb)
    assert cell(notebook, "double").source == ANSWER
    assert [each.source for each in own(notebook)] == ["def double(x):\n    return 0"]
    assert notes == []


def test_of_several_definitions_the_last_above_the_test_is_the_answer(release, nb):
    one = cell(nb, "double")
    delete(nb, one)
    tries = [f"def double(x):\n    return {k} * x" for k in (1, 2, 3)]
    for source in reversed(tries[:2]):
        below(nb, nb.cells[1], new_code_cell(source))
    nb.cells.append(new_code_cell(tries[2]))
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "double").source == tries[1]
    assert [each.source for each in own(notebook)] == [tries[0], tries[2]]


def test_both_halves_of_a_split_cell_are_kept(release, nb):
    one = cell(nb, "double")
    helper = "def times(a, b):\n    return a * b"
    below(nb, one, copied(one, helper))
    one.source = "def double(x):\n    return times(2, x)"
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook)[2:5] == ["exercise", "own", "test"]
    assert own(notebook)[0].source == helper
    assert notes == []


def test_a_definition_below_its_use_is_moved_above_with_what_it_needs(release, nb):
    cell(nb, "double").source = "def double(x):\n    return times(2, x)"
    nb.cells.append(new_code_cell("from operator import mul as product"))
    nb.cells.append(new_code_cell("def times(a, b):\n    return product(a, b)"))
    nb.cells.append(new_code_cell("x = times(1, 1)"))
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook)[2:5] == ["own", "own", "exercise"]
    assert len(notes) == 2
    assert all("was moved above" in note for note in notes)


@pytest.mark.parametrize("test_first", [False, True])
def test_no_text_of_a_test_is_run_as_the_students(release, nb, test_first):
    test = cell(nb, "double_test")
    changed = test.source.replace("total = ask(2)", "total = ask(3)\nprint(total)")
    parts = [changed, ANSWER] if test_first else [ANSWER, changed]
    cell(nb, "double").source = "\n\n".join(parts)
    below(nb, test, new_code_cell(changed), new_code_cell(f"{test.source}\nmine = 1"))
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "double").source.strip() == ANSWER
    assert all("ask" not in each.source for each in own(notebook))


def test_an_edited_given_cell_adds_definitions_and_nothing_else(release, nb):
    nb.cells[1].source = (
        "import math\nimport json as j\nn = 30\nSIZES = [1, 2]\nprint(j)\nz = compute()\n"
        "def helper():\n    return n"
    )
    notebook, notes = rebuilt(release, nb)
    assert notebook.cells[1].source == release.cells[1].source
    assert notebook.cells[2].source == (
        "import json as j\nSIZES = [1, 2]\ndef helper():\n    return n"
    )
    assert len(notes) == 2


def test_an_edited_given_cell_is_known_without_its_marks(release, nb):
    demo = nb.cells[4]
    demo.source, demo.id, demo.metadata = "shown = double(n)\nprint(shown + 1)", "new", {}
    notebook, _ = rebuilt(release, nb)
    assert own(notebook) == []


def test_notes_added_to_a_given_text_are_kept_below_it(release, nb):
    nb.cells[0].source += "\n\nMy remark."
    notebook, _ = rebuilt(release, nb)
    assert notebook.cells[0].source == "# Small"
    assert notebook.cells[1].source == "My remark."
    assert kinds(notebook)[1] == "own"


def test_answers_in_words_without_marks_are_told_apart_by_place(release, nb):
    for each, text in zip([cell(nb, "why"), cell(nb, "how")], ["because", "so"], strict=True):
        each.source, each.metadata, each.id = text, {}, text
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "why").source == "because"
    assert cell(notebook, "how").source == "so"


def test_answers_in_words_alone_are_taken_in_order(release):
    notebook, _ = rebuilt(
        release, new_notebook(cells=[new_markdown_cell(t) for t in ("because", "so", "really")])
    )
    assert cell(notebook, "why").source == "because"
    assert cell(notebook, "how").source == "so\n\nreally"


def test_an_answer_in_words_that_is_too_long_is_cut_once_and_said_so(release, nb):
    cell(nb, "why").source = "because " * WRITTEN_CHARACTERS
    notebook, notes = rebuilt(release, nb)
    assert notes == ["Your answer to “Think! 1” is very long: only its first 20,000 letters count."]
    answer = cell(notebook, "why")
    clean_cell(answer)
    assert "The rest is left out" in answer.source
    assert len(answer.source) < WRITTEN_CHARACTERS + 100


def test_repairing_tells_all_that_reading_and_rebuilding_found(release, nb):
    delete(nb, cell(nb, "double_test"))
    raw = as_bytes(nb)
    repaired = repair(release, raw[: raw.rindex(b'"cell_type"')])
    assert [each.id for each in repaired.notebook.cells] == [each.id for each in release.cells]
    assert "cut short" in repaired.notes[0]
    assert "The check of `double` was missing; it has been put back." in repaired.notes
    assert len(repaired.needs_person) == 1


def test_what_is_no_notebook_cannot_be_repaired(release):
    with pytest.raises(ValueError, match="a PDF"):
        repair(release, b"%PDF-1.7")


def test_no_tag_and_no_mark_of_the_students_is_left(release, nb):
    for each in [*nb.cells]:
        each.metadata["tags"] = ["skip-execution"]
        each.metadata["deletable"] = False
    mine = new_code_cell("1", metadata={"tags": ["skip-execution"], "nbgrader": {"points": 9}})
    nb.cells.append(mine)
    nb.metadata["evil"] = True
    notebook, _ = rebuilt(release, nb)
    assert notebook.metadata == release.metadata
    assert all("skip-execution" not in each.metadata.get("tags", ()) for each in notebook.cells)
    assert set(notebook.cells[-1].metadata) == {"nmautils"}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("x = 1", "x = 1", False),
        ("!ls\n%time x = 1", "!ls\n%time x = 1", False),
        # What runs the cells leaves these out, and knows what they would have made.
        ("%pip install a\nx = 1",) * 2 + (False,),
        ("!pip install -q \\\n    a \\\n    b\nx = 1",) * 2 + (False,),
        ("from google.colab import files; import math\nup = files.upload()",) * 2 + (False,),
        ("from google.colab import output\noutput = 1\noutput.real",) * 2 + (False,),
        (
            'raise NotImplementedError("Exercise: complete x")\nx = 1',
            '# raise NotImplementedError("Exercise: complete x")\nx = 1',
            True,
        ),
        ("def f():\n    raise NotImplementedError",) * 2 + (False,),
        # Commenting out the first line alone would leave half a statement.
        ("raise NotImplementedError(\n    'x'\n)",) * 2 + (False,),
        ("name = input()", "name = input()", False),
    ],
)
def test_only_the_line_to_be_deleted_is_commented_out(before, after, found):
    assert comment_out(before, Parser()) == (after, found)


def test_a_check_that_is_hidden_as_a_whole_is_as_it_was_given(release, nb):
    hidden, handed_in = copy.deepcopy(release), copy.deepcopy(nb)
    cell(hidden, "double_test").source = cell(handed_in, "double_test").source = ""
    assert rebuilt(hidden, handed_in)[1] == []
    cell(handed_in, "double_test").source = "assert True"
    assert any("had been changed" in note for note in rebuilt(hidden, handed_in)[1])
