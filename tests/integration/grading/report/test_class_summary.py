"""The page on a class: its numbers counted again by other means, and what it says first."""

import random
import re
import shutil
import statistics
from collections import defaultdict
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from nmautils.checks import NOT_SOLVED, CheckResult
from nmautils.cli import main
from nmautils.grading.model.results import Event, EventKind, ExerciseResult, Graded
from nmautils.grading.record.records import write_record
from nmautils.grading.report.class_summary import bins, summarise, write_summary
from nmautils.people.arrangements import Arrangement, note_arrangement
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.graded_pages import graded
from tests.support.paths import ROOT

DECODING = "tutorial1_decoding"
POINTS = {"relu_forward": {"shape": 1.0, "numbers": 3.0}, "gd_loop": {"list": 2.0, "losses": 4.0}}
MISTAKES = {
    "shape": ["", "squeezed"],
    "numbers": ["no rectifier", "sigmoid in place of ReLU"],
    "list": ["returned inside the loop"],
    "losses": ["", "recorded after the update", "momentum"],
}


def pretended_class(size=60):
    """A class with every kind of result, drawn by chance."""
    rng = random.Random(11)
    for i in range(size):
        student = f"student {i:02d}"
        if i == 17:
            why = "the file is not a notebook (not JSON)"
            yield Graded(student, DECODING, "b", "s", 1, problem=why, needs_person=(why,))
            continue
        exercises = []
        for name, checks in POINTS.items():
            untouched = rng.random() < 0.15
            results = []
            for check, points in checks.items():
                mistake = NOT_SOLVED if untouched else rng.choice(MISTAKES[check])
                passed = not untouched and rng.random() < 0.6
                hint = "" if passed else f"Look at {mistake or check}."
                results.append(CheckResult(check, points, passed, hint, "" if passed else mistake))
            score = sum(result.earned for result in results)
            exercises.append(
                ExerciseResult(f"{name}_test", sum(checks.values()), score, tuple(results))
            )
        yield Graded(
            student,
            DECODING,
            "b",
            "s",
            i,
            exercises=tuple(exercises),
            repairs=("One cell was put back.",) if i % 5 == 0 else (),
            events=(Event("gd_loop", EventKind.TIME_OUT, "Too slow."),) if i in (3, 9) else (),
            needs_person=("two answers to <b>gd_loop</b>",) if i == 9 else (),
            seconds={"ready": 0.2, "cells": rng.random() * 3, "tests": 0.1, "total": i / 10},
        )


@pytest.fixture(scope="module")
def everybody():
    return list(pretended_class())


@pytest.fixture(scope="module")
def summary(everybody):
    return summarise(DECODING, iter(everybody))


@pytest.fixture
def course(tmp_path):
    shutil.copy(ROOT / "course.toml", tmp_path)
    return tmp_path


def test_marks_are_those_of_the_readable_submissions(everybody, summary):
    scores = [one.score for one in everybody if not one.problem]
    assert (summary.submissions, len(summary.scores)) == (60, 59)
    assert summary.possible == 10
    assert summary.mean == pytest.approx(sum(scores) / len(scores))
    assert summary.median == statistics.median(scores)
    assert summary.full == sum(score == 10 for score in scores)
    assert summary.repaired == 12
    assert summary.repairs == [("One cell was put back.", 12)]
    assert summary.events == [("time-out", 2)]


def test_exercises_checks_and_mistakes_are_counted_by_student(everybody, summary):
    scores, full, worked = defaultdict(list), defaultdict(int), defaultdict(int)
    failed, named = defaultdict(set), defaultdict(set)
    for one in everybody:
        for result in one.exercises:
            name = result.grade_id.removesuffix("_test")
            scores[name].append(result.score)
            full[name] += result.score == result.points
            if any(check.mistake == NOT_SOLVED for check in result.checks):
                continue
            worked[name] += 1
            for check in result.checks:
                if not check.passed:
                    failed[name, check.name].add(one.student)
                    if check.mistake:
                        named[name, check.mistake].add(one.student)
    for exercise in summary.exercises:
        assert exercise.mean == pytest.approx(statistics.fmean(scores[exercise.name]))
        assert exercise.full == pytest.approx(full[exercise.name] / 59)
        assert exercise.untouched == 59 - worked[exercise.name]
    for ranked, expected in [(summary.failures, failed), (summary.mistakes, named)]:
        assert {(one.exercise, one.name): one.count for one in ranked} == {
            key: len(students) for key, students in expected.items()
        }
        for one in ranked:
            assert one.share == pytest.approx(one.count / worked[one.exercise])
        assert [one.count for one in ranked] == sorted((o.count for o in ranked), reverse=True)
    hints = {one.name: one.hint for one in summary.mistakes}
    assert hints["momentum"] == "Look at momentum."


def test_who_needs_a_person_and_who_was_slow(summary):
    assert [(person.student, person.reasons) for person in summary.people] == [
        ("student 09", ["two answers to <b>gd_loop</b>"]),
        ("student 17", ["the file is not a notebook (not JSON)"]),
    ]
    assert [student for student, _ in summary.slowest] == [
        f"student {i}" for i in range(59, 54, -1)
    ]


