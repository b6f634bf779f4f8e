"""Who handed in and when, where several names, accounts, versions and times are found."""

import io
import zipfile
from datetime import datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nmautils.cli import main
from nmautils.errors import CourseError, UsageError
from nmautils.grading.intake import survey
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.ignored import IGNORED_FILE
from nmautils.people.collected import Collected, note_collected, read_collected
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.inbox import MORNING, T1, T2, course, notebook, put, put_zip, tree

__all__ = ["course"]

AFTER = (2030, 7, 3, 12, 0, 0)  # it was due on 30 June at 23:59
LATER = (2030, 7, 5, 12, 0, 0)


def run(course, *assignments, **options):
    lines = []
    return collect(course, assignments, say=lines.append, **options), lines


def content(course, student, assignment=T1):
    return (course / "submitted" / student / assignment / f"{assignment}.ipynb").read_bytes()


def stamp(course, student, assignment=T1):
    path = course / "submitted" / student / assignment / "timestamp.txt"
    return path.read_text().removesuffix("+00:00") if path.exists() else None


def roster(course, *people):
    write_roster(course, Roster(people))


# --- versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        (f"first/{T1}.ipynb", f"second/{T1}.ipynb"),
        (f"{T1}.ipynb", f"{T1}_final.ipynb"),
        (f"{T1}.ipynb", f"old/{T1}.ipynb"),
    ],
)
@pytest.mark.parametrize("place", ["ann/", "submissions.zip/ann_1_2_"])
def test_different_notebooks_without_marks_are_asked_about(course, names, place):
    files = {name: notebook(name) for name in names}
    if place.endswith("/"):
        for i, (name, raw) in enumerate(files.items()):
            put(course, place + name, raw, MORNING + i)
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, raw in files.items():
                archive.writestr(name, raw)
        put_zip(course, "submissions.zip", {"ann_1_2_x.zip": packed.getvalue()})
    done, _ = run(course)
    assert (done.new, done.older) == ([], [])
    ((where, why),) = done.refused
    assert where.count(T1) == 2
    assert why.startswith("different notebooks of ann, and nothing says which is the newest")
    (course / "submitted").mkdir(exist_ok=True)
    assert list((course / "submitted").iterdir()) == []


def test_canvas_counts_what_was_handed_in_again(course):
    names = [f"ann_1_{9 - i}_{T1}{mark}.ipynb" for i, mark in enumerate(["", "-1", "-2", "-10"])]
    put_zip(course, "submissions.zip", {name: notebook(name) for name in reversed(names)})
    done, _ = run(course)
    assert content(course, "ann") == notebook(names[-1])
    assert sorted(done.older) == sorted(f"submissions.zip/{name}" for name in names[:-1])


def test_teams_counts_the_last_version(course):
    for number in (1, 2, 10):
        place = f"Submitted files/Jane Doe/Tutorial 1/Version {number}"
        put(course, f"{place}/{T1}.ipynb", notebook(f"{number}"), MORNING + number)
    done, _ = run(course)
    assert content(course, "Jane_Doe") == notebook("10")
    assert len(done.older) == 2


def test_one_name_of_brightspace_may_be_two_people(course):
    put_zip(course, "b.zip", {
        f"1-2 - Jane Doe - Jan {day}, 2030 300 PM/{name}": notebook(f"{day}")
        for day, name in ((3, f"{T1}.ipynb"), (4, f"{T1}_final.ipynb"))
    } | {
        f"1-2 - Bo Li - Jan {day}, 2030 300 PM/{T1}.ipynb": notebook(f"bo {day}") for day in (3, 4)
    })  # fmt: skip
    done, _ = run(course)
    assert done.new == [f"Bo_Li/{T1}"]
    assert content(course, "Bo_Li") == notebook("bo 4")
    assert len(done.refused) == 1


def test_of_two_attachments_without_a_mark_none_is_taken(course):
    put_zip(course, "submissions.zip", {
        f"ann_1_2_{T1}.ipynb": notebook("one"), f"ann_1_3_{T1} draft.ipynb": notebook("two"),
    })  # fmt: skip
    assert [why.split(",")[0] for _, why in run(course)[0].refused] == [
        "different notebooks of ann"
    ]


def test_the_later_of_two_downloads_counts(course):
    for name, when in (("b.zip", AFTER), ("a.zip", LATER)):
        files = {f"{who}_{i}_2_{T1}.ipynb": notebook(name + who) for i, who in enumerate("xyz")}
        put_zip(course, name, files, when)
    done, _ = run(course)
    assert [content(course, who) for who in "xyz"] == [notebook(f"a.zip{who}") for who in "xyz"]
    assert len(done.older) == 3


