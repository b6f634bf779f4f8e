"""Changes bounds and operators of the package one at a time; the unit tests must notice each.

``make mutants`` runs all of them, ``python -m tests.mutants late values`` those in files whose
path has one of these words. Nothing in the repository is changed: each mutant is made in a copy
of the package. The exit status is 1 if the tests of a mutant pass (it survives), or if a mutant
does not fit the code any more.
"""

import argparse
import contextlib
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "nmautils"
# Imported once, so that not every mutant waits for it. Nothing of nmautils may be among it.
HEAVY = ("numpy", "torch", "nbformat", "nbgrader.api")
SECONDS = 30

LATE = ("grading/record/late.py", "tests/unit/grading/record/test_late.py")
VALUES = ("grading/run/values.py", "tests/unit/grading/run/test_values.py")
FILENAMES = ("grading/intake/filenames.py", "tests/unit/grading/intake/test_filenames.py")


class Mutant(NamedTuple):
    """A change that some test must notice.

    Attributes
    ----------
    file : str
        Below ``nmautils``.
    tests : str
        File or folder of the tests that must notice it, below the repository.
    old, new : str
        What stands there, exactly once in the file, and what stands there instead.
    """

    file: str
    tests: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}: {self.old!r} -> {self.new!r}"


MUTANTS = [
    Mutant(*LATE, "seconds_late - 60 *", "seconds_late + 60 *"),
    Mutant(*LATE, "60 * late.grace_minutes", "61 * late.grace_minutes"),
    Mutant(*LATE, "over <= 0", "over <= 1"),
    Mutant(*LATE, "return min(late.maximum", "return max(late.maximum"),
    Mutant(*LATE, "math.ceil(over", "math.floor(over"),
    Mutant(*LATE, "DAY = 24 * 60 * 60", "DAY = 23 * 60 * 60"),
    Mutant(*VALUES, "isinstance(value, (bool, str))", "isinstance(value, bool)"),
    Mutant(*VALUES, "len(text) > CHARACTERS", "len(text) >= CHARACTERS"),
    Mutant(*VALUES, "n >= 0 for n in shape", "n > 0 for n in shape"),
    Mutant(*VALUES, "0 <= index < len(buffers)", "0 <= index <= len(buffers)"),
    Mutant(*VALUES, "itemsize != raw.nbytes", "itemsize > raw.nbytes"),
    Mutant(*FILENAMES, ".strip(\"._-\")[:100]", ".strip(\"._-\")[:99]"),
    Mutant(*FILENAMES, "key=len, reverse=True", "key=len"),
    Mutant(*FILENAMES, "one in other or other in one", "one in other"),
]  # fmt: skip


class DoesNotFit(ValueError):
    """A mutant's old text is not in its file, or is there more than once."""


def mutated(mutant: Mutant) -> str:
    """Return the text of the mutant's file with its change; `DoesNotFit` if that cannot be made."""
    text = (PACKAGE / mutant.file).read_text(encoding="utf-8")
    if (count := text.count(mutant.old)) != 1:
        raise DoesNotFit(f"{mutant}: the old text is there {count} times, not once")
    return text.replace(mutant.old, mutant.new)


def outcome(mutant: Mutant) -> str:
    """Say what became of a mutant: ``"killed"``, or why it is not.

    To be called in a process of its own, which has not imported nmautils.
    """
    if not (PACKAGE / mutant.file).is_file():
        return f"{mutant}: there is no such file"
    try:
        text = mutated(mutant)
    except DoesNotFit as error:
        return str(error)
    with tempfile.TemporaryDirectory(prefix="nma-mutant-") as folder:
        copy = Path(folder) / "nmautils"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / mutant.file).write_text(text, encoding="utf-8")
        os.chdir(folder)
        sys.path.insert(0, folder)
        sys.dont_write_bytecode = True
        options = ["-x", "-q", "-W", "ignore", "-p", "no:cacheprovider", f"--timeout={SECONDS}"]
        options += [f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}"]
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            status = pytest.main([*options, str(ROOT / mutant.tests)])
        used = Path(sys.modules["nmautils"].__file__ or "").resolve()
        if copy.resolve() not in used.parents:
            return f"{mutant}: the tests did not run with the mutant but with {used}"
    if status == pytest.ExitCode.TESTS_FAILED:
        return "killed"
    if status == pytest.ExitCode.OK:
        return f"{mutant}: survives {mutant.tests}"
    return f"{mutant}: {mutant.tests} ended with {status!r} instead of a failed test"


def outcomes(mutants: Sequence[Mutant], jobs: int) -> list[str]:
    """Run the tests of each mutant in a process of its own, some at a time."""
    if any(name.partition(".")[0] == "nmautils" for name in sys.modules):
        raise RuntimeError("nmautils is imported already, so no mutant of it could be")
    for name in HEAVY:
        import_module(name)
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        return list(pool.imap(outcome, mutants, chunksize=1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants that are asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants of files with one of these words")
    parser.add_argument("--every", type=int, default=1, help="only every so many-th mutant")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    words = options.words or [""]
    chosen = [m for m in MUTANTS if any(word in m.file for word in words)][:: options.every]
    alive = [said for said in outcomes(chosen, options.jobs) if said != "killed"]
    for said in alive:
        print(said)
    print(f"{len(chosen) - len(alive)} of {len(chosen)} mutants killed")
    return 1 if alive or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
