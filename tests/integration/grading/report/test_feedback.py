"""What a feedback page says to the student, and what it must not give away."""

import copy
import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from nmautils.checks import CheckResult, Picture
from nmautils.checks.compare import compare
from nmautils.course.contract import EXERCISES
from nmautils.errors import CourseError, GradingFailed
from nmautils.grading.model import words as sentences
from nmautils.grading.model.results import Event, EventKind
from nmautils.grading.nbgrader_plugins import feedback_exporter
from nmautils.grading.nbgrader_plugins.feedback_exporter import FeedbackExporter, GradebookMarks
from nmautils.grading.record.marks import CellMark, SubmissionMarks, marks_of
from nmautils.grading.record.records import record_path, write_record
from nmautils.grading.report.feedback import feedback_page
from tests.support.answers_runner import graded_cells
from tests.support.graded_pages import graded, notebook_of, with_checks, with_notebook
from tests.support.paths import ANSWERS, ROOT

DECODING = "tutorial1_decoding"
RIGHT = {"relu_forward": "right/torch_relu", "gd_loop": "right/five_lines"}


def page_of(result, **marks):
    return feedback_page(result, SubmissionMarks(**marks))


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
    page = page_of(graded(DECODING, RIGHT | {"gd_loop": "mistakes/recorded_after_update"}))
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
    page = page_of(graded(DECODING, RIGHT | {"gd_loop": "mistakes/recorded_after_update"}))
    part = words(section(page, "gradient descent"))
    assert part.index("optimizer.step") < part.index("Check exercise 3.2")
    assert "it returns a list with one Python float per epoch" in part
    assert "Loss recorded after the update" in part
    # The same hint is not said three times.
    assert part.count("store the loss that backward() starts at") == 1
    assert part.count("as above") == 2
    marks = [mark.get_text() for mark in section(page, "gradient descent").select("td.mark")]
    assert marks.count("holds") == 3
    assert marks.count("does not hold") == 4


def test_a_hint_without_a_name_is_not_repeated_either():
    slow = [CheckResult(name, 1.0, False, "It took too long.") for name in "abc"]
    result = with_checks(graded(DECODING, RIGHT), "gd_loop_test", *slow)
    part = words(section(page_of(result), "gradient descent"))
    assert (part.count("It took too long."), part.count("As above.")) == (1, 2)


def test_yours_stands_beside_the_expected_below_the_hint_of_its_check():
    png = compare(np.eye(6), np.ones((6, 6))).picture()
    few = Picture("Your 3 numbers <b>", yours=("1", "2", "3"), expected=("1", "2", "−4"))
    broken = replace(png, png=png.png[:-40])
    checks = [
        CheckResult(name, 1.0, False, f"Hint of {name}.", picture=picture)
        for name, picture in (("drawn", png), ("written", few), ("broken", broken))
    ]
    page = page_of(with_checks(graded(DECODING, RIGHT), "gd_loop_test", *checks))
    rows = {
        row.td.find_next_sibling("td").contents[0].strip(): row
        for row in section(page, "gradient descent")
        .table.find("tbody", recursive=False)
        .find_all("tr", recursive=False)
    }
    (image,) = rows["drawn"].find_all("img")
    assert image["alt"] == png.alt
    assert image["src"] == f"data:image/png;base64,{png.png}"
    assert "Hint of drawn." in image.find_previous_sibling("span").get_text()
    numbers = rows["written"].find("table")
    assert numbers["aria-label"] == few.alt
    assert words(numbers) == "Yours 1 2 3 Expected 1 2 −4"
    assert [b.get_text() for b in numbers.find_all("b")] == ["3"]
    assert not rows["broken"].find(["img", "table"])


def test_what_was_not_touched_is_folded_and_said():
    part = section(page_of(graded(DECODING)), "nonlinear")
    assert "You have not solved this exercise yet." in part.get_text(" ")
    assert part.find("details").find("pre") is not None


