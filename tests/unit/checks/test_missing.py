"""Why a name is missing although its cell ran: from its text and the error it ended with."""

import atexit
import builtins
import html
import re
import textwrap

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from nmautils.checks.answer import Answer, CellError, answer_given, answer_of, is_near
from nmautils.checks.missing import NOT_SOLVED, why_missing
from nmautils.checks.slips_of_variables import variable_of_notebook

STUB = (
    'raise NotImplementedError("Exercise: complete train")  # delete this line, then replace '
    'every ...\n\n\ndef train(net, data):\n    """Train."""\n    out = ...\n    return out'
)
RIGHT = "def train(net, data):\n    out = net(data)\n    return out"


def why(text, error=None, name="train", **known):
    return why_missing(name, Answer(textwrap.dedent(text), error, **known))


def test_only_the_stub_untouched_or_an_empty_cell_is_not_solved_yet():
    assert why(STUB, untouched=True).name == NOT_SOLVED
    assert why("  \n ").name == NOT_SOLVED
    stopped = CellError("NotImplementedError", "Exercise: complete train", 1, "raise ...")
    assert why(STUB, stopped).name == "line that raises left in"


SYNTAX = [
    ("def train(x:\n    return x", "cell that Python cannot read", "line 1 of your cell", "'('"),
    (
        "def train(x):\n    if x = 3:\n        return x",
        "cell that Python cannot read",
        "line 2",
        "invalid syntax",
    ),
    ("def train(x):\nreturn x", "indentation", "line 2", "expected an indented block"),
    ("def train(x):\n    y = x\n   return y", "indentation", "line 3", "unindent"),
    ("def train(x):\n    if x:\n        y = x\n\tz = 1", "tabs and spaces mixed", "line 4", "tabs"),
    ("def train(x)\n    return x", "cell that Python cannot read", "line 1", "expected ':'"),
    (
        'def train(x):\n    """Train."""\n    print(“loss”)',
        "curly quotation marks",
        "Line 3 of your cell, at place 11, has the quotation mark “ (U+201C)",
        'a plain "',
    ),
    ("def train(x):\n    print(‘a’)", "curly quotation marks", "(U+2018)", "plain '"),
    ('def train(x):\n    print("a”)', "curly quotation marks", "(U+201D)", 'plain "'),
    (
        "def train(x):\n    y =\u00a0x\n    return y",
        "no plain space",
        "Line 2 of your cell, at place 8",
        "non-breaking, U+00A0",
    ),
    ("def train(x):\n    y = x\u200b", "invisible character", "Line 2", "U+200B"),
    ("def train(x):\n    y = x – 1", "sign that Python does not know", "(U+2013)", "plain -"),
    ("def train(x)：\n    return x", "sign that Python does not know", "Line 1", "plain :"),
    ("def train(x):\n    return x × 2", "sign that Python does not know", "(U+00D7)", "plain *"),
]


@pytest.mark.parametrize(("text", "name", "where", "what"), SYNTAX)
def test_a_cell_that_python_cannot_read_is_told_by_line_and_sign(text, name, where, what):
    for error in (None, CellError("SyntaxError", "invalid syntax (1.py, line 1)", 1)):
        slip = why(text, error)
        assert slip.name == name
        assert where in slip.hint
        assert what in slip.hint
        _, code, *caret = slip.hint.split("\n")
        assert code.strip() in " ".join(text.replace("\u00a0", " ").replace("\t", " ").split("\n"))
        assert all(set(line) <= {" ", "^"} for line in caret)


def test_the_caret_stands_below_the_place():
    *_, code, caret = why("def train(x):\n    return x × 2").hint.split("\n")
    assert code[caret.index("^")] == "×"
    long = "def train(x):\n    y = '" + "a" * 200 + "' × 2"
    *_, code, caret = why(long).hint.split("\n")
    assert code[caret.index("^")] == "×"
    assert len(code) < 100


def test_an_error_that_only_running_finds_is_told_as_it_came():
    slip = why("train = 3\nreturn train", CellError("SyntaxError", "'return' outside function", 2))
    assert "line 2 of your cell: 'return' outside function" in slip.hint


