"""A `grade` for tests of what stands around it: as fast as can be, and as trusting.

The answers of the tiny course are run right here. What an answer says besides makes it fail in
ways that only a real grader could: ``CRASH`` ends the call, ``KILL`` the process.
"""

import os
import time
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook

from nmautils.checks import CheckResult
from nmautils.course.build import generate_assignment
from nmautils.grading.grade_class import Lines
from nmautils.grading.intake.read import read_notebook
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.results import ExerciseResult, Graded, QuestionResult, Submission
from nmautils.grading.record.marks import marks
from nmautils.grading.run.grader import not_graded
from tests.support.grading_class import (
    NAME,
    hand_in,
    released,
    solve,
    source_notebook,
    write_course,
)
from tests.support.notebooks import find_cell

EXPECTED = {"double": [(4, 8), (10, 20)], "halve": [(4, 2), (10, 5)]}

# A file that gets a line for each submission that is graded, and how long grading takes.
LOG, SECONDS = "NMAUTILS_TEST_LOG", "NMAUTILS_TEST_SECONDS"


def course_with_written_answer(root: Path, config: str = "") -> Path:
    """The tiny course with a third exercise that a person reads, and its release."""
    notebook = source_notebook()
    written = new_markdown_cell("Write here.", id="think")
    written.metadata.nbgrader = {
        "grade": True,
        "grade_id": "think",
        "locked": False,
        "points": 3.0,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    notebook.cells.append(written)
    write_course(root, config, notebook)
    generate_assignment(root, NAME, root / "release")
    return root


def grade(
    bundle: Bundle, submission: Submission, *, full: bool = False, **options: object
) -> Graded:
    """Grade a submission of the tiny course."""
    if LOG in os.environ:
        with Path(os.environ[LOG]).open("a") as log:
            log.write(f"{submission.student} {os.getpid()}\n")
    time.sleep(float(os.environ.get(SECONDS, "0")))
    try:
        submitted = read_notebook(submission.notebook)
    except ValueError as error:
        return not_graded(bundle, submission, full, str(error))
    notebook = deepcopy(bundle.notebook)
    exercises = []
    for name in EXPECTED:
        answer = find_cell(submitted, name).source
        if "CRASH" in answer:
            raise SystemExit(f"{submission.student} ended the grader")
        if "KILL" in answer:
            os.kill(os.getpid(), 9)
        find_cell(notebook, name).source = answer
        checks = _checks(name, answer)
        score = sum(check.earned for check in checks)
        exercises.append(ExerciseResult(f"{name}_test", 2.0, score, checks))
        test = find_cell(notebook, f"{name}_test")
        test.source = bundle.tests[f"{name}_test"]
        result = new_output("execute_result", {"text/plain": repr(score)})
        test.outputs = [result]
    thought, blank = find_cell(submitted, "think").source, find_cell(notebook, "think").source
    find_cell(notebook, "think").source = thought
    return Graded(
        submission.student,
        bundle.assignment,
        bundle.digest,
        submission.digest,
        submission.seed,
        full=full,
        notebook=nbformat.writes(notebook),
        exercises=tuple(exercises),
        questions=(QuestionResult("think", 3.0, thought != blank),),
        seconds={"total": 0.01},
    )


class Said(Lines):
    """Keep the lines of a run."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


def class_of(root: Path, number: int) -> dict[str, float]:
    """Let so many students hand in; returns the marks they should get."""
    release = released(root)
    for i in range(number):
        hand_in(root, f"s{i:02}", solve(release, double=["2 * x", "x + 4", "0"][i % 3]))
    return {f"s{i:02}": [4.0, 3.0, 2.0][i % 3] for i in range(number)}


def scores(root: Path) -> dict[str, float]:
    """Read the marks in the gradebook, by student."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        return {row["student_id"]: row["raw_score"] for row in marks(book) if row["timestamp"]}


def _checks(name: str, answer: str) -> tuple[CheckResult, ...]:
    namespace: dict = {}
    with suppress(Exception):
        exec(answer, namespace)
    results = []
    for number, wanted in EXPECTED[name]:
        passed = False
        with suppress(Exception):
            passed = namespace[name](number) == wanted
        results.append(CheckResult(f"{name} of {number}", 1.0, passed))
    return tuple(results)
