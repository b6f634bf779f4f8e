"""Plain data on their way between the judge and a student's process.

Whatever comes back was made by a stranger's program, so nothing here is ever unpickled,
evaluated or called: a small JSON tree says what there is, and the numbers of arrays follow as
raw bytes, which are only taken if dtype, shape and size agree.

In the tree, ``null``, booleans, numbers and strings stand for themselves. Everything else is a
list whose first entry says what it is: ``["list", ...]``, ``["tuple", ...]``,
``["dict", [key, value], ...]``, ``["array" or "tensor", dtype, shape, buffer]``,
``["ellipsis"]``, ``["complex", re, im]`` and ``["other", name of the type]``.
"""

import json
import keyword
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nmautils.grading.model.limits import (
    CLASS_NAME_CHARACTERS,
    PROBE_BYTES,
    PROBE_CHARACTERS,
    PROBE_DEPTH,
    PROBE_DIMENSIONS,
    PROBE_NODES,
)

__all__ = ["BadValue", "Other", "decode", "encode", "name_of_class"]

DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()
)
TENSORS = frozenset("bool int8 int16 int32 int64 uint8 float16 float32 float64".split())


class BadValue(ValueError):
    """What came is not plain data, or too much of it."""


class Other:
    """A value that is not plain data; its class has the name of the real one."""


def encode(value: Any) -> tuple[str, list[bytes]]:
    """Write a value as JSON text and buffers.

    Parameters
    ----------
    value : object
        Numbers, strings, None, ``...``, arrays, tensors, and lists, tuples or dictionaries of
        those. Of anything else only the name of its type is kept.

    Returns
    -------
    text : str
        The tree.
    buffers : list of bytes
        Numbers of its arrays.

    Raises
    ------
    BadValue
        If it is nested too deeply or has too many parts.
    """
    buffers: list[bytes] = []
    left = PROBE_NODES

    def tree(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > PROBE_DEPTH:
            raise BadValue("too much, or nested too deeply, to be handed on")
        if isinstance(value, (np.bool_, np.integer, np.floating)):
            value = value.item()
        if value is None or isinstance(value, (str, int, float)):
            return value
        if isinstance(value, complex):
            return ["complex", value.real, value.imag]
        if isinstance(value, (list, tuple)):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return [kind, *(tree(part, depth + 1) for part in value)]
        if isinstance(value, dict):
            return ["dict", *([str(k), tree(v, depth + 1)] for k, v in value.items())]
        if value is ...:
            return ["ellipsis"]
        return _array_tree(value, buffers)

    return json.dumps(tree(value, 0)), buffers


def _array_tree(value: Any, buffers: list[bytes]) -> list[Any]:
    kind = "array"
    if type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach"):
        kind = "tensor"
        value = value.detach().cpu().resolve_conj().resolve_neg()
        # NumPy has no such numbers.
        value = (value.float() if "bfloat16" in str(value.dtype) else value).numpy()
    if not isinstance(value, np.ndarray) or value.dtype.name not in DTYPES:
        return ["other", type(value).__name__]
    dtype = value.dtype.newbyteorder("<")
    buffers.append(np.ascontiguousarray(value, dtype=dtype).tobytes())
    return [kind, value.dtype.name, list(value.shape), len(buffers) - 1]


def decode(text: str, buffers: Sequence[Any] = ()) -> Any:
    """Read what `encode` wrote, wherever it comes from; arrays are fresh copies.

    Parameters
    ----------
    text : str
        The tree.
    buffers : sequence of bytes-like
        Numbers of its arrays.

    Returns
    -------
    object
        The value; for an ``["other", name]`` an instance of a class with this name.

    Raises
    ------
    BadValue
        If anything about it is not as `encode` writes it, or there is too much.
    """
    if not isinstance(text, str) or len(text) > PROBE_CHARACTERS:
        raise BadValue("too much text")
    if sum(memoryview(buffer).nbytes for buffer in buffers) > PROBE_BYTES:
        raise BadValue("too many numbers")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"not a tree of values ({type(error).__name__})") from None
    left, unused = PROBE_NODES, set(range(len(buffers)))

    def value(node: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > PROBE_DEPTH:
            raise BadValue("too much, or nested too deeply")
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        match node:
            case ["list", *parts]:
                return [value(part, depth + 1) for part in parts]
            case ["tuple", *parts]:
                return tuple(value(part, depth + 1) for part in parts)
            case ["dict", *pairs]:
                return {_key(pair): value(pair[1], depth + 1) for pair in pairs}
            case ["array" | "tensor" as kind, str(dtype), list(shape), int(index)]:
                # Of one that is named twice there would be two copies, of one named often too many.
                if type(index) is not int or index not in unused:
                    raise BadValue("numbers of an array are missing")
                unused.remove(index)
                return _read_array(kind, dtype, shape, buffers[index])
            case ["ellipsis"]:
                return ...
            case ["complex", int() | float() as real, int() | float() as imaginary]:
                return _complex(real, imaginary)
            case ["other", str(name)]:
                return type(name_of_class(name, "object"), (Other,), {})()
        raise BadValue("not plain data")

    return value(tree, 0)


def name_of_class(name: Any, otherwise: str) -> str:
    """Return `name` if a class can have it, else `otherwise`."""
    good = isinstance(name, str) and len(name) <= CLASS_NAME_CHARACTERS and name.isidentifier()
    return name if good and not keyword.iskeyword(name) else otherwise


def _complex(real: float, imaginary: float) -> complex:
    try:
        return complex(real, imaginary)
    except OverflowError:
        raise BadValue("too large a number") from None


def _key(pair: Any) -> str:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
        raise BadValue("not a pair of a name and a value")
    return pair[0]


def _read_array(kind: str, dtype: str, shape: list[Any], buffer: Any) -> Any:
    good_shape = len(shape) <= PROBE_DIMENSIONS and all(type(n) is int and n >= 0 for n in shape)
    if dtype not in (TENSORS if kind == "tensor" else DTYPES) or not good_shape:
        raise BadValue("not an array of numbers")
    raw = memoryview(buffer)
    if math.prod(shape) * np.dtype(dtype).itemsize != raw.nbytes:
        raise BadValue("the size of an array does not fit its shape")
    try:
        array = np.empty(shape, dtype=dtype)
    except (ValueError, OverflowError):
        raise BadValue("no array has such a shape") from None
    if array.size:
        flat = np.frombuffer(raw, dtype=np.dtype(dtype).newbyteorder("<"))
        array[...] = flat.reshape(shape)
    if kind == "array":
        return array
    import torch

    return torch.from_numpy(array)
