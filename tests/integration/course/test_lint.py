"""lint: each rule catches its defect, and the tiny course has none."""

import shutil
import subprocess

import pytest

from nmautils.course import lint as lint_module
from nmautils.course.lint import lint
from nmautils.errors import PackageMissing
from tests.support.paths import TINY_COURSE


@pytest.fixture
def course(tmp_path):
    shutil.copytree(TINY_COURSE, tmp_path / "course")
    return tmp_path / "course"


def lint_after(course, *changes):
    path = course / "source" / "tiny" / "tiny.md"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return [str(problem) for problem in lint(course)]


def test_the_tiny_course_is_clean(course):
    assert lint_after(course) == []


PROSE = "Which of the two moves less when one value is wrong?"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # code
        ("values = np.arange(1.0, 6.0)", "values = np.arange(n)", "F821 Undefined name `n`"),
        ("values = np.arange(1.0, 6.0)", "values = np.arange( 1.0, 6.0)", "not formatted: 'values"),
        ("values = np.arange(1.0, 6.0)", "values = (", "syntax"),
        ("import matplotlib.pyplot as plt", "import os\nimport matplotlib.pyplot as plt", "F401"),
        ("    if weights is None:", "    if weights == None:", "E711"),
        ('print("nothing to explore")', 'print("nothing")  # TODO', "TODO is left"),
        # headings
        ("# {{ title }}", "## {{ title }}", "needs one heading of level 1, at the top; has 0"),
        ("## Credit", "# Credit", "needs one heading of level 1, at the top; has 2"),
        ("# {{ title }}", "## First\n\n# {{ title }}", "needs one heading of level 1, at the top"),
        ("### Think! 2", "#### Think! 2", "level 4 follows level 2"),
        ("## Section 2: A question", "## Section 1: The mean", "stands twice"),
        # text
        ("*About 8 min from the start.*", "*About 2 min from the start.*", "2 min after 2 min"),
        ("*About 8 min from the start.*", "*About 11 min from the start.*", "but 10 in all"),
        (PROSE, PROSE + "  \nAnd why?", "trailing spaces"),
        (PROSE, PROSE + " FIXME", "FIXME is left"),
        # pictures and links
        (PROSE, "![](https://example.org/a.png)", "lacks alt text"),
        (PROSE, '<img src="https://example.org/a.png">', "lacks alt text"),
        (PROSE, "<img src='https://example.org/a.png' alt=''>", "lacks alt text"),
        (PROSE, "![A cat](cat.png)", "link to a missing file: cat.png"),
        (PROSE, "[page](other.ipynb)", "link to a missing file: other.ipynb"),
        (PROSE, "[page](#Section-9)", "no heading for the link #Section-9"),
        (PROSE, "[page]()", "leads nowhere"),
        (PROSE, "[page](https:/example.org)", "malformed link"),
        (PROSE, "[page](htps://example.org)", "malformed link"),
        (PROSE, "[page] (https://example.org)", "brackets that are no link"),
        (PROSE, "[page][1]", "brackets that are no link"),
        (PROSE, "[page](https://example.org/a b)", "brackets that are no link"),
    ],
)
def test_a_defect_is_reported_with_its_cell(course, old, new, message):
    found = lint_after(course, (old, new))
    assert any(message in line for line in found), found
    assert all(line.startswith("source/tiny/tiny.md") for line in found)


def test_the_line_named_is_the_one_in_the_text_notebook(course):
    found = lint_after(course, ("    if weights is None:", "    if weights == None:"))
    line = int(found[0].split(":")[1])
    text = (course / "source" / "tiny" / "tiny.md").read_text().splitlines()
    assert text[line - 1] == "    if weights == None:"
    assert "cell mean line 4" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "[page](https://en.wikipedia.org/wiki/Filter_(optics)) and [mail](mailto:a@b.org)",
        "[there](#Section-1:-The-mean) and [here](#Set-up)",
        "the range $[0, 1]$ and `values[0](1)` and $$\n[a](b)\n$$",
        "```\nx = [1] (2)\n```",
        '[![Badge](https://example.org/a.svg)](https://example.org "title")',
        "<img src='https://example.org/a.png' alt=\"A cat\">",
        "About 8 minutes, or less.",
    ],
)
def test_what_is_right_is_left_alone(course, text):
    assert lint_after(course, (PROSE, text)) == []


def test_magics_unused_imports_of_setup_cells_and_wide_blanks_are_no_defects(course):
    changes = [
        ("import numpy as np\n", "%pip --version\n!echo\nimport os\n\nimport numpy as np\n"),
        ("# blank: total = ...", "# blank: total = ...  # " + "a long remark, " * 7 + "here"),
    ]
    assert lint_after(course, *changes) == []


def test_a_source_that_cannot_be_read_is_a_problem_not_a_crash(course):
    [line] = lint_after(course, ("tags: [demo]", "tags: [figure]"))
    assert "has no kind" in line


def test_missing_ruff_is_one_clear_line(course, monkeypatch):
    def without_ruff(command, **options):
        return subprocess.CompletedProcess(command, 1, b"", b"python: No module named ruff")

    monkeypatch.setattr(lint_module.subprocess, "run", without_ruff)
    with pytest.raises(PackageMissing, match="pip install ruff"):
        lint(course)
