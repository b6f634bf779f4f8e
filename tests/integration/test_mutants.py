"""Hand-made mutants: the table fits the code, a part of it is killed, survivors are named."""

import ast
import subprocess
import sys

import pytest

from tests import mutants
from tests.support.amount import every
from tests.support.paths import ROOT


def run(*command):
    command = [sys.executable, *command]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=str)
def test_each_fits_the_code_and_gives_another_program(mutant):
    before = (mutants.PACKAGE / mutant.file).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(mutants.mutated(mutant))) != ast.dump(ast.parse(before))
    assert (ROOT / mutant.tests).exists()


def test_some_of_them_are_killed():
    done = run("-m", "tests.mutants", "--every", str(every(30)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_no_test_notices_and_what_fits_nowhere_is_named():
    program = """
import sys
from tests import mutants

changes = [
    ("Due dates", "Late dates"),
    ("max(0.0, seconds) / DAY", "max(9e9, seconds) / DAY"),
    ("no such text", ""),
]
mutants.MUTANTS[:] = [mutants.Mutant(*mutants.LATE, *change) for change in changes]
sys.exit(mutants.main([]))
"""
    done = run("-c", program)
    first, second, last = done.stdout.splitlines()
    assert (done.returncode, last) == (1, "1 of 3 mutants killed"), done.stdout + done.stderr
    assert first.endswith(
        "'Due dates' -> 'Late dates': survives tests/unit/grading/record/test_late.py"
    )
    assert second.endswith("the old text is there 0 times, not once")
