"""The list of what there is where notebooks are graded says what pyproject.toml says."""

import functools
import re
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest

from nmautils.grading.run.forkserver import WARM
from nmautils.precheck.environment import MODULES, is_there, modules_of


def name_of(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@functools.cache
def needed(package: str, extra: str = "") -> frozenset[str]:
    """Packages that one asks for, with an extra of its own or without."""
    try:
        lines = requires(package) or []
    except PackageNotFoundError:  # for another system
        return frozenset()
    return frozenset(
        name_of(line)
        for line in lines
        if "extra ==" not in line or (extra and re.search(rf"extra == ['\"]{extra}['\"]", line))
    )


def closure(package: str, extra: str) -> set[str]:
    """Packages that come with one, and what comes with those."""
    found, todo = {package}, set(needed(package, extra))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo |= needed(name)
    return found


PACKAGES = {
    module: {name.lower().replace("_", "-") for name in names}
    for module, names in packages_distributions().items()
}


def test_everything_that_the_library_and_grading_ask_for_is_in_the_list():
    in_list = set().union(*(PACKAGES.get(module, set()) for module in MODULES))
    installed = set().union(*PACKAGES.values())
    wanted = needed("nmautils", "grading") & installed
    assert len(wanted) > 25
    assert wanted - in_list - {"tomli", "tzdata"} == set()


@pytest.mark.parametrize("module", sorted(MODULES - {"nmautils"}))
def test_what_is_in_the_list_comes_with_them(module):
    assert PACKAGES[module] & closure("nmautils", "grading")


@pytest.mark.parametrize("module", ["cupy", "numba", "statsmodels", "tensorflow", "helpers"])
def test_other_packages_are_not_there(module):
    assert not is_there(module)


@pytest.mark.parametrize("module", ["os", "json", "__future__", "numpy", "torch", "nmautils"])
def test_python_and_the_library_are_there(module):
    assert is_there(module)


def test_what_the_forkserver_imports_comes_with_the_extra():
    modules = {name.partition(".")[0] for name in WARM} - {"nmautils"}
    brought = closure("nmautils", "grading")
    assert [m for m in sorted(modules) if not PACKAGES[m] & brought] == []


@pytest.mark.parametrize("package", "einops pandas plotly scikit-image seaborn torchinfo".split())
def test_what_hosted_notebooks_preload_comes_with_the_extra_and_not_by_chance(package):
    assert package in needed("nmautils", "grading")


def test_packages_of_the_course_bring_their_modules_and_what_these_need():
    found = modules_of(["Hypothesis[cli]>=6", "scikit.image ; python_version > '3'", "no-such"])
    assert {"hypothesis", "sortedcontainers", "skimage", "no_such"} <= found
    assert "pytest" not in found
    assert is_there("hypothesis", found)
    assert not is_there("pytest", found)
    assert modules_of([]) == frozenset()
