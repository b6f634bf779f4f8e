"""The two files of ``nbgrader export``: nbgrader's own, and one with a row per student."""

import csv
import warnings
from datetime import datetime

import pytest

from nmautils.course.gradebook import open_gradebook
from nmautils.grading.nbgrader_plugins.export_marks import MarksExport
from nmautils.people.arrangements import FILE_NAME
from tests.support.grading_class import nbgrader_here

# What a spreadsheet would run, in a name that a student may have given themselves.
FORMULA = '=HYPERLINK("http://example.org";"look")'


@pytest.fixture
def course(tmp_path):
    """Two assignments and three students, of whom one has handed in both and one nothing."""
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nplugins = "nmautils.grading.nbgrader_plugins"\n'
        'c.ExportApp.plugin_class = f"{plugins}.export_marks.MarksExport"\n'
    )
    for name in ("total", "-ps2"):  # any name that a folder may have
        (tmp_path / "release" / name).mkdir(parents=True)
    with warnings.catch_warnings(), open_gradebook(tmp_path) as gradebook:
        warnings.simplefilter("ignore")  # at how nbgrader adds rows
        gradebook.add_student("ada", last_name=" =1+1", first_name=FORMULA, email="@ada")
        gradebook.add_student("bob", last_name="Ünal", email="bob@example.org")
        gradebook.add_student("0012", last_name="Zuse")
        for number, name in enumerate(("total", "-ps2"), 1):
            gradebook.add_assignment(name, duedate=datetime(2031, 1, number))
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("x_test", name, name, max_score=2 * number, cell_type="code")
            for student in ["ada", "bob"][: 3 - number]:
                gradebook.add_submission(name, student, timestamp=datetime(2031, 1, 1))
                gradebook.find_grade("x_test", name, name, student).auto_score = 0.1 + number
        gradebook.db.commit()
    return tmp_path


def exported(course, to="grades.csv", **options):
    with open_gradebook(course) as gradebook:
        MarksExport(to=str(course / to), **options).export(gradebook)


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_one_file_has_a_row_for_each_student_and_no_formula(course):
    exported(course)
    assert table(course / "grades_by_student.csv") == [
        ["id", "last_name", "first_name", "email", "total", "'-ps2", "total", "of"],
        ["ada", "' =1+1", f"'{FORMULA}", "'@ada", "1.1", "2.1", "3.2", "6.0"],
        ["0012", "Zuse", "", "", "", "", "0.0", "6.0"],
        ["bob", "Ünal", "", "bob@example.org", "1.1", "", "1.1", "6.0"],
    ]
    rows = table(course / "grades.csv")
    assert rows[0][-3:] == ["needs_grading", "excused", "x"]
    assert [row[3:5] for row in rows[1:]] == 2 * [
        ["ada", "' =1+1"],
        ["0012", "Zuse"],
        ["bob", "Ünal"],
    ]
    # As in nbgrader, who handed nothing in has zeros and no time.
    assert rows[2][2:3] + rows[2][7:10] == ["", "0.0", "0.0", "0.0"]


@pytest.mark.parametrize("zero", [True, False])
def test_who_is_absent_has_nothing_or_zero_as_chosen(course, zero):
    exported(course, absent_is_zero=zero)
    absent = "0.0" if zero else ""
    assert [row[4:6] for row in table(course / "grades_by_student.csv")[1:]] == [
        ["1.1", "2.1"],
        [absent, absent],
        ["1.1", absent],
    ]


def test_the_stock_columns_alone_and_one_file_alone_can_be_had(course):
    exported(course, "marks.txt", exercises=False, by_student=False)
    assert [len(row) for row in table(course / "marks.txt")] == 7 * [11]
    assert not list(course.glob("*_by_student*"))
    exported(course, "marks.txt", assignment=["total"], student=["bob", "0012"])
    assert [row[0] for row in table(course / "marks_by_student.txt")] == ["id", "0012", "bob"]


def test_the_command_honours_arrangements_and_says_a_mistake_of_theirs_in_one_line(course):
    (course / FILE_NAME).write_text("student,assignment,excused\nbob,-ps2,yes\n")
    nbgrader_here(course, "export", "--to", "marks.csv", "--MarksExport.absent_is_zero=True")
    rows = {row[0]: row for row in table(course / "marks_by_student.csv")}
    assert rows["bob"][4:] == ["1.1", "excused", "1.1", "2.0"]
    assert rows["0012"][4:] == ["0.0", "0.0", "0.0", "6.0"]
    (course / FILE_NAME).write_text("student,assignment,excused\nbob,-ps2,perhaps\n")
    done = nbgrader_here(course, "export", check=False)
    assert done.returncode == 1
    assert "arrangements.csv, line 2: excused is 'perhaps'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (course / "grades.csv").exists()
