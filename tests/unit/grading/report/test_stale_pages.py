"""Feedback pages that are older than the marks they show."""

import os

import pytest

from nmautils.grading.record.records import record_path
from nmautils.grading.report.stale_pages import is_stale, stale_pages

SECOND = 10**9


@pytest.fixture
def root(tmp_path):
    (tmp_path / "course.toml").touch()
    return tmp_path


def touch(path, second):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, ns=(second * SECOND, second * SECOND))


def page(root, student, name="tiny"):
    return root / "feedback" / student / name / f"{name}.html"


def test_a_page_is_stale_once_its_record_or_notebook_is_newer(root):
    assert not is_stale(root, "tiny", "ada")
    touch(record_path(root, "tiny", "ada"), 10)
    assert not is_stale(root, "tiny", "ada")  # there is no page yet
    touch(page(root, "ada"), 20)
    assert not is_stale(root, "tiny", "ada")
    touch(root / "autograded" / "ada" / "tiny" / "tiny.ipynb", 30)
    assert is_stale(root, "tiny", "ada")
    touch(page(root, "ada"), 40)
    assert not is_stale(root, "tiny", "ada")
    touch(record_path(root, "tiny", "ada"), 50)
    assert is_stale(root, "tiny", "ada")


def test_all_of_an_assignment_are_found_and_of_no_other(root):
    for student in ("ada", "bob", "c [x]"):
        touch(page(root, student), 10)
        touch(page(root, student, "tiny2"), 10)
        touch(record_path(root, "tiny2", student), 20)
    touch(record_path(root, "tiny", "c [x]"), 20)
    assert stale_pages(root, "tiny") == ["c [x]"]
    assert stale_pages(root, "tiny2") == ["ada", "bob", "c [x]"]


def test_one_notebook_of_several_in_a_folder(root):
    name, student = "ps[1]/problem*", "ada"
    touch(root / "feedback" / student / "ps[1]" / "problem*.html", 10)
    assert stale_pages(root, name) == []
    touch(record_path(root, name, student), 20)
    assert stale_pages(root, name) == [student]
