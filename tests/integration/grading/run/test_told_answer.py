"""What the grader tells of an answer: why its name is missing, and where it went wrong."""

import nbformat
import pytest
from bs4 import BeautifulSoup

from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.results import Submission
from nmautils.grading.record.marks import SubmissionMarks
from nmautils.grading.report.feedback import feedback_page
from nmautils.grading.run import pool
from tests.support.grading_class import NAME, make_course, released, solve
from tests.support.notebooks import committed, find_cell
from tests.support.paths import ROOT

LIMITS = Limits(cell_seconds=20, probe_seconds=20, grace_seconds=1)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("told"))
    yield freeze(root, NAME), released(root)
    pool.close()


def graded(bundle, nb):
    raw = nbformat.writes(nb).encode()
    return pool.grade(bundle, Submission("ann", raw, 1), limits=LIMITS)


def part_of_page(result, title):
    page = BeautifulSoup(feedback_page(result, SubmissionMarks()), "html.parser")
    return next(part for part in page.select("section[id]") if part.h2.get_text() == title)


@pytest.mark.parametrize(
    ("text", "mistake", "said"),
    [
        ("def Double(x):\n    return 2 * x", "defined under another name", "makes Double"),
        (
            "def double(x):\n    return 2 * (x",
            "cell that Python cannot read",
            "line 2 of your cell",
        ),
        ("def double(x):\n    return “2”", "curly quotation marks", "U+201C"),
        ("def f():\n    def double(x):\n        return 2", "defined inside another", "function f"),
        (
            "import math\n\nfactor = fcator\n\ndef double(x):\n    return 2 * x",
            "error in the cell of the answer",
            "NameError: name 'fcator' is not defined, at line 3: factor = fcator",
        ),
        ("# def double(x):\n#     return 2", "answer commented out", "behind a #"),
    ],
)
def test_the_page_says_why_a_name_is_missing(course, text, mistake, said):
    bundle, release = course
    nb = solve(release)
    find_cell(nb, "double").source = text
    result = graded(bundle, nb)
    assert result.score == 2
    checks = result.exercises[0].checks
    assert len({(check.mistake, check.hint) for check in checks}) == 1
    assert checks[0].mistake.startswith(mistake)
    part = part_of_page(result, "Tiny")
    (cause,) = part.select("div.note .hint")
    assert said in " ".join(cause.get_text(" ").split())
    shown = part.get_text(" ")
    assert "not solved" not in shown
    assert "left this as it was" not in shown
    marks = [mark.get_text(" ").split() for mark in part.select("td.mark")]
    assert marks == [["–", "could", "not", "be", "judged"]] * 2


def test_what_was_left_as_it_was_is_said_as_ever(course):
    bundle, release = course
    part = part_of_page(graded(bundle, release), "Tiny")
    assert "You have not solved this exercise yet." in part.get_text(" ")


def test_a_slip_is_seen_in_the_text_of_the_answer(course):
    bundle, release = course
    nb = solve(release)
    text = "import numpy as np\n\ndef double(x):\n    y = np.array(x)\n    y.item\n    return 3 * x"
    find_cell(nb, "double").source = text
    checks = graded(bundle, nb).exercises[0].checks
    assert [check.mistake for check in checks] == ["parentheses forgotten"] * 2


def test_yours_beside_the_expected_is_drawn_once_for_the_page_and_for_formgrader(course):
    tutorial = "tutorial3_normative_encoding"
    nb = committed("solutions", tutorial)
    find_cell(nb, "rdm").source = "def RDM(resp):\n    return 1 - np.abs(np.corrcoef(resp))"
    result = graded(freeze(ROOT, tutorial), nb)
    drawn = [check for each in result.exercises for check in each.checks if check.picture]
    (check,) = drawn
    assert not check.passed
    assert check.picture.alt.startswith("Your 4 x 4 matrix beside the expected one; ")
    source = f"data:image/png;base64,{check.picture.png}"
    page = BeautifulSoup(feedback_page(result, SubmissionMarks()), "html.parser")
    (row,) = [row for row in page.select("tr") if row.find("img", class_="compared")]
    assert check.name in row.get_text()
    assert (row.img["src"], row.img["alt"]) == (source, check.picture.alt)
    outputs = find_cell(nbformat.reads(result.notebook, 4), "rdm_test").outputs
    images = BeautifulSoup(outputs[0].data["text/html"], "html.parser").find_all("img")
    assert [image["src"] for image in images] == [source]


@pytest.mark.parametrize("line", ["sum = 3", "list = []", "isinstance = 3; getattr = len = None"])
def test_builtins_that_a_notebook_redefines_cost_nothing(course, line):
    tutorial = "tutorial1_decoding"
    nb = committed("solutions", tutorial)
    place = next(i for i, cell in enumerate(nb.cells) if "import nmautils as nma" in cell.source)
    nb.cells.insert(place + 1, nbformat.v4.new_code_cell(line))
    result = graded(freeze(ROOT, tutorial), nb)
    assert [(e.score, e.points) for e in result.exercises] == [(4, 4), (6, 6)]
