"""Grade one submission: read, repair, run, judge, and write down what came out."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import takewhile
from time import monotonic
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output, writes

from nmautils.cells import Kind, grade_id_of, is_test, kind_of
from nmautils.grading.intake.read import read_submission
from nmautils.grading.model.assignment import Bundle
from nmautils.grading.model.limits import KERNEL_STARTS, LOST_CALLS, Limits
from nmautils.grading.model.results import Event, ExerciseResult, Graded, Submission
from nmautils.grading.repair.rebuild import rebuild
from nmautils.grading.run.sandbox.walls import DEFAULT_WALLS
from nmautils.grading.safe.outputs import clean_cell, clean_outputs

from .forkserver_client import ForkServer
from .judge import Verdict, judge
from .kernel import CellRun, Kernel, ProbeFailed, ProbeTooSlow

__all__ = ["Grader", "not_graded", "shared_cells"]

# Kinds of cells, by what they cost a hand-in that is graded: demonstrations only with --full.
ALWAYS, ON_DEMAND = {Kind.SETUP, Kind.EXERCISE, Kind.OWN}, {Kind.DEMO, Kind.EXPLORE}
SHOWN_AS_SUBMITTED = {Kind.OWN} | ON_DEMAND

TOO_LONG = (
    "This cell took longer than {:g} seconds and was stopped. Is there a loop that never ends?"
)
ENDED = "This cell ended the Python process it ran in; the cells after it ran in a new one."
TOO_MUCH = (
    "This cell and what it started needed more than {:.1f} GiB of memory, so it was stopped; the "
    "cells after it ran in a new process."
)
NO_TIME = "There was no time left for this cell: the notebook had used up its {:g} seconds."
GAVE_UP = "This cell was not run: the notebook's process had ended too often."
CALLED_TOO_LONG = "A check called your code and it took longer than {:g} seconds: it was stopped."
CALLED_AND_ENDED = "A check called your code and it ended the Python process it ran in."


def shared_cells(release: NotebookNode, full: bool) -> list[str]:
    """Cells that run the same for everybody: those before the first that a student changes."""
    before = takewhile(lambda cell: kind_of(cell) != Kind.EXERCISE, release.cells)
    return [cell.source for cell in before if kind_of(cell) in kinds_to_run(full)]


def kinds_to_run(full: bool) -> set[Kind]:
    """Kinds of cells that are run besides tests."""
    return ALWAYS | ON_DEMAND if full else ALWAYS


def not_graded(bundle: Bundle, submission: Submission, full: bool, why: str) -> Graded:
    """Give no points, say why, and call for a person."""
    return Grader(bundle, submission, None, full=full).refuse(why)


class Grader:
    """One grading of one submission.

    Parameters
    ----------
    bundle : Bundle
        The assignment.
    submission : Submission
        The hand-in.
    forkserver : ForkServer or None
        Where its process is forked.
    stem : str or None
        The forkserver's stem that has run `shared_cells`; None if there is none.
    full : bool
        Whether demonstrations are run as well.
    limits : Limits
        What it may use.
    walls : str
        What confines it, by name.
    """

    def __init__(
        self,
        bundle: Bundle,
        submission: Submission,
        forkserver: ForkServer | None,
        stem: str | None = None,
        full: bool = False,
        limits: Limits | None = None,
        walls: str = DEFAULT_WALLS,
    ) -> None:
        self.bundle, self.submission = bundle, submission
        self.forkserver, self.stem = forkserver, stem
        self.full, self.limits, self.walls = full, limits or Limits(), walls
        self.release = bundle.notebook()
        self.given = {
            name: cell.source for cell in self.release.cells if (name := grade_id_of(cell))
        }
        self.kinds = kinds_to_run(full)
        self.events: list[Event] = []
        self.needs_person: list[str] = []
        self.verdicts: dict[str, Verdict] = {}
        self.seconds = dict.fromkeys(("ready", "cells", "tests", "probes", "total"), 0.0)
        self.kernel: Kernel | None = None
        self.starts = 0
        self.deadline = float("inf")
        self.overran = False
        self.replay: list[str] = []

    def grade(self) -> Graded:
        """Do it.

        Returns
        -------
        Graded
            With a `problem` if the file is no notebook.
        """
        started = monotonic()
        self.deadline = started + self.limits.total_seconds
        try:
            handed_in = read_submission(self.submission.notebook)
        except ValueError as error:
            return self.refuse(str(error))
        self.needs_person += handed_in.needs_person
        try:
            self._start()  # meanwhile the notebook is rebuilt
            notebook, repairs = rebuild(self.release, handed_in.notebook)
            repairs = [*handed_in.notes, *repairs]
            self._run(notebook)
        finally:
            if self.kernel is not None:
                self.kernel.close()
        unanswered = self._finish_manual(notebook)
        return self._result(started, notebook, tuple(repairs), unanswered)

    def refuse(self, why: str) -> Graded:
        """Give the result of a submission that cannot be graded."""
        self.needs_person.append(why)
        return self._result(monotonic(), self._without_answers(), problem=why)

    # --- running -------------------------------------------------------------------------------

    def _run(self, notebook: NotebookNode) -> None:
        shared = _shared_start(notebook, self.kinds) if self.stem is not None else set()
        if self.stem is not None and not shared:
            self.kernel.close()
            self.stem, self.starts = None, 0
            self._start()
        for i, cell in enumerate(notebook.cells):
            kind = cell.metadata.nmautils["kind"]
            cell.metadata.nmautils["outputs"] = "none"
            if cell.cell_type != "code":
                continue
            submitted = clean_outputs(cell.get("outputs", []))
            cell.outputs, cell.execution_count = [], None
            if kind == Kind.TEST:
                self._test(cell)
            elif kind in self.kinds and i not in shared and not self._is_untouched(cell):
                self._cell(cell, kind)
            if submitted and (i in shared or not self.full) and kind in SHOWN_AS_SUBMITTED:
                cell.outputs = submitted
                cell.metadata.nmautils["outputs"] = "submitted"

    def _is_untouched(self, cell: NotebookNode) -> bool:
        return cell.source == self.given.get(grade_id_of(cell))

    def _ready(self) -> Kernel | None:
        """Give the kernel, a fresh one where the notebook stood if the last one has ended."""
        if not self.kernel.alive:
            if self.starts >= KERNEL_STARTS or monotonic() > self.deadline:
                return None
            self._start()
        elif self.kernel.ready:
            return self.kernel
        started = monotonic()
        self.kernel.wait_until_ready()
        self.seconds["ready"] += monotonic() - started
        for source in self.replay:
            self.kernel.execute(source, self._time(self.limits.again_seconds))
            if not self.kernel.alive:
                return None
        return self.kernel

    def _start(self) -> None:
        """Let a kernel begin to start."""
        self.starts += 1
        started = monotonic()
        # Not the seed of the tests: a kernel that knew it could draw their inputs beforehand.
        seed = int(self.submission.digest[:8], 16)
        self.kernel = Kernel(self.forkserver, self.stem, seed, self.limits, self.walls)
        self.seconds["ready"] += monotonic() - started

    def _time(self, limit: float) -> float:
        limit = min(limit, self.limits.again_seconds) if self.overran else limit
        return max(0.1, min(limit, self.deadline - monotonic()))

    def _cell(self, cell: NotebookNode, kind: str) -> None:
        if not cell.source.strip():
            return
        kernel = self._ready() if monotonic() <= self.deadline else None
        if kernel is None:
            out_of_time = monotonic() > self.deadline
            text = NO_TIME.format(self.limits.total_seconds) if out_of_time else GAVE_UP
            self._happened(cell, "not run", text)
            return
        seconds = self._time(self.limits.cell_seconds)
        run = kernel.execute(cell.source, seconds)
        self.seconds["cells"] += run.seconds
        cell.outputs = clean_outputs(run.outputs)
        cell.metadata.nmautils["outputs"] = "graded"
        self._note(cell, run, seconds)
        if run.status in {"ok", "error"} and kind not in ON_DEMAND:
            self.replay.append(cell.source)

    def _note(self, cell: NotebookNode, run: CellRun, seconds: float) -> None:
        if run.cut:
            self._happened(cell, "output cut", "This cell showed too much; the rest is left out.")
        if run.status == "time-out":
            self.overran = True
            self._happened(cell, "time-out", TOO_LONG.format(seconds))
        if run.status == "memory":
            self._happened(cell, "memory", TOO_MUCH.format(self.limits.memory_gib))
        if run.status == "died":
            self._happened(cell, "died", ENDED)

    def _happened(self, cell: NotebookNode, kind: str, text: str) -> None:
        name = grade_id_of(cell) or " ".join(cell.source.split())[:40] or "an empty cell"
        self.events.append(Event(name, kind, text))

    # --- judging -------------------------------------------------------------------------------

    def _test(self, cell: NotebookNode) -> None:
        name = grade_id_of(cell)
        cell.source = self.bundle.tests[name]
        started = monotonic()
        self.judged, self.lost_calls = name, 0
        verdict = judge(cell.source, self._ask, self.submission.seed)
        self.seconds["tests"] += monotonic() - started
        self.verdicts[name] = verdict
        if verdict.problem:
            self.needs_person.append(f"{name}: {verdict.problem}")
        points = float(cell.metadata.nbgrader["points"])
        score = _score(verdict, points)
        cell.metadata.nmautils.update(
            outputs="graded", checks=[asdict(result) for result in verdict.checks]
        )
        data = {"text/plain": repr(score)}
        if verdict.score is not None:
            data["text/html"] = verdict.score._repr_html_()
        cell.execution_count = 1 + len(self.verdicts)
        cell.outputs = [
            new_output("execute_result", data=data, execution_count=cell.execution_count)
        ]

    def _ask(self, source: str, name: str, given: tuple, named: dict) -> Any:
        kernel = self._ready() if self.lost_calls < LOST_CALLS else None
        if kernel is None:
            raise ProbeFailed("Your code was not called again, after what happened before.")
        seconds = self._time(self.limits.probe_seconds)
        started = monotonic()
        try:
            return kernel.ask(source, name, given, named, seconds)
        except ProbeTooSlow:
            self._lost_call("time-out", CALLED_TOO_LONG.format(seconds))
            raise
        except ProbeFailed:
            if not kernel.alive:
                self._lost_call("died", CALLED_AND_ENDED)
            raise
        finally:
            self.seconds["probes"] += monotonic() - started

    def _lost_call(self, kind: str, text: str) -> None:
        self.overran = self.overran or kind == "time-out"
        if not self.lost_calls:
            self.events.append(Event(self.judged, kind, text))
        self.lost_calls += 1

    # --- writing down --------------------------------------------------------------------------

    def _finish_manual(self, notebook: NotebookNode) -> tuple[str, ...]:
        """Clean what a person will read; give the questions that were left alone."""
        unanswered = []
        for cell in notebook.cells:
            kind, name = cell.metadata.nmautils["kind"], grade_id_of(cell)
            if kind == Kind.QUESTION and cell.source.split() == self.given[name].split():
                unanswered.append(name)
            elif cell.cell_type != "code" and kind in {Kind.QUESTION, Kind.OWN}:
                clean_cell(cell)
        return tuple(unanswered)

    def _without_answers(self) -> NotebookNode:
        """The student version with all its tests failed, for a file that could not be read."""
        notebook, _ = rebuild(self.release, self.release)
        for cell in notebook.cells:
            if cell.metadata.nmautils["kind"] == Kind.TEST:
                cell.source = self.bundle.tests[grade_id_of(cell)]
                data = {"text/plain": "0.0"}
                cell.outputs = [new_output("execute_result", data=data, execution_count=1)]
                cell.execution_count = 1
        return notebook

    def _result(
        self,
        started: float,
        notebook: NotebookNode,
        repairs: tuple[str, ...] = (),
        unanswered: tuple[str, ...] = (),
        problem: str = "",
    ) -> Graded:
        if monotonic() > self.deadline:
            self.needs_person.append(f"it used up its {self.limits.total_seconds:g} seconds")
        self.seconds["total"] = monotonic() - started
        exercises = [
            ExerciseResult(name, points, _score(verdict, points), verdict.checks)
            for name, points in _points(self.release)
            for verdict in [self.verdicts.get(name, Verdict(None))]
        ]
        seconds = {share: round(value, 4) for share, value in self.seconds.items()}
        notebook.metadata["nmautils"] = {
            "repairs": list(repairs),
            "events": [asdict(event) for event in self.events],
            "seed": self.submission.seed,
            "full": self.full,
            "seconds": seconds,
            "needs_person": self.needs_person,
            "problem": problem,
        }
        return Graded(
            student=self.submission.student,
            assignment=self.bundle.assignment,
            bundle=self.bundle.digest,
            submission=self.submission.digest,
            seed=self.submission.seed,
            full=self.full,
            problem=problem,
            notebook=writes(notebook),
            exercises=tuple(exercises),
            unanswered=unanswered,
            repairs=repairs,
            events=tuple(self.events),
            needs_person=tuple(self.needs_person),
            seconds=seconds,
        )


def _points(release: NotebookNode) -> Iterable[tuple[str, float]]:
    for cell in release.cells:
        if is_test(cell):
            yield grade_id_of(cell), float(cell.metadata.nbgrader["points"])


def _score(verdict: Verdict, points: float) -> float:
    if verdict.score is None:
        return 0.0
    return min(max(float(verdict.score), 0.0), points)


def _shared_start(notebook: NotebookNode, kinds: set[Kind]) -> set[int]:
    """Positions of cells that the stem has run; none if a student's cell comes first."""
    shared = set()
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        kind = cell.metadata.nmautils["kind"]
        if kind == Kind.EXERCISE:
            break
        if kind == Kind.OWN:
            return set()
        if kind in kinds:
            shared.add(i)
    return shared
