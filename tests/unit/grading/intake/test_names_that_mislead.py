"""Names by which a student, or chance, would have one person's work counted as another's."""

import io
import zipfile

import pytest

from nmautils.cli import main
from nmautils.errors import CourseError
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.owners import agree
from nmautils.people.collected import read_collected
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.inbox import MORNING, T1, course, notebook, put, put_zip

__all__ = ["course"]

JANE = Person("jane", "Doe", "Jane", "jane@example.org")
BOB = Person("bob", "Roe", "Bob", "bob@example.org")


def run(course, **options):
    lines = []
    return collect(course, say=lines.append, **options), lines


def work(course, student):
    return (course / "submitted" / student / T1 / f"{T1}.ipynb").read_bytes()


def stamp(course, student):
    path = course / "submitted" / student / T1 / "timestamp.txt"
    return path.read_text().removesuffix("+00:00")


# --- two accounts --------------------------------------------------------------------------------

GRADESCOPE = """---
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '1'
    :email: j1@example.net
  :created_at: 2030-05-01 10:00:00.0 Z
submission_2:
  :submitters:
  - :name: Jane Doe
    :sid: '2'
    :email: j2@example.net
  :created_at: 2030-05-02 10:00:00.0 Z
"""
BRIGHTSPACE = "{} - Jane Doe - Jan {}, 2030 300 PM"
PAIRS = {
    "canvas": (f"doejane_111_5_{T1}.ipynb", f"doejane_222_6_{T1}.ipynb"),
    "moodle": tuple(f"Jane Doe_{i}_assignsubmission_file/{T1}.ipynb" for i in (11, 22)),
    "sakai": tuple(f"T/Doe, Jane(jdoe{i})/Submission attachment(s)/{T1}.ipynb" for i in (1, 2)),
    "ilias": tuple(f"Doe_Jane_jdoe{i}_{i}11/{T1}.ipynb" for i in (1, 2)),
    "gradescope": tuple(f"submission_{i}/{T1}.ipynb" for i in (1, 2)),
    "brightspace": tuple(f"{BRIGHTSPACE.format(f'{i}-1', 20 + i)}/{T1}.ipynb" for i in (11, 9)),
    "brightspace, one first number": tuple(
        f"{BRIGHTSPACE.format(f'777-{i}', 20 + i)}/{T1}.ipynb" for i in (1, 2)
    ),
}


# Each with a roster and without; there another login of Sakai or ILIAS is another student.
CASES = [(name, True) for name in PAIRS] + [
    (name, False) for name in PAIRS if name not in ("sakai", "ilias")
]


def pack(course, name, platform, which):
    files = {PAIRS[platform][i]: notebook(f"{i}") for i in which}
    if platform == "gradescope":
        files["submission_metadata.yml"] = GRADESCOPE.encode()
    put_zip(course, name, files)


@pytest.mark.parametrize(("platform", "with_roster"), CASES)
def test_two_accounts_of_one_name_are_asked_about(course, platform, with_roster):
    if with_roster:
        write_roster(course, Roster((JANE, BOB)))
    pack(course, "submissions.zip", platform, (0, 1))
    done, _ = run(course)
    assert (done.new, done.older) == ([], [])
    assert "several people are called " in " | ".join(why for _, why in done.refused)


@pytest.mark.parametrize(("platform", "with_roster"), CASES)
def test_an_account_replaces_no_other_one_in_a_later_run(course, platform, with_roster):
    if with_roster:
        write_roster(course, Roster((JANE, BOB)))
    pack(course, "first.zip", platform, (0,))
    done, _ = run(course)
    assert len(done.new) == 1
    student = done.new[0].partition("/")[0]
    (course / "inbox" / "first.zip").unlink()
    pack(course, "second.zip", platform, (1,))
    done, _ = run(course)
    assert done.new == []
    assert len(done.refused) == 1
    assert work(course, student) == notebook("0")
    assert len(read_collected(course)) == 1


def test_an_account_that_the_roster_tells_is_collected(course):
    numbers = {"canvas": frozenset({"111", "222"})}
    write_roster(course, Roster((Person("jane", "Doe", "Jane", numbers=numbers), BOB)))
    pack(course, "first.zip", "canvas", (0,))
    assert run(course)[0].new == [f"jane/{T1}"]
    pack(course, "second.zip", "canvas", (1,))
    assert "several people" not in " ".join(why for _, why in run(course)[0].refused)


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("jane", "Jane Doe", True),
        ("jane_doe", "doejane", True),
        ("Doe, Jane", "janedoe", True),
        ("", "jane", True),
        ("an", "anna", False),
        ("an", "smithanna", False),
        ("Li An", "Lian Berg", False),
        ("bob", "bobby roe", False),
    ],
)
def test_only_whole_words_of_names_agree(one, other, same):
    assert agree(one, other) is agree(other, one) is same


