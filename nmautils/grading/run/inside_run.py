"""Grade a submission whose assignment has test cells without probes, or none."""

from collections.abc import Collection
from copy import deepcopy
from time import monotonic

from nbformat.notebooknode import NotebookNode

from nmautils.cells import Kind, grade_id_of
from nmautils.grading.model.results import EventKind

from .grader import Grader, points_of
from .inside_tests import hides, judge_inside
from .replay import Ran
from .what_runs import kind_in

__all__ = ["WholeGrader"]


class WholeGrader(Grader):
    """A grading that also runs the tests without probes, after everything else has been judged.

    They run in a process of its own, since what such a test hides can be read there from then on:
    all cells in order, with these tests at their places, as nbgrader runs them. So they find the
    variables that they find there, also one that a later cell changes.
    """

    def _run(self, notebook: NotebookNode) -> None:
        if not self.bundle.inside:
            super()._run(notebook)
            return
        alone = _up_to_the_last(self.bundle.inside, notebook)  # before this run changes cells
        super()._run(notebook)
        self._close()
        inside = _InsideRun(
            self.bundle, self.submission, self.kernels, self.stemmed, self.full, self.limits
        )
        inside.deadline, inside.overran = self.deadline, self.overran
        try:
            inside._run(alone)
        finally:
            inside._close()
        self._take(inside, notebook)

    def _take(self, inside: "_InsideRun", notebook: NotebookNode) -> None:
        """Take over what the tests gave; what other cells showed there is shown to nobody."""
        tests = {grade_id_of(cell): cell for cell in notebook.cells if kind_in(cell) == Kind.TEST}
        for name, verdict in inside.verdicts.items():
            self.verdicts[name] = verdict
            if verdict.problem:
                self.needs_person.append(f"{name}: {verdict.problem}")
            self._show_verdict(tests[name], verdict, 1 + len(self.verdicts))
            tests[name].metadata.nmautils["outputs"] = "graded"
        for why in inside.lacked:
            self._want_person(why)
        self.events += inside.events
        for share in ("ready", "cells", "tests"):
            self.seconds[share] += inside.seconds[share]


class _InsideRun(Grader):
    """The run in which the tests without probes are cells like all others."""

    def _run(self, notebook: NotebookNode) -> None:
        self.runs_untouched, self.lacked = True, list[str]()
        tests = self.bundle.tests
        self.secrets = any(hides(tests[name], self.given[name]) for name in self.bundle.inside)
        self.untouched: dict[str, bool] = {}
        untouched = False
        for cell in notebook.cells:
            name = grade_id_of(cell) or ""
            if kind_in(cell) == Kind.EXERCISE:
                untouched = cell.source == self.given[name]
            self.untouched[name] = untouched
        super()._run(notebook)

    def _test(self, cell: NotebookNode) -> None:
        name = grade_id_of(cell)
        if name is None or name not in self.bundle.inside:
            return
        test, run = self.bundle.tests[name], None
        kernel = self._ready() if monotonic() <= self.deadline else None
        if kernel is not None:
            seconds = self._time(self.limits.cell_seconds)
            run = kernel.execute(test, seconds, whole=True)
            if run.status in {"died", "memory"}:
                again = self._without_suspects(
                    lambda fresh: fresh.execute(test, seconds, whole=True),
                    widely=run.status == "died",
                )
                run = again or run
            self.seconds["tests"] += run.seconds
            self._note(cell, run, seconds)
            if run.status in {"ok", "error"}:
                self.replay.add(Ran(cell, test, own=False, leaves=run.leaves, whole=True))
        for output in run.outputs if run is not None else ():
            if output["output_type"] == "error":
                kind, text = str(output["ename"]), str(output["evalue"])
                why = self.missing.explain(kind, text, name)
                self.lacked += [why[1]] if why is not None else []
        self.verdicts[name] = judge_inside(
            test,
            cell.source,
            run,
            points_of(cell),
            untouched=self.untouched[name],
            secrets=self.secrets,
        )

    def _happened(self, cell: NotebookNode, kind: EventKind, text: str) -> None:
        """Note only what happened to a test, in words of ours.

        The other cells have been told of in the first run. In this one, whatever they say may be
        something that a test hides, and so may what they say of lines that were left out.
        """
        if kind_in(cell) == Kind.TEST and kind is not EventKind.LEFT_OUT:
            super()._happened(cell, kind, text)


def _up_to_the_last(names: Collection[str], notebook: NotebookNode) -> NotebookNode:
    """Give a copy of a notebook up to the last of some cells, without outputs."""
    last = max(i for i, cell in enumerate(notebook.cells) if grade_id_of(cell) in names)
    cells = [NotebookNode({**cell, "outputs": []}) for cell in notebook.cells[: last + 1]]
    return deepcopy(NotebookNode({**notebook, "cells": cells}))
