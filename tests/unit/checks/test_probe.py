"""Where a test cell reaches into a student's definitions, and whether these exist."""

import ast
import builtins
import re

import pytest

from nmautils.checks import ProbeGlobals, globals_of, note_probed, probe, solved
from nmautils.checks.probe import is_probed, passed_a_probe
from tests.support.paths import ROOT


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


# ---- builtins


def builtins_of_probes() -> list[str]:
    """Names of Python's own that any probe of the source uses."""
    found = set()
    for path in (ROOT / "source").glob("*/*.md"):
        # By jupytext it takes half a second, and each of pytest's workers collects this file.
        for code in re.findall(r"^@probe\n.+\n(?:[ )].*\n|\n)*", path.read_text(), re.MULTILINE):
            found |= {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
    return sorted(found & set(dir(builtins)))


PROBE = """
@probe
def ask(x, *more, last=2):
    def inside():
        return [{name} for _ in "a"][0]
    return inside(), {name}, answer(x), more, last
"""


def test_there_are_builtins_in_the_probes_of_the_tutorials():
    assert {"list", "sum", "isinstance", "getattr", "type"} <= set(builtins_of_probes())


@pytest.mark.parametrize("name", builtins_of_probes())
def test_a_variable_of_the_notebook_never_takes_the_place_of_a_builtin(name):
    real = getattr(builtins, name)
    namespace = {"probe": probe, name: 3, "answer": lambda x: -x}
    exec(PROBE.format(name=name), namespace)
    assert namespace["ask"](1, 5) == (real, real, -1, (5,), 2)
    # What the student sees is what they wrote, and what they write later is seen.
    assert namespace[name] == 3
    namespace["answer"] = lambda x: 10 * x
    assert namespace["ask"](1, last=0) == (real, real, 10, (), 0)
    # As the grader does it.
    private = {}
    exec(PROBE.format(name=name).replace("@probe", ""), ProbeGlobals(namespace), private)
    assert private["ask"](1) == (real, real, 10, (), 2)
    assert "ask" in namespace
    assert namespace[name] == 3


def test_the_answer_itself_sees_what_the_notebook_has():
    namespace = {"probe": probe, "list": 3}
    exec("def answer(x):\n    return list\n" + PROBE.format(name="list"), namespace)
    assert namespace["ask"](1)[2] == 3


def test_a_name_that_is_not_there_is_a_name_error_as_ever():
    namespace = {"probe": probe}
    exec(PROBE.format(name="sum"), namespace)
    with pytest.raises(NameError, match="name 'answer' is not defined") as caught:
        namespace["ask"](1)
    assert passed_a_probe(caught.value)


def test_a_probe_with_builtins_keeps_its_name_and_what_it_says():
    @probe
    def ask(x: int = 3, *, y: int = 4) -> int:
        """Say so."""
        return sum([x, y])

    assert (ask.__name__, ask.__doc__, ask(), ask(1, y=1)) == ("ask", "Say so.", 7, 2)
    assert not hasattr(ask, "__wrapped__")
    assert ask.__annotations__["x"] is int
