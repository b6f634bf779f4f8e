"""A page that takes too long, or fails, is named in a line and holds up no other."""

import os
import threading
import time

import pytest

from nmautils.errors import GradingFailed, HandInError
from nmautils.grading.model.results import Graded
from nmautils.grading.record.marks import SubmissionMarks
from nmautils.grading.report import feedback
from nmautils.grading.report.apart import Apart


def endless():
    while True:
        pass


def failing():
    raise ValueError("two\nlines")


def result(student="ada"):
    return Graded(student, "tutorial", "bundle", "submission", 0, title="Title")


@pytest.fixture
def apart():
    made = []

    def make(*given, **limits):
        made.append(Apart(*given, **limits))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_what_is_made_comes_back_whole(apart):
    repeat = apart(lambda text, number: text * number)
    assert repeat("a page, é 图 ", 200_000) == "a page, é 图 " * 200_000
    assert repeat("", 1) == ""


def test_what_is_changed_stays_in_the_child(apart):
    seen = []
    call = apart(lambda: str(seen.append(os.getpid()) or len(seen)))
    assert [call(), call()] == ["1", "2"]  # one child serves them all
    assert seen == []


def test_a_page_that_never_ends_is_ended_and_the_next_one_is_made(apart):
    call = apart(lambda kind: endless() if kind == "endless" else kind, seconds=1)
    assert call("first") == "first"
    started = time.monotonic()
    with pytest.raises(GradingFailed, match="longer than 1 seconds"):
        call("endless")
    assert time.monotonic() - started < 30
    assert call("next") == "next"


def test_processor_time_is_counted_for_each_page(apart):
    def work():
        until = time.process_time() + 0.4
        while time.process_time() < until:
            pass
        return "done"

    call = apart(work, seconds=1)
    assert [call() for _ in range(4)] == ["done"] * 4


def test_a_page_that_waits_for_ever_is_ended(apart):
    with pytest.raises(GradingFailed, match="longer than"):
        apart(lambda: str(time.sleep(60)), wall_seconds=0.3)()


def test_a_page_that_fails_says_why_in_one_line(apart):
    with pytest.raises(GradingFailed) as caught:
        apart(failing)()
    assert str(caught.value) == "it could not be made: ValueError: two lines"


def test_what_cannot_be_read_is_said_as_it_is(apart):
    def refuse():
        raise HandInError("the file is empty")

    with pytest.raises(HandInError, match=r"^the file is empty$"):
        apart(refuse)()


def test_a_page_that_needs_too_much_memory_is_named_and_the_next_one_is_made(apart):
    call = apart(lambda size: str(len(bytearray(size))), memory=512 << 20)
    with pytest.raises(GradingFailed, match=r"^it needs more than 0\.5 GiB of memory$"):
        call(600 << 20)
    assert call(64 << 20) == str(64 << 20)


def test_a_child_that_ends_is_no_page_and_another_one_takes_its_place(apart):
    call = apart(lambda ends: os._exit(0) if ends else "page")
    with pytest.raises(GradingFailed, match="the process that made it ended"):
        call(True)
    assert call(False) == "page"
    call._child[0].kill()
    call._child[0].join()
    assert call(False) == "page"


def test_the_child_ends_with_its_parent(apart):
    call = apart(lambda: str(os.getpid()))
    child = int(call())
    process, pipe = call._child
    pipe.close()
    process.join(10)
    assert process.pid == child
    assert process.exitcode == 0


def test_pages_are_made_beside_other_threads(apart):
    call = apart(lambda number: str(number))
    found = []
    threads = [threading.Thread(target=lambda i=i: found.append(call(i))) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [str(i) for i in range(8)]


@pytest.fixture
def fresh_child():
    feedback._APART.close()
    yield
    feedback._APART.close()


@pytest.mark.usefixtures("fresh_child")
def test_the_page_is_the_same_in_a_child():
    marks = SubmissionMarks()
    assert feedback.feedback_page_apart(result(), marks) == feedback.feedback_page(result(), marks)


@pytest.mark.usefixtures("fresh_child")
def test_the_student_whose_page_fails_is_named_and_the_others_have_theirs(monkeypatch):
    made = feedback.feedback_page

    def page(graded, marks, name=""):
        return failing() if graded.student == "eve" else made(graded, marks, name)

    monkeypatch.setattr(feedback, "feedback_page", page)
    with pytest.raises(GradingFailed, match=r"^eve/tutorial: no feedback page: .*ValueError"):
        feedback.feedback_page_apart(result("eve"), SubmissionMarks())
    assert "Title" in feedback.feedback_page_apart(result("ada"), SubmissionMarks())
