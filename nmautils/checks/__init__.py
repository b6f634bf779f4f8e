"""Checks of an exercise: points, hints, and the name of the mistake behind a wrong value."""

from nmautils.checks.checks import Checks
from nmautils.checks.mistakes import NOT_SOLVED, CheckFailed, Mistake
from nmautils.checks.probe import globals_of, note_probed, probe, quietly, solved
from nmautils.checks.score import CheckResult, Score

__all__ = [
    "NOT_SOLVED",
    "CheckFailed",
    "CheckResult",
    "Checks",
    "Mistake",
    "Score",
    "globals_of",
    "note_probed",
    "probe",
    "quietly",
    "solved",
]
