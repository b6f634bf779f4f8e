"""``nmautils grade``: its options, and what it says at the end."""

import argparse
import shutil
from collections import Counter
from pathlib import Path

import pytest

from nmautils.commands.grade import add_arguments, finish, run
from nmautils.errors import PackageMissing
from nmautils.grading.model.results import Graded
from nmautils.grading.report.run_report import Report, Standing, line_about
from nmautils.grading.safe.text import printable
from tests.support.paths import TINY_COURSE


def parse(*arguments):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(arguments)


def test_options_have_their_defaults():
    args = parse()
    assert (args.assignments, args.student, args.jobs, args.cluster) == ([], [], None, None)
    assert not any([args.force, args.dry_run, args.full, args.no_sandbox])
    assert parse("--student", "ada", "--student", "bob").student == ["ada", "bob"]


@pytest.mark.parametrize(
    "arguments", [["--jobs", "0"], ["--jobs", "two"], ["--jobs", "2", "--cluster", "tcp://x:1"]]
)
def test_wrong_numbers_and_two_places_are_misuse(arguments, capsys):
    with pytest.raises(SystemExit):
        parse(*arguments)


def standing(student, score, *needs):
    return Standing(student, "tiny", score, 4.0, needs)


def report(**given):
    standings = [standing("ada", 4.0), standing("bob", 1.0, "no answer of its own")]
    return Report(
        planned=Counter({"new": 2, "": 1}),
        graded=[("ada", "tiny"), ("bob", "tiny")],
        standings={(one.student, "tiny"): one for one in standings},
        unread={"tiny": 1},
        seconds=3.0,
        **given,
    )


@pytest.fixture
def course(tmp_path):
    """A course whose gradebook lies elsewhere."""
    elsewhere = f"c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///{tmp_path}/other.db'\n"
    (tmp_path / "nbgrader_config.py").write_text(elsewhere)
    return tmp_path


def test_a_run_ends_with_marks_who_needs_a_person_and_counts(course, capsys):
    assert finish(course, report(pages=[Path("course/feedback/tiny.html")])) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == (
        "tiny: 2 hand-ins, automatic marks 1 to 4, mean 2.50, of 4; 1 to be read in formgrader"
    )
    assert out[1:3] == ["needs you:", "  bob/tiny: no answer of its own"]
    assert out[3].startswith("2 graded, 1 up to date, 0 saved that were graded before, 0 failed")
    assert out[3].endswith("3.0 s, 1.50 s each")
    assert out[-2].startswith(
        f"marks: {course}/other.db (`nmautils marks` shows them), notebooks: "
    )
    assert out[-1] == "summary: course/feedback/tiny.html"
    (hint,) = [line for line in out if "nmautils show STUDENT ASSIGNMENT" in line]
    assert "`nbgrader validate` run a hand-in with your own rights" in hint


def test_one_hand_in_is_not_said_to_be_several(course, capsys):
    one = Report(standings={("ada", "tiny"): standing("ada", 4.0)})
    assert finish(course, one) == 0
    out = capsys.readouterr().out
    assert out.startswith("tiny: 1 hand-in, automatic marks 4 to 4, ")
    assert "nmautils show" not in out  # nobody needs to be looked at


def test_a_dry_run_only_counts(capsys):
    assert finish(Path("course"), report(), dry_run=True) == 0
    assert capsys.readouterr().out == "would be graded: 2 new; up to date: 1\n"


def test_a_stopped_run_says_how_to_go_on(course, capsys):
    assert finish(course, report(stopped=True)) == 130
    assert "the same command goes on from there" in capsys.readouterr().out


def test_who_failed_needs_a_person_too(capsys):
    failed = Report(failed={("eve\x1b[2J", "tiny"): "not graded: its worker ended each time"})
    assert finish(Path("course"), failed) == 1
    assert "  eve?[2J/tiny: not graded: its worker ended each time" in capsys.readouterr().out


def test_nothing_that_moves_the_cursor_is_printed():
    assert printable("a\nb\x1b[31mc é") == "a?b?[31mc é"


def test_a_course_whose_packages_are_missing_is_told_what_to_install(tmp_path):
    shutil.copy(TINY_COURSE / "course.toml", tmp_path)
    with (tmp_path / "course.toml").open("a") as file:
        file.write('\n[grading]\npackages = ["no-such-package>=2"]\n')
    with pytest.raises(PackageMissing, match="pip install 'no-such-package>=2'"):
        run(parse("--root", str(tmp_path), "--dry-run"))


def test_of_many_reasons_to_look_a_run_says_the_first_and_how_many_more(course, capsys):
    reasons = tuple(f"module m{i} is not installed" for i in range(20))
    graded = Graded("eve", "tiny", "", "", 0, needs_person=reasons)
    many = standing("eve", 1.0, *reasons)
    line = line_about(graded, many, "")
    finish(course, Report(standings={("eve", "tiny"): many}))
    for said in (line, capsys.readouterr().out):
        assert "m2 is not" in said
        assert "and 17 more" in said
        assert "m3 is not" not in said
    assert graded.needs_person == many.needs_person == reasons  # what is recorded
    three = standing("eve", 1.0, *reasons[:3])
    assert "more" not in line_about(graded, three, "")
