"""What a feedback page says to the student, and what it must not give away."""

import copy
import os
import re
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from traitlets.config import Config

from nmautils.checks import CheckResult, Score
from nmautils.course.contract import EXERCISES
from nmautils.grading.nbgrader_plugins.feedback_exporter import FeedbackExporter, GradebookMarks
from tests.support.answers_runner import graded_cells
from tests.support.graded_pages import graded_notebook
from tests.support.paths import ANSWERS, ROOT

DECODING = "tutorial1_decoding"
RIGHT = {"relu_forward": "right/torch_relu", "gd_loop": "right/five_lines"}


def page_of(nb, **found):
    resources = {"nbgrader": {"student": "ada", "assignment": DECODING, **found}}
    text, _ = FeedbackExporter().from_notebook_node(copy.deepcopy(nb), resources)
    return text


def soup(page):
    return BeautifulSoup(page, "html.parser")


def words(page):
    """The text of a page, or of a part of one, as it reads, blanks made even."""
    page = soup(page).body if isinstance(page, str) else copy.copy(page)
    for tag in page.find_all("p li td th div pre h1 h2 h3 br strong".split()):
        tag.insert_after(" ")
    return " ".join(page.get_text().split())


def section(page, title):
    """The part of a page that belongs to an exercise."""
    heading = soup(page).find("h2", string=re.compile(title))
    return heading.find_parent("section")


def cell(nb, grade_id):
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def first_mistakes(tutorial):
    folders = {
        exercise: ANSWERS / tutorial / exercise / "mistakes" for exercise in EXERCISES[tutorial]
    }
    return {
        exercise: f"mistakes/{min(folder.glob('*.py')).stem}"
        for exercise, folder in folders.items()
    }


# What stands on it


def test_marks_stand_at_the_top():
    page = page_of(graded_notebook(DECODING, RIGHT | {"gd_loop": "mistakes/recorded_after_update"}))
    assert soup(page).h1.get_text() == "Tutorial 1: Decoding Neural Responses"
    assert soup(page).title.get_text() == "Tutorial 1: Decoding Neural Responses: feedback"
    rows = [
        [" ".join(c.get_text(" ").split()) for c in row.find_all(["th", "td"])]
        for row in soup(page).table.find_all("tr")
    ]
    assert rows == [
        ["Exercise", "Checks", "Points"],
        ["Coding exercise 2.2: a nonlinear network", "6 of 6", "4 / 4"],
        [
            "Coding exercise 3.2: gradient descent in PyTorch Loss recorded after the update",
            "3 of 7",
            "2 / 6",
        ],
        ["Together", "", "6 / 10"],
    ]
    assert soup(page).find("svg", class_="ring")["aria-label"] == "6 of 10 points"


def test_each_answer_is_followed_by_its_checks():
    page = page_of(graded_notebook(DECODING, RIGHT | {"gd_loop": "mistakes/recorded_after_update"}))
    part = words(section(page, "gradient descent"))
    assert part.index("optimizer.step") < part.index("Check exercise 3.2")
    assert "it returns a list with one Python float per epoch" in part
    assert "Loss recorded after the update" in part
    # The same hint is not said three times.
    assert part.count("store the value from before the step") == 1
    assert part.count("as above") == 2
    marks = [mark.get_text() for mark in section(page, "gradient descent").select("td.mark")]
    assert marks.count("holds") == 3
    assert marks.count("does not hold") == 4


def test_a_hint_without_a_name_is_not_repeated_either():
    nb = graded_notebook(DECODING, RIGHT)
    slow = [vars(CheckResult(name, 1.0, False, "It took too long.")) for name in "abc"]
    cell(nb, "gd_loop_test").metadata.nmautils.checks = slow
    part = words(section(page_of(nb), "gradient descent"))
    assert (part.count("It took too long."), part.count("As above.")) == (1, 2)


def test_what_was_not_touched_is_folded_and_said():
    part = section(page_of(graded_notebook(DECODING)), "nonlinear")
    assert "You have not solved this exercise yet." in part.get_text(" ")
    assert part.find("details").find("pre") is not None


def test_repairs_time_outs_and_unreadable_files_are_said():
    said = "Your answer took longer than 30 seconds. Is there a loop that never ends?"
    nb = graded_notebook(
        DECODING, RIGHT, ended={"gd_loop": said}, repairs=["A cell was missing <and> is back."]
    )
    page = page_of(nb)
    top = words(page)[: words(page).index("Exercise Checks")]
    assert f"gradient descent in PyTorch: {said}" in top
    assert "A cell was missing <and> is back." in top
    assert said in section(page, "gradient descent").get_text()
    assert "did not run" in words(page)

    page = page_of(graded_notebook(DECODING, problem="The file is empty. Ask for a new one."))
    assert "Your file could not be graded The file is empty." in words(page)
    assert soup(page).find("pre") is None


