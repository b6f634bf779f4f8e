"""What crosses between the judge and a student's process is plain data, or it is refused."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmautils.grading.model.limits import (
    CLASS_NAME_CHARACTERS,
    PROBE_BYTES,
    PROBE_CHARACTERS,
    PROBE_DEPTH,
    PROBE_DIMENSIONS,
    PROBE_NODES,
)
from nmautils.grading.run import values
from nmautils.grading.run.values import (
    DTYPES,
    TENSORS,
    BadValue,
    Other,
    decode,
    encode,
    name_of_class,
)


def there_and_back(value):
    return decode(*encode(value))


def same(came, value):
    """Whether two values are equal, NaN to NaN, and of the same types."""
    if type(came) is not type(value):
        return False
    if isinstance(value, (list, tuple)):
        return len(came) == len(value) and all(map(same, came, value))
    if isinstance(value, dict):
        return list(came) == list(value) and all(map(same, came.values(), value.values()))
    if isinstance(value, np.ndarray):
        return came.dtype == value.dtype and np.array_equal(came, value, equal_nan=True)
    return came == value or repr(came) == repr(value)


@st.composite
def arrays(draw):
    dtype = np.dtype(draw(st.sampled_from(sorted(DTYPES - {"bool"}))))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=4)))
    size = math.prod(shape) * dtype.itemsize
    raw = draw(st.binary(min_size=size, max_size=size))
    return np.frombuffer(raw, dtype).reshape(shape)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just(...)
    | st.complex_numbers(allow_nan=False)
    | arrays(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


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
        ('["array", "float64", [1], 1]', [b"x" * 8]),
        ('["array", "float64", [1], 0]', [b"x" * 7]),
        ('["array", "float64", [1], 0]', [b"x" * 9]),
        ('["array", "float64", [1], 0]', [b""]),
        ('["array", "float64", [], 0]', [b""]),
        ('["array", "float64", [0], 0]', [b"x" * 8]),
        ('["array", "float64", [2, 2], 0]', [b"x" * 16]),
        ('["array", "float64", [1], true]', [b"x" * 8] * 2),
        ('["array", "float64", [1], 0, 0]', [b"x" * 8]),
        ('["array", 5, [1], 0]', [b"x" * 8]),
        ('["array", "float64", 1, 0]', [b"x" * 8]),
        ('["array", "float64", [1], "0"]', [b"x" * 8]),
        ('["other", "array", "float64", [1], 0]', [b"x" * 8]),
        ('["dict", ["a", 1, 2]]', []),
        ('["dict", ["a", {}]]', []),
        ('["list", {}]', []),
        ('["tuple", []]', []),
        ('["ellipsis", 1]', []),
        ('["complex", 1]', []),
        ('["complex", 1, null]', []),
        (f'["complex", 1{"0" * 400}, 1]', []),
        ("[" * 100_000, []),
        ("1" * 10_000, []),
        (None, []),
        (b"1", []),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_as_it_should_be_is_refused(text, buffers):
    with pytest.raises(BadValue):
        decode(text, buffers)


@given(plain)
def test_whatever_is_plain_comes_back_the_same(value):
    assert same(there_and_back(value), value)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(
            st.sampled_from(
                ["list", "tuple", "dict", "array", "tensor", "ellipsis", "complex", "other"]
            ),
            st.lists(inner, max_size=4),
        ).map(lambda pair: [pair[0], *pair[1]])
        | st.tuples(
            st.sampled_from(["array", "tensor"]),
            st.sampled_from(sorted(DTYPES)) | st.text(max_size=3),
            st.lists(st.integers(-1, 4) | st.booleans() | st.integers(), max_size=3),
            st.integers(-2, 3) | st.booleans(),
        ).map(list)
    ),
    max_leaves=15,
)


@given(trees, st.lists(st.binary(max_size=40), max_size=3))
def test_any_tree_gives_a_value_or_a_clean_error(tree, buffers):
    try:
        decode(json.dumps(tree), buffers)
    except BadValue:
        return


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_clean_error(text):
    try:
        decode(text)
    except BadValue:
        return


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


def nested(kind, levels):
    """A 0 in so many lists, tuples or dictionaries, and its tree as text."""
    value, tree = 0, "0"
    for _ in range(levels):
        if kind == "dict":
            value, tree = {"a": value}, f'["dict", ["a", {tree}]]'
        else:
            value = [value] if kind == "list" else (value,)
            tree = f'["{kind}", {tree}]'
    return value, tree


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_depth_is_bounded_at_the_limit_and_one_past_it(kind):
    value, tree = nested(kind, PROBE_DEPTH)
    assert encode(value) == (tree, [])
    assert decode(tree) == value
    value, tree = nested(kind, PROBE_DEPTH + 1)
    with pytest.raises(BadValue, match="deep"):
        encode(value)
    with pytest.raises(BadValue, match="deep"):
        decode(tree)


@pytest.mark.parametrize("kind", ["list", "dict"])
def test_parts_are_bounded_at_the_limit_and_one_past_it(kind, monkeypatch):
    assert values.PROBE_NODES == PROBE_NODES
    most_parts = 1_000  # the same at any limit, and this one is quick
    monkeypatch.setattr(values, "PROBE_NODES", most_parts)

    def of(parts):
        if kind == "dict":
            return {str(i): 0 for i in range(parts)}
        return [0] * parts

    # The container itself is a part.
    most = of(most_parts - 1)
    assert there_and_back(most) == most
    too_many = of(most_parts)
    with pytest.raises(BadValue, match="too much"):
        encode(too_many)
    pairs = [[name, 0] for name in too_many] if kind == "dict" else too_many
    with pytest.raises(BadValue, match="too much"):
        decode(json.dumps([kind, *pairs]))


def test_text_is_bounded_at_the_limit_and_one_past_it():
    assert len(decode('"' + "a" * (PROBE_CHARACTERS - 2) + '"')) == PROBE_CHARACTERS - 2
    with pytest.raises(BadValue, match="text"):
        decode('"' + "a" * (PROBE_CHARACTERS - 1) + '"')


@pytest.mark.parametrize("first", [0, 8])
def test_numbers_are_bounded_at_the_limit_and_one_past_it(first):
    most = memoryview(bytes(PROBE_BYTES + 1))
    assert decode("1", [most[:first], most[first:-1]]) == 1
    with pytest.raises(BadValue, match="numbers"):
        decode("1", [most[:first], most[first:]])
    # Bytes are counted, not items.
    with pytest.raises(BadValue, match="numbers"):
        decode("1", [np.zeros(PROBE_BYTES // 8 + 1)])


def test_dimensions_are_bounded_at_the_limit_and_one_past_it():
    most = [1] * PROBE_DIMENSIONS
    assert decode(f'["array", "int8", {most}, 0]', [b"x"]).shape == tuple(most)
    with pytest.raises(BadValue, match="not an array"):
        decode(f'["array", "int8", {[*most, 1]}, 0]', [b"x"])


@pytest.mark.parametrize("kind", ["array", "tensor"])
@pytest.mark.parametrize("dtype", sorted(DTYPES))
def test_each_kind_of_number_has_its_size_and_its_order_of_bytes(kind, dtype):
    item = np.array([0, 1]).astype(dtype)
    raw = item.astype(item.dtype.newbyteorder("<")).tobytes()
    text = f'["{kind}", "{dtype}", [2], 0]'
    if kind == "tensor" and dtype not in TENSORS:
        with pytest.raises(BadValue):
            decode(text, [raw])
        return
    came = decode(text, [raw])
    assert isinstance(came, torch.Tensor if kind == "tensor" else np.ndarray)
    assert came.tolist() == item.tolist()
    assert dtype in str(came.dtype)


def test_numbers_are_sent_with_the_lowest_byte_first():
    text, buffers = encode([np.array([1, 258], dtype=">i2"), np.float32([1])])
    assert text == '["list", ["array", "int16", [2], 0], ["array", "float32", [1], 1]]'
    assert buffers == [b"\1\0\2\1", b"\0\0\x80\x3f"]


def test_several_arrays_keep_their_own_numbers():
    came = there_and_back({"a": np.arange(3), "b": (np.ones(2), torch.zeros(1))})
    assert came["a"].tolist() == [0, 1, 2]
    assert came["b"][0].tolist() == [1, 1]
    assert came["b"][1].tolist() == [0]


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor([1.5, -2], dtype=torch.bfloat16),
        torch.complex(torch.ones(2), torch.ones(2)).conj().imag,
        torch.nn.Parameter(torch.ones(2)),
    ],
    ids=["bfloat16", "negated view", "parameter"],
)
def test_tensors_that_numpy_does_not_know_as_they_are_come_as_numbers(tensor):
    came = there_and_back(tensor)
    assert came.dtype == torch.float32
    assert came.tolist() == tensor.tolist()


def test_a_class_that_only_says_it_is_a_tensor_is_something_else():
    class Tensor:
        pass

    Tensor.__module__ = "torch.fake"
    assert encode(Tensor()) == ('["other", "Tensor"]', [])


class detach:
    def detach(self):
        raise AssertionError("nobody should call this")


def test_a_class_that_only_has_a_tensors_methods_is_something_else():
    assert encode(detach()) == ('["other", "detach"]', [])


def test_numbers_without_a_python_counterpart_are_something_else():
    assert encode(np.longdouble(1))[0] == '["other", "longdouble"]'
    assert encode(np.complex64(1))[0] == '["other", "complex64"]'


def test_names_of_a_dictionary_become_text():
    assert there_and_back({1: "a", None: "b"}) == {"1": "a", "None": "b"}


class Whole(int):
    def __repr__(self):
        return "__import__('os')"


class Half(float):
    def __repr__(self):
        return "NaN"


def test_numbers_of_a_subclass_are_sent_as_what_they_are():
    assert encode([Whole(3), Half(0.5), True])[0] == '["list", 3, 0.5, true]'


def test_something_else_has_the_name_of_its_class_if_a_class_can_have_it():
    came = decode('["other", "Net"]')
    assert isinstance(came, Other)
    assert type(came).__name__ == "Net"
    assert type(decode('["other", "a b"]')).__name__ == "object"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a" * CLASS_NAME_CHARACTERS, True),
        ("a" * (CLASS_NAME_CHARACTERS + 1), False),
        ("Größe", True),
        ("", False),
        ("a b", False),
        ("1a", False),
        ("class", False),
        ("None", False),
        (None, False),
        (["a"], False),
    ],
)
def test_a_name_is_taken_if_a_class_can_have_it(name, good):
    assert name_of_class(name, "Error") == (name if good else "Error")


@pytest.mark.parametrize("shape", [[-1, -1], [0, -1], [-1]])
def test_a_shape_is_looked_at_before_its_size_is_computed(shape):
    raw = b"x" * (8 if 0 not in shape else 0)
    with pytest.raises(BadValue, match="not an array of numbers"):
        decode(f'["array", "float64", {shape}, 0]', [raw])