def test_repairs_time_outs_and_unreadable_files_are_said():
    said = "Your answer took longer than 30 seconds. Is there a loop that never ends?"
    nb = graded(
        DECODING, RIGHT, ended={"gd_loop": said}, repairs=("A cell was missing <and> is back.",)
    )
    page = page_of(nb)
    top = words(page)[: words(page).index("Exercise Checks")]
    assert f"gradient descent in PyTorch: {said}" in top
    assert "A cell was missing <and> is back." in top
    assert said in section(page, "gradient descent").get_text()
    assert "did not run" in words(page)

    page = page_of(graded(DECODING, problem="The file is empty. Ask for a new one."))
    assert "Your file could not be graded The file is empty." in words(page)
    assert soup(page).find("pre") is None


def test_a_test_that_gave_no_checks_says_so():
    result = with_checks(graded(DECODING, RIGHT), "gd_loop_test")
    assert "These checks did not run" in section(page_of(result), "gradient").get_text()


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
    page = page_of(graded(DECODING, RIGHT, own=own))
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


def test_an_event_and_the_cell_that_it_is_of_have_one_number():
    own = (
        new_code_cell("x = 1", id="own-1"),
        new_code_cell("# look\n\nopen(1)\ny = 1", id="own-2"),
    )
    result = graded(DECODING, RIGHT, own=own)
    long = f"own cell 1, `{'x' * 39}…`"
    events = (
        Event("own cell 2, `open(1)`", EventKind.LEFT_OUT, "Line 3 was left out."),
        Event(long, EventKind.TIME_OUT, "It took long."),
        Event("`given`", EventKind.TIME_OUT, "It took long."),
    )
    page = page_of(replace(result, events=events))
    labels = [each.get_text() for each in soup(page).find_all("h3")]
    assert [label for label in labels if "own" in label] == ["Your own cell 1", "Your own cell 2"]
    assert "Your own cell 2, open(1): Line 3 was left out." in words(page)
    assert f"Your {long.replace('`', '')}: It took long." in words(page)
    assert "<code>given</code>: It took long." in page


def test_outputs_that_were_run_again_are_not_called_handed_in():
    def run_again(nb):
        for each in nb.cells:
            if each.metadata.nmautils.kind == "demo":
                each.metadata.nmautils.outputs = "graded"

    assert "handed them in" in page_of(graded(DECODING, RIGHT))
    assert "handed them in" not in page_of(with_notebook(graded(DECODING, RIGHT), run_again))


def test_given_text_and_set_up_are_left_out():
    text = words(page_of(graded(DECODING, RIGHT)))
    assert "By the end you can" not in text
    assert "importlib" not in text


def test_written_answers_have_points_comments_and_may_be_open():
    tutorial = "tutorial2_convolution"
    written = dict.fromkeys(["think_conv_shapes", "think_complex_cell"], "Because **squares** add.")
    cells = {
        "think_conv_shapes": CellMark(2.0, 5.0, comment="*Nearly*: <b>count</b>"),
        "think_complex_cell": CellMark(0.0, 5.0, open=True),
    }
    page = page_of(graded(tutorial, {}, written), cells=cells)
    part = section(page, "Think! 1.3")
    assert "2 of 5 points" in part.get_text()
    assert part.find("strong", string="squares")
    assert part.find(class_="comment").find("em").get_text() == "Nearly"
    assert "<b>count</b>" in part.get_text()
    assert "not marked yet" in section(page, "Think! Bonus 2").get_text()
    assert sentences.ONE_OPEN in words(page)
    assert "Together so far" in words(page)


def test_points_that_a_person_changed_are_named():
    result = graded(DECODING, RIGHT)
    said = sentences.CHANGED.format(3, 4)
    page = words(page_of(result, cells={"relu_forward_test": CellMark(3.0, 4.0)}))
    assert said in page
    assert "3 of 4 points" in page
    assert "Together 9 / 10" in page
    assert "A person set" not in page_of(result, cells={"relu_forward_test": CellMark(4.0, 4.0)})
    assert "A person set" not in page_of(result)


