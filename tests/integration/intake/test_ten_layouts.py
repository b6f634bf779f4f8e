"""200 students with awkward names through each layout: collected, refused and asked as expected."""

import csv
import io
import itertools
import shutil
import unicodedata
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nmautils.grading.intake.collect import collect
from nmautils.people.collected import read_collected
from nmautils.people.roster import Person, Roster, write_roster
from tests.support.inbox import T1, T2, course
from tests.support.platform_archives import LAYOUTS, HandIn, pack

__all__ = ["course"]

COUNT = 200
DUE = datetime(2030, 6, 30, 23, 59)
FIRST_NAMES = (
    "Zoë",
    "Nguyễn",
    "太郎",
    "Ann",
    "Bo",
    "Cy",
    "Ødger",
    "José María",
    "O'Neil",
    "Mu\u0308",
)
LAST_NAMES = ("Li", "Li-Hara", "Müller", "de la Cruz", "山田", "Öz", "Ba", "Ek", "Ito", "van Dyk",
              "Ng", "Ólafsson", "St. John", "X", "Å", "Úr", "Ký", "Bæk", "Cho", "Dağ")  # fmt: skip
# Who of the class does not simply hand in; the others are collected.
WRONG, PDF, BOMB, POSER, EARLY, TWIN, OTHER_TWIN = 20, 21, 22, 23, 24, 30, 31
MY, LETTER, NUMERIC, ABSENT = 40, 41, 42, 50
# Where a platform says when.
TELLS_TIME = {"blackboard", "brightspace", "sakai", "gradescope"}
# Where nothing but a name says who, so that two of one name are asked about.
NAME_ALONE = {"brightspace", "classroom"}


def of(assignment: str, text: str) -> bytes:
    cells = [new_code_cell(text, id=f"{assignment}-{i}") for i in range(3)]
    return nbformat.writes(new_notebook(cells=cells)).encode()


def packed(files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2029, 1, 1, 0, 0, 0)), content)
    return raw.getvalue()


def the_class() -> list[HandIn]:
    names = itertools.product(LAST_NAMES, FIRST_NAMES)
    found = []
    for i, (last, first) in zip(range(COUNT), names, strict=False):
        time = DUE - timedelta(days=3) + timedelta(minutes=41 * i)
        file = ("Untitled0.ipynb", "tutorial-1-decoding.ipynb", f"{T1}.ipynb")[i % 3]
        files = [(file, of(T1, f"first of {i}"))] if i % 7 == 0 else []
        files.append((file, of(T1, f"last of {i}")))
        found.append(
            HandIn(f"s{i:03}", last, first, f"{70000 + i}", time, i % 11 == 0, tuple(files))
        )
    found[MY] = replace(found[MY], id="My", first="My", last="")
    found[LETTER] = replace(found[LETTER], first="A", last="B")
    found[NUMERIC] = replace(found[NUMERIC], id="12345")
    for i in (TWIN, OTHER_TWIN):
        found[i] = replace(found[i], first="Jane", last="Doe")
    bomb = packed({f"{i}.zip": packed({f"x{i}/{T1}.ipynb": b"0" * 10**7}) for i in range(3)})
    odd = {
        WRONG: (f"{T1}.ipynb", of(T2, "of another tutorial")),
        PDF: ("report.pdf", b"%PDF-1.7"),
        BOMB: (f"{T1}.zip", packed({"again.zip": bomb})),
        POSER: ("mine.zip", packed({f"ek_{found[60].number}_9_{T1}.ipynb": of(T1, "as another")})),
        EARLY: (
            "mine.zip",
            packed(
                {f"T_{found[EARLY].id}_attempt_2029-01-01-00-00-00_{T1}.ipynb": of(T1, "early")}
            ),
        ),
    }
    for i, file in odd.items():
        found[i] = replace(found[i], files=(file,))
    return found


def roster_of(people: list[HandIn]) -> Roster:
    numbered = ("canvas", "moodle", "gradescope", "ilias")
    return Roster(
        tuple(
            Person(
                one.id,
                one.last,
                one.first,
                numbers={
                    **{platform: frozenset({one.number}) for platform in numbered},
                    **{name: frozenset({account(one)}) for name in ("blackboard", "sakai")},
                },
            )
            for one in people
        )
    )


def account(one: HandIn) -> str:
    return f"u_{one.number}"


def as_written(one: HandIn, layout: str, i: int) -> HandIn:
    """Write a hand-in as the platform does: half of the names in another form of letters."""
    form = "NFD" if i % 2 else "NFC"
    last, first = (unicodedata.normalize(form, name) for name in (one.last, one.first))
    number = account(one) if layout in ("blackboard", "sakai") else one.number
    return replace(one, last=last, first=first, number=number)


