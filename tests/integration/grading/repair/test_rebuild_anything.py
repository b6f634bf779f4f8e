"""Whatever is handed in is rebuilt: hostile cells, and honest ones damaged at random."""

import copy
import functools
import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell

from nmautils.cells import is_test
from nmautils.course.contract import EXERCISES
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.model.limits import OWN_CELLS
from nmautils.grading.repair.python_cells import Parser
from nmautils.grading.repair.rebuild import rebuild
from tests.damaged.corpus import as_bytes, cell, right_answers
from tests.support.paths import ROOT
from tests.support.small_release import ANSWER, nb, release

__all__ = ["nb", "release"]


def check(release, notebook):
    """Whatever was handed in: the release's cells are there once each, tests as they were."""
    result, notes = rebuild(release, notebook)
    nbformat.validate(result)
    json.dumps(result, ensure_ascii=False).encode()
    ours = [each for each in result.cells if each.metadata.nmautils.kind != "own"]
    assert [each.id for each in ours] == [each.id for each in release.cells]
    assert len({each.id for each in result.cells}) == len(result.cells)
    for each, wanted in zip(ours, release.cells, strict=True):
        kind = each.metadata.nmautils.kind
        assert each.source == wanted.source or kind in ("exercise", "question")
    tests = {
        unit.key
        for each in release.cells
        if is_test(each)
        for unit in Parser()(each.source).units
        if not unit.is_import
    }
    parse = Parser()
    for each in result.cells:
        if each.cell_type == "code" and each.metadata.nmautils.kind in ("own", "exercise"):
            assert tests.isdisjoint(parse(each.source).keys)
    assert all(isinstance(note, str) and "\n" not in note for note in notes)
    return result, notes


def many(text, count):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return [cell | {"id": f"m{i}", "source": text.format(i=i)} for i in range(count)]