@pytest.mark.parametrize("with_roster", [False, True])
@pytest.mark.parametrize(
    "inner", [f"smithanna_1_2_{T1}.ipynb", f"Anna Smith_1_assignsubmission_file/{T1}.ipynb",
              f"anna_{T1}.ipynb"],
)  # fmt: skip
def test_a_folder_hands_its_work_to_nobody_else(course, inner, with_roster):
    if with_roster:
        people = (Person("an", "Li", "An"), Person("anna", "Smith", "Anna"))
        write_roster(course, Roster(people))
    put(course, f"an/{inner}", notebook("of an"))
    done, _ = run(course)
    if done.new:  # with a roster, what the instructor's folder says is enough
        assert done.new == [f"an/{T1}"]
    else:
        assert len(done.refused) == 1
    assert not (course / "submitted" / "anna").exists()


def test_a_students_text_does_not_say_whose_blackboards_files_are(course):
    head = "Tutorial 1_{}_attempt_2030-01-{}-15-00-00"
    evil, bob = head.format("evil_bob", 30), head.format("bob", 29)
    put_zip(course, "submissions.zip", {
        f"{evil}_{T1}.ipynb": notebook("evil"),
        f"{evil}.txt": b"Name: Evil (evil_bob)\n",
        f"{evil}_x_attempt_1.txt": b"Name: Bob (bob)\n",
        f"{bob}_{T1}.ipynb": notebook("bob"),
        f"{bob}.txt": b"Name: Bob (bob)\n",
    })  # fmt: skip
    done, _ = run(course)
    assert sorted(done.new) == [f"bob/{T1}", f"evil_bob/{T1}"]
    assert work(course, "bob") == notebook("bob")


def test_blackboards_user_names_are_not_guessed(course):
    write_roster(course, Roster((JANE, BOB)))
    put_zip(course, "submissions.zip", {
        f"T_uni_{who}_attempt_2030-01-30-15-00-00_{T1}.ipynb": notebook(who)
        for who in ("jane", "bob")
    })  # fmt: skip
    done, _ = run(course)
    assert done.new == []
    assert all("Blackboard's text beside it is missing" in why for _, why in done.refused)
    assert len(done.refused) == 2


@pytest.mark.parametrize("depth", range(7))
def test_no_folder_around_what_a_platform_wrote_is_a_student(course, depth):
    around = "".join(f"{letter}/" for letter in "abcdefg"[:depth])
    put_zip(course, "download.zip", {
        f"{around}Jane Doe_1_assignsubmission_file_/{T1}.ipynb": notebook(),
    })  # fmt: skip
    assert run(course)[0].new == [f"Jane_Doe/{T1}"]


def test_a_folder_that_half_looks_like_a_platforms_is_no_student(course):
    put_zip(course, "download.zip", {
        f"{name}/{T1}.ipynb": notebook(name) for name in ("Doe_Jane_jdoe_123", "Roe_Bob_bob_2024")
    })  # fmt: skip
    done, _ = run(course)
    assert done.new == []
    assert "1 of 2 names in it are as ILIAS writes them" in done.refused[0][1]


# --- when ----------------------------------------------------------------------------------------

JULY = MORNING + 80 * 24 * 3600


@pytest.mark.parametrize(
    "place",
    [
        f"jane_{T1}_2020-01-01-00-00-00.ipynb",
        f"jane/jane+{T1}+2020-01-01 00:00:00 UTC/{T1}.ipynb",
        f"jane/777-1 - Jane - Jan 30, 2020 300 PM/{T1}.ipynb",
        f"jane/T_jane_attempt_2020-01-01-00-00-00_{T1}.ipynb",
    ],
)
def test_a_time_that_a_student_may_have_written_does_not_count(course, place):
    put(course, place, when=JULY)
    assert run(course)[0].new == [f"jane/{T1}"]
    assert stamp(course, "jane") == "2030-07-20 08:00:00"


@pytest.mark.parametrize(
    "inner", [f"jane+{T1}+2020-01-01 00:00:00 UTC", "777-1 - Jane Doe - Jan 30, 2020 300 PM"]
)
def test_no_archive_of_a_students_own_is_a_platforms(course, inner):
    put_zip(course, "jane.zip", {f"{inner}/{T1}.ipynb": notebook()})
    done, _ = run(course)
    assert done.new == []
    assert "it is called like the one person in it" in done.refused[0][1]


def test_a_time_in_a_title_does_not_count(course):
    put(course, f"drive/Jane Doe - {T1} 2020-01-01 00-00-00.ipynb", when=JULY)
    put(course, f"drive/Bob Roe - {T1}.ipynb", when=MORNING)
    _, lines = run(course)
    assert stamp(course, "Jane_Doe") == "2030-07-20 08:00:00"
    assert any("may have written is no time of handing in" in line for line in lines)


