"""The examples in the docstrings of the student library run and give what they say."""

import doctest
import importlib
import inspect
import pkgutil

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

import nmautils
from tests.unit.test_exported_names import FLAT_MODULES, defined

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# What every example may use without an import, as the notebooks do.
NAMES = {"nma": nmautils, "np": np, "torch": torch}


def things() -> dict[str, object]:
    """Every public function and class of the student library, by its full name."""
    found = {}
    for name in [*FLAT_MODULES, "profile", "progress"]:
        if name == "checks":  # has its own tests, with an exercise at hand
            continue
        package = importlib.import_module(f"nmautils.{name}")
        modules = [package]
        for _, part, _ in pkgutil.iter_modules(getattr(package, "__path__", ())):
            modules.append(importlib.import_module(f"{package.__name__}.{part}"))
        for module in modules:
            hidden = module.__name__.rsplit(".", 1)[1].startswith("_") or name == "data"
            for thing in defined(module):
                value = getattr(module, thing)
                if hidden and not hasattr(package, thing):
                    continue  # shared inside the package, no student's
                if inspect.isclass(value) and issubclass(value, Exception):
                    continue
                found[f"{module.__name__}.{thing}"] = value
    return found


THINGS = things()


@pytest.fixture(autouse=True)
def _fresh_figures():
    with mpl.rc_context({"figure.dpi": 40}):
        yield
        plt.close("all")


@pytest.mark.parametrize("name", sorted(THINGS))
def test_the_examples_run(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    thing = THINGS[name]
    examples = doctest.DocTestFinder(recurse=False).find(thing, name, globs=dict(NAMES))
    examples = [test for test in examples if test.examples]
    assert examples, f"{name} has no Examples"
    report: list[str] = []
    for test in examples:
        doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert not report, "".join(report)
