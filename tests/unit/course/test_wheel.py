"""The wheel of the library: made without a builder, always the same bytes, nothing else in it."""

import base64
import csv
import hashlib
import io
import zipfile
from importlib.metadata import version

import pytest

import nmautils
from nmautils.course import wheel as wheel_module
from nmautils.course.wheel import library_files, needed_python, wheel_name, wheel_of
from nmautils.errors import CourseError
from tests.support.paths import ROOT

PACKAGE = ROOT / "nmautils"


@pytest.fixture(scope="module")
def packed():
    return wheel_of(library_files())


def test_the_same_files_give_the_same_wheel(packed):
    assert wheel_of(library_files()) == packed


def test_it_holds_all_of_the_package_and_nothing_else(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    package = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    folder = f"nmautils-{version('nmautils')}.dist-info"
    assert names - package == {
        f"{folder}/{name}"
        for name in ["METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"]
    }
    assert package - names == set()


def test_it_holds_the_program_that_grades_and_no_part_of_a_course(packed):
    """Students check their own notebooks with that program (`nma.checklist`)."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
    assert "nmautils/precheck/check.py" in names
    assert "nmautils/grading/run/judge.py" in names
    assert [name for name in names if name.endswith((".ipynb", ".md", ".toml", ".json"))] == []
    assert {name.split("/")[0] for name in names} == {
        "nmautils",
        f"nmautils-{version('nmautils')}.dist-info",
    }


def test_notes_that_somebody_left_in_the_package_stay_out(tmp_path, monkeypatch):
    package = tmp_path / "nmautils"
    (package / ".hidden").mkdir(parents=True)
    for name in ["__init__.py", "answers.md", "tests.ipynb", ".secret.py", ".hidden/a.py"]:
        (package / name).write_text("")
    monkeypatch.setattr(nmautils, "__file__", str(package / "__init__.py"))
    names = [name for name in library_files() if not name.startswith("nmautils-")]
    assert names == ["nmautils/__init__.py"]


def test_its_record_has_the_hash_and_size_of_every_file(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith("/RECORD"))
        rows = list(csv.reader(archive.read(record).decode().splitlines()))
        assert [row[0] for row in rows] == archive.namelist()
        for name, digest, size in rows[:-1]:
            content = archive.read(name)
            made = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            assert digest == f"sha256={made.decode()}"
            assert int(size) == len(content)
    assert rows[-1] == [record, "", ""]


def test_what_it_says_of_itself_is_what_is_installed_without_the_readme_of_teachers():
    files = library_files()
    folder = f"nmautils-{version('nmautils')}.dist-info"
    said = files[f"{folder}/METADATA"].decode()
    assert f"Version: {version('nmautils')}\n" in said
    assert "Requires-Dist: torch" in said
    assert "I teach" not in said
    assert b"nmautils.cli:main" in files[f"{folder}/entry_points.txt"]
    assert wheel_name() == f"nmautils-{version('nmautils')}-py3-none-any.whl"
    assert needed_python() == "3.10"


def test_a_library_that_is_not_installed_is_one_line(monkeypatch):
    def missing(name):
        raise wheel_module.PackageNotFoundError(name)

    monkeypatch.setattr(wheel_module, "distribution", missing)
    with pytest.raises(CourseError, match="not installed: run `make venv`"):
        library_files()
