"""A hand-in from before a mend: what had been given is nobody's work, and nobody's tampering."""

import copy
from datetime import datetime, timedelta, timezone

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from nmautils.course.releases import changes_before, remember_release
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.repair.rebuild import repair
from tests.damaged.corpus import as_bytes, below, cell, delete
from tests.support.small_release import ANSWER, STUB, TEST, release

__all__ = ["release"]

FIRST = datetime(2030, 5, 3, 12, tzinfo=timezone.utc)
FROM_THEN = (
    "The notebook is from the release of 3 May 2030. Checks and given cells that have changed "
    "since then are used as they are now."
)


@pytest.fixture
def then(release):
    """The release of 3 May, which the test changes; `release` is the one of now."""
    return copy.deepcopy(release)


@pytest.fixture
def repaired(release, tmp_path):
    """Repair a hand-in with the releases that are known: `then` and what follows, a day each."""

    def run(handed_in, *releases):
        for day, one in enumerate(releases):
            remember_release(tmp_path, "small", one, now=FIRST + timedelta(days=day))
        history = changes_before(tmp_path, "small", release)
        return repair(release, as_bytes(handed_in), history)

    return run


def by_id(notebook, name):
    return next(each for each in notebook.cells if each["id"] == name)


def own(result):
    cells = [each for each in result.notebook.cells if each.metadata.nmautils.kind == "own"]
    return [each.source for each in cells]


def solved(then):
    notebook = copy.deepcopy(then)
    cell(notebook, "double").source = ANSWER
    return notebook