def test_a_test_that_gave_no_checks_says_so():
    nb = graded_notebook(DECODING, RIGHT)
    cell(nb, "gd_loop_test").metadata.nmautils.checks = []
    assert "These checks did not run" in section(page_of(nb), "gradient").get_text()


def test_own_cells_and_submitted_outputs_are_shown_as_what_they_are():
    own = (
        new_markdown_cell("I wondered *why*."),
        new_code_cell(
            "print(1 / 0)",
            outputs=[
                new_output(
                    "error",
                    ename="ZeroDivisionError",
                    evalue="division by zero",
                    traceback=["Cell In[1], line 1\n----> 1 print(1 / 0)", "File /x/y.py:3", "Z"],
                )
            ],
        ),
    )
    page = page_of(graded_notebook(DECODING, RIGHT, own=own))
    part = section(page, "nonlinear")
    folded = [d.summary.get_text() for d in part.find_all("details")]
    assert folded == [
        "Your own cells after this exercise (2)",
        "What later cells showed when you handed them in (3)",
    ]
    text = words(part)
    assert "I wondered why." in text
    assert "ZeroDivisionError: division by zero" in text
    assert "/x/y.py" not in text
    assert "Traceback" not in text
    pictures = soup(page).find_all("img")
    assert len(pictures) >= 3
    assert all(picture.find_parent("details") for picture in pictures)


def test_outputs_that_were_run_again_are_not_called_handed_in():
    nb = graded_notebook(DECODING, RIGHT)
    for each in nb.cells:
        if each.metadata.nmautils.kind == "demo":
            each.metadata.nmautils.outputs = "graded"
    assert "handed them in" not in page_of(nb)


def test_given_text_and_set_up_are_left_out():
    text = words(page_of(graded_notebook(DECODING, RIGHT)))
    assert "By the end you can" not in text
    assert "importlib" not in text


def test_written_answers_have_points_comments_and_may_be_open():
    tutorial = "tutorial2_convolution"
    written = dict.fromkeys(["think_conv_shapes", "think_complex_cell"], "Because **squares** add.")
    nb = graded_notebook(tutorial, {}, written)
    cell(nb, "think_conv_shapes").metadata.nbgrader.update(
        score=2.0, comment="*Nearly*: <b>count</b>"
    )
    cell(nb, "think_complex_cell").metadata.nbgrader.update(score=0.0, open=True)
    page = page_of(nb)
    part = section(page, "Think! 1.3")
    assert "2 of 5 points" in part.get_text()
    assert part.find("strong", string="squares")
    assert part.find(class_="comment").find("em").get_text() == "Nearly"
    assert "<b>count</b>" in part.get_text()
    assert "not marked yet" in section(page, "Think! Bonus 2").get_text()
    assert "1 written answer is not marked yet, so the total may grow." in words(page)
    assert "Together so far" in words(page)


def test_points_that_a_person_changed_are_named():
    nb = graded_notebook(DECODING, RIGHT)
    cell(nb, "relu_forward_test").metadata.nbgrader.score = 3.0
    assert "A person set these 3 points; the checks alone give 4." in words(page_of(nb))


def test_lateness_is_taken_off_and_said():
    page = page_of(
        graded_notebook(DECODING, RIGHT),
        late_penalty=2.0,
        seconds_late=25 * 3600,
        timestamp=datetime(2030, 7, 1, 9, 5),
    )
    assert "Handed in 1 July 2030, 09:05 UTC" in words(page)
    assert "Handed in late (1 day and 1 hour) −2" in words(page)
    assert "Together 8 / 10" in words(page)


# What must not


def telling(source):
    """Of a test's source, what a page could give away: lines, names it makes, long numbers."""
    lines = [" ".join(line.split()) for line in source.splitlines()]
    lines = [line for line in lines if re.search("[a-z]", line) and not line.startswith("# @title")]
    made = [name for name in re.findall(r"^def (\w+)", source, re.MULTILINE) if "_" in name]
    numbers = re.findall(r"(?<![\w.])\d+\.\d{2,}", source.partition("HIDDEN TESTS")[2])
    return [line for line in lines if len(line) > 9], [*made, *numbers, "probe", "HIDDEN", "rng"]


