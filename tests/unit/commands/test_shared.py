"""What several commands ask for and print."""

import argparse

import pytest

from nmautils.cli import main
from nmautils.commands._shared import add_names, add_root, print_problems, root_of
from nmautils.course.problems import Problem
from nmautils.errors import CourseError


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    add_names(parser, "assignment")
    add_root(parser)
    return parser


def test_names_and_the_folder_of_the_course_are_read(parser, tmp_path):
    args = parser.parse_args(["one", "two", "--root", str(tmp_path)])
    assert args.assignments == ["one", "two"]
    assert root_of(args) == tmp_path
    assert parser.parse_args([]).assignments == []
    assert "[ASSIGNMENT ...]" in parser.format_help()


def test_without_a_folder_the_nearest_course_above_counts(parser, tmp_path, monkeypatch):
    inside = tmp_path / "source" / "tiny"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    with pytest.raises(CourseError, match="--root DIR"):
        root_of(parser.parse_args([]))
    (tmp_path / "course.toml").touch()
    assert root_of(parser.parse_args([])) == tmp_path.resolve()


@pytest.mark.parametrize("command", ["verify", "build", "lint"])
def test_what_builds_sends_a_course_of_nbgraders_to_nbgrader(tmp_path, capsys, command):
    (tmp_path / "nbgrader_config.py").touch()
    assert main([command, "--root", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "nmautils: this is a course of nbgrader's, without course.toml: use "
        "`nbgrader generate_assignment`\n"
    )


def test_problems_are_a_line_each_and_give_the_status(capsys):
    assert print_problems([]) == 0
    assert capsys.readouterr().out == "no problems found\n"
    assert print_problems([Problem("a.md", "two\nlines")]) == 1
    assert capsys.readouterr().out == "a.md: two lines\n1 problem found\n"
    assert print_problems(iter([Problem("a", "x"), Problem("b", "y")])) == 1
    assert capsys.readouterr().out == "a: x\nb: y\n2 problems found\n"
