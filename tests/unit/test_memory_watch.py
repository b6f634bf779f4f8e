"""The watch on memory, by which hostile submissions are judged, sees what is taken."""

import json
import os
import subprocess
import sys

from tests.support.memory import MemoryWatch
from tests.support.paths import ROOT

MIB = 1 << 20
TAKE = "data = b'x' * (150 << 20); print(flush=True); input()"


def test_memory_that_was_given_back_is_seen():
    with MemoryWatch() as idle:
        pass
    with MemoryWatch() as watch:
        data = b"x" * (100 * MIB)
        del data
    assert watch.peaks.main > idle.peaks.main + 90 * MIB


WATCHED = f"""
import json, subprocess, sys
from tests.support.memory import MemoryWatch

with MemoryWatch() as watch:
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", {TAKE!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child.stdout.readline()
child.communicate(b"\\n")
peaks = watch.peaks
print(json.dumps([peaks.judging, peaks.own, peaks.taken, peaks.worker, peaks.grown]))
"""


def test_memory_of_a_process_below_is_seen_and_is_not_ours():
    # In a process of its own: below this one there may be graders of other tests.
    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, stdout=subprocess.PIPE)
    judging, own, taken, worker, grown = json.loads(done.stdout)
    for seen in (judging, own, taken):
        assert 150 * MIB < seen < 250 * MIB
    assert worker == 0
    assert grown < 50 * MIB


def test_a_process_that_was_forked_meanwhile_does_not_keep_the_watch_waiting():
    with MemoryWatch():
        child = os.fork()
        if child == 0:
            os.read(os.pipe()[0], 1)  # holds what this process had open
            os._exit(0)
    os.kill(child, 9)
    os.waitpid(child, 0)
