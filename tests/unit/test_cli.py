"""The command line: commands, exit statuses, and one line for each mistake."""

import shutil
import subprocess
import sys

import pytest

from nmautils import cli
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


def test_build_says_what_it_wrote(course, capsys):
    status, out, _ = call(capsys, "build", "--only", "source", "--root", course)
    assert (status, out) == (0, "wrote source/tiny/tiny.ipynb\n")
    status, out, _ = call(capsys, "build", "--only", "source", "--root", course)
    assert (status, out) == (0, "everything is up to date\n")


@pytest.mark.parametrize("command", ["build", "verify", "lint"])
def test_mistakes_are_one_line_on_stderr_and_status_2(course, capsys, command):
    for arguments, message in [
        (["tinny", "--root", course], "unknown tutorial 'tinny' (did you mean 'tiny'?)"),
        (["--root", course / "nowhere"], "no course.toml in"),
    ]:
        status, out, err = call(capsys, command, *arguments)
        assert (status, out) == (2, "")
        assert err.startswith("nmautils: ")
        assert message in err
        assert err.count("\n") == 1


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


def test_it_runs_as_a_module_without_loading_what_it_does_not_need():
    code = (
        "import sys; from nmautils import cli; cli.main(['--version']); "
        "print([m for m in ('torch', 'nbgrader', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
