"""From an inbox full of everything to submitted/, through ``nbgrader zip_collect``."""

import io
import os
import shutil
import stat
import struct
import time
import zipfile
import zlib
from datetime import datetime, timezone
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nmautils.cli import main
from nmautils.grading.intake import files as inbox_module
from nmautils.grading.intake.collect import collect
from tests.support.grading_class import nbgrader
from tests.support.paths import ROOT

T1 = "tutorial1_decoding"
T2 = "tutorial2_convolution"
MORNING = datetime(2030, 5, 1, 8, 0, 0, tzinfo=timezone.utc).timestamp()


def notebook(text="x = 1"):
    return nbformat.writes(new_notebook(cells=[new_code_cell(text, id="one")])).encode()


@pytest.fixture
def course(tmp_path):
    for name in (T1, T2):
        folder = tmp_path / "release" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_bytes(notebook())
    shutil.copy(ROOT / "course.toml", tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "inbox").mkdir()
    return tmp_path


def put(course, path, raw=None, when=MORNING):
    path = course / "inbox" / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook() if raw is None else raw)
    os.utime(path, (when, when))
    return path


def put_zip(course, name, files, when=(2030, 5, 1, 8, 0, 0)):
    path = course / "inbox" / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, raw in files.items():
            info = file if isinstance(file, zipfile.ZipInfo) else zipfile.ZipInfo(file, when)
            archive.writestr(info, raw)
    return path


def submitted(course, student, assignment=T1):
    return course / "submitted" / student / assignment / f"{assignment}.ipynb"


def stamp(course, student, assignment=T1):
    return (submitted(course, student, assignment).parent / "timestamp.txt").read_text()


def tree(folder):
    return {
        str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in sorted(Path(folder).rglob("*"))
        if p.is_file() and not p.is_symlink()
    }


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
    put(course, f"ann_{T1}_2030-04-02 09.10.11.ipynb")
    run(course)
    assert stamp(course, "ann") == "2030-04-02 09:10:11"


def test_times_without_a_zone_are_in_the_zone_of_the_due_date(course):
    toml = (course / "course.toml").read_text()
    toml = toml.replace("2030-06-30T23:59:00+00:00", "2030-06-30T23:59:00+02:00")
    (course / "course.toml").write_text(toml)
    put(course, f"ann_{T1}_2030-04-02 09.10.11.ipynb")
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
        file.truncate(21 * 2**20)
    put(course, f"sue/{T1}.ipynb")
    done, _ = run(course)
    assert done.new == [f"sue/{T1}"]
    reasons = dict(done.refused)
    assert "a link" in reasons[f"ann/{T1}.ipynb"]
    assert "a link" in reasons["link"]
    assert "neither a file nor a folder" in reasons[f"bob/{T1}.ipynb"]
    assert "more than 20 MB" in reasons[f"eve/{T1}.ipynb"]
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
            f"big_3_4_{T1}.ipynb": b"0" * (21 * 2**20),
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
    monkeypatch.setattr(inbox_module, "MAX_FILE", 10_000)
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
    with pytest.raises(ValueError, match=f"unknown assignment 'tutorial7'; released are: {T1}"):
        collect(course, ["tutorial7"])
    shutil.rmtree(course / "inbox")
    with pytest.raises(FileNotFoundError, match="make it and put the files you received there"):
        collect(course)
    shutil.rmtree(course / "release")
    with pytest.raises(ValueError, match="nothing is released"):
        collect(course)


def test_stock_zip_collect_does_the_same(course):
    put(course, f"ann/Copy_of_{T1}.ipynb", notebook("ann"))
    put(course, f"joe/{T1}.ipynb", b"{ not json")
    put(course, f"cat/{T2}.ipynb")
    put_zip(
        course,
        "c.zip",
        {
            f"doejane_1_2_{T1}.ipynb": notebook("doe"),
            f"../../../submitted/mallory/{T1}/{T1}.ipynb": notebook("slip"),
        },
    )
    archive = course / "downloaded" / T1 / "archive"
    archive.parent.mkdir(parents=True)
    shutil.copytree(course / "inbox", archive, copy_function=shutil.copy2)
    done = nbgrader(course, "zip_collect", T1)
    by_hand = tree(course / "submitted")
    assert {p.name for p in (course / "submitted").iterdir()} == {"ann", "doejane"}
    assert f"joe/{T1}.ipynb: the file is not a notebook" in done.stderr
    assert "its path leads out of the archive" in done.stderr
    shutil.rmtree(course / "submitted")
    run(course, T1)
    ours = tree(course / "submitted")
    assert {k: v[0] for k, v in ours.items()} == {k: v[0] for k, v in by_hand.items()}


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
    assert "needs you  joe/" in capsys.readouterr().out
    assert main([*call, "tutorial7"]) == 2
    assert capsys.readouterr().err.startswith("nmautils: unknown assignment 'tutorial7'")
    assert main([*call, "--inbox", "nowhere"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_marks_before_anything_is_graded_say_what_to_do(course, capsys):
    assert main(["marks", "--root", str(course)]) == 2
    assert "run `nmautils build` and `nbgrader autograde` first" in capsys.readouterr().err
