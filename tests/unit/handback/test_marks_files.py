"""Marks are written into each platform's own file, and read back as the platform reads them."""

import csv
import io
import re

import pytest

from nmautils.errors import CourseError, UsageError
from nmautils.handback.earned import Mark
from nmautils.handback.forms import FORMS
from nmautils.handback.gradescope import autograder
from nmautils.handback.marks_files import choose_columns, empty_sheet, fill
from nmautils.handback.sheets import read_sheet
from nmautils.people.collected import Collected
from nmautils.people.roster import Person
from tests.support.marked_class import MOST, T1, T2, class_of
from tests.support.platform_parsers import (
    CanvasCourse,
    Refused,
    blackboard_grades,
    brightspace_grades,
    canvas_gradebook,
    gradescope_autograder,
    moodle_worksheet,
)


def person(student, last, first, **numbers):
    email = numbers.pop("email", f"{student}@uni.example")
    some = {platform: frozenset(text.split()) for platform, text in numbers.items()}
    return Person(student, last, first, email, some)


ADA = person("ada", "Lovelace", "Ada", canvas="101", moodle="901", brightspace="5001 ada.l")
BOB = person("bob", "Ångström", "Bo", canvas="102", moodle="902", brightspace="5002 bo.a")
EVE = person("eve", "Nkosi, Jr.", "Eve", canvas="103", moodle="903", brightspace="5003 eve.n")
MY = person("my", "Y", "My", canvas="104", moodle="904", brightspace="5004 my.y")
CLASS = class_of(
    ADA,
    BOB,
    EVE,
    MY,
    scores={("ada", T1): 7.5, ("bob", T1): 10.0, ("ada", T2): 3.25, ("bob", T2): 1 / 3},
    marks={("my", T1): Mark(0.0, MOST, excused=True)},
)

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Decoding Neural Responses (11),"
    "Convolutional Neural Networks (12),Final exam (13),Current Score,Final Score\r\n"
    ",,,,,Manual Posting,,,,\r\n"
    "    Points Possible,,,,,10.00,10.00,50.00,(read only),(read only)\r\n"
    '"Lovelace, Ada",101,S1,ada@uni.example,Section 1,,,41.00,80.1,80.1\r\n'
    '"Ångström, Bo",102,S2,bob@uni.example,Section 1,,2.00,42.00,,\r\n'
    '"Nkosi, Jr., Eve",103,S3,eve@uni.example,"Section 1 and ""2""",N/A,,43.00,,\r\n'
    '"Y, My",104,S4,my@uni.example,Section 1,,,44.00,,\r\n'
    '"Student, Test",105,,1f2e,Section 1,,,,,\r\n'
)
ON_CANVAS = CanvasCourse(
    {101: "Lovelace, Ada", 102: "Ångström, Bo", 103: "Nkosi, Jr., Eve", 104: "Y, My", 105: "Test"},
    {11: "Decoding Neural Responses", 12: "Convolutional Neural Networks", 13: "Final exam"},
)


def filled_in(platform, raw, names=(), course=CLASS, said="", absent="blank"):
    form = FORMS[platform]
    raw = raw.encode() if isinstance(raw, str) else raw
    sheet = read_sheet(raw, "marks.csv")
    columns, left_out = choose_columns(form, sheet, course, names, said)
    done = fill(sheet, form, course, columns, absent)
    done.notes += left_out
    return done


def others_kept(before, after, columns):
    """Whether all cells but those of these columns are as they were."""
    old, new = read_sheet(before, "old"), read_sheet(after, "new")
    for first, second in zip(old.raw, new.raw, strict=True):
        kept = [cell for i, cell in enumerate(first) if i not in columns]
        assert [cell for i, cell in enumerate(second) if i not in columns] == kept
    assert (new.ends, new.delimiter, new.mark) == (old.ends, old.delimiter, old.mark)
    assert new.encoding == old.encoding


# --- Canvas ------------------------------------------------------------------------------------