# Made when wanted: they are large.
HOSTILE = {
    "nothing": lambda: [],
    "many cells": lambda: many("x{i} = 1", 2_500),
    "many texts": lambda: [
        {"cell_type": "markdown", "metadata": {}, "id": f"t{i}", "source": f"text {i}"}
        for i in range(2_500)
    ],
    "many definitions": lambda: many("def double(x):\n    return f{i}()", 2_500),
    "many halves": lambda: many("def f{i}(x):\n  (", 2_500),
    "a long cell": lambda: [new_code_cell("x = 1\n" * 500_000)],
    "a long answer": lambda: [new_code_cell(ANSWER + "\nx = 1" * 150_000)],
    "long lines": lambda: [
        new_code_cell(text)
        for text in (
            "a" * 900_000,
            " " * 900_000 + "(",
            "%" * 900_000,
            "from google.colab import" + " " * 900_000 + "(",
            "x " * 400_000,
            "```" * 300_000,
        )
    ],
    "deep": lambda: [
        new_code_cell(text)
        for text in (
            "double = a" + ".b" * 40_000,
            "double = " + "-" * 40_000 + "1",
            "double = " + "1+" * 40_000 + "1",
            "double = " + "[" * 40_000,
            "double = a" + ".b" * 900,
            "if a:\n pass\n" + "elif a:\n pass\n" * 5_000,
        )
    ],
    "odd characters": lambda: [
        new_code_cell(text) for text in ("double = 1\0", "\ud800", "\x0c\r\r\n  x", "9" * 6_000)
    ],
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("alone", [False, True])
def test_whatever_comes_is_rebuilt(release, name, alone):
    hostile = HOSTILE[name]()
    cells = hostile if alone else [*release.cells, *hostile]
    result, notes = check(release, read_notebook(json.dumps({"cells": cells}).encode()))
    assert len(result.cells) <= len(release.cells) + OWN_CELLS
    if len(hostile) > OWN_CELLS or name == "a long cell":
        assert any("left out" in note for note in notes) or name == "many halves"


@pytest.mark.parametrize(
    "junk",
    [None, 1, "x", [], {}, [{}], {"grade_id": 1}, {"grade_id": []}, {"grade_id": "double"}],
)
def test_metadata_of_any_shape_is_taken(release, nb, junk):
    for key in ("nbgrader", "tags", "id", "nmautils", "kernelspec"):
        for each in nb.cells:
            each.metadata[key] = copy.deepcopy(junk)
        nb.metadata[key] = copy.deepcopy(junk)
    check(release, read_notebook(as_bytes(nb)))


# Each takes a random source, the cells, and a position.
def _duplicate(chance, cells, i):
    cells.insert(chance.randrange(len(cells) + 1), copy.deepcopy(cells[i]))


def _delete(chance, cells, i):
    del cells[i]


def _move(chance, cells, i):
    cells.insert(chance.randrange(len(cells)), cells.pop(i))


def _retype(chance, cells, i):
    cells[i]["cell_type"] = chance.choice(["code", "markdown", "raw", "chart", None])


def _forget(chance, cells, i):
    cells[i]["metadata"] = chance.choice([{}, None, {"nbgrader": {"grade_id": "x"}}])


def _rename(chance, cells, i):
    cells[i]["id"] = chance.choice([f"r{chance.random()}", None, "double", cells[-1].get("id")])


def _merge(chance, cells, i):
    if i + 1 < len(cells):
        cells[i]["source"] += chance.choice(["\n", "\n\n", ""]) + cells.pop(i + 1)["source"]


def _split(chance, cells, i):
    lines = cells[i]["source"].split("\n")
    cut = chance.randrange(len(lines) + 1)
    second = {**copy.deepcopy(cells[i]), "source": "\n".join(lines[cut:])}
    cells[i]["source"] = "\n".join(lines[:cut])
    cells.insert(i + 1, second)


def _edit(chance, cells, i):
    lines = cells[i]["source"].split("\n")
    new = ["x = 1", "", "    pass", "double = 3", "def train(): pass", "(", '"""', "\t", "@probe"]
    lines[chance.randrange(len(lines))] = chance.choice(new)
    cells[i]["source"] = "\n".join(lines)


def _cut(chance, cells, i):
    cells[i]["source"] = cells[i]["source"][: chance.randrange(len(cells[i]["source"]) + 1)]


def _exchange(chance, cells, i):
    j = chance.randrange(len(cells))
    cells[i]["source"], cells[j]["source"] = cells[j]["source"], cells[i]["source"]


def _shuffle(chance, cells, i):
    chance.shuffle(cells)


MUTATIONS = [
    *(_duplicate, _delete, _move, _retype, _forget, _rename),
    *(_merge, _split, _edit, _cut, _exchange, _shuffle),
]


@functools.cache
def solved(tutorial):
    """A tutorial, as text: its release, and the same with its exercises solved."""
    release = read_notebook((ROOT / "release" / tutorial / f"{tutorial}.ipynb").read_bytes())
    nb = copy.deepcopy(release)
    for grade_id, answer in right_answers(tutorial).items():
        cell(nb, grade_id).source = answer
    return release, as_bytes(nb)


# Half of the damage is done where it hurts.
damages = st.lists(
    st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 200), st.booleans()), max_size=50
)
randoms = st.randoms(use_true_random=False)


def damaged(raw, changes, chance):
    cells = json.loads(raw)["cells"]
    for change, place, hurts in changes:
        if cells:
            graded_cells = [
                i for i, each in enumerate(cells) if (each["metadata"] or {}).get("nbgrader")
            ]
            places = graded_cells if hurts and graded_cells else range(len(cells))
            change(chance, cells, places[place % len(places)])
    return read_notebook(json.dumps({"cells": cells}).encode())


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*EXERCISES]), damages, randoms)
def test_a_damaged_tutorial_is_rebuilt(tutorial, changes, chance):
    release, raw = solved(tutorial)
    check(release, damaged(raw, changes, chance))


@settings(max_examples=150, deadline=None)
@given(damages, randoms)
def test_a_damaged_small_notebook_is_rebuilt(release, changes, chance):
    check(release, damaged(as_bytes(release), changes, chance))
