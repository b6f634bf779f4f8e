"""What notebooks import their checks from; it stands in `nmautils.checks`."""

from nmautils.checks import (
    CheckFailed,
    CheckResult,
    Checks,
    ErrorHint,
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
    "ErrorHint",
    "Mistake",
    "Score",
    "note_probed",
    "probe",
    "solved",
]