def test_canvas_reads_the_marks_of_one_assignment_and_nothing_else_changes():
    done = filled_in("canvas", CANVAS, [T1])
    raw = done.sheet.to_bytes()
    others_kept(CANVAS.encode(), raw, {5})
    marks = canvas_gradebook(raw, ON_CANVAS)
    title = "Decoding Neural Responses"
    assert [marks[user, title] for user in (101, 102, 103, 104, 105)] == ["7.5", "10", "", "EX", ""]
    assert b"N/A" in raw
    assert marks[102, "Convolutional Neural Networks"] == "2.00"
    assert marks[103, "Final exam"] == "43.00"
    assert done.needs == []
    assert done.counts == {"marks": 2, "absent": 1, "excused": 1}


def test_canvas_takes_all_assignments_that_have_a_column():
    done = filled_in("canvas", CANVAS)
    marks = canvas_gradebook(done.sheet.to_bytes(), ON_CANVAS)
    title = "Convolutional Neural Networks"
    assert [marks[user, title] for user in (101, 102, 103, 104)] == ["3.25", "0.33", "", ""]
    assert done.notes == ["other marks stood in the file: Bo Ångström 2.00, now 0.33"]


def test_absent_can_be_zero_but_never_the_excused_or_the_test_student():
    done = filled_in("canvas", CANVAS, [T1], absent="zero")
    marks = canvas_gradebook(done.sheet.to_bytes(), ON_CANVAS)
    title = "Decoding Neural Responses"
    assert [marks[user, title] for user in (103, 104, 105)] == ["0", "EX", ""]


def test_canvas_with_semicolons_and_decimal_commas():
    text = CANVAS.replace('"Nkosi, Jr., Eve"', "Nkosi Jr.").replace(",", ";")
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", text).replace('"Lovelace; Ada"', "Lovelace Ada")
    text = re.sub(r'"(\w+); (\w+)"', r'"\1, \2"', text)
    done = filled_in("canvas", b"\xef\xbb\xbf" + text.encode(), [T1])
    raw = done.sheet.to_bytes()
    assert b";7,5;" in raw
    assert canvas_gradebook(raw, ON_CANVAS)[101, "Decoding Neural Responses"] == "7.5"


def test_a_mark_that_stands_there_already_keeps_its_form():
    done = filled_in("canvas", CANVAS.replace("Section 1,,,41.00", "Section 1,7.50,,41.00"), [T1])
    assert b"Section 1,7.50,,41.00" in done.sheet.to_bytes()
    assert [change.person for change in done.changes] == ["Bo Ångström", "My Y"]


def test_without_a_template_canvas_gets_the_smallest_file():
    sheet = empty_sheet(FORMS["canvas"], CLASS, [T1])
    columns, _ = choose_columns(FORMS["canvas"], sheet, CLASS, [T1])
    fill(sheet, FORMS["canvas"], CLASS, columns)
    marks = canvas_gradebook(sheet.to_bytes(), ON_CANVAS)
    title = "Decoding Neural Responses"
    assert marks == {(101, title): "7.5", (102, title): "10", (103, title): "", (104, title): "EX"}


