"""Marks in a platform's own table: its file is filled in, and nothing else of it is changed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nmautils.errors import CourseError, UsageError
from nmautils.grading.model.words import count
from nmautils.grading.safe.text import no_formula, printable
from nmautils.people.roster import Person, UnknownPerson, squeezed

from .earned import Class, Mark
from .forms import Column, Form
from .sheets import Sheet, new_sheet

__all__ = ["Filled", "choose_columns", "empty_sheet", "fill"]

MOST_LISTED = 20  # names in one line
# What there may be about an assignment besides it, in English and in German.
_OTHER_THINGS = frozenset(
    "quiz quizzes survey questionnaire poll exam test pretest posttest peer review reviews "
    "reviewing feedback reading readings discussion forum attendance participation presence bonus "
    "extra credit reflection presentation prelab pre post practice "
    "umfrage klausur prüfung begutachtung gutachten anwesenheit teilnahme diskussion zusatz "
    "lektüre präsentation übung".split()
)
NO_MARK = ("", "-", "N/A")  # what platforms write where there is none


@dataclass(frozen=True)
class Change:
    """A cell that says something else than before."""

    person: str
    assignment: str
    before: str
    after: str


@dataclass
class Filled:
    """A table with marks in it, and what there is to say of it.

    Parameters
    ----------
    sheet : Sheet
        The table.
    changes : list of Change
        Its cells that were changed.
    counts : dict
        How many marks are of each kind: ``marks``, ``absent`` and ``excused``.
    notes : list of str
        What is good to know.
    needs : list of str
        What a person has to look at.
    """

    sheet: Sheet
    changes: list[Change] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)


# --- which column ------------------------------------------------------------------------------


def choose_columns(
    form: Form, sheet: Sheet, course: Class, named: Iterable[str], said: str = ""
) -> tuple[dict[str, Column], list[str]]:
    """Find the column of each assignment.

    Parameters
    ----------
    form, sheet, course
        What the file is, and whose marks.
    named : iterable of str
        Assignments that somebody named; none means each that has a column.
    said : str
        The column that somebody named.

    Returns
    -------
    dict, list of str
        Columns by assignments, and a line on each assignment of the course that has none.

    Raises
    ------
    UsageError
        If it is not clear which is meant: one line with the columns there are.
    CourseError
        If the file has no column of marks, or none that says who.
    """
    where = f"this is no table of marks from {form.name}"
    if not any(form.columns_of(role, sheet) for role in ("number", "id", "email", "name")):
        raise CourseError(f"{where}: no column says who; download it from {form.download}")
    there = form.mark_columns(sheet)
    if said:
        there = [c for c in there if squeezed(said) in (squeezed(c.name), squeezed(c.title))]
        if not there and form.one_assignment:  # in a language that is not known here
            taken = {i for role in form.who for i in form.columns_of(role, sheet)}
            named_so = [i for i, name in enumerate(sheet.columns) if name == said]
            there = [Column(i, said) for i in named_so if i not in taken]
        if not there:
            raise _unclear(form, f"no column for marks is called {said!r}", sheet)
    if not there:
        advice = "say which by --column" if form.one_assignment else f"see {form.download}"
        raise CourseError(f"{where}: no column of marks; {advice}. {_seen(sheet.columns)}")
    names = list(named)
    if form.one_assignment or said:
        chosen = course.select(names)
        if len(chosen) != 1:
            raise UsageError(f"the file is of one assignment: say which of {', '.join(chosen)}")
        if len(there) > 1:
            raise _unclear(form, f"several columns may be {chosen[0]}'s", sheet)
        return {chosen[0]: there[0]}, []
    columns: dict[str, Column] = {}
    without = []
    for name in course.select(names):
        fits = _meant(name, course, there)
        if len(fits) == 1:
            columns[name] = fits[0]
        elif names or fits:
            why = "several columns may be" if fits else "no column is clearly"
            raise _unclear(form, f"{why} {name}'s", sheet)
        else:
            without.append(f"no column is clearly {name}'s: its marks are left out")
    # Also those that nobody named: a column that is as much another's is nobody's.
    meant = {name: _meant(name, course, there) for name in sorted(_known(course))}
    for column in columns.values():
        several = [name for name, fits in meant.items() if column in fits]
        if len(several) > 1:
            raise _unclear(form, f"one column may be that of any of {', '.join(several)}", sheet)
    if not columns:
        raise _unclear(form, "no column is clearly that of an assignment of this course", sheet)
    return columns, without


def _meant(assignment: str, course: Class, there: list[Column]) -> list[Column]:
    """Find the columns that may be an assignment's: called so, or else all that hint at it."""
    own, title = _words(assignment), _words(course.title(assignment))
    numbered = [own[: i + 1] for i, word in enumerate(own) if word.isdecimal()]
    called = [own, title, *(number + title for number in numbered)]
    others = [
        words
        for name in _known(course) - {assignment}
        for words in (_words(name), _words(course.title(name)))
    ]

    def may_be(said: list[str]) -> bool:
        if said in others or _OTHER_THINGS & set(said) - {*own, *title}:
            return False
        # "Tutorial 1" begins "tutorial1_decoding", and does not begin "tutorial10_more".
        return said in numbered or any(
            name and _stands_in(name, said) and not _other_number(said, [*own, *title])
            for name in (own, title)
        )

    exactly = [c for c in there if (said := _words(c.title)) and said in called]
    return exactly or [column for column in there if may_be(_words(column.title))]


