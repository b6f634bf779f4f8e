"""Feedback pages by mail: one letter to each person, and none twice."""

import fcntl
import hashlib
import json
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from nmautils.course.addresses import address_in, is_address
from nmautils.course.settings import FILE_NAME, Mail, mistake_in
from nmautils.errors import CourseError, NmautilsError, UsageError
from nmautils.grading.safe.text import plain_characters, printable
from nmautils.people.roster import Person

from .earned import Class
from .pages import Feedback

__all__ = ["PASSWORD", "Letter", "MailError", "Sent", "check_mail", "letters", "post", "sent_of"]

PASSWORD = "NMAUTILS_MAIL_PASSWORD"  # the environment variable that may hold it
SECONDS = 60  # that a mail server may take for an answer
TOO_LARGE = 552  # what a server says to a letter that it cannot hold
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailError(NmautilsError, RuntimeError):
    """The mail server cannot be used."""


@dataclass(frozen=True)
class Letter:
    """What one person gets.

    Parameters
    ----------
    person : Person
        To whom.
    assignment : str
        On which.
    digest : str
        Of the pages in it: the same letter has the same one.
    message : EmailMessage
        All of it.
    """

    person: Person
    assignment: str
    digest: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """The words of the letter, without what is attached."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def attached(self) -> list[str]:
        """Names of the pages in it."""
        return [part.get_filename() or "" for part in self.message.iter_attachments()]


def check_mail(mail: Mail) -> None:
    """See that it is said by which server and from whom to send.

    Raises
    ------
    CourseError or UsageError
        In one line, if it is not, or if a password would be sent in the open.
    """
    if not mail.server or not mail.sender:
        raise CourseError(
            f"no mail server: write server and from into [mail] of {FILE_NAME}, or say --server "
            "and --from"
        )
    if wrong := mistake_in(mail):
        raise UsageError(f"[mail] {' '.join(wrong)}")
    if mail.user and mail.security == "none" and mail.server not in LOOPBACK:
        raise UsageError('[mail] security is "none": no password is sent that anybody could read')


def letters(course: Class, feedback: Feedback, mail: Mail) -> tuple[list[Letter], list[str]]:
    """Write a letter to everybody who has pages and an address.

    Returns
    -------
    list of Letter, list of str
        The letters, and a line on each person who gets none.
    """
    people = course.people()
    owners: dict[str, list[str]] = {}
    for person in people.values():
        owners.setdefault(person.email.strip().casefold(), []).append(person.id)
    written, needs = [], []
    for student, pages in feedback.pages.items():
        person = people[student]
        address = person.email.strip()
        others = [other for other in owners[address.casefold()] if other != student]
        if not address:
            needs.append(printable(f"{person.name} ({student}): no e-mail address is known"))
        elif not is_address(address):
            needs.append(printable(f"{person.name} ({student}): {address!r} is no e-mail address"))
        elif others:
            needs.append(printable(f"{person.name} ({student}) has {others[0]}'s e-mail address"))
        else:
            written.append(_letter(course, person, feedback.assignment, pages, mail))
    return written, needs


def _letter(
    course: Class, person: Person, assignment: str, pages: Mapping[str, bytes], mail: Mail
) -> Letter:
    mark = course.mark(person.id, assignment)
    name = _one_line(person.name)
    words = {
        "name": name,
        "first_name": _one_line(person.first_name) or name,
        "last_name": _one_line(person.last_name) or name,
        "assignment": assignment,
        "title": course.title(assignment),
        "course": course.settings.course.title,
        "points": f"{round(mark.score, course.settings.points.decimals):g}",
        "most": f"{mark.most:g}",
    }
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(mail.subject.format(**words))
    if mail.sender:
        message["From"] = mail.sender
        message["Message-ID"] = make_msgid(domain=address_in(mail.sender).rpartition("@")[2])
    message["To"] = person.email.strip()
    message["Date"] = format_datetime(datetime.now(timezone.utc))
    message.set_content(mail.text.format(**words))
    digest = hashlib.sha256()
    for file, content in sorted(pages.items()):
        digest.update(hashlib.sha256(content).digest())
        message.add_attachment(
            content, maintype="text", subtype="html", filename=file, params={"charset": "utf-8"}
        )
    return Letter(person, assignment, digest.hexdigest(), message)


def _one_line(text: str) -> str:
    return " ".join(plain_characters(text).split())


# --- what was sent -------------------------------------------------------------------------------


@dataclass
class Sent:
    """What was sent before: a line for each letter, in a file that only grows.

    Parameters
    ----------
    path : Path
        The file.
    digests : dict
        From (student, assignment) to the digest of the last letter.
    """

    path: Path
    digests: dict[tuple[str, str], str]

    def stands(self, letter: Letter) -> str:
        """Say how a letter stands: ``new``, ``sent``, or ``changed`` since one was sent."""
        before = self.digests.get((letter.person.id, letter.assignment))
        return "new" if before is None else "sent" if before == letter.digest else "changed"

    def note(self, letter: Letter) -> None:
        """Keep that a letter was sent; it is on the disk when this returns."""
        self.digests[letter.person.id, letter.assignment] = letter.digest
        line = {
            "student": letter.person.id,
            "assignment": letter.assignment,
            "pages": letter.digest,
            "to": str(letter.message["To"]),
            "when": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        }
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def sent_of(root: Path) -> Sent:
    """Read what was sent before.

    Raises
    ------
    CourseError
        If the file is damaged: it is not known then who would get a letter twice.
    """
    path = root / ".nmautils" / "sent.jsonl"
    digests: dict[tuple[str, str], str] = {}
    if path.exists():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                kept = json.loads(line)
                digests[kept["student"], kept["assignment"]] = kept["pages"]
            except (ValueError, KeyError, TypeError):
                raise CourseError(
                    f"{path}, line {number} is damaged: mend or delete that line first; it says to "
                    "whom a letter was sent"
                ) from None
    return Sent(path, digests)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let no other run send at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".lock"), "a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MailError("another run is sending; try again when that has ended") from None
        yield


# --- sending -------------------------------------------------------------------------------------


def post(
    root: Path,
    mail: Mail,
    written: list[Letter],
    password: str,
    again: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[int, list[str]]:
    """Send letters, but none that was sent already.

    Parameters
    ----------
    root : Path
        Folder of the course, which remembers what was sent.
    mail : Mail
        How to send.
    written : list of Letter
        The letters.
    password : str
        Of ``mail.user``.
    again : bool
        Whether to send a letter too that has changed since it was sent.
    say : callable
        Takes a line on each letter that the server has taken.

    Returns
    -------
    int, list of str
        How many were sent, and a line on each that the server refused.

    Raises
    ------
    MailError
        If the server cannot be reached, or stops: one line that says how many were sent.
    """
    number, refused = 0, []
    with _alone(sent_of(root).path):
        sent = sent_of(root)  # as another run may have left it
        due = [one for one in written if sent.stands(one) in ("new", "changed" if again else "new")]
        if not due:
            return 0, []
        try:
            with _server(mail, password) as server:
                for letter in due:
                    address = str(letter.message["To"])
                    try:
                        server.send_message(letter.message)
                    except smtplib.SMTPException as error:
                        if not _is_about_one(error):
                            raise
                        refused.append(printable(f"{letter.person.id} <{address}>: {_why(error)}"))
                        continue
                    sent.note(letter)
                    number += 1
                    say(printable(f"sent to {letter.person.name} <{address}>"))
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(
                printable(
                    f"{mail.server}:{mail.port}: {_why(error)}; {number} of {len(due)} letters "
                    "were sent, and the same command goes on with the others"
                )
            ) from None
    return number, refused


@contextmanager
def _server(mail: Mail, password: str) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.server, mail.port, timeout=SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(mail.server, mail.port, timeout=SECONDS)
    with server:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            try:
                server.login(mail.user, password)
            except UnicodeEncodeError:
                raise MailError(
                    f"{mail.server}: the password has a letter that cannot be sent, such as ä or é"
                ) from None
        yield server


def _is_about_one(error: smtplib.SMTPException) -> bool:
    """Tell whether a server refuses one letter only, and may take the next one."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code == TOO_LARGE
    one = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError)
    return isinstance(error, one)


def _why(error: Exception) -> str:
    """Give what a server said, without the quotes and numbers of Python."""
    code: int
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return " ".join(str(error).split()) or type(error).__name__
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"the server says {code} {' '.join(text.split())}"
