"""``nmautils return``: hand feedback pages back, by a platform, by mail or in folders."""

import argparse
import csv
import io
import os
import sys
from dataclasses import replace
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from nmautils.commands._shared import add_names, add_root, root_of
from nmautils.course.settings import MAIL_SECURITY, Mail, mistake_in
from nmautils.errors import CourseError, UsageError
from nmautils.grading.model.words import count
from nmautils.grading.record.records import write_atomically
from nmautils.grading.safe.text import printable
from nmautils.handback.earned import Class, read_class
from nmautils.handback.pages import (
    PACKED,
    Feedback,
    archive,
    find_feedback,
    index_row,
    readable_folder,
)
from nmautils.handback.places import check_place, write_there

if TYPE_CHECKING:
    from nmautils.handback.mail import Letter

__all__ = ["add_arguments", "run"]

WAYS = (*PACKED, "mail", "folder")
UPLOAD = {
    "canvas": "Gradebook > the assignment's menu > Upload Submissions",
    "moodle": "the assignment > Submissions > Upload multiple feedback files in a zip",
    "brightspace": "Assignments > the assignment > Add Feedback Files",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``nmautils return``."""
    add_names(parser, "assignment", "all graded")
    add_root(parser)
    parser.add_argument("--for", dest="way", choices=WAYS, required=True, help="where the pages go")
    parser.add_argument(
        "--student", action="append", default=[], metavar="ID", help="only theirs; may be repeated"
    )
    parser.add_argument("--to", metavar="PATH", help="where to write (default: in handback/)")
    parser.add_argument(
        "--force", action="store_true", help="replace a file there that somebody else wrote"
    )
    letters = parser.add_argument_group(
        "mail", "how to send stands in [mail] of course.toml; without --send nothing is sent"
    )
    letters.add_argument("--send", action="store_true", help="really send the letters")
    letters.add_argument(
        "--again", action="store_true", help="send a page again that has changed since it was sent"
    )
    letters.add_argument("--server", metavar="HOST[:PORT]", help="the mail server")
    letters.add_argument("--from", dest="sender", metavar="ADDRESS", help="who sends")
    letters.add_argument("--security", choices=MAIL_SECURITY, help="how the connection is kept")


def run(args: argparse.Namespace) -> int:
    """Hand the pages back, and say what was done; the status is 1 if a person has to look."""
    root = root_of(args).resolve()
    if args.way != "mail" and (args.send or args.again or args.server or args.sender):
        raise UsageError("--send, --again, --server and --from go with `--for mail`")
    course = read_class(root)
    names = course.select(args.assignments)
    unknown = set(args.student) - set(course.people())
    if unknown:
        raise UsageError(f"unknown student {', '.join(sorted(unknown))}")
    found = [find_feedback(root, course, name, args.student) for name in names]
    if not any(one.pages or one.needs or one.notes for one in found):
        raise CourseError("nobody's work is graded yet; run `nmautils grade` first")
    needs = [f"{one.assignment}: {line}" for one in found for line in one.needs]
    for feedback in found:
        for line in feedback.notes:
            print(f"{feedback.assignment}: {line}")
        waiting = sum(course.mark(s, feedback.assignment).open for s in feedback.pages)
        if waiting:
            print(f"{feedback.assignment}: in {count(waiting, 'page')} answers wait for a person")
    if args.way == "mail":
        needs += _by_mail(args, root, course, found)
    elif args.way == "folder":
        _by_folder(args, root, course, found)
    else:
        needs += _by_platform(args, root, course, found)
    for line in needs:
        print(f"needs you: {line}")
    return 1 if needs else 0


def _by_platform(
    args: argparse.Namespace, root: Path, course: Class, found: list[Feedback]
) -> list[str]:
    if args.to and len(found) > 1:
        raise UsageError("--to takes one archive: say one assignment")
    needs = []
    for feedback in found:
        content, entries, left = archive(args.way, course, feedback)
        needs += [f"{feedback.assignment}: {line}" for line in left]
        if not entries:
            print(f"{feedback.assignment}: no hand-in came from {args.way}, so nothing is written")
            continue
        name = f"{args.way}-feedback-{feedback.assignment.replace('/', '-')}.zip"
        path = Path(args.to) if args.to else root / "handback" / name
        check_place(root, path, force=args.force)
        write_there(root, path, content)
        print(printable(f"{path}: {count(len(entries), 'page')}; upload it: {UPLOAD[args.way]}"))
    return needs


def _by_folder(args: argparse.Namespace, root: Path, course: Class, found: list[Feedback]) -> None:
    for feedback in found:
        name = feedback.assignment.replace("/", "-")
        folder = Path(args.to or root / "handback" / "feedback") / name
        check_place(root, folder / "index.csv", force=args.force)
        rows = []
        for person, own, pages in readable_folder(course, feedback, {"index.csv"}):
            for page, content in pages.items():
                write_atomically(folder / own / page, content, sync=False)
            rows.append(index_row(course, person, feedback.assignment, own))
        if not rows:
            continue
        text = io.StringIO()
        table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        write_there(root, folder / "index.csv", text.getvalue().encode("utf-8-sig"))
        print(printable(f"{folder}: {count(len(rows), 'folder')} and index.csv"))


def _by_mail(
    args: argparse.Namespace, root: Path, course: Class, found: list[Feedback]
) -> list[str]:
    from nmautils.handback.mail import check_mail, letters, post, sent_of

    mail = _mail_of(args, course.settings.mail)
    if args.send:
        check_mail(mail)
    written, needs = [], []
    for feedback in found:
        some, left = letters(course, feedback, mail)
        written += some
        needs += [f"{feedback.assignment}: {line}" for line in left]
    sent = sent_of(root)
    stands = {state: [o for o in written if sent.stands(o) == state] for state in _STATES}
    if args.send:
        password = _password(mail) if stands["new"] or (args.again and stands["changed"]) else ""
        number, refused = post(root, mail, written, password, args.again, print)
        print(f"{count(number, 'letter')} sent")
        needs += refused
    else:
        due = [*stands["new"], *(stands["changed"] if args.again else [])]
        for letter in due:
            print(printable(f"{letter.assignment}: {letter.person.name} <{letter.message['To']}>"))
        if due:
            _show(due[0])
        print(f"{count(len(due), 'letter')} to be sent; nothing is sent without --send")
    if stands["sent"]:
        print(f"{count(len(stands['sent']), 'letter')} sent before")
    if stands["changed"] and not args.again:
        print(f"{count(len(stands['changed']), 'page')} changed since sent: --again sends them")
    return needs


def _show(letter: "Letter") -> None:
    """Print a letter as its reader will see it."""
    heads = [f"{key}: {letter.message[key] or '(not said yet)'}" for key in _HEADS]
    pages = f"attached: {', '.join(letter.attached)}"
    print("\nthe first of them:\n")
    for line in [*heads, "", *letter.text.splitlines(), "", pages, ""]:
        print(printable(line))


_STATES = ("new", "sent", "changed")
_HEADS = ("From", "To", "Subject")


def _mail_of(args: argparse.Namespace, mail: Mail) -> Mail:
    """Take what was said on the command line before what the course says."""
    if args.server:
        host, colon, port = args.server.rpartition(":")
        if colon and not port.isdecimal():
            raise UsageError(f"--server is {args.server!r}, must be HOST or HOST:PORT")
        mail = replace(mail, server=host if colon else port, port=int(port) if colon else mail.port)
    if args.sender:
        mail = replace(mail, sender=args.sender)
    if args.security:
        mail = replace(mail, security=args.security)
    if wrong := mistake_in(mail):  # course.toml was checked when it was read
        key, why = wrong
        raise UsageError(
            f"--{key} {why}" if key in ("from", "server") else f"--server: {key} {why}"
        )
    return mail


def _password(mail: Mail) -> str:
    """Find the password in the environment, or ask for it; it stands in no file."""
    from nmautils.handback.mail import PASSWORD

    if not mail.user:
        return ""
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        raise UsageError(f"no password for {mail.user}: set {PASSWORD} in the environment")
    return getpass(f"password of {mail.user} at {mail.server}: ")
