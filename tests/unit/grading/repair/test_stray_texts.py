"""A written answer is seen wherever it stands while the question's own cell is untouched."""

import time

import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)

from nmautils.grading.intake.read import read_notebook
from nmautils.grading.repair.rebuild import repair
from tests.damaged.corpus import as_bytes, cell
from tests.support.grading_class import graded
from tests.support.safe_pages import in_base64, png
from tests.support.small_release import ANSWER, STUB, TEST, question

WHY = "the activations have six maps because there are six filters in the layer"
HOW = "a complex cell adds the squares of a quadrature pair"


@pytest.fixture
def release():
    return read_notebook(
        as_bytes(
            new_notebook(
                cells=[
                    new_markdown_cell("# Tutorial 2: layers", id="title"),
                    new_markdown_cell("### Section 1.3: In PyTorch", id="section"),
                    new_markdown_cell("#### Coding exercise 1.3: twice", id="text-double"),
                    graded(STUB, "double", test=False),
                    graded(TEST, "double_test", test=True),
                    new_markdown_cell(
                        "#### Think! 1.3: units and preferences (5 points, about 6 minutes)",
                        id="text-why",
                    ),
                    question("why"),
                    new_code_cell("look()", id="look", metadata={"tags": ["explore"]}),
                    new_markdown_cell("## Bonus 2: more", id="text-more"),
                    graded(STUB.replace("double", "triple"), "triple", test=False),
                    graded(TEST.replace("double", "triple"), "triple_test", test=True),
                    new_markdown_cell(
                        "#### Think! Bonus 2: complex cells (3 points, about 4 minutes)",
                        id="text-how",
                    ),
                    question("how"),
                    new_markdown_cell("## Before you hand in\n\nSave it.", id="end"),
                ]
            )
        )
    )


@pytest.fixture
def nb(release):
    notebook = read_notebook(as_bytes(release))
    cell(notebook, "double").source = ANSWER
    cell(notebook, "triple").source = "def triple(x):\n    return 3 * x"
    return notebook


def asked(release, nb):
    result = repair(release, as_bytes(nb))
    return [reason.split(":")[0] for reason in result.needs_person], result.notebook


def test_a_text_at_the_end_that_names_the_question_is_seen(release, nb):
    cell(nb, "how").source = HOW
    nb.cells.append(new_markdown_cell(f"Think! 1.3: {WHY}"))
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert WHY in cell(rebuilt, "why").source
    assert cell(rebuilt, "how").source == HOW


def test_a_comment_in_a_given_cell_beside_the_question_is_seen(release, nb):
    cell(nb, "how").source = HOW
    given = next(each for each in nb.cells if each.id == "look")
    given.source = f"# {WHY}\nlook()"
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert WHY in cell(rebuilt, "why").source


def test_one_text_may_hold_the_answers_to_several_questions(release, nb):
    nb.cells.append(new_markdown_cell(f"## Answers\nThink 1.3: {WHY}.\n\nThink Bonus 2: {HOW}."))
    names, rebuilt = asked(release, nb)
    assert names == ["why", "how"]
    assert all(WHY in cell(rebuilt, name).source for name in names)


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("place", [0, 2, 5, -1])
def test_the_place_of_a_text_that_names_the_question_does_not_matter(release, nb, make, place):
    cell(nb, "how").source = HOW
    nb.cells.insert(place, make(f"## Anna Schmidt, my answers\nThink! 1.3: {WHY}"))
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert WHY in cell(rebuilt, "why").source


@pytest.mark.parametrize(
    "named",
    ["1.3", "Q1.3:", "**Think! 1.3**", "My answer to Think 1.3:", "Units and preferences:"],
)
def test_a_question_is_named_by_its_number_or_its_heading(release, nb, named):
    cell(nb, "double").source += f"\n\n# {named} six maps, one each"
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert "six maps" in cell(rebuilt, "why").source


@pytest.mark.parametrize(
    "comment",
    ["# Think! Bonus 2: {}", "# Bonus 2 {}", "'''Complex cells\n{}'''", "print('Bonus 2: {}')"],
)
@pytest.mark.parametrize("place", ["triple", "double", "triple_test", "look"])
def test_an_answer_below_the_code_of_another_cell_is_seen(release, nb, comment, place):
    cell(nb, "why").source = WHY
    there = next(
        each
        for each in nb.cells
        if place in (each.id, each.metadata.get("nbgrader", {}).get("grade_id"))
    )
    there.source += "\n\n" + comment.format(HOW)
    names, rebuilt = asked(release, nb)
    assert names == ["how"]
    assert HOW in cell(rebuilt, "how").source


def test_an_answer_to_another_question_may_hold_both(release, nb):
    cell(nb, "why").source = f"{WHY}\n\nThink! Bonus 2: {HOW}"
    assert asked(release, nb)[0] == ["how"]


def test_a_text_in_a_given_one_that_names_the_question_is_seen(release, nb):
    nb.cells[0].source += f"\n\nThink! 1.3: {WHY}"
    assert asked(release, nb)[0] == ["why"]


@pytest.mark.parametrize("text", [WHY, f"Think! {WHY}", f"Answer: {WHY}"])
def test_a_text_that_names_no_question_is_for_all_that_are_untouched(release, nb, text):
    nb.cells.insert(1, new_markdown_cell(text))
    assert asked(release, nb)[0] == ["why", "how"]
    cell(nb, "how").source = HOW
    assert asked(release, nb)[0] == ["why"]
    cell(nb, "why").source = WHY
    assert asked(release, nb)[0] == []


