"""From an inbox full of everything to submitted/."""

import io
import os
import shutil
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nmautils.cli import main
from nmautils.errors import CourseError, UsageError
from nmautils.grading.intake import collect as module
from nmautils.grading.intake import files as files_module
from nmautils.grading.intake import inbox as inbox_module
from nmautils.grading.intake.collect import collect
from tests.support.inbox import MORNING, T1, T2, course, due_at, notebook, put, put_zip, tree

__all__ = ["course"]


def submitted(course, student, assignment=T1):
    return course / "submitted" / student / assignment / f"{assignment}.ipynb"


def stamp(course, student, assignment=T1):
    """Give the time that was written, which names its zone."""
    written = (submitted(course, student, assignment).parent / "timestamp.txt").read_text()
    assert written.endswith("+00:00")
    return written.removesuffix("+00:00")


def run(course, *assignments):
    lines = []
    done = collect(course, assignments, say=lines.append)
    return done, lines


def test_colab_canvas_and_moodle_hand_ins_are_put_where_nbgrader_looks(course):
    put(course, f"ann/Copy_of_{T1}.ipynb", notebook("ann = 1"))
    put(course, f"ben_{T1} (1).ipynb", notebook("ben = 1"))
    put(course, f"cat/{T2}.ipynb", notebook("cat = 2"))
    put_zip(
        course,
        "submissions.zip",
        {
            f"doejane_12345_67890_{T1}.ipynb": notebook("doe = 1"),
            f"roejim_LATE_12346_67891_{T1}-1.ipynb": notebook("roe = 1"),
        },
    )
    put_zip(
        course,
        "moodle.zip",
        {f"Mia Moe_55_assignsubmission_file_/{T1}.ipynb": notebook("mia = 1")},
    )
    done, _ = run(course)
    assert done.refused == []
    assert len(done.new) == 6
    assert submitted(course, "ann").read_bytes() == notebook("ann = 1")
    assert submitted(course, "ben").read_bytes() == notebook("ben = 1")
    assert submitted(course, "cat", T2).read_bytes() == notebook("cat = 2")
    assert submitted(course, "doejane").read_bytes() == notebook("doe = 1")
    assert submitted(course, "roejim").read_bytes() == notebook("roe = 1")
    assert submitted(course, "Mia_Moe").read_bytes() == notebook("mia = 1")


@pytest.mark.parametrize(
    ("notebooks", "text", "archive"),
    [
        (f"_file_/{T1}.ipynb", "_onlinetext_/onlinetext.html", ""),
        (f"_file_/{T1}.ipynb", "_onlinetext_/onlinetext.html", "moodle.zip"),
        (f"_file_{T1}.ipynb", "_onlinetext_onlinetext.html", ""),
        (f"_file/{T1}.ipynb", "_onlinetext.html", ""),
    ],
)
def test_what_was_typed_into_moodle_beside_a_notebook_needs_nobody(
    course, notebooks, text, archive
):
    files = {
        f"Anna Li_7_assignsubmission{notebooks}": notebook("anna = 1"),
        f"Anna Li_7_assignsubmission{text}": b"<p>I hope it is right.</p>",
        f"Bo Li_8_assignsubmission{text}": b"<p>I forgot my notebook.</p>",
        f"Anna Li_9_assignsubmission{text}": b"<p>I am another one.</p>",
        f"Cy Li_10_assignsubmission{notebooks}": notebook("cy = 1"),
        "Cy Li_10_assignsubmission_file_/x/report.pdf": b"%PDF-1.7",
    }
    if archive:
        put_zip(course, archive, files)
    else:
        for path, raw in files.items():
            put(course, path, raw)
    done, _ = run(course)
    assert done.new == [f"Anna_Li/{T1}", f"Cy_Li/{T1}"]
    above = f"{archive}/" if archive else ""
    assert {where for where, _ in done.refused} == {
        f"{above}Bo Li_8_assignsubmission{text}",
        f"{above}Anna Li_9_assignsubmission{text}",
    }


