"""What is saved of a graded submission: the rows nbgrader would write, all of them or none."""

import contextlib
import dataclasses
import shutil
import sqlite3
from datetime import datetime, timedelta
from functools import partial

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event

from nmautils.course import gradebook
from nmautils.errors import CourseError, GradebookError
from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.results import Submission
from nmautils.grading.nbgrader_plugins.export_marks import MarksExport
from nmautils.grading.record.gradebook import (
    count_unread,
    is_in_place,
    open_course,
    prepare,
    read_saved,
)
from nmautils.grading.record.records import read_record
from nmautils.grading.record.saving import save
from tests.support.fake_grading import course_with_written_answer, grade
from tests.support.grading_class import NAME, hand_in, nbgrader_here, released, solve
from tests.support.notebooks import find_cell

IN_TIME, LATE = datetime(2031, 1, 30, 10), datetime(2031, 2, 1, 12)

# nbgrader's own steps, except that due dates and the late policy are those of course.toml.
STOCK = """
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
c.Autograde.sanitize_preprocessors = [
    "nmautils.grading.nbgrader_plugins.late_policy.DueDate",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return course_with_written_answer(tmp_path_factory.mktemp("made"), STOCK)


@pytest.fixture
def root(made, tmp_path):
    return shutil.copytree(made, tmp_path / "course")


@pytest.fixture
def course(root):
    with open_course(root) as course:
        prepare(course, freeze(root, NAME))
        yield course


def submission(root, student="ada", thought=None, **answers):
    """Grade what a student hands in."""
    nb = solve(released(root), **answers)
    if thought is not None:
        find_cell(nb, "think").source = thought
    hand_in(root, student, nb)
    path = root / "submitted" / student / NAME / f"{NAME}.ipynb"
    return grade(freeze(root, NAME), Submission(student, path.read_bytes(), 7))


def grades(root, student="ada"):
    """Automatic score, manual score and whether a person is needed, of each graded cell."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        found = gradebook.find_submission_notebook(NAME, NAME, student)
        return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in found.grades}


