"""Cells, names, points and badges are as the contract and the source say."""

from collections.abc import Iterator

from nbformat import NotebookNode

from nmautils.cells import BEGIN_SCHEME, BEGIN_SOLUTION, Kind, kind_of
from nmautils.course import contract
from nmautils.course.problems import Problem
from nmautils.course.settings import FILE_NAME, Settings
from nmautils.course.stamp import Place, badges, one_kind_of
from nmautils.errors import CourseError

__all__ = ["check_release", "check_structure"]


def check_structure(
    settings: Settings, tutorial: str, stamped: NotebookNode, places: list[Place]
) -> Iterator[Problem]:
    """Check the contract's names, tests, questions and points."""
    where = places[0].path
    at = {cell.id: (cell, place) for cell, place in zip(stamped.cells, places, strict=True)}
    kinds = {cell.id: kind_of(cell) for cell in stamped.cells}
    found = {
        kind: [cell.id for cell in stamped.cells if kinds[cell.id] is kind]
        for kind in (Kind.EXERCISE, Kind.TEST, Kind.QUESTION)
    }
    if tutorial in contract.EXERCISES:
        for kind, wanted in [
            (Kind.EXERCISE, contract.EXERCISES[tutorial]),
            (Kind.QUESTION, contract.QUESTIONS[tutorial]),
        ]:
            for name in wanted:
                if name not in found[kind]:
                    yield Problem(where, f"the contract's {kind} {name!r} is missing")
            for name in found[kind]:
                if name not in wanted:
                    yield Problem(str(at[name][1]), f"the contract has no {kind} {name!r}")

    order = list(at)
    shown_below = {cell.metadata.get("expected") for cell in stamped.cells}
    for name in found[Kind.EXERCISE]:
        test = f"{name}_test"
        if test not in found[Kind.TEST]:
            yield Problem(str(at[name][1]), f"has no test cell {test!r}")
        elif order.index(test) < order.index(name):
            yield Problem(str(at[test][1]), "stands before its exercise")
        if name not in shown_below:
            yield Problem(str(at[name][1]), f"no demo cell has 'expected: {name}' in its header")
    for name in found[Kind.TEST]:
        if name.removesuffix("_test") not in found[Kind.EXERCISE]:
            yield Problem(str(at[name][1]), "tests no exercise")
    for name in found[Kind.QUESTION]:
        cell, place = at[name]
        if BEGIN_SCHEME not in cell.source:
            yield Problem(str(place), "a question needs a mark scheme")
        if BEGIN_SOLUTION not in cell.source:
            yield Problem(str(place), "a question needs a model answer")

    total = 0.0
    for name in [*found[Kind.TEST], *found[Kind.QUESTION]]:
        cell, place = at[name]
        points = cell.metadata.nbgrader.points
        total += points
        if abs(points / settings.points.step - round(points / settings.points.step)) > 1e-9:
            yield Problem(str(place), f"{points} points are no multiple of {settings.points.step}")
    agreed = settings.tutorials[tutorial].points
    if agreed is not None and abs(total - agreed) > 1e-9:
        yield Problem(where, f"points sum to {total:g}, {FILE_NAME} says {agreed:g}")


def check_release(
    settings: Settings, tutorial: str, stamped: NotebookNode, student: NotebookNode, where: str
) -> Iterator[Problem]:
    """Check cells, kinds and badges of the student version."""
    wanted: list[str] = []
    for cell in stamped.cells:
        wanted.append(cell.id)
        if "expected" in cell.metadata:
            wanted.append(f"{cell.metadata.expected}-expected")
    found = [cell.get("id", "") for cell in student.cells]
    for name in sorted({name for name in found if found.count(name) > 1}):
        yield Problem(where, f"cell {name}: id is used twice")
    for name in wanted:
        if name not in found:
            yield Problem(where, f"cell {name} is missing")
    for name in found:
        if name not in wanted:
            yield Problem(where, f"cell {name}: the source has no such cell")
    if set(found) == set(wanted) and found != wanted:
        yield Problem(where, "cells are not in the source's order")
    kinds = {cell.id: kind_of(cell) for cell in stamped.cells}
    for cell in student.cells:
        try:
            kind = one_kind_of(cell)
        except CourseError as error:
            yield Problem(where, f"cell {cell.get('id')}: {error}")
            continue
        if kind != kinds.get(cell.get("id"), kind):
            yield Problem(where, f"cell {cell.id}: is {kind}, the source has {kinds[cell.id]}")
    if not any(
        cell.cell_type == "markdown" and badges(settings, tutorial) in cell.source
        for cell in student.cells[:3]
    ):
        yield Problem(where, "the badges of this repository are not in the first cells")
