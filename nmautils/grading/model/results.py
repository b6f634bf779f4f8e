"""What goes into grading a submission, and what comes out: plain values that turn into JSON."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from nmautils.checks import CheckResult

__all__ = ["Event", "ExerciseResult", "Graded", "Submission"]


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


@dataclass(frozen=True)
class Event:
    """Something that happened while a submission ran and that its author should know.

    Parameters
    ----------
    cell : str
        Grade id of the cell, or a few words on which one it was.
    kind : str
        ``"time-out"``, ``"died"``, ``"output cut"``, ``"not run"``, ``"memory"``.
    text : str
        What happened and what to do, in a sentence to the student.
    """

    cell: str
    kind: str
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
    """

    grade_id: str
    points: float
    score: float
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class Graded:
    """A graded submission.

    Parameters
    ----------
    student, assignment : str
        Whose and which.
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
        cells between them, outputs, and ``metadata.nmautils`` (see `nmautils.grading.run.pool`).
    exercises : tuple of ExerciseResult
        One for each automatic test of the release, in order.
    unanswered : tuple of str
        Grade ids of the manually graded cells that were left as they were.
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
    """

    student: str
    assignment: str
    bundle: str
    submission: str
    seed: int
    full: bool = False
    problem: str = ""
    notebook: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    unanswered: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    needs_person: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points of all automatic tests together."""
        return round(sum(exercise.score for exercise in self.exercises), 6)

    def to_json(self) -> str:
        """Write the result as text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Graded":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        data["exercises"] = tuple(
            ExerciseResult(**{**e, "checks": tuple(CheckResult(**c) for c in e["checks"])})
            for e in data["exercises"]
        )
        data["events"] = tuple(Event(**event) for event in data["events"])
        for name in ("unanswered", "repairs", "needs_person"):
            data[name] = tuple(data[name])
        return cls(**data)