def _known(course: Class) -> set[str]:
    return {*course.assignments, *course.settings.tutorials}


def _other_number(said: list[str], own: list[str]) -> bool:
    """Tell whether a title has a number that is not the assignment's: it may be another part."""
    return any(word.isdecimal() and word not in own for word in said)


def _words(text: str) -> list[str]:
    """Give the words and numbers of a name, also where nothing stands between them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"[^\W\d_]+|\d+", plain)


def _stands_in(name: list[str], title: list[str]) -> bool:
    """Tell whether words stand in a title one after another, apart or in one."""
    whole = "".join(name)
    return any(
        "".join(title[start:end]) == whole
        for start in range(len(title))
        for end in range(start + 1, len(title) + 1)
    )


def _unclear(form: Form, why: str, sheet: Sheet) -> UsageError:
    listed = [column.name for column in form.mark_columns(sheet)]
    return UsageError(printable(f"{why}; {_seen(listed)}; say one assignment and --column NAME"))


def _seen(columns: Iterable[str]) -> str:
    return f"columns seen: {', '.join(map(repr, columns)) or 'none'}"


# --- a table without a template ----------------------------------------------------------------


def empty_sheet(form: Form, course: Class, assignments: list[str]) -> Sheet:
    """Make the smallest table that a platform takes, with nobody's mark in it yet.

    Who has no number that the platform knows has no line in it.

    Raises
    ------
    UsageError
        If the platform takes only its own file: one line on where that is to be had.
    """
    titles = [course.title(name) for name in assignments]
    people = course.people().values()
    rows = [cells for person in people if (cells := _who(form, course, person, assignments[0]))]
    if form.platform == "canvas":
        head = ["Student", "ID", "Section", *titles]
        rows = [[*cells, "", *[""] * len(titles)] for cells in rows]
    elif form.platform == "moodle":
        head = ["Identifier", "Full name", "Grade", "Last modified (grade)"]
        rows = [[*cells, "", "-"] for cells in rows]
    else:
        grades = [f"{title} Points Grade" for title in titles]
        head = ["OrgDefinedId", "Username", *grades, "End-of-Line Indicator"]
        rows = [[*cells, *[""] * len(titles), "#"] for cells in rows]
    if not rows:
        raise UsageError(
            f"{form.name} takes marks in its own file: download that ({form.download}) and name it "
            f"behind `--for {form.platform}`"
        )
    return new_sheet([head, *rows])


def _who(form: Form, course: Class, person: Person, assignment: str) -> list[str] | None:
    """Give the cells that say who somebody is; None if the platform would not know."""
    name = f"{person.last_name}, {person.first_name}".strip(", ") or person.id
    numbers = person.numbers.get(form.platform, frozenset())
    came = {
        where: hand_in.number
        for (student, where), hand_in in course.collected.items()
        if student == person.id and hand_in.platform == form.platform and hand_in.number
    }
    if form.platform == "moodle":  # which gives a person another number in each assignment
        here = came.get(assignment)
        return [f"Participant {here}", no_formula(person.name)] if here else None
    if form.platform == "canvas":
        ids = set(came.values()) or {number for number in numbers if number.isdecimal()}
        return [no_formula(name), *ids] if len(ids) == 1 else None
    if form.platform == "brightspace":
        # The numbers in names of folders are of accounts inside, which no table has.
        keys = sorted(numbers - set(came.values()))
        org = [f"#{key}" for key in keys if key.isdecimal()]
        user = [f"#{key}" for key in keys if not key.isdecimal()]
        if len(org) > 1 or len(user) > 1 or not keys:
            return None
        return ["".join(org), "".join(user)]
    return None


# --- marks -------------------------------------------------------------------------------------


def fill(
    sheet: Sheet, form: Form, course: Class, columns: Mapping[str, Column], absent: str = "blank"
) -> Filled:
    """Write the marks of some assignments into their columns.

    Parameters
    ----------
    sheet : Sheet
        The platform's table; it is changed.
    form : Form
        Whose it is.
    course : Class
        The marks.
    columns : mapping
        Columns by assignments.
    absent : str
        What stands for who handed nothing in: ``blank`` or ``zero``.
    """
    filled = Filled(sheet, counts={"marks": 0, "absent": 0, "excused": 0})
    people = course.people()
    several = _rows_by_person(filled, form, course, next(iter(columns)))
    rows = {student: some[0] for student, some in several.items() if len(some) == 1}
    for name, column in columns.items():
        _compare_points(filled, form, course, name, column)
        for student, row in rows.items():
            mark = course.mark(student, name)
            if mark.ungraded and not mark.excused:
                continue
            kind, value = _value(mark, form, absent, course.settings.points.decimals)
            filled.counts[kind] += 1
            if sheet.decimal_comma:
                value = value.replace(".", ",")
            before = sheet.get(row, column.index)
            if not _same(before, value):
                sheet.put(row, column.index, value)
                filled.changes.append(Change(people[student].name, name, before, value))
    _note_who_is_missing(filled, course, list(columns), set(several))
    _note_changes(filled)
    return filled


def _value(mark: Mark, form: Form, absent: str, decimals: int) -> tuple[str, str]:
    """Give the kind of a mark, a key of `Filled.counts`, and what is written for it."""
    if mark.excused:
        return "excused", form.excused
    if not mark.handed_in:
        return "absent", "0" if absent == "zero" else ""
    text = f"{mark.score:.{decimals}f}"
    return "marks", text.rstrip("0").rstrip(".") if "." in text else text


def _same(before: str, after: str) -> bool:
    """Tell whether a cell says already what is to be written, be it in another form."""
    if not after:
        return before in NO_MARK
    try:
        return float(before.replace(",", ".")) == float(after.replace(",", "."))
    except ValueError:
        return before == after


def _rows_by_person(
    filled: Filled, form: Form, course: Class, assignment: str
) -> dict[str, list[int]]:
    """Find whose each row is; who is not known, or stands there twice, is told and left alone."""
    sheet, rows = filled.sheet, dict[str, list[int]]()
    by_name: list[tuple[str, int]] = []
    about = form.about(sheet)
    for row in sheet.rows:
        if row in about:
            continue
        clues = list(form.clues(sheet, row))
        try:
            person = course.find(clues, assignment)
        except UnknownPerson as error:
            if not form.is_pretended(sheet, row):
                filled.needs.append(f"line {sheet.line(row)}: {error}")
            continue
        if course.is_sure(clues):
            rows.setdefault(person.id, []).append(row)
        else:
            by_name.append((person.id, row))
    sure = {student: some[0] for student, some in rows.items()}
    for student, row in by_name:
        if student not in sure:
            rows.setdefault(student, []).append(row)
            continue
        filled.needs.append(
            printable(
                f"line {sheet.line(row)} has only the name of {student}, who is line "
                f"{sheet.line(sure[student])} by number, address or id: not written"
            )
        )
    for student, several in rows.items():
        if len(several) > 1:
            lines = " and ".join(str(sheet.line(row)) for row in several)
            filled.needs.append(printable(f"lines {lines} may both be {student}: not written"))
    return rows


def _compare_points(
    filled: Filled, form: Form, course: Class, assignment: str, column: Column
) -> None:
    most = course.most(assignment)
    if column.most is not None and most and abs(column.most - most) > 0.005:
        filled.needs.append(
            f"{form.name} gives at most {column.most:g} points for {assignment}, the course "
            f"{most:g}: points are written as they are, so change that there"
        )


def _note_who_is_missing(
    filled: Filled, course: Class, assignments: list[str], there: set[str]
) -> None:
    """Tell who of the course has no row, whose work has no mark yet, and what may change."""
    names = {student: f"{person.name} ({student})" for student, person in course.people().items()}
    away = []
    for student, name in names.items():
        handed_in = any(course.mark(student, a).handed_in for a in assignments)
        if student not in there and handed_in:
            filled.needs.append(printable(f"{name} has a mark, but no line in the file"))
        elif student not in there:
            away.append(name)
    if away:
        filled.notes.append(f"no line in the file, and nothing handed in: {_listed(away)}")
    for (student, assignment), mark in course.marks.items():
        if assignment in assignments and mark.ungraded:
            name = printable(names.get(student, student))
            filled.needs.append(
                f"what {name} handed in is not graded: run `nmautils grade {assignment}`"
            )
    waiting = sum(course.mark(student, a).open for student in there for a in assignments)
    if waiting:
        filled.notes.append(f"{count(waiting, 'mark')} may grow: answers wait for a person")
    timeless = [
        names.get(student, student)
        for student, assignment in course.marks
        if student in there and assignment in assignments
        if course.mark(student, assignment).time_unknown
    ]
    if timeless:
        filled.notes.append(
            f"nobody knows when these came, so lateness costs them nothing: {_listed(timeless)}; "
            "say it by `nmautils time`"
        )


def _note_changes(filled: Filled) -> None:
    changed = [
        f"{change.person} {change.before}, now {change.after or 'blank'}"
        for change in filled.changes
        if change.before not in NO_MARK
    ]
    if changed:
        filled.notes.append(f"other marks stood in the file: {_listed(changed)}")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return printable(", ".join(names[:MOST_LISTED])) + more
