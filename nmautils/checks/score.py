"""Outcomes of checks, the points they make, and how a student sees them."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from nmautils.checks.mistakes import NOT_SOLVED

__all__ = ["CheckResult", "Score"]


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one named check: the points it carries and, if it failed, why."""

    name: str
    points: float
    passed: bool
    hint: str = ""
    mistake: str = ""

    @property
    def earned(self) -> float:
        """Points this check contributes to the score."""
        return self.points if self.passed else 0.0


class Score(float):
    """Points earned, a plain float that shows its checks as a table in a notebook.

    Its ``repr`` is the bare number, which nbgrader reads as partial credit.

    Parameters
    ----------
    exercise : str
        Grade id of the exercise.
    results : sequence of CheckResult
        Outcomes that make up the score.
    title : str, optional
        How students know the exercise; its grade id if left out.
    """

    exercise: str
    title: str
    results: tuple[CheckResult, ...]
    possible: float
    marked: bool  # whether the hidden inputs were tried as well; a grader says so

    def __new__(cls, exercise: str, results: Sequence[CheckResult], title: str = "") -> "Score":
        self = super().__new__(cls, round(sum(r.earned for r in results), 6))
        self.exercise = exercise
        self.title = title or exercise
        self.results = tuple(results)
        self.marked = False
        self.possible = round(sum(r.points for r in results), 6)
        return self

    def __repr__(self) -> str:
        return repr(float(self))

    @property
    def untouched(self) -> bool:
        """Whether every check failed because nothing has been written yet."""
        return bool(self.results) and all(r.mistake == NOT_SOLVED for r in self.results)

    def headline(self) -> str:
        """One line on how the exercise stands."""
        if self.untouched:
            return f"{self.title}: {NOT_SOLVED}"
        passed, checks = sum(r.passed for r in self.results), len(self.results)
        held = f"{self.title}: {passed} of {checks} checks hold"
        if self.marked:
            return f"{held}, {float(self):g} of {self.possible:g} points"
        return f"{held} here. Marking tries other inputs too, for {self.possible:g} points in all."

    def text(self) -> str:
        """Give the table of checks as plain text, one line each."""
        if self.untouched:
            return f"{self.headline()}\n  {self.results[0].hint}"
        lines = [
            f"  {'ok  ' if r.passed else 'FAIL'}  {r.name} ({r.earned:g}/{r.points:g})"
            + ("" if r.passed else f"\n        {_diagnosis(r)}")
            for r in self.results
        ]
        return "\n".join([self.headline(), *lines])

    def _repr_html_(self) -> str:
        # Colours with enough contrast on light and dark pages; no style sheet to load.
        head = f"<strong>{html.escape(self.headline())}</strong>"
        if self.untouched:
            return f'<p style="margin:0.3em 0">{head}<br>{html.escape(self.results[0].hint)}</p>'
        rows = "".join(map(_table_row, self.results))
        return f'<p style="margin:0.3em 0">{head}</p><table>{rows}</table>'


def _table_row(result: CheckResult) -> str:
    colour, mark = ("#1a9c74", "&#10004;") if result.passed else ("#d55e00", "&#10008;")
    hint = "" if result.passed else f"<br><em>{html.escape(_diagnosis(result))}</em>"
    return (
        f'<tr><td style="text-align:center;color:{colour}">{mark}</td>'
        f'<td style="text-align:left;white-space:normal">{html.escape(result.name)}{hint}</td>'
        f'<td style="text-align:right;white-space:nowrap">{result.earned:g} / {result.points:g}'
        "</td></tr>"
    )


def _diagnosis(result: CheckResult) -> str:
    if not result.mistake:
        return result.hint
    return f"{result.mistake[0].upper()}{result.mistake[1:]}: {result.hint}"
