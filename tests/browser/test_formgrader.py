"""Formgrader in a real browser: grade by its button, mark a written answer, give feedback."""

import csv
from pathlib import Path

import nbformat
import pytest

from nmautils.grading.grade_class import grade_class
from nmautils.grading.run import pool
from nmautils.grading.run.local import Local
from tests.support.browser import CHROMIUM, jupyter_server, open_browser
from tests.support.corpus_class import hand_in, make_course, notebook, students
from tests.support.grading_class import nbgrader_here

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]

TUTORIAL = "tutorial2_convolution"
QUESTION = "think_conv_shapes"
ANSWER = "A kernel of **seven** pixels needs a padding of three."


def handed_in(right):
    """A notebook with a right or a wrong answer to each exercise, and one written answer."""
    dealt = [answers for _, answers in students(TUTORIAL)]
    chosen = {}
    for answers in dealt:
        for name, answer in answers.items():
            if answer.right == right:
                chosen.setdefault(name, answer.source)
    nb = nbformat.reads(notebook(TUTORIAL, chosen).decode(), as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == QUESTION:
            cell.source = ANSWER
    return nbformat.writes(nb).encode()


def grade(root, student, force=False):
    """Do what ``nmautils grade`` does, with the grader that is warm in this process."""
    report = grade_class(root, students=[student], place=lambda: Local(1, pool.grade), force=force)
    assert report.failed == {}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which one student is graded by ``nmautils grade`` and one not yet."""
    root = make_course(tmp_path_factory.mktemp("formgrader"), [TUTORIAL])
    hand_in(root, TUTORIAL, "ann", handed_in(right=True))
    hand_in(root, TUTORIAL, "bob", handed_in(right=True))
    grade(root, "bob")
    return root


@pytest.fixture(scope="module")
def pages(course):
    """A function that opens a page of formgrader, with the browser's window."""
    with open_browser(playwright) as browser, jupyter_server(course) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})

        def open_page(path):
            page.goto(f"{address}/formgrader/{path}", timeout=90_000)
            return page

        yield open_page


def press(page, student, button):
    """Press a button in a student's row, and wait for what it says."""
    row = page.locator("tbody tr").filter(has_text=student)
    row.locator(f".{button} a").click()
    modal = page.locator(".modal-dialog").last
    modal.wait_for(timeout=120_000)
    return modal.inner_text()


def exported(root):
    nbgrader_here(root, "export")
    with (root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_from_its_button_to_the_marks(course, pages):
    page = pages(f"manage_submissions/{TUTORIAL}")
    assert "Successfully autograded" in press(page, "ann", "autograde")
    rows = exported(course)
    assert rows["ann"]["raw_score"] == rows["bob"]["raw_score"] == "9.0"
    assert rows["ann"]["needs_grading"] == rows["bob"]["needs_grading"] == "True"

    # The submission, as a person marks it.
    page = pages(f"gradebook/{TUTORIAL}/{TUTORIAL}")
    page.locator("tbody tr a").first.click()
    score = page.locator(f"input.score#{QUESTION}")
    score.wait_for(timeout=60_000)
    playwright.expect(page.locator("strong", has_text="seven")).to_be_visible()
    playwright.expect(page.get_by_text("checks hold").first).to_be_visible()
    who = course_student(page, course)
    with page.expect_response("**/formgrader/api/grade/*"):
        score.fill("1.5")
        score.blur()
    with page.expect_response("**/formgrader/api/comment/*"):
        comment = page.locator(f"textarea#{QUESTION}-comment")
        comment.fill("Why three?")
        comment.blur()
    rows = exported(course)
    assert (rows[who]["raw_score"], rows[who][QUESTION]) == ("10.5", "1.5")

    page = pages(f"manage_submissions/{TUTORIAL}")
    assert "Successfully generated feedback" in press(page, who, "generate-feedback")
    feedback = (course / "feedback" / who / TUTORIAL / f"{TUTORIAL}.html").read_text()
    assert "Why three?" in feedback
    assert "HIDDEN" not in feedback

    # Grading once more, in a class as `nmautils grade` does, keeps what a person gave.
    grade(course, who, force=True)
    assert exported(course)[who][QUESTION] == "1.5"


def test_a_submission_opens_on_its_answers(course, pages):
    page = pages(f"gradebook/{TUTORIAL}/{TUTORIAL}")
    page.locator("tbody tr a").first.click()
    page.locator(f"input.score#{QUESTION}").wait_for(timeout=60_000)
    height = "document.documentElement.scrollHeight"
    # It was 27,500 pixels of tests and of what everybody got.
    assert page.evaluate(height) < 4_000
    first = page.locator(".nbgrader_cell").first
    assert "Student's answer" in first.inner_text()
    assert first.bounding_box()["y"] < 500
    test = page.locator(".cell", has=page.locator("input.score#conv_layer_test"))
    assert test.bounding_box()["height"] < 600
    assert "def apply_conv_layer" in page.locator(".panel-body").first.inner_text()
    title = page.get_by_text("What you will learn").first
    playwright.expect(title).to_be_hidden()
    # All of it is there for who wants it, the tests too.
    page.locator(".cell").first.get_by_role("checkbox").check()
    playwright.expect(title).to_be_visible()
    assert page.evaluate(height) > 8_000
    source = test.locator(".input_area")
    assert source.evaluate("box => box.scrollHeight") > 10 * source.bounding_box()["height"]
    # A link leads to the points of an exercise, below the bar that stands at the top.
    page.get_by_role("link", name="Think! 1.3").first.click()
    playwright.expect(page.locator(f"input.score#{QUESTION}")).to_be_in_viewport()


def course_student(page, root):
    """Whose submission formgrader shows: it says so by the identity in its address alone."""
    from nbgrader.api import Gradebook

    identity = page.url.rstrip("/").split("/submissions/")[1].split("/")[0]
    with Gradebook(f"sqlite:///{Path(root) / 'gradebook.db'}") as gradebook:
        return gradebook.find_submission_notebook_by_id(identity).student.id
