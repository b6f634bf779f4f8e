"""Hostile submissions gain nothing, learn nothing, change nothing, and stop nobody else's grading.

The corpus is in ``tests/hostile``. Around each attack the harness lays out secrets, files and
listeners, and grades an honest submission right after it.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections import Counter
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

import nmautils
from nmautils.course.settings import read_settings
from nmautils.grading.model.assignment import Bundle, freeze
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.record.marks import SubmissionMarks
from nmautils.grading.report.feedback import feedback_page_apart
from nmautils.grading.run import pool
from nmautils.grading.run.sandbox.bubblewrap import HOME_INSIDE
from tests.hostile.attack import DECODING, RIGHT_LOOP, RIGHT_NET, Attack, Ground
from tests.hostile.corpus import CORPUS
from tests.support.amount import some
from tests.support.memory import MemoryWatch, Peaks
from tests.support.notebooks import find_cell
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(600)

LIMITS = {
    "cell_seconds": 1.5,
    "again_seconds": 0.7,
    "probe_seconds": 0.7,
    "grace_seconds": 0.5,
    "patience": 1.5,
    "total_seconds": 12.0,
    "memory_gib": read_settings(ROOT).grading.memory_gib,
}
# For what is not the student's own time: start, judging, writing down.
OVERHEAD = 20.0
GIB = 1 << 30
# What the grader's own processes may need, beyond what they share, while a stranger writes to them.
GRADER_MEMORY = GIB
# By how much the limit of the submission may be passed, by a process of the grader with all that
# it shares, and by sandbox and grader together: they are looked at every now and then.
OVERRUN = 200 << 20
SAFE_KINDS = {"text/plain", "text/html", "image/png"}  # HTML: the table of checks, ours

# Files that attacks try to leave where Python or Jupyter would find them.
PLANTED = frozenset(
    "sitecustomize.py usercustomize.py ipython_config.py jupyter_config.py torch.py numpy.py "
    "nmautils.py random.py 00.py x.pth work .kernel note many1 link0.ipynb".split()
)


class Scene:
    """The surroundings of an attack: secrets, files and listeners, and who touched them."""

    def __init__(self, folder: Path, memory: Path) -> None:
        self.secret = f"nmacanary{secrets.token_hex(8)}"
        self.folder, self.memory = folder, memory
        home, course, temporary = (folder / name for name in ("home", "course", "temporary"))
        other = course / "submitted" / "other" / DECODING / f"{DECODING}.ipynb"
        for path in (
            *(home / name for name in ("secret.txt", ".ssh/id_rsa", ".netrc", ".jupyter/x.json")),
            *(course / name for name in ("gradebook.db", "course.toml", "source/t/t.ipynb")),
            *(other, temporary / "secret.txt", memory / "secret.txt"),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{path.name}: {self.secret}\n")
        self.contacts: list[str] = []
        self._stack = contextlib.ExitStack()
        abstract = f"hostile-{secrets.token_hex(4)}"
        tcp = self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "s"))
        self.ground = Ground(
            home=str(home),
            course=str(course),
            temporary=str(temporary),
            memory=str(memory),
            other=str(other),
            nmautils=str(Path(nmautils.__file__).parent),
            packages=sysconfig.get_path("purelib"),
            tcp=tcp[1],
            udp=udp[1],
            abstract=abstract,
            path=str(folder / "s"),
            pid=os.getpid(),
            process_names=os.readlink("/proc/self/ns/pid"),
            mark=f"left-{secrets.token_hex(4)}",
        )
        self.before = self.files()

    def _listen(self, family: int, kind: int, address: object) -> object:
        server = self._stack.enter_context(socket.socket(family, kind))
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()

        def wait() -> None:
            with contextlib.suppress(OSError):
                while True:
                    if kind == socket.SOCK_STREAM:
                        server.accept()[0].close()
                    else:
                        server.recv(100)
                    self.contacts.append(str(address))

        threading.Thread(target=wait, daemon=True).start()
        return server.getsockname()

    def files(self) -> dict[str, tuple]:
        """What must not change: contents, times and rights of files, lists of folders."""
        found: dict[str, tuple] = {}
        for top in (self.folder, self.memory):
            for path in [top, *top.rglob("*")]:
                status = path.lstat()
                content = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
                found[str(path)] = (content, status.st_mtime_ns, status.st_mode)
        # A sandbox has a home of its own; nothing of it may come to be out here.
        for folder in (self.ground.nmautils, self.ground.packages, HOME_INSIDE):
            names = [name for name in os.listdir(folder) if name.startswith("gotcha")]
            found[folder] = (names + sorted(PLANTED.intersection(os.listdir(folder))),)
        return found

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def scene():
    with (
        tempfile.TemporaryDirectory(prefix="nma-") as folder,
        tempfile.TemporaryDirectory(prefix="nma-", dir="/dev/shm") as memory,
        pytest.MonkeyPatch.context() as patch,
    ):
        scene = Scene(Path(folder), Path(memory))
        patch.setenv("HOME", scene.ground.home)
        patch.setenv("COURSE_TOKEN", scene.secret)
        patch.chdir(scene.ground.course)
        pool.close()  # workers that were started elsewhere
        yield scene
        scene.close()  # the workers stay warm for other files


@pytest.fixture(scope="module")
def bundle(scene):
    """Tutorial 1, with a secret among its hidden tests."""
    frozen = freeze(ROOT, DECODING)
    mark = "### BEGIN HIDDEN TESTS\n"
    for name, test in frozen.tests.items():
        assert mark in test
        frozen.tests[name] = test.replace(mark, f"{mark}hidden_text = '{scene.secret}'\n")
    return frozen


@pytest.fixture(scope="module")
def release(bundle):
    return deepcopy(bundle.notebook)


class Neighbour:
    """An honest submission, and what it got when there was nobody before it."""

    def __init__(self, bundle: Bundle) -> None:
        nb = deepcopy(bundle.notebook)
        find_cell(nb, "relu_forward").source = RIGHT_NET
        find_cell(nb, "gd_loop").source = RIGHT_LOOP
        self.bundle, self.raw = bundle, nbformat.writes(nb).encode()
        self.first = self.grade()

    def grade(self) -> Graded:
        return pool.grade(self.bundle, Submission("honest", self.raw, 7))


@pytest.fixture(scope="module")
def neighbour(bundle):
    return Neighbour(bundle)


@pytest.fixture(scope="module", autouse=True)
def _report():
    """Say how long the slowest took, which is what one looks for when this becomes slow."""
    yield
    slowest = sorted(TIMES.items(), key=lambda item: -item[1])[:8]
    print("\nslowest:", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest))
    for kind in Peaks.__annotations__:
        largest = sorted(PEAKS.items(), key=lambda item: -getattr(item[1], kind))[:4]
        texts = [f"{name} {getattr(peaks, kind) >> 20} MiB" for name, peaks in largest]
        print(f"most memory, {kind}:", ", ".join(texts))


TIMES: dict[str, float] = {}
PEAKS: dict[str, Peaks] = {}


def check_memory(peaks: Peaks, limit: int) -> None:
    """Require that nothing outside the sandbox came to hold more than a submission may."""
    seen = {name: f"{amount >> 20} MiB" for name, amount in asdict(peaks).items()}
    print("\nmost memory:", seen)
    assert max(peaks.main, peaks.worker, peaks.judging) < limit + OVERRUN, seen
    assert peaks.taken < limit + OVERRUN, seen
    assert peaks.own < GRADER_MEMORY, seen
    assert peaks.grown < OVERRUN, seen


def _parents() -> dict[int, int]:
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{name}/stat").read_text()
                parents[int(name)] = int(stat.rpartition(")")[2].split()[1])
    return parents


def _left_over(scene: Scene) -> list[str]:
    """Processes that bear the mark of an attack."""
    mark, found = scene.ground.mark.encode(), []
    for name in filter(str.isdigit, os.listdir("/proc")):
        for file in ("comm", "cmdline", "environ"):
            with contextlib.suppress(OSError):
                text = Path("/proc", name, file).read_bytes()
                if mark in text:
                    found.append(f"{name} {file} {text[:100]!r}")
    return found


def _workers() -> list[int]:
    parents = _parents()
    return sorted(
        pid
        for pid, parent in parents.items()
        if parent == os.getpid()
        and b"nmautils.grading.run.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


def shown(graded: Graded) -> list[str]:
    """Everything about a grading that its student may see, but for the cells' sources."""
    texts = [graded.problem, *graded.repairs, *(event.text for event in graded.events)]
    for exercise in graded.exercises:
        texts += [f"{check.hint} {check.mistake}" for check in exercise.checks]
    for cell in json.loads(graded.notebook)["cells"] if graded.notebook else []:
        texts += [json.dumps(output) for output in cell.get("outputs", [])]
    return texts


