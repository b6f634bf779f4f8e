"""How far a run with ``--force`` has come, so that after a stop the same command goes on."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from .records import FOLDER

__all__ = ["ForcedRun", "forced_path"]


def forced_path(root: str | Path) -> Path:
    """Give the path of the list of a run's hand-ins; it is there only while the run is not done."""
    return Path(root) / FOLDER / "forced.jsonl"


@dataclass
class ForcedRun:
    """What a run with ``--force`` was asked for, and what it has done.

    Its list has a line for what was asked and one for each hand-in that is done. A line that was
    cut when the machine went down costs one more grading, and nothing else.

    Attributes
    ----------
    path : Path
        Where it is kept.
    asked : dict
        What makes two runs the same.
    done : set of (str, str)
        Student and assignment of each hand-in that was graded in it.
    """

    path: Path
    asked: dict[str, object]
    done: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def find(
        cls, root: str | Path, assignments: Collection[str], students: Collection[str], full: bool
    ) -> "ForcedRun":
        """Give the run that was stopped if it was asked for the same, else a new one."""
        asked = {"assignments": sorted(assignments), "students": sorted(students), "full": full}
        run = cls(forced_path(root), asked)
        try:
            first, *lines = run.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except (FileNotFoundError, ValueError):
            return run
        if _read(first) == asked:
            run.done = set(filter(None, map(_hand_in, lines)))
        return run

    def begin(self) -> None:
        """Begin the list, unless the run goes on."""
        if not self.done:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(f"{json.dumps(self.asked)}\n", encoding="utf-8")

    def note(self, student: str, assignment: str) -> None:
        """Note that a hand-in is done: its new record is on the disk."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps([student, assignment])}\n")

    def end(self) -> None:
        """Take the list away: the next run with ``--force`` grades all again."""
        self.path.unlink(missing_ok=True)


def _read(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _hand_in(line: str) -> tuple[str, str] | None:
    match _read(line):
        case [str(student), str(assignment)]:
            return student, assignment
    return None
