"""What a check of a notebook found, as ``nmautils check --json`` writes it."""

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["CellReport", "ExerciseReport", "QuestionReport", "Report"]

FORMAT = 1  # of the report as JSON


@dataclass
class ExerciseReport:
    """How an exercise stands.

    Parameters
    ----------
    name, title : str
        Its grade id, and its heading.
    points : float
        What it is worth.
    state : str
        ``"solved"``, ``"red"``, ``"untouched"`` or ``"not checked"``.
    says : list of str
        Why it is in that state, a line each.
    remarks : list of str
        What else to know about its cells.
    checks : list of dict
        ``name``, ``passed``, ``hint`` and ``mistake`` of each visible check.
    """

    name: str
    title: str
    points: float
    state: str = "not checked"
    says: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class QuestionReport:
    """How a written answer stands: ``"written"``, ``"untouched"`` or ``"empty"``."""

    name: str
    title: str
    points: float
    state: str


@dataclass
class CellReport:
    """A cell that the grader cannot run as it is.

    Parameters
    ----------
    cell : int
        Its place among all cells of the notebook, from 1.
    title : str
        How a student finds it.
    state : str
        ``"cannot run"``, ``"left out"`` if only lines of it are left out, or ``"may fail"``.
    says : list of str
        Why, a sentence each.
    """

    cell: int
    title: str
    state: str
    says: list[str]


@dataclass
class Report:
    """What a notebook's check found; its fields are those of ``nmautils check --json``."""

    notebook: str
    title: str
    saved: str
    exercises: list[ExerciseReport] = field(default_factory=list)
    questions: list[QuestionReport] = field(default_factory=list)
    cells: list[CellReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether everything is solved and there is nothing else to tell."""
        return (
            all(each.state == "solved" and not each.remarks for each in self.exercises)
            and all(each.state == "written" for each in self.questions)
            and not self.cells
            and not self.notes
        )

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"format": FORMAT, "ready": self.ready, "summary": _summary(self), **asdict(self)}


def _summary(report: Report) -> str:
    """One sentence: what is left to do."""
    states = [each.state for each in report.exercises]
    unwritten = sum(each.state != "written" for each in report.questions)
    todo = [
        _count(states.count("red"), "exercise is red", "exercises are red"),
        _count(states.count("untouched"), "exercise is untouched", "exercises are untouched"),
        _count(states.count("not checked"), "exercise has no result", "exercises have no result"),
        _count(unwritten, "written answer is missing", "written answers are missing"),
        _count(len(report.cells), "cell will not run as it is", "cells will not run as they are"),
    ]
    todo = [part for part in todo if part]
    if todo:
        return f"Before you hand in: {', '.join(todo)}."
    if not report.ready:
        return "Everything is solved; read the remarks before you hand in."
    by_hand = " A person reads your written answers." if report.questions else ""
    return f"Nothing is left to do. Marking repeats the checks on other inputs.{by_hand}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
