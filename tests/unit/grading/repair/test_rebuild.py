"""Rebuilding submissions: rules one by one, and notebooks that nobody would call honest."""

import copy
import functools
import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nmautils.cells import is_test
from nmautils.course.contract import EXERCISES
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.model.limits import OWN_CELLS, WRITTEN_CHARACTERS
from nmautils.grading.repair.python_cells import Parser, comment_out
from nmautils.grading.repair.rebuild import rebuild, repair
from nmautils.grading.safe.outputs import clean_cell
from tests.damaged.corpus import as_bytes, below, cell, copied, delete, right_answers
from tests.support.grading_class import graded
from tests.support.paths import ROOT

STUB = (
    'raise NotImplementedError("Exercise: complete double")  # delete\n\n\n'
    "def double(x):\n    y = ..."
)
TEST = (
    "from nmautils.check import probe\n\n\n@probe\ndef ask(x):\n    return double(x)\n\n\n"
    "total = ask(2)\ntotal"
)
ANSWER = "def double(x):\n    return 2 * x"


def question(grade_id):
    new = new_markdown_cell("*Your answer here.*", id=grade_id)
    new.metadata.nbgrader = {"grade": True, "grade_id": grade_id, "solution": True, "points": 1}
    return new


@pytest.fixture(scope="module")
def release():
    return read_notebook(
        as_bytes(
            new_notebook(
                cells=[
                    new_markdown_cell("# Small", id="title"),
                    new_code_cell("import math\nn = 3", id="imports", metadata={"tags": ["setup"]}),
                    graded(STUB, "double", test=False),
                    graded(TEST, "double_test", test=True),
                    new_code_cell(
                        "shown = double(n)\nprint(shown)", id="demo", metadata={"tags": ["demo"]}
                    ),
                    new_markdown_cell("#### Think! 1: why?\n\nSay why.", id="text-why"),
                    question("why"),
                    new_markdown_cell("#### Think! 2: how?\n\nSay how.", id="text-how"),
                    question("how"),
                    new_code_cell("look()", id="look", metadata={"tags": ["explore"]}),
                ],
                metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            )
        )
    )


@pytest.fixture
def nb(release):
    notebook = copy.deepcopy(release)
    cell(notebook, "double").source = ANSWER
    return notebook


def kinds(notebook):
    return [each.metadata.nmautils.kind for each in notebook.cells]


def own(notebook):
    return [each for each in notebook.cells if each.metadata.nmautils.kind == "own"]


def place(notebook, one):
    return next(i for i, each in enumerate(notebook.cells) if each is one)


def rebuilt(release, notebook):
    return rebuild(release, read_notebook(as_bytes(notebook)))


def test_every_cell_says_what_it_is(release, nb):
    nb.cells.append(new_code_cell("mine()"))
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook) == [
        *("text", "setup", "exercise", "test", "demo"),
        *("text", "question", "text", "question", "explore", "own"),
    ]
    assert notes == []


def test_nothing_is_changed_in_place(release, nb):
    before = copy.deepcopy((release, nb))
    rebuild(release, nb)
    assert (release, nb) == before


def test_outputs_are_kept_of_cells_that_are_shown_as_handed_in(release, nb):
    nb.cells.append(new_code_cell("mine()"))
    for each in nb.cells:
        if each.cell_type == "code":
            each.outputs = [nbformat.v4.new_output("stream", name="stdout", text="seen")]
            each.execution_count = 7
    notebook, _ = rebuilt(release, nb)
    for each in notebook.cells:
        shown = each.metadata.nmautils.kind in ("setup", "demo", "explore", "own")
        if each.cell_type == "code":
            assert bool(each.outputs) == shown
            assert each.execution_count is None
            assert each.metadata.nmautils.outputs == ("submitted" if shown else "none")


def test_own_cells_stand_before_the_cell_they_stood_before(release, nb):
    below(nb, nb.cells[0], new_markdown_cell("a note"))
    below(nb, cell(nb, "double"), new_code_cell("helper = 1"))
    nb.cells.append(new_code_cell("end = 1"))
    notebook, _ = rebuilt(release, nb)
    assert kinds(notebook)[:5] == ["text", "own", "setup", "exercise", "own"]
    assert [each.source for each in own(notebook)] == ["a note", "helper = 1", "end = 1"]
    assert notebook.cells[-1].source == "end = 1"
    assert len({each.id for each in notebook.cells}) == len(notebook.cells)


