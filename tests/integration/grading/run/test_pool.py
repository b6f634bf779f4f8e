"""Grading is a function of bundle and submission, whatever happens to its processes."""

import contextlib
import os
import signal
import threading
from copy import deepcopy
from dataclasses import replace

import nbformat
import psutil
import pytest

from nmautils.errors import GradingFailed
from nmautils.grading.model.assignment import Bundle, freeze
from nmautils.grading.model.limits import Limits
from nmautils.grading.model.results import Graded, Submission
from nmautils.grading.run import pool
from tests.support.grading_class import NAME, make_course, released, solve
from tests.support.waiting import wait_until

LIMITS = Limits(cell_seconds=5, probe_seconds=5, grace_seconds=1)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("pool"))
    yield freeze(root, NAME), released(root)
    pool.close()


def submission(release, student="ann", seed=1, **answers):
    return Submission(student, nbformat.writes(solve(release, **answers)).encode(), seed)


def stable(graded):
    """A result without what a clock says."""
    return replace(graded, seconds={})


def test_the_same_input_gives_the_same_result_to_the_byte(course):
    bundle, release = course
    handed_in = submission(release, double="x + 4")
    first, second = (pool.grade(bundle, handed_in, limits=LIMITS) for _ in range(2))
    assert stable(first) == stable(second)
    assert [e.score for e in first.exercises] == [1, 2]


def test_bundle_and_result_travel_as_text(course):
    bundle, release = course
    assert Bundle.from_json(bundle.to_json()) == bundle
    graded = pool.grade(bundle, submission(release), limits=LIMITS)
    assert Graded.from_json(graded.to_json()) == graded


def test_a_bundle_holds_no_answer(course):
    bundle, _ = course
    assert "2 * x  # blank" not in bundle.to_json()
    assert "BEGIN SOLUTION" not in bundle.to_json()
    assert "HIDDEN" in bundle.to_json()


def test_the_result_says_what_happened_and_the_notebook_only_what_cells_are(course):
    bundle, release = course
    nb = solve(release, halve="(lambda f: f(f))(lambda f: f(f))")
    nb.cells.insert(2, nbformat.v4.new_code_cell("while True: pass"))
    raw = nbformat.writes(nb).encode()
    limits = replace(LIMITS, cell_seconds=1)
    graded = pool.grade(bundle, Submission("ann", raw, 1), limits=limits)
    notebook = nbformat.reads(graded.notebook, as_version=4)
    assert "nmautils" not in notebook.metadata
    assert all(set(cell.metadata.nmautils) == {"kind", "outputs"} for cell in notebook.cells)
    assert [(e.cell, e.kind) for e in graded.events] == [
        ("own cell 1, `while True: pass`", "time-out")
    ]
    assert "took longer than 1 seconds of computing" in graded.events[0].text
    assert (graded.score, graded.seed, graded.needs_person) == (2, 1, ())
    assert graded.title == "Tiny"
    titles = [exercise.title for exercise in graded.exercises]
    assert titles == ["Tiny", "The other way"]
    assert "RecursionError" in graded.exercises[1].checks[0].hint


@pytest.fixture(scope="module")
def illustrated(course):
    """The course with a demonstration before its first exercise and one at its end."""
    bundle, _ = course
    release = deepcopy(bundle.notebook)
    first = "import os\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nran_in = os.getpid()"
    last = "print(ran_in == os.getpid(), plt.get_fignums())\nplt.plot([2, 1]);"
    for place, source in ((2, first), (len(release.cells), last)):
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["demo"]})
        release.cells.insert(place, cell)
    return replace(bundle, release=nbformat.writes(release)), release


def grade_full(illustrated, nb):
    graded = pool.grade(
        illustrated[0], Submission("ann", nbformat.writes(nb).encode(), 1), full=True, limits=LIMITS
    )
    cells = nbformat.reads(graded.notebook, as_version=4).cells
    demos = [cell for cell in cells if cell.metadata.nmautils["kind"] == "demo"]
    assert graded.score == 4
    return demos[0], demos[-1]


def text_of(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_full_runs_what_is_the_same_for_everybody_once(illustrated):
    nb = solve(illustrated[1])
    shown = nbformat.v4.new_output("stream", text="as handed in")
    nb.cells[2].outputs, nb.cells[-1].outputs = [shown], [shown]
    first, last = grade_full(illustrated, nb)
    assert (text_of(first), first.metadata.nmautils["outputs"]) == ("as handed in", "submitted")
    assert (text_of(last), last.metadata.nmautils["outputs"]) == ("False []\n", "graded")
    assert "image/png" in last.outputs[-1]["data"]


def test_full_runs_everything_after_a_cell_of_the_student_s(illustrated):
    nb = solve(illustrated[1])
    nb.cells.insert(1, nbformat.v4.new_code_cell("mine = 1"))
    first, last = grade_full(illustrated, nb)
    assert "image/png" in first.outputs[-1]["data"]
    assert (text_of(last), "image/png" in last.outputs[-1]["data"]) == ("True []\n", True)


def test_calls_from_several_threads_do_not_wait_for_each_other(course):
    bundle, release = course
    found = {}

    def grade(student):
        found[student] = pool.grade(bundle, submission(release, student), limits=LIMITS)

    threads = [threading.Thread(target=grade, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: graded.score for name, graded in found.items()} == {"ann": 4, "bob": 4}
    assert found["bob"].student == "bob"


def grade_in_background(bundle, handed_in, found):
    def grade():
        try:
            found.append(pool.grade(bundle, handed_in, limits=replace(LIMITS, cell_seconds=30)))
        except GradingFailed as error:
            found.append(error)

    thread = threading.Thread(target=grade)
    thread.start()
    return thread


def waiting_submission(release):
    nb = solve(release)
    nb.cells.insert(2, nbformat.v4.new_code_cell("import time; time.sleep(3)"))
    return Submission("ann", nbformat.writes(nb).encode(), 1)


def sandboxes():
    """Sandboxes that this process has opened."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # ended while it was looked at
            if child.name() == "bwrap":
                found.append(child)
    return found


def test_without_a_sandbox_marks_are_the_same_if_somebody_insists(course):
    bundle, release = course
    graded = pool.grade(bundle, submission(release), limits=LIMITS, sandbox=False)
    assert graded.score == 4


def judging():
    """Whether a worker has forked the process that judges."""
    return any(len(psutil.Process(busy._process.pid).children()) > 2 for busy in pool._busy)


def test_a_worker_that_is_killed_costs_nobody_anything(course):
    bundle, release = course
    found = []
    thread = grade_in_background(bundle, waiting_submission(release), found)
    wait_until(judging, 60)
    (busy,) = pool._busy
    os.kill(busy._process.pid, signal.SIGKILL)
    thread.join()
    assert found[0].score == 4


def test_closing_drops_what_is_under_way_and_leaves_nothing_behind(course):
    bundle, release = course
    found = []
    thread = grade_in_background(bundle, waiting_submission(release), found)
    wait_until(judging, 60)
    pool.close()
    thread.join()
    assert isinstance(found[0], GradingFailed)
    wait_until(lambda: not sandboxes(), 60)


def test_what_waits_is_said_to_have_waited(course):
    bundle, release = course
    nb = solve(release)
    nb.cells.insert(2, nbformat.v4.new_code_cell("import time\ntime.sleep(60)"))
    limits = replace(LIMITS, cell_seconds=1)
    graded = pool.grade(bundle, Submission("ann", nbformat.writes(nb).encode(), 1), limits=limits)
    assert [e.kind for e in graded.events] == ["time-out"]
    assert "waited for 3 seconds" in graded.events[0].text