@pytest.fixture
def release(course):
    for name in (T1, T2):
        (course / "release" / name / f"{name}.ipynb").write_bytes(of(name, ""))
    return course


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_class_through_a_layout(release, layout):
    people = the_class()
    write_roster(release, roster_of(people))
    stranger = HandIn("stranger", "Nobody", "Stan", "99999", DUE, False, people[0].files)
    left_out = {ABSENT, OTHER_TWIN} if layout in NAME_ALONE else {ABSENT}
    hand_ins = [
        as_written(one, layout, i) for i, one in enumerate([*people, stranger]) if i not in left_out
    ]
    files = LAYOUTS[layout](hand_ins)
    if layout == "loose files":
        for name, raw in files.items():
            (release / "inbox" / name).write_bytes(raw)
    else:
        pack(release / "inbox" / "download.zip", files)

    lines = []
    done = collect(release, say=lines.append)

    asked = {WRONG, PDF, BOMB, POSER, EARLY} | ({TWIN} if layout in NAME_ALONE else set())
    expected = {
        f"{one.id}/{T1}": one.files[-1][1]
        for i, one in enumerate(people)
        if i not in asked | left_out
    }
    got = {
        label: (release / "submitted" / label / f"{T1}.ipynb").read_bytes() for label in done.new
    }
    print_row(layout, len(hand_ins), len(got), len(expected), done)
    assert {k: v for k, v in expected.items() if got.get(k) != v}.keys() == set()
    assert got.keys() - expected.keys() == set()
    check_the_asked(layout, done.refused, people, asked)
    check_the_times(release, layout, people, expected, lines)
    missing = [one.id for i, one in enumerate(people) if i in asked | left_out]
    assert sorted(done.absent[T1]) == sorted(missing)


KINDS = {
    "of another tutorial": "but its cells are of",
    "a PDF": "it is a PDF",
    "a bomb": "too many archives inside each other|has no cells",
    "as another": "says another person or time|named as Canvas does it",
    "a stranger": "is not in roster.csv|cannot tell whose",
    "a namesake": "may be any of",
}


def print_row(layout, count, got, expected, done):
    """Print what became of a class; ``pytest -s`` shows the table."""
    asked = {
        kind: sum(any(part in why for part in parts.split("|")) for _, why in done.refused)
        for kind, parts in KINDS.items()
    }
    if layout == next(iter(LAYOUTS)):
        print(f"\n{'layout':18} handed in  collected  expected  older  {'  '.join(KINDS)}")
    numbers = "  ".join(f"{number:>{len(kind)}}" for kind, number in asked.items())
    print(f"{layout:18} {count:9}  {got:9}  {expected:8}  {len(done.older):5}  {numbers}")
    assert sum(asked.values()) == len(done.refused)


def check_the_asked(layout, refused, people, asked):
    reasons = " | ".join(f"{where}: {why}" for where, why in refused)
    assert len(refused) == len(asked) + 1, reasons
    assert f"its name says {T1}, but its cells are of {T2}" in reasons
    assert "not a notebook (it is a PDF: " in reasons
    if layout == "loose files":
        # These lie in archives that a student has made, and nowhere in a platform's.
        assert "no cells); ask s022" in reasons
        assert "its name says s023, but what is in it is named as Canvas does it" in reasons
        assert reasons.count("says another person or time") == 1
        assert "cannot tell whose it is" in reasons
    else:
        assert "too many archives inside each other" in reasons
        assert reasons.count("says another person or time") == 2
        assert "is not in roster.csv" in reasons


def check_the_times(root, layout, people, expected, lines):
    notes = read_collected(root)
    stamped = set()
    for one in people:
        if f"{one.id}/{T1}" not in expected:
            continue
        note = notes[one.id, T1]
        stamp = root / "submitted" / one.id / T1 / "timestamp.txt"
        if stamp.exists():
            stamped.add(one.id)
        if layout in TELLS_TIME:
            again = len(one.files) - 1 if layout in ("blackboard", "brightspace") else 0
            time = (
                one.time.replace(minute=again)
                if layout in ("blackboard", "brightspace")
                else one.time
            )
            assert note.time == time, one
            assert note.late == ("yes" if time > DUE else "no")
        elif layout == "canvas":
            assert note.late == ("yes" if one.late else "no")
            assert note.time == (None if one.late else DUE)
        elif layout != "loose files":
            assert (note.time, note.late) == (None, "unknown")
            assert not stamp.exists()
    unknown = [line for line in lines if line.startswith("no times")]
    assert len(unknown) == (not stamped)
    if layout not in ("folders", "loose files", "classroom"):
        with open(root / "collected.csv", encoding="utf-8") as file:
            rows = {row["student"]: row for row in csv.DictReader(file)}
        one = people[60]
        assert rows[one.id]["platform"] == layout.split(",")[0].split()[0]
        assert rows[one.id]["entry"]


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "loose files"])
def test_an_unpacked_download_is_collected_as_the_archive_is_without_a_roster_too(release, layout):
    people = the_class()[:45]
    files = LAYOUTS[layout](as_written(one, layout, i) for i, one in enumerate(people))
    results = []
    for unpacked in (False, True):
        shutil.rmtree(release / "submitted", ignore_errors=True)
        (release / "collected.csv").unlink(missing_ok=True)
        if unpacked:
            (release / "inbox" / "download.zip").unlink()
            for name, raw in files.items():
                path = release / "inbox" / "submissions" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(raw)
        else:
            pack(release / "inbox" / "download.zip", files)
        done = collect(release, say=lambda line: None)
        places = (where.replace("download.zip", "submissions") for where, _ in done.refused)
        refused = sorted(place.split("/")[1:3] for place in places)
        results.append((done.new, refused, read_collected(release).keys()))
    assert results[0] == results[1]
    assert len(results[0][0]) >= 35
