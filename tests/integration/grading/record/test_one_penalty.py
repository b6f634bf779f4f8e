"""Whoever reads marks says the same number: table, export, feedback page, summary, formgrader."""

import csv
import dataclasses
import shutil
from datetime import datetime, timedelta, timezone

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from traitlets import Any
from traitlets.config import Configurable

from nmautils.cells import kind_of
from nmautils.course.gradebook import nbgrader_directory
from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.results import Submission
from nmautils.grading.nbgrader_plugins.export_marks import MarksExport
from nmautils.grading.nbgrader_plugins.feedback_exporter import RESULT, GradebookMarks
from nmautils.grading.record.gradebook import open_course, prepare
from nmautils.grading.record.late import bring_into_step
from nmautils.grading.record.marks import read_marks
from nmautils.grading.record.records import grading_lock, read_records
from nmautils.grading.record.saving import save
from nmautils.grading.report.class_summary import write_summary
from nmautils.grading.report.feedback import feedback_page, read_page
from nmautils.people.arrangements import Arrangement, note_arrangement
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.fake_grading import course_with_written_answer, grade
from tests.support.grading_class import NAME, hand_in, released, solve
from tests.support.notebooks import find_cell

DUE = datetime(2031, 1, 31, 11)  # as course.toml has it, in UTC
STUDENTS = ["ada", "bob", "cleo"]
PEOPLE = [
    Person("ada", "Zuse", "Ada", "ada@example.org"),
    Person("bob", "Arnold", "Bob"),
    Person("cleo", "Zeno"),
    Person("dora", "zuse", "Dora"),  # who hands nothing in
]


class Command(Configurable):
    """What nbgrader's commands are to their plug-ins."""

    coursedir = Any()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course in which three have handed in, 49 hours late, and a tenth is taken off a day."""
    root = course_with_written_answer(tmp_path_factory.mktemp("one") / "course")
    toml = root / "course.toml"
    toml.write_text(toml.read_text().replace("per_day = 0.25", "per_day = 0.1"))
    with open_course(root) as course:
        prepare(course, freeze(root, NAME))
        for student in STUDENTS:
            nb = solve(released(root))
            find_cell(nb, "think").source = "Because."
            path = hand_in(root, student, nb)
            found = grade(freeze(root, NAME), Submission(student, path.read_bytes(), 7))
            nb = nbformat.reads(found.notebook, as_version=4)
            for cell in nb.cells:
                cell.metadata.nmautils = {"kind": str(kind_of(cell)), "outputs": "run"}
            found = dataclasses.replace(found, notebook=nbformat.writes(nb))
            save(course, found, DUE + timedelta(hours=49))
    return root


@pytest.fixture
def root(made, tmp_path):
    return shutil.copytree(made, tmp_path / "course")


def plug_in(kind, root, **options):
    return kind(parent=Command(coursedir=nbgrader_directory(root)), **options)


def book_of(root):
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}")


def give(root, student, points):
    """Give points by hand, as formgrader does."""
    with book_of(root) as gradebook:
        for name, score in points.items():
            given = gradebook.find_grade(name, NAME, NAME, student)
            given.manual_score, given.needs_manual_grade = score, False
        gradebook.db.commit()


def in_table(root):
    rows = read_marks(root)
    return {row["student_id"]: (row["late_submission_penalty"], row["score"]) for row in rows}


def exported(root, **options):
    """Rows of the two files that ``nbgrader export`` writes, by student."""
    with book_of(root) as gradebook:
        plug_in(MarksExport, root, to=str(root / "grades.csv"), **options).export(gradebook)
    found = []
    for name, key in (("grades.csv", "student_id"), ("grades_by_student.csv", "id")):
        with (root / name).open(newline="", encoding="utf-8") as file:
            found.append({row[key]: row for row in csv.DictReader(file)})
    return found


def for_page(root, student):
    """What nbgrader's feedback hands to the page."""
    resources = {"nbgrader": {"student": student, "assignment": NAME, "notebook": NAME}}
    plug_in(GradebookMarks, root).preprocess(new_notebook(), resources)
    return resources[RESULT]


def on_page(root, student):
    page = read_page(*for_page(root, student))
    return page.penalty, page.total


def stored(root, student):
    """What formgrader shows."""
    with book_of(root) as gradebook:
        return gradebook.find_submission(NAME, student).late_submission_penalty


def summary_of(root):
    page = write_summary(root, NAME, read_records(root, NAME)).read_text()
    return " ".join(BeautifulSoup(page, "html.parser").get_text().split())


def test_points_given_by_hand_are_late_too(root):
    """Grade, mark by hand, export: this order once handed out -3.6 where -7.2 is due."""
    give(root, "ada", {"double_test": 6.0, "halve_test": 6.0, "think": 0.0})
    with open_course(root) as course:  # as grading does
        bring_into_step(course.gradebook, course.terms, course.penalty)
    assert stored(root, "ada") == pytest.approx(3.6)
    give(root, "ada", {"think": 12.0})
    assert stored(root, "ada") == pytest.approx(3.6)
    assert in_table(root)["ada"] == pytest.approx((7.2, 16.8))
    assert on_page(root, "ada") == pytest.approx((7.2, 16.8))
    long, short = exported(root)
    assert long["ada"]["late_submission_penalty"] == "7.2"
    assert float(long["ada"]["score"]) == float(short["ada"][NAME]) == pytest.approx(16.8)
    assert stored(root, "ada") == pytest.approx(7.2)


