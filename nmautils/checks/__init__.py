"""Checks of an exercise: points, hints, and the name of the mistake behind a wrong value."""

from nmautils.checks.answer import Answer, CellError, answer_given
from nmautils.checks.checks import Checks
from nmautils.checks.compare import Picture
from nmautils.checks.mistakes import NOT_SOLVED, CheckFailed, ErrorHint, Mistake
from nmautils.checks.probe import (
    ProbeGlobals,
    globals_of,
    note_probed,
    probe,
    quietly,
    solved,
)
from nmautils.checks.score import Cause, CheckResult, Score, causes_of

__all__ = [
    "NOT_SOLVED",
    "Answer",
    "Cause",
    "CellError",
    "CheckFailed",
    "CheckResult",
    "Checks",
    "ErrorHint",
    "Mistake",
    "Picture",
    "ProbeGlobals",
    "Score",
    "answer_given",
    "causes_of",
    "globals_of",
    "note_probed",
    "probe",
    "quietly",
    "solved",
]
