"""What nbgrader's own commands say when a record or the gradebook is not what it should be."""

import shutil
import sqlite3
from dataclasses import replace

import pytest

from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.results import Submission
from nmautils.grading.record.gradebook import open_course, prepare
from nmautils.grading.record.records import record_path, write_record
from nmautils.grading.record.saving import save
from tests.support.fake_grading import course_with_written_answer, grade
from tests.support.grading_class import NAME, hand_in, nbgrader, released, solve


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three graded students."""
    root = course_with_written_answer(tmp_path_factory.mktemp("made"))
    with open_course(root) as course:
        bundle = freeze(root, NAME)
        prepare(course, bundle)
        for student in ("ada", "bob", "eve"):
            raw = hand_in(root, student, solve(released(root))).read_bytes()
            graded = grade(bundle, Submission(student, raw, 7))
            save(course, graded)
            # The page reads in cells what only the true grader writes there.
            write_record(root, replace(graded, notebook=""))
    return root


@pytest.fixture
def root(made, tmp_path):
    return shutil.copytree(made, tmp_path / "course")


def test_feedback_without_a_record_is_one_line_each_and_the_others_get_theirs(root):
    record_path(root, NAME, "ada").unlink()
    record_path(root, NAME, "bob").write_text('{"format": 1}')
    done = nbgrader(root, "generate_feedback", NAME, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if "run `nmautils grade" in line]
    assert len(said) == 2
    assert f"ERROR] ada/{NAME}: there is no record of its grading; run" in said[0]
    assert f"ERROR] bob/{NAME}: " in said[1]
    assert "was written by an earlier version" in said[1]
    assert [page.parts[-3] for page in root.glob("feedback/*/*/*.html")] == ["eve"]


@pytest.mark.parametrize(
    "command",
    [
        ["generate_assignment", NAME, "--force"],
        ["autograde", NAME],
        ["generate_feedback", NAME],
        ["export"],
    ],
)
def test_a_damaged_gradebook_is_one_line(root, command):
    (root / "gradebook.db").write_text("no database, whatever it is " * 100)
    done = nbgrader(root, *command, check=False)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if "INFO]" not in line]
    assert len(said) == 1
    assert f"the gradebook {root}/gradebook.db: file is not a database; it is damaged" in said[0]


def test_a_held_gradebook_is_waited_for_with_one_line_and_given_up_with_another(root):
    config = root / "nbgrader_config.py"
    patience = "from nmautils.course import gradebook\ngradebook.DATABASE_SECONDS = 3\n"
    config.write_text(patience + config.read_text())
    with sqlite3.connect(root / "gradebook.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        done = nbgrader(root, "autograde", NAME, check=False)
        other.rollback()
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if "INFO]" not in line]
    assert len(said) == 2
    assert said[0].startswith(
        "nmautils: another program (formgrader, nbgrader) holds the gradebook"
    )
    assert "database is locked; another program is using it" in said[1]