def test_own_cells_stay_above_a_test_that_was_deleted(release, nb):
    below(nb, cell(nb, "double"), new_code_cell("helper = 1"))
    delete(nb, cell(nb, "double_test"))
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook)[2:5] == ["exercise", "own", "test"]
    assert notes == ["The check of `double` was missing; it has been put back."]


def test_an_answer_with_a_try_below_stays_whole(release, nb):
    whole = f"# mine\nimport math\n\n{ANSWER}\n\nassert double(2) == 4\nprint(double(3))  # 6"
    cell(nb, "double").source = whole
    notebook, notes = rebuilt(release, nb)
    assert (cell(notebook, "double").source, notes) == (whole, [])


def test_an_empty_cell_gets_its_first_state_back(release, nb):
    cell(nb, "double").source = " \n"
    notebook, notes = rebuilt(release, nb)
    assert cell(notebook, "double").source == cell(release, "double").source
    assert notes == ["The cell `double` was empty; its first state has been put back."]


def test_a_broken_answer_is_kept_as_it_is(release, nb):
    cell(nb, "double").source = "def double(x:\n    return"
    notebook, notes = rebuilt(release, nb)
    assert cell(notebook, "double").source == "def double(x:\n    return"
    assert notes == []


def test_a_broken_answer_is_found_without_its_marks(release, nb):
    one = cell(nb, "double")
    one.source, one.metadata, one.id = "def double(x):\n    return 2 * (x", {}, "new"
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "double").source == one.source


def test_a_later_definition_does_not_replace_an_answer_in_its_cell(release, nb):
    nb.cells.append(new_code_cell("def double(x):\n    return 0"))
    notebook, notes = rebuilt(release, nb)
    assert cell(notebook, "double").source == ANSWER
    assert [each.source for each in own(notebook)] == ["def double(x):\n    return 0"]
    assert notes == []


def test_of_several_definitions_the_last_above_the_test_is_the_answer(release, nb):
    one = cell(nb, "double")
    delete(nb, one)
    tries = [f"def double(x):\n    return {k} * x" for k in (1, 2, 3)]
    for source in reversed(tries[:2]):
        below(nb, nb.cells[1], new_code_cell(source))
    nb.cells.append(new_code_cell(tries[2]))
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "double").source == tries[1]
    assert [each.source for each in own(notebook)] == [tries[0], tries[2]]


def test_both_halves_of_a_split_cell_are_kept(release, nb):
    one = cell(nb, "double")
    helper = "def times(a, b):\n    return a * b"
    below(nb, one, copied(one, helper))
    one.source = "def double(x):\n    return times(2, x)"
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook)[2:5] == ["exercise", "own", "test"]
    assert own(notebook)[0].source == helper
    assert notes == []


def test_a_definition_below_its_use_is_moved_above_with_what_it_needs(release, nb):
    cell(nb, "double").source = "def double(x):\n    return times(2, x)"
    nb.cells.append(new_code_cell("from operator import mul as product"))
    nb.cells.append(new_code_cell("def times(a, b):\n    return product(a, b)"))
    nb.cells.append(new_code_cell("x = times(1, 1)"))
    notebook, notes = rebuilt(release, nb)
    assert kinds(notebook)[2:5] == ["own", "own", "exercise"]
    assert len(notes) == 2
    assert all("was moved above" in note for note in notes)


@pytest.mark.parametrize("test_first", [False, True])
def test_no_text_of_a_test_is_run_as_the_students(release, nb, test_first):
    test = cell(nb, "double_test")
    changed = test.source.replace("total = ask(2)", "total = ask(3)\nprint(total)")
    parts = [changed, ANSWER] if test_first else [ANSWER, changed]
    cell(nb, "double").source = "\n\n".join(parts)
    below(nb, test, new_code_cell(changed), new_code_cell(f"{test.source}\nmine = 1"))
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "double").source.strip() == ANSWER
    assert all("ask" not in each.source for each in own(notebook))


def test_an_edited_given_cell_adds_definitions_and_nothing_else(release, nb):
    nb.cells[1].source = (
        "import math\nimport json as j\nn = 30\nSIZES = [1, 2]\nprint(j)\nz = compute()\n"
        "def helper():\n    return n"
    )
    notebook, notes = rebuilt(release, nb)
    assert notebook.cells[1].source == release.cells[1].source
    assert notebook.cells[2].source == (
        "import json as j\nSIZES = [1, 2]\ndef helper():\n    return n"
    )
    assert len(notes) == 2


