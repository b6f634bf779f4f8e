"""What `verify` and `lint` find: one line per problem."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something wrong, and where: ``where`` names file, line or cell as far as known."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def report(problems: Iterable[Problem], clean: str) -> int:
    """Print problems, one a line, or the line `clean`; returns the exit status."""
    problems = list(problems)
    for problem in problems:
        print(" ".join(str(problem).split()))
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found")
        return 1
    print(clean)
    return 0