def test_signs_in_texts_and_comments_are_nobodys_fault():
    text = 'def train(x):\n    """It’s “fine”."""\n    return x  # – so\n'
    assert why(text).name == "answer not run"


OTHERS = [
    ("def Train(x):\n    return x", "train", "defined under another name", "`Train`"),
    ("class DeepNetRelu:\n    pass", "DeepNetReLU", "defined under another name", "`DeepNetRelu`"),
    ("def train_network(x):\n    return x", "train", "defined under another name", "train_network"),
    ("def descend(x):\n    return x", "train", "defined under another name", "`descend`"),
    ("tain = lambda x: x", "train", "defined under another name", "`tain`"),
    (
        "def outer(x):\n    y = x\n    def train(z):\n        return z",
        "train",
        "defined inside another function",
        "line 3",
    ),
    (
        "class DeepNet:\n    def train(self):\n        pass",
        "train",
        "defined inside another class",
        "`DeepNet`",
    ),
    ("# def train(x):\n#     return x", "train", "answer commented out", "line 1"),
    ("x = 1\n  # class train:\n", "train", "answer commented out", "line 2"),
    ("%%timeit\ndef train(x):\n    return x", "train", "%%timeit keeps nothing", "write `%%time`"),
    ("'''\ndef train(x):\n    return x\n'''", "train", "answer between quotation marks", "line 2"),
    ("x = 3", "train", "name not defined", "Nothing in your cell is called `train`"),
    ("import os", "np", "answer not run", "No cell that makes `np` has run"),
    (RIGHT, "train", "answer not run", "not there now"),
    ("%time\n!ls\n" + RIGHT, "train", "answer not run", "not there now"),
    ("if True:\n    def train(x): pass", "train", "answer not run", "not there now"),
    ("raise NotImplementedError('x')\n" + RIGHT, "train", "line that raises left in", "line 1"),
]


@pytest.mark.parametrize(("text", "wanted", "name", "said"), OTHERS)
def test_what_stands_in_the_cell_is_told(text, wanted, name, said):
    slip = why(text, name=wanted)
    assert slip.name == name
    assert said in slip.hint
    assert "not solved" not in slip.hint


def test_the_error_that_stopped_the_cell_is_told_with_its_line():
    error = CellError("NameError", "name 'nnn' is not defined", 1, "layer = nnn.Linear(2, 3)")
    slip = why(f"layer = nnn.Linear(2, 3)\n{RIGHT}", error)
    assert slip.name == "error in the cell of the answer"
    assert (
        "NameError: name 'nnn' is not defined, at line 1: `layer = nnn.Linear(2, 3)`" in slip.hint
    )


def test_a_cell_that_was_not_run_is_told():
    assert why(RIGHT, ran=False).name == "answer not run"
    assert why_missing("train", None).name == "answer not run"


@pytest.mark.parametrize("text", ["(" * 10_000, "-" * 20_000 + "1", "\0", "x\n" * 60_000])
def test_no_text_is_too_odd(text):
    assert why(text).hint


def test_near_names():
    assert is_near("DeepNetRelu", "DeepNetReLU")
    assert is_near("my_train", "train")
    assert not is_near("DeepNet", "DeepNetReLU")
    assert not is_near("zscore", "train")


# ---- in a notebook


@pytest.fixture
def notebook():
    """Give a function that runs a cell, in a shell of IPython's that keeps its history here."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Minimal"
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)

    def run(text):
        return shell.run_cell(textwrap.dedent(text), store_history=True)

    run.shell = shell
    yield run
    InteractiveShell.clear_instance()
    # Else each is kept, and collects garbage for a third of a second, when the process ends.
    atexit.unregister(shell.atexit_operations)


CHECK = """
from nmautils.check import Checks, probe


@probe
def ask(x):
    return train(None, sum([x]))


checks = Checks("gd_loop")
with checks("it works", points=1):
    checks.close(ask(1.0), 1.0)
with checks("it works again", points=1):
    checks.close(ask(2.0), 2.0)