def test_marks_of_the_gradebook_count_before_those_of_the_result():
    result = graded(DECODING, RIGHT)
    cells = {"relu_forward_test": CellMark(0.0, 8.0), "gd_loop_test": CellMark(None, None)}
    page = words(page_of(result, cells=cells))
    assert "Together 6 / 14" in page
    assert "0 of 8 points" in page


def test_a_cell_that_was_left_alone_is_said_to_be():
    page = page_of(graded(DECODING), cells={"gd_loop": CellMark(untouched=True)})
    assert "You left this as it was." in section(page, "gradient").find(class_="comment").get_text()
    assert "You left this" not in page_of(graded(DECODING))


def test_lateness_is_taken_off_and_said():
    page = page_of(
        graded(DECODING, RIGHT),
        penalty=2.0,
        seconds_late=25 * 3600,
        timestamp=datetime(2030, 7, 1, 9, 5),
    )
    assert "Handed in 1 July 2030, 09:05 UTC" in words(page)
    assert "Handed in late (2 days; due 30 June 2030, 08:05 UTC) −2" in words(page)
    assert "Together 8 / 10" in words(page)


def test_days_and_times_are_those_of_the_course():
    page = page_of(
        graded(DECODING, RIGHT),
        penalty=2.0,
        seconds_late=25.25 * 3600,
        timestamp=datetime(2026, 10, 25, 23, 15),
        days_late=1,
        zone=ZoneInfo("Europe/Berlin"),
    )
    assert "Handed in 26 October 2026, 00:15 Europe/Berlin" in words(page)
    assert "Handed in late (1 day; due 25 October 2026, 00:00 Europe/Berlin) −2" in words(page)


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
    result = graded(tutorial, first_mistakes(tutorial) if how == "mistaken" else {})
    nb, page = notebook_of(result), words(page_of(result))
    # What may be said: the student's work, and what the checks say to the student.
    said = " ".join(cell(nb, name).source for name in EXERCISES[tutorial])
    said += str([c.outputs for c in nb.cells if c.metadata.nmautils.kind == "demo"])
    for each in result.exercises:
        for check in each.checks:
            said += f" {check.name} {check.hint}"
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
    page = page_of(graded(tutorial, first_mistakes(tutorial)))
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
    def change(nb):
        answer = cell(nb, "relu_forward")
        answer.source = EVIL
        answer.outputs = [
            new_output("stream", text=EVIL),
            new_output("display_data", data={"text/html": EVIL, "text/plain": EVIL}),
            new_output("display_data", data={"image/png": EVIL}),
            new_output("error", ename=EVIL, evalue=EVIL, traceback=[f"Cell In[1] {EVIL}"]),
        ]
        nb.cells.insert(3, new_markdown_cell(EVIL, metadata={"nmautils": {"kind": "own"}}))

    result = with_notebook(graded(DECODING, RIGHT, student=EVIL, title=EVIL), change)
    evil = CheckResult(EVIL, 1.0, False, EVIL, EVIL)
    result = with_checks(result, "relu_forward_test", evil)
    events = (Event(EVIL, EventKind.DIED, EVIL),)
    result = replace(result, repairs=(EVIL,), events=events)
    first, second = result.exercises
    result = replace(result, exercises=(first, replace(second, title=EVIL)))
    cells = {"relu_forward": CellMark(comment=EVIL)}
    for problem in (EVIL, ""):
        page = page_of(replace(result, problem=problem), cells=cells)
        tree = soup(page)
        assert tree.find_all("script") == []
        assert all("onerror" not in picture.attrs for picture in tree.find_all("img"))
    assert words(page).count("onerror=alert(1)") >= 10


