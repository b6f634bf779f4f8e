"""Who may import whom: the order of the rooms of `nmautils`, held to by every import in it."""

import ast
import functools
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.paths import ROOT

# A room imports only itself and rooms before it.
ORDER = [
    "errors",
    "the library of students",
    "cells",
    "course",
    "grading.model",
    "grading.safe",
    "people",
    "grading.intake",
    "grading.repair",
    "grading.run",
    "grading.record",
    "grading.report",
    "handback",
    "grading.nbgrader_plugins",
    "grading.grade_class",
    "precheck",
    "commands",
    "cli",
]
# These know no other room of grading, but for the one that is named.
ALONE = {"grading.model": set(), "grading.safe": {"nmautils.grading.model.limits"}}
WITH_NBGRADER = {"course", "grading.record", "grading.nbgrader_plugins"}

PACKAGE = ROOT / "nmautils"
GRADING = PACKAGE / "grading"


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports_of(module: str, path: Path) -> Iterator[tuple[int, str]]:
    """Lines and names of all modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") + ["__init__"] * (path.name == "__init__.py")
            start = parts[: -node.level] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield node.lineno, whole if whole in FILES else base


@functools.cache
def imports() -> dict[str, list[tuple[int, str]]]:
    """What each file imports; made when first asked for, since every worker collects this."""
    return {module: list(imports_of(module, path)) for module, path in FILES.items()}


def room_of(module: str) -> str:
    inner = module.removeprefix("nmautils").removeprefix(".")
    found = (room for room in ORDER if f"{inner}.".startswith(f"{room}."))
    return next(found, "grading" if inner == "grading" else ORDER[1])


def broken(rule) -> list[str]:
    """Imports within the package of which `rule` (module, imported) says that they are wrong."""
    return [
        f"{FILES[module].relative_to(ROOT)}:{line} imports {imported}"
        for module, found in imports().items()
        for line, imported in found
        if rule(module, imported)
    ]


def in_order(module: str, imported: str) -> bool:
    here, there = room_of(module), room_of(imported)
    if imported.split(".")[0] != "nmautils" or here == there:
        return True
    if here not in ORDER or there not in ORDER:
        return there != "grading"
    if here in ALONE and there.startswith("grading."):
        return imported in ALONE[here]
    return ORDER.index(there) < ORDER.index(here)


def test_no_import_is_against_the_order_of_the_rooms():
    print("a room imports only rooms before it:", *ORDER, sep="\n    ")
    assert broken(lambda module, imported: not in_order(module, imported)) == []


def test_no_imports_go_in_a_circle():
    inner = {
        module: {imported for _, imported in found if imported in FILES} - {module}
        for module, found in imports().items()
    }
    try:
        TopologicalSorter(inner).prepare()
    except CycleError as error:
        pytest.fail(" is imported by ".join(error.args[1]))


def test_nbgrader_is_imported_only_where_its_files_and_gradebook_are_met():
    def wrong(module, imported):
        return imported.split(".")[0] == "nbgrader" and room_of(module) not in WITH_NBGRADER

    assert broken(wrong) == []


def test_nothing_that_students_import_needs_course_or_grading():
    def wrong(module, imported):
        return room_of(module) == ORDER[1] and room_of(imported) not in ORDER[:2]

    assert broken(wrong) == []


def test_grading_has_few_rooms_and_no_file_is_long():
    entries = sorted(path.name for path in GRADING.iterdir() if path.name != "__pycache__")
    assert len(entries) <= 10, entries
    lengths = {name_of(p): len(p.read_text().splitlines()) for p in GRADING.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 450} == {}


@pytest.mark.parametrize(
    ("module", "imported", "allowed"),
    [
        ("nmautils.grading.run.pool", "nmautils.grading.repair.rebuild", True),
        ("nmautils.grading.repair.rebuild", "nmautils.grading.run.pool", False),
        ("nmautils.grading.safe.text", "nmautils.grading.model.limits", True),
        ("nmautils.grading.safe.text", "nmautils.grading.model.results", False),
        ("nmautils.grading.model.results", "nmautils.grading.safe.text", False),
        ("nmautils.grading.model.results", "nmautils.cells", True),
        ("nmautils.course.build", "nmautils.grading.model.limits", False),
        ("nmautils.models", "nmautils.course.build", False),
        ("nmautils.models", "nmautils.training", True),
        ("nmautils.cells", "nmautils.course.stamp", False),
        ("nmautils.cli", "nmautils.commands.build", True),
        ("nmautils.grading.grade_class", "nmautils.commands.grade", False),
        ("nmautils.handing_in", "nmautils.precheck.check", False),
        ("nmautils.precheck.check", "nmautils.grading.repair.python_cells", True),
        ("nmautils.grading.run.pool", "numpy", True),
    ],
)
def test_the_rule_knows_right_from_wrong(module, imported, allowed):
    assert in_order(module, imported) is allowed
