"""What grading says to a student: the sentences of the feedback page and of events.

It stands in `model`, since both `run` and `report` use it. Elsewhere stand the sentences on files
that cannot be read (`nmautils.grading.intake.read`), on repairs
(`nmautils.grading.repair.repair_notes`) and on calls that failed (`nmautils.grading.run.kernel`),
labels such as "Points" (the page's template), and names and hints of checks (the test cells).
"""

# --- numbers of things ---------------------------------------------------------------------------


def noun(number: float, one: str) -> str:
    """Give a noun in the form that goes with a number, for instance ``checks`` for 2."""
    return one if number == 1 else f"{one}s"


def count(number: int, one: str) -> str:
    """Write a number of things, for instance ``2 checks``."""
    return f"{number:,} {noun(number, one)}"


def times(number: int) -> str:
    """Say how often something happened, for instance ``twice``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


# --- while a notebook ran (``{}`` is a number of seconds or GiB) ----------------------------------

TOO_LONG = (
    "This cell took longer than {:g} seconds and was stopped. Is there a loop that never ends?"
)
COMPUTED_TOO_LONG = (
    "This cell took longer than {:g} seconds of computing and was stopped. Is there a loop that "
    "never ends?"
)
WAITED_TOO_LONG = "This cell had waited for {:g} seconds by the clock, so it was stopped."
AN_OWN_CELL = "own cell {}"
ENDED = "This cell ended the Python process it ran in; the cells after it ran in a new one."
TOO_MUCH_MEMORY = (
    "This cell and what it started needed more than {:.1f} GiB of memory, so it was stopped; the "
    "cells after it ran in a new process."
)
TOO_MUCH_OUTPUT = "This cell showed too much; the rest is left out."
NO_TIME = "There was no time left for this cell: the notebook had used up its {:g} seconds."
GAVE_UP = "This cell was not run: the notebook's process had ended too often."
CALLED_TOO_LONG = "A check called your code and it took longer than {:g} seconds: it was stopped."
CALLED_AND_ENDED = "A check called your code and it ended the Python process it ran in."
LEFT_RUNNING = (
    "What this cell left running (a timer, a thread or a process) ended the Python process later, "
    "so the notebook was run again without this cell."
)
LINE_LEFT_OUT = "Line {line} of this cell was left out, and the rest was run: `{text}`."
SOMETHING_LEFT_OUT = "This was left out of the cell, and the rest was run: `{text}`."
NO_MODULE = "Where notebooks are graded there is no module `{}`."
NO_PROGRAM = "Where notebooks are graded there is no program `{}`."
PERSON_TOLD = "The person who marks your work has been told."
# What a check before handing in says instead.
PERSON_WILL_BE_TOLD = "The person who marks your work will be told."
ONLY_ON_ITS_PLATFORM = "It works only in {}."
RUN_ONCE = "It would keep nothing that the cell defines, so the cell was run once without it."
NOT_TRIED = "Nothing is installed, fetched or reset while a notebook is graded."
USES_LEFT_OUT = "It uses what a line that was left out would have made."
FAILED_HERE = "It does not work where notebooks are graded ({})."
NEEDS_LEFT_OUT = "Your code needs `{}`, which a line that was left out would have made: `{}`. {}"
CALL_NEEDS_PLATFORM = (
    "Your code uses something that only {} has. The person who marks your work has been told."
)
CALL_NEEDS_MODULE = (
    "Your code needs the module `{}`, which is not there where notebooks are graded. The person "
    "who marks your work has been told."
)
CALL_NEEDS_FILE = (
    "Your code opens a file that is not there where notebooks are graded ({}). The person who "
    "marks your work has been told."
)
CALL_ASKS_PERSON = (
    "Your code waits for somebody to type something, and nobody is there where notebooks are "
    "graded. The person who marks your work has been told."
)
CALL_NEEDS_PLACE = (
    "Your code asks where it runs ({}), and is not satisfied with where notebooks are graded. The "
    "person who marks your work has been told."
)
NEWER_PYTHON = (
    "This cell may be written for a newer Python than the {} that notebooks are graded by, which "
    "cannot read it. The person who marks your work has been told."
)
NOT_CALLED_AGAIN = "Your code was not called again, after what happened before."

# --- to the instructor, on what ran --------------------------------------------------------------

PERSON_MODULE = "module {} is not installed where notebooks are graded"
PERSON_PROGRAM = "program {} is not there where notebooks are graded"
PERSON_PLATFORM = "it uses something that only {} has"
PERSON_BROKEN = "{} is installed but cannot be imported here ({})"
PERSON_FILE = "a file that it uses is not there: {}"
PERSON_LINE = "a line works only elsewhere: {}"
PERSON_INPUT = "it asks for something to be typed"
PERSON_PLACE = "it asks for a place or a device that is not here"
PERSON_NEWER = "{} may be written for a newer Python than the {} here"
PERSON_NEEDED = "{}: it needs what a line that was left out would have made ({})"
PERSON_GIVEN = "the given cell {} ended its Python process"

# --- why there is no result (to both) -------------------------------------------------------------

GRADING_TOO_LONG = "grading it took longer than {:g} seconds and was stopped"
GRADING_ENDED = "the process that graded it ended without a result"
GRADING_FAILED = "grading it failed with {}: {}"
WORKER_ENDED = "the worker that graded it ended"
PERSON_NOT_GRADED = (
    "it could not be graded: {}; see it with `nmautils show {student} {assignment}`, and try again "
    "with `nmautils grade {assignment} --student {student} --force`"
)

GOES_ON = (
    "goes on with the run that was stopped: {} of its hand-ins are graded again already (to begin "
    "anew, delete {})"
)

# --- tests that ran inside the student's process --------------------------------------------------

TEST_INSIDE = "The tests of this exercise"
TEST_REST = "The rest of these tests"
TEST_NOT_RUN = "This test was not run, after what happened before."
TEST_TOO_LONG = "It took too long and was stopped. Is there a loop that never ends?"
TEST_ENDED = "The Python process ended while this test ran."
TEST_WARNED = "While this test ran, something was written to the error stream, a warning perhaps."
TEST_GAVE_PART = "This test gave {:g} of {:g} points."
TEST_WENT_WRONG = "This test itself went wrong; a person looks at it."
TEST_HIDDEN_FAILED = "A test that is not shown failed ({})."
TEST_DOES_NOT_HOLD = "`{}` does not hold."
TEST_FAILED = "An assert of this test does not hold."
TEST_LINE_FAILED = "It failed at `{}`."
TEST_LINE_RAISED = "It failed at `{}` ({})."
AN_ERROR = "an error"
ANSWER_LEFT = "Its cell still raises NotImplementedError."
# On the page of a class, and after a run.
TESTED_INSIDE = "tested inside"
CAN_BE_FOOLED = (
    "Tests that are tested inside run in the student's own process: code that is written to do so "
    "can fool them, and can read what they hide."
)

# --- the feedback page ---------------------------------------------------------------------------

PAGE = "Feedback"
NOT_GRADED = "Your file could not be graded"
WHILE_IT_RAN = "While your notebook ran"
REPAIRED = "Repaired before grading"
ONE_OPEN = "1 written answer is not marked yet, so the total may grow."
MANY_OPEN = "{} written answers are not marked yet, so the total may grow."

DID_NOT_RUN = "did not run"
NOT_MARKED = "not marked yet"
READ_BY_A_PERSON = "read by a person"
HANDED_IN = "Handed in"
LATE = "Handed in late"
DUE = "due {}"
TOGETHER = "Together"
TOGETHER_SO_FAR = "Together so far"
EXCUSED = "You are excused from this assignment, so no mark counts."

BEFORE = "At the beginning of your notebook"
ANSWER = "Your answer"
OWN_CELL = "Your own cell {}"
YOUR = "Your {}"
YOUR_CELL = "Your cell"
OWN_CELLS = "Your own cells after this exercise"
LATER_CELLS = "What later cells showed"
LATER_CELLS_SUBMITTED = "What later cells showed when you handed them in"
FIGURE = "Figure {} that this cell drew"

CHECKS = "Checks"
HOLDS = "holds"
DOES_NOT_HOLD = "does not hold"
NOT_JUDGED = "could not be judged"
AS_ABOVE = "as above"
YOURS = "Yours"
EXPECTED = "Expected"
NOT_SOLVED = "You have not solved this exercise yet."
NO_CHECKS = "These checks did not run, so they give no points."
CHANGED = "A person set the points to {}; the checks alone give {}."
COMMENT = "Comment"
UNTOUCHED = "You left this as it was."
ASK = (
    "A question about a mark? Reply to whoever sent you this page and name the exercise and the "
    "check."
)
