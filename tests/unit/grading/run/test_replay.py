"""Which cells may have ended a process, likely ones first."""

from nbformat.v4 import new_code_cell, new_notebook, writes

from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import SUSPECT_TRIES, SUSPECTS
from nmautils.grading.model.results import Submission
from nmautils.grading.run.inside_run import WholeGrader
from nmautils.grading.run.kernel import CellRun
from nmautils.grading.run.replay import Ran, Replay


def replay(*kinds):
    """Cells by a letter each: g given, o the student's own, l own that leaves something running."""
    made = Replay()
    for i, kind in enumerate(kinds):
        made.add(Ran(new_code_cell(), f"{kind}{i}", kind in "ol", kind == "l"))
    return made


def names(found):
    return [ran.source for ran in found]


def test_what_leaves_something_running_comes_first_the_latest_before_others():
    assert names(replay(*"lgol").suspects(widely=True)) == ["l3", "l0", "o2"]
    assert names(replay(*"lgol").suspects(widely=False)) == ["l3", "l0"]


def test_given_cells_are_never_suspects():
    assert replay(*"ggg").suspects(widely=True) == []


def test_there_are_few_suspects():
    assert len(replay(*"o" * 50).suspects(widely=True)) == SUSPECTS


def test_what_is_put_back_stands_where_it_stood():
    made = replay(*"ogo")
    middle = made.cells[1]
    place = made.take_out(middle)
    assert names(made.cells) == ["o0", "o2"]
    made.put_back(place, middle)
    assert names(made.cells) == ["o0", "g1", "o2"]


def test_cells_with_the_same_text_are_not_taken_for_each_other():
    made, cell = Replay(), new_code_cell()
    first, second = Ran(cell, "x", True, False), Ran(cell, "x", True, False)
    made.add(first)
    made.add(second)
    made.take_out(second)
    assert made.cells[0] is first


def test_after_some_tries_in_vain_nobody_is_suspected():
    made = replay(*"ooo")
    for _ in range(SUSPECT_TRIES):
        assert made.suspects(widely=True)
        ran = made.cells[0]
        made.put_back(made.take_out(ran), ran)
    assert made.suspects(widely=True) == []


class DyingKernels:
    """Kernels that run nothing, note what they were asked to run, and die of ``die``."""

    def __init__(self):
        self.asked = []

    def start(self, shared):
        self.asked.append([])
        self.alive = True
        return self

    def begin(self, seed):
        pass

    def execute(self, source, seconds, *, whole=False):
        self.asked[-1].append((source, whole))
        self.alive = source != "die"
        return CellRun("ok" if self.alive else "died")

    def close(self):
        self.alive = False


def test_a_test_that_ran_inside_runs_whole_again_after_a_death():
    answer = new_code_cell("x = 1", metadata={"nbgrader": {"grade_id": "x", "solution": True}})
    tests = [
        new_code_cell(
            f"assert x == 1  # {name}",
            metadata={"nbgrader": {"grade_id": name, "grade": True, "locked": True, "points": 1}},
        )
        for name in ("first", "second")
    ]
    for cell in (answer, *tests):
        cell.metadata.nbgrader["schema_version"] = 3
    release = writes(new_notebook(cells=[answer, *tests]))
    answer.source = "x = 2 - 1"
    handed_in = writes(new_notebook(cells=[answer, tests[0], new_code_cell("die"), tests[1]]))
    bundle = Bundle("t", release, {test.metadata.nbgrader.grade_id: test.source for test in tests})
    kernels = DyingKernels()
    WholeGrader(bundle, Submission("ada", handed_in.encode(), 0), kernels).grade()
    first, second = ((test.source, True) for test in tests)
    assert kernels.asked == [
        [("x = 2 - 1", False), ("die", False)],
        [("x = 2 - 1", False), first, ("die", False)],
        [("x = 2 - 1", False), first, second],
    ]
