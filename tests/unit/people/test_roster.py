"""The roster: who is meant by what a platform says, and the file that people keep."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nmautils.errors import CourseError
from nmautils.people.roster import (
    PLATFORMS,
    Clues,
    Person,
    Roster,
    UnknownPerson,
    account,
    has_other_number,
    read_roster,
    same,
    spellings,
    squeezed,
    write_roster,
)


def numbers(**some):
    return {platform: frozenset(str(text).split()) for platform, text in some.items()}


JANE = Person("jane", "Doe", "Jane", "jane@uni.example", numbers(canvas="11 12", moodle="901"))
MAX = Person("007", "Müller", "Max", "", numbers(canvas="13"))
MY = Person("my", "", "My")
ZED = Person("z", "Z", "")
BRIEN = Person("obrien", "O'Brien-Smith", "Seán", "SB@Uni.example")
ARABIC = Person("ahmad", "العربي", "أحمد")
CHINESE = Person("wang", "王", "小明")
HINDI = Person("ram", "", "राम")
EMOJI = Person("emoji", "", "🦊")
LOW = Person("a_b", "B_C", "A_")
CLASS = Roster((JANE, MAX, MY, ZED, BRIEN, ARABIC, CHINESE, HINDI, EMOJI, LOW))


@pytest.mark.parametrize(
    ("clues", "person"),
    [
        (Clues("canvas", "12"), JANE),
        (Clues("canvas", " 1 2"), JANE),
        (Clues(email="JANE@UNI.example "), JANE),
        (Clues(id="Jane"), JANE),
        (Clues(name="Jane Doe"), JANE),
        (Clues(name="Doe, Jane"), JANE),
        (Clues(name="doejane"), JANE),
        # A number is asked first, then the address, then the id, then the name.
        (Clues("canvas", "13", "jane@uni.example", "jane", "Jane Doe"), MAX),
        (Clues("canvas", "99", "sb@uni.example", "jane", "Jane Doe"), BRIEN),
        (Clues("canvas", "99", "nobody@uni.example", "007", "Jane Doe"), MAX),
        (Clues("moodle", "12", name="Jane Doe"), JANE),  # another number for each assignment
        (Clues("canvas", "", name="Jane Doe"), JANE),
        (Clues("sakai", "77", name="Jane Doe"), JANE),  # whose number nobody has noted yet
        (Clues(id="007"), MAX),
        (Clues(name=unicodedata.normalize("NFD", "Müller Max")), MAX),
        (Clues(name="MÜLLERMAX"), MAX),
        (Clues(name="My"), MY),
        (Clues(name="z"), ZED),
        (Clues(name="obriensmithseán"), BRIEN),
        (Clues(name="Seán O’Brien Smith"), BRIEN),
        (Clues(name="العربي، أحمد"), ARABIC),
        (Clues(name="\u200fأحمد العربي\u200f"), ARABIC),
        (Clues(name="王小明"), CHINESE),
        (Clues(name="小明 王"), CHINESE),
        (Clues(name="राम"), HINDI),
        (Clues(name="🦊"), EMOJI),
        (Clues(name="B_C, A_"), LOW),
        (Clues(name="bca"), LOW),
    ],
)
def test_the_one_person_meant_is_found(clues, person):
    assert CLASS.find(clues) is person


@pytest.mark.parametrize(
    ("clues", "said"),
    [
        (Clues(), "nobody is not in roster.csv"),
        (Clues(name=" \t"), "is not in roster.csv"),
        (Clues(id="7"), "7 is not in roster.csv"),  # an id is a text
        (Clues(name="रम"), "रम is not in roster.csv"),  # a vowel is part of a name
        (Clues(name="🐻"), "🐻 is not in roster.csv"),
        (Clues("moodle", "11"), "moodle 11 is not in roster.csv"),
        (Clues("", "11"), "11 is not in roster.csv"),
        (Clues(name="Jane Do"), "Jane Do is not in roster.csv; nearest: Jane Doe (jane)"),
        (Clues(name="Muller Max"), "nearest: Max Müller (007)"),
        # One of this name is known to Canvas by other numbers, so this is somebody else.
        (
            Clues("canvas", "99", name="Doe, Jane"),
            "Doe, Jane (canvas 99) is not in roster.csv; nearest: Jane Doe (jane, canvas 11 12)",
        ),
        (Clues(name="Jane\x1b[2J\nDoe2"), "Jane?[2J?Doe2 is not in roster.csv"),
    ],
)
def test_who_is_not_on_the_roster_is_nobody(clues, said):
    with pytest.raises(UnknownPerson, match=re.escape(said)) as unknown:
        CLASS.find(clues)
    assert "\n" not in str(unknown.value)


def test_two_people_of_one_name_are_never_one():
    one = Person("li.wei", "Li", "Wei", "one@uni.example", numbers(canvas="1"))
    two = Person("li.wei2", "Li", "Wei", "two@uni.example", numbers(canvas="2"))
    roster = Roster((one, two))
    for name in ("Wei Li", "Li, Wei", "liwei", "Li Wei"):
        with pytest.raises(UnknownPerson) as unknown:
            roster.find(Clues("moodle", "4711", name=name))
        assert str(unknown.value) == (
            f"{name} (moodle 4711) may be any of li.wei, li.wei2: write 4711 into the column "
            "moodle of the right line of roster.csv"
        )
        with pytest.raises(UnknownPerson, match="folder that is called by the right one of these"):
            roster.find(Clues(name=name))
        # A number that is known elsewhere leaves one of them, one that is new leaves nobody.
        assert roster.find(Clues("canvas", "1", name=name)) is one
        with pytest.raises(UnknownPerson, match="not in roster"):
            roster.find(Clues("canvas", "3", name=name))
    assert roster.find(Clues(email="two@uni.example", name="Li Wei")) is two


def test_one_address_of_two_people_means_neither():
    roster = Roster((Person("a", email="x@y.example"), Person("b", email="X@y.example")))
    with pytest.raises(UnknownPerson, match="may be any of a, b"):
        roster.find(Clues(email="x@Y.example", id="a"))


def test_the_nearest_names_are_of_all_who_bear_them():
    roster = Roster((Person("one", "Doe", "Jane"), Person("two", "Doe", "Jane")))
    with pytest.raises(UnknownPerson, match=re.escape("nearest: Jane Doe (one), Jane Doe (two)")):
        roster.find(Clues(name="Jane Do"))


def test_where_a_family_name_begins_need_not_be_known():
    person = Person("j", "Berg", "Jan van der")
    roster = Roster((person,))
    for name in ("Jan van der Berg", "van der Berg, Jan", "vanderbergjan", "Berg, Jan van der"):
        assert roster.find(Clues(name=name)) is person
    assert spellings(Person("007")) == {"007"}
    assert len(spellings(Person("x", "c " * 5000, "a " * 5000))) == 2


@pytest.mark.parametrize(
    ("platform", "said", "other"),
    [
        ("canvas", ["11"], False),
        ("canvas", ["11", "99"], False),
        ("canvas", ["99"], True),
        ("canvas", [""], False),
        ("canvas", [], False),
        ("moodle", ["99"], False),
        ("sakai", ["99"], False),
    ],
)
def test_another_number_is_another_person_where_people_have_one(platform, said, other):
    assert has_other_number(JANE, platform, said) is other


# --- text of all kinds -------------------------------------------------------------------------

NAMES = st.text(min_size=1, max_size=30)
LETTERED = st.builds(str.__add__, st.text(st.characters(categories=["L", "N"]), min_size=1), NAMES)


def found_or_said(roster, clues):
    try:
        return roster.find(clues), ""
    except UnknownPerson as error:
        return None, str(error)


@given(NAMES)
def test_a_name_is_one_in_all_its_ways_of_writing(name):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert squeezed(unicodedata.normalize(form, name)) == squeezed(name)
    assert squeezed(squeezed(name)) == squeezed(name)
    assert squeezed(name.lower()) == squeezed(name) or name.lower().casefold() != name.casefold()
    assert account(account(name)) == account(name)
    assert same(name, name) is bool(name.strip())
    assert same(name, f" {name}\n") is bool(name.strip())


@given(first=LETTERED, last=LETTERED, other=st.tuples(NAMES, NAMES))
def test_whoever_bears_the_name_is_found_or_asked_for(first, last, other):
    one, two = Person("one", last, first), Person("two", *other)
    roster = Roster((one, two))
    for name in (f"{first} {last}", f"{last}, {first}", f"{last}{first}".lower()):
        found, said = found_or_said(roster, Clues(name=name))
        if found is None:
            assert "may be any of one, two" in said
            assert spellings(one) & spellings(two)
        else:
            assert found is one or squeezed(name) in spellings(two) - spellings(one)


@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(["number", "email", "id", "name"]))
def test_nothing_that_is_said_breaks_the_search(said, kind):
    clues = Clues("canvas", **{kind: " ".join(said)})
    found, said = found_or_said(CLASS, clues)
    assert found in CLASS.people if found else said.isprintable() and said


# --- the file ----------------------------------------------------------------------------------


def test_a_roster_is_written_by_last_names_and_read_again(tmp_path):
    write_roster(tmp_path, CLASS)
    read = read_roster(tmp_path)
    assert sorted(read.people, key=lambda p: p.id) == sorted(CLASS.people, key=lambda p: p.id)
    lines = (tmp_path / "roster.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,last_name,first_name,email,canvas,moodle"
    assert "jane,Doe,Jane,jane@uni.example,11 12,901" in lines
    assert "007,Müller,Max,,13," in lines
    before = (tmp_path / "roster.csv").read_bytes()
    write_roster(tmp_path, read)
    assert (tmp_path / "roster.csv").read_bytes() == before


def test_a_name_that_is_a_formula_is_kept_as_a_text(tmp_path):
    roster = Roster((Person("a", "=1+1", "@x", "-a@x.example", other={"note": "- ill"}),))
    write_roster(tmp_path, roster)
    line = (tmp_path / "roster.csv").read_text().splitlines()[1]
    assert line == "a,'=1+1,'@x,'-a@x.example,- ill"
    assert read_roster(tmp_path) == roster
    write_roster(tmp_path, Roster((Person("a", " =1+1"),)))  # blanks are taken away
    assert "a,'=1+1,,\n" in (tmp_path / "roster.csv").read_text()


def test_no_file_is_no_roster(tmp_path):
    assert read_roster(tmp_path) is None


def test_what_a_hand_writes_is_understood_and_kept(tmp_path):
    (tmp_path / "roster.csv").write_text(
        "ID;Last Name;First name;E-mail;Canvas;note;Group\n"
        "007;Doe;Jane;;11  12;comes late, knows it;A\n",
        encoding="cp1252",
    )
    roster = read_roster(tmp_path)
    (person,) = roster.people
    assert person == Person(
        "007",
        "Doe",
        "Jane",
        numbers=numbers(canvas="11 12"),
        other={"E-mail": "", "note": "comes late, knows it", "Group": "A"},
    )
    write_roster(tmp_path, Roster((*roster.people, Person("a"))))
    assert (tmp_path / "roster.csv").read_text(encoding="utf-8").splitlines() == [
        "id,last_name,first_name,email,canvas,E-mail,note,Group",
        "a,,,,,,,",
        '007,Doe,Jane,,11 12,,"comes late, knows it",A',
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("id\na\n,\n\nA\n", "line 5: id a stands in line 2 too: each belongs to one person"),
        ("id,canvas\na,1\nb,2 1\n", "line 3: canvas 1 stands in line 2 too"),
        ("id\n../x\n", "line 2: the id '../x' cannot be the name of a folder"),
        ("id\n..\n", "line 2: the id '..' cannot be the name of a folder"),
        ("id\n.hidden\n", "cannot be the name of a folder"),
        ("id\na\\b\n", "cannot be the name of a folder"),
        ('id\n"a\nb"\n', "cannot be the name of a folder"),
        (f"id\n{'ä' * 121}\n", "cannot be the name of a folder"),
        ("id\n1.23E+11\n", "line 2: 1.23E+11 is what a spreadsheet makes of a long number"),
        ("id,canvas\na,2E+15\n", "line 2: 2E+15 is what a spreadsheet makes of a long number"),
        ("name\na\n", "has no column 'id' in its first line"),
        ("id,name\n,a\n", "line 2: no id"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(tmp_path, lines, said):
    (tmp_path / "roster.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(said)) as wrong:
        read_roster(tmp_path)
    assert "\n" not in str(wrong.value)


def test_an_id_is_one_folder_in_whatever_form_it_is_typed(tmp_path):
    (tmp_path / "roster.csv").write_text(f"id\n{unicodedata.normalize('NFD', 'müller')}\n")
    assert read_roster(tmp_path).people[0].id == unicodedata.normalize("NFC", "müller")


IDS = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\."), min_size=1, max_size=40
)
KEPT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.dictionaries(
    st.sampled_from(PLATFORMS),
    st.frozensets(st.text("abc0123456789", min_size=1, max_size=4), min_size=1, max_size=3),
    max_size=3,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(IDS, KEPT, KEPT, KEPT, NUMBERS, KEPT), max_size=4))
def test_a_roster_of_any_names_is_kept(tmp_path, rows):
    people = [Person(*row[:5], {"note": row[5]}) for row in rows]
    write_roster(tmp_path, Roster(tuple(people)))
    before = (tmp_path / "roster.csv").read_bytes()
    keys = [("id", account(person.id)) for person in people]
    keys += [
        (p, number) for person in people for p in person.numbers for number in person.numbers[p]
    ]
    if len(set(keys)) < len(keys):
        with pytest.raises(CourseError, match="stands in line"):
            read_roster(tmp_path)
        return
    roster = read_roster(tmp_path)
    assume(all(unicodedata.is_normalized("NFC", row[0]) for row in rows))
    write_roster(tmp_path, roster)
    assert (tmp_path / "roster.csv").read_bytes() == before
    assert {p.id: p.numbers for p in roster.people} == {p.id: p.numbers for p in people}
