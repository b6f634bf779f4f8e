"""One real ``nbgrader autograde`` over a class of damaged and tricky submissions."""

import copy
import csv
import re
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from nmautils.grading.model.results import EventKind
from nmautils.grading.record.records import read_record
from tests.support.grading_class import (
    NAME,
    hand_in,
    make_course,
    nbgrader,
    nbgrader_here,
    released,
    solve,
)
from tests.support.notebooks import find_cell

pytestmark = pytest.mark.timeout(600)

CLASS = {}


def hands_in(double, halve):
    """Register a change of a solved notebook, with the marks it should get."""

    def register(change):
        CLASS[change.__name__] = (change, double, halve)
        return change

    return register


def answer(nb, grade_id, source):
    find_cell(nb, grade_id).source = source


def without(nb, *grade_ids):
    nb.cells = [
        c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in grade_ids
    ]


@hands_in(2, 2)
def right(nb, release):
    pass


@hands_in(1, 0)
def partly_right(nb, release):
    answer(nb, "double", "def double(x):\n    return x + 4")
    answer(nb, "halve", "def halve(x):\n    return x")


@hands_in(2, 2)
def warns_and_shows_progress(nb, release):
    answer(
        nb,
        "double",
        "import sys, warnings\ndef double(x):\n    warnings.warn('careful')\n"
        "    print('progress', file=sys.stderr)\n    return 2 * x",
    )


@hands_in(2, 2)
def left_the_first_line(nb, release):
    first = find_cell(release, "double").source.split("\n")[0]
    assert "NotImplementedError" in first
    answer(nb, "double", first + "\n" + find_cell(nb, "double").source)


@hands_in(0, 0)
def untouched(nb, release):
    return nbformat.writes(release).encode()


@hands_in(0, 2)
def skips_the_test_by_a_tag(nb, release):
    answer(nb, "double", "def double(x):\n    return 0")
    find_cell(nb, "double_test").metadata["tags"] = ["skip-execution", "raises-exception"]


@hands_in(0, 0)
def publishes_points(nb, release):
    answer(nb, "double", "import sys\ndef double(x):\n    sys.displayhook(2.0)\n    raise OSError")
    answer(nb, "halve", "import sys\ndef halve(x):\n    sys.displayhook(2.0)\n    return 0")


@hands_in(0, 2)
def edited_the_test(nb, release):
    answer(nb, "double", "def double(x):\n    return 0")
    answer(nb, "double_test", "2.0")
    find_cell(nb, "double_test").metadata.nbgrader["points"] = 100


@hands_in(2, 2)
def lost_all_metadata(nb, release):
    for each in nb.cells:
        each.metadata = {}


@hands_in(2, 2)
def lost_all_metadata_and_ids(nb, release):
    for i, each in enumerate(nb.cells):
        each.metadata = {}
        each.id = f"new-{i}"


@hands_in(2, 0)
def deleted_cells(nb, release):
    without(nb, "double_test", "halve", "halve_test")


@hands_in(2, 2)
def duplicated_every_cell(nb, release):
    nb.cells = [c for each in nb.cells for c in (each, copy.deepcopy(each))]
    for i, each in enumerate(nb.cells):
        each.id = f"copy-{i}"


@hands_in(2, 2)
def pasted_the_stub_again(nb, release):
    stub = copy.deepcopy(find_cell(release, "double"))
    stub.id = "stub"
    nb.cells.append(stub)


@hands_in(2, 2)
def retyped_and_renamed_cells(nb, release):
    for name in ("double", "double_test"):
        old = find_cell(nb, name)
        old.cell_type = "markdown"
        del old["outputs"], old["execution_count"]
    for name in ("halve", "halve_test"):
        find_cell(nb, name).metadata.nbgrader["grade_id"] = name + "_mine"


@hands_in(2, 2)
def moved_a_test_up(nb, release):
    moved = find_cell(nb, "double_test")
    nb.cells.remove(moved)
    nb.cells.insert(0, moved)


@hands_in(2, 2)
def has_an_old_schema(nb, release):
    find_cell(nb, "double").metadata.nbgrader["schema_version"] = 1
    find_cell(nb, "halve_test").metadata.nbgrader["schema_version"] = 2


@hands_in(2, 2)
def has_a_future_schema(nb, release):
    find_cell(nb, "double").metadata.nbgrader["schema_version"] = 99
    del find_cell(nb, "halve_test").metadata.nbgrader["points"]
    find_cell(nb, "double_test").metadata.nbgrader.update(solution=True, grade=False)


