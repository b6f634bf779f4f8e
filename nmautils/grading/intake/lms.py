"""What learning platforms call the hand-ins that they give out: one table, a form for each.

To add a form, add an entry to `FORMS`. The test of the table reads every example. Where each form
is known from stands beside it; of those with a public source, the code was read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timezone

__all__ = ["DIGITS", "FORMS", "OF_NO_STUDENT", "Form", "is_typed", "read_digits"]

# 2026-01-30-15-00-00, 2026-01-30 15.00, 2026-01-30T15:00:00Z, but not a part of a longer number
DIGITS = re.compile(
    r"(?<!\d)(\d{4})-(\d\d)-(\d\d)[-_T ](\d\d)[-:._](\d\d)(?:[-:._](\d\d))?(?:Z|UTC)?(?!\d)"
)


def read_digits(text: str) -> datetime | None:
    """Find a time that is written in digits, from the year down."""
    match = DIGITS.search(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(digits or 0) for digits in match.groups())
    if not MINYEAR < year < MAXYEAR:  # in another time zone it could be outside the calendar
        return None
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


@dataclass(frozen=True)
class Form:
    """How one platform names the file or the folder of a hand-in.

    Parameters
    ----------
    platform : str
        Name of the platform, for messages.
    pattern : re.Pattern
        Matches the whole name of a file (without its ending) or of a folder. Its group
        ``name`` is the student, ``id`` the number that the platform knows the student by,
        ``full`` what people call the student where ``name`` is an account, ``numbers`` as in
        `nmautils.grading.intake.owners.Owner`, and ``rest`` what the student called the file; all
        but the first may be missing.
    example : str
        A path from the inbox down: ``tutorial1_decoding`` of Jane Doe, number 12345, handed in at
        15:00 on 30 January 2026. The test of the table expects these.
    key : str
        A key of `nmautils.people.roster.Person.numbers`; empty if there are no numbers.
    number : str
        What the number in ``id`` is called in messages. It tells apart people of one name, so
        leave it empty if the number is another one for each attempt.
    login : bool
        Whether ``name`` is the name of an account, and not what people call the student.
    marks_late : bool
        Whether the platform marks what is late, by the group ``late``, so that what has no mark
        was in time.
    time : callable or None
        Finds the time of handing in that the platform writes into the name, and nothing that
        the student wrote behind it. None if it writes none: then the time of the file counts,
        which may be that of the download.
    folders : bool
        Whether only folders have such names. A name that people give files too would not do.
    loose : re.Pattern or None
        Matches names too that only those beside them show to be the platform's.
    archive : re.Pattern or None
        What the platform calls its archives, where that might be a student's name with the one of
        an assignment.
    """

    platform: str
    pattern: re.Pattern[str]
    example: str
    key: str = ""
    number: str = ""
    login: bool = False
    marks_late: bool = False
    time: Callable[[str], datetime | None] | None = None
    folders: bool = False
    loose: re.Pattern[str] | None = None
    archive: re.Pattern[str] | None = None


# What platforms put beside the hand-ins: a page of links (Brightspace), tables of marks (Sakai,
# ILIAS), lists of what is in the archive. Nobody has handed these in.
OF_NO_STUDENT = re.compile(
    r"index\.html?|grades\.(?:csv|xlsx?)|status\.(?:csv|xlsx?)|readme\.(?:md|txt)"
    r"|(?:checksums|user_info|user_mapping|statistics)\.json|submission_metadata\.yml",
    re.IGNORECASE,
)

# Pages that a platform makes of what a student typed, mostly a greeting beside the file: Moodle,
# Sakai, Canvas, Blackboard. Sakai's other two are the instructor's.
_TYPED = re.compile(
    r".*(?:onlinetext\.html?|_submissionText\.html|_\d+_(?:text|link)\.html"
    r"|_attempt_[\d-]+\.txt)|.*assignsubmission_onlinetext.*|feedbackText\.(?:html|txt)"
    r"|comments\.txt",
    re.IGNORECASE | re.DOTALL,
)


def is_typed(name: str) -> bool:
    """Tell whether a file is a page of what somebody typed into a platform."""
    return _TYPED.fullmatch(name) is not None


_ATTEMPT = re.compile(r"_attempt_(?=\d)", re.IGNORECASE)
_IN_WORDS = re.compile(
    r" - ([A-Za-z]{3,9} \d{1,2}, \d{4}) (\d{1,2}):?(\d\d) ?([AP]M)",
    re.IGNORECASE,
)


def _after_attempt(text: str) -> datetime | None:
    """Read Blackboard's time, which stands where the student's part of the name begins."""
    start = _ATTEMPT.search(text)
    match = DIGITS.match(text, start.end()) if start else None
    return read_digits(match.group()) if match else None


def _in_words(text: str) -> datetime | None:
    """Read Brightspace's time, as ``Jan 30, 2026 300 PM``."""
    match = _IN_WORDS.search(text)
    if not match:
        return None
    day, hour, minute, half = match.groups()
    for words in ("%b", "%B"):
        try:
            written = f"{day} {int(hour):02}:{minute} {half.upper()}"
            time = datetime.strptime(written, f"{words} %d, %Y %I:%M %p")
            return time if MINYEAR < time.year < MAXYEAR else None
        except ValueError:
            continue
    return None


