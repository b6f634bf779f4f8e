"""Damaged notebooks whose answers are right get the marks of right answers."""

import contextlib
import functools
import io

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from nmautils.cells import exercise_of, grade_id_of
from nmautils.course.contract import EXERCISES, QUESTIONS
from nmautils.grading.intake.read import read_notebook, read_submission
from nmautils.grading.repair.rebuild import rebuild
from tests.damaged.corpus import DAMAGES, as_bytes, cell, right_answers
from tests.support.answers_runner import run
from tests.support.paths import ROOT

MAY_CHANGE = {"exercise", "question"}


@functools.cache
def released(tutorial):
    return read_notebook((ROOT / "release" / tutorial / f"{tutorial}.ipynb").read_bytes())


@functools.cache
def repaired(damage):
    release = released(damage.tutorial)
    reading = read_submission(damage.make(release))
    notebook, notes = rebuild(release, reading.notebook)
    return notebook, [*reading.notes, *notes]


class Shell:
    """Stands in for IPython, whose magics change nothing here."""

    def __getattr__(self, name):
        return lambda *_, **__: None


def execute(source, namespace):
    """Run a cell as a kernel does that goes on after an error."""
    quiet = io.StringIO()
    with (
        contextlib.redirect_stdout(quiet),
        contextlib.redirect_stderr(quiet),
        contextlib.suppress(Exception),
    ):
        exec(compile(TransformerManager().transform_cell(source), "<cell>", "exec"), namespace)


@functools.cache
def after_set_up(tutorial):
    namespace = {"__name__": "__main__", "get_ipython": Shell}
    for each in released(tutorial).cells:
        if "setup" in each.metadata.get("tags", ()):
            execute(each.source, namespace)
    return namespace


def marks(tutorial, notebook):
    """Run what is graded of a repaired notebook, and judge at each test as it is reached."""
    steps = [
        (kind, each.source) if kind != "test" else (kind, exercise_of(grade_id_of(each)))
        for each in notebook.cells
        if each.cell_type == "code"
        and (kind := each.metadata.nmautils.kind) in ("exercise", "own", "test")
    ]
    earned = earned_by(tutorial, tuple(steps))
    return earned, {
        exercise_of(grade_id_of(each)): each.metadata.nbgrader.points
        for each in notebook.cells
        if each.metadata.nmautils.kind == "test"
    }


@functools.cache  # most repaired notebooks run the same code
def earned_by(tutorial, steps):
    namespace, earned = dict(after_set_up(tutorial)), {}
    for kind, what in steps:
        if kind == "test":
            earned[what] = float(run(tutorial, what, "", extra=namespace))
        else:
            execute(what, namespace)
    return earned


def test_there_are_damages_of_every_tutorial():
    assert len(DAMAGES) >= 24
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES)
    assert {damage.tutorial for damage in DAMAGES} == set(EXERCISES)
    assert all(damage.about.endswith(".") for damage in DAMAGES)


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_a_damaged_notebook_gets_the_marks_it_deserves(damage):
    earned, possible = marks(damage.tutorial, repaired(damage)[0])
    assert earned == possible | damage.marks


@pytest.mark.parametrize("tutorial", EXERCISES)
def test_nothing_done_earns_nothing(tutorial):
    release = released(tutorial)
    assert set(marks(tutorial, rebuild(release, release)[0])[0].values()) == {0.0}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_answers_in_words_are_where_they_belong(damage):
    notebook, _ = repaired(damage)
    for question in QUESTIONS[damage.tutorial]:
        found = cell(notebook, question).source.split()
        wanted = right_answers(damage.tutorial)[question]
        if question in damage.unanswered:
            wanted = cell(released(damage.tutorial), question).source
        assert found == wanted.split()


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_student_is_told_what_was_repaired(damage):
    _, notes = repaired(damage)
    for text in damage.repairs:
        assert any(text.lower() in note.lower() for note in notes), notes
    assert all(note.endswith((".", "?")) and "\n" not in note for note in notes)
    assert len(notes) == len(set(notes))


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_all_but_answers_and_own_cells_is_the_releases(damage):
    notebook, _ = repaired(damage)
    release = released(damage.tutorial)
    nbformat.validate(notebook)
    assert notebook.metadata == release.metadata
    ours = [each for each in notebook.cells if each.metadata.nmautils.kind != "own"]
    for each, wanted in zip(ours, release.cells, strict=True):
        left = {**each, "metadata": {**each.metadata}}
        kind = left["metadata"].pop("nmautils")["kind"]
        if kind in MAY_CHANGE:
            left["source"] = wanted.source
            left.pop("attachments", None)
        if each.cell_type == "code":
            left["outputs"] = []
        assert left == wanted
    for each in notebook.cells:
        if each.metadata.nmautils.kind == "own":
            assert set(each.metadata) == {"nmautils"}
            assert each.id not in {other.id for other in release.cells}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_what_is_repaired_needs_no_repair(damage):
    notebook, _ = repaired(damage)
    again, notes = rebuild(released(damage.tutorial), read_notebook(as_bytes(notebook)))
    assert again == notebook
    assert notes == []


@pytest.mark.parametrize("tutorial", EXERCISES)
@pytest.mark.parametrize("solved", [False, True])
def test_a_notebook_in_order_is_left_in_peace(tutorial, solved):
    release = released(tutorial)
    notebook = read_notebook(as_bytes(release))
    if solved:
        for grade_id, answer in right_answers(tutorial).items():
            cell(notebook, grade_id).source = answer
    rebuilt, notes = rebuild(release, notebook)
    assert notes == []
    assert [each.source for each in rebuilt.cells] == [each.source for each in notebook.cells]


def test_pictures_stay_with_answers_in_words_and_nothing_else_that_is_attached():
    damage = next(damage for damage in DAMAGES if damage.name == "words_in_code_cells")
    attachments = cell(repaired(damage)[0], "think_decoding_error").attachments
    assert list(attachments) == ["plot.png"]
