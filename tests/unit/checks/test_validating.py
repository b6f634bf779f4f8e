"""While nbgrader validates, a score names the checks that do not hold where Validate shows them."""

import pytest

from nmautils.checks import Checks

LONG = "The list should have one loss for each epoch, " * 5


@pytest.fixture
def report(capsys):
    """What checks of two names write, by stream; the second one holds if told so."""

    def made(holds):
        checks = Checks("loop")
        with checks("first", points=1):
            checks.close(1, 1)
        with checks("second", points=2):
            checks.require(holds, LONG)
        assert checks.report() == (3 if holds else 1)
        return capsys.readouterr()

    return made


def test_what_fails_is_named_with_its_hint_in_lines_that_nbgrader_does_not_cut(monkeypatch, report):
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    said = report(holds=False).err
    assert "second" in said
    assert " ".join(LONG.split()) in " ".join(said.split())
    # nbgrader indents by 4 and cuts at 87.
    assert max(map(len, said.splitlines())) <= 83


def test_nothing_is_written_if_all_holds(monkeypatch, report):
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    assert report(holds=True).err == ""


def test_nothing_is_written_where_it_would_cost_points(monkeypatch, report):
    monkeypatch.delenv("NBGRADER_VALIDATING", raising=False)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert report(holds=False).err == ""