@pytest.mark.parametrize("when", ["05.07.2030 10:00", "03/04/2030", "3-4-2030", "10:00 05.07.2030"])
def test_a_date_that_may_mean_two_days_is_not_guessed(course, when, capsys):
    put(course, f"jane/{T1}.ipynb")
    run(course)
    before = stamp(course, "jane")
    assert main(["time", "jane", T1, when, "--root", str(course)]) == 2
    assert "its date does not begin with the year" in capsys.readouterr().err
    (course / "t.csv").write_text(f"student,assignment,time\njane,{T1},{when}\n")
    with pytest.raises(CourseError, match="line 2: no time is"):
        run(course, times=course / "t.csv")
    assert stamp(course, "jane") == before


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("year", ["0001", "9999"])
def test_an_end_of_the_calendar_stops_nobody(course, zone, year):
    toml = (course / "course.toml").read_text()
    toml = toml.replace('# zone = "Europe/Berlin"', f'zone = "{zone}"')
    (course / "course.toml").write_text(toml)
    put(course, f"1-1 - Jane - Dec 31, {year} 1159 PM/{T1}.ipynb")
    put(course, f"1-2 - Ann - Jan 1, {year} 1200 AM/{T1}.ipynb")
    put(course, f"bob+{T1}+{year}-12-31 23:59:59 UTC/{T1}.ipynb")
    assert sorted(run(course)[0].new) == [f"Ann/{T1}", f"Jane/{T1}", f"bob/{T1}"]


def test_a_platforms_time_that_is_damaged_is_said(course):
    put(course, f"1-1 - Jane - Feb 30, 2030 300 PM/{T1}.ipynb")
    put_zip(course, "export.zip", {
        PAIRS["gradescope"][0]: notebook("bob"),
        "submission_metadata.yml": GRADESCOPE.partition("submission_2")[0]
        .replace("Jane Doe", "Bob").replace("2030-05-01", "2030-13-45").encode(),
    })  # fmt: skip
    _, lines = run(course)
    said = [line for line in lines if "the time that the platform writes cannot be read" in line]
    assert [line.split()[2] for line in said] == [f"Bob/{T1}:", f"Jane/{T1}:"]


def test_lines_of_times_that_are_of_no_hand_in_are_named_in_one_line(course):
    put(course, f"jane/{T1}.ipynb")
    rows = [f"jane,{T1},2030-01-31 23:30", "jane,tutorial1,2030-01-31", f"who,{T1},2030-01-31"]
    rows += [f"nobody{i},{T1},2030-01-31" for i in range(20)]
    (course / "t.csv").write_text("\n".join(["student,assignment,time", *rows]) + "\n")
    _, lines = run(course, times=course / "t.csv")
    (said,) = [line for line in lines if "no hand-in in the inbox is of" in line]
    assert "of line 3 (jane tutorial1), line 4 (who" in said
    assert " and 14 more; " in said
    assert stamp(course, "jane") == "2030-01-31 23:30:00"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("foo,bar\n", "neither the columns student, assignment and time nor"),
        (
            f"student,assignment,time\njane,{T1},2030-01-31\njane,{T1},2030-02-01\n",
            "line 3: jane .* has another time in line 2: leave the one that counts",
        ),
    ],
)
def test_a_list_of_times_that_contradicts_itself_is_one_line(course, text, why):
    put(course, f"jane/{T1}.ipynb")
    (course / "t.csv").write_text(text)
    with pytest.raises(CourseError, match=why):
        run(course, times=course / "t.csv")


# --- archives ------------------------------------------------------------------------------------


def test_the_exchanges_form_is_read_in_an_archive(course):
    names = [f"{who}+{T1}+2030-01-31 15:00:00 UTC" for who in ("jdoe", "broe")]
    put_zip(course, "exchange.zip", {f"{name}/{T1}.ipynb": notebook(name) for name in names})
    assert sorted(run(course)[0].new) == [f"broe/{T1}", f"jdoe/{T1}"]
    assert stamp(course, "jdoe") == "2030-01-31 15:00:00"


def test_what_is_damaged_in_a_students_archive_is_one_line(course):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(60):
            archive.writestr(f"{i}/{T1}.ipynb", notebook(f"{i}"))
        for entry in archive.infolist():
            entry.header_offset = 0  # all of them are one, and only the first is called so
    put_zip(course, "submissions.zip", {
        "jane_1_2_mine.zip": packed.getvalue(), f"bob_3_4_{T1}.ipynb": notebook("bob"),
    })  # fmt: skip
    done, _ = run(course)
    assert [why.partition(" (")[0] for _, why in done.refused] == ["damaged in its archive"]
    assert f"bob/{T1}" in done.new


@pytest.mark.parametrize("place", [f"C:/{T1}.ipynb", f"c:jane/{T1}.ipynb", f"jane/C:{T1}.ipynb"])
def test_a_drive_is_no_path_in_an_archive(course, place):
    put_zip(course, "submissions.zip", {place: notebook(), f"bob/{T1}.ipynb": notebook()})
    assert f"jane/{T1}" not in run(course)[0].new
