"""A folder that every submission sees may not hold a course."""

import pytest

from nmautils.errors import SandboxMissing
from nmautils.grading.run.sandbox.courses import refuse_courses


def make(folder, *paths):
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return (str(folder),)


@pytest.mark.parametrize(
    "path",
    [
        "course.toml",
        "gradebook.db",
        "work/course.toml",
        "home/me/course.toml",
        "src/app/course.toml",
        "local/src/app/course.toml",
        "a b/ü/gradebook.db",
        ".hidden/course.toml",
        "nbgrader_config.py",
        "work/nbgrader_config.py",
        "etc/nbgrader_config.py",
        "jupyter/nbgrader_config.py",
    ],
)
def test_a_course_in_a_folder_of_python_is_refused_in_one_line(tmp_path, path):
    with pytest.raises(SandboxMissing) as caught:
        refuse_courses(make(tmp_path, "bin/python", "pyvenv.cfg", path))
    text = str(caught.value)
    assert path in text
    assert "-m venv" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "path",
    [
        "lib/python3.12/site-packages/nmautils/course/course.toml",  # a package may bring one along
        "share/doc/course.toml",
        "pkgs/nmautils/course.toml",
        "etc/course.toml.bak",
        "etc/my-course.toml",
        "a/b/c/d/e/course.toml",
        "lib64/course.toml",
        "course.toml.d/x",
        "etc/jupyter/nbgrader_config.py",
        "local/etc/jupyter/nbgrader_config.py",
    ],
)
def test_what_is_no_course_of_ours_is_none(tmp_path, path):
    refuse_courses(make(tmp_path, path))


def test_links_are_not_followed_and_what_cannot_be_read_holds_nothing(tmp_path):
    make(tmp_path / "course", "course.toml")
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "link").symlink_to(tmp_path / "course")
    (tmp_path / "python" / "loop").symlink_to(tmp_path / "python")
    refuse_courses((str(tmp_path / "python"), str(tmp_path / "nowhere")))


def test_packages_in_a_folder_that_is_shown_itself_are_left_alone(tmp_path):
    (folder,) = make(tmp_path, "lib/python3/site-packages/a/course.toml")
    refuse_courses((folder, f"{folder}/lib/python3", f"{folder}/lib/python3/site-packages"))


def test_an_environment_below_a_course_is_fine(tmp_path):
    make(tmp_path, "course.toml", "gradebook.db")
    refuse_courses(make(tmp_path / ".venv", "bin/python"))