def test_the_page_says_first_who_needs_a_person(course, everybody):
    for folder in ("submitted", "autograded"):
        place = course / folder / "student 09" / DECODING
        place.mkdir(parents=True)
        (place / f"{DECODING}.ipynb").write_text("{}")
    path = write_summary(course, DECODING, iter(everybody))
    assert path == course / "summary" / f"{DECODING}.html"
    page = path.read_text()
    tree = BeautifulSoup(page, "html.parser")
    assert tree.h1.get_text() == "Tutorial 1: Decoding Neural Responses"
    assert tree.h2.get_text() == "These need a person"
    row = tree.find("th", string="student 09").find_parent("tr")
    assert "two answers to <b>gd_loop</b>" in row.get_text()
    for link in row.find_all("a"):
        assert (path.parent / link["href"].replace("%20", " ")).exists()
    assert [link.get_text() for link in row.find_all("a")] == ["handed in", "graded"]
    assert not re.search(r"<script|<link|<img|url\(|https?:", page)
    assert path.stat().st_mode & 0o077 == 0


def test_headings_of_the_exercises_come_from_the_result(course):
    answers = {"relu_forward": "mistakes/sigmoid"}
    one = graded(DECODING, answers)
    page = write_summary(course, DECODING, [one]).read_text()
    assert "Coding exercise 2.2: a nonlinear network" in page
    assert "Sigmoid in place of ReLU" in page


def test_nobody_readable_and_nobody_at_all_still_make_a_page(course):
    one = Graded("ada", DECODING, "b", "s", 1, problem="the file is empty")
    assert "the file is empty" in write_summary(course, DECODING, [one]).read_text()
    assert "These need a person" not in write_summary(course, DECODING, []).read_text()


@pytest.mark.parametrize(
    ("values", "top", "edges", "counts"),
    [
        ([0, 4, 9.5, 10], 10, (0, 0.5, 10), {0: 1, 8: 1, 19: 2}),
        ([19, 18.5, 0.5], 19, (0, 1, 19), {18: 2, 0: 1}),
        ([3, 27.5, 28], 28, (0, 2, 28), {1: 1, 13: 2}),
        ([0.0, 0.0], 0, (0, 1, 1), {0: 2}),
        ([0.3], 0, (0, 0.5, 0.5), {0: 1}),
        ([150.0, 90_000.0], 0, (0, 5000, 90_000), {0: 1, 17: 1}),
    ],
)
def test_bars_have_round_edges_and_hold_everybody(values, top, edges, counts):
    bars = bins(values, top=top, least=0.5)
    assert (bars[0].low, bars[0].high, bars[-1].high) == edges
    assert {i: bar.count for i, bar in enumerate(bars) if bar.count} == counts
    assert all(a.high == b.low for a, b in pairwise(bars))


def test_no_values_make_no_bars():
    assert bins([]) == []


def test_the_command_writes_a_page_for_each_graded_assignment(course, everybody, capsys):
    assert main(["summary", "--root", str(course)]) == 2
    assert "run `nmautils grade` first" in capsys.readouterr().err
    for one in everybody[:3]:
        write_record(course, one)
    assert main(["summary", "--root", str(course)]) == 0
    path = course / "summary" / f"{DECODING}.html"
    assert capsys.readouterr().out.strip() == str(path)
    assert ">3</b><span>submissions" in path.read_text()
    assert main(["summary", "tutorial2_convolution", "--root", str(course)]) == 2
    assert "has been graded yet" in capsys.readouterr().err
    assert main(["summary", "tutorial9", "--root", str(course)]) == 2
    assert "unknown assignment 'tutorial9'" in capsys.readouterr().err


def test_who_is_left_out_is_named_on_the_page_and_by_the_command(course, everybody, capsys):
    paths = [write_record(course, one) for one in everybody[:3]]
    paths[1].write_bytes(paths[1].read_bytes()[:50])
    assert main(["summary", DECODING, "--root", str(course)]) == 0
    assert f"left out of {DECODING}: student 01\n" in capsys.readouterr().err
    page = BeautifulSoup((course / "summary" / f"{DECODING}.html").read_text(), "html.parser")
    assert "Left out, since their records cannot be read: student 01." in page.get_text()
    assert ">2</b><span>submissions" in str(page)
    paths[1].unlink()
    assert main(["summary", DECODING, "--root", str(course)]) == 0
    assert capsys.readouterr().err == ""
    page = (course / "summary" / f"{DECODING}.html").read_text()
    assert "Left out" not in page
    write_summary(course, DECODING, everybody[:1])
    assert ">1</b><span>submission<" in (course / "summary" / f"{DECODING}.html").read_text()


def test_who_has_not_handed_in_and_who_need_not_is_named(course, everybody):
    people = [Person(f"student {i:02d}", f"L{i}", "F") for i in range(6)]
    write_roster(course, Roster((*people, Person("nobody <b>"))))
    note_arrangement(course, "student 01", DECODING, Arrangement(excused=True))
    note_arrangement(course, "student 05", DECODING, Arrangement(excused=True))
    note_arrangement(course, "student 04", DECODING, Arrangement(days=3))
    # Who has handed in, but is not graded yet, is not absent.
    (course / "submitted" / "student 03" / DECODING).mkdir(parents=True)
    for one in everybody[:3]:
        write_record(course, one)
    write_summary(course, DECODING, everybody[:3])
    page = (course / "summary" / f"{DECODING}.html").read_text()
    assert "<p>Not handed in by nobody &lt;b&gt;; F L4 (student 04).</p>" in page
    said = "Excused, and not counted on this page: F L1 (student 01); F L5 (student 05)."
    assert f"<p>{said}</p>" in page
    assert ">2</b><span>submissions" in page
    assert "Left out" not in page
