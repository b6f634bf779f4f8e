"""Grading once more: who gained and lost, what was stopped, what was handed in before a mend."""

import os
import shutil
import signal
from concurrent.futures import Future
from multiprocessing import get_context

import pytest

from nmautils.commands.grade import finish
from nmautils.course.releases import FILE_NAME
from nmautils.errors import SandboxMissing
from nmautils.grading.grade_class import Local, grade_class
from nmautils.grading.record.forced import forced_path
from nmautils.grading.record.marks import SubmissionMarks
from nmautils.grading.record.records import read_record
from nmautils.grading.report.feedback import feedback_page
from nmautils.grading.report.stale_pages import stale_pages
from nmautils.grading.run import pool
from nmautils.grading.run.grader import not_graded
from tests.support import fake_grading, ordinary_courses
from tests.support.fake_grading import (
    LOG,
    SECONDS,
    Said,
    class_of,
    course_with_written_answer,
    grade,
)
from tests.support.grading_class import (
    NAME,
    hand_in,
    make_course,
    nbgrader_here,
    released,
    solve,
)
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return course_with_written_answer(tmp_path_factory.mktemp("made"))


@pytest.fixture
def root(made, tmp_path, monkeypatch):
    monkeypatch.setenv(LOG, str(tmp_path / "log.txt"))
    return shutil.copytree(made, tmp_path / "course")


def run(root, grader=grade, **options):
    said = Said()
    report = grade_class(root, place=lambda: Local(1, grader), lines=said, **options)
    return report, said.lines


def graded_by_now(root):
    path = root.parent / "log.txt"
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


# Who gained and lost


def test_a_run_says_who_gained_and_who_lost(root, monkeypatch, capsys):
    class_of(root, 3)  # 2 * x, x + 4 and 0
    first, _ = run(root)
    assert (first.regraded, first.moved) == ({}, [])
    monkeypatch.setitem(fake_grading.EXPECTED, "double", [(4, 8), (6, 10)])
    report, _ = run(root, force=True)
    finish(root, report)
    out = capsys.readouterr().out.splitlines()
    assert "tiny: 3 hand-ins graded again: 1 gained, 1 lost, 1 as before" in out
    start = out.index("tiny: 3 hand-ins graded again: 1 gained, 1 lost, 1 as before")
    assert out[start + 1 : start + 4] == [
        "  double        1 (+1) gained        1 (-1) lost",
        "  lost: s00/tiny double 2 → 1",
        "  gained: s01/tiny double 1 → 2",
    ]
    page = (root / "summary" / f"{NAME}.html").read_text()
    assert "What grading again has changed" in page
    # What the record keeps is there for later, and of one more grading nothing is left to tell.
    assert read_record(root, NAME, "s00").before == {"double_test": 2.0}
    report, _ = run(root, force=True)
    assert (report.regraded, report.moved) == ({NAME: 3}, [])


def test_other_tests_and_another_answer_are_compared_too(root, monkeypatch):
    class_of(root, 2)
    run(root)
    source = root / "source" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text().replace("of a half", "of one half"))
    report, _ = run(root)
    assert (report.planned["tests changed"], report.regraded, report.moved) == (2, {NAME: 2}, [])
    hand_in(root, "s00", solve(released(root), double="0"))
    report, _ = run(root)
    assert [str(one) for one in report.moved] == ["s00/tiny double 2 → 0"]


def test_pages_that_are_older_than_the_marks_are_told_and_left_alone(tmp_path, capsys):
    root = make_course(tmp_path / "course")
    for student in ("ada", "bob"):
        hand_in(root, student, solve(released(root)))
    run(root, pool.grade)
    nbgrader_here(root, "generate_feedback", NAME)
    page = root / "feedback" / "ada" / NAME / f"{NAME}.html"
    before = page.read_bytes(), page.stat().st_mtime_ns
    assert stale_pages(root, NAME) == []
    assert run(root, pool.grade)[0].stale == {}
    report, _ = run(root, pool.grade, force=True)
    pool.close()
    finish(root, report)
    assert report.stale == {NAME: ["ada", "bob"]}
    said = capsys.readouterr().out
    command = f"nbgrader generate_feedback {NAME} --force"
    assert f"{NAME}: 2 feedback pages older than the marks" in said
    assert f"`{command}`" in said
    assert (page.read_bytes(), page.stat().st_mtime_ns) == before
    # Without --force nbgrader leaves a page that is there.
    nbgrader_here(root, "generate_feedback", NAME)
    assert stale_pages(root, NAME) == ["ada", "bob"]
    nbgrader_here(root, *command.split()[1:])
    assert stale_pages(root, NAME) == []


# A run with --force that was stopped


def stopped_after(number):
    """A grader that is stopped by Ctrl-C at the so many-th submission."""
    seen = []

    def stopping(bundle, submission, **options):
        seen.append(submission.student)
        if len(seen) > number:
            raise KeyboardInterrupt
        return grade(bundle, submission, **options)

    return stopping


class Here(Local):
    """Grades at once in this thread, so that an interruption comes at a known place."""

    def submit(self, bundle, submission):
        future = Future()
        future.set_result(self._grade(bundle, submission))
        return future


def run_here(root, grader=grade, **options):
    said = Said()
    report = grade_class(root, place=lambda: Here(1, grader), lines=said, **options)
    return report, said.lines


