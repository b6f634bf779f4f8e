"""``nmautils return`` in whole courses: pages by platform, in folders, and by mail."""

import csv
import io
import os
import shutil
import time
import zipfile

import pytest

from nmautils.cli import main
from nmautils.course.gradebook import open_gradebook
from nmautils.grading.record.records import record_path
from nmautils.people.collected import Collected, note_collected
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.mail_server import PASSWORD, mail_server
from tests.support.marked_class import T1, T2, write_class
from tests.support.platform_parsers import canvas_submissions, moodle_feedback

PEOPLE = {
    "ada": ("Lovelace", "Ada", "ada@uni.example"),
    "bob": ("Ångström", "Bo", "bob@uni.example"),
    "eve": ("Nkosi", "Eve", ""),
}
SCORES = {
    T1: {"ada": 7.5, "bob": 10.0, "eve": 2.0, "leo": None},
    T2: {"ada": 3.0, "bob": None, "eve": None},
}
MAIL = '[mail]\nserver = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "me@uni.example"\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    for name, plain in (("ours", False), ("plain", True)):
        (folder / name).mkdir()
        write_class(folder / name, SCORES, PEOPLE, plain=plain, waiting=(("ada", T1),))
    return folder


@pytest.fixture(params=["ours", "plain"])
def course(request, made, tmp_path):
    return shutil.copytree(made / request.param, tmp_path / "course")


@pytest.fixture
def ours(made, tmp_path):
    return shutil.copytree(made / "ours", tmp_path / "course")


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


def give_back(course, *arguments):
    return main(["return", *map(str, arguments), "--root", str(course)])


def page(course, student, assignment=T1):
    return course / "feedback" / student / assignment / f"{assignment}.html"


# --- pages -------------------------------------------------------------------------------------


def test_everybody_has_a_folder_with_a_page_that_calls_them_by_name(course, capsys):
    assert give_back(course, T1, "--for", "folder") == 0
    folder = course / "handback" / "feedback" / T1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{T1}: in 1 page answers wait for a person",
        f"{folder}: 3 folders and index.csv",
    ]
    names = {"Lovelace, Ada (ada)", "Ångström, Bo (bob)", "Nkosi, Eve (eve)"}
    assert {path.name for path in folder.iterdir()} == names | {"index.csv"}
    text = (folder / "Lovelace, Ada (ada)" / f"{T1}.html").read_text()
    assert "Feedback for Ada Lovelace" in text
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    points = {row["id"]: (row["points"], row["of"]) for row in rows}
    assert points == {"ada": ("7.5", "10"), "bob": ("10", "10"), "eve": ("2", "10")}


def test_the_rosters_name_counts_before_that_of_the_gradebook(ours):
    write_roster(ours, Roster((Person("ada", "Byron", "Augusta Ada"), Person("bob"))))
    assert give_back(ours, T1, "--for", "folder") == 0
    assert "Feedback for Augusta Ada Byron" in page(ours, "ada").read_text()
    assert "Feedback for Bo Ångström" in page(ours, "bob").read_text()


def test_a_page_older_than_the_marks_is_made_anew_and_a_newer_one_is_kept(ours):
    assert give_back(ours, T1, "--for", "folder") == 0
    kept = page(ours, "ada")
    kept.write_text("as I want it")
    assert give_back(ours, T1, "--for", "folder") == 0
    assert kept.read_text() == "as I want it"
    with open_gradebook(ours) as gradebook:
        gradebook.find_grade("sum_test", T1, T1, "ada").manual_score = 9.0
        gradebook.db.commit()
    later = time.time() + 5
    os.utime(ours / "gradebook.db", (later, later))
    assert give_back(ours, T1, "--for", "folder") == 0
    assert "Feedback for Ada Lovelace" in kept.read_text()


def test_a_page_that_cannot_be_made_is_told_and_the_others_are_handed_back(ours, capsys):
    record_path(ours, T1, "eve").unlink()
    assert give_back(ours, T1, "--for", "folder") == 1
    said = capsys.readouterr().out
    assert f"needs you: {T1}: eve: there is no page that is as new as the marks: run " in said
    assert f"`nbgrader generate_feedback {T1} --force`" in said
    assert "2 folders and index.csv" in said


def test_work_that_is_not_graded_is_told(ours, capsys):
    (ours / "submitted" / "leo" / T1).mkdir(parents=True)
    assert give_back(ours, T1, "--for", "folder") == 1
    assert f"needs you: {T1}: leo: not graded; run `nmautils grade`" in capsys.readouterr().out


def test_who_is_excused_gets_no_page(ours, capsys):
    (ours / "arrangements.csv").write_text(f"student,assignment,excused\neve,{T1},yes\n")
    assert give_back(ours, T1, "--for", "folder") == 0
    said = capsys.readouterr().out
    assert f"{T1}: eve is excused, so no page goes back" in said
    assert "2 folders and index.csv" in said


