"""Feedback pages in the archives that platforms take back, and in folders for people."""

import io
import json
import zipfile

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmautils.handback.pages import Feedback, archive, index_row, readable_folder
from nmautils.people.collected import Collected
from nmautils.people.roster import Person
from tests.support.marked_class import T1, class_of
from tests.support.platform_parsers import (
    Refused,
    brightspace_feedback,
    canvas_submissions,
    moodle_feedback,
)

PAGES = {name: {f"{T1}.html": f"<p>page of {name}</p>".encode()} for name in ("ada", "bob", "eve")}
ADA, BOB, EVE = (Person(name, name.title(), "Ms") for name in PAGES)


def packed(platform, entries, pages=PAGES):
    came = [Collected(name, T1, platform, "", entry) for name, entry in entries.items()]
    course = class_of(ADA, BOB, EVE, collected=came)
    content, done, needs = archive(platform, course, Feedback(T1, dict(pages)))
    return content, done, needs


def test_canvas_finds_each_person_and_shows_a_file_of_the_kind_that_its_name_says():
    content, done, needs = packed(
        "canvas",
        {
            "ada": f"adams_101_9001_{T1}.ipynb",
            "bob": f"bobs_LATE_102_9002_{T1}-1.zip",
            "eve": "anon_x7Yz1_9003_page.html",
        },
    )
    attachments = {9001: (101, f"{T1}.ipynb"), 9002: (102, f"{T1}.zip"), 9003: (103, "page.html")}
    read = canvas_submissions(content, attachments, {"x7Yz1": 103})
    assert read.ignored == []
    assert needs == []
    assert set(done) == set(PAGES)
    (name, notebook), (zipped_as, zipped), (page_as, page) = (
        read.comments[user][0] for user in (101, 102, 103)
    )
    assert (name, zipped_as, page_as) == (f"{T1}.ipynb", f"{T1}.zip", "page.html")
    shown = nbformat.reads(notebook.decode(), as_version=4)
    nbformat.validate(shown)
    assert shown.cells[0].source.startswith("**Feedback on your work.** Nothing has to be run.")
    assert shown.cells[1].outputs[0].data["text/html"] == "<p>page of ada</p>"
    with zipfile.ZipFile(io.BytesIO(zipped)) as inner:
        assert inner.read(f"feedback-{T1}.html") == b"<p>page of bob</p>"
    assert page == b"<p>page of eve</p>"


@pytest.mark.parametrize(
    "entry",
    ["adams.ipynb", "adams_101.ipynb", "adams_101_9001_answers.pdf", "../../adams.ipynb"],
)
def test_a_name_that_canvas_would_not_find_is_told(entry):
    content, done, needs = packed("canvas", {"ada": entry}, {"ada": PAGES["ada"]})
    assert done == {}
    assert needs == [f"ada: {entry} is no name of canvas's"]
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == []


@pytest.mark.parametrize(
    ("entry", "number"),
    [
        ("Ada Adams_4711_assignsubmission_file", 4711),
        ("Ada Adams_4711_assignsubmission_file_", 4711),
        (f"Ada Adams_4711_assignsubmission_file_{T1}.ipynb", 4711),
        ("Participant_4711_assignsubmission_file_", 4711),
        ("李 小龍_4711_assignsubmission_file", 4711),
    ],
)
def test_moodle_finds_the_participant_and_a_new_file(entry, number):
    content, done, needs = packed("moodle", {"ada": entry}, {"ada": PAGES["ada"]})
    assert needs == []
    assert moodle_feedback(content, {number}) == {
        number: {f"feedback-{T1}.html": b"<p>page of ada</p>"}
    }
    assert list(done) == ["ada"]


@pytest.mark.parametrize("entry", ["Ada Adams", "Ada_x_assignsubmission_file", "4711_file"])
def test_a_name_that_moodle_would_not_find_is_told(entry):
    _, done, needs = packed("moodle", {"ada": entry}, {"ada": PAGES["ada"]})
    assert (done, needs) == ({}, [f"ada: {entry} is no name of moodle's"])


