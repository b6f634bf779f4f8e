"""Have code that was written for a graphics card run on a grader that has none.

This runs in the student's kernel, in the same process as the student's code. Where torch finds no
card, a device such as ``cuda:0`` or ``mps`` means the processor; ``torch.cuda.is_available()``
stays False. Nothing is compiled, and a `DataLoader` works in its own process: both only cost time
on the small inputs of a test. No result changes.

Only functions that take a device are wrapped, so that computing itself is as quick as ever.
"""

import contextlib
import functools
import inspect
from collections.abc import Callable
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import torch
from torch import Generator as TorchGenerator
from torch.utils import _device
from torch.utils.data import DataLoader

__all__ = ["compute_here"]

_CARDS = ("cuda", "mps", "xpu", "hip", "xla")
_CARD_BYTES = 2**30
_NOT_HERE: dict[str, Any] = {
    "num_workers": 0,
    "pin_memory": False,
    "timeout": 0,
    "multiprocessing_context": None,
    "prefetch_factor": None,
    "persistent_workers": False,
}


def compute_here() -> None:
    """Change torch in this process."""
    setattr(torch, "compile", _compile)  # noqa: B010
    setattr(torch.nn.Module, "compile", _nothing())  # noqa: B010
    DataLoader.__init__ = _in_process(DataLoader.__init__)  # type: ignore[method-assign]
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        _without_card()


def _here(device: Any) -> Any:
    """Give the processor for a card that is not there, anything else as it is."""
    if isinstance(device, torch.device):
        return "cpu" if device.type in _CARDS else device
    if isinstance(device, str):
        return "cpu" if device.startswith(_CARDS) else device
    return "cpu" if type(device) is int else device


def _compile(model: Any = None, *_: Any, **__: Any) -> Any:
    """Give what is to be compiled as it is, also as a decorator."""
    return model if model is not None else lambda function: function


def _nothing() -> Callable[..., None]:
    """Make a function that does nothing: torch's compiler knows each function by one name only."""
    return lambda *_, **__: None