def test_what_was_forced_and_stopped_goes_on_by_the_same_command(root, monkeypatch):
    class_of(root, 6)
    run(root)
    monkeypatch.setitem(fake_grading.EXPECTED, "double", [(4, 8), (6, 10)])
    report, _ = run_here(root, stopped_after(4), force=True)
    assert (report.stopped, report.status) == (True, 130)
    done = [student for student, _ in report.graded]
    assert len(done) == 4
    before = len(graded_by_now(root))
    report, lines = run_here(root, force=True)
    assert lines[0].startswith(
        f"goes on with the run that was stopped: {len(done)} of its hand-ins"
    )
    again = graded_by_now(root)[before:]
    assert sorted([*done, *again]) == [f"s0{i}" for i in range(6)]
    assert report.planned[""] == len(done)
    # What the part before the stop has changed is told with the rest.
    assert report.regraded == {NAME: 6}
    assert len(report.moved) == 4
    # It is done, so another one grades all.
    assert not forced_path(root).exists()
    report, _ = run_here(root, force=True)
    assert len(report.graded) == 6


def test_a_stopped_run_does_not_hide_what_has_changed_since(root):
    class_of(root, 3)
    run(root)
    run_here(root, stopped_after(2), force=True)
    hand_in(root, "s00", solve(released(root), double="0"))
    report, _ = run_here(root, force=True)
    assert ("s00", NAME) in report.graded
    assert read_record(root, NAME, "s00").score == 2


def test_without_force_a_stopped_run_makes_no_difference(root):
    class_of(root, 3)
    run(root)
    run_here(root, stopped_after(1), force=True)
    assert run_here(root)[0].graded == []
    assert forced_path(root).exists()
    assert run(root, force=True, students=["s00"])[0].graded == [("s00", NAME)]


def test_a_run_that_an_error_ended_goes_on_too(root):
    class_of(root, 3)
    run(root)

    def missing(bundle, submission, **options):
        if submission.student == "s02":
            raise SandboxMissing("no sandbox here: install one")
        return grade(bundle, submission, **options)

    with pytest.raises(SandboxMissing):
        run_here(root, missing, force=True)
    report, _ = run(root, force=True)
    assert report.graded == [("s02", NAME)]


def test_ctrl_c_in_a_forced_run_and_a_dry_run_after_it(root, monkeypatch):
    class_of(root, 6)
    run(root)
    monkeypatch.setenv(SECONDS, "0.1")

    def interrupted():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os._exit(finish(root, run(root, force=True)[0]))

    child = get_context("fork").Process(target=interrupted)
    child.start()
    wait_until(lambda: forced_path(root).exists() and forced_path(root).read_text().count("\n") > 2)
    os.kill(child.pid, signal.SIGINT)
    child.join()
    assert child.exitcode == 130
    done = forced_path(root).read_text().count("\n") - 1
    assert 2 <= done < 6
    dry = grade_class(root, place=None, force=True, lines=Said())
    assert (dry.planned[""], dry.planned["again"]) == (done, 6 - done)
    monkeypatch.setenv(SECONDS, "0")
    report, _ = run(root, force=True)
    assert len(report.graded) == 6 - done


# A test that was mended between two hand-ins


def mend(root):
    """Mend a visible check as an instructor does, and release it."""
    source = root / "source" / NAME / f"{NAME}.ipynb"
    text = source.read_text()
    assert "double(4) is 8" in text
    source.write_text(text.replace("double(4) is 8", "double(4) is eight"))
    nbgrader_here(root, "generate_assignment", NAME, "--force")


def test_a_hand_in_from_before_a_mend_is_from_its_release(tmp_path):
    root = make_course(tmp_path / "course")
    nbgrader_here(root, "generate_assignment", NAME, "--force")
    then = (root / FILE_NAME).read_text()
    assert "HIDDEN" not in then
    hand_in(root, "ada", solve(released(root)))
    run(root, pool.grade)
    bundle = read_record(root, NAME, "ada").bundle
    mend(root)
    assert (root / FILE_NAME).read_text().startswith(then)
    hand_in(root, "bob", solve(released(root)))
    report, _ = run(root, pool.grade)
    pool.close()
    assert report.needs_person == {}
    ada, bob = (read_record(root, NAME, student) for student in ("ada", "bob"))
    assert ada.bundle != bundle
    assert (ada.score, bob.score) == (4, 4)
    assert bob.repairs == ()
    (note,) = ada.repairs
    assert note.startswith("The notebook is from the release of ")
    for page in (
        feedback_page(ada, SubmissionMarks()),
        (root / "summary" / f"{NAME}.html").read_text(),
    ):
        assert note in page
        assert "had been changed" not in page


def test_a_plain_course_is_noted_when_it_is_graded(tmp_path):
    root = ordinary_courses.make_course(tmp_path, ordinary_courses.COURSES["data"])
    report = grade_class(root, place=None, lines=Said())
    assert not (root / FILE_NAME).exists()

    def nothing(bundle, submission, **options):
        return not_graded(bundle, submission, False, "not run here")

    report, _ = run(root, nothing)
    text = (root / FILE_NAME).read_text()
    assert text.count("data/heights,") == text.count("\n") - 1 > 5
    number = len(report.graded)
    report, _ = run(root, nothing)
    assert (report.graded, report.planned[""]) == ([], number)
    assert (root / FILE_NAME).read_text() == text
