"""The sample class is real, made by script, and its marks are known before grading."""

import io
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nmautils.course.contract import EXERCISES
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.filenames import parse_name
from nmautils.grading.repair.python_cells import LEFTOVER
from tests.sample_class.roster import (
    CLASS,
    DECODING,
    ENDLESS,
    write_inbox,
)
from tests.support.answers_runner import without_head
from tests.support.notebooks import find_cell
from tests.support.paths import ROOT

GRADED = [s for s in CLASS if not s.refused and not s.superseded]
DUE = 1_900_000_000


@pytest.fixture(scope="module")
def releases():
    return {tutorial: released(tutorial) for tutorial in {s.tutorial for s in CLASS}}


def released(tutorial):
    cells = []
    for name in EXERCISES[tutorial]:
        for grade_id in (name, f"{name}_test"):
            cell = new_code_cell("raise NotImplementedError", id=grade_id.replace("_", "-"))
            cell.metadata.nbgrader = {"grade_id": grade_id}
            cells.append(cell)
    return new_notebook(cells=cells)


def test_the_class_holds_what_classes_hold():
    first = [s for s in GRADED if s.tutorial == DECODING]
    full = [s for s in first if sum(s.expected.values()) == 10 and not s.change]
    assert len({s.answers for s in full}) >= 3
    assert len({a for s in first for a in s.answers if "mistakes/" in a}) >= 4
    assert any(not any(s.answers) for s in first)
    assert any(any(s.answers) and not all(s.answers) for s in first)
    assert any("endless" in s.answers for s in first)
    assert any("Copy_of_" in s.file for s in GRADED)
    assert {s.file.split("!")[0] for s in GRADED if "!" in s.file} >= {"submissions.zip"}
    assert any("assignsubmission" in s.file for s in GRADED)
    assert any(s.hours_late > 0 and s.penalty_share for s in GRADED)


@pytest.mark.parametrize("student", CLASS, ids=lambda s: s.file)
def test_each_hand_in_is_made_of_an_answer_and_tells_nothing_of_it(student, releases):
    raw = student.notebook(releases[student.tutorial])
    for exercise, wanted in student.handed_in.items():
        answer = student.answer(exercise)
        assert bool(answer) == ("/" in wanted)
        if answer and not student.raw_change:
            # Marks that are a matter of chance would not be as expected at each run.
            assert 0 <= student.expected[exercise] == answer.points
            assert answer.varies == (answer.points, answer.points)
            assert answer.about.encode() not in raw
            assert b"# points:" not in raw
    if not student.raw_change:
        nbformat.reads(raw.decode(), as_version=4)


def test_only_the_comments_at_the_head_of_an_answer_are_left_out():
    text = "# about: x\n# points: 1\n\n\ndef f():\n    # a comment\n    return 1"
    assert without_head(text) == "def f():\n    # a comment\n    return 1"


def test_the_inbox_is_named_as_colab_canvas_and_moodle_name_files(tmp_path: Path, releases):
    write_inbox(tmp_path, releases, dict.fromkeys(releases, DUE))
    found = {}
    for path in sorted(tmp_path.rglob("*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
                found |= {f"{path.name}!{n}": archive.read(n) for n in archive.namelist()}
        elif path.is_file():
            found[str(path.relative_to(tmp_path))] = path.read_bytes()
    assert set(found) == {s.file for s in CLASS}
    for student in GRADED:
        parts = student.file.replace("!", "/").split("/")
        known = [student.tutorial, "tutorial9_unknown"]  # which only its cells tell
        assert parse_name(parts, known).student == student.name


def test_collecting_finds_whoever_is_not_refused(tmp_path: Path):
    releases = {}
    for tutorial in {student.tutorial for student in CLASS}:
        place = tmp_path / "release" / tutorial / f"{tutorial}.ipynb"
        place.parent.mkdir(parents=True)
        shutil.copy(ROOT / "release" / tutorial / place.name, place)
        releases[tutorial] = nbformat.read(place, as_version=4)
    shutil.copy(ROOT / "course.toml", tmp_path)
    write_inbox(tmp_path / "inbox", releases, dict.fromkeys(releases, DUE))
    done = collect(tmp_path, say=lambda line: None)
    assert sorted(done.new) == sorted(f"{s.name}/{s.tutorial}" for s in GRADED)
    reasons = dict(done.refused)
    assert reasons.keys() == {s.file for s in CLASS if s.refused}
    assert all(s.refused in reasons[s.file] for s in CLASS if s.refused)


def test_the_endless_loop_is_one():
    namespace = {}
    exec(ENDLESS, namespace)
    # It counts no epoch, so only an interrupt gets out of it.
    calls = []

    def loss(*_):
        calls.append(1)
        if len(calls) > 500:
            raise KeyboardInterrupt
        return type("Loss", (), {"item": lambda self: 1.0})()

    with pytest.raises(KeyboardInterrupt):
        namespace["train"](lambda data: data, loss, [0], [0], n_epochs=3)


def test_the_line_left_in_is_the_one_that_grading_forgives(releases):
    student = next(s for s in CLASS if s.change and "line left in" in s.about)
    nb = nbformat.reads(student.notebook(releases[DECODING]).decode(), as_version=4)
    for exercise in EXERCISES[DECODING]:
        assert LEFTOVER.match(find_cell(nb, exercise).source)
