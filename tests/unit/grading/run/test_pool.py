"""What `pool.grade` says of a submission without a result: what happened, and how often."""

import pytest

from nmautils.errors import GradingFailed
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import Submission
from nmautils.grading.run import pool


class Failing:
    """A worker that has no result, and ends itself if there is no answer of its either."""

    dropped = False

    def __init__(self, answer, asked):
        self.answer, self.asked = answer, asked

    def ask(self, request, notebook):
        self.asked.append(notebook)
        if self.answer is None:
            raise pool.WorkerLost
        return dict(self.answer)


TOO_LONG = "grading it took longer than 1860 seconds and was stopped"


@pytest.mark.parametrize(
    ("answer", "tries", "said"),
    [
        ({"failed": TOO_LONG, "again": False}, 1, TOO_LONG),
        ({"failed": "the process ended"}, 2, "the process ended, twice"),
        ({"failed": "grading failed with OSError: a\nb"}, 2, "failed with OSError: a b, twice"),
        (None, 2, "the worker that graded it ended, twice"),
    ],
)
def test_what_happened_is_said_and_how_often(monkeypatch, answer, tries, said):
    asked = []
    monkeypatch.setattr(pool, "_borrow", lambda: Failing(answer, asked))
    monkeypatch.setattr(pool, "_give_back", lambda worker: None)
    with pytest.raises(GradingFailed) as caught:
        pool.grade(Bundle("tiny", "{}", {}), Submission("ada", b"raw", 0))
    assert str(caught.value).endswith(said)
    assert str(caught.value).count("\n") == 0
    assert asked == [b"raw"] * tries


def test_what_is_dropped_on_purpose_is_not_tried_again(monkeypatch):
    asked = []
    worker = Failing(None, asked)
    worker.dropped = True
    monkeypatch.setattr(pool, "_borrow", lambda: worker)
    monkeypatch.setattr(pool, "_give_back", lambda worker: None)
    with pytest.raises(GradingFailed, match=r"ended$"):
        pool.grade(Bundle("tiny", "{}", {}), Submission("ada", b"raw", 0))
    assert len(asked) == 1