@hands_in(2, 2)
def written_in_utf16(nb, release):
    return nbformat.writes(nb).encode("utf-16")


@hands_in(2, 2)
def written_in_format_three(nb, release):
    return b"\xef\xbb\xbf" + nbformat.writes(nb, version=3).encode()


@hands_in(2, 2)
def cut_short(nb, release):
    return nbformat.writes(nb).encode()[:-100]


@hands_in(0, 0)
def not_a_notebook(nb, release):
    return b"%PDF-1.7"


@hands_in(0, 2)
def loops_for_ever(nb, release):
    answer(nb, "double", "def double(x):\n    while True:\n        pass")


@hands_in(2, 0)
def loops_and_ignores_the_interrupt(nb, release):
    body = "    import time\n    while True:\n        try:\n            time.sleep(1)\n"
    body += "        except BaseException:\n            pass"
    answer(nb, "halve", "def halve(x):\n" + body)
    nb.cells.append(new_code_cell("print('the end', double(2))", id="end"))


@hands_in(0, 2)
def kills_the_kernel(nb, release):
    answer(nb, "double", "import os\ndef double(x):\n    os._exit(1)")


@hands_in(2, 2)
def a_day_late(nb, release):
    pass


@hands_in(2, 2)
def zz_comes_last(nb, release):
    pass


def read_scores(root):
    """Automatic scores of the class, straight from the database."""
    with sqlite3.connect(root / "gradebook.db") as database:
        rows = database.execute(
            "SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score "
            "FROM grade JOIN base_cell ON grade.cell_id = base_cell.id "
            "JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id "
            "JOIN submitted_assignment ON submitted_notebook.assignment_id = "
            "submitted_assignment.id"
        ).fetchall()
    found = {}
    for student, name, score in rows:
        found.setdefault(student, {})[name] = score
    return found


class Graded:
    """What one run of ``nbgrader autograde`` over the class left behind."""

    def __init__(self, root):
        self.root = root
        self.release = released(root)
        for name, (change, _, _) in CLASS.items():
            nb = solve(self.release)
            what = change(nb, copy.deepcopy(self.release))
            when = "2031-02-01 12:00:00" if name == "a_day_late" else "2031-01-31 11:05:00"
            hand_in(root, name, nb if what is None else what, when)
        done = nbgrader(root, "autograde", NAME, check=False)
        self.log, self.status = done.stderr, done.returncode
        self.scores = read_scores(root)

    def notebook(self, name):
        return nbformat.read(self.root / "autograded" / name / NAME / f"{NAME}.ipynb", as_version=4)

    def result(self, name):
        return read_record(self.root, NAME, name)


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    return Graded(make_course(tmp_path_factory.mktemp("class")))


@pytest.mark.parametrize("name", CLASS)
def test_every_submission_gets_the_marks_it_earned(graded_class, name):
    _, double, halve = CLASS[name]
    assert graded_class.scores[name] == {"double_test": double, "halve_test": halve}


def test_nobody_stops_the_class(graded_class):
    assert graded_class.status == 0
    graded = {path.parts[-3] for path in graded_class.root.glob("autograded/*/*/*.ipynb")}
    assert graded == set(CLASS)


def test_what_cannot_be_read_says_why_in_one_line(graded_class):
    assert "not_a_notebook: " in next(x for x in graded_class.log.splitlines() if "PDF" in x)
    result = graded_class.result("not_a_notebook")
    assert "PDF" in result.problem
    assert result.needs_person == (result.problem,)


def test_what_could_be_read_in_part_is_for_a_person_to_look_at(graded_class):
    result = graded_class.result("cut_short")
    assert result.problem == ""
    assert len(result.needs_person) == 1


def test_a_test_shows_its_checks_and_nothing_that_costs_points(graded_class):
    outputs = find_cell(graded_class.notebook("warns_and_shows_progress"), "double_test").outputs
    assert [o.output_type for o in outputs] == ["execute_result"]
    assert "2 of 2 checks hold" in outputs[-1].data["text/html"]


def test_cells_after_a_stubborn_loop_still_run(graded_class):
    nb = graded_class.notebook("loops_and_ignores_the_interrupt")
    assert nb.cells[-1].outputs[0].text == "the end 4\n"
    result = graded_class.result("loops_and_ignores_the_interrupt")
    events = [(event.cell, event.kind) for event in result.events]
    assert events == [("halve_test", EventKind.TIME_OUT)]
    assert "took longer than" in find_cell(nb, "halve_test").outputs[-1].data["text/html"]


