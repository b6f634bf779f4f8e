"""Submissions that try to cheat, steal, break out or use everything up, to show that none can.

Each is graded by ``tests/test_grading_hostile.py``, on this machine alone, against secrets and
listeners that the harness itself has laid out. See README.md there for what counts as harm.
"""
