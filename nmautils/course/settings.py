"""What ``course.toml`` says, as frozen dataclasses with every key checked."""

import contextlib
import re
import sys
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import datetime, timezone
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from nmautils.course.addresses import address_in
from nmautils.errors import CourseError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_NAME = "course.toml"


@dataclass(frozen=True)
class CourseInfo:
    """Identity of the course. ``credit`` is Markdown with ``{creators}`` to be filled.

    ``zone`` is the time zone in which days are counted and times without a zone are read.
    """

    id: str
    title: str
    credit: str
    zone: str | None = None


@dataclass(frozen=True)
class Repository:
    """The public repository that students open: where `nmautils publish` writes to."""

    owner: str
    name: str
    branch: str = "main"
    host: str = "github.com"

    @property
    def slug(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"

    @property
    def url(self) -> str:
        """Address of the repository's front page."""
        return f"https://{self.host}/{self.slug}"

    @property
    def has_badges(self) -> bool:
        """Whether Colab and Kaggle can open its notebooks.

        Their addresses that open a notebook from a repository know GitHub's alone.
        """
        return self.host == "github.com"


@dataclass(frozen=True)
class Install:
    """What the set-up cell hands to pip."""

    requirement: str


@dataclass(frozen=True)
class Feedback:
    """Where the optional feedback forms write: a local file name or an address."""

    endpoint: str = "feedback.jsonl"


@dataclass(frozen=True)
class Points:
    """Rules for points: multiples of ``step`` in cells, ``decimals`` in shown marks."""

    step: float = 0.5
    decimals: int = 2


@dataclass(frozen=True)
class Late:
    """Late policy: ``per_day`` of the marks for each calendar day begun, ``maximum`` in all."""

    grace_minutes: float = 0
    per_day: float = 0
    maximum: float = 1


@dataclass(frozen=True)
class Grading:
    """What a submission may use while it is graded: seconds of the processor, memory, packages."""

    cell_seconds: float = 30
    total_seconds: float = 600
    memory_gib: float = 4
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publish:
    """What the students' README says besides: ``hand_in`` says where to hand in, in Markdown."""

    hand_in: str = ""


@dataclass(frozen=True)
class Mail:
    """How feedback pages are mailed; a password is never in a file.

    In ``subject`` and ``text`` the names of `MAIL_NAMES` in braces are filled. ``sender`` is the
    key ``from``, which is a word of Python's.
    """

    server: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    sender: str = field(default="", metadata={"key": "from"})
    subject: str = "Your feedback on {title}"
    text: str = (
        "Dear {name},\n\nyour feedback on {title} is attached: open it in a browser. You have "
        "{points} of {most} points.\n"
    )


MAIL_NAMES = ("name", "first_name", "last_name", "assignment", "title", "course", "points", "most")
MAIL_SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class Tutorial:
    """One tutorial, which is one assignment with one notebook of the same name."""

    name: str
    order: int
    title: str
    minutes: int
    feedback_prefix: str
    creators: str
    slides: str | None = None
    due: datetime | None = None
    points: float | None = None


@dataclass(frozen=True)
class Settings:
    """All of ``course.toml``; ``tutorials`` is in the order of their ``order`` keys."""

    root: Path
    course: CourseInfo
    repository: Repository
    install: Install
    feedback: Feedback
    points: Points
    late: Late
    grading: Grading
    tutorials: dict[str, Tutorial]
    publish: Publish = Publish()
    mail: Mail = Mail()

    @property
    def zone(self) -> ZoneInfo | None:
        """Time zone of the course; None if it names none."""
        return ZoneInfo(self.course.zone) if self.course.zone else None

    @property
    def requirement(self) -> str:
        """The pip requirement with the repository's names filled in."""
        return self.install.requirement.format(**vars(self.repository))

    def source(self, tutorial: str) -> Path:
        """Path of a tutorial's text notebook."""
        return self.root / "source" / tutorial / f"{tutorial}.md"

    def written(self) -> list[str]:
        """Names of the tutorials whose source exists, in order."""
        return [name for name in self.tutorials if self.source(name).exists()]

    def select(self, names: list[str] | tuple[str, ...] = ()) -> list[str]:
        """Check the names that somebody typed; none means every tutorial with a source.

        Raises
        ------
        CourseError
            If a name is not in ``course.toml`` or has no source.
        """
        if not names:
            if not self.written():
                raise CourseError(f"no tutorial has a source under {self.root / 'source'}")
            return self.written()
        for name in names:
            if name not in self.tutorials:
                raise CourseError(
                    f"unknown tutorial {name!r}{_guess(name, self.tutorials)}; "
                    f"{FILE_NAME} knows {', '.join(self.tutorials)}"
                )
            if not self.source(name).exists():
                raise CourseError(f"tutorial {name!r} has no source; write source/{name}/{name}.md")
        return list(dict.fromkeys(names))


_SECTIONS = {
    "course": CourseInfo,
    "repository": Repository,
    "install": Install,
    "feedback": Feedback,
    "points": Points,
    "late": Late,
    "grading": Grading,
    "publish": Publish,
    "mail": Mail,
}
_KINDS: dict[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a text in quotes"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str | None: ((str,), "a text in quotes"),
    float | None: ((int, float), "a number"),
    tuple[str, ...]: ((list,), 'a list of texts, as ["statsmodels", "wordcloud>=1.9"]'),
    datetime | None: ((datetime,), "a date with time, as 2030-06-30T23:59:00+00:00"),
}


def find_root(start: str | Path = ".") -> Path:
    """Nearest folder at or above `start` that is a course.

    It holds a ``course.toml``, or nbgrader's configuration alone.

    Raises
    ------
    CourseError
        If there is none.
    """
    start = Path(start).resolve()
    for folder in [start, *start.parents]:
        if any((folder / name).is_file() for name in (FILE_NAME, "nbgrader_config.py")):
            return folder
    raise CourseError(f"no {FILE_NAME} in {start} or above; say where with --root DIR")


def read_settings(root: str | Path = ".") -> Settings:
    """Read ``course.toml`` of the course at `root`.

    Parameters
    ----------
    root
        Folder of the course.

    Raises
    ------
    CourseError
        If the file is missing, is not TOML, lacks a key, has one it should not have, or a
        value of the wrong kind. The message names section and key.
    """
    root = Path(root).resolve()
    path = root / FILE_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"no {FILE_NAME} in {root}; say where with --root DIR") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}") from None

    _check_keys(data, [*_SECTIONS, "tutorials"], FILE_NAME)
    sections = {
        name: _fill(kind, data.get(name, {}), f"[{name}]") for name, kind in _SECTIONS.items()
    }
    tables = data.get("tutorials")
    if not isinstance(tables, dict) or not tables:
        raise CourseError(f"{FILE_NAME} needs at least one table [tutorials.NAME]")
    tutorials = [
        _fill(Tutorial, table, f"[tutorials.{name}]", name=name) for name, table in tables.items()
    ]
    zone = _find_zone(sections["course"].zone)
    if zone is not None:
        tutorials = [_in_zone(tutorial, zone) for tutorial in tutorials]
    tutorials.sort(key=lambda tutorial: tutorial.order)
    settings = Settings(
        root=root, tutorials={tutorial.name: tutorial for tutorial in tutorials}, **sections
    )
    _check_values(settings)
    return settings


