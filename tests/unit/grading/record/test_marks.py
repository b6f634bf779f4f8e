"""Marks out of a gradebook that is made of plain values: each row, and those of one submission."""

from datetime import datetime, timedelta
from types import SimpleNamespace as Of

import pytest
from nbgrader.api import MissingEntry

from nmautils.grading.record.marks import (
    NO_RESPONSE,
    STOCK_COLUMNS,
    CellMark,
    SubmissionMarks,
    marks,
    marks_of,
)

WHEN = datetime(2031, 2, 1, 12)


def grade(name, score, points=4.0, needs=False):
    return Of(name=name, score=score, max_score=points, needs_manual_grade=needs)


def submission(score, penalty, *grades, needs=False, comments=()):
    notebook = Of(
        grades=list(grades),
        comments=[Of(name=name, comment=text) for name, text in comments],
        late_submission_penalty=penalty,
        score=score,
        assignment=Of(
            timestamp=WHEN, extension=None, assignment=Of(duedate=WHEN - timedelta(seconds=90))
        ),
    )
    return Of(
        timestamp=WHEN,
        extension=None,
        score=score,
        needs_manual_grade=needs,
        notebooks=[notebook],
    )


class Book:
    """Two assignments and three students, of whom one handed in nothing."""

    def __init__(self, **submissions):
        cells = [Of(name="double_test"), Of(name="why")]
        self.assignments = [
            Of(name=name, duedate=WHEN, max_score=7.0, notebooks=[Of(grade_cells=cells)])
            for name in ("tiny", "other")
        ]
        self.students = [
            Of(id=name, first_name=name.title(), last_name="L", email=None)
            for name in ("ada", "bob", "cleo")
        ]
        self.submissions = submissions

    def find_submission(self, assignment, student):
        if assignment != "tiny" or student not in self.submissions:
            raise MissingEntry
        return self.submissions[student]

    def find_submission_notebook(self, notebook, assignment, student):
        assert notebook == assignment
        return self.find_submission(assignment, student).notebooks[0]


BOOK = Book(
    ada=submission(5.5, 1.5, grade("double_test", 3.5), grade("why", 2.0), needs=True),
    bob=submission(1.0, 2.5, grade("double_test", 1.0), grade("why", None)),
)


def row(rows, student, assignment="tiny"):
    found = [r for r in rows if (r["student_id"], r["assignment"]) == (student, assignment)]
    assert len(found) == 1
    return found[0]


def test_there_is_a_row_for_each_student_and_assignment():
    rows = marks(BOOK)
    assert [(r["assignment"], r["student_id"]) for r in rows] == [
        (assignment, student)
        for assignment in ("tiny", "other")
        for student in ("ada", "bob", "cleo")
    ]
    for each in rows:
        ours = {"handed_in", "needs_grading", "excused", "time_unknown", "exercises"}
        assert set(each) == {*STOCK_COLUMNS, *ours}
        assert (each["duedate"], each["max_score"]) == (WHEN, 7.0)
    ada = row(rows, "ada")
    assert (ada["first_name"], ada["last_name"], ada["email"]) == ("Ada", "L", None)


def test_a_row_has_the_points_and_what_lateness_takes_off():
    assert row(marks(BOOK), "ada")["exercises"] == {"double": 3.5, "why": 2.0}
    keys = ("timestamp", "raw_score", "late_submission_penalty", "score", "needs_grading")
    assert [row(marks(BOOK), "ada")[key] for key in keys] == [WHEN, 5.5, 1.5, 4.0, True]


def test_nobody_has_less_than_nothing_and_what_is_not_marked_counts_nothing():
    bob = row(marks(BOOK), "bob")
    assert (bob["score"], bob["late_submission_penalty"], bob["needs_grading"]) == (0.0, 2.5, False)
    assert bob["exercises"] == {"double": 1.0, "why": 0.0}


def test_no_penalty_is_none_taken_off():
    book = Book(ada=submission(5.0, None, grade("double_test", 5.0)))
    ada = row(marks(book), "ada")
    assert (ada["score"], ada["late_submission_penalty"]) == (5.0, 0.0)


def test_who_handed_in_nothing_has_zeros():
    cleo = row(marks(BOOK), "cleo")
    keys = ("timestamp", "raw_score", "late_submission_penalty", "score", "needs_grading")
    assert [cleo[key] for key in keys] == [None, 0.0, 0.0, 0.0, False]
    assert cleo["exercises"] == {"double": 0.0, "why": 0.0}


@pytest.mark.parametrize(
    ("assignments", "students", "size"),
    [
        (None, None, 6),
        ([], [], 6),
        (["tiny"], None, 3),
        (None, ["bob"], 2),
        (["other"], ["ada", "bob"], 2),
        (["none"], None, 0),
    ],
)
def test_assignments_and_students_are_chosen_by_name(assignments, students, size):
    rows = marks(BOOK, assignments, students)
    assert len(rows) == size
    assert {r["assignment"] for r in rows} <= set(assignments or ["tiny", "other"])
    assert {r["student_id"] for r in rows} <= set(students or ["ada", "bob", "cleo"])


def test_the_marks_of_one_submission_stand_cell_by_cell():
    ada = submission(
        2.0,
        0.5,
        grade("double_test", 1.5),
        grade("why", None, 3.0, needs=True),
        comments=[("why", "Go on."), ("double", NO_RESPONSE), ("more", None)],
    )
    assert marks_of(Book(ada=ada), "tiny", "ada") == SubmissionMarks(
        timestamp=WHEN,
        seconds_late=90.0,
        penalty=0.5,
        cells={
            "double_test": CellMark(1.5, 4.0),
            "why": CellMark(0.0, 3.0, open=True, comment="Go on."),
            "double": CellMark(untouched=True),
            "more": CellMark(),
        },
    )


def test_the_marks_of_a_submission_in_time_and_of_nobody():
    book = Book(ada=submission(2.0, None, grade("double_test", 0.0)))
    found = marks_of(book, "tiny", "ada")
    assert (found.penalty, found.cells) == (0.0, {"double_test": CellMark(0.0, 4.0)})
    with pytest.raises(MissingEntry):
        marks_of(book, "tiny", "bob")
