"""What ``nbgrader zip_collect`` brings to submitted/ with our plug-ins."""

import shutil
from datetime import datetime

import pytest

from nmautils.cli import main
from nmautils.grading.intake.collect import collect
from nmautils.grading.intake.submissions import parse_utc
from nmautils.people.collected import read_collected
from tests.support.grading_class import nbgrader_here
from tests.support.inbox import MORNING, T1, T2, course, due_at, notebook, put, put_zip, tree
from tests.support.paths import ROOT
from tests.unit.grading.intake.test_submissions import TIMES

__all__ = ["course"]


def test_it_brings_the_same_as_nmautils_collect(course):
    shutil.copy(ROOT / "nbgrader_config.py", course)
    due_at(course, "+02:00")
    put(course, f"ann/Copy_of_{T1}.ipynb", notebook("ann"))
    put(course, f"bob/{T1}.ipynb.txt", notebook("bob"))
    put(course, f"bo_{T1}_2030-04-02 09.10.11.ipynb", notebook("bo"))
    put(course, f"joe/{T1}.ipynb", b"{ not json")
    put(course, f"cat/{T2}.ipynb")
    # The newest counts, at the time when it was first there.
    put(course, f"eve/{T1}.ipynb", notebook("first"), MORNING)
    put(course, f"eve/{T1} (1).ipynb", notebook("second"), MORNING + 60)
    put(course, f"eve/{T1} (2).ipynb", notebook("first"), MORNING + 120)
    put_zip(
        course,
        "c.zip",
        {
            f"doejane_1_2_{T1}.ipynb": notebook("doe"),
            f"roe_2_2_{T1}.ipynb": notebook("one"),
            f"roe_3_4_{T1}.ipynb": notebook("another of this name"),
            f"../../../submitted/mallory/{T1}/{T1}.ipynb": notebook("slip"),
        },
    )
    archive = course / "downloaded" / T1 / "archive"
    archive.parent.mkdir(parents=True)
    shutil.copytree(course / "inbox", archive, copy_function=shutil.copy2)
    done = nbgrader_here(course, "zip_collect", T1)
    by_hand = tree(course / "submitted")
    assert {p.name for p in (course / "submitted").iterdir()} == {
        "ann",
        "bo",
        "bob",
        "doejane",
        "eve",
    }
    assert f"joe/{T1}.ipynb: the file is not a notebook" in done.stderr
    assert "its path leads out of the archive" in done.stderr
    assert "several people are called roe" in done.stderr
    shutil.rmtree(course / "submitted")
    collect(course, [T1], say=lambda line: None)
    ours = tree(course / "submitted")
    assert {k: v[0] for k, v in ours.items()} == {k: v[0] for k, v in by_hand.items()}


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_as_nbgrader_reads_it(text):
    from nbgrader.utils import parse_utc as stock

    def tried(parse):
        try:
            return parse(text)
        except (ValueError, OverflowError) as error:
            return type(error)

    assert tried(parse_utc) == tried(stock)


def test_marks_before_anything_is_graded_say_what_to_do(course, capsys):
    shutil.copy(ROOT / "nbgrader_config.py", course)
    assert main(["marks", "--root", str(course)]) == 2
    assert "run `nmautils grade` first" in capsys.readouterr().err


def test_times_of_a_download_are_not_written_and_those_of_a_person_stay(course):
    shutil.copy(ROOT / "nbgrader_config.py", course)
    archive = course / "downloaded" / T1 / "archive"
    archive.mkdir(parents=True)
    put_zip(course, "m.zip", {
        f"{who}_{i}_assignsubmission_file/{T1}.ipynb": notebook(who)
        for i, who in enumerate(["Ann", "Bo"])
    })  # fmt: skip
    shutil.move(course / "inbox" / "m.zip", archive / "m.zip")
    nbgrader_here(course, "zip_collect", T1)
    stamps = {who: course / "submitted" / who / T1 / "timestamp.txt" for who in ("Ann", "Bo")}
    assert [stamp.exists() for stamp in stamps.values()] == [False, False]
    assert {note.late for note in read_collected(course).values()} == {"unknown"}
    assert main(["time", "Ann", T1, "2030-05-02 08:00", "--root", str(course)]) == 0
    nbgrader_here(course, "zip_collect", T1, "--force")
    assert parse_utc(stamps["Ann"].read_text()) == datetime(2030, 5, 2, 8)
    assert not stamps["Bo"].exists()
