"""``nmautils marks`` shows what is in the gradebook that nbgrader's configuration names."""

import os
import sys
import warnings
from datetime import datetime
from pathlib import Path

import pytest

from nmautils.cli import main
from nmautils.course.gradebook import open_gradebook
from nmautils.people.arrangements import Arrangement, note_arrangement
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.paths import TINY_COURSE


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


@pytest.mark.parametrize("columns", [20, 30, 45, 60, 80, 200])
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
    # In a narrow terminal the columns stand in several tables, one below the other.
    parts = [line.split() for line in out.splitlines() if "│ ada " in line]
    numbers = [part for line in parts for part in line if part not in ("│", "ada")]
    assert numbers == ["3.5", "0", "0", "0", "-0.5", "3", "13"]
    for name in ["double", *NAMES]:
        assert name in "".join(out.split())
    assert ("\n4  mean_" in out) == (columns < 200)


def rows_of(out):
    """Cells of the students' rows of a table, by the first."""
    split = [[cell.strip() for cell in line.strip("│").split("│")] for line in out.splitlines()]
    return {cells[0]: cells[1:] for cells in split if len(cells) > 2}


PEOPLE = [
    Person("ada", "Zuse", "Ada"),
    Person("1002", "arnold", "Bo"),
    Person("1001", "Arnold", "Bo"),
    Person("bob", "Nguyễn", "[bold]Bob"),
]


def test_everybody_of_the_roster_has_a_row_in_the_order_of_their_names(course, capsys):
    fill(course)
    with warnings.catch_warnings(), open_gradebook(course) as gradebook:
        warnings.simplefilter("ignore")
        gradebook.add_student("stranger\x1b[31m")
    write_roster(course, Roster(tuple(PEOPLE)))
    (course / "submitted" / "bob" / "tiny").mkdir(parents=True)
    (course / "release" / "tiny").mkdir(parents=True)
    note_arrangement(course, "1002", "tiny", Arrangement(excused=True))
    assert main(["marks", "--root", str(course)]) == 0
    rows = rows_of(capsys.readouterr().out)
    assert rows == {
        "stranger?[31m": ["0", "", "0", "4", "nothing handed in"],
        "Arnold, Bo (1001)": ["0", "", "0", "4", "nothing handed in"],
        "arnold, Bo (1002)": ["0", "", "", "4", "excused"],
        "Nguyễn, [bold]Bob (bob)": ["0", "", "0", "4", "not graded yet"],
        "Zuse, Ada (ada)": ["3.5", "-0.5", "3", "4", ""],
    }
    assert list(rows) == sorted(rows, key=lambda name: (" (" in name, name.casefold()))


def test_assignments_are_in_the_order_of_the_course(course, capsys):
    fill(course)
    toml = (TINY_COURSE / "course.toml").read_text()
    first = toml.partition("[tutorials.tiny]")[2].replace("order = 1", "order = 0")
    (course / "course.toml").write_text(f"{toml}\n[tutorials.warm_up]{first}")
    with warnings.catch_warnings(), open_gradebook(course) as gradebook:
        warnings.simplefilter("ignore")
        gradebook.add_assignment("extra")
        gradebook.add_assignment("warm_up", duedate=datetime(2032, 1, 1))
    assert main(["marks", "--root", str(course)]) == 0
    titles = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert [line for line in titles if line in ("extra", "warm_up", "tiny")] == [
        "warm_up",
        "tiny",
        "extra",
    ]


def test_an_arrangement_of_nobody_here_is_named_with_whoever_has_nearly_that_name(course, capsys):
    fill(course)
    (course / "release" / "tiny").mkdir(parents=True)
    for student in ("adda", "jane", "ada"):
        note_arrangement(course, student, "tiny", Arrangement(days=1))
    assert main(["marks", "--root", str(course)]) == 0
    adda, jane = capsys.readouterr().err.splitlines()
    assert "arrangements.csv, line 3: nobody is called 'adda' in submitted/ or the" in adda
    assert "(did you mean 'ada'?)" in adda
    assert "arrangements.csv, line 4: nobody is called 'jane' in submitted/ or the" in jane
    assert "did you mean" not in jane
