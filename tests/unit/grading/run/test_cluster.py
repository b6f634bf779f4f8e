"""What goes to a cluster and comes back, and the ways there that are refused; no Dask is needed."""

import json
import pickle
import pickletools
import sys
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from types import SimpleNamespace

import pytest

import nmautils
from nmautils.errors import ClusterError, GradingFailed, SandboxMissing
from nmautils.grading.grade_class import Local
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run import cluster as module
from nmautils.grading.run.cluster import Cluster, grade_there, is_open, read_answer

BUNDLE = Bundle("tiny", "{}", {"double_test": "assert True"})
SUBMISSION = Submission("ada", b"\x80\x04whatever\0", 7)


def grade(bundle, submission, **options):
    """A grader that gives back what it was given, or raises what the student is called."""
    for kind in (SandboxMissing, GradingFailed, ValueError, SystemExit, ZeroDivisionError):
        if submission.student == kind.__name__:
            raise kind("why\nnot\x1b" + "x" * 9_999)
    about = {"limits": options["limits"].cell_seconds, "sandbox": options["sandbox"]}
    return Graded(
        submission.student,
        bundle.assignment,
        bundle.digest,
        submission.digest,
        submission.seed,
        notebook=json.dumps(about),
    )


class Client:
    """Stands for Dask's: keeps what it is given, and works right away, through pickles as Dask."""

    def __init__(self, address, **options):
        self.sent, self.options = [], options
        clients.append(self)

    def wait_for_workers(self, number, timeout):
        pass

    def run(self, function, *arguments):
        return {"w": function(*arguments)}

    def nthreads(self):
        return {"w": 2}

    def scatter(self, data, **options):
        self.sent += data
        return list(data)

    def get_executor(self, pure):
        return self

    def submit(self, function, *arguments):
        self.sent += arguments
        assert function is module.grade_there
        future = Future()
        answer = function(*pickle.loads(pickle.dumps(arguments)))
        self.sent.append(answer)
        future.set_result(answer)
        return future

    def close(self):
        pass


clients = []


@pytest.fixture
def dask(monkeypatch):
    clients.clear()
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client))


def cluster(address="tcp://127.0.0.1:1", **options):
    return Cluster(address, grade, sandbox=False, limits=Limits(cell_seconds=3), **options)


def plain(value):
    """Whether a value is made of nothing that a pickle would have to look up or call."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(item) for key, item in value.items())
    return type(value) in (bytes, str, int)


def test_the_result_is_that_of_this_machine(dask):
    there = cluster().submit(BUNDLE, SUBMISSION).result()
    local = Local(1, grade, sandbox=False, limits=Limits(cell_seconds=3))
    assert there == local.submit(BUNDLE, SUBMISSION).result()
    local.close()
    assert there.submission == SUBMISSION.digest


def test_only_bytes_texts_and_numbers_are_sent_and_come_back(dask):
    cluster().submit(BUNDLE, SUBMISSION).result()
    (client,) = clients
    assert len(client.sent) == 7
    assert all(map(plain, client.sent))
    assert SUBMISSION.notebook in client.sent
    assert type(client.sent[-1]) is bytes
    for value in client.sent:
        codes = {code.name for code, _, _ in pickletools.genops(pickle.dumps(value, 4))}
        assert not codes & {"GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD", "INST", "OBJ", "NEWOBJ"}


def test_a_bundle_goes_there_once_and_again_after_a_loss(dask):
    there = cluster()
    for student in ("ada", "bob"):
        there.submit(BUNDLE, replace(SUBMISSION, student=student))
    content = BUNDLE.to_json().encode()
    assert clients[0].sent.count(content) == 3  # once sent, and once in each call
    assert there.is_lost(CancelledError())
    there.submit(BUNDLE, SUBMISSION)
    assert clients[0].sent.count(content) == 5
    assert not there.is_lost(GradingFailed("no"))


@pytest.mark.parametrize(
    ("student", "kind", "said"),
    [
        ("SandboxMissing", SandboxMissing, "why not"),
        ("GradingFailed", GradingFailed, "why not"),
        ("ValueError", GradingFailed, "ValueError: why not"),
        ("SystemExit", GradingFailed, "SystemExit: why not"),
        ("ZeroDivisionError", GradingFailed, "ZeroDivisionError: why not"),
    ],
)
def test_what_a_worker_raises_comes_as_text(dask, student, kind, said):
    future = cluster().submit(BUNDLE, replace(SUBMISSION, student=student))
    assert type(clients[0].sent[-1]) is bytes
    assert len(clients[0].sent[-1]) < 10_000
    with pytest.raises(kind) as caught:
        future.result()
    assert type(caught.value) is kind
    assert str(caught.value).startswith(said)


def test_a_worker_of_another_version_says_so():
    other = replace(BUNDLE, version="0.0.1").to_json().encode()
    where = f"{__name__}:grade"
    answer = grade_there(where, other, {"student": "ada", "seed": 1}, b"", b"{}")
    with pytest.raises(ClusterError, match=f"a worker has nmautils {nmautils.__version__}, here"):
        read_answer(answer)


@pytest.mark.parametrize(
    "answer", [b"", b"\x80\x04.", b"[]", b'{"graded": 3}', b'{"graded": "{}"}', b'{"error": 1}']
)
def test_an_answer_that_is_none_is_an_error_and_no_more(answer):
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        read_answer(answer)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://10.0.0.1:8786", True),
        ("10.0.0.1:8786", True),
        ("tcp://[2001:db8::1]:8786", True),
        ("tcp://grader.example.org:8786", True),
        ("TCP://grader:8786", True),
        ("ucx://10.0.0.1:8786", True),
        ("ws://10.0.0.1:8786", True),
        ("tcp://0.0.0.0:8786", True),
        ("tcp://127.0.0.1.example.org:8786", True),
        ("tcp://localhost.example.org:8786", True),
        ("tcp://grader", True),
        ("tcp://127.0.0.1:8786", False),
        ("tcp://127.9.9.9:8786", False),
        ("tcp://[::1]:8786", False),
        ("tcp://localhost:8786", False),
        ("localhost:8786", False),
        ("tls://10.0.0.1:8786", False),
        ("wss://10.0.0.1:8786", False),
    ],
)
def test_what_goes_to_other_machines_in_the_open_is_known(address, expected):
    assert is_open(address) is expected


def test_an_open_way_to_another_machine_is_refused_unless_one_says_so(dask):
    with pytest.raises(ClusterError, match="is not encrypted") as caught:
        cluster("tcp://10.0.0.1:8786")
    assert "--cluster-without-tls" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert clients == []
    cluster("tcp://10.0.0.1:8786", without_tls=True)
    assert clients[0].options["security"] is None
