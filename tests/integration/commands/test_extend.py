"""``nmautils extend`` and ``nmautils excuse``, before and after a hand-in."""

import shutil
import sqlite3
import warnings
from datetime import datetime

import pytest

from nmautils.cli import main
from nmautils.course.gradebook import open_gradebook
from nmautils.grading.record.marks import read_marks
from nmautils.grading.record.records import grading_lock
from nmautils.people.arrangements import FILE_NAME, read_arrangements
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.paths import ROOT, TINY_COURSE

LATE = "\n[late]\ngrace_minutes = 10\nper_day = 0.25\nmaximum = 0.5\n"


@pytest.fixture
def course(tmp_path):
    """A course in Berlin; its one assignment is due on 24 October 2026 at 23:59."""
    root = shutil.copytree(TINY_COURSE, tmp_path / "course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    toml = root / "course.toml"
    text = toml.read_text().replace("2031-01-31T12:00:00+01:00", "2026-10-24T23:59:00")
    toml.write_text(text.replace('id = "tiny"', 'id = "tiny"\nzone = "Europe/Berlin"') + LATE)
    return root


def hand_in(root, student="ada", when=datetime(2026, 10, 26, 12), points=4.0):
    """Let a student hand in and be graded, as the gradebook has it."""
    (root / "submitted" / student / "tiny").mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), open_gradebook(root) as gradebook:
        warnings.simplefilter("ignore")  # at how nbgrader adds rows
        if not gradebook.assignments:
            gradebook.add_assignment("tiny", duedate=datetime(2026, 10, 24, 21, 59))
            gradebook.add_notebook("tiny", "tiny")
            gradebook.add_grade_cell("x_test", "tiny", "tiny", max_score=4, cell_type="code")
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission("tiny", student, timestamp=when)
        gradebook.find_grade("x_test", "tiny", "tiny", student).auto_score = points
        gradebook.db.commit()


def nmautils(root, *arguments):
    return main([*map(str, arguments), "--root", str(root)])


def lines(root):
    return (root / FILE_NAME).read_text().splitlines()[1:]


def mark(root, student="ada"):
    (row,) = read_marks(root, ["tiny"], [student])
    return row["late_submission_penalty"], row["score"]


def stored(root):
    with sqlite3.connect(root / "gradebook.db") as database:
        return database.execute("SELECT late_submission_penalty FROM submitted_notebook").fetchall()


def test_an_extension_before_the_hand_in_counts_when_it_comes(course, capsys):
    assert nmautils(course, "extend", "ada", "tiny", "--days", "2", "--note", "ill") == 0
    said = capsys.readouterr().out
    assert said == "ada may hand in tiny until Monday, 26 October 2026, 23:59 Europe/Berlin\n"
    assert lines(course) == ["ada,tiny,,2,,ill"]
    hand_in(course)  # on the 26th
    hand_in(course, "bob")
    assert mark(course) == (0, 4)
    assert mark(course, "bob") == (2, 2)


def test_an_extension_after_the_hand_in_counts_at_once_and_formgrader_sees_it(course, capsys):
    hand_in(course)
    assert mark(course) == (2, 2)
    assert nmautils(course, "extend", "ada", "tiny", "--days", "1") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("until Sunday, 25 October 2026, 23:59 Europe/Berlin")  # 25 hours
    assert said[1:] == ["mark now: 3 of 4, 1 taken off for lateness"]
    assert (mark(course), stored(course)) == ((1, 3), [(1.0,)])
    assert nmautils(course, "extend", "ada", "tiny", "--undo") == 0
    assert capsys.readouterr().out.startswith("ada has no extension for tiny any more\n")
    assert (mark(course), stored(course), lines(course)) == ((2, 2), [(2.0,)], [])