def _fill(kind: type, table: Any, where: str, **given: Any) -> Any:
    """Make one dataclass from one table."""
    if not isinstance(table, dict):
        raise CourseError(f"{FILE_NAME}: {where} must be a table")
    wanted = {_key(one): one for one in fields(kind) if one.name not in given}
    _check_keys(table, list(wanted), f"{FILE_NAME} {where}")
    for name, wants in wanted.items():
        if name not in table:
            if wants.default is MISSING:
                raise CourseError(f"{FILE_NAME} {where} lacks the key {name!r}")
            continue
        types, words = _KINDS[wants.type]
        value = table[name]
        if not isinstance(value, types) or isinstance(value, bool):
            raise CourseError(f"{FILE_NAME} {where}: {name} is {value!r}, must be {words}")
        if isinstance(value, list) and not all(isinstance(text, str) for text in value):
            raise CourseError(f"{FILE_NAME} {where}: {name} is {value!r}, must be {words}")
    values = {
        wanted[name].name: tuple(v) if isinstance(v, list) else v for name, v in table.items()
    }
    return kind(**given, **values)


def _key(wanted: "Field[Any]") -> str:
    """Give the name of a dataclass's field as the file has it."""
    return str(wanted.metadata.get("key", wanted.name))


def _check_keys(table: dict[str, Any], known: list[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise CourseError(
                f"{where}: unknown key {key!r}{_guess(key, known)}; known: {', '.join(known)}"
            )


def _check_values(settings: Settings) -> None:
    """Refuse values of the right type that make no sense."""
    # They go into addresses, and the branch to git.
    for key, pattern, words in [
        ("host", r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?", "a name such as gitlab.com"),
        ("owner", r"[\w~][\w./~-]*", "as in the repository's address"),
        ("name", r"[\w.][\w.-]*", "as in the repository's address"),
        ("branch", r"\w[\w./-]*", "a name such as main"),
    ]:
        value = getattr(settings.repository, key)
        if not re.fullmatch(pattern, value):
            raise CourseError(f"{FILE_NAME} [repository]: {key} is {value!r}, must be {words}")
    for pattern, words, where in [
        (settings.install.requirement, "host owner name branch", "[install] requirement"),
        (settings.course.credit, "creators", "[course] credit"),
    ]:
        try:
            pattern.format(**dict.fromkeys(words.split(), ""))
        except (KeyError, IndexError, ValueError):
            raise CourseError(
                f"{FILE_NAME} {where}: in braces only {{{'}, {'.join(words.split())}}} are known"
            ) from None
    _check_mail(settings.mail)
    late, points = settings.late, settings.points
    for value, where, top in [
        (late.grace_minutes, "[late] grace_minutes", None),
        (late.per_day, "[late] per_day", 1),
        (late.maximum, "[late] maximum", 1),
        (points.decimals, "[points] decimals", 6),
    ]:
        if value < 0 or (top is not None and value > top):
            limits = "at least 0" if top is None else f"between 0 and {top}"
            raise CourseError(f"{FILE_NAME} {where} is {value}, must be {limits}")
    grading = settings.grading
    for value, where in [
        (points.step, "[points] step"),
        (grading.cell_seconds, "[grading] cell_seconds"),
        (grading.total_seconds, "[grading] total_seconds"),
        (grading.memory_gib, "[grading] memory_gib"),
    ]:
        if value <= 0:
            raise CourseError(f"{FILE_NAME} {where} is {value}, must be above 0")
    orders: dict[int, str] = {}
    for name, tutorial in settings.tutorials.items():
        where = f"{FILE_NAME} [tutorials.{name}]"
        if not name.replace("_", "").isalnum() or not name.isascii():
            raise CourseError(f"{where}: a name has letters, digits and underscores only")
        if tutorial.due is not None and tutorial.due.tzinfo is None:
            raise CourseError(
                f"{where}: due lacks a time zone, write {tutorial.due}+00:00, or name the course's "
                'zone in [course], as zone = "Europe/Berlin"'
            )
        if tutorial.order in orders:
            raise CourseError(f"{where}: order {tutorial.order} is {orders[tutorial.order]}'s too")
        orders[tutorial.order] = name


def _check_mail(mail: Mail) -> None:
    if wrong := mistake_in(mail):
        raise CourseError(f"{FILE_NAME} [mail] {' '.join(wrong)}")


def mistake_in(mail: Mail) -> tuple[str, str] | None:
    """Give the key of a value with which no letter can be sent, and what is wrong with it."""
    for key, pattern in [("subject", mail.subject), ("text", mail.text)]:
        if not _has_only(pattern, MAIL_NAMES):
            known = f"{{{'}, {'.join(MAIL_NAMES)}}}"
            return key, f"is wrong: in braces only {known} are known, with nothing behind the name"
    if len(mail.subject.splitlines()) > 1:
        return "subject", "must be one line"
    if mail.sender and not address_in(mail.sender):
        return "from", f"is {mail.sender!r}, must be an address, one alone, as someone@example.org"
    if mail.server and not _is_host(mail.server):
        return "server", f"is {mail.server!r}, must be a name such as mail.example.org"
    if not (mail.user.isascii() and (mail.user or " ").isprintable()):
        return "user", f"is {mail.user!r}, must have plain letters and signs only"
    if mail.security not in MAIL_SECURITY:
        return "security", f"is {mail.security!r}, must be one of {', '.join(MAIL_SECURITY)}"
    if not 1 <= mail.port <= 65535:
        return "port", f"is {mail.port}, must be between 1 and 65535"
    return None


def _has_only(pattern: str, names: tuple[str, ...]) -> bool:
    """Tell whether all braces of a text hold a plain name: no attribute, and no form behind it."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        return False
    return all(
        name is None or (name in names and not form and conversion is None)
        for _, name, form, conversion in parts
    )


def _is_host(text: str) -> bool:
    try:
        text.encode("idna")  # as it is looked up
    except UnicodeError:
        return False
    return re.fullmatch(r"\w[\w.-]*|[0-9A-Fa-f:]+(%\w+)?", text) is not None


def _find_zone(name: str | None) -> ZoneInfo | None:
    """Find a time zone by the name that the course gives it.

    Raises
    ------
    CourseError
        If there is none of this name; the message has names that are close.
    """
    if name is None:
        return None
    with contextlib.suppress(ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo(name)
    known = available_timezones()  # which looks through hundreds of files
    where = f"{FILE_NAME} [course]: zone is {name!r}"
    if not known:
        raise CourseError(
            f"{where}, but this computer has no list of time zones: run `pip install tzdata`"
        )
    close = _close_zones(name, known)
    guess = f"; did you mean {' or '.join(close)}?" if close else ""
    raise CourseError(f"{where}, must be a name such as Europe/Berlin or UTC{guess}")


def _close_zones(name: str, known: set[str]) -> list[str]:
    """Find at most three zones whose name, or whose city, is close to what somebody wrote."""
    wanted = name.lower().replace(" ", "_")
    spelt: dict[str, list[str]] = {}
    for zone in sorted(known):
        for part in {zone.lower(), zone.lower().rpartition("/")[2]}:
            spelt.setdefault(part, []).append(zone)
    parts = [part for part in (wanted, wanted.rpartition("/")[2]) if part in spelt]
    parts = parts or get_close_matches(wanted, spelt, n=3, cutoff=0.7)
    return list(dict.fromkeys(zone for part in parts for zone in spelt[part]))[:3]


def _in_zone(tutorial: Tutorial, zone: ZoneInfo) -> Tutorial:
    """Read a due date that has no offset as a time in the course's zone."""
    if tutorial.due is None or tutorial.due.tzinfo is not None:
        return tutorial
    return replace(tutorial, due=tutorial.due.replace(tzinfo=zone))


def due_utc(tutorial: Tutorial) -> datetime | None:
    """The due date as a naive UTC time, which is what nbgrader's gradebook stores."""
    if tutorial.due is None:
        return None
    return tutorial.due.astimezone(timezone.utc).replace(tzinfo=None)


def _guess(word: str, known: Any) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