# --- which column ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["tutorial1_decoding (1)", "Tutorial 1 (2)"], "tutorial1_decoding (1)"),
        (["Tutorial 1: Decoding neural responses (1)", "Other (2)"], "Tutorial 1: Decoding neural"),
        (["Tutorial 1 (1)", "Tutorial 10 (2)", "Quiz 1 (3)"], "Tutorial 1 (1)"),
        (["tutorial-1 (1)"], "tutorial-1 (1)"),
        (["Quiz 1 (1)", "Homework (2)"], None),
        (["Decoding Neural Responses (1)", "decoding neural responses (2)"], None),
        (["Tutorial 10 (1)"], None),
        (["Tutorial (1)"], None),
        (["T1 (1)"], None),
        (["subtutorial1_decoding (1)", "tutorial1_decodings (2)"], None),
        (["HW: tutorial1_decoding, resubmitted (1)", "Tutorial 1 (2)"], None),
        (["Notes on Decoding Neural Responses (1)", "Tutorial 1 (2)"], None),
        (["Tutorial 1 (11)", "Quiz: Decoding Neural Responses (12)"], "Tutorial 1 (11)"),
        (["Peer review of Decoding Neural Responses (1)", "Tutorial 1 (2)"], "Tutorial 1 (2)"),
        (["QUIZ - decoding-neural-responses (1)", "Exam (2)"], None),
        (["Decoding Neural Responses: Umfrage (1)"], None),
        (["Tutorial 1: Peer Review (1)", "Tutorial 1 (2)"], "Tutorial 1 (2)"),
        (["tutorial1_decoding (1)", "tutorial1_decoding resubmitted (2)"], "tutorial1_decoding (1"),
        (["Tutorial 1: Decoding neural responses (1)", "Tutorial 1 (2)"], "Tutorial 1: Dec"),
        (["Tutorial 1: Decoding neural responses (1)", "Decoding Neural Responses (2)"], None),
        (["Tutorial 2: Decoding neural responses (1)"], None),
        (["Decoding neural responses, part 2 (1)"], None),
        (["Decoding neural responses, group A (1)", "Decoding neural responses, B (2)"], None),
        (["Tutorial 1 (Decoding) (1)", "Tutorial 1 (2)"], "Tutorial 1 (Decoding)"),
        (["Intro to decoding neural responses (1)"], "Intro to"),
        (["TUTORIAL_1 (1)", "tutorial-2 (2)"], "TUTORIAL_1"),
    ],
)
def test_a_column_is_found_only_if_there_is_no_doubt(columns, found):
    quoted = ",".join(f'"{name}"' for name in columns)
    raw = f"Student,ID,SIS Login ID,Section,{quoted}\nX,1,x,S{',' * len(columns)}\n"
    sheet = read_sheet(raw.encode(), "marks.csv")
    if found:
        chosen, _ = choose_columns(FORMS["canvas"], sheet, CLASS, [T1])
        assert chosen[T1].name.startswith(found)
        return
    with pytest.raises(UsageError, match=r"columns seen: .*--column NAME") as caught:
        choose_columns(FORMS["canvas"], sheet, CLASS, [T1])
    assert "\n" not in str(caught.value)
    assert all(repr(name) in str(caught.value) for name in columns)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("stranger", ["999,,zz", "999,,", ",,zz@uni.example"])
def test_an_id_decides_although_a_stranger_has_the_same_name(stranger, turned):
    head, *lines = "Student,ID,SIS User ID,SIS Login ID,T1 (1)\n", "111,,jane,", f"{stranger},"
    jane = person("jane", "Doe", "Jane", email="")
    course = class_of(jane, scores={("jane", T1): 7.5})
    rows = [f'"Doe, Jane",{line}\n' for line in (lines[::-1] if turned else lines)]
    done = filled_in("canvas", head + "".join(rows), [T1], course, said="T1")
    at = 3 if turned else 2
    assert done.sheet.to_bytes().decode() == head + "".join(rows).replace(",jane,", ",jane,7.5")
    assert done.needs == [
        f"line {5 - at} has only the name of jane, who is line {at} by number, address or id: "
        "not written"
    ]


def test_two_lines_by_an_id_or_by_a_name_alone_are_nobodys():
    course = class_of(person("jane", "Doe", "Jane", canvas="111"), scores={("jane", T1): 7.5})
    head = "Student,ID,SIS User ID,SIS Login ID,T1 (1)\n"
    for first, second in [("111,,", "555,,jane"), (",,x", ",,y")]:
        raw = f'{head}"Doe, Jane",{first},\n"Doe, Jane",{second},\n'
        done = filled_in("canvas", raw, [T1], course, said="T1")
        assert done.sheet.to_bytes() == raw.encode()
        assert done.needs == ["lines 2 and 3 may both be jane: not written"]


