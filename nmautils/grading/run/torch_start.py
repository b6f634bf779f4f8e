"""Let torch start in half the time: its compiler is imported only if somebody needs it.

The first optimiser of a process imports ``torch._dynamo``, some 800 modules, to say that the
compiler should leave the optimiser alone. Without a compiler that says nothing. So a small module
stands in its place, and makes way for the real one as soon as anything else of it is asked for.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["put_off_the_compiler"]

NAME = "torch._dynamo"


class _NotYet(ModuleType):
    """Stands for ``torch._dynamo``."""

    def disable(self, function: Any = None, *_: Any, **__: Any) -> Callable[..., Any]:
        """Leave a function as it is, which is what the real one does where nothing is compiled."""
        return (lambda named: named) if function is None else function

    def graph_break(self, *_: Any, **__: Any) -> None:
        """Do nothing, as the real one where nothing is compiled."""

    def __getattr__(self, name: str) -> Any:
        # Many look at what all modules have in common; an import of a part of it asks for its path.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
            _torch()._dynamo = importlib.import_module(NAME)
        return getattr(sys.modules[NAME], name)


def put_off_the_compiler() -> None:
    """Do so, unless it is there already."""
    if NAME not in sys.modules:
        sys.modules[NAME] = _torch()._dynamo = _NotYet(NAME)


def _torch() -> Any:
    return importlib.import_module("torch")
