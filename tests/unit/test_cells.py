"""The kinds of cells: one answer for building, repairing and reporting."""

import nbformat
import pytest

from nmautils.cells import (
    Kind,
    exercise_of,
    grade_id_of,
    is_test,
    kind_of,
    nbgrader_of,
    packages_of,
    tags_of,
)


def cell(cell_type="code", **metadata):
    return nbformat.from_dict({"cell_type": cell_type, "metadata": metadata, "source": ""})


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (cell(tags=["setup"]), Kind.SETUP),
        (cell(tags=["hide-input", "demo"]), Kind.DEMO),
        (cell(tags=["explore"]), Kind.EXPLORE),
        (cell(nbgrader={"solution": True}, tags=["setup"]), Kind.EXERCISE),
        (cell(nbgrader={"solution": True, "grade": True}), Kind.EXERCISE),
        (cell(nbgrader={"grade": True}), Kind.TEST),
        (cell(), Kind.GIVEN),
        (cell(tags="setup", nbgrader=[]), Kind.GIVEN),
        (cell("markdown"), Kind.TEXT),
        (cell("markdown", tags=["setup"]), Kind.TEXT),
        (cell("raw"), Kind.TEXT),
        (cell("markdown", nbgrader={"grade": True, "solution": True}), Kind.QUESTION),
        (cell("markdown", nbgrader={"grade": True}), Kind.QUESTION),
    ],
)
def test_a_cell_has_the_kind_that_its_metadata_say(made, kind):
    assert kind_of(made) is kind
    assert is_test(made) is (kind is Kind.TEST)


def test_kinds_are_written_as_they_stand_in_files():
    assert [str(kind) for kind in Kind] == [kind.value for kind in Kind]
    assert f"{Kind.SETUP}-1" == "setup-1"
    assert Kind("demo") is Kind.DEMO


@pytest.mark.parametrize("metadata", [{}, {"nbgrader": None}, {"nbgrader": 3}, {"tags": "x"}])
def test_metadata_that_are_missing_or_damaged_count_as_none(metadata):
    made = cell(**metadata)
    assert (nbgrader_of(made), tags_of(made), grade_id_of(made)) == ({}, set(), None)


@pytest.mark.parametrize(
    ("name", "found"), [("a_test", "a_test"), ("", None), (3, None), (None, None)]
)
def test_a_grade_id_is_text(name, found):
    assert grade_id_of(cell(nbgrader={"grade_id": name})) == found


def test_tags_that_are_no_text_are_left_out():
    assert tags_of(cell(tags=["demo", 3, None])) == {"demo"}


def test_a_test_belongs_to_the_exercise_of_its_name():
    assert exercise_of("gd_loop_test") == exercise_of("gd_loop") == "gd_loop"


@pytest.mark.parametrize(
    ("ours", "packages"),
    [
        ({"packages": ["statsmodels", 3, None, "a>=1"]}, ["statsmodels", "a>=1"]),
        ({"packages": "statsmodels"}, []),
        ({}, []),
        ("packages", []),
        (None, []),
    ],
)
def test_packages_of_a_course_are_texts_in_its_notebook(ours, packages):
    assert packages_of(nbformat.from_dict({"metadata": {"nmautils": ours}})) == packages
    assert packages_of(nbformat.from_dict({"metadata": {}})) == []