"""


def checked(notebook, capsys):
    notebook(CHECK)
    return notebook.shell.user_ns["checks"].results[0]


def test_the_stub_that_was_run_is_not_solved_yet(notebook, capsys):
    notebook(STUB)
    assert checked(notebook, capsys).mistake == NOT_SOLVED


def test_no_cell_has_run_yet(notebook, capsys):
    notebook("import math")
    assert checked(notebook, capsys).mistake == "answer not run"


def test_something_was_written_below_the_line_that_raises(notebook, capsys):
    notebook(STUB)
    notebook(STUB.replace("out = ...", "out = data"))
    assert checked(notebook, capsys).mistake == "line that raises left in"


@pytest.mark.parametrize("between", [[], ["1 / 0"], ["x = 1", "def other(): pass"]])
@pytest.mark.parametrize(
    ("text", "mistake", "said"),
    [
        ("\n\ndef train(net, x):\n    y = x,)\n", "cell that Python cannot read", "line 4"),
        ("def train(net, x):\n    y =\u00a0x\n", "no plain space", "U+00A0"),
        ("def Train(net, x):\n    return x\n", "defined under another name", "`Train`"),
        ("# def train(net, x):\n#     return x", "answer commented out", "line 1"),
        ("def f():\n    def train(net, x):\n        return x", "defined inside another", "`f`"),
    ],
)
def test_the_cell_of_the_answer_is_found_in_the_history(
    notebook, capsys, text, mistake, said, between
):
    notebook(STUB)
    notebook(text)
    for other in between:
        notebook(other)
    result = checked(notebook, capsys)
    assert result.mistake.startswith(mistake)
    assert said in result.hint
    assert "version before" not in result.hint


def test_the_error_of_the_cell_is_found_also_when_other_cells_ran_after_it(notebook, capsys):
    notebook(STUB)
    notebook("\n\nrate = 1\nlayer = undefined_name(rate)\n" + RIGHT)
    first = checked(notebook, capsys)
    notebook("x = 1")
    for result in (first, checked(notebook, capsys)):
        assert result.mistake == "error in the cell of the answer"
        assert "name 'undefined_name' is not defined" in result.hint
        assert "at line 4: `layer = undefined_name(rate)`" in result.hint


def test_the_error_of_another_cell_is_not_taken_for_the_answers(notebook, capsys):
    notebook(RIGHT)
    notebook("del train")
    notebook("1 / 0")
    result = checked(notebook, capsys)
    assert result.mistake == "answer not run"
    assert "ZeroDivision" not in result.hint


def test_the_last_cell_that_was_run_counts(notebook, capsys):
    notebook("def train(net, x:\n    return x")
    notebook("def tain(net, x):\n    return x")
    assert checked(notebook, capsys).mistake == "defined under another name"
    notebook("def train(net, x):\n    return x")
    assert checked(notebook, capsys).passed


def test_demonstrations_say_the_same(notebook, capsys):
    notebook(STUB)
    notebook("def train(net, x:\n    return x")
    capsys.readouterr()
    notebook("from nmautils.checks import solved\nshown = solved('train')")
    shown = capsys.readouterr().out
    assert notebook.shell.user_ns["shown"] is False
    assert shown.startswith("Skipped: this cell needs your train. Python cannot read line 1")
    notebook(STUB)
    capsys.readouterr()
    notebook("from nmautils.checks import solved\nshown = solved('train')")
    assert "Complete the exercise, run its cell" in capsys.readouterr().out


def test_slips_of_the_answer_are_found_in_a_notebook(notebook, capsys):
    notebook("def train(net, x):\n    y = [x]\n    y.sort\n    y.item\n    return 7.0")
    result = checked(notebook, capsys)
    assert result.mistake == "parentheses forgotten"
    assert "`y.item()`" in result.hint


def test_an_error_says_the_students_line_and_not_the_checks(notebook, capsys):
    notebook("def train(net, x):\n    y = x.foo\n    return y")
    result = checked(notebook, capsys)
    assert "at `y = x.foo`" in result.hint
    notebook("def train(net):\n    return 3")
    result = checked(notebook, capsys)
    assert "takes 1 positional argument but 2 were given" in result.hint
    assert "sum(" not in result.hint


def test_a_builtin_that_the_notebook_took_costs_nothing(notebook, capsys):
    notebook("sum = 3\n" + RIGHT.replace("net(data)", "data"))
    assert checked(notebook, capsys).passed
    assert notebook.shell.user_ns["sum"] == 3


def test_an_answer_that_was_given_goes_before_the_history(notebook):
    notebook(RIGHT)
    with answer_given(Answer("train = 1")):
        assert answer_of("train").text == "train = 1"


def test_history_that_is_not_what_it_was_is_no_answer(notebook):
    notebook(RIGHT)
    notebook.shell.history_manager = None
    notebook.shell.user_ns["In"] = 3
    assert answer_of("train") is None


@pytest.mark.parametrize("name", ["float", "len", "list", "range", "sum", "zip"])
def test_a_check_cell_has_pythons_builtins_and_the_answer_has_the_notebooks(notebook, name):
    notebook(f"{name} = 3\ndef train(net, x):\n    return x * {name} / 3")
    cell = CHECK.replace("checks = ", f"before = {name}\nchecks = ")
    cell += f"used = {name}\nchecks.report()\nafter = {name}\n"
    notebook(cell)
    names = notebook.shell.user_ns
    assert [result.passed for result in names["checks"].results] == [True, True]
    assert (names["before"], names["after"], names[name]) == (3, 3, 3)
    assert names["used"] is getattr(builtins, name)


def test_variables_come_back_when_a_check_cell_stops_early(notebook):
    notebook("sum = 3\ndef train(net, x):\n    raise KeyboardInterrupt")
    notebook(CHECK)
    assert notebook.shell.user_ns["sum"] == 3


def test_what_the_answer_does_to_such_a_variable_is_kept(notebook):
    notebook("max = 1\ndef train(net, x):\n    global max\n    max = max + 1\n    return x")
    notebook(CHECK + "checks.report()")
    assert notebook.shell.user_ns["max"] == 3
    assert all(result.passed for result in notebook.shell.user_ns["checks"].results)


def reported(notebook):
    notebook(CHECK + "score = checks.report()")
    return notebook.shell.user_ns["score"]


def test_a_check_says_that_it_looks_at_an_older_version(notebook, capsys):
    notebook("def train(net, x):\n    return 3 * x")
    notebook("def train(net, x):\n    return (x")
    score = reported(notebook)
    for said in (score.text(), score._repr_html_()):
        assert "Cell that Python cannot read: " in said
        assert "line 2 of your cell" in said
        assert "your version before that is checked" in said
        assert said.count("your version before") == 1
        assert "Expected 1, got 3" in said  # that version's own result stands below
    assert not score.causes
    notebook("def train(net, x):\n    return x\ntrain(None)")
    assert checked(notebook, capsys).passed
    assert reported(notebook).notice == ""


GREEN = "def train(net, x):\n    y = x\n    return y"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GREEN.replace("):", ")"), "Python cannot read line 1 of your cell"),
        (GREEN.replace("train", "Train"), "makes `Train`, and what is needed is `train`"),
        (GREEN.replace("train", "tain"), "makes `tain`, and what is needed is `train`"),
        ('raise NotImplementedError("Exercise: complete train")\n' + GREEN, "line 1 of your cell"),
        ("layer = undefined_name(3)\n" + GREEN, "undefined_name"),
        ("# " + GREEN.replace("\n", "\n# "), "behind a #"),
    ],
)
@pytest.mark.parametrize("between", [[], ["x = 1"]])
def test_a_cell_that_was_broken_after_it_worked_is_told_above_a_green_table(
    notebook, capsys, text, said, between
):
    notebook(GREEN)
    assert reported(notebook).notice == ""
    notebook(text)
    for other in between:
        notebook(other)
    score = reported(notebook)
    assert float(score) == 2
    for shown in (score.text(), score._repr_html_()):
        assert said in html.unescape(re.sub("</?code[^>]*>", "`", shown))
        assert "Until then, your version before that is checked." in shown
    notebook(GREEN)
    assert reported(notebook).notice == ""


def test_the_released_cell_that_was_put_back_is_told_too(notebook, capsys):
    notebook(STUB)
    notebook(GREEN)
    notebook(STUB)
    assert "line that raises NotImplementedError is still there" in reported(notebook).notice


@pytest.mark.parametrize(
    "beside",
    [
        "def train_two(net, x):\n    y = x\n    return y",
        "def train2(net, x):\n    y = x\n    return (y",
        "def brain(z):\n    a = 3\n    b = a\n    return b",
        "# def train in the tutorial\nz = 3",
        "trial = train(None, 3)\n1 / 0",
        "1 / 0",
        "def train(net, x):\n    return x\n\n\ntrain(3)",
    ],
)
def test_other_cells_are_not_taken_for_a_newer_version(notebook, capsys, beside):
    notebook(GREEN)
    notebook(beside)
    assert reported(notebook).notice == ""


def test_slips_are_looked_for_in_the_version_that_is_checked(notebook, capsys):
    notebook("def train(net, x):\n    return 3 * x")
    notebook("def train(net, x):\n    x.sort\n    x.item\nreturn x")
    assert checked(notebook, capsys).mistake == ""


# ---- variables of the notebook

DATA = """
import numpy as np
import torch
above = np.triu_indices(3, k=1)
small = np.ones((3, 3))
filters6 = torch.ones(6)
layer = torch.nn.Linear(2, 1)
listed = [1.0]
size = 3
helper = lambda x: 7 * x
class Given: pass
"""


@pytest.mark.parametrize(
    "line",
    [
        "np.ones(3)[above[0]].sum()",
        "small.sum()",
        "filters6.sum()",
        "layer.weight.sum().item() + 9",
        "max(listed) + 4",
        "x + size",
    ],
)
def test_a_variable_of_the_notebook_that_an_answer_reads_is_said(notebook, capsys, line):
    notebook(DATA)
    notebook(f"def train(net, x):\n    y = {line}\n    return y + 2")
    result = checked(notebook, capsys)
    assert result.mistake == "variable of the notebook used"
    assert "Work with `net` and `x`" in result.hint


def test_a_method_that_reads_a_variable_of_the_notebook_is_told_its_argument(notebook, capsys):
    notebook(DATA)
    notebook(
        """
        class Net:
            def forward(self, filters):
                return filters6.sum() + 0 * filters
        def train(net, x):
            return Net().forward(x)
        """
    )
    result = checked(notebook, capsys)
    assert result.mistake == "variable of the notebook used"
    assert "`filters6`" in result.hint
    assert "the argument `filters`" in result.hint


@pytest.mark.parametrize(
    "body",
    [
        "    return helper(x)",
        "    made = Given()\n    return 7 * x",
        "    small = 7 * x\n    return small",
        "    return sum(small for small in [x, 6])",
        "    return (lambda small: small + 7)(x)",
        "    return x + own",
        "    return 7 * float(np.float64(x))",
        "    def inner(small):\n        return small + 7\n    return inner(x)",
    ],
)
def test_what_the_answer_makes_or_the_notebook_gives_is_no_such_variable(notebook, capsys, body):
    notebook(DATA)
    notebook(f"own = np.array(7.0)\ndef train(net, x):\n{body}")
    result = checked(notebook, capsys)
    assert not result.passed
    assert result.mistake == ""


def test_of_an_answer_judged_elsewhere_only_the_text_is_known():
    assert variable_of_notebook("def train(net, x):\n    return small[above]").name == (
        "variable of the notebook used"
    )
    for line in ("helper(x)", "Given().item", "x", "np.ones(3)", "len(x)", "f'{x}'"):
        assert variable_of_notebook(f"def train(net, x):\n    return {line}") is None
    assert variable_of_notebook("def train(") is None


@pytest.mark.parametrize("rest", ["+ x", "* x", "- x", ".sum()"])
def test_a_formula_over_two_lines_is_told_of_brackets(rest):
    slip = why(f"def train(net, x):\n    y = x\n        {rest}\n    return y")
    assert slip.name == "formula over two lines"
    assert "Put brackets round a formula" in slip.hint
    assert why("def train(net, x):\n    y = x\n        z = x").name == "indentation"