def test_brightspace_finds_the_folders_of_its_download():
    folder = "7001-8001 - Ada Adams - Dec 3, 2026 1126 AM"
    content, _, needs = packed("brightspace", {"ada": folder}, {"ada": PAGES["ada"]})
    assert needs == []
    read = brightspace_feedback(content, {folder})
    assert read == {folder: {f"feedback-{T1}.html": b"<p>page of ada</p>"}}
    with pytest.raises(Refused):
        brightspace_feedback(content, {"another folder"})


def test_who_came_otherwise_is_told_and_not_packed():
    content, done, needs = packed("moodle", {"ada": "Ada Adams_4711_assignsubmission_file"})
    assert list(done) == ["ada"]
    assert needs == [
        "bob: the hand-in came otherwise, not from moodle",
        "eve: the hand-in came otherwise, not from moodle",
    ]
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 1


def test_two_people_with_one_file_name_get_nothing():
    entry = f"adams_101_9001_{T1}.ipynb"
    content, done, needs = packed("canvas", {"ada": entry, "bob": entry, "eve": "x_1_2_a.ipynb"})
    assert list(done) == ["eve"]
    assert needs == [f"{name}: another person's file has the same name" for name in ("ada", "bob")]
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["x_1_2_a.ipynb"]


def test_several_pages_of_an_assignment_go_together():
    pages = {"ada": {"one.html": b"<p>1</p>", "two.html": b"<p>2</p>"}}
    content, _, _ = packed("canvas", {"ada": f"adams_101_9001_{T1}.ipynb"}, pages)
    ((_, notebook),) = canvas_submissions(content, {9001: (101, "x.ipynb")}).comments[101]
    assert len(json.loads(notebook)["cells"]) == 3
    content, _, _ = packed("moodle", {"ada": "Ada_4711_assignsubmission_file"}, pages)
    assert set(moodle_feedback(content, {4711})[4711]) == {"feedback-one.html", "feedback-two.html"}


# --- folders -----------------------------------------------------------------------------------


def folders(*people):
    course = class_of(*people)
    pages = {person.id: PAGES["ada"] for person in people}
    return {
        person.id: name
        for person, name, _ in readable_folder(course, Feedback(T1, pages), {"index.csv"})
    }


def test_folders_have_the_names_of_people():
    assert folders(
        Person("ada", "Lovelace", "Ada"),
        Person("s1", "Doe", "Jane"),
        Person("s2", "Doe", "Jane"),
        Person("no_name"),
        Person("con", "", ""),
        Person("x/../y", "A:B", "C?"),
        Person("..", "", ""),
        Person("INDEX.csv", "", ""),
    ) == {
        "ada": "Lovelace, Ada (ada)",
        "s1": "Doe, Jane (s1)",
        "s2": "Doe, Jane (s2)",
        "no_name": "no_name",
        "con": "_con",
        "x/../y": "A_B, C_ (x_.._y)",
        "..": "_",
        "INDEX.csv": "INDEX.csv 2",
    }


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1, unique_by=lambda n: n[0]))
def test_any_name_gives_a_folder_of_ones_own_that_stays_inside(names):
    given = folders(*(Person(*name) for name in names))
    assert len(given) == len(names)
    assert len({name.casefold() for name in given.values()}) == len(names)
    for name in given.values():
        assert name.isprintable()
        assert name
        assert name == name.strip(" ")
        assert not name.startswith(".")
        assert not set(name) & set('/\\:*?"<>|')
        assert len(name) < 150


def test_the_index_has_no_formulas():
    person = Person("=1+1", "-Doe", "@Jane", "+x@uni.example")
    row = index_row(class_of(person, scores={("=1+1", T1): 7.25}), person, T1, "=f")
    assert (row["points"], row["of"], row["assignment"]) == ("7.25", "10", T1)
    assert [row[key] for key in ("id", "last_name", "first_name", "email", "folder")] == [
        "'=1+1",
        "'-Doe",
        "'@Jane",
        "'+x@uni.example",
        "'=f",
    ]