def test_another_kind_of_thing_is_meant_if_the_assignment_is_called_so():
    quiz = "quiz3_decoding"
    course = class_of(ADA, titles={quiz: "Decoding", "quiz30_x": "Encoding"})
    raw = (
        "Student,ID,SIS Login ID,Section,Quiz 3 (1),HW quiz3_decoding (2),Quiz 30 (3)\n,101,,S,,,\n"
    )
    for left_out, found in ((4, "HW quiz3_decoding (2)"), (5, "Quiz 3 (1)")):
        cells = raw.splitlines()[0].split(",")
        del cells[left_out]
        sheet = read_sheet(f"{','.join(cells)}\n,101,,S,,\n".encode(), "marks.csv")
        assert choose_columns(FORMS["canvas"], sheet, course, [quiz])[0][quiz].name == found


@pytest.mark.parametrize("named", [["tutorial1_a"], ["tutorial1_b"], []])
def test_a_column_that_may_be_another_assignments_is_nobodys(named):
    course = class_of(ADA, titles={"tutorial1_a": "A", "tutorial1_b": "B"})
    with pytest.raises(UsageError, match="may be that of any of tutorial1_a, tutorial1_b; col"):
        filled_in(
            "canvas", "Student,ID,SIS Login ID,Section,Tutorial 1 (1)\n,101,,S,\n", named, course
        )


def test_a_title_within_anothers_title_is_not_meant():
    titles = {"first": "Decoding", "second": "More decoding"}
    course = class_of(ADA, scores={("ada", "second"): 2.0}, titles=titles)
    raw = "Student,ID,SIS Login ID,Section,More decoding (1)\n,101,,S,\n"
    assert b",101,,S,2\n" in filled_in("canvas", raw, course=course).sheet.to_bytes()
    with pytest.raises(UsageError, match="no column is clearly first's"):
        filled_in("canvas", raw, ["first"], course)


def test_a_column_can_be_named():
    raw = "Student,ID,SIS Login ID,Section,Quiz 1 (1),Quiz 2 (2)\n,101,,S,,\n"
    assert b",101,,S,7.5,\n" in filled_in("canvas", raw, [T1], said="Quiz 1").sheet.to_bytes()
    assert b",101,,S,,7.5\n" in filled_in("canvas", raw, [T1], said="Quiz 2 (2)").sheet.to_bytes()
    with pytest.raises(UsageError, match="no column for marks is called 'Quiz 3'"):
        filled_in("canvas", raw, [T1], said="Quiz 3")
    with pytest.raises(UsageError, match=f"say which of {T1}, {T2}"):
        filled_in("canvas", raw, [], said="Quiz 1")


def test_what_the_platform_computes_is_no_column_for_marks():
    raw = CANVAS.replace("Final exam (13)", "Decoding Final Score")
    names = [c.name for c in FORMS["canvas"].mark_columns(read_sheet(raw.encode(), "x"))]
    assert names == ["Decoding Neural Responses (11)", "Convolutional Neural Networks (12)"]


def test_an_assignment_without_a_column_is_said():
    raw = CANVAS.replace("Convolutional Neural Networks (12)", "Something (12)")
    assert filled_in("canvas", raw).notes == [
        f"no column is clearly {T2}'s: its marks are left out"
    ]


@pytest.mark.parametrize("platform", FORMS)
def test_a_table_of_something_else_is_refused(platform):
    with pytest.raises(CourseError, match=f"no table of marks from {FORMS[platform].name}"):
        filled_in(platform, "Colour,Weight\nred,7\n", [T1])


# --- who ---------------------------------------------------------------------------------------


def test_who_is_not_known_is_told_and_left_alone():
    raw = CANVAS + '"Moe, Mallory",999,,mallory@uni.example,Section 1,5.00,,,,\r\n'
    done = filled_in("canvas", raw, [T1])
    assert done.needs == ["line 9: Moe, Mallory is not in roster.csv"]
    assert done.sheet.to_bytes().endswith(b"mallory@uni.example,Section 1,5.00,,,,\r\n")


def test_who_has_a_mark_and_no_line_is_told():
    raw = "".join(line for line in CANVAS.splitlines(keepends=True) if "Bo" not in line)
    done = filled_in("canvas", raw, [T1])
    assert done.needs == ["Bo Ångström (bob) has a mark, but no line in the file"]
    raw = "".join(line for line in CANVAS.splitlines(keepends=True) if "Eve" not in line)
    done = filled_in("canvas", raw, [T1])
    assert done.needs == []
    assert done.notes == ["no line in the file, and nothing handed in: Eve Nkosi, Jr. (eve)"]


