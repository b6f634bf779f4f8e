"""What grading needs to know of an assignment, frozen into one value."""

import json

import pytest

from nmautils.course.releases import remember_release
from nmautils.errors import CourseError
from nmautils.grading.model.assignment import Bundle, freeze
from tests.support.grading_class import TEST, graded

NAME = "tiny"


def notebook(*tests):
    cells = [graded(test, f"{name}_test", test=True) for name, test in tests]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_of(name):
    return name, TEST.format(name=name, at4=8, at10=20, athalf=1.0)


test_of.__test__ = False


@pytest.fixture
def course(tmp_path):
    def write(folder, text):
        path = tmp_path / folder / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write("source", notebook(test_of("double")))
    write("release", notebook(("double", "checks.report()")))
    return tmp_path, write


def test_it_holds_the_release_and_the_whole_tests(course):
    root, _ = course
    bundle = freeze(root, NAME)
    assert "BEGIN HIDDEN TESTS" in bundle.tests["double_test"]
    assert [cell.source for cell in bundle.notebook.cells] == ["checks.report()"]
    assert Bundle.from_json(bundle.to_json()) == bundle
    assert len(bundle.digest) == 64


def test_the_notebook_is_read_once_and_is_no_part_of_the_value(course):
    bundle = freeze(course[0], NAME)
    assert bundle.notebook is bundle.notebook
    assert bundle == freeze(course[0], NAME)
    assert Bundle.from_json(bundle.to_json()).digest == bundle.digest


def test_earlier_releases_belong_to_it_and_that_of_now_does_not(course):
    root, write = course
    digest = freeze(root, NAME).digest
    remember_release(root, NAME, freeze(root, NAME).notebook)
    # What nobody has mended yet is not graded again only because it was noted.
    assert freeze(root, NAME).digest == digest
    write("release", notebook(("double", "checks.report()  # mended")))
    bundle = freeze(root, NAME)
    assert [change.cell for change in bundle.history] == ["double_test"]
    again = Bundle.from_json(bundle.to_json())
    assert (again, again.digest) == (bundle, bundle.digest)
    remember_release(root, NAME, bundle.notebook)
    assert freeze(root, NAME).digest == bundle.digest


def test_sources_of_many_lines_are_joined(course):
    root, write = course
    made = json.loads(notebook(("double", "")))
    made["cells"][0]["source"] = ["checks = 1\n", "checks"]
    write("release", json.dumps(made))
    assert freeze(root, NAME).notebook.cells[0].source == "checks = 1\nchecks"


@pytest.mark.parametrize("folder", ["source", "release"])
@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [1]}'])
def test_what_is_no_notebook_is_told_in_one_line(course, folder, text):
    root, write = course
    write(folder, text)
    with pytest.raises(CourseError, match=f"no notebook; run `nmautils build {NAME}`"):
        freeze(root, NAME)


def test_a_missing_notebook_other_tests_and_a_test_without_a_probe_are_told(course):
    root, write = course
    write("release", notebook())
    with pytest.raises(CourseError, match="have different tests"):
        freeze(root, NAME)
    write("release", notebook(("double", "checks.report()")))
    write("source", notebook(("double", "checks.report()")))
    with pytest.raises(CourseError, match="double_test has no function marked @probe"):
        freeze(root, NAME)
    (root / "release" / NAME / f"{NAME}.ipynb").unlink()
    with pytest.raises(CourseError, match=f"run `nmautils build {NAME}` first"):
        freeze(root, NAME)