def test_one_file_that_is_packed_as_canvas_names_it_replaces_nobodys_hand_in(course):
    files = {f"{who}_{i}_2_{T1}.ipynb": notebook(who) for i, who in enumerate("xyz")}
    put_zip(course, "submissions.zip", files, AFTER)
    put_zip(course, "mine.zip", {f"x_0_9_{T1}-1.ipynb": notebook("forged")}, LATER)
    done, _ = run(course)
    assert sorted(done.new) == [f"y/{T1}", f"z/{T1}"]
    ((where, _),) = done.refused
    assert set(where.split(", ")) == {
        f"submissions.zip/x_0_2_{T1}.ipynb", f"mine.zip/x_0_9_{T1}-1.ipynb",
    }  # fmt: skip


# --- accounts ------------------------------------------------------------------------------------


def test_two_people_of_one_name_never_meet_in_two_archives(course):
    put_zip(course, "one.zip", {f"doejane_12345_1_{T1}.ipynb": notebook("one")})
    put_zip(course, "two.zip", {f"doejane_999_2_{T2}.ipynb": notebook("two")})
    done, _ = run(course)
    assert done.new == []
    assert len(done.refused) == 2
    assert all("called doejane (Canvas 12345, Canvas 999)" in why for _, why in done.refused)


def test_two_people_of_one_name_never_meet_in_two_runs(course):
    put_zip(course, "one.zip", {f"doejane_12345_1_{T1}.ipynb": notebook("one")})
    assert run(course)[0].new == [f"doejane/{T1}"]
    put_zip(course, "two.zip", {
        f"doejane_999_2_{T2}.ipynb": notebook("two"),
        f"doejane_12345_3_{T2}-1.ipynb": notebook("of the first"),
    })  # fmt: skip
    done, _ = run(course, T1)
    assert done.unchanged == [f"doejane/{T1}"]
    (course / "inbox" / "two.zip").unlink()
    put_zip(course, "two.zip", {f"doejane_999_2_{T1}.ipynb": notebook("two")}, LATER)
    done, _ = run(course)
    assert done.new == []
    assert content(course, "doejane") == notebook("one")


def test_moodles_number_is_another_one_in_each_assignment(course):
    put(course, f"Jane Doe_7_assignsubmission_file/{T1}.ipynb")
    put(course, f"Jane Doe_8_assignsubmission_file/{T2}.ipynb")
    assert run(course)[0].new == [f"Jane_Doe/{T1}", f"Jane_Doe/{T2}"]
    put(course, f"Jane Doe_9_assignsubmission_file/{T2}.ipynb", notebook("of another"))
    done, _ = run(course)
    assert done.new == []
    assert "called Jane_Doe (Moodle 8, Moodle 9)" in done.refused[0][1]


def test_an_account_that_has_another_name_now_is_asked_about(course):
    note_collected(course, [Collected("doejane", T2, "canvas", "12345")])
    put_zip(course, "one.zip", {f"roejoe_12345_1_{T1}.ipynb": notebook("one")})
    done, _ = run(course)
    assert done.new == []
    assert "Canvas 12345 was doejane so far, and is called roejoe here" in done.refused[0][1]


def test_what_was_collected_is_noted(course):
    put_zip(course, "s.zip", {f"doejane_LATE_12345_6_{T1}-1.ipynb": notebook()}, AFTER)
    put(course, f"Jane Doe_7_assignsubmission_file_/{T1}.ipynb", when=MORNING)
    put(course, f"bob_{T1}.ipynb", when=MORNING)
    put(course, f"T_1_x_attempt_2030-07-02-08-00-00_{T1}.ipynb")
    run(course)
    notes = {note.student: note for note in read_collected(course).values()}
    assert notes == {
        "doejane": Collected(
            "doejane", T1, "canvas", "12345", f"doejane_LATE_12345_6_{T1}-1.ipynb",
            None, "yes",
        ),
        "Jane_Doe": Collected(
            "Jane_Doe", T1, "moodle", "7", "Jane Doe_7_assignsubmission_file_",
            datetime(2030, 5, 1, 8), "no",
        ),
        "bob": Collected("bob", T1, time=datetime(2030, 5, 1, 8), late="no"),
        "x": Collected(
            "x", T1, "blackboard", "x", f"T_1_x_attempt_2030-07-02-08-00-00_{T1}.ipynb",
            datetime(2030, 7, 2, 8), "yes",
        ),
    }  # fmt: skip


