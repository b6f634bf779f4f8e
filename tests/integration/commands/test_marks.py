"""``nmautils marks`` shows what is in the gradebook that nbgrader's configuration names."""

import os
import sys
import warnings
from datetime import datetime
from pathlib import Path

import pytest

from nmautils.cli import main
from nmautils.course.gradebook import open_gradebook


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose gradebook lies elsewhere, with one student's marks."""
    # nbgrader starts alembic by name.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "else").mkdir()
    place = tmp_path / "else" / "marks.db"
    text = f"c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///{place}'\n"
    (tmp_path / "nbgrader_config.py").write_text(text)
    return tmp_path


def fill(root):
    with warnings.catch_warnings(), open_gradebook(root) as gradebook:
        warnings.simplefilter("ignore")  # at how nbgrader adds rows
        gradebook.add_assignment("tiny")
        gradebook.add_notebook("tiny", "tiny")
        gradebook.add_grade_cell("double_test", "tiny", "tiny", max_score=4, cell_type="code")
        gradebook.add_student("ada")
        gradebook.add_student("bob")
        gradebook.add_submission("tiny", "ada", timestamp=datetime(2031, 1, 1))
        found = gradebook.find_submission_notebook("tiny", "tiny", "ada")
        found.late_submission_penalty = 0.5
        grade = gradebook.find_grade("double_test", "tiny", "tiny", "ada")
        grade.auto_score, grade.needs_manual_grade = 3.5, False
        gradebook.db.commit()


def test_marks_come_from_where_the_configuration_says(course, capsys):
    assert main(["marks", "--root", str(course)]) == 2
    said = capsys.readouterr().err
    assert f"no {course}/else/marks.db; run `nmautils grade` first" in said
    assert list((course / "else").iterdir()) == []
    fill(course)
    assert not (course / "gradebook.db").exists()
    assert main(["marks", "--root", str(course)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    ada, bob = (line for line in lines if {"ada", "bob"} & set(line))
    assert [part for part in ada if part != "│"] == ["ada", "3.5", "-0.5", "3", "4"]
    assert " ".join(part for part in bob if part != "│") == "bob 0 0 4 nothing handed in"
    assert main(["marks", "none", "--root", str(course)]) == 2
    assert "unknown assignment 'none'; graded are: tiny" in capsys.readouterr().err


@pytest.mark.parametrize("due", [None, datetime(2031, 1, 2)])
def test_a_hand_in_without_a_time_was_handed_in(course, capsys, due):
    fill(course)
    with open_gradebook(course) as gradebook:
        submission = gradebook.find_submission("tiny", "ada")
        submission.timestamp = None
        gradebook.find_assignment("tiny").duedate = due
        gradebook.db.commit()
    assert main(["marks", "--root", str(course)]) == 0
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "│" in line}
    # Where nothing is due, nobody needs to know when it came.
    assert ("time unknown" in lines["ada"]) == (due is not None)
    assert "nothing handed in" not in lines["ada"]
    assert "nothing handed in" in lines["bob"]


def test_a_gradebook_without_anybody_says_what_to_run(course, capsys):
    with open_gradebook(course):
        pass
    assert main(["marks", "--root", str(course)]) == 0
    assert "nobody is in the gradebook yet" in capsys.readouterr().out


NAMES = ["parametric_relu_network", "gradient_descent_loop", "mean_squared_error_of_the_decoder"]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_table_fits_the_terminal_and_loses_no_number(course, capsys, monkeypatch, columns):
    fill(course)
    with warnings.catch_warnings(), open_gradebook(course) as gradebook:
        warnings.simplefilter("ignore")
        for name in NAMES:
            gradebook.add_grade_cell(f"{name}_test", "tiny", "tiny", max_score=3, cell_type="code")
        gradebook.add_student("alexandra-konstantinopolskaya-von-und-zu")
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["marks", "--root", str(course)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= columns
    assert "…" not in out
    ada = next(line for line in out.splitlines() if "│ ada " in line)
    assert [part for part in ada.split() if part != "│"][:5] == ["ada", "3.5", "0", "0", "0"]
    for name in ["double", *NAMES]:
        assert name in out
    assert (" 4  mean_squared" in out or "\n4  mean_squared" in out) == (columns < 200)
