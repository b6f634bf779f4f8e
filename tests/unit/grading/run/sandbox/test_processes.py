"""Memory and processor time, added up from a /proc that is made here."""

import os

import pytest

from nmautils.grading.model.limits import INODE_BYTES, INTERNET_SOCKET_BYTES, KIB, MIB, SOCKET_BYTES
from nmautils.grading.run.sandbox.processes import TICKS, Processes


class Machine:
    """The root of a sandbox, as files."""

    def __init__(self, root, monkeypatch):
        self.root = root
        self.systems = {}
        (root / "proc").mkdir()
        (root / "proc" / "meminfo").touch()

        def statvfs(path):
            if path not in self.systems:
                raise FileNotFoundError(path)
            return os.statvfs_result(self.systems[path])

        monkeypatch.setattr("nmautils.grading.run.sandbox.processes.os.statvfs", statvfs)

    def process(
        self,
        pid,
        *,
        resident=0,
        tables=0,
        near=None,
        own=0.0,
        children=0.0,
        started=1,
        sockets=0,
        tcp=0,
        udp=0,
    ):
        folder = self.root / "proc" / str(pid)
        (folder / "net").mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text(f"Name:\tx\nVmRSS:\t {resident} kB\nVmPTE:\t {tables} kB\n")
        if near is not None:
            anonymous, shared = near
            (folder / "smaps_rollup").write_text(
                f"Rss: 9 kB\nPss: 9 kB\nPss_Anon: {anonymous} kB\nPss_File: 9 kB\n"
                f"Pss_Shmem: {shared} kB\n"
            )
        (folder / "net" / "sockstat").write_text(
            f"sockets: used {sockets}\nTCP: inuse {tcp} orphan 9\nUDP: inuse {udp} mem 9\n"
        )
        fields = ["0"] * 40
        fields[11], fields[12] = str(round(own * TICKS)), "0"
        fields[13], fields[14] = "0", str(round(children * TICKS))
        fields[19] = str(started)
        (folder / "stat").write_text(f"{pid} (a ) b) {' '.join(fields)}")

    def end(self, pid):
        (self.root / "proc" / str(pid) / "stat").unlink()

    def files(self, place, size, number):
        total = 1 << 30
        blocks = total // 4096
        free = blocks - size // 4096
        path = f"{self.root}{place}"
        self.systems[path] = (4096, 4096, blocks, free, free, 9999, 9999 - number, 9999, 0, 255)

    @property
    def all(self):
        return Processes(str(self.root))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return Machine(tmp_path, monkeypatch)


def test_an_empty_sandbox_uses_nothing(machine):
    assert (machine.all.memory_bytes(), machine.all.bound_bytes()) == (0, 0)
    assert machine.all.cpu_seconds() == 0


def test_shared_pages_count_once_and_in_the_bound_for_each(machine):
    for pid in range(2, 12):
        machine.process(pid, resident=1000, near=(100, 20))
    assert machine.all.memory_bytes() == 10 * 120 * KIB
    assert machine.all.bound_bytes() == 10 * 1000 * KIB


def test_pages_that_were_copied_after_a_fork_count(machine):
    """A child that writes into what it inherited has no more resident memory than before."""
    machine.process(2, resident=1000, near=(500, 0))
    machine.process(3, resident=1000, near=(1000, 0))
    assert machine.all.memory_bytes() == 1500 * KIB


def test_page_tables_count(machine):
    machine.process(2, resident=10, tables=700, near=(10, 0))
    assert machine.all.memory_bytes() == machine.all.bound_bytes() == 710 * KIB


def test_a_process_that_hides_its_memory_counts_whole(machine):
    machine.process(2, resident=5000, near=None)
    assert machine.all.memory_bytes() == 5000 * KIB


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])
def test_files_in_memory_count_and_so_does_their_number(machine, place):
    machine.files(place, 8 * MIB, 3)
    assert machine.all.memory_bytes() == 8 * MIB + 3 * INODE_BYTES == machine.all.bound_bytes()


def test_sockets_count_by_what_they_may_hold(machine):
    machine.process(2, sockets=7)
    machine.process(3, sockets=7)
    assert machine.all.memory_bytes() == 7 * SOCKET_BYTES


def test_sockets_of_the_internet_count_more(machine):
    machine.process(2, sockets=7, tcp=3, udp=2)
    assert machine.all.memory_bytes() == 7 * SOCKET_BYTES + 5 * INTERNET_SOCKET_BYTES


def test_the_bound_is_never_below_the_sum(machine):
    machine.files("/tmp", MIB, 2)
    for pid in range(2, 6):
        machine.process(pid, resident=pid * 100, tables=pid, near=(pid * 60, pid * 40), sockets=1)
    assert machine.all.bound_bytes() >= machine.all.memory_bytes()


def test_time_of_children_counts_once_their_parent_has_asked(machine):
    everybody = machine.all
    machine.process(2, own=1.0)
    machine.process(3, own=2.0)
    assert everybody.cpu_seconds() == pytest.approx(3)
    machine.end(3)
    machine.process(2, own=1.0, children=2.5)
    assert everybody.cpu_seconds() == pytest.approx(3.5)


def test_time_of_children_that_nobody_asks_for_counts_too(machine):
    everybody = machine.all
    for number in range(10):
        machine.process(2, own=0.5)
        machine.process(100 + number, own=1.0, started=number)
        everybody.cpu_seconds()
        machine.end(100 + number)
    assert everybody.cpu_seconds() == pytest.approx(10.5)


def test_a_process_id_that_comes_again_is_another_process(machine):
    everybody = machine.all
    machine.process(5, own=4.0, started=1)
    everybody.cpu_seconds()
    machine.process(5, own=1.0, started=2)
    assert everybody.cpu_seconds() == pytest.approx(5)


def test_time_never_runs_back(machine):
    everybody = machine.all
    machine.process(2, own=1.0, children=9.0)
    assert everybody.cpu_seconds() == pytest.approx(10)
    machine.end(2)
    assert everybody.cpu_seconds() == pytest.approx(10)


@pytest.mark.parametrize("text", ["", "1 (x", "x", "1 (x) S 1 2", "1 (x) " + "0 " * 12])
def test_a_process_that_ends_while_one_looks_is_left_out(machine, text):
    machine.process(2, own=1.0, resident=10)
    (machine.root / "proc" / "2" / "stat").write_text(text)
    assert machine.all.cpu_seconds() == 0
    (machine.root / "proc" / "2" / "status").unlink()
    assert machine.all.memory_bytes() == 0
