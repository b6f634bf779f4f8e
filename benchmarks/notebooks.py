"""How long each solution notebook takes: `python benchmarks/notebooks.py [TUTORIAL ...]`.

Options: --profile small|full|both, --threads N. Prints wall time and the marks reached.
"""

import argparse
import os
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from nmautils.course.contract import EXERCISES

ROOT = Path(__file__).resolve().parents[1]


def run(tutorial, profile, threads):
    """Execute a source notebook; return its wall time and its test cells' points."""
    os.environ |= {
        "NMAUTILS_PROFILE": profile,
        "NMAUTILS_DATA": "simulated",
        "NMAUTILS_OFFLINE": "1",
        "OMP_NUM_THREADS": str(threads),
    }
    nb = nbformat.read(ROOT / "source" / tutorial / f"{tutorial}.ipynb", as_version=4)
    start = time.perf_counter()
    NotebookClient(nb, timeout=3600, kernel_name="python3").execute()
    seconds = time.perf_counter() - start
    earned = possible = 0.0
    for cell in nb.cells:
        graded = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and graded.get("grade"):
            earned += float(cell.outputs[-1]["data"]["text/plain"])
            possible += graded["points"]
    return seconds, earned, possible


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tutorials", nargs="*", default=list(EXERCISES))
    parser.add_argument("--profile", choices=["small", "full", "both"], default="small")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    profiles = ["small", "full"] if options.profile == "both" else [options.profile]
    for tutorial in options.tutorials:
        for profile in profiles:
            seconds, earned, possible = run(tutorial, profile, options.threads)
            print(
                f"{tutorial:30}{profile:6}{options.threads} threads{seconds:8.1f} s"
                f"{earned:6g} of {possible:g} points",
                flush=True,
            )