def test_only_the_named_assignments_are_collected(course):
    put(course, f"ann/{T1}.ipynb")
    put(course, f"ann/{T2}.ipynb")
    run(course, T2)
    assert submitted(course, "ann", T2).exists()
    assert not submitted(course, "ann", T1).exists()


def test_collecting_twice_changes_nothing(course):
    put(course, f"ann/{T1}.ipynb")
    put(course, f"ann/{T1} (1).ipynb", notebook("older"), MORNING - 60)
    put_zip(course, "c.zip", {f"doejane_1_2_{T1}.ipynb": notebook("doe")})
    before = tree(course / "inbox")
    first, _ = run(course)
    after = tree(course)
    second, _ = run(course)
    assert tree(course) == after
    assert tree(course / "inbox") == before
    assert (len(first.new), second.new) == (2, [])
    assert sorted(second.unchanged) == [f"ann/{T1}", f"doejane/{T1}"]


def test_the_newest_of_several_hand_ins_counts_and_the_others_are_listed(course):
    put(course, f"ann/{T1}.ipynb", notebook("first"), MORNING)
    put(course, f"ann/{T1} (1).ipynb", notebook("third"), MORNING + 120)
    put(course, f"ann/{T1} (2).ipynb", notebook("second"), MORNING + 60)
    done, lines = run(course)
    assert submitted(course, "ann").read_bytes() == notebook("third")
    assert stamp(course, "ann") == "2030-05-01 08:02:00"
    assert done.older == [f"ann/{T1}.ipynb", f"ann/{T1} (2).ipynb"]
    assert sum(line.startswith("older") for line in lines) == 2


def test_a_newer_hand_in_replaces_the_collected_one_and_an_older_does_not(course):
    put(course, f"ann/{T1}.ipynb", notebook("one"), MORNING)
    run(course)
    put(course, f"ann/{T1}.ipynb", notebook("none"), MORNING - 60)
    done, _ = run(course)
    assert done.new == []
    assert submitted(course, "ann").read_bytes() == notebook("one")
    put(course, f"ann/{T1}.ipynb", notebook("two"), MORNING + 60)
    run(course)
    assert submitted(course, "ann").read_bytes() == notebook("two")
    assert stamp(course, "ann") == "2030-05-01 08:01:00"


def test_the_same_file_downloaded_again_later_is_not_later(course):
    put(course, f"ann/{T1}.ipynb", when=MORNING)
    put(course, f"ann/{T1} (1).ipynb", when=MORNING + 24 * 3600)
    run(course)
    assert stamp(course, "ann") == "2030-05-01 08:00:00"


def test_times_come_from_the_name_first(course):
    put(course, f"ann_2030-04-02 09.10.11/{T1}.ipynb")
    run(course)
    assert stamp(course, "ann") == "2030-04-02 09:10:11"


def test_times_without_a_zone_are_in_the_zone_of_the_due_date(course):
    due_at(course, "+02:00")
    put(course, f"ann_2030-04-02 09.10.11/{T1}.ipynb")
    put_zip(course, "c.zip", {f"ben_1_2_{T1}.ipynb": notebook()})
    run(course)
    assert stamp(course, "ann") == "2030-04-02 07:10:11"
    assert stamp(course, "ben") == "2030-05-01 06:00:00"


def test_exact_times_in_an_archive_are_used(course):
    info = zipfile.ZipInfo(f"ben_1_2_{T1}.ipynb", (2030, 5, 1, 8, 0, 0))
    info.extra = struct.pack("<HHBI", 0x5455, 5, 1, int(MORNING) + 61)
    put_zip(course, "c.zip", {info: notebook()})
    run(course)
    assert stamp(course, "ben") == "2030-05-01 08:01:01"


