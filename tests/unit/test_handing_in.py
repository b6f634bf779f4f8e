"""`nma.checklist`: which file a notebook is, whether it was saved, and what is shown."""

import html.parser
import json
import sys
from types import SimpleNamespace

import pytest

import nmautils as nma
from nmautils import handing_in
from nmautils.handing_in import as_html, as_text

REPORT = {
    "format": 1,
    "ready": False,
    "summary": "Before you hand in: 1 exercise is red.",
    "notebook": "week <1>.ipynb",
    "title": "Week 1",
    "saved": "2031-01-30T10:00:05+00:00",
    "exercises": [
        {
            "title": "Exercise 1 & 2",
            "state": "red",
            "says": ["1 of 2 visible checks does not hold.", "size: use <len>."],
            "remarks": ["Its check was changed here."],
        },
        {"title": "Exercise 3", "state": "solved", "says": ["All hold."], "remarks": []},
    ],
    "questions": [{"title": "Think! 1", "state": "empty"}],
    "cells": [
        {
            "cell": 7,
            "title": "Your cell `import x`",
            "state": "left out",
            "says": ["`x` is not there."],
        }
    ],
    "notes": ["The file was cut short."],
}


class Table(html.parser.HTMLParser):
    """The texts of a page, the scopes of its headers, and whether tags are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.texts, self.scopes, self.hidden = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)
        attrs = dict(attrs)
        if tag == "th":
            self.scopes.append(attrs["scope"])
        self.hidden.append(attrs.get("aria-hidden"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data.strip())


def words(text):
    return " ".join(text.split())


def test_the_table_has_the_words_of_the_text():
    table = Table(as_html(REPORT))
    said = words(" ".join(table.texts))
    for line in as_text(REPORT).splitlines():
        for part in filter(None, map(str.strip, line.split("  "))):
            assert words(part.replace("`", " ")) in said


def test_the_table_can_be_read_by_a_screen_reader_and_on_any_page():
    page = as_html(REPORT)
    table = Table(page)
    assert table.scopes.count("row") == 4
    assert table.scopes.count("rowgroup") == 3
    assert "<caption" in page
    assert "color" not in page
    assert page.count('aria-hidden="true"') == 4
    assert "<len>" not in page


def test_text_has_a_line_for_everything():
    assert as_text(REPORT) == (
        "week <1>.ipynb, as it was saved on 2031-01-30 at 10:00:05\n"
        "Before you hand in: 1 exercise is red.\n"
        "\n"
        "Exercises\n"
        "  red         Exercise 1 & 2\n"
        "              1 of 2 visible checks does not hold.\n"
        "              size: use <len>.\n"
        "              Its check was changed here.\n"
        "  solved      Exercise 3\n"
        "              All hold.\n"
        "\n"
        "Written answers\n"
        "  empty       Think! 1\n"
        "\n"
        "Cells that the grader cannot run as they are\n"
        "  left out    Your cell `import x`\n"
        "              `x` is not there.\n"
        "\n"
        "The file was cut short."
    )


def test_each_check_that_does_not_hold_has_a_line_and_its_name_stands_out():
    checks = [
        {"name": "a size: of `x`", "passed": False},
        {"name": "a size", "passed": True},
        {"name": "bare", "passed": False},
    ]
    says = ["2 of 3 visible checks do not hold.", "a size: of `x`: Too <small>: 3.", "bare"]
    exercise = {"title": "One", "state": "red", "says": says, "remarks": [], "checks": checks}
    report = {**REPORT, "exercises": [exercise]}
    text, page = as_text(report), as_html(report)
    assert "   - a size: of `x`: Too <small>: 3.\n" in text
    assert text.count("- bare\n") == 1
    assert "<strong>a size: of <code>x</code></strong>: Too &lt;small&gt;: 3.</p>" in page
    assert "<strong>bare</strong></p>" in page
    assert "<strong>2 of 3" not in page


def test_the_table_says_what_to_do_about_each_written_answer_that_is_missing():
    questions = [{"title": "A", "state": "empty"}, {"title": "B", "state": "untouched"}]
    page = as_html({**REPORT, "questions": questions})
    assert "write your answer into it.</td>" in page
    assert "Write your answer into its cell.</td>" in page
    assert 'normal"></td>' not in page


# Which file it is


class Shell:
    """What `handing_in` asks of IPython."""

    def __init__(self):
        self.kernel = object()
        self.user_ns = {}
        self.history_manager = SimpleNamespace(input_hist_raw=[""])


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """A notebook whose kernel runs in an empty folder; the check itself is not run."""
    here = Shell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: here))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(tmp_path)
    here.checked, here.shown = [], []

    def run_check(path, scratch):
        here.checked.append((path, path.read_text()))
        return 1, json.dumps(REPORT), ""

    monkeypatch.setattr(handing_in, "_run_check", run_check)
    monkeypatch.setattr(handing_in, "_show", here.shown.append)
    return here


def notebook(*sources, answer=""):
    cells = [{"cell_type": "code", "source": [s], "metadata": {}} for s in sources]
    if answer:
        mark = {"nbgrader": {"solution": True}}
        cells.append({"cell_type": "code", "source": answer, "metadata": mark})
    return json.dumps({"cells": cells})


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "week1.ipynb"
    path.write_text(notebook("nma.checklist()"))
    return path


@pytest.mark.parametrize("name", ["week1.ipynb", "week1", "./week1.ipynb"])
def test_a_file_that_is_named_is_taken(shell, saved, name):
    nma.checklist(name)
    assert shell.checked[0][0].samefile(saved)


def test_jupyterlab_says_which_file(shell, saved, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", str(saved))
    nma.checklist()
    # Some servers count from a folder of their own.
    monkeypatch.setenv("JPY_SESSION_NAME", "RTC:course/week1.ipynb")
    nma.checklist()
    assert [path for path, _ in shell.checked] == [saved, saved]


def test_vs_code_says_which_file(shell, saved):
    shell.user_ns["__vsc_ipynb_file__"] = str(saved)
    nma.checklist()
    assert shell.checked[0][0] == saved


def test_colab_gives_the_page_itself(shell, monkeypatch):
    page = {"cells": [], "nbformat": 4}

    def blocking_request(what, request, timeout_sec):
        return {"ipynb": page} if what == "get_ipynb" else None

    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    message = SimpleNamespace(blocking_request=blocking_request)
    monkeypatch.setattr(handing_in, "import_module", {"google.colab._message": message}.get)
    nma.checklist()
    assert json.loads(shell.checked[0][1]) == page
    assert "This notebook, as it is on the page" in as_text(shell.shown[0])


def test_without_help_it_asks_in_one_line(shell, capsys, monkeypatch, tmp_path):
    nma.checklist()
    ask = 'Which notebook? Save it, then say its name: nma.checklist("{}")\n'
    assert capsys.readouterr().out == ask.format("tutorial1_decoding.ipynb")
    (tmp_path / "mine.ipynb").write_text("{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "renamed.ipynb"))
    nma.checklist()
    assert capsys.readouterr().out == ask.format("mine.ipynb")
    nma.checklist("other.ipynb")
    out = capsys.readouterr().out
    assert out.startswith("There is no file other.ipynb here")
    assert out.count("\n") == 1
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    nma.checklist()
    assert capsys.readouterr().out.startswith("On Kaggle a cell cannot read its own notebook")
    assert shell.checked == []


def test_a_notebook_that_is_being_checked_does_not_check_itself(shell, saved, capsys, monkeypatch):
    monkeypatch.setenv("NMAUTILS_CHECKLIST", "1")
    nma.checklist("week1.ipynb")
    assert shell.checked == []
    assert capsys.readouterr().out == ""


# Whether it was saved


@pytest.mark.parametrize(
    ("ran", "file", "is_told"),
    [
        (["nma.checklist()"], notebook("x = 1", "nma.checklist()\n"), False),
        (["nma.checklist()"], notebook("x = 1"), True),
        (["x = 2", "nma.checklist()"], notebook("x = 1", "nma.checklist()"), False),
        (
            ["def f():\n  0", "def f():\n  1", "f()"],
            notebook("f()", answer="def f():\n  1"),
            False,
        ),
        (["def f():\n  1", "f()"], notebook("f()", answer="def f():\n  0"), True),
        (["def f(:", "f()"], notebook("f()", answer="def f():\n  0"), False),
        (["f()"], "no notebook", False),
    ],
)
def test_what_was_run_and_not_saved_is_told(shell, saved, ran, file, is_told):
    saved.write_text(file)
    shell.history_manager.input_hist_raw += ran
    nma.checklist("week1.ipynb")
    before = "save the notebook (Ctrl+S), then run this cell again. "
    assert (before + REPORT["summary"] in shell.shown[0]["summary"]) is is_told
    assert shell.shown[0]["summary"].endswith(REPORT["summary"])


# What comes of the check


@pytest.mark.parametrize("out", ["", "nmautils: week1.ipynb: the file is empty\n"])
def test_a_notebook_that_cannot_be_checked_is_one_line(shell, saved, capsys, monkeypatch, out):
    monkeypatch.setattr(handing_in, "_run_check", lambda path, scratch: (2, "", out))
    nma.checklist("week1.ipynb")
    assert shell.shown == []
    said = capsys.readouterr().out
    assert said == (
        "week1.ipynb: the file is empty\n" if out else "The check ended with status 2.\n"
    )
