"""To be imported first by our own programs: spares each of them two seconds.

jsonschema, under nbformat, checks addresses with ``rfc3987_syntax`` if it finds that package, whose
import builds a grammar. No schema of a notebook asks for such a check.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_modules: dict[str, Any] = sys.modules
_modules.setdefault("rfc3987_syntax", None)

__all__ = ["spare_server_extensions"]


class _Package(ModuleType):
    """A package whose ``__init__`` runs when something of it is asked for, and not before."""

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return import_module(f"{self.__name__}._version").__version__
        if "server_extension" not in name and "labextension" not in name:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        object.__setattr__(self, "__class__", ModuleType)
        assert self.__spec__ is not None
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def spare_server_extensions(package: str = "nbgrader") -> None:
    """Let modules of nbgrader be imported without its extensions of Jupyter's server.

    ``nbgrader/__init__.py`` holds nothing but its version and those extensions, with which come
    Jupyter's server and all commands of nbgrader: as much again as the gradebook takes.
    """
    if package in sys.modules or (spec := find_spec(package)) is None:
        return
    module = _Package(package, "Its __init__ has not run yet.")
    module.__spec__, module.__loader__, module.__package__ = spec, spec.loader, package
    module.__file__ = spec.origin
    module.__path__ = list(spec.submodule_search_locations or ())
    _modules[package] = module
