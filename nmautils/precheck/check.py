"""Check a saved notebook before it is handed in."""

import hashlib
import re
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from nbformat.notebooknode import NotebookNode

from nmautils.cells import (
    Kind,
    exercise_of,
    grade_id_of,
    kind_of,
    nbgrader_of,
    packages_of,
    runs_inside,
)
from nmautils.checks import NOT_SOLVED
from nmautils.errors import HandInError
from nmautils.grading.intake.read import read_submission
from nmautils.grading.model import words
from nmautils.grading.model.limits import KERNEL_STARTS, Limits
from nmautils.grading.model.outline import headings_of, title_of, titles_of
from nmautils.grading.repair.python_cells import LEFTOVER, Parser, comment_out
from nmautils.grading.run.left_out import LeftOut, missing_module
from nmautils.precheck.cell_code import CellCode, read_code
from nmautils.precheck.environment import before_marking, is_there, modules_of
from nmautils.precheck.fresh_kernel import FreshKernel, Outcome
from nmautils.precheck.report import CellReport, ExerciseReport, QuestionReport, Report

__all__ = ["check_notebook", "checksum"]

LONGEST_LINE = 300  # characters of a hint in a report
# What may hold a line that only this student has. Everything else is the release's when graded.
WRITTEN = (Kind.EXERCISE, Kind.GIVEN)
RUN = (Kind.SETUP, Kind.EXERCISE, Kind.GIVEN, Kind.TEST)
SHOWN_ONLY = (Kind.DEMO, Kind.EXPLORE)
_SYNTAX = {"SyntaxError", "IndentationError", "TabError"}


def check_notebook(path: Path, seconds: float = Limits.cell_seconds, beside: str = "") -> Report:
    """Run what decides the marks of a saved notebook, and say how it stands.

    Parameters
    ----------
    path : Path
        The notebook; it is only read.
    seconds : float
        Wall time of a cell.
    beside : str
        Folder in which the student works; by default the notebook's.

    Raises
    ------
    HandInError
        If it is no notebook, or none of this course.
    """
    try:
        reading = read_submission(path.read_bytes())
    except HandInError as error:
        raise HandInError(f"{path.name}: {error}") from None
    check = _Check(reading.notebook, Path(beside) if beside else path.parent, seconds)
    saved = datetime.fromtimestamp(path.stat().st_mtime).astimezone().isoformat(timespec="seconds")
    report = Report(path.name, title_of(reading.notebook), saved, notes=list(reading.notes))
    check.fill(report)
    return report


