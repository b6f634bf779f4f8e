"""``nmautils export`` in whole courses: what is said, what is written, and what is left alone."""

import csv
import shutil
import zipfile
from pathlib import Path

import pytest

from nmautils.cli import main
from nmautils.people.collected import Collected, note_collected
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.marked_class import MOST, T1, T2, write_class
from tests.support.platform_parsers import CanvasCourse, canvas_gradebook, moodle_worksheet

PEOPLE = {
    "ada": ("Lovelace", "Ada", "ada@uni.example"),
    "bob": ("Ångström", "Bo", "bob@uni.example"),
    "eve": ("Nkosi", "Eve", ""),
}
SCORES = {
    T1: {"ada": 7.5, "bob": 10.0, "eve": None},
    T2: {"ada": 3.0, "bob": None, "eve": 1 / 3},
}
TITLE = "Decoding Neural Responses"
CANVAS = (
    f"Student,ID,SIS Login ID,Section,{TITLE} (11),Convolutional Neural Networks (12)\r\n"
    "    Points Possible,,,,10.00,10.00\r\n"
    '"Lovelace, Ada",101,ada@uni.example,S,,\r\n"Ångström, Bo",102,bob@uni.example,S,,\r\n'
    '"Nkosi, Eve",103,eve@uni.example,S,,\r\n'
)
ON_CANVAS = CanvasCourse(
    {101: "Lovelace, Ada", 102: "Ångström, Bo", 103: "Nkosi, Eve"},
    {11: TITLE, 12: "Convolutional Neural Networks"},
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two courses, one with and one without course.toml; they are copied, not changed."""
    folder = tmp_path_factory.mktemp("classes")
    for name, plain in (("ours", False), ("plain", True)):
        (folder / name).mkdir()
        write_class(folder / name, SCORES, PEOPLE, plain=plain, waiting=(("ada", T2),))
    return folder


@pytest.fixture(params=["ours", "plain"])
def course(request, made, tmp_path):
    return shutil.copytree(made / request.param, tmp_path / "course")


def export(course, *arguments):
    return main(["export", *map(str, arguments), "--root", str(course)])


def template(course, text, name="grades.csv", encoding="utf-8"):
    path = course / name
    path.write_bytes(text.encode(encoding))
    return path


def test_the_platforms_file_is_filled_beside_and_stays_as_it_was(course, capsys):
    path = template(course, CANVAS.replace(TITLE, "Tutorial 1").replace("Conv", "tutorial2 conv"))
    before = path.read_bytes()
    assert export(course, T1, "--for", "canvas", path) == 0
    said = capsys.readouterr()
    written = course / "handback" / f"canvas-{T1}.csv"
    assert said.out.splitlines() == [
        f"Canvas, column 'Tutorial 1 (11)': {T1}",
        "2 marks, 1 absent (blank), 0 excused (EX)",
        str(written),
    ]
    assert path.read_bytes() == before
    there = CanvasCourse(ON_CANVAS.users, {11: "Tutorial 1", 12: "x"})
    marks = canvas_gradebook(written.read_bytes(), there)
    assert [marks[user, "Tutorial 1"] for user in (101, 102, 103)] == ["7.5", "10", ""]
    assert written.stat().st_mode & 0o077 == 0


def test_a_dry_run_lists_everybody_and_writes_nothing(course, capsys):
    path = template(course, CANVAS.replace(TITLE, T1) + '"Moe, Mal",109,mal@uni.example,S,,\r\n')
    before = sorted(course.rglob("*"))
    assert export(course, T1, "--for", "canvas", path, "--dry-run", "--absent", "zero") == 1
    said = capsys.readouterr().out.splitlines()
    assert "  Ada Lovelace: 7.5" in said
    assert "  Eve Nkosi: 0" in said
    assert "needs you: line 6: Moe, Mal is nobody in the gradebook" in "\n".join(said)
    assert said[-1] == f"dry run: {course}/handback/canvas-{T1}.csv is not written"
    assert sorted(course.rglob("*")) == before


def test_all_assignments_with_a_column_are_written_if_none_is_named(course, capsys):
    text = CANVAS.replace(TITLE, T1).replace("Convolutional Neural Networks", T2)
    path = template(course, text)
    assert export(course, path, "--for", "canvas", "--to", course / "mine.csv") == 0
    said = capsys.readouterr().out
    assert "4 marks, 2 absent (blank)" in said
    assert "1 mark may grow: answers wait for a person" in said
    marks = canvas_gradebook((course / "mine.csv").read_bytes(), CanvasCourse(ON_CANVAS.users, {}))
    assert marks[103, f"new: {T2} (12)"] == "0.33"


def test_a_roster_decides_who_is_who(course, capsys):
    people = [
        Person("ada", "Byron", "A.", "", {"canvas": frozenset({"101"})}),
        Person("bob", "Other", "Name", "bob@uni.example"),
        Person("zoe", "Zoë", "New", "", {"canvas": frozenset({"104"})}),
    ]
    write_roster(course, Roster(tuple(people)))
    path = template(course, CANVAS.replace(TITLE, T1) + '"Whoever",104,x,S,,\r\n')
    assert export(course, T1, "--for", "canvas", path) == 0
    written = (course / "handback" / f"canvas-{T1}.csv").read_text()
    assert '"Lovelace, Ada",101,ada@uni.example,S,7.5,' in written
    assert '"Ångström, Bo",102,bob@uni.example,S,10,' in written
    assert '"Whoever",104,x,S,,' in written
    assert "2 marks, 2 absent" in capsys.readouterr().out


def test_who_is_excused_has_the_platforms_word_in_the_gradebook_or_not(course, capsys):
    zoe = Person("zoe", "Zoë", "New", "", {"canvas": frozenset({"104"})})
    write_roster(course, Roster((zoe, *(Person(name) for name in PEOPLE))))
    lines = ["student,assignment,excused", f"eve,{T1},yes", f"zoe,{T1},yes", f"bob,{T1},yes"]
    (course / "arrangements.csv").write_text("\n".join(lines))
    path = template(course, CANVAS.replace(TITLE, T1) + "Whoever,104,x,S,,\r\n")
    assert export(course, T1, "--for", "canvas", path, "--absent", "zero") == 0
    users = {**ON_CANVAS.users, 104: "Whoever"}
    written = (course / "handback" / f"canvas-{T1}.csv").read_bytes()
    marks = canvas_gradebook(written, CanvasCourse(users, {11: T1}))
    assert [marks[user, T1] for user in (101, 102, 103, 104)] == ["7.5", "EX", "EX", "EX"]
    assert "1 mark, 0 absent (0), 3 excused (EX)" in capsys.readouterr().out


def test_a_late_hand_in_costs_what_the_course_says_now(made, tmp_path):
    course = shutil.copytree(made / "ours", tmp_path / "course")
    toml = (course / "course.toml").read_text()
    due = "\n".join([f"[tutorials.{T1}]", "due = 2030-12-31T00:00:00+00:00"])
    late = "[late]\nper_day = 0.1\nmaximum = 0.5\n"
    (course / "course.toml").write_text(late + toml.replace(f"[tutorials.{T1}]", due))
    plugin = "nmautils.grading.nbgrader_plugins.late_policy.LatePolicy"
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f'c.AssignLatePenalties.plugin_class = "{plugin}"\n')
    assert export(course, T1, "--for", "canvas", template(course, CANVAS)) == 0
    marks = canvas_gradebook((course / "handback" / f"canvas-{T1}.csv").read_bytes(), ON_CANVAS)
    assert [marks[user, TITLE] for user in (101, 102, 103)] == ["6.75", "9", ""]


def test_without_a_template_what_collecting_remembers_is_enough(course, capsys):
    entries = {"ada": "901", "bob": "902"}
    note_collected(
        course,
        [
            Collected(who, T1, "moodle", number, f"{who}_{number}_assignsubmission_file")
            for who, number in entries.items()
        ],
    )
    assert export(course, T1, "--for", "moodle") == 0
    written = course / "handback" / f"moodle-{T1}.csv"
    assert moodle_worksheet(written.read_bytes(), {901, 902}, MOST) == {901: 7.5, 902: 10.0}
    assert "who has no number on Moodle that is known here has no line" in capsys.readouterr().out


def test_gradescope_gets_an_autograder(course, capsys):
    assert export(course, T1, "--for", "gradescope") == 0
    with zipfile.ZipFile(course / "handback" / f"gradescope-{T1}.zip") as archive:
        assert set(archive.namelist()) == {"setup.sh", "run_autograder", "marks.json"}
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes["run_autograder"] & 0o111
    assert "2 marks in an autograder for Gradescope: upload it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--for", "moodle"], f"a file is of one assignment: say which of {T1}, {T2}"),
        (["--for", "gradescope"], "an autograder is of one assignment: say which of"),
        (["--for", "webct"], "unknown platform 'webct'; known are: canvas, moodle, brightspace"),
        (["--for", "canvas", "none.csv"], "no file 'none.csv'"),
        (["--for", "canvas", "a.csv", "b.csv"], "one file at a time: a.csv, then b.csv"),
        (["tutorial9", "--for", "canvas"], "unknown assignment 'tutorial9'; graded are: tutorial1"),
        ([T1, "--for", "blackboard"], "Blackboard takes marks in its own file: download that"),
        ([T1, "--for", "canvas"], "Canvas takes marks in its own file: download that"),
    ],
)
def test_what_is_not_clear_is_one_line(course, capsys, monkeypatch, arguments, why):
    monkeypatch.chdir(course)
    assert export(course, *arguments) == 2
    said = capsys.readouterr().err
    assert why in said
    assert len(said.splitlines()) == 1
    assert not (course / "handback").exists()


def test_a_spreadsheet_of_another_kind_is_one_line(course, capsys):
    path = course / "grades.xlsx"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00,,,\x00\x00")
    assert export(course, T1, "--for", "canvas", path) == 2
    assert f"{path} is no table: download it again, as CSV or text" in capsys.readouterr().err


def test_a_course_that_is_not_graded_says_so(tmp_path, capsys):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    assert export(tmp_path, "--for", "canvas") == 2
    assert "run `nmautils grade` first" in capsys.readouterr().err


def test_two_hundred_people_are_read_back_by_each_number(made, tmp_path):
    """More people than a page shows, with names that are alike."""
    course = shutil.copytree(made / "ours", tmp_path / "course")
    people = [
        Person(f"s{i:03}", f"Name {i % 7}", "Ann", "", {"canvas": frozenset({str(5000 + i)})})
        for i in range(200)
    ]
    write_roster(course, Roster((*people, Person("ada", "", "", "", {"canvas": frozenset({"1"})}))))
    rows = [["Student", "ID", "SIS Login ID", "Section", f"{T1} (11)"]]
    rows += [[f"Name {i % 7}, Ann", str(5000 + i), "", "S", ""] for i in reversed(range(200))]
    rows += [["Lovelace, Ada", "1", "", "S", ""]]
    path = course / "grades.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    assert export(course, T1, "--for", "canvas", path, "--absent", "zero") == 1  # bob has no line
    written = Path(course / "handback" / f"canvas-{T1}.csv").read_bytes()
    there = CanvasCourse({int(row[1]): row[0] for row in rows[1:]}, {11: T1})
    marks = canvas_gradebook(written, there)
    assert marks.pop((1, T1)) == "7.5"
    assert set(marks.values()) == {"0"}
    assert len(marks) == 200


def test_nothing_is_written_over_the_download_or_a_file_of_the_course(
    course, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(course)
    path = template(course, CANVAS.replace(TITLE, T1))
    write_roster(course, Roster(tuple(Person(name) for name in PEOPLE)))
    (course / "link.csv").symlink_to(path)
    (course / "hard.csv").hardlink_to(path)
    (tmp_path / "other.db").write_bytes((course / "gradebook.db").read_bytes())
    places = {
        "grades.csv": "is the file you downloaded, which stays as it is",
        "./handback/../grades.csv": "is the file you downloaded",
        "link.csv": "is the file you downloaded",
        "hard.csv": "is the file you downloaded",
        "../other.db": "is of the course itself",
        "handback": "is a folder: say a file in it",
        "grades.csv/x.csv": "is a file, no folder",
    }
    for name in ("gradebook.db", "course.toml", "nbgrader_config.py", "roster.csv", "ROSTER.csv"):
        places[name] = "is of the course itself, so nothing is written"
    for name in ("arrangements.csv", "collected.csv", "releases.csv", "source/x.csv", ".git/x"):
        places[name] = "is of the course itself, so nothing is written"  # though it is not there
    (course / "handback").mkdir()
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for name, why in places.items():
        for more in ([], ["--force"], ["--dry-run"]):
            assert export(course, T1, "--for", "canvas", path, "--to", name, *more) == 2
            said = capsys.readouterr()
            assert why in said.err
            assert (len(said.err.splitlines()), said.out) == (1, "")
    assert export(course, T1, "--for", "gradescope", "--to", "gradebook.db", "--force") == 2
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("platform", ["canvas", "gradescope"])
@pytest.mark.parametrize("place", ["mine.out", "handback/standard"])
def test_only_an_earlier_export_is_written_over_unasked(course, capsys, place, platform):
    files = [template(course, CANVAS.replace(TITLE, T1))] if platform == "canvas" else []
    where = course / place
    arguments = [T1, "--for", platform, *files, "--to", where]
    if place.startswith("handback"):
        where = course / "handback" / f"{platform}-{T1}.{'csv' if files else 'zip'}"
        arguments = arguments[:-2]
    assert export(course, *arguments) == 0
    assert export(course, *arguments) == 0
    written = where.read_bytes()
    where.write_bytes(written + b"my own note")
    capsys.readouterr()
    assert export(course, *arguments) == 2
    said = capsys.readouterr().err
    assert "is there, and is not as it was written here: say another file by --to, or" in said
    assert len(said.splitlines()) == 1
    assert where.read_bytes() == written + b"my own note"
    (course / ".nmautils" / "handback.json").write_text("{damaged")
    assert export(course, *arguments) == 2
    assert export(course, *arguments, "--force") == 0
    assert where.read_bytes() != written + b"my own note"
    assert export(course, *arguments) == 0
