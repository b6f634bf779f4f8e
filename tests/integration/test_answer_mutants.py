"""The test cells notice every small change of the model answers; `nmautils verify --mutants`."""

import shutil

import pytest

from nmautils import cli
from nmautils.course.verify.mutants import (
    LIST_FILE,
    SEEDS,
    Exercise,
    Worker,
    exercises_of,
    problems_of,
    try_mutants,
)
from tests.support.amount import EVERYTHING
from tests.support.paths import ROOT, TINY_COURSE

# A run by default tries so many of each exercise's mutants, always the same ones.
SAMPLE = None if EVERYTHING else 20
MEAN = """
def mean(values):
    return sum(values) / len(values)
"""
TEST = """
from nmautils.check import Checks, probe
@probe
def call(values):
    return mean(values)
checks = Checks("mean")
with checks("mean", points=1):
    checks.close(call([1.0, 2.0, 6.0]), 3)
"""


@pytest.fixture(scope="module")
def tallies():
    return try_mutants(ROOT, sample=SAMPLE)


@pytest.mark.timeout(1800)
def test_every_mutant_is_caught_or_equivalent(tallies):
    for tally in tallies:
        print(tally)
    surviving = [
        f"{tally.exercise.name}: {mutant.change}\n{mutant.diff}"
        for tally in tallies
        for mutant in tally.surviving
    ]
    assert surviving == []
    assert [message for tally in tallies for message in tally.problems] == []


@pytest.mark.timeout(1800)
def test_each_exercise_has_many_mutants_and_few_are_equivalent(tallies):
    assert len(tallies) == 10
    for tally in tallies:
        wrong = len(tally.made) - len(tally.proved) - len(tally.listed)
        assert wrong >= 40, str(tally)
        assert len(tally.exercise.listed) <= 12, str(tally)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("preferred_orientation", "+    preferred = smooth.argmax(axis=0) % 180"),
        ("gd_loop", "-        optimizer.zero_grad()"),
        ("gd_loop", "+        if train_loss[-1] > min(train_loss):"),
        ("gd_loop", "+        return train_loss"),
        ("gd_loop", "+    for epoch in range(n_epochs - 1):"),
        ("relu_forward", "+        self.in_layer = nn.Linear(n_inputs, 200)"),  # as in the notebook
        ("relu_forward", "+        h = self.in_layer(r)"),
        ("rdm", "+    Z = zscore(resp)"),
        ("correlate_rdms", "+    pairs = np.triu_indices(len(rdm1))"),
        ("nll_loss", "+    net = DeepNetSoftmax(n_neurons, 20, n_classes)"),
        ("regularized_loss", "+    squares = torch.square(weights).mean()"),
        ("conv_fc", "+            self.conv.weight = nn.Parameter(filters.detach())"),
    ],
)
def test_mistakes_that_students_make_are_among_the_mutants(tallies, name, line):
    (tally,) = [tally for tally in tallies if tally.exercise.name == name]
    assert any(line in mutant.diff.splitlines() for mutant in tally.made)


def test_each_equivalent_mutant_has_its_reason():
    for exercise in exercises_of(ROOT):
        assert all(len(reason) > 20 for reason in exercise.listed.values()), exercise.name


@pytest.fixture
def worker():
    worker = Worker(Exercise("tiny", "mean", MEAN, TEST, "", cpu_seconds=2))
    yield worker
    worker.close()


def test_a_mutant_that_hangs_crashes_or_eats_memory_is_caught_and_the_next_is_judged(worker):
    assert worker.ask(MEAN) is True
    for line in [
        "while True: pass",
        "__import__('os').kill(__import__('os').getpid(), 9)",
        "__import__('os')._exit(0)",
        "raise SystemExit",
        "return bytearray(10**11)",
        "return [3.0] * 10**11",
    ]:
        assert not worker.ask(MEAN.replace("return", f"{line}\n    return")), line
        assert worker.ask(MEAN) is True


def test_an_answer_survives_only_if_it_is_right_for_every_draw(worker):
    drawn = TEST.replace("[1.0, 2.0, 6.0]), 3", "[0.0, checks.seed]), checks.seed / 2")
    worker.exercise = Exercise("tiny", "mean", MEAN, drawn, "")
    assert worker.ask(MEAN) is True
    for seed in SEEDS:
        assert worker.ask(f"def mean(v): return v[1] / 2 + (v[1] == {seed})") is False


@pytest.fixture
def course(tmp_path):
    shutil.copytree(TINY_COURSE, tmp_path / "course")
    return tmp_path / "course"


def verify(capsys, course):
    status = cli.main(["verify", "--mutants", "--root", str(course), "tiny"])
    return status, capsys.readouterr().out


def test_survivors_are_listed_with_their_line_and_end_with_1(course, capsys):
    status, out = verify(capsys, course)
    assert status == 1
    assert "tiny mean: 122 mutants made, " in out.splitlines()[0]
    assert (
        "-        weights = [1.0] * len(values)\n+        weights = [1.0] * 3\n"
    ) in out  # frozen to the size of the only input
    assert f"{out.count('full marks although')} problems found" in out


def test_what_is_listed_with_a_reason_is_equivalent_and_the_list_must_be_true(course, capsys):
    (tally,) = try_mutants(course)
    assert tally.surviving
    path = course / "source" / "tiny" / LIST_FILE
    blocks = [f"A reason.\n\n```diff\n{mutant.diff}\n```\n" for mutant in tally.surviving]
    path.write_text("# Title\n\n## mean\n\n" + "\n".join(blocks))
    status, out = verify(capsys, course)
    assert (status, out.splitlines()[-1]) == (0, "no problems found")
    assert f"({len(tally.proved)} proved, {len(blocks)} listed), 0 surviving" in out

    caught = tally.caught[0].diff
    blocks = [*blocks, f"Not so.\n\n```diff\n{caught}\n```\n", "Old.\n\n```diff\n-a\n+b\n```\n"]
    path.write_text("# Title\n\n## mean\n\n" + "\n".join(blocks))
    status, out = verify(capsys, course)
    assert status == 1
    assert f"lists as a right answer what the checks catch:\n{caught}" in out
    assert "lists what is no mutant of the answer:\n-a\n+b" in out


def test_a_model_answer_without_full_marks_is_said_to_be_so(course):
    path = course / "source" / "tiny" / "tiny.md"
    path.write_text(path.read_text().replace("[1, 2, 3], None), 2)", "[1, 2, 3], None), 9)"))
    (tally,) = try_mutants(course)
    messages = [problem.message for problem in problems_of(tally)]
    assert any("it does not get full marks" in message for message in messages)
