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
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "nmautils"
# Imported once, so that not every mutant waits for it. Nothing of nmautils may be among it.
HEAVY = ("numpy", "torch", "nbformat", "nbgrader.api")
SECONDS = 30

LATE = ("grading/record/late.py", "tests/unit/grading/record/test_late.py")
MARKS = ("grading/record/marks.py", "tests/unit/grading/record/test_marks.py")
VALUES = ("grading/run/values.py", "tests/unit/grading/run/test_values.py")
WIRE = ("grading/run/wire.py", "tests/unit/grading/run/test_wire.py")
FILENAMES = ("grading/intake/filenames.py", "tests/unit/grading/intake/test_filenames.py")
OWNERS = ("grading/intake/owners.py", "tests/unit/grading/intake")
LMS = ("grading/intake/lms.py", "tests/unit/grading/intake")


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
    Mutant(*LATE, "max(0.0, seconds) / DAY", "max(1.0, seconds) / DAY"),
    Mutant(*LATE, "max(0.0, seconds) / DAY", "min(0.0, seconds) / DAY"),
    Mutant(*LATE, "return min(late.maximum", "return max(late.maximum"),
    Mutant(*LATE, "math.ceil(max(0.0", "math.floor(max(0.0"),
    Mutant(*LATE, "DAY = 24 * 60 * 60", "DAY = 23 * 60 * 60"),
    Mutant(*LATE, "if due is None", "if due is not None"),
    Mutant(*LATE, "entry.duedate != due", "entry.duedate == due"),
    Mutant(*LATE, "max(start, made.until", "min(start, made.until"),
    Mutant(*LATE, "if late.excused:", "if not late.excused:"),
    Mutant(*LATE, "or not self.computed", "or self.computed"),
    Mutant(*LATE, "round(share * score, 6)", "share"),
    Mutant(*LATE, "unknown or excused)", "excused)"),
    Mutant(*LATE, "start + (extension or", "start - (extension or"),
    Mutant(*MARKS, "assignment.name not in assignments", "assignment.name in assignments"),
    Mutant(*MARKS, "student.id not in students", "student.id in students"),
    Mutant(*MARKS, "max(0.0, submission.score - penalty)", "submission.score - penalty"),
    Mutant(*MARKS, "submission.score - penalty)", "submission.score + penalty)"),
    Mutant(*MARKS, "exercises[exercise_of(grade.name)] =", "exercises[grade.name] ="),
    Mutant(*MARKS, "None if late.excused else max", "max"),
    Mutant(*MARKS, "None if late.time_unknown else", ""),
    Mutant(*MARKS, "return last.casefold()", "return last"),
    Mutant(*MARKS, 'comment="" if comment == NO_RESPONSE', 'comment="" if comment != NO_RESPONSE'),
    Mutant(*MARKS, "untouched=comment == NO_RESPONSE", "untouched=comment != NO_RESPONSE"),
    Mutant(*MARKS, "grade and grade.needs_manual_grade", "grade and not grade.needs_manual_grade"),
    Mutant(*VALUES, "isinstance(value, (str, int, float))", "isinstance(value, (str, int))"),
    Mutant(*VALUES, "len(text) > PROBE_CHARACTERS", "len(text) >= PROBE_CHARACTERS"),
    Mutant(*VALUES, "buffers) > PROBE_BYTES", "buffers) >= PROBE_BYTES"),
    Mutant(*VALUES, "isinstance(value, (np.bool_, np.integer,", "isinstance(value, (np.bool_,"),
    Mutant(*VALUES, "n >= 0 for n in shape", "n > 0 for n in shape"),
    Mutant(*VALUES, "type(n) is int", "isinstance(n, int)"),
    Mutant(*VALUES, "len(shape) <= PROBE_DIMENSIONS", "len(shape) < PROBE_DIMENSIONS"),
    Mutant(*VALUES, "index not in unused", "index in unused"),
    Mutant(*VALUES, "unused.remove(index)", "pass"),
    Mutant(*VALUES, "itemsize != raw.nbytes", "itemsize > raw.nbytes"),
    Mutant(*VALUES, "len(name) <= CLASS_NAME_CHARACTERS", "len(name) < CLASS_NAME_CHARACTERS"),
    Mutant(*VALUES, "len(pair) != 2", "len(pair) < 2"),
    Mutant(*VALUES, "not keyword.iskeyword(name)", "name"),
    Mutant(*WIRE, "1 <= parts", "0 <= parts"),
    Mutant(*WIRE, "bounds.buffers + 1", "bounds.buffers"),
    Mutant(*WIRE, "text_length > bounds.text_bytes", "text_length >= bounds.text_bytes"),
    Mutant(*WIRE, "sum(lengths) > bounds", "sum(lengths) >= bounds"),
    Mutant(*WIRE, "sum(lengths) >", "max(lengths, default=0) >"),
    Mutant(*WIRE, "len(raw) < size", "len(raw) <= size"),
    Mutant(*WIRE, "min(size - len(raw), MIB)", "MIB"),
    Mutant(*WIRE, "if not part:", "if part is None:"),
    Mutant(*WIRE, "not isinstance(message, dict)", "isinstance(message, str)"),
    Mutant(*WIRE, "raw[sent:]", "raw"),
    Mutant(*WIRE, '">I{len(lengths)}Q"', '"<I{len(lengths)}Q"'),
    Mutant(*OWNERS, '[:STUDENT_ID_CHARACTERS]', '[: STUDENT_ID_CHARACTERS - 1]'),
    Mutant(*OWNERS, "[:FILE_NAME_BYTES]", "[: FILE_NAME_BYTES - 1]"),
    Mutant(*FILENAMES, "key=len, reverse=True", "key=len"),
    Mutant(*OWNERS, "set(first) <= set(second) or ", ""),
    Mutant(*OWNERS, '"".join(second) in turns or ', ""),
    Mutant(*FILENAMES, "elif name and not _may_be_one", "elif name and _may_be_one"),
    Mutant(*OWNERS, "form.number and number", "number"),
    Mutant(*LMS, "MINYEAR < year", "MINYEAR <= year"),
    Mutant(*LMS, "MINYEAR < year < MAXYEAR", "MINYEAR < year <= MAXYEAR"),
    Mutant(*LMS, "int(digits or 0)", "int(digits or 1)"),
    Mutant(*LMS, "(?P<name>[^_]+)(?P<late>_LATE)?", "(?P<name>[^_]+)(?P<late>_LATED)?"),
    Mutant(*LMS, "time=_exchange_time", "time=None"),
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


def tell(pipe: Connection, mutant: Mutant) -> None:
    """Be the process of one mutant."""
    pipe.send(outcome(mutant))


def tried(mutant: Mutant) -> str:
    """Run the tests of a mutant in a process of its own; one that hangs is killed as well."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=tell, args=(theirs, mutant))
    process.start()
    theirs.close()
    try:
        return str(ours.recv()) if ours.poll(3 * SECONDS) else "killed"
    except EOFError:
        return f"{mutant}: its process ended without a word"
    finally:
        process.kill()
        process.join()


def outcomes(mutants: Sequence[Mutant], jobs: int) -> list[str]:
    """Run the tests of each mutant, some at a time."""
    if any(name.partition(".")[0] == "nmautils" for name in sys.modules):
        raise RuntimeError("nmautils is imported already, so no mutant of it could be")
    for name in HEAVY:
        import_module(name)
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(tried, mutants))


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