def test_an_edited_given_cell_is_known_without_its_marks(release, nb):
    demo = nb.cells[4]
    demo.source, demo.id, demo.metadata = "shown = double(n)\nprint(shown + 1)", "new", {}
    notebook, _ = rebuilt(release, nb)
    assert own(notebook) == []


def test_notes_added_to_a_given_text_are_kept_below_it(release, nb):
    nb.cells[0].source += "\n\nMy remark."
    notebook, _ = rebuilt(release, nb)
    assert notebook.cells[0].source == "# Small"
    assert notebook.cells[1].source == "My remark."
    assert kinds(notebook)[1] == "own"


def test_answers_in_words_without_marks_are_told_apart_by_place(release, nb):
    for each, text in zip([cell(nb, "why"), cell(nb, "how")], ["because", "so"], strict=True):
        each.source, each.metadata, each.id = text, {}, text
    notebook, _ = rebuilt(release, nb)
    assert cell(notebook, "why").source == "because"
    assert cell(notebook, "how").source == "so"


def test_answers_in_words_alone_are_taken_in_order(release):
    notebook, _ = rebuilt(
        release, new_notebook(cells=[new_markdown_cell(t) for t in ("because", "so", "really")])
    )
    assert cell(notebook, "why").source == "because"
    assert cell(notebook, "how").source == "so\n\nreally"


def test_an_answer_in_words_that_is_too_long_is_cut_once_and_said_so(release, nb):
    cell(nb, "why").source = "because " * WRITTEN_CHARACTERS
    notebook, notes = rebuilt(release, nb)
    assert notes == ["Your answer to “Think! 1” is very long: only its first 20,000 letters count."]
    answer = cell(notebook, "why")
    clean_cell(answer)
    assert "The rest is left out" in answer.source
    assert len(answer.source) < WRITTEN_CHARACTERS + 100


def test_repairing_tells_all_that_reading_and_rebuilding_found(release, nb):
    delete(nb, cell(nb, "double_test"))
    raw = as_bytes(nb)
    repaired = repair(release, raw[: raw.rindex(b'"cell_type"')])
    assert [each.id for each in repaired.notebook.cells] == [each.id for each in release.cells]
    assert "cut short" in repaired.notes[0]
    assert "The check of `double` was missing; it has been put back." in repaired.notes
    assert len(repaired.needs_person) == 1


def test_what_is_no_notebook_cannot_be_repaired(release):
    with pytest.raises(ValueError, match="a PDF"):
        repair(release, b"%PDF-1.7")


def test_no_tag_and_no_mark_of_the_students_is_left(release, nb):
    for each in [*nb.cells]:
        each.metadata["tags"] = ["skip-execution"]
        each.metadata["deletable"] = False
    mine = new_code_cell("1", metadata={"tags": ["skip-execution"], "nbgrader": {"points": 9}})
    nb.cells.append(mine)
    nb.metadata["evil"] = True
    notebook, _ = rebuilt(release, nb)
    assert notebook.metadata == release.metadata
    assert all("skip-execution" not in each.metadata.get("tags", ()) for each in notebook.cells)
    assert set(notebook.cells[-1].metadata) == {"nmautils"}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("x = 1", "x = 1", []),
        ("%pip install a\nx = 1", "# %pip install a\nx = 1", ["online"]),
        ("! pip install a", "# ! pip install a", ["online"]),
        ("!ls\n%time x = 1", "!ls\n%time x = 1", []),
        (
            "from google.colab import files, drive\nup = files.upload()\ndrive.mount('/x')",
            "# from google.colab import files, drive\n# up = files.upload()\n# drive.mount('/x')",
            ["online"],
        ),
        ("try:\n    import google.colab\nexcept ImportError:\n    pass",) * 2 + ([],),
        (
            'raise NotImplementedError("Exercise: complete x")\nx = 1',
            '# raise NotImplementedError("Exercise: complete x")\nx = 1',
            ["leftover"],
        ),
        ("def f():\n    raise NotImplementedError",) * 2 + ([],),
        # Commenting out the first line alone would leave half a statement.
        ("raise NotImplementedError(\n    'x'\n)",) * 2 + ([],),
        ("name = input()", "name = input()", []),
    ],
)
def test_lines_that_can_only_fail_are_commented_out(before, after, found):
    assert comment_out(before, Parser()) == (after, found)


# --- what nobody would call honest ----------------------------------------------------------------


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
