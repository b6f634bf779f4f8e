"""From the inbox to where nbgrader looks: submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb.

The work is done by ``nbgrader zip_collect`` with the two plug-ins for it; ``nmautils collect``
sorts a whole inbox by assignment first and only hands over what is new.
"""

import argparse
import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from pathlib import Path

from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.utils import chdir

from nmautils.course.settings import Settings, find_root, read_settings
from nmautils.errors import CourseError

from .filenames import HandInName, parse_name
from .files import Found, find_files
from .read import read_notebook
from .submissions import known_assignments, read_timestamp, submitted_path

__all__ = ["Collected", "collect", "in_utc", "zone_of"]

Say = Callable[[str], None]

PLUGINS = "nmautils.grading.nbgrader_plugins.zip_collect"


@dataclass
class HandIn:
    """One notebook of the inbox: whose, when, and a copy of it."""

    name: HandInName
    where: str
    time: datetime
    copy: Path

    @property
    def raw(self) -> bytes:
        """The notebook's bytes."""
        return self.copy.read_bytes()


@dataclass
class Collected:
    """What one run of `collect` did, each as places in the inbox or students.

    Attributes
    ----------
    new, unchanged : list of str
        ``student/assignment``.
    older : list of str
        Places of hand-ins that a newer one replaces.
    refused : list of (str, str)
        Place and reason of everything that needs a person.
    """

    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def zone_of(root: Path, assignment: str) -> tzinfo:
    """Time zone of an assignment's due date, the one that times without a zone are read in."""
    with contextlib.suppress(CourseError):
        due = _due(read_settings(root), assignment)
        if due is not None and due.tzinfo is not None:
            return due.tzinfo
    return timezone.utc


def _due(settings: Settings, assignment: str) -> datetime | None:
    tutorial = settings.tutorials.get(assignment)
    return tutorial.due if tutorial else None


def in_utc(time: datetime, zone: tzinfo) -> datetime:
    """Convert a time to the naive UTC that nbgrader stores, to the second."""
    time = time if time.tzinfo else time.replace(tzinfo=zone)
    return time.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)


def collect(
    root: str | Path = ".",
    assignments: Sequence[str] = (),
    inbox: str | Path = "inbox",
    say: Say = print,
) -> Collected:
    """Bring the newest hand-in of every student to where nbgrader looks.

    Parameters
    ----------
    root : path
        Folder of the course.
    assignments : sequence of str, optional
        Which to collect; by default every released one.
    inbox : path
        Where the files lie, relative to `root`. Nothing in it is changed.
    say : callable
        Takes one line of the report at a time.

    Returns
    -------
    Collected
        What happened. If ``refused`` is not empty, a person has to look.

    Raises
    ------
    ValueError
        If an assignment is not released.
    FileNotFoundError
        If there is no inbox.
    """
    root = Path(root).resolve()
    inbox = root / inbox
    known = known_assignments(root)
    for name in assignments:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none; run `nmautils build` first"
            raise ValueError(f"unknown assignment {name!r}; released are: {listed}")
    if not known:
        raise ValueError(f"nothing is released in {root / 'release'}; run `nmautils build` first")
    if not inbox.is_dir():
        raise FileNotFoundError(f"no folder {inbox}; make it and put the files you received there")

    done = Collected()
    with tempfile.TemporaryDirectory(prefix="nmautils-collect-") as temporary:
        hand_ins = _sort(inbox, known, root, Path(temporary), done)
        stage = Path(temporary) / "downloaded"
        for (assignment, student), found in sorted(hand_ins.items()):
            if not assignments or assignment in assignments:
                _choose(root, assignment, student, found, stage, done, say)
        for assignment in sorted(path.name for path in stage.glob("*")):
            _hand_over(root, assignment, stage)
    for where, why in done.refused:
        say(f"needs you  {where}: {why}")
    return done