BAD = {
    f"jane/{T1}.ipynb": (b"{ not json", "not JSON"),
    f"joe/{T1}.ipynb": (b"<!DOCTYPE html><p>", "web page"),
    f"jim/{T1}.ipynb": (b"[1, 2]", "no cells"),
    f"jon/{T1}.ipynb": (b"", "empty"),
    f"jil/{T1}.ipynb": (b"[" * 100_000, "deep"),
    "jack/tutorial9_nothing.ipynb": (notebook(), "unknown assignment"),
    f"{T1}.ipynb": (notebook(), "cannot tell whose"),
    "joan/answers.pdf": (b"%PDF", "not a notebook"),
    "jade.rar": (b"Rar!", "unpack it yourself"),
    "june.zip": (b"PK not really", "not a readable zip"),
}


def test_each_bad_file_gets_one_line_and_the_rest_is_collected(course):
    for path, (raw, _) in BAD.items():
        put(course, path, raw)
    put(course, f"ann/{T1}.ipynb")
    put(course, "ann/figure.png", b"\x89PNG")
    done, lines = run(course)
    assert done.new == [f"ann/{T1}"]
    assert {where for where, _ in done.refused} == set(BAD)
    for where, why in done.refused:
        assert BAD[where][1] in why, where
        assert lines.count(f"needs you  {where}: {why}") == 1
    assert all("\n" not in line for line in lines)


