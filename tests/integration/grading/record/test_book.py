"""A gradebook read at once says what nbgrader's own objects say."""

import random
import sqlite3
import warnings
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from nbgrader.api import MissingEntry
from sqlalchemy import text

from nmautils.course.gradebook import find_gradebook, nbgrader_directory, open_gradebook, read_only
from nmautils.errors import GradebookError
from nmautils.grading.record.book import Lookup, read_book
from nmautils.grading.record.marks import marks, marks_of

DUE = datetime(2031, 1, 1, 12)


def fill(gradebook, seed):
    """Assignments, students and marks of every kind, by chance."""
    chance = random.Random(seed)
    pick = chance.choice
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at how nbgrader adds rows
        for number in range(3):
            name = f"a{number}"
            gradebook.add_assignment(name, duedate=pick([None, DUE, DUE + timedelta(days=number)]))
            for notebook in [name, "m"][: chance.randint(0, 2)]:
                gradebook.add_notebook(notebook, name)
                for cell in ["z_test", "think", "a_test"][: chance.randint(0, 3)]:
                    gradebook.add_grade_cell(
                        cell, notebook, name, max_score=chance.randint(0, 4), cell_type="code"
                    )
                if pick([True, False]):
                    gradebook.add_task_cell(
                        "task", notebook, name, max_score=2.5, cell_type="markdown"
                    )
                gradebook.add_solution_cell("answer", notebook, name)
        for student in "dcba":
            names = {"last_name": student.upper(), "first_name": "Ü", "email": None}
            gradebook.add_student(student, **names)
            for number in range(3):
                if pick([True, True, False]):
                    when = pick([None, DUE, DUE + timedelta(microseconds=5, hours=3)])
                    found = gradebook.add_submission(f"a{number}", student, timestamp=when)
                    for notebook in found.notebooks:
                        notebook.late_submission_penalty = pick([None, 0.0, 0.5, 1.25])
                        for grade in notebook.grades:
                            grade.auto_score = pick([None, 0.0, 1.5])
                            grade.manual_score = pick([None, None, 0.0, 2.0])
                            grade.extra_credit = pick([None, None, 0.25])
                            grade.needs_manual_grade = pick([True, False, False])
                        for comment in notebook.comments:
                            comment.auto_comment = pick([None, "No response."])
                            comment.manual_comment = pick([None, None, "", "*Look* again"])
                    if found.assignment.duedate:  # nbgrader fails at an extension of nothing
                        found.extension = pick([None, timedelta(hours=1), timedelta(days=2)])
        gradebook.db.commit()


@pytest.fixture
def course(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    return tmp_path


@pytest.mark.parametrize("seed", range(8))
def test_marks_are_the_same_read_either_way(course, seed):
    with open_gradebook(course) as gradebook:
        fill(gradebook, seed)
        theirs = marks(gradebook)
        inside = marks(read_book(lambda sql: gradebook.db.execute(text(sql)).all()))
        chosen = marks(gradebook, ["a1"], ["b", "d"])
    with read_only(find_gradebook(course)) as query:
        ours = marks(read_book(query))
    assert len(theirs) == 12
    assert ours == inside == theirs
    assert [list(row["exercises"]) for row in ours] == [list(row["exercises"]) for row in theirs]
    assert marks_by_name(course, ["a1"], ["b", "d"]) == chosen


@pytest.mark.parametrize("seed", range(4))
def test_marks_of_one_submission_are_the_same_read_either_way(course, seed):
    compared, every = 0, [(f"a{number}", student) for number in range(3) for student in "abcd"]
    with open_gradebook(course) as gradebook, read_only(find_gradebook(course)) as query:
        fill(gradebook, seed)
        for name, student in every:
            try:
                theirs = marks_of(gradebook, name, student)
            except MissingEntry:
                with pytest.raises(GradebookError, match=f"no marks of {student} for {name}"):
                    marks_of(Lookup(query), name, student)
            else:
                assert marks_of(Lookup(query), name, student) == theirs
                compared += 1
    assert compared > 2


def marks_by_name(root, assignments, students):
    with read_only(find_gradebook(root)) as query:
        return marks(read_book(query), assignments, students)


def test_reading_asks_as_often_for_a_large_class_as_for_none(course):
    asked = []
    with open_gradebook(course) as gradebook:
        fill(gradebook, 1)
    with read_only(find_gradebook(course)) as query:

        def counted(statement):
            asked.append(statement)
            return query(statement)

        read_book(counted)
    assert len(asked) == len(set(asked)) == 7


def test_reading_changes_nothing_and_makes_nothing(course):
    with pytest.raises(GradebookError, match="unable to open"), read_only(find_gradebook(course)):
        pass
    assert not (course / "gradebook.db").exists()
    with open_gradebook(course) as gradebook:
        fill(gradebook, 2)
    before = (course / "gradebook.db").read_bytes()
    with pytest.raises(GradebookError, match="readonly"), read_only(find_gradebook(course)) as q:
        q("DELETE FROM grade")
    assert (course / "gradebook.db").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"this is no database " * 99, "it is damaged"), (b"", "nbgrader db upgrade")],
)
def test_what_is_no_gradebook_is_one_line(course, content, line):
    (course / "gradebook.db").write_bytes(content)
    with pytest.raises(GradebookError, match=line), read_only(find_gradebook(course)) as query:
        read_book(query)


def test_a_gradebook_that_is_held_is_still_read_and_a_locked_one_is_named(course, monkeypatch):
    from nmautils.course import gradebook as module

    monkeypatch.setattr(module, "NOTICE_SECONDS", 0.05)
    monkeypatch.setattr(module, "DATABASE_SECONDS", 0.2)
    with open_gradebook(course) as gradebook:
        fill(gradebook, 3)
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert marks_by_name(course, [], [])
        other.execute("ROLLBACK")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradebookError, match="database is locked; another program"):
            marks_by_name(course, [], [])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "c.CourseDirectory.db_url = 'sqlite:////else/marks.db'",
        "c.CourseDirectory.db_url = 'sqlite:////else/marks.db?timeout=3'",
        "c.CourseDirectory.db_url = 'postgresql://ada:secret@example.org/marks'",
        "c.CourseDirectory.db_url = ''",
        "c.CourseDirectory.root = '/elsewhere'",
    ],
)
def test_the_gradebook_is_where_nbgrader_says(course, line):
    (course / "nbgrader_config.py").write_text(f"c = get_config()\n{line}\n")
    assert find_gradebook(course).db_url == nbgrader_directory(course).db_url