def _giving(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def _itself() -> Callable[..., Any]:
    return lambda self, *_, **__: self


def _in_process(init: Callable[..., None]) -> Callable[..., None]:
    signature = inspect.signature(init)

    @functools.wraps(init)
    def changed(*given: Any, **named: Any) -> None:
        bound = signature.bind(*given, **named)
        bound.arguments.update(_NOT_HERE)
        init(*bound.args, **bound.kwargs)

    return changed


def _with_device(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function that takes its device by name."""

    @functools.wraps(function)
    def changed(*given: Any, **named: Any) -> Any:
        if "device" in named:
            named["device"] = _here(named["device"])
        return function(*given, **named)

    return changed


def _moving(move: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``Tensor.to``, whose first argument may be a device."""

    @functools.wraps(move)
    def changed(self: Any, *given: Any, **named: Any) -> Any:
        if given and isinstance(given[0], (str, int, torch.device)):
            given = (_here(given[0]), *given[1:])
        if "device" in named:
            named["device"] = _here(named["device"])
        return move(self, *given, **named)

    return changed


def _without_card() -> None:
    tensor: Any = torch.Tensor
    makers = {function.__name__ for function in _device._device_constructors()}
    for name in makers | {name for name in dir(torch) if name.endswith("_like")}:
        if hasattr(torch, name):
            setattr(torch, name, _with_device(getattr(torch, name)))
    for name in ("new_empty", "new_full", "new_ones", "new_tensor", "new_zeros"):
        setattr(tensor, name, _with_device(getattr(tensor, name)))
    tensor.to = _moving(tensor.to)
    for name in ("cuda", "pin_memory"):
        setattr(tensor, name, _itself())
    tensor.type = _typed(tensor.type)
    for name in ("cuda", "xpu"):
        setattr(torch.nn.Module, name, _itself())

    module: Any = torch
    module.set_default_device = _default_device(torch.set_default_device)
    module.set_default_tensor_type = _default_type(torch.set_default_tensor_type)
    module.Generator = _generator()
    module.load = _loading(torch.load)
    context: Any = _device.DeviceContext
    context.__init__ = _context(context.__init__)
    for name in ("Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short"):
        setattr(torch.cuda, f"{name}Tensor", getattr(torch, f"{name}Tensor"))
    _quiet_cuda(torch.cuda)
    for name in ("empty_cache", "manual_seed", "seed", "set_rng_state", "synchronize"):
        setattr(torch.mps, name, _nothing())
    for name in ("current_allocated_memory", "driver_allocated_memory", "recommended_max_memory"):
        setattr(torch.mps, name, _giving(0))
    for cards in (torch.cuda, torch.mps):
        setattr(cards, "get_rng_state", lambda *_, **__: torch.get_rng_state())  # noqa: B010
    tensor.record_stream = _nothing()


def _quiet_cuda(cuda: Any) -> None:
    """Have what speaks of the card, but computes nothing, do nothing."""
    for name in (
        "empty_cache",
        "init",
        "ipc_collect",
        "reset_accumulated_memory_stats",
        "reset_max_memory_allocated",
        "reset_max_memory_cached",
        "reset_peak_memory_stats",
        "set_device",
        "set_per_process_memory_fraction",
        "set_rng_state",
        "set_rng_state_all",
        "set_stream",
        "synchronize",
    ):
        setattr(cuda, name, _nothing())
    for name in ("mark", "range_end", "range_pop", "range_push", "range_start"):
        setattr(cuda.nvtx, name, _nothing())
    for name in ("clock_rate", "memory_usage", "power_draw", "temperature", "utilization"):
        setattr(cuda, name, _giving(0))
    cuda.memory_snapshot, cuda.get_device_capability = _giving([]), _giving((0, 0))
    cuda.can_device_access_peer, cuda.current_blas_handle = _giving(False), _giving(0)
    cuda.memory_summary = cuda.memory.memory_summary = _giving("no graphics card")
    cuda.initial_seed = lambda: torch.initial_seed()
    cuda.get_device_properties = lambda device=None: SimpleNamespace(
        # Not 0, since many compute a share of it.
        name="no graphics card",
        total_memory=_CARD_BYTES,
        major=0,
        minor=0,
        multi_processor_count=0,
    )
    cuda.Event, cuda.Stream = _Event, _Stream
    cuda.current_stream = cuda.default_stream = lambda device=None: _Stream()
    cuda.stream = contextlib.nullcontext
    cuda._exchange_device = cuda._maybe_exchange_device = lambda device: -1
    cuda.current_device = lambda: 0
    cuda.get_device_name = lambda device=None: "no graphics card"
    cuda.mem_get_info = lambda device=None: (_CARD_BYTES, _CARD_BYTES)


class _Event:
    """A moment, as ``torch.cuda.Event`` takes it to measure how long something took."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.at = perf_counter()

    def record(self, *_: Any) -> None:
        """Take the time."""
        self.at = perf_counter()

    def elapsed_time(self, later: "_Event") -> float:
        """Give the milliseconds up to a later one."""
        return 1e3 * (later.at - self.at)

    def synchronize(self) -> None:
        """Wait for nothing."""

    def query(self) -> bool:
        """Tell that the work is done."""
        return True


class _Stream:
    """A queue of work for a card: all work is done at once here."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.cuda_stream = self.priority = 0
        self.device = torch.device("cpu")

    def __enter__(self) -> "_Stream":
        return self

    def __exit__(self, *error: object) -> None: ...

    def synchronize(self) -> None:
        """Wait for nothing."""

    def wait_stream(self, stream: Any) -> None:
        """Wait for nothing."""

    def wait_event(self, event: Any) -> None:
        """Wait for nothing."""

    def record_event(self, event: _Event | None = None) -> _Event:
        """Give a moment."""
        event = event or _Event()
        event.record()
        return event

    def query(self) -> bool:
        """Tell that the work is done."""
        return True


def _typed(convert: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(convert)
    def changed(self: Any, dtype: Any = None, *given: Any, **named: Any) -> Any:
        if isinstance(dtype, str):
            dtype = dtype.replace("torch.cuda.", "torch.")
        return convert(self, dtype, *given, **named) if dtype is not None else convert(self)

    return changed


def _default_device(set_default: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(set_default)
    def changed(device: Any) -> None:
        set_default(None if device is not None and _here(device) == "cpu" else device)

    return changed


def _default_type(set_default: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(set_default)
    def changed(kind: Any) -> None:
        set_default(kind.replace("torch.cuda.", "torch.") if isinstance(kind, str) else kind)

    return changed


def _context(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def changed(self: Any, device: Any) -> None:
        init(self, _here(device))

    return changed


def _loading(load: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(load)
    def changed(file: Any, map_location: Any = None, *given: Any, **named: Any) -> Any:
        # What was saved on a card must say so, or loading it fails.
        where = "cpu" if map_location is None else map_location
        where = _here(where) if isinstance(where, str | torch.device) else where
        return load(file, where, *given, **named)

    return changed


def _generator() -> type:
    class AsBefore(type(TorchGenerator)):  # type: ignore[misc]
        """Has every generator of torch's count as one."""

        def __instancecheck__(cls, value: Any) -> bool:
            return isinstance(value, TorchGenerator)

    class Generator(TorchGenerator, metaclass=AsBefore):
        """torch's own, made for the processor."""

        def __new__(cls, device: Any = "cpu") -> Any:
            make: Any = TorchGenerator.__new__
            return make(cls, _here(device))

    return Generator
