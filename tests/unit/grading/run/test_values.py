"""What crosses between the judge and a student's process is plain data, or it is refused."""

import json
import math

import numpy as np
import pytest
import torch

from nmautils.grading.run.values import BYTES, CHARACTERS, DEPTH, NODES, BadValue, decode, encode


def there_and_back(value):
    return decode(*encode(value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        -(2**70),
        0.1,
        math.inf,
        "text with \N{MICROSCOPE} and \x00",
        2 - 3j,
        [1, [2.5, "a"], []],
        (1, (2,)),
        {"a": [1], "": {"b": None}},
        ...,
    ],
    ids=repr,
)
def test_plain_data_comes_back_equal_and_of_the_same_type(value):
    came = there_and_back(value)
    assert came == value
    assert type(came) is type(value)


def test_nan_comes_back_as_nan():
    assert math.isnan(there_and_back(math.nan))


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_arrays_come_back_as_fresh_copies(dtype, shape):
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    came = there_and_back(array)
    assert came.dtype == array.dtype
    np.testing.assert_array_equal(came, array)
    assert came.flags.writeable
    assert not np.shares_memory(came, array)


@pytest.mark.parametrize("array", [np.ones((4, 6))[::2, ::3].T, np.ones(3, dtype=">f8")])
def test_arrays_of_any_layout_keep_their_numbers(array):
    np.testing.assert_array_equal(there_and_back(array), array)


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float16, torch.float64])
def test_tensors_come_back_as_tensors_without_a_graph(dtype):
    tensor = torch.arange(6).reshape(2, 3).to(dtype)
    came = there_and_back([tensor])[0]
    assert came.dtype == dtype
    assert torch.equal(came, tensor)
    parameter = torch.nn.Parameter(torch.ones(2))
    assert not there_and_back(parameter * 2).requires_grad


def test_numbers_of_numpy_become_pythons_own():
    came = there_and_back([np.float32(0.5), np.int8(3), np.bool_(True)])
    assert came == [0.5, 3, True]
    assert [type(value) for value in came] == [float, int, bool]


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, lambda: 0, np.array([object()]), np.array(["a"]), np.ones(1, dtype="c16")],
)
def test_of_anything_else_only_the_name_of_its_type_comes(value):
    came = there_and_back({"value": value})["value"]
    assert type(came).__name__ == type(value).__name__
    with pytest.raises(TypeError):
        np.asarray(came, dtype=float)


class Liar(list):
    """A list that claims to be equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


def test_tricks_of_a_subclass_stay_behind():
    came = there_and_back(Liar([1]))
    assert type(came) is list
    assert came != [2]


@pytest.mark.parametrize(
    ("text", "buffers"),
    [
        ("", []),
        ("{}", []),
        ('{"a": 1}', []),
        ("[]", []),
        ('["pickle", "x"]', []),
        ('["list"', []),
        ('["dict", ["a"]]', []),
        ('["dict", [1, 2]]', []),
        ('["dict", "ab"]', []),
        ('["complex", "1", 2]', []),
        ('["other", 3]', []),
        ('["array", "float64", [1], 0]', []),
        ('["array", "float64", [1], -1]', [b"x" * 8]),
        ('["array", "float64", [2], 0]', [b"x" * 8]),
        ('["array", "float64", [-1], 0]', [b"x" * 8]),
        ('["array", "float64", [true], 0]', [b"x" * 8]),
        ('["array", "float64", [1.0], 0]', [b"x" * 8]),
        ('["array", "object", [1], 0]', [b"x" * 8]),
        ('["array", "O", [1], 0]', [b"x" * 8]),
        ('["tensor", "uint64", [1], 0]', [b"x" * 8]),
        ('["array", "float64", [0, 9999999999999999999], 0]', [b""]),
        (f'["array", "float64", {[1] * 40}, 0]', [b"x" * 8]),
        ("[" * 100_000, []),
        ("1" * 10_000, []),
        ('["list",' * (DEPTH + 2) + "1" + "]" * (DEPTH + 2), []),
        (json.dumps(["list", *[0] * (NODES + 1)]), []),
        ('"' + "a" * CHARACTERS + '"', []),
        ("1", [bytes(BYTES + 1)]),
        (None, []),
        (b"1", []),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_as_it_should_be_is_refused(text, buffers):
    with pytest.raises(BadValue):
        decode(text, buffers)


def test_noise_is_refused_and_nothing_else_happens():
    rng = np.random.default_rng(0)
    text, buffers = encode({"a": [1, (2.5, "x")], "b": np.ones((2, 3))})
    for _ in range(3000):
        noisy = list(text)
        for _ in range(rng.integers(1, 4)):
            noisy[rng.integers(len(noisy))] = chr(rng.integers(32, 127))
        try:
            decode("".join(noisy), buffers)
        except BadValue:
            continue


def test_what_is_too_deep_or_too_much_is_not_sent():
    deep = []
    for _ in range(DEPTH + 2):
        deep = [deep]
    with pytest.raises(BadValue):
        encode(deep)
    with pytest.raises(BadValue):
        encode([0] * (NODES + 1))