class _Check:
    """One check of one notebook."""

    def __init__(self, notebook: NotebookNode, folder: Path, seconds: float) -> None:
        self.folder, self.limit = folder, seconds
        self.cells: list[NotebookNode] = notebook.cells
        self.extra = modules_of(packages_of(notebook))
        self.notes: list[str] = []
        self._put_types_right()
        self.kinds = [kind_of(cell) for cell in self.cells]
        self.titles = titles_of(notebook)
        self.parse = Parser()
        # As the grader leaves it: without lines that can only fail there.
        self.sources = [cell.source for cell in self.cells]
        self.leftover: set[int] = set()
        self.code: dict[int, CellCode] = {}
        for i in self._of(*WRITTEN):
            if not self._is_untouched(i):
                self._read_written(i)
        self.outcomes: dict[int, Outcome] = {}
        self.replay: list[str] = []
        self.starts, self.overran = 0, False

    def _of(self, *kinds: Kind) -> list[int]:
        return [i for i, kind in enumerate(self.kinds) if kind in kinds]

    def _put_types_right(self) -> None:
        for cell in self.cells:
            wanted = nbgrader_of(cell).get("cell_type")
            if wanted in ("code", "markdown") and cell.cell_type != wanted:
                kind = "text" if wanted == "code" else "code"
                self.notes.append(f"The cell `{grade_id_of(cell)}` had become a {kind} cell.")
                cell.cell_type = wanted

    def _is_untouched(self, i: int) -> bool:
        """Whether a cell is as released: its checksum says so, else the line to be deleted."""
        cell = self.cells[i]
        expected = nbgrader_of(cell).get("checksum")
        if isinstance(expected, str):
            return expected in (checksum(cell), checksum(cell, cell.source.strip()))
        return self.kinds[i] == Kind.EXERCISE and bool(LEFTOVER.match(cell.source.lstrip()))

    def _read_written(self, i: int) -> None:
        self.sources[i], found = comment_out(self.cells[i].source, self.parse)
        if found:
            self.leftover.add(i)
        self.code[i] = read_code(self.sources[i])

    # --- running -------------------------------------------------------------------------------

    def fill(self, report: Report) -> None:
        """Run the notebook, and put into the report what was found."""
        if not self._of(Kind.EXERCISE, Kind.TEST, Kind.QUESTION):
            raise HandInError(
                f"{report.notebook} has no cell that is marked as an exercise of the course; is it "
                "the right notebook?"
            )
        started = monotonic()
        used = {module for code in self.code.values() for module in code.modules}
        blocked = {module for module in used if not self._is_there(module)}
        with FreshKernel(blocked, self.extra) as kernel:
            for i in self._of(*RUN):
                is_new = self.kinds[i] != Kind.EXERCISE or not self._is_untouched(i)
                if is_new and self.sources[i].strip():
                    self.outcomes[i] = self._run(kernel, i)
        report.seconds = round(monotonic() - started, 1)
        report.exercises = self._exercises()
        report.questions = [self._question(i) for i in self._of(Kind.QUESTION)]
        report.cells = [found for i in self.outcomes if (found := self._cell(i)) is not None]
        report.notes += self.notes

    def _is_there(self, module: str) -> bool:
        return is_there(module, self.extra)

    def _run(self, kernel: FreshKernel, i: int) -> Outcome:
        if not kernel.alive and not self._start(kernel):
            return Outcome("not run")
        is_test = self.kinds[i] == Kind.TEST
        outcome = kernel.run(self.sources[i], self._seconds(), apart=is_test)
        if outcome.status == "time-out":
            self.overran = True
        elif outcome.status != "died" and not is_test:
            self.replay.append(self.sources[i])
        return outcome

    def _start(self, kernel: FreshKernel) -> bool:
        """Start a process, and bring it to where the last one ended."""
        if self.starts >= KERNEL_STARTS:
            return False
        self.starts += 1
        kernel.stop()
        kernel.start()
        for source in self.replay:
            kernel.run(source, self._seconds())
            if not kernel.alive:
                return False
        return True

    def _seconds(self) -> float:
        return min(self.limit, Limits.again_seconds) if self.overran else self.limit

    # --- what was found ------------------------------------------------------------------------

    def _exercises(self) -> list[ExerciseReport]:
        """One report for each exercise, in the order of the notebook."""
        answers: dict[str, int] = {}
        tests: dict[str, int] = {}
        for i in self._of(Kind.EXERCISE, Kind.TEST):
            name = exercise_of(grade_id_of(self.cells[i]) or "")
            found = tests if self.kinds[i] == Kind.TEST else answers
            if name in found:
                self.notes.append(
                    f"The cell `{grade_id_of(self.cells[i])}` is there twice; the last one counts."
                )
            found[name] = i
        reports = []
        for name in dict.fromkeys([*answers, *tests]):
            answer, test = answers.get(name), tests.get(name)
            points = _points(self.cells[test]) if test is not None else 0.0
            report = ExerciseReport(name, self._title(name), points)
            self._judge(report, answer, test)
            reports.append(report)
        return reports

    def _judge(self, report: ExerciseReport, answer: int | None, test: int | None) -> None:
        outcome = self.outcomes.get(test) if test is not None else None
        report.checks = (outcome.checks or []) if outcome else []
        failed = [check for check in report.checks if not check["passed"]]
        inside = self._is_tested_inside(test)
        if report.checks and not failed:
            report.state, report.says = "solved", [_all_hold(len(report.checks))]
        elif answer is None and not inside:
            report.says.append("Its answer cell is missing; the grader puts it back, unanswered.")
        elif answer is not None and self._is_untouched(answer):
            report.state, report.says = "untouched", [words.NOT_SOLVED]
        elif answer is not None and not self.sources[answer].strip():
            report.state, report.says = "untouched", ["Its answer cell is empty."]
        elif answer is not None and not self._ran(answer):
            report.state, report.says = "red", ["Its cell does not run through; see below."]
        elif failed:
            report.state, report.says = "red", _red(failed, len(report.checks))
        elif outcome and outcome.status == "time-out":
            report.state = "red"
            report.says.append(words.CALLED_TOO_LONG.format(self.limit))
        elif outcome and outcome.status == "died":
            report.state = "red"
            report.says.append(words.CALLED_AND_ENDED)
        if test is not None and self._is_changed_test(test):
            report.remarks.append("Its check was changed here; the grader uses its own.")
        if report.state == "not checked" and inside:
            report.says.append("Not checked here: tested when marked.")
        elif test is None:
            report.says.append("Its check is missing here; the grader has its own.")
        elif report.state == "not checked" and outcome and outcome.status == "error":
            report.says.append(f"Its check stops: {_error(outcome)}")
        if answer in self.leftover:
            report.remarks.append(
                "The line that raises NotImplementedError is still there; the grader leaves it out."
            )

    def _ran(self, i: int) -> bool:
        return i not in self.outcomes or self.outcomes[i].status == "ok"

    def _is_tested_inside(self, test: int | None) -> bool:
        """Whether a test is of asserts; one of these may be of an answer with another name."""
        tests = self._of(Kind.TEST) if test is None else [test]
        return any(runs_inside(self.cells[i].source) for i in tests)

    def _is_changed_test(self, i: int) -> bool:
        expected = nbgrader_of(self.cells[i]).get("checksum")
        return isinstance(expected, str) and expected != checksum(self.cells[i])

    def _question(self, i: int) -> QuestionReport:
        cell = self.cells[i]
        name = grade_id_of(cell) or ""
        state = "untouched" if self._is_untouched(i) else "written"
        if not cell.source.strip() and not cell.get("attachments"):
            state = "empty"
        return QuestionReport(name, self._title(name), _points(cell), state)

    def _title(self, name: str) -> str:
        return self.titles.get(name, name)

    def _cell(self, i: int) -> CellReport | None:
        """Say why the grader cannot run a cell; None if it can."""
        if self.kinds[i] == Kind.TEST:
            return None
        code, outcome = self.code.get(i, CellCode()), self.outcomes[i]
        # The set-up is the release's when marks are given, whatever is left out of it here.
        ours = self.kinds[i] in WRITTEN
        left_out = outcome.left_out if ours else ()
        says = [self._why_left_out(left) for left in sorted(left_out, key=lambda each: each.line)]
        told = " ".join(left.text for left in left_out)
        says += [
            f"`{_short(command, 60)}` is a command of this machine's shell; where it is graded, "
            "there are no files or programs of yours and no network."
            for command in code.shell
            if command not in told
        ]
        named = {missing_module(left.error, left.message) for left in left_out}
        says += [
            self._missing_module(m)
            for m in code.sure
            if not self._is_there(m) and m not in named and f"import {m}" not in told
        ]
        says += [
            f"`{name}` is a file of this machine; only the notebook is graded."
            for name in code.files
        ]
        stopped = self._why_stopped(i, outcome)
        says += [stopped] if stopped else []
        state = "cannot run" if stopped else "left out" if left_out else "may fail"
        return CellReport(i + 1, self._name_of_cell(i), state, says) if says else None

    def _why_left_out(self, left: LeftOut) -> str:
        """Say which line the grader leaves out, in the words of the feedback page."""
        module = missing_module(left.error, left.message)
        if module and self._is_there(module):
            return (
                f"`{module}` is there where notebooks are graded, but not on this machine, so "
                f"`{left.text}` and what needs it could not be tried."
            )
        return f"{before_marking(left.told)}{self._beside(left.error, left.message)}"

    def _why_stopped(self, i: int, outcome: Outcome) -> str:
        if outcome.status == "time-out":
            return words.TOO_LONG.format(self.limit)
        if outcome.status == "died":
            return words.ENDED
        if outcome.status == "not run":
            return words.GAVE_UP
        # What ends a cell on purpose ends no more than that.
        if outcome.status != "error" or outcome.ename == "SystemExit":
            return ""
        return self._why(i, outcome) + self._at(i, outcome)

    def _at(self, i: int, outcome: Outcome) -> str:
        """Say in which line a cell stopped, unless it is the one that the cell is named by."""
        lines = self.cells[i].source.split("\n")
        # The text of a syntax error has its line already.
        place = 0 if outcome.ename in _SYNTAX else outcome.line
        code = _short(lines[place - 1], 50) if 0 < place <= len(lines) else ""
        named = next((n for n, line in enumerate(lines, 1) if line.strip()[:1] not in ("", "#")), 0)
        return f" (Line {place}: `{code}`)" if code and place != named else ""

    def _name_of_cell(self, i: int) -> str:
        if self.kinds[i] == Kind.EXERCISE:
            return self._title(exercise_of(grade_id_of(self.cells[i]) or ""))
        lines = self.cells[i].source.strip().split("\n")
        first = _short(next((line for line in lines if not line.startswith("#")), lines[0]), 50)
        above = (headings_of(cell) for cell in reversed(self.cells[:i]))
        heading = next((found[-1] for found in above if found), "")
        what = "Set-up cell" if self.kinds[i] == Kind.SETUP else "Your cell"
        return f"{what} `{first}`" + (f", below “{heading}”" if heading else "")

    def _missing_module(self, module: str) -> str:
        lack = "ModuleNotFoundError", f"No module named '{module}'"
        return f"{words.NO_MODULE.format(module)}{self._beside(*lack)}"

    def _beside(self, error: str, message: str) -> str:
        """Say so if what is missing stands beside the notebook."""
        module = missing_module(error, message)
        file = re.search(r": '(.{1,400})'$", message) or re.match(r"(\S+) not found", message)
        name = module or (file[1] if file else "")
        at = self.folder / name
        there = at.with_suffix(".py").is_file() or at.is_dir() if module else at.is_file()
        if not name or not there:
            return ""
        return f" `{name}` stands beside your notebook; only the notebook is graded."

    def _why(self, i: int, outcome: Outcome) -> str:
        """Say in a sentence why a cell stopped."""
        missing = re.match(r"name '(\w+)' is not defined", outcome.evalue)
        if outcome.ename == "NameError" and missing:
            return self._why_missing(i, missing[1])
        return f"It stops: {_error(outcome)}"

    def _why_missing(self, i: int, name: str) -> str:
        """Say where a name that a cell needs comes from."""
        makers = [
            j
            for j, cell in enumerate(self.cells)
            if cell.cell_type == "code" and name in self._made_by(cell)
        ]
        start = f"It uses `{name}`, which "
        if any(self.kinds[j] == Kind.EXERCISE for j in makers if j < i):
            return start + "an exercise above should define."
        if any(self.kinds[j] in SHOWN_ONLY for j in makers if j < i):
            return start + "a demonstration makes; those are not run when marks are given."
        if any(self.kinds[j] == Kind.TEST for j in makers if j < i):
            return start + "a check makes; those run elsewhere when marks are given."
        if any(j < i for j in makers):
            return start + "a cell above should make, but that cell did not run through."
        if any(j > i for j in makers):
            return start + "only a cell further down makes."
        if makers:
            return start + "a line of this cell should make, but it did not run before."
        return start + "no cell of this notebook makes."

    def _made_by(self, cell: NotebookNode) -> frozenset[str]:
        code = self.parse(cell.source)
        return code.provided | code.names


