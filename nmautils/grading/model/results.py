"""What goes into grading a submission, and what comes out: plain values that turn into JSON.

`Graded` is the only place where a result is described. The record of a hand-in is its JSON; the
gradebook, the feedback page and the summary are all made from it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from nmautils.checks import CheckResult, Picture

__all__ = [
    "FORMAT",
    "Event",
    "EventKind",
    "ExerciseResult",
    "Graded",
    "OtherFormat",
    "QuestionResult",
    "Submission",
]

# A record with another number is not read, and its hand-in is graded again with the same inputs.
# To be raised whenever a field below is added, dropped or changes its meaning or form, or the same
# file may be marked otherwise than before; between releases nothing else tells that, since a bundle
# names its version only. A field that may be left out needs no other number.
# 4: hints of at most 1,000 characters, sentence first; lines left out; tests inside; exits and
# devices that no longer cost points.
FORMAT = 4


class OtherFormat(ValueError):
    """A result was written by another version of `nmautils`; the text says by which."""


@dataclass(frozen=True)
class Submission:
    """A hand-in.

    Parameters
    ----------
    student : str
        Student id; only carried along.
    notebook : bytes
        Content of the file, whatever it is.
    seed : int
        Where the inputs of the tests come from; the same seed repeats a grading exactly.
    """

    student: str
    notebook: bytes
    seed: int

    @property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of the file."""
        return hashlib.sha256(self.notebook).hexdigest()


class EventKind(str, Enum):
    """What can happen while a submission runs; the value is what a person reads."""

    TIME_OUT = "time-out"
    DIED = "died"
    CUT = "output cut"
    NOT_RUN = "not run"
    MEMORY = "memory"
    LEFT_OUT = "line left out"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Event:
    """Something that happened while a submission ran and that its author should know.

    Parameters
    ----------
    cell : str
        Grade id of the cell; of one without, how its source begins, in backquotes.
    kind : EventKind
        What happened.
    text : str
        What happened and what to do, in a sentence to the student.
    """

    cell: str
    kind: EventKind
    text: str


@dataclass(frozen=True)
class ExerciseResult:
    """Outcome of one automatic test.

    Parameters
    ----------
    grade_id : str
        Of the test cell.
    points : float
        What it is worth.
    score : float
        What was earned, between 0 and `points`.
    checks : tuple of CheckResult
        The named checks, in order; empty if the test could not be run.
    title : str
        The exercise's heading in the release.
    inside : bool
        Whether the test ran in the student's process, so that it can be fooled.
    """

    grade_id: str
    points: float
    score: float
    checks: tuple[CheckResult, ...] = ()
    title: str = ""
    inside: bool = False


@dataclass(frozen=True)
class QuestionResult:
    """A question that a person marks, and whether it was answered.

    Parameters
    ----------
    grade_id : str
        Of the cell with the answer.
    points : float
        What it is worth.
    answered : bool
        Whether the student changed the cell.
    title : str
        The question's heading in the release.
    """

    grade_id: str
    points: float
    answered: bool
    title: str = ""


@dataclass(frozen=True)
class Graded:
    """A graded submission.

    Parameters
    ----------
    student, assignment : str
        The student and the assignment.
    bundle, submission : str
        Digests of what was graded.
    seed : int
        Seed of the tests' inputs.
    full : bool
        Whether demonstrations were run as well.
    problem : str
        Why the file could not be graded at all, in a line; empty if it could.
    notebook : str
        The graded notebook, as JSON: cells of the release with the student's answers and own
        cells between them. ``metadata.nmautils`` of a cell has its ``kind`` (see
        `nmautils.cells.Kind`) and where its ``outputs`` come from: ``graded`` (this grading),
        ``submitted`` (the file) or ``none``.
    title : str
        Title of the release's notebook.
    exercises : tuple of ExerciseResult
        One for each automatic test of the release, in order.
    questions : tuple of QuestionResult
        One for each manually graded cell of the release, in order.
    repairs : tuple of str
        What was repaired before grading, a sentence each.
    events : tuple of Event
        What happened while running.
    needs_person : tuple of str
        Why an instructor should look at the submission, a line each; empty if nobody need.
    seconds : dict
        Wall time by share: ``ready`` (until the kernel answered), ``cells`` (the student's),
        ``tests`` (everything in them), ``probes`` (of that, waiting for the student's code),
        ``total``.
    before : dict of float
        Points of the grading before, of each test that gave others then, by its grade id.
    format : int
        `FORMAT` of the version that wrote it.
    """

    student: str
    assignment: str
    bundle: str
    submission: str
    seed: int
    full: bool = False
    problem: str = ""
    notebook: str = ""
    title: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    questions: tuple[QuestionResult, ...] = ()
    repairs: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    needs_person: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    before: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def score(self) -> float:
        """Points of all automatic tests together."""
        return round(sum(exercise.score for exercise in self.exercises), 6)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why an instructor should look at it, also if the file could not be graded."""
        return self.needs_person or ((self.problem,) if self.problem else ())

    @property
    def ran_out_of_time(self) -> bool:
        """Whether something of it took too long and was stopped."""
        return any(event.kind is EventKind.TIME_OUT for event in self.events)

    def to_json(self) -> str:
        """Write the result as text; of one that was read, it is the text that was read."""
        return self._text

    @cached_property
    def _text(self) -> str:
        # First what cannot be had again, so that a record that was cut still tells it.
        first = {"seed": self.seed, "submission": self.submission}
        rest = {name: value for name, value in asdict(self).items() if name not in first}
        return f"{json.dumps(first)[:-1]}, {json.dumps(rest, sort_keys=True)[1:]}"

    @classmethod
    def from_json(cls, text: str) -> "Graded":
        """Read what `to_json` wrote.

        Raises
        ------
        OtherFormat
            If another version of `nmautils` wrote it.
        """
        data = json.loads(text)
        if data.get("format") != FORMAT:
            later = isinstance(data.get("format"), int) and data["format"] > FORMAT
            raise OtherFormat("a later version" if later else "an earlier version")
        data["exercises"] = tuple(
            ExerciseResult(**{**e, "checks": tuple(map(_check, e["checks"]))})
            for e in data["exercises"]
        )
        data["questions"] = tuple(QuestionResult(**question) for question in data["questions"])
        data["events"] = tuple(
            Event(**{**event, "kind": EventKind(event["kind"])}) for event in data["events"]
        )
        for name in ("repairs", "needs_person"):
            data[name] = tuple(data[name])
        graded = cls(**data)
        # To write it again takes longer than to read it, and is done for each record of a class.
        graded.__dict__["_text"] = text
        return graded


def _check(data: dict[str, Any]) -> CheckResult:
    """Make a check's outcome from its JSON."""
    picture = data.get("picture")
    if picture is not None:
        numbers = {row: tuple(map(str, picture[row])) for row in ("yours", "expected")}
        picture = Picture(**{**picture, **numbers})
    return CheckResult(**{**data, "picture": picture})
