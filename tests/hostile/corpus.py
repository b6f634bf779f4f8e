"""All hostile submissions, by theme and in the order in which they are graded."""

from . import escaping, exhausting, slow_text, stealing, tampering, wire
from .attack import Attack

__all__ = ["CORPUS"]

CORPUS: dict[str, list[Attack]] = {
    "tampering": tampering.ATTACKS,
    "stealing": stealing.ATTACKS,
    "escaping": escaping.ATTACKS,
    "exhausting": exhausting.ATTACKS,
    "wire": wire.ATTACKS,
    "slow_text": slow_text.ATTACKS,
}
