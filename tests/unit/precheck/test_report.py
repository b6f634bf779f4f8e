"""The report as JSON has the form that the page for students describes."""

import json
import re

import pytest

from nmautils.precheck.report import CellReport, ExerciseReport, QuestionReport, Report
from tests.support.paths import ROOT


def report(exercises=("solved",), questions=("written",), cells=(), remarks=(), notes=()):
    return Report(
        "week1.ipynb",
        "Week 1",
        "2031-01-30T10:00:00+00:00",
        [ExerciseReport("a", "A", 2.0, state, ["Why."], list(remarks)) for state in exercises],
        [QuestionReport("q", "Q", 1.0, state) for state in questions],
        [CellReport(at, "Your cell", "left out", ["Why."]) for at in cells],
        list(notes),
    )


def fields(name):
    """What the page says of a field, and the names that it gives there."""
    page = (ROOT / "docs" / "handing-in.md").read_text(encoding="utf-8")
    table = re.search(r"\| Field \| What \|\n(.+?)\n\n", page, re.DOTALL)[1]
    if name is None:
        heads = [row.split("|")[1] for row in table.splitlines()[1:]]
        return {field for head in heads for field in re.findall(r"`(\w+)`", head)}
    (row,) = [row for row in table.splitlines() if row.startswith(f"| `{name}`")]
    return set(re.findall(r"`([\w ]+)`", row)) - {name}


def test_the_page_names_every_field_and_no_other():
    found = json.loads(json.dumps(report(cells=[3]).as_json()))
    assert fields(None) == set(found)
    states = {"solved", "red", "untouched", "not checked"}
    parts = {"passed", "hint", "mistake"}
    assert fields("exercises") == {*found["exercises"][0], *states, *parts}
    written = {"written", "untouched", "empty"}
    assert fields("questions") == {*found["questions"][0], *written}
    assert set(found["cells"][0]) == {"cell", "title", "state", "says"}
    assert fields("cells") == {*found["cells"][0], "cannot run", "left out", "may fail"}


@pytest.mark.parametrize(
    ("made", "summary"),
    [
        (
            report(),
            "Nothing is left to do. Marking repeats the checks on other inputs. A person "
            "reads your written answers.",
        ),
        (
            report(questions=()),
            "Nothing is left to do. Marking repeats the checks on other inputs.",
        ),
        (report(["red", "solved"]), "Before you hand in: 1 exercise is red."),
        (
            report(["untouched", "untouched", "not checked"], ["empty", "untouched"], [2, 5]),
            "Before you hand in: 2 exercises are untouched, 1 exercise has no result, 2 written "
            "answers are missing, 2 cells will not run as they are.",
        ),
        (report(remarks=["!"]), "Everything is solved; read the remarks before you hand in."),
        (report(notes=["!"]), "Everything is solved; read the remarks before you hand in."),
        (report(cells=[1]), "Before you hand in: 1 cell will not run as it is."),
    ],
)
def test_the_summary_counts_what_is_left(made, summary):
    found = made.as_json()
    assert found["summary"] == summary
    assert found["ready"] is summary.startswith("Nothing")
