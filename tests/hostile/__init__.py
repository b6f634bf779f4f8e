"""Submissions that try to cheat, steal, break out or use everything up, to show that none can.

Each is graded by ``tests/integration/grading/test_hostile.py``, on this machine alone, against
secrets and listeners that the harness itself has laid out. README.md there says what counts as
harm.
"""
