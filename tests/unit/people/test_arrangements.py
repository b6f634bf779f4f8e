"""What was agreed with single people: read from a file that a person may have edited, and kept."""

import shutil
import sqlite3
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.errors import CourseError
from nmautils.people.arrangements import (
    FILE_NAME,
    Arrangement,
    Arrangements,
    Clock,
    note_arrangement,
    read_arrangements,
)
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.paths import TINY_COURSE

BERLIN = ZoneInfo("Europe/Berlin")
WHEN = datetime(2031, 2, 3, 23, 59, tzinfo=BERLIN)


@pytest.fixture
def course(tmp_path):
    """A course in Berlin with one assignment, which is due on 31 January 2031 at noon."""
    root = shutil.copytree(TINY_COURSE, tmp_path / "course")
    toml = root / "course.toml"
    text = toml.read_text().replace('id = "tiny"', 'id = "tiny"\nzone = "Europe/Berlin"')
    toml.write_text(text)
    return root


def says(course, text, encoding="utf-8"):
    (course / FILE_NAME).write_bytes(text.encode(encoding))
    return read_arrangements(course)


def test_without_a_file_nothing_was_agreed(course):
    found = read_arrangements(course)
    assert found == Arrangements()
    assert not found.of("ada", "tiny").has_effect
    assert found.excused("tiny") == set()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (",,,,", Arrangement()),
        ("2031-02-03T23:59+01:00,,,", Arrangement(WHEN)),
        ("2031-02-03 23:59,,,", Arrangement(WHEN)),
        ("2031-02-03T22:59Z,,,", Arrangement(WHEN)),
        ("2031-02-03,,,", Arrangement(WHEN.replace(hour=12, minute=0))),  # as it was due
        (",3,,ill", Arrangement(days=3, note="ill")),
        (",3.0,No,", Arrangement(days=3)),
        (",0,x,", Arrangement(excused=True)),
        (",,TRUE,", Arrangement(excused=True)),
        (",,yes", Arrangement(excused=True)),
    ],
)
def test_a_line_says_what_was_agreed(course, cells, expected):
    found = says(course, f"student,assignment,until,days,excused,note,mine\nada,tiny,{cells}\n")
    assert found.of("ada", "tiny") == expected
    assert found.of("ada", "tiny/one") == expected  # a notebook of the assignment
    assert not found.of("bob", "tiny").has_effect
    assert found.excused("tiny") == ({"ada"} if expected.excused else set())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_what_excel_writes_is_read(course, encoding, sign):
    lines = ["student,assignment,excused", "", "jürgen,tiny,yes", "ada,tiny,no"]
    text = "\r\n".join(lines).replace(",", sign)
    assert says(course, text, encoding).excused("tiny") == {"jürgen"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ada,tiny,03.02.2031 23:59,,", "until is '03.02.2031 23:59', write 2030-01-31T23:59"),
        ("ada,tiny,2031-02-30,,", "until is '2031-02-30'"),
        ("ada,tiny,9999-12-31T23:59-12:00,,", "until is '9999-"),
        ("ada,tiny,soon,,", "until is 'soon'"),
        ("ada,tiny,,two,", "days is 'two', must be a whole number"),
        ("ada,tiny,,1.5,", "days is '1.5'"),
        ("ada,tiny,,-1,", "days is '-1'"),
        ("ada,tiny,,9999,", "days is '9999', must be a whole number, at most 3660"),
        ("ada,tiny,,٣,", "days is"),
        ("ada,tiny,2031-02-03,3,", "until and days are both given: keep one"),
        ("ada,tiny,,,maybe", "excused is 'maybe', must be yes or no"),
        ("ada,tinny,,,yes", r"there is no assignment 'tinny' \(did you mean 'tiny'\?\)"),
        ("bob,tiny,,,yes", "line 2 is about the same student and assignment"),
        (",tiny,,,yes", "no student"),
        ("ada,,,,yes", "no assignment"),
        ("ada,tiny,,,yes,and,more", "a cell stands in a column without a name"),
    ],
)
def test_a_mistake_is_one_line_with_its_number(course, line, why):
    with pytest.raises(CourseError, match=rf"arrangements\.csv, line 4: .*{why}") as error:
        says(course, f"student,assignment,until,days,excused\nbob,tiny,,2,\n\n{line}\n")
    assert "\n" not in str(error.value)