def displayed(graded: Graded) -> list[dict]:
    """What the outputs of the graded notebook show, by media type."""
    cells = json.loads(graded.notebook)["cells"] if graded.notebook else []
    return [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]


def check(attack: Attack, graded: Graded, scene: Scene) -> None:
    """Require that an attack got what it deserves, and nothing besides."""
    score = {e.grade_id: e.score for e in graded.exercises}
    assert attack.kept - 1e-9 <= graded.score <= attack.earned + 1e-9, score
    texts = shown(graded)
    assert not [text for text in texts if scene.secret in text], "a secret is in the feedback"
    assert not [text[:500] for text in texts if "OBTAINED" in text], "the attack says it succeeded"
    ours = [text[:500] for text in texts if "nmautils/grading/" in text]
    assert not ours, "the grader's own code is in the feedback"
    assert {kind for data in displayed(graded) for kind in data} <= SAFE_KINDS
    pages = ["".join(data.get("text/html", "")) for data in displayed(graded)]
    assert not [page for page in pages if "<script" in page or "onload=" in page]
    assert scene.contacts == []


def chosen_attacks() -> list:
    """Every third attack of each theme; all of them with ``NMAUTILS_EVERY=1``."""
    names = Counter(attack.name for attacks in CORPUS.values() for attack in attacks)
    assert max(names.values()) == 1
    # What stays within its own process cannot reach the next one; a few of those will do.
    return [
        pytest.param(
            attack,
            theme == "escaping" or number % 3 == 2,
            id=f"{theme}-{attack.name}",
        )
        for theme, attacks in CORPUS.items()
        for number, attack in enumerate(some(attacks, 3))
    ]