def test_who_is_excused_has_no_mark_until_that_is_undone(course, capsys):
    hand_in(course)
    (course / "feedback/ada/tiny").mkdir(parents=True)
    assert nmautils(course, "extend", "ada", "tiny", "--days", "1") == 0
    assert nmautils(course, "excuse", "ada", "tiny", "--note", "exam") == 0
    said = capsys.readouterr().out
    assert "ada is excused from tiny: no mark counts\nmark now: excused\n" in said
    assert "`nbgrader generate_feedback tiny --student ada --force` writes it again" in said
    assert lines(course) == ["ada,tiny,,1,yes,exam"]
    assert (mark(course), stored(course)) == ((0, None), [(None,)])
    assert nmautils(course, "extend", "ada", "tiny", "--days", "2") == 0
    assert ", but is excused all the same" in capsys.readouterr().out
    assert nmautils(course, "excuse", "ada", "tiny", "--undo") == 0
    assert "ada is not excused from tiny any more" in capsys.readouterr().out
    assert (mark(course), lines(course)) == ((0, 4), ["ada,tiny,,2,,exam"])
    assert nmautils(course, "excuse", "bob", "tiny", "--undo", "--new") == 0
    assert capsys.readouterr().out == "bob is not excused from tiny\n"
    assert lines(course) == ["ada,tiny,,2,,exam"]


@pytest.mark.parametrize(
    ("until", "kept", "said"),
    [
        ("2026-10-26T23:59+01:00", "2026-10-26T23:59:00+01:00", "Monday, 26 October 2026, 23:59"),
        ("2026-10-26 23:59", "2026-10-26T23:59:00+01:00", "Monday, 26 October 2026, 23:59"),
        ("2026-10-26", "2026-10-26T23:59:00+01:00", "Monday, 26 October 2026, 23:59"),
        ("2026-10-26 22:00 UTC", "2026-10-26T23:00:00+01:00", "Monday, 26 October 2026, 23:00"),
        ("2026-10-26 18:00 -0400", "2026-10-26T23:00:00+01:00", "Monday, 26 October 2026, 23:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30:00+01:00", "Sunday, 25 October 2026, 02:30"),
        ("2026-10-25 9:05", "2026-10-25T09:05:00+01:00", "Sunday, 25 October 2026, 09:05"),
    ],
)
def test_a_time_is_the_courses_unless_it_names_a_zone(course, capsys, until, kept, said):
    assert nmautils(course, "extend", "ada", "tiny", "--until", until) == 0
    assert capsys.readouterr().out == f"ada may hand in tiny until {said} Europe/Berlin\n"
    assert lines(course) == [f"ada,tiny,{kept},,,"]


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("26.10.2026 23:59", "write 2030-01-31T23:59"),
        ("10/26/2026", "write 2030-01-31T23:59"),
        ("tomorrow", "write 2030-01-31T23:59"),
        ("2026-10-32", "write 2030-01-31T23:59"),
        ("2026-10-26 CET", "write 2030-01-31T23:59"),
        ("2026-10-26 23:59 Europe/Berlim", "write 2030-01-31T23:59"),
        ("2026-10-24 23:59", "not after the due date, Saturday, 24 October 2026, 23:59"),
        ("2025-10-26", "not after the due date"),
    ],
)
def test_a_time_that_may_mean_another_or_changes_nothing_is_refused(course, capsys, until, why):
    assert nmautils(course, "extend", "ada", "tiny", "--until", until) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert why in err
    assert not (course / FILE_NAME).exists()


@pytest.mark.parametrize("days", ["0", "-1", "4000", "two", "1.5"])
def test_days_are_whole(course, capsys, days):
    assert nmautils(course, "extend", "ada", "tiny", "--days", days) == 2
    assert "--days" in capsys.readouterr().err


def refused(course, capsys, *arguments):
    assert nmautils(course, *arguments) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    return err


def test_whom_nobody_knows_is_asked_about(course, capsys):
    # Nothing is there to know anybody by.
    assert nmautils(course, "excuse", "jane", "tiny") == 0
    (course / FILE_NAME).unlink()
    hand_in(course, "jane")
    (course / "submitted" / "Zoë").mkdir()
    capsys.readouterr()
    said = refused(course, capsys, "excuse", "jnae", "tiny")
    assert "nobody is called 'jnae' in submitted/ or the gradebook (did you mean 'jane'?)" in said
    assert "say --new" in said
    assert nmautils(course, "excuse", "jnae", "tiny", "--new") == 0
    assert nmautils(course, "excuse", "JANE", "tiny") == 0
    assert nmautils(course, "excuse", "Zoe\u0308", "tiny") == 0  # as macOS writes it
    assert set(read_arrangements(course).made) == {(s, "tiny") for s in ("jnae", "jane", "Zoë")}
    capsys.readouterr()
    assert "(did you mean 'tiny'?); there are: tiny" in refused(
        course, capsys, "excuse", "jane", "tinny"
    )
    for name in ("", " ", "a/b", "..", "a\nb"):
        assert "is not the id of a student" in refused(
            course, capsys, "excuse", name, "tiny", "--new"
        )


