"""The command line: commands, exit statuses, and one line for each mistake."""

import shutil
from types import SimpleNamespace

import pytest
from traitlets.log import get_logger

from nmautils import cli
from nmautils.errors import NmautilsError, SandboxMissing, UsageError
from nmautils.grading.nbgrader_plugins.course_directory import say_errors_in_one_line
from tests.support.paths import ROOT, TINY_COURSE


@pytest.fixture
def course(tmp_path):
    shutil.copytree(TINY_COURSE, tmp_path / "course")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path / "course")
    return tmp_path / "course"


def call(capsys, *arguments):
    status = cli.main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_every_command_has_its_module_and_help(capsys):
    for name in cli.COMMANDS:
        status, out, _ = call(capsys, name, "--help")
        assert status == 0
        assert f"usage: nmautils {name}" in out


def test_help_lists_the_commands_and_version_is_told(capsys):
    status, out, _ = call(capsys, "--help")
    assert status == 0
    assert all(name in out for name in ["build", "verify", "lint", "collect", "marks"])
    status, out, _ = call(capsys, "--version")
    assert (status, out.split()[0]) == (0, "nmautils")


def test_no_command_shows_help_and_fails(capsys):
    status, out, _ = call(capsys)
    assert status == 2
    assert "commands:" in out


def test_an_unknown_command_or_option_is_misuse(capsys):
    status, _, err = call(capsys, "bulid")
    assert status == 2
    assert "invalid choice: 'bulid'" in err
    assert call(capsys, "lint", "--nothing")[0] == 2


def test_lint_ends_with_0_when_clean_and_1_when_not(course, capsys):
    status, out, _ = call(capsys, "lint", "--root", course)
    assert (status, out) == (0, "no problems found\n")
    path = course / "source" / "tiny" / "tiny.md"
    path.write_text(path.read_text().replace("## Credit", "# Credit"))
    status, out, _ = call(capsys, "lint", "tiny", "--root", course)
    assert status == 1
    assert "source/tiny/tiny.md: needs one heading of level 1" in out
    assert out.endswith("1 problem found\n")


def test_verify_ends_with_1_before_anything_is_built(course, capsys):
    status, out, err = call(capsys, "verify", "--quick", "--root", course)
    assert status == 1
    assert err == ""
    assert "run nmautils build" in out


def test_verify_says_why_beside_a_plug_in_that_shortens_nbgraders_log(course, capsys):
    log = get_logger()
    before = list(log.filters)
    say_errors_in_one_line(SimpleNamespace(log=log))
    try:
        assert "run nmautils build" in call(capsys, "verify", "--quick", "--root", course)[1]
        assert log.filters
    finally:
        log.filters = before


def test_build_says_what_it_wrote(course, capsys):
    status, out, _ = call(capsys, "build", "--only", "source", "--root", course)
    assert (status, out) == (0, "wrote source/tiny/tiny.ipynb\n")
    status, out, _ = call(capsys, "build", "--only", "source", "--root", course)
    assert (status, out) == (0, "everything is up to date\n")


def is_one_line(capsys, message, *arguments):
    """Whether a call ends with status 2 and one line on stderr that has `message` in it."""
    status, out, err = call(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("nmautils: ")
    assert message in err
    assert err.count("\n") == 1
    return True


@pytest.mark.parametrize("command", ["build", "verify", "lint"])
def test_mistakes_are_one_line_on_stderr_and_status_2(course, capsys, command):
    unknown = "unknown tutorial 'tinny' (did you mean 'tiny'?)"
    assert is_one_line(capsys, unknown, command, "tinny", "--root", course)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("unknown assignment 'tinny'; released are: none", ["grade", "tinny"]),
        ("nothing is released; run `nmautils build` first", ["grade"]),
        ("unknown assignment 'tinny'", ["collect", "tinny"]),
        ("nothing is released", ["collect"]),
        ("gradebook.db", ["marks"]),
        ("unknown assignment 'tinny'", ["summary", "tinny"]),
        ("nobody's tiny has been graded yet", ["summary", "tiny"]),
        ("nothing has been graded yet", ["summary"]),
    ],
)
def test_misuse_of_what_grades_is_one_line(course, capsys, message, arguments):
    assert is_one_line(capsys, message, *arguments, "--root", course)


def test_an_inbox_that_is_not_there_is_one_line(course, capsys):
    (course / "release/tiny").mkdir(parents=True)
    (course / "release/tiny/tiny.ipynb").write_text("{}")
    collect = ["collect", "--inbox", "elsewhere", "--root", course]
    assert is_one_line(capsys, "elsewhere", *collect)


def test_a_student_who_handed_in_nothing_and_an_unreleased_change_are_one_line(course, capsys):
    for folder in ("release/tiny", "submitted/ada/tiny"):
        (course / folder).mkdir(parents=True)
        (course / folder / "tiny.ipynb").write_text("{}")
    (course / "source/tiny/tiny.ipynb").unlink(missing_ok=True)
    grade = ["grade", "--student", "adda", "--dry-run", "--root", course]
    assert is_one_line(capsys, "run `nmautils build tiny` first", *grade)
    assert call(capsys, "build", "--only", "source", "--root", course)[0] == 0
    assert is_one_line(capsys, "source or release of tiny is no notebook", *grade)
    shutil.copy(course / "source/tiny/tiny.ipynb", course / "release/tiny")
    assert is_one_line(capsys, "'adda' has handed in nothing (did you mean 'ada'?)", *grade)


