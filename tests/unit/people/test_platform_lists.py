"""What platforms export about people: the table of its forms."""

import re

import pytest

from nmautils.errors import CourseError
from nmautils.people.platform_lists import FORMS, read_list
from nmautils.people.roster import Person, squeezed


@pytest.fixture
def listed(tmp_path):
    def read(text, encoding="utf-8"):
        path = tmp_path / "list.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_list(path)

    return read


def one(found):
    (person,) = found.people
    return person.person


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_example_of_a_form_is_read(listed, form, encoding):
    found = listed(form.example, encoding)
    assert found.form is form
    person = one(found)
    assert (person.first_name, person.last_name) == ("Jane", "Doe")
    assert person.email == ("jdoe@uni.example" if "@uni" in form.example else "")
    numbers = {"blackboard": {"jdoe"}, "brightspace": {"12345", "jdoe"}, "": set()}
    platform = {form.platform: numbers.get(form.platform, {"12345"})} if form.platform else {}
    assert person.numbers == platform


def test_no_form_is_there_twice():
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert all(column == squeezed(column) for form in FORMS for column in form.ids + form.numbers)


def test_what_is_no_person_is_left_out_of_a_gradebook_of_canvas_and_said(listed):
    found = listed(FORMS[0].example)
    assert found.left_out == ["list.csv, line 5: Test Student: Canvas' test student"]
    assert [row.line for row in found.people] == [4]
    assert found.people[0].ids == ("jdoe", "S007")


def test_canvas_with_names_apart_a_semicolon_and_its_guard(listed):
    found = listed(
        "LastName;FirstName;ID;SIS Login ID;Section;A, b (1)\n"
        "    Points Possible;;;;;10\n"
        '"=""=Doe""";Jane;12345;jdoe;S;=1\n'
    )
    assert found.form is FORMS[0]
    assert one(found) == Person("", "=Doe", "Jane", numbers={"canvas": frozenset({"12345"})})


@pytest.mark.parametrize(
    ("head", "word"),
    [
        ("Identifier,Full name,Email address,Status,Grade", "Participant "),
        ("ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung", "Teilnehmer/in"),
        ("Identificador,Nombre completo,Dirección de correo,Estado,Calificación", "Participante "),
        ("Identificatie,Volledige naam,E-mailadres,Status,Cijfer", "Deelnemer "),
        ("ID,氏名,メールアドレス,ステータス,評点", "参加者 "),
    ],
)
def test_a_worksheet_of_moodle_in_the_words_of_its_site(listed, head, word):
    found = listed(f"{head}\n{word}12345,Jane Doe,jdoe@uni.example,,\n")
    assert found.form.name == "Moodle, grading worksheet"
    assert one(found) == Person(
        "", "Doe", "Jane", "jdoe@uni.example", {"moodle": frozenset({"12345"})}
    )


@pytest.mark.parametrize(
    ("head", "first", "last"),
    [
        ("Vorname,Nachname,E-Mail", "Jane", "Doe"),
        ("Prénom,Nom,Adresse de courriel", "Jane", "Doe"),
        ("Nombre,Apellido(s),Dirección de correo", "Jane", "Doe"),
        ("Nome,Cognome,Indirizzo email", "Jane", "Doe"),
        ("First name,Surname,Mail", "Jane", "Doe"),
        ("имя,фамилия,почта", "Jane", "Doe"),
        ("名,姓,邮箱", "Jane", "Doe"),
        ("first_name,Name,E_Mail", "Jane", "Doe"),
    ],
)
def test_a_plain_list_in_other_words(listed, head, first, last):
    person = one(listed(f"{head}\nJane,Doe,J.Doe@uni.example\n"))
    assert (person.first_name, person.last_name) == (first, last)
    assert person.email == "J.Doe@uni.example"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Jane Doe", "Jane", "Doe"),
        ('"Doe, Jane Mary"', "Jane Mary", "Doe"),
        ("My", "", "My"),
        ("王小明", "", "王小明"),
        ("Seán O'Brien-Smith", "Seán", "O'Brien-Smith"),
        ("أحمد العربي", "أحمد", "العربي"),
        ("🦊", "", "🦊"),
        ("  Jane   Doe ", "Jane", "Doe"),
    ],
)
def test_a_list_of_names_and_addresses(listed, name, first, last):
    person = one(listed(f"name,email\n{name},j@uni.example\n"))
    assert (person.first_name, person.last_name) == (first, last)


