"""Where things lie in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
ANSWERS = TESTS / "answers"
GOLDEN = TESTS / "golden" / "golden.npz"
TINY_COURSE = TESTS / "data" / "tiny_course"