# --- a roster ------------------------------------------------------------------------------------

JANE = Person("jd1", "Doe", "Jane", "jane@example.org", {"canvas": frozenset({"12345"})})
JOE = Person("99", "Doe", "Jane")
MY = Person("my", "", "My")


def test_a_roster_says_who_is_meant(course):
    roster(course, JANE, JOE, MY)
    put_zip(course, "s.zip", {
        f"doejane_12345_1_{T1}.ipynb": notebook("by number"),
        f"my_777_1_{T1}.ipynb": notebook("by name"),
    })  # fmt: skip
    put(course, f"99/{T1}.ipynb", notebook("by id"))
    put(course, f"jane@example.org_{T2}.ipynb", notebook("by e-mail"))
    put(course, f"JD1/final_{T2}.ipynb", notebook("by e-mail"))
    done, lines = run(course)
    assert sorted(done.new) == [f"99/{T1}", f"jd1/{T1}", f"jd1/{T2}", f"my/{T1}"]
    assert content(course, "jd1") == notebook("by number")
    assert done.absent == {T2: ["my", "99"]}
    assert f"nothing    {T2}: 2 of 3 have handed in nothing: " in lines[-1]


def test_who_is_not_in_the_roster_is_asked_about_with_near_names(course):
    roster(course, JANE, JOE, MY)
    put_zip(course, "s.zip", {
        f"doejane_555_1_{T1}.ipynb": notebook("JOE, as no number says another"),
        f"doejames_556_1_{T1}.ipynb": notebook("nobody"),
    })  # fmt: skip
    put(course, f"Jane Doe/{T2}.ipynb", notebook("either"))
    done, _ = run(course)
    assert done.new == [f"99/{T1}"]
    reasons = dict(done.refused)
    assert "not in roster.csv; nearest: " in reasons[f"s.zip/doejames_556_1_{T1}.ipynb"]
    assert "may be any of 99, jd1" in reasons[f"Jane Doe/{T2}.ipynb"]


def test_an_account_that_was_noted_is_known_without_its_number_in_the_roster(course):
    roster(course, JANE, JOE)
    note_collected(course, [Collected("99", T2, "moodle", "7")])
    put(course, f"Participant_7_assignsubmission_file/{T1}.ipynb")
    put(course, f"Participant_8_assignsubmission_file/{T1}.ipynb")
    done, _ = run(course)
    assert done.new == [f"99/{T1}"]
    assert len(done.refused) == 1


def test_a_folder_from_before_there_was_a_roster_is_named(course):
    put_zip(course, "s.zip", {f"doejane_12345_1_{T1}.ipynb": notebook("jane")})
    run(course)
    roster(course, JANE)
    done, lines = run(course)
    assert done.new == [f"jd1/{T1}"]
    (said,) = [line for line in lines if line.startswith("look at")]
    assert "doejane: the roster says that this is jd1" in said
    assert said.endswith("remove submitted/doejane")


# --- when ----------------------------------------------------------------------------------------


def moodle(course, when=AFTER):
    files = {
        f"{who}_{i}_assignsubmission_file/{T1}.ipynb": notebook(who)
        for i, who in ((7, "Ann Li"), (8, "Bo Li"), (9, "Cy Li"))
    }
    put_zip(course, "moodle.zip", files, when)


WORKSHEET = """Identifier,"Full name","Last modified (submission)",Grade
"Participant 7","Ann Li","Sunday, 30 June 2030, 11:00 PM",
"Participant 8","Bo Li","Monday, 1 July 2030, 3:00 AM",
"Participant 9","Cy Li",-,
"""


def test_times_of_the_download_make_nobody_late(course):
    moodle(course)
    done, lines = run(course)
    assert len(done.new) == 3
    assert stamp(course, "Ann_Li") is None
    notes = read_collected(course)
    assert [(note.time, note.late) for note in notes.values()] == [(None, "unknown")] * 3
    (said,) = [line for line in lines if line.startswith("no times")]
    assert "moodle.zip: all of its times lie within minutes" in said
    after = tree(course)
    assert len(run(course)[0].unchanged) == 3
    assert tree(course) == after