def test_with_a_roster_a_line_may_say_a_name_or_an_address_and_nobody_unknown(course):
    people = [
        Person("jd1", "Doe", "Jane", "jane@example.org"),
        Person("my1", "", "My"),
        Person("ada", "Lovelace", "Ada"),
    ]
    write_roster(course, Roster(tuple(people)))
    head = "student,assignment,excused\n"
    text = head + '"Doe, Jane",tiny,yes\nmy,tiny,yes\nADA,tiny,no\n'
    assert set(says(course, text).made) == {("jd1", "tiny"), ("my1", "tiny"), ("ada", "tiny")}
    with pytest.raises(CourseError, match="line 3: line 2 is about the same"):
        says(course, head + "jane@example.org,tiny,yes\njd1,tiny,no\n")
    with pytest.raises(CourseError, match=r"line 2: jane dow is not in roster\.csv; nearest: Jane"):
        says(course, head + "jane dow,tiny,yes\n")
    # Who has handed in is somebody, though the roster does not say who.
    (course / "submitted" / "guest").mkdir(parents=True)
    assert says(course, head + "guest,tiny,yes\n").excused("tiny") == {"guest"}
    with pytest.raises(CourseError, match="line 2"):
        says(course, head + "..,tiny,yes\n")


def test_what_is_written_is_read_again_and_others_lines_and_columns_stay(course):
    says(course, "student;assignment;days;asked by\r\nbob;tiny;2;mail\r\n")
    note_arrangement(course, "ada", "tiny", Arrangement(WHEN, note="ill, with a letter"))
    assert read_arrangements(course).of("ada", "tiny") == Arrangement(
        WHEN, 0, False, "ill, with a letter"
    )
    assert (course / FILE_NAME).read_text().splitlines() == [
        "student,assignment,until,days,excused,note,asked by",
        'ada,tiny,2031-02-03T23:59:00+01:00,,,"ill, with a letter",',
        "bob,tiny,,2,,,mail",
    ]
    note_arrangement(course, "bob", "tiny", Arrangement(excused=True))
    assert read_arrangements(course).of("bob", "tiny") == Arrangement(excused=True)
    note_arrangement(course, "ada", "tiny", Arrangement(note="not any more"))
    note_arrangement(course, "bob", "tiny", Arrangement())
    # A line that says nothing goes, but not what somebody else wrote there.
    assert (course / FILE_NAME).read_text().splitlines()[1:] == ["bob,tiny,,,,,mail"]


def test_a_new_file_is_nobody_elses_to_read(course):
    note_arrangement(course, "ada", "tiny", Arrangement(excused=True))
    assert (course / FILE_NAME).stat().st_mode & 0o077 == 0


def test_a_file_with_a_mistake_is_not_written_over(course):
    text = "student,assignment,days\nada,tiny,many\n"
    (course / FILE_NAME).write_text(text)
    with pytest.raises(CourseError, match="line 2"):
        note_arrangement(course, "bob", "tiny", Arrangement(days=1))
    assert (course / FILE_NAME).read_text() == text


@given(
    st.builds(
        Arrangement,
        st.none()
        | st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1)).map(
            lambda when: when.replace(microsecond=0, tzinfo=timezone(timedelta(hours=2)))
        ),
        excused=st.booleans(),
        note=st.text(st.characters(categories=["L", "N", "P", "Zs"])).map(str.strip),
    ),
    st.text(st.characters(categories=["L", "N", "P"]), min_size=1),
)
def test_any_student_and_note_comes_back(tmp_path_factory, made, student):
    course = shutil.copytree(TINY_COURSE, tmp_path_factory.mktemp("any") / "course")
    note_arrangement(course, student, "tiny", made)
    found = read_arrangements(course).made
    assert found == ({(student, "tiny"): made} if made.has_effect else {})