def _exchange_time(text: str) -> datetime | None:
    """Read the time that nbgrader's exchange writes, which is in UTC."""
    time = read_digits(text.split("+", 2)[-1])
    return time.replace(tzinfo=timezone.utc) if time else None


# The first form that matches counts.
FORMS = (
    # Read in Moodle's source, mod/assign/classes/downloader.php; before 4.1 in mod/assign/
    # locallib.php. Blanks stand in names for low lines. The number is another one for each
    # assignment. Where names are hidden, the name is the word for "Participant".
    Form(
        "Moodle",
        re.compile(
            r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)",
            re.DOTALL,
        ),
        "Jane Doe_12345_assignsubmission_file_/tutorial1_decoding.ipynb",
        key="moodle",
        number="Moodle",
        archive=re.compile(r".+-\d+", re.DOTALL),
    ),
    # Read in Canvas's source, lib/content_zipper.rb. NAME is the sortable name without blanks and
    # signs; of hidden names it is "anon_" and five letters, behind LATE. The entry of a text
    # ends in _text.html or _link.html, and has no number of a file.
    Form(
        "Canvas",
        re.compile(
            r"(?P<late_too>LATE_(?=anon_))?(?P<name>[^_]+)(?P<late>_LATE)?"
            r"_(?P<id>\d+|(?<=anon_)[a-z0-9]{5})_(?:\d+_(?P<rest>.+)|text|link)",
            re.IGNORECASE | re.DOTALL,
        ),
        "doejane_LATE_12345_67890_tutorial1_decoding-1.ipynb",
        # A name may hold a low line.
        loose=re.compile(
            r"(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d+)_(?:\d+_(?P<rest>.+)|text|link)",
            re.IGNORECASE | re.DOTALL,
        ),
        key="canvas",
        number="Canvas",
        marks_late=True,
        archive=re.compile(r".+[ _]submissions(?: ?\(\d+\)|-\d+)?", re.IGNORECASE | re.DOTALL),
    ),
    # From general knowledge, and public scripts that read such archives. TITLE and USERNAME may
    # hold low lines: `layouts` takes them apart with the text that lies beside each hand-in.
    Form(
        "Blackboard",
        re.compile(r"(?:.*?_)?(?P<name>[^_]+)_attempt_(?P<rest>.+)", re.IGNORECASE | re.DOTALL),
        "Tutorial 1_janedoe_attempt_2026-01-30-15-00-00_tutorial1_decoding.ipynb",
        key="blackboard",
        login=True,
        time=_after_attempt,
        archive=re.compile(r"gradebook_.+", re.IGNORECASE | re.DOTALL),
    ),
    # From public scripts that read such archives. What the two numbers count is not known.
    Form(
        "Brightspace",
        re.compile(
            r"(?P<numbers>\d+-\d+) - (?P<name>.+?)"
            r" - [A-Za-z]{3,9} \d{1,2}, \d{4} \d{1,2}:?\d\d ?[AP]M"
            r"(?: - (?P<rest>.+))?",
            re.IGNORECASE | re.DOTALL,
        ),
        "11111-22222 - Jane Doe - Jan 30, 2026 300 PM/tutorial1_decoding.ipynb",
        key="brightspace",
        time=_in_words,
        archive=re.compile(r".+ Download .+", re.IGNORECASE | re.DOTALL),
    ),
    # From public scripts that read such archives. The folder's timestamp.txt says when: in UTC,
    # as 20260130150000000 or 2026-01-30T15:00:00Z.
    Form(
        "Sakai",
        re.compile(r"(?P<full>[^()]*,[^()]*)\((?P<name>[^()]+)\)"),
        "Doe, Jane(janedoe)/Submission attachment(s)/tutorial1_decoding.ipynb",
        key="sakai",
        login=True,
        folders=True,
    ),
    # Read in ILIAS's source, Modules/Exercise/classes/class.ilExSubmission.php. Files keep the
    # time at which they were uploaded.
    Form(
        "ILIAS",
        re.compile(
            r"(?!(?:group|gruppe|team|week|woche|tutorial|exercise|assignment|homework)[_ \d])"
            r"(?P<full>[^_+,()]+_.+)_(?P<name>(?=[^_]*[a-z])[^_]{3,})"
            r"_(?P<id>(?!(?:19|20)\d\d$)\d{3,})",
            re.IGNORECASE | re.DOTALL,
        ),
        "Doe_Jane_janedoe_12345/tutorial1_decoding.ipynb",
        key="ilias",
        number="ILIAS",
        login=True,
        folders=True,
    ),
    # The names that `nbgrader collect` and the exchange's inbound folder have.
    Form(
        "nbgrader",
        re.compile(
            r"(?P<name>[^+]+)\+(?P<rest>[^+]+)\+\d{4}-\d\d-\d\d[ _]\d\d[:_]\d\d[:_]\d\d"
            r"[^+]*(?:\+.*)?",
            re.DOTALL,
        ),
        "janedoe+tutorial1_decoding+2026-01-30 15:00:00.000000 UTC+a1b2/tutorial1_decoding.ipynb",
        login=True,
        time=_exchange_time,
    ),
)