def test_with_a_roster_names_and_addresses_say_who(course, capsys):
    people = [
        Person("jd1", "Doe", "Jane", "jane@example.org"),
        Person("my1", "", "My"),
        Person("s2", "Lee", "Min"),
        Person("s3", "Lee", "Min"),
    ]
    write_roster(course, Roster(tuple(people)))
    for name in ("Jane Doe", "jane@example.org", "JD1", "Doe, Jane"):
        assert nmautils(course, "excuse", name, "tiny") == 0
        assert "jd1 is excused" in capsys.readouterr().out
    assert nmautils(course, "extend", "My", "tiny", "--days", "2") == 0
    assert set(read_arrangements(course).made) == {("jd1", "tiny"), ("my1", "tiny")}
    capsys.readouterr()
    said = refused(course, capsys, "excuse", "Jane Dow", "tiny")
    assert "Jane Dow is not in roster.csv; nearest: Jane Doe (jd1)" in said
    assert "s2, s3" in refused(course, capsys, "excuse", "Min Lee", "tiny")
    (course / "submitted" / "guest").mkdir(parents=True)
    assert nmautils(course, "excuse", "guest", "tiny") == 0
    assert read_arrangements(course).excused("tiny") == {"jd1", "guest"}


def test_while_the_course_is_graded_an_extension_is_kept_all_the_same(course, capsys):
    hand_in(course)
    with grading_lock(course):
        assert nmautils(course, "extend", "ada", "tiny", "--days", "2") == 0
    said = capsys.readouterr().out
    assert "formgrader shows it only after the next `nmautils grade`" in said
    assert "mark now: 4 of 4" in said
    assert mark(course) == (0, 4)


def test_an_assignment_that_is_not_due_is_noted(course, capsys):
    toml = course / "course.toml"
    toml.write_text(toml.read_text().replace("due = 2026-10-24T23:59:00\n", ""))
    assert nmautils(course, "extend", "ada", "tiny", "--days", "2") == 0
    assert "counts once there is a due date" in capsys.readouterr().out


def test_a_file_with_a_mistake_stops_reading_and_writing_with_its_line(course, capsys):
    hand_in(course)
    (course / FILE_NAME).write_text("student,assignment,days\nada,tiny,many\n")
    for arguments in (
        ["marks"],
        ["excuse", "ada", "tiny"],
        ["extend", "ada", "tiny", "--days", "1"],
    ):
        assert "arrangements.csv, line 2: days is 'many'" in refused(course, capsys, *arguments)


# A course of nbgrader's, without course.toml

CONFIG = """
from nbgrader.plugins import LateSubmissionPlugin


class ADayAPoint(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 86400


c = get_config()
c.AssignLatePenalties.plugin_class = ADayAPoint
"""


def test_in_a_course_of_nbgraders_its_own_policy_takes_the_points(tmp_path, capsys):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    (tmp_path / "release" / "tiny").mkdir(parents=True)
    hand_in(tmp_path, when=datetime(2026, 10, 26, 21, 59))
    hand_in(tmp_path, "bob", when=datetime(2026, 10, 26, 21, 59))
    assert mark(tmp_path) == (0, 4)  # until it is graded here, what nbgrader stored holds
    assert nmautils(tmp_path, "extend", "ada", "tiny", "--days", "1") == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "ada may hand in tiny until Sunday, 25 October 2026, 21:59 UTC",
        "mark now: 3 of 4, 1 taken off for lateness",
    ]
    assert (mark(tmp_path), mark(tmp_path, "bob")) == ((1, 3), (0, 4))
    assert nmautils(tmp_path, "excuse", "ada", "tiny") == 0
    assert mark(tmp_path) == (0, None)


def test_a_line_about_nobody_is_told_whenever_marks_are_read(course, capsys):
    hand_in(course)
    (course / FILE_NAME).write_text("student,assignment,excused\nADA,tiny,yes\nnobody,tiny,yes\n")
    assert nmautils(course, "marks") == 0
    done = capsys.readouterr()
    assert f"{FILE_NAME}, line 3: nobody is called 'nobody' in submitted/" in done.err
    assert "line 2" not in done.err
    assert "excused" in done.out


def test_help_says_when_a_date_alone_ends(capsys):
    assert main(["extend", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "a date alone ends at the time when the assignment is due" in said
