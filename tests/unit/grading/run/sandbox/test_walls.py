"""Who confines a submission is chosen by name, in one place."""

import json
import os
from dataclasses import asdict

import pytest

from nmautils.errors import SandboxMissing
from nmautils.grading.model.limits import Limits
from nmautils.grading.run.sandbox import bubblewrap
from nmautils.grading.run.sandbox.none import NoWalls
from nmautils.grading.run.sandbox.walls import Place, check_walls, name_of_walls, walls_named


def test_walls_are_found_by_name():
    assert isinstance(walls_named(name_of_walls(True)), bubblewrap.Bubblewrap)
    assert isinstance(walls_named(name_of_walls(False)), NoWalls)
    with pytest.raises(KeyError):
        walls_named("os")


@pytest.mark.parametrize("user", [None, 60600])
def test_a_place_travels_as_plain_data(user):
    place = Place("/tmp", user)
    assert Place(**json.loads(json.dumps(asdict(place)))) == place


def test_without_walls_there_is_a_folder_and_nothing_is_given_up():
    walls, limits = walls_named("none"), Limits()
    with walls.open(limits) as confinement:
        home = confinement.place.home
        assert os.path.isdir(home)
        assert confinement.place == Place(home)
        assert confinement.namespaces == []
        assert walls.join([]).exceeded(limits) == b""
        walls.confine(limits, confinement.place)
        with open(os.path.join(home, "left"), "w"):
            pass
    assert not os.path.exists(home)


def test_no_walls_need_nothing_and_missing_ones_say_what_to_do(monkeypatch):
    def missing():
        raise SandboxMissing("no sandbox here: install one")

    monkeypatch.setattr(bubblewrap, "_find_program", missing)
    check_walls("none")
    with pytest.raises(SandboxMissing, match="install one"):
        check_walls("bubblewrap")


def test_walls_that_would_show_a_course_are_not_opened(monkeypatch, tmp_path):
    (tmp_path / "course.toml").touch()
    monkeypatch.setattr(bubblewrap, "read_only_folders", lambda: (str(tmp_path),))
    for attempt in (lambda: check_walls("bubblewrap"), bubblewrap.Bubblewrap().prepare):
        with pytest.raises(SandboxMissing, match=r"course\.toml"):
            attempt()


def test_walls_on_a_processor_without_a_filter_are_not_opened(monkeypatch):
    monkeypatch.setattr(
        bubblewrap.check_processor.__globals__["platform"], "machine", lambda: "mips"
    )
    with pytest.raises(SandboxMissing, match="mips"):
        check_walls("bubblewrap")


def test_where_root_may_give_out_no_users_there_is_one_line():
    """The users of a process that has some already cannot be set again."""
    with pytest.raises(SandboxMissing, match="ordinary user") as caught:
        bubblewrap._map_users(os.getpid())
    assert "\n" not in str(caught.value)
