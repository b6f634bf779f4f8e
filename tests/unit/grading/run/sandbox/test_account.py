"""What a control group's files say, of both versions, and what is exceeded."""

import os

import pytest

from nmautils.grading.model.limits import GIB, MIB, Limits
from nmautils.grading.run.sandbox.account import GroupAccount

LIMITS = Limits(memory_gib=1, total_seconds=40)  # and 100 seconds of processor time

V1 = {
    "memory.usage_in_bytes": "{memory}\n",
    "memory.stat": "cache 7\ninactive_file 5\nactive_file 5\ntotal_inactive_file {cache}\n"
    "total_active_file {cache}\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill {killed}\n",
    "cpuacct.usage": "{cpu}000000000\n",
    "tasks": "",
    "cgroup.procs": "",
}
V2 = {
    "memory.current": "{memory}\n",
    "memory.stat": "anon 5\nfile 7\ninactive_file {cache}\nactive_file {cache}\n",
    "memory.events": "low 0\nmax 3\noom 1\noom_kill {killed}\noom_group_kill 0\n",
    "cpu.stat": "usage_usec {cpu}000000\nuser_usec 1\n",
    "cgroup.procs": "",
}


@pytest.fixture(params=[V1, V2], ids=["v1", "v2"])
def group(request, tmp_path):
    """Write the files of a group; give its account."""
    accounts = []

    def make(memory=0, cache=0, killed=0, cpu=0, without=()):
        for name, text in request.param.items():
            if not any(name.startswith(part) for part in without):
                text = text.format(memory=memory, cache=cache, killed=killed, cpu=cpu)
                (tmp_path / name).write_text(text)
        folder = os.open(tmp_path, os.O_RDONLY)
        accounts.append(GroupAccount([folder], root=str(tmp_path / "nothing")))
        os.close(folder)
        return accounts[-1]

    yield make
    for account in accounts:
        account.close()


def test_what_sockets_hold_counts_where_it_is_counted_apart(group, tmp_path):
    account = group(memory=GIB, without=())
    assert account.exceeded(LIMITS) == b""
    (tmp_path / "memory.kmem.tcp.usage_in_bytes").write_text("1000\n")
    account = group(memory=GIB)
    assert account.memory_bytes() == GIB + 1000
    assert account.exceeded(LIMITS) == b"m"


def test_contents_of_files_do_not_count(group):
    assert group(memory=500 * MIB, cache=100 * MIB).memory_bytes() == 300 * MIB


@pytest.mark.parametrize(
    ("state", "exceeded"),
    [
        ({}, b""),
        ({"memory": GIB}, b""),
        ({"memory": GIB + 1}, b"m"),
        ({"memory": 3 * GIB, "cache": GIB}, b""),
        ({"memory": 3 * GIB + 2, "cache": GIB}, b"m"),
        ({"killed": 1}, b"m"),
        ({"killed": 3, "cpu": 500}, b"m"),
        ({"cpu": 99}, b""),
        ({"cpu": 100}, b""),
        ({"cpu": 101}, b"c"),
        ({"memory": GIB + 1, "cpu": 101}, b"m"),
    ],
)
def test_limits_are_compared(group, state, exceeded):
    assert LIMITS.cpu_seconds == 100
    assert group(**state).exceeded(LIMITS) == exceeded


def test_time_is_in_seconds(group):
    assert group(cpu=12).cpu_seconds() == 12


def test_what_a_group_does_not_count_is_added_up(group):
    """There is no process at all, so the sums are nothing."""
    account = group(memory=3 * GIB, cpu=500, without=("memory", "cpu"))
    assert (account.memory_bytes(), account.cpu_seconds()) == (0, 0)
    assert account.exceeded(LIMITS) == b""


def test_without_any_group_everything_is_added_up():
    account = GroupAccount([], root="/nowhere")
    account.enter()
    assert (account.memory_bytes(), account.cpu_seconds()) == (0, 0)


def test_one_enters_by_the_door_of_the_version(group, tmp_path):
    group().enter()
    doors = {name: (tmp_path / name).read_text() for name in ("tasks", "cgroup.procs")
             if (tmp_path / name).exists()}  # fmt: skip
    assert doors in ({"tasks": "0", "cgroup.procs": ""}, {"cgroup.procs": "0"})


def test_a_group_that_counts_nothing_yet_says_so(group, tmp_path):
    account = group()
    (tmp_path / "memory.stat").write_text("")
    assert account.memory_bytes() == 0


def test_several_folders_of_one_sandbox_are_one_account(tmp_path):
    for name in ("memory", "cpuacct", "pids"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tasks").touch()
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text("5")
    (tmp_path / "memory" / "memory.stat").write_text("total_active_file 1")
    (tmp_path / "memory" / "memory.oom_control").write_text("oom_kill 0")
    (tmp_path / "cpuacct" / "cpuacct.usage").write_text("7000000000")
    folders = [os.open(path, os.O_RDONLY) for path in sorted(tmp_path.iterdir())]
    account = GroupAccount(folders, root="/nowhere")
    for folder in folders:
        os.close(folder)
    account.enter()
    assert (account.memory_bytes(), account.cpu_seconds()) == (4, 7)
    assert [(tmp_path / name / "tasks").read_text() for name in ("memory", "cpuacct", "pids")] == [
        "0"
    ] * 3
    account.close()
