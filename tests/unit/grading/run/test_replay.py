"""Which cells may have ended a process, likely ones first."""

from nbformat.v4 import new_code_cell

from nmautils.grading.model.limits import SUSPECT_TRIES, SUSPECTS
from nmautils.grading.run.replay import Ran, Replay


def replay(*kinds):
    """Cells by a letter each: g given, o the student's own, l own that leaves something running."""
    made = Replay()
    for i, kind in enumerate(kinds):
        made.add(Ran(new_code_cell(), f"{kind}{i}", kind in "ol", kind == "l"))
    return made


def names(found):
    return [ran.source for ran in found]


def test_what_leaves_something_running_comes_first_the_latest_before_others():
    assert names(replay(*"lgol").suspects(widely=True)) == ["l3", "l0", "o2"]
    assert names(replay(*"lgol").suspects(widely=False)) == ["l3", "l0"]


def test_given_cells_are_never_suspects():
    assert replay(*"ggg").suspects(widely=True) == []


def test_there_are_few_suspects():
    assert len(replay(*"o" * 50).suspects(widely=True)) == SUSPECTS


def test_what_is_put_back_stands_where_it_stood():
    made = replay(*"ogo")
    middle = made.cells[1]
    place = made.take_out(middle)
    assert names(made.cells) == ["o0", "o2"]
    made.put_back(place, middle)
    assert names(made.cells) == ["o0", "g1", "o2"]


def test_cells_with_the_same_text_are_not_taken_for_each_other():
    made, cell = Replay(), new_code_cell()
    first, second = Ran(cell, "x", True, False), Ran(cell, "x", True, False)
    made.add(first)
    made.add(second)
    made.take_out(second)
    assert made.cells[0] is first


def test_after_some_tries_in_vain_nobody_is_suspected():
    made = replay(*"ooo")
    for _ in range(SUSPECT_TRIES):
        assert made.suspects(widely=True)
        ran = made.cells[0]
        made.put_back(made.take_out(ran), ran)
    assert made.suspects(widely=True) == []