def checksum(cell: NotebookNode, source: str | None = None) -> str:
    """Compute nbgrader's checksum of a graded cell, which its metadata keep from the release.

    Written anew, since a student's machine does not have nbgrader.
    """
    mark = nbgrader_of(cell)
    grade, solution = mark.get("grade", False), mark.get("solution", False)
    locked = False if solution else True if grade else mark.get("locked", False)
    parts = [cell.source if source is None else source, cell.cell_type]
    parts += [str(grade), str(solution), str(locked), str(mark.get("grade_id"))]
    if grade:
        try:
            parts.append(str(float(mark.get("points", 0))))
        except (TypeError, ValueError):
            return ""
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part.encode("utf-8", "replace"))
    return digest.hexdigest()


def _points(cell: NotebookNode) -> float:
    points = nbgrader_of(cell).get("points")
    return float(points) if isinstance(points, int | float) else 0.0


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _error(outcome: Outcome) -> str:
    text = re.sub(r" \([^()]*, line (\d+)\)$", r" (line \1)", outcome.evalue)
    return _short(f"{outcome.ename}: {text}".rstrip(": "), LONGEST_LINE)


def _all_hold(number: int) -> str:
    return f"All {number} visible checks hold." if number > 1 else "Its visible check holds."


def _red(failed: list[dict[str, Any]], number: int) -> list[str]:
    """Lines on checks that do not hold; one reason that all of them share is said once."""
    reasons = [_reason(check) for check in failed]
    head = (
        f"{len(failed)} of {number} visible checks {'does' if len(failed) == 1 else 'do'} not hold"
    )
    if len(set(reasons)) == 1 and len(failed) > 1:
        return [f"{head}: {reasons[0]}"]
    lines = [
        f"{check['name']}: {reason}" if reason else check["name"]
        for check, reason in zip(failed, reasons, strict=True)
    ]
    return [f"{head}.", *lines]


def _reason(check: dict[str, Any]) -> str:
    mistake = check["mistake"] if check["mistake"] != NOT_SOLVED else ""
    return _short(f"{mistake}: {check['hint']}" if mistake else check["hint"], LONGEST_LINE)
