"""Checks of an exercise: points, hints, and the name of the mistake behind a wrong value."""

from nmautils.checks.checks import (
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
    "CheckFailed",
    "CheckResult",
    "Checks",
    "Mistake",
    "Score",
    "note_probed",
    "probe",
    "solved",
]