def test_columns_that_name_two_people_name_nobody():
    done = filled_in("canvas", CANVAS.replace("101,S1,ada@", "101,S1,bob@"), [T1])
    assert (
        "line 4: Lovelace, Ada is ada by one column and bob by another: not written" in done.needs
    )
    assert b"Section 1,,,41.00" in done.sheet.to_bytes()


def test_two_lines_of_one_person_are_written_neither():
    raw = CANVAS + '"Lovelace, Ada",101,S1,ada@uni.example,Section 2,,,,,\r\n'
    done = filled_in("canvas", raw, [T1])
    assert done.needs == ["lines 4 and 9 may both be ada: not written"]
    assert b"7.5" not in done.sheet.to_bytes()


def test_a_name_alone_does_not_stand_against_another_number():
    raw = CANVAS.replace("101,S1,ada@uni.example", "777,,")
    done = filled_in("canvas", raw, [T1])
    assert done.needs == [
        "line 4: Lovelace, Ada has the number 777 on canvas, and ada of that name another one: "
        "not written",
        "Ada Lovelace (ada) has a mark, but no line in the file",
    ]
    nobody_knows = class_of(Person("ada", "Lovelace", "Ada"), scores={("ada", T1): 7.5})
    done = filled_in("canvas", raw, [T1], nobody_knows)
    assert b'Lovelace, Ada",777,,,Section 1,7.5' in done.sheet.to_bytes()


def test_a_number_of_canvas_is_never_a_student_id():
    course = class_of(Person("101", "Somebody", "Else"), scores={("101", T1): 2.0})
    done = filled_in("canvas", CANVAS, [T1], course)
    assert not done.changes


def test_without_a_roster_ids_are_names_or_what_collecting_remembers():
    came = [Collected("Jane_Doe", T1, "moodle", "4711", "Jane Doe_4711_assignsubmission_file")]
    course = class_of(
        Person("Jane_Doe", numbers={"moodle": frozenset({"4711"})}),
        Person("doejohn"),
        scores={("Jane_Doe", T1): 7.0, ("doejohn", T1): 8.0},
        collected=came,
    )
    raw = (
        "Identifier,Full name,Email address,Grade,Last modified (grade)\n"
        "Participant 4711,Jane Doe,,,-\nParticipant 4712,Jane Doe,,,-\n"
        "Participant 4713,John Doe,,,-\n"
    )
    done = filled_in("moodle", raw, [T1], course)
    assert moodle_worksheet(done.sheet.to_bytes(), {4711, 4712, 4713}, MOST) == {4711: 7.0}
    assert done.needs[0].startswith("line 3: Jane Doe has the number 4712 on moodle, and Jane_Doe")
    on_canvas = 'Student,ID,SIS Login ID,Section,Tutorial 1 (1)\n"Doe, John",1,,S,\n'
    on_canvas += '"Doe, Jane",2,,S,\n'
    done = filled_in("canvas", on_canvas, [T1], course)
    assert done.sheet.to_bytes().endswith(b'John",1,,S,8\n"Doe, Jane",2,,S,7\n')


def test_work_that_is_not_graded_is_not_absent():
    course = class_of(ADA, BOB, marks={("ada", T1): Mark(0.0, MOST, ungraded=True)})
    done = filled_in("canvas", CANVAS, [T1], course, absent="zero")
    assert b"ada@uni.example,Section 1,,,41.00" in done.sheet.to_bytes()
    said = f"what Ada Lovelace (ada) handed in is not graded: run `nmautils grade {T1}`"
    assert said in done.needs


def test_marks_that_may_grow_and_other_full_marks_are_said():
    course = class_of(ADA, marks={("ada", T1): Mark(7.5, MOST, handed_in=True, open=True)})
    done = filled_in("canvas", CANVAS.replace("10.00,10.00", "100.00,10.00"), [T1], course)
    assert "1 mark may grow: answers wait for a person" in done.notes
    assert done.needs[-1].startswith(f"Canvas gives at most 100 points for {T1}, the course 10")


