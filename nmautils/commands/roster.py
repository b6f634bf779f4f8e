"""``nmautils roster``: who is in the course, from what platforms export."""

import argparse
from collections.abc import Sized
from pathlib import Path

from nmautils.commands._shared import add_root, root_of
from nmautils.course.plain import CONFIG_FILE, folders_of, settings_of
from nmautils.errors import CourseError, UsageError
from nmautils.grading.intake.filenames import clean_student
from nmautils.grading.record.students import read_students, write_students
from nmautils.grading.safe.text import printable
from nmautils.people.merging import merge
from nmautils.people.platform_lists import FORMS, read_list
from nmautils.people.roster import FILE_NAME, Person, Roster, read_roster, write_roster

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils roster``."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help=f"what a platform exports: {'; '.join(form.name for form in FORMS)}; without any, "
        f"{FILE_NAME} is checked",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change")
    add_root(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out ``nmautils roster``; gives 1 if something needs a person."""
    root = root_of(args).resolve()
    settings_of(root)  # an error if this is no course
    for name in args.files:
        if not Path(name).is_file():
            raise UsageError(f"no file {name}")
    before = read_roster(root)
    if before is None and not args.files:
        raise CourseError(
            f"no {FILE_NAME} in {root}: run `nmautils roster FILE`, with what your platform exports"
        )
    before = before or Roster()
    lists = [read_list(Path(name)) for name in args.files]
    for each in lists:
        print(f"read       {printable(each.where)}: {each.form.name}, {_people(each.people)}")
    done = merge(before, lists, _used(root), clean_student)
    for word, lines in (("new", done.new), ("changed", done.changed), ("", done.notes)):
        for line in lines:
            print(f"{word:<11}{line}" if word else line)
    if done.roster != before and not args.dry_run:
        write_roster(root, done.roster)
    _tell_gradebook(root, done.roster, args.dry_run)
    for line in done.questions:
        print(f"needs you  {line}")
    if not args.files:
        _say_platforms(done.roster)
    needs = len(done.questions)
    print(
        f"{_people(done.roster.people)}, {len(done.new)} new, {len(done.changed)} changed, "
        f"{needs} {'needs' if needs == 1 else 'need'} you"
        + (", nothing is written (--dry-run)" if args.dry_run else "")
    )
    return 1 if needs else 0


def _people(some: Sized) -> str:
    return "1 person" if len(some) == 1 else f"{len(some)} people"


def _used(root: Path) -> list[Person]:
    """Find who has a row in the gradebook or a folder already."""
    used = {person.id: person for person in read_students(root)} if _has_config(root) else {}
    submitted = folders_of(root).submitted
    if submitted.is_dir():
        for folder in sorted(submitted.iterdir()):
            if folder.is_dir() and not folder.name.startswith("."):
                used.setdefault(folder.name, Person(folder.name))
    return list(used.values())


def _has_config(root: Path) -> bool:
    return (root / CONFIG_FILE).is_file()


def _tell_gradebook(root: Path, roster: Roster, dry_run: bool) -> None:
    if dry_run:
        return
    if not _has_config(root):
        print(f"no {CONFIG_FILE} in {root}: no names are written into a gradebook")
        return
    written = write_students(root, roster.people)
    if written:
        print(f"gradebook  names and addresses of {written} written")


def _say_platforms(roster: Roster) -> None:
    for platform in sorted({name for person in roster.people for name in person.numbers}):
        known = sum(platform in person.numbers for person in roster.people)
        print(f"{platform:<12} knows {known} of them")
    addressed = sum(bool(person.email) for person in roster.people)
    print(f"{'e-mail':<12} of {addressed} of them is known")