# Times that do not say everything


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-10-25 02:30", "2026-10-25 01:30"),  # shown twice: the later one
        ("2027-03-28 02:30", "2027-03-28 01:30"),  # not shown: as 3:30 of summer time
        ("2026-10-25", "2026-10-25 22:59"),
        ("2026-10-24", "2026-10-24 21:59"),
        ("2026-10-25T02:30+02:00", "2026-10-25 00:30"),
    ],
)
def test_a_time_without_a_zone_is_the_courses_also_when_the_clocks_change(text, utc):
    found = Clock(BERLIN, time(23, 59)).read(text)
    assert found.astimezone(timezone.utc).replace(tzinfo=None) == datetime.fromisoformat(utc)


# Mistakes that would have no effect


@pytest.mark.parametrize("place", ["submitted", "gradebook"])
def test_without_a_roster_who_is_known_is_found_and_who_is_not_is_told(course, place):
    head = "student,assignment,excused\n"
    if place == "submitted":
        (course / "submitted" / "jane" / "tiny").mkdir(parents=True)
    else:
        (course / "nbgrader_config.py").write_text("")
        with sqlite3.connect(course / "gradebook.db") as database:
            database.execute("CREATE TABLE student (id TEXT)")
            database.execute("INSERT INTO student VALUES ('jane')")
        database.close()
    found = says(course, head + "JANE,tiny,yes\nnobody,tiny,yes\njanne,tiny,no\n")
    assert found.excused("tiny") == {"jane", "nobody"}
    path = f"{course / FILE_NAME}, line"
    assert [line.partition(" in ")[0] for line in found.unknown] == [
        f"{path} 3: nobody is called 'nobody'",
        f"{path} 4: nobody is called 'janne'",
    ]
    assert "(did you mean 'jane'?)" in found.unknown[1]
    with pytest.raises(CourseError, match="line 3: line 2 is about the same student"):
        says(course, head + "JANE,tiny,yes\njane,tiny,no\n")
    says(course, head + "JANE,tiny,yes\n")
    note_arrangement(course, "jane", "tiny", Arrangement(days=2))
    assert read_arrangements(course).made == {("jane", "tiny"): Arrangement(days=2)}


def test_while_nobody_has_handed_in_everybody_may_be_somebody(course):
    assert says(course, "student,assignment,excused\nnobody,tiny,yes\n").unknown == ()


def test_two_who_differ_in_letters_only_are_not_mixed_up(course):
    for name in ["Jane", "jane"]:
        (course / "submitted" / name).mkdir(parents=True)
    found = says(course, "student,assignment,days\nJane,tiny,1\njane,tiny,2\nJANE,tiny,3\n")
    assert found.of("jane", "tiny").days == 2
    assert found.of("Jane", "tiny").days == 1
    assert len(found.unknown) == 1
    assert "line 4: nobody is called 'JANE'" in found.unknown[0]


@pytest.mark.parametrize(
    ("column", "meant"),
    [("excuse", "excused"), ("day", "days"), ("untill", "until"), ("Notes", "note")],
)
def test_a_column_that_looks_like_a_typo_is_refused_by_its_name(course, column, meant):
    with pytest.raises(CourseError, match=rf"a column '{column}' \(did you mean '{meant}'\?\)"):
        says(course, f"student,assignment,{column}\nada,tiny,\n")


def test_our_columns_may_be_written_in_capitals_and_others_are_the_instructors(course):
    text = "Student,Assignment,Days,Excused,asked by,tutor,date,reason\nada,tiny,2,yes,x,x,x,x\n"
    assert says(course, text).of("ada", "tiny") == Arrangement(days=2, excused=True)
