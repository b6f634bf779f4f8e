"""Checks of an exercise: points, hints, and the name of the mistake behind a wrong value."""

from nmautils.checks.checks import (
    NOT_SOLVED,
    CheckFailed,
    CheckResult,
    Checks,
    Mistake,
    Score,
    note_probed,
    probe,
    solved,
)

__all__ = [
    "NOT_SOLVED",
    "CheckFailed",
    "CheckResult",
    "Checks",
    "Mistake",
    "Score",
    "note_probed",
    "probe",
    "solved",
]
