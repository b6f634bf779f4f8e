"""A written answer is found in a cell for code, and ordinary code is not taken for one."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from nmautils.grading.repair.prose import prose_of, words_in
from nmautils.grading.repair.python_cells import Parser
from nmautils.grading.repair.rebuild import repair
from tests.damaged.corpus import as_bytes, below, cell
from tests.support.safe_pages import in_base64, png
from tests.support.small_release import nb, release

__all__ = ["nb", "release"]

WRITTEN = {
    "a comment": "# The layer has six filters, so six maps come out.",
    "a print": "print('The layer has six filters, so six maps come out.')",
    "a string": '"""Six maps come out.\n\nOne for each filter."""',
    "Markdown": "from IPython.display import *\ndisplay(Markdown('**Six** maps, yes'))",
    "a last Markdown": "IPython.display.Markdown('six maps come out')",
    "a name": 'answer = "six maps, each 28 x 28"\nprint(answer)',
    "a name in two lines": 'answer = ("six maps, "\n          "each 28 x 28")',
    "two prints": "print('six maps come out')\nprint('because of the filters')",
    "paragraphs": "# 6 maps, each 28 x 28\n\n# because the padding is same",
    "no blank": "#Six maps come out\n#as there are six filters",
    "a sum": 'print("Six maps" + " come out of the layer")',
    "another script": "# 有六个滤波器所以有六张图",
    "another language": "# Antwort: sechs Karten, weil es sechs Filter gibt",
    "words of Python": "# if the stimulus is large:\n# then the response of the neuron saturates",
    "below code": "x = torch.rand(3)\n# So six maps come out, each as large as the picture was.",
    "behind code": "out.shape  # six maps come out because the layer has got six filters",
    "a dictionary": "answers = dict(q13='six maps, because the layer has got six filters')",
    "a figure": "plt.text(0, 0.5, 'six maps, because the layer has got six filters')",
    "a magic": "%%markdown\nSix maps come out.",
    "no sign at all": "Six maps come out, since there are six filters.",
}

CODE = {
    "a plot": "# plot the loss\nplt.plot(losses)",
    "a long title": "plt.title('Responses of the first neuron to all of the stimuli we have seen')",
    "a label": 'ax.set_xlabel("orientation of the stimulus in degrees, left to right, of it")',
    "a value": "print('shape', x.shape)",
    "a message": "print(f'test loss after {n} steps of training: {loss:.3f}')",
    "commented out": "# x = layer(s)\n# plt.imshow(x[0])\n# for i in range(3):\n#     print(i)",
    "in a loop": "for i in range(3):\n    # try some more filters and see what then\n    run(i)",
    "a docstring": "def f(x):\n    '''Give the response to all that we have shown.'''",
    "an experiment": "# Experiment with 12 filters\nnet = make(12)\ntrain(net)",
    "a name": "# my test",
    "to do": "# TODO",
    "hello": "print('hello')",
    "imports": "import torch\nimport numpy as np",
    "a magic": "%matplotlib inline",
    "an install": "!pip install seaborn",
    "behind a number": "x = 3  # number of filters",
    "numbers": "lr = 0.1\nnames = ['a', 'b']",
    "a ruler": "# ---------------\n# 1. data\nx = 1",
    "nothing": "",
}


def by_id(notebook, name):
    return next(each for each in notebook.cells if each.id == name)


def put_below(notebook, name, new):
    below(notebook, by_id(notebook, name), new)


@pytest.mark.parametrize("source", WRITTEN.values(), ids=WRITTEN)
def test_a_written_answer_in_a_code_cell_is_for_a_person(release, nb, source):
    put_below(nb, "why", new_code_cell(source))
    result = repair(release, as_bytes(nb))
    answer = cell(result.notebook, "why").source
    assert "Your answer here" not in answer
    first = next(word for word in source.replace("'", " ").split() if len(word) > 4)
    assert first.strip("\"#.,'") in answer or "six" in answer.lower()
    # What is no Python at all has always been taken for the answer itself.
    if Parser()(source).parsed:
        assert any("why" in reason and "Think! 1" in reason for reason in result.needs_person)
        assert any("a person will look" in note for note in result.notes)
        assert any(each.source == source for each in result.notebook.cells)


@pytest.mark.parametrize("source", CODE.values(), ids=CODE)
def test_ordinary_code_is_no_written_answer(release, nb, source):
    put_below(nb, "why", new_code_cell(source))
    result = repair(release, as_bytes(nb))
    assert cell(result.notebook, "why").source == "*Your answer here.*"
    assert result.needs_person == ()


@pytest.mark.parametrize("source", [*WRITTEN.values(), *CODE.values()])
def test_nothing_is_taken_for_the_answer_of_a_question_that_has_one(release, nb, source):
    cell(nb, "why").source = "Because."
    put_below(nb, "why", new_code_cell(source))
    result = repair(release, as_bytes(nb))
    assert cell(result.notebook, "why").source == "Because."
    assert result.needs_person == ()


def test_an_answer_is_found_between_a_question_and_its_cell_and_in_given_cells(release, nb):
    put_below(
        nb, "text-why", new_code_cell("# The cell for it was there, but this one was nearer.")
    )
    by_id(nb, "look").source = "# It looks at what the layer has learnt, bit by bit.\nlook()"
    result = repair(release, as_bytes(nb))
    assert "this one was nearer" in cell(result.notebook, "why").source
    assert "what the layer has learnt" in cell(result.notebook, "how").source
    assert [reason.split(":")[0] for reason in result.needs_person] == ["why", "how"]


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
def test_a_text_further_below_is_found(release, nb, make):
    put_below(nb, "look", make("It looks, then it learns."))
    result = repair(release, as_bytes(nb))
    assert "then it learns" in cell(result.notebook, "how").source
    assert [reason.split(":")[0] for reason in result.needs_person] == ["how"]


def test_a_drawing_further_below_is_seen_with_the_question(release, nb):
    drawing = new_markdown_cell(f"![](data:image/png;base64,{in_base64(png())})")
    put_below(nb, "look", drawing)
    answer = cell(repair(release, as_bytes(nb)).notebook, "how")
    assert "![](attachment:picture-1.png)" in answer.source
    assert list(answer.attachments) == ["picture-1.png"]


def test_the_answer_of_the_next_question_is_not_taken(release, nb):
    cell(nb, "how").source = "So that it learns."
    put_below(nb, "how", new_code_cell("# And this is more about how it learns, by many steps."))
    assert repair(release, as_bytes(nb)).needs_person == ()


def test_the_sentences_of_an_answer_in_code_are_no_answer_to_a_question(release, nb):
    source = cell(nb, "double").source
    cell(
        nb, "double"
    ).source = f"# We take it two times, since that is what doubling means.\n{source}"
    assert repair(release, as_bytes(nb)).needs_person == ()


def test_nothing_is_found_in_a_notebook_as_it_was_released(release):
    assert repair(release, as_bytes(copy.deepcopy(release))).needs_person == ()


def test_words_are_counted_in_any_script():
    assert words_in("six maps, 28 by 28") == 5
    assert words_in("x = y[0] + f(z)") == 0
    assert words_in("шесть карт") == 2


def test_a_given_text_does_not_count():
    code = Parser()("# Look at what the layer has learnt, bit by bit, now.\nlook()")
    assert prose_of(code)
    assert not prose_of(code, given=code.source)
