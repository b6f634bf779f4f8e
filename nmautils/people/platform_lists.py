"""What learning platforms export about the people of a course: one table, a form for each.

To add a form, add an entry to `FORMS`. The test of the table reads every example. A form is told
by the names of its columns alone, all of them together; a list of no known form is refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nmautils.errors import CourseError
from nmautils.grading.safe.text import printable

from .roster import PLATFORMS, Person, is_rounded, spelled, squeezed
from .tables import read_cells, read_file

__all__ = ["FORMS", "Form", "Listed", "PlatformList", "read_list"]

_COLUMNS_SHOWN = 8  # of a list of no known form


def _columns(text: str) -> tuple[str, ...]:
    """Give names of columns, said with commas between them, in the way they are compared."""
    return tuple(squeezed(name) for name in text.split(","))


# The same column in the words of several platforms and languages, Moodle's first; those of its
# language packs are from lang/*/moodle.php and mod/assign/lang. The first one in a list counts.
_LAST = _columns(
    """last name, surname, family name, Nachname, Familienname, apellidos, apellido, apellido(s),
    nom de famille, cognome, sobrenome, apelido, apelidos, último nome, achternaam, efternamn,
    efternavn, etternavn, sukunimi, nazwisko, příjmení, priezvisko, soyadı, soyad, vezetéknév,
    фамилия, прізвище, επώνυμο, 姓, 姓氏, 성, اسم العائلة, اللقب, שם משפחה"""
)
_FIRST = _columns(
    """first name, given name, forename, Vorname, nombres, nombre(s), prénom, prénoms, voornaam,
    förnamn, fornavn, etunimi, imię, jméno, meno, adı, ad, keresztnév, имя, ім'я, όνομα, 名, 名字,
    이름, الاسم الأول, الاسم الشخصي, שם פרטי"""
)
_FULL = _columns(
    """full name, student, student name, display name, vollständiger Name, nombre completo,
    nom complet, nome completo, volledige naam, fullständigt namn, fulde navn, fullt navn,
    koko nimi, imię i nazwisko, полное имя, ФИО, 氏名, フルネーム, 姓名, 全名, الاسم الكامل"""
)
# Beside a first name this is the last one, beside a last name the first, and else both.
_NAME = _columns("name, nom, nombre, nome, naam, namn, navn, nimi, nazwa, isim")
_MOODLE_EMAIL = _columns(
    """email address, E-Mail-Adresse, dirección de correo, adresse de courriel, indirizzo email,
    e-mailadres, endereço de email, endereço de e-mail, e-postadress, メールアドレス,
    电子邮件地址, عنوان البريد الإلكتروني"""
)
_EMAIL = _MOODLE_EMAIL + _columns(
    """email, mail, primary email, Mailadresse, correo, correo electrónico, courriel,
    adresse e-mail, adresse mail, posta elettronica, e-post, epost, sähköposti, adres e-mail,
    почта, адрес электронной почты, 電子郵件, 邮箱, البريد الإلكتروني"""
)
_LOGIN = _columns(
    """username, user name, login, login name, login ID, NetID, eid, Benutzername, Kennung,
    nombre de usuario, usuario, nom d'utilisateur, identifiant, nome utente, gebruikersnaam,
    användarnamn, brugernavn, brukernavn, имя пользователя, ユーザ名, 用户名"""
)
_STUDENT_NUMBER = _columns(
    """student ID, student number, ID number, SID, Matrikelnummer, matriculation number, ID-Nummer,
    número de ID, número de identificación, matrícula, numéro d'identification, numéro d'étudiant,
    codice identificativo, studentnummer, id-nummer, 学号, 學號, 学籍番号"""
)
# Of Moodle's grading worksheet: the strings "recordid" of mod_assign and "grade".
_RECORD = _columns("identifier, identificador, ID, identificatie, identifiant, المُعرَّف, 識別碼")
_GRADE = _columns(
    """grade, Bewertung, calificación, cualificación, note, évaluation, valutazione, nota,
    avaliação, cijfer, beoordeling, betyg, karakter, ocena, оценка, 評点, 成绩, 成績, الدرجة"""
)

# Stands for a column of Blackboard's with its own number behind, "… [Total Pts: 10] |664617".
_NUMBERED = "|"

_NO_NAME = frozenset({"_", "-", ".", "n/a"})  # what platforms write where a part of it is missing


@dataclass(frozen=True)
class Listed:
    """Somebody as one list has them.

    Parameters
    ----------
    line : int
        Of the file.
    person : Person
        Without an id.
    ids : tuple of str
        Names of accounts and numbers that an id may be made of, the best one first.
    """

    line: int
    person: Person
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """How one export of a platform lists people.

    Parameters
    ----------
    name : str
        For messages.
    platform : str
        A key of `Person.numbers`; empty if the export has no number of the platform's own.
    needed : tuple
        For each column that has to be there, how it may be called.
    example : str
        A list of Jane Doe, as the platform writes it. The test of the table reads it.
    numbers : tuple of str
        Columns that hold the platform's numbers or names of accounts.
    ids : tuple of str
        Columns that an id may be made of, the best one first.
    guard : re.Pattern
        What is written around a number, with the number in its first group.
    left_out : callable, optional
        Says of a row why it is nobody of the course; empty if it is somebody, None if there is
        no need to mention it.
    """

    name: str
    platform: str
    needed: tuple[tuple[str, ...], ...]
    example: str
    numbers: tuple[str, ...] = ()
    ids: tuple[str, ...] = (*_LOGIN, *_STUDENT_NUMBER)
    guard: re.Pattern[str] = re.compile("(.*)", re.DOTALL)
    left_out: Callable[[Mapping[str, str]], str | None] | None = None

    def fits(self, columns: Iterable[str]) -> bool:
        """Tell whether a list with these columns, as `squeezed` gives them, has this form."""
        known = set(columns)
        return all(known.intersection(names) for names in self.needed)


@dataclass(frozen=True)
class PlatformList:
    """A list that was read.

    Parameters
    ----------
    where : str
        The name of the file.
    form : Form
        Its form.
    people : list of Listed
        In the order of the file.
    left_out : list of str
        Who is not of the course, and why.
    """

    where: str
    form: Form
    people: list[Listed] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def _not_of_canvas(row: Mapping[str, str]) -> str | None:
    """Tell Canvas' lines about columns, and the student whom it makes for trying things out."""
    if not row["id"]:  # "Points Possible", and above it "Manual Posting"
        return None
    name = squeezed(row.get("student") or row.get("lastname", "") + row.get("firstname", ""))
    made_up = re.fullmatch("[0-9a-f]{40}", row.get("sisloginid", ""))
    return "Canvas' test student" if made_up or name == "studenttest" else ""


