"""Answers of ``tests/answers`` get the marks they deserve from the grader that instructors run.

Every answer is judged in this process by ``test_answers.py``; here some of them go the whole
way, from a notebook handed in to the gradebook. To send all of them, which takes some minutes:
``NMAUTILS_EVERY=1 make test PYTEST_ARGS=tests/integration/grading/test_answers_graded.py``.
"""

import pytest
from nbgrader.api import Gradebook

from nmautils.course.contract import EXERCISES
from nmautils.grading.grade_class import grade_class
from nmautils.grading.run import pool
from nmautils.grading.run.local import Local
from tests.support.amount import EVERYTHING, every
from tests.support.corpus_class import hand_in, make_course, notebook, students, wrong_marks
from tests.support.grading_class import nbgrader_here

# All answers, one after the other by nbgrader's command, take ten minutes of a whole machine.
pytestmark = pytest.mark.timeout(3600 if EVERYTHING else 600)

# Every so many-th answer of an exercise.
EVERY = every(24)
# Formgrader's button, which runs the same command on tutorial 2, is in `tests/browser`.
BY_NBGRADER = list(EXERCISES) if EVERYTHING else list(EXERCISES)[-1:]


def fill(root, tutorials):
    """Let the class hand in; gives the answers of each, by student and tutorial."""
    given = {}
    for tutorial in tutorials:
        for student, answers in students(tutorial, EVERY):
            sources = {name: answer.source for name, answer in answers.items()}
            hand_in(root, tutorial, student, notebook(tutorial, sources))
            given[student, tutorial] = answers
    return given


def saved_marks(root):
    """Automatic scores in the gradebook, by student and tutorial."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, submission.assignment.name): {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }


def misgraded(root, given):
    marks = saved_marks(root)
    assert marks.keys() == given.keys()
    return [line for key, answers in given.items() for line in wrong_marks(marks[key], answers)]


def test_nmautils_grade_gives_the_marks_that_answers_deserve(tmp_path):
    root = make_course(tmp_path / "course", list(EXERCISES))
    given = fill(root, EXERCISES)
    # What the command calls, in this process: the next test finds the grader warm. The command
    # itself grades the class of `test_hostile.py`.
    report = grade_class(root, place=lambda: Local(1, pool.grade))
    assert (report.status, report.failed) == (0, {})
    assert misgraded(root, given) == []


def test_nbgrader_autograde_gives_the_marks_that_answers_deserve(tmp_path):
    root = make_course(tmp_path / "course", BY_NBGRADER)
    given = fill(root, BY_NBGRADER)
    for tutorial in BY_NBGRADER:
        nbgrader_here(root, "generate_assignment", tutorial, "--force")
        nbgrader_here(root, "autograde", tutorial)
    assert misgraded(root, given) == []