@pytest.mark.parametrize("tutorial", EXERCISES)
@pytest.mark.parametrize("how", ["mistaken", "untouched"])
def test_nothing_of_a_test_is_on_a_page(tutorial, how):
    nb = graded_notebook(tutorial, first_mistakes(tutorial) if how == "mistaken" else {})
    page = words(page_of(nb))
    # What may be said: the student's work, and what the checks say to the student.
    said = " ".join(cell(nb, name).source for name in EXERCISES[tutorial])
    said += str([c.outputs for c in nb.cells if c.metadata.nmautils.kind == "demo"])
    for name in EXERCISES[tutorial]:
        for check in cell(nb, f"{name}_test").metadata.nmautils.checks:
            said += f" {check['name']} {check['hint']}"
    said = " ".join(said.split())
    for name in EXERCISES[tutorial]:
        lines, pieces = telling(graded_cells(tutorial)[f"{name}_test"])
        assert len(lines) > 20
        assert [line for line in lines if line in page and line not in said] == []
        for piece in pieces:
            if piece not in said:
                assert not re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", page), piece


@pytest.mark.parametrize("tutorial", EXERCISES)
def test_pages_need_nothing_else_and_can_be_read_by_anybody(tutorial):
    page = page_of(graded_notebook(tutorial, first_mistakes(tutorial)))
    assert not re.search(r"<script|<link|<iframe|@import|url\(|srcset|\son\w+=", page)
    assert re.search("default-src 'none'; img-src data:; style-src 'unsafe-inline'", page)
    tree = soup(page)
    assert tree.html["lang"] == "en"
    assert [link["href"][0] for link in tree.find_all("a")] == ["#"] * len(tree.find_all("a"))
    targets = {tag["id"] for tag in tree.find_all(id=True)}
    assert {link["href"][1:] for link in tree.find_all("a")} <= targets
    assert len(targets) == len(tree.find_all(id=True))
    for picture in tree.find_all("img"):
        assert picture["src"].startswith("data:image/png;base64,")
        assert len(picture["alt"]) > 10
    levels = [int(tag.name[1]) for tag in tree.find_all(re.compile(r"^h\d$"))]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(tag.get("scope") for tag in tree.find_all("th"))


EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>"


def test_no_word_of_a_stranger_becomes_part_of_the_page():
    nb = graded_notebook(DECODING, RIGHT, repairs=[EVIL], problem=EVIL)
    nb.metadata.nmautils.events = [{"cell": EVIL, "kind": "died", "text": EVIL}]
    nb.cells[0].source = f"# {EVIL}"
    evil = CheckResult(EVIL, 1.0, False, EVIL, EVIL)
    cell(nb, "relu_forward_test").metadata.nmautils.checks = [vars(evil)]
    cell(nb, "relu_forward").source = EVIL
    cell(nb, "relu_forward").metadata.nbgrader.comment = EVIL
    cell(nb, "relu_forward").outputs = [
        new_output("stream", text=EVIL),
        new_output("display_data", data={"text/html": EVIL, "text/plain": EVIL}),
        new_output("display_data", data={"image/png": EVIL}),
        new_output("error", ename=EVIL, evalue=EVIL, traceback=[f"Cell In[1] {EVIL}"]),
    ]
    nb.cells.insert(3, new_markdown_cell(EVIL, metadata={"nmautils": {"kind": "own"}}))
    for problem in (EVIL, ""):
        nb.metadata.nmautils.problem = problem
        tree = soup(page_of(nb, student=EVIL))
        assert tree.find_all("script") == []
        assert all("onerror" not in picture.attrs for picture in tree.find_all("img"))
    assert words(page_of(nb)).count("onerror=alert(1)") >= 10


# Notebooks graded by nbgrader's own steps

SECRET = "assert double(1234) == 2468, 'a large number'"
SOURCE = f"""visible = 1
### BEGIN HIDDEN TESTS
x = 1
# a comment that may stay elsewhere
{SECRET}
### END HIDDEN TESTS
visible"""


def stock_page(*outputs, table="", source="print(1)"):
    data = {"text/plain": "0.5"} | ({"text/html": table} if table else {})
    test = new_code_cell(SOURCE, id="test", outputs=[new_output("execute_result", data=data)])
    test.metadata.nbgrader = {"grade": True, "grade_id": "double_test", "points": 2.0, "score": 0.5}
    answer = new_code_cell(source, id="answer", outputs=list(outputs))
    answer.metadata.nbgrader = {"solution": True, "grade_id": "double"}
    title = new_markdown_cell("# Tiny\n\n## Exercise 1: double", id="title")
    return page_of(new_notebook(cells=[title, answer, test]))


