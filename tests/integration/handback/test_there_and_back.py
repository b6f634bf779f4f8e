"""From a platform's archive of hand-ins to its table of marks and its archive of feedback."""

import zipfile

import pytest

from nmautils.cli import main
from tests.support.inbox import notebook
from tests.support.marked_class import MOST, T1, write_class
from tests.support.platform_parsers import (
    CanvasCourse,
    brightspace_feedback,
    canvas_gradebook,
    canvas_submissions,
    moodle_feedback,
    moodle_worksheet,
)

FOLDERS = {
    "jane": "7001-8001 - Jane Doe - Dec 3, 2030 1126 AM",
    "max": "7002-8002 - Max Müller - Dec 3, 2030 1127 AM",
}


def collected(root, entries, scores):
    """A course whose hand-ins came in an archive with these entries; marks as if graded."""
    write_class(root, {T1: scores})
    (root / "inbox").mkdir()
    with zipfile.ZipFile(root / "inbox" / "submissions.zip", "w") as archive:
        for name, raw in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2030, 12, 3, 11, 26, 0)), raw)
    assert main(["collect", "--root", str(root)]) == 0
    return root


@pytest.fixture
def run(tmp_path):
    def call(*arguments):
        assert main([*map(str, arguments), "--root", str(tmp_path)]) == 0

    return call


def test_canvas(tmp_path, run):
    root = collected(
        tmp_path,
        {
            f"doejane_101_9001_{T1}.ipynb": notebook("x = 1"),
            f"mullermax_LATE_102_9002_{T1}-1.ipynb": notebook("x = 2"),
        },
        {"doejane": 7.5, "mullermax": 10.0},
    )
    run("export", T1, "--for", "canvas")
    there = CanvasCourse({101: "Doe, Jane", 102: "Müller, Max"}, {1: "Decoding Neural Responses"})
    marks = canvas_gradebook((root / "handback" / f"canvas-{T1}.csv").read_bytes(), there)
    assert {user: mark for (user, _), mark in marks.items()} == {101: "7.5", 102: "10"}
    run("return", T1, "--for", "canvas")
    raw = (root / "handback" / f"canvas-feedback-{T1}.zip").read_bytes()
    read = canvas_submissions(raw, {9001: (101, "a.ipynb"), 9002: (102, "b.ipynb")})
    assert read.ignored == []
    assert b"Feedback for doejane" in read.comments[101][0][1]
    assert b"Feedback for mullermax" in read.comments[102][0][1]


def test_moodle(tmp_path, run):
    root = collected(
        tmp_path,
        {
            f"Jane Doe_4711_assignsubmission_file/{T1}.ipynb": notebook("x = 1"),
            "Max Müller_4712_assignsubmission_file/Untitled.ipynb": notebook("x = 2"),
        },
        {"Jane_Doe": 7.5, "Max_Müller": 10.0},
    )
    worksheet = root / "Grades-course-Tutorial 1-99.csv"
    worksheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments\n"
        "Participant 4712,Max Müller,max@uni.example,,,10.00,Yes,-,-,\n"
        "Participant 4711,Jane Doe,jane@uni.example,,,10.00,Yes,-,-,\n"
        "Participant 4713,Eve Extra,eve@uni.example,,,10.00,Yes,-,-,\n"
    )
    assert main(["export", T1, "--for", "moodle", str(worksheet), "--root", str(root)]) == 1
    raw = (root / "handback" / f"moodle-{T1}.csv").read_bytes()
    assert moodle_worksheet(raw, {4711, 4712, 4713}, MOST) == {4711: 7.5, 4712: 10.0}
    run("return", T1, "--for", "moodle")
    raw = (root / "handback" / f"moodle-feedback-{T1}.zip").read_bytes()
    pages = moodle_feedback(raw, {4711, 4712})
    assert b"Feedback for Jane_Doe" in pages[4711][f"feedback-{T1}.html"]
    assert "Feedback for Max_Müller".encode() in pages[4712][f"feedback-{T1}.html"]


def test_brightspace(tmp_path, run):
    root = collected(
        tmp_path,
        {
            f"{FOLDERS['jane']}/{T1}.ipynb": notebook("x = 1"),
            f"{FOLDERS['max']}/{T1}.ipynb": notebook("x = 2"),
            "index.html": b"<p>Brightspace's list</p>",
        },
        {"Jane_Doe": 7.5, "Max_Müller": 10.0},
    )
    run("return", T1, "--for", "brightspace")
    raw = (root / "handback" / f"brightspace-feedback-{T1}.zip").read_bytes()
    pages = brightspace_feedback(raw, set(FOLDERS.values()))
    assert b"Feedback for Jane_Doe" in pages[FOLDERS["jane"]][f"feedback-{T1}.html"]
    assert "Feedback for Max_Müller".encode() in pages[FOLDERS["max"]][f"feedback-{T1}.html"]
