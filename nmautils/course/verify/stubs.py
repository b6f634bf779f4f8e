"""A student's cell has the definitions of its solution, and a solution nothing else."""

import ast
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

from nmautils.cells import Kind, kind_of
from nmautils.course import contract
from nmautils.course.problems import Problem
from nmautils.course.scaffold import answer_of
from nmautils.course.stamp import Place

__all__ = ["check_answers", "check_stubs", "signatures"]


def check_answers(tutorial: str, stamped: NotebookNode, places: list[Place]) -> Iterator[Problem]:
    """Check that a solution cell holds the contract's definitions and nothing else."""
    agreed = contract.EXERCISES.get(tutorial, {})
    for cell, place in zip(stamped.cells, places, strict=True):
        if kind_of(cell) is not Kind.EXERCISE:
            continue
        body = ast.parse(answer_of(cell.source)).body
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield Problem(
                    str(place), f"only definitions belong here, not {ast.unparse(node)[:40]!r}"
                )
        names = tuple(
            node.name for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef)
        )
        if cell.id in agreed and names != agreed[cell.id]:
            yield Problem(
                str(place), f"defines {', '.join(names)}; contract: {', '.join(agreed[cell.id])}"
            )


def signatures(body: Iterable[ast.stmt], owner: str = "") -> dict[str, str]:
    """Classes (with bases), functions and methods (with arguments) of a piece of code."""
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            found[owner + node.name] = f"class({', '.join(map(ast.unparse, node.bases))})"
            found |= signatures(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[owner + node.name] = f"({ast.unparse(node.args)})"
    return found


def check_stubs(stamped: NotebookNode, student: NotebookNode, where: str) -> Iterator[Problem]:
    """Compare each student's cell with its solution by syntax tree."""
    released = {cell.get("id"): cell for cell in student.cells}
    for cell in stamped.cells:
        if kind_of(cell) is not Kind.EXERCISE or cell.id not in released:
            continue
        label = f"cell {cell.id}"
        solved = ast.parse(answer_of(cell.source)).body
        try:
            stub = ast.parse(released[cell.id].source).body
        except SyntaxError as error:
            yield Problem(where, f"{label}: the stub does not parse (line {error.lineno})")
            continue
        name = next(iter(signatures(solved)), "")
        if not stub or ast.unparse(stub[0]) != ast.unparse(
            ast.parse(f"raise NotImplementedError('Exercise: complete {name}')")
        ):
            yield Problem(where, f"{label}: the stub must begin by raising NotImplementedError")
        wanted, found = signatures(solved), signatures(stub)
        for key in {**wanted, **found}:
            if wanted.get(key) != found.get(key):
                yield Problem(
                    where,
                    f"{label}: {key} is {found.get(key, 'missing')} in the stub, "
                    f"{wanted.get(key, 'missing')} in the solution",
                )
