"""Marks out of a gradebook that is made of plain values: each row, and those of one submission."""

from datetime import datetime, timedelta
from types import SimpleNamespace as Of

import pytest
from nbgrader.api import MissingEntry

from nmautils.grading.record.late import Terms
from nmautils.grading.record.marks import (
    NO_RESPONSE,
    STOCK_COLUMNS,
    CellMark,
    SubmissionMarks,
    marks,
    marks_of,
)
from nmautils.people.arrangements import Arrangement, Arrangements
from nmautils.people.roster import Person, Roster

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


# What decides beside the gradebook


def excusing(*students, **others):
    made = {(student, "tiny"): Arrangement(excused=True) for student in students}
    return Terms(arrangements=Arrangements(made), **others)


def test_who_is_excused_has_no_score_whether_they_handed_in_or_not():
    rows = marks(BOOK, terms=excusing("ada", "cleo"))
    for student, raw in (("ada", 5.5), ("cleo", 0.0)):
        found = row(rows, student)
        assert (found["excused"], found["score"], found["raw_score"]) == (True, None, raw)
        assert found["late_submission_penalty"] == 0
        assert row(rows, student, "other")["score"] == 0
    assert (row(rows, "bob")["excused"], row(rows, "bob")["score"]) == (False, 0)
    assert marks_of(BOOK, "tiny", "ada", excusing("ada")).excused
    assert not marks_of(BOOK, "tiny", "bob", excusing("ada")).excused


def test_a_time_that_nobody_knows_is_not_shown_to_the_student():
    terms = Terms(without_time={("ada", "tiny")})
    found = marks_of(BOOK, "tiny", "ada", terms)
    assert (found.timestamp, found.seconds_late, found.due) == (None, 0, None)
    found = marks_of(BOOK, "tiny", "bob", terms)
    assert (found.timestamp, found.due) == (WHEN, WHEN - timedelta(seconds=90))
    unknown = {r["student_id"] for r in marks(BOOK, ["tiny"], terms=terms) if r["time_unknown"]}
    assert unknown == {"ada"}


def test_the_roster_gives_names_and_those_who_are_not_in_the_gradebook():
    people = (
        Person("dora", "Abel", "Dora", "dora@example.org"),
        Person("BOB", "abel", "Bob"),  # as the gradebook does not write it
        Person("ada", "Zuse"),
    )
    rows = marks(BOOK, ["tiny"], terms=Terms(roster=Roster(people)))
    shown = [(r["student_id"], r["last_name"], r["first_name"], r["handed_in"]) for r in rows]
    assert shown == [
        ("bob", "abel", "Bob", True),
        ("dora", "Abel", "Dora", False),
        ("cleo", "L", "Cleo", False),
        ("ada", "Zuse", "Ada", True),
    ]
    assert [r["email"] for r in rows] == [None, "dora@example.org", None, None]
    assert [r["score"] for r in rows] == [0, 0, 0, 4]


def test_people_of_one_name_stand_by_their_ids():
    people = tuple(Person(name, "Lee", "Min") for name in ("s10", "s1", "s2"))
    rows = marks(Book(), ["other"], terms=Terms(roster=Roster(people)))
    names = [r["student_id"] for r in rows]
    assert names == ["ada", "bob", "cleo", "s1", "s10", "s2"]
