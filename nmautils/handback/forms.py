"""The forms in which platforms take marks: which columns say who, and which hold marks.

Where each is known from stands at the form; the teaching guide has the table.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nmautils.handback.sheets import Sheet
from nmautils.people.platform_lists import FORMS as LISTS
from nmautils.people.roster import Clues, squeezed

__all__ = ["FORMS", "Column", "Form"]

_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True)
class Column:
    """A column that holds marks.

    Parameters
    ----------
    index : int
        Its place.
    name : str
        What stands above it.
    title : str
        The part of that which names the assignment; empty if the file is of one assignment.
    most : float or None
        The points that the platform gives at most, if the file says so.
    """

    index: int
    name: str
    title: str = ""
    most: float | None = None


@dataclass(frozen=True)
class Form:
    """How a platform writes its table of marks, and reads it back.

    Parameters
    ----------
    platform : str
        Its key, as in a roster.
    name : str
        What people call it.
    download : str
        Where on the platform its own file is to be had.
    who : mapping
        The columns that say who: for each of ``number``, ``id``, ``email``, ``name``, ``last_name``
        and ``first_name`` their names.
    marks : re.Pattern
        What stands above marks, with the groups ``title`` and ``most`` if there are any.
    called : tuple of str
        What stands above marks if it is one of some names.
    computed : re.Pattern
        What stands above columns that look like marks, but that the platform computes.
    excused : str
        What it writes for who is excused; nothing if it has no word for it.
    most_in : tuple of str
        Columns with the most points.
    one_assignment : bool
        Whether a file is of one assignment.
    """

    platform: str
    name: str
    download: str
    who: Mapping[str, tuple[str, ...]]
    marks: re.Pattern[str] = _NOTHING
    called: tuple[str, ...] = ()
    computed: re.Pattern[str] = _NOTHING
    excused: str = ""
    most_in: tuple[str, ...] = ()
    one_assignment: bool = False

    def columns_of(self, role: str, sheet: Sheet) -> list[int]:
        """Places of the columns that say this of a person."""
        found = _places(sheet.columns, self.who.get(role, ()))
        if found or (self.platform, role) != ("moodle", "number"):
            return found
        # In whatever language, its first column is a word and the participant's number.
        first = [sheet.get(row, 0) for row in sheet.rows]
        return [0] if first and all(re.fullmatch(r"\D+\d+", said) for said in first) else []

    def mark_columns(self, sheet: Sheet) -> list[Column]:
        """Find the columns that may be filled with marks."""
        called = {squeezed(name) for name in self.called}
        taken = {i for role in self.who for i in self.columns_of(role, sheet)}
        about = self.about(sheet)
        beside = [
            sheet.get(row, place)
            for place in _places(sheet.columns, self.most_in)
            for row in sheet.rows[:1]
        ]
        found = []
        for index, name in enumerate(sheet.columns):
            fits = self.marks.fullmatch(name)
            if (fits is None and squeezed(name) not in called) or index in taken:
                continue
            above = [sheet.get(row, index) for row in about]
            if self.computed.search(name) or any("read only" in said for said in above):
                continue
            said = fits.groupdict() if fits else {}
            numbers = map(_number, [said.get("most") or "", *above, *beside])
            most = next(filter(None, numbers), None)
            found.append(Column(index, name, (said.get("title") or "").strip(), most))
        return found

    def about(self, sheet: Sheet) -> list[int]:
        """Rows that are about the columns, not about a person."""
        return [row for row in sheet.rows if self._says_nobody(sheet, row)]

    def _says_nobody(self, sheet: Sheet, row: int) -> bool:
        said = [sheet.get(row, i) for role in self.who for i in self.columns_of(role, sheet)]
        if self.platform != "canvas":
            return not any(said)
        return not any(said) or "Points Possible" in sheet.get(row, 0)

    def is_pretended(self, sheet: Sheet, row: int) -> bool:
        """Tell whether a row is of the student that the platform makes up for trying things."""
        return self.platform == "canvas" and sheet.get(row, 0) in ("Student, Test", "Test Student")

    def clues(self, sheet: Sheet, row: int) -> Iterator[Clues]:
        """What a row says of its person, each column by itself; the name comes last."""

        def said(role: str) -> Iterator[str]:
            values = (sheet.get(row, i) for i in self.columns_of(role, sheet))
            yield from (value.removeprefix("#") for value in values if value.strip("#"))

        for value in said("number"):
            found = re.search(r"\d+$", value) if self.platform == "moodle" else None
            yield Clues(self.platform, number=found[0] if found else value)
        for value in [*said("id"), *said("email")]:
            yield (
                Clues(self.platform, email=value)
                if "@" in value
                else Clues(self.platform, id=value)
            )
        names = [*said("name"), " ".join([*said("first_name"), *said("last_name")])]
        yield Clues(self.platform, name=next(filter(None, names), ""))


@lru_cache(maxsize=64)  # since it is asked for each row
def _places(columns: tuple[str, ...], names: tuple[str, ...]) -> list[int]:
    """Find the columns of these names, however they are written."""
    there = [squeezed(column) for column in columns]
    wanted = dict.fromkeys(map(squeezed, names))
    return [there.index(name) for name in wanted if name in there]


def _number(text: str) -> float | None:
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


# Grades > Export. Canvas' public source: lib/gradebook_exporter.rb writes it, with EX for who is
# excused, and lib/gradebook_importer.rb reads it, by the number in brackets behind a title.
CANVAS = Form(
    "canvas",
    "Canvas",
    "Grades > Export > Export Entire Gradebook",
    {
        "number": ("id",),
        "id": ("sis user id", "sis login id", "integration id"),
        "name": ("student",),
        "last_name": ("lastname",),
        "first_name": ("firstname",),
        "": ("section", "root account"),
    },
    re.compile(r"(?P<title>.+?)(?: \(\d+\))?"),
    computed=re.compile(r"\b(Current|Final|Override) (Score|Points|Grade|Status)( \(.*\))?$"),
    excused="EX",
)

# Names of columns in the languages of Moodle.
_WORKSHEET = next(form for form in LISTS if form.name == "Moodle, grading worksheet")
_RECORD, _FULL, _GRADE = _WORKSHEET.needed
_ADDRESS = next(form for form in LISTS if form.name == "Moodle, participants").needed[-1]

# Assignment > Submissions > Download grading worksheet. Moodle's public source:
# mod/assign/gradingtable.php writes it, its first column being the participant's number behind a
# word, and mod/assign/feedback/offline/importgradeslib.php reads it.
MOODLE = Form(
    "moodle",
    "Moodle",
    "the assignment > Submissions > Download grading worksheet",
    {
        "number": _RECORD,
        "id": _WORKSHEET.ids,
        "email": _ADDRESS,
        "name": _FULL,
    },
    called=_GRADE,
    most_in=("maximum grade", "bestwertung", "note maximale", "calificación máxima"),
    one_assignment=True,
)

# Grades > Enter Grades > Export, with points. Brightspace's help, "Importing grades"
# (community.d2l.com/brightspace/kb/articles/3538-importing-grades), has the columns; that exports
# have # before values and as the last cell is known from public scripts.
BRIGHTSPACE = Form(
    "brightspace",
    "Brightspace",
    "Grades > Enter Grades > Export, with both keys and points",
    {
        "number": ("orgdefinedid", "username"),
        "id": ("orgdefinedid", "username"),
        "email": ("email",),
        "last_name": ("last name",),
        "first_name": ("first name",),
    },
    re.compile(r"(?P<title>.+) Points Grade(?: <(?:.*?MaxPoints:(?P<most>[\d.]+))?.*>)?"),
    computed=re.compile(r"(Final|Subtotal)\b.* Points Grade|Numerator|Denominator"),
)

# Gradebook > Download grades (Work Offline). Blackboard's help, "Work offline with grade data":
# people are found by Username, columns by the number behind the title. The title's form,
# "Quiz 1 [Total Pts: 10 Score] |664617", is known from public scripts.
BLACKBOARD = Form(
    "blackboard",
    "Blackboard",
    "Gradebook > Download grades (Work Offline), the full gradebook",
    {
        "number": ("username", "benutzername"),
        "id": ("username", "benutzername", "student id", "teilnehmer-id"),
        "last_name": ("last name", "nachname"),
        "first_name": ("first name", "vorname"),
    },
    re.compile(r"(?P<title>.+?)\s*(?:\[[^\]\d]*(?P<most>\d[\d.,]*)?[^\]]*\]\s*)?\|\d+"),
    computed=re.compile(r"\[Total Pts: up to\b|^(Weighted )?Total\b"),
)

# The assignment > Review Grades > Download Grades. Known from public scripts that read it.
# Gradescope itself takes no table: see `nmautils.handback.gradescope`.
GRADESCOPE = Form(
    "gradescope",
    "Gradescope",
    "the assignment > Review Grades > Download Grades",
    {
        "number": ("sid",),
        "id": ("sid",),
        "email": ("email",),
        "name": ("name",),
        "last_name": ("last name",),
        "first_name": ("first name",),
    },
    called=("Total Score",),
    most_in=("max points",),
    one_assignment=True,
)

FORMS = {form.platform: form for form in (CANVAS, MOODLE, BRIGHTSPACE, BLACKBOARD, GRADESCOPE)}