# --- platforms ---------------------------------------------------------------------------------


def test_moodle_and_canvas_get_the_names_that_they_know(course, capsys):
    note_collected(
        course,
        [
            Collected("ada", T1, "moodle", "4711", "Ada Lovelace_4711_assignsubmission_file"),
            Collected("bob", T1, "canvas", "102", f"angstrombo_102_9002_{T1}.ipynb"),
        ],
    )
    assert give_back(course, T1, "--for", "moodle") == 1
    said = capsys.readouterr().out
    assert f"needs you: {T1}: bob: the hand-in came from canvas, not from moodle" in said
    assert "upload it: the assignment > Submissions > Upload multiple feedback files" in said
    raw = (course / "handback" / f"moodle-feedback-{T1}.zip").read_bytes()
    (files,) = moodle_feedback(raw, {4711}).values()
    assert b"Feedback for Ada Lovelace" in files[f"feedback-{T1}.html"]
    assert give_back(course, T1, "--for", "canvas", "--to", course / "mine.zip") == 1
    read = canvas_submissions((course / "mine.zip").read_bytes(), {9002: (102, f"{T1}.ipynb")})
    assert list(read.comments) == [102]
    assert "Feedback for Bo Ångström" in read.comments[102][0][1].decode()


def test_without_anything_from_a_platform_no_archive_is_written(course, capsys):
    assert give_back(course, T1, "--for", "brightspace") == 1
    assert (
        f"{T1}: no hand-in came from brightspace, so nothing is written" in capsys.readouterr().out
    )
    assert not (course / "handback").exists()


# --- mail --------------------------------------------------------------------------------------


def say_server(course, server):
    toml = (course / "course.toml").read_text()
    (course / "course.toml").write_text(MAIL.format(port=server.port) + toml)


def test_nothing_is_sent_before_the_instructor_says_so(ours, server, capsys):
    say_server(ours, server)
    assert give_back(ours, T1, "--for", "mail") == 1
    said = capsys.readouterr().out.splitlines()
    assert server.letters == []
    assert f"{T1}: Ada Lovelace <ada@uni.example>" in said
    assert f"{T1}: Bo Ångström <bob@uni.example>" in said
    start = said.index("the first of them:")
    assert said[start : start + 10] == [
        "the first of them:",
        "",
        "From: me@uni.example",
        "To: ada@uni.example",
        "Subject: Your feedback on Decoding Neural Responses",
        "",
        "Dear Ada Lovelace,",
        "",
        "your feedback on Decoding Neural Responses is attached: open it in a browser. You have "
        "7.5 of 10 points.",
        "",
    ]
    assert said[start + 10 : start + 12] == [f"attached: {T1}.html", ""]
    assert "2 letters to be sent; nothing is sent without --send" in said
    assert said[-1] == f"needs you: {T1}: Eve Nkosi (eve): no e-mail address is known"
    assert not (ours / ".nmautils" / "sent.jsonl").exists()


def test_letters_are_sent_once(ours, server, capsys):
    say_server(ours, server)
    assert give_back(ours, T1, "--for", "mail", "--send") == 1
    assert sorted(to for _, (to,), _ in server.letters) == ["ada@uni.example", "bob@uni.example"]
    for _, (to,), message in server.letters:
        (attached,) = message.iter_attachments()
        name = {"ada@uni.example": "Ada Lovelace", "bob@uni.example": "Bo Ångström"}[to]
        assert f"Feedback for {name}" in attached.get_content()
    capsys.readouterr()
    assert give_back(ours, T1, "--for", "mail", "--send") == 1
    assert len(server.letters) == 2
    said = capsys.readouterr().out
    assert "0 letters sent" in said
    assert "2 letters sent before" in said
    assert give_back(ours, "--for", "mail", "--send") == 1  # the other assignment's
    assert len(server.letters) == 3


def test_one_person_at_a_time_and_a_course_without_toml(made, tmp_path, server, capsys):
    course = shutil.copytree(made / "plain", tmp_path / "course")
    options = ["--for", "mail", "--send", "--student", "bob", "--security", "none"]
    assert give_back(course, T1, *options) == 2
    assert "no mail server: write server and from into [mail] of course.toml, or say --server" in (
        capsys.readouterr().err
    )
    options += ["--server", f"127.0.0.1:{server.port}", "--from", "me@uni.example"]
    assert give_back(course, T1, *options) == 0
    assert [to for _, to, _ in server.letters] == [["bob@uni.example"]]


