"""Outcomes of checks, the points they make, and how a student sees them."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nmautils.checks.compare import Comparison, Picture
from nmautils.checks.mistakes import BLANK_LEFT, NOT_SOLVED

__all__ = ["Cause", "CheckResult", "Score", "as_html", "capital", "causes_of"]

# Words that are code, although they look like any other word.
_CODE = {"append", "backward", "detach", "forward", "item", "relu", "self", "sigma"}
# The table is as wide without hints in it as with them.
_WIDE = "min-width:min(34em,60vw)"
# Longer ones hold somebody's numbers or names, which nobody reads to the end.
HINT_CHARACTERS = 1000


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one named check: the points it carries and, if it failed, why.

    Parameters
    ----------
    name : str
        What the check is about.
    points : float
        What it is worth.
    passed : bool
        Whether it holds.
    hint, mistake : str
        Why it does not: what to do, and the name of the known mistake.
    stopped : str
        What kept the check from being judged at all, an error for instance: the same text for the
        same cause. Empty if it was judged.
    picture : Picture, optional
        The student's numbers beside the expected ones.
    """

    name: str
    points: float
    passed: bool
    hint: str = ""
    mistake: str = ""
    stopped: str = ""
    picture: Picture | None = None

    def __post_init__(self) -> None:
        """Cut what somebody's names and texts have made too long, or impossible to write."""
        for field in ("hint", "mistake", "stopped"):
            text = getattr(self, field)
            if not text.isascii():
                text = text.encode(errors="replace").decode()
                object.__setattr__(self, field, text)
            if len(text) > HINT_CHARACTERS:
                object.__setattr__(self, field, f"{text[: HINT_CHARACTERS - 1]}…")

    @property
    def earned(self) -> float:
        """Points this check contributes to the score."""
        return self.points if self.passed else 0.0


@dataclass(frozen=True)
class Cause:
    """What kept several checks from being judged: the first of them, and where all of them are."""

    first: CheckResult
    rows: frozenset[int]


def causes_of(results: Sequence[CheckResult]) -> tuple[Cause, ...]:
    """Give the causes that decide more than one check, so that each is said once."""
    rows: dict[str, list[int]] = {}
    for i, result in enumerate(results):
        cause = result.mistake if result.mistake in (NOT_SOLVED, BLANK_LEFT) else result.stopped
        if cause and not result.passed:
            rows.setdefault(cause, []).append(i)
    return tuple(
        Cause(results[found[0]], frozenset(found)) for found in rows.values() if len(found) > 1
    )


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
    compared : mapping, optional
        Numbers of failed checks that are worth a picture, by the names of the checks.
    notice : str, optional
        What to know before the checks are read, also if all of them hold.
    """

    exercise: str
    title: str
    notice: str
    results: tuple[CheckResult, ...]
    possible: float
    _compared: dict[str, Comparison]
    marked: bool  # whether the hidden inputs were tried as well; a grader says so

    def __new__(
        cls,
        exercise: str,
        results: Sequence[CheckResult],
        title: str = "",
        compared: Mapping[str, Comparison] | None = None,
        notice: str = "",
    ) -> "Score":
        self = super().__new__(cls, round(sum(r.earned for r in results), 6))
        self.exercise = exercise
        self.title = title or exercise
        self.notice = notice
        self.results = tuple(results)
        self.marked = False
        self.possible = round(sum(r.points for r in results), 6)
        self._compared = dict(compared or {})
        return self

    def __repr__(self) -> str:
        return repr(float(self))

    @property
    def untouched(self) -> bool:
        """Whether every check failed because nothing has been written yet."""
        return bool(self.results) and all(r.mistake == NOT_SOLVED for r in self.results)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What decides several checks at once."""
        return causes_of(self.results)

    def pictured(self) -> tuple[CheckResult, ...]:
        """Give the results, with a picture at the first failed check that has numbers to show.

        It is drawn when it is first asked for: most scores are never looked at.
        """
        decided = self._decided()
        for i, result in enumerate(self.results):
            if not result.passed and i not in decided and result.name in self._compared:
                picture = self._compared[result.name].picture()
                drawn = replace(result, picture=picture)
                self.results = (*self.results[:i], drawn, *self.results[i + 1 :])
                break
        self._compared = {}
        return self.results

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
        decided = self._decided()
        lines = [f"  {_indented(self.notice, 2)}"] if self.notice else []
        lines += [f"  {_indented(_diagnosis(cause.first), 2)}" for cause in self.causes]
        for i, r in enumerate(self.results):
            mark = "-   " if i in decided else "ok  " if r.passed else "FAIL"
            lines.append(f"  {mark}  {r.name} ({r.earned:g}/{r.points:g})")
            if not r.passed and i not in decided:
                lines.append(f"        {_indented(_diagnosis(r), 8)}")
        return "\n".join([self.headline(), *lines])

    def _repr_html_(self) -> str:
        # Colours with enough contrast on light and dark pages; no style sheet to load.
        head = f"<strong>{html.escape(self.headline())}</strong>"
        if self.untouched:
            return f'<p style="margin:0.3em 0">{head}<br>{as_html(self.results[0].hint)}</p>'
        said = f'<p style="margin:0.3em 0">{as_html(self.notice)}</p>' if self.notice else ""
        said += "".join(
            f'<p style="margin:0.3em 0"><em>{as_html(_diagnosis(cause.first))}</em></p>'
            for cause in self.causes
        )
        decided = self._decided()
        rows = "".join(_table_row(r, i in decided) for i, r in enumerate(self.pictured()))
        return f'<p style="margin:0.3em 0">{head}</p>{said}<table>{rows}</table>'

    def _decided(self) -> set[int]:
        return {i for cause in self.causes for i in cause.rows}


