"""Names that Colab, Canvas, Moodle and people give their files."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.errors import HandInError
from nmautils.grading.intake import owners
from nmautils.grading.intake.filenames import (
    _NOT_A_PERSON,
    HandInName,
    clean_student,
    parse_name,
)
from nmautils.grading.intake.lms import FORMS, Form
from nmautils.grading.model.limits import FILE_NAME_BYTES, STUDENT_ID_CHARACTERS

T1 = "tutorial1_decoding"
KNOWN = {T1, "tutorial2_convolution"}


@pytest.mark.parametrize(
    ("path", "student"),
    [
        # Colab, in a folder or with the student's name
        (f"jane/{T1}.ipynb", "jane"),
        (f"jane/Copy_of_{T1}.ipynb", "jane"),
        (f"jane/Copy of {T1}.ipynb", "jane"),
        (f"jane/Kopie von {T1}.ipynb", "jane"),
        (f"jane/Copy of Copy of {T1} (2).ipynb", "jane"),
        (f"jane/{T1} (1).ipynb", "jane"),
        (f"jane/{T1}(1).ipynb", "jane"),
        (f"jane/{T1}-Copy1.ipynb", "jane"),
        (f"jane_{T1}.ipynb", "jane"),
        (f"Copy_of_jane_{T1}.ipynb", "jane"),
        (f"jane_Copy_of_{T1}.ipynb", "jane"),
        (f"jane - {T1} (1).ipynb", "jane"),
        (f"{T1}_jane.ipynb", "jane"),
        (f"jane-doe_{T1}.ipynb", "jane-doe"),
        (f"jane_doe_{T1.upper()}.IPYNB", "jane_doe"),
        (f"jane/{T1}_final.ipynb", "jane"),
        (f"jane/my_{T1}-2.ipynb", "jane"),
        (f"jane/{T1}/{T1}.ipynb", "jane"),
        (f"class.zip/{T1}/jane/{T1}.ipynb.txt", "jane"),
        (f"jane_{T1}.zip/{T1}.ipynb", "jane"),
        # Folders of Colab, Kaggle and a computer
        (f"jane/content/drive/MyDrive/Colab Notebooks/Kopie von {T1}.ipynb", "jane"),
        (f"jane/content/drive/My Drive/Colab_Notebooks/{T1}.ipynb", "jane"),
        (f"jane/kaggle/working/{T1}.ipynb", "jane"),
        (f"jane/Users/jane/Desktop/{T1}.ipynb", "jane"),
        (f"content/drive/MyDrive/jane_{T1}.ipynb", "jane"),
        (f"home/jane/Downloads/{T1}.ipynb", "jane"),
        (f"jane_{T1}.zip/content/drive/{T1}.ipynb", "jane"),
        (f"Content, Jane/{T1}.ipynb", "Content_Jane"),
        # Canvas
        (f"doejane_12345_67890_{T1}.ipynb", "doejane"),
        (f"doejane_LATE_12345_67890_{T1}-1.ipynb", "doejane"),
        (f"submissions.zip/doejane_12345_67890_Copy_of_{T1}-3.ipynb", "doejane"),
        (f"submissions.zip/doejane_12345_67890_{T1}+(1)-1.ipynb", "doejane"),
        (f"submissions.zip/doejane_12345_67890_work.zip/{T1}.ipynb", "doejane"),
        # Moodle
        (f"Jane Doe_12345_assignsubmission_file_/{T1}.ipynb", "Jane_Doe"),
        (f"Jane Doe_12345_assignsubmission_file/{T1} (1).ipynb", "Jane_Doe"),
        (f"all.zip/Jane Doe_12345_assignsubmission_file_{T1}.ipynb", "Jane_Doe"),
        (f"all.zip/Zoë O'Hara-Li_7_assignsubmission_file_/x/{T1}.ipynb", "Zoë_O_Hara-Li"),
        # Blackboard, as in nbgrader's own example
        (f"{T1}_bitdiddle_attempt_2016-01-30-15-00-00_{T1}.ipynb", "bitdiddle"),
    ],
)
def test_student_and_assignment_are_told_from_the_name(path, student):
    name = parse_name(path.split("/"), KNOWN)
    assert (name.student, name.assignment) == (student, T1)


def test_an_account_tells_namesakes_apart():
    canvas = parse_name([f"doejane_LATE_12345_67890_{T1}.ipynb"], KNOWN)
    moodle = parse_name(["Jane Doe_77_assignsubmission_file_", f"{T1}.ipynb"], KNOWN)
    assert (canvas.account, moodle.account) == ("Canvas 12345", "Moodle 77")


@pytest.mark.parametrize(
    "path",
    [
        f"bit_attempt_2016-01-30-15-00-07_{T1}.ipynb",
        f"bit_2016-01-30T15:00:07/{T1}.ipynb",
        f"bit_2016-01-30_15-00-07/{T1}.ipynb",
    ],
)
def test_a_time_in_the_name_is_read(path):
    assert parse_name(path.split("/"), KNOWN).time == datetime(2016, 1, 30, 15, 0, 7)


def test_an_impossible_time_is_no_time():
    assert parse_name([f"bit_{T1}_2016-13-30 15.00.07.ipynb"], KNOWN).time is None


@pytest.mark.parametrize(
    "name",
    [
        "homework.ipynb",
        "tutorial9_nothing.ipynb",
        "tutorial1.ipynb",
        "Untitled.ipynb",
        f"{T1}x.ipynb",
        f"x{T1}.ipynb",
    ],
)
def test_an_unknown_assignment_is_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match=f"unknown assignment .*{T1}.*rename") as error:
        parse_name(["jane", name], KNOWN)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "path",
    [f"{T1}.ipynb", f"submissions.zip/{T1}.ipynb", f"{T1}/{T1} (1).ipynb", f"../{T1}.ipynb"],
)
def test_an_unknown_student_is_refused_with_a_way_out(path):
    with pytest.raises(ValueError, match="cannot tell whose it is: put it into a folder"):
        parse_name(path.split("/"), KNOWN)


def test_a_folder_and_a_name_that_disagree_are_refused():
    with pytest.raises(ValueError, match="the folder says jane and the file joe: rename"):
        parse_name(["jane", f"joe_{T1}.ipynb"], KNOWN)
    assert parse_name(["jane_doe", f"jane_{T1}.ipynb"], KNOWN).student == "jane_doe"


@pytest.mark.parametrize("name", ["../../etc", "a/b", "a b\tc", ".hidden", "x" * 300, "a\0b"])
def test_student_ids_are_safe_folder_names(name):
    student = clean_student(name)
    assert student
    assert len(student) <= 100
    assert not student.startswith(".")
    assert not set(student) & set("/\\ \t\0")


@pytest.mark.parametrize(
    ("path", "student"),
    [
        # what is a mark of copying, and what is a part of a name
        (f"jane/{T1}-12.ipynb", "jane"),
        (f"jane_{T1}-123.ipynb", "jane"),
        (f"{T1}-ann-123.ipynb", "ann-123"),
        (f"{T1}_ann-1.ipynb", "ann"),
        (f"{T1}_ann-12.ipynb", "ann"),
        (f"{T1}_ann copy 2.ipynb", "ann"),
        (f"{T1}_ann copy2.ipynb", "ann"),
        (f"{T1}_ann copy.ipynb", "ann"),
        (f"{T1}_ann-Kopie.ipynb", "ann"),
        (f"{T1}_ann(3).ipynb", "ann"),
        (f"{T1}_ann_+(3).ipynb", "ann"),
        (f"{T1}_scopy.ipynb", "scopy"),
        (f"{T1}_annkopie.ipynb", "annkopie"),
        (f"Copy_offer_{T1}.ipynb", "Copy_offer"),
        (f"annCopy_of_{T1}.ipynb", "annCopy_of"),
        (f"_Copy_of_ann_{T1}.ipynb", "ann"),
        # a time is no part of a name
        (f"ann_2016-01-30_15-00-07/{T1}.ipynb", "ann"),
        (f"{T1}_2016-01-30 15.00.07_ann.ipynb", "ann"),
        (f"Copia_de_ann_{T1}.ipynb", "ann"),
        (f"ann_+Kopia+av+{T1}.ipynb", "ann"),
        (f"Copyof_{T1}.ipynb", "Copyof"),
        # who is no person
        (f"v2_{T1}_ann.ipynb", "ann"),
        (f"7_{T1}_ann.ipynb", "ann"),
        (f"v2x_{T1}.ipynb", "v2x"),
        (f"12_{T1}_ann.ipynb", "ann"),
        (f"Final_{T1}_ann.ipynb", "ann"),
        (f"{T1}_ann (1).zip/{T1}.ipynb", "ann"),
        (f"final answers_{T1}_ann.ipynb", "ann"),
        (f"ann_{T1}_bob.ipynb", "ann"),
        (f"ann_{T1}_{T1}.ipynb", "ann"),
        (f"final ann_{T1}.ipynb", "final_ann"),
        (f"ann.{T1}.ipynb", "ann"),
        (f"ann+-+{T1}+-+x.ipynb", "ann"),
        (f"{T1}.ann.ipynb", "ann"),
        # a folder comes before the name of the file
        (f"bob/final/{T1.upper()}/{T1}.ipynb", "bob"),
        (f"bob/class.zip/{T1}.ipynb", "bob"),
        (f"class/ann_{T1}.ZIP/{T1}.ipynb", "ann"),
        (f"Jane/JANE_doe_{T1}.ipynb", "Jane"),
        # a platform's name comes before everything, and its outermost before what is packed in it
        (f"doejane_1_2_x.zip/bob_{T1}.ipynb", "doejane"),
        (f"a_1_2_.zip/ann_{T1}.ipynb", "ann"),
        (f"A B_1_assignsubmission_file_/c_3_4_{T1}.ipynb", "A_B"),
        (f"jane/Jane_1_2_{T1}.ipynb", "jane"),
        (f"submissions/doejane_1_2_ann_{T1}.ipynb", "doejane"),
        # a platform's name without the student's own leaves the file's name as it is
        (f"submissions/A_1_assignsubmission_file_.zip/{T1}.ipynb", "A"),
        # numbers
        (f"12345/{T1}.ipynb", "12345"),
        (f"12345_{T1}.ipynb", "12345"),
        (f"12345_{T1}_ann.ipynb", "ann"),
        # an assignment's name with other signs
        ("jane_tutorial-1-decoding.ipynb", "jane"),
        ("jane_Tutorial 1 Decoding (2).ipynb", "jane"),
    ],
)
def test_a_name_is_read_to_the_letter(path, student):
    name = parse_name(path.split("/"), KNOWN)
    assert (name.student, name.assignment) == (student, T1)


@pytest.mark.parametrize(
    "path", [f"a_1_2_assignsubmission_file_/{T1}.ipynb", f"a_1_assignsubmission_file_{T1}.ipynb"]
)
def test_the_first_form_that_matches_counts(path):
    assert parse_name(path.split("/"), KNOWN).account.startswith("Moodle")


def test_spelling_of_assignments_does_not_matter():
    assert parse_name(["ann", "TUT", "tut.ipynb"], {"Tut"}).student == "ann"
    assert parse_name(["ann", "u\u0308bung.ipynb"], {"\xfcbung"}).assignment == "\xfcbung"


def test_a_line_about_odd_names_is_one_line():
    with pytest.raises(HandInError, match=r"the folder says a\?b and the file c\?d: rename"):
        parse_name(["a\nb", f"c\x1bd_{T1}.ipynb"], KNOWN)


def test_a_new_form_is_one_entry(monkeypatch):
    pattern = re.compile(r"(?P<id>\d+) - (?P<name>[^-]+) - .+")
    form = Form("X", pattern, "", time=lambda text: datetime(2030, 5, 1) if "May" in text else None)
    monkeypatch.setattr(owners, "FORMS", (*FORMS, form))
    name = parse_name(["7 - Jane Doe - May 1, 2030", f"{T1}.ipynb"], KNOWN)
    assert name == HandInName("Jane_Doe", T1, "", datetime(2030, 5, 1))


def test_the_longest_name_of_an_assignment_counts():
    known = {"tutorial1", "tutorial1_more"}
    assert parse_name(["ann", "tutorial1_more.ipynb"], known).assignment == "tutorial1_more"
    assert parse_name(["tutorial1.zip", "ann_tutorial1.json"], known).student == "ann"


def test_names_of_assignments_are_no_patterns():
    with pytest.raises(HandInError, match="unknown assignment"):
        parse_name(["ann", "t1xb.ipynb"], {"t1.b"})


@pytest.mark.parametrize(
    ("path", "hour"),
    [
        # the time of the part that says who, and none that somebody may have packed into it
        (f"ann_2016-01-30 02.00/ann_2016-01-30 03.00/{T1}_2016-01-30 04.00.ipynb", 2),
        (f"class_2016-01-30 02.00/ann_2016-01-30 03.00/{T1}_2016-01-30 04.00.ipynb", 3),
        (f"class_2016-01-30 02.00/ann_{T1}_2016-01-30 04.00.ipynb", None),
        (f"ann/{T1}_2016-01-30 04.00.ipynb", None),
        (f"ann_2016-13-30 02.00/{T1}_2016-01-30 04.00.ipynb", None),
        (f"ann_{T1}.zip/{T1}_2016-01-30 04.00.ipynb", None),
        (f"ann_1_2_{T1}_2016-01-30 04.00.ipynb", None),
        (f"Ann_1_assignsubmission_file_/{T1}_2016-01-30 04.00.ipynb", None),
        (f"T_ann_attempt_2016-01-30-02-00-00_{T1}_2016-01-30 04.00.ipynb", 2),
        (f"T_ann_attempt_{T1}_2016-01-30 04.00.ipynb", None),
        (f"T_ann_attempt_2016-01-30-02-00-00_x.zip/{T1}_2016-01-30 04.00.ipynb", 2),
        (f"1-2 - Ann - Jan 30, 2016 200 AM/{T1}_2016-01-30 04.00.ipynb", 2),
        (f"1-2 - Ann - Jan 30, 2016 200 AM - Mai 1, 2011 100 AM - {T1}.ipynb", 2),
    ],
)
def test_only_a_time_beside_the_name_that_counts_is_read(path, hour):
    time = parse_name(path.split("/"), KNOWN).time
    assert time == (None if hour is None else datetime(2016, 1, 30, hour))


@pytest.mark.parametrize(
    ("path", "student"),
    [
        # what a student packed says nothing about who it is
        (f"ann_{T1}.zip/bob/{T1}.ipynb", "ann"),
        (f"ann_{T1}.zip/bob_{T1}.ipynb", "ann"),
        (f"ann_{T1}.zip/bob_{T1}.zip/{T1}.ipynb", "ann"),
        (f"Ann_7_assignsubmission_file_/bob/{T1}.ipynb", "Ann"),
        (f"Ann_7_assignsubmission_file_/bob_{T1}.zip/{T1}.ipynb", "Ann"),
        (f"T_ann_attempt_2016-01-30-02-00-00_x_bob_attempt_2015-01-30-02-00-00_{T1}.ipynb", "ann"),
        (f"1-2 - Ann - Jan 30, 2016 200 AM/3-4 - Bob - Jan 1, 2016 100 AM/{T1}.ipynb", "Ann"),
        (f"Doe, Ann(ann)/Submission attachment(s)/Roe, Bob(bob)/{T1}.ipynb", "ann"),
        (f"ann+{T1}+2016-01-30 02:00:00 UTC+x/bob+{T1}+2016-01-30 01:00:00 UTC/{T1}.ipynb", "ann"),
        # folders of many
        (f"Group A/ann/{T1}.ipynb", "ann"),
        (f"week1/ann/{T1}.ipynb", "ann"),
        (f"Kurs 2030/Abgaben/ann/{T1}.ipynb", "ann"),
        (f"canvas-download/doejane_1_2_{T1}.ipynb", "doejane"),
        (f"Submitted files/Jane Doe/Tutorial 1/Version 2/{T1}.ipynb", "Jane_Doe"),  # Teams
        (f"tutorial1-decoding-submissions/tutorial1-decoding-janedoe/{T1}.ipynb", "janedoe"),
        (f"Doe_Jane_janedoe_12345/{T1}.ipynb", "janedoe"),  # ILIAS
        (f"Doe_Jane_Ann_jane.doe_12345/{T1}.ipynb", "jane.doe"),
        (f"v2_1_jane_12345_/{T1}.ipynb", "v2_1_jane_12345"),
        (f"Jane Doe - {T1}.ipynb", "Jane_Doe"),  # Google Classroom
        # names are hidden
        (f"Participant_12345_assignsubmission_file_/{T1}.ipynb", "Participant_12345"),
        (f"Participant 12345_12345_assignsubmission_file_/{T1}.ipynb", "Participant_12345"),
        (f"anon_12345_67890_{T1}.ipynb", "anon_12345"),
        # what lies in a student's folder
        (f"ann/homework/{T1}.ipynb", "ann"),
        (f"ann/my project/src/{T1}.ipynb", "ann"),
        (f"ann/ann_{T1}.zip/ann doe/{T1}.ipynb", "ann"),
    ],
)
def test_the_outermost_name_counts(path, student):
    name = parse_name(path.split("/"), KNOWN)
    assert (name.student, name.assignment) == (student, T1)


@pytest.mark.parametrize(
    "path",
    [
        f"bob/ann/{T1}.ipynb",
        f"jane/doejane_1_2_{T1}.ipynb",
        f"an/Anna Smith_1_assignsubmission_file_/{T1}.ipynb",
        f"an/smithanna_1_2_{T1}.ipynb",
        f"an/anna_{T1}.ipynb",
        f"an/anna/{T1}.ipynb",
        f"bob/doejane_1_2_{T1}.ipynb",
        f"bob/A_1_assignsubmission_file_.zip/{T1}.ipynb",
        f"NEURO101/doejane_1_2_{T1}.ipynb",
        f"bob/ann_{T1}.zip/{T1}.ipynb",
        f"bob/x.zip/ann/{T1}.ipynb",
        f"bob/x.zip/ann_{T1}.ipynb",
        f"bob/x.zip/doejane_1_2_{T1}.ipynb",
        f"bob_{T1}.zip/doejane_1_2_{T1}.ipynb",
        f"bob_{T1}.zip/Ann_7_assignsubmission_file_/{T1}.ipynb",
        f"bob/x.zip/T_ann_attempt_2016-01-30-02-00-00_{T1}.ipynb",
        f"bob/x.zip/1-2 - Ann - Jan 30, 2016 200 AM/{T1}.ipynb",
        f"bob/x.zip/Doe, Ann(ann)/{T1}.ipynb",
        f"bob/x.zip/ann+{T1}+2016-01-30 02:00:00 UTC+x/{T1}.ipynb",
        # nothing says who
        f"assignment_111_export/submission_987654321/{T1}.ipynb",
        f"submission_987654321/{T1}.ipynb",
        f"Group 7/{T1}.ipynb",
        f"week 3/{T1}/{T1}.ipynb",
    ],
)
def test_whose_a_file_is_is_asked_if_it_cannot_be_told(path):
    with pytest.raises(HandInError, match="cannot tell whose it is") as error:
        parse_name(path.split("/"), KNOWN)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "path",
    [
        f"ann_1_2_x.zip/Bob_7_assignsubmission_file_/{T1}.ipynb",
        f"a_1_2_x.zip/b_3_4_x.zip/{T1}.ipynb",
        f"Ann_7_assignsubmission_file_/x.zip/bob_1_2_{T1}.ipynb",
        f"ann_1_2_x.zip/ann_attempt_2016-01-30-02-00-00_{T1}.ipynb",
        f"ann_{T1}.zip/1-2 - Ann - Jan 30, 2016 200 AM/{T1}.ipynb",
    ],
)
def test_another_person_or_time_in_a_students_archive_is_asked_about(path):
    with pytest.raises(HandInError, match="says another person or time, which a platform writes"):
        parse_name(path.split("/"), KNOWN)


def test_somebody_of_the_roster_in_anothers_archive_is_asked_about():
    known = {"ann": "ann1", "bob": "bob1", "Bob Li": "bob1"}.get
    path = f"ann_1_2_x.zip/bob/{T1}.ipynb".split("/")
    assert parse_name(path, KNOWN).student == "ann"
    with pytest.raises(HandInError, match="in the archive bob says another person"):
        parse_name(path, KNOWN, known=lambda name: known(name, ""))
    path = f"bob_1_2_x.zip/Bob Li/{T1}.ipynb".split("/")
    assert parse_name(path, KNOWN, known=lambda name: known(name, "")).student == "bob"


def test_a_name_of_the_roster_is_a_name_whatever_it_means_else():
    known = {"My": "my1", "7": "7", "final": "f"}.get
    for name in ("My", "7", "final"):
        for path in (f"{name}/Untitled.ipynb", f"{name}_{T1}.ipynb", f"{T1}_{name}.ipynb"):
            found = parse_name(path.split("/"), KNOWN, None, T1, lambda part: known(part, ""))
            assert found.student == name
        with pytest.raises(HandInError, match="cannot tell whose"):
            parse_name([f"{name}_{T1}.ipynb"], KNOWN)


def test_the_cells_tell_the_assignment_where_the_name_does_not():
    for file in ("Untitled0.ipynb", "notebook3f2a.ipynb", "__notebook__.ipynb", "Loesung.ipynb"):
        assert parse_name(["ann", file], KNOWN, by_content=T1) == HandInName("ann", T1)
    with pytest.raises(HandInError, match="cannot tell whose"):
        parse_name(["Untitled0.ipynb"], KNOWN, by_content=T1)
    with pytest.raises(HandInError, match=f"its name says {T1}, but its cells are of tut"):
        parse_name([f"ann_{T1}.ipynb"], KNOWN, by_content="tutorial2_convolution")


@pytest.mark.parametrize(
    ("stem", "guess"),
    [
        ("tutorial1", f", perhaps {T1}"),
        ("TUTORIAL2", ", perhaps tutorial2_convolution"),
        ("homework", ""),
        # half of the letters in common are enough, one less is not
        ("tutorial", f", perhaps {T1}"),
        ("abcdef", ", perhaps abcxyz"),
        ("abcde", ", perhaps abcxyz"),
        ("abqqqq", ""),
        ("m" * 13 + "x" * 14, ""),
        ("m" * 13 + "x" * 13, f", perhaps {'m' * 13 + 'w' * 13}"),
    ],
)
def test_a_guess_is_made_if_a_name_is_close(stem, guess):
    with pytest.raises(HandInError) as error:
        parse_name(["ann", f"{stem}.ipynb"], KNOWN | {"abcxyz", "m" * 13 + "w" * 13})
    assert str(error.value).endswith(f"STUDENT_ASSIGNMENT.ipynb{guess}")


def test_without_any_assignment_the_line_says_so():
    with pytest.raises(HandInError, match="known: none yet"):
        parse_name(["ann", "x.ipynb"], [])


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("x" * 99, "x" * 99),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 100),
        ("x" * 99 + "_y", "x" * 99),
        ("é" * 100, "é" * 100),  # 200 bytes
        ("語" * 80, "語" * 80),  # 240 bytes
        ("語" * 81, "語" * 80),
        ("a" + "語" * 80, "a" + "語" * 79),
        ("_.-ann-._", "ann"),
        ("a__b", "a_b"),
        ("a_ _b", "a_b"),
        ("@ann", "@ann"),
        ("...", ""),
    ],
)
def test_a_student_id_is_as_long_as_a_folder_may_be(name, student):
    assert clean_student(name) == student


# --- any name at all -----------------------------------------------------------------------------

WORD = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzäéßñ語"), min_size=1, max_size=12)
NUMBER = st.integers(1, 10**9).map(str)
TIME = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(
    lambda t: t.replace(microsecond=0)
)
TEXT = st.text(st.characters(exclude_categories=()))  # with lone surrogates, as files' names may
PIECE = st.one_of(TEXT, st.sampled_from([T1, f"{T1}.ipynb", "_", "\n", "ann", ".zip"]))
WAYS = ["{0}_{1}", "{0} - {1}", "{1}_{0}", "Copy of {0}_{1} (1)", "{0}/{1}"]


def is_person(word):
    """Leave out words that mean something else in a name."""
    return clean_student(word) == word and not {word} & set(_NOT_A_PERSON)


PERSON = WORD.filter(is_person)


@given(st.lists(st.lists(PIECE, min_size=1, max_size=4).map("".join), min_size=1, max_size=4))
def test_any_path_gives_a_name_or_one_line(parts):
    name, why = None, ""
    try:
        name = parse_name(parts, KNOWN)
    except HandInError as error:
        why = str(error)
    assert (name is None) == bool(why)
    assert why.isprintable()
    assert name is None or name.assignment in KNOWN
    assert name is None or name.student == clean_student(name.student) != ""


@given(st.one_of(TEXT, TEXT.map(lambda text: text[:3] * 200)))
def test_any_student_id_is_a_safe_name_of_a_folder(text):
    student = clean_student(text)
    assert len(student) <= STUDENT_ID_CHARACTERS
    assert len(student.encode()) <= FILE_NAME_BYTES
    assert set('/\\ \t\r\n\0:*?"<>|').isdisjoint(student)
    assert student.isprintable()
    assert not student.startswith((".", "-", "_"))
    assert not student.endswith((".", "-", "_"))
    assert clean_student(student) == student


@given(PERSON, NUMBER, NUMBER, st.sampled_from(["", "_LATE"]), st.sampled_from(["", "-1", " (2)"]))
def test_what_canvas_puts_together_is_taken_apart(person, user, file, late, again):
    name = parse_name([f"{person}{late}_{user}_{file}_{T1}{again}.ipynb"], KNOWN)
    assert name == HandInName(person, T1, f"Canvas {user}")


@given(st.lists(PERSON, min_size=1, max_size=3), NUMBER, st.sampled_from(["file_", "file"]))
def test_what_moodle_puts_together_is_taken_apart(words, number, ending):
    folder = f"{' '.join(words)}_{number}_assignsubmission_{ending}"
    expected = HandInName("_".join(words), T1, f"Moodle {number}")
    assert parse_name(["all.zip", folder, f"{T1}.ipynb"], KNOWN) == expected


@given(PERSON, TIME, st.sampled_from(["", "Tutorial 1_", "a_b_"]))
def test_what_blackboard_puts_together_is_taken_apart(person, time, title):
    file = f"{title}{person}_attempt_{time:%Y-%m-%d-%H-%M-%S}_{T1}.ipynb"
    assert parse_name([file], KNOWN) == HandInName(person, T1, time=time)


@given(PERSON, st.sampled_from(WAYS))
def test_what_people_put_together_is_taken_apart(person, form):
    path = form.format(person, T1) + ".ipynb"
    assert parse_name(path.split("/"), KNOWN) == HandInName(person, T1)
