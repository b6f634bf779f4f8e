"""Grade one submission: read it, repair it, run it, judge it, and make its result."""

import json
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from nmautils.cells import (
    Kind,
    exercise_of,
    grade_id_of,
    is_read_by_a_person,
    is_task,
    kind_of,
    own_number,
)
from nmautils.checks import Answer
from nmautils.errors import HandInError
from nmautils.grading.model import words
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import (
    EVENTS,
    KERNEL_STARTS,
    LOST_CALLS,
    NOTEBOOK_OUTPUT_CHARACTERS,
    REASONS,
    Limits,
)
from nmautils.grading.model.outline import title_of, titles_of
from nmautils.grading.model.results import (
    Event,
    EventKind,
    ExerciseResult,
    Graded,
    QuestionResult,
    Submission,
)
from nmautils.grading.repair.rebuild import rebuild, repair
from nmautils.grading.safe.outputs import clean_cell, clean_outputs

from .inside_tests import put_files
from .judge import Verdict, judge
from .kernel import CellRun, Kernel, MissingThere, ProbeFailed, ProbeTooSlow, StudentError
from .kernel_supply import KernelAsker
from .left_out import why_person
from .missing_here import MissingHere
from .newer_python import VERSION, may_be_newer
from .replay import Ran, Replay
from .what_runs import ON_DEMAND, SHOWN_AS_SUBMITTED, kind_in, kinds_to_run, shared_start

__all__ = ["Grader", "not_graded", "points_of"]

T = TypeVar("T")


def not_graded(
    bundle: Bundle, submission: Submission, full: bool, why: str, person: str = ""
) -> Graded:
    """Give no points, say why, and call for a person, who may be told in words of their own."""
    return Grader(bundle, submission, full=full).refuse(why, person)