def test_marks_whose_lateness_nobody_knows_are_said_by_name():
    mark = Mark(7.5, MOST, handed_in=True, time_unknown=True)
    done = filled_in("canvas", CANVAS, [T1], class_of(ADA, BOB, marks={("ada", T1): mark}))
    (said,) = [note for note in done.notes if "nobody knows when" in note]
    assert "Ada Lovelace" in said
    assert "`nmautils time`" in said
    assert "Bo" not in said


# --- the others --------------------------------------------------------------------------------

WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 901,Ada Lovelace,S1,ada@uni.example,"Submitted for grading - ",,10.00,Yes,'
    '"Friday, 30 January 2026, 3:00 PM",-,\n'
    'Participant 902,Bo Ångström,S2,bob@uni.example,No submission,,10.00,Yes,-,-,"so ""far"""\n'
    "Participant 903,Eve Nkosi,S3,eve@uni.example,No submission,,10.00,Yes,-,-,\n"
    "Participant 904,My Y,S4,my@uni.example,No submission,,10.00,Yes,-,-,\n"
)


def test_moodle_reads_the_grading_worksheet():
    done = filled_in("moodle", WORKSHEET, [T1])
    raw = done.sheet.to_bytes()
    others_kept(WORKSHEET.encode(), raw, {5})
    assert moodle_worksheet(raw, {901, 902, 903, 904}, MOST) == {901: 7.5, 902: 10.0}
    assert done.needs == []
    with pytest.raises(UsageError, match=f"say which of {T1}, {T2}"):
        filled_in("moodle", WORKSHEET)


def test_moodle_in_another_language_has_commas_in_numbers():
    raw = (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
        "Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung)\n"
        'Teilnehmer/in901,Ada Lovelace,,Abgegeben,,"10,00",Ja,-,-\n'
        'Teilnehmer/in902,Bo Ångström,,Abgegeben,,"10,00",Ja,-,-\n'
    )
    done = filled_in("moodle", raw, [T1])
    assert (
        done.sheet.to_bytes().decode().splitlines()[1].split(",Abgegeben,")[1].startswith('"7,5"')
    )
    assert moodle_worksheet(done.sheet.to_bytes(), {901, 902}, MOST, "de") == {901: 7.5, 902: 10}


def test_moodle_in_a_language_nobody_thought_of_is_known_by_its_first_column():
    raw = "Tunniste,Koko nimi,Arvosana,X\nOsallistuja 901,Ada Lovelace,,\n"
    done = filled_in("moodle", raw, [T1], said="Arvosana")
    assert b"Osallistuja 901,Ada Lovelace,7.5,\n" in done.sheet.to_bytes()


def test_a_column_that_says_who_is_never_written():
    with pytest.raises(UsageError, match="no column for marks is called 'Full name'"):
        filled_in("moodle", WORKSHEET, [T1], said="Full name")


def test_a_blind_worksheet_has_numbers_only():
    raw = "Identifier,Status,Grade,Last modified (grade)\nParticipant 901,,,-\nParticipant 5,,,-\n"
    done = filled_in("moodle", raw, [T1])
    assert moodle_worksheet(done.sheet.to_bytes(), {901, 5}, MOST) == {901: 7.5}
    assert done.needs[0] == "line 3: 5 is not in roster.csv"


def test_without_a_template_moodle_gets_who_handed_in_there():
    came = [Collected("ada", T1, "moodle", "901", "Ada Lovelace_901_assignsubmission_file")]
    course = class_of(ADA, BOB, scores={("ada", T1): 7.5, ("bob", T1): 1.0}, collected=came)
    sheet = empty_sheet(FORMS["moodle"], course, [T1])
    columns, _ = choose_columns(FORMS["moodle"], sheet, course, [T1])
    done = fill(sheet, FORMS["moodle"], course, columns)
    assert moodle_worksheet(sheet.to_bytes(), {901, 902}, MOST) == {901: 7.5}
    assert done.needs == ["Bo Ångström (bob) has a mark, but no line in the file"]


BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Email,"
    "Decoding Neural Responses Points Grade <Numeric MaxPoints:10 Weight:5 Category:Labs>,"
    "Convolutional Neural Networks Points Grade <Numeric MaxPoints:10>,"
    "Calculated Final Grade Numerator,Calculated Final Grade Denominator,End-of-Line Indicator\r\n"
    "#5001,#ada.l,Lovelace,Ada,ada@uni.example,,,,,#\r\n"
    "#5002,#bo.a,Ångström,Bo,bob@uni.example,,4,,,#\r\n"
    '#5003,#eve.n,"Nkosi, Jr.",Eve,eve@uni.example,,,,,#\r\n'
    "#5004,#my.y,Y,My,my@uni.example,,,,,#\r\n"
)
ON_BRIGHTSPACE = {"5001": "ada.l", "5002": "bo.a", "5003": "eve.n", "5004": "my.y"}


def test_brightspace_reads_its_export():
    done = filled_in("brightspace", BRIGHTSPACE, [T1])
    raw = done.sheet.to_bytes()
    others_kept(BRIGHTSPACE.encode(), raw, {5})
    marks = brightspace_grades(raw, ON_BRIGHTSPACE)
    title = "Decoding Neural Responses"
    assert [marks[user, title] for user in ON_BRIGHTSPACE.values()] == [7.5, 10.0, None, None]
    assert marks["bo.a", "Convolutional Neural Networks"] == 4.0
    assert done.needs == []


def test_without_a_template_brightspace_gets_the_smallest_file():
    sheet = empty_sheet(FORMS["brightspace"], CLASS, [T1, T2])
    columns, _ = choose_columns(FORMS["brightspace"], sheet, CLASS, [T1, T2])
    fill(sheet, FORMS["brightspace"], CLASS, columns, "zero")
    marks = brightspace_grades(sheet.to_bytes(), ON_BRIGHTSPACE)
    assert marks["ada.l", "Decoding Neural Responses"] == 7.5
    assert marks["bo.a", "Convolutional Neural Networks"] == 0.33
    assert marks["eve.n", "Decoding Neural Responses"] == 0.0
    assert marks["my.y", "Decoding Neural Responses"] is None


BLACKBOARD = "\r\n".join(
    "\t".join(f'"{cell}"' for cell in row)
    for row in [
        [
            "Last Name",
            "First Name",
            "Username",
            "Student ID",
            "Last Access",
            "Availability",
            "Weighted Total [Total Pts: up to 0 Score] |77",
            "Tutorial 1 [Total Pts: 10 Score] |664617",
            "Tutorial 2 [Total Pts: 10 Score] |664618",
        ],
        ["Lovelace", "Ada", "ada", "S1", "2026-01-30 15:00:00", "Yes", "", "", ""],
        ["Ångström", "Bo", "bob", "S2", "2026-01-30 15:00:00", "Yes", "", "", "5.00"],
        ["Nkosi, Jr.", "Eve", "eve", "S3", "", "Yes", "", "", ""],
        ["Y", "My", "my", "S4", "", "Yes", "", "", ""],
    ]
)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_blackboard_reads_its_download(encoding):
    raw = BLACKBOARD.encode(encoding)
    done = filled_in("blackboard", raw, [T1])
    others_kept(raw, done.sheet.to_bytes(), {7})
    users = {"ada", "bob", "eve", "my"}
    marks = blackboard_grades(done.sheet.to_bytes(), users, {77, 664617, 664618})
    assert [marks[user, 664617] for user in ("ada", "bob", "eve", "my")] == ["7.5", "10", "", ""]
    assert marks["bob", 664618] == "5.00"
    assert {marks[user, 77] for user in users} == {""}
    assert done.needs == []


def test_blackboard_takes_only_its_own_file():
    with pytest.raises(UsageError, match="Blackboard takes marks in its own file: download that"):
        empty_sheet(FORMS["blackboard"], CLASS, [T1])


