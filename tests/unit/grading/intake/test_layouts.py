"""An archive is recognised as a whole, or refused as a whole with what was seen."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.errors import HandInError
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.filenames import nobody
from nmautils.grading.intake.layouts import Layout, UnknownLayout, recognise
from nmautils.people.collected import read_collected
from tests.support.inbox import T1, T2, course, notebook, put, put_zip

__all__ = ["course"]

FILES: dict[str, bytes] = {}


def layout_of(*paths: str, contents: dict[str, bytes] = FILES) -> Layout:
    names = [tuple(path.split("/")) for path in [*paths, *contents]]
    return recognise(names, lambda name, limit: contents["/".join(name)][:limit], {T1}, nobody)


def told(layout: Layout) -> tuple[str, int, list[str]]:
    return layout.what, layout.people, [owner.name for owner in layout.owners.values()]


@pytest.mark.parametrize(
    ("paths", "what"),
    [
        ([f"a_1_2_{T1}.ipynb", f"b_LATE_3_4_{T1}-1.ipynb", "c_5_text.html"], ("Canvas", 3)),
        ([f"a_1_2_{T1}.ipynb", "a_1_3_report.pdf"], ("Canvas", 1)),
        ([f"anon_aB3xY_2_{T1}.ipynb", f"LATE_anon_cD4zW_3_{T1}.ipynb"], ("Canvas", 2)),
        (["A B_1_assignsubmission_file/x.ipynb", "C_2_assignsubmission_file/y/z"], ("Moodle", 2)),
        (["A B_1_assignsubmission_file_/x", "A B_1_assignsubmission_onlinetext_/o"], ("Moodle", 1)),
        ([f"A_1_assignsubmission_file_{T1}.ipynb"], ("Moodle", 1)),
        (["Participant_1_assignsubmission_file/x", "Participant_2_assignsubmission_file/x"],
         ("Moodle", 2)),
        (["Course 7/A_1_assignsubmission_file/x"], ("Moodle", 1)),
        (["index.html", "1-2 - A B - Jan 3, 2030 1126 AM/x"], ("Brightspace", 1)),
        (["T/grades.csv", "T/B, A(ab1)/timestamp.txt", "T/B, A(ab1)/Submission attachment(s)/x"],
         ("Sakai", 1)),
        (["status.csv", "README.md", "B_A_ab1_123/x", "D_C_cd2_124/y"], ("ILIAS", 2)),
        ([f"a+{T1}+2030-01-30 15:00:00 UTC+x/{T1}.ipynb"], ("nbgrader", 1)),
        (["ann/x.ipynb", "bob/y/z.ipynb"], ("a folder for each student", 2)),
        (["Tutorial 1/ann/x.ipynb", "Tutorial 1/bob/x.ipynb"], ("a folder for each student", 2)),
        (["Ann Li/x.ipynb", "My/x.ipynb", "A/x.ipynb"], ("a folder for each student", 3)),
        (["101/x.ipynb", "102/x.ipynb"], ("a folder for each student", 2)),
        ([f"T/Ann Li - {T1}.ipynb", "T/Bo Li-Ek - Untitled0.ipynb"],
         ("Google Classroom or Drive", 2)),
        ([f"ann_{T1}.ipynb", f"bob_{T1} (1).ipynb"], ("files of students", 2)),
        ([f"ann_{T1}.ipynb", "bob/x.ipynb"], ("files and folders of students", 2)),
    ],
)  # fmt: skip
def test_a_layout_is_told_by_all_names(paths, what):
    contents = {path: b"20300130150000000" for path in paths if path.endswith("timestamp.txt")}
    layout = layout_of(*(path for path in paths if path not in contents), contents=contents)
    assert (layout.what, layout.people) == what


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        ([f"a_1_2_{T1}.ipynb", f"b_3_4_{T1}.ipynb", "c.txt"],
         "2 of 3 names in it are as Canvas writes them, but not c.txt"),
        (["A_1_assignsubmission_file/x", "B/x", "C/x"],
         "1 of 3 names in it are as Moodle writes them, but not B, C"),
        (["submission_1/x.ipynb", "submission_2/x.ipynb"],
         "Gradescope's folders, but not its submission_metadata.yml"),
        (["a.ipynb", "b.ipynb", "c.ipynb", "d.ipynb"],
         "in no layout that is known; it holds a.ipynb, b.ipynb, c.ipynb and 1 more"),
        (["Essay/ann/x", "Essay/bob/x"], "in no layout that is known; it holds Essay"),
        (["Group 1/x.ipynb", "Group 2/x.ipynb"], "in no layout"),
        (["ann/x.ipynb", "x.ipynb"], "in no layout"),
        ([f"Copy of {T1}.ipynb", f"{T1} (1).ipynb"], "in no layout"),
        ([], "it holds nothing"),
    ],
)  # fmt: skip
def test_what_fits_no_layout_is_refused_as_a_whole(paths, why):
    with pytest.raises(UnknownLayout) as error:
        layout_of(*paths)
    assert why in str(error.value)
    assert str(error.value).isprintable()


def test_blackboards_texts_tell_accounts_with_low_lines():
    day = "2030-01-30-15-00-00"
    start = {"ann_li": "Tutorial_1 one_ann_li", "li": "Tutorial_1 one_li"}
    texts = {
        f"{head}_attempt_{day}.txt": f"Name: X Li ({login})\nAssignment: Y\n".encode()
        for login, head in start.items()
    }
    files = [f"{head}_attempt_{day}_x_y.ipynb" for head in start.values()]
    layout = layout_of(*files, contents=texts)
    assert layout.people == 2
    assert {top: owner.number for top, owner in layout.owners.items()} == {
        top: login for login, head in start.items() for top in layout.owners if head in top
    }
    # Without the texts, what all have in common is the title, and nobody is mixed up with another.
    assert told(layout_of(*files)) == ("Blackboard", 2, ["ann_li", "li"])
    forged = {f"{start['li']}_attempt_{day}.txt": b"Name: X (ann_li)\n"}
    assert told(layout_of(*files, contents=forged))[2] == ["ann_li", "li", "li"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_long_text_of_blackboard_is_read_at_its_start(course, packed):
    day = "2030-01-30-15-00-00"
    files = {
        f"T_bo_b_attempt_{day}_{T1}.ipynb": notebook("bob"),
        f"T_bo_b_attempt_{day}.txt": b"Name: Bo B (bo_b)\n" + b"x" * 100_000,
    }
    if packed:
        put_zip(course, "b.zip", files)
    else:
        for name, raw in files.items():
            put(course, f"submissions/{name}", raw)
    done, _ = run(course)
    assert (done.new, done.refused) == ([f"bo_b/{T1}"], [])


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        (b"20300130150000000", 15),
        (b"2030-01-30T15:00:00Z", 15),
        (b"\xef\xbb\xbf20300130150000123\r\n", 15),
        (b"yesterday", None),
        (b"", None),
        (b"00010101000000000", None),
    ],
)
def test_sakai_says_when_in_a_file(text, hour):
    names = ["T/B, A(ab1)/Submission attachment(s)/x.ipynb"]
    layout = layout_of(*names, contents={"T/B, A(ab1)/timestamp.txt": text})
    time = layout.owners["B, A(ab1)"].time
    assert (time and time.hour) == hour


@pytest.mark.parametrize(
    ("folders", "numbers"),
    [
        (["1-9 - Ann - Jan 3, 2030 100 PM", "2-9 - Bo - Jan 3, 2030 100 PM"], ["1", "2"]),
        (["1-8 - Ann - Jan 3, 2030 100 PM", "1-9 - Bo - Jan 3, 2030 100 PM"], ["", ""]),
        (["1-9 - Ann - Jan 3, 2030 100 PM"], [""]),
    ],
)
def test_brightspaces_number_is_a_persons_only_if_no_others_share_it(folders, numbers):
    layout = layout_of(*(f"{folder}/x.ipynb" for folder in folders))
    assert [owner.number for owner in layout.owners.values()] == numbers


def test_a_name_with_a_low_line_does_not_spoil_the_layout_of_canvas():
    names = [f"a_1_2_{T1}.ipynb", f"b_3_4_{T1}.ipynb", f"van_dyk_LATE_5_6_{T1}.ipynb"]
    layout = layout_of(*names)
    assert told(layout) == ("Canvas", 3, ["a", "b", "van_dyk"])
    assert [owner.late for owner in layout.owners.values()] == [False, False, True]
    assert [owner.number for owner in layout.owners.values()] == ["1", "3", "5"]


def test_a_name_of_a_students_own_file_does_not_spoil_the_layout():
    layout = layout_of(f"a_1_2_{T1}.ipynb", "b_3_4_c_5_assignsubmission_file_x.ipynb")
    assert told(layout) == ("Canvas", 2, ["a", "b"])


# --- in the inbox --------------------------------------------------------------------------------


def run(course, **options):
    lines = []
    return collect(course, say=lines.append, **options), lines


def test_an_archive_is_one_line_and_its_folder_too(course):
    files = {f"{n}_{i}_2_{T1}.ipynb": notebook(n) for i, n in enumerate(["ann", "bob"])}
    put_zip(course, "submissions.zip", files)
    for name, raw in files.items():
        put(course, f"neuro submissions/{name}", raw)
    _, lines = run(course)
    assert lines[:2] == ["Canvas, 2 people  neuro submissions", "Canvas, 2 people  submissions.zip"]


@pytest.mark.parametrize(
    ("name", "collected"),
    [
        (f"NEURO101-{T1}-4711.zip", True),
        (f"neuro101-{T1}_submissions.zip", True),
        (f"NEURO101 {T1}.zip", False),
        (f"bob_{T1}.zip", False),
    ],
)
def test_an_archive_that_bears_a_name_is_not_taken_for_a_platforms(course, name, collected):
    put_zip(course, name, {
        f"{who}_{i}_assignsubmission_file/{T1}.ipynb": notebook(who)
        for i, who in enumerate(["Ann", "Cy"])
    })  # fmt: skip
    done, _ = run(course)
    assert done.new == ([f"Ann/{T1}", f"Cy/{T1}"] if collected else [])
    assert [where for where, _ in done.refused] == ([] if collected else [name])
    assert (
        collected or "call it `submissions` only if you have it from Moodle" in done.refused[0][1]
    )


def test_a_file_name_in_a_persons_own_folder_does_not_matter(course):
    files = {
        f"ann/bob_{T1}.ipynb": notebook("ann"),
        f"bob/final ann_{T1} v2.ipynb": notebook("bob"),
    }
    put_zip(course, "class.zip", files)
    done, _ = run(course)
    assert done.new == [f"ann/{T1}", f"bob/{T1}"]
    assert done.refused == []


def test_a_folder_of_google_classroom_is_a_layout(course):
    names = [f"Jane Doe - {T1}.ipynb", f"My - Copy of {T1}.ipynb", f"Bo Li-Ek - {T1} (1).ipynb"]
    for name in names:
        put(course, f"Classroom/Tutorial 1/{name}", notebook(name))
    done, lines = run(course)
    assert done.new == [f"{who}/{T1}" for who in ("Bo_Li-Ek", "Jane_Doe", "My")]
    assert lines[0] == "Google Classroom or Drive, 3 people  Classroom"


def test_an_archive_that_is_called_a_notebook_keeps_its_name(course):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.ipynb", notebook("bob"))
    day = "2030-01-30-15-00-00"
    put_zip(course, "b.zip", {
        f"T_bo_b_attempt_{day}_{T1}.ipynb": packed.getvalue(),
        f"T_bo_b_attempt_{day}.txt": b"Name: Bo B (bo_b)\n",
    })  # fmt: skip
    (course / "release" / T2 / f"{T2}.ipynb").unlink()
    done, _ = run(course)
    assert done.new == [f"bo_b/{T1}"]
    (note,) = read_collected(course).values()
    assert (note.number, note.entry) == ("bo_b", f"T_bo_b_attempt_{day}_{T1}.ipynb")


def test_pages_of_a_platform_need_nobody(course):
    folder = "T/Li, Ann(ann1)"
    put_zip(course, "sakai.zip", {
        "T/grades.csv": b"",
        f"{folder}/timestamp.txt": b"20300130150000000",
        f"{folder}/comments.txt": b"",
        f"{folder}/Li, Ann(ann1)_submissionText.html": b"<p>Here</p>",
        f"{folder}/Submission attachment(s)/x/{T1}.ipynb": notebook("ann"),
        f"{folder}/Submission attachment(s)/figure.png": b"\x89PNG",
        "T/Li, Bo(bo1)/Li, Bo(bo1)_submissionText.html": b"<p>Sorry</p>",
    })  # fmt: skip
    put(course, "index.html", b"<html>")
    done, _ = run(course)
    assert done.new == [f"ann1/{T1}"]
    assert [where for where, _ in done.refused] == [
        "sakai.zip/T/Li, Bo(bo1)/Li, Bo(bo1)_submissionText.html"
    ]


def test_a_hand_in_of_many_files_without_a_notebook_is_one_line(course):
    put(course, "ann/a.png", b"\x89PNG")
    put(course, "ann/b/report.pdf", b"%PDF")
    done, _ = run(course)
    assert len(done.refused) == 1


def test_a_broken_list_refuses_the_archive_in_one_line(course):
    files = {f"x/submission_{i}/{T1}.ipynb": notebook(f"{i}") for i in range(3)}
    put_zip(course, "export.zip", {"x/submission_metadata.yml": b"a: [", **files})
    done, _ = run(course)
    ((where, why),) = done.refused
    assert (where, "cannot be read" in why) == ("export.zip", True)


def test_a_list_that_is_too_large_is_not_read(course):
    put_zip(course, "export.zip", {
        "x/submission_metadata.yml": b" " * (11 * 2**20),
        f"x/submission_1/{T1}.ipynb": notebook(),
    })  # fmt: skip
    done, _ = run(course)
    assert done.refused == [("export.zip", "submission_metadata.yml is too large")]


def test_errors_are_of_hand_ins():
    assert issubclass(UnknownLayout, HandInError)


# --- any names at all ----------------------------------------------------------------------------

PIECE = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8),
    st.sampled_from([T1, "_1_2_", "_7_assignsubmission_file", "submission_1", ".ipynb", ".zip",
                     "Doe, Ann(ann)", "T_ann_attempt_2030-01-30-15-00-00", " - ", "ann", "My"]),
)  # fmt: skip
NAME = st.lists(PIECE, min_size=1, max_size=3).map("".join).map(lambda name: name.replace("/", "_"))
PATHS = st.lists(st.lists(NAME, min_size=1, max_size=3).map(tuple), max_size=6, unique=True)


@given(PATHS)
def test_any_names_are_a_layout_or_one_line(names):
    layout, why = None, ""
    try:
        layout = recognise(names, lambda name, limit: b"", {T1}, nobody)
    except HandInError as error:
        why = str(error)
    assert (layout is None) == bool(why)
    assert why.isprintable()
    for top, owner in layout.owners.items() if layout else ():
        assert owner.level == layout.at
        assert owner.name or owner.problem
        assert top in {path[layout.at] for path in names if len(path) > layout.at}


@given(st.lists(NAME, min_size=1, max_size=5), st.booleans())
def test_no_name_of_a_students_file_changes_whose_it_is(names, in_folders):
    form = "n{0}_{0}_assignsubmission_file/{1}" if in_folders else "n{0}_{0}_9_{1}"
    paths = [form.format(number, name) for number, name in enumerate(names)]
    layout = layout_of(*dict.fromkeys(paths))
    assert layout.what == ("Moodle" if in_folders else "Canvas")
    for top, owner in layout.owners.items():
        assert owner.name == f"n{owner.number}"
        assert top.startswith(f"n{owner.number}_")