def test_an_archive_that_was_unpacked_into_the_inbox_has_the_times_of_the_download_too(course):
    for number, who in enumerate(["Ann", "Bo"]):
        put(course, f"{who}_{number}_assignsubmission_file/{T1}.ipynb", notebook(who))
    _, lines = run(course)
    assert stamp(course, "Ann") is None
    assert sum(line.startswith("no times   all of Moodle in the inbox:") for line in lines) == 1


def test_times_that_lie_apart_are_those_of_the_files(course):
    put_zip(course, "moodle.zip", {
        zipfile.ZipInfo(f"{who}_{i}_assignsubmission_file/{T1}.ipynb", (2030, 5, 1, 8, i, 0)):
        notebook(who) for i, who in ((10, "Ann"), (21, "Bo"))
    })  # fmt: skip
    run(course)
    assert stamp(course, "Ann") == "2030-05-01 08:10:00"


@pytest.mark.parametrize("before", [False, True])
def test_moodles_worksheet_says_when(course, before):
    moodle(course)
    if before:
        run(course)
    (course / "sheet.csv").write_text("\ufeff" + WORKSHEET, encoding="utf-8")
    _, lines = run(course, times=course / "sheet.csv")
    assert stamp(course, "Ann_Li") == "2030-06-30 23:00:00"
    assert stamp(course, "Bo_Li") == "2030-07-01 03:00:00"
    assert stamp(course, "Cy_Li") is None
    late = {note.student: note.late for note in read_collected(course).values()}
    assert late == {"Ann_Li": "no", "Bo_Li": "yes", "Cy_Li": "unknown"}
    assert sum(line.startswith("time ") for line in lines) == 2 * before
    run(course)
    assert stamp(course, "Ann_Li") == "2030-06-30 23:00:00"


def test_a_table_says_when(course):
    roster(course, Person("al", "Li", "Ann"), Person("bl", "Li", "Bo"), Person("cl", "Li", "Cy"))
    moodle(course)
    (course / "t.csv").write_text(
        f"student;assignment;time\nAnn Li;{T1};2030-06-30 23:30+01:00\nbl;{T2};2030-01-01 10:00\n"
    )
    run(course, times=course / "t.csv")
    assert (stamp(course, "al"), stamp(course, "bl")) == ("2030-06-30 22:30:00", None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "neither the columns student, assignment and time nor those of Moodle"),
        (f"student,assignment,time\nx,{T1},soon\n", "line 2: no time is 'soon'"),
        (WORKSHEET.replace("June", "Juni").replace("30 ", "30. "), "in another language"),
        ("", "is empty"),
    ],
)
def test_a_list_of_times_that_cannot_be_read_is_one_line(course, text, why):
    moodle(course)
    (course / "t.csv").write_text(text)
    with pytest.raises(CourseError) as error:
        run(course, times=course / "t.csv")
    assert why in str(error.value)
    with pytest.raises(CourseError, match="no file"):
        run(course, times=course / "none.csv")
    assert not (course / "submitted").exists()


def test_a_name_in_a_list_of_times_that_two_people_have_is_one_line(course):
    numbers = {"js1": "11", "js2": "22"}
    people = [
        Person(id, "Smith", "John", "", {"moodle": frozenset({n})}) for id, n in numbers.items()
    ]
    roster(course, *people)
    put_zip(course, "moodle.zip", {
        f"John Smith_{n}_assignsubmission_file/{T1}.ipynb": notebook(id)
        for id, n in numbers.items()
    })  # fmt: skip
    (course / "t.csv").write_text(f"student,assignment,time\nJohn Smith,{T1},2030-07-05 10:00\n")
    with pytest.raises(CourseError, match="'John Smith', which may be js1 or js2: write their ids"):
        run(course, times=course / "t.csv")
    (course / "t.csv").write_text(f"student,assignment,time\njs2,{T1},2030-07-05 10:00\n")
    run(course, times=course / "t.csv")
    assert (stamp(course, "js1"), stamp(course, "js2")) == (None, "2030-07-05 10:00:00")


