"""The watch on memory, by which hostile submissions are judged, sees what is taken."""

import os
import subprocess
import sys

from tests.support.memory import MemoryWatch

MIB = 1 << 20
TAKE = "data = b'x' * (150 << 20); print(flush=True); input()"


def test_memory_that_was_given_back_is_seen():
    with MemoryWatch() as idle:
        pass
    with MemoryWatch() as watch:
        data = b"x" * (100 * MIB)
        del data
    assert watch.peaks.main > idle.peaks.main + 90 * MIB


def test_memory_of_a_process_below_is_seen_and_is_not_ours():
    with MemoryWatch() as watch:
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", TAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        child.stdout.readline()
    child.communicate(b"\n")
    for seen in (watch.peaks.judging, watch.peaks.own, watch.peaks.taken):
        assert 150 * MIB < seen < 250 * MIB
    assert watch.peaks.worker == 0
    assert watch.peaks.grown < 50 * MIB


def test_a_process_that_was_forked_meanwhile_does_not_keep_the_watch_waiting():
    with MemoryWatch():
        child = os.fork()
        if child == 0:
            os.read(os.pipe()[0], 1)  # holds what this process had open
            os._exit(0)
    os.kill(child, 9)
    os.waitpid(child, 0)