def test_a_new_due_date_and_a_new_policy_count_at_once(root):
    toml = root / "course.toml"
    before = toml.read_text()
    assert in_table(root)["ada"][0] == stored(root, "ada") == pytest.approx(0.3 * 4)
    toml.write_text(before.replace("per_day = 0.1", "per_day = 0.125"))
    assert in_table(root)["ada"][0] == on_page(root, "ada")[0] == pytest.approx(0.375 * 4)
    toml.write_text(before.replace("2031-01-31T12:00", "2031-02-02T12:00"))
    assert in_table(root)["ada"][0] == on_page(root, "ada")[0] == pytest.approx(0.1 * 4)
    assert exported(root)[0]["ada"]["duedate"] == "2031-02-02 11:00:00"
    assert stored(root, "ada") == pytest.approx(0.1 * 4)


def test_a_gradebook_that_cannot_be_written_is_exported_all_the_same(root, caplog):
    give(root, "ada", {"think": 12.0})
    with grading_lock(root):
        long, _ = exported(root)
    assert float(long["ada"]["late_submission_penalty"]) == pytest.approx(0.3 * 16)
    assert stored(root, "ada") == pytest.approx(0.3 * 4)


points = st.fixed_dictionaries(
    {
        name: st.integers(0, 48).map(lambda n: n / 4)
        for name in ("double_test", "halve_test", "think")
    }
)
moments = st.datetimes(DUE - timedelta(days=1), DUE + timedelta(days=9))
agreed = st.builds(Arrangement, days=st.integers(0, 4), excused=st.booleans()) | st.builds(
    Arrangement, moments.map(lambda when: when.replace(microsecond=0, tzinfo=timezone.utc))
)
situations = st.fixed_dictionaries(
    {
        "points": points,
        "when": st.none() | moments,
        "extension": st.none() | st.integers(1, 100).map(lambda hours: timedelta(hours=hours)),
        "agreed": agreed,
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(situations, situations, situations), st.booleans(), st.booleans())
def test_all_who_read_marks_say_the_same(made, root, class_of_three, roster, zero):
    for name in ("arrangements.csv", "roster.csv"):
        (root / name).unlink(missing_ok=True)
    shutil.copy(made / "gradebook.db", root)
    if roster:
        write_roster(root, Roster(tuple(PEOPLE)))
    each = dict(zip(STUDENTS, class_of_three, strict=True))
    with book_of(root) as gradebook:
        for student, one in each.items():
            submission = gradebook.find_submission(NAME, student)
            submission.timestamp, submission.extension = one["when"], one["extension"]
        gradebook.db.commit()
    for student, one in each.items():
        give(root, student, one["points"])
        note_arrangement(root, student, NAME, one["agreed"])
    table = in_table(root)
    pages = {student: on_page(root, student) for student in STUDENTS}
    long, short = exported(root, absent_is_zero=zero)
    excused = {student for student, one in each.items() if one["agreed"].excused}
    assert {name for name, (_, score) in table.items() if score is None} == excused
    for student in STUDENTS:
        penalty, score = table[student]
        assert float(long[student]["late_submission_penalty"]) == penalty == pages[student][0]
        assert stored(root, student) == pytest.approx(penalty)
        assert long[student]["excused"] == str(student in excused)
        if student in excused:
            assert (penalty, long[student]["score"], short[student][NAME]) == (0, "", "excused")
            assert (short[student]["total"], short[student]["of"]) == ("0", "0")
        else:
            assert pages[student][1] == pytest.approx(score)
            assert float(long[student]["score"]) == float(short[student][NAME]) == score
            assert float(short[student]["total"]) == pytest.approx(score)
    said = summary_of(root)
    names = {p.id: f"{p.name} ({p.id})" if roster else p.id for p in PEOPLE}
    listed = "; ".join(names[student] for student in sorted(excused))
    assert ("Excused, and not counted on this page" in said) == bool(excused)
    assert not excused or f"not counted on this page: {listed}." in said
    in_order = ["bob", "cleo", "ada", "dora"] if roster else STUDENTS
    assert list(table) == list(long) == list(short) == in_order
    assert ("Not handed in by Dora zuse (dora)." in said) == roster
    if roster:
        assert short["dora"][NAME] == ("0.0" if zero else "")
        assert short["ada"]["email"] == "ada@example.org"


def test_the_page_of_somebody_excused_says_so(root):
    assert "excused" not in feedback_page(*for_page(root, "ada"))
    note_arrangement(root, "ada", NAME, Arrangement(excused=True))
    page = feedback_page(*for_page(root, "ada"))
    assert "You are excused from this assignment, so no mark counts." in page
    assert "Handed in late" not in page