def test_links_pipes_and_huge_files_are_refused_unopened(course, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / f"{T1}.ipynb"
    secret.write_bytes(notebook("secret"))
    for name in ("ann", "bob", "eve", "sue"):
        (course / "inbox" / name).mkdir()
    (course / "inbox" / "ann" / f"{T1}.ipynb").symlink_to(secret)
    (course / "inbox" / "link").symlink_to(secret.parent, target_is_directory=True)
    os.mkfifo(course / "inbox" / "bob" / f"{T1}.ipynb")
    with (course / "inbox" / "eve" / f"{T1}.ipynb").open("wb") as file:
        file.truncate(65 * 2**20)
    put(course, f"sue/{T1}.ipynb")
    done, _ = run(course)
    assert done.new == [f"sue/{T1}"]
    reasons = dict(done.refused)
    assert "a link" in reasons[f"ann/{T1}.ipynb"]
    assert "a link" in reasons["link"]
    assert "neither a file nor a folder" in reasons[f"bob/{T1}.ipynb"]
    assert "more than 64 MB" in reasons[f"eve/{T1}.ipynb"]
    assert len(reasons) == 4


def test_archives_that_reach_out_or_blow_up_are_refused(course):
    link = zipfile.ZipInfo(f"lea_1_2_{T1}.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    put_zip(
        course,
        "c.zip",
        {
            f"../../submitted/mallory/{T1}/{T1}.ipynb": notebook("slip"),
            f"/tmp/mallory/{T1}.ipynb": notebook("slip"),
            f"mal\\..\\{T1}.ipynb": notebook("slip"),
            link: b"/etc/passwd",
            f"big_3_4_{T1}.ipynb": b"0" * (65 * 2**20),
            f"good_5_6_{T1}.ipynb": notebook("good"),
        },
    )
    nested = notebook("deep")
    for _ in range(4):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("deep_7_8_more.zip", nested)
        nested = packed.getvalue()
    put(course, "deep.zip", nested)
    done, _ = run(course)
    assert done.new == [f"good/{T1}"]
    assert len(done.refused) == 6
    assert [p.name for p in (course / "submitted").iterdir()] == ["good"]


def test_an_entry_that_lies_about_its_size_is_not_unpacked_beyond_the_cap(course, monkeypatch):
    monkeypatch.setattr(files_module, "NOTEBOOK_FILE_BYTES", 10_000)
    monkeypatch.setattr(files_module, "HEAD_BYTES", 100)
    raw = notebook("x" * 50_000)
    path = put_zip(course, "c.zip", {f"eve_1_2_{T1}.ipynb": raw})
    packed = path.read_bytes()
    lie = packed.replace(struct.pack("<I", len(raw)), struct.pack("<I", 100))
    assert zlib.crc32(lie) != zlib.crc32(packed)
    path.write_bytes(lie)
    done, _ = run(course)
    assert done.new == []
    assert len(done.refused) == 1


def test_namesakes_are_never_mixed_up(course):
    put_zip(
        course,
        "c.zip",
        {
            f"doejane_111_1_{T1}.ipynb": notebook("one Jane"),
            f"doejane_222_2_{T1}.ipynb": notebook("another Jane"),
        },
    )
    done, _ = run(course)
    assert done.new == []
    assert "several people are called doejane (Canvas 111, Canvas 222)" in done.refused[0][1]


def test_wrong_calls_say_what_to_do(course):
    with pytest.raises(UsageError, match=f"unknown assignment 'tutorial7'; released are: {T1}"):
        collect(course, ["tutorial7"])
    shutil.rmtree(course / "inbox")
    with pytest.raises(UsageError, match="make it and put the files you received there"):
        collect(course)
    shutil.rmtree(course / "release")
    with pytest.raises(CourseError, match="nothing is released"):
        collect(course)


def test_the_inbox_is_only_read(course):
    put(course, f"ann/{T1}.ipynb")
    put(course, "joe/notes.txt", b"hello")
    put_zip(course, "c.zip", {f"doejane_1_2_{T1}.ipynb": notebook()})
    before = tree(course / "inbox")
    started = time.time()
    run(course)
    assert tree(course / "inbox") == before
    assert all(p.stat().st_ctime <= started for p in (course / "inbox").rglob("*"))


def test_the_command_tells_by_its_status_whether_a_person_is_needed(course, capsys):
    call = ["collect", "--root", str(course)]
    put(course, f"ann/{T1}.ipynb")
    assert main(call) == 0
    assert "1 collected, 0 unchanged, 0 older, 0 need you" in capsys.readouterr().out
    put(course, f"joe/{T1}.ipynb", b"{")
    assert main(call) == 1
    out = capsys.readouterr().out
    assert "needs you  joe/" in out
    assert "1 unchanged, 0 older, 1 needs you" in out
    assert main([*call, "tutorial7"]) == 2
    assert capsys.readouterr().err.startswith("nmautils: unknown assignment 'tutorial7'")
    assert main([*call, "--inbox", "nowhere"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- what stands in submitted/ -------------------------------------------------------------------


def test_a_new_hand_in_replaces_the_folder_of_the_old_one_and_nothing_else(course):
    put(course, f"ann/{T1}.ipynb", notebook("one"))
    put(course, f"bob/{T1}.ipynb", notebook("bob"))
    run(course)
    for student in ("ann", "bob"):
        folder = submitted(course, student).parent
        (folder / "data").mkdir()
        (folder / "data" / "more.csv").write_text("of the old hand-in")
        (folder.parent / "keep.txt").write_text("beside it")
    put(course, f"ann/{T1}.ipynb", notebook("two"), MORNING + 60)
    run(course)
    assert set(tree(course / "submitted")) == {
        f"ann/{T1}/{T1}.ipynb",
        f"ann/{T1}/timestamp.txt",
        "ann/keep.txt",
        f"bob/{T1}/{T1}.ipynb",
        f"bob/{T1}/data/more.csv",
        f"bob/{T1}/timestamp.txt",
        "bob/keep.txt",
    }


def test_permissions_are_those_of_new_files(course):
    put(course, f"ann/{T1}.ipynb").chmod(0o400)
    before = os.umask(0o027)
    try:
        run(course)
    finally:
        os.umask(before)
    folder = submitted(course, "ann").parent
    for path, mode in ((folder, 0o750), *((file, 0o640) for file in folder.iterdir())):
        assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("moment", range(1, 5))
def test_a_run_that_is_killed_leaves_the_old_or_nothing_and_the_next_repairs_it(
    course, monkeypatch, moment
):
    put(course, f"ann/{T1}.ipynb", notebook("one"))
    run(course)
    put(course, f"ann/{T1}.ipynb", notebook("two"), MORNING + 60)
    places = [(module.shutil, "copyfile"), (module, "write_timestamp"), (module.os, "replace")]
    calls = 0

    def until(function):
        def wrapped(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == moment:
                raise KeyboardInterrupt
            return function(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as patch:
        for place, name in places:
            patch.setattr(place, name, until(getattr(place, name)))
        with pytest.raises(KeyboardInterrupt):
            run(course)
    if submitted(course, "ann").exists():
        assert submitted(course, "ann").read_bytes() == notebook("one")
        assert stamp(course, "ann") == "2030-05-01 08:00:00"
    run(course)
    assert submitted(course, "ann").read_bytes() == notebook("two")
    assert stamp(course, "ann") == "2030-05-01 08:01:00"
    assert [path.name for path in (course / "submitted" / "ann").iterdir()] == [T1]


def test_a_link_in_submitted_is_not_followed(course, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (course / "submitted" / "bob").mkdir(parents=True)
    (course / "submitted" / "ann").symlink_to(elsewhere, target_is_directory=True)
    (course / "submitted" / "bob" / T1).symlink_to(elsewhere, target_is_directory=True)
    (course / "submitted" / "cat").write_text("a file")
    for student in ("ann", "bob", "cat", "dan"):
        put(course, f"{student}/{T1}.ipynb")
    done, _ = run(course)
    assert done.new == [f"dan/{T1}"]
    assert len(done.refused) == 3
    assert all("a link or a file, not a folder: remove it" in why for _, why in done.refused)
    assert list(elsewhere.iterdir()) == []


def test_every_file_is_read_and_parsed_once(course, monkeypatch):
    for student in ("ann", "bob"):
        put(course, f"{student}/{T1}.ipynb", notebook(student))
    put_zip(course, "c.zip", {f"doejane_1_2_{T1}.ipynb": notebook("doe")})
    put(course, f"joe/{T1}.ipynb", b"{ not json")
    parsed = []
    read = inbox_module.read_notebook
    monkeypatch.setattr(inbox_module, "read_notebook", lambda raw: parsed.append(raw) or read(raw))
    run(course)
    assert len(parsed) == len(set(parsed)) == 4


def test_contents_are_not_held_in_memory(course):
    size = 2**20
    peaks = []
    for count in (1, 2, 20):
        for number in range(count):
            put(course, f"{count}x{number}/{T1}.ipynb", notebook(f"{number}" + "x" * size))
        tracemalloc.start()
        run(course)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # If they were held it would be 18 more; when Python collects garbage makes a few.
    assert peaks[2] < peaks[1] + 9 * size


def test_a_name_with_line_breaks_makes_one_line(course):
    put(course, f"a\nb/{T1}\x1b[2J.pdf", b"%PDF")
    put(course, f"c\nd/{T1}.ipynb")
    done, lines = run(course)
    assert done.new == [f"c_d/{T1}"]
    assert all(line.isprintable() for line in lines)


# --- what a student packed is not what the platform wrote ----------------------------------------


def test_nobody_hands_in_for_another_by_what_is_in_an_archive(course):
    late = (2030, 5, 2, 8, 0, 0)
    put_zip(
        course,
        "submissions.zip",
        {
            f"ann_1_2_{T1}.ipynb": notebook("ann"),
            "bob_3_4_x.zip": _packed(f"ann_1_2_{T1}.ipynb", notebook("as ann"), late),
            "cat_5_6_x.zip": _packed(f"ann/{T1}.ipynb", notebook("as ann too"), late),
        },
    )
    put_zip(course, f"dan_{T1}.zip", {f"ann_{T1}.ipynb": notebook("as ann again")}, late)
    done, _ = run(course)
    assert sorted(done.new) == [f"{name}/{T1}" for name in ("ann", "cat", "dan")]
    assert submitted(course, "ann").read_bytes() == notebook("ann")
    ((where, why),) = done.refused
    assert where == f"submissions.zip/bob_3_4_x.zip/ann_1_2_{T1}.ipynb"
    assert why.startswith(f"bob packed this, and in the archive ann_1_2_{T1}.ipynb says another")


@pytest.mark.parametrize(
    "inside",
    [
        f"{T1}.ipynb",
        f"{T1}_2029-01-01 00.00.00.ipynb",
        f"bob_2029-01-01 00.00.00/{T1}.ipynb",
    ],
)
def test_nobody_hands_in_earlier_by_what_is_in_an_archive(course, inside):
    early = (2029, 1, 1, 0, 0, 0)
    put_zip(course, "submissions.zip", {"bob_3_4_x.zip": _packed(inside, notebook(), early)})
    _, lines = run(course)
    assert stamp(course, "bob") == "2030-05-01 08:00:00"
    said = [line for line in lines if line.startswith("look at")]
    why = "2029-01-01 00:00:00 in a name that bob may have written is no time of handing in"
    assert all(why in line for line in said)
    assert len(said) == inside.count("2029")


@pytest.mark.parametrize(
    "inside",
    [
        f"bob_attempt_2029-01-01-00-00-00_{T1}.ipynb",
        f"1-2 - bob - Jan 1, 2029 100 AM/{T1}.ipynb",
        f"bob+{T1}+2029-01-01 00:00:00 UTC/{T1}.ipynb".replace(":", "_"),
    ],
)
def test_a_time_that_a_student_packed_as_a_platform_writes_it_is_asked_about(course, inside):
    early = (2029, 1, 1, 0, 0, 0)
    put_zip(course, "submissions.zip", {"bob_3_4_x.zip": _packed(inside, notebook(), early)})
    done, _ = run(course)
    assert done.new == []
    ((where, why),) = done.refused
    assert where == f"submissions.zip/bob_3_4_x.zip/{inside}"
    assert "says another person or time, which a platform writes outside only" in why


@pytest.mark.parametrize(
    ("path", "time"),
    [
        (f"bob/{T1}_2029-01-01 00.00.00.ipynb", "2030-05-01 08:00:00"),
        (f"bob_1_2_{T1}_2029-01-01 00.00.00.ipynb", "2030-05-01 08:00:00"),
        (
            f"T_bob_attempt_2030-04-30-08-00-00_{T1}_2029-01-01 00.00.00.ipynb",
            "2030-04-30 08:00:00",
        ),
        (f"bob_{T1}_2030-04-30 08.00.00.ipynb", "2030-05-01 08:00:00"),
        (f"bob_2030-04-30 08.00.00/{T1}_2029-01-01 00.00.00.ipynb", "2030-04-30 08:00:00"),
        (f"bob+{T1}+2030-04-30 08:00:00 UTC/{T1}.ipynb", "2030-04-30 08:00:00"),
    ],
)
def test_a_date_counts_where_the_name_counts(course, path, time):
    put(course, path)
    run(course)
    assert stamp(course, "bob") == time


def test_of_several_in_a_students_archive_the_one_saved_last_counts(course):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, hour in ((f"{T1}.ipynb", 6), (f"{T1} (1).ipynb", 7), (f"{T1} (2).ipynb", 5)):
            archive.writestr(zipfile.ZipInfo(name, (2030, 5, 1, hour, 0, 0)), notebook(f"{hour}"))
    put_zip(course, "c.zip", {"bob_1_2_x.zip": packed.getvalue()})
    run(course)
    assert submitted(course, "bob").read_bytes() == notebook("7")
    assert stamp(course, "bob") == "2030-05-01 08:00:00"


def _packed(name, raw, when):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, when), raw)
    return packed.getvalue()


def test_times_without_a_zone_are_in_the_zone_of_the_course(course):
    toml = (course / "course.toml").read_text()
    toml = toml.replace('# zone = "Europe/Berlin"', 'zone = "Europe/Berlin"')
    (course / "course.toml").write_text(toml)
    put(course, f"ann_2030-04-02 09.10.11/{T1}.ipynb")
    put(course, f"bob_2030-02-02 09.10.11/{T1}.ipynb")
    put(course, f"cat+{T1}+2030-04-02 09:10:11 UTC/{T1}.ipynb")
    put_zip(course, "c.zip", {f"dan_1_2_{T1}.ipynb": notebook()})
    run(course)
    assert [stamp(course, name) for name in ("ann", "bob", "cat", "dan")] == [
        "2030-04-02 07:10:11",
        "2030-02-02 08:10:11",
        "2030-04-02 09:10:11",
        "2030-05-01 06:00:00",
    ]


# --- by content ----------------------------------------------------------------------------------


@pytest.fixture
def releases(course):
    """Two releases whose cells have different names, and how to make a notebook of one of them."""
    for name in (T1, T2):
        path = course / "release" / name / f"{name}.ipynb"
        path.write_bytes(of(name))
    return course


def of(assignment, text="", count=3):
    cells = [new_code_cell(text, id=f"{assignment}-{i}") for i in range(count)]
    return nbformat.writes(new_notebook(cells=cells)).encode()


@pytest.mark.parametrize(
    "name",
    ["Untitled0.ipynb", "notebook1a2b3c.ipynb", "__notebook__.ipynb", "Homework final.ipynb.txt",
     "Tutorial 1.html", "x.ipynb.gz", "mine"],
)  # fmt: skip
def test_the_assignment_is_told_by_the_cells_where_the_name_says_none(releases, name):
    put(releases, f"ann/{name}", of(T1, "ann"))
    put(releases, name, of(T1, "whose?"))
    done, _ = run(releases)
    assert done.new == [f"ann/{T1}"]
    assert [where for where, _ in done.refused] == [name]


def test_a_notebook_of_another_assignment_than_its_name_says_is_asked_about(releases):
    put(releases, f"ann/{T1}.ipynb", of(T2))
    put(releases, f"bob/{T1}.ipynb", notebook("of none"))
    done, _ = run(releases)
    assert done.new == [f"bob/{T1}"]
    assert f"its name says {T1}, but its cells are of {T2}" in done.refused[0][1]


def test_notebooks_of_ones_own_beside_the_hand_in_need_nobody(releases):
    put(releases, "ann/Untitled.ipynb", of(T1, "ann"))
    put(releases, "ann/scratch.ipynb", notebook("of her own"))
    put(releases, "ann/plan.py", b"# %%")
    put(releases, "bob/scratch.ipynb", notebook("of his own"))
    put(releases, "cat/tutorial1.py", b"# %%\nimport torch")
    put(releases, "dan/tutorial1.html", b"<!DOCTYPE html>")
    done, lines = run(releases)
    assert done.new == [f"ann/{T1}"]
    reasons = dict(done.refused)
    assert set(reasons) == {"bob/scratch.ipynb", "cat/tutorial1.py", "dan/tutorial1.html"}
    for where in ("cat/tutorial1.py", "dan/tutorial1.html"):
        assert "not a notebook" in reasons[where]
        assert "File > Download > Download .ipynb" in reasons[where]
    assert len(lines) == 4


@pytest.mark.parametrize("archive", ["", "class.zip"])
def test_in_a_folder_of_the_whole_class_no_hand_in_is_dropped_in_silence(releases, archive):
    silent = {
        f"annli_11_101_{T1}.ipynb": of(T1, "ann"),
        "boli_12_102_Untitled.ipynb": of(T1, "bo"),
        # The account says that these are beside a hand-in of the same student.
        "annli_11_103_report.pdf": b"%PDF-1.7",
        "boli_12_104_scratch.ipynb": notebook("of his own"),
    }
    named = {
        "cyli_13_105_answers.docx": b"PK\x03\x04",
        "dee_14_106_scratch.ipynb": notebook("of her own"),
        "eveli_15_text.html": b"<p>I forgot it.",
    }
    if not archive:
        named["dan.txt"] = b"I forgot it."
    files = {**silent, **named}
    if archive:
        put_zip(releases, archive, files)
    else:
        for name, raw in files.items():
            put(releases, f"class/{name}", raw)
    done, lines = run(releases)
    assert done.new == [f"annli/{T1}", f"boli/{T1}"]
    assert {where.rpartition("/")[2] for where, _ in done.refused} == set(named)
    for name in named:
        assert sum(name in line for line in lines) == 1


def test_an_archive_that_fits_a_layout_in_part_is_refused_as_a_whole(course):
    files = {f"annli_11_101_{T1}.ipynb": notebook("ann"), "dan.txt": b"", "eve.txt": b""}
    put_zip(course, "class.zip", files)
    put(course, f"bob/{T1}.ipynb")
    done, _ = run(course)
    assert done.new == [f"bob/{T1}"]
    assert done.refused == [
        (
            "class.zip",
            "1 of 3 names in it are as Canvas writes them, but not dan.txt, eve.txt: take out what "
            "is not Canvas's, or download it again",
        )
    ]


def test_a_notebook_that_shares_as_much_with_both_is_not_guessed(releases):
    cells = [new_code_cell("", id=f"{name}-0") for name in (T1, T2)]
    put(releases, "ann/x.ipynb", nbformat.writes(new_notebook(cells=cells)).encode())
    done, _ = run(releases)
    assert done.new == []
    assert "unknown assignment" in done.refused[0][1]


# --- an archive with the time of the download ----------------------------------------------------

AFTER = (2030, 7, 3, 12, 0, 0)  # it was due on 30 June at 23:59


def test_what_canvas_does_not_mark_as_late_came_until_it_was_due(course):
    put_zip(
        course,
        "submissions.zip",
        {
            f"ann_1_2_{T1}.ipynb": notebook("ann"),
            f"bob_LATE_3_4_{T1}.ipynb": notebook("bob"),
            "cat_5_6_x.zip": _packed(f"LATE/{T1}.ipynb", notebook("cat"), AFTER),
        },
        AFTER,
    )
    done, lines = run(course)
    assert done.refused == []
    assert stamp(course, "ann") == stamp(course, "cat") == "2030-06-30 23:59:00"
    assert not (submitted(course, "bob").parent / "timestamp.txt").exists()
    (said,) = [line for line in lines if line.startswith("look at")]
    assert f"bob/{T1}: the platform marks it LATE" in said
    assert said.endswith(f"submitted/bob/{T1}/timestamp.txt")
    assert [line for line in run(course)[1] if line.startswith("look at")] == [said]
    (submitted(course, "bob").parent / "timestamp.txt").write_text("2030-07-01 10:00")
    assert not [line for line in run(course)[1] if line.startswith("look at")]


def test_other_times_after_the_due_date_stay(course):
    after = MORNING + 100 * 24 * 3600
    put(course, f"ann/{T1}.ipynb", notebook("ann"), after)
    put(course, f"Bob_1_assignsubmission_file_/{T1}.ipynb", notebook("bob"), after)
    run(course)
    assert stamp(course, "ann") == stamp(course, "Bob") == "2030-08-09 08:00:00"


def test_a_course_of_nbgrader_alone_has_times_in_utc(course):
    (course / "course.toml").unlink()
    put(course, f"ann_2030-04-02 09.10.11/{T1}.ipynb")
    run(course)
    assert stamp(course, "ann") == "2030-04-02 09:10:11"


def test_a_zone_that_does_not_exist_is_said_before_anything_is_collected(course):
    toml = (course / "course.toml").read_text()
    (course / "course.toml").write_text(toml.replace("# zone =", "zone = 'Berlin' #"))
    put(course, f"ann/{T1}.ipynb")
    with pytest.raises(CourseError, match="did you mean Europe/Berlin"):
        run(course)
    assert not (course / "submitted").exists()


def test_a_new_file_that_came_when_the_old_one_did_replaces_it(course):
    put_zip(course, "one.zip", {f"ann_1_2_{T1}.ipynb": notebook("one")}, AFTER)
    run(course)
    later = (2030, 7, 4, 12, 0, 0)
    put_zip(course, "two.zip", {f"ann_1_3_{T1}-1.ipynb": notebook("two")}, later)
    done, _ = run(course)
    assert done.new == [f"ann/{T1}"]
    assert submitted(course, "ann").read_bytes() == notebook("two")
    assert run(course)[0].unchanged == [f"ann/{T1}"]
