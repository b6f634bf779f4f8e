"""The list of fonts that workers share: kept once, renewed when it is not of use any more."""

import os
from pathlib import Path

import pytest

from nmautils.grading.run import fonts
from nmautils.grading.run.fonts import kept_fonts, open_kept

NAME = "fontlist-v1.json"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def worker(tmp_path, number, makes=None):
    """Be a worker: give what its matplotlib finds; it makes a list if it is told one."""
    home = tmp_path / f"home{number}"
    home.mkdir()
    kept = open_kept()
    with kept_fonts(kept, str(home)):
        found = {path.name: path.read_text() for path in home.iterdir()}
        if makes is not None:
            (home / NAME).write_text(makes)
        (home / "other.json").write_text("nobody's")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(kept)  # before anything is forked
    return found


def test_the_list_that_one_worker_makes_is_there_for_the_next(tmp_path, cache):
    assert worker(tmp_path, 1, makes="{}") == {}
    assert worker(tmp_path, 2) == {NAME: "{}"}
    (file,) = (path for path in cache.rglob("*") if path.is_file())
    assert (file.name, file.stat().st_mode & 0o777) == (NAME, 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_list_that_matplotlib_makes_anew_takes_the_place_of_the_old_one(tmp_path):
    worker(tmp_path, 1, makes="damaged")
    assert worker(tmp_path, 2, makes="{}") == {NAME: "damaged"}
    assert worker(tmp_path, 3) == {NAME: "{}"}


def test_a_new_font_or_another_environment_has_a_list_of_its_own(tmp_path, monkeypatch):
    system = tmp_path / "fonts"
    (system / "deep").mkdir(parents=True)
    monkeypatch.setattr(fonts, "SYSTEM", (str(system),))
    worker(tmp_path, 1, makes="{}")
    assert worker(tmp_path, 2) == {NAME: "{}"}
    (system / "deep" / "new.ttf").touch()
    assert worker(tmp_path, 3, makes="[]") == {}
    monkeypatch.setattr(fonts.sys, "prefix", "/elsewhere")
    assert worker(tmp_path, 4) == {}


def test_where_nothing_can_be_kept_each_worker_makes_its_own(tmp_path, cache):
    cache.write_text("no folder")
    assert open_kept() is None
    with kept_fonts(None, str(tmp_path)):
        Path(tmp_path, NAME).write_text("{}")
    assert cache.read_text() == "no folder"