def _not_of_gradescope(row: Mapping[str, str]) -> str | None:
    role = row.get("role", "")
    return "" if role.casefold() in ("", "student") else f"their role is {role}"


# The first form that fits counts.
FORMS = (
    # instructure/canvas-lms, lib/gradebook_exporter.rb: `csv_data`. There are no more columns with
    # first and last names apart, and neither are "SIS User ID" and others without that right.
    Form(
        "Canvas, gradebook",
        "canvas",
        (("student", "lastname"), ("id",), ("sisloginid",), ("section",)),
        "Student,ID,SIS User ID,SIS Login ID,Section,Tutorial 1 (1234)\n"
        ",,,,,Manual Posting\n"
        "    Points Possible,,,,,10\n"
        '"Doe, Jane",12345,S007,jdoe,Section 1,9.5\n'
        '"Student, Test",12346,,5d1f8a01c1d1c0be2e2b8b3a1b2f0dbb4b1d9ecf,Section 1,\n',
        numbers=("id",),
        ids=("sisloginid", "sisuserid"),
        left_out=_not_of_canvas,
    ),
    # moodle/moodle, mod/assign/gradingtable.php: columns when downloading, `col_recordid`; and
    # mod/assign/feedback/offline/importgradeslib.php, which reads "Participant 12345" again.
    Form(
        "Moodle, grading worksheet",
        "moodle",
        (_RECORD, _FULL, _GRADE),
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
        "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
        "Participant 12345,Jane Doe,S007,jdoe@uni.example,"
        '"Submitted for grading - ",,10.00,Yes,"Friday, 30 January 2026, 3:00 PM",-,\n',
        numbers=_RECORD,
        guard=re.compile(r"[^\W\d]\D*(\d+)"),
    ),
    # kb.wisc.edu/page.php?id=4330 on the marks "#", community.d2l.com "Importing grades", and
    # lists in public scripts, which have "#" before user names too.
    Form(
        "Brightspace, grades",
        "brightspace",
        (("orgdefinedid", "endoflineindicator"), ("orgdefinedid", "username")),
        "OrgDefinedId,Username,Last Name,First Name,Email,Tutorial 1 Points Grade,"
        "End-of-Line Indicator\n"
        "#12345,#jdoe,Doe,Jane,jdoe@uni.example,9.5,#\n",
        numbers=("orgdefinedid", "username"),
        ids=("username", "orgdefinedid"),
        guard=re.compile("#?(.*)", re.DOTALL),
    ),
    # help.blackboard.com "Work Offline with Grade Data"; columns as in public scripts. "Last
    # Access" and "Availability" may be missing.
    Form(
        "Blackboard, grade centre",
        "blackboard",
        (
            ("lastname",),
            ("firstname",),
            ("username",),
            ("lastaccess", "availability", "childcourseid", _NUMBERED),
        ),
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
        '"Tutorial 1 [Total Pts: 10 Score] |664617"\n'
        '"Doe"\t"Jane"\t"jdoe"\t"S007"\t"2026-01-30 15:00:00"\t"Yes"\t"9.5"\n',
        numbers=("username",),
        ids=("username", "studentid"),
    ),
    # guides.gradescope.com "Adding Students and Staff"; columns of the roster and of the grades
    # as in public scripts.
    Form(
        "Gradescope, roster or grades",
        "gradescope",
        (
            ("sid",),
            ("email",),
            (*_FIRST, *_FULL, *_NAME),
            _columns("role, sections, section, section name, status, submission ID, total score"),
        ),
        "First Name,Last Name,SID,Email,Role,Section\n"
        "Jane,Doe,12345,jdoe@uni.example,Student,A\n"
        "Ada,Love,,ada@uni.example,Instructor,\n",
        numbers=("sid",),
        ids=("sid",),
        left_out=_not_of_gradescope,
    ),
    # moodle/moodle, user/action_redir.php: first and last name, then what the site shows of people.
    Form(
        "Moodle, participants",
        "",
        (_FIRST + _NAME[1:4], _LAST + _NAME[1:4], _MOODLE_EMAIL),
        'First name,Last name,"Email address"\nJane,Doe,jdoe@uni.example\n',
    ),
    # An instructor's own, which may be a `roster.csv` of another course.
    Form(
        "a list with names or e-mail addresses",
        "",
        ((*_LAST, *_FULL, *_NAME, *_EMAIL),),
        "id,last_name,first_name,email\njdoe,Doe,Jane,jdoe@uni.example\n",
        ids=("id", *_LOGIN, *_STUDENT_NUMBER),
    ),
)


