"""The course of this repository: committed files in step, style clean, both versions proved."""

import pytest

from nmautils.course.lint import lint
from nmautils.course.settings import read_settings
from nmautils.course.verify import verify
from tests.support.amount import EVERYTHING
from tests.support.paths import ROOT

TUTORIALS = read_settings(ROOT).written()


def test_there_is_a_tutorial_to_prove():
    assert "tutorial1_decoding" in TUTORIALS


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_committed_notebooks_are_what_the_source_gives(tutorial):
    assert [str(problem) for problem in verify(ROOT, [tutorial], quick=True)] == []


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_code_and_text_are_in_style(tutorial):
    assert [str(problem) for problem in lint(ROOT, [tutorial])] == []


# The full profile of tutorial 1 is in `test_standalone.py`. Tutorials 3 and 4 train long there:
# `nmautils verify --profile full` proves them.
PROFILES = [(t, "small") for t in TUTORIALS]
if EVERYTHING:
    PROFILES += [(t, "full") for t in TUTORIALS[:2]]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("tutorial", "profile"), PROFILES)
def test_solution_and_student_version_keep_their_promises(tutorial, profile):
    assert [str(problem) for problem in verify(ROOT, [tutorial], profiles=[profile])] == []