@pytest.mark.parametrize(("attack", "with_neighbour"), chosen_attacks())
def test_an_attack_gains_nothing_and_harms_nobody(
    attack, with_neighbour, scene, bundle, release, neighbour
):
    workers = _workers()
    raw = attack.make(release, scene.ground)
    limits = Limits(**{**LIMITS, **attack.limits})
    started = time.monotonic()
    with MemoryWatch() as watch:
        graded = pool.grade(bundle, Submission("mallory", raw, 11), limits=limits)
        seconds = TIMES[attack.name] = time.monotonic() - started
        feedback_page_apart(graded, SubmissionMarks())  # raises if it takes too long
    PEAKS[attack.name] = watch.peaks

    check(attack, graded, scene)
    assert seconds < limits.total_seconds + OVERHEAD
    check_memory(watch.peaks, limits.memory_bytes)
    assert scene.files() == scene.before
    wait_until(lambda: not _left_over(scene), 3)
    assert _workers() == workers, "the judge's worker is another one"
    if with_neighbour:
        after = neighbour.grade()
        assert after.exercises == neighbour.first.exercises
        assert after.score == 10
        assert not [text for text in shown(after) if "OBTAINED" in text]


def test_the_neighbour_is_right_and_grading_is_repeatable(neighbour):
    assert neighbour.first.score == 10
    assert neighbour.grade().exercises == neighbour.first.exercises


# A class with strangers in it

