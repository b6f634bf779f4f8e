"""How long a submission takes besides its own code: `python -m benchmarks.kernel_start`.

Grades the course's own answers to a tutorial again and again with a warm grader and prints, per
tutorial and share, the median, the lowest and the highest of so many runs.
"""

import argparse
import os
import statistics
import time

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

from benchmarks.grading import ROOT, TUTORIALS
from nmautils.grading.model.assignment import freeze
from nmautils.grading.model.results import Submission
from nmautils.grading.run import pool
from tests.support.corpus_class import notebook

SHARES = {
    "ready": "fork, sandbox, until a cell can run",
    "cells": "the student's cells",
    "tests": "judging, probes included",
    "rest": "reading, repair, writing down",
    "overhead": "all but the student's cells",
    "without": "all but these and what checks call",
    "called": "the whole call",
}


def measure(tutorial: str, runs: int) -> dict[str, list[float]]:
    """Grade the answers so often; seconds by share."""
    bundle = freeze(ROOT, tutorial)
    answers = ROOT / "solutions" / tutorial
    raw = notebook(tutorial, {path.stem: path.read_text() for path in answers.glob("*.py")})
    seconds: dict[str, list[float]] = {share: [] for share in SHARES}
    for number in range(runs + 1):
        started = time.perf_counter()
        graded = pool.grade(bundle, Submission("one", raw, number))
        called = time.perf_counter() - started
        assert graded.score == sum(exercise.points for exercise in graded.exercises)
        if number == 0:  # it has started the grader
            continue
        took = graded.seconds
        parts = {share: took[share] for share in ("ready", "cells", "tests")}
        parts["rest"] = took["total"] - sum(parts.values())
        parts["overhead"] = called - took["cells"]
        parts["without"] = parts["overhead"] - took["probes"]
        parts["called"] = called
        for share, value in parts.items():
            seconds[share].append(value)
    return seconds


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tutorials", nargs="*", default=TUTORIALS)
    parser.add_argument("--runs", type=int, default=50)
    options = parser.parse_args(arguments)
    try:
        for tutorial in options.tutorials:
            print(f"{tutorial}, {options.runs} runs, ms: median (lowest to highest)")
            for share, values in measure(tutorial, options.runs).items():
                middle, low, high = statistics.median(values), min(values), max(values)
                spread = f"({1000 * low:.0f} to {1000 * high:.0f})"
                print(f"  {SHARES[share]:38}{1000 * middle:6.0f}  {spread}", flush=True)
    finally:
        pool.close()


if __name__ == "__main__":
    main()