class Grader:
    """One grading of one submission.

    Parameters
    ----------
    bundle : Bundle
        The assignment.
    submission : Submission
        The hand-in.
    kernels : KernelAsker or None
        Where its kernels come from; a grader without them can only refuse.
    stemmed : bool
        Whether kernels can be had that have run `shared_cells`, or the first of them.
    full : bool
        Whether demonstrations are run as well.
    limits : Limits
        What it may use.
    """

    def __init__(
        self,
        bundle: Bundle,
        submission: Submission,
        kernels: KernelAsker | None = None,
        stemmed: bool = False,
        full: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.bundle, self.submission = bundle, submission
        self.kernels, self.stemmed = kernels, stemmed
        self.full, self.limits = full, limits or Limits()
        self.release = bundle.notebook
        self.given = {
            name: cell.source for cell in self.release.cells if (name := grade_id_of(cell))
        }
        self.kinds = kinds_to_run(full)
        self.events: list[Event] = []
        self.needs_person: list[str] = []
        self.verdicts: dict[str, Verdict] = {}
        self.answers: dict[str, Answer] = {}
        self.seconds = dict.fromkeys(("ready", "cells", "tests", "probes", "total"), 0.0)
        self.kernel: Kernel | None = None
        self.starts = self.shared = 0
        self.judged, self.lost_calls = "", 0
        self.deadline = float("inf")
        self.overran = False
        self.room = NOTEBOOK_OUTPUT_CHARACTERS
        self.replay = Replay()
        self.missing = MissingHere()
        # An answer that was left as it was is run only where a test beside it may see that.
        self.runs_untouched = False

    def grade(self) -> Graded:
        """Grade it; the result has a `problem` if the file is no notebook."""
        started = monotonic()
        self.deadline = started + self.limits.clock_seconds
        try:
            try:
                repaired = repair(self.release, self.submission.notebook, self.bundle.history)
            except HandInError as error:
                return self.refuse(str(error))
            self.needs_person += repaired.needs_person
            self._run(repaired.notebook)
        finally:
            self._close()
        answered = self._finish_text(repaired.notebook)
        if monotonic() > self.deadline:
            self.needs_person.append(f"it used up its {self.limits.total_seconds:g} seconds")
        self.seconds["total"] = monotonic() - started
        return self._result(repaired.notebook, answered, repaired.notes)

    def refuse(self, why: str, person: str = "") -> Graded:
        """Give the result of a submission that cannot be graded: no points for anything."""
        started = monotonic()
        self.needs_person.append(person or why)
        notebook, _ = rebuild(self.release, self.release)
        for cell in notebook.cells:
            if kind_in(cell) == Kind.TEST:
                self._show_verdict(cell, Verdict(None), 1)
        self.seconds["total"] = monotonic() - started
        return self._result(notebook, set(), problem=why)

    # --- running -------------------------------------------------------------------------------

    def _run(self, notebook: NotebookNode) -> None:
        shared = shared_start(notebook, self.kinds) if self.stemmed else set()
        self.shared = len(shared)
        for i, cell in enumerate(notebook.cells):
            kind = kind_in(cell)
            cell.metadata.nmautils["outputs"] = "none"
            if cell.cell_type != "code":
                continue
            untouched = cell.source == self.given.get(_name(cell))
            submitted = self._fitting(cell.get("outputs", []), cell)
            cell.outputs, cell.execution_count = [], None
            if kind == Kind.EXERCISE:
                self.answers[_name(cell)] = Answer(cell.source, untouched=untouched)
            if kind == Kind.TEST:
                self._test(cell)
            elif kind in self.kinds and i not in shared and (self.runs_untouched or not untouched):
                self._cell(cell, kind)
            if submitted and (i in shared or not self.full) and kind in SHOWN_AS_SUBMITTED:
                cell.outputs = submitted
                cell.metadata.nmautils["outputs"] = "submitted"

    def _ready(self) -> Kernel | None:
        """Give the kernel, a fresh one where the notebook stood if the last one has ended."""
        if self.kernel is not None and self.kernel.alive:
            return self.kernel
        if self.starts >= KERNEL_STARTS or monotonic() > self.deadline:
            return None
        if self.kernels is None:
            raise RuntimeError("a grader without kernels can only refuse")
        self.starts += 1
        started = monotonic()
        self.kernel = kernel = self.kernels.start(self.shared)
        # Not the seed of the tests: a kernel that knew it could draw their inputs beforehand.
        kernel.begin(int(self.submission.digest[:8], 16))
        self.seconds["ready"] += monotonic() - started
        put_files(kernel, self.bundle.contents(), self.limits.cell_seconds)
        for i, ran in enumerate(self.replay.cells):
            if monotonic() > self.deadline:
                kernel.close()
                return None
            kernel.execute(ran.source, self._time(self.limits.again_seconds), whole=ran.whole)
            if not kernel.alive:
                # What an earlier cell left running may act while a later one runs.
                before = reversed(self.replay.cells[: i + 1])
                self._take_out(next((earlier for earlier in before if earlier.leaves), ran))
                return self._ready()
        return kernel

    def _take_out(self, ran: Ran) -> None:
        self.replay.take_out(ran)
        self._happened(ran.cell, EventKind.DIED, words.LEFT_RUNNING)

    def _without_suspects(
        self, attempt: Callable[[Kernel], T], *, widely: bool = False
    ) -> T | None:
        """Try again what ended its process, without one suspect, until the process lives on."""
        for suspect in self.replay.suspects(widely=widely):
            if suspect not in self.replay.cells:
                continue
            place = self.replay.take_out(suspect)
            kernel = self._ready()
            result = attempt(kernel) if kernel is not None else None
            if kernel is not None and kernel.alive:
                self._happened(suspect.cell, EventKind.DIED, words.LEFT_RUNNING)
                return result
            self.replay.put_back(place, suspect)
            self.starts -= 1  # it was tried for the student's sake
        return None

    def _close(self) -> None:
        if self.kernel is not None:
            self.kernel.close()

    def _time(self, limit: float) -> float:
        limit = min(limit, self.limits.again_seconds) if self.overran else limit
        # Each request may take so many times as long by the clock.
        return max(0.1, min(limit, (self.deadline - monotonic()) / self.limits.patience))

    def _cell(self, cell: NotebookNode, kind: Kind) -> None:
        if not cell.source.strip():
            return
        kernel = self._ready() if monotonic() <= self.deadline else None
        if kernel is None:
            out_of_time = monotonic() > self.deadline
            text = words.NO_TIME.format(self.limits.total_seconds) if out_of_time else words.GAVE_UP
            self._happened(cell, EventKind.NOT_RUN, text)
            return
        seconds = self._time(self.limits.cell_seconds)
        run = kernel.execute(cell.source, seconds)
        if run.status in {"died", "memory"}:
            again = self._without_suspects(
                lambda fresh: fresh.execute(cell.source, seconds),
                widely=kind != Kind.OWN and run.status == "died",
            )
            run = again or run
        self.seconds["cells"] += run.seconds
        cell.outputs = self._fitting(run.outputs, cell)
        cell.metadata.nmautils["outputs"] = "graded"
        if kind == Kind.EXERCISE:
            self.answers[_name(cell)] = Answer(cell.source, run.error_in(cell.source))
        self._note(cell, run, seconds)
        if run.status in {"ok", "error"} and kind not in ON_DEMAND:
            self.replay.add(Ran(cell, cell.source, kind == Kind.OWN, run.leaves))
        elif run.status in {"died", "memory"} and kind == Kind.SETUP:
            self.needs_person.append(words.PERSON_GIVEN.format(_called(cell)))
        self._note_left_out(cell, run)

    def _fitting(self, outputs: list[dict[str, Any]], cell: NotebookNode) -> list[NotebookNode]:
        """Clean what a cell shows, as long as there is room for it in the notebook."""
        cleaned = clean_outputs(outputs) if self.room > 0 else []
        self.room -= len(json.dumps(cleaned))
        if outputs and self.room <= 0:
            self._happened(cell, EventKind.CUT, words.TOO_MUCH_OUTPUT)
            return []
        return cleaned

    def _note_left_out(self, cell: NotebookNode, run: CellRun) -> None:
        for left in run.left_out:
            self._happened(cell, EventKind.LEFT_OUT, left.told)
            self._want_person(why_person(left))
            self.missing.note(left)
        for left in run.unmade:
            self.missing.note(left)
        error = run.error_in(cell.source)
        if error and error.kind == "SyntaxError" and may_be_newer(cell.source, error.message):
            self._happened(cell, EventKind.LEFT_OUT, words.NEWER_PYTHON.format(VERSION))
            self._want_person(words.PERSON_NEWER.format(_called(cell), VERSION))

    def _want_person(self, why: str) -> None:
        if why and len(self.needs_person) < REASONS and why not in self.needs_person:
            self.needs_person.append(why)

    def _note(self, cell: NotebookNode, run: CellRun, seconds: float) -> None:
        if run.cut:
            self._happened(cell, EventKind.CUT, words.TOO_MUCH_OUTPUT)
        if run.status == "time-out":
            self.overran = True
            text = words.COMPUTED_TOO_LONG.format(seconds)
            text = words.WAITED_TOO_LONG.format(run.waited) if run.waited else text
            self._happened(cell, EventKind.TIME_OUT, text)
        if run.status == "memory":
            text = words.TOO_MUCH_MEMORY.format(self.limits.memory_gib)
            self._happened(cell, EventKind.MEMORY, text)
        if run.status == "died":
            self._happened(cell, EventKind.DIED, words.ENDED)

    def _happened(self, cell: NotebookNode, kind: EventKind, text: str) -> None:
        event = Event(_called(cell), kind, text)
        if len(self.events) < EVENTS and event not in self.events:
            self.events.append(event)

    # --- judging -------------------------------------------------------------------------------

    def _test(self, cell: NotebookNode) -> None:
        if _name(cell) in self.bundle.inside:
            return  # see nmautils.grading.run.inside_run
        self.judged, self.lost_calls = _name(cell), 0
        started = monotonic()
        answer = self.answers.get(exercise_of(self.judged))
        verdict = judge(self.bundle.tests[self.judged], self._ask, self.submission.seed, answer)
        self.seconds["tests"] += monotonic() - started
        self.verdicts[self.judged] = verdict
        if verdict.problem:
            self.needs_person.append(f"{self.judged}: {verdict.problem}")
        self._show_verdict(cell, verdict, 1 + len(self.verdicts))
        cell.metadata.nmautils["outputs"] = "graded"

    def _show_verdict(self, cell: NotebookNode, verdict: Verdict, count: int) -> None:
        """Put the whole test and its score into a test cell, for formgrader."""
        cell.source = self.bundle.tests[_name(cell)]
        data = {"text/plain": repr(_score(verdict, points_of(cell)))}
        if verdict.score is not None:
            data["text/html"] = verdict.score._repr_html_()
        cell.execution_count = count
        cell.outputs = [new_output("execute_result", data=data, execution_count=count)]

    def _ask(self, source: str, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        kernel = self._ready() if self.lost_calls < LOST_CALLS else None
        if kernel is None:
            raise ProbeFailed(words.NOT_CALLED_AGAIN)
        seconds = self._time(self.limits.probe_seconds)
        started = monotonic()

        def call(kernel: Kernel) -> tuple[Any, StudentError | None]:
            try:
                return kernel.ask(source, name, given, named, seconds), None
            except StudentError as error:
                return None, error

        value, error = call(kernel)
        if error is not None and not kernel.alive and not isinstance(error, ProbeTooSlow):
            again = self._without_suspects(call)
            value, error = again or (value, error)
        self.seconds["probes"] += monotonic() - started
        if isinstance(error, ProbeTooSlow):
            self._lost_call(EventKind.TIME_OUT, words.CALLED_TOO_LONG.format(seconds))
        elif isinstance(error, ProbeFailed):
            if self.kernel is None or not self.kernel.alive:
                self._lost_call(EventKind.DIED, words.CALLED_AND_ENDED)
        elif error is not None:
            exercise = exercise_of(self.judged)
            source = self.answers[exercise].text if exercise in self.answers else ""
            why = self.missing.explain(type(error).__name__, str(error), exercise, source)
            if why is not None:
                self._want_person(why[1])
                error = MissingThere(why[0])
        if error is not None:
            raise error
        return value

    def _lost_call(self, kind: EventKind, text: str) -> None:
        self.overran = self.overran or kind is EventKind.TIME_OUT
        if not self.lost_calls:
            self.events.append(Event(self.judged, kind, text))
        self.lost_calls += 1

    # --- the result ----------------------------------------------------------------------------

    def _finish_text(self, notebook: NotebookNode) -> set[str]:
        """Clean the text that a person will read; give the questions that were answered."""
        answered = set()
        for cell in notebook.cells:
            kind, name = kind_in(cell), _name(cell)
            if is_read_by_a_person(cell):
                if cell.source.split() == self.given[name].split() and not is_task(cell):
                    continue
                answered.add(name)
            if cell.cell_type != "code" and kind in {Kind.QUESTION, Kind.OWN}:
                clean_cell(cell)
        return answered

    def _result(
        self,
        notebook: NotebookNode,
        answered: set[str],
        repairs: tuple[str, ...] = (),
        problem: str = "",
    ) -> Graded:
        titles = titles_of(self.release)
        exercises: list[ExerciseResult] = []
        questions: list[QuestionResult] = []
        for cell in self.release.cells:
            kind, name = kind_of(cell), _name(cell)
            title = titles.get(exercise_of(name), "")
            if kind == Kind.TEST:
                points, verdict = points_of(cell), self.verdicts.get(name, Verdict(None))
                score = _score(verdict, points)
                inside = name in self.bundle.inside
                exercises.append(ExerciseResult(name, points, score, verdict.checks, title, inside))
            elif is_read_by_a_person(cell):
                questions.append(QuestionResult(name, points_of(cell), name in answered, title))
        return Graded(
            student=self.submission.student,
            assignment=self.bundle.assignment,
            bundle=self.bundle.digest,
            submission=self.submission.digest,
            seed=self.submission.seed,
            full=self.full,
            problem=problem,
            # Without the line breaks of nbformat's own writer, which takes ten times as long.
            notebook=json.dumps(notebook, ensure_ascii=False, sort_keys=True),
            title=title_of(self.release),
            exercises=tuple(exercises),
            questions=tuple(questions),
            repairs=repairs,
            events=tuple(self.events),
            needs_person=tuple(self.needs_person),
            seconds={share: round(value, 4) for share, value in self.seconds.items()},
        )


def _name(cell: NotebookNode) -> str:
    return grade_id_of(cell) or ""


def _called(cell: NotebookNode) -> str:
    """Say which cell it is: by its name, or by its number and its first line of code."""
    if name := _name(cell):
        return name
    lines = [" ".join(line.replace("`", "'").split()) for line in cell.source.split("\n")]
    lines = [line for line in lines if line]
    first = next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")
    quoted = f"`{first if len(first) <= 40 else f'{first[:39]}…'}`" if first else "an empty cell"
    number = own_number(cell)
    return f"{words.AN_OWN_CELL.format(number)}, {quoted}" if number else quoted


def points_of(cell: NotebookNode) -> float:
    """Points that a graded cell is worth."""
    return float(cell.metadata.nbgrader.get("points") or 0.0)


def _score(verdict: Verdict, points: float) -> float:
    if verdict.score is None:
        return 0.0
    return min(max(float(verdict.score), 0.0), points)