def give(root, name, points, student="ada"):
    """Give points and a comment as formgrader does."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        given = gradebook.find_grade(name, NAME, NAME, student)
        given.manual_score, given.needs_manual_grade = points, False
        gradebook.find_comment("think", NAME, NAME, student).manual_comment = "Well said."
        gradebook.db.commit()


def everything(root):
    """All rows that a grading leaves, without their random keys, and the exported marks."""
    query = """
        SELECT s.student_id, s.timestamp, n.late_submission_penalty, n.flagged, c.name, c.type,
               g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade,
               m.auto_comment, m.manual_comment
        FROM submitted_assignment s
        JOIN submitted_notebook n ON n.assignment_id = s.id
        JOIN base_cell c ON c.notebook_id = n.notebook_id
        LEFT JOIN grade g ON g.notebook_id = n.id AND g.cell_id = c.id
        LEFT JOIN comment m ON m.notebook_id = n.id AND m.cell_id = c.id
        ORDER BY s.student_id, c.name, c.type
    """
    with sqlite3.connect(root / "gradebook.db") as database:
        rows = database.execute(query).fetchall()
        students = database.execute("SELECT * FROM student ORDER BY id").fetchall()
        due = database.execute("SELECT name, duedate FROM assignment").fetchall()
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        MarksExport(to=str(root / "marks.csv")).export(gradebook)
    return rows, students, due, sorted((root / "marks.csv").read_text().splitlines())


def test_all_rows_and_marks_are_those_of_nbgrader(made, tmp_path):
    stock, ours = (shutil.copytree(made, tmp_path / name) for name in ("stock", "ours"))
    handed_in = {
        "right": ({}, LATE),
        "partly": ({"double": "x + 4"}, IN_TIME),
        "thoughtful": ({"halve": "x", "thought": "Because."}, LATE),
    }
    with open_course(ours) as course:
        prepare(course, freeze(ours, NAME))
        for thought in ("", " Again."):  # the second time after a person gave points
            for student, (answers, when) in handed_in.items():
                answers = dict(answers)
                if thought:
                    answers["thought"] = answers.get("thought", "") + thought
                    when += timedelta(days=1)
                graded = submission(ours, student, **answers)
                save(course, graded, when)
                source = ours / "submitted" / student / NAME / f"{NAME}.ipynb"
                target = stock / "submitted" / student / NAME / f"{NAME}.ipynb"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
                (target.parent / "timestamp.txt").write_text(f"{when} UTC")
            nbgrader_here(stock, "autograde", NAME)
            assert everything(ours) == everything(stock)
            for root in (ours, stock):
                give(root, "think", 2.5, "thoughtful")
                give(root, "double_test", 1.5, "right")
    for student in handed_in:
        files = [root / "autograded" / student / NAME / f"{NAME}.ipynb" for root in (ours, stock)]
        assert files[0].stat().st_mode == files[1].stat().st_mode


def test_a_submission_is_one_transaction(course, root):
    commits = []
    event.listen(course.gradebook.engine, "commit", commits.append)
    save(course, submission(root, thought="Because."), IN_TIME)
    assert len(commits) == 1


def test_a_gradebook_that_another_program_holds_is_waited_for_and_said(
    course, root, monkeypatch, caplog
):
    monkeypatch.setattr(gradebook, "NOTICE_SECONDS", 0.05)
    monkeypatch.setattr(gradebook, "DATABASE_SECONDS", 0.2)
    graded = submission(root)
    other = sqlite3.connect(root / "gradebook.db", isolation_level=None)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")
        for write in (partial(save, course, graded), partial(prepare, course, freeze(root, NAME))):
            caplog.clear()
            with pytest.raises(GradebookError, match="database is locked; another program"):
                write()
            (line,) = caplog.messages
            assert "holds the gradebook" in line
    save(course, graded)
    assert grades(root)["double_test"][0] == 2.0


def test_written_answers_wait_for_a_person_and_untouched_ones_do_not(course, root):
    save(course, submission(root, "ada", thought="Because."), IN_TIME)
    save(course, submission(root, "bob"), IN_TIME)
    assert grades(root, "ada")["think"] == (None, None, True)
    assert grades(root, "bob")["think"] == (0, None, False)
    assert count_unread(course, NAME) == 1


def test_points_of_a_person_stay_and_are_looked_at_again_if_another_file_came(course, root):
    graded = submission(root, thought="Because.")
    save(course, graded, IN_TIME)
    give(root, "think", 2.5)
    give(root, "double_test", 1.5)
    save(course, graded, IN_TIME)
    assert grades(root)["think"] == (None, 2.5, False)
    assert grades(root)["double_test"] == (2, 1.5, False)
    save(course, submission(root, thought="Because of that."), IN_TIME)
    assert grades(root)["think"] == (None, 2.5, True)
    assert grades(root)["double_test"] == (2, 1.5, True)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_comment("think", NAME, NAME, "ada").comment == "Well said."


def test_a_changed_test_calls_only_for_the_points_it_is_about(course, root):
    graded = submission(root)
    save(course, graded, IN_TIME)
    give(root, "double_test", 1.5)
    give(root, "halve_test", 1.5)
    double, halve = graded.exercises
    changed = dataclasses.replace(graded, exercises=(dataclasses.replace(double, score=1), halve))
    save(course, changed, IN_TIME)
    assert grades(root)["double_test"] == (1, 1.5, True)
    assert grades(root)["halve_test"] == (2, 1.5, False)


def test_a_file_that_cannot_be_read_keeps_no_score_and_calls_for_a_person(course, root):
    save(course, submission(root, thought="Because."), IN_TIME)
    unreadable = Submission("ada", b"{ not a notebook", 7)
    save(course, grade(freeze(root, NAME), unreadable), LATE)
    assert set(grades(root).values()) == {(0, None, True)}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(NAME, "ada").late_submission_penalty == 0


def test_saving_is_in_place_until_something_is_missing_or_lateness_changes(course, root):
    graded = submission(root)

    def in_place(timestamp=LATE):
        return is_in_place(course, graded, timestamp, read_saved(course, NAME).get("ada"))

    assert not in_place()
    save(course, graded, LATE)
    assert in_place()
    assert read_record(root, NAME, "ada") == graded
    assert not in_place(IN_TIME)
    (root / "autograded/ada" / NAME / f"{NAME}.ipynb").unlink()
    assert not in_place()
    save(course, graded, LATE, journal=False)
    assert in_place()
    toml = root / "course.toml"
    toml.write_text(toml.read_text().replace("per_day = 0.25", "per_day = 0.1"))
    assert not in_place()
    save(course, graded, LATE, journal=False)
    assert in_place()
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.grant_extension(NAME, "ada", days=7)
    course.gradebook.db.expire_all()
    assert not in_place()
    save(course, graded, LATE, journal=False)
    assert in_place()
    assert read_saved(course, NAME)["ada"].penalty is None


def test_a_submission_without_a_time_keeps_the_one_that_is_known(course, root):
    graded = submission(root)
    save(course, graded, IN_TIME)
    save(course, graded, None)
    assert read_saved(course, NAME)["ada"].timestamp == IN_TIME


@pytest.mark.parametrize("student", ["Zoë Å", "o'brien", "a%b", "x" * 200, "[bold]", "a\nb"])
def test_any_folder_name_is_a_student(course, root, student):
    save(course, submission(root, student), IN_TIME)
    assert grades(root, student)["double_test"] == (2, None, False)
    assert student in read_saved(course, NAME)


def test_an_assignment_is_entered_as_generate_assignment_does(made, tmp_path):
    known, fresh = (shutil.copytree(made, tmp_path / name) for name in ("known", "fresh"))
    (fresh / "gradebook.db").unlink()
    before = {p: p.read_bytes() for p in fresh.rglob("release/**/*") if p.is_file()}
    found = []
    for root in (known, fresh):
        with open_course(root) as course:
            prepare(course, freeze(root, NAME))
        with sqlite3.connect(root / "gradebook.db") as database:
            found.append(
                [
                    sorted(database.execute(f"SELECT {columns} FROM {table}"))
                    for columns, table in [
                        ("name, duedate, course_id", "assignment"),
                        ("name, kernelspec", "notebook"),
                        ("name, type", "base_cell"),
                        ("max_score, cell_type", "grade_cells"),
                        ("name, cell_type, locked, source, checksum", "source_cell"),
                        ("version_num", "alembic_version"),
                    ]
                ]
            )
    assert found[0] == found[1]
    assert {p: p.read_bytes() for p in fresh.rglob("release/**/*") if p.is_file()} == before


def test_a_release_that_is_not_made_from_the_source_is_named(made, tmp_path):
    root = shutil.copytree(made, tmp_path / "course")
    (root / "gradebook.db").unlink()
    path = root / "release" / NAME / f"{NAME}.ipynb"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("# Tiny", "# Teeny"))
    with open_course(root) as course:  # noqa: SIM117
        with pytest.raises(CourseError, match=f"run `nmautils build {NAME}`$"):
            prepare(course, freeze(root, NAME))