SCORES = (
    "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,"
    "Submission Time,Lateness (H:M:S)\n"
    "Ada,Lovelace,S1,ada@uni.example,,,10.0,Ungraded,1,2026-01-30 15:00:00 +0000,00:00:00\n"
    "Bo,Ångström,S2,bob@uni.example,,,10.0,Missing,,,\n"
)


def test_gradescopes_table_is_filled_and_its_autograder_gives_each_person_their_mark(tmp_path):
    done = filled_in("gradescope", SCORES, [T1])
    rows = list(csv.DictReader(io.StringIO(done.sheet.to_bytes().decode())))
    assert [row["Total Score"] for row in rows] == ["7.5", "10"]
    content, number, needs = autograder(CLASS, T1)
    assert (number, needs) == (2, [])
    results = gradescope_autograder(content, tmp_path, [{"email": "ADA@uni.example"}])
    assert results == {"score": 7.5, "output": "7.5 of 10 points"}
    with pytest.raises(Refused, match=r"known for: eve@uni\.example"):
        gradescope_autograder(content, tmp_path, [{"email": "eve@uni.example"}])
    both = [{"email": "ada@uni.example"}, {"email": "bob@uni.example"}]
    with pytest.raises(Refused, match="no mark, or more than one"):
        gradescope_autograder(content, tmp_path, both)


def test_an_address_of_two_people_gives_nobody_a_mark(tmp_path):
    twin = person("twin", "Lovelace", "Twin", email="ada@uni.example")
    course = class_of(ADA, twin, scores={("ada", T1): 7.5, ("twin", T1): 2.0})
    content, number, needs = autograder(course, T1)
    assert (number, len(needs)) == (0, 2)
    with pytest.raises(Refused):
        gradescope_autograder(content, tmp_path, [{"email": "ada@uni.example"}])


def test_names_that_a_spreadsheet_would_compute_are_quoted_but_no_number_is():
    evil = person("evil", "=HYPERLINK(1)", "Eve", canvas="101")
    course = class_of(evil, scores={("evil", T1): 7.5})
    raw = empty_sheet(FORMS["canvas"], course, [T1]).to_bytes().decode()
    name, number = next(csv.reader(io.StringIO(raw.splitlines()[1])))[:2]
    assert (name, number) == ("'=HYPERLINK(1), Eve", "101")


AWKWARD = ["Ýrr Þórðardóttir", "My", "李 小龍", "O’Neil-Smith, Jr.", 'Ann "A" Lee', "X", "naïve é"]


@pytest.mark.parametrize("platform", ["canvas", "moodle", "brightspace"])
def test_people_with_awkward_names_get_their_own_mark_and_no_other(platform):
    people = [
        person(f"id{i}", last, "", **{platform: str(100 + i)}) for i, last in enumerate(AWKWARD)
    ]
    came = [Collected(p.id, T1, "moodle", str(100 + i), "") for i, p in enumerate(people)]
    course = class_of(
        *people,
        scores={(p.id, T1): i + 0.5 for i, p in enumerate(people)},
        collected=came if platform == "moodle" else [],
    )
    form = FORMS[platform]
    sheet = empty_sheet(form, course, [T1])
    columns, _ = choose_columns(form, sheet, course, [T1])
    done = fill(sheet, form, course, columns)
    assert done.needs == []
    raw = sheet.to_bytes()
    if platform == "canvas":
        users = {100 + i: name for i, name in enumerate(AWKWARD)}
        read = canvas_gradebook(raw, CanvasCourse(users, {1: "Decoding Neural Responses"}))
        assert [float(mark) for mark in read.values()] == [i + 0.5 for i in range(len(AWKWARD))]
    elif platform == "moodle":
        read = moodle_worksheet(raw, set(range(100, 120)), MOST)
        assert read == {100 + i: i + 0.5 for i in range(len(AWKWARD))}
    else:
        users = {str(100 + i): str(100 + i) for i in range(len(AWKWARD))}
        read = brightspace_grades(raw, users)
        assert list(read.values()) == [i + 0.5 for i in range(len(AWKWARD))]
