"""Where a test cell reaches into a student's definitions, and whether these exist."""

import pytest

from nmautils.checks import globals_of, note_probed, probe, solved
from nmautils.checks.probe import is_probed, passed_a_probe


def test_probe_returns_the_function_itself():
    def function():
        return 1

    assert probe(function) is function


def test_solved_tells_which_definitions_are_missing(capsys):
    namespace = {"solved": solved, "here": 1}
    assert eval("solved('here')", namespace)
    assert capsys.readouterr().out == ""
    assert not eval("solved('here', 'DeepNetReLU', 'train')", namespace)
    assert "needs your DeepNetReLU and train" in capsys.readouterr().out


def test_solved_tells_which_results_of_earlier_cells_are_missing(capsys):
    namespace = {"solved": solved, "train": 1, "net_mse": 1}
    assert eval("solved('train', made=['net_mse'])", namespace)
    assert capsys.readouterr().out == ""
    assert not eval("solved('train', made=['net_mse', 'net_cls'])", namespace)
    assert "needs net_cls, which an earlier cell makes" in capsys.readouterr().out
    assert not eval("solved('RDM', made=['net_cls'])", namespace)
    assert "net_cls" not in capsys.readouterr().out


def test_probe_notes_what_the_function_takes_from_the_notebook():
    @probe
    def reach(given):
        return [name_in_a_comprehension(x) for x in name_of_the_answer(given)]  # noqa: F821

    assert is_probed("name_of_the_answer")
    assert is_probed("name_in_a_comprehension")
    assert not is_probed("given")
    assert "name_of_the_answer" in globals_of(reach.__code__)


def test_noted_names_count_as_probed():
    assert not is_probed("noted_by_a_grader")
    note_probed(["noted_by_a_grader"])
    assert is_probed("noted_by_a_grader")


def test_an_error_is_known_to_have_passed_a_probe():
    @probe
    def reach():
        return 1 / 0

    def plain():
        return 1 / 0

    for function, passed in [(reach, True), (plain, False)]:
        with pytest.raises(ZeroDivisionError) as caught:
            function()
        assert passed_a_probe(caught.value) is passed