# Attacks that a whole class has to survive: on the kernel, its parent, the disk and time.
IN_CLASS = (
    "handed_in_outputs kills_everybody stops_itself background_processes writes_outside "
    "endless_cell deep_json"
)


@pytest.fixture(scope="module")
def course(scene, release, neighbour):
    """A course in which honest students stand between hostile ones."""
    root = scene.folder / "class"
    for folder in ("source", "release"):
        shutil.copytree(ROOT / folder / DECODING, root / folder / DECODING)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    settings = (ROOT / "course.toml").read_text()
    assert "cell_seconds = 30" in settings
    settings = settings.replace("cell_seconds = 30", "cell_seconds = 1.5")
    (root / "course.toml").write_text(settings.replace("total_seconds = 600", "total_seconds = 20"))
    attacks = {attack.name: attack for attacks in CORPUS.values() for attack in attacks}
    handed_in = {f"m{n:02}_{name}": attacks[name] for n, name in enumerate(IN_CLASS.split())}

    def folder(student: str) -> Path:
        made = root / "submitted" / student / DECODING
        made.mkdir(parents=True)
        return made

    honest = neighbour.raw
    for student in ("a_honest", "m05_between", "z_honest"):
        (folder(student) / f"{DECODING}.ipynb").write_bytes(honest)
    for student, attack in handed_in.items():
        place = folder(student)
        (place / f"{DECODING}.ipynb").write_bytes(attack.make(release, scene.ground))
        # What an archive may bring along: links, a pipe, modules that would stand in the way.
        (place / "home").symlink_to(scene.ground.home)
        (place / "secret.txt").symlink_to(f"{scene.ground.home}/secret.txt")
        os.mkfifo(place / "pipe.ipynb.part")
        for name in ("torch.py", "nmautils.py", "sitecustomize.py", "ipython_config.py"):
            (place / name).write_text("raise SystemExit('a module beside the notebook was run')\n")
    (folder("n1_link") / f"{DECODING}.ipynb").symlink_to(
        root / "submitted" / "a_honest" / DECODING / f"{DECODING}.ipynb"
    )
    (folder("n2_secret") / f"{DECODING}.ipynb").symlink_to(f"{scene.ground.home}/secret.txt")
    os.mkfifo(folder("n3_pipe") / f"{DECODING}.ipynb")
    (folder("n4_folder") / f"{DECODING}.ipynb").mkdir()
    (root / "submitted" / "n5_whole").symlink_to(root / "submitted" / "a_honest")
    yield root, handed_in
    shutil.rmtree(root)


def test_a_class_with_strangers_in_it_is_graded_to_its_end(course, scene):
    root, handed_in = course
    before = {path: path.read_bytes() for path in root.glob("submitted/*_honest/*/*.ipynb")}
    with (
        subprocess.Popen(
            [sys.executable, "-m", "nmautils.cli", "grade", "--jobs", "2"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as command,
        MemoryWatch(command.pid) as watch,
    ):
        said, _ = command.communicate(timeout=400)
    PEAKS["a whole class"] = watch.peaks
    limit = Limits.of(read_settings(root).grading).memory_bytes
    assert max(watch.peaks.main, watch.peaks.worker, watch.peaks.judging) < limit + OVERRUN
    assert command.returncode == 1, said  # somebody has to look at some of them
    assert "Traceback" not in said
    assert scene.secret not in said
    marks = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(DECODING):
            marks[submission.student.id] = submission.score
    assert [marks[name] for name in ("a_honest", "m05_between", "z_honest")] == [10, 10, 10], said
    for student, attack in handed_in.items():
        assert attack.kept <= marks[student] <= attack.earned, student
    others = {name: points for name, points in marks.items() if name.startswith("n")}
    assert set(others.values()) <= {0.0}, others

    written = [path for path in root.rglob("*") if path.is_file() and "submitted" not in path.parts]
    assert not [path for path in written if scene.secret.encode() in path.read_bytes()]
    assert not [path for path in (root / "autograded").rglob("*") if path.is_symlink()]
    assert {path: path.read_bytes() for path in before} == before
    assert scene.contacts == []
    assert not _left_over(scene)
