"""``nmautils roster``: from what platforms export to the roster and nbgrader's students."""

import shutil

import pytest

from nmautils.cli import main
from nmautils.course.gradebook import open_gradebook
from nmautils.grading.record.students import read_students, write_students
from nmautils.people.platform_lists import FORMS
from nmautils.people.roster import Person
from tests.support.paths import ROOT, TINY_COURSE

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Tutorial 1 (9)\n"
    "    Points Possible,,,,,10\n"
    '"Doe, Jane",1,S1,jdoe,A,\n"Li, Wei",2,S2,wli,A,\n"Li, Wei",3,S3,wli2,A,\n'
    '"Müller, Max",4,007,007,A,\n"Student, Test",9,,x,A,\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade\n"
    "Participant 101,Jane Doe,jdoe@uni.example,,\n"
    "Participant 102,Wei Li,weili@home.example,,\n"
    "Participant 103,Max Mueller,,,\n"
    "Participant 104,My,my@uni.example,,\n"
)
ROSTER = """\
id,last_name,first_name,email,canvas,moodle
jdoe,Doe,Jane,jdoe@uni.example,1,101
wli,Li,Wei,,2,
wli2,Li,Wei,,3,
my,My,,my@uni.example,,104
007,Müller,Max,,4,
"""


@pytest.fixture(params=["course.toml", "nbgrader"])
def course(request, tmp_path, monkeypatch):
    """A course of ours, and one that nbgrader alone made."""
    root = tmp_path / "course"
    if request.param == "nbgrader":
        root.mkdir()
        (root / "nbgrader_config.py").write_text("c = get_config()\n")
    else:
        shutil.copytree(TINY_COURSE, root)
        shutil.copy(ROOT / "nbgrader_config.py", root)
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    (tmp_path / "moodle.csv").write_text(MOODLE, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def students(root):
    return {person.id: (person.name, person.email) for person in read_students(root)}


def test_two_platforms_make_one_roster_and_the_gradebooks_students(course, capsys):
    assert main(["roster", "../canvas.csv", "../moodle.csv"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "read       canvas.csv: Canvas, gradebook, 4 people",
        "read       moodle.csv: Moodle, grading worksheet, 4 people",
        "new        jdoe: Jane Doe (canvas 1, moodle 101, jdoe@uni.example)",
        "new        wli: Wei Li (canvas 2)",
        "new        wli2: Wei Li (canvas 3)",
        "new        007: Max Müller (canvas 4)",
        "new        my: My (moodle 104, my@uni.example)",
        "left out   canvas.csv, line 7: Test Student: Canvas' test student",
        "gradebook  names and addresses of 5 written",
        "needs you  moodle.csv, line 3: Wei Li (moodle 102, weili@home.example) may be wli (Wei "
        "Li) or wli2 (Wei Li) of roster.csv: write weili@home.example into the right line, or into "
        "a new line with an id of your choice",
        "needs you  moodle.csv, line 4: Max Mueller (moodle 103) may be 007 (Max Müller) of "
        "roster.csv: write 103 into the column moodle of the right line, or into a new line with "
        "an id of your choice",
        "5 people, 5 new, 0 changed, 2 need you",
    ]
    assert (course / "roster.csv").read_text(encoding="utf-8") == ROSTER
    assert students(course) == {
        "jdoe": ("Jane Doe", "jdoe@uni.example"),
        "wli": ("Wei Li", ""),
        "wli2": ("Wei Li", ""),
        "007": ("Max Müller", ""),
        "my": ("My", "my@uni.example"),
    }

    # A second time nothing changes and the same is asked.
    written = (course / "roster.csv").stat().st_mtime_ns, (course / "gradebook.db").read_bytes()
    assert main(["roster", "../canvas.csv", "../moodle.csv"]) == 1
    assert capsys.readouterr().out.endswith("\n5 people, 0 new, 0 changed, 2 need you\n")
    now = (course / "roster.csv").stat().st_mtime_ns, (course / "gradebook.db").read_bytes()
    assert now == written

    # The answers of a hand, with a note in a column of its own.
    answered = ROSTER.replace("moodle\n", "moodle,note\n")
    answered = answered.replace("wli2,Li,Wei,,3,", "wli2,Li,Wei,weili@home.example,3,")
    answered = answered.replace("Max,,4,", 'Max,,4,103,"late, often"')
    (course / "roster.csv").write_text(answered, encoding="utf-8")
    assert main(["roster", "../moodle.csv"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "read       moodle.csv: Moodle, grading worksheet, 4 people",
        "changed    wli2: moodle 102",
        "gradebook  names and addresses of 1 written",
        "5 people, 0 new, 1 changed, 0 need you",
    ]
    assert '007,Müller,Max,,4,103,"late, often"\n' in (course / "roster.csv").read_text("utf-8")
    assert students(course)["wli2"] == ("Wei Li", "weili@home.example")


def test_a_roster_is_checked_and_told_without_a_file(course, capsys):
    assert main(["roster"]) == 2
    assert "roster.csv in" in capsys.readouterr().err
    (course / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert main(["roster"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "gradebook  names and addresses of 5 written",
        "canvas       knows 4 of them",
        "moodle       knows 2 of them",
        "e-mail       of 2 of them is known",
        "5 people, 0 new, 0 changed, 0 need you",
    ]
    twice = ROSTER + "x,Mueller,Max,,,\n"
    (course / "roster.csv").write_text(twice, encoding="utf-8")
    assert main(["roster"]) == 1
    assert "needs you  roster.csv: 007 (Max Müller) and x (Max Mueller) may be one person" in (
        capsys.readouterr().out
    )
    assert (course / "roster.csv").read_text(encoding="utf-8") == twice
    (course / "roster.csv").write_text("id\na\nA\n", encoding="utf-8")
    assert main(["roster"]) == 2
    assert "roster.csv, line 3: id a stands in line 2 too" in capsys.readouterr().err


def test_a_roster_brings_nothing_new_to_itself(course, capsys):
    (course / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert main(["roster", "roster.csv"]) == 0
    assert capsys.readouterr().out.endswith("\n5 people, 0 new, 0 changed, 0 need you\n")
    assert (course / "roster.csv").read_text(encoding="utf-8") == ROSTER


def test_a_dry_run_writes_nothing(course, capsys):
    before = sorted(course.iterdir())
    assert main(["roster", "--dry-run", "../canvas.csv"]) == 0
    out = capsys.readouterr().out
    assert "new        jdoe: Jane Doe (canvas 1)\n" in out
    assert out.endswith("4 people, 4 new, 0 changed, 0 need you, nothing is written (--dry-run)\n")
    assert sorted(course.iterdir()) == before


def test_an_unknown_or_missing_file_changes_nothing(course, capsys):
    (course / "bread.csv").write_text("bread,butter\n1,2\n")
    assert main(["roster", "../canvas.csv", "bread.csv"]) == 2
    said = capsys.readouterr()
    assert "bread.csv is no list that is known, by its columns bread, butter; known are" in said.err
    assert main(["roster", "none.csv"]) == 2
    assert "no file none.csv" in capsys.readouterr().err
    assert not (course / "roster.csv").exists()


def test_ids_of_the_gradebook_and_of_folders_stay(course, capsys):
    with open_gradebook(course) as gradebook:
        gradebook.add_student("doejane", email="")
        gradebook.add_student("auditor", first_name="An", last_name="Auditor")
    (course / "submitted" / "Max_Müller" / "tiny").mkdir(parents=True)
    assert main(["roster", "../canvas.csv"]) == 0
    out = capsys.readouterr().out
    assert "unknown    in submitted/ or in the gradebook, and not in roster.csv: auditor\n" in out
    assert students(course) == {
        "doejane": ("Jane Doe", ""),
        "auditor": ("An Auditor", ""),
        "wli": ("Wei Li", ""),
        "wli2": ("Wei Li", ""),
        "Max_Müller": ("Max Müller", ""),
    }


def test_without_nbgraders_configuration_the_roster_is_written_alone(tmp_path, capsys):
    root = shutil.copytree(TINY_COURSE, tmp_path / "course")
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    assert main(["roster", "--root", str(root), str(tmp_path / "canvas.csv")]) == 0
    assert "no names are written into a gradebook" in capsys.readouterr().out
    assert (root / "roster.csv").exists()
    assert not (root / "gradebook.db").exists()


def test_what_the_roster_does_not_know_stays_in_the_gradebook(course):
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ada", first_name="Ada", last_name="L", email="ada@x.example")
    people = [Person("ada", "Lovelace", ""), Person("bob")]
    assert write_students(course, people) == 2
    assert students(course) == {"ada": ("Ada Lovelace", "ada@x.example"), "bob": ("bob", "")}
    assert write_students(course, people) == 0


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_form_makes_a_roster(course, capsys, form):
    (course / "list.csv").write_text(form.example, encoding="utf-16")
    assert main(["roster", "list.csv"]) == 0
    person = students(course).popitem()
    assert person[1][0] == "Jane Doe"
    assert "1 person, 1 new" in capsys.readouterr().out
