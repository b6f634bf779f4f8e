"""``nmautils export``: write marks into the file that a learning platform takes back."""

import argparse
from pathlib import Path

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.errors import CourseError, UsageError
from nmautils.grading.model.words import count
from nmautils.grading.safe.text import printable
from nmautils.handback.earned import Class, read_class
from nmautils.handback.forms import FORMS, Column, Form
from nmautils.handback.gradescope import autograder
from nmautils.handback.marks_files import Filled, choose_columns, empty_sheet, fill
from nmautils.handback.places import check_place, write_there
from nmautils.handback.sheets import Sheet, read_sheet

__all__ = ["add_arguments", "run"]

ENDINGS = {".csv", ".txt", ".tsv", ".xls"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils export``."""
    add_names(parser, "assignment", "each that has a column in the file")
    add_root(parser)
    parser.add_argument(
        "--for",
        dest="platform",
        nargs="+",
        required=True,
        metavar=("PLATFORM", "TEMPLATE.csv"),
        help=f"{', '.join(FORMS)}; and the file that you downloaded there, which is filled in",
    )
    parser.add_argument("--column", metavar="NAME", help="the column of the file, if it is unclear")
    parser.add_argument(
        "--absent",
        choices=["blank", "zero"],
        default="blank",
        help="what stands for who handed nothing in (default: blank)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be written, and write nothing"
    )
    parser.add_argument("--to", metavar="FILE", help="where to write (default: in handback/)")
    parser.add_argument(
        "--force", action="store_true", help="replace a file there that somebody else wrote"
    )
    parser.epilog = (
        "The file you downloaded stays as it is: a copy is written, in which only the marks of "
        "these assignments are changed. `nbgrader export` writes a table for yourself."
    )


def run(args: argparse.Namespace) -> int:
    """Write the file and say what is in it; the status is 1 if a person has to look."""
    root = root_of(args).resolve()
    platform, *rest = args.platform
    if platform not in FORMS:
        raise UsageError(f"unknown platform {platform!r}; known are: {', '.join(FORMS)}")
    form = FORMS[platform]
    course = read_class(root)
    words = [*args.assignments, *rest]
    files = [word for word in words if word not in course.assignments and _is_file(word)]
    names = [word for word in words if word not in files]
    if len(files) > 1:
        raise UsageError(f"one file at a time: {files[0]}, then {files[1]}")
    if platform == "gradescope" and not files:
        return _for_gradescope(args, root, course, names)
    columns: dict[str, Column]
    if files:
        sheet = _read(Path(files[0]))
        columns, left_out = choose_columns(form, sheet, course, names, args.column or "")
    else:
        sheet, columns = _made(form, course, names)
        left_out = [f"who has no number on {form.name} that is known here has no line in the file"]
    ending = Path(files[0]).suffix if files else ".csv"
    name = next(iter(columns)) if len(columns) == 1 else "marks"
    path = _place(args, root, f"{platform}-{name}{ending}", Path(files[0]) if files else None)
    filled = fill(sheet, form, course, columns, args.absent)
    filled.notes += left_out
    _say(filled, form, columns, args)
    _write(args, root, path, sheet.to_bytes())
    if platform == "gradescope":
        print("Gradescope does not take this table back: without a file, an autograder is written")
    return 1 if filled.needs else 0


def _is_file(word: str) -> bool:
    return Path(word).suffix.lower() in ENDINGS or Path(word).is_file()


def _read(path: Path) -> Sheet:
    try:
        return read_sheet(path.read_bytes(), printable(str(path)))
    except FileNotFoundError:
        raise UsageError(f"no file {str(path)!r}") from None
    except IsADirectoryError:
        raise UsageError(f"{str(path)!r} is a folder, not a table") from None


def _made(form: Form, course: Class, named: list[str]) -> tuple[Sheet, dict[str, Column]]:
    """Make a table without a template."""
    names = course.select(named)
    if not names:
        raise CourseError("nothing is graded yet; run `nmautils grade` first")
    if form.one_assignment and len(names) > 1:
        raise UsageError(f"a file is of one assignment: say which of {', '.join(names)}")
    sheet = empty_sheet(form, course, names)
    return sheet, dict(zip(names, form.mark_columns(sheet), strict=True))


def _for_gradescope(args: argparse.Namespace, root: Path, course: Class, named: list[str]) -> int:
    names = course.select(named)
    if len(names) != 1:
        raise UsageError(f"an autograder is of one assignment: say which of {', '.join(names)}")
    path = _place(args, root, f"gradescope-{names[0]}.zip")
    content, number, needs = autograder(course, names[0])
    print(f"{count(number, 'mark')} in an autograder for Gradescope: upload it under Configure")
    print("Autograder, then Regrade All Submissions there")
    for line in needs:
        print(f"needs you: {line}")
    _write(args, root, path, content)
    return 1 if needs else 0


def _say(filled: Filled, form: Form, columns: dict[str, Column], args: argparse.Namespace) -> None:
    for name, column in columns.items():
        print(printable(f"{form.name}, column {column.name!r}: {name}"))
    if args.dry_run:
        for change in filled.changes:
            was = f" (was {change.before})" if change.before else ""
            print(printable(f"  {change.person}: {change.after or 'blank'}{was}"))
    counts = filled.counts
    absent = "0" if args.absent == "zero" else "blank"
    marks = count(counts["marks"], "mark")
    excused = f"{counts['excused']} excused ({form.excused or 'blank'})"
    print(f"{marks}, {counts['absent']} absent ({absent}), {excused}")
    for line in filled.notes:
        print(line)
    for line in filled.needs:
        print(f"needs you: {line}")


def _place(args: argparse.Namespace, root: Path, name: str, template: Path | None = None) -> Path:
    """Give the file to write, before anything is said or done of it."""
    path = Path(args.to) if args.to else root / "handback" / name.replace("/", "-")
    check_place(root, path, template, args.force)
    return path


def _write(args: argparse.Namespace, root: Path, path: Path, content: bytes) -> None:
    if args.dry_run:
        print(printable(f"dry run: {path} is not written"))
        return
    write_there(root, path, content)
    print(printable(str(path)))