# What nbgrader's command plugs in


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Make the page of ada's DECODING as ``nbgrader generate_feedback`` does."""
    marks = SubmissionMarks(cells={"relu_forward_test": CellMark(3.0, 4.0)})
    names = nullcontext(lambda *statement: [("Ada", "Lovelace")])
    monkeypatch.setattr(feedback_exporter, "read_only", lambda *course: names)
    monkeypatch.setattr(feedback_exporter, "marks_of", lambda *given: marks)

    def make(steps=(GradebookMarks,)):
        exporter = FeedbackExporter(config=Config({"CourseDirectory": {"root": str(tmp_path)}}))
        for step in steps:
            exporter.register_preprocessor(step, enabled=True)
        where = {"student": "ada", "assignment": DECODING, "notebook": DECODING, "db_url": "x"}
        assert exporter.file_extension == ".html"
        return exporter.from_notebook_node(new_notebook(), {"nbgrader": where})[0]

    make.root = tmp_path
    return make


def test_the_page_is_made_from_the_record_and_the_gradebook(made):
    write_record(made.root, graded(DECODING, RIGHT))
    assert "Together 9 / 10" in words(made())


def test_the_page_calls_its_student_by_the_name_of_the_roster_or_the_gradebook(made):
    write_record(made.root, graded(DECODING, RIGHT))
    assert "Feedback for Ada Lovelace " in words(made())
    (made.root / "roster.csv").write_text("id,last_name,first_name\nada,<b>King,Augusta\x1b[2J\n")
    assert "Feedback for Augusta <b>King " in words(made())


def test_the_page_counts_days_as_the_course_does(made, monkeypatch):
    """Days and hours of the course's clock, though the gradebook has all of it in UTC."""
    late = SimpleNamespace(
        grades=[],
        comments=[],
        late_submission_penalty=1.0,
        assignment=SimpleNamespace(
            timestamp=datetime(2026, 10, 25, 22, 50),
            extension=None,
            assignment=SimpleNamespace(duedate=datetime(2026, 10, 24, 21, 50)),
        ),
    )
    lookup = SimpleNamespace(find_submission_notebook=lambda *given: late)
    monkeypatch.setattr(feedback_exporter, "Lookup", lambda query: lookup)
    monkeypatch.setattr(feedback_exporter, "marks_of", marks_of)
    write_record(made.root, graded(DECODING, RIGHT))
    assert "Handed in late (2 days; due 24 October 2026, 21:50 UTC) −1" in words(made())
    text = (ROOT / "course.toml").read_text()
    assert "\nzone = " not in text
    text = text.replace("[course]\n", '[course]\nzone = "Europe/Berlin"\n')
    text = text.replace("due = 2030-06-30T23:59:00+00:00\n", "due = 2026-10-24T23:50:00\n")
    (made.root / "course.toml").write_text(text)
    page = words(made())
    assert "Handed in late (1 day; due 24 October 2026, 23:50 Europe/Berlin) −1" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no record of its grading"),
        (b'{"student": "ada"}', "was written by an earlier version, so"),
        (b"", "is no record"),
    ],
)
def test_without_a_record_one_line_says_what_to_run(made, content, said):
    if content is not None:
        path = record_path(made.root, DECODING, "ada")
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    with pytest.raises(GradingFailed) as caught:
        made()
    line = str(caught.value)
    assert line.startswith(f"ada/{DECODING}: ")
    assert said in line
    assert line.endswith(
        f"run `nmautils grade {DECODING}` or `nbgrader autograde {DECODING} --force`"
    )
    assert "\n" not in line


def test_a_configuration_without_our_step_is_named(made):
    with pytest.raises(CourseError, match=r"feedback_exporter\.GradebookMarks"):
        made(steps=())


def test_configuration_makes_our_page():
    config = Config()
    path = ROOT / "nbgrader_config.py"
    exec(path.read_text(), {"get_config": lambda: config, "__file__": str(path)})
    settings = config.GenerateFeedback
    place = "nmautils.grading.nbgrader_plugins.feedback_exporter"
    assert settings.exporter_class == f"{place}.FeedbackExporter"
    assert settings.preprocessors == [f"{place}.GradebookMarks"]