def test_ids_are_texts_and_the_instructors_own_come_first(listed):
    found = listed("Username,ID,Name,Student ID,Phone\njdoe,007,Jane Doe,0042,1\n")
    assert found.people[0].ids == ("007", "jdoe", "0042")
    assert one(found).numbers == {}


def test_a_roster_of_another_course_brings_its_numbers(listed):
    found = listed("id,last_name,first_name,email,canvas,moodle\njdoe,Doe,Jane,,11 12,\n")
    assert one(found).numbers == {"canvas": frozenset({"11", "12"})}


def test_what_platforms_write_for_a_missing_part_is_no_name(listed):
    found = listed(
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
        "#01400001,#ping.lee,_,PING LEE,,#\n"
    )
    assert one(found) == Person(
        "", "", "PING LEE", numbers={"brightspace": frozenset({"01400001", "ping.lee"})}
    )
    assert found.people[0].ids == ("ping.lee", "01400001")


def test_staff_and_empty_lines_are_no_students(listed):
    gradescope = next(form for form in FORMS if form.platform == "gradescope")
    assert listed(gradescope.example).left_out == [
        "list.csv, line 3: Ada Love: their role is Instructor"
    ]
    found = listed("name,email,note\n,none,first\nJane Doe,,\n")
    assert found.left_out == ["list.csv, line 2: : it names nobody"]
    assert one(found).email == ""


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("Jane Doe <jane@uni.example>", "jane@uni.example"),
        ("jane@uni.example; jd@home.example", "jane@uni.example"),
        ("jane at uni", ""),
        ("-", ""),
    ],
)
def test_an_address_is_one_or_none(listed, cell, email):
    assert one(listed(f"name,email\nJane,{cell}\n")).email == email


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Session,Bread,Butter\n1,2,3\n",
            "is no list that is known, by its columns Session, Bread, Butter; known are: Canvas",
        ),
        ("id\njane\n", "is no list that is known, by its columns id; known are"),
        (",".join(f"c{i}" for i in range(30)), "columns c0, c1, c2, c3, c4, c5, c6, c7, …; known"),
        # Where names are hidden a grading worksheet tells nothing about people.
        (
            "Identifier,Status,Grade\nParticipant 1,,\n",
            "; if it is Moodle's, it hides who they are: give the participants",
        ),
        (
            "ID,Status,Bewertung\nTeilnehmer/in1,,\n",
            "; if it is Moodle's, it hides who they are: give the participants",
        ),
        (
            "Identifier,Full name,Grade\n12345,Jane Doe,\n",
            "line 2: 12345 is no number as in Moodle, grading worksheet, such as 'Participant",
        ),
        (
            'Student,ID,SIS Login ID,Section\n"Doe, Jane",1.2E+11,jdoe,S\n',
            "line 2: 1.2E+11 is what a spreadsheet makes of a long number: export the list again",
        ),
        ("name,email\nJane Doe,j@x.example,more\n", "line 2: more cells than columns"),
        (b"PK\x03\x04...", "is a workbook, not text: open it in a spreadsheet program"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_known_list_is_refused_in_a_line(listed, text, said):
    with pytest.raises(CourseError, match=re.escape(said)) as refused:
        listed(text)
    assert "list.csv" in str(refused.value)
    assert str(refused.value).isprintable()


def test_columns_of_one_name_do_no_harm(listed):
    person = one(listed("Name,Email,Q1,Q1,Email\nJane Doe,a@x.example,1,2,b@x.example\n"))
    assert person.email == "a@x.example"


def test_blackboard_is_told_by_columns_that_nobody_else_has(listed):
    head, row = "Last Name,First Name,Username,Student ID", "Doe,Jane,jdoe,S007"
    found = listed(f"{head}\n{row}\n")
    assert (found.form.platform, one(found).numbers) == ("", {})
    assert found.people[0].ids == ("jdoe", "S007")
    for more in ("Last Access", "Availability", "T1 [Total Pts: 10 Score] |664617"):
        found = listed(f"{head},{more}\n{row},x\n")
        assert one(found).numbers == {"blackboard": frozenset({"jdoe"})}
