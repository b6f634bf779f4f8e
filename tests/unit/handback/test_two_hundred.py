"""200 people with awkward names: each platform reads everybody's own mark, and nobody else's.

Of the class, some have no mark, one is excused, one is not graded; the platform has a stranger and
its own student for trying things, and lacks somebody. All of it is told.
"""

import csv
import io
import itertools

import pytest

from nmautils.handback.earned import Mark
from nmautils.handback.forms import FORMS
from nmautils.handback.gradescope import autograder
from nmautils.handback.marks_files import choose_columns, fill
from nmautils.handback.sheets import read_sheet
from nmautils.people.roster import Person
from tests.support.marked_class import MOST, T1, class_of
from tests.support.platform_parsers import (
    CanvasCourse,
    Refused,
    blackboard_grades,
    brightspace_grades,
    canvas_gradebook,
    gradescope_autograder,
    moodle_worksheet,
)

FIRST_NAMES = ("Zoë", "Nguyễn", "太郎", "Ann", "Bo", "O'Neil", "José María", "Mu\u0308", "=1+1", "")
LAST_NAMES = ("Li", "Li-Hara", "Müller", "de la Cruz", "山田", "Öz, Jr.", "X", "St. John", 'A "B"',
              "van_Dyk", "Ng", "Ólafsson", "İnan", "Å", "Doe;Roe", "Ký", "Bæk", "Cho", "Da\u0306g",
              "\u202eGnirts")  # fmt: skip
ABSENT, EXCUSED, UNGRADED, AWAY, TWIN, OTHER = 3, 4, 5, 6, 7, 8
TITLE = "Decoding Neural Responses"


def everybody():
    people = [
        Person(
            f"s{i:03}" if i % 5 else f"{4000 + i}",
            last,
            first,
            f"p{i}@uni.example",
            {
                "canvas": frozenset({str(70000 + i)}),
                "moodle": frozenset({str(80000 + i)}),
                "brightspace": frozenset({str(90000 + i), f"user.{i}"}),
                "blackboard": frozenset({f"user.{i}"}),
                "gradescope": frozenset({f"sid{i}"}),
            },
        )
        for i, (last, first) in enumerate(itertools.product(LAST_NAMES, FIRST_NAMES))
    ]
    for i in (TWIN, OTHER):
        one = people[i]
        people[i] = Person(one.id, "Doe", "Jane", one.email, one.numbers)
    return people


PEOPLE = everybody()
SCORES = {(person.id, T1): (i % 21) / 2 for i, person in enumerate(PEOPLE)}
SCORES[PEOPLE[ABSENT].id, T1] = None
CLASS = class_of(
    *PEOPLE,
    scores=SCORES,
    marks={
        (PEOPLE[EXCUSED].id, T1): Mark(1.0, MOST, handed_in=True, excused=True),
        (PEOPLE[UNGRADED].id, T1): Mark(0.0, MOST, ungraded=True),
    },
)
THERE = [i for i in range(200) if i != AWAY]


def expected(i):
    """What a platform should read of person `i`; None: nothing, or a blank."""
    return None if i in (ABSENT, EXCUSED, UNGRADED) else (i % 21) / 2


def name_of(i):
    return PEOPLE[i].last_name, PEOPLE[i].first_name