def test_a_check_that_was_mended_is_from_its_release(release, then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    result = repaired(solved(then), then)
    assert result.notes == (FROM_THEN,)
    assert result.needs_person == ()
    assert cell(result.notebook, "double_test").source == cell(release, "double_test").source
    assert cell(result.notebook, "double").source == ANSWER


def test_without_what_is_known_it_is_told_as_before(then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    assert repaired(solved(then)).notes == (
        "The check of `double` had been changed; the original is used.",
    )


def test_what_a_student_changed_is_still_told(then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    handed_in = solved(then)
    by_id(handed_in, "imports").source = "n = 4"
    assert repaired(handed_in, then).notes == (
        FROM_THEN,
        "1 given cell was not as given: the original counts.",
    )


def test_a_check_that_no_release_had_was_changed_by_the_student(then, repaired):
    by_id(then, "title").source = "# Smaller"
    handed_in = solved(then)
    cell(handed_in, "double_test").source = "4"
    assert repaired(handed_in, then).notes == (
        FROM_THEN,
        "The check of `double` had been changed; the original is used.",
    )


def test_a_student_who_has_todays_notebook_is_told_nothing(release, then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    assert repaired(solved(release), then, release).notes == ()


def test_who_pasted_the_mended_check_has_it(release, then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    handed_in = solved(then)
    mended = new_code_cell(cell(release, "double_test").source)
    below(handed_in, cell(handed_in, "double_test"), mended)
    result = repaired(handed_in, then)
    assert result.notes == (FROM_THEN,)
    assert own(result) == []


def test_the_release_is_the_one_that_has_most_of_it(release, then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    second = copy.deepcopy(then)
    by_id(second, "text-why").source = "#### Think! 1: why?\n\nSay it."
    third = copy.deepcopy(second)
    by_id(third, "text-how").source = "#### Think! 2: how?\n\nSay it."
    assert repaired(solved(release), then, second, third, release).notes == ()
    for handed_in, day in ((then, "3 May"), (second, "4 May"), (third, "5 May")):
        (note,) = repaired(solved(handed_in)).notes
        assert note.startswith(f"The notebook is from the release of {day} 2030.")


def test_two_releases_of_one_day_are_told_by_their_times(release, then, repaired, tmp_path):
    cell(then, "double_test").source = f"{TEST} + 1"
    second = copy.deepcopy(then)
    cell(second, "double_test").source = f"{TEST} + 2"
    for hour, one in enumerate((then, second)):
        remember_release(tmp_path, "small", one, now=FIRST + timedelta(hours=hour))
    assert "3 May 2030, 12:00." in repaired(solved(then)).notes[0]
    assert "3 May 2030, 13:00." in repaired(solved(second)).notes[0]


def test_what_is_new_since_then_is_not_missing(then, repaired):
    delete(then, cell(then, "double_test"))
    delete(then, by_id(then, "demo"))
    by_id(then, "title").source = "# Smaller"
    handed_in = solved(then)
    assert repaired(handed_in, then).notes == (FROM_THEN,)
    # What was there and is gone was taken out by the student.
    delete(handed_in, by_id(handed_in, "look"))
    assert repaired(handed_in).notes == (
        FROM_THEN,
        "1 given cell was missing: put back.",
    )


def test_another_order_then_was_not_the_students(then, repaired):
    first, second = by_id(then, "text-why"), by_id(then, "look")
    i, j = then.cells.index(first), then.cells.index(second)
    then.cells[i], then.cells[j] = second, first
    cell(then, "double_test").source = f"{TEST} + 1"
    assert repaired(solved(then), then).notes == (FROM_THEN,)


@pytest.mark.parametrize("kind", ["demo", "explore"])
def test_what_only_showed_something_then_is_not_run_as_the_students_own(then, repaired, kind):
    then.cells.insert(2, new_code_cell("slow()", id="slow", metadata={"tags": [kind]}))
    result = repaired(solved(then), then)
    assert own(result) == []
    assert result.notes == (FROM_THEN,)


@pytest.mark.parametrize("known", [True, False])
def test_a_text_of_then_is_no_answer_to_a_question(release, then, repaired, known):
    text = new_markdown_cell("Think of what a kernel is, and why it has to be so.", id="old")
    below(then, cell(then, "why"), text)
    by_id(then, "text-how").source = "#### Think! 2: how?\n\nSay in three sentences how it works."
    result = repaired(solved(then), *[then] * known)
    left = [cell(result.notebook, name).source for name in ("why", "how")]
    given = [cell(release, name).source for name in ("why", "how")]
    assert (left == given) is known  # it is taken for one if nothing is known
    assert (result.notes == (FROM_THEN,)) is known
    assert result.needs_person == ()


def test_what_was_left_as_it_was_then_is_not_answered(release, then, repaired):
    cell(then, "double").source = STUB.replace("complete double", "write double")
    cell(then, "why").source = "*Write here.*"
    result = repaired(then, then)
    assert result.notes == (FROM_THEN,)
    assert cell(result.notebook, "double").source == cell(release, "double").source
    assert cell(result.notebook, "why").source == cell(release, "why").source


def test_what_set_up_made_then_and_not_now_is_kept_for_the_answer(then, repaired):
    then_made = (
        "import math\nimport cmath\nn = 4\ndata = [i for i in range(3)]\na, b = 1, 2\nshow()"
    )
    by_id(then, "imports").source = then_made
    handed_in = solved(then)
    result = repaired(handed_in, then)
    assert own(result) == ["import cmath\ndata = [i for i in range(3)]\na, b = 1, 2"]
    assert result.notes == (FROM_THEN,)


def test_a_set_up_cell_that_is_gone_today_does_not_undo_todays(release, then, repaired):
    # Cells without a grade id are named after what they hold, so a mended one has another name.
    old = by_id(then, "imports")
    old["id"], old.source = (
        "another",
        "n = 4\nlost = 5\nprint(n, lost, 'and much that is not alike')",
    )
    result = repaired(solved(then), then)
    assert own(result) == ["lost = 5"]
    assert result.notes == (FROM_THEN,)
    assert by_id(result.notebook, "imports").source == by_id(release, "imports").source


def test_the_text_of_a_check_in_an_answer_is_no_earlier_release(then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    handed_in = solved(then)
    cell(handed_in, "double").source = cell(then, "double_test").source
    cell(handed_in, "double_test").source = "1"
    notes = repaired(handed_in, then).notes
    assert FROM_THEN not in notes


def test_reading_it_through_the_reader_changes_nothing(then, repaired):
    cell(then, "double_test").source = f"{TEST} + 1"
    handed_in = read_notebook(as_bytes(solved(then)))
    for each in handed_in.cells:
        each.source = each.source.replace("\n", "\r\n")
    assert repaired(handed_in, then).notes == (FROM_THEN,)