def _sort(
    inbox: Path, known: set[str], root: Path, temporary: Path, done: Collected
) -> dict[tuple[str, str], list[HandIn]]:
    """Read the whole inbox: hand-ins by assignment and student, the rest refused."""
    hand_ins: dict[tuple[str, str], list[HandIn]] = {}
    others: list[Found] = []
    answered: set[tuple[str, ...]] = set()

    def refuse(where: str, why: str) -> None:
        done.refused.append((where, why))
        answered.add(tuple(where.split("/")[:-1]))

    for number, found in enumerate(find_files(inbox, refuse)):
        if found.raw is None:
            others.append(found)
            continue
        answered.add(found.parts[:-1])
        try:
            name = parse_name(found.parts, known)
        except ValueError as error:
            refuse(found.where, _also_content(found.raw, str(error)))
            continue
        try:
            read_notebook(found.raw)
        except ValueError as error:
            refuse(found.where, f"{error}; ask {name.student} for the .ipynb file again")
            continue
        copy = temporary / f"{number}.ipynb"
        copy.write_bytes(found.raw)
        time = in_utc(name.time or found.time, zone_of(root, name.assignment))
        hand_in = HandIn(name, found.where, time, copy)
        hand_ins.setdefault((name.assignment, name.student), []).append(hand_in)
    for other in others:
        # Pictures and data beside a notebook are no news; alone they stand for one.
        if len(other.parts) == 1 or other.parts[:-1] not in answered:
            refuse(other.where, "not a notebook: ask for the .ipynb file")
    return hand_ins


def _also_content(raw: bytes, why: str) -> str:
    """Say so if a file with a bad name is not even a notebook."""
    try:
        read_notebook(raw)
    except ValueError as error:
        return f"{error}; moreover {why}"
    return why


def _choose(
    root: Path,
    assignment: str,
    student: str,
    found: list[HandIn],
    stage: Path,
    done: Collected,
    say: Say,
) -> None:
    """Pick the newest hand-in of one student and put it on the stage if it is new."""
    label = f"{student}/{assignment}"
    accounts = sorted({h.name.account for h in found if h.name.account})
    if len(accounts) > 1:
        places = ", ".join(h.where for h in found)
        done.refused.append(
            (
                places,
                f"several people are called {student} ({', '.join(accounts)}): put each "
                "into a folder of its own name",
            )
        )
        return
    # The same bytes twice are one hand-in, made when it first was.
    found = sorted(found, key=lambda h: (h.time, h.where))
    contents: dict[bytes, HandIn] = {}
    for hand_in in found:
        contents.setdefault(hand_in.raw, hand_in)
    newest = max(contents.values(), key=lambda h: (h.time, h.where))
    for hand_in in found:
        if hand_in is not newest and hand_in.raw != newest.raw:
            done.older.append(hand_in.where)
            say(f"older      {hand_in.where} ({hand_in.time} UTC): {newest.where} counts")

    target = submitted_path(root, assignment, student)
    before, _ = read_timestamp(target.parent)
    if target.is_file() and target.read_bytes() == newest.raw:
        done.unchanged.append(label)
        say(f"unchanged  {label}")
        return
    if target.is_file() and before is not None and newest.time <= before:
        done.unchanged.append(label)
        say(f"unchanged  {label}: what is there ({before} UTC) is newer than {newest.where}")
        return
    staged = stage / assignment / "archive" / student / f"{assignment}.ipynb"
    staged.parent.mkdir(parents=True)
    shutil.copyfile(newest.copy, staged)
    seconds = newest.time.replace(tzinfo=timezone.utc).timestamp()
    os.utime(staged, (seconds, seconds))
    done.new.append(label)
    say(f"collected  {label} <- {newest.where} ({newest.time} UTC)")


def _hand_over(root: Path, assignment: str, stage: Path) -> None:
    """Let nbgrader's own command move what is on the stage."""
    structure = str(stage / "{assignment_id}" / "{collect_step}")
    with chdir(str(root)):
        app = ZipCollectApp()
        app.initialize(
            [
                assignment,
                "--force",
                "--log-level=ERROR",
                f"--ZipCollectApp.collect_directory_structure={structure}",
                f"--ZipCollectApp.extractor_plugin={PLUGINS}.InboxExtractor",
                f"--ZipCollectApp.collector_plugin={PLUGINS}.InboxCollector",
            ]
        )
        app.start()
    for staged in (stage / assignment / "archive").glob("*/*.ipynb"):
        target = submitted_path(root, assignment, staged.parent.name)
        if not target.is_file() or target.read_bytes() != staged.read_bytes():
            raise RuntimeError(f"nbgrader zip_collect did not write {target}: look at its messages")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils collect``."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    parser.add_argument("--root", metavar="DIR", help="folder with course.toml")
    parser.add_argument(
        "--inbox", metavar="DIR", default="inbox", help="where the files are (default: inbox)"
    )


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils collect``; the status is 1 if something needs a person."""
    root = Path(args.root) if args.root else find_root()
    done = collect(root, args.assignments, args.inbox)
    print(
        f"{len(done.new)} collected, {len(done.unchanged)} unchanged, {len(done.older)} older, "
        f"{len(done.refused)} need you"
    )
    return 1 if done.refused else 0