def read_list(path: Path) -> PlatformList:
    """Read a list of people.

    Raises
    ------
    CourseError
        In one line, if the file is no list of a known form, or a line of it cannot be read.
    """
    where = path.name
    (_, head), *lines = read_cells(read_file(path), str(path))
    columns = [squeezed(name) for name in head]
    numbered = any(re.search(r"\|\d+$", name) for name in head)
    told_by = [*columns, *[_NUMBERED] * numbered]
    form = next((form for form in FORMS if form.fits(told_by)), None)
    if form is None:
        hidden = all(set(names) & set(columns) for names in (_RECORD, _GRADE))
        raise CourseError(
            f"{path} is no list that is known, by its columns {_shown(head)}; known are: "
            f"{'; '.join(form.name for form in FORMS)}"
            + ("; if it is Moodle's, it hides who they are: give the participants" * hidden)
        )
    found = PlatformList(where, form)
    for line, cells in lines:
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            raise CourseError(f"{path}, line {line}: more cells than columns")
        row: dict[str, str] = dict.fromkeys(columns, "")
        for column, cell in reversed(list(zip(columns, cells, strict=False))):
            row[column] = cell  # the first of two columns of one name counts
        why = form.left_out(row) if form.left_out else ""
        if why is None:
            continue
        listed = _listed(line, row, form, str(path))
        if not why and not (listed.ids or listed.person.email or spelled(listed.person)):
            why = "it names nobody"
        if why:
            said = spelled(listed.person) or listed.person.email
            found.left_out.append(printable(f"{where}, line {line}: {said}: {why}"))
        else:
            found.people.append(listed)
    return found


