"""Where control groups are made, and how those of dead graders go away."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nmautils.grading.model.limits import Limits
from nmautils.grading.run.sandbox import cgroups
from nmautils.grading.run.sandbox.cgroups import Groups, own_folders, remove_left_over

V1 = """\
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
22 1 8:1 / / rw - ext4 /dev/sda rw
"""
UNIFIED = "41 31 0:38 / /sys/fs/cgroup{} rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"


@pytest.mark.parametrize(
    ("groups", "mounts", "expected"),
    [
        ("4:memory:/a/b\n8:pids:/", V1, ["memory/a/b", "pids"]),
        ("2:cpu,cpuacct:/x\n", V1, ["cpu,cpuacct/x"]),
        ("2:cpuacct,cpu:/x\n4:memory:/x", V1, ["cpu,cpuacct/x", "memory/x"]),
        ("9:name=systemd:/a\n5:devices:/a\n", V1, []),
        ("0::/user.slice/a.scope\n", UNIFIED.format(""), ["user.slice/a.scope"]),
        ("0::/\n", UNIFIED.format(""), ["."]),
        # Both: version 1 counts where it controls.
        ("4:memory:/m\n0::/u\n", V1 + UNIFIED.format("/unified"), ["memory/m"]),
        ("0::/../other\n", UNIFIED.format(""), []),
        ("0::/a/../../other\n", UNIFIED.format(""), []),
        ("4:memory:/a\n", "", []),
        ("4:memory:/a\n", "22 1 8:1 / / rw - ext4 /dev/sda rw\n", []),
        ("0::/a:b c\n", UNIFIED.format(""), ["a:b c"]),
    ],
)
def test_groups_are_made_below_ones_own(groups, mounts, expected):
    assert own_folders(groups, mounts) == [Path("/sys/fs/cgroup", name) for name in expected]


@pytest.mark.parametrize(
    ("group", "root", "expected"),
    [
        ("/docker/1/a", "/docker/1", ["a"]),
        ("/docker/1", "/docker/1", ["."]),
        ("/x", "/docker/1", []),
    ],
)
def test_what_is_mounted_in_a_container_is_a_part_of_the_tree(group, root, expected):
    mounts = f"35 31 0:32 {root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    found = own_folders(f"4:memory:{group}\n", mounts)
    assert found == [Path("/sys/fs/cgroup/memory", name) for name in expected]


@pytest.fixture
def above(tmp_path, monkeypatch):
    """A folder that stands for the group of this process."""
    monkeypatch.setattr(cgroups, "_above", lambda: [tmp_path])
    return tmp_path


def test_a_group_is_made_and_removed(above):
    groups = Groups(Limits())
    (made,) = above.iterdir()
    assert os.fstat(groups.folders[0]).st_ino == made.stat().st_ino
    groups.close()
    assert list(above.iterdir()) == []
    assert groups.folders == []


def test_limits_are_written_where_the_system_has_files_for_them(above, monkeypatch):
    make = Path.mkdir

    def mkdir(path):
        make(path)
        for name in ("memory.max", "memory.swap.max", "pids.max"):
            (path / name).touch()

    monkeypatch.setattr(Path, "mkdir", mkdir)
    (above / "cgroup.subtree_control").touch()
    Groups(Limits(memory_gib=1, processes=9))
    (made,) = (path for path in above.iterdir() if path.is_dir())
    written = {path.name: path.read_text() for path in made.iterdir()}
    assert written == {
        "memory.max": str((1 << 30) + (64 << 20)),
        "memory.swap.max": "0",
        "pids.max": "9",
    }
    assert (above / "cgroup.subtree_control").read_text().startswith("+")


def test_where_none_can_be_made_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroups, "_above", lambda: [tmp_path / "missing", Path("/proc/self")])
    groups = Groups(Limits())
    assert groups.folders == []
    groups.close()


def test_groups_of_those_who_run_stay_and_of_those_who_ended_go(above):
    mine = above / f"nmautils-{cgroups._me()}-aa"
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    here = cgroups._me().split("-")[0]
    other = above / f"nmautils-{here}-{child.pid}-{cgroups._started(str(child.pid))}-bb"
    reborn = above / f"nmautils-{here}-{child.pid}-1-cc"
    elsewhere = above / "nmautils-1-99999999-1-dd"  # in another namespace of processes
    strange = above / "something-else"
    for path in (mine, other, reborn, elsewhere, strange):
        path.mkdir()
    remove_left_over(above)
    assert set(above.iterdir()) == {mine, other, elsewhere, strange}
    child.communicate(b"\n")
    remove_left_over(above)
    assert set(above.iterdir()) == {mine, elsewhere, strange}


def test_a_group_that_cannot_be_removed_stays_for_the_next(above, monkeypatch):
    monkeypatch.setattr(cgroups, "GROUP_REMOVAL_SECONDS", 0.02)
    path = above / f"nmautils-{cgroups._me().split('-')[0]}-99999999-1-aa"
    path.mkdir()
    (path / "busy").touch()  # a folder with something in it
    remove_left_over(above)
    assert path.exists()
    (path / "busy").unlink()
    Groups(Limits()).close()
    assert list(above.iterdir()) == []


def test_names_that_are_not_ours_do_no_harm(above):
    here = cgroups._me().split("-")[0]
    for name in (
        f"nmautils-{here}-",
        f"nmautils-{here}-x",
        f"nmautils-{here}-..-1-a",
        f"nmautils-{here}--1-a-b-c",
    ):
        (above / name).mkdir()
    remove_left_over(above)
    assert len(list(above.iterdir())) == 4


class Unified:
    """A group of version 2: nothing below it is controlled while it has processes itself."""

    def __init__(self, top, processes, writable=True):
        self.top, self.writable, self.switched_on = top, writable, []
        for name in ("cgroup.procs", "cgroup.subtree_control"):
            (top / name).touch()
        (top / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in processes))

    def write(self, path, text):
        if not self.writable:
            raise PermissionError(errno.EACCES, "not ours", str(path))
        if path == self.top / "cgroup.subtree_control":
            if (self.top / "cgroup.procs").read_text():
                raise OSError(errno.EBUSY, "has processes", str(path))
            self.switched_on.append(text)
        elif path.name == "cgroup.procs":
            (self.top / "cgroup.procs").write_text("")


@pytest.mark.parametrize(
    ("processes", "writable", "steps_aside"),
    [
        ("me", True, True),
        ("me", False, False),
        ("other", True, False),
        ("me other", True, False),
        ("", True, False),
    ],
)
def test_with_version_2_a_grader_that_is_alone_steps_aside(
    above, monkeypatch, processes, writable, steps_aside
):
    pids = [{"me": os.getpid(), "other": 1}[name] for name in processes.split()]
    group = Unified(above, pids, writable)
    monkeypatch.setattr(cgroups, "_write", group.write)
    Groups(Limits()).close()
    assert (above / cgroups.GRADER).exists() == steps_aside
    controlled = ["+memory", "+pids", "+cpu"] if writable and "other" not in processes else []
    assert group.switched_on == controlled


def test_workers_of_a_grader_that_stepped_aside_make_groups_beside_it(tmp_path, monkeypatch):
    own = tmp_path / cgroups.GRADER
    own.mkdir()
    monkeypatch.setattr(cgroups, "_above", lambda: [own])
    groups = Groups(Limits())
    assert {path.parent for path in groups._paths} == {tmp_path}
    groups.close()
    assert list(tmp_path.iterdir()) == [own]