def capital(text: str) -> str:
    """Begin a sentence with a capital letter, unless it begins with code."""
    first = text.split(" ", 1)[0].rstrip(",:;.")
    is_code = not first.replace("-", "").isalpha() or first in _CODE or not first[1:].islower()
    return text if is_code and len(first) > 1 else text[:1].upper() + text[1:]


def as_html(text: str) -> str:
    """Write a hint as HTML: backticks enclose code, and further lines are code as it stands."""
    sentence, _, code = text.partition("\n")
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(sentence))
    if code:
        style = "display:block;white-space:pre;font-style:normal;margin:0.4em 0 0.8em"
        shown += f'<code style="{style}">{html.escape(code)}</code>'
    return shown


def _table_row(result: CheckResult, decided: bool) -> str:
    colour, mark = ("#1a9c74", "&#10004;") if result.passed else ("#d55e00", "&#10008;")
    grey = ""
    if decided:
        # Paler than the page's own colour: no one grey can be read on both light and dark pages.
        colour, mark, grey = "inherit;opacity:0.75", "&ndash;", ";opacity:0.75"
    hint = "" if result.passed or decided else f"<br><em>{as_html(_diagnosis(result))}</em>"
    hint += _picture(result.picture) if result.picture else ""
    return (
        f'<tr><td style="text-align:center;color:{colour}">{mark}</td>'
        f'<td style="text-align:left;white-space:normal;{_WIDE}{grey}">'
        f"{html.escape(result.name)}{hint}"
        f'</td><td style="text-align:right;white-space:nowrap{grey}">{result.earned:g} / '
        f"{result.points:g}</td></tr>"
    )


def _picture(picture: Picture) -> str:
    """Show a picture, which stays readable on a dark page, or the numbers below each other."""
    alt = html.escape(picture.alt)
    if picture.png:
        style = "display:block;width:600px;max-width:75vw;height:auto;margin:0.5em 0 0.2em"
        style += ";border-radius:6px"
        return f'<img alt="{alt}" src="data:image/png;base64,{picture.png}" style="{style}">'
    differ = [mine != theirs for mine, theirs in zip(picture.yours, picture.expected, strict=True)]
    rows = _numbers("Yours", picture.yours, differ) + _numbers("Expected", picture.expected)
    return (
        '<div style="overflow-x:auto;max-width:75vw">'
        f'<table aria-label="{alt}" style="margin:0.5em 0 0.2em">{rows}</table></div>'
    )


def _numbers(name: str, numbers: Sequence[str], stressed: Sequence[bool] = ()) -> str:
    cells = [html.escape(number) for number in numbers]
    for i, stress in enumerate(stressed):
        cells[i] = f"<strong>{cells[i]}</strong>" if stress else cells[i]
    style = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"
    shown = "".join(f'<td style="{style}">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row" style="text-align:left">{name}</th>{shown}</tr>'


def _diagnosis(result: CheckResult) -> str:
    return f"{capital(result.mistake)}: {result.hint}" if result.mistake else result.hint


def _indented(text: str, places: int) -> str:
    return text.replace("\n", "\n" + " " * (places + 2))
