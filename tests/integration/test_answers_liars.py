"""Whoever answers the judge in the student's place earns nothing without the right numbers.

A student's process may send back anything for a probe. Here liars sit on the other side: they
know every probe, what a right answer's values look like, and the checks that students can
see, and still they have not done the exercise. None of them gets a point for any check.
"""

from collections import defaultdict

import numpy as np
import pytest
import torch

from nmautils.grading.run.values import decode, encode
from tests.support.amount import EVERYTHING, some
from tests.support.answers_runner import all_answers, feedback, run

RIGHT = [answer for answer in all_answers() if answer.right]
EXERCISES = {answer.exercise: answer for answer in reversed(RIGHT)}
SEEDS = (11, 12) if EVERYTHING else (11,)
exercise = pytest.mark.parametrize("answer", EXERCISES.values(), ids=EXERCISES)


def judge(answer, monkeypatch, seed, channel=None):
    monkeypatch.setenv("NMAUTILS_CHECK_SEED", str(seed))
    return run(answer.tutorial, answer.exercise, answer.source, channel=channel)


def assert_nothing_earned(answer, monkeypatch, channel, seeds=SEEDS):
    for seed in seeds:
        score = judge(answer, monkeypatch, seed, channel)
        assert score == 0, score.text()
        assert score.possible == answer.points
        assert feedback(score)


def leaves(value):
    """Arrays, tensors and numbers inside of a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, (np.ndarray, torch.Tensor, float)):
        yield value


def rebuilt(value, number):
    """Copy a value, with every float, array and tensor replaced by ``number(it)``."""
    if isinstance(value, dict):
        return {key: rebuilt(part, number) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(rebuilt(part, number) for part in value)
    return number(value) if isinstance(value, (np.ndarray, torch.Tensor, float)) else value


def same(a, b):
    return np.shape(a) == np.shape(b) and np.array_equal(a, b)


def like(value, numbers):
    """Numbers in the container and type that `value` has."""
    numbers = np.broadcast_to(numbers, np.shape(value))
    if isinstance(value, torch.Tensor):
        return torch.tensor(numbers.copy()).to(value.dtype)
    return numbers.astype(value.dtype) if isinstance(value, np.ndarray) else float(numbers)


# ---- what a liar knows: the look of an honest value, without the work


CONSTANTS = [None, True, 0, 1, 0.5, "", [], {}, ..., np.zeros((3, 3)), torch.ones(2, 1)]


@exercise
@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
def test_constant_earns_nothing(answer, constant, monkeypatch):
    assert_nothing_earned(answer, monkeypatch, lambda *_: lambda *args: constant, SEEDS[:1])


@exercise
@pytest.mark.parametrize("which", range(6))
def test_echo_of_an_argument_earns_nothing(answer, which, monkeypatch):
    def channel(name, function):
        def echo(*args):
            parts = [*args, *leaves(args)]
            return parts[which % len(parts)]

        return echo

    assert_nothing_earned(answer, monkeypatch, channel, SEEDS[:1])


def zeros(value, given, rng):
    return like(value, 0)


def ones(value, given, rng):
    return like(value, 1)


def noise(value, given, rng):
    return like(value, rng.normal(size=np.shape(value)))


def something_given(value, given, rng):
    """An argument of the same shape, if there is one."""
    fitting = [part for part in given if np.shape(part) == np.shape(value)]
    return like(value, np.asarray(fitting[-1] if fitting else 0))


def decline(value, given, rng):
    """Numbers that fall from entry to entry, as losses should."""
    size = int(np.prod(np.shape(value)))
    return like(value, np.linspace(3, 1, size).reshape(np.shape(value)))


NUMBERS = [zeros, ones, noise, something_given, decline]


@exercise
@pytest.mark.parametrize("numbers", NUMBERS, ids=lambda numbers: numbers.__name__)
@pytest.mark.parametrize("keep", [False, True], ids=["all", "but what was handed in"])
def test_right_look_with_other_numbers_earns_nothing(answer, numbers, keep, monkeypatch):
    rng = np.random.default_rng(0)

    def channel(name, function):
        def lie(*args):
            given = list(leaves(args))

            def number(value):
                if keep and any(same(value, part) for part in given):
                    return value
                return numbers(value, given, rng)

            return rebuilt(function(*args), number)

        return lie

    assert_nothing_earned(answer, monkeypatch, channel)


# ---- what a liar may have seen elsewhere


def keys(name, args):
    text, buffers = encode(list(args))
    return name, text, *buffers


def transcript(answer, monkeypatch, seed):
    """Whole honest exchange: (name, arguments, value) of each call, in order."""
    calls = []

    def channel(name, function):
        def ask(*args):
            key = keys(name, args)
            value = function(*args)
            calls.append((name, key, value))
            return value

        return ask

    score = judge(answer, monkeypatch, seed, channel)
    assert score == score.possible
    return calls


@exercise
def test_knowing_all_inputs_that_are_always_the_same_earns_nothing(answer, monkeypatch):
    first, second = (transcript(answer, monkeypatch, seed) for seed in (1, 2))
    always = {key for _, key, _ in first} & {key for _, key, _ in second}

    def channel(name, function):
        def ask(*args):
            value = function(*args)
            if keys(name, args) in always:
                return value
            return rebuilt(value, lambda number: like(number, 0))

        return ask

    assert_nothing_earned(answer, monkeypatch, channel)


@exercise
def test_exchange_of_another_student_played_back_earns_nothing(answer, monkeypatch):
    calls = transcript(answer, monkeypatch, 1)

    def channel(name, function):
        values = [value for called, _, value in calls if called == name]

        def ask(*args):
            return values.pop(0) if len(values) > 1 else values[0]

        return ask

    for seed in SEEDS:
        score = judge(answer, monkeypatch, seed, channel)
        assert score == 0, score.text()


# ---- what crosses over


def strict(value, path="value"):
    """Fail unless a value is of the types that may cross between judge and student."""
    if isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            strict(part, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, part in value.items():
            assert type(key) is str, f"{path} has the key {key!r}"
            strict(part, f"{path}[{key!r}]")
    elif isinstance(value, np.ndarray):
        assert value.dtype.kind in "biuf", f"{path} has dtype {value.dtype}"
    elif isinstance(value, torch.Tensor):
        assert not value.is_complex(), f"{path} is complex"
    else:
        plain = (type(None), bool, int, float, str, np.bool_, np.integer, np.floating)
        assert isinstance(value, plain), f"{path} is a {type(value).__name__}"


def over_the_wire(value):
    return decode(*encode(value))


# What crosses is settled by the probes, which all answers to an exercise share: by default one
# answer to each, and a quarter of the others.
SENT = dict.fromkeys([*EXERCISES.values(), *some(RIGHT, 4)])


@pytest.mark.parametrize("answer", SENT, ids=str)
def test_only_plain_data_crosses_and_full_marks_arrive(answer):
    crossed = defaultdict(int)

    def channel(name, function):
        def ask(*args, **named):
            assert not named
            strict(args, f"argument of {name}")
            value = function(*over_the_wire(args))
            strict(value, name)
            crossed[name] += 1
            return over_the_wire(value)

        return ask

    score = run(answer.tutorial, answer.exercise, answer.source, channel=channel)
    assert score == score.possible, score.text()
    assert crossed