@pytest.mark.parametrize("command", [name for name in cli.COMMANDS if name != "check"])
def test_a_course_that_cannot_be_read_is_one_line(course, capsys, command):
    named = {
        "show": ["ada", "tiny"],
        "time": ["ada", "tiny", "2030-01-31"],
        "excuse": ["ada", "tiny"],
        "extend": ["ada", "tiny", "--days", "2"],
        "export": ["--for", "canvas"],
        "publish": ["students"],
        "return": ["--for", "mail"],
    }.get(command, [])
    root = [*named, "--root", course]
    assert is_one_line(capsys, "nowhere", command, *named, "--root", course / "nowhere")
    if command in ("collect", "marks", "show", "time"):
        return  # these ask for release/ or the gradebook first
    (course / "course.toml").write_text("[course")
    assert is_one_line(capsys, "is not valid TOML", command, *root)
    (course / "course.toml").unlink()
    assert is_one_line(capsys, "no course.toml in", command, *root)
    (course / "course.toml").mkdir()
    assert is_one_line(capsys, "Is a directory", command, *root)


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ("nowhere.ipynb", None),
        ("the file is empty", b""),
        ("the file is not a notebook but a PDF", b"%PDF-1.7"),
        ("no cell that is marked as an exercise", b'{"cells": [], "nbformat": 4, "metadata": {}}'),
    ],
)
def test_a_notebook_that_cannot_be_checked_is_one_line(tmp_path, capsys, message, content):
    path = tmp_path / "nowhere.ipynb"
    if content is not None:
        path.write_bytes(content)
    assert is_one_line(capsys, message, "check", path)
    assert is_one_line(capsys, message, "check", "--json", path)


@pytest.mark.parametrize("line", ["1 / 0", "c.CourseDirectory.course_id = 3"])
def test_a_configuration_that_fails_is_one_line(course, capsys, line):
    folder = course / "submitted/ada/tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.ipynb").write_text("{}")
    assert call(capsys, "build", "--only", "source", "--root", course)[0] == 0
    (course / "release/tiny").mkdir(parents=True)
    shutil.copy(course / "source/tiny/tiny.ipynb", course / "release/tiny")
    (course / "nbgrader_config.py").write_text(f"c = get_config()\n{line}\n")
    assert is_one_line(capsys, "nbgrader_config.py fails: ", "grade", "--root", course)
    (course / "nbgrader_config.py").unlink()
    assert is_one_line(capsys, "no nbgrader_config.py in", "grade", "--root", course)


def fail_with(monkeypatch, error):
    def run(args):
        raise error

    module = SimpleNamespace(add_arguments=lambda parser: None, run=run)
    monkeypatch.setattr(cli, "import_module", lambda name: module)


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (UsageError("say\nwhich"), 2, "say which"),
        (SandboxMissing("no sandbox"), 2, "no sandbox"),
        (OSError(28, "No space left on device", "marks"), 2, "[Errno 28] No space left"),
        (PermissionError(13, "Permission denied", "release"), 2, "Permission denied: 'release'"),
        (OSError(), 2, "OSError"),
        (ModuleNotFoundError("No module named 'rich'", name="rich.console"), 2, "needs rich"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_what_a_person_can_mend_is_one_line(capsys, monkeypatch, error, status, line):
    fail_with(monkeypatch, error)
    found = call(capsys, "lint")
    assert found[:2] == (status, "")
    assert line in found[2]
    assert found[2].count("\n") == 1


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), RuntimeError("x"), ModuleNotFoundError("x", name="nmautils.nowhere")],
)
def test_a_mistake_of_the_package_shows_where_it_happened(capsys, monkeypatch, error):
    fail_with(monkeypatch, error)
    with pytest.raises(type(error)):
        cli.main(["lint"])


def test_an_error_says_its_own_status(capsys, monkeypatch):
    class Found(NmautilsError):
        exit_status = 1

    fail_with(monkeypatch, Found("look"))
    assert call(capsys, "lint") == (1, "", "nmautils: look\n")


def test_a_mistake_in_the_source_is_one_line(course, capsys):
    path = course / "source" / "tiny" / "tiny.md"
    path.write_text(path.read_text().replace("tags: [demo]", "tags: [figure]"))
    status, _, err = call(capsys, "build", "--root", course)
    assert status == 2
    assert err.count("\n") == 1
    assert "has no kind" in err


def test_the_course_is_found_from_a_folder_inside_it(course, capsys, monkeypatch):
    monkeypatch.chdir(course / "source" / "tiny")
    assert call(capsys, "lint")[0] == 0


def test_a_missing_extra_is_one_line_that_names_it(capsys, monkeypatch):
    monkeypatch.setitem(cli.COMMANDS, "absent", ("nmautils_absent_extra", "needs an extra"))
    status, _, err = call(capsys, "absent")
    assert status == 2
    assert "pip install 'nmautils[grading]'" in err


def test_stopping_with_the_keyboard_leaves_no_traceback(capsys, monkeypatch):
    def stop(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "import_module", stop)
    assert call(capsys, "lint") == (130, "", "nmautils: stopped\n")


def test_a_gradebook_that_cannot_be_read_is_named_before_anything_is_built(course, capsys):
    (course / "gradebook.db").write_text("no database, whatever it is " * 100)
    assert is_one_line(
        capsys, f"the gradebook {course}/gradebook.db: file is not a", "build", "--root", course
    )
    assert call(capsys, "build", "--only", "source", "--root", course)[0] == 0