def test_the_password_is_asked_for_or_in_the_environment_and_never_in_a_file(
    ours, server, capsys, monkeypatch
):
    say_server(ours, server)
    toml = (ours / "course.toml").read_text().replace("[mail]", '[mail]\nuser = "me"')
    (ours / "course.toml").write_text(toml)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert give_back(ours, T1, "--for", "mail", "--send") == 2
    assert "no password for me: set NMAUTILS_MAIL_PASSWORD" in capsys.readouterr().err
    monkeypatch.setenv("NMAUTILS_MAIL_PASSWORD", PASSWORD)
    assert give_back(ours, T1, "--for", "mail", "--send") == 1
    assert server.logins == [("me", PASSWORD)]
    kept = [path.read_bytes() for path in ours.rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in raw for raw in kept)
    (ours / "course.toml").write_text(toml.replace("[mail]", '[mail]\npassword = "right"'))
    assert give_back(ours, T1, "--for", "mail") == 2
    assert "unknown key 'password'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["tutorial9", "--for", "folder"], "unknown assignment 'tutorial9'"),
        (["--for", "folder", "--student", "zoe"], "unknown student zoe"),
        (["--for", "moodle", "--send"], "--send, --again, --server and --from go with"),
        (["--for", "canvas", "--to", "x.zip"], "--to takes one archive: say one assignment"),
        (["--for", "mail", "--server", "a:99999"], "--server: port is 99999, must be between"),
        (["--for", "mail", "--server", "a b"], "--server is 'a b', must be a name such as"),
        (["--for", "mail", "--from", "a@x.org\nBcc: b@x.org"], "--from is 'a@x.org\\nBcc: b"),
        (["--for", "mail", "--from", "a@x.org, b@x.org"], "must be an address, one alone"),
        (["--for", "mail", "--server", "a:b"], "--server is 'a:b', must be HOST or HOST:PORT"),
    ],
)
def test_what_is_not_clear_is_one_line(ours, capsys, arguments, why):
    assert give_back(ours, *arguments) == 2
    said = capsys.readouterr().err
    assert why in said
    assert len(said.splitlines()) == 1


def test_a_file_of_another_name_is_no_page(ours):
    """What a person put beside the pages is not handed back."""
    assert give_back(ours, T1, "--for", "folder") == 0
    (page(ours, "ada").parent / "notes.html").write_text("for me")
    note_collected(ours, [Collected("ada", T1, "moodle", "1", "A_1_assignsubmission_file")])
    give_back(ours, T1, "--for", "moodle")
    with zipfile.ZipFile(ours / "handback" / f"moodle-feedback-{T1}.zip") as archive:
        assert archive.namelist() == [f"A_1_assignsubmission_file/feedback-{T1}.html"]


def test_an_archive_is_written_over_no_file_of_the_course_and_none_of_another(ours, capsys):
    note_collected(ours, [Collected("ada", T1, "moodle", "1", "A_1_assignsubmission_file")])
    mine = ours / "mine.zip"
    mine.write_bytes(b"my own")
    before = (ours / "gradebook.db").read_bytes()
    for place, options, why in [
        ("gradebook.db", ["--force"], "is of the course itself, so nothing is written"),
        ("mine.zip", [], "is there, and is not as it was written here"),
    ]:
        capsys.readouterr()
        assert give_back(ours, T1, "--for", "moodle", "--to", ours / place, *options) == 2
        said = capsys.readouterr().err
        assert why in said
        assert len(said.splitlines()) == 1
    assert (mine.read_bytes(), (ours / "gradebook.db").read_bytes()) == (b"my own", before)
    assert give_back(ours, T1, "--for", "moodle", "--to", mine, "--force") == 1
    assert give_back(ours, T1, "--for", "moodle", "--to", mine) == 1
    assert zipfile.is_zipfile(mine)


def test_folders_are_made_in_none_of_the_course_and_not_beside_anothers_table(ours, capsys):
    mine = ours / "mine" / T1 / "index.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own")
    before = sorted(ours.rglob("*.html"))
    for place, options, why in [
        ("submitted", ["--force"], "is of the course itself, so nothing is written"),
        ("mine", [], "is there, and is not as it was written here"),
    ]:
        capsys.readouterr()
        assert give_back(ours, T1, "--for", "folder", "--to", ours / place, *options) == 2
        said = capsys.readouterr().err
        assert why in said
        assert len(said.splitlines()) == 1
    assert mine.read_text() == "my own"
    assert not [path for path in ours.rglob("*.html") if path.parent.parent == mine.parent]
    assert not list((ours / "submitted" / T1).glob("*"))
    for options in (["--force"], []):
        assert give_back(ours, T1, "--for", "folder", "--to", ours / "mine", *options) == 0
    assert len(sorted(ours.rglob("*.html"))) > len(before)
