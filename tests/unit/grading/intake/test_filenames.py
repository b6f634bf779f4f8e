"""Names that Colab, Canvas, Moodle and people give their files."""

from datetime import datetime

import pytest

from nmautils.grading.intake.filenames import clean_student, parse_name

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
        f"bit/{T1}_2016-01-30 15.00.07.ipynb",
        f"bit_{T1}_2016-01-30T15:00:07.ipynb",
        f"bit_2016-01-30_15-00-07/{T1}.ipynb",
    ],
)
def test_a_time_in_the_name_is_read(path):
    assert parse_name(path.split("/"), KNOWN).time == datetime(2016, 1, 30, 15, 0, 7)


def test_an_impossible_time_is_no_time():
    assert parse_name([f"bit_{T1}_2016-13-30 15.00.07.ipynb"], KNOWN).time is None


@pytest.mark.parametrize(
    "name", ["homework.ipynb", "tutorial9_nothing.ipynb", "tutorial1.ipynb", "Untitled.ipynb"]
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