def _shown(head: Sequence[str]) -> str:
    shown = [printable(name[:40]) or "(empty)" for name in head[:_COLUMNS_SHOWN]]
    return ", ".join(shown) + (", …" if len(head) > _COLUMNS_SHOWN else "")


def _listed(line: int, row: Mapping[str, str], form: Form, path: str) -> Listed:
    first, last = _names(row)
    numbers = dict[str, frozenset[str]]()
    if form.platform:
        numbers[form.platform] = frozenset(_numbers(row, form, f"{path}, line {line}"))
    else:  # a roster of another course has the columns of this one
        numbers = {name: frozenset(row.get(name, "").split()) for name in PLATFORMS}
    ids = [
        form.guard.sub(r"\1", row[name]) if name in form.numbers else row[name]
        for name in form.ids
        if row.get(name)
    ]
    for text in (*ids, *(number for some in numbers.values() for number in some)):
        if is_rounded(text):
            raise CourseError(
                f"{path}, line {line}: {text} is what a spreadsheet makes of a long number: export "
                "the list again, and give it as it is"
            )
    person = Person(
        "", last, first, _address(row), {name: some for name, some in numbers.items() if some}
    )
    return Listed(line, person, tuple(dict.fromkeys(ids)))


def _numbers(row: Mapping[str, str], form: Form, where: str) -> Iterable[str]:
    for name in form.numbers:
        if text := row.get(name, ""):
            match = form.guard.fullmatch(text)
            if not match:
                raise CourseError(
                    f"{where}: {printable(text)} is no number as in {form.name}, such as "
                    "'Participant 12345'"
                )
            # A blank would make two numbers of it in the file.
            if number := re.sub(r"\s", "", match[1]):
                yield number


def _names(row: Mapping[str, str]) -> tuple[str, str]:
    """Find somebody's first and last name."""
    first, last, name = (_of(row, names) for names in (_FIRST, _LAST, _NAME))
    has_first, has_last = (any(name in row for name in names) for names in (_FIRST, _LAST))
    if has_first and not has_last and name:
        return first, name
    if has_last and not has_first and name:
        return name, last
    if has_first and has_last and (first or last):
        return first, last
    first, last = _parted(_of(row, _FULL) or name)
    return (first, last) if first or last else (_of(row, _FIRST), _of(row, _LAST))


def _parted(full: str) -> tuple[str, str]:
    """Part a full name: at a comma, else at its last blank, which is a guess for sorting alone."""
    if "," in full:
        last, _, first = full.partition(",")
        return first.strip(), last.strip()
    first, _, last = full.rpartition(" ")
    return first, last


def _of(row: Mapping[str, str], columns: Iterable[str]) -> str:
    """Give what stands in the first of these columns that holds something."""
    for name in columns:
        text = " ".join(row.get(name, "").split())
        if guarded := re.fullmatch('="(.*)"', text):  # Canvas' guard against formulas
            text = guarded[1]
        if text and text.casefold() not in _NO_NAME:
            return text
    return ""


def _address(row: Mapping[str, str]) -> str:
    """Give the first e-mail address of a row."""
    words = re.split(r"[\s;,<>]+", _of(row, _EMAIL))
    return next((word for word in words if re.fullmatch("[^@]+@[^@]+", word)), "")
