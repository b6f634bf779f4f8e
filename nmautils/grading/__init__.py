"""Grading a class, room by room along the road of a hand-in.

`intake` brings files to ``submitted/``, `repair` puts the student's work into the release, `run`
runs it behind walls and judges it from outside, `record` keeps the result, and `report` makes
pages of it. All of them speak of what stands in `model`, and what a stranger wrote is shown only
as `safe` leaves it. `grade_class` takes a whole class along this road, `nbgrader_plugins` is what
``nbgrader_config.py`` names.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import nmautils._fast_start  # noqa: F401  (for workers and kernels)

# Until the next release: where the plug-ins stood that a fork's nbgrader_config.py may name.
_MOVED = {
    "autograde": "autograde",
    "collect": "zip_collect",
    "feedback": "feedback_exporter",
    "late": "late_policy",
    "marks": "export_marks",
}


class _OldPlace(ModuleType):
    """Stands where a module was; says once where each of its names is now, and gives it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        place = f"{__name__}.nbgrader_plugins.{_MOVED[self.__name__.rpartition('.')[2]]}"
        value = getattr(import_module(place), name)
        print(
            f"nmautils: {self.__name__}.{name} is now {value.__module__}.{name}; change it in "
            "nbgrader_config.py, the old name goes with the next release",
            file=sys.stderr,
        )
        setattr(self, name, value)
        return value


for _name in _MOVED:
    sys.modules[f"{__name__}.{_name}"] = _OldPlace(f"{__name__}.{_name}")