def test_a_person_says_when(course, capsys):
    moodle(course)
    run(course)
    call = ["time", "Ann_Li", T1, "2030-07-02", "10:00+02:00", "--root", str(course)]
    assert main(call) == 0
    assert "2030-07-02 08:00:00 UTC" in capsys.readouterr().out
    assert stamp(course, "Ann_Li") == "2030-07-02 08:00:00"
    note = read_collected(course)["Ann_Li", T1]
    assert (note.number, note.late, note.by) == ("7", "yes", "person")
    (course / "sheet.csv").write_text(WORKSHEET)
    run(course, times=course / "sheet.csv")
    assert stamp(course, "Ann_Li") == "2030-07-02 08:00:00"
    for words, why in (
        (["nobody", T1, "2030-07-02"], "nobody has handed in nothing"),
        (["Ann_Li", "t9", "2030-07-02"], "unknown assignment 't9'"),
        (["Ann_Li", T1, "soon"], "no time is 'soon'"),
        (["../submitted/Ann_Li", T1, "2030-07-02"], "has handed in nothing"),
    ):
        assert main(["time", *words, "--root", str(course)]) == 2
        err = capsys.readouterr().err
        assert why in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("said_by", ["command", "file"])
def test_a_time_that_a_person_wrote_outlives_a_download(course, said_by):
    files = {f"{who}_LATE_{i}_2_{T1}.ipynb": notebook(who) for i, who in enumerate("xyz")}
    put_zip(course, "one.zip", files, AFTER)
    _, lines = run(course)
    assert sum("the platform marks it LATE" in line for line in lines) == 3
    if said_by == "command":
        assert main(["time", "x", T1, "2030-07-01 10:00", "--root", str(course)]) == 0
    else:
        (course / "submitted" / "x" / T1 / "timestamp.txt").write_text("2030-07-01 10:00")
    again = {f"{who}_LATE_{i}_3_{T1}-1.ipynb": notebook(f"2{who}") for i, who in enumerate("xyz")}
    put_zip(course, "two.zip", again, LATER)
    done, lines = run(course)
    assert len(done.new) == 3
    assert content(course, "x") == notebook("2x")
    assert stamp(course, "x") == "2030-07-01 10:00:00"
    assert stamp(course, "y") is None
    assert any(f"x/{T1}: it keeps the time that a person wrote" in line for line in lines)
    run(course)
    assert stamp(course, "x") == "2030-07-01 10:00:00"


# --- what was dealt with, and how much is too much -----------------------------------------------


def test_what_was_dealt_with_is_not_asked_about_again(course, capsys):
    put(course, "ann/report.pdf", b"%PDF")
    put_zip(course, "class.zip", {f"bob_1_2_{T1}.ipynb": b"{", "cat_3_4_x.pdf": b"%PDF"})
    call = ["collect", "--root", str(course)]
    assert main(call) == 1
    assert "3 need you" in capsys.readouterr().out
    assert main([*call, "--ignore", "ann/report.pdf", "class.zip/"]) == 0
    out = capsys.readouterr().out
    assert out.count("\ndealt with ") == 3
    assert "0 need you, 3 dealt with before" in out
    assert main(call) == 0
    put(course, "ann/report.pdf", b"%PDF, another one")
    assert main(call) == 1
    assert "needs you  ann/report.pdf" in capsys.readouterr().out
    assert main([*call, "--ignore", "nowhere"]) == 2
    assert "nothing needs you at nowhere" in capsys.readouterr().err
    (course / IGNORED_FILE).unlink()
    assert main(call) == 1


def test_an_inbox_has_no_place_that_was_dealt_with(course):
    put(course, f"ann/{T1}.ipynb")
    with pytest.raises(UsageError):
        run(course, dealt_with=["ann"])


def large(text):
    output = new_output("display_data", {"text/plain": "A" * 2**16})
    cell = new_code_cell(text, id="one", outputs=[output])
    return nbformat.writes(new_notebook(cells=[cell])).encode()


@pytest.mark.parametrize("limit", ["STUDENT_BYTES", "STUDENT_NOTEBOOKS"])
def test_one_student_cannot_take_the_time_of_the_inbox(course, monkeypatch, limit):
    monkeypatch.setattr(survey, limit, {"STUDENT_BYTES": 2**18, "STUDENT_NOTEBOOKS": 4}[limit])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(50):
            archive.writestr(f"{T1} ({i}).ipynb", large(f"{i}"))
    put_zip(course, "s.zip", {
        f"ann_1_2_{T1}.ipynb": notebook("ann"),
        "bob_3_4_x.zip": packed.getvalue(),
        f"bob_3_5_{T1}.ipynb": notebook("bob"),
        f"cat_5_6_{T1}.ipynb": notebook("cat"),
    })  # fmt: skip
    done, _ = run(course)
    assert done.new == [f"ann/{T1}", f"cat/{T1}"]
    ((where, why),) = done.refused
    assert where.startswith("s.zip/bob_3_4_x.zip/")
    assert "from bob: nothing of theirs is collected" in why