def test_the_table_of_a_stock_notebook_is_read_back():
    table = Score(
        "double",
        [
            CheckResult("two & two", 0.5, True),
            CheckResult("others", 1.5, False, "Expected <8>, got 9.", "adds one"),
        ],
    )._repr_html_()
    part = words(section(stock_page(table=table), "Exercise 1: double"))
    assert "two & two" in part
    assert "Adds one: Expected <8>, got 9." in part
    assert "0 / 1.5" in part
    assert "0.5 of 2 points" in part


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
            traceback=["Cell In[2], line 5", f"\x1b[0;32m----> 5\x1b[0m {SECRET}", "x"],
        ),
        new_output("error", ename="E", evalue=f"failed: {SECRET}", traceback=["E"]),
        new_output("error", ename="E", evalue="x", traceback=[f"Cell In[2], line 5\n{SECRET}"]),
    ],
)
def test_lines_of_hidden_tests_vanish_from_every_output_of_a_stock_notebook(output):
    page = stock_page(output)
    assert "1234" not in page
    assert "print" in page


def test_a_table_that_quotes_a_hidden_line_loses_it():
    table = Score("double", [CheckResult("large", 2.0, False, f"no, at `{SECRET}`")])._repr_html_()
    assert "no, at `(hidden)`" in words(stock_page(table=table))


def test_other_outputs_and_short_lines_stay():
    page = stock_page(new_output("stream", name="stdout", text="x = 1\nmy own line\n"))
    assert "x = 1 my own line" in words(page)


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
    page = stock_page(*errors, source="while True: pass")
    assert [box.get_text() for box in soup(page).select(".err")] == left


# Out of the gradebook


def test_the_gradebook_knows_points_comments_lateness_and_what_is_open(tmp_path, monkeypatch):
    # nbgrader starts alembic by name.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    url = f"sqlite:///{tmp_path}/gradebook.db"
    due = datetime(2030, 6, 30, 23, 59)
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("tiny", duedate=due)
        gradebook.add_notebook("tiny", "tiny")
        for name, points, kind in [("double_test", 2, "code"), ("why", 3, "markdown")]:
            gradebook.add_grade_cell(name, "tiny", "tiny", max_score=points, cell_type=kind)
        gradebook.add_solution_cell("why", "tiny", "tiny")
        gradebook.add_student("ada")
        gradebook.add_submission("tiny", "ada", timestamp=due + timedelta(hours=1))
        notebook = gradebook.find_submission_notebook("tiny", "tiny", "ada")
        notebook.late_submission_penalty = 0.5
        gradebook.find_grade("double_test", "tiny", "tiny", "ada").auto_score = 1.5
        gradebook.find_grade("why", "tiny", "tiny", "ada").needs_manual_grade = True
        gradebook.find_comment("why", "tiny", "tiny", "ada").manual_comment = "Go on."
        gradebook.db.commit()

    test = new_code_cell("1", metadata={"nbgrader": {"grade": True, "grade_id": "double_test"}})
    why = {"grade": True, "solution": True, "grade_id": "why"}
    written = new_markdown_cell("Because.", metadata={"nbgrader": why})
    path = tmp_path / "tiny.ipynb"
    nbformat.write(new_notebook(cells=[test, written]), path)
    exporter = FeedbackExporter()
    exporter.register_preprocessor(GradebookMarks, enabled=True)
    where = {"student": "ada", "assignment": "tiny", "notebook": "tiny", "db_url": url}
    page, _ = exporter.from_filename(str(path), resources={"nbgrader": where})
    assert exporter.file_extension == ".html"
    text = words(page)
    assert "1.5 / 2" in text
    assert "open / 3" in text
    assert "Go on." in text
    assert "Handed in late (1 hour) −0.5" in text
    assert "Together so far 1 / 5" in text


def test_configuration_makes_our_page():
    config = Config()
    path = ROOT / "nbgrader_config.py"
    exec(path.read_text(), {"get_config": lambda: config, "__file__": str(path)})
    settings = config.GenerateFeedback
    place = "nmautils.grading.nbgrader_plugins.feedback_exporter"
    assert settings.exporter_class == f"{place}.FeedbackExporter"
    assert settings.preprocessors == [f"{place}.GradebookMarks"]