def test_a_dead_kernel_is_named_at_the_exercise_that_ended_it(graded_class):
    nb = graded_class.notebook("kills_the_kernel")
    events = [(event.cell, event.kind) for event in graded_class.result("kills_the_kernel").events]
    assert events == [("double_test", EventKind.DIED)]
    assert "has ended" in find_cell(nb, "double_test").outputs[-1].data["text/html"]


def test_repairs_are_kept_for_the_feedback_page(graded_class):
    repairs = graded_class.result("deleted_cells").repairs
    missing = ["The check of `double`", "The cell `halve`", "The check of `halve`"]
    assert [r.partition(" was missing")[0] for r in repairs] == missing
    assert graded_class.result("right").repairs == ()


def test_the_graded_cells_stand_in_the_order_of_the_release(graded_class):
    def order(nb):
        return [c.metadata.nbgrader.grade_id for c in nb.cells if "nbgrader" in c.metadata]

    for name in CLASS:
        assert order(graded_class.notebook(name)) == order(graded_class.release), name


@pytest.fixture(scope="module")
def graded_again(graded_class):
    """The class after two newer hand-ins, one without answers and one unreadable."""
    root = graded_class.root
    later = "2031-01-31 11:06:00"
    nb = solve(graded_class.release)
    for each in nb.cells:
        each.metadata = {}
    nb.cells = [c for c in nb.cells if "def " not in c.source]
    hand_in(root, "right", nb, later)
    hand_in(root, "lost_all_metadata", b"{ not a notebook", later)
    done = nbgrader_here(root, "autograde", NAME, check=False)
    nbgrader_here(root, "generate_feedback", NAME)
    nbgrader_here(root, "export")
    return done.stderr


def test_a_newer_hand_in_never_keeps_points_of_the_older(graded_class, graded_again):
    scores = read_scores(graded_class.root)
    assert scores["right"] == {"double_test": 0, "halve_test": 0}
    assert scores["lost_all_metadata"] == {"double_test": 0, "halve_test": 0}
    assert scores["zz_comes_last"] == {"double_test": 2, "halve_test": 2}


def test_only_newer_hand_ins_are_graded_again(graded_class, graded_again):
    graded = re.findall(r"Autograding \S*/autograded/(\w+)/", graded_again)
    assert graded == ["lost_all_metadata", "right"]


def test_export_keeps_the_stock_columns_and_adds_the_exercises(graded_class, graded_again):
    with (graded_class.root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    row = rows["partly_right"]
    assert (
        list(row)[:11]
        == (
            "assignment duedate timestamp student_id last_name first_name email raw_score "
            "late_submission_penalty score max_score"
        ).split()
    )
    assert (row["double"], row["halve"], row["score"], row["max_score"]) == (
        "1.0",
        "0.0",
        "1.0",
        "4.0",
    )
    # These could not be read at all, so a person has to look.
    assert {name for name, r in rows.items() if r["needs_grading"] == "True"} == {
        "lost_all_metadata",
        "not_a_notebook",
    }


def test_late_hand_ins_cost_what_course_toml_says(graded_class, graded_again):
    with (graded_class.root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    keys = ("raw_score", "late_submission_penalty", "score")
    # Due at 11:00; five minutes are within the grace, 25 hours are two days begun.
    assert [rows["zz_comes_last"][key] for key in keys] == ["4.0", "0.0", "4.0"]
    assert [rows["a_day_late"][key] for key in keys] == ["4.0", "2.0", "2.0"]


def test_the_due_date_comes_from_course_toml(graded_class, graded_again):
    with (graded_class.root / "grades.csv").open(newline="") as file:
        assert {row["duedate"] for row in csv.DictReader(file)} == {"2031-01-31 11:00:00"}


def page(graded_class, name):
    return (graded_class.root / "feedback" / name / NAME / f"{NAME}.html").read_text()


def test_feedback_pages_hide_hidden_tests(graded_class, graded_again):
    for folder in (graded_class.root / "feedback").iterdir():
        text = re.sub(r"<[^>]+>", "", page(graded_class, folder.name))
        assert "isclose" not in text, folder.name
        assert "BEGIN HIDDEN" not in text
    autograded = find_cell(graded_class.notebook("zz_comes_last"), "double_test").source
    assert "isclose" in autograded


def test_feedback_pages_say_what_was_repaired(graded_class, graded_again):
    assert "was missing; it has been put back" in page(graded_class, "deleted_cells")
    assert "Repaired before grading" in page(graded_class, "deleted_cells")
    assert "Repaired before grading" not in page(graded_class, "zz_comes_last")