def test_a_copy_of_a_given_text_with_other_line_breaks_is_no_answer(release, nb):
    given = "All that is said here was said by the course and by nobody else at all."
    release.cells[0].source = nb.cells[0].source = f"# Tutorial 2: layers\n\n{given}"
    nb.cells.insert(4, new_markdown_cell(given.replace(" by the", "\nby the")))
    assert asked(release, nb)[0] == []
    nb.cells.insert(4, new_markdown_cell(given.replace("nobody", "somebody")))
    assert asked(release, nb)[0] == ["why", "how"]


def test_a_drawing_elsewhere_is_seen(release, nb):
    cell(nb, "how").source = HOW
    nb.cells.insert(0, new_markdown_cell(f"![](data:image/png;base64,{in_base64(png())})"))
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert list(cell(rebuilt, "why").attachments) == ["picture-1.png"]


@pytest.mark.parametrize(
    "text",
    [
        "My notes",
        "## Section 1.3",
        "#### Think! 1.3: units and preferences (5 points, about 6 minutes)",
        "Save it.\n\n### Section 1.3: In PyTorch\n\n#### Coding exercise 1.3: twice",
    ],
)
def test_few_words_and_copies_of_given_ones_are_no_answer(release, nb, text):
    nb.cells.insert(1, new_markdown_cell(text))
    assert asked(release, nb)[0] == []


@pytest.mark.parametrize(
    "comment",
    [
        "Coding exercise 1.3: take it two times, since that is what doubling means",
        "Exercise 1.3, take it two times, since that is what doubling means",
        "Section 1.3 says that we take it two times, as that is what doubling means",
        "we take it 1.3 times and then again, since that is what doubling means",
        "think of it as taking the same thing two times, one after the other",
    ],
)
def test_a_comment_on_an_exercise_is_no_answer_to_the_question_of_its_number(release, nb, comment):
    cell(nb, "double").source = f"# {comment}\n{ANSWER}\n# {comment}"
    assert asked(release, nb)[0] == []


def test_a_text_on_an_answered_question_is_no_answer_to_another(release, nb):
    cell(nb, "why").source = WHY
    nb.cells.insert(1, new_markdown_cell(f"Think! 1.3, a second thought: {WHY}"))
    assert asked(release, nb)[0] == []


@pytest.mark.parametrize("piece", ["1.3 ", "Bonus ", "1.3\n", "#", "Think! ", "1.1.1.1."])
def test_long_texts_take_no_long_time(release, nb, piece):
    started = time.process_time()
    for _ in range(10):
        nb.cells.append(new_markdown_cell(piece * (10_000 // len(piece))))
        nb.cells.append(new_code_cell(f"# {piece}\n" * (10_000 // (len(piece) + 3))))
    repair(release, as_bytes(nb))
    assert time.process_time() - started < 20 / 3


@pytest.mark.parametrize(
    "source",
    [
        '!echo "{}"',
        "!echo -e '{}' ",
        'print("hello")\n!echo "{}"',
        'def my_answer():\n    """{}"""',
        'def my_answer():\n    return "{}"',
        'class Answer:\n    text = "{}"',
        "# {}",
        'text = "{}"\ntext',
    ],
)
def test_a_cell_at_the_end_that_only_says_something_is_seen(release, nb, source):
    cell(nb, "how").source = HOW
    nb.cells.append(new_code_cell(source.format(WHY)))
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert WHY in cell(rebuilt, "why").source


def test_a_comment_on_top_of_a_check_is_seen(release, nb):
    cell(nb, "how").source = HOW
    check = cell(nb, "double_test")
    check.source = f"# {WHY}\n{check.source}"
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert WHY in cell(rebuilt, "why").source


@pytest.mark.parametrize(
    "source",
    [
        'def helper(x):\n    """Give the response of a layer to all that we have shown to it."""',
        "def helper():\n    '''Give what a layer says to all that we show.'''\n    return run()",
        "!pip install a package that has a name of many words in it",
        "!echo hello > notes_of_mine_on_all_that_I_did_here.txt",
        "# plot the loss over all epochs\nplt.plot(losses)",
        'config = {"lr": 0.1, "epochs": 50, "optimizer": "adam"}\nconfig',
        'names = ["first", "second"]\nnames',
    ],
)
@pytest.mark.parametrize("below", ["why", None])
def test_ordinary_code_is_no_answer_wherever_it_stands(release, nb, source, below):
    place = nb.cells.index(cell(nb, below)) + 1 if below else len(nb.cells)
    nb.cells.insert(place, new_code_cell(source))
    assert asked(release, nb)[0] == []


@pytest.mark.parametrize(
    "source",
    ['Image("sketch.png")', 'plt.imshow(plt.imread("my/sketch.JPG"))', 'Image.open("sketch.png")'],
)
def test_a_picture_from_a_file_that_is_shown_below_a_question_is_seen(release, nb, source):
    picture = new_output("display_data", {"image/png": in_base64(png())})
    shown = new_code_cell(f"from IPython.display import Image\n{source}", outputs=[picture])
    nb.cells.insert(nb.cells.index(cell(nb, "why")) + 1, shown)
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert len(cell(rebuilt, "why").attachments) == 1
    assert "(attachment:" in cell(rebuilt, "why").source
    shown.source = "plt.imshow(activations[0])\nplt.savefig('sketch.png')"
    assert asked(release, nb)[0] == []


def test_a_value_that_says_why_is_seen_below_its_question(release, nb):
    own = new_code_cell('shapes = {"units": 6, "size": "180x32 because padding"}\nshapes')
    nb.cells.insert(nb.cells.index(cell(nb, "why")) + 1, own)
    names, rebuilt = asked(release, nb)
    assert names == ["why"]
    assert "because padding" in cell(rebuilt, "why").source