def table(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def canvas():
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{TITLE} (11)"]]
    rows.append(["    Points Possible", "", "", "", "", "10.00"])
    for i in THERE:
        known = (
            (str(70000 + i), "", "") if i % 2 else (str(70000 + i), f"S{i}", f"p{i}@uni.example")
        )
        rows.append([", ".join(filter(None, name_of(i))), *known, "Section 1", ""])
    rows.append(["Moe, Mallory", "99999", "", "mallory@uni.example", "Section 1", "3"])
    rows.append(["Student, Test", "99998", "", "0123", "Section 1", ""])
    return table(rows).encode("utf-8-sig")


def moodle():
    head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
    rows = [[*head, "Grade can be changed", "Last modified (submission)", "Last modified (grade)"]]
    for i in THERE:
        last, first = name_of(i)
        email = f"P{i}@UNI.example" if i % 2 else ""
        rows.append([f"Participant {80000 + i}", f"{first} {last}".strip(), email, "", "", "10.00"])
        rows[-1] += ["Yes", "-", "-"]
    rows.append(["Participant 99999", "Mallory Moe", "", "", "3", "10.00", "Yes", "-", "-"])
    return table(rows).encode()


def moodle_in_german():
    head = ["ID", "Vollständiger Name", "Status", "Bewertung", "Bestwertung"]
    rows = [[*head, "Zuletzt geändert (Bewertung)"]]
    rows += [[f"Teilnehmer/in{80000 + i}", "", "", "", "10,00", "-"] for i in THERE]
    rows.append(["Teilnehmer/in99999", "Mallory Moe", "", "3,00", "10,00", "-"])
    return table(rows).encode()


def brightspace():
    head = ["OrgDefinedId", "Username", "Last Name", "First Name"]
    rows = [[*head, f"{TITLE} Points Grade <Numeric MaxPoints:10>", "End-of-Line Indicator"]]
    rows += [[f"#{90000 + i}", f"#user.{i}", *name_of(i), "", "#"] for i in THERE]
    rows.append(["#99999", "#mallory", "Moe", "Mallory", "3", "#"])
    return table(rows).encode("utf-8-sig")


def blackboard():
    head = ["Last Name", "First Name", "Username", "Student ID", "Availability"]
    rows = [[*head, f"{TITLE} [Total Pts: 10 Score] |664617"]]
    rows += [[*name_of(i), f"user.{i}", "", "Yes", ""] for i in THERE]
    rows.append(["Moe", "Mallory", "mallory", "", "Yes", "3"])
    return table(rows, "\t", csv.QUOTE_ALL).encode("utf-16")


def of_canvas(raw):
    users = {70000 + i: ", ".join(filter(None, name_of(i))) for i in THERE}
    users |= {99999: "Moe, Mallory", 99998: "Student, Test"}
    marks = canvas_gradebook(raw, CanvasCourse(users, {11: TITLE}))
    assert marks.pop((70000 + EXCUSED, TITLE)) == "EX"
    return {user: float(mark) if mark else None for (user, _), mark in marks.items()}


def of_moodle(raw, language="en"):
    return moodle_worksheet(raw, {*range(80000, 80200), 99999}, MOST, language)


def of_brightspace(raw):
    users = {str(90000 + i): f"user.{i}" for i in THERE} | {"99999": "mallory"}
    return {user: mark for (user, _), mark in brightspace_grades(raw, users).items()}


def of_blackboard(raw):
    users = {f"user.{i}" for i in THERE} | {"mallory"}
    marks = blackboard_grades(raw, users, {664617})
    return {user: float(mark) if mark else None for (user, _), mark in marks.items()}


ROWS = [
    ("canvas", canvas, of_canvas, lambda i: 70000 + i, 99999),
    ("moodle", moodle, of_moodle, lambda i: 80000 + i, 99999),
    ("moodle", moodle_in_german, lambda raw: of_moodle(raw, "de"), lambda i: 80000 + i, 99999),
    ("brightspace", brightspace, of_brightspace, "user.{}".format, "mallory"),
    ("blackboard", blackboard, of_blackboard, "user.{}".format, "mallory"),
]


@pytest.mark.parametrize(("platform", "write", "read", "key", "stranger"), ROWS)
def test_everybody_has_their_own_mark(platform, write, read, key, stranger):
    form, sheet = FORMS[platform], read_sheet(write(), "marks")
    columns, _ = choose_columns(form, sheet, CLASS, [T1])
    done = fill(sheet, form, CLASS, columns)
    marks = read(sheet.to_bytes())
    assert marks.pop(stranger) == 3.0  # as it stood there
    found = {i: marks.pop(key(i), None) for i in THERE}
    assert found == {i: expected(i) for i in THERE}
    assert {mark for mark in marks.values() if mark is not None} == set()
    assert done.counts == {"marks": 196, "absent": 1, "excused": 1}
    strange, *others = done.needs
    assert strange.startswith("line 20")
    assert "Mallory" in strange
    away, ungraded = PEOPLE[AWAY], PEOPLE[UNGRADED]
    assert others == [
        f"{away.name} ({away.id}) has a mark, but no line in the file",
        f"what {ungraded.name} ({ungraded.id}) handed in is not graded: run `nmautils grade {T1}`",
    ]


def test_gradescope_gives_everybody_their_own_mark(tmp_path):
    content, number, needs = autograder(CLASS, T1)
    assert (number, needs) == (197, [])
    for i in (0, 1, TWIN, OTHER, 9, 42, 199):
        for user in ({"email": f"p{i}@uni.example"}, {"email": "", "sid": f"SID{i}"}):
            assert gradescope_autograder(content, tmp_path, [user])["score"] == expected(i)
    for i in (ABSENT, EXCUSED, UNGRADED):
        with pytest.raises(Refused, match="no mark"):
            gradescope_autograder(content, tmp_path, [{"email": f"p{i}@uni.example"}])
